/* The part of add/track.h that makes one target's id of what was scanned. */
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/add/track.h"

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

/* What was scanned of an output, part by part, and its old manifest become one list. */
struct merge {
	struct mlv_track_target *first, *last; /* parts of one output */
	struct mlv_tree_builder *builder;
	uint64_t nfiles;
};

static mlv_err add_entry(struct merge *merge, const struct mlv_entry *entry)
{
	merge->nfiles += entry->kind != 'd';
	return mlv_tree_builder_add(merge->builder, entry);
}

/* The scan whose next entry sorts first; NULL when all are at their end. */
static struct mlv_scan *first_scan(struct merge *merge, struct mlv_entry *entry)
{
	struct mlv_scan *best = NULL;

	for (struct mlv_track_target *target = merge->first; target <= merge->last; target++) {
		struct mlv_scan *scan = &target->scan;
		struct mlv_entry next;

		if (scan->cursor == scan->count)
			continue;
		next = mlv_scan_entry(scan, scan->cursor);
		if (best && compare(next.path, next.path_len, entry->path, entry->path_len) > 0)
			continue;
		best = scan;
		*entry = next;
	}
	return best;
}

/* Add what was scanned and sorts before an entry; NULL: all that is left. */
static mlv_err add_scanned(struct merge *merge, const struct mlv_entry *before)
{
	struct mlv_entry entry;
	struct mlv_scan *scan;
	mlv_err err = NULL;

	while (!err && (scan = first_scan(merge, &entry))) {
		if (before &&
		    compare(entry.path, entry.path_len, before->path, before->path_len) > 0)
			break;
		scan->cursor++;
		if (entry.path_len) /* else the output itself, an empty directory */
			err = add_entry(merge, &entry);
	}
	return err;
}

/* Whether a part takes the entry's place, or a directory of a part does. */
static bool is_replaced(const struct merge *merge, const struct mlv_entry *old)
{
	for (const struct mlv_track_target *at = merge->first; at <= merge->last; at++) {
		size_t len = strlen(at->part);

		if (within(at->part, len, old->path, old->path_len) ||
		    within(old->path, old->path_len, at->part, len))
			return true;
	}
	return false;
}

/* What the old manifest has outside the parts, merged with the parts as they are now. */
static mlv_err merge_old(struct mlv_track *track, struct merge *merge)
{
	MLV_SCOPED(mlv_tree_iter_freep) struct mlv_tree_iter *iter = NULL;
	mlv_err err = mlv_tree_iter_new(&iter, mlv_node_source_store(track->repo->cache),
					&merge->first->output.oid, "");

	while (!err) {
		const struct mlv_entry *old;

		if ((err = mlv_tree_iter_next(iter, &old)) || !old)
			break;
		if (!is_replaced(merge, old) && !(err = add_scanned(merge, old)))
			err = add_entry(merge, old);
	}
	if (err && err->code == MLV_E_MISSING)
		err = mlv_error_hint(mlv_error_wrap(err, "its manifest is not in the cache"),
				     "mlv fetch %s", merge->first->output.path);
	return err;
}

static mlv_err build_tree(struct mlv_track *track, struct merge *merge, struct mlv_batch *batch)
{
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	struct mlv_output *made = &merge->first->made;
	struct mlv_tree tree;
	mlv_err err;

	if ((err = mlv_tree_builder_new(&builder, batch)))
		return err;
	merge->builder = builder;
	if ((*merge->first->part && (err = merge_old(track, merge))) ||
	    (err = add_scanned(merge, NULL)) || (err = mlv_tree_builder_finish(builder, &tree)))
		return mlv_error_wrap(err, "%s", merge->first->output.path);
	made->type = MLV_ID_TREE;
	made->oid = tree.oid;
	made->size = tree.bytes;
	made->nfiles = merge->nfiles;
	made->exec = made->has_plain = false;
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

mlv_err mlv_track_build(struct mlv_track *track, struct mlv_track_target *first,
			struct mlv_track_target *last, struct mlv_batch *batch)
{
	struct merge merge = { .first = first, .last = last };
	mlv_err err;

	first->made = first->output;
	if (mlv_track_is_edit(first, last))
		err = mlv_track_edit(track, first, last, batch);
	else if (*first->part || first->scan.is_dir)
		err = build_tree(track, &merge, batch);
	else
		err = build_file(track, first);
	for (struct mlv_track_target *target = first + 1; !err && target <= last; target++)
		target->made = first->made;
	return err;
}
