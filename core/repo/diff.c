#include "core/repo/diff.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/compare.h"

static void item_release(struct mlv_diff_item *item)
{
	free(item->path);
	free(item->old_path);
	*item = (struct mlv_diff_item){ 0 };
}

void mlv_diff_release(struct mlv_diff *diff)
{
	for (size_t i = 0; i < diff->count; i++)
		item_release(&diff->items[i]);
	free(diff->items);
	mlv_strs_release(&diff->missing);
	*diff = (struct mlv_diff){ 0 };
}

/* What an output means of which nothing is in the work tree. */
enum absent {
	AS_ITS_POINTER,
	DELETED,
	DELETED_WHOLE, /* its files are not named one by one */
};

/* A comparison on its way. */
struct differ {
	struct mlv_repo *repo;
	struct mlv_store *cache;
	struct mlv_diff *diff;
	struct mlv_strs wanted; /* none: all */
	struct mlv_outputs old, new_outputs;
	bool work_tree;         /* the new side is what lies there */
	enum absent absent;
	const char *output;     /* being compared */
	struct mlv_compare compare;
	bool any;               /* a path below it differs */
};

static void differ_release(struct differ *differ)
{
	mlv_strs_release(&differ->wanted);
	mlv_outputs_release(&differ->old);
	mlv_outputs_release(&differ->new_outputs);
	mlv_compare_release(&differ->compare);
}

/* Whether path is one of the two, or lies below the other. */
static bool lies_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return len == 0 || (strncmp(path, dir, len) == 0 && (path[len] == '/' || !path[len]));
}

static bool is_wanted(const struct differ *differ, const char *path)
{
	for (size_t i = 0; i < differ->wanted.count; i++)
		if (lies_below(path, differ->wanted.at[i]))
			return true;
	return differ->wanted.count == 0;
}

/* Whether anything of the output may be wanted. */
static bool is_touched(const struct differ *differ, const char *output)
{
	for (size_t i = 0; i < differ->wanted.count; i++)
		if (lies_below(output, differ->wanted.at[i]) ||
		    lies_below(differ->wanted.at[i], output))
			return true;
	return differ->wanted.count == 0;
}

/* Empty directories are nothing, here. */
static struct mlv_diff_side side_of(const struct mlv_entry *entry)
{
	if (!entry || entry->kind == 'd')
		return (struct mlv_diff_side){ 0 };
	return (struct mlv_diff_side){ entry->kind, entry->oid, entry->size };
}

static mlv_err add_item(struct differ *differ, struct mlv_buf *path,
			const struct mlv_diff_side *old, const struct mlv_diff_side *new_side)
{
	struct mlv_diff *diff = differ->diff;
	char what = !old->kind ? 'A' : !new_side->kind ? 'D' : 'M';
	mlv_err err;

	if (!is_wanted(differ, path->ptr))
		return NULL;
	if ((err = mlv_array_grow(&diff->items, &diff->cap, diff->count + 1,
				  sizeof(*diff->items))))
		return err;
	diff->items[diff->count] = (struct mlv_diff_item){ .what = what, .old = *old,
							   .new_side = *new_side };
	diff->items[diff->count].path = mlv_buf_detach(path);
	return diff->items[diff->count++].path ? NULL : mlv_error_nomem("a path");
}

/* A path below the output, or the output when it is a file. */
static mlv_err add_entry(struct differ *differ, const struct mlv_entry *old,
			 const struct mlv_entry *new_entry)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const struct mlv_entry *any = new_entry ? new_entry : old;
	struct mlv_diff_side before = side_of(old), after = side_of(new_entry);
	mlv_err err;

	differ->any = true;
	if (!before.kind && !after.kind)
		return NULL;
	if ((err = mlv_buf_add_str(&path, differ->output)) ||
	    (any->path_len && (err = mlv_buf_add_char(&path, '/'))) ||
	    (err = mlv_buf_add(&path, any->path, any->path_len)))
		return err;
	return add_item(differ, &path, &before, &after);
}

static mlv_err on_change(void *arg, const struct mlv_entry *old, const struct mlv_entry *new_entry)
{
	return add_entry(arg, old, new_entry);
}

static mlv_err on_added(void *arg, const struct mlv_entry *entry)
{
	return add_entry(arg, NULL, entry);
}

static mlv_err on_deleted(void *arg, const struct mlv_entry *entry)
{
	return add_entry(arg, entry, NULL);
}

static mlv_err on_path(void *arg, const struct mlv_entry *tracked, size_t item)
{
	struct differ *differ = arg;
	struct mlv_entry here;

	if (item == MLV_NO_ITEM)
		return add_entry(differ, tracked, NULL);
	here = mlv_scan_entry(&differ->compare.scan, item);
	if (tracked && tracked->kind == here.kind && mlv_compare_same_bytes(tracked, &here))
		return NULL;
	return add_entry(differ, tracked, &here);
}

/* The line of the directory itself. */
static mlv_err add_dir(struct differ *differ, const struct mlv_output *old,
		       const struct mlv_output *new_output)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	struct mlv_diff_side before = { 0 }, after = { 0 };
	mlv_err err;

	if (old && old->type == MLV_ID_TREE)
		before = (struct mlv_diff_side){ 'n', old->oid, old->size };
	if (new_output && new_output->type == MLV_ID_TREE)
		after = (struct mlv_diff_side){ 'n', new_output->oid, new_output->size };
	if (!before.kind && !after.kind)
		return NULL;
	if ((err = mlv_buf_printf(&path, "%s/", differ->output)))
		return err;
	return add_item(differ, &path, &before, &after);
}

/* One side alone: all of it was added or deleted. */
static mlv_err walk_side(struct differ *differ, const struct mlv_output *output, bool added)
{
	struct mlv_entry entry;

	if (output->type == MLV_ID_TREE)
		return mlv_tree_walk(mlv_node_source_store(differ->cache), &output->oid, "",
				     added ? on_added : on_deleted, differ);
	entry = mlv_output_entry(output);
	return add_entry(differ, added ? NULL : &entry, added ? &entry : NULL);
}

/* By what the pointers of both sides say. */
static mlv_err by_pointers(struct differ *differ, const struct mlv_output *old,
			   const struct mlv_output *new_output)
{
	struct mlv_entry before, after;
	mlv_err err;

	if (old && new_output && mlv_output_same_id(old, new_output) &&
	    old->exec == new_output->exec)
		return NULL;
	if (old && new_output && old->type == MLV_ID_TREE && new_output->type == MLV_ID_TREE)
		return mlv_tree_diff(mlv_node_source_store(differ->cache), &old->oid,
				     &new_output->oid, on_change, differ);
	if (old && new_output && old->type != MLV_ID_TREE && new_output->type != MLV_ID_TREE) {
		before = mlv_output_entry(old);
		after = mlv_output_entry(new_output);
		return add_entry(differ, &before, &after);
	}
	if (old && (err = walk_side(differ, old, false)))
		return err;
	return new_output ? walk_side(differ, new_output, true) : NULL;
}

/* By what lies in the work tree. */
static mlv_err by_files(struct differ *differ, const struct mlv_output *old)
{
	mlv_err err = NULL;

	if (old)
		return mlv_compare_run(&differ->compare, old, on_path, differ);
	for (size_t i = 0; !err && i < differ->compare.scan.count; i++)
		err = on_path(differ, NULL, i);
	return err;
}

/* Nothing of it is in the work tree. */
static mlv_err by_absence(struct differ *differ, const struct mlv_output **old,
			  const struct mlv_output **new_output)
{
	if (differ->absent != AS_ITS_POINTER)
		*new_output = NULL;
	if (differ->absent != DELETED_WHOLE || !*old || (*old)->type != MLV_ID_TREE)
		return by_pointers(differ, *old, *new_output);
	differ->any = true;
	return NULL;
}

static mlv_err compare_output(struct differ *differ, const struct mlv_output *old,
			      const struct mlv_output *new_output)
{
	size_t first = differ->diff->count;
	const struct mlv_scan_options options = { .tree = mlv_output_tree(old) };
	bool scanned = false;
	mlv_err err;

	differ->output = new_output ? new_output->path : old->path;
	differ->any = false;
	mlv_compare_release(&differ->compare);
	if (differ->work_tree && new_output && new_output->cache) {
		if ((err = mlv_compare_scan(&differ->compare, differ->repo, differ->output, "",
					    &options)))
			return err;
		scanned = differ->compare.present;
	}
	if (scanned)
		err = by_files(differ, old);
	else if (differ->work_tree && new_output && new_output->cache)
		err = by_absence(differ, &old, &new_output);
	else
		err = by_pointers(differ, old, new_output);
	if (scanned && !err && differ->compare.fresh)
		err = mlv_scan_save_read(&differ->compare.scan);
	if (err && err->code == MLV_E_MISSING) {
		/* Without its manifest, only the whole can be told. */
		while (differ->diff->count > first)
			item_release(&differ->diff->items[--differ->diff->count]);
		differ->any = !old || !new_output || !mlv_output_same_id(old, new_output);
		if (is_touched(differ, differ->output))
			err = mlv_strs_add(&differ->diff->missing, differ->output);
		else
			err = NULL;
	}
	if (err || !differ->any)
		return err;
	return add_dir(differ, old, new_output);
}

/* Both lists are sorted by path. */
static mlv_err merge(struct differ *differ)
{
	size_t o = 0, n = 0;
	mlv_err err = NULL;

	while (!err && (o < differ->old.count || n < differ->new_outputs.count)) {
		const struct mlv_output *old = o < differ->old.count ? &differ->old.at[o] : NULL;
		const struct mlv_output *new_output =
			n < differ->new_outputs.count ? &differ->new_outputs.at[n] : NULL;
		int order = !old ? 1 : !new_output ? -1 : strcmp(old->path, new_output->path);

		if (order < 0)
			new_output = NULL;
		else if (order > 0)
			old = NULL;
		o += order <= 0;
		n += order >= 0;
		if (old ? is_touched(differ, old->path)
			: new_output && is_touched(differ, new_output->path))
			err = compare_output(differ, old, new_output);
	}
	return err;
}

static int by_bytes(const void *a, const void *b)
{
	const struct mlv_diff_item *const *x = a, *const *y = b;
	const struct mlv_diff_side *left = (*x)->what == 'D' ? &(*x)->old : &(*x)->new_side;
	const struct mlv_diff_side *right = (*y)->what == 'D' ? &(*y)->old : &(*y)->new_side;
	int order = mlv_oid_compare(&left->oid, &right->oid);

	if (!order)
		order = (left->size > right->size) - (left->size < right->size);
	/* Deleted before added, then in order of path, which is that of the items. */
	if (!order)
		order = ((*y)->what == 'D') - ((*x)->what == 'D');
	return order ? order : (*x > *y) - (*x < *y);
}

/* Whether one that was deleted and one that was added have the same bytes. */
static bool is_rename(const struct mlv_diff_item *deleted, const struct mlv_diff_item *added)
{
	struct mlv_entry old = { .kind = deleted->old.kind, .oid = deleted->old.oid,
				 .size = deleted->old.size };
	struct mlv_entry now = { .kind = added->new_side.kind, .oid = added->new_side.oid,
				 .size = added->new_side.size };

	return deleted->what == 'D' && added->what == 'A' && old.size &&
	       mlv_compare_same_bytes(&old, &now);
}

static void make_rename(struct mlv_diff_item *deleted, struct mlv_diff_item *added)
{
	added->what = 'R';
	added->old = deleted->old;
	added->old_path = MLV_TAKE(deleted->path);
	deleted->what = 0;
}

/* The first of list, and those after it of the same bytes: pair the deleted with the added. */
static size_t pair_group(struct mlv_diff_item **list, size_t count)
{
	const struct mlv_diff_side *key = list[0]->what == 'D' ? &list[0]->old : &list[0]->new_side;
	size_t deleted = 0, end;

	for (end = 0; end < count; end++) {
		bool gone = list[end]->what == 'D';
		const struct mlv_diff_side *side = gone ? &list[end]->old : &list[end]->new_side;

		if (side->size != key->size || !mlv_oid_equal(&side->oid, &key->oid))
			break;
		deleted += gone;
	}
	for (size_t d = 0; d < deleted && deleted + d < end; d++)
		if (is_rename(list[d], list[deleted + d]))
			make_rename(list[d], list[deleted + d]);
	return end;
}

/* Pair what was deleted with what was added of the same bytes, in order of path. */
static mlv_err find_renames(struct mlv_diff *diff)
{
	MLV_SCOPED(mlv_mem_free) struct mlv_diff_item **list = NULL;
	size_t count = 0, kept = 0;

	if (!(list = mlv_sys_alloc_array(diff->count + 1, sizeof(struct mlv_diff_item *))))
		return mlv_error_nomem("a list of differences");
	for (size_t i = 0; i < diff->count; i++)
		if (diff->items[i].what != 'M')
			list[count++] = &diff->items[i];
	qsort(list, count, sizeof(struct mlv_diff_item *), by_bytes);
	for (size_t i = 0; i < count;)
		i += pair_group(list + i, count - i);
	for (size_t i = 0; i < diff->count; i++) {
		if (diff->items[i].what)
			diff->items[kept++] = diff->items[i];
		else
			item_release(&diff->items[i]);
	}
	diff->count = kept;
	return NULL;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct mlv_diff_item *)a)->path,
		      ((const struct mlv_diff_item *)b)->path);
}

static mlv_err load_old(struct differ *differ, const char *a)
{
	struct mlv_git_id commit;
	struct mlv_git *git;
	mlv_err err;

	if ((err = mlv_repo_git(differ->repo, &git)))
		return err;
	/* Before the first commit there is nothing old. */
	if (!a && git && mlv_git_resolve(git, "HEAD", &commit))
		return NULL;
	return mlv_outputs_load_rev(differ->repo, a ? a : "HEAD", &differ->old);
}

static mlv_err not_tracked(const char *typed)
{
	char shown[512];

	return mlv_error(MLV_E_MISSING, "%s: tracked on neither side",
			 mlv_path_shown(typed, strlen(typed), shown, sizeof(shown)));
}

static mlv_err want(struct differ *differ, const char *typed)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	struct mlv_outputs *sides[2] = { &differ->old, &differ->new_outputs };
	size_t len;
	mlv_err err;

	if ((err = mlv_repo_path(differ->repo, typed, &path)))
		return err;
	if (mlv_pointer_name(path.ptr, &len) && !mlv_outputs_find(sides[0], path.ptr) &&
	    !mlv_outputs_find(sides[1], path.ptr))
		mlv_buf_truncate(&path, len);
	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < sides[s]->count; i++)
			if (lies_below(sides[s]->at[i].path, path.ptr) ||
			    lies_below(path.ptr, sides[s]->at[i].path))
				return mlv_strs_add(&differ->wanted, path.ptr);
	return not_tracked(typed);
}

/* Both sides are loaded. */
static mlv_err run(struct differ *differ, char *const *typed)
{
	struct mlv_diff *diff = differ->diff;
	mlv_err err = mlv_repo_cache(differ->repo, &differ->cache);

	*diff = (struct mlv_diff){ 0 };
	for (; typed && *typed && !err; typed++)
		err = want(differ, *typed);
	if (!err && !(err = merge(differ)))
		err = find_renames(diff);
	if (err)
		mlv_diff_release(diff);
	else if (diff->count)
		qsort(diff->items, diff->count, sizeof(*diff->items), by_path);
	return err;
}

mlv_err mlv_diff_run(struct mlv_repo *repo, const char *a, const char *b, char *const *typed,
		     struct mlv_diff *diff)
{
	MLV_SCOPED(differ_release) struct differ differ = { .repo = repo, .diff = diff,
							    .work_tree = !b };
	mlv_err err;

	if ((err = load_old(&differ, a)) ||
	    (err = b ? mlv_outputs_load_rev(repo, b, &differ.new_outputs)
		     : mlv_outputs_load(repo, &differ.new_outputs)))
		return err;
	return run(&differ, typed);
}

mlv_err mlv_diff_committed(struct mlv_repo *repo, char *const *typed, struct mlv_diff *diff)
{
	MLV_SCOPED(differ_release) struct differ differ = { .repo = repo, .diff = diff };
	mlv_err err;

	if ((err = load_old(&differ, NULL)) ||
	    (err = mlv_outputs_load(repo, &differ.new_outputs)))
		return err;
	return run(&differ, typed);
}

mlv_err mlv_diff_uncommitted(struct mlv_repo *repo, char *const *typed, bool files,
			     struct mlv_diff *diff)
{
	MLV_SCOPED(differ_release) struct differ differ = {
		.repo = repo, .diff = diff, .work_tree = true,
		.absent = files ? DELETED : DELETED_WHOLE,
	};
	mlv_err err;

	if ((err = mlv_outputs_load(repo, &differ.old)) ||
	    (err = mlv_outputs_load(repo, &differ.new_outputs)))
		return err;
	return run(&differ, typed);
}
