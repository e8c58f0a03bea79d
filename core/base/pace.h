/*
 * pace.h - no more bytes in a second than were allowed, by all threads together.
 *
 * Who moved bytes takes them here, and waits until they are paid for: each
 * second pays for rate of them, and none are paid in advance. So over any time
 * that is long against one piece no more than rate bytes a second are moved.
 *
 * Threads     all functions may be called from any thread; rate is set before.
 */
#ifndef MLV_BASE_PACE_H
#define MLV_BASE_PACE_H

#include <pthread.h>

#include "core/base/context.h"

#define MLV_PACE_LEAST ((uint64_t)8 << 10) /* bytes a second: with less, servers hang up */

struct mlv_pace {
	uint64_t rate;      /* bytes a second; 0: as many as there may be */
	bool given;         /* by the user, for all remotes: their settings do not count */
	pthread_mutex_t lock;
	uint64_t paid_at;   /* when all that was taken is paid for, ns of the monotonic clock */
};
#define MLV_PACE_INIT { 0, false, PTHREAD_MUTEX_INITIALIZER, 0 }

/* Whether the context has a pace that bounds anything. */
bool mlv_pace_is_set(const struct mlv_ctx *ctx);
/* Of len bytes to be moved, how many to move at once, so that waits are short. */
size_t mlv_pace_piece(const struct mlv_ctx *ctx, size_t len);
/* These bytes were moved: wait for them. Fails only with MLV_E_INTERRUPTED. */
mlv_err mlv_pace_take(struct mlv_ctx *ctx, uint64_t bytes) MLV_CHECK;

#endif
