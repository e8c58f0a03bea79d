#include "core/repo/compare.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"

void mlv_compare_release(struct mlv_compare *compare)
{
	mlv_scan_release(&compare->scan);
	free(compare->path);
	free(compare->part);
	*compare = (struct mlv_compare){ 0 };
}

static mlv_err scan(struct mlv_compare *compare, const struct mlv_scan_options *options)
{
	struct mlv_store *cache;
	mlv_err err;

	/* The scan tells links into the cache from others by where the cache lies. */
	if ((err = mlv_repo_cache(compare->repo, &cache)))
		return err;
	err = mlv_scan_list(&compare->scan, compare->repo, compare->path, compare->part, options);
	if (err && err->code == MLV_E_MISSING) {
		mlv_scan_release(&compare->scan);
		return NULL;
	}
	if (err)
		return err;
	compare->present = true;
	for (size_t i = 0; i < compare->scan.count; i++)
		if (!compare->scan.items[i].stored && compare->scan.items[i].kind != 'd')
			compare->fresh = true;
	return mlv_scan_name(&compare->scan, NULL);
}

mlv_err mlv_compare_scan(struct mlv_compare *compare, struct mlv_repo *repo, const char *path,
			 const char *part, const struct mlv_scan_options *options)
{
	mlv_err err;

	*compare = (struct mlv_compare){ .repo = repo };
	compare->path = mlv_sys_strdup(path);
	compare->part = mlv_sys_strdup(part);
	if (!compare->path || !compare->part)
		err = mlv_error_nomem("a path");
	else
		err = scan(compare, options);
	if (err)
		mlv_compare_release(compare);
	return err;
}

int mlv_entry_compare_path(const struct mlv_entry *a, const struct mlv_entry *b)
{
	size_t shorter = a->path_len < b->path_len ? a->path_len : b->path_len;
	int order = shorter ? memcmp(a->path, b->path, shorter) : 0;

	return order ? order : (a->path_len > b->path_len) - (a->path_len < b->path_len);
}

/* The kind without the executable bit. */
static char plain_kind(char kind)
{
	return kind == 'x' ? 'f' : kind == 'X' ? 'F' : kind;
}

bool mlv_compare_same_bytes(const struct mlv_entry *a, const struct mlv_entry *b)
{
	return plain_kind(a->kind) == plain_kind(b->kind) && a->size == b->size &&
	       mlv_oid_equal(&a->oid, &b->oid);
}

struct mlv_entry mlv_output_entry(const struct mlv_output *output)
{
	char plain = output->type == MLV_ID_LEAVES ? 'F' : 'f';

	return (struct mlv_entry){ .kind = output->exec ? (plain == 'F' ? 'X' : 'x') : plain,
				   .oid = output->oid, .size = output->size, .path = "" };
}

const struct mlv_oid *mlv_output_tree(const struct mlv_output *output)
{
	return output && output->type == MLV_ID_TREE ? &output->oid : NULL;
}

/* A run through both lists. */
struct run {
	struct mlv_compare *compare;
	size_t next; /* item */
	mlv_compare_fn fn;
	void *arg;
};

/* Whether the item is the top of a tracked directory, which has no entry of its own. */
static bool is_top(const struct mlv_scan_item *item)
{
	return item->kind == 'd' && item->path_len == 0;
}

/* Give the items before the tracked path; *at is the one at that very path, if there is one. */
static mlv_err give_extras(struct run *run, const struct mlv_entry *tracked, size_t *at)
{
	const struct mlv_scan *scan = &run->compare->scan;
	mlv_err err;

	*at = MLV_NO_ITEM;
	for (; run->next < scan->count; run->next++) {
		struct mlv_entry item = mlv_scan_entry(scan, run->next);
		int order = tracked ? mlv_entry_compare_path(&item, tracked) : -1;

		if (order > 0)
			return NULL;
		if (order == 0) {
			*at = run->next++;
			return NULL;
		}
		if (!is_top(&scan->items[run->next]) &&
		    (err = run->fn(run->arg, NULL, run->next)))
			return err;
	}
	return NULL;
}

static mlv_err give(struct run *run, const struct mlv_entry *tracked)
{
	size_t item;
	mlv_err err = give_extras(run, tracked, &item);

	return err ? err : run->fn(run->arg, tracked, item);
}

static mlv_err run_file(struct run *run, const struct mlv_output *output)
{
	struct mlv_entry entry = mlv_output_entry(output);

	return give(run, &entry);
}

static mlv_err run_tree(struct run *run, const struct mlv_output *output, bool *any)
{
	MLV_SCOPED(mlv_tree_iter_freep) struct mlv_tree_iter *iter = NULL;
	struct mlv_compare *compare = run->compare;
	const struct mlv_entry *entry = NULL;
	struct mlv_store *cache;
	mlv_err err;

	if ((err = mlv_repo_cache(compare->repo, &cache)) ||
	    (err = mlv_tree_iter_new(&iter, mlv_node_source_store(cache), &output->oid,
				     compare->part)))
		return err;
	for (;;) {
		if ((err = mlv_tree_iter_next(iter, &entry)))
			return err;
		if (!entry)
			return NULL;
		*any = true;
		if ((err = give(run, entry)))
			return err;
	}
}

/* The scan knows what is tracked where something differs, and that the rest does not. */
static mlv_err run_changes(struct run *run)
{
	const struct mlv_scan *scan = &run->compare->scan;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < scan->was_count; i++) {
		struct mlv_entry was = mlv_scan_was(scan, i);

		/* A file that the part's directory took the place of is not of the part. */
		if (was.path_len >= strlen(run->compare->part))
			err = give(run, &was);
	}
	return err;
}

static mlv_err nothing_tracked(const struct mlv_compare *compare)
{
	char shown[512];
	mlv_err err = mlv_error(MLV_E_MISSING, "%s/%s: nothing is tracked there", compare->path,
				mlv_path_shown(compare->part, strlen(compare->part), shown,
					       sizeof(shown)));

	return mlv_error_hint(err, "mlv status %s says what differs there", compare->path);
}

mlv_err mlv_compare_run(struct mlv_compare *compare, const struct mlv_output *output,
			mlv_compare_fn fn, void *arg)
{
	struct run run = { compare, 0, fn, arg };
	bool any = !*compare->part;
	size_t none;
	mlv_err err;

	if (compare->scan.only_changes) {
		any |= compare->scan.clean || compare->scan.was_count;
		err = run_changes(&run);
	} else if (output->type == MLV_ID_TREE)
		err = run_tree(&run, output, &any);
	else
		err = any ? run_file(&run, output) : NULL;
	if (err)
		return err->code == MLV_E_CORRUPT ? mlv_error_wrap(err, "%s", output->path) : err;
	compare->untracked = !any;
	if (!any && !(compare->present && compare->allow_untracked))
		return nothing_tracked(compare);
	return give_extras(&run, NULL, &none);
}

mlv_err mlv_compare_save(struct mlv_compare *compare, const struct mlv_output *output, bool clean)
{
	struct mlv_scan *scan = &compare->scan;
	const struct mlv_index_claim *has = mlv_index_claim(scan->index);
	const struct mlv_oid *tree = mlv_output_tree(output);
	bool claimed = has->known && tree && mlv_oid_equal(&has->tree, tree);
	struct mlv_index_claim claim = { .known = true, .bytes = output->size,
					 .nfiles = output->nfiles };

	if (!tree || !clean || *compare->part || scan->only_changes)
		return compare->fresh ? mlv_scan_save_read(scan) : NULL;
	if (claimed && !compare->fresh)
		return NULL;
	claim.tree = *tree;
	claim.stored = claimed ? has->stored : 0;
	return mlv_scan_save_index(scan, &claim);
}
