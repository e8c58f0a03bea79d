#include "core/repo/merge.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"

/* What one side made of a path. */
struct change {
	char *path;
	size_t len;
	bool gone;
	struct mlv_entry entry; /* its path is path; not set when gone */
};

struct changes {
	struct change *at;
	size_t count, cap;
};

struct merge {
	struct mlv_node_source source;
	const struct mlv_oid *ours_root;
	struct changes ours, theirs;
	struct mlv_strs *conflicts;
	struct mlv_tree_builder *builder;
};

static void changes_release(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		free(changes->at[i].path);
	free(changes->at);
}

static void merge_release(struct merge *merge)
{
	changes_release(&merge->ours);
	changes_release(&merge->theirs);
	mlv_tree_builder_freep(&merge->builder);
}

static mlv_err note_change(void *arg, const struct mlv_entry *old, const struct mlv_entry *now)
{
	const struct mlv_entry *entry = now ? now : old;
	struct changes *to = arg;
	struct change made = { .len = entry->path_len, .gone = !now, .entry = *entry };
	mlv_err err = mlv_array_grow(&to->at, &to->cap, to->count + 1, sizeof(*to->at));

	if (err)
		return err;
	if (!(made.path = mlv_sys_strndup(entry->path, entry->path_len)))
		return mlv_error_nomem("a merge");
	made.entry.path = made.path;
	to->at[to->count++] = made;
	return NULL;
}

static int compare_paths(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order ? order : a_len < b_len ? -1 : a_len > b_len;
}

static bool is_below(const char *path, size_t len, const char *dir, size_t dir_len)
{
	return len > dir_len && path[dir_len] == '/' && memcmp(path, dir, dir_len) == 0;
}

static bool same_change(const struct change *a, const struct change *b)
{
	if (a->gone || b->gone)
		return a->gone == b->gone;
	return a->entry.kind == b->entry.kind && a->entry.size == b->entry.size &&
	       mlv_oid_equal(&a->entry.oid, &b->entry.oid);
}

/* An empty directory is none any more when the other side put something there. */
static bool is_empty_dir(const struct change *change)
{
	return !change->gone && change->entry.kind == 'd';
}

/* Whether a list puts something below a path. */
static bool adds_below(const struct changes *changes, const char *path, size_t len)
{
	for (size_t i = 0; i < changes->count; i++)
		if (!changes->at[i].gone &&
		    is_below(changes->at[i].path, changes->at[i].len, path, len))
			return true;
	return false;
}

static mlv_err conflict(struct merge *merge, const char *path, size_t len)
{
	return mlv_strs_add_len(merge->conflicts, path, len);
}

/* What both sides changed, and not to the same. */
static mlv_err find_conflicts(struct merge *merge)
{
	const struct changes *ours = &merge->ours, *theirs = &merge->theirs;
	size_t o = 0, t = 0;
	mlv_err err = NULL;

	while (!err && o < ours->count && t < theirs->count) {
		const struct change *a = &ours->at[o], *b = &theirs->at[t];
		int order = compare_paths(a->path, a->len, b->path, b->len);

		if (order == 0 && !same_change(a, b) && !(a->gone && is_empty_dir(b)) &&
		    !(b->gone && is_empty_dir(a)))
			err = conflict(merge, a->path, a->len);
		o += order <= 0;
		t += order >= 0;
	}
	return err;
}

/* A file on one side where the other put something below it. */
static mlv_err find_covered(struct merge *merge, const struct changes *files,
			    const struct changes *below)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < files->count; i++) {
		const struct change *file = &files->at[i];

		if (!file->gone && file->entry.kind != 'd' &&
		    adds_below(below, file->path, file->len))
			err = conflict(merge, file->path, file->len);
	}
	return err;
}

/* ---- building ---- */

static mlv_err stop_at_first(void *arg, const struct mlv_entry *entry)
{
	(void)entry;
	*(bool *)arg = true;
	return NULL;
}

/* An empty directory of one side, where the result has something below it. */
static mlv_err is_filled(struct merge *merge, const struct mlv_entry *dir, bool theirs, bool *filled)
{
	MLV_SCOPED(mlv_mem_free) char *path = NULL;

	*filled = adds_below(theirs ? &merge->ours : &merge->theirs, dir->path, dir->path_len);
	if (*filled || !theirs)
		return NULL;
	if (!(path = mlv_sys_strndup(dir->path, dir->path_len)))
		return mlv_error_nomem("a merge");
	return mlv_tree_walk(merge->source, merge->ours_root, path, stop_at_first, filled);
}

static mlv_err add(struct merge *merge, const struct mlv_entry *entry, bool theirs)
{
	bool filled = false;
	mlv_err err = entry->kind == 'd' ? is_filled(merge, entry, theirs, &filled) : NULL;

	return err || filled ? err : mlv_tree_builder_add(merge->builder, entry);
}

/* Our tree, with their changes in it. */
static mlv_err build(struct merge *merge)
{
	MLV_SCOPED(mlv_tree_iter_freep) struct mlv_tree_iter *iter = NULL;
	const struct changes *theirs = &merge->theirs;
	const struct mlv_entry *ours;
	size_t at = 0;
	mlv_err err;

	if ((err = mlv_tree_iter_new(&iter, merge->source, merge->ours_root, "")) ||
	    (err = mlv_tree_iter_next(iter, &ours)))
		return err;
	while (!err && (ours || at < theirs->count)) {
		int order = !ours ? 1 : at == theirs->count ? -1
				      : compare_paths(ours->path, ours->path_len,
						      theirs->at[at].path, theirs->at[at].len);

		if (order < 0)
			err = add(merge, ours, false);
		else if (!theirs->at[at].gone)
			err = add(merge, &theirs->at[at].entry, true);
		if (!err && order <= 0)
			err = mlv_tree_iter_next(iter, &ours);
		at += order >= 0;
	}
	return err;
}

mlv_err mlv_merge_trees(struct mlv_node_source source, const struct mlv_oid *base,
			const struct mlv_oid *ours, const struct mlv_oid *theirs,
			struct mlv_batch *batch, struct mlv_tree *merged,
			struct mlv_strs *conflicts)
{
	MLV_SCOPED(merge_release) struct merge merge = { .source = source, .ours_root = ours,
							 .conflicts = conflicts };
	mlv_err err;

	if ((err = mlv_tree_diff(source, base, ours, note_change, &merge.ours)) ||
	    (err = mlv_tree_diff(source, base, theirs, note_change, &merge.theirs)) ||
	    (err = find_conflicts(&merge)) ||
	    (err = find_covered(&merge, &merge.ours, &merge.theirs)) ||
	    (err = find_covered(&merge, &merge.theirs, &merge.ours)))
		return err;
	if (conflicts->count > 0) {
		mlv_strs_sort_unique(conflicts);
		return NULL;
	}
	if ((err = mlv_tree_builder_new(&merge.builder, batch)) || (err = build(&merge)))
		return err;
	return mlv_tree_builder_finish(merge.builder, merged);
}
