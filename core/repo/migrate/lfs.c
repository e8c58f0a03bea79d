/*
 * lfs.c - from Git LFS: its pointers are in git's commit, its objects in git's directory.
 *
 * https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: a pointer is text of less than
 * 1024 bytes, "key value" a line, version first; oid is "sha256:" and 64 digits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/repo/gitignore.h"
#include "core/repo/migrate/lfs.h"
#include "core/store/sha256.h"

#define BUFFER ((size_t)MLV_SMALL_MAX)
#define ATTRIBUTES_MAX ((uint64_t)1 << 20) /* bytes of a .gitattributes that is looked into */
#define LEAVES (BUFFER / (size_t)MLV_LEAF_SIZE)

void lfs_run_release(struct lfs_run *run)
{
	for (size_t i = 0; i < run->count; i++)
		free(run->files[i].path);
	free(run->files);
	free(run->prefix);
	free(MLV_TAKE(run->buffers));
	mlv_fd_close(&run->objects_fd);
	migrate_release(&run->migrate);
}

/* ---- reading ---- */

/* The value of the line that begins with key and a blank; NULL when there is none. */
static const char *line_of(const char *text, const char *key, size_t *len)
{
	const size_t key_len = strlen(key);

	for (const char *at = text; at && *at; at = strchr(at, '\n'), at += at != NULL) {
		if (strncmp(at, key, key_len) != 0 || at[key_len] != ' ')
			continue;
		*len = strcspn(at + key_len + 1, "\n");
		return at + key_len + 1;
	}
	return NULL;
}

bool lfs_pointer_parse(const char *text, size_t len, struct mlv_oid *oid, uint64_t *size)
{
	static const char version[] = "version https://git-lfs.github.com/spec/v1\n";
	size_t oid_len = 0, size_len = 0;
	const char *digits, *number;
	uint64_t sum = 0;

	if (len >= LFS_POINTER_MAX || strlen(text) != len ||
	    strncmp(text, version, strlen(version)) != 0)
		return false;
	digits = line_of(text, "oid", &oid_len);
	number = line_of(text, "size", &size_len);
	if (!digits || !number || oid_len != 7 + MLV_OID_HEX || memcmp(digits, "sha256:", 7) != 0 ||
	    size_len == 0 || size_len > 18)
		return false;
	for (size_t i = 0; i < size_len; i++) {
		if (number[i] < '0' || number[i] > '9')
			return false;
		sum = sum * 10 + (uint64_t)(number[i] - '0');
	}
	if (!mlv_oid_parse(digits + 7, MLV_OID_HEX, oid))
		return false;
	*size = sum;
	return true;
}

/* What tells git to give a file to Git LFS is the user's to take out. */
static mlv_err say_attributes(struct lfs_run *run, const char *path, const struct mlv_git_id *blob,
			      uint64_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;

	if (size > ATTRIBUTES_MAX || run->migrate.options->check)
		return NULL;
	if ((err = mlv_git_read_blob(run->migrate.git, blob, &text)) ||
	    !strstr(text.ptr, "filter=lfs"))
		return err;
	return migrate_say(&run->migrate, MLV_MIGRATE_NOTE, path,
			   "take the lines with filter=lfs out, once git tracks the files no more");
}

static mlv_err take_blob(void *arg, const char *path, const struct mlv_git_id *blob)
{
	struct lfs_run *run = arg;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct lfs_file file = { 0 };
	const char *below = path + strlen(run->prefix), *why;
	uint64_t size = 0;
	unsigned mode = 0;
	mlv_err err;

	if ((err = mlv_ctx_check_stop(run->migrate.ctx)) ||
	    (err = mlv_git_blob_size(run->migrate.git, blob, &size)))
		return err;
	if (strcmp(strrchr(path, '/') ? strrchr(path, '/') + 1 : path, ".gitattributes") == 0)
		return say_attributes(run, below, blob, size);
	if (size >= LFS_POINTER_MAX)
		return NULL;
	if ((err = mlv_git_read_blob(run->migrate.git, blob, &text)))
		return err;
	if (!lfs_pointer_parse(text.ptr, text.len, &file.plain, &file.size))
		return NULL;
	if ((why = mlv_path_check(below, strlen(below))))
		return mlv_error(MLV_E_REFUSED, "%s: %s", below, why);
	if ((err = mlv_git_mode(run->migrate.git, &run->commit, path, &mode)) ||
	    (err = mlv_array_grow(&run->files, &run->cap, run->count + 1, sizeof(*run->files))))
		return err;
	file.exec = mode == 0100755;
	if (!(file.path = mlv_sys_strdup(below)))
		return mlv_error_nomem("a path");
	run->files[run->count++] = file;
	return NULL;
}

/* Git's own directory: that of the first work tree, which has the objects. */
static mlv_err open_objects(struct lfs_run *run)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf common = MLV_BUF_LIMIT(4096);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	const char *git = mlv_git_dir(run->migrate.git);
	mlv_err err;

	if ((err = mlv_buf_printf(&file, "%s/commondir", git)))
		return err;
	err = mlv_fs_read(AT_FDCWD, file.ptr, &common);
	if (err && err->code != MLV_E_MISSING)
		return err;
	while (common.len && common.ptr[common.len - 1] == '\n')
		mlv_buf_truncate(&common, common.len - 1);
	if ((err = mlv_path_absolute(&dir, git, common.len ? common.ptr : ".")) ||
	    (err = mlv_buf_add_str(&dir, "/lfs/objects")))
		return err;
	run->objects_fd = mlv_sys_openat(AT_FDCWD, dir.ptr, O_RDONLY | O_DIRECTORY, 0);
	return run->objects_fd < 0 && errno != ENOENT && errno != ENOTDIR
		       ? mlv_error_sys("%s", dir.ptr)
		       : NULL;
}

static mlv_err read_all(struct lfs_run *run)
{
	struct migrate *migrate = &run->migrate;
	mlv_err err;

	migrate->root_fd = mlv_sys_openat(AT_FDCWD, migrate->root, O_RDONLY | O_DIRECTORY, 0);
	if (migrate->root_fd < 0)
		return mlv_error_recode(mlv_error_sys("%s", migrate->root), MLV_E_MISSING);
	if ((err = mlv_git_open(&migrate->git, migrate->ctx, migrate->root)) ||
	    (err = mlv_repo_prefix(migrate->root, mlv_git_workdir(migrate->git), &run->prefix)) ||
	    (err = mlv_git_resolve(migrate->git, "HEAD", &run->commit)) ||
	    (err = open_objects(run)))
		return err;
	return mlv_git_each_blob(migrate->git, &run->commit, run->prefix, NULL, take_blob, run);
}

/* ---- moving ---- */

/* Read a large file once: its plain SHA-256 and its leaves. */
static mlv_err read_large(const struct lfs_run *run, struct lfs_file *file, int fd,
			  unsigned char *bytes, struct mlv_leaves *leaves, struct mlv_oid *plain)
{
	MLV_SCOPED(mlv_sha256_freep) struct mlv_sha256 *hasher = NULL;
	struct mlv_message messages[LEAVES];
	mlv_err err = mlv_sha256_new(&hasher);

	for (uint64_t done = 0; done < file->size && !err; done += BUFFER) {
		const uint64_t left = file->size - done;
		const size_t len = left < BUFFER ? (size_t)left : BUFFER;
		size_t count = 0;

		if ((err = mlv_ctx_check_stop(run->migrate.ctx)) ||
		    (err = mlv_fs_pread_full(fd, file->path, bytes, len, done)) ||
		    (err = mlv_sha256_update(hasher, bytes, len)))
			return err;
		for (size_t at = 0; at < len; at += MLV_LEAF_SIZE, count++)
			messages[count] = (struct mlv_message){
				bytes + at,
				len - at < MLV_LEAF_SIZE ? len - at : (size_t)MLV_LEAF_SIZE,
				&leaves->digests[done / MLV_LEAF_SIZE + count],
			};
		err = mlv_sha256_many(messages, count);
		mlv_tell_advance(run->migrate.ctx, 0, len);
	}
	return err ? err : mlv_sha256_final(hasher, plain);
}

static mlv_err take_large(const struct lfs_run *run, struct lfs_file *file, int fd, int dir,
			  const char *name, unsigned char *bytes)
{
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };
	struct mlv_oid plain;
	struct stat before;
	mlv_err err;

	if (mlv_sys_fstat(fd, &before) < 0)
		return mlv_error_sys("%s", file->path);
	if ((err = mlv_leaves_init(&leaves, file->size)) ||
	    (err = read_large(run, file, fd, bytes, &leaves, &plain)))
		return err;
	file->damaged = !mlv_oid_equal(&plain, &file->plain);
	if (file->damaged)
		return NULL;
	file->key.kind = MLV_KIND_LARGE;
	if ((err = mlv_leaves_oid(&leaves, &file->key.oid)) ||
	    (run->batch &&
	     (err = mlv_batch_adopt(run->batch, &file->key, &leaves, fd, dir, name, &before))))
		return err;
	file->there = true;
	return NULL;
}

static mlv_err take_small(const struct lfs_run *run, struct lfs_file *file, int fd,
			  unsigned char *bytes)
{
	struct mlv_oid found;
	mlv_err err;

	if ((err = mlv_fs_pread_full(fd, file->path, bytes, (size_t)file->size, 0)) ||
	    (err = mlv_sha256_of(bytes, (size_t)file->size, &found)))
		return err;
	mlv_tell_advance(run->migrate.ctx, 0, file->size);
	file->damaged = !mlv_oid_equal(&found, &file->plain);
	if (file->damaged)
		return NULL;
	file->key = (struct mlv_key){ MLV_KIND_OBJECT, file->plain };
	if (run->batch &&
	    (err = mlv_batch_put(run->batch, &file->key, bytes, (size_t)file->size)))
		return err;
	file->there = true;
	return NULL;
}

/* What fd holds; of another length it is not what the pointer speaks of. */
static mlv_err take(const struct lfs_run *run, struct lfs_file *file, int fd, int dir,
		    const char *name, unsigned char *bytes)
{
	struct stat st;

	if (mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s", file->path);
	if ((uint64_t)st.st_size != file->size) {
		file->damaged |= dir >= 0;
		return NULL;
	}
	return mlv_kind_of_size(file->size) == MLV_KIND_OBJECT
		       ? take_small(run, file, fd, bytes)
		       : take_large(run, file, fd, dir, name, bytes);
}

/* The object as Git LFS keeps it. */
static mlv_err take_object(const struct lfs_run *run, struct lfs_file *file, unsigned char *bytes)
{
	char hex[MLV_OID_HEX + 1], fan[8];
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err;

	if (run->objects_fd < 0)
		return NULL;
	mlv_oid_format(&file->plain, hex);
	snprintf(fan, sizeof(fan), "%.2s/%.2s", hex, hex + 2);
	dir = mlv_sys_open_beneath(run->objects_fd, fan, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EXDEV
			       ? NULL
			       : mlv_error_sys("%s of Git LFS", fan);
	err = migrate_open_file(dir, hex, &fd);
	return err || fd < 0 ? err : take(run, file, fd, dir, hex, bytes);
}

static mlv_err take_round(void *arg, size_t index, unsigned worker)
{
	const struct lfs_run *run = arg;
	struct lfs_file *file = &run->files[index];
	MLV_SCOPED(mlv_fd_close) int work = -1;
	unsigned char *bytes = run->buffers + worker * BUFFER;
	mlv_err err = take_object(run, file, bytes);
	const bool damaged = file->damaged;

	if (err || file->there)
		return err;
	/* The work tree may have the file itself, where the object is not kept. */
	if ((err = migrate_open_file(run->migrate.root_fd, file->path, &work)) ||
	    (work >= 0 && (err = take(run, file, work, -1, file->path, bytes))))
		return err;
	file->damaged = !file->there && damaged;
	return NULL;
}

/* ---- writing ---- */

static mlv_err write_pointer(struct lfs_run *run, struct lfs_file *file)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf pointer = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct migrate *migrate = &run->migrate;
	const bool large = mlv_kind_of_size(file->size) == MLV_KIND_LARGE;
	struct mlv_output output = {
		.path = file->path, .type = large ? MLV_ID_LEAVES : MLV_ID_SHA256,
		.oid = file->key.oid, .size = file->size, .exec = file->exec, .has_plain = large,
		.plain = file->plain, .push = true, .cache = true,
	};
	char hex[MLV_OID_HEX + 1];
	mlv_err err;

	if (!file->there)
		return migrate_say(migrate, file->damaged ? MLV_MIGRATE_DAMAGED : MLV_MIGRATE_MISSING,
				   file->path, "%s", mlv_oid_format(&file->plain, hex));
	migrate->migrated->objects++;
	migrate->migrated->bytes += file->size;
	if ((err = mlv_buf_printf(&pointer, "%s.mlv", file->path)))
		return err;
	if (!run->batch)
		return mlv_fs_exists(migrate->root_fd, pointer.ptr)
			       ? NULL
			       : migrate_say(migrate, MLV_MIGRATE_WRITTEN, pointer.ptr, "%s", file->path);
	output.pointer = pointer.ptr;
	if ((err = mlv_pointer_write(&output, NULL, 0, &text)) ||
	    (err = migrate_write(migrate, pointer.ptr, &text, file->path)))
		return err;
	return mlv_gitignore_add(migrate->repo, file->path, NULL);
}

static mlv_err move_all(struct lfs_run *run)
{
	struct mlv_ctx *ctx = run->migrate.ctx;
	mlv_err err;

	if (!(run->buffers = mlv_sys_alloc_array(ctx->jobs, BUFFER)))
		return mlv_error_nomem("files to be moved");
	mlv_tell_begin(ctx, "migrating", run->count, 0);
	err = mlv_pool_run(ctx, ctx->jobs, run->count, take_round, run);
	mlv_tell_end(ctx);
	if (!err && run->batch)
		err = mlv_batch_commit(run->batch);
	for (size_t i = 0; i < run->count && !err; i++)
		err = write_pointer(run, &run->files[i]);
	return err;
}

static mlv_err migrate_all(struct lfs_run *run)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	struct migrate *migrate = &run->migrate;
	struct mlv_store *cache;
	mlv_err err;

	if ((err = migrate_open_repo(migrate, false)))
		return err;
	if (migrate->options->dry_run)
		return move_all(run);
	if ((err = mlv_repo_cache(migrate->repo, &cache)) || (err = mlv_batch_begin(&batch, cache)))
		return err;
	run->batch = batch;
	err = move_all(run);
	run->batch = NULL;
	return err;
}

mlv_err mlv_migrate_lfs(struct mlv_ctx *ctx, const char *root,
			const struct mlv_migrate_options *options, struct mlv_migrated *migrated)
{
	MLV_SCOPED(lfs_run_release) struct lfs_run run = {
		.migrate = { .ctx = ctx, .options = options, .migrated = migrated, .root = root,
			     .root_fd = -1, .cache_fd = -1, .tmp_fd = -1 },
		.objects_fd = -1,
	};
	mlv_err err = read_all(&run);

	if (err)
		return err;
	if (!run.count)
		return mlv_error(MLV_E_MISSING, "%s: the commit has no pointers of Git LFS", root);
	return options->check ? lfs_check(&run) : migrate_all(&run);
}
