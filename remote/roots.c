#include "remote/roots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "remote/lines.h"

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

	snprintf(header, HEADER_MAX, MLV_ROOT_WORD "%d %s %zu\n", root->pack_count ? 2 : 1,
		 mlv_oid_format(tree, hex), root->items.count + root->pack_count);
}

static mlv_err write_kind(const struct mlv_items *items, enum mlv_kind kind, struct mlv_buf *text)
{
	size_t at, end;
	mlv_err err = NULL;

	mlv_items_range(items, kind, &at, &end);
	for (; !err && at < end; at++)
		err = mlv_line_write(text, mlv_kind_name(kind), &items->at[at].key.oid,
				 items->at[at].size);
	return err;
}

static mlv_err write_packs(const struct mlv_root *root, enum mlv_pack_class class,
			   const char *name, struct mlv_buf *text)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < root->pack_count; i++)
		if (root->packs[i].id.class == class)
			err = mlv_line_write(text, name, &root->packs[i].id.oid, root->packs[i].size);
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

static mlv_err take_line(void *arg, const struct mlv_line *line)
{
	struct mlv_root *root = arg;

	if (lines_of[line->word].is_pack && line->number > MLV_PACK_MAX)
		return mlv_error(MLV_E_CORRUPT, "a root names a pack that is longer than packs are");
	if (lines_of[line->word].is_pack)
		return mlv_root_add_pack(root, &(struct mlv_pack_ref){
			.id = { lines_of[line->word].class, line->oid }, .size = line->number });
	return mlv_items_add(&root->items, &(struct mlv_item){
		.key = { lines_of[line->word].kind, line->oid }, .size = line->number });
}

static mlv_err parse_lines(const char *text, size_t len, struct mlv_root *root, bool *canonical)
{
	const char *words[MLV_COUNT(lines_of)];

	for (size_t i = 0; i < MLV_COUNT(lines_of); i++)
		words[i] = lines_of[i].name;
	return mlv_lines_parse(text, len, words, MLV_COUNT(words), take_line, root, canonical);
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
