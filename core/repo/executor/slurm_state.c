/* slurm_state.c - what a later mlv is told of a stage's job. */
#define _DEFAULT_SOURCE /* the types in struct dirent */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/executor/slurm.h"
#include "core/store/sha256.h"

mlv_err slurm_stage_dir(const char *name, char **dir)
{
	char hex[MLV_OID_HEX + 1];
	struct mlv_oid oid;
	mlv_err err = mlv_sha256_of(name, strlen(name), &oid);

	if (err)
		return err;
	*dir = mlv_sys_strdup(mlv_oid_format(&oid, hex));
	return *dir ? NULL : mlv_error_nomem("a job");
}

void slurm_drop(struct slurm *slurm, const char *dir)
{
	mlv_err err = mlv_fs_remove_all(slurm->dir_fd, dir);

	if (err)
		mlv_tell_detail(slurm->base.ctx, "%s", err->msg);
}

/* The file, which is one short line; *found false: there is none, or it is not whole. */
static mlv_err read_line(int dir_fd, const char *dir, const char *name, struct mlv_buf *line,
			 bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&path, "%s/%s", dir, name);

	*found = false;
	if (err || (err = mlv_fs_read(dir_fd, path.ptr, line)))
		return err && err->code == MLV_E_MISSING ? NULL : err;
	*found = line->len > 0 && line->ptr[line->len - 1] == '\n';
	return NULL;
}

mlv_err slurm_read_job(int dir_fd, const char *dir, char key[static SLURM_KEY + 1],
		       struct slurm_place *place, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_LIMIT(1000);
	mlv_err err = read_line(dir_fd, dir, "job", &line, found);

	if (err || !*found)
		return err;
	*found = sscanf(line.ptr, "%64[0-9a-f] %16[0-9a-f] %u", key, place->batch,
			&place->index) == 3;
	return NULL;
}

mlv_err slurm_write_job(struct slurm *slurm, const struct slurm_job *job)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_buf_printf(&path, "%s/job", job->dir)) ||
	    (err = mlv_buf_printf(&line, "%s %s %u\n", job->key, job->place.batch,
				  job->place.index)))
		return err;
	return mlv_fs_replace(slurm->dir_fd, path.ptr, line.ptr, line.len, 0666);
}

mlv_err slurm_read_end(int dir_fd, const char *dir, struct mlv_job_end *end, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_LIMIT(1000);
	mlv_err err = read_line(dir_fd, dir, "end", &line, found);
	char how[32];
	int status;

	if (err || !*found)
		return err;
	*found = sscanf(line.ptr, "%zu %31s %d", &end->command, how, &status) == 3;
	if (!*found)
		return NULL;
	end->how = status ? MLV_JOB_FAILED : MLV_JOB_DONE;
	end->why[0] = '\0';
	if (strncmp(how, "time-", 5) == 0)
		snprintf(end->why, sizeof(end->why), "took longer than %s s", how + 5);
	else if (status > 128 && status <= 128 + 64)
		snprintf(end->why, sizeof(end->why), "was killed by signal %d (%s)", status - 128,
			 strsignal(status - 128));
	else if (status)
		snprintf(end->why, sizeof(end->why), "exited with %d", status);
	return NULL;
}

static bool is_newer(const struct stat *st, struct timespec than)
{
	return st->st_ctim.tv_sec != than.tv_sec ? st->st_ctim.tv_sec > than.tv_sec
						 : st->st_ctim.tv_nsec > than.tv_nsec;
}

/* Whether what is at path, and all below, is as old as that; what cannot be read is not. */
static bool stands(int dir, const char *path, struct timespec end, unsigned depth)
{
	MLV_SCOPED(mlv_dir_close) DIR *entries = NULL;
	bool all = true;
	struct stat st;

	if (mlv_sys_fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) < 0 || is_newer(&st, end))
		return false;
	if (!S_ISDIR(st.st_mode))
		return true;
	if (depth >= MLV_PATH_DEPTH || !(entries = mlv_sys_opendirat(dir, path)))
		return false;
	errno = 0;
	for (struct dirent *e; all && (e = readdir(entries)); errno = 0)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			all = stands(dirfd(entries), e->d_name, end, depth + 1);
	return all && errno == 0;
}

bool slurm_outs_stand(int dir_fd, const char *dir, const struct mlv_strs *outs)
{
	char path[MLV_OID_HEX + 8];
	struct stat end;
	bool all = true;

	snprintf(path, sizeof(path), "%s/end", dir);
	if (mlv_sys_fstatat(dir_fd, path, &end, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	for (size_t i = 0; all && outs && i < outs->count; i++)
		all = stands(AT_FDCWD, outs->at[i], end.st_ctim, 0);
	return all;
}

bool mlv_executor_slurm_left(const char *state, const char *name)
{
	MLV_SCOPED(mlv_fd_close) int fd =
		mlv_sys_openat(AT_FDCWD, state, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	MLV_SCOPED(mlv_mem_free) char *dir = NULL;
	struct mlv_job_end end;
	char key[SLURM_KEY + 1];
	struct slurm_place place;
	bool found = false, ended = true;

	if (fd < 0 || slurm_stage_dir(name, &dir) || slurm_read_job(fd, dir, key, &place, &found) ||
	    !found)
		return false;
	return !slurm_read_end(fd, dir, &end, &ended) && !ended;
}
