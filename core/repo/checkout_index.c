/* The stat index after a checkout: what stayed, what was made, and what other parts had. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/checkout_plan.h"

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
static bool now_there(const struct mlv_repo *repo, struct timespec *now)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char name[64];
	struct stat st;

	if (mlv_fs_temp(repo->mlv_fd, "tmp/now-", 0666, name, sizeof(name), &fd))
		return false;
	(void)!mlv_sys_unlinkat(repo->mlv_fd, name, 0);
	if (mlv_sys_fstat(fd, &st) < 0)
		return false;
	*now = st.st_mtim;
	return true;
}

static bool is_after(struct timespec a, int64_t s, uint32_t ns)
{
	return a.tv_sec > s || (a.tv_sec == s && a.tv_nsec > (long)ns);
}

/*
 * Wait until the file system's clock has left the time of the last file that
 * was made: from then on a change to any of them shows in its stat.
 */
static void wait_for_clock(const struct mlv_plan *plan)
{
	int64_t last_s = 0;
	uint32_t last_ns = 0;
	struct timespec now;

	for (size_t i = 0; i < plan->count; i++) {
		const struct mlv_scan_item *after = &plan->changes[i].after;

		if (!plan->changes[i].done || plan->changes[i].act == MLV_ACT_REMOVE)
			continue;
		if (after->ctime_s > last_s || (after->ctime_s == last_s && after->ctime_ns > last_ns)) {
			last_s = after->ctime_s;
			last_ns = after->ctime_ns;
		}
	}
	for (int i = 0; i < TRIES; i++) {
		struct timespec pause = { 0, PAUSE };

		if (!now_there(plan->repo, &now) || is_after(now, last_s, last_ns))
			return;
		(void)nanosleep(&pause, NULL);
	}
}

static mlv_err add_item(struct merge *merge, size_t at)
{
	const struct mlv_scan *scan = &merge->plan->compare.scan;
	const struct mlv_scan_item *item = &scan->items[at];
	struct mlv_entry entry = mlv_scan_entry(scan, at);
	int64_t limit = merge->plan->started - CLOCKS_APART;
	struct stat st;

	/* It was read in this run: it may have been written to in the same moment. */
	bool racy = !item->stored && (item->mtime_s >= limit || item->ctime_s >= limit);

	mlv_scan_item_stat(item, &st);
	return mlv_index_builder_add(merge->builder, &entry, &st, racy);
}

static mlv_err add_change(struct merge *merge, const struct mlv_change *change)
{
	struct mlv_entry entry = mlv_change_entry(merge->plan, change);
	struct stat st;

	if (change->act == MLV_ACT_REMOVE && change->done)
		return NULL;
	if (!change->done)
		return change->item == MLV_NO_ITEM ? NULL : add_item(merge, change->item);
	mlv_scan_item_stat(&change->after, &st);
	return mlv_index_builder_add(merge->builder, &entry, &st, false);
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

/* Whether an old record lies in the part that was checked out. */
static bool is_replaced(const char *part, const struct mlv_entry *old)
{
	size_t len = strlen(part), shorter = old->path_len < len ? old->path_len : len;

	if (len == 0)
		return true;
	if (memcmp(old->path, part, shorter) != 0)
		return false;
	return old->path_len == len ||
	       (old->path_len < len ? part[old->path_len] : old->path[len]) == '/';
}

mlv_err mlv_plan_save_index(struct mlv_plan *plan)
{
	MLV_SCOPED(mlv_index_builder_freep) struct mlv_index_builder *builder = NULL;
	MLV_SCOPED(mlv_index_freep) struct mlv_index *old = NULL;
	struct merge merge = { .plan = plan };
	mlv_err err;

	wait_for_clock(plan);
	if ((err = mlv_index_load(&old, plan->repo, plan->compare.path)) ||
	    (err = mlv_index_builder_new(&builder, plan->repo, plan->compare.path)))
		return err;
	merge.builder = builder;
	for (size_t i = 0; !err && i < mlv_index_count(old); i++) {
		struct mlv_entry entry;

		mlv_index_at(old, i, &entry);
		if (is_replaced(plan->compare.part, &entry))
			continue;
		if (!(err = add_before(&merge, &entry)))
			err = mlv_index_builder_keep(builder, old, i);
	}
	if (err || (err = add_before(&merge, NULL)))
		return err;
	return mlv_index_builder_save(builder);
}
