/* transport/mem.c - keys and values in memory: for tests of what uses a transport. */
#include "remote/transport.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/base/strs.h"
#include "core/base/sys.h"

struct item {
	char *key;
	char *bytes;
	size_t size;
};

struct memory {
	struct mlv_transport base; /* first */
	pthread_mutex_t lock;
	struct item *items; /* sorted by key; under lock, as all below */
	size_t count, cap;
};

static struct memory *memory_of(struct mlv_transport *t)
{
	return (struct memory *)(void *)t;
}

static void unlock(pthread_mutex_t **lock)
{
	pthread_mutex_unlock(*lock);
}

#define LOCKED(memory)                                                          \
	MLV_SCOPED(unlock) pthread_mutex_t *locked = &(memory)->lock;           \
	pthread_mutex_lock(locked)

/* Where key is, or where it would be put. */
static size_t find(const struct memory *m, const char *key, bool *there)
{
	size_t low = 0, high = m->count;

	*there = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(m->items[middle].key, key);

		if (order == 0) {
			*there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static mlv_err memory_head(struct mlv_transport *t, const char *key, bool *there, uint64_t *size)
{
	struct memory *m = memory_of(t);
	LOCKED(m);
	size_t at = find(m, key, there);

	if (*there)
		*size = m->items[at].size;
	return NULL;
}

/* A copy of the bytes asked for, so that the sink runs without the lock. */
static mlv_err copy_range(struct memory *m, const char *key, uint64_t offset, uint64_t *len,
			  char **copy)
{
	LOCKED(m);
	bool there;
	size_t at = find(m, key, &there), size;

	if (!there)
		return mlv_error(MLV_E_MISSING, "%s/%s: not there", m->base.url, key);
	size = m->items[at].size;
	if (offset > size || (*len != UINT64_MAX && *len > size - offset))
		return mlv_error(MLV_E_CORRUPT, "%s/%s: ends at byte %zu", m->base.url, key, size);
	if (*len == UINT64_MAX)
		*len = size - offset;
	*copy = mlv_sys_alloc((size_t)*len);
	if (!*copy)
		return mlv_error_nomem("a value");
	memcpy(*copy, m->items[at].bytes + offset, (size_t)*len);
	return NULL;
}

static mlv_err memory_get(struct mlv_transport *t, const char *key, uint64_t offset, uint64_t len,
			  const struct mlv_sink *sink)
{
	MLV_SCOPED(mlv_mem_free) char *copy = NULL;
	mlv_err err = copy_range(memory_of(t), key, offset, &len, &copy);

	if (err || len == 0)
		return err;
	return sink->write(sink->arg, copy, (size_t)len);
}

/* Make room for a new item at position at. */
static mlv_err insert(struct memory *m, size_t at, const char *key)
{
	MLV_SCOPED(mlv_mem_free) char *copy = mlv_sys_strdup(key);
	mlv_err err;

	if (!copy)
		return mlv_error_nomem("a key");
	if ((err = mlv_array_grow(&m->items, &m->cap, m->count + 1, sizeof(*m->items))))
		return err;
	memmove(&m->items[at + 1], &m->items[at], (m->count - at) * sizeof(*m->items));
	m->items[at] = (struct item){ .key = MLV_TAKE(copy) };
	m->count++;
	return NULL;
}

static mlv_err memory_put(struct mlv_transport *t, const char *key,
			  const struct mlv_source *source)
{
	struct memory *m = memory_of(t);
	MLV_SCOPED(mlv_mem_free) char *bytes = mlv_sys_alloc((size_t)source->size);
	mlv_err err = NULL;

	if (!bytes)
		return mlv_error_nomem("a value");
	if (source->size)
		err = source->read(source->arg, bytes, (size_t)source->size, 0);
	if (err)
		return err;
	LOCKED(m);
	bool there;
	size_t at = find(m, key, &there);

	if (!there && (err = insert(m, at, key)))
		return err;
	free(m->items[at].bytes);
	m->items[at].bytes = MLV_TAKE(bytes);
	m->items[at].size = (size_t)source->size;
	return NULL;
}

/* The first key at or after from that begins with prefix, copied; NULL: none. */
static mlv_err next_key(struct memory *m, const char *from, bool after, const char *prefix,
			char **key, uint64_t *size)
{
	LOCKED(m);
	bool there;
	size_t at = find(m, from, &there);

	*key = NULL;
	at += there && after;
	if (at >= m->count || strncmp(m->items[at].key, prefix, strlen(prefix)) != 0)
		return NULL;
	*size = m->items[at].size;
	*key = mlv_sys_strdup(m->items[at].key);
	return *key ? NULL : mlv_error_nomem("a key");
}

static mlv_err memory_list(struct mlv_transport *t, const char *prefix, mlv_list_fn fn, void *arg)
{
	MLV_SCOPED(mlv_mem_free) char *key = NULL;
	uint64_t size = 0;
	mlv_err err = next_key(memory_of(t), prefix, false, prefix, &key, &size);

	while (!err && key && !(err = fn(arg, key, size))) {
		MLV_SCOPED(mlv_mem_free) char *last = MLV_TAKE(key);

		err = next_key(memory_of(t), last, true, prefix, &key, &size);
	}
	return err;
}

static mlv_err memory_remove(struct mlv_transport *t, const char *key)
{
	struct memory *m = memory_of(t);
	LOCKED(m);
	bool there;
	size_t at = find(m, key, &there);

	if (!there)
		return NULL;
	free(m->items[at].key);
	free(m->items[at].bytes);
	m->count--;
	memmove(&m->items[at], &m->items[at + 1], (m->count - at) * sizeof(*m->items));
	return NULL;
}

static void memory_free(struct mlv_transport *t)
{
	struct memory *m = memory_of(t);

	for (size_t i = 0; i < m->count; i++) {
		free(m->items[i].key);
		free(m->items[i].bytes);
	}
	free(m->items);
	free(t->url);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static const struct mlv_transport_ops memory_ops = {
	.head = memory_head,
	.get = memory_get,
	.put = memory_put,
	.list = memory_list,
	.remove = memory_remove,
	.free = memory_free,
};

mlv_err mlv_transport_open_memory(struct mlv_transport **out, struct mlv_ctx *ctx)
{
	struct memory *m = mlv_sys_alloc(sizeof(*m));

	if (!m || !(m->base.url = mlv_sys_strdup("memory:"))) {
		free(m);
		return mlv_error_nomem("a transport");
	}
	m->base.ops = &memory_ops;
	m->base.ctx = ctx;
	m->base.jobs = 1;
	pthread_mutex_init(&m->lock, NULL);
	*out = &m->base;
	return NULL;
}
