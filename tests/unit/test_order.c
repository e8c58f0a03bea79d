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

static void check_sorted(const struct mlv_key *keys, size_t count, size_t rows)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *order = NULL;
	MLV_SCOPED(mlv_mem_free) bool *seen = mlv_sys_alloc_array(rows + 1, sizeof(*seen));

	check_ok(mlv_order_rows(keys, count, rows, &order));
	for (size_t i = 0; i < rows; i++) {
		int way = 0;

		cr_assert(order[i] < rows && !seen[order[i]]);
		seen[order[i]] = true;
		for (size_t k = 0; i && k < count && !way; k++)
			way = by_key(&keys[k], order[i - 1], order[i]);
		cr_assert(i == 0 || way < 0 || (way == 0 && order[i - 1] < order[i]), "row %zu", i);
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
			check_sorted(keys + first, count, ROWS);
	check_sorted(keys, 1, 1);
	check_sorted(keys, 1, 0);
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
