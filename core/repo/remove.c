#include "core/repo/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/checkout/plan.h"
#include "core/repo/gitignore.h"
#include "core/repo/lock.h"
#include "core/repo/unprotect.h"

/* A plan to remove everything that lies at the output. */
static mlv_err plan_removal(struct mlv_plan *plan, struct mlv_repo *repo,
			    const struct mlv_output *output, struct mlv_linker *linker, bool force)
{
	MLV_SCOPED(mlv_checkout_result_release) struct mlv_checkout_result result = { 0 };
	const struct mlv_scan_options options = { .shown = mlv_output_tree(output) };
	mlv_err err;

	if ((err = mlv_plan_begin(plan, repo)))
		return err;
	plan->output = output;
	err = mlv_compare_scan(&plan->compare, repo, output->path, "", &options);
	for (size_t i = 0; !err && i < plan->compare.scan.count; i++) {
		struct mlv_entry entry = mlv_scan_entry(&plan->compare.scan, i);

		if (entry.path_len || output->type != MLV_ID_TREE)
			err = mlv_plan_add(plan, MLV_ACT_REMOVE, &entry, i);
	}
	return err ? err : mlv_plan_check(plan, linker, force, &result);
}

static mlv_err refuse_unsafe(const struct mlv_plan *plan)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const struct mlv_change *first = NULL;
	size_t count = 0;
	char shown[512];
	mlv_err err;

	for (size_t i = 0; i < plan->count; i++) {
		if (plan->changes[i].unsafe && count++ == 0)
			first = &plan->changes[i];
	}
	if (!first)
		return NULL;
	if ((err = mlv_change_path(plan, first, &path)))
		return err;
	mlv_path_shown(path.ptr, path.len, shown, sizeof(shown));
	err = count == 1 ? mlv_error(MLV_E_REFUSED, "not stored, and would be lost: %s", shown)
			 : mlv_error(MLV_E_REFUSED, "not stored, and would be lost: %s and %zu more",
				     shown, count - 1);
	return mlv_error_hint(err, "mlv commit -f %s stores it; mlv remove --outs --force loses it",
			      plan->compare.path);
}

/* The top of a directory goes if nothing is left in it. */
static mlv_err remove_top(struct mlv_repo *repo, const struct mlv_output *output)
{
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *name;
	mlv_err err = mlv_repo_open_dir(repo, output->path, &dir, &name);

	if (err || output->type != MLV_ID_TREE)
		return err;
	if (mlv_sys_unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT &&
	    errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR)
		return mlv_error_sys("%s: removing the directory", output->path);
	return mlv_fs_sync_dir(dir, ".");
}

static mlv_err remove_data(struct mlv_repo *repo, const struct mlv_output *output,
			   struct mlv_linker *linker, bool force)
{
	MLV_SCOPED(mlv_checkout_result_release) struct mlv_checkout_result result = { 0 };
	MLV_SCOPED(mlv_plan_release) struct mlv_plan plan = { 0 };
	mlv_err err = plan_removal(&plan, repo, output, linker, force);

	if (err || (err = refuse_unsafe(&plan)) || !plan.compare.present)
		return err;
	if (plan.count && (err = mlv_plan_apply(&plan, linker, force, &result)))
		return err;
	return remove_top(repo, output);
}

/* All is looked at before anything goes. */
static mlv_err check_all(struct mlv_repo *repo, const struct mlv_targets *targets,
			 struct mlv_linker *linker)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < targets->count; i++) {
		MLV_SCOPED(mlv_plan_release) struct mlv_plan plan = { 0 };

		if (!(err = plan_removal(&plan, repo, targets->at[i].output, linker, false)))
			err = refuse_unsafe(&plan);
	}
	return err;
}

static mlv_err remove_pointer(struct mlv_repo *repo, const struct mlv_output *output,
			      struct mlv_strs *written)
{
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	mlv_err err;

	/* Without its index nothing takes what stays for a leftover of a checkout. */
	if ((err = mlv_lock_file(&lock, repo, output->pointer, "remove")) ||
	    (err = mlv_index_remove(repo, output->path)) ||
	    (err = mlv_repo_unlink(repo, output->pointer)) ||
	    (err = mlv_strs_add(written, output->pointer)))
		return err;
	return mlv_gitignore_remove(repo, output->path, written);
}

static mlv_err remove_all_data(struct mlv_repo *repo, const struct mlv_targets *targets, bool force)
{
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	MLV_SCOPED(mlv_linker_freep) struct mlv_linker *linker = NULL;
	mlv_err err;

	if ((err = mlv_lock_worktree(&lock, repo, "remove")) ||
	    (err = mlv_checkout_sweep(repo)) || (err = mlv_linker_new(&linker, repo, NULL)) ||
	    (!force && (err = check_all(repo, targets, linker))))
		return err;
	for (size_t i = 0; !err && i < targets->count; i++)
		err = remove_data(repo, targets->at[i].output, linker, force);
	return err ? err : mlv_linker_save(linker);
}

mlv_err mlv_remove(struct mlv_repo *repo, const struct mlv_targets *targets,
		   const struct mlv_remove_options *options)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs written = { 0 };
	uint64_t freed;
	mlv_err err;

	if (options->outs)
		err = remove_all_data(repo, targets, options->force);
	else
		err = mlv_unprotect(repo, targets, &freed);
	for (size_t i = 0; !err && i < targets->count; i++)
		err = remove_pointer(repo, targets->at[i].output, &written);
	return err ? err : mlv_repo_stage(repo, &written);
}
