/* objects.c - from the files of DVC's cache to objects of ours: each is read once. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/repo/migrate/impl.h"
#include "core/store/sha256.h"

#define ROUND  ((size_t)64)   /* objects that a thread takes at once */
#define SLICE  ((size_t)4096) /* objects between two commits */
#define BUFFER ((size_t)MLV_SMALL_MAX)
#define LEAVES (BUFFER / (size_t)MLV_LEAF_SIZE)

mlv_err migrate_objects_add(struct migrate_objects *objects, const struct migrate_object *object)
{
	mlv_err err = mlv_array_grow(&objects->at, &objects->cap, objects->count + 1,
				     sizeof(*objects->at));

	if (err)
		return err;
	objects->at[objects->count++] = *object;
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	const struct mlv_migrate_name *one = &((const struct migrate_object *)a)->name;
	const struct mlv_migrate_name *other = &((const struct migrate_object *)b)->name;
	const int order = memcmp(&one->md5, &other->md5, sizeof(one->md5));

	return order ? order : one->legacy - other->legacy;
}

void migrate_objects_settle(struct migrate_objects *objects)
{
	size_t kept = 0;

	if (objects->count)
		qsort(objects->at, objects->count, sizeof(*objects->at), by_name);
	for (size_t i = 0; i < objects->count; i++) {
		struct migrate_object *last = kept ? &objects->at[kept - 1] : NULL;

		if (!last || by_name(last, &objects->at[i]) != 0) {
			objects->at[kept++] = objects->at[i];
			continue;
		}
		last->keep |= objects->at[i].keep;
		last->fetch |= objects->at[i].fetch;
		if (!last->work)
			last->work = objects->at[i].work;
	}
	objects->count = kept;
}

const struct migrate_object *migrate_objects_find(const struct migrate_objects *objects,
						  const struct mlv_migrate_name *name)
{
	const struct migrate_object key = { .name = *name };

	return objects->count ? bsearch(&key, objects->at, objects->count, sizeof(key), by_name)
			      : NULL;
}

mlv_err migrate_open_file(int dir, const char *path, int *fd)
{
	struct stat st;
	int opened = mlv_sys_open_beneath(dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);

	if (opened < 0)
		return errno == ENOMEM || errno == EMFILE || errno == ENFILE || errno == EIO ||
				       errno == EACCES
			       ? mlv_error_sys("%s", path)
			       : NULL;
	if (mlv_sys_fstat(opened, &st) < 0 || !S_ISREG(st.st_mode))
		mlv_fd_close(&opened);
	else
		*fd = opened;
	return NULL;
}

mlv_err migrate_open_object(const struct migrate *migrate, const struct mlv_migrate_name *object,
			    int *fd, int *dir, char name[MIGRATE_NAME])
{
	/* Of DVC 3, which looks where DVC 2 kept things, too; of DVC 2. */
	static const char *const layouts[] = { "files/md5/", "" };
	char hex[MLV_MD5_HEX + 1], path[128];
	mlv_err err;

	mlv_md5_format(&object->md5, hex);
	for (size_t i = object->legacy; i < MLV_COUNT(layouts) && migrate->cache_fd >= 0; i++) {
		snprintf(path, sizeof(path), "%s%.2s/%s%s", layouts[i], hex, hex + 2,
			 object->dir ? ".dir" : "");
		if ((err = migrate_open_file(migrate->cache_fd, path, fd)))
			return mlv_error_wrap(err, "%s", migrate->cache_dir);
		if (*fd < 0)
			continue;
		if (!dir)
			return NULL;
		*strrchr(path, '/') = '\0';
		*dir = mlv_sys_open_beneath(migrate->cache_fd, path, O_RDONLY | O_DIRECTORY, 0);
		if (*dir < 0)
			return mlv_error_sys("%s/%s", migrate->cache_dir, path);
		snprintf(name, MIGRATE_NAME, "%s", hex + 2);
		return NULL;
	}
	return NULL;
}

/* What each thread has of its own. */
struct mover {
	unsigned char *bytes; /* BUFFER of them */
	size_t used;
	struct migrate_object *held[ROUND]; /* whose bytes wait, one after the other */
	size_t count;
	struct migrate_sum *sum;
};

struct moving {
	struct migrate *migrate;
	struct mlv_batch *batch; /* NULL: nothing is put */
	struct mover *movers; /* ctx->jobs of them */
	size_t first;
};

static void moving_release(struct moving *moving)
{
	for (unsigned i = 0; moving->movers && i < moving->migrate->ctx->jobs; i++) {
		free(moving->movers[i].bytes);
		migrate_sum_freep(&moving->movers[i].sum);
	}
	free(MLV_TAKE(moving->movers));
}

/* Hash and put what waits. */
static mlv_err flush(const struct moving *moving, struct mover *mover)
{
	struct mlv_message messages[ROUND];
	struct mlv_put puts[ROUND];
	size_t at = 0, kept = 0;
	mlv_err err;

	for (size_t i = 0; i < mover->count; i++) {
		struct migrate_object *object = mover->held[i];

		object->key.kind = MLV_KIND_OBJECT;
		messages[i] = (struct mlv_message){ mover->bytes + at, (size_t)object->size,
						    &object->key.oid };
		at += (size_t)object->size;
	}
	if ((err = mlv_sha256_many(messages, mover->count)))
		return err;
	for (size_t i = 0; i < mover->count; i++)
		if (mover->held[i]->keep)
			puts[kept++] = (struct mlv_put){ mover->held[i]->key, messages[i].bytes,
							 messages[i].len };
	if (kept && moving->batch && (err = mlv_batch_put_many(moving->batch, puts, kept)))
		return err;
	for (size_t i = 0; i < mover->count; i++)
		mover->held[i]->there = true;
	mover->count = mover->used = 0;
	return NULL;
}

static mlv_err take_small(const struct moving *moving, struct mover *mover,
			  struct migrate_object *object, int fd, const char *shown)
{
	unsigned char *to;
	bool matches = false;
	mlv_err err;

	if (mover->used + object->size > BUFFER && (err = flush(moving, mover)))
		return err;
	to = mover->bytes + mover->used;
	if ((err = mlv_fs_pread_full(fd, shown, to, (size_t)object->size, 0)) ||
	    (err = migrate_sum_update(mover->sum, object->name.legacy, to, (size_t)object->size)) ||
	    (err = migrate_sum_matches(mover->sum, object->name.legacy, &object->name.md5, &matches)))
		return err;
	mlv_tell_advance(moving->migrate->ctx, 0, object->size);
	object->damaged = !matches;
	if (!matches)
		return NULL;
	mover->held[mover->count++] = object;
	mover->used += (size_t)object->size;
	return NULL;
}

/* Sum, and name the leaves of, what a large file holds. */
static mlv_err read_large(const struct moving *moving, struct mover *mover,
			  const struct migrate_object *object, int fd, const char *shown,
			  struct mlv_leaves *leaves)
{
	struct mlv_message messages[LEAVES];
	mlv_err err;

	for (uint64_t done = 0; done < object->size; done += BUFFER) {
		const uint64_t left = object->size - done;
		const size_t len = left < BUFFER ? (size_t)left : BUFFER;
		size_t count = 0;

		if ((err = mlv_ctx_check_stop(moving->migrate->ctx)) ||
		    (err = mlv_fs_pread_full(fd, shown, mover->bytes, len, done)) ||
		    (err = migrate_sum_update(mover->sum, object->name.legacy, mover->bytes, len)))
			return err;
		for (size_t at = 0; at < len; at += MLV_LEAF_SIZE, count++)
			messages[count] = (struct mlv_message){
				mover->bytes + at,
				len - at < MLV_LEAF_SIZE ? len - at : (size_t)MLV_LEAF_SIZE,
				&leaves->digests[done / MLV_LEAF_SIZE + count],
			};
		if ((err = mlv_sha256_many(messages, count)))
			return err;
		mlv_tell_advance(moving->migrate->ctx, 0, len);
	}
	return NULL;
}

static mlv_err take_large(const struct moving *moving, struct mover *mover,
			  struct migrate_object *object, int fd, int dir, const char *name)
{
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };
	struct stat before;
	bool matches = false;
	mlv_err err;

	if ((err = flush(moving, mover)))
		return err;
	if (mlv_sys_fstat(fd, &before) < 0)
		return mlv_error_sys("%s", name);
	if ((err = mlv_leaves_init(&leaves, object->size)) ||
	    (err = read_large(moving, mover, object, fd, name, &leaves)) ||
	    (err = migrate_sum_matches(mover->sum, object->name.legacy, &object->name.md5, &matches)))
		return err;
	object->damaged = !matches;
	if (!matches)
		return NULL;
	object->key.kind = MLV_KIND_LARGE;
	if ((err = mlv_leaves_oid(&leaves, &object->key.oid)))
		return err;
	if (object->keep && moving->batch &&
	    (err = mlv_batch_adopt(moving->batch, &object->key, &leaves, fd, dir, name, &before)))
		return err;
	object->there = true;
	return NULL;
}

/* Take what fd holds. dir -1: it is no file of the cache, and is never linked to. */
static mlv_err take(const struct moving *moving, struct mover *mover,
		    struct migrate_object *object, int fd, int dir, const char *name)
{
	struct stat st;

	if (mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s", name);
	object->size = (uint64_t)st.st_size;
	return mlv_kind_of_size(object->size) == MLV_KIND_OBJECT
		       ? take_small(moving, mover, object, fd, name)
		       : take_large(moving, mover, object, fd, dir, name);
}

/* Whether it was taken, or waits to be put. */
static bool is_done(const struct mover *mover, const struct migrate_object *object)
{
	return object->there || (mover->count && mover->held[mover->count - 1] == object);
}

/* From a remote, by way of a file in tmp/. */
static mlv_err take_brought(const struct moving *moving, struct mover *mover,
			    struct migrate_object *object)
{
	const struct mlv_migrate_options *options = moving->migrate->options;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char name[64];
	mlv_err err;

	if (!options->bring || !moving->batch || !object->fetch)
		return NULL;
	if ((err = mlv_fs_temp(moving->migrate->tmp_fd, "migrate-", 0600, name, sizeof(name),
			       &fd)))
		return err;
	(void)unlinkat(moving->migrate->tmp_fd, name, 0);
	err = options->bring(options->arg, object->remote, &object->name, fd);
	if (err)
		return err->code == MLV_E_MISSING ? NULL : err;
	return take(moving, mover, object, fd, -1, name);
}

static mlv_err move_one(const struct moving *moving, struct mover *mover,
			struct migrate_object *object)
{
	const struct migrate *migrate = moving->migrate;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	MLV_SCOPED(mlv_fd_close) int work = -1;
	char name[MIGRATE_NAME];
	bool damaged;
	mlv_err err;

	if ((err = mlv_ctx_check_stop(migrate->ctx)) ||
	    (err = migrate_open_object(migrate, &object->name, &fd, &dir, name)) ||
	    (fd >= 0 && (err = take(moving, mover, object, fd, dir, name))))
		return err;
	if (is_done(mover, object))
		return NULL;
	damaged = object->damaged;
	if (object->work && ((err = migrate_open_file(migrate->root_fd, object->work, &work)) ||
			     (work >= 0 && (err = take(moving, mover, object, work, -1,
						       object->work)))))
		return err;
	if (is_done(mover, object))
		return NULL;
	/* A file of the work tree that differs was changed since; that is no damage. */
	object->damaged = damaged;
	return take_brought(moving, mover, object);
}

static mlv_err prepare(struct mover *mover)
{
	if (!mover->bytes && !(mover->bytes = mlv_sys_alloc(BUFFER)))
		return mlv_error_nomem("files to be moved");
	return mover->sum ? NULL : migrate_sum_new(&mover->sum);
}

static mlv_err move_round(void *opaque, size_t index, unsigned worker)
{
	const struct moving *moving = opaque;
	struct migrate_objects *objects = &moving->migrate->objects;
	struct mover *mover = &moving->movers[worker];
	const size_t first = moving->first + index * ROUND;
	mlv_err err = prepare(mover);

	mover->count = mover->used = 0;
	for (size_t i = first; i < first + ROUND && i < objects->count && !err; i++) {
		err = move_one(moving, mover, &objects->at[i]);
		mlv_tell_advance(moving->migrate->ctx, 1, 0);
	}
	return err ? err : flush(moving, mover);
}

mlv_err migrate_objects_move(struct migrate *migrate, struct mlv_batch *batch)
{
	MLV_SCOPED(moving_release) struct moving moving = { .migrate = migrate, .batch = batch };
	const size_t count = migrate->objects.count;
	struct mlv_ctx *ctx = migrate->ctx;
	mlv_err err = NULL;

	moving.movers = mlv_sys_alloc_array(ctx->jobs, sizeof(*moving.movers));
	if (!moving.movers)
		return mlv_error_nomem("threads");
	mlv_tell_begin(ctx, batch ? "migrating" : "looking for data", count, 0);
	for (; moving.first < count && !err; moving.first += SLICE) {
		const size_t left = count - moving.first;
		const size_t rounds = ((left < SLICE ? left : SLICE) + ROUND - 1) / ROUND;

		err = mlv_pool_run(ctx, ctx->jobs, rounds, move_round, &moving);
		if (!err && batch)
			err = mlv_batch_commit(batch);
	}
	mlv_tell_end(ctx);
	for (size_t i = 0; i < count && !err; i++) {
		const struct migrate_object *object = &migrate->objects.at[i];
		const bool kept = object->there && object->keep;

		migrate->migrated->objects += kept;
		migrate->migrated->bytes += kept ? object->size : 0;
	}
	return err;
}
