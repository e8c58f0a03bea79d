/* store_dir.c - a store in a directory. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* flock, UTIME_NOW */
#endif
#include "core/store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/backend.h"
#include "core/store/store_dir.h"

#define FORMAT        "mlv-store 1\n"
#define RECENT        120        /* seconds after which a rename has reached the disk by itself */
#define OLD           600        /* seconds after which an object used again is touched */
#define LOCK_PAUSE_NS 50000000L  /* between two looks at a lock */

const char *const mlv_dir_tops[MLV_DIR_TOPS] = { "objects", "large", "nodes" };

static void dir_free(void *self)
{
	struct mlv_dir *dir = self;

	if (!dir)
		return;
	mlv_pack_set_freep(&dir->packs);
	mlv_fd_close(&dir->root);
	mlv_fd_close(&dir->tmp);
	free(dir->path);
	free(dir);
}

static void dir_freep(struct mlv_dir **dir)
{
	dir_free(MLV_TAKE(*dir));
}

unsigned mlv_dir_top(enum mlv_kind kind)
{
	static const unsigned tops[] = {
		[MLV_KIND_OBJECT] = 0, [MLV_KIND_LARGE] = 1,
		[MLV_KIND_LEAVES] = 1, [MLV_KIND_NODE] = 2,
	};

	return tops[kind];
}

mlv_err mlv_dir_stat_loose(const struct mlv_dir *dir, const struct mlv_key *key,
			   struct mlv_stored *stored)
{
	char path[MLV_KEY_PATH];
	time_t now = time(NULL);
	struct stat st;

	mlv_key_path(key, path);
	if (mlv_sys_fstatat(dir->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			return mlv_error_sys("%s/%s", dir->path, path);
		*stored = (struct mlv_stored){ 0 };
		return NULL;
	}
	*stored = (struct mlv_stored){
		.there = S_ISREG(st.st_mode),
		.len = (uint64_t)st.st_size,
		.recent = st.st_ctim.tv_sec > now - RECENT,
		.old = st.st_mtim.tv_sec < now - OLD,
		.used = st.st_mtim.tv_sec,
	};
	return NULL;
}

/* Whether it is in a pack. */
static mlv_err stat_packed(const struct mlv_dir *dir, const struct mlv_key *key,
			   struct mlv_stored *stored)
{
	struct mlv_packed packed;
	time_t now = time(NULL);
	bool there = false;
	mlv_err err = NULL;

	if (key->kind != MLV_KIND_LARGE)
		err = mlv_pack_set_find(dir->packs, key, &packed, &there);
	*stored = (struct mlv_stored){ 0 };
	if (err || !there)
		return err;
	*stored = (struct mlv_stored){
		.there = true, .packed = true, .len = packed.record.raw,
		.recent = packed.ctime > now - RECENT, .old = packed.mtime < now - OLD,
		.used = packed.mtime, .pack = packed.pack,
	};
	return NULL;
}

mlv_err mlv_dir_stat(void *self, const struct mlv_key *key, struct mlv_stored *stored)
{
	const struct mlv_dir *dir = self;
	bool changed = false;
	mlv_err err;

	if ((err = stat_packed(dir, key, stored)) || stored->there ||
	    (err = mlv_dir_stat_loose(dir, key, stored)) || stored->there || key->kind == MLV_KIND_LARGE ||
	    (err = mlv_pack_set_renew(dir->packs, &changed)) || !changed)
		return err;
	return stat_packed(dir, key, stored);
}

void mlv_dir_forget_absent(struct mlv_dir *dir)
{
	for (size_t top = 0; top < MLV_DIR_TOPS; top++) {
		for (size_t i = 0; i < 256; i++)
			atomic_store(&dir->absent[top][i], false);
	}
}

/* One look for each directory that is not there, however many names it would have. */
mlv_err mlv_dir_look(void *self, const struct mlv_key *key, struct mlv_stored *stored)
{
	struct mlv_dir *dir = self;
	_Atomic bool *absent = &dir->absent[mlv_dir_top(key->kind)][key->oid.bytes[0]];
	char path[16];
	struct stat st;
	mlv_err err;

	if ((err = stat_packed(dir, key, stored)) || stored->there || atomic_load(absent) ||
	    (err = mlv_dir_stat_loose(dir, key, stored)) || stored->there)
		return err;
	snprintf(path, sizeof(path), "%s/%02x", mlv_dir_tops[mlv_dir_top(key->kind)],
		 key->oid.bytes[0]);
	if (mlv_sys_fstatat(dir->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
		atomic_store(absent, true);
	return NULL;
}

static mlv_err dir_unpack(void *self, const struct mlv_key *key, unsigned nth, struct mlv_buf *out,
			  bool *there)
{
	const struct mlv_dir *dir = self;

	return mlv_pack_set_read(dir->packs, key, nth, out, there);
}

static mlv_err dir_renew(void *self, bool *changed)
{
	const struct mlv_dir *dir = self;

	return mlv_pack_set_renew(dir->packs, changed);
}

static void dir_touch_pack(void *self, const struct mlv_pack_id *id)
{
	const struct mlv_dir *dir = self;

	mlv_pack_set_touch(dir->packs, id);
}

static mlv_err dir_open(void *self, const struct mlv_key *key, int *fd, struct mlv_buf *out)
{
	const struct mlv_dir *dir = self;
	char path[MLV_KEY_PATH];
	mlv_err err;
	int opened;

	mlv_key_path(key, path);
	opened = mlv_sys_openat(dir->root, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (opened < 0 && errno == ENOENT)
		return mlv_error(MLV_E_MISSING, "%s/%s: no such object", dir->path, path);
	if (opened < 0)
		return mlv_error_sys("%s/%s", dir->path, path);
	if (out && (err = mlv_buf_printf(out, "%s/%s", dir->path, path))) {
		mlv_fd_close(&opened);
		return err;
	}
	*fd = opened;
	return NULL;
}

static void dir_touch(void *self, const struct mlv_key *key)
{
	const struct mlv_dir *dir = self;
	char path[MLV_KEY_PATH];

	/* Another user's object in a shared store cannot be touched; its age is what it is. */
	(void)utimensat(dir->root, mlv_key_path(key, path), NULL, AT_SYMLINK_NOFOLLOW);
}

static mlv_err dir_lock(void *self, struct mlv_ctx *ctx, bool alone, int *out)
{
	struct mlv_dir *dir = self;
	const struct timespec pause = { 0, LOCK_PAUSE_NS };
	MLV_SCOPED(mlv_fd_close) int fd = mlv_sys_openat(dir->root, "lock", O_RDONLY | O_CREAT, 0666);
	bool told = false;
	mlv_err err;

	if (fd < 0)
		return mlv_error_sys("%s/lock", dir->path);
	while (flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return mlv_error_sys("%s/lock: locking", dir->path);
		if (!told)
			mlv_tell_warning(ctx, "waiting for another command that %s %s",
					 alone ? "uses" : "cleans up", dir->path);
		told = true;
		if ((err = mlv_ctx_check_stop(ctx)))
			return err;
		nanosleep(&pause, NULL);
	}
	mlv_fs_sweep(dir->root, "tmp", "", MLV_TEMP_AGE);
	/* Who cleaned up before the lock was ours may have removed what is known. */
	mlv_pack_set_stale(dir->packs);
	mlv_dir_forget_absent(dir);
	*out = fd;
	fd = -1;
	return NULL;
}

static mlv_err dir_remove(void *self, const struct mlv_key *key)
{
	const struct mlv_dir *dir = self;
	char path[MLV_KEY_PATH];

	if (mlv_sys_unlinkat(dir->root, mlv_key_path(key, path), 0) < 0 && errno != ENOENT)
		return mlv_error_sys("%s/%s: removing", dir->path, path);
	return NULL;
}

static mlv_err dir_temp(void *self, struct mlv_temp *temp)
{
	const struct mlv_dir *dir = self;
	mlv_err err = mlv_fs_temp(dir->tmp, "put-", 0444, temp->name, sizeof(temp->name),
				  &temp->fd);

	if (!err)
		return NULL;
	*temp = (struct mlv_temp)MLV_TEMP_INIT;
	return mlv_error_wrap(err, "%s/tmp", dir->path);
}

/* Whether fd is (still) what lies under this name in tmp/. */
static bool is_named(const struct mlv_dir *dir, int fd, const char *name)
{
	struct stat a, b;

	return mlv_sys_fstat(fd, &a) == 0 &&
	       mlv_sys_fstatat(dir->tmp, name, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static mlv_err dir_temp_part(void *self, const struct mlv_key *key, struct mlv_temp *temp)
{
	const struct mlv_dir *dir = self;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char hex[MLV_OID_HEX + 1], name[sizeof(temp->name)];

	/* Half of the id is name enough: what is there is verified before it is used. */
	snprintf(name, sizeof(name), "part-%.32s", mlv_oid_format(&key->oid, hex));
	fd = mlv_sys_openat(dir->tmp, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0644);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || !is_named(dir, fd, name))
		return dir_temp(self, temp); /* another process is at it */
	memcpy(temp->name, name, sizeof(name));
	temp->fd = fd;
	fd = -1;
	return NULL;
}

static void dir_discard(void *self, struct mlv_temp *temp)
{
	const struct mlv_dir *dir = self;

	mlv_fd_close(&temp->fd);
	if (temp->name[0])
		(void)unlinkat(dir->tmp, temp->name, 0);
	temp->name[0] = '\0';
}

/* Renamed over a fresh temporary, as a part is; its times become now, so that nobody sweeps it. */
static mlv_err dir_temp_link(void *self, int from, const char *name, struct mlv_temp *temp)
{
	const struct mlv_dir *dir = self;
	struct mlv_temp fresh = MLV_TEMP_INIT;
	mlv_err err = dir_temp(self, &fresh);

	if (err)
		return err;
	mlv_fd_close(&fresh.fd);
	if (unlinkat(dir->tmp, fresh.name, 0) < 0 ||
	    mlv_sys_linkat(from, name, dir->tmp, fresh.name) < 0)
		return mlv_error_sys("%s/tmp/%s: linking", dir->path, fresh.name);
	fresh.fd = mlv_sys_openat(dir->tmp, fresh.name, O_RDONLY | O_NOFOLLOW, 0);
	if (fresh.fd < 0 || futimens(fresh.fd, NULL) < 0) {
		err = mlv_error_sys("%s/tmp/%s: opening", dir->path, fresh.name);
		dir_discard(self, &fresh);
		return err;
	}
	*temp = fresh;
	return NULL;
}

static mlv_err dir_part_done(void *self, struct mlv_temp *temp)
{
	const struct mlv_dir *dir = self;
	struct mlv_temp fresh = MLV_TEMP_INIT;
	mlv_err err;

	if (strncmp(temp->name, "part-", 5) != 0)
		return NULL;
	if (mlv_sys_fchmod(temp->fd, 0444) < 0)
		return mlv_error_sys("%s/tmp/%s: setting the mode", dir->path, temp->name);
	/* Renamed over a fresh temporary: the name is nobody else's. */
	if ((err = dir_temp(self, &fresh)))
		return err;
	mlv_fd_close(&fresh.fd);
	if (mlv_sys_renameat(dir->tmp, temp->name, dir->tmp, fresh.name) < 0) {
		err = mlv_error_sys("%s/tmp/%s: renaming", dir->path, temp->name);
		(void)unlinkat(dir->tmp, fresh.name, 0);
		return err;
	}
	memcpy(temp->name, fresh.name, sizeof(fresh.name));
	return NULL;
}

static mlv_err dir_rest(void *self, struct mlv_temp *temp)
{
	const struct mlv_dir *dir = self;

	if (mlv_sys_close(&temp->fd) < 0)
		return mlv_error_sys("%s/tmp/%s: writing", dir->path, temp->name);
	return NULL;
}

static const struct mlv_backend dir_backend = {
	.free = dir_free, .stat = mlv_dir_stat, .look = mlv_dir_look, .unpack = dir_unpack,
	.renew = dir_renew, .touch_pack = dir_touch_pack, .each_pack = mlv_dir_each_pack,
	.check_packs = mlv_dir_check_packs,
	.each_record = mlv_dir_each_record, .remove_pack = mlv_dir_remove_pack,
	.settle = mlv_dir_settle, .open = dir_open, .each = mlv_dir_each,
	.touch = dir_touch, .lock = dir_lock, .remove = dir_remove, .temp = dir_temp,
	.temp_part = dir_temp_part, .temp_link = dir_temp_link, .part_done = dir_part_done, .rest = dir_rest,
	.discard = dir_discard, .publish = mlv_dir_publish,
};

/* Whether all that lies here was put here by a creation that did not come to its end. */
static mlv_err check_creatable(const struct mlv_dir *dir)
{
	static const char *const ours[] = { ".",     "..",    "objects", "large",
					    "nodes", "packs", "tmp",     "lock" };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	mlv_err err = mlv_dir_names(dir, ".", &names);

	for (size_t i = 0; i < names.count && !err; i++) {
		bool known = strncmp(names.at[i], ".mlv-tmp-", 9) == 0;

		for (size_t k = 0; k < MLV_COUNT(ours); k++)
			known |= strcmp(names.at[i], ours[k]) == 0;
		if (!known)
			err = mlv_error(MLV_E_CORRUPT, "%s: not a store: there is %s, but no format",
					dir->path, names.at[i]);
	}
	return err;
}

static mlv_err create(const struct mlv_dir *dir)
{
	mlv_err err = check_creatable(dir);

	if (err)
		return err;
	for (size_t i = 0; i < MLV_DIR_TOPS; i++) {
		if ((err = mlv_fs_mkdirs(dir->root, mlv_dir_tops[i], 0777)))
			return mlv_error_wrap(err, "%s", dir->path);
	}
	/* The format last: it says that the rest is there. */
	if ((err = mlv_fs_mkdirs(dir->root, "tmp", 0777)) ||
	    (err = mlv_fs_replace(dir->root, "format", FORMAT, strlen(FORMAT), 0444)) ||
	    (err = mlv_fs_sync_dir(dir->root, "..")))
		return mlv_error_wrap(err, "%s", dir->path);
	return NULL;
}

/* Look at format; *found false when there is none. */
static mlv_err check_format(const struct mlv_dir *dir, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(4096);
	mlv_err err = mlv_fs_read(dir->root, "format", &text);
	size_t shown;

	*found = !err;
	if (err && err->code == MLV_E_MISSING)
		return NULL;
	if (err)
		return mlv_error_wrap(err, "%s", dir->path);
	if (strcmp(text.ptr, FORMAT) == 0)
		return NULL;
	shown = strcspn(text.ptr, "\n");
	err = mlv_error(MLV_E_CORRUPT, "%s: not a store this mlv can use: its format is '%.*s'",
			dir->path, shown < 64 ? (int)shown : 64, text.ptr);
	if (strncmp(text.ptr, "mlv-store ", 10) == 0)
		err = mlv_error_hint(err, "a newer mlv made it: install that one");
	return err;
}

static mlv_err dir_init(struct mlv_dir *dir, bool make)
{
	bool found = false;
	mlv_err err;

	if (make && (err = mlv_fs_mkdirs(AT_FDCWD, dir->path, 0777)))
		return err;
	dir->root = mlv_sys_openat(AT_FDCWD, dir->path, O_RDONLY | O_DIRECTORY, 0);
	if (dir->root < 0 && errno == ENOENT)
		return mlv_error(MLV_E_MISSING, "%s: there is no store", dir->path);
	if (dir->root < 0)
		return mlv_error_sys("%s", dir->path);
	if ((err = check_format(dir, &found)))
		return err;
	if (!found && !make)
		return mlv_error(MLV_E_MISSING, "%s: there is no store", dir->path);
	if (!found && (err = create(dir)))
		return err;
	dir->tmp = mlv_sys_openat(dir->root, "tmp", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (dir->tmp < 0 && errno == ENOENT && mlv_sys_mkdirat(dir->root, "tmp", 0777) == 0)
		dir->tmp = mlv_sys_openat(dir->root, "tmp", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	return dir->tmp < 0 && make ? mlv_error_sys("%s/tmp", dir->path) : NULL;
}

mlv_err mlv_store_open_dir(struct mlv_store **out, struct mlv_ctx *ctx, const char *root,
			   bool make)
{
	MLV_SCOPED(dir_freep) struct mlv_dir *dir = mlv_sys_alloc(sizeof(*dir));
	mlv_err err;

	if (!dir)
		return mlv_error_nomem("a store");
	dir->root = dir->tmp = -1;
	if (!(dir->path = mlv_sys_strdup(root)))
		return mlv_error_nomem("a store");
	if ((err = mlv_store_no_room(root, dir_init(dir, make))) ||
	    (err = mlv_pack_set_new(&dir->packs, ctx, dir->root, root)))
		return err;
	return mlv_store_new(out, ctx, root, &dir_backend, MLV_TAKE(dir));
}
