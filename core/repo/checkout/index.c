/* The stat index after a checkout: what stayed, what was made, and what other parts had. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/checkout/plan.h"

#define CLOCKS_APART 2 /* seconds that two clocks may differ */
#define TRIES 20
#define PAUSE 2000000L /* ns */

/* Where a merge of the scan's items and the changes stands. */
struct merge {
	struct mlv_plan *plan;
	struct mlv_index_builder *builder;
	size_t item, change;
};

/* What time a file has that is made now, in nanoseconds. */
static bool now_there(const struct mlv_plan *plan, int64_t *now)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	const struct mlv_repo *repo = plan->repo;
	char name[64];
	struct stat st;

	if (mlv_fs_temp(repo->mlv_fd, "tmp/now-", 0666, name, sizeof(name), &fd))
		return false;
	(void)!mlv_sys_unlinkat(repo->mlv_fd, name, 0);
	if (mlv_sys_fstat(fd, &st) < 0)
		return false;
	*now = mlv_index_stat_of(&st, plan->home).mtime;
	return true;
}

/*
 * Wait until the file system's clock has left the time of the last file that
 * was made: from then on a change to any of them shows in its stat.
 */
static void wait_for_clock(const struct mlv_plan *plan)
{
	int64_t last = 0, now;

	for (size_t i = 0; i < plan->count; i++) {
		const struct mlv_change *change = &plan->changes[i];

		if (change->done && change->act != MLV_ACT_REMOVE && change->after.ctime > last)
			last = change->after.ctime;
	}
	for (int i = 0; i < TRIES; i++) {
		struct timespec pause = { 0, PAUSE };

		if (!now_there(plan, &now) || now > last)
			return;
		(void)nanosleep(&pause, NULL);
	}
}

static mlv_err add_item(struct merge *merge, size_t at)
{
	const struct mlv_scan *scan = &merge->plan->compare.scan;
	const struct mlv_scan_item *item = &scan->items[at];
	struct mlv_entry entry = mlv_scan_entry(scan, at);
	int64_t limit = (merge->plan->started - CLOCKS_APART) * 1000000000;

	/* It was read in this run: it may have been written to in the same moment. */
	bool racy = !item->stored && (item->stat.mtime >= limit || item->stat.ctime >= limit);

	if (item->kind == 'd' && !item->path_len)
		return NULL; /* the output itself, empty */
	return mlv_index_builder_add(merge->builder, &entry, &item->stat, racy);
}

static mlv_err add_change(struct merge *merge, const struct mlv_change *change)
{
	struct mlv_entry entry = mlv_change_entry(merge->plan, change);

	if (change->act == MLV_ACT_REMOVE && change->done)
		return NULL;
	if (change->done)
		return mlv_index_builder_add(merge->builder, &entry, &change->after, false);
	/* What the index has of it stays, where it stays. */
	if (change->item == MLV_NO_ITEM || merge->plan->compare.scan.only_changes)
		return NULL;
	return add_item(merge, change->item);
}

/* Add items and changes up to old (NULL: all that are left). */
static mlv_err add_before(struct merge *merge, const struct mlv_entry *old)
{
	struct mlv_plan *plan = merge->plan;
	mlv_err err = NULL;

	while (!err && (merge->item < plan->compare.scan.count || merge->change < plan->count)) {
		bool has_item = merge->item < plan->compare.scan.count;
		bool has_change = merge->change < plan->count;
		struct mlv_entry item = { 0 }, change = { 0 };
		int order = has_item ? -1 : 1;

		if (has_item)
			item = mlv_scan_entry(&plan->compare.scan, merge->item);
		if (has_change)
			change = mlv_change_entry(plan, &plan->changes[merge->change]);
		if (has_item && has_change)
			order = mlv_entry_compare_path(&item, &change);
		if (old && mlv_entry_compare_path(order < 0 ? &item : &change, old) > 0)
			return NULL;
		err = order < 0 ? add_item(merge, merge->item)
				: add_change(merge, &plan->changes[merge->change]);
		merge->item += order <= 0;
		merge->change += order >= 0;
	}
	return err;
}

/* Whether the work tree is now what the pointer says, so that the index is its tree. */
static bool is_whole(const struct mlv_plan *plan)
{
	if (!plan->compared || *plan->compare.part || !mlv_output_tree(plan->output))
		return false;
	for (size_t i = 0; i < plan->count; i++)
		if (!plan->changes[i].done)
			return false;
	return true;
}

/* The scan spoke of changes only: the rest of the index stays, and so does its claim. */
static mlv_err save_changes(struct merge *merge)
{
	struct mlv_index *index = merge->plan->compare.scan.index;
	struct mlv_index_claim claim = *mlv_index_claim(index);
	mlv_err err;

	mlv_index_builder_edit(merge->builder);
	err = add_before(merge, NULL);
	return err ? err : mlv_index_builder_save(merge->builder, index, &claim);
}

static mlv_err save_all(struct merge *merge)
{
	MLV_SCOPED(mlv_index_cursor_freep) struct mlv_index_cursor *cursor = NULL;
	MLV_SCOPED(mlv_index_freep) struct mlv_index *old = NULL;
	const struct mlv_plan *plan = merge->plan;
	const struct mlv_output *output = plan->output;
	const char *part = plan->compare.part;
	const struct mlv_index_item *item;
	struct mlv_index_claim claim = { .known = is_whole(plan), .tree = output->oid,
					 .bytes = output->size, .nfiles = output->nfiles };
	mlv_err err;

	if ((err = mlv_index_load(&old, plan->repo, plan->compare.path)) ||
	    (err = mlv_index_cursor_new(&cursor, old, "")))
		return err;
	while (*part && !(err = mlv_index_peek(cursor, &item)) && item) {
		const struct mlv_entry *entry = &item->entry;

		if (!mlv_scan_replaces(part, entry->path, entry->path_len) &&
		    ((err = add_before(merge, entry)) ||
		     (err = mlv_index_builder_keep(merge->builder, item))))
			return err;
		mlv_index_next(cursor);
	}
	if (err || (err = add_before(merge, NULL)))
		return err;
	return mlv_index_builder_save(merge->builder, NULL, &claim);
}

mlv_err mlv_plan_save_index(struct mlv_plan *plan)
{
	MLV_SCOPED(mlv_index_builder_freep) struct mlv_index_builder *builder = NULL;
	struct merge merge = { .plan = plan };
	mlv_err err;

	wait_for_clock(plan);
	if ((err = mlv_index_builder_new(&builder, plan->repo, plan->compare.path)))
		return err;
	merge.builder = builder;
	return plan->compare.scan.only_changes ? save_changes(&merge) : save_all(&merge);
}
