/* Changes of mlv.lock: under its lock, durable, whole. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "core/base/sys.h"
#include "core/repo/lock.h"
#include "core/repo/lockfile/impl.h"

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_as_read(const struct mlv_lockfile *file, struct mlv_repo *repo)
{
	struct stat now;

	if (mlv_sys_fstatat(repo->root_fd, file->path, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT && !file->st.st_ino;
	return now.st_ino == file->st.st_ino && now.st_size == file->st.st_size &&
	       now.st_mtim.tv_sec == file->st.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == file->st.st_mtim.tv_nsec &&
	       now.st_ctim.tv_sec == file->st.st_ctim.tv_sec &&
	       now.st_ctim.tv_nsec == file->st.st_ctim.tv_nsec;
}

/* Read it anew if it is not what was read; the caller holds its lock. */
static mlv_err refresh(struct mlv_lockfile *file, struct mlv_repo *repo)
{
	if (is_as_read(file, repo) && mlv_journal_is_as_read(file, repo))
		return NULL;
	return mlv_lockfile_reload(file, repo);
}

static mlv_err write(struct mlv_lockfile *file, struct mlv_repo *repo)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *name;
	mlv_err err;

	if ((err = mlv_lockfile_text(file, &text)) ||
	    (err = mlv_repo_open_dir(repo, file->path, &dir, &name)) ||
	    (err = mlv_repo_replace(repo, dir, name, text.ptr, text.len, 0666)))
		return mlv_error_wrap(err, "writing %s", file->path);
	file->foreign = false;
	file->noted = false;
	file->written = now_ms();
	if (mlv_sys_fstatat(dir, name, &file->st, AT_SYMLINK_NOFOLLOW) < 0)
		return mlv_error_sys("%s", file->path);
	return mlv_journal_drop(file, repo);
}

/* What is in memory was not written: it is as it was read again. */
static mlv_err undo(struct mlv_lockfile *file, struct mlv_repo *repo, mlv_err why)
{
	struct mlv_error kept = *why;

	(void)!mlv_lockfile_reload(file, repo);
	return mlv_error_copy(&kept);
}

/* records gets what changes. */
static mlv_err put_one(struct mlv_lockfile *file, const struct mlv_recorded *stage,
		       struct mlv_buf *records)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const struct mlv_lockfile_entry *old;
	mlv_err err = mlv_lockfile_entry_text(file, stage, &text);

	if (err)
		return err;
	old = mlv_lockfile_find(file, stage->name);
	if (old && old->len == text.len && memcmp(old->text, text.ptr, text.len) == 0)
		return NULL;
	err = mlv_journal_add(records, &text);
	return err ? err : mlv_lockfile_set(file, stage->name, text.ptr, text.len);
}

static mlv_err put_all(struct mlv_lockfile *file, const struct mlv_recorded *stages, size_t count,
		       struct mlv_buf *records)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count; i++)
		err = put_one(file, &stages[i], records);
	return err;
}

static mlv_err leave_out(struct mlv_lockfile *file, const struct mlv_strs *stale)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && stale && i < stale->count; i++)
		err = mlv_lockfile_set(file, stale->at[i], NULL, 0);
	return err;
}

mlv_err mlv_lockfile_put(struct mlv_lockfile *file, struct mlv_repo *repo,
			 const struct mlv_recorded *stages, size_t count,
			 const struct mlv_strs *stale, const char *command)
{
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf records = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_lock_file(&lock, repo, file->path, command)) || (err = refresh(file, repo)))
		return err;
	err = put_all(file, stages, count, &records);
	if (!err && !records.len)
		return NULL;
	if (err || (err = leave_out(file, stale)) || (err = write(file, repo)))
		return undo(file, repo, err);
	return NULL;
}

/* Whether it is to be written again, or what is new goes to the journal. */
static bool is_due(const struct mlv_lockfile *file)
{
	uint64_t size = (uint64_t)file->st.st_size;

	return !file->st.st_ino || size <= MLV_LOCKFILE_SMALL || file->journal.len >= size / 4 ||
	       now_ms() - file->written >= (int64_t)(size * 1000 / MLV_LOCKFILE_PACE);
}

mlv_err mlv_lockfile_note(struct mlv_lockfile *file, struct mlv_repo *repo,
			  const struct mlv_recorded *stages, size_t count, const char *command)
{
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf records = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_lock_file(&lock, repo, file->path, command)) || (err = refresh(file, repo)))
		return err;
	err = put_all(file, stages, count, &records);
	if (!err && records.len)
		err = is_due(file) ? write(file, repo) : mlv_journal_append(file, repo, &records);
	if (err)
		return undo(file, repo, err);
	file->noted |= records.len != 0;
	return NULL;
}

bool mlv_lockfile_is_noted(const struct mlv_lockfile *file)
{
	return file->noted || file->journal.len;
}

mlv_err mlv_lockfile_fold(struct mlv_lockfile *file, struct mlv_repo *repo,
			  const struct mlv_strs *stale, const char *command)
{
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	size_t before;
	mlv_err err;

	if ((err = mlv_lock_file(&lock, repo, file->path, command)) || (err = refresh(file, repo)))
		return err;
	before = file->count;
	err = leave_out(file, stale);
	if (!err && (file->journal.len || file->count != before))
		err = write(file, repo);
	if (err)
		return undo(file, repo, err);
	file->noted = false;
	return NULL;
}

mlv_err mlv_lockfile_drop(struct mlv_lockfile *file, struct mlv_repo *repo,
			  const struct mlv_strs *names, const char *command)
{
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	size_t before;
	mlv_err err;

	if ((err = mlv_lock_file(&lock, repo, file->path, command)) || (err = refresh(file, repo)))
		return err;
	before = file->count;
	err = leave_out(file, names);
	if (!err && file->count == before)
		return NULL;
	if (!err)
		err = file->count ? write(file, repo) : mlv_repo_unlink(repo, file->path);
	if (err)
		return undo(file, repo, err);
	return mlv_journal_drop(file, repo);
}
