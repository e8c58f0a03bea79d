/* What is digested of a dimension: which slice each row is in. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/cases/parts.h"
#include "core/eval/order.h"

#define FEW  24 /* codes that are sorted by insertion */
#define STEP ((size_t)1 << 10) /* rows whose slices are given at once */

/* Slices of rows on their way to a sink. */
struct slicing {
	struct mlv_giving *giving;
	const struct mlv_sorted *sorted; /* rows come as these do; NULL: in this order */
	size_t field;
	const uint32_t *order;
	const uint8_t *tied; /* NULL, and rows are not sorted: none is tied */
	const uint32_t *code, *rank;
	size_t codes, bytes;
	uint64_t *count; /* of each code, and as many codes: for rows that nothing else tells apart */
	uint32_t *few;
};

struct named {
	const char *name;
	uint32_t code;
};

static int by_name(const void *a, const void *b)
{
	const struct named *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* Number the slices by their names, and give these. */
static mlv_err give_names(const struct mlv_dim *dim, struct mlv_giving *giving, size_t rows, uint32_t *rank)
{
	size_t count = dim->values.count;
	MLV_SCOPED(mlv_mem_free) struct named *sorted =
		mlv_sys_alloc_array(count + 1, sizeof(*sorted));
	mlv_err err;

	if (!sorted)
		return mlv_error_nomem("slices");
	for (uint32_t v = 0; v < count; v++)
		sorted[v] = (struct named){ dim->values.at[v], v };
	qsort(sorted, count, sizeof(*sorted), by_name);
	err = mlv_buf_printf(&giving->batch, "mlv slices 1 %zu %zu\n", rows, count);
	for (uint32_t v = 0; v < count && !err; v++) {
		rank[sorted[v].code] = v;
		err = mlv_give_text(giving, sorted[v].name, '\0');
	}
	for (size_t v = count; v < mlv_dim_codes(dim); v++) /* in no slice */
		rank[v] = (uint32_t)v;
	return err;
}

static mlv_err give_code(const struct slicing *slicing, uint32_t code)
{
	struct mlv_buf *batch = &slicing->giving->batch;
	mlv_err err;

	if (batch->len >= MLV_GIVE_BATCH && (err = mlv_give(slicing->giving)))
		return err;
	if ((err = mlv_buf_reserve(batch, slicing->bytes)))
		return err;
	mlv_give_low(batch->ptr + batch->len, code, slicing->bytes);
	mlv_buf_advance(batch, slicing->bytes);
	return NULL;
}

static int by_code(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

static void sort_few(uint32_t *few, size_t count)
{
	if (count > FEW) {
		qsort(few, count, sizeof(*few), by_code);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		uint32_t code = few[i];
		size_t at = i;

		for (; at > 0 && few[at - 1] > code; at--)
			few[at] = few[at - 1];
		few[at] = code;
	}
}

/* Of count rows, that stand from begin on in their order. */
static void get_ranks(const struct slicing *slicing, size_t begin, size_t count, uint32_t *to)
{
	if (slicing->sorted)
		mlv_sorted_codes(slicing->sorted, slicing->field, begin, count, to);
	for (size_t i = 0; !slicing->sorted && i < count; i++)
		to[i] = slicing->code[MLV_ORDER_ROW(slicing->order[begin + i])];
	for (size_t i = 0; i < count; i++)
		to[i] = slicing->rank[to[i]];
}

/* Rows that are equal in all else have no order: their slices are given in that of their names. */
static mlv_err give_tied(const struct slicing *slicing, size_t begin, size_t rows)
{
	uint32_t ranks[STEP];
	mlv_err err = NULL;

	if (rows <= slicing->codes) {
		get_ranks(slicing, begin, rows, slicing->few);
		sort_few(slicing->few, rows);
		for (size_t i = 0; i < rows && !err; i++)
			err = give_code(slicing, slicing->few[i]);
		return err;
	}
	for (size_t at = 0, step; at < rows; at += step) {
		step = rows - at < STEP ? rows - at : STEP;
		get_ranks(slicing, begin + at, step, ranks);
		for (size_t i = 0; i < step; i++)
			slicing->count[ranks[i]]++;
	}
	for (uint32_t c = 0; c < slicing->codes; c++)
		for (; slicing->count[c] && !err; slicing->count[c]--)
			err = give_code(slicing, c);
	return err;
}

/* Rows that have an order. */
static mlv_err give_ordered(const struct slicing *slicing, size_t begin, size_t rows)
{
	struct mlv_buf *batch = &slicing->giving->batch;
	uint32_t ranks[STEP];
	mlv_err err = NULL;

	for (size_t at = 0, step; at < rows && !err; at += step) {
		step = rows - at < STEP ? rows - at : STEP;
		if ((err = mlv_buf_reserve(batch, step * slicing->bytes)))
			return err;
		get_ranks(slicing, begin + at, step, ranks);
		mlv_give_codes(batch->ptr + batch->len, ranks, step, slicing->bytes);
		mlv_buf_advance(batch, step * slicing->bytes);
		if (batch->len >= MLV_GIVE_BATCH)
			err = mlv_give(slicing->giving);
	}
	return err;
}

static inline bool is_tied(const struct slicing *slicing, size_t row)
{
	return slicing->sorted ? mlv_sorted_tied(slicing->sorted, MLV_FIELD_FOLD, row)
			       : slicing->tied && slicing->tied[row];
}

static mlv_err give_rows(const struct slicing *slicing, size_t rows)
{
	mlv_err err = NULL;

	for (size_t at = 0, end, tie; at < rows && !err; at = tie) {
		for (end = at + 1; end < rows && !is_tied(slicing, end);)
			end++;
		end -= end < rows; /* the row before one that is tied to it is so, too */
		for (tie = end; tie < rows && (tie == end || is_tied(slicing, tie));)
			tie++;
		if (!(err = give_ordered(slicing, at, end - at)) && tie > end)
			err = give_tied(slicing, end, tie - end);
	}
	return err;
}

mlv_err mlv_cases_each_slice(const struct mlv_cases *cases, const struct mlv_dim *dim,
			     const uint32_t *by_id, const uint8_t *tied, mlv_record_sink sink, void *arg)
{
	struct mlv_giving giving = { sink, arg, MLV_BUF_INIT };
	size_t codes = mlv_dim_codes(dim);
	MLV_SCOPED(mlv_mem_free) uint32_t *rank = mlv_sys_alloc_array(codes + 1, sizeof(*rank));
	MLV_SCOPED(mlv_mem_free) uint32_t *few = mlv_sys_alloc_array(codes + 1, sizeof(*few));
	MLV_SCOPED(mlv_mem_free) uint64_t *count = mlv_sys_alloc_array(codes + 1, sizeof(*count));
	struct slicing slicing = {
		.giving = &giving, .sorted = !cases->id && cases->sorted.keys ? &cases->sorted : NULL,
		.field = MLV_FIELD_DIM + (size_t)(dim - cases->dims),
		.order = cases->id ? by_id : cases->order, .tied = tied,
		.code = dim->code, .rank = rank, .codes = codes, .count = count, .few = few,
		.bytes = mlv_give_width(codes),
	};
	mlv_err err = rank && few && count ? NULL : mlv_error_nomem("slices");

	if (!err && !(err = give_names(dim, &giving, cases->rows.count, rank)) &&
	    !(err = give_rows(&slicing, cases->rows.count)))
		err = mlv_give(&giving);
	mlv_buf_release(&giving.batch);
	return err;
}
