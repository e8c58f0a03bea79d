#define _DEFAULT_SOURCE /* flock */
#include "core/store/spare.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/sys.h"

#define NAME_SIZE (sizeof(((struct mlv_spares *)0)->prefix) + MLV_OID_HEX + 1)

static void name_of(const struct mlv_spares *spares, const struct mlv_oid *oid,
		    char name[static NAME_SIZE])
{
	char hex[MLV_OID_HEX + 1];

	snprintf(name, NAME_SIZE, "%s%s", spares->prefix, mlv_oid_format(oid, hex));
}

/* ---- whether whose they are lives ---- */

#define LOCK      "lock-" /* and the prefix: held by who makes spares under that */
#define LOCK_SIZE (sizeof(LOCK) + sizeof(((struct mlv_spares *)0)->prefix))

static void lock_name(const struct mlv_spares *spares, char name[static LOCK_SIZE])
{
	snprintf(name, LOCK_SIZE, LOCK "%s", spares->prefix);
}

static void take_lock(struct mlv_spares *spares)
{
	char name[LOCK_SIZE];

	lock_name(spares, name);
	spares->lock = mlv_sys_openat(spares->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
	if (spares->lock >= 0)
		(void)flock(spares->lock, LOCK_EX | LOCK_NB);
}

/* Remove what processes left that hold their lock no more. */
static void sweep_dead(int dir)
{
	MLV_SCOPED(mlv_dir_close) DIR *list = mlv_sys_opendirat(dir, ".");

	for (struct dirent *e; list && (e = readdir(list));) {
		MLV_SCOPED(mlv_fd_close) int fd = -1;

		if (strncmp(e->d_name, LOCK "spare-", strlen(LOCK "spare-")) != 0)
			continue;
		fd = mlv_sys_openat(dir, e->d_name, O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0);
		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
			continue;
		mlv_fs_sweep(dir, ".", e->d_name + strlen(LOCK), 0);
		(void)unlinkat(dir, e->d_name, 0);
	}
}

mlv_err mlv_spares_begin(struct mlv_spares *spares, int dir)
{
	struct timespec now = { 0 };
	mlv_err err = mlv_fs_mkdirs(dir, "tmp", 0777);
	int fd;

	if (err)
		return err;
	fd = mlv_sys_openat(dir, "tmp", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd < 0)
		return mlv_error_sys("tmp");
	(void)clock_gettime(CLOCK_REALTIME, &now);
	/* What a killed process left must not be taken by one that got its number. */
	snprintf(spares->prefix, sizeof(spares->prefix), "spare-%ld-%lld%09ld-", (long)getpid(),
		 (long long)now.tv_sec, now.tv_nsec);
	spares->dir = fd;
	sweep_dead(fd);
	take_lock(spares);
	return NULL;
}

void mlv_spares_release(struct mlv_spares *spares)
{
	char name[LOCK_SIZE];

	if (spares->dir >= 0) {
		mlv_fs_sweep(spares->dir, ".", spares->prefix, 0);
		lock_name(spares, name);
		(void)unlinkat(spares->dir, name, 0);
	}
	mlv_fd_close(&spares->lock);
	mlv_fd_close(&spares->dir);
}

bool mlv_spare_is_wanted(int spare)
{
	struct stat st;

	return spare >= 0 && mlv_sys_fstat(spare, &st) == 0 && st.st_nlink > 0;
}

void mlv_spares_shed(const struct mlv_spares *spares)
{
	MLV_SCOPED(mlv_dir_close) DIR *list = mlv_sys_opendirat(spares->dir, ".");
	char name[LOCK_SIZE];

	lock_name(spares, name);
	(void)unlinkat(spares->dir, name, 0);
	for (struct dirent *e; list && (e = readdir(list));) {
		MLV_SCOPED(mlv_fd_close) int fd = -1;

		if (strncmp(e->d_name, spares->prefix, strlen(spares->prefix)) != 0)
			continue;
		fd = mlv_sys_openat(spares->dir, e->d_name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0);
		/* Who writes to it holds it, and its room is needed now; not of one that was taken. */
		if (unlinkat(spares->dir, e->d_name, 0) == 0 && fd >= 0 && !mlv_spare_is_wanted(fd))
			(void)!mlv_sys_ftruncate(fd, 0);
	}
}

int mlv_spare_begin(const struct mlv_spares *spares, const struct mlv_oid *oid, int cached)
{
	char name[NAME_SIZE];
	int fd;

	if (!spares || spares->dir < 0 || !mlv_spare_is_wanted(spares->lock))
		return -1;
	name_of(spares, oid, name);
	fd = mlv_sys_openat(spares->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
	if (fd >= 0 && mlv_sys_reflink(fd, cached) == 0) {
		mlv_fd_close(&fd);
		mlv_spare_drop(spares, oid);
	}
	return fd;
}

void mlv_spare_drop(const struct mlv_spares *spares, const struct mlv_oid *oid)
{
	char name[NAME_SIZE];

	name_of(spares, oid, name);
	(void)unlinkat(spares->dir, name, 0);
}

bool mlv_spare_take(const struct mlv_spares *spares, const struct mlv_oid *oid, uint64_t size,
		    int dir, const char *name)
{
	char from[NAME_SIZE];
	struct stat st;

	if (!spares || spares->dir < 0)
		return false;
	name_of(spares, oid, from);
	if (mlv_sys_fstatat(spares->dir, from, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode) || (uint64_t)st.st_size != size ||
	    mlv_sys_linkat(spares->dir, from, dir, name) < 0)
		return false;
	mlv_spare_drop(spares, oid);
	return true;
}
