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
#define SOME  ((size_t)512)     /* of them whose codes are looked at together, or lines of one class given */
#define CELLS_MAX 4096 /* slices by folds, of 11 KiB each, in which rows are counted as they come */

/* One of the columns that numbers depend on. */
struct column {
	const char *name;
	struct mlv_key key;
	size_t field;                  /* where sorted rows have it, if it is no number */
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
		columns->at[columns->count++] = (struct column){ .name = name, .key = { .number = number } };
}

static void add_class(struct columns *columns, const char *name, const uint32_t *code, size_t field,
		      const struct mlv_strs *classes)
{
	if (code)
		columns->at[columns->count++] = (struct column){
			name, { .code = code, .codes = classes->count }, field, classes, NULL,
		};
}

static void list_columns(const struct mlv_cases *cases, struct columns *columns)
{
	add_number(columns, "score", cases->score);
	add_number(columns, "label", cases->y);
	add_class(columns, "label", cases->truth, MLV_FIELD_LABEL, &cases->classes);
	add_number(columns, "pred", cases->predicted);
	if (cases->spec->column[MLV_ROLE_PRED]) /* else it is what the score says */
		add_class(columns, "pred", cases->guess, MLV_FIELD_GUESS, &cases->classes);
	add_number(columns, "weight", cases->weight);
	if (cases->fold)
		columns->at[columns->count++] = (struct column){
			"fold", { .code = cases->fold, .codes = cases->folds.count }, MLV_FIELD_FOLD, NULL,
			&cases->folds,
		};
	if (cases->group) /* which rows belong together, whatever they are called */
		columns->at[columns->count++] = (struct column){
			.name = "group", .key = { .code = cases->group, .codes = cases->groups },
		};
}

/* Whether rows can be counted slice by slice as they come in their order. */
static bool are_counted(const struct mlv_cases *cases)
{
	const struct mlv_eval_spec *spec = cases->spec;
	size_t count = 1;

	if (spec->task != MLV_TASK_BINARY || cases->weight || cases->group || !cases->truth || !cases->guess)
		return false;
	for (size_t m = 0; m < spec->metric_count; m++)
		if (strcmp(spec->metrics[m].measure->name, "ap") == 0)
			return false;
	for (size_t d = 0; d < cases->dim_count; d++)
		count += cases->dims[d].def->hidden ? 0 : mlv_dim_codes(&cases->dims[d]);
	return count * (cases->folds.count ? cases->folds.count : 1) <= CELLS_MAX;
}

static mlv_err sort_with_codes(struct mlv_ctx *ctx, struct mlv_cases *cases)
{
	size_t count = MLV_FIELD_DIM + cases->dim_count, classes = cases->classes.count;
	MLV_SCOPED(mlv_mem_free) struct mlv_field *fields = mlv_sys_alloc_array(count, sizeof(*fields));

	if (!fields)
		return mlv_error_nomem("the order of rows");
	fields[MLV_FIELD_LABEL] = (struct mlv_field){ .code = cases->truth, .codes = classes };
	fields[MLV_FIELD_GUESS] = (struct mlv_field){ .code = cases->guess, .codes = classes };
	fields[MLV_FIELD_FOLD] = (struct mlv_field){ .code = cases->fold, .codes = cases->folds.count };
	for (size_t d = 0; d < cases->dim_count; d++)
		fields[MLV_FIELD_DIM + d] = (struct mlv_field){ .code = cases->dims[d].code,
								.codes = mlv_dim_codes(&cases->dims[d]) };
	return mlv_sorted_make(ctx, cases->score, fields, count, cases->rows.count, &cases->sorted);
}

mlv_err mlv_cases_sort(struct mlv_ctx *ctx, struct mlv_cases *cases)
{
	struct columns columns = { .count = 0 };
	struct mlv_key keys[MLV_ROLES];

	if (are_counted(cases))
		return sort_with_codes(ctx, cases);
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

	snprintf(count, sizeof(count), "%zu", names ? names : column->key.codes);
	if ((err = mlv_give_text(giving, column->name, '\0')) ||
	    (err = mlv_give_text(giving, column->key.number ? "number" : count, '\0')))
		return err;
	for (size_t i = 0; i < names && !err; i++)
		err = mlv_give_text(giving, column->words ? mlv_words_at(column->words, (uint32_t)i)
						      : column->names->at[i], '\0');
	return err;
}

/* Of rows that stand from begin on in their order. */
static void put_numbers(const struct mlv_cases *cases, const double *number, size_t begin, size_t rows,
			char *to)
{
	const uint64_t *keys = cases->sorted.keys;

	for (size_t i = 0; i < rows; i++) {
		double value = keys ? mlv_sorted_number(keys[begin + i])
				    : number[MLV_ORDER_ROW(cases->order[begin + i])] + 0.0; /* -0 is 0 */
		uint64_t bits;

		memcpy(&bits, &value, sizeof(bits));
		mlv_give_low(to + i * sizeof(bits), bits, sizeof(bits));
	}
}

static void put_codes(const struct mlv_cases *cases, const struct column *column, size_t bytes, size_t begin,
		      size_t rows, char *to)
{
	const struct mlv_sorted *sorted = &cases->sorted;
	uint32_t codes[SOME];

	for (size_t at = 0, some; at < rows; at += some) {
		some = rows - at < SOME ? rows - at : SOME;
		if (sorted->keys)
			mlv_sorted_codes(sorted, column->field, begin + at, some, codes);
		for (size_t i = 0; !sorted->keys && i < some; i++)
			codes[i] = column->key.code[MLV_ORDER_ROW(cases->order[begin + at + i])];
		mlv_give_codes(to + at * bytes, codes, some, bytes);
	}
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
			put_numbers(cases, key->number, at, step, to);
		else
			put_codes(cases, column, bytes, at, step, to);
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
	MLV_SCOPED(mlv_mem_free) uint8_t *tied = NULL;
	struct tying tying = { .cases = cases };
	mlv_err err;

	if (cases->id || cases->sorted.keys)
		return NULL;
	if (!(tying.tied = tied = mlv_sys_alloc_array(rows + 1, sizeof(*tied))))
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
		keys[0].number = cases->y;
		return cases->y ? mlv_order_rows(ctx, keys, 1, cases->rows.count, order) : NULL;
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

/* The line of a class, for each of its rows. */
static mlv_err give_class(struct mlv_giving *giving, const char *class, size_t rows)
{
	struct mlv_buf *batch = &giving->batch;
	size_t many = rows < SOME ? rows : SOME;
	mlv_err err = NULL;

	if (!rows)
		return NULL;
	for (size_t i = 0; i < many && !err; i++)
		if (!(err = mlv_buf_add_str(batch, class)))
			err = mlv_buf_add_char(batch, '\n');
	for (; rows > many && !err; rows -= many)
		err = giving->sink(giving->arg, batch->ptr, batch->len);
	if (err)
		return err;
	mlv_buf_truncate(batch, batch->len / many * rows); /* lines are equally long */
	return mlv_give(giving);
}

/* Classes as they are sorted, which is what they are digested by where there are no ids. */
static mlv_err each_class(const struct mlv_cases *cases, mlv_record_sink sink, void *arg)
{
	MLV_SCOPED(mlv_mem_free) size_t *count =
		mlv_sys_alloc_array(cases->classes.count + 1, sizeof(*count));
	struct mlv_giving giving = { sink, arg, MLV_BUF_INIT };
	mlv_err err = count ? NULL : mlv_error_nomem("labels");

	for (size_t r = 0; !err && r < cases->rows.count; r++)
		count[cases->truth[r]]++;
	for (size_t c = 0; !err && c < cases->classes.count; c++)
		err = give_class(&giving, cases->classes.at[c], count[c]);
	mlv_buf_release(&giving.batch);
	return err;
}

mlv_err mlv_cases_each_label(const struct mlv_cases *cases, const uint32_t *by_id,
			     mlv_record_sink sink, void *arg)
{
	if (!by_id)
		return each_class(cases, sink, arg);
	return each_line(cases, by_id, give_label, sink, arg);
}
