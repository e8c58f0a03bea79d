/* The order of rows: that of a comparison of keys, whatever these are, and stable. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/order.h"

#define ROWS 2000

static uint32_t state = 1;

static uint32_t some(uint32_t below)
{
	state = state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)state * below >> 32);
}

/* -1, 0 or 1, as two rows stand by one key. */
static int by_key(const struct mlv_key *key, uint32_t a, uint32_t b)
{
	uint32_t left, right;

	if (key->number)
		return key->number[a] < key->number[b] ? -1 : key->number[a] > key->number[b];
	left = key->rank ? key->rank[key->code[a]] : key->code[a];
	right = key->rank ? key->rank[key->code[b]] : key->code[b];
	return left < right ? -1 : left > right;
}

static void check_sorted(const struct mlv_key *keys, size_t count, size_t rows, unsigned jobs)
{
	struct mlv_ctx ctx;
	MLV_SCOPED(mlv_mem_free) uint32_t *order = NULL;
	MLV_SCOPED(mlv_mem_free) bool *seen = mlv_sys_alloc_array(rows + 1, sizeof(*seen));

	mlv_ctx_init_quiet(&ctx);
	ctx.jobs = jobs;
	check_ok(mlv_order_rows(&ctx, keys, count, rows, &order));
	for (size_t i = 0; i < rows; i++) {
		uint32_t row = MLV_ORDER_ROW(order[i]), before = i ? MLV_ORDER_ROW(order[i - 1]) : 0;
		bool step = i && keys[0].number && by_key(&keys[0], before, row) < 0;
		int way = 0;

		cr_assert(row < rows && !seen[row]);
		seen[row] = true;
		for (size_t k = 0; i && k < count && !way; k++)
			way = by_key(&keys[k], before, row);
		cr_assert(i == 0 || way < 0 || (way == 0 && before < row), "row %zu", i);
		cr_assert(step == !!(order[i] & MLV_ORDER_STEP), "row %zu", i);
	}
}

mlv_test(order, rows_are_sorted_by_all_keys_in_turn)
{
	static const double numbers[] = { 0.0, -0.0, 1, -1, 1e-310, -1e300, 0.1, 2, HUGE_VAL, -HUGE_VAL };
	static double number[ROWS];
	static uint32_t few[ROWS], many[ROWS], one[ROWS], rank[300];
	const struct mlv_key keys[] = {
		{ .code = few, .codes = 5 },
		{ .number = number },
		{ .code = one, .codes = 1 },
		{ .code = many, .rank = rank, .codes = 300 },
		{ .code = few, .codes = (size_t)1 << 31 },
		{ .code = many, .codes = (size_t)1 << 31 },
	};

	for (size_t r = 0; r < ROWS; r++) {
		number[r] = numbers[some(10)];
		few[r] = some(5);
		many[r] = some(300);
	}
	for (uint32_t i = 0; i < 300; i++)
		rank[i] = 299 - i;
	for (size_t first = 0; first < MLV_COUNT(keys); first++)
		for (size_t count = 1; first + count <= MLV_COUNT(keys); count++)
			check_sorted(keys + first, count, ROWS, 1);
	check_sorted(keys, 1, 1, 2);
	check_sorted(keys, 1, 0, 2);
}

/* More than are sorted with their keys, and on several threads. */
mlv_test(order, many_rows_that_are_nearly_the_same_are_sorted)
{
	const size_t rows = 1700000;
	MLV_SCOPED(mlv_mem_free) double *number = mlv_sys_alloc_array(rows, sizeof(*number));
	MLV_SCOPED(mlv_mem_free) double *near = mlv_sys_alloc_array(rows, sizeof(*near));
	MLV_SCOPED(mlv_mem_free) uint32_t *few = mlv_sys_alloc_array(rows, sizeof(*few));
	const struct mlv_key keys[] = {
		{ .number = near }, { .code = few, .codes = 3 }, { .number = number },
	};
	const struct mlv_key same[] = { { .code = few, .codes = 3 }, { .code = few, .codes = 1 } };

	for (size_t r = 0; r < rows; r++) {
		number[r] = some(1000);
		near[r] = r ? 1 + some(2000) * 0x1p-52 : -1e300;
		few[r] = some(3);
	}
	check_sorted(keys, 3, rows, 3);
	check_sorted(keys + 1, 2, rows, 3);
	check_sorted(same, 1, rows, 2);
	for (size_t r = 0; r < rows; r++)
		near[r] = r % 2 ? 0.0 : -0.0;
	check_sorted(keys, 3, rows, 2);
}

mlv_test(order, words_that_count_up_are_in_order)
{
	static const char *const texts[] = { "10", "9", "", "b", "a", "a\xff", "ab", "100" };
	static const char *const sorted[] = { "", "9", "a", "b", "10", "ab", "a\xff", "100" };
	MLV_SCOPED(mlv_words_release) struct mlv_words words = { .bytes = MLV_BUF_INIT };
	MLV_SCOPED(mlv_mem_free) uint32_t *rank = NULL;
	uint32_t code;

	for (size_t i = 0; i < MLV_COUNT(texts); i++)
		check_ok(mlv_words_add(&words, texts[i], strlen(texts[i]), &code));
	check_ok(mlv_words_rank(&words, &rank));
	for (uint32_t i = 0; i < MLV_COUNT(texts); i++)
		cr_assert(strcmp(sorted[rank[i]], texts[i]) == 0, "%s", texts[i]);
}
