#include "remote/roots.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"

#define HEADER_MAX 128 /* bytes */

/* What a line may be of, in the order of names, which is the order of lines. */
static const struct {
	const char *name;
	bool is_pack;
	enum mlv_kind kind;
	enum mlv_pack_class class;
} lines_of[] = {
	{ "dpack", true, 0, MLV_PACK_DATA },
	{ "large", false, MLV_KIND_LARGE, 0 },
	{ "leaves", false, MLV_KIND_LEAVES, 0 },
	{ "node", false, MLV_KIND_NODE, 0 },
	{ "npack", true, 0, MLV_PACK_NODES },
	{ "object", false, MLV_KIND_OBJECT, 0 },
};

void mlv_root_release(struct mlv_root *root)
{
	mlv_items_release(&root->items);
	free(root->packs);
	root->packs = NULL;
	root->pack_count = root->pack_cap = 0;
}

mlv_err mlv_root_add_pack(struct mlv_root *root, const struct mlv_pack_ref *pack)
{
	mlv_err err = mlv_array_grow(&root->packs, &root->pack_cap, root->pack_count + 1,
				     sizeof(*root->packs));

	if (!err)
		root->packs[root->pack_count++] = *pack;
	return err;
}

static int compare_packs(const void *a, const void *b)
{
	const struct mlv_pack_ref *x = a, *y = b;

	return mlv_pack_id_compare(&x->id, &y->id);
}

void mlv_root_sort_packs(struct mlv_root *root)
{
	size_t kept = 0;

	if (root->pack_count == 0)
		return;
	qsort(root->packs, root->pack_count, sizeof(*root->packs), compare_packs);
	for (size_t i = 1; i < root->pack_count; i++)
		if (compare_packs(&root->packs[kept], &root->packs[i]) != 0)
			root->packs[++kept] = root->packs[i];
	root->pack_count = kept + 1;
}

char *mlv_root_path(const struct mlv_oid *tree, char path[static MLV_ROOT_PATH])
{
	char hex[MLV_OID_HEX + 1];

	snprintf(path, MLV_ROOT_PATH, "roots/%s", mlv_oid_format(tree, hex));
	return path;
}

static void write_header(const struct mlv_oid *tree, const struct mlv_root *root,
			 char header[static HEADER_MAX])
{
	char hex[MLV_OID_HEX + 1];

	snprintf(header, HEADER_MAX, "mlv root %d %s %zu\n", root->pack_count ? 2 : 1,
		 mlv_oid_format(tree, hex), root->items.count + root->pack_count);
}

static mlv_err write_line(struct mlv_buf *text, const char *kind, const struct mlv_oid *oid,
			  uint64_t size)
{
	char hex[MLV_OID_HEX + 1];

	return mlv_buf_printf(text, "%s %s %" PRIu64 "\n", kind, mlv_oid_format(oid, hex), size);
}

static mlv_err write_kind(const struct mlv_items *items, enum mlv_kind kind, struct mlv_buf *text)
{
	size_t at, end;
	mlv_err err = NULL;

	mlv_items_range(items, kind, &at, &end);
	for (; !err && at < end; at++)
		err = write_line(text, mlv_kind_name(kind), &items->at[at].key.oid,
				 items->at[at].size);
	return err;
}

static mlv_err write_packs(const struct mlv_root *root, enum mlv_pack_class class,
			   const char *name, struct mlv_buf *text)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < root->pack_count; i++)
		if (root->packs[i].id.class == class)
			err = write_line(text, name, &root->packs[i].id.oid, root->packs[i].size);
	return err;
}

mlv_err mlv_root_write(const struct mlv_oid *tree, const struct mlv_root *root,
		       struct mlv_buf *text)
{
	char header[HEADER_MAX];
	mlv_err err;

	write_header(tree, root, header);
	err = mlv_buf_add_str(text, header);
	for (size_t i = 0; !err && i < MLV_COUNT(lines_of); i++)
		err = lines_of[i].is_pack
			      ? write_packs(root, lines_of[i].class, lines_of[i].name, text)
			      : write_kind(&root->items, lines_of[i].kind, text);
	return err;
}

/* Which of lines_of has this name; their number when none has. */
static size_t parse_kind(const char *text, size_t len)
{
	size_t i = 0;

	while (i < MLV_COUNT(lines_of) && (strlen(lines_of[i].name) != len ||
					   memcmp(lines_of[i].name, text, len) != 0))
		i++;
	return i;
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

/* "<kind> <id> <size>" of len bytes; which: of lines_of. */
static bool parse_line(const char *line, size_t len, size_t *which, struct mlv_oid *oid,
		       uint64_t *size)
{
	const char *space = memchr(line, ' ', len);
	size_t word = space ? (size_t)(space - line) : 0;

	if (!space || len < word + MLV_OID_HEX + 3 || line[word + 1 + MLV_OID_HEX] != ' ')
		return false;
	*which = parse_kind(line, word);
	return *which < MLV_COUNT(lines_of) && mlv_oid_parse(space + 1, MLV_OID_HEX, oid) &&
	       parse_size(space + 2 + MLV_OID_HEX, len - word - MLV_OID_HEX - 2, size);
}

/* Take a line; *good stays true when it is one. */
static mlv_err take_line(const char *line, size_t len, struct mlv_root *root, bool *good)
{
	struct mlv_oid oid;
	uint64_t size;
	size_t which;

	if (!parse_line(line, len, &which, &oid, &size) ||
	    (lines_of[which].is_pack && size > MLV_PACK_MAX)) {
		*good = false;
		return NULL;
	}
	if (lines_of[which].is_pack)
		return mlv_root_add_pack(root, &(struct mlv_pack_ref){
			.id = { lines_of[which].class, oid }, .size = size });
	return mlv_items_add(&root->items, &(struct mlv_item){
		.key = { lines_of[which].kind, oid }, .size = size });
}

/* The length of "<kind> <id>" in a line: these ascend, so that nothing is named twice. */
static size_t name_len(const char *line, size_t len)
{
	while (len > 0 && line[len] != ' ')
		len--;
	return len;
}

static mlv_err parse_lines(const char *text, size_t len, struct mlv_root *root, bool *canonical)
{
	const char *last = NULL;
	size_t last_len = 0;
	mlv_err err = NULL;

	*canonical = true;
	while (!err && *canonical && len > 0) {
		const char *newline = memchr(text, '\n', len);
		size_t line = newline ? (size_t)(newline - text) : 0;
		size_t name = name_len(text, line);
		size_t both = name < last_len ? name : last_len;

		*canonical = newline && (!last || memcmp(last, text, both + 1) < 0);
		if (*canonical)
			err = take_line(text, line, root, canonical);
		last = text;
		last_len = name;
		text += line + 1;
		len -= newline ? line + 1 : len;
	}
	return err;
}

mlv_err mlv_root_parse(const struct mlv_oid *tree, const char *text, size_t len,
		       struct mlv_root *root)
{
	MLV_SCOPED(mlv_root_release) struct mlv_root read = { 0 };
	const char *newline = memchr(text, '\n', len);
	size_t first = newline ? (size_t)(newline - text) + 1 : 0;
	char header[HEADER_MAX], path[MLV_ROOT_PATH];
	bool canonical = false;
	mlv_err err = NULL;

	if (newline)
		err = parse_lines(text + first, len - first, &read, &canonical);
	if (err)
		return err;
	write_header(tree, &read, header);
	if (!canonical || strlen(header) != first || memcmp(header, text, first) != 0)
		return mlv_error(MLV_E_CORRUPT, "%s is damaged", mlv_root_path(tree, path));
	mlv_items_sort(&read.items);
	mlv_root_sort_packs(&read);
	*root = read;
	read = (struct mlv_root){ 0 };
	return NULL;
}

bool mlv_want_is_tree(const struct mlv_want *want)
{
	return want->key.kind == MLV_KIND_NODE && (!want->part || !want->part[0]);
}
