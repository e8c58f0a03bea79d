/* The first half of checkout/apply.h: new files, made where nobody looks, and synced. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/checkout/apply.h"

/* Guards the result, which several threads note paths in. */
static pthread_mutex_t note_lock = PTHREAD_MUTEX_INITIALIZER;

/* An object that is missing or damaged spoils its own file only. */
static mlv_err leave(struct mlv_apply *apply, struct mlv_change *change, mlv_err why)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	bool damaged = why->code == MLV_E_CORRUPT;
	mlv_err err;

	/* What to do is told once, at the end. */
	mlv_tell_warning(apply->plan->repo->ctx, "%.*s",
			 (int)mlv_error_len_without_hint(why), why->msg);
	if ((err = mlv_change_path(apply->plan, change, &path)))
		return err;
	change->act = MLV_ACT_LEAVE;
	pthread_mutex_lock(&note_lock);
	err = mlv_checkout_note(apply->result, path.ptr, damaged);
	pthread_mutex_unlock(&note_lock);
	return err;
}

/* Where the change is made: a directory and a name in it. */
static mlv_err place_of(struct mlv_apply *apply, const struct mlv_change *change,
			struct mlv_apply_dir *dir, char temp[static MLV_APPLY_NAME], int *fd,
			const char **name)
{
	mlv_err err;

	if (!apply->aside) {
		mlv_apply_temp(apply, change, temp);
		*fd = apply->stage;
		*name = temp;
		return NULL;
	}
	err = mlv_apply_dir_of(dir, apply->stage, apply->plan->paths.ptr + change->path_at, name);
	*fd = dir->fd;
	return err;
}

static mlv_err make(struct mlv_apply *apply, struct mlv_change *change, struct mlv_apply_dir *dir)
{
	struct mlv_entry entry = mlv_change_entry(apply->plan, change);
	char temp[MLV_APPLY_NAME];
	const char *name;
	int fd;
	mlv_err err;

	if ((err = place_of(apply, change, dir, temp, &fd, &name)))
		return err;
	err = mlv_link_make(apply->linker, &entry, fd, name, apply->few, NULL);
	if (err && (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT))
		return leave(apply, change, err);
	if (err)
		return err;
	mlv_tell_advance(apply->plan->repo->ctx, 1, change->size);
	if (!apply->aside)
		return NULL;
	change->done = true;
	return mlv_apply_take_stat(apply, change, fd, name, entry.path);
}

static bool is_large(const struct mlv_change *change)
{
	return change->kind == 'F' || change->kind == 'X';
}

static mlv_err make_small(struct mlv_apply *apply, struct mlv_change *change,
			  struct mlv_apply_dir *dir)
{
	if (change->act != MLV_ACT_WRITE || change->kind == 'd' || is_large(change))
		return NULL;
	return make(apply, change, dir);
}

/* Large ones one after the other, each on all threads. */
static mlv_err make_large(struct mlv_apply *apply)
{
	MLV_SCOPED(mlv_apply_dir_release) struct mlv_apply_dir dir = MLV_APPLY_DIR_INIT;
	struct mlv_plan *plan = apply->plan;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < plan->count; i++) {
		if (plan->changes[i].act != MLV_ACT_WRITE || !is_large(&plan->changes[i]))
			continue;
		if (!(err = mlv_ctx_check_stop(plan->repo->ctx)))
			err = make(apply, &plan->changes[i], &dir);
	}
	return err;
}

/* Aside, directories are made first, one after the other. */
static mlv_err make_dirs(struct mlv_apply *apply)
{
	MLV_SCOPED(mlv_apply_dir_release) struct mlv_apply_dir dir = MLV_APPLY_DIR_INIT;
	struct mlv_plan *plan = apply->plan;
	mlv_err err;

	for (size_t i = 0; i < plan->count; i++) {
		struct mlv_change *change = &plan->changes[i];
		const char *path = plan->paths.ptr + change->path_at;
		const char *slash = strrchr(path, '/');

		if (change->act != MLV_ACT_WRITE)
			continue;
		if ((err = mlv_apply_make_dirs(&dir, apply->stage, path)))
			return err;
		if (change->kind != 'd')
			continue;
		if (mlv_sys_mkdirat(dir.fd, slash ? slash + 1 : path, 0777) < 0)
			return mlv_error_sys("%s/%s: making the directory", plan->compare.path, path);
		change->done = true;
	}
	return NULL;
}

mlv_err mlv_apply_make(struct mlv_apply *apply)
{
	mlv_err err;

	if ((apply->aside && (err = make_dirs(apply))) || (err = make_large(apply)) ||
	    (err = mlv_apply_each(apply, make_small)))
		return err;
	if (!apply->few && mlv_sys_syncfs(apply->stage) < 0)
		return mlv_error_sys(".mlv/%s: syncing", apply->stage_name);
	return NULL;
}
