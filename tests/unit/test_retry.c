#include "remote/retry.h"

#include "tests/unit/check.h"

static struct mlv_ctx ctx;

static const char *virtual_clock(struct mlv_ctx *c, const char *name)
{
	(void)c;
	if (strcmp(name, "MLV_TEST_CLOCK") == 0)
		return "virtual";
	return strcmp(name, "MLV_TEST_SEED") == 0 ? "7" : NULL;
}

static void begin(struct mlv_retry *retry)
{
	mlv_ctx_init_quiet(&ctx);
	ctx.env = virtual_clock;
	mlv_retry_reset();
	mlv_retry_begin(retry, &ctx);
}

/* How often a request is repeated that always fails. */
static unsigned repetitions(struct mlv_retry *retry, enum mlv_retry_why why, uint64_t after_ms)
{
	unsigned count = 0;
	bool again = true;

	while (again) {
		check_ok(mlv_retry_wait(retry, why, after_ms, &again));
		count += again;
	}
	return count;
}

mlv_test(retry, a_request_is_sent_ten_times)
{
	struct mlv_retry retry;

	begin(&retry);
	cr_assert(repetitions(&retry, MLV_RETRY_BROKEN, 0) == MLV_RETRY_ATTEMPTS - 1);
	/* 0.1 + 0.2 + ... + 12.8 + 20 s at most. */
	cr_assert(mlv_retry_virtual_ms() > 1000 && mlv_retry_virtual_ms() <= 45500);
}

mlv_test(retry, an_unknown_host_is_given_up_sooner_than_a_known_one)
{
	struct mlv_retry retry;

	begin(&retry);
	cr_assert(repetitions(&retry, MLV_RETRY_UNREACHED, 0) == MLV_RETRY_UNREACHABLE - 1);
	mlv_retry_begin(&retry, &ctx);
	mlv_retry_succeeded(&retry);
	cr_assert(repetitions(&retry, MLV_RETRY_UNREACHED, 0) == MLV_RETRY_ATTEMPTS - 1);
}

mlv_test(retry, a_host_without_address_is_given_up_soonest)
{
	struct mlv_retry retry;

	begin(&retry);
	cr_assert(repetitions(&retry, MLV_RETRY_UNRESOLVED, 0) == MLV_RETRY_UNKNOWN - 1);
	mlv_retry_begin(&retry, &ctx);
	mlv_retry_succeeded(&retry);
	cr_assert(repetitions(&retry, MLV_RETRY_UNRESOLVED, 0) == MLV_RETRY_UNREACHABLE - 1);
}

mlv_test(retry, an_answer_without_sense_is_asked_for_again_a_few_times)
{
	struct mlv_retry retry;

	begin(&retry);
	mlv_retry_succeeded(&retry);
	cr_assert(repetitions(&retry, MLV_RETRY_ODD, 0) == MLV_RETRY_SENSELESS - 1);
}

mlv_test(retry, throttling_waits_longer)
{
	struct mlv_retry retry;
	uint64_t broken;

	begin(&retry);
	repetitions(&retry, MLV_RETRY_BROKEN, 0);
	broken = mlv_retry_virtual_ms();
	begin(&retry);
	repetitions(&retry, MLV_RETRY_THROTTLED, 0);
	cr_assert(mlv_retry_virtual_ms() > broken);
}

mlv_test(retry, what_the_server_asks_for_is_waited_up_to_a_minute)
{
	struct mlv_retry retry;
	bool again;

	begin(&retry);
	check_ok(mlv_retry_wait(&retry, MLV_RETRY_THROTTLED, 7000, &again));
	cr_assert(again && mlv_retry_virtual_ms() == 7000);
	check_ok(mlv_retry_wait(&retry, MLV_RETRY_THROTTLED, 3600000, &again));
	cr_assert(again && mlv_retry_virtual_ms() == 67000);
}

mlv_test(retry, the_budget_of_the_process_runs_out)
{
	struct mlv_retry retry;
	unsigned total = 0;

	begin(&retry);
	for (int request = 0; request < 100; request++) {
		mlv_retry_begin(&retry, &ctx);
		total += repetitions(&retry, MLV_RETRY_BROKEN, 0);
	}
	cr_assert(total == MLV_RETRY_BUDGET / 5, "%u", total);
	cr_assert(mlv_retry_budget() == 0);
	for (int i = 0; i < 10; i++)
		mlv_retry_succeeded(&retry);
	mlv_retry_begin(&retry, &ctx);
	cr_assert(repetitions(&retry, MLV_RETRY_BROKEN, 0) == 2);
}

mlv_test(retry, timeouts_cost_twice)
{
	struct mlv_retry retry;
	bool again;

	begin(&retry);
	check_ok(mlv_retry_wait(&retry, MLV_RETRY_TIMEOUT, 0, &again));
	cr_assert(mlv_retry_budget() == MLV_RETRY_BUDGET - 10);
}

mlv_test(retry, one_seed_gives_the_same_waits)
{
	struct mlv_retry retry;
	uint64_t first;

	begin(&retry);
	repetitions(&retry, MLV_RETRY_BROKEN, 0);
	first = mlv_retry_virtual_ms();
	begin(&retry);
	repetitions(&retry, MLV_RETRY_BROKEN, 0);
	cr_assert(mlv_retry_virtual_ms() == first);
}

static bool always(struct mlv_ctx *c)
{
	(void)c;
	return true;
}

mlv_test(retry, who_asks_to_stop_does_not_wait)
{
	struct mlv_retry retry;
	bool again;

	begin(&retry);
	ctx.stop = always;
	check_fails(mlv_retry_wait(&retry, MLV_RETRY_BROKEN, 60000, &again), MLV_E_INTERRUPTED);
}
