#include "cmd/doctor.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/vfs.h>
#endif

#include "core/base/fs.h"

#ifdef __linux__
/* statfs(2) names these numbers. */
static const struct {
	unsigned long number;
	const char *name;
} systems[] = {
	{ 0xef53, "ext4" },	 { 0x9123683e, "btrfs" }, { 0x58465342, "xfs" },
	{ 0x01021994, "tmpfs" }, { 0x794c7630, "overlay" }, { 0x6969, "nfs" },
	{ 0x2fc12fc1, "zfs" },	 { 0x65735546, "fuse" },    { 0xfe534d42, "smb" },
	{ 0xff534d42, "cifs" },	 { 0x01021997, "9p" },	    { 0xca451a4e, "bcachefs" },
};

static void name_system(const char *path, char *name, size_t size)
{
	struct statfs st;

	if (statfs(path, &st) < 0)
		return;
	snprintf(name, size, "0x%lx", (unsigned long)st.f_type);
	for (size_t i = 0; i < MLV_COUNT(systems); i++)
		if (systems[i].number == ((unsigned long)st.f_type & 0xffffffffUL))
			snprintf(name, size, "%s", systems[i].name);
}
#else
static void name_system(const char *path, char *name, size_t size)
{
	(void)path;
	(void)name;
	(void)size;
}
#endif

/* The nearest directory at path or above that is there. */
static mlv_err nearest(const char *path, struct mlv_buf *dir)
{
	mlv_err err = mlv_buf_add_str(dir, path);
	struct stat st;

	while (!err && dir->len > 1 && mlv_sys_fstatat(AT_FDCWD, dir->ptr, &st, 0) < 0) {
		const char *slash = strrchr(dir->ptr, '/');

		mlv_buf_truncate(dir, slash == dir->ptr ? 1 : (size_t)(slash - dir->ptr));
	}
	return err;
}

const char *mlv_doctor_file_system(const char *path, char *name, size_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	mlv_err err = nearest(path, &dir);

	snprintf(name, size, "unknown");
	if (!err)
		name_system(dir.ptr, name, size);
	return name;
}

/* A file tried in the cache, and its counterpart in the work tree; removed in the end. */
struct probe {
	int cache, tree; /* directories */
	int from, to;    /* files */
	char from_name[80], to_name[80], link_name[96];
};

static void probe_end(struct probe *probe)
{
	if (probe->from_name[0])
		(void)unlinkat(probe->cache, probe->from_name, 0);
	if (probe->to_name[0])
		(void)unlinkat(probe->tree, probe->to_name, 0);
	mlv_fd_close(&probe->from);
	mlv_fd_close(&probe->to);
	mlv_fd_close(&probe->cache);
	mlv_fd_close(&probe->tree);
}

static mlv_err probe_begin(struct mlv_repo *repo, const char *path, struct probe *probe)
{
	mlv_err err = mlv_fs_mkdirs(repo->mlv_fd, "tmp", 0777);

	if (err)
		return err;
	probe->tree = mlv_sys_open_beneath(repo->mlv_fd, "tmp", O_RDONLY | O_DIRECTORY, 0);
	if (probe->tree < 0)
		return mlv_error_sys("%s/.mlv/tmp", repo->root);
	probe->cache = mlv_sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	if (probe->cache < 0)
		return mlv_error_sys("%s", path);
	err = mlv_fs_temp(probe->cache, "doctor-", 0600, probe->from_name,
			  sizeof(probe->from_name), &probe->from);
	if (err) {
		probe->from_name[0] = '\0';
		return mlv_error_wrap(err, "%s", path);
	}
	err = mlv_fs_temp(probe->tree, "doctor-", 0600, probe->to_name, sizeof(probe->to_name),
			  &probe->to);
	if (err)
		probe->to_name[0] = '\0';
	return err ? err : mlv_fs_write_full(probe->from, path, "probe\n", 6);
}

static bool gone(const struct probe *probe, bool made)
{
	if (made)
		(void)unlinkat(probe->tree, probe->link_name, 0);
	return made;
}

mlv_err mlv_doctor_links(struct mlv_repo *repo, const char *path, struct mlv_buf *links)
{
	MLV_SCOPED(probe_end) struct probe probe = { -1, -1, -1, -1, "", "", "" };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	mlv_err err;

	/* A cache that is not made yet lies where its parent does. */
	if ((err = nearest(path, &dir)) || (err = probe_begin(repo, dir.ptr, &probe)))
		return err;
	snprintf(probe.link_name, sizeof(probe.link_name), "%s-link", probe.to_name);
	if (mlv_sys_reflink(probe.to, probe.from) == 0 &&
	    (err = mlv_buf_add_str(links, "reflink, ")))
		return err;
	if (gone(&probe, mlv_sys_linkat(probe.cache, probe.from_name, probe.tree,
					probe.link_name) == 0) &&
	    (err = mlv_buf_add_str(links, "hardlink, ")))
		return err;
	if (gone(&probe, mlv_sys_symlinkat(dir.ptr, probe.tree, probe.link_name) == 0) &&
	    (err = mlv_buf_add_str(links, "symlink, ")))
		return err;
	return mlv_buf_add_str(links, "copy");
}
