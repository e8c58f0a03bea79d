#include "remote/remote/source.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"

#define LANES 16 /* leaves verified at once */
#define WINDOW ((size_t)LANES * MLV_LEAF_SIZE)
#define WINDOWS 4

/* 16 leaves, verified. */
struct window {
	pthread_mutex_t lock; /* of the bytes */
	char *bytes;
	bool filled;    /* under its own lock */
	uint64_t at;    /* under the source's lock, as all below */
	size_t len;     /* 0: it stands for nothing */
	unsigned users;
	uint64_t used;  /* when it was last taken */
	bool passed;    /* its last byte was handed out */
};

struct mlv_remote_source {
	struct mlv_ctx *ctx;
	int fd;
	const char *name;
	const struct mlv_leaves *leaves;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t freed;
	uint64_t clock;
	struct window windows[WINDOWS];
	bool failed;
	struct mlv_error error;
};

mlv_err mlv_remote_source_new(struct mlv_remote_source **out, struct mlv_ctx *ctx, int fd,
			      const char *name, const struct mlv_leaves *leaves)
{
	struct mlv_remote_source *s = mlv_sys_alloc(sizeof(*s));

	if (!s)
		return mlv_error_nomem("sending a large file");
	s->ctx = ctx;
	s->fd = fd;
	s->name = name;
	s->leaves = leaves;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->freed, NULL);
	for (size_t i = 0; i < WINDOWS; i++)
		pthread_mutex_init(&s->windows[i].lock, NULL);
	*out = s;
	return NULL;
}

void mlv_remote_source_freep(struct mlv_remote_source **source)
{
	struct mlv_remote_source *s = *source;

	if (!s)
		return;
	for (size_t i = 0; i < WINDOWS; i++) {
		pthread_mutex_destroy(&s->windows[i].lock);
		free(s->windows[i].bytes);
	}
	pthread_cond_destroy(&s->freed);
	pthread_mutex_destroy(&s->lock);
	free(s);
	*source = NULL;
}

static mlv_err check_leaves(const struct mlv_remote_source *s, const struct mlv_oid *digests,
			    uint64_t first, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!mlv_oid_equal(&digests[i], &s->leaves->digests[first + i]))
			return mlv_error(MLV_E_CORRUPT, "%s in the cache is damaged after byte %llu",
					 s->name,
					 (unsigned long long)((first + i) * MLV_LEAF_SIZE));
	return NULL;
}

/* Read whole leaves, LANES of them at most, from offset, where one begins; len ends one. */
static mlv_err read_verified(const struct mlv_remote_source *s, char *to, size_t len,
			     uint64_t offset)
{
	struct mlv_message messages[LANES] = { 0 };
	struct mlv_oid digests[LANES];
	size_t count = 0;
	mlv_err err;

	if ((err = mlv_fs_pread_full(s->fd, s->name, to, len, offset)))
		return err;
	for (size_t at = 0; at < len; at += MLV_LEAF_SIZE, count++) {
		size_t left = len - at;

		messages[count].bytes = to + at;
		messages[count].len = left < MLV_LEAF_SIZE ? left : (size_t)MLV_LEAF_SIZE;
		messages[count].oid = &digests[count];
	}
	if ((err = mlv_sha256_many(messages, count)))
		return err;
	return check_leaves(s, digests, offset / MLV_LEAF_SIZE, count);
}

static bool covers(const struct window *w, uint64_t offset)
{
	return w->len > 0 && offset >= w->at && offset < w->at + w->len;
}

/* One that may be given another place: passed ones first, then fresh ones, then the oldest. */
static struct window *find_free(struct mlv_remote_source *s)
{
	struct window *best = NULL;

	for (struct window *w = s->windows; w < s->windows + WINDOWS; w++) {
		if (w->users > 0)
			continue;
		if (!best || (w->passed && !best->passed) ||
		    (w->passed == best->passed && w->used < best->used))
			best = w;
	}
	return best;
}

static void place(const struct mlv_remote_source *s, struct window *w, uint64_t offset)
{
	uint64_t left;

	w->at = offset - offset % MLV_LEAF_SIZE;
	left = s->leaves->size - w->at;
	w->len = left < WINDOW ? (size_t)left : WINDOW;
	w->filled = w->passed = false;
}

/* The window that holds offset, or will once it is filled. */
static struct window *take_window(struct mlv_remote_source *s, uint64_t offset)
{
	struct window *taken = NULL;

	pthread_mutex_lock(&s->lock);
	for (;;) {
		for (size_t i = 0; i < WINDOWS && !taken; i++)
			if (covers(&s->windows[i], offset))
				taken = &s->windows[i];
		if (taken)
			break;
		if ((taken = find_free(s))) {
			place(s, taken, offset);
			break;
		}
		pthread_cond_wait(&s->freed, &s->lock);
	}
	taken->users++;
	taken->used = ++s->clock;
	pthread_mutex_unlock(&s->lock);
	return taken;
}

static void give_window(struct mlv_remote_source *s, struct window *w, uint64_t end)
{
	pthread_mutex_lock(&s->lock);
	w->users--;
	if (end == w->at + w->len)
		w->passed = true;
	pthread_cond_signal(&s->freed);
	pthread_mutex_unlock(&s->lock);
}

static mlv_err fill(const struct mlv_remote_source *s, struct window *w)
{
	mlv_err err;

	if (w->filled)
		return NULL;
	if (!w->bytes && !(w->bytes = mlv_sys_alloc(WINDOW)))
		return mlv_error_nomem("a window of a large file");
	err = read_verified(s, w->bytes, w->len, w->at);
	w->filled = !err;
	return err;
}

/* Copy what a window holds from offset, at most len; *copied says how much. */
static mlv_err read_window(struct mlv_remote_source *s, char *to, size_t len, uint64_t offset,
			   size_t *copied)
{
	struct window *w = take_window(s, offset);
	size_t skip = (size_t)(offset - w->at);
	mlv_err err;

	*copied = len < w->len - skip ? len : w->len - skip;
	pthread_mutex_lock(&w->lock);
	err = fill(s, w);
	if (!err)
		memcpy(to, w->bytes + skip, *copied);
	pthread_mutex_unlock(&w->lock);
	give_window(s, w, offset + *copied);
	return err;
}

/* How much can be read into place: whole leaves, enough to fill the lanes, or the last ones. Else 0. */
static size_t whole_leaves(const struct mlv_remote_source *s, size_t len, uint64_t offset)
{
	bool last = offset + len == s->leaves->size;

	if (offset % MLV_LEAF_SIZE != 0 || (len < WINDOW / 2 && !last))
		return 0;
	if (len > WINDOW)
		return WINDOW;
	return last ? len : len - len % MLV_LEAF_SIZE;
}

static mlv_err note_failure(struct mlv_remote_source *s, mlv_err err)
{
	pthread_mutex_lock(&s->lock);
	if (!s->failed)
		s->error = *err;
	s->failed = true;
	pthread_mutex_unlock(&s->lock);
	return err;
}

mlv_err mlv_remote_source_read(void *source, void *to, size_t len, uint64_t offset)
{
	struct mlv_remote_source *s = source;
	char *at = to;

	if (offset > s->leaves->size || len > s->leaves->size - offset)
		return mlv_error(MLV_E_SYSTEM, "%s: asked for bytes past its end", s->name);
	while (len > 0) {
		size_t step = whole_leaves(s, len, offset);
		mlv_err err = step ? read_verified(s, at, step, offset)
				   : read_window(s, at, len, offset, &step);

		if (err)
			return note_failure(s, err);
		mlv_tell_advance(s->ctx, 0, step);
		at += step;
		len -= step;
		offset += step;
	}
	return NULL;
}

mlv_err mlv_remote_source_failed(struct mlv_remote_source *source)
{
	mlv_err err = NULL;

	pthread_mutex_lock(&source->lock);
	if (source->failed)
		err = mlv_error_copy(&source->error);
	pthread_mutex_unlock(&source->lock);
	return err;
}
