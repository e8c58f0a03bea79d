#include "core/base/pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/base/sys.h"

struct loop {
	struct mlv_ctx *ctx;
	mlv_round_fn fn;
	void *arg;
	size_t count;
	bool keep_going;
	pthread_mutex_t lock;
	size_t next;           /* under lock, as all below */
	unsigned next_worker;
	bool failed;
	size_t failed_index;   /* the lowest that failed; SIZE_MAX: stopped by the user */
	struct mlv_error error;
};

static void note_failure(struct loop *loop, size_t index, mlv_err err)
{
	pthread_mutex_lock(&loop->lock);
	if (!loop->failed || index < loop->failed_index) {
		loop->failed = true;
		loop->failed_index = index;
		loop->error = *err;
	}
	pthread_mutex_unlock(&loop->lock);
}

/* Take the next round; false when there is none to start. */
static bool take_round(struct loop *loop, size_t *index)
{
	bool taken = false;

	pthread_mutex_lock(&loop->lock);
	if (loop->next < loop->count && (loop->keep_going || !loop->failed)) {
		*index = loop->next++;
		taken = true;
	}
	pthread_mutex_unlock(&loop->lock);
	return taken;
}

static unsigned take_worker(struct loop *loop)
{
	unsigned worker;

	pthread_mutex_lock(&loop->lock);
	worker = loop->next_worker++;
	pthread_mutex_unlock(&loop->lock);
	return worker;
}

static void *work(void *opaque)
{
	struct loop *loop = opaque;
	unsigned worker = take_worker(loop);
	size_t index = 0;

	while (take_round(loop, &index)) {
		mlv_err err = mlv_ctx_check_stop(loop->ctx);

		if (err) {
			note_failure(loop, SIZE_MAX, err);
			pthread_mutex_lock(&loop->lock);
			loop->count = loop->next; /* whatever keep_going says */
			pthread_mutex_unlock(&loop->lock);
			break;
		}
		if ((err = loop->fn(loop->arg, index, worker)))
			note_failure(loop, index, err);
	}
	return NULL;
}

static mlv_err run_loop(struct loop *loop, unsigned jobs)
{
	MLV_SCOPED(mlv_mem_free) pthread_t *threads = NULL;
	unsigned started = 0;

	if (jobs > loop->count)
		jobs = (unsigned)loop->count;
	if (jobs > 1 && !(threads = mlv_sys_alloc_array(jobs - 1, sizeof(*threads))))
		return mlv_error_nomem("threads");
	pthread_mutex_init(&loop->lock, NULL);
	/* Fewer threads than asked for is slower, not wrong. */
	while (started + 1 < jobs &&
	       pthread_create(&threads[started], NULL, work, loop) == 0)
		started++;
	work(loop);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	pthread_mutex_destroy(&loop->lock);
	return loop->failed ? mlv_error_copy(&loop->error) : NULL;
}

mlv_err mlv_pool_run(struct mlv_ctx *ctx, unsigned jobs, size_t count, mlv_round_fn fn, void *arg)
{
	struct loop loop = { .ctx = ctx, .fn = fn, .arg = arg, .count = count };

	return run_loop(&loop, jobs);
}

mlv_err mlv_pool_run_all(struct mlv_ctx *ctx, unsigned jobs, size_t count, mlv_round_fn fn,
			 void *arg)
{
	struct loop loop = { .ctx = ctx, .fn = fn, .arg = arg, .count = count,
			     .keep_going = true };

	return run_loop(&loop, jobs);
}
