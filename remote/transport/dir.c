/*
 * transport/dir.c - a directory as a remote: a disk, a share, a mounted bucket.
 *
 * Crash safety   a value is written to tmp/ below the root, synced, renamed to
 *                its key, and the directory of the key is synced; many at once
 *                as dir_batch.h tells.
 * Trust          no symbolic link below the root is followed.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* DT_REG, DT_DIR */
#endif
#include "remote/transport/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/pace.h"
#include "remote/dir_batch.h"
#include "remote/dir_walk.h"

#define BLOCK ((size_t)1 << 20)        /* bytes read or written at once */
#define EARLY ((uint64_t)4 << 20)      /* a larger value goes to the disk while it is written */
#define TMP_AGE (24U * 60 * 60)        /* seconds after which a temporary is left over */

struct directory {
	struct mlv_transport base; /* first */
	char *name;                /* the remote's, for hints; NULL: none */
	bool writable;
	pthread_mutex_t lock;
	int root;   /* -1: not open yet; under lock, as all below */
	bool swept; /* what was left over in tmp/ is gone */
	struct mlv_dir_batch batch;
};

static struct directory *directory_of(struct mlv_transport *t)
{
	return (struct directory *)(void *)t;
}

static void unlock(pthread_mutex_t **lock)
{
	pthread_mutex_unlock(*lock);
}

/*
 * Make the root, and make the new names durable as far as they may be. Where not even
 * the directory above it is there, a disk may not be mounted, and the user hears of it.
 */
static mlv_err make_root(struct mlv_ctx *ctx, const char *path)
{
	char parent[PATH_MAX];
	const char *end = strrchr(path, '/');
	size_t len = end > path ? (size_t)(end - path) : 1; /* of the directory above: path is absolute */
	struct stat st;
	bool alone;
	mlv_err err;

	if (len >= sizeof(parent))
		return mlv_error(MLV_E_REMOTE, "%s: path too long", path);
	snprintf(parent, sizeof(parent), "%.*s", (int)len, path);
	alone = stat(parent, &st) != 0;
	if ((err = mlv_fs_mkdirs(AT_FDCWD, path, 0777)))
		return mlv_error_recode(err, err->code == MLV_E_NOSPACE ? err->code : MLV_E_REMOTE);
	if (alone)
		mlv_tell_warning(ctx, "%s: made, with directories above it; should a disk be mounted "
				      "there?", path);
	return mlv_fs_sync_dir(AT_FDCWD, parent);
}

static mlv_err MLV_CHECK to_mend(const struct directory *d, mlv_err err)
{
	return mlv_error_hint(err, "is its disk mounted? if it moved: mlv remote modify %s url "
			      "<path>", d->name ? d->name : "<name>");
}

static mlv_err MLV_CHECK no_room(const struct directory *d, mlv_err err)
{
	return mlv_error_no_room(err, d->base.url, "free space there");
}

/* The root's descriptor; *root = -1 when there is no such directory and make is false. */
static mlv_err open_root(struct directory *d, bool make, int *root)
{
	MLV_SCOPED(unlock) pthread_mutex_t *locked = &d->lock;
	mlv_err err;

	pthread_mutex_lock(locked);
	if (d->root < 0) {
		d->root = mlv_sys_openat(AT_FDCWD, d->base.url, O_RDONLY | O_DIRECTORY, 0);
		if (d->root < 0 && errno == ENOENT && make) {
			if ((err = make_root(d->base.ctx, d->base.url)))
				return err;
			d->root = mlv_sys_openat(AT_FDCWD, d->base.url, O_RDONLY | O_DIRECTORY, 0);
		}
		if (d->root < 0 && (errno != ENOENT || make)) {
			err = mlv_error_sys("%s", d->base.url);
			return to_mend(d, mlv_error_recode(err, MLV_E_REMOTE));
		}
	}
	*root = d->root;
	return NULL;
}

static mlv_err no_root(struct directory *d)
{
	mlv_err err = mlv_error(MLV_E_REMOTE, "%s: no such directory", d->base.url);

	if (d->writable || !d->name)
		return to_mend(d, err);
	return mlv_error_hint(err, "is its disk mounted? if it moved: mlv remote modify %s url <path>; "
			      "if a push is to make it: mlv remote trust %s", d->name, d->name);
}

/* errno of opening a key, as a failure. */
static mlv_err open_failed(struct directory *d, const char *key)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return mlv_error(MLV_E_MISSING, "%s/%s: not there", d->base.url, key);
	if (errno == ELOOP || errno == EXDEV)
		return mlv_error(MLV_E_REFUSED, "%s/%s: a symbolic link; links in a remote are not followed",
				 d->base.url, key);
	mlv_err err = mlv_error_sys("%s/%s", d->base.url, key);

	return mlv_error_recode(err, MLV_E_REMOTE);
}

/* Open key for reading and learn its size. */
static mlv_err open_key(struct directory *d, int root, const char *key, int *fd, uint64_t *size)
{
	/* O_NONBLOCK: a FIFO in the place of a file must not hang us. */
	MLV_SCOPED(mlv_fd_close) int opened =
		mlv_sys_open_beneath(root, key, O_RDONLY | O_NONBLOCK, 0);
	struct stat st;

	if (opened < 0 || mlv_sys_fstat(opened, &st) < 0)
		return open_failed(d, key);
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_REMOTE, "%s/%s: not a regular file", d->base.url, key);
	*size = (uint64_t)st.st_size;
	*fd = opened;
	opened = -1;
	return NULL;
}

static mlv_err dir_head(struct mlv_transport *t, const char *key, bool *there, uint64_t *size)
{
	struct directory *d = directory_of(t);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	int root;
	mlv_err err = open_root(d, false, &root);

	if (err)
		return err;
	if (root < 0 && !d->writable)
		return no_root(d);
	err = root < 0 ? mlv_error(MLV_E_MISSING, "no directory")
		       : open_key(d, root, key, &fd, size);
	*there = err == NULL;
	return err && err->code == MLV_E_MISSING ? NULL : err;
}

/* Give the sink len bytes from offset. */
static mlv_err give(struct directory *d, int fd, uint64_t offset, uint64_t len, const char *key,
		    const struct mlv_sink *sink)
{
	MLV_SCOPED(mlv_mem_free) char *block = mlv_sys_alloc(len < BLOCK ? (size_t)len : BLOCK);
	mlv_err err = NULL;

	if (!block)
		return mlv_error_nomem("a block");
	while (len > 0 && !err) {
		size_t n = mlv_pace_piece(d->base.ctx, len < BLOCK ? (size_t)len : BLOCK);

		if ((err = mlv_fs_pread_full(fd, key, block, n, offset)))
			return mlv_error_wrap(err, "%s", d->base.url);
		if ((err = sink->write(sink->arg, block, n)) ||
		    (err = mlv_pace_take(d->base.ctx, n)))
			return err;
		offset += n;
		len -= n;
		err = mlv_ctx_check_stop(d->base.ctx);
	}
	return err;
}

static mlv_err dir_open_file(struct mlv_transport *t, const char *key, int *fd, uint64_t *size)
{
	struct directory *d = directory_of(t);
	int root;
	mlv_err err = open_root(d, false, &root);

	if (err)
		return err;
	return root < 0 ? no_root(d) : open_key(d, root, key, fd, size);
}

static mlv_err dir_get(struct mlv_transport *t, const char *key, uint64_t offset, uint64_t len,
		       const struct mlv_sink *sink)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	uint64_t size = 0;
	mlv_err err = dir_open_file(t, key, &fd, &size);

	if (err)
		return err;
	if (offset > size || (len != UINT64_MAX && len > size - offset))
		return mlv_error(MLV_E_CORRUPT, "%s/%s: ends at byte %llu, before what it should hold",
				 t->url, key, (unsigned long long)size);
	if (len == UINT64_MAX)
		len = size - offset;
	return give(directory_of(t), fd, offset, len, key, sink);
}

/* ---- writing ---- */

static mlv_err check_writable(struct directory *d)
{
	mlv_err err;

	if (d->writable)
		return NULL;
	err = mlv_error(MLV_E_REFUSED,
			"%s: a directory outside the repository is written only once you trust it",
			d->base.url);
	return mlv_error_hint(err, "mlv remote trust %s", d->name ? d->name : "NAME");
}

static mlv_err open_tmp(struct directory *d, int root, int *tmp)
{
	mlv_err err = mlv_dir_make(root, "tmp", true, tmp);
	bool sweep = false;

	if (err)
		return mlv_error_wrap(err, "%s", d->base.url);
	pthread_mutex_lock(&d->lock);
	sweep = !d->swept;
	d->swept = true;
	pthread_mutex_unlock(&d->lock);
	if (sweep)
		mlv_fs_sweep(*tmp, ".", "put-", TMP_AGE);
	return NULL;
}

/* A file in tmp/ that is removed unless it was renamed. */
struct unkept {
	int tmp;
	char name[MLV_DIR_TEMP]; /* empty: nothing to remove */
};

static void unkept_remove(struct unkept *unkept)
{
	if (unkept->name[0])
		(void)unlinkat(unkept->tmp, unkept->name, 0);
}

/* Sync the temporary *fd and rename it to its key. */
static mlv_err publish(struct directory *d, int root, struct unkept *from, const char *key, int *fd)
{
	MLV_SCOPED(mlv_fd_close) int parent = -1;
	const char *base = strrchr(key, '/');
	mlv_err err = mlv_dir_make_parent(root, key, true, &parent);

	if (err)
		return mlv_error_wrap(err, "%s", d->base.url);
	if (mlv_sys_fsync(*fd) < 0 || mlv_sys_close(fd) < 0)
		return mlv_error_sys("%s/%s: syncing", d->base.url, key);
	if (mlv_sys_renameat(from->tmp, from->name, parent, base ? base + 1 : key) < 0)
		return mlv_error_sys("%s/%s: renaming into place", d->base.url, key);
	from->name[0] = '\0';
	if (mlv_sys_fsync(parent) < 0)
		return mlv_error_sys("%s/%s: syncing its directory", d->base.url, key);
	return NULL;
}

/* Have a temporary filled; later: it waits for the next flush, else it gets its name now. */
static mlv_err put(struct directory *d, const char *key, mlv_fill_fn fill, void *arg, bool later)
{
	MLV_SCOPED(mlv_fd_close) int tmp = -1;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	int root;
	mlv_err err = check_writable(d);

	if (err || (err = open_root(d, true, &root)) || (err = open_tmp(d, root, &tmp)))
		return err;
	MLV_SCOPED(unkept_remove) struct unkept unkept = { .tmp = tmp };

	err = mlv_fs_temp(tmp, "put-", 0444, unkept.name, sizeof(unkept.name), &fd);
	if (err) {
		unkept.name[0] = '\0';
		return mlv_error_wrap(err, "%s/tmp", d->base.url);
	}
	if ((err = fill(arg, fd)))
		return no_room(d, err);
	if (!later)
		return no_room(d, publish(d, root, &unkept, key, &fd));
	if (!(err = mlv_dir_batch_add(&d->batch, key, unkept.name, &fd)))
		unkept.name[0] = '\0';
	return err;
}

static mlv_err dir_put_file(struct mlv_transport *t, const char *key, mlv_fill_fn fill, void *arg)
{
	return put(directory_of(t), key, fill, arg, false);
}

struct sending {
	const struct mlv_transport *t;
	const char *key;
	const struct mlv_source *source;
};

/* Copy a source, a block at a time. */
static mlv_err fill_from_source(void *arg, int to)
{
	const struct sending *sending = arg;
	const struct mlv_source *source = sending->source;
	const uint64_t size = source->size;
	MLV_SCOPED(mlv_mem_free) char *block = mlv_sys_alloc(size < BLOCK ? (size_t)size : BLOCK);
	mlv_err err = NULL;

	if (!block)
		return mlv_error_nomem("a block");
	for (uint64_t at = 0, n; at < size && !err; at += n) {
		n = mlv_pace_piece(sending->t->ctx, size - at < BLOCK ? (size_t)(size - at) : BLOCK);
		if ((err = source->read(source->arg, block, (size_t)n, at)) ||
		    (err = mlv_fs_pwrite_full(to, sending->key, block, (size_t)n, at)) ||
		    (err = mlv_pace_take(sending->t->ctx, n)))
			return err;
		if (size > EARLY)
			mlv_sys_start_writeback(to, at, n);
		err = mlv_ctx_check_stop(sending->t->ctx);
	}
	return err;
}

static mlv_err dir_put(struct mlv_transport *t, const char *key, const struct mlv_source *source)
{
	struct sending sending = { .t = t, .key = key, .source = source };

	return put(directory_of(t), key, fill_from_source, &sending, false);
}

static mlv_err dir_put_later(struct mlv_transport *t, const char *key,
			     const struct mlv_source *source)
{
	struct sending sending = { .t = t, .key = key, .source = source };

	return put(directory_of(t), key, fill_from_source, &sending, true);
}

static mlv_err dir_flush(struct mlv_transport *t, bool found)
{
	struct directory *d = directory_of(t);
	int root;
	mlv_err err = open_root(d, false, &root);

	if (err || root < 0)
		return err;
	err = no_room(d, mlv_dir_batch_publish(&d->batch, root, t->url));
	if (!err && found && mlv_sys_syncfs(root) < 0)
		err = mlv_error_sys("%s: syncing", t->url);
	return err;
}

/* ---- the rest ---- */

static mlv_err dir_list(struct mlv_transport *t, const char *prefix, mlv_list_fn fn, void *arg)
{
	struct directory *d = directory_of(t);
	int root;
	mlv_err err = open_root(d, false, &root);

	if (err)
		return err;
	if (root < 0)
		return d->writable ? NULL : no_root(d);
	return mlv_dir_list(t->ctx, root, t->url, prefix, fn, arg);
}

static mlv_err dir_remove(struct mlv_transport *t, const char *key)
{
	struct directory *d = directory_of(t);
	MLV_SCOPED(mlv_fd_close) int parent = -1;
	const char *base = strrchr(key, '/');
	int root;
	mlv_err err = check_writable(d);

	if (err || (err = open_root(d, false, &root)))
		return err;
	if (root < 0)
		return NULL;
	parent = mlv_dir_open_parent(root, key);
	if (parent < 0)
		return errno == ENOENT ? NULL : open_failed(d, key);
	if (mlv_sys_unlinkat(parent, base ? base + 1 : key, 0) < 0)
		return errno == ENOENT ? NULL : mlv_error_sys("%s/%s: removing", t->url, key);
	if (mlv_sys_fsync(parent) < 0)
		return mlv_error_sys("%s/%s: syncing its directory", t->url, key);
	return NULL;
}

static void dir_free(struct mlv_transport *t)
{
	struct directory *d = directory_of(t);

	mlv_dir_batch_release(&d->batch, d->root);
	mlv_fd_close(&d->root);
	pthread_mutex_destroy(&d->lock);
	free(d->name);
	free(t->url);
	free(d);
}

static const struct mlv_transport_ops dir_ops = {
	.head = dir_head,
	.get = dir_get,
	.put = dir_put,
	.put_later = dir_put_later,
	.flush = dir_flush,
	.list = dir_list,
	.open_file = dir_open_file,
	.put_file = dir_put_file,
	.remove = dir_remove,
	.free = dir_free,
};

mlv_err mlv_transport_dir_new(struct mlv_transport **out, struct mlv_ctx *ctx, const char *path,
			      bool writable, const char *name)
{
	struct directory *d = mlv_sys_alloc(sizeof(*d));

	if (!d)
		return mlv_error_nomem("a transport");
	d->root = -1;
	d->base.url = mlv_sys_strdup(path);
	d->name = name ? mlv_sys_strdup(name) : NULL;
	pthread_mutex_init(&d->lock, NULL);
	mlv_dir_batch_init(&d->batch);
	if (!d->base.url || (name && !d->name)) {
		dir_free(&d->base);
		return mlv_error_nomem("a transport");
	}
	d->base.ops = &dir_ops;
	d->base.ctx = ctx;
	d->base.jobs = ctx->jobs;
	d->writable = writable;
	*out = &d->base;
	return NULL;
}

mlv_err mlv_transport_open_dir(struct mlv_transport **out, struct mlv_ctx *ctx, const char *path,
			       bool writable)
{
	return mlv_transport_dir_new(out, ctx, path, writable, NULL);
}
