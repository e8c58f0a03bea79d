/* The table of a cross-validation, its folds, and both as text. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/csv.h"
#include "core/base/sys.h"
#include "core/eval/cv.h"

#define BATCH ((size_t)1 << 16) /* bytes that a sink is given at once */

void mlv_cv_release(struct mlv_cv *cv)
{
	mlv_cv_spec_release(&cv->spec);
	mlv_strs_release(&cv->names);
	mlv_frame_release(&cv->frame);
	mlv_folds_release(&cv->folds);
}

mlv_err mlv_cv_read(struct mlv_ctx *ctx, const struct mlv_frame_source *source, struct mlv_cv *cv)
{
	MLV_SCOPED(mlv_mem_free) struct mlv_want *wants =
		mlv_sys_alloc_array(cv->names.count + 1, sizeof(*wants));

	if (!wants)
		return mlv_error_nomem("a table");
	for (size_t c = 0; c < cv->names.count; c++)
		wants[c] = (struct mlv_want){ .name = cv->names.at[c], .optional = true };
	for (size_t r = 0; r < MLV_CV_ROLES; r++) {
		size_t c = 0;

		cv->column[r] = MLV_CV_NONE;
		if (!cv->spec.column[r])
			continue;
		while (c < cv->names.count && strcmp(cv->names.at[c], cv->spec.column[r]) != 0)
			c++;
		if (c == cv->names.count)
			return mlv_error(MLV_E_SPEC, "mlv.yaml:%u: there is no column '%s' in %s",
					 cv->spec.line, cv->spec.column[r], cv->spec.data);
		cv->column[r] = c;
		wants[c].optional = false;
		if (r != MLV_CV_FOLD)
			wants[c].rule = MLV_COLUMN_PRESENT;
	}
	return mlv_frame_read(ctx, source, wants, cv->names.count, &cv->frame);
}

/* ---- ranks */

struct ranked {
	const char *text;
	double number;
	uint32_t code;
};

static int by_number(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;

	return left->number < right->number ? -1 : left->number > right->number;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct ranked *)a)->text, ((const struct ranked *)b)->text);
}

mlv_err mlv_cv_rank(const struct mlv_words *words, uint32_t *rank, size_t *count)
{
	MLV_SCOPED(mlv_mem_free) struct ranked *all = mlv_sys_alloc_array(words->count + 1, sizeof(*all));
	bool numbers = true;

	if (!all)
		return mlv_error_nomem("folds");
	for (uint32_t c = 0; c < words->count; c++) {
		const char *text = mlv_words_at(words, c);

		all[c] = (struct ranked){ .text = text, .code = c };
		numbers = numbers && mlv_number_parse(text, strlen(text), &all[c].number) &&
			  !isnan(all[c].number);
	}
	qsort(all, words->count, sizeof(*all), numbers ? by_number : by_text);
	*count = 0;
	for (size_t i = 0; i < words->count; i++) {
		if (i && (numbers ? by_number(&all[i - 1], &all[i]) : 1) != 0)
			++*count;
		rank[all[i].code] = (uint32_t)*count;
	}
	*count += words->count > 0;
	return NULL;
}

/* The rank of each row's value in a column. */
static mlv_err rank_column(const struct mlv_cv *cv, enum mlv_cv_role role, uint32_t **out,
			   size_t *count)
{
	const struct mlv_column *column = &cv->frame.columns[cv->column[role]];
	MLV_SCOPED(mlv_mem_free) uint32_t *rank =
		mlv_sys_alloc_array(column->words.count + 1, sizeof(*rank));
	uint32_t *made = mlv_sys_alloc_array(cv->frame.rows + 1, sizeof(*made));
	mlv_err err;

	*out = made;
	if (!rank || !made)
		return mlv_error_nomem("folds");
	if ((err = mlv_cv_rank(&column->words, rank, count)))
		return err;
	for (size_t r = 0; r < cv->frame.rows; r++)
		made[r] = rank[column->code[r]];
	return NULL;
}

/* ---- splitting */

struct codes {
	uint32_t *label, *group, *fold, *time, *order;
	uint64_t *hash;
};

static void codes_release(struct codes *codes)
{
	free(codes->label);
	free(codes->group);
	free(codes->fold);
	free(codes->time);
	free(codes->order);
	free(codes->hash);
}

/* Rows by their time, those of one time as they stand. */
static mlv_err sort_by_time(const struct mlv_cv *cv, struct codes *codes)
{
	MLV_SCOPED(mlv_mem_free) size_t *begin = NULL;
	size_t times = 0, rows = cv->frame.rows;
	mlv_err err = rank_column(cv, MLV_CV_TIME, &codes->time, &times);

	if (err)
		return err;
	begin = mlv_sys_alloc_array(times + 1, sizeof(*begin));
	codes->order = mlv_sys_alloc_array(rows + 1, sizeof(*codes->order));
	if (!begin || !codes->order)
		return mlv_error_nomem("folds");
	for (size_t r = 0; r < rows; r++)
		begin[codes->time[r] + 1]++;
	for (size_t t = 1; t < times; t++)
		begin[t] += begin[t - 1];
	for (size_t r = 0; r < rows; r++)
		codes->order[begin[codes->time[r]]++] = (uint32_t)r;
	return NULL;
}

/* The numbers of folds that the table has; -1 and nothing are that of none. */
static mlv_err take_folds(const struct mlv_cv *cv, struct codes *codes, size_t *folds)
{
	const struct mlv_column *column = &cv->frame.columns[cv->column[MLV_CV_FOLD]];
	struct mlv_words used = { .bytes = MLV_BUF_INIT };
	MLV_SCOPED(mlv_mem_free) uint32_t *rank = NULL;
	mlv_err err = NULL;

	codes->fold = mlv_sys_alloc_array(cv->frame.rows + 1, sizeof(*codes->fold));
	rank = mlv_sys_alloc_array(column->words.count + 1, sizeof(*rank));
	if (!codes->fold || !rank)
		return mlv_error_nomem("folds");
	for (size_t r = 0; r < cv->frame.rows && !err; r++) {
		const char *text = mlv_words_at(&column->words, column->code[r]);

		codes->fold[r] = MLV_FOLD_NEVER;
		if (text[0] && strcmp(text, "-1") != 0 && strcmp(text, "-1.0") != 0)
			err = mlv_words_add(&used, text, strlen(text), &codes->fold[r]);
	}
	if (!err && !(err = mlv_cv_rank(&used, rank, folds)))
		for (size_t r = 0; r < cv->frame.rows; r++)
			if (codes->fold[r] != MLV_FOLD_NEVER)
				codes->fold[r] = rank[codes->fold[r]];
	mlv_words_release(&used);
	return err;
}

static mlv_err take_hashes(const struct mlv_cv *cv, const uint64_t *hash, struct codes *codes)
{
	const struct mlv_column *column = &cv->frame.columns[cv->column[MLV_CV_ID]];

	codes->hash = mlv_sys_alloc_array(cv->frame.rows + 1, sizeof(*codes->hash));
	if (!codes->hash)
		return mlv_error_nomem("folds");
	for (size_t r = 0; r < cv->frame.rows; r++)
		codes->hash[r] = hash[column->code[r]];
	return NULL;
}

mlv_err mlv_cv_split(struct mlv_cv *cv, const uint64_t *hash)
{
	MLV_SCOPED(codes_release) struct codes codes = { 0 };
	struct mlv_folds_rows rows = { .count = cv->frame.rows };
	unsigned needs = mlv_folds_scheme_needs(cv->spec.plan.scheme);
	bool ordered = cv->spec.plan.scheme == MLV_FOLDS_TIME && cv->column[MLV_CV_TIME] != MLV_CV_NONE;
	mlv_err err;

	if (((needs & MLV_FOLDS_LABEL) &&
	     (err = rank_column(cv, MLV_CV_LABEL, &codes.label, &rows.labels))) ||
	    ((needs & MLV_FOLDS_GROUPS) &&
	     (err = rank_column(cv, MLV_CV_GROUP, &codes.group, &rows.groups))) ||
	    ((needs & MLV_FOLDS_FOLD) && (err = take_folds(cv, &codes, &rows.folds))) ||
	    ((needs & MLV_FOLDS_ID) && (err = take_hashes(cv, hash, &codes))) ||
	    (ordered && (err = sort_by_time(cv, &codes))))
		return err;
	rows.label = codes.label;
	rows.group = codes.group;
	rows.fold = codes.fold;
	rows.hash = codes.hash;
	rows.order = codes.order;
	err = mlv_folds_make(&cv->spec.plan, &rows, &cv->folds);
	return err ? mlv_error_wrap(err, "%s", cv->spec.data) : NULL;
}

/* ---- text */

mlv_err mlv_cv_split_name(const struct mlv_folds *folds, size_t split, struct mlv_buf *to)
{
	if (folds->repeats == 1)
		return mlv_buf_printf(to, "%zu", split);
	return mlv_buf_printf(to, "%zu.%zu", split / folds->k, split % folds->k);
}

static mlv_err add_heading(const struct mlv_cv *cv, struct mlv_buf *to)
{
	const struct mlv_folds *folds = &cv->folds;
	size_t columns = folds->set ? folds->splits : folds->repeats;
	mlv_err err = mlv_csv_add_field(
		to, cv->column[MLV_CV_ID] == MLV_CV_NONE ? "row" : cv->spec.column[MLV_CV_ID]);

	for (size_t c = 0; c < columns && !err; c++)
		err = columns == 1 && !folds->set
			      ? mlv_buf_add_str(to, ",fold")
			      : mlv_buf_printf(to, ",%s.%zu", folds->set ? "split" : "fold", c);
	return err ? err : mlv_buf_add_char(to, '\n');
}

static mlv_err add_row(const struct mlv_cv *cv, size_t row, struct mlv_buf *to)
{
	static const char *const words[] = { "", "train", "test" };
	const struct mlv_folds *folds = &cv->folds;
	const struct mlv_column *id = cv->column[MLV_CV_ID] == MLV_CV_NONE
					      ? NULL
					      : &cv->frame.columns[cv->column[MLV_CV_ID]];
	mlv_err err = id ? mlv_csv_add_field(to, mlv_words_at(&id->words, id->code[row]))
			 : mlv_buf_printf(to, "%zu", row);

	for (size_t s = 0; folds->set && s < folds->splits && !err; s++)
		err = mlv_buf_printf(to, ",%s", words[mlv_folds_set(folds, s, row)]);
	for (size_t r = 0; folds->fold && r < folds->repeats && !err; r++) {
		uint32_t fold = folds->fold[r * folds->rows + row];

		err = fold == MLV_FOLD_NEVER ? mlv_buf_add_str(to, ",-1") : mlv_buf_printf(to, ",%u", fold);
	}
	return err ? err : mlv_buf_add_char(to, '\n');
}

static mlv_err add_to_text(void *arg, const void *bytes, size_t len)
{
	return mlv_buf_add(arg, bytes, len);
}

mlv_err mlv_cv_folds_text(const struct mlv_cv *cv, struct mlv_buf *to)
{
	return mlv_cv_folds_each(cv, add_to_text, to);
}

mlv_err mlv_cv_folds_each(const struct mlv_cv *cv, mlv_err (*sink)(void *arg, const void *bytes, size_t len),
			  void *arg)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf batch = MLV_BUF_INIT;
	mlv_err err = add_heading(cv, &batch);

	for (size_t r = 0; r < cv->frame.rows && !err; r++) {
		if ((err = add_row(cv, r, &batch)) || batch.len < BATCH)
			continue;
		err = sink(arg, batch.ptr, batch.len);
		mlv_buf_clear(&batch);
	}
	return err ? err : sink(arg, batch.ptr, batch.len);
}

mlv_err mlv_cv_table_text(const struct mlv_cv *cv, size_t split, enum mlv_fold_set set,
			  struct mlv_buf *to)
{
	size_t columns = cv->names.count;
	mlv_err err = NULL;

	for (size_t c = 0; c < columns && !err; c++)
		if (!(err = mlv_csv_add_field(to, cv->names.at[c])))
			err = mlv_buf_add_char(to, c + 1 < columns ? ',' : '\n');
	for (size_t r = 0; r < cv->frame.rows && !err; r++) {
		if (mlv_folds_set(&cv->folds, split, r) != set)
			continue;
		for (size_t c = 0; c < columns && !err; c++) {
			const struct mlv_column *column = &cv->frame.columns[c];

			if (!(err = mlv_csv_add_field(to, mlv_words_at(&column->words, column->code[r]))))
				err = mlv_buf_add_char(to, c + 1 < columns ? ',' : '\n');
		}
	}
	return err;
}

/* ---- predictions */

/* The columns that a table has must be those of the first one. */
static mlv_err check_names(const char *name, const struct mlv_strs *have, struct mlv_strs *want, bool first)
{
	mlv_err err = NULL;

	for (size_t c = 0; c < have->count && first && !err; c++)
		err = strcmp(have->at[c], "fold") == 0
			      ? mlv_error(MLV_E_SPEC, "%s: the column 'fold' is named already", name)
			      : mlv_strs_add(want, have->at[c]);
	if (err || first)
		return err;
	for (size_t c = 0; c < have->count || c < want->count; c++)
		if (c >= have->count || c >= want->count || strcmp(have->at[c], want->at[c]) != 0)
			return mlv_error(MLV_E_SPEC,
					 "%s: its columns are not those of the first split", name);
	return NULL;
}

static mlv_err add_line(const struct mlv_frame *frame, size_t row, const char *split, struct mlv_buf *to)
{
	mlv_err err = NULL;

	for (size_t c = 0; c < frame->count && !err; c++) {
		const struct mlv_column *column = &frame->columns[c];

		if (!(err = mlv_csv_add_field(to, mlv_words_at(&column->words, column->code[row]))))
			err = mlv_buf_add_char(to, ',');
	}
	return err ? err : mlv_buf_printf(to, "%s\n", split);
}

mlv_err mlv_cv_join(struct mlv_ctx *ctx, const struct mlv_frame_source *source, const char *split,
		    struct mlv_strs *names, struct mlv_buf *to, uint64_t *rows)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs have = { 0 };
	MLV_SCOPED(mlv_frame_release) struct mlv_frame frame = { 0 };
	MLV_SCOPED(mlv_mem_free) struct mlv_want *wants = NULL;
	bool first = !names->count;
	mlv_err err;

	if ((err = mlv_frame_names(ctx, source, &have)) ||
	    (err = check_names(source->name, &have, names, first)))
		return err;
	if (source->fd >= 0 && lseek(source->fd, 0, SEEK_SET) < 0)
		return mlv_error_sys("%s", source->name);
	if (!(wants = mlv_sys_alloc_array(have.count + 1, sizeof(*wants))))
		return mlv_error_nomem("a table");
	for (size_t c = 0; c < have.count; c++)
		wants[c] = (struct mlv_want){ .name = have.at[c], .optional = true };
	if ((err = mlv_frame_read(ctx, source, wants, have.count, &frame)))
		return err;
	for (size_t c = 0; c < have.count && first && !err; c++)
		if (!(err = mlv_csv_add_field(to, have.at[c])))
			err = mlv_buf_add_str(to, c + 1 < have.count ? "," : ",fold\n");
	for (size_t r = 0; r < frame.rows && !err; r++)
		err = add_line(&frame, r, split, to);
	*rows += frame.rows;
	return err;
}
