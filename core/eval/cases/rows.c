/* The rows of an evaluation in an order of their own, and what is digested of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/eval/cases/parts.h"
#include "core/eval/order.h"
#include "core/eval/record.h"

#define PART  ((size_t)1 << 16) /* rows that a thread looks at, at once */
#define STEP  ((size_t)1 << 13) /* rows whose values it is given at once */

/* One of the columns that numbers depend on. */
struct column {
	const char *name;
	struct mlv_key key;
	const struct mlv_strs *names;  /* what codes stand for: these, */
	const struct mlv_words *words; /* or these */
};

struct columns {
	struct column at[MLV_ROLES];
	size_t count;
};

static void add_number(struct columns *columns, const char *name, const double *number)
{
	if (number)
		columns->at[columns->count++] = (struct column){ name, { .number = number }, NULL,
								 NULL };
}

static void add_class(struct columns *columns, const char *name, const uint32_t *code,
		      const struct mlv_strs *classes)
{
	if (code)
		columns->at[columns->count++] = (struct column){
			name, { .code = code, .codes = classes->count }, classes, NULL,
		};
}

static void list_columns(const struct mlv_cases *cases, struct columns *columns)
{
	add_number(columns, "score", cases->score);
	add_number(columns, "label", cases->y);
	add_class(columns, "label", cases->truth, &cases->classes);
	add_number(columns, "pred", cases->predicted);
	if (cases->spec->column[MLV_ROLE_PRED]) /* else it is what the score says */
		add_class(columns, "pred", cases->guess, &cases->classes);
	add_number(columns, "weight", cases->weight);
	if (cases->fold)
		columns->at[columns->count++] = (struct column){
			"fold", { .code = cases->fold, .codes = cases->folds.count }, NULL,
			&cases->folds,
		};
}

mlv_err mlv_cases_sort(struct mlv_ctx *ctx, struct mlv_cases *cases)
{
	struct columns columns = { .count = 0 };
	struct mlv_key keys[MLV_ROLES];

	list_columns(cases, &columns);
	if (!columns.count) /* only slices are asked for */
		return NULL;
	for (size_t c = 0; c < columns.count; c++)
		keys[c] = columns.at[c].key;
	return mlv_order_rows(ctx, keys, columns.count, cases->rows.count, &cases->order);
}

/* ---- what is digested */

mlv_err mlv_give(struct mlv_giving *giving)
{
	mlv_err err = giving->sink(giving->arg, giving->batch.ptr, giving->batch.len);

	mlv_buf_clear(&giving->batch);
	return err;
}

mlv_err mlv_give_text(struct mlv_giving *giving, const char *text, char end)
{
	mlv_err err;

	if ((err = mlv_buf_add_str(&giving->batch, text)) ||
	    (err = mlv_buf_add_char(&giving->batch, end)))
		return err;
	return giving->batch.len < MLV_GIVE_BATCH ? NULL : mlv_give(giving);
}

static mlv_err give_head(struct mlv_giving *giving, const struct column *column)
{
	char count[24];
	size_t names = column->words ? column->words->count : column->names ? column->names->count : 0;
	mlv_err err;

	snprintf(count, sizeof(count), "%zu", names);
	if ((err = mlv_give_text(giving, column->name, '\0')) ||
	    (err = mlv_give_text(giving, column->key.number ? "number" : count, '\0')))
		return err;
	for (size_t i = 0; i < names && !err; i++)
		err = mlv_give_text(giving, column->words ? mlv_words_at(column->words, (uint32_t)i)
						      : column->names->at[i], '\0');
	return err;
}

static void put_numbers(const double *number, const uint32_t *order, size_t rows, char *to)
{
	for (size_t i = 0; i < rows; i++) {
		double value = number[MLV_ORDER_ROW(order[i])] + 0.0; /* -0 is 0 */
		uint64_t bits;

		memcpy(&bits, &value, sizeof(bits));
		mlv_give_low(to + i * sizeof(bits), bits, sizeof(bits));
	}
}

static void put_codes(const uint32_t *code, size_t bytes, const uint32_t *order, size_t rows, char *to)
{
	for (size_t i = 0; i < rows; i++)
		mlv_give_low(to + i * bytes, code[MLV_ORDER_ROW(order[i])], bytes);
}

static mlv_err give_column(struct mlv_giving *giving, const struct mlv_cases *cases,
			   const struct column *column)
{
	const struct mlv_key *key = &column->key;
	size_t bytes = key->number ? sizeof(double) : mlv_give_width(key->codes);
	mlv_err err = give_head(giving, column);

	for (size_t at = 0, step; at < cases->rows.count && !err; at += step) {
		char *to;

		step = cases->rows.count - at < STEP ? cases->rows.count - at : STEP;
		if ((err = mlv_buf_reserve(&giving->batch, step * bytes)))
			return err;
		to = giving->batch.ptr + giving->batch.len;
		if (key->number)
			put_numbers(key->number, cases->order + at, step, to);
		else
			put_codes(key->code, bytes, cases->order + at, step, to);
		mlv_buf_advance(&giving->batch, step * bytes);
		err = mlv_give(giving);
	}
	return err;
}

mlv_err mlv_cases_each_row(const struct mlv_cases *cases, mlv_record_sink sink, void *arg)
{
	struct mlv_giving giving = { sink, arg, MLV_BUF_INIT };
	struct columns columns = { .count = 0 };
	mlv_err err;

	list_columns(cases, &columns);
	err = mlv_buf_printf(&giving.batch, "mlv rows 1 %zu %zu\n", cases->rows.count, columns.count);
	for (size_t c = 0; c < columns.count && !err; c++)
		err = give_column(&giving, cases, &columns.at[c]);
	if (!err)
		err = mlv_give(&giving);
	mlv_buf_release(&giving.batch);
	return err;
}

/* Whether a row is that before it in all columns. */
static bool is_tied(const struct columns *columns, uint32_t before, uint32_t row)
{
	for (size_t c = 0; c < columns->count; c++) {
		const struct mlv_key *key = &columns->at[c].key;

		if (key->number ? key->number[before] < key->number[row] ||
					  key->number[before] > key->number[row]
				: key->code[before] != key->code[row])
			return false;
	}
	return true;
}

struct tying {
	const struct mlv_cases *cases;
	struct columns columns;
	uint8_t *tied;
};

static mlv_err tie_part(void *arg, size_t index, unsigned worker)
{
	struct tying *tying = arg;
	const uint32_t *order = tying->cases->order;
	size_t begin = index * PART, end = begin + PART;

	(void)worker;
	end = end < tying->cases->rows.count ? end : tying->cases->rows.count;
	for (size_t i = begin ? begin : 1; i < end; i++)
		tying->tied[i] = !(order[i] & MLV_ORDER_STEP) &&
				 is_tied(&tying->columns, MLV_ORDER_ROW(order[i - 1]),
					 MLV_ORDER_ROW(order[i]));
	return NULL;
}

mlv_err mlv_cases_ties(struct mlv_ctx *ctx, const struct mlv_cases *cases, uint8_t **out)
{
	size_t rows = cases->rows.count;
	MLV_SCOPED(mlv_mem_free) uint8_t *tied = mlv_sys_alloc_array(rows + 1, sizeof(*tied));
	struct tying tying = { .cases = cases, .tied = tied };
	mlv_err err;

	if (!tied)
		return mlv_error_nomem("the order of rows");
	list_columns(cases, &tying.columns);
	if ((err = mlv_pool_run(ctx, ctx->jobs, (rows + PART - 1) / PART, tie_part, &tying)))
		return err;
	*out = MLV_TAKE(tied);
	return NULL;
}

mlv_err mlv_cases_by_id(struct mlv_ctx *ctx, const struct mlv_cases *cases, uint32_t **order)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *rank = NULL;
	struct mlv_key keys[2] = { { 0 } };
	size_t count = 1;
	mlv_err err;

	if (!cases->id) {
		keys[0] = (struct mlv_key){ cases->y, cases->truth, NULL, cases->classes.count };
		return mlv_order_rows(ctx, keys, 1, cases->rows.count, order);
	}
	if ((err = mlv_words_rank(&cases->ids, &rank)))
		return err;
	keys[0] = (struct mlv_key){ .code = cases->id, .rank = rank, .codes = cases->ids.count };
	if (cases->fold)
		keys[count++] = (struct mlv_key){ .code = cases->fold, .codes = cases->folds.count };
	return mlv_order_rows(ctx, keys, count, cases->rows.count, order);
}

static mlv_err give_label(struct mlv_giving *giving, const struct mlv_cases *cases, uint32_t row)
{
	mlv_err err;

	if (!cases->y)
		return mlv_give_text(giving, cases->classes.at[cases->truth[row]], '\n');
	err = mlv_number_add(&giving->batch, cases->y[row] + 0.0);
	return err ? err : mlv_give_text(giving, "", '\n');
}

static mlv_err give_id(struct mlv_giving *giving, const struct mlv_cases *cases, uint32_t row)
{
	return mlv_give_text(giving, mlv_words_at(&cases->ids, cases->id[row]), '\n');
}

static mlv_err each_line(const struct mlv_cases *cases, const uint32_t *by_id,
			 mlv_err (*give_line)(struct mlv_giving *giving, const struct mlv_cases *cases,
					      uint32_t row),
			 mlv_record_sink sink, void *arg)
{
	struct mlv_giving giving = { sink, arg, MLV_BUF_INIT };
	mlv_err err = NULL;

	for (size_t i = 0; i < cases->rows.count && !err; i++)
		err = give_line(&giving, cases, MLV_ORDER_ROW(by_id[i]));
	if (!err)
		err = mlv_give(&giving);
	mlv_buf_release(&giving.batch);
	return err;
}

mlv_err mlv_cases_each_id(const struct mlv_cases *cases, const uint32_t *by_id, mlv_record_sink sink,
			  void *arg)
{
	return each_line(cases, by_id, give_id, sink, arg);
}

mlv_err mlv_cases_each_label(const struct mlv_cases *cases, const uint32_t *by_id,
			     mlv_record_sink sink, void *arg)
{
	return each_line(cases, by_id, give_label, sink, arg);
}
