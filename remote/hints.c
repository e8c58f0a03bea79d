#include "remote/hints.h"

#include "core/store/tree.h"

/* Add a pack to those that are hinted, if there is room. */
static void note(struct mlv_oid packs[static 2], unsigned *count, const struct mlv_oid *pack)
{
	for (unsigned i = 0; i < *count; i++)
		if (mlv_oid_equal(&packs[i], pack))
			return;
	if (*count < 2)
		packs[(*count)++] = *pack;
}

mlv_err mlv_hint_node(struct mlv_pack_writer *writer, const struct mlv_oid *node_oid,
		      const struct mlv_buf *raw, mlv_hint_fn where, void *arg)
{
	MLV_SCOPED(mlv_node_release) struct mlv_node node = { 0 };
	struct mlv_oid packs[2];
	unsigned count = 0;
	mlv_err err = mlv_node_parse(raw->ptr, raw->len, &node);

	for (size_t i = 0; !err && node.level == 0 && i < node.count; i++) {
		const struct mlv_oid *pack = NULL;
		struct mlv_key file;

		if (node.list[i].kind == 'd')
			continue;
		file = mlv_entry_key(&node.list[i]);
		if (file.kind == MLV_KIND_OBJECT)
			pack = where(arg, &file);
		if (pack)
			note(packs, &count, pack);
	}
	return err || !count ? err : mlv_pack_writer_hint(writer, node_oid, packs, count);
}
