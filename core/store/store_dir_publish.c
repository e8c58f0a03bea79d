/* store_dir_publish.c - how what a batch wrote becomes durable, and gets its names. */
#include "core/store/store_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "core/base/fs.h"
#include "core/base/sys.h"

#define FEW_DIRS 32 /* directories that are synced one by one */

/* Make the bytes of all temporaries durable: each one, or with many all at once. */
static mlv_err sync_bytes(const struct mlv_dir *dir, struct mlv_pending *list, size_t count)
{
	bool at_rest = false, any = false;

	for (size_t i = 0; i < count; i++) {
		any |= !list[i].present;
		at_rest |= !list[i].present && list[i].temp.fd < 0;
	}
	if (at_rest && mlv_sys_syncfs(dir->root) < 0)
		return mlv_error_sys("%s: syncing", dir->path);
	if (at_rest || !any)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (list[i].present)
			continue;
		if (mlv_sys_fsync(list[i].temp.fd) < 0 || mlv_sys_close(&list[i].temp.fd) < 0)
			return mlv_error_sys("%s/tmp/%s: syncing", dir->path, list[i].temp.name);
	}
	return NULL;
}

/* The directories that names were given in. */
struct touched {
	bool below[MLV_DIR_TOPS][256];
	bool packs;
	size_t count;
};

static void touched_add(struct touched *touched, const struct mlv_pending *pending)
{
	bool *below = &touched->below[mlv_dir_top(pending->key.kind)][pending->key.oid.bytes[0]];

	if (pending->place != MLV_PLACE_KEY)
		below = &touched->packs;
	touched->count += !*below;
	*below = true;
}

/* Make the directory of a name, and the one above it when somebody has removed it. */
static int make_fan(const struct mlv_dir *dir, const char *path)
{
	const char *slash = strchr(path, '/');
	char top[MLV_KEY_PATH];

	if (mlv_sys_mkdirat(dir->root, path, 0777) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT || !slash)
		return -1;
	snprintf(top, sizeof(top), "%.*s", (int)(slash - path), path);
	if ((mlv_sys_mkdirat(dir->root, top, 0777) < 0 && errno != EEXIST) ||
	    mlv_sys_fsync(dir->root) < 0)
		return -1;
	return mlv_sys_mkdirat(dir->root, path, 0777) < 0 && errno != EEXIST ? -1 : 0;
}

/* The directory of a name; never beyond a link that somebody put in its place. */
static int open_fan(const struct mlv_dir *dir, const char *path)
{
	int fd = mlv_sys_open_beneath(dir->root, path, O_RDONLY | O_DIRECTORY, 0);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (make_fan(dir, path) < 0)
		return -1;
	return mlv_sys_open_beneath(dir->root, path, O_RDONLY | O_DIRECTORY, 0);
}

static void path_of(const struct mlv_pending *pending, char path[static MLV_KEY_PATH])
{
	const struct mlv_pack_id pack = { mlv_pack_class_of(pending->key.kind), pending->key.oid };

	if (pending->place == MLV_PLACE_KEY)
		mlv_key_path(&pending->key, path);
	else
		mlv_pack_path(&pack, pending->place == MLV_PLACE_PACK ? MLV_PACK_SUFFIX
								      : MLV_IDX_SUFFIX, path);
}

static mlv_err give_name(const struct mlv_dir *dir, struct mlv_pending *pending)
{
	MLV_SCOPED(mlv_fd_close) int fan = -1;
	char path[MLV_KEY_PATH], *slash;

	path_of(pending, path);
	slash = strrchr(path, '/');
	*slash = '\0';
	fan = open_fan(dir, path);
	if (fan < 0)
		return mlv_error_sys("%s/%s: opening the directory", dir->path, path);
	if (mlv_sys_renameat(dir->tmp, pending->temp.name, fan, slash + 1) < 0)
		return mlv_error_sys("%s/%s/%s: renaming into place", dir->path, path, slash + 1);
	pending->temp.name[0] = '\0';
	return NULL;
}

static mlv_err sync_names(const struct mlv_dir *dir, const struct touched *touched)
{
	mlv_err err = NULL;

	if (touched->count > FEW_DIRS)
		return mlv_sys_syncfs(dir->root) < 0 ? mlv_error_sys("%s: syncing", dir->path)
						     : NULL;
	for (size_t top = 0; top < MLV_DIR_TOPS; top++) {
		bool any = false;

		for (unsigned i = 0; i < 256 && !err; i++) {
			char path[16];

			if (!touched->below[top][i])
				continue;
			any = true;
			snprintf(path, sizeof(path), "%s/%02x", mlv_dir_tops[top], i);
			err = mlv_fs_sync_dir(dir->root, path);
		}
		/* One of them may be new. */
		if (!err && any)
			err = mlv_fs_sync_dir(dir->root, mlv_dir_tops[top]);
	}
	/* It may be new as well. */
	if (!err && touched->packs && !(err = mlv_fs_sync_dir(dir->root, "packs")))
		err = mlv_fs_sync_dir(dir->root, ".");
	return err ? mlv_error_wrap(err, "%s", dir->path) : NULL;
}

mlv_err mlv_dir_publish(void *self, struct mlv_pending *list, size_t count)
{
	struct mlv_dir *dir = self;
	struct touched touched = { 0 };
	mlv_err err = sync_bytes(dir, list, count);

	for (size_t i = 0; i < count && !err; i++) {
		touched_add(&touched, &list[i]);
		if (!list[i].present)
			err = give_name(dir, &list[i]);
	}
	mlv_dir_forget_absent(dir);
	if (touched.packs)
		mlv_pack_set_stale(dir->packs);
	return err ? err : sync_names(dir, &touched);
}

