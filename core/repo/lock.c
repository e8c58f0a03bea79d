#define _DEFAULT_SOURCE /* flock() */

#include "core/repo/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"

#define LOCK_DIR "tmp/locks"
#define LOCK_NAME (sizeof(LOCK_DIR) + 33)
#define WAIT_DEFAULT 30       /* seconds */
#define NAP 20000000          /* ns between two tries */
#define SAY_AFTER 5           /* naps of silence */
#define HOLDER_MAX ((size_t)512)

struct mlv_lock {
	int dir;
	int fd;
	char name[LOCK_NAME]; /* "": dir itself is locked, fd is another descriptor of it */
};

void mlv_lock_freep(struct mlv_lock **lock)
{
	if (*lock) {
		/* Removed while it is still held: who waits sees that and makes it anew. */
		if ((*lock)->fd >= 0 && *(*lock)->name)
			(void)!mlv_sys_unlinkat((*lock)->dir, (*lock)->name, 0);
		mlv_fd_close(&(*lock)->fd);
	}
	free(*lock);
	*lock = NULL;
}

/* Whether flock() gave it. */
static mlv_err try_flock(int fd, const char *shown, bool *got)
{
	*got = flock(fd, LOCK_EX | LOCK_NB) == 0;
	if (*got || errno == EWOULDBLOCK || errno == EINTR)
		return NULL;
	/* A file system without locks, or that locks only what is open for writing: going on is what git
	 * does there, too. */
	if (errno != ENOLCK && errno != ENOTSUP && errno != ENOSYS && errno != EBADF)
		return mlv_error_sys("%s: locking", shown);
	*got = true;
	return NULL;
}

/* One try. *got false: another holds it, or it was removed under us. */
static mlv_err try_lock(struct mlv_lock *lock, bool *got)
{
	const char *path = *lock->name ? lock->name : ".";
	int flags = *lock->name ? O_RDWR | O_CREAT | O_NOFOLLOW : O_RDONLY | O_DIRECTORY;
	MLV_SCOPED(mlv_fd_close) int fd = mlv_sys_openat(lock->dir, path, flags, 0666);
	struct stat mine, there;
	mlv_err err;

	*got = false;
	if (fd < 0 || mlv_sys_fstat(fd, &mine) < 0)
		return mlv_error_sys(".mlv/%s: opening the lock", lock->name);
	if ((err = try_flock(fd, lock->name, got)) || !*got)
		return err;
	*got = false;
	if (mlv_sys_fstatat(lock->dir, path, &there, AT_SYMLINK_NOFOLLOW) < 0 ||
	    there.st_ino != mine.st_ino || there.st_dev != mine.st_dev)
		return NULL;
	lock->fd = fd;
	fd = -1;
	*got = true;
	return NULL;
}

/* Say who we are, for those who wait. Only for people: failure is nothing. */
static void sign(struct mlv_lock *lock, const char *command)
{
	char host[256] = "", text[HOLDER_MAX];

	(void)!gethostname(host, sizeof(host) - 1);
	snprintf(text, sizeof(text), "process %ld on %s, mlv %s\n", (long)getpid(), host, command);
	if (mlv_sys_ftruncate(lock->fd, 0) == 0)
		(void)!mlv_sys_pwrite(lock->fd, text, strlen(text), 0);
}

static void read_holder(const struct mlv_lock *lock, struct mlv_buf *holder)
{
	mlv_buf_clear(holder);
	if (!*lock->name)
		return;
	if (mlv_fs_read(lock->dir, lock->name, holder))
		mlv_buf_clear(holder);
	for (size_t i = 0; i < holder->len; i++)
		if ((unsigned char)holder->ptr[i] < 0x20 || (unsigned char)holder->ptr[i] > 0x7e)
			holder->ptr[i] = '\0';
}

static mlv_err wait_for(struct mlv_lock *lock, struct mlv_ctx *ctx, uint64_t seconds, const char *what)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf holder = MLV_BUF_LIMIT(HOLDER_MAX);
	struct timespec nap = { 0, NAP };
	mlv_err err;

	for (uint64_t naps = 0;; naps++) {
		bool got;

		if ((err = try_lock(lock, &got)) || got)
			return err;
		if ((err = mlv_ctx_check_stop(ctx)))
			return err;
		if (naps == SAY_AFTER || naps * NAP / 1000000000 >= seconds)
			read_holder(lock, &holder);
		if (naps * NAP / 1000000000 >= seconds)
			return mlv_error_hint(mlv_error(MLV_E_LOCKED, "%s: locked by %s", what,
							*holder.ptr ? holder.ptr : "another process"),
					      "wait for it to end, or raise core.lock_timeout");
		if (naps == SAY_AFTER)
			mlv_tell_warning(ctx, "%s: waiting for %s", what,
					 *holder.ptr ? holder.ptr : "another process");
		nanosleep(&nap, NULL);
	}
}

static mlv_err take(struct mlv_lock **out, struct mlv_repo *repo, const char *key,
		    const char *what, const char *command)
{
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = mlv_sys_alloc(sizeof(*lock));
	char hex[MLV_OID_HEX + 1];
	struct mlv_oid oid;
	mlv_err err;

	if (!lock)
		return mlv_error_nomem("a lock");
	lock->fd = -1;
	lock->dir = repo->mlv_fd;
	if ((err = mlv_sha256_of(key, strlen(key), &oid)) ||
	    (err = mlv_fs_mkdirs(repo->mlv_fd, LOCK_DIR, 0777)))
		return err;
	snprintf(lock->name, sizeof(lock->name), LOCK_DIR "/%.32s", mlv_oid_format(&oid, hex));
	if ((err = wait_for(lock, repo->ctx,
			    mlv_config_count(repo->config, "core.lock_timeout", WAIT_DEFAULT), what)))
		return err;
	sign(lock, command);
	*out = MLV_TAKE(lock);
	return NULL;
}

mlv_err mlv_lock_dir(struct mlv_lock **out, struct mlv_ctx *ctx, int dir, const char *name)
{
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = mlv_sys_alloc(sizeof(*lock));
	mlv_err err;

	if (!lock)
		return mlv_error_nomem("a lock");
	lock->fd = -1;
	lock->dir = dir;
	if ((err = wait_for(lock, ctx, WAIT_DEFAULT, name)))
		return err;
	*out = MLV_TAKE(lock);
	return NULL;
}

mlv_err mlv_lock_file(struct mlv_lock **out, struct mlv_repo *repo, const char *path,
		      const char *command)
{
	return take(out, repo, path, path, command);
}

/* The empty path is the root's: no file has it. */
mlv_err mlv_lock_worktree(struct mlv_lock **out, struct mlv_repo *repo, const char *command)
{
	return take(out, repo, "", repo->root, command);
}
