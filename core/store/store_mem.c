/* store_mem.c - a store in memory, for tests. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create */
#endif
#include "core/store/store.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/backend.h"

struct object {
	struct mlv_key key;
	char *bytes;
	size_t len;
};

struct memory {
	pthread_mutex_t mutex;
	struct object *list; /* sorted by key; under mutex, as all below */
	size_t count, cap;
};

static void mem_free(void *self)
{
	struct memory *memory = self;

	for (size_t i = 0; i < memory->count; i++)
		free(memory->list[i].bytes);
	free(memory->list);
	pthread_mutex_destroy(&memory->mutex);
	free(memory);
}

/* Where key is in the list, or would be; *found tells. */
static size_t place_of(const struct memory *memory, const struct mlv_key *key, bool *found)
{
	size_t low = 0, high = memory->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mlv_key_compare(&memory->list[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = low < memory->count && mlv_key_compare(&memory->list[low].key, key) == 0;
	return low;
}

static mlv_err mem_stat(void *self, const struct mlv_key *key, struct mlv_stored *stored)
{
	struct memory *memory = self;
	size_t at;

	*stored = (struct mlv_stored){ 0 };
	pthread_mutex_lock(&memory->mutex);
	at = place_of(memory, key, &stored->there);
	if (stored->there)
		stored->len = memory->list[at].len;
	pthread_mutex_unlock(&memory->mutex);
	return NULL;
}

/* A file without a name. */
static mlv_err anonymous_file(int *fd)
{
#ifdef __linux__
	*fd = memfd_create("mlv", MFD_CLOEXEC);
	return *fd < 0 ? mlv_error_sys("creating a file in memory") : NULL;
#else
	char name[64];
	mlv_err err = mlv_fs_temp(AT_FDCWD, "/tmp/mlv-", 0600, name, sizeof(name), fd);

	if (!err)
		(void)unlink(name);
	return err;
#endif
}

static mlv_err mem_open(void *self, const struct mlv_key *key, int *out, struct mlv_buf *path)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct memory *memory = self;
	bool found = false;
	mlv_err err;
	size_t at;

	(void)path; /* it has none */
	if ((err = anonymous_file(&fd)))
		return err;
	pthread_mutex_lock(&memory->mutex);
	at = place_of(memory, key, &found);
	if (found)
		err = mlv_fs_pwrite_full(fd, "memory", memory->list[at].bytes,
					 memory->list[at].len, 0);
	pthread_mutex_unlock(&memory->mutex);
	if (!found)
		return mlv_error(MLV_E_MISSING, "no such object in memory");
	if (!err) {
		*out = fd;
		fd = -1;
	}
	return err;
}

static mlv_err mem_each(void *self, mlv_key_fn fn, void *arg)
{
	struct memory *memory = self;
	mlv_err err = NULL;

	for (size_t i = 0; i < memory->count && !err; i++)
		err = fn(arg, &memory->list[i].key, memory->list[i].len);
	return err;
}

static void mem_touch(void *self, const struct mlv_key *key)
{
	(void)self;
	(void)key;
}

static mlv_err mem_lock(void *self, struct mlv_ctx *ctx, bool alone, int *fd)
{
	(void)self;
	(void)ctx;
	(void)alone;
	*fd = -1;
	return NULL;
}

static mlv_err mem_remove(void *self, const struct mlv_key *key)
{
	struct memory *memory = self;
	bool found = false;
	size_t at;

	pthread_mutex_lock(&memory->mutex);
	at = place_of(memory, key, &found);
	if (found) {
		free(memory->list[at].bytes);
		memory->count--;
		memmove(&memory->list[at], &memory->list[at + 1],
			(memory->count - at) * sizeof(*memory->list));
	}
	pthread_mutex_unlock(&memory->mutex);
	return NULL;
}

static mlv_err mem_temp(void *self, struct mlv_temp *temp)
{
	(void)self;
	return anonymous_file(&temp->fd);
}

static mlv_err mem_temp_part(void *self, const struct mlv_key *key, struct mlv_temp *temp)
{
	(void)key;
	return mem_temp(self, temp);
}

static mlv_err mem_part_done(void *self, struct mlv_temp *temp)
{
	(void)self;
	(void)temp;
	return NULL;
}

static mlv_err mem_rest(void *self, struct mlv_temp *temp)
{
	struct stat st;
	mlv_err err;

	(void)self;
	if (mlv_sys_fstat(temp->fd, &st) < 0)
		return mlv_error_sys("looking at a file in memory");
	if ((err = mlv_buf_reserve(&temp->bytes, (size_t)st.st_size)) ||
	    (err = mlv_fs_pread_full(temp->fd, "memory", temp->bytes.ptr, (size_t)st.st_size, 0)))
		return err;
	mlv_buf_advance(&temp->bytes, (size_t)st.st_size);
	mlv_fd_close(&temp->fd);
	return NULL;
}

static void mem_discard(void *self, struct mlv_temp *temp)
{
	(void)self;
	mlv_fd_close(&temp->fd);
	mlv_buf_release(&temp->bytes);
}

/* Take the bytes of one temporary at rest into the list; under the mutex. */
static mlv_err keep(struct memory *memory, struct mlv_pending *pending)
{
	struct mlv_buf *bytes = &pending->temp.bytes;
	struct object object = { .key = pending->key, .len = bytes->len };
	bool found = false;
	size_t at = place_of(memory, &object.key, &found);
	mlv_err err = NULL;

	if (!found)
		err = mlv_array_grow(&memory->list, &memory->cap, memory->count + 1,
				     sizeof(*memory->list));
	if (err || !(object.bytes = mlv_buf_detach(bytes)))
		return err ? err : mlv_error_nomem("an object");
	if (found) {
		free(memory->list[at].bytes);
	} else {
		memmove(&memory->list[at + 1], &memory->list[at],
			(memory->count - at) * sizeof(object));
		memory->count++;
	}
	memory->list[at] = object;
	return NULL;
}

static mlv_err mem_publish(void *self, struct mlv_pending *list, size_t count)
{
	struct memory *memory = self;
	mlv_err err = NULL;

	for (size_t i = 0; i < count && !err; i++) {
		if (list[i].temp.fd >= 0)
			err = mem_rest(self, &list[i].temp);
	}
	pthread_mutex_lock(&memory->mutex);
	for (size_t i = 0; i < count && !err; i++)
		err = list[i].present ? NULL : keep(memory, &list[i]);
	pthread_mutex_unlock(&memory->mutex);
	return err;
}

static const struct mlv_backend mem_backend = {
	.free = mem_free, .stat = mem_stat, .open = mem_open, .each = mem_each,
	.touch = mem_touch, .lock = mem_lock, .remove = mem_remove, .temp = mem_temp,
	.temp_part = mem_temp_part, .part_done = mem_part_done, .rest = mem_rest,
	.discard = mem_discard, .publish = mem_publish,
};

mlv_err mlv_store_open_memory(struct mlv_store **out, struct mlv_ctx *ctx)
{
	struct memory *memory = mlv_sys_alloc(sizeof(*memory));

	if (!memory)
		return mlv_error_nomem("a store");
	pthread_mutex_init(&memory->mutex, NULL);
	return mlv_store_new(out, ctx, NULL, &mem_backend, memory);
}
