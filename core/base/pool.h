/*
 * pool.h - a loop whose rounds run on several threads.
 *
 * Threads   run(), for one call, on at most jobs threads; the calling thread
 *           is one of them, so that jobs = 1 starts none.
 */
#ifndef MLV_BASE_POOL_H
#define MLV_BASE_POOL_H

#include <stddef.h>

#include "core/base/context.h"

/*
 * One round. index counts from 0; worker is below jobs and tells which thread
 * runs it, so that each can have a scratch space of its own.
 */
typedef mlv_err (*mlv_round_fn)(void *arg, size_t index, unsigned worker);

/*
 * Run fn(arg, index, worker) for each index below count, started in order, on
 * up to jobs threads. After a failure no further round is started; the failure
 * of the lowest index is returned, so that output does not depend on timing.
 * Stops with MLV_E_INTERRUPTED when ctx asks to (ctx may not be NULL).
 * keep_going: a failure does not stop the others; the lowest is still returned.
 */
mlv_err mlv_pool_run(struct mlv_ctx *ctx, unsigned jobs, size_t count, mlv_round_fn fn,
		     void *arg) MLV_CHECK;
mlv_err mlv_pool_run_all(struct mlv_ctx *ctx, unsigned jobs, size_t count, mlv_round_fn fn,
			 void *arg) MLV_CHECK;

#endif
