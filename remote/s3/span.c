/*
 * s3/span.c - bytes in memory that are to be sent: room for them, their hash.
 *
 * Memory of one that was sent is used again by the next of its size, as long as
 * others are under way: the kernel need not clear it, and all that is in use or
 * idle is bounded by the room.
 */
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "remote/s3/upload.h"

#define ROOM_EACH ((uint64_t)16 << 20) /* bytes, for each job */
#define ROUNDED   ((uint64_t)4 << 20)  /* sizes that are to be alike */
#define SHARES    4u /* bodies that may be in memory however large they are */

/* At the beginning of memory that waits for the next. */
struct mlv_s3_idle {
	struct mlv_s3_idle *next;
	uint64_t size;
};

static uint64_t all_room(const struct mlv_s3 *s3)
{
	return s3->base.jobs * ROOM_EACH;
}

static void free_idle(struct mlv_s3_idle *idle)
{
	while (idle) {
		struct mlv_s3_idle *next = idle->next;

		free(idle);
		idle = next;
	}
}

void mlv_s3_spans_open(struct mlv_s3 *s3)
{
	pthread_cond_init(&s3->freed, NULL);
}

void mlv_s3_spans_settings(struct mlv_s3 *s3)
{
	s3->room = all_room(s3);
}

void mlv_s3_spans_close(struct mlv_s3 *s3)
{
	free_idle(s3->idle);
	pthread_cond_destroy(&s3->freed);
}

/* One of this size that waits; else none is left waiting. Under the lock. */
static struct mlv_s3_idle *take_idle(struct mlv_s3 *s3, uint64_t size, struct mlv_s3_idle **others)
{
	for (struct mlv_s3_idle **at = &s3->idle; *at; at = &(*at)->next) {
		struct mlv_s3_idle *found = *at;

		if (found->size == size) {
			*at = found->next;
			return found;
		}
	}
	*others = MLV_TAKE(s3->idle);
	return NULL;
}

/* Wait for room for size bytes; span->own is NULL when there is no memory. */
static void take_room(struct mlv_s3_span *span, struct mlv_s3 *s3, uint64_t size)
{
	const uint64_t share = all_room(s3) / SHARES;
	struct mlv_s3_idle *others = NULL;

	span->taken = (size + ROUNDED - 1) / ROUNDED * ROUNDED;
	span->room = span->taken < share ? span->taken : share;
	pthread_mutex_lock(&s3->lock);
	while (s3->room < span->room)
		pthread_cond_wait(&s3->freed, &s3->lock);
	s3->room -= span->room;
	span->own = (char *)take_idle(s3, span->taken, &others);
	pthread_mutex_unlock(&s3->lock);
	free_idle(others);
	if (!span->own)
		span->own = mlv_sys_alloc((size_t)span->taken);
}

static void give_room(struct mlv_s3_span *span)
{
	struct mlv_s3 *s3 = span->s3;
	struct mlv_s3_idle *idle = (void *)MLV_TAKE(span->own), *last = NULL;

	pthread_mutex_lock(&s3->lock);
	s3->room += span->room;
	if (idle) {
		*idle = (struct mlv_s3_idle){ s3->idle, span->taken };
		s3->idle = idle;
	}
	/* Nobody sends any more, for a while. */
	if (s3->room == all_room(s3))
		last = MLV_TAKE(s3->idle);
	pthread_cond_broadcast(&s3->freed);
	pthread_mutex_unlock(&s3->lock);
	span->room = 0;
	free_idle(last);
}

/*
 * Half of the processors read and hash: the other half sends, and runs the
 * server if that is here. What comes together, as at the beginning, would else
 * be hashed together, sent together and waited for together.
 */
static void take_turn(struct mlv_s3 *s3)
{
	const unsigned most = s3->base.ctx->jobs / 2 ? s3->base.ctx->jobs / 2 : 1;

	pthread_mutex_lock(&s3->lock);
	while (s3->hashing >= most)
		pthread_cond_wait(&s3->freed, &s3->lock);
	s3->hashing++;
	pthread_mutex_unlock(&s3->lock);
}

static void give_turn(struct mlv_s3 *s3)
{
	pthread_mutex_lock(&s3->lock);
	s3->hashing--;
	pthread_cond_broadcast(&s3->freed);
	pthread_mutex_unlock(&s3->lock);
}

static mlv_err fill_span(struct mlv_s3_span *span, const struct mlv_source *source, uint64_t offset)
{
	mlv_err err = mlv_ctx_check_stop(span->s3->base.ctx);

	if (!err && span->own)
		err = source->read(source->arg, span->own, span->size, offset);
	return err || span->known ? err : mlv_sha256_of(span->bytes, span->size, &span->sha256);
}

static mlv_err read_span(void *arg, void *to, size_t len, uint64_t offset)
{
	const struct mlv_s3_span *span = arg;

	memcpy(to, span->bytes + offset, len);
	return NULL;
}

mlv_err mlv_s3_span_read(struct mlv_s3_span *span, struct mlv_s3 *s3,
			 const struct mlv_source *source, uint64_t offset, size_t size)
{
	mlv_err err;

	span->s3 = s3;
	span->size = size;
	span->source = (struct mlv_source){ .read = read_span, .arg = span, .size = size };
	span->known = source->sha256 && size == source->size;
	if (span->known)
		span->sha256 = *source->sha256;
	if (source->bytes) {
		span->bytes = (const char *)source->bytes + offset;
	} else {
		take_room(span, s3, size);
		if (!(span->bytes = span->own))
			return mlv_error_nomem("what is sent");
	}
	if (span->known && !span->own)
		return NULL;
	take_turn(s3);
	err = fill_span(span, source, offset);
	give_turn(s3);
	return err;
}

void mlv_s3_span_release(struct mlv_s3_span *span)
{
	if (span->room)
		give_room(span);
}
