/* The part of add/track.h that makes a new tree of the old one and what differs from it. */
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/repo/add/track.h"
#include "core/store/node.h"

/* What is to be put (or, kind 0, dropped), of all parts. */
struct changes {
	struct mlv_entry *list;
	size_t count, cap;
	size_t next;
};

static void changes_release(struct changes *changes)
{
	free(changes->list);
}

static mlv_err add_change(struct changes *changes, const struct mlv_entry *entry)
{
	mlv_err err = mlv_array_grow(&changes->list, &changes->cap, changes->count + 1,
				     sizeof(*changes->list));

	if (!err)
		changes->list[changes->count++] = *entry;
	return err;
}

static bool is_same(const struct mlv_entry *a, const struct mlv_entry *b)
{
	return a->kind == b->kind && a->size == b->size && mlv_oid_equal(&a->oid, &b->oid);
}

/* Items were read; those that turned out to be as before are no change. */
static mlv_err take_items(struct changes *changes, const struct mlv_scan *scan)
{
	size_t was = 0;
	mlv_err err = NULL;

	for (size_t i = 0; i < scan->count && !err; i++) {
		struct mlv_entry entry = mlv_scan_entry(scan, i), old = { 0 };

		while (was < scan->was_count &&
		       (scan->was[was].item == MLV_NO_ITEM || scan->was[was].item < i))
			was++;
		if (was < scan->was_count && scan->was[was].item == i)
			old = mlv_scan_was(scan, was);
		/* An output that is an empty directory has no entry. */
		if (entry.path_len && !is_same(&old, &entry))
			err = add_change(changes, &entry);
	}
	return err;
}

static mlv_err take_gone(struct changes *changes, const struct mlv_scan *scan)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < scan->was_count && !err; i++) {
		struct mlv_entry gone = mlv_scan_was(scan, i);

		gone.kind = 0;
		if (scan->was[i].item == MLV_NO_ITEM)
			err = add_change(changes, &gone);
	}
	return err;
}

static int by_path(const void *a, const void *b)
{
	const struct mlv_entry *left = a, *right = b;

	return mlv_path_compare(left->path, left->path_len, right->path, right->path_len);
}

static mlv_err next_change(void *arg, const struct mlv_entry **change)
{
	struct changes *changes = arg;

	*change = changes->next < changes->count ? &changes->list[changes->next++] : NULL;
	return NULL;
}

bool mlv_track_is_edit(const struct mlv_track_target *first, const struct mlv_track_target *last)
{
	for (; first <= last; first++)
		if (!first->scan.only_changes)
			return false;
	return true;
}

mlv_err mlv_track_edit(struct mlv_track *track, struct mlv_track_target *first,
		       struct mlv_track_target *last, struct mlv_batch *batch)
{
	MLV_SCOPED(changes_release) struct changes changes = { 0 };
	const struct mlv_index_claim *old = mlv_index_claim(first->scan.index);
	struct mlv_tree tree = { .oid = old->tree, .bytes = old->bytes };
	struct mlv_output *made = &first->made;
	int64_t files = 0;
	mlv_err err;

	for (const struct mlv_track_target *at = first; at <= last; at++)
		if ((err = take_items(&changes, &at->scan)) ||
		    (err = take_gone(&changes, &at->scan)))
			return err;
	if (changes.count) {
		qsort(changes.list, changes.count, sizeof(*changes.list), by_path);
		err = mlv_tree_edit(batch, mlv_node_source_store(track->repo->cache), &old->tree,
				    next_change, &changes, &tree, &files);
		if (err)
			return mlv_error_wrap(err, "%s", first->output.path);
	}
	made->type = MLV_ID_TREE;
	made->oid = tree.oid;
	made->size = tree.bytes;
	made->nfiles = old->nfiles + (uint64_t)files;
	made->exec = made->has_plain = false;
	return NULL;
}
