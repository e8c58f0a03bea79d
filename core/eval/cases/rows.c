/* The rows of an evaluation in an order of their own, and what is digested of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/cases/parts.h"
#include "core/eval/order.h"
#include "core/eval/record.h"

#define BATCH ((size_t)1 << 16) /* bytes that a sink is given at once */

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

mlv_err mlv_cases_sort(struct mlv_cases *cases)
{
	struct columns columns = { .count = 0 };
	struct mlv_key keys[MLV_ROLES];

	list_columns(cases, &columns);
	for (size_t c = 0; c < columns.count; c++)
		keys[c] = columns.at[c].key;
	return mlv_order_rows(keys, columns.count, cases->rows.count, &cases->order);
}

/* ---- what is digested */

/* Lines and values on their way to a sink, many at once. */
struct giving {
	mlv_record_sink sink;
	void *arg;
	struct mlv_buf batch;
};

static mlv_err give(struct giving *giving)
{
	mlv_err err = giving->sink(giving->arg, giving->batch.ptr, giving->batch.len);

	mlv_buf_clear(&giving->batch);
	return err;
}

static mlv_err give_text(struct giving *giving, const char *text, char end)
{
	mlv_err err;

	if ((err = mlv_buf_add_str(&giving->batch, text)) ||
	    (err = mlv_buf_add_char(&giving->batch, end)))
		return err;
	return giving->batch.len < BATCH ? NULL : give(giving);
}

/* An integer, its low byte first. */
static mlv_err give_bytes(struct giving *giving, uint64_t value, unsigned bytes)
{
	char low[8];

	for (unsigned b = 0; b < bytes; b++)
		low[b] = (char)(unsigned char)(value >> 8 * b);
	if (giving->batch.len >= BATCH) {
		mlv_err err = give(giving);

		if (err)
			return err;
	}
	return mlv_buf_add(&giving->batch, low, bytes);
}

static mlv_err give_head(struct giving *giving, const struct column *column)
{
	char count[24];
	size_t names = column->words ? column->words->count : column->names ? column->names->count : 0;
	mlv_err err;

	snprintf(count, sizeof(count), "%zu", names);
	if ((err = give_text(giving, column->name, '\0')) ||
	    (err = give_text(giving, column->key.number ? "number" : count, '\0')))
		return err;
	for (size_t i = 0; i < names && !err; i++)
		err = give_text(giving, column->words ? mlv_words_at(column->words, (uint32_t)i)
						      : column->names->at[i], '\0');
	return err;
}

static mlv_err give_column(struct giving *giving, const struct mlv_cases *cases,
			   const struct column *column)
{
	const struct mlv_key *key = &column->key;
	unsigned bytes = key->codes <= 256 ? 1 : key->codes <= 65536 ? 2 : 4;
	mlv_err err = give_head(giving, column);

	for (size_t i = 0; i < cases->rows.count && !err; i++) {
		uint32_t row = cases->order[i];
		uint64_t bits;

		if (key->number) {
			double number = key->number[row] + 0.0; /* -0 is 0 */

			memcpy(&bits, &number, sizeof(bits));
			err = give_bytes(giving, bits, sizeof(bits));
		} else {
			err = give_bytes(giving, key->code[row], bytes);
		}
	}
	return err;
}

mlv_err mlv_cases_each_row(const struct mlv_cases *cases, mlv_record_sink sink, void *arg)
{
	struct giving giving = { sink, arg, MLV_BUF_INIT };
	struct columns columns = { .count = 0 };
	mlv_err err;

	list_columns(cases, &columns);
	err = mlv_buf_printf(&giving.batch, "mlv rows 1 %zu %zu\n", cases->rows.count, columns.count);
	for (size_t c = 0; c < columns.count && !err; c++)
		err = give_column(&giving, cases, &columns.at[c]);
	if (!err)
		err = give(&giving);
	mlv_buf_release(&giving.batch);
	return err;
}

/* By ids, and where these stand for several rows by folds; without ids by labels. */
static mlv_err sort_by_id(const struct mlv_cases *cases, uint32_t **order)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *rank = NULL;
	struct mlv_key keys[2] = { { 0 } };
	size_t count = 1;
	mlv_err err;

	if (!cases->id) {
		keys[0] = (struct mlv_key){ cases->y, cases->truth, NULL, cases->classes.count };
		return mlv_order_rows(keys, 1, cases->rows.count, order);
	}
	if ((err = mlv_words_rank(&cases->ids, &rank)))
		return err;
	keys[0] = (struct mlv_key){ .code = cases->id, .rank = rank, .codes = cases->ids.count };
	if (cases->fold)
		keys[count++] = (struct mlv_key){ .code = cases->fold, .codes = cases->folds.count };
	return mlv_order_rows(keys, count, cases->rows.count, order);
}

static mlv_err give_label(struct giving *giving, const struct mlv_cases *cases, uint32_t row)
{
	mlv_err err;

	if (!cases->y)
		return give_text(giving, cases->classes.at[cases->truth[row]], '\n');
	err = mlv_number_add(&giving->batch, cases->y[row] + 0.0);
	return err ? err : give_text(giving, "", '\n');
}

static mlv_err each_line(const struct mlv_cases *cases, bool labels, mlv_record_sink sink, void *arg)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *order = NULL;
	struct giving giving = { sink, arg, MLV_BUF_INIT };
	mlv_err err = sort_by_id(cases, &order);

	for (size_t i = 0; i < cases->rows.count && !err; i++)
		err = labels ? give_label(&giving, cases, order[i])
			     : give_text(&giving, mlv_words_at(&cases->ids, cases->id[order[i]]), '\n');
	if (!err)
		err = give(&giving);
	mlv_buf_release(&giving.batch);
	return err;
}

mlv_err mlv_cases_each_id(const struct mlv_cases *cases, mlv_record_sink sink, void *arg)
{
	return each_line(cases, false, sink, arg);
}

mlv_err mlv_cases_each_label(const struct mlv_cases *cases, mlv_record_sink sink, void *arg)
{
	return each_line(cases, true, sink, arg);
}
