#include "core/store/spare.h"

#include <fcntl.h>
#include <stdio.h>
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
	return NULL;
}

void mlv_spares_release(struct mlv_spares *spares)
{
	if (spares->dir >= 0)
		mlv_fs_sweep(spares->dir, ".", spares->prefix, 0);
	mlv_fd_close(&spares->dir);
}

int mlv_spare_begin(const struct mlv_spares *spares, const struct mlv_oid *oid, int cached)
{
	char name[NAME_SIZE];
	int fd;

	if (!spares || spares->dir < 0)
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
