#include "core/repo/checkout.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/checkout/plan.h"
#include "core/repo/index/list.h"
#include "core/repo/lock.h"

#define NAMED 10 /* paths that a message names */

void mlv_checkout_result_release(struct mlv_checkout_result *result)
{
	for (size_t i = 0; i < result->count; i++)
		free(result->lines[i].path);
	free(result->lines);
	mlv_strs_release(&result->missing);
	mlv_strs_release(&result->damaged);
	*result = (struct mlv_checkout_result){ 0 };
}

/* All plans of one checkout. */
struct checkout {
	struct mlv_repo *repo;
	const struct mlv_outputs *outputs;
	const struct mlv_checkout_options *options;
	struct mlv_checkout_result *result;
	struct mlv_linker *linker;
	struct mlv_lock *lock;
	struct mlv_plan *plans;
	size_t count, cap;
};

static void checkout_release(struct checkout *checkout)
{
	for (size_t i = 0; i < checkout->count; i++)
		mlv_plan_release(&checkout->plans[i]);
	free(checkout->plans);
	mlv_linker_freep(&checkout->linker);
	mlv_lock_freep(&checkout->lock);
}

static mlv_err new_plan(struct checkout *checkout, struct mlv_plan **plan)
{
	mlv_err err = mlv_array_grow(&checkout->plans, &checkout->cap, checkout->count + 1,
				     sizeof(*checkout->plans));

	if (!err)
		*plan = &checkout->plans[checkout->count];
	return err;
}

static mlv_err plan_target(struct checkout *checkout, const struct mlv_target *target)
{
	struct mlv_plan *plan;
	mlv_err err;

	if (!target->output->cache)
		return NULL; /* not kept by mlv */
	if ((err = new_plan(checkout, &plan)) ||
	    (err = mlv_plan_make(plan, checkout->repo, target, checkout->options->relink)))
		return err;
	checkout->count++;
	return mlv_plan_check(plan, checkout->linker, checkout->options->force, checkout->result);
}

/* An output that the index remembers and no pointer names. */
static mlv_err plan_gone(struct checkout *checkout, const char *path)
{
	struct mlv_plan *plan;
	bool tracked;
	mlv_err err;

	if ((err = mlv_repo_git_tracks(checkout->repo, path, &tracked)))
		return err;
	if (tracked || mlv_outputs_find(checkout->outputs, path))
		return mlv_index_remove(checkout->repo, path);
	if ((err = new_plan(checkout, &plan)) ||
	    (err = mlv_plan_gone(plan, checkout->repo, checkout->outputs, path)))
		return err;
	checkout->count++;
	return mlv_plan_check(plan, checkout->linker, false, checkout->result);
}

static mlv_err plan_all_gone(struct checkout *checkout)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs known = { 0 };
	mlv_err err = mlv_index_list(checkout->repo, &known);

	for (size_t i = 0; !err && i < known.count; i++) {
		const struct mlv_output *output = mlv_outputs_find(checkout->outputs, known.at[i]);

		if (!output || strcmp(output->path, known.at[i]) != 0)
			err = plan_gone(checkout, known.at[i]);
	}
	return err;
}

/* Append "a, b and 3 more" for the count paths of which list holds the first. */
static mlv_err name_some(struct mlv_buf *text, const struct mlv_strs *list, uint64_t count)
{
	mlv_err err = NULL;
	size_t named = list->count < NAMED ? list->count : NAMED;

	for (size_t i = 0; !err && i < named; i++) {
		char shown[160];

		err = mlv_buf_printf(text, "%s%s", i ? ", " : "",
				     mlv_path_shown(list->at[i], strlen(list->at[i]), shown,
						    sizeof(shown)));
	}
	if (!err && count > named)
		err = mlv_buf_printf(text, " and %llu more", (unsigned long long)(count - named));
	return err;
}

static mlv_err refuse_unsafe(const struct checkout *checkout)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs unsafe = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	uint64_t count = 0;
	mlv_err err = NULL;

	for (size_t p = 0; p < checkout->count; p++) {
		const struct mlv_plan *plan = &checkout->plans[p];

		for (size_t i = 0; i < plan->count; i++) {
			MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;

			if (!plan->changes[i].unsafe || count++ >= NAMED)
				continue;
			if ((err = mlv_change_path(plan, &plan->changes[i], &path)) ||
			    (err = mlv_strs_add(&unsafe, path.ptr)))
				return err;
		}
	}
	if (!count)
		return NULL;
	if ((err = name_some(&text, &unsafe, count)))
		return err;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "not stored, and would be lost: %s", text.ptr),
			      "mlv add %s keeps them; mlv checkout --force loses them",
			      count == 1 ? unsafe.at[0] : "<path>");
}

static bool needs_apply(const struct mlv_plan *plan)
{
	bool any = false;

	for (size_t i = 0; i < plan->count && !any; i++)
		any = plan->changes[i].act != MLV_ACT_LEAVE;
	/* An empty tracked directory has no entries: only its top is made. */
	return any || (plan->output && plan->output->type == MLV_ID_TREE && !plan->no_tree &&
		       !plan->compare.present);
}

static mlv_err add_line(struct mlv_checkout_result *result, char what, bool dir,
			const struct mlv_compare *compare)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_array_grow(&result->lines, &result->cap, result->count + 1,
				  sizeof(*result->lines))) ||
	    (err = mlv_buf_printf(&path, "%s%s%s", compare->path, *compare->part ? "/" : "",
				  compare->part)))
		return err;
	result->lines[result->count] = (struct mlv_checkout_line){ what, dir,
								   mlv_buf_detach(&path) };
	if (!result->lines[result->count].path)
		return mlv_error_nomem("a path");
	result->count++;
	return NULL;
}

/* Count what was done, and give the target its line. */
static mlv_err report(const struct mlv_plan *plan, struct mlv_checkout_result *result)
{
	bool any = false, dir = plan->output && plan->output->type == MLV_ID_TREE;

	for (size_t i = 0; i < plan->count; i++) {
		const struct mlv_change *change = &plan->changes[i];
		bool relinked = change->act == MLV_ACT_WRITE && change->same && plan->relink;

		if (!change->done || relinked)
			continue;
		any = true;
		if (change->kind == 'd')
			continue;
		if (change->act == MLV_ACT_REMOVE)
			result->deleted++;
		else if (change->item == MLV_NO_ITEM)
			result->added++;
		else
			result->modified++;
	}
	if (*plan->compare.part && plan->count == 1)
		dir = plan->changes[0].path_len > strlen(plan->compare.part);
	if (!plan->output)
		return any ? add_line(result, 'D', plan->compare.scan.is_dir, &plan->compare)
			   : NULL;
	if (!any && (plan->compare.present || plan->no_tree || plan->count))
		return NULL;
	return add_line(result, plan->compare.present ? 'M' : 'A', dir, &plan->compare);
}

static mlv_err finish_gone(struct checkout *checkout, const struct mlv_plan *plan)
{
	char shown[512];

	if (plan->left)
		mlv_tell_warning(checkout->repo->ctx,
				 "%s: no longer tracked; left in place, because not stored: "
				 "%llu file%s",
				 mlv_path_shown(plan->compare.path, strlen(plan->compare.path),
						shown, sizeof(shown)),
				 (unsigned long long)plan->left, plan->left == 1 ? "" : "s");
	return mlv_index_remove(checkout->repo, plan->compare.path);
}

static mlv_err apply(struct checkout *checkout, struct mlv_plan *plan)
{
	bool changes = needs_apply(plan);
	mlv_err err;

	if (changes && (err = mlv_plan_apply(plan, checkout->linker, checkout->options->force,
					     checkout->result)))
		return err;
	if (changes && (err = report(plan, checkout->result)))
		return err;
	if (!plan->output)
		return finish_gone(checkout, plan);
	if (changes)
		return mlv_plan_save_index(plan);
	return plan->compare.present ? mlv_compare_save(&plan->compare, plan->output,
							  plan->compared && !plan->count)
				     : NULL;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct mlv_checkout_line *)a)->path,
		      ((const struct mlv_checkout_line *)b)->path);
}

static mlv_err apply_all(struct checkout *checkout)
{
	struct mlv_checkout_result *result = checkout->result;
	mlv_err err = mlv_checkout_sweep(checkout->repo);

	/* What is gone first: what comes may lie in its place. */
	for (int gone = 1; gone >= 0; gone--)
		for (size_t i = 0; !err && i < checkout->count; i++)
			if ((checkout->plans[i].output == NULL) == gone)
				err = apply(checkout, &checkout->plans[i]);
	if (err)
		return err;
	if (result->count)
		qsort(result->lines, result->count, sizeof(*result->lines), by_path);
	return mlv_linker_save(checkout->linker);
}

mlv_err mlv_checkout(struct mlv_repo *repo, const struct mlv_outputs *outputs,
		     const struct mlv_targets *targets, const struct mlv_checkout_options *options,
		     struct mlv_checkout_result *result)
{
	MLV_SCOPED(checkout_release) struct checkout checkout = {
		.repo = repo, .outputs = outputs, .options = options, .result = result,
	};
	mlv_err err;

	*result = (struct mlv_checkout_result){ 0 };
	if ((err = mlv_lock_worktree(&checkout.lock, repo,
				     options->command ? options->command : "checkout")) ||
	    (err = mlv_linker_new(&checkout.linker, repo, NULL)))
		return err;
	mlv_linker_use(checkout.linker, options->spares);
	for (size_t i = 0; !err && i < targets->count; i++)
		err = plan_target(&checkout, &targets->at[i]);
	if (!err && options->all)
		err = plan_all_gone(&checkout);
	if (!err && !options->force)
		err = refuse_unsafe(&checkout);
	if (!err)
		err = apply_all(&checkout);
	if (err)
		mlv_checkout_result_release(result);
	return err;
}

mlv_err mlv_checkout_verdict(const struct mlv_checkout_result *result, bool allow_missing)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;

	if (result->damaged_count) {
		if ((err = name_some(&text, &result->damaged, result->damaged_count)))
			return err;
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "damaged in the cache: %s", text.ptr),
				      "mlv fsck --repair puts good copies in their place, "
				      "where there are any");
	}
	if (!result->missing_count || allow_missing)
		return NULL;
	if ((err = name_some(&text, &result->missing, result->missing_count)))
		return err;
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "not in the cache: %s", text.ptr),
			      "mlv fetch, or mlv pull, gets them from the remote");
}
