/* Rows with their codes beside them come in the order of a comparison of all, and have what they had. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/sorted.h"

#define ROWS   5000
#define FIELDS 6

static uint32_t state = 1;

static uint32_t some(uint32_t below)
{
	state = state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)state * below >> 32);
}

struct table {
	double *number;
	struct mlv_field fields[FIELDS];
	size_t field_count, rows;
};
static const struct table *compared;

static int by_all(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	const double *number = compared->number;

	if (number && (number[left] < number[right] || number[left] > number[right]))
		return number[left] < number[right] ? -1 : 1;
	for (size_t f = 0; f < compared->field_count; f++) {
		const uint32_t *code = compared->fields[f].code;

		if (code && code[left] != code[right])
			return code[left] < code[right] ? -1 : 1;
	}
	return 0;
}

/* The first fields are sorted by all; those that have no room only come with their row. */
static void check_table(struct table *table, size_t sorted_fields, unsigned jobs)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *order = mlv_sys_alloc_array(table->rows, sizeof(*order));
	MLV_SCOPED(mlv_sorted_release) struct mlv_sorted sorted = { 0 };
	size_t all = table->field_count;
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	ctx.jobs = jobs;
	for (size_t r = 0; r < table->rows; r++)
		order[r] = (uint32_t)r;
	check_ok(mlv_sorted_make(&ctx, table->number, table->fields, all, table->rows, &sorted));
	compared = table;
	table->field_count = sorted_fields;
	qsort(order, table->rows, sizeof(*order), by_all);
	for (size_t r = 0; r < table->rows; r++) {
		uint32_t is, was = r ? order[r - 1] : 0;

		if (table->number)
			cr_assert(mlv_sorted_number(sorted.keys[r]) <= table->number[order[r]] &&
				  mlv_sorted_number(sorted.keys[r]) >= table->number[order[r]]);
		for (size_t f = 0; f < sorted_fields; f++) {
			mlv_sorted_codes(&sorted, f, r, 1, &is);
			cr_assert(is == (table->fields[f].code ? table->fields[f].code[order[r]] : 0),
				  "row %zu field %zu", r, f);
		}
		if (r)
			cr_assert(mlv_sorted_tied(&sorted, sorted_fields - 1, r) ==
				  (by_all(&was, &order[r]) == 0));
	}
	table->field_count = all;
	/* A row's codes that are looked up are its own: the sum of products is what it was. */
	for (size_t f = sorted_fields; f < all; f++) {
		uint64_t before = 0, after = 0;
		uint32_t first, is;

		for (size_t r = 0; r < table->rows; r++) {
			mlv_sorted_codes(&sorted, 0, r, 1, &first);
			mlv_sorted_codes(&sorted, f, r, 1, &is);
			after += (uint64_t)(first + 1) * is;
			before += (uint64_t)(table->fields[0].code[r] + 1) * table->fields[f].code[r];
		}
		cr_assert(before == after, "field %zu", f);
	}
}

mlv_test(sorted, rows_come_in_the_order_of_numbers_then_codes)
{
	static const double numbers[] = { 0.0, -0.0, 1, -1, 1e-310, -1e300, 0.1, 2, HUGE_VAL, -HUGE_VAL };
	static double number[ROWS], share[ROWS];
	static uint32_t two[ROWS], few[ROWS], many[ROWS];
	struct table table = { number, { { .code = two, .codes = 2 }, { .code = NULL, .codes = 0 },
					 { .code = few, .codes = 5 }, { .code = many, .codes = 300 } },
			       4, ROWS };

	for (size_t r = 0; r < ROWS; r++) {
		number[r] = numbers[some(10)];
		share[r] = some(UINT32_MAX) * 0x1p-32;
		two[r] = some(2);
		few[r] = some(5);
		many[r] = some(300);
	}
	check_table(&table, 4, 1);
	check_table(&table, 4, 3);
	table.number = share;
	check_table(&table, 4, 2);
	table.number = NULL;
	check_table(&table, 4, 2);
	table.rows = 1;
	check_table(&table, 4, 2);
	table.rows = 0;
	check_table(&table, 4, 2);
}

mlv_test(sorted, codes_that_have_no_room_are_those_of_their_row)
{
	static double number[ROWS];
	static uint32_t codes[FIELDS][ROWS];
	struct table table = { number, { { .codes = 2 }, { .codes = 900 }, { .codes = 1 << 20 },
					 { .codes = 1 << 20 }, { .codes = 1000 }, { .codes = 3 } },
			       FIELDS, ROWS };

	for (size_t f = 0; f < FIELDS; f++)
		table.fields[f].code = codes[f];
	for (size_t r = 0; r < ROWS; r++) {
		number[r] = some(100);
		for (size_t f = 0; f < FIELDS; f++)
			codes[f][r] = some((uint32_t)table.fields[f].codes);
	}
	check_table(&table, 3, 2); /* of 64 bits 13 are the row's: 1, 10 and 20 are used, 20 are too many */
}

/* More than are sorted with their words, and on several threads. */
mlv_test(sorted, many_rows_of_nearly_the_same_number_are_sorted)
{
	const size_t rows = 1700000;
	MLV_SCOPED(mlv_mem_free) double *near = mlv_sys_alloc_array(rows, sizeof(*near));
	MLV_SCOPED(mlv_mem_free) uint32_t *two = mlv_sys_alloc_array(rows, sizeof(*two));
	MLV_SCOPED(mlv_mem_free) uint32_t *many = mlv_sys_alloc_array(rows, sizeof(*many));
	struct table table = { near, { { .code = two, .codes = 2 }, { .code = many, .codes = 1 << 30 } },
			       2, rows };

	for (size_t r = 0; r < rows; r++) {
		near[r] = r ? 1 + some(2000) * 0x1p-52 : -1e300;
		two[r] = some(2);
		many[r] = some(1 << 30);
	}
	check_table(&table, 2, 3);
	for (size_t r = 0; r < rows; r++)
		near[r] = r % 2 ? 0.0 : -0.0;
	check_table(&table, 2, 2);
	memset(many, 0, rows * sizeof(*many));
	check_table(&table, 2, 2);
}
