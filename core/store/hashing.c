#include "core/store/hashing.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"

#define ATTEMPTS 3                    /* at a file that changes while it is read */
#define BLOCK    ((size_t)128 * 1024) /* bytes read at once of one stream */
#define SIDE     MLV_SHA256_SIDE
/*
 * Leaves are read SIDE at a time, a stripe of each in turn, so that what was
 * read is hashed (and written) while it is in the second level cache. Stripes
 * lie a line further apart than they are long: at a power of two all lanes
 * would fall into the same set of the cache.
 */
#define STRIPE      ((size_t)32 * 1024)
#define STRIDE      (STRIPE + 64)
#define GROUP_BYTES (SIDE * MLV_LEAF_SIZE)

/* Where what is read is copied to. */
struct copies {
	int to;             /* -1: nowhere */
	int spare;          /* -1: no second one */
	atomic_bool spoilt; /* the second one */
};

/* One attempt at one file, shared by its threads. */
struct reading {
	struct mlv_ctx *ctx;
	int fd;
	struct copies *copies;
	const char *path;
	struct mlv_leaves *leaves;
	struct worker {
		unsigned char *stripes; /* SIDE * STRIDE bytes */
		struct mlv_sha256_side *side;
	} *workers; /* jobs of them */
	unsigned jobs;
};

static void workers_release(struct reading *reading)
{
	for (unsigned i = 0; reading->workers && i < reading->jobs; i++) {
		free(reading->workers[i].stripes);
		mlv_sha256_side_freep(&reading->workers[i].side);
	}
	free(MLV_TAKE(reading->workers));
}

void mlv_named_release(struct mlv_named *named)
{
	mlv_leaves_release(&named->leaves);
}

/* Write to the copy; the spare gives its room up for that. */
static mlv_err write_copy(struct copies *copies, const void *bytes, size_t len, uint64_t offset)
{
	mlv_err err = mlv_fs_pwrite_full(copies->to, "its copy", bytes, len, offset);

	if (!err || err->code != MLV_E_NOSPACE || copies->spare < 0)
		return err;
	atomic_store(&copies->spoilt, true);
	if (mlv_sys_ftruncate(copies->spare, 0) < 0)
		return mlv_error_sys("emptying its spare");
	return mlv_fs_pwrite_full(copies->to, "its copy", bytes, len, offset);
}

/* Read len bytes at offset to bytes, and write them to the copies. */
static mlv_err take(const struct reading *reading, void *bytes, size_t len, uint64_t offset)
{
	struct copies *copies = reading->copies;
	mlv_err err = mlv_fs_pread_full(reading->fd, reading->path, bytes, len, offset);

	if (err || copies->to < 0)
		return err;
	if ((err = write_copy(copies, bytes, len, offset)))
		return mlv_error_wrap(err, "%s", reading->path);
	if (copies->spare >= 0 && !atomic_load(&copies->spoilt) &&
	    mlv_fs_pwrite_full(copies->spare, "its spare", bytes, len, offset))
		atomic_store(&copies->spoilt, true);
	return NULL;
}

/* The disk works on this while the next is hashed. */
static void start_writeback(const struct copies *copies, uint64_t start, uint64_t len)
{
	if (copies->to >= 0)
		mlv_sys_start_writeback(copies->to, start, len);
	if (copies->spare >= 0)
		mlv_sys_start_writeback(copies->spare, start, len);
}

/* What a thread needs, made when it first takes part. */
static mlv_err worker_prepare(struct worker *worker)
{
	mlv_err err;

	if (!worker->side && (err = mlv_sha256_side_new(&worker->side)))
		return err;
	if (!worker->stripes && !(worker->stripes = mlv_sys_alloc(SIDE * STRIDE)))
		return mlv_error_nomem("stripes of a file");
	return NULL;
}

/* SIDE whole leaves, from the leaf first on. */
static mlv_err hash_group(const struct reading *reading, uint64_t first, struct worker *worker)
{
	const uint64_t start = first * MLV_LEAF_SIZE;
	mlv_err err = worker_prepare(worker);

	if (err)
		return err;
	for (size_t done = 0; done < MLV_LEAF_SIZE; done += STRIPE) {
		for (unsigned j = 0; j < SIDE; j++) {
			if ((err = take(reading, worker->stripes + j * STRIDE, STRIPE,
					start + j * MLV_LEAF_SIZE + done)))
				return err;
		}
		if ((err = mlv_sha256_side_update(worker->side, worker->stripes, STRIDE, STRIPE)))
			return err;
		mlv_tell_advance(reading->ctx, 0, SIDE * STRIPE);
	}
	return mlv_sha256_side_final(worker->side, &reading->leaves->digests[first]);
}

/* The leaves after the last whole group, fewer than SIDE whole ones. */
static mlv_err hash_rest(const struct reading *reading, uint64_t first)
{
	const uint64_t start = first * MLV_LEAF_SIZE;
	const size_t len = (size_t)(reading->leaves->size - start);
	MLV_SCOPED(mlv_mem_free) unsigned char *bytes = mlv_sys_alloc(len);
	mlv_err err;

	if (!bytes)
		return mlv_error_nomem("the end of a file");
	if ((err = take(reading, bytes, len, start)) ||
	    (err = mlv_leaves_hash(bytes, len, &reading->leaves->digests[first])))
		return err;
	mlv_tell_advance(reading->ctx, 0, len);
	return NULL;
}

static mlv_err hash_round(void *opaque, size_t index, unsigned number)
{
	const struct reading *reading = opaque;
	const uint64_t start = index * GROUP_BYTES;
	const uint64_t left = reading->leaves->size - start;
	mlv_err err;

	/* Stripes look like random access to the kernel: say what is read next. */
	(void)posix_fadvise(reading->fd, (off_t)(start + reading->jobs * GROUP_BYTES),
			    (off_t)GROUP_BYTES, POSIX_FADV_WILLNEED);
	if (left >= GROUP_BYTES)
		err = hash_group(reading, index * SIDE, &reading->workers[number]);
	else
		err = hash_rest(reading, index * SIDE);
	if (!err)
		start_writeback(reading->copies, start, left < GROUP_BYTES ? left : GROUP_BYTES);
	return err;
}

static mlv_err name_large(struct mlv_ctx *ctx, int fd, struct copies *copies, const char *path,
			  struct mlv_named *named)
{
	MLV_SCOPED(workers_release) struct reading reading = {
		.ctx = ctx, .fd = fd, .copies = copies, .path = path, .leaves = &named->leaves,
		.jobs = ctx->jobs,
	};
	const uint64_t size = named->size;
	size_t rounds = (size_t)(size / GROUP_BYTES) + (size % GROUP_BYTES != 0);
	mlv_err err;

	if ((err = mlv_leaves_init(&named->leaves, size)))
		return err;
	reading.workers = mlv_sys_alloc_array(reading.jobs, sizeof(*reading.workers));
	if (!reading.workers)
		return mlv_error_nomem("threads");
	if ((err = mlv_pool_run(ctx, reading.jobs, rounds, hash_round, &reading)))
		return err;
	return mlv_leaves_oid(&named->leaves, &named->oid);
}

/* One stream of size bytes. */
static mlv_err name_plain(struct mlv_ctx *ctx, int fd, struct copies *copies, const char *path,
			  uint64_t size, struct mlv_oid *oid)
{
	const struct reading reading = { .ctx = ctx, .fd = fd, .copies = copies, .path = path };
	MLV_SCOPED(mlv_sha256_freep) struct mlv_sha256 *hasher = NULL;
	size_t block = size < BLOCK ? (size_t)size : BLOCK;
	MLV_SCOPED(mlv_mem_free) unsigned char *bytes = mlv_sys_alloc(block);
	mlv_err err;

	if (!bytes)
		return mlv_error_nomem("a block of a file");
	if ((err = mlv_sha256_new(&hasher)))
		return err;
	for (uint64_t at = 0; at < size; at += block) {
		size_t len = size - at < block ? (size_t)(size - at) : block;

		if ((err = mlv_ctx_check_stop(ctx)) || (err = take(&reading, bytes, len, at)) ||
		    (err = mlv_sha256_update(hasher, bytes, len)))
			return err;
		mlv_tell_advance(ctx, 0, len);
	}
	return mlv_sha256_final(hasher, oid);
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Whether a file did not change between two looks at it. */
static bool is_same(const struct stat *before, const struct stat *after)
{
	return before->st_size == after->st_size &&
	       same_time(&before->st_mtim, &after->st_mtim) &&
	       same_time(&before->st_ctim, &after->st_ctim);
}

static mlv_err look(int fd, const char *path, struct stat *st)
{
	if (mlv_sys_fstat(fd, st) < 0)
		return mlv_error_sys("%s", path);
	if (!S_ISREG(st->st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: not a regular file", path);
	return NULL;
}

enum mode { BY_SIZE, PLAIN };

static mlv_err attempt(struct mlv_ctx *ctx, int fd, struct copies *copies, const char *path,
		       enum mode mode, struct mlv_named *named)
{
	named->kind = mode == PLAIN ? MLV_KIND_OBJECT : mlv_kind_of_size(named->size);
	if (named->kind == MLV_KIND_OBJECT)
		return name_plain(ctx, fd, copies, path, named->size, &named->oid);
	return name_large(ctx, fd, copies, path, named);
}

static mlv_err empty(struct copies *copies, const char *path)
{
	if (copies->to >= 0 && mlv_sys_ftruncate(copies->to, 0) < 0)
		return mlv_error_sys("%s: emptying the copy", path);
	if (copies->spare >= 0 && mlv_sys_ftruncate(copies->spare, 0) < 0)
		atomic_store(&copies->spoilt, true);
	return NULL;
}

/* Try until the file is the same before and after. */
static mlv_err name_steady(struct mlv_ctx *ctx, int fd, struct copies *copies, const char *path,
			   enum mode mode, struct mlv_named *named)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		MLV_SCOPED(mlv_named_release) struct mlv_named tried = { 0 };
		struct stat before, after;
		mlv_err err, failed;

		if ((err = look(fd, path, &before)))
			return err;
		tried.size = (uint64_t)before.st_size;
		failed = attempt(ctx, fd, copies, path, mode, &tried);
		/* A file cut short while it is read is one that changed. */
		if (failed && failed->code != MLV_E_CORRUPT)
			return failed;
		if ((err = look(fd, path, &after)))
			return err;
		if (!failed && is_same(&before, &after)) {
			*named = tried;
			tried.leaves.digests = NULL;
			return NULL;
		}
		mlv_tell_grow(ctx, 0, (uint64_t)after.st_size);
		if ((err = empty(copies, path)))
			return err;
	}
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: changes while it is read", path),
			      "stop what writes to it, then run the command again");
}

mlv_err mlv_hash_file(struct mlv_ctx *ctx, int fd, const char *path, struct mlv_named *named)
{
	return name_steady(ctx, fd, &(struct copies){ -1, -1, false }, path, BY_SIZE, named);
}

mlv_err mlv_hash_copy(struct mlv_ctx *ctx, int fd, int to, const char *path,
		      struct mlv_named *named)
{
	return name_steady(ctx, fd, &(struct copies){ to, -1, false }, path, BY_SIZE, named);
}

/* Name what fd holds, if that is surely what it held at before. */
static mlv_err name_unchanged(struct mlv_ctx *ctx, int fd, const char *path,
			      const struct stat *before, struct mlv_named *named, bool *done)
{
	MLV_SCOPED(mlv_named_release) struct mlv_named found = { 0 };
	struct stat after;
	mlv_err err;

	if (mlv_fs_is_fresh(before->st_ctim))
		return NULL;
	if ((err = mlv_hash_file(ctx, fd, path, &found)))
		return err->code == MLV_E_REFUSED ? NULL : err;
	if ((err = look(fd, path, &after)))
		return err;
	if ((*done = is_same(before, &after))) {
		*named = found;
		found.leaves.digests = NULL;
	} else {
		mlv_tell_grow(ctx, 0, (uint64_t)before->st_size);
	}
	return NULL;
}

mlv_err mlv_hash_share_twice(struct mlv_ctx *ctx, int fd, int to, int *spare, const char *path,
			     struct mlv_named *named)
{
	struct copies copies = { to, *spare, false };
	struct stat before;
	bool done = false;
	mlv_err err;

	if ((err = look(fd, path, &before)))
		return err;
	if (mlv_sys_reflink(to, fd) < 0) {
		err = name_steady(ctx, fd, &copies, path, BY_SIZE, named);
		if (atomic_load(&copies.spoilt))
			mlv_fd_close(spare);
		return err;
	}
	mlv_fd_close(spare);
	/* What is in memory of the file is not of its clone, which would be read from the disk. */
	err = name_unchanged(ctx, fd, path, &before, named, &done);
	return err || done ? err : mlv_hash_file(ctx, to, path, named);
}

mlv_err mlv_hash_share(struct mlv_ctx *ctx, int fd, int to, const char *path,
		       struct mlv_named *named)
{
	int spare = -1;

	return mlv_hash_share_twice(ctx, fd, to, &spare, path, named);
}

mlv_err mlv_hash_plain(struct mlv_ctx *ctx, int fd, const char *path, struct mlv_oid *oid)
{
	struct mlv_named named = { 0 };
	mlv_err err = name_steady(ctx, fd, &(struct copies){ -1, -1, false }, path, PLAIN, &named);

	if (!err)
		*oid = named.oid;
	return err;
}
