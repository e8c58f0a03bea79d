#include "core/repo/unprotect.h"

#include <string.h>

#include "core/base/path.h"
#include "core/repo/checkout/plan.h"
#include "core/repo/lock.h"

/* The change that frees the item, if it needs one. */
static mlv_err plan_item(struct mlv_plan *plan, size_t at)
{
	const struct mlv_scan_item *item = &plan->compare.scan.items[at];
	struct mlv_entry entry = mlv_scan_entry(&plan->compare.scan, at);
	bool linked = item->in_cache || item->stat.linked;
	mlv_err err;

	if (item->kind == 'd' || (item->kind == 'l' && !item->in_cache))
		return NULL;
	if (!linked && (item->stat.mode & 0200))
		return NULL;
	if ((err = mlv_plan_add(plan, linked ? MLV_ACT_WRITE : MLV_ACT_CHMOD, &entry, at)))
		return err;
	plan->changes[plan->count - 1].same = true;
	return NULL;
}

static mlv_err plan_target(struct mlv_plan *plan, struct mlv_repo *repo,
			   const struct mlv_target *target)
{
	const struct mlv_scan_options options = { .shown = mlv_output_tree(target->output) };
	mlv_err err;

	if ((err = mlv_plan_begin(plan, repo)))
		return err;
	plan->output = target->output;
	plan->unprotect = true;
	err = mlv_compare_scan(&plan->compare, repo, target->output->path, target->part, &options);
	if (!err && !plan->compare.present && *target->part)
		err = mlv_error(MLV_E_MISSING, "%s/%s: no such file or directory",
				target->output->path, target->part);
	for (size_t i = 0; !err && i < plan->compare.scan.count; i++)
		err = plan_item(plan, i);
	return err;
}

static mlv_err refuse(const struct mlv_checkout_result *result)
{
	const struct mlv_strs *list = result->damaged.count ? &result->damaged : &result->missing;
	char shown[512];

	if (!list->count)
		return NULL;
	return mlv_error_hint(
		mlv_error(MLV_E_REFUSED, "%s: what it holds is not in the cache",
			  mlv_path_shown(list->at[0], strlen(list->at[0]), shown, sizeof(shown))),
		"keep it with mlv add, or get the tracked version back with mlv checkout --force");
}

static mlv_err unprotect(struct mlv_repo *repo, const struct mlv_target *target,
			 struct mlv_linker *linker, struct mlv_checkout_result *result,
			 uint64_t *count)
{
	MLV_SCOPED(mlv_plan_release) struct mlv_plan plan = { 0 };
	mlv_err err = plan_target(&plan, repo, target);

	if (err || !plan.count)
		return err;
	if ((err = mlv_plan_check(&plan, linker, true, result)) ||
	    (err = mlv_plan_apply(&plan, linker, false, result)))
		return err;
	for (size_t i = 0; i < plan.count; i++)
		*count += plan.changes[i].done;
	return mlv_plan_save_index(&plan);
}

mlv_err mlv_unprotect(struct mlv_repo *repo, const struct mlv_targets *targets, uint64_t *count)
{
	MLV_SCOPED(mlv_checkout_result_release) struct mlv_checkout_result result = { 0 };
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	MLV_SCOPED(mlv_linker_freep) struct mlv_linker *linker = NULL;
	mlv_err err;

	*count = 0;
	if ((err = mlv_lock_worktree(&lock, repo, "unprotect")) ||
	    (err = mlv_checkout_sweep(repo)) ||
	    (err = mlv_linker_new(&linker, repo, "reflink,copy")))
		return err;
	for (size_t i = 0; i < targets->count; i++)
		if ((err = unprotect(repo, &targets->at[i], linker, &result, count)))
			return err;
	if ((err = mlv_linker_save(linker)))
		return err;
	return refuse(&result);
}
