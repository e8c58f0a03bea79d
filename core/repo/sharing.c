#define _DEFAULT_SOURCE /* the stream of a directory */

#include "core/repo/sharing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"

#define REPOS "repos"
#define NAME  (sizeof(REPOS) + 33)

/* "repos/<32 digits>" */
static mlv_err name_of(const char *root, char name[static NAME])
{
	char hex[MLV_OID_HEX + 1];
	struct mlv_oid oid;
	mlv_err err = mlv_sha256_of(root, strlen(root), &oid);

	if (!err)
		snprintf(name, NAME, REPOS "/%.32s", mlv_oid_format(&oid, hex));
	return err;
}

/* Who may not write there cannot put objects there either. */
static bool is_read_only(mlv_err err)
{
	return err->os_errno == EACCES || err->os_errno == EROFS || err->os_errno == EPERM;
}

static mlv_err write_root(int dir, const char *name, const char *root)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_buf_printf(&text, "%s\n", root)) ||
	    (err = mlv_fs_mkdirs(dir, REPOS, 0777)))
		return err;
	return mlv_fs_replace(dir, name, text.ptr, text.len, 0666);
}

mlv_err mlv_sharing_register(struct mlv_repo *repo, const char *cache)
{
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *below = mlv_path_below(repo->root, cache);
	char name[NAME];
	mlv_err err;

	if (below && strncmp(below, ".mlv/", 5) == 0)
		return NULL;
	if ((err = name_of(repo->root, name)))
		return err;
	dir = mlv_sys_openat(AT_FDCWD, cache, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return mlv_error_sys("%s", cache);
	if (mlv_fs_exists(dir, name))
		return NULL;
	err = write_root(dir, name, repo->root);
	return err && !is_read_only(err) ? mlv_error_wrap(err, "%s", cache) : NULL;
}

/* The absolute path that a file of repos/ holds. */
static mlv_err read_root(int dir, const char *name, const char *cache, struct mlv_strs *roots)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(PATH_MAX + 2);
	mlv_err err = mlv_fs_read(dir, name, &text);

	if (err)
		return mlv_error_wrap(err, "%s/" REPOS "/%s", cache, name);
	if (text.len < 2 || text.ptr[0] != '/' || text.ptr[text.len - 1] != '\n' ||
	    strlen(text.ptr) != text.len)
		return mlv_error(MLV_E_CORRUPT, "%s/" REPOS "/%s: does not name a repository", cache,
				 name);
	return mlv_strs_add_len(roots, text.ptr, text.len - 1);
}

mlv_err mlv_sharing_list(const char *cache, struct mlv_strs *roots)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_dir_close) DIR *list = NULL;
	mlv_err err = mlv_buf_printf(&path, "%s/" REPOS, cache);

	if (err)
		return err;
	if (!(list = mlv_sys_opendirat(AT_FDCWD, path.ptr)))
		return errno == ENOENT ? NULL : mlv_error_sys("%s", path.ptr);
	errno = 0;
	for (struct dirent *e; !err && (e = readdir(list)); errno = 0)
		if (e->d_name[0] != '.') /* temporaries are hidden */
			err = read_root(dirfd(list), e->d_name, cache, roots);
	if (!err && errno)
		err = mlv_error_sys("%s: listing", path.ptr);
	mlv_strs_sort_unique(roots);
	return err;
}

mlv_err mlv_sharing_forget(const char *cache, const char *root)
{
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	char name[NAME];
	mlv_err err = name_of(root, name);

	if (err)
		return err;
	dir = mlv_sys_openat(AT_FDCWD, cache, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return mlv_error_sys("%s", cache);
	if (mlv_sys_unlinkat(dir, name, 0) == 0)
		return NULL;
	if (errno == ENOENT)
		return mlv_error(MLV_E_MISSING, "%s: no repository that uses %s", root, cache);
	return mlv_error_sys("%s/%s: removing", cache, name);
}
