/* The part of add_track.h that makes one target's id of what was scanned. */
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/add_track.h"

static int compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order ? order : (a_len > b_len) - (a_len < b_len);
}

/* Whether inner is outer or lies below it. */
static bool within(const char *outer, size_t outer_len, const char *inner, size_t inner_len)
{
	return inner_len >= outer_len && memcmp(outer, inner, outer_len) == 0 &&
	       (inner_len == outer_len || inner[outer_len] == '/');
}

struct merge {
	struct mlv_track_target *target;
	struct mlv_tree_builder *builder;
	size_t next;     /* of the scan's items */
	uint64_t nfiles;
};

static mlv_err add_entry(struct merge *merge, const struct mlv_entry *entry)
{
	merge->nfiles += entry->kind != 'd';
	return mlv_tree_builder_add(merge->builder, entry);
}

/* Add the scan's items that sort before path; NULL: all that are left. */
static mlv_err add_scanned(struct merge *merge, const struct mlv_entry *before)
{
	const struct mlv_scan *scan = &merge->target->scan;
	mlv_err err = NULL;

	for (; merge->next < scan->count && !err; merge->next++) {
		struct mlv_entry entry = mlv_scan_entry(scan, merge->next);

		if (before && compare(entry.path, entry.path_len, before->path,
				      before->path_len) > 0)
			return NULL;
		if (entry.path_len) /* else the output itself, an empty directory */
			err = add_entry(merge, &entry);
	}
	return err;
}

/* What the old manifest has outside the part, merged with the part as it is now. */
static mlv_err merge_old(struct mlv_track *track, struct merge *merge)
{
	MLV_SCOPED(mlv_tree_iter_freep) struct mlv_tree_iter *iter = NULL;
	const struct mlv_output *output = &merge->target->output;
	const char *part = merge->target->part;
	size_t len = strlen(part);
	mlv_err err = mlv_tree_iter_new(&iter, mlv_node_source_store(track->repo->cache),
					&output->oid, "");

	while (!err) {
		const struct mlv_entry *old;

		if ((err = mlv_tree_iter_next(iter, &old)) || !old)
			break;
		/* What is replaced, and what stands where a directory of the part is now. */
		if (within(part, len, old->path, old->path_len) ||
		    within(old->path, old->path_len, part, len))
			continue;
		if (!(err = add_scanned(merge, old)))
			err = add_entry(merge, old);
	}
	if (err && err->code == MLV_E_MISSING)
		err = mlv_error_hint(mlv_error_wrap(err, "%s: its manifest is not in the cache",
						    output->path),
				     "mlv fetch %s", output->path);
	return err;
}

static mlv_err build_tree(struct mlv_track *track, struct mlv_track_target *target,
			  struct mlv_batch *batch)
{
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	struct merge merge = { .target = target };
	struct mlv_tree tree;
	mlv_err err;

	if ((err = mlv_tree_builder_new(&builder, batch)))
		return err;
	merge.builder = builder;
	if ((*target->part && (err = merge_old(track, &merge))) ||
	    (err = add_scanned(&merge, NULL)) ||
	    (err = mlv_tree_builder_finish(builder, &tree)))
		return mlv_error_wrap(err, "%s", target->output.path);
	target->made.type = MLV_ID_TREE;
	target->made.oid = tree.oid;
	target->made.size = tree.bytes;
	target->made.nfiles = merge.nfiles;
	target->made.exec = target->made.has_plain = false;
	return NULL;
}

/* The plain SHA-256 of a large file: asked for now, or given before. */
static mlv_err add_plain(struct mlv_track *track, struct mlv_track_target *target)
{
	const struct mlv_output *was = &target->output;
	struct mlv_output *made = &target->made;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err;

	made->has_plain = made->type == MLV_ID_LEAVES &&
			  (track->sha256 || (target->existing && was->has_plain) ||
			   mlv_config_bool(track->repo->config, "core.sha256", false));
	if (!made->has_plain)
		return NULL;
	if (target->existing && was->has_plain && mlv_output_same_id(was, made)) {
		made->plain = was->plain;
		return NULL;
	}
	if ((err = mlv_scan_open(&target->scan, &target->scan.items[0], &fd)))
		return err;
	return mlv_hash_plain(track->repo->ctx, fd, was->path, &made->plain);
}

static mlv_err build_file(struct mlv_track *track, struct mlv_track_target *target)
{
	const struct mlv_scan_item *item = &target->scan.items[0];
	struct mlv_output *made = &target->made;

	made->type = item->size > MLV_SMALL_MAX ? MLV_ID_LEAVES : MLV_ID_SHA256;
	made->oid = item->oid;
	made->size = item->size;
	made->nfiles = 0;
	made->exec = item->kind == 'x' || item->kind == 'X';
	return add_plain(track, target);
}

mlv_err mlv_track_build(struct mlv_track *track, struct mlv_track_target *target,
			struct mlv_batch *batch)
{
	target->made = target->output;
	if (*target->part || target->scan.is_dir)
		return build_tree(track, target, batch);
	return build_file(track, target);
}
