#include "core/repo/repro/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"

#define ASIDE "tmp/aside"
#define LIST_MAX ((size_t)64 << 20)

struct mlv_aside {
	struct mlv_repo *repo;
	char dir[sizeof(ASIDE) + 40]; /* below .mlv */
	struct mlv_strs paths;
};

void mlv_aside_freep(struct mlv_aside **slot)
{
	if (*slot)
		mlv_strs_release(&(*slot)->paths);
	free(*slot);
	*slot = NULL;
}

static mlv_err new_aside(struct mlv_aside **out, struct mlv_repo *repo, const char *stage)
{
	struct mlv_aside *aside = mlv_sys_alloc(sizeof(*aside));
	char hex[MLV_OID_HEX + 1];
	struct mlv_oid oid;
	mlv_err err;

	if (!aside)
		return mlv_error_nomem("outputs");
	if ((err = mlv_sha256_of(stage, strlen(stage), &oid))) {
		free(aside);
		return err;
	}
	aside->repo = repo;
	snprintf(aside->dir, sizeof(aside->dir), ASIDE "/%.32s", mlv_oid_format(&oid, hex));
	*out = aside;
	return NULL;
}

mlv_err mlv_aside_any(struct mlv_repo *repo, bool *any)
{
	MLV_SCOPED(mlv_dir_close) DIR *dir = mlv_sys_opendirat(repo->mlv_fd, ASIDE);

	*any = false;
	if (!dir)
		return errno == ENOENT ? NULL : mlv_error_sys(".mlv/" ASIDE);
	for (struct dirent *e; !*any && (e = readdir(dir));)
		*any = e->d_name[0] != '.';
	return NULL;
}

mlv_err mlv_aside_is(struct mlv_repo *repo, const char *stage, bool *is)
{
	MLV_SCOPED(mlv_aside_freep) struct mlv_aside *aside = NULL;
	mlv_err err = new_aside(&aside, repo, stage);

	if (!err)
		*is = mlv_fs_exists(repo->mlv_fd, aside->dir);
	return err;
}

/* The place of the nth, below .mlv. */
static const char *place_of(const struct mlv_aside *aside, size_t n, char place[static 128])
{
	snprintf(place, 128, "%s/%zu", aside->dir, n);
	return place;
}

static mlv_err write_list(const struct mlv_aside *aside)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(LIST_MAX);
	char list[128];
	mlv_err err;

	for (size_t i = 0; i < aside->paths.count; i++)
		if ((err = mlv_buf_add(&text, aside->paths.at[i], strlen(aside->paths.at[i]) + 1)))
			return err;
	snprintf(list, sizeof(list), "%s/list", aside->dir);
	if ((err = mlv_fs_mkdirs(aside->repo->mlv_fd, aside->dir, 0777)))
		return err;
	return mlv_fs_replace(aside->repo->mlv_fd, list, text.ptr, text.len, 0666);
}

static mlv_err move_one(const struct mlv_aside *aside, size_t n)
{
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *path = aside->paths.at[n], *name;
	char place[128];
	mlv_err err = mlv_repo_open_dir(aside->repo, path, &dir, &name);

	if (err)
		return err;
	if (mlv_sys_renameat(dir, name, aside->repo->mlv_fd, place_of(aside, n, place)) == 0)
		return NULL;
	if (errno == EXDEV)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: it lies on another file system "
						"and cannot be moved aside while its stage runs", path),
				      "give the output persist: true");
	return mlv_error_sys("%s: moving it aside", path);
}

/* The list goes first: what is left without one is not brought back. */
mlv_err mlv_aside_discard(struct mlv_aside *aside)
{
	char list[128];

	if (!mlv_fs_exists(aside->repo->mlv_fd, aside->dir))
		return NULL; /* there was nothing to move */
	snprintf(list, sizeof(list), "%s/list", aside->dir);
	if (mlv_sys_unlinkat(aside->repo->mlv_fd, list, 0) < 0 && errno != ENOENT)
		return mlv_error_sys(".mlv/%s", list);
	return mlv_fs_remove_all(aside->repo->mlv_fd, aside->dir);
}

mlv_err mlv_aside_move(struct mlv_aside **out, struct mlv_repo *repo, const char *stage,
		       const struct mlv_strs *paths)
{
	MLV_SCOPED(mlv_aside_freep) struct mlv_aside *aside = NULL;
	mlv_err err = new_aside(&aside, repo, stage);

	for (size_t i = 0; !err && i < paths->count; i++)
		if (mlv_fs_exists(repo->root_fd, paths->at[i]))
			err = mlv_strs_add(&aside->paths, paths->at[i]);
	if (err || (aside->paths.count && (err = write_list(aside))))
		return err;
	for (size_t i = 0; !err && i < aside->paths.count; i++)
		err = move_one(aside, i);
	if (err) {
		struct mlv_error kept = *err;

		(void)!mlv_aside_restore(aside);
		return mlv_error_copy(&kept);
	}
	*out = MLV_TAKE(aside);
	return NULL;
}

static mlv_err bring_back(const struct mlv_aside *aside, size_t n)
{
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	MLV_SCOPED(mlv_mem_free) char *above = NULL;
	const char *path = aside->paths.at[n], *name, *slash = strrchr(path, '/');
	char place[128];
	mlv_err err;

	if (!mlv_fs_exists(aside->repo->mlv_fd, place_of(aside, n, place)))
		return NULL; /* it never left its place, or is back */
	if (slash && !(above = mlv_sys_strndup(path, (size_t)(slash - path))))
		return mlv_error_nomem("a path");
	if ((above && (err = mlv_fs_mkdirs(aside->repo->root_fd, above, 0777))) ||
	    (err = mlv_repo_open_dir(aside->repo, path, &dir, &name)))
		return err;
	if (mlv_fs_exists(dir, name) && (err = mlv_fs_remove_all(dir, name)))
		return err;
	if (mlv_sys_renameat(aside->repo->mlv_fd, place, dir, name) < 0)
		return mlv_error_sys("%s: bringing it back", path);
	return NULL;
}

mlv_err mlv_aside_restore(struct mlv_aside *aside)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < aside->paths.count; i++)
		err = bring_back(aside, i);
	if (err)
		return mlv_error_hint(err, "what was there before lies in .mlv/%s", aside->dir);
	return mlv_aside_discard(aside);
}

mlv_err mlv_aside_drop(struct mlv_repo *repo, const char *stage)
{
	MLV_SCOPED(mlv_aside_freep) struct mlv_aside *aside = NULL;
	mlv_err err = new_aside(&aside, repo, stage);

	return err ? err : mlv_aside_discard(aside);
}

mlv_err mlv_aside_open(struct mlv_aside **out, struct mlv_repo *repo, const char *stage)
{
	MLV_SCOPED(mlv_aside_freep) struct mlv_aside *aside = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(LIST_MAX);
	char list[128];
	mlv_err err = new_aside(&aside, repo, stage);

	if (err)
		return err;
	snprintf(list, sizeof(list), "%s/list", aside->dir);
	if ((err = mlv_fs_read(repo->mlv_fd, list, &text)) && err->code != MLV_E_MISSING)
		return err;
	/* Without a list nothing was moved yet, or all of it is done with. */
	for (size_t at = 0; at < text.len; at += strlen(text.ptr + at) + 1)
		if ((err = mlv_strs_add(&aside->paths, text.ptr + at)))
			return err;
	*out = MLV_TAKE(aside);
	return NULL;
}

mlv_err mlv_aside_recover(struct mlv_repo *repo, const char *stage)
{
	MLV_SCOPED(mlv_aside_freep) struct mlv_aside *aside = NULL;
	mlv_err err = mlv_aside_open(&aside, repo, stage);

	return err ? err : mlv_aside_restore(aside);
}
