#define _DEFAULT_SOURCE /* the stream of a directory */

#include "core/repo/checkout/apply.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"

#define FEW ((size_t)16)   /* changes that are synced one by one */
#define GROUP ((size_t)64) /* changes, at least, that one thread does at a time */
#define GROUP_MOST ((size_t)4096) /* the same directory's, at most */
#define STAGE "co-"

void mlv_apply_dir_release(struct mlv_apply_dir *dir)
{
	mlv_fd_close(&dir->fd);
	mlv_buf_release(&dir->path);
}

/* The directory of path, as text: "." for none. */
static mlv_err parent_of(const char *path, struct mlv_buf *parent)
{
	const char *slash = strrchr(path, '/');

	mlv_buf_clear(parent);
	return slash ? mlv_buf_add(parent, path, (size_t)(slash - path))
		     : mlv_buf_add_str(parent, ".");
}

static mlv_err open_dir(struct mlv_apply_dir *dir, int base)
{
	char shown[512];

	mlv_fd_close(&dir->fd);
	dir->fd = mlv_sys_open_beneath(base, dir->path.ptr, O_RDONLY | O_DIRECTORY, 0);
	if (dir->fd >= 0)
		return NULL;
	mlv_path_shown(dir->path.ptr, dir->path.len, shown, sizeof(shown));
	if (errno == ENOTDIR || errno == ELOOP || errno == EXDEV)
		return mlv_error(MLV_E_REFUSED, "%s: something that is no directory is in the way",
				 shown);
	return mlv_error_sys("%s", shown);
}

mlv_err mlv_apply_dir_of(struct mlv_apply_dir *dir, int base, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 1;
	const char *parent = slash ? path : ".";
	mlv_err err;

	*name = slash ? slash + 1 : path;
	if (dir->fd >= 0 && dir->path.ptr && dir->path.len == len &&
	    memcmp(dir->path.ptr, parent, len) == 0)
		return NULL;
	if ((err = parent_of(path, &dir->path)))
		return err;
	return open_dir(dir, base);
}

/* Make the directory path below the one that holds it, which is there. */
static mlv_err make_one(int base, const char *path)
{
	MLV_SCOPED(mlv_apply_dir_release) struct mlv_apply_dir parent = MLV_APPLY_DIR_INIT;
	const char *name;
	char shown[512];
	mlv_err err = mlv_apply_dir_of(&parent, base, path, &name);

	if (err)
		return err;
	if (mlv_sys_mkdirat(parent.fd, name, 0777) < 0 && errno != EEXIST)
		return mlv_error_sys("%s: making the directory",
				     mlv_path_shown(path, strlen(path), shown, sizeof(shown)));
	return NULL;
}

mlv_err mlv_apply_make_dirs(struct mlv_apply_dir *dir, int base, const char *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf above = MLV_BUF_INIT;
	const char *name;
	mlv_err err = mlv_apply_dir_of(dir, base, path, &name);

	if (!err || err->os_errno != ENOENT)
		return err;
	if ((err = parent_of(path, &above)))
		return err;
	for (char *at = strchr(above.ptr, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		err = make_one(base, above.ptr);
		*at = '/';
		if (err)
			return err;
	}
	if ((err = make_one(base, above.ptr)))
		return err;
	return mlv_apply_dir_of(dir, base, path, &name);
}

/* Changes [first, end) that one thread does. */
struct group {
	size_t first, end;
};

struct loop {
	struct mlv_apply *apply;
	mlv_apply_fn fn;
	struct group *groups;
	size_t count, cap;
};

static void loop_release(struct loop *loop)
{
	free(loop->groups);
}

static bool same_dir(const struct mlv_plan *plan, size_t a, size_t b)
{
	const char *one = plan->paths.ptr + plan->changes[a].path_at;
	const char *other = plan->paths.ptr + plan->changes[b].path_at;
	const char *slash = strrchr(one, '/'), *last = strrchr(other, '/');
	size_t len = slash ? (size_t)(slash - one) : 0;

	return !slash == !last && len == (last ? (size_t)(last - other) : 0) &&
	       memcmp(one, other, len) == 0;
}

/*
 * A directory is one thread's, unless it is very large: two that create files
 * in one directory wait for each other, and lose more than they gain.
 */
static mlv_err make_groups(struct loop *loop)
{
	const struct mlv_plan *plan = loop->apply->plan;
	mlv_err err;

	for (size_t i = 0; i < plan->count;) {
		struct group group = { i, i + 1 };

		while (group.end < plan->count &&
		       (group.end - i < GROUP ||
			(group.end - i < GROUP_MOST && same_dir(plan, group.end - 1, group.end))))
			group.end++;
		if ((err = mlv_array_grow(&loop->groups, &loop->cap, loop->count + 1,
					  sizeof(*loop->groups))))
			return err;
		loop->groups[loop->count++] = group;
		i = group.end;
	}
	return NULL;
}

static mlv_err run_group(void *arg, size_t index, unsigned worker)
{
	MLV_SCOPED(mlv_apply_dir_release) struct mlv_apply_dir dir = MLV_APPLY_DIR_INIT;
	const struct loop *loop = arg;
	const struct group *group = &loop->groups[index];
	struct mlv_ctx *ctx = loop->apply->plan->repo->ctx;
	mlv_err err = NULL;

	(void)worker;
	for (size_t i = group->first; !err && i < group->end; i++) {
		if ((i - group->first) % GROUP == GROUP - 1 && (err = mlv_ctx_check_stop(ctx)))
			break;
		err = loop->fn(loop->apply, &loop->apply->plan->changes[i], &dir);
	}
	return err;
}

mlv_err mlv_apply_each(struct mlv_apply *apply, mlv_apply_fn fn)
{
	MLV_SCOPED(loop_release) struct loop loop = { .apply = apply, .fn = fn };
	struct mlv_ctx *ctx = apply->plan->repo->ctx;
	mlv_err err = make_groups(&loop);

	return err ? err : mlv_pool_run(ctx, ctx->jobs, loop.count, run_group, &loop);
}

void mlv_apply_temp(const struct mlv_apply *apply, const struct mlv_change *change,
		    char name[static MLV_APPLY_NAME])
{
	snprintf(name, MLV_APPLY_NAME, "%zx", (size_t)(change - apply->plan->changes));
}

mlv_err mlv_apply_take_stat(const struct mlv_apply *apply, struct mlv_change *change, int dir,
			    const char *name, const char *shown)
{
	struct stat st;
	char text[512];

	if (mlv_sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return mlv_error_sys("%s", mlv_path_shown(shown, strlen(shown), text, sizeof(text)));
	change->after = mlv_index_stat_of(&st, apply->plan->home);
	return NULL;
}

/* A directory of our own: the work tree's lock is held, so that its name is free. */
static mlv_err make_stage(struct mlv_apply *apply)
{
	int dir = apply->plan->repo->mlv_fd;
	struct timespec now = { 0 };
	mlv_err err = mlv_fs_mkdirs(dir, "tmp", 0777);

	if (err)
		return err;
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(apply->stage_name, sizeof(apply->stage_name), "tmp/" STAGE "%ld-%lld%09ld",
		 (long)getpid(), (long long)now.tv_sec, now.tv_nsec);
	if (mlv_sys_mkdirat(dir, apply->stage_name, 0777) < 0)
		return mlv_error_sys(".mlv/%s", apply->stage_name);
	apply->stage = mlv_sys_openat(dir, apply->stage_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	return apply->stage < 0 ? mlv_error_sys(".mlv/%s", apply->stage_name) : NULL;
}

static void apply_release(struct mlv_apply *apply)
{
	mlv_fd_close(&apply->stage);
	if (apply->stage_name[0])
		(void)!mlv_fs_remove_all(apply->plan->repo->mlv_fd, apply->stage_name);
}

/* How many changes there are to do, and bytes to write. */
static size_t to_do(const struct mlv_plan *plan, uint64_t *bytes)
{
	size_t count = 0;

	*bytes = 0;
	for (size_t i = 0; i < plan->count; i++) {
		count += plan->changes[i].act != MLV_ACT_LEAVE;
		*bytes += plan->changes[i].act == MLV_ACT_WRITE ? plan->changes[i].size : 0;
	}
	return count;
}

/* Whether a new directory can be renamed to where it belongs: the same file system. */
static bool can_rename(const struct mlv_plan *plan, const struct mlv_apply_dir *parent)
{
	struct stat here, there;

	return mlv_sys_fstat(plan->repo->mlv_fd, &here) == 0 &&
	       mlv_sys_fstat(parent->fd, &there) == 0 && here.st_dev == there.st_dev;
}

/* Make the directories above the output, and the output when it is a directory. */
static mlv_err make_top(struct mlv_apply *apply)
{
	MLV_SCOPED(mlv_apply_dir_release) struct mlv_apply_dir parent = MLV_APPLY_DIR_INIT;
	const struct mlv_plan *plan = apply->plan;
	bool tree = plan->output->type == MLV_ID_TREE;
	mlv_err err;

	if ((err = mlv_apply_make_dirs(&parent, plan->repo->root_fd, plan->compare.path)))
		return err;
	apply->aside = tree && !apply->few && !plan->compare.present && !*plan->compare.part &&
		       can_rename(plan, &parent);
	return NULL;
}

static mlv_err run(struct mlv_apply *apply)
{
	mlv_err err;

	if (apply->plan->output && (err = make_top(apply)))
		return err;
	if ((err = make_stage(apply)) || (err = mlv_apply_make(apply)) ||
	    (err = mlv_apply_remove(apply)))
		return err;
	return mlv_apply_place(apply);
}

mlv_err mlv_plan_apply(struct mlv_plan *plan, struct mlv_linker *linker, bool force,
		       struct mlv_checkout_result *result)
{
	MLV_SCOPED(apply_release) struct mlv_apply apply = {
		.plan = plan, .linker = linker, .result = result, .force = force, .stage = -1,
	};
	uint64_t bytes;
	size_t count = to_do(plan, &bytes);
	mlv_err err;

	apply.few = count <= FEW;
	mlv_tell_begin(plan->repo->ctx, "checking out", count, bytes);
	err = run(&apply);
	mlv_tell_end(plan->repo->ctx);
	return err;
}

mlv_err mlv_checkout_sweep(struct mlv_repo *repo)
{
	MLV_SCOPED(mlv_dir_close) DIR *dir = mlv_sys_opendirat(repo->mlv_fd, "tmp");
	mlv_err err = NULL;

	if (!dir)
		return NULL;
	for (struct dirent *e; !err && (e = readdir(dir));)
		if (strncmp(e->d_name, STAGE, sizeof(STAGE) - 1) == 0)
			err = mlv_fs_remove_all(dirfd(dir), e->d_name);
	return err;
}
