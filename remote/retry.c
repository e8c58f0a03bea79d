#include "remote/retry.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BASE_MS      ((uint64_t)100)
#define THROTTLED_MS ((uint64_t)1000)
#define LONGEST_MS   ((uint64_t)20000)
#define SLICE_MS     ((uint64_t)100) /* how often a wait looks whether to stop */

static atomic_int budget = MLV_RETRY_BUDGET;
static atomic_bool reached; /* some request of this process was answered */
static atomic_ullong virtual_ms;
static atomic_ullong serial;

uint64_t mlv_retry_virtual_ms(void)
{
	return atomic_load(&virtual_ms);
}

int mlv_retry_budget(void)
{
	return atomic_load(&budget);
}

void mlv_retry_reset(void)
{
	atomic_store(&budget, MLV_RETRY_BUDGET);
	atomic_store(&reached, false);
	atomic_store(&virtual_ms, 0);
	atomic_store(&serial, 0);
}

/* SplitMix64 (Steele, Lea, Flood 2014): enough to spread waits, not for secrets. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void mlv_retry_begin(struct mlv_retry *retry, struct mlv_ctx *ctx)
{
	const char *seed = ctx->env(ctx, "MLV_TEST_SEED");
	struct timespec now = { 0, 0 };

	retry->ctx = ctx;
	retry->attempts = 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	retry->random = seed ? strtoull(seed, NULL, 10)
			     : (uint64_t)now.tv_nsec ^ ((uint64_t)getpid() << 32);
	retry->random += atomic_fetch_add(&serial, 1) << 20;
}

/* Take what a repetition costs from the budget, if it holds as much. */
static bool pay(int cost)
{
	int held = atomic_load(&budget);

	while (held >= cost)
		if (atomic_compare_exchange_weak(&budget, &held, held - cost))
			return true;
	return false;
}

static mlv_err wait_ms(struct mlv_ctx *ctx, uint64_t ms)
{
	const char *clock = ctx->env(ctx, "MLV_TEST_CLOCK");
	mlv_err err = mlv_ctx_check_stop(ctx);

	if (clock && strcmp(clock, "virtual") == 0) {
		atomic_fetch_add(&virtual_ms, ms);
		return err;
	}
	while (ms > 0 && !err) {
		uint64_t slice = ms < SLICE_MS ? ms : SLICE_MS;
		struct timespec part = { 0, (long)slice * 1000000 };

		nanosleep(&part, NULL);
		ms -= slice;
		err = mlv_ctx_check_stop(ctx);
	}
	return err;
}

static unsigned most_attempts(enum mlv_retry_why why)
{
	const bool known = atomic_load(&reached);

	if (why == MLV_RETRY_UNRESOLVED && !known)
		return MLV_RETRY_UNKNOWN;
	if (why == MLV_RETRY_UNRESOLVED || (why == MLV_RETRY_UNREACHED && !known))
		return MLV_RETRY_UNREACHABLE;
	return why == MLV_RETRY_ODD ? MLV_RETRY_SENSELESS : MLV_RETRY_ATTEMPTS;
}

mlv_err mlv_retry_wait(struct mlv_retry *retry, enum mlv_retry_why why, uint64_t after_ms,
		       bool *again)
{
	uint64_t ms = why == MLV_RETRY_THROTTLED ? THROTTLED_MS : BASE_MS;

	*again = false;
	if (++retry->attempts >= most_attempts(why) || !pay(why == MLV_RETRY_TIMEOUT ? 10 : 5))
		return NULL;
	for (unsigned i = 1; i < retry->attempts && ms < LONGEST_MS; i++)
		ms *= 2;
	ms = next_random(&retry->random) % ((ms < LONGEST_MS ? ms : LONGEST_MS) + 1);
	if (after_ms > MLV_RETRY_AFTER_MAX)
		after_ms = MLV_RETRY_AFTER_MAX;
	*again = true;
	return wait_ms(retry->ctx, ms > after_ms ? ms : after_ms);
}

void mlv_retry_succeeded(struct mlv_retry *retry)
{
	int held = atomic_load(&budget);

	(void)retry;
	atomic_store(&reached, true);
	while (held < MLV_RETRY_BUDGET)
		if (atomic_compare_exchange_weak(&budget, &held, held + 1))
			return;
}
