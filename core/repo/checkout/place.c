/* The second half of checkout/apply.h: removing, and renaming into place. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/checkout/apply.h"

/* A change on its way: where it lies. */
struct spot {
	struct mlv_buf path; /* relative to the root */
	const char *name;
	int dir;
};

static void spot_release(struct spot *spot)
{
	mlv_buf_release(&spot->path);
}

static mlv_err open_spot(const struct mlv_apply *apply, const struct mlv_change *change,
			 struct mlv_apply_dir *dir, struct spot *spot)
{
	mlv_err err;

	if ((err = mlv_change_path(apply->plan, change, &spot->path)) ||
	    (err = mlv_apply_dir_of(dir, apply->plan->repo->root_fd, spot->path.ptr, &spot->name)))
		return err;
	spot->dir = dir->fd;
	return NULL;
}

static mlv_err failed(const struct spot *spot, const char *what)
{
	mlv_err err = mlv_error_sys("%s", what);
	char shown[512];

	return mlv_error_wrap(err, "%s", mlv_path_shown(spot->path.ptr, spot->path.len, shown,
							sizeof(shown)));
}

static bool same_stat(const struct mlv_index_stat *was, const struct mlv_index_stat *now)
{
	/* Removing another name of the same file changes the ctime of this one. */
	return was->inode == now->inode && was->size == now->size && was->mtime == now->mtime &&
	       (was->linked || was->ctime == now->ctime);
}

/* Refuse to touch what is not what the plan saw. */
static mlv_err guard(const struct mlv_apply *apply, const struct mlv_change *change,
		     const struct spot *spot)
{
	struct stat st;
	char shown[512];
	bool there = mlv_sys_fstatat(spot->dir, spot->name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	struct mlv_index_stat now;
	bool same;

	if (!there && errno != ENOENT)
		return failed(spot, "looking at it");
	/* A file that vanished is no loss; force may lose a file, but never what came since. */
	if (!there)
		return NULL;
	now = mlv_index_stat_of(&st, apply->plan->home);
	if (change->item == MLV_NO_ITEM || change->kind == 'd')
		same = S_ISDIR(st.st_mode);
	else
		same = same_stat(&apply->plan->compare.scan.items[change->item].stat, &now);
	if (same)
		return NULL;
	mlv_path_shown(spot->path.ptr, spot->path.len, shown, sizeof(shown));
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: changed during the checkout", shown),
			      "run the command again");
}

static mlv_err unlink_spot(const struct mlv_apply *apply, const struct mlv_change *change,
			   const struct spot *spot)
{
	mlv_err err = guard(apply, change, spot);

	if (err)
		return err;
	if (mlv_sys_unlinkat(spot->dir, spot->name, 0) < 0 && errno != ENOENT)
		return failed(spot, "removing");
	return NULL;
}

static mlv_err remove_one(struct mlv_apply *apply, struct mlv_change *change,
			  struct mlv_apply_dir *dir)
{
	MLV_SCOPED(spot_release) struct spot spot = { .path = MLV_BUF_INIT };
	const struct mlv_scan_item *item;
	mlv_err err;

	if (change->item == MLV_NO_ITEM || change->act == MLV_ACT_LEAVE ||
	    change->act == MLV_ACT_CHMOD)
		return NULL;
	item = &apply->plan->compare.scan.items[change->item];
	/* A file is renamed over; a directory and a file make room for each other. */
	if (change->act == MLV_ACT_WRITE && (item->kind == 'd') == (change->kind == 'd'))
		return NULL;
	if ((err = open_spot(apply, change, dir, &spot)))
		return err;
	if (item->kind != 'd') {
		struct mlv_change file = *change;

		file.kind = item->kind;
		err = unlink_spot(apply, &file, &spot);
	} else if (mlv_sys_unlinkat(spot.dir, spot.name, AT_REMOVEDIR) < 0 && errno != ENOENT) {
		err = failed(&spot, "removing the directory");
	}
	if (!err && change->act == MLV_ACT_REMOVE)
		change->done = true;
	return err;
}

/* Remove the directory at path, and those above it that this leaves empty, down to stop bytes. */
static mlv_err prune(const struct mlv_apply *apply, struct mlv_buf *path, size_t stop)
{
	int root = apply->plan->repo->root_fd;

	while (path->len > stop) {
		MLV_SCOPED(mlv_apply_dir_release) struct mlv_apply_dir dir = MLV_APPLY_DIR_INIT;
		const char *name;
		mlv_err err = mlv_apply_dir_of(&dir, root, path->ptr, &name);

		if (err)
			return err->os_errno == ENOENT ? NULL : err;
		if (mlv_sys_unlinkat(dir.fd, name, AT_REMOVEDIR) < 0) {
			if (errno == ENOTEMPTY || errno == EEXIST || errno == EBUSY)
				return NULL;
			if (errno != ENOENT)
				return mlv_error_sys("%s: removing the directory", path->ptr);
		}
		name = strrchr(path->ptr, '/');
		mlv_buf_truncate(path, name ? (size_t)(name - path->ptr) : 0);
	}
	return NULL;
}

/* Directories whose files went; of a tracked directory the top stays. */
static mlv_err prune_all(struct mlv_apply *apply)
{
	struct mlv_plan *plan = apply->plan;
	bool keep_top = plan->output && plan->output->type == MLV_ID_TREE;
	size_t top = strlen(plan->compare.path);
	mlv_err err = NULL;

	/* Backwards: what lies deepest comes last. */
	for (size_t i = plan->count; !err && i-- > 0;) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
		const struct mlv_change *change = &plan->changes[i];
		const char *slash;

		if (change->act != MLV_ACT_REMOVE)
			continue;
		if ((err = mlv_change_path(plan, change, &path)))
			break;
		slash = strrchr(path.ptr, '/');
		mlv_buf_truncate(&path, slash ? (size_t)(slash - path.ptr) : 0);
		if (path.len >= top)
			err = prune(apply, &path, keep_top ? top : top - 1);
	}
	return err;
}

mlv_err mlv_apply_remove(struct mlv_apply *apply)
{
	mlv_err err = mlv_apply_each(apply, remove_one);

	return err ? err : prune_all(apply);
}

/* Set the executable bit where reading is allowed, or clear it. */
static mlv_err change_mode(const struct mlv_apply *apply, struct mlv_change *change,
			   const struct spot *spot)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	bool exec = change->kind == 'x' || change->kind == 'X';
	struct stat st;
	mode_t mode;
	mlv_err err = guard(apply, change, spot);

	if (err)
		return err;
	fd = mlv_sys_openat(spot->dir, spot->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0 || mlv_sys_fstat(fd, &st) < 0)
		return failed(spot, "opening");
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: changed during the checkout", spot->path.ptr);
	mode = st.st_mode & 0777;
	mode = exec ? mode | 0100 | ((mode & 0444) >> 2) : mode & 0666;
	mode |= apply->plan->unprotect ? 0200 : 0;
	if (mlv_sys_fchmod(fd, mode) < 0)
		return failed(spot, "setting its mode");
	return NULL;
}

/* The spot lies on another file system than .mlv: make the file again, beside its place. */
static mlv_err place_beside(const struct mlv_apply *apply, const struct mlv_change *change,
			    const struct spot *spot)
{
	struct mlv_entry entry = mlv_change_entry(apply->plan, change);
	char temp[MLV_APPLY_NAME], beside[2 * MLV_APPLY_NAME];
	mlv_err err;

	mlv_apply_temp(apply, change, temp);
	snprintf(beside, sizeof(beside), ".mlv-%s-%s", apply->stage_name + sizeof("tmp/") - 1, temp);
	if ((err = mlv_link_make(apply->linker, &entry, spot->dir, beside, true, NULL)))
		return err;
	if (mlv_sys_renameat(spot->dir, beside, spot->dir, spot->name) == 0)
		return NULL;
	err = failed(spot, "renaming into place");
	(void)!mlv_sys_unlinkat(spot->dir, beside, 0);
	return err;
}

static mlv_err put(const struct mlv_apply *apply, struct mlv_change *change, const struct spot *spot)
{
	char temp[MLV_APPLY_NAME];
	mlv_err err;

	if (change->act == MLV_ACT_CHMOD)
		return change_mode(apply, change, spot);
	if (change->kind == 'd') {
		if (mlv_sys_mkdirat(spot->dir, spot->name, 0777) < 0 && errno != EEXIST)
			return failed(spot, "making the directory");
		return NULL;
	}
	if ((err = guard(apply, change, spot)))
		return err;
	mlv_apply_temp(apply, change, temp);
	if (mlv_sys_renameat(apply->stage, temp, spot->dir, spot->name) == 0)
		return NULL;
	return errno == EXDEV ? place_beside(apply, change, spot)
			      : failed(spot, "renaming into place");
}

static mlv_err put_one(struct mlv_apply *apply, struct mlv_change *change,
		       struct mlv_apply_dir *dir)
{
	MLV_SCOPED(spot_release) struct spot spot = { .path = MLV_BUF_INIT };
	mlv_err err;

	if (change->act != MLV_ACT_WRITE && change->act != MLV_ACT_CHMOD)
		return NULL;
	if ((err = open_spot(apply, change, dir, &spot)) || (err = put(apply, change, &spot)) ||
	    (err = mlv_apply_take_stat(apply, change, spot.dir, spot.name, spot.path.ptr)))
		return err;
	change->done = true;
	return NULL;
}

/* The directories that are needed, one after the other. */
static mlv_err make_dirs(struct mlv_apply *apply)
{
	MLV_SCOPED(mlv_apply_dir_release) struct mlv_apply_dir dir = MLV_APPLY_DIR_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	struct mlv_plan *plan = apply->plan;
	mlv_err err;

	if (plan->output->type == MLV_ID_TREE) {
		if ((err = mlv_buf_printf(&path, "%s/.", plan->compare.path)) ||
		    (err = mlv_apply_make_dirs(&dir, plan->repo->root_fd, path.ptr)))
			return err;
	}
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->changes[i].act != MLV_ACT_WRITE)
			continue;
		mlv_buf_clear(&path);
		if ((err = mlv_change_path(plan, &plan->changes[i], &path)) ||
		    (err = mlv_apply_make_dirs(&dir, plan->repo->root_fd, path.ptr)))
			return err;
	}
	return NULL;
}

/* Sync the directories of a few changes, and all above them: some may be new. */
static mlv_err sync_few(const struct mlv_apply *apply)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs dirs = { 0 };
	const struct mlv_plan *plan = apply->plan;
	mlv_err err;

	if ((err = mlv_strs_add(&dirs, ".")) ||
	    (plan->output && plan->output->type == MLV_ID_TREE &&
	     (err = mlv_strs_add(&dirs, plan->compare.path))))
		return err;
	for (size_t i = 0; i < plan->count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;

		if (!plan->changes[i].done)
			continue;
		if ((err = mlv_change_path(plan, &plan->changes[i], &path)))
			return err;
		for (char *slash; (slash = strrchr(path.ptr, '/'));) {
			mlv_buf_truncate(&path, (size_t)(slash - path.ptr));
			if ((err = mlv_strs_add(&dirs, path.ptr)))
				return err;
		}
	}
	mlv_strs_sort_unique(&dirs);
	for (size_t i = 0; i < dirs.count; i++) {
		MLV_SCOPED(mlv_fd_close) int fd = mlv_sys_open_beneath(
			plan->repo->root_fd, dirs.at[i], O_RDONLY | O_DIRECTORY, 0);

		if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
			continue; /* removed, or now a file */
		if (fd < 0 || mlv_sys_fsync(fd) < 0)
			return mlv_error_sys("%s: syncing", dirs.at[i]);
	}
	return NULL;
}

/*
 * The directory that was built aside, and is durable, takes its place; nothing
 * is there. Only its name is left to be synced.
 */
static mlv_err place_whole(struct mlv_apply *apply)
{
	MLV_SCOPED(mlv_apply_dir_release) struct mlv_apply_dir dir = MLV_APPLY_DIR_INIT;
	const struct mlv_plan *plan = apply->plan;
	const char *name;
	mlv_err err;

	if ((err = mlv_apply_dir_of(&dir, plan->repo->root_fd, plan->compare.path, &name)))
		return err;
	/* Renaming a directory fails over anything but an empty directory. */
	if (mlv_sys_renameat(plan->repo->mlv_fd, apply->stage_name, dir.fd, name) < 0)
		return mlv_error_sys("%s: renaming into place", plan->compare.path);
	apply->stage_name[0] = '\0';
	return mlv_sys_fsync(dir.fd) < 0 ? mlv_error_sys("%s: syncing", plan->compare.path) : NULL;
}

mlv_err mlv_apply_place(struct mlv_apply *apply)
{
	mlv_err err = NULL;

	if (apply->aside)
		return place_whole(apply);
	if (apply->plan->output && !(err = make_dirs(apply)))
		err = mlv_apply_each(apply, put_one);
	if (err)
		return err;
	if (apply->few)
		return sync_few(apply);
	return mlv_sys_syncfs(apply->plan->repo->root_fd) < 0
		       ? mlv_error_sys("%s: syncing", apply->plan->compare.path)
		       : NULL;
}
