/* The table that Aequitas reads. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/fairness_spec.h"

#define WHOLE_MAX 10 /* whole numbers that are groups as they are */

enum { SCORE, LABEL, ID, MODEL, FIXED };

void mlv_aequitas_release(struct mlv_aequitas *table)
{
	for (size_t a = 0; a < table->count; a++) {
		free(table->attributes[a].name);
		free(table->attributes[a].code);
		mlv_strs_release(&table->attributes[a].values);
	}
	free(table->attributes);
	free(table->truth);
	free(table->score);
	free(table->order);
	free(table->model);
	*table = (struct mlv_aequitas){ 0 };
}

static bool is_attribute(const struct mlv_aequitas_config *config, const char *name)
{
	static const char *const reserved[] = { "score", "label_value", "id", "model_id", "entity_id",
						"rank_abs", "rank_pct" };

	for (size_t i = 0; i < MLV_COUNT(reserved); i++)
		if (strcmp(reserved[i], name) == 0)
			return false;
	return !config->attributes.count || mlv_strs_has(&config->attributes, name);
}

/* ---- attributes */

static int by_name(const void *a, const void *b)
{
	char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static int by_size(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* The values sorted, and each row's number among them. */
static mlv_err code_texts(const struct mlv_column *column, size_t rows,
			  struct mlv_aequitas_attribute *attribute)
{
	MLV_SCOPED(mlv_words_release) struct mlv_words places = { .bytes = MLV_BUF_INIT };
	MLV_SCOPED(mlv_mem_free)
	uint32_t *place = mlv_sys_alloc_array(column->words.count + 1, sizeof(*place));
	mlv_err err = NULL;
	uint32_t code = 0;

	if (!place)
		return mlv_error_nomem("groups");
	for (uint32_t c = 0; c < column->words.count && !err; c++)
		err = mlv_strs_add(&attribute->values, mlv_words_at(&column->words, c));
	if (err)
		return err;
	if (attribute->values.count)
		qsort(attribute->values.at, attribute->values.count, sizeof(char *), by_name);
	for (size_t v = 0; v < attribute->values.count && !err; v++)
		err = mlv_words_add(&places, attribute->values.at[v], strlen(attribute->values.at[v]), &code);
	for (uint32_t c = 0; c < column->words.count; c++)
		if (!err && !mlv_words_find(&places, mlv_words_at(&column->words, c), &place[c]))
			place[c] = 0;
	for (size_t r = 0; r < rows && !err; r++)
		attribute->code[r] = place[column->code[r]];
	if (err || !attribute->values.count || attribute->values.at[0][0])
		return err;
	free(attribute->values.at[0]);
	attribute->values.at[0] = mlv_sys_strdup("__missing__");
	return attribute->values.at[0] ? NULL : mlv_error_nomem("groups");
}

/* Whether a column is of numbers that are to be cut; number gets them. */
static bool is_continuous(const struct mlv_column *column, double *number)
{
	bool whole = true;

	for (uint32_t c = 0; c < column->words.count; c++) {
		const char *text = mlv_words_at(&column->words, c);

		if (!mlv_number_parse(text, strlen(text), &number[c]) || !isfinite(number[c]))
			return false;
		whole = whole && number[c] >= floor(number[c]) && number[c] <= floor(number[c]);
	}
	return column->words.count && (!whole || column->words.count > WHOLE_MAX);
}

/* The quartiles by linear interpolation; edges that are equal are one. */
static size_t cut_quartiles(double *sorted, size_t rows, double edges[5])
{
	size_t count = 0;

	qsort(sorted, rows, sizeof(*sorted), by_size);
	for (size_t q = 0; q <= 4; q++) {
		double at = (double)(rows - 1) * (double)q / 4;
		size_t low = (size_t)at, high = low + 1 < rows ? low + 1 : low;
		double edge = sorted[low] + (sorted[high] - sorted[low]) * (at - (double)low);

		if (!count || edge > edges[count - 1])
			edges[count++] = edge;
	}
	return count;
}

/* Quartiles are (low, high], the first with its lower end. */
static mlv_err code_quartiles(const struct mlv_column *column, const double *number, size_t rows,
			      struct mlv_aequitas_attribute *attribute)
{
	MLV_SCOPED(mlv_mem_free) double *sorted = mlv_sys_alloc_array(rows + 1, sizeof(*sorted));
	double edges[5];
	char name[64];
	size_t count;
	mlv_err err = NULL;

	if (!sorted)
		return mlv_error_nomem("groups");
	for (size_t r = 0; r < rows; r++)
		sorted[r] = number[column->code[r]];
	count = cut_quartiles(sorted, rows, edges);
	for (size_t e = 0; e + 1 < count && !err; e++) {
		snprintf(name, sizeof(name), "%.2f-%.2f", edges[e], edges[e + 1]);
		err = mlv_strs_add(&attribute->values, name);
	}
	if (!err && count == 1) {
		snprintf(name, sizeof(name), "%.2f", edges[0]);
		err = mlv_strs_add(&attribute->values, name);
	}
	for (size_t r = 0; r < rows && !err; r++)
		for (size_t e = 1; e + 1 < count; e++)
			attribute->code[r] += number[column->code[r]] > edges[e];
	return err;
}

static mlv_err take_attribute(const char *name, const struct mlv_column *column, size_t rows,
			      struct mlv_aequitas_attribute *attribute)
{
	MLV_SCOPED(mlv_mem_free)
	double *number = mlv_sys_alloc_array(column->words.count + 1, sizeof(*number));

	attribute->name = mlv_sys_strdup(name);
	attribute->code = mlv_sys_alloc_array(rows + 1, sizeof(*attribute->code));
	if (!number || !attribute->name || !attribute->code)
		return mlv_error_nomem("groups");
	return is_continuous(column, number) ? code_quartiles(column, number, rows, attribute)
					     : code_texts(column, rows, attribute);
}

/* ---- rows */

struct scored {
	double score;
	const char *id;
	uint32_t row;
};

static int by_score(const void *a, const void *b)
{
	const struct scored *left = a, *right = b;
	int ids;

	if (left->score < right->score || left->score > right->score)
		return left->score > right->score ? -1 : 1;
	ids = left->id && right->id ? strcmp(left->id, right->id) : 0;
	if (ids)
		return ids;
	return left->row < right->row ? -1 : left->row > right->row;
}

static mlv_err sort_rows(struct mlv_aequitas *table, const struct mlv_column *id)
{
	MLV_SCOPED(mlv_mem_free) struct scored *all = mlv_sys_alloc_array(table->rows + 1, sizeof(*all));

	table->order = mlv_sys_alloc_array(table->rows + 1, sizeof(*table->order));
	if (!all || !table->order)
		return mlv_error_nomem("rows");
	for (size_t r = 0; r < table->rows; r++)
		all[r] = (struct scored){ table->score[r],
					  id ? mlv_words_at(&id->words, id->code[r]) : NULL, (uint32_t)r };
	qsort(all, table->rows, sizeof(*all), by_score);
	for (size_t r = 0; r < table->rows; r++)
		table->order[r] = all[r].row;
	return NULL;
}

static mlv_err take_rows(const char *name, const struct mlv_frame *frame, struct mlv_aequitas *table)
{
	const struct mlv_column *label = &frame->columns[LABEL], *model = &frame->columns[MODEL];

	table->rows = frame->rows;
	if (!frame->rows)
		return mlv_error(MLV_E_SPEC, "%s: no rows", name);
	if (!(table->truth = mlv_sys_alloc_array(frame->rows, sizeof(*table->truth))))
		return mlv_error_nomem("rows");
	for (size_t r = 0; r < frame->rows; r++) {
		double truth = label->number[r];

		if (fabs(truth) > 0 && fabs(truth - 1) > 0)
			return mlv_error(MLV_E_SPEC, "%s:%u: label_value must be 0 or 1", name,
					 mlv_frame_line(frame, r));
		table->truth[r] = truth > 0;
	}
	if (model->absent)
		return NULL;
	if (model->words.count > 1)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: model_id is of %zu models", name,
						model->words.count),
				      "give each model a table of its own");
	table->model = mlv_sys_strdup(mlv_words_at(&model->words, 0));
	return table->model ? NULL : mlv_error_nomem("rows");
}

static mlv_err take_all(const char *name, const struct mlv_want *wants, size_t count,
			struct mlv_frame *frame, struct mlv_aequitas *table)
{
	mlv_err err = take_rows(name, frame, table);

	if (err)
		return err;
	table->score = MLV_TAKE(frame->columns[SCORE].number);
	table->attributes = mlv_sys_alloc_array(count - FIXED + 1, sizeof(*table->attributes));
	if (!table->attributes)
		return mlv_error_nomem("groups");
	for (size_t c = FIXED; c < count && !err; c++)
		err = take_attribute(wants[c].name, &frame->columns[c], frame->rows,
				     &table->attributes[table->count++]);
	return err ? err : sort_rows(table, frame->columns[ID].absent ? NULL : &frame->columns[ID]);
}

mlv_err mlv_aequitas_read(struct mlv_ctx *ctx, const struct mlv_frame_source *source,
			  const struct mlv_strs *names, const struct mlv_aequitas_config *config,
			  struct mlv_aequitas *table)
{
	MLV_SCOPED(mlv_mem_free) struct mlv_want *wants =
		mlv_sys_alloc_array(FIXED + names->count, sizeof(*wants));
	MLV_SCOPED(mlv_aequitas_release) struct mlv_aequitas made = { 0 };
	MLV_SCOPED(mlv_frame_release) struct mlv_frame frame = { 0 };
	size_t count = FIXED;
	mlv_err err;

	if (!wants)
		return mlv_error_nomem("a table");
	wants[SCORE] = (struct mlv_want){ "score", true, MLV_COLUMN_PRESENT, false };
	wants[LABEL] = (struct mlv_want){ "label_value", true, MLV_COLUMN_PRESENT, false };
	wants[ID] = (struct mlv_want){ mlv_strs_has(names, "id") ? "id" : "entity_id", false, MLV_COLUMN_ANY,
				       true };
	wants[MODEL] = (struct mlv_want){ "model_id", false, MLV_COLUMN_ANY, true };
	for (size_t c = 0; c < names->count; c++)
		if (is_attribute(config, names->at[c]))
			wants[count++] = (struct mlv_want){ .name = names->at[c] };
	for (size_t a = 0; a < config->attributes.count; a++)
		if (!mlv_strs_has(names, config->attributes.at[a]))
			return mlv_error(MLV_E_SPEC, "%s: there is no column '%s'", source->name,
					 config->attributes.at[a]);
	if (count == FIXED)
		return mlv_error(MLV_E_SPEC, "%s: no column is an attribute", source->name);
	if ((err = mlv_frame_read(ctx, source, wants, count, &frame)) ||
	    (err = take_all(source->name, wants, count, &frame, &made)))
		return err;
	*table = made;
	made = (struct mlv_aequitas){ 0 };
	return NULL;
}

mlv_err mlv_aequitas_predict(const struct mlv_aequitas *table, const char *name,
			     const struct mlv_fair_threshold *threshold, uint32_t *guess)
{
	for (size_t i = 0; i < table->rows; i++) {
		uint32_t row = table->order[i];
		double score = table->score[row];

		if (!threshold && fabs(score) > 0 && fabs(score - 1) > 0)
			return mlv_error_hint(
				mlv_error(MLV_E_SPEC, "%s: scores are not only 0 and 1", name),
				"give 'score_thresholds' in a configuration, see mlv-fairness(1)");
		if (!threshold)
			guess[row] = score > 0;
		else if (threshold->cut == MLV_FAIR_CUT_SCORE)
			guess[row] = score >= threshold->value;
		else
			guess[row] =
				(double)i < threshold->value * (threshold->cut == MLV_FAIR_CUT_SHARE
									? (double)table->rows
									: 1);
	}
	return NULL;
}
