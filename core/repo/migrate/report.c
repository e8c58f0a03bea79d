/* report.c - what a run says it did, and the files that it reads and writes. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/migrate/impl.h"

void mlv_migrated_release(struct mlv_migrated *migrated)
{
	for (size_t i = 0; i < migrated->count; i++) {
		free(migrated->at[i].path);
		free(migrated->at[i].text);
	}
	free(migrated->at);
	*migrated = (struct mlv_migrated){ 0 };
}

void migrate_release(struct migrate *migrate)
{
	free(migrate->objects.at);
	free(migrate->cache_dir);
	mlv_git_freep(&migrate->git);
	mlv_repo_freep(&migrate->repo);
	mlv_fd_close(&migrate->root_fd);
	mlv_fd_close(&migrate->cache_fd);
	mlv_fd_close(&migrate->tmp_fd);
}

mlv_err migrate_say(struct migrate *migrate, enum mlv_migrate_kind kind, const char *path,
		    const char *fmt, ...)
{
	struct mlv_migrated *to = migrate->migrated;
	struct mlv_migrate_line line = { .kind = kind };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	va_list ap;
	mlv_err err;

	va_start(ap, fmt);
	err = mlv_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (err || (err = mlv_array_grow(&to->at, &to->cap, to->count + 1, sizeof(*to->at))))
		return err;
	line.path = mlv_sys_strdup(path);
	line.text = line.path ? mlv_sys_strndup(text.ptr, text.len) : NULL;
	if (!line.text) {
		free(line.path);
		return mlv_error_nomem("a report");
	}
	to->at[to->count++] = line;
	to->missing += kind == MLV_MIGRATE_MISSING;
	to->damaged += kind == MLV_MIGRATE_DAMAGED;
	return NULL;
}

/* The directory that a path lies in, never beyond a link; -1 with errno set. */
static int open_dir(const struct migrate *migrate, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	MLV_SCOPED(mlv_mem_free) char *dir = NULL;

	*name = slash ? slash + 1 : path;
	dir = slash ? mlv_sys_strndup(path, (size_t)(slash - path)) : mlv_sys_strdup(".");
	if (!dir) {
		errno = ENOMEM;
		return -1;
	}
	return mlv_sys_open_beneath(migrate->root_fd, dir, O_RDONLY | O_DIRECTORY, 0);
}

mlv_err migrate_read(const struct migrate *migrate, const char *path, struct mlv_buf *text,
		     bool *there)
{
	const char *name;
	MLV_SCOPED(mlv_fd_close) int dir = open_dir(migrate, path, &name);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct stat st;

	*there = false;
	if (dir >= 0)
		fd = mlv_sys_open_beneath(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? NULL : mlv_error_sys("%s", path);
	if (mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s", path);
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: not a regular file", path);
	*there = true;
	return mlv_fs_read_fd(fd, path, text);
}

/* Open .mlv/tmp, beneath the root, made when it is missing. */
static mlv_err open_tmp(struct migrate *migrate)
{
	MLV_SCOPED(mlv_fd_close) int mlv = -1;
	mlv_err err;

	if (migrate->tmp_fd >= 0)
		return NULL;
	if ((err = mlv_fs_mkdirs(migrate->root_fd, ".mlv", 0777)))
		return err;
	mlv = mlv_sys_open_beneath(migrate->root_fd, ".mlv", O_RDONLY | O_DIRECTORY, 0);
	if (mlv < 0)
		return mlv_error_sys("%s/.mlv", migrate->root);
	if ((err = mlv_fs_mkdirs(mlv, "tmp", 0777)))
		return err;
	migrate->tmp_fd = mlv_sys_open_beneath(mlv, "tmp", O_RDONLY | O_DIRECTORY, 0);
	return migrate->tmp_fd < 0 ? mlv_error_sys("%s/.mlv/tmp", migrate->root) : NULL;
}

/* Also before there is a repository: what a killed run leaves lies where git does not see it. */
static mlv_err replace(struct migrate *migrate, const char *path, const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *name = NULL;
	mlv_err err = open_tmp(migrate);

	if (err)
		return err;
	dir = open_dir(migrate, path, &name);
	if (dir < 0)
		return mlv_error_sys("%s", path);
	err = mlv_fs_replace_through(migrate->tmp_fd, dir, name, text->ptr, text->len, 0666);
	return err ? mlv_error_wrap(err, "writing %s", path) : NULL;
}

mlv_err migrate_write(struct migrate *migrate, const char *path, const struct mlv_buf *text,
		      const char *from)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf old = MLV_BUF_INIT;
	bool there = false;
	mlv_err err = migrate_read(migrate, path, &old, &there);

	if (err)
		return err;
	if (there && old.len == text->len && memcmp(old.ptr, text->ptr, old.len) == 0)
		return NULL;
	if (there)
		return migrate_say(migrate, MLV_MIGRATE_KEPT, path,
				   "is there already and says something else than %s", from);
	if (!migrate->options->dry_run && (err = replace(migrate, path, text)))
		return err;
	return migrate_say(migrate, MLV_MIGRATE_WRITTEN, path, "%s", from);
}

mlv_err migrate_open_repo(struct migrate *migrate, bool no_scm)
{
	const struct mlv_init_options options = { .no_scm = no_scm, .subdir = true };
	const bool dry = migrate->options->dry_run;
	const bool there = mlv_fs_exists(migrate->root_fd, ".mlv/config");
	mlv_err err;

	if (migrate->repo)
		return NULL;
	if (!there && ((!dry && (err = mlv_repo_init(migrate->ctx, migrate->root, &options))) ||
		       (err = migrate_say(migrate, MLV_MIGRATE_WRITTEN, ".mlv", "a new repository"))))
		return err;
	if (!there && dry)
		return NULL;
	if ((err = mlv_repo_open(&migrate->repo, migrate->ctx, migrate->root)))
		return err;
	if (strcmp(migrate->repo->root, migrate->root) != 0)
		return mlv_error(MLV_E_REFUSED, "%s: lies in the repository %s", migrate->root,
				 migrate->repo->root);
	return dry ? NULL : open_tmp(migrate);
}
