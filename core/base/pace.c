#include "core/base/pace.h"

#include <time.h>

#define SECOND   ((uint64_t)1000000000) /* ns */
#define SLICE    (SECOND / 20)          /* the longest that a stop goes unseen */
#define PIECES   8                      /* of a second's bytes */
#define SMALLEST ((size_t)1024)

bool mlv_pace_is_set(const struct mlv_ctx *ctx)
{
	return ctx->pace && ctx->pace->rate > 0;
}

size_t mlv_pace_piece(const struct mlv_ctx *ctx, size_t len)
{
	uint64_t most;

	if (!mlv_pace_is_set(ctx))
		return len;
	most = ctx->pace->rate / PIECES;
	if (most < SMALLEST)
		most = SMALLEST;
	return len < most ? len : (size_t)most;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

/* When the bytes are paid for, after all that was taken before. */
static uint64_t pay(struct mlv_pace *pace, uint64_t bytes)
{
	uint64_t at, begin = now();

	pthread_mutex_lock(&pace->lock);
	if (pace->paid_at < begin)
		pace->paid_at = begin;
	pace->paid_at += bytes / pace->rate * SECOND + bytes % pace->rate * SECOND / pace->rate;
	at = pace->paid_at;
	pthread_mutex_unlock(&pace->lock);
	return at;
}

mlv_err mlv_pace_take(struct mlv_ctx *ctx, uint64_t bytes)
{
	uint64_t until, at;
	mlv_err err = NULL;

	if (!mlv_pace_is_set(ctx))
		return NULL;
	until = pay(ctx->pace, bytes);
	while (!err && (at = now()) < until) {
		uint64_t left = until - at;
		struct timespec nap = { 0, (long)(left < SLICE ? left : SLICE) };

		nanosleep(&nap, NULL);
		err = mlv_ctx_check_stop(ctx);
	}
	return err;
}
