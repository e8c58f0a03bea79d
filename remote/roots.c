#include "remote/roots.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/pool.h"

#define HEADER_MAX 128 /* bytes */

/* In the order of their names, which is the order of lines. */
static const enum mlv_kind by_name[] = {
	MLV_KIND_LARGE, MLV_KIND_LEAVES, MLV_KIND_NODE, MLV_KIND_OBJECT,
};

char *mlv_root_path(const struct mlv_oid *tree, char path[static MLV_ROOT_PATH])
{
	char hex[MLV_OID_HEX + 1];

	snprintf(path, MLV_ROOT_PATH, "roots/%s", mlv_oid_format(tree, hex));
	return path;
}

static void write_header(const struct mlv_oid *tree, uint64_t lines, char header[static HEADER_MAX])
{
	char hex[MLV_OID_HEX + 1];

	snprintf(header, HEADER_MAX, "mlv root 1 %s %" PRIu64 "\n", mlv_oid_format(tree, hex),
		 lines);
}

static mlv_err write_kind(const struct mlv_items *items, enum mlv_kind kind, struct mlv_buf *text)
{
	char hex[MLV_OID_HEX + 1];
	size_t at, end;
	mlv_err err = NULL;

	mlv_items_range(items, kind, &at, &end);
	for (; !err && at < end; at++)
		err = mlv_buf_printf(text, "%s %s %" PRIu64 "\n", mlv_kind_name(kind),
				     mlv_oid_format(&items->at[at].key.oid, hex),
				     items->at[at].size);
	return err;
}

mlv_err mlv_root_write(const struct mlv_oid *tree, const struct mlv_items *items,
		       struct mlv_buf *text)
{
	char header[HEADER_MAX];
	mlv_err err;

	write_header(tree, items->count, header);
	err = mlv_buf_add_str(text, header);
	for (size_t i = 0; !err && i < MLV_COUNT(by_name); i++)
		err = write_kind(items, by_name[i], text);
	return err;
}

static bool parse_kind(const char *text, size_t len, enum mlv_kind *kind)
{
	for (size_t i = 0; i < MLV_COUNT(by_name); i++) {
		const char *name = mlv_kind_name(by_name[i]);

		if (strlen(name) == len && memcmp(name, text, len) == 0) {
			*kind = by_name[i];
			return true;
		}
	}
	return false;
}

/* Canonical decimal. */
static bool parse_size(const char *text, size_t len, uint64_t *size)
{
	uint64_t value = 0;

	if (len == 0 || (len > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (text[i] < '0' || text[i] > '9' || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*size = value;
	return true;
}

/* "<kind> <id> <size>" of len bytes. */
static bool parse_line(const char *line, size_t len, struct mlv_item *item)
{
	const char *space = memchr(line, ' ', len);
	size_t word = space ? (size_t)(space - line) : 0;

	if (!space || len < word + MLV_OID_HEX + 3 || line[word + 1 + MLV_OID_HEX] != ' ')
		return false;
	return parse_kind(line, word, &item->key.kind) &&
	       mlv_oid_parse(space + 1, MLV_OID_HEX, &item->key.oid) &&
	       parse_size(space + 2 + MLV_OID_HEX, len - word - MLV_OID_HEX - 2, &item->size);
}

static mlv_err parse_lines(const char *text, size_t len, struct mlv_items *items, bool *canonical)
{
	const char *last = NULL;
	size_t last_len = 0;
	mlv_err err = NULL;

	*canonical = false;
	while (!err && len > 0) {
		const char *newline = memchr(text, '\n', len);
		size_t line = newline ? (size_t)(newline - text) : 0;
		struct mlv_item item = { 0 };
		size_t both = line < last_len ? line : last_len;

		if (!newline || !parse_line(text, line, &item) ||
		    (last && memcmp(last, text, both + 1) >= 0))
			return NULL;
		err = mlv_items_add(items, &item);
		last = text;
		last_len = line;
		text += line + 1;
		len -= line + 1;
	}
	*canonical = !err;
	return err;
}

mlv_err mlv_root_parse(const struct mlv_oid *tree, const char *text, size_t len,
		       struct mlv_items *items)
{
	MLV_SCOPED(mlv_items_release) struct mlv_items read = { 0 };
	const char *newline = memchr(text, '\n', len);
	size_t first = newline ? (size_t)(newline - text) + 1 : 0;
	char header[HEADER_MAX], path[MLV_ROOT_PATH];
	bool canonical = false;
	mlv_err err = NULL;

	if (newline)
		err = parse_lines(text + first, len - first, &read, &canonical);
	if (err)
		return err;
	write_header(tree, read.count, header);
	if (!canonical || strlen(header) != first || memcmp(header, text, first) != 0)
		return mlv_error(MLV_E_CORRUPT, "%s is damaged", mlv_root_path(tree, path));
	mlv_items_sort(&read);
	*items = read;
	read = (struct mlv_items){ 0 };
	return NULL;
}

bool mlv_want_is_tree(const struct mlv_want *want)
{
	return want->key.kind == MLV_KIND_NODE && (!want->part || !want->part[0]);
}

struct roots_look {
	struct mlv_transport *remote;
	const struct mlv_want *wants;
	bool *published;
};

static mlv_err look_round(void *arg, size_t index, unsigned worker)
{
	struct roots_look *look = arg;
	char path[MLV_ROOT_PATH];
	uint64_t size;
	bool there;
	mlv_err err;

	(void)worker;
	look->published[index] = false;
	if (!mlv_want_is_tree(&look->wants[index]))
		return NULL;
	mlv_root_path(&look->wants[index].key.oid, path);
	err = mlv_transport_head(look->remote, path, &there, &size);
	if (!err)
		look->published[index] = there && size > 0;
	return err;
}

mlv_err mlv_roots_look(struct mlv_transport *remote, const struct mlv_want *wants, size_t count,
		       bool *published)
{
	struct roots_look look = { .remote = remote, .wants = wants, .published = published };

	return mlv_pool_run(remote->ctx, mlv_remote_jobs(remote), count, look_round, &look);
}
