/* The part of add/scan.h that keeps what was read for the next time. */
#include <string.h>

#include "core/repo/add/scan.h"
#include "core/store/node.h"

/* What a record that is asked for in vain costs, against reading this many bytes again. */
#define BYTES_OF_A_RECORD ((uint64_t)1000)

static mlv_err note(struct mlv_scan *scan, size_t at)
{
	const struct mlv_scan_item *item = &scan->items[at];
	struct mlv_entry entry = mlv_scan_entry(scan, at);

	/*
	 * A link that was followed is to be replaced: its stat says nothing of the
	 * file. An output that is an empty directory has no entry.
	 */
	if (item->through || (item->kind == 'd' && !item->path_len))
		return NULL;
	return mlv_index_builder_add(scan->builder, &entry, &item->stat, false);
}

static mlv_err note_before(struct mlv_scan *scan, size_t *next, const struct mlv_entry *old)
{
	mlv_err err = NULL;

	for (; *next < scan->count && !err; (*next)++) {
		struct mlv_entry entry = mlv_scan_entry(scan, *next);

		if (old && mlv_path_compare(entry.path, entry.path_len, old->path,
					    old->path_len) > 0)
			break;
		err = note(scan, *next);
	}
	return err;
}

/* Everything that was scanned, and what the index has of other parts. */
static mlv_err save_all(struct mlv_scan *scan, const struct mlv_index_claim *claim)
{
	MLV_SCOPED(mlv_index_cursor_freep) struct mlv_index_cursor *cursor = NULL;
	const struct mlv_index_item *old;
	size_t next = 0;
	mlv_err err;

	/* Another part of the output may have been saved since. */
	mlv_index_freep(&scan->index);
	if ((err = mlv_index_load(&scan->index, scan->repo, scan->index_at)) ||
	    (err = mlv_index_cursor_new(&cursor, scan->index, "")))
		return err;
	while (*scan->part && !(err = mlv_index_peek(cursor, &old)) && old) {
		if (!mlv_scan_replaces(scan->part, old->entry.path, old->entry.path_len) &&
		    ((err = note_before(scan, &next, &old->entry)) ||
		     (err = mlv_index_builder_keep(scan->builder, old))))
			return err;
		mlv_index_next(cursor);
	}
	if (err || (err = note_before(scan, &next, NULL)))
		return err;
	return mlv_index_builder_save(scan->builder, NULL, claim);
}

static bool is_same(const struct mlv_index_claim *a, const struct mlv_index_claim *b)
{
	return a && a->known && b->known && mlv_oid_equal(&a->tree, &b->tree) &&
	       a->bytes == b->bytes && a->nfiles == b->nfiles && a->stored == b->stored;
}

/* What was scanned takes the place of what was. */
static mlv_err save_changes(struct mlv_scan *scan, const struct mlv_index_claim *claim)
{
	size_t item = 0;
	mlv_err err = NULL;

	if (!scan->count && !scan->was_count && is_same(claim, mlv_index_claim(scan->index)))
		return NULL;
	mlv_index_builder_edit(scan->builder);
	for (size_t i = 0; !err && i < scan->was_count; i++) {
		struct mlv_entry was = mlv_scan_was(scan, i);

		if (scan->was[i].item != MLV_NO_ITEM)
			continue;
		if (!(err = note_before(scan, &item, &was)))
			err = mlv_index_builder_drop(scan->builder, was.path, was.path_len);
	}
	if (err || (err = note_before(scan, &item, NULL)))
		return err;
	return mlv_index_builder_save(scan->builder, scan->index, claim);
}

mlv_err mlv_scan_save_index(struct mlv_scan *scan, const struct mlv_index_claim *claim)
{
	return scan->only_changes ? save_changes(scan, claim) : save_all(scan, claim);
}

static bool is_as_tracked(const struct mlv_scan *scan, const struct mlv_scan_was *was)
{
	struct mlv_entry entry, here;

	if (was->item == MLV_NO_ITEM)
		return false;
	entry = mlv_scan_was(scan, (size_t)(was - scan->was));
	here = mlv_scan_entry(scan, was->item);
	return entry.kind == here.kind && entry.size == here.size &&
	       mlv_oid_equal(&entry.oid, &here.oid);
}

mlv_err mlv_scan_save_read(struct mlv_scan *scan)
{
	uint64_t read = scan->bytes - scan->clean_bytes;
	struct mlv_index_claim claim = *mlv_index_claim(scan->index);
	bool any = false;
	mlv_err err = NULL;

	if (!scan->only_changes)
		return save_all(scan, NULL);
	for (size_t i = 0; i < scan->was_count; i++)
		if (is_as_tracked(scan, &scan->was[i]) && scan->was[i].kind != 'l')
			read -= scan->was[i].size;
	if (read > BYTES_OF_A_RECORD * scan->nfiles)
		return save_changes(scan, NULL);
	mlv_index_builder_edit(scan->builder);
	for (size_t i = 0; !err && i < scan->was_count; i++) {
		if (!is_as_tracked(scan, &scan->was[i]) || scan->items[scan->was[i].item].kind == 'd')
			continue;
		any = true;
		err = note(scan, scan->was[i].item);
	}
	return err || !any ? err : mlv_index_builder_save(scan->builder, scan->index, &claim);
}
