#include "cmd/placing.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/checkout.h"

#define NAME "out" /* what comes is called in the directory beside */

static bool is_directory(const char *path)
{
	struct stat st;

	return mlv_sys_fstatat(AT_FDCWD, path, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/* Where it goes: what is typed, or its own name in the directory that is typed. */
static mlv_err find_place(struct mlv_placing *p, const char *typed, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	size_t slash;
	mlv_err err = mlv_path_absolute(&p->out, p->ctx->cwd, typed ? typed : ".");

	if (err || (typed && (err = mlv_buf_add_str(&shown, typed))))
		return err;
	if (!typed || is_directory(p->out.ptr) || typed[strlen(typed) - 1] == '/') {
		if (shown.len && shown.ptr[shown.len - 1] != '/' &&
		    (err = mlv_buf_add_char(&shown, '/')))
			return err;
		if ((err = mlv_path_add_name(&shown, name)))
			return mlv_error_hint(err, "say how to call it: -o <path>");
		if ((p->out.ptr[p->out.len - 1] != '/' && (err = mlv_buf_add_char(&p->out, '/'))) ||
		    (err = mlv_path_add_name(&p->out, name)))
			return err;
	}
	p->shown = mlv_buf_detach(&shown);
	slash = (size_t)(strrchr(p->out.ptr, '/') - p->out.ptr);
	if (!p->shown)
		return mlv_error_nomem("a path");
	return mlv_buf_printf(&p->dir, "%.*s/.%s.mlv-get", (int)slash, p->out.ptr,
			      p->out.ptr + slash + 1);
}

/* Its own cache and copies, whatever the user's settings say of others. */
static mlv_err settle_config(struct mlv_repo *repo)
{
	mlv_err err = mlv_config_set(repo->config, MLV_CONFIG_LOCAL, "cache.dir", "cache");

	return err ? err
		   : mlv_config_set(repo->config, MLV_CONFIG_LOCAL, "cache.type", "reflink,copy");
}

/* In a directory that others may write to, one of the name may be waiting for us. */
static mlv_err make_dir(struct mlv_placing *p)
{
	struct stat st;
	mlv_err err = mlv_fs_mkdirs(AT_FDCWD, p->dir.ptr, 0700);

	if (err)
		return err;
	if (mlv_sys_fstatat(AT_FDCWD, p->dir.ptr, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return mlv_error_sys("%s", p->dir.ptr);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return mlv_error(MLV_E_REFUSED, "%s: not a directory of yours", p->dir.ptr);
	return NULL;
}

static mlv_err open_repo(struct mlv_placing *p)
{
	struct mlv_init_options options = { .no_scm = true, .force = true };
	mlv_err err;

	if ((err = make_dir(p)) || (err = mlv_repo_init(p->ctx, p->dir.ptr, &options)) ||
	    (err = mlv_repo_open(&p->repo, p->ctx, p->dir.ptr)) ||
	    (err = mlv_lock_file(&p->lock, p->repo, "get", "get")) ||
	    (err = settle_config(p->repo)) ||
	    (err = mlv_buf_printf(&p->scratch, "%s/scratch", p->dir.ptr)) ||
	    (err = mlv_fs_remove_all(AT_FDCWD, p->scratch.ptr)))
		return err;
	return mlv_fs_mkdirs(AT_FDCWD, p->scratch.ptr, 0700);
}

mlv_err mlv_placing_begin(struct mlv_placing *p, struct mlv_ctx *ctx, const char *typed,
			  const char *name, bool force)
{
	mlv_err err;

	p->ctx = ctx;
	p->force = force;
	if ((err = find_place(p, typed, name)))
		return err;
	if (!force && mlv_fs_exists(AT_FDCWD, p->out.ptr))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: there is something already",
						p->shown),
				      "-f replaces it, -o puts the new one elsewhere");
	return open_repo(p);
}

static mlv_err make(struct mlv_placing *p, const struct mlv_output *output)
{
	MLV_SCOPED(mlv_checkout_result_release) struct mlv_checkout_result result = { 0 };
	char path[] = NAME, pointer[] = NAME ".mlv", part[] = "";
	struct mlv_output at = *output;
	struct mlv_outputs outputs = { .at = &at, .count = 1 };
	struct mlv_target target = { .output = &at, .part = part };
	struct mlv_targets targets = { .at = &target, .count = 1 };
	struct mlv_checkout_options options = { .force = true, .command = "get" };
	mlv_err err;

	at.path = path;
	at.pointer = pointer;
	at.push = at.cache = true;
	err = mlv_checkout(p->repo, &outputs, &targets, &options, &result);
	return err ? err : mlv_checkout_verdict(&result, false);
}

/* A directory cannot be renamed over: it goes aside first, and comes back if that fails. */
static mlv_err rename_into_place(struct mlv_placing *p)
{
	int dir = p->repo->root_fd;
	struct mlv_error kept;
	mlv_err err;

	if (!p->force && mlv_fs_exists(AT_FDCWD, p->out.ptr))
		return mlv_error(MLV_E_REFUSED, "%s: something came there meanwhile", p->shown);
	if (mlv_sys_renameat(dir, NAME, AT_FDCWD, p->out.ptr) == 0)
		return NULL;
	err = mlv_error_sys("%s", p->shown);
	if (!p->force || !mlv_fs_exists(AT_FDCWD, p->out.ptr))
		return err;
	if ((err = mlv_fs_remove_all(dir, "old")))
		return err;
	if (mlv_sys_renameat(AT_FDCWD, p->out.ptr, dir, "old") < 0)
		return mlv_error_sys("%s: moving it aside", p->shown);
	if (mlv_sys_renameat(dir, NAME, AT_FDCWD, p->out.ptr) == 0)
		return NULL;
	err = mlv_error_sys("%s", p->shown);
	kept = *err;
	if (mlv_sys_renameat(dir, "old", AT_FDCWD, p->out.ptr) < 0)
		p->keep = true;
	return mlv_error_copy(&kept);
}

mlv_err mlv_placing_finish(struct mlv_placing *p, const struct mlv_output *output)
{
	size_t slash = (size_t)(strrchr(p->out.ptr, '/') - p->out.ptr);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf parent = MLV_BUF_INIT;
	mlv_err err;

	if ((err = make(p, output)) || (err = rename_into_place(p)) ||
	    (err = mlv_buf_add(&parent, p->out.ptr, slash ? slash : 1)) ||
	    (err = mlv_fs_sync_dir(AT_FDCWD, parent.ptr)))
		return err;
	p->keep = false;
	return NULL;
}

void mlv_placing_release(struct mlv_placing *p)
{
	if (p->repo && !p->keep && mlv_fs_remove_all(AT_FDCWD, p->dir.ptr))
		mlv_tell_warning(p->ctx, "%s: could not be removed", p->dir.ptr);
	else if (p->repo && p->keep && mlv_fs_remove_all(AT_FDCWD, p->scratch.ptr))
		mlv_tell_detail(p->ctx, "%s: could not be removed", p->scratch.ptr);
	mlv_lock_freep(&p->lock);
	mlv_repo_freep(&p->repo);
	mlv_buf_release(&p->out);
	mlv_buf_release(&p->dir);
	mlv_buf_release(&p->scratch);
	free(p->shown);
}
