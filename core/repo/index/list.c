#define _DEFAULT_SOURCE /* the stream of a directory */

#include "core/repo/index/list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/index/format.h"

/* Add the path that an index speaks of, if its name is the one that path has. */
static mlv_err add_path(int dir, const char *name, struct mlv_strs *paths)
{
	MLV_SCOPED(mlv_fd_close) int fd = mlv_sys_openat(dir, name, O_RDONLY | O_NOFOLLOW, 0);
	struct mlv_index_header header;
	char path[MLV_PATH_MAX + 1], expected[MLV_INDEX_NAME];
	mlv_err err;

	if (fd < 0 || mlv_fs_pread_full(fd, name, &header, sizeof(header), 0) ||
	    memcmp(header.magic, MLV_INDEX_MAGIC, sizeof(header.magic)) != 0 ||
	    header.order != MLV_INDEX_ORDER || !header.path_len || header.path_len > MLV_PATH_MAX ||
	    mlv_fs_pread_full(fd, name, path, header.path_len, sizeof(header)))
		return NULL;
	path[header.path_len] = '\0';
	if (strlen(path) != header.path_len || mlv_path_check(path, header.path_len))
		return NULL;
	if ((err = mlv_index_name(path, false, expected)))
		return err;
	if (strcmp(expected + sizeof(MLV_INDEX_DIR), name) != 0)
		return NULL;
	return mlv_strs_add(paths, path);
}

mlv_err mlv_index_list(struct mlv_repo *repo, struct mlv_strs *paths)
{
	MLV_SCOPED(mlv_dir_close) DIR *dir = mlv_sys_opendirat(repo->mlv_fd, MLV_INDEX_DIR);
	mlv_err err = NULL;

	if (!dir)
		return errno == ENOENT ? NULL : mlv_error_sys(".mlv/" MLV_INDEX_DIR);
	for (struct dirent *e; !err && (e = readdir(dir));)
		if (e->d_name[0] != '.' && strncmp(e->d_name, "tmp-", 4) != 0)
			err = add_path(dirfd(dir), e->d_name, paths);
	mlv_strs_sort_unique(paths);
	return err;
}
