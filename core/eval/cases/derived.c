/* Dimensions by expressions: a column is made of others, and divides the rows as if it had been read. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/eval/cases/parts.h"

struct deriving {
	struct mlv_expr *expr;
	const struct mlv_dim_input *inputs;
	size_t count, rows;
	const struct mlv_expr_files *files;
	struct mlv_expr_value *values; /* of the inputs */
	struct mlv_column made;
	bool numbers; /* what it makes */
};

static void deriving_release(struct deriving *deriving)
{
	free(deriving->values);
	free(deriving->made.number);
	free(deriving->made.code);
	mlv_words_release(&deriving->made.words);
}

static void take_input(const struct mlv_dim_input *input, size_t at, struct mlv_expr_value *value)
{
	const struct mlv_column *column = input->column;

	*value = (struct mlv_expr_value){ 0 };
	if (column->number) {
		value->number = column->number[at];
		value->null = isnan(value->number);
		return;
	}
	value->text = mlv_words_at(&column->words, column->code[at]);
	value->len = strlen(value->text);
	value->null = !value->len;
}

static mlv_err put(struct deriving *deriving, size_t to, const struct mlv_expr_value *value)
{
	enum mlv_expr_type type = mlv_expr_type(deriving->expr);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf number = MLV_BUF_INIT;
	struct mlv_column *made = &deriving->made;
	mlv_err err;

	if (deriving->numbers) {
		made->number[to] = value->null ? (double)NAN : value->number;
		return NULL;
	}
	if (value->null)
		return mlv_words_add(&made->words, "", 0, &made->code[to]);
	if (type == MLV_EXPR_TEXT)
		return mlv_words_add(&made->words, value->text, value->len, &made->code[to]);
	if ((err = type == MLV_EXPR_TRUTH
			   ? mlv_buf_add_str(&number, value->number > 0 ? "true" : "false")
			   : mlv_number_add(&number, value->number)))
		return err;
	return mlv_words_add(&made->words, number.ptr, number.len, &made->code[to]);
}

static mlv_err derive_row(struct deriving *deriving, size_t row)
{
	struct mlv_expr_value value;
	mlv_err err;

	for (size_t i = 0; i < deriving->count; i++)
		take_input(&deriving->inputs[i],
			   deriving->inputs[i].place ? deriving->inputs[i].place[row] : row,
			   &deriving->values[i]);
	if ((err = mlv_expr_run(deriving->expr, deriving->values, deriving->files, &value)))
		return err;
	return put(deriving, row, &value);
}

/* Of one column of texts: once for each text, however many rows have it. */
static mlv_err derive_words(struct deriving *deriving)
{
	const struct mlv_dim_input *input = &deriving->inputs[0];
	MLV_SCOPED(mlv_mem_free) uint32_t *first =
		mlv_sys_alloc_array(input->column->words.count + 1, sizeof(*first));
	mlv_err err = first ? NULL : mlv_error_nomem("an expression");

	for (size_t r = 0; r < deriving->rows && !err; r++) {
		uint32_t code = input->column->code[input->place ? input->place[r] : r];

		if (!first[code]) {
			first[code] = (uint32_t)r + 1;
			err = derive_row(deriving, r);
		} else if (deriving->numbers) {
			deriving->made.number[r] = deriving->made.number[first[code] - 1];
		} else {
			deriving->made.code[r] = deriving->made.code[first[code] - 1];
		}
	}
	return err;
}

static mlv_err derive(struct deriving *deriving)
{
	size_t room = deriving->rows + 1;
	mlv_err err = NULL;

	deriving->values = mlv_sys_alloc_array(deriving->count + 1, sizeof(*deriving->values));
	if (deriving->numbers)
		deriving->made.number = mlv_sys_alloc_array(room, sizeof(*deriving->made.number));
	else
		deriving->made.code = mlv_sys_alloc_array(room, sizeof(*deriving->made.code));
	if (!deriving->values || (!deriving->made.number && !deriving->made.code))
		return mlv_error_nomem("an expression");
	if (deriving->count == 1 && deriving->inputs[0].column->code)
		return derive_words(deriving);
	for (size_t r = 0; r < deriving->rows && !err; r++)
		err = derive_row(deriving, r);
	return err;
}

mlv_err mlv_dim_by_rule(struct mlv_dim *dim, struct mlv_column *made, size_t rows)
{
	bool some = false;

	for (size_t r = 0; r < rows; r++) {
		bool in = strcmp(mlv_words_at(&made->words, made->code[r]), "true") == 0;

		some |= in;
		made->code[r] = !in;
	}
	dim->code = MLV_TAKE(made->code);
	return some ? mlv_dim_add_name(dim, dim->def->name) : NULL;
}

mlv_err mlv_dim_derive(const struct mlv_slice_def *def, const struct mlv_dim_input *inputs,
		       size_t rows, const struct mlv_expr_files *files, struct mlv_column *made)
{
	MLV_SCOPED(deriving_release) struct deriving deriving = {
		.expr = def->expr, .inputs = inputs, .rows = rows, .files = files,
		.numbers = def->edge_count || def->quantiles,
	};
	const struct mlv_expr_column *columns;
	mlv_err err;

	deriving.made.words.bytes = (struct mlv_buf)MLV_BUF_INIT;
	deriving.count = mlv_expr_columns(def->expr, &columns);
	if ((err = derive(&deriving)))
		return mlv_error_wrap(err, "mlv.yaml:%u: the slice '%s'", def->line, def->name);
	*made = deriving.made;
	deriving.made = (struct mlv_column){ .words = { .bytes = MLV_BUF_INIT } };
	return NULL;
}
