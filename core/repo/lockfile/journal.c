/* Stages that are recorded, durably, and not yet in mlv.lock. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crc32c.h"
#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/lockfile/impl.h"
#include "core/store/sha256.h"

#define DIR_NAME "tmp/recorded" /* below .mlv */
#define PLACE    (sizeof(DIR_NAME) + 33)
#define HEAD_MAX 96
#define RECORD_MAX 32 /* bytes of the line before a record */

static mlv_err place_of(const struct mlv_lockfile *file, char place[static PLACE])
{
	char hex[MLV_OID_HEX + 1];
	struct mlv_oid oid;
	mlv_err err = mlv_sha256_of(file->path, strlen(file->path), &oid);

	if (!err)
		snprintf(place, PLACE, DIR_NAME "/%.32s", mlv_oid_format(&oid, hex));
	return err;
}

/* The first line of a journal of the mlv.lock that holds these bytes. */
static mlv_err make_head(const char *lock, size_t len, char head[static HEAD_MAX])
{
	char hex[MLV_OID_HEX + 1];
	struct mlv_oid oid;
	mlv_err err = mlv_sha256_of(lock, len, &oid);

	if (!err)
		snprintf(head, HEAD_MAX, "mlv recorded 1 %s\n", mlv_oid_format(&oid, hex));
	return err;
}

mlv_err mlv_journal_read(struct mlv_lockfile *file, struct mlv_repo *repo, struct mlv_buf *text)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char place[PLACE];
	struct stat st;
	mlv_err err = place_of(file, place);

	file->journal = (struct mlv_lockfile_journal){ 0 };
	if (err)
		return err;
	fd = mlv_sys_open_beneath(repo->mlv_fd, place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return NULL;
	if (fd < 0 || mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys(".mlv/%s", place);
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_SPEC, ".mlv/%s: not a regular file", place);
	if ((err = mlv_fs_read_fd(fd, place, text)))
		return err;
	file->journal.ino = st.st_ino;
	file->journal.size = text->len;
	return NULL;
}

/* The record at `at`: its text, or NULL where none is whole. *next: what comes behind it. */
static const char *record_at(const char *at, const char *end, size_t *len, const char **next)
{
	const char *line_end = memchr(at, '\n', (size_t)(end - at));
	char line[RECORD_MAX];
	unsigned crc;

	if (!line_end || (size_t)(line_end - at) >= sizeof(line))
		return NULL;
	memcpy(line, at, (size_t)(line_end - at));
	line[line_end - at] = '\0';
	if (sscanf(line, "%zu %8x", len, &crc) != 2 || *len == 0 ||
	    *len > (size_t)(end - line_end - 1) ||
	    mlv_crc32c(0, line_end + 1, *len) != crc)
		return NULL;
	*next = line_end + 1 + *len;
	return line_end + 1;
}

mlv_err mlv_journal_apply(struct mlv_lockfile *file, const struct mlv_buf *text, const char *lock,
			  size_t len)
{
	char head[HEAD_MAX];
	size_t head_len, record_len;
	const char *at, *end = text->ptr + text->len, *record, *next;
	mlv_err err;

	if (!text->len)
		return NULL;
	if ((err = make_head(lock, len, head)))
		return err;
	head_len = strlen(head);
	if (text->len < head_len || memcmp(text->ptr, head, head_len) != 0)
		return NULL;
	for (at = text->ptr + head_len; (record = record_at(at, end, &record_len, &next)); at = next) {
		MLV_SCOPED(mlv_mem_free) char *copy = mlv_sys_strndup(record, record_len);
		MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
		bool strange;

		if (!copy)
			return mlv_error_nomem("mlv.lock");
		if ((err = mlv_lockfile_name(file, copy, strlen(copy), &name, &strange)) || strange)
			break;
		if ((err = mlv_lockfile_set(file, name.ptr, copy, strlen(copy))))
			break;
		file->journal.len = (size_t)(next - text->ptr);
	}
	return err;
}

bool mlv_journal_is_as_read(const struct mlv_lockfile *file, struct mlv_repo *repo)
{
	char place[PLACE];
	struct stat now;

	if (place_of(file, place) != NULL)
		return false;
	if (mlv_sys_fstatat(repo->mlv_fd, place, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT && !file->journal.ino;
	return now.st_ino == file->journal.ino && (uint64_t)now.st_size == file->journal.size;
}

mlv_err mlv_journal_add(struct mlv_buf *records, const struct mlv_buf *text)
{
	mlv_err err = mlv_buf_printf(records, "%zu %08" PRIx32 "\n", text->len,
				     mlv_crc32c(0, text->ptr, text->len));

	return err ? err : mlv_buf_add(records, text->ptr, text->len);
}

/* A journal of the mlv.lock that lies there now, with these records in it. */
static mlv_err begin(struct mlv_lockfile *file, struct mlv_repo *repo, const char *place,
		     const struct mlv_buf *records)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf lock = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	char head[HEAD_MAX];
	const char *name;
	struct stat st;
	mlv_err err;

	if ((err = mlv_repo_open_dir(repo, file->path, &dir, &name)) ||
	    (err = mlv_fs_read(dir, name, &lock)) || (err = make_head(lock.ptr, lock.len, head)) ||
	    (err = mlv_buf_add_str(&text, head)) ||
	    (err = mlv_buf_add(&text, records->ptr, records->len)) ||
	    (err = mlv_fs_mkdirs(repo->mlv_fd, DIR_NAME, 0777)) ||
	    (err = mlv_fs_replace(repo->mlv_fd, place, text.ptr, text.len, 0666)))
		return err;
	if (mlv_sys_fstatat(repo->mlv_fd, place, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return mlv_error_sys(".mlv/%s", place);
	file->journal = (struct mlv_lockfile_journal){ .ino = st.st_ino, .size = text.len,
						       .len = text.len };
	return NULL;
}

mlv_err mlv_journal_append(struct mlv_lockfile *file, struct mlv_repo *repo,
			   const struct mlv_buf *records)
{
	struct mlv_lockfile_journal *journal = &file->journal;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char place[PLACE];
	mlv_err err = place_of(file, place);

	if (err)
		return err;
	if (!journal->len)
		return begin(file, repo, place, records);
	fd = mlv_sys_open_beneath(repo->mlv_fd, place, O_WRONLY | O_NOFOLLOW, 0);
	if (fd < 0)
		return mlv_error_sys(".mlv/%s", place);
	/* What a kill tore goes. */
	if (journal->size != journal->len && mlv_sys_ftruncate(fd, journal->len) < 0)
		return mlv_error_sys(".mlv/%s", place);
	journal->size = journal->len;
	if ((err = mlv_fs_pwrite_full(fd, place, records->ptr, records->len, journal->len)))
		return err;
	if (mlv_sys_fsync(fd) < 0 || mlv_sys_close(&fd) < 0)
		return mlv_error_sys(".mlv/%s", place);
	journal->size = journal->len += records->len;
	return NULL;
}

mlv_err mlv_journal_drop(struct mlv_lockfile *file, struct mlv_repo *repo)
{
	char place[PLACE];
	mlv_err err;

	if (!file->journal.ino)
		return NULL;
	if ((err = place_of(file, place)))
		return err;
	if (mlv_sys_unlinkat(repo->mlv_fd, place, 0) < 0 && errno != ENOENT)
		return mlv_error_sys(".mlv/%s", place);
	file->journal = (struct mlv_lockfile_journal){ 0 };
	return NULL;
}
