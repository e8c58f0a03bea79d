/* Which rows of two evaluations are the same. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/compare/parts.h"

void mlv_pairs_release(struct mlv_pairs *pairs)
{
	free(pairs->old_row);
	free(pairs->new_row);
	free(pairs->truth);
	free(pairs->guess);
	*pairs = (struct mlv_pairs){ 0 };
}

static bool same_strs(const struct mlv_strs *a, const struct mlv_strs *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (strcmp(a->at[i], b->at[i]) != 0)
			return false;
	return a->count == b->count;
}

static bool same_label(const struct mlv_pairs *pairs, size_t i, size_t j)
{
	const struct mlv_rows *a = &pairs->rows[0], *b = &pairs->rows[1];

	if (a->y)
		return a->y[i] <= b->y[j] && a->y[i] >= b->y[j];
	return a->truth[i] == b->truth[j];
}

/* Of each class of the new side, which one of the old side it is; others get numbers behind these. */
static mlv_err join_classes(const struct mlv_cases *old, const struct mlv_cases *now, uint32_t *class_of,
			    size_t *classes)
{
	MLV_SCOPED(mlv_words_release) struct mlv_words both = { .bytes = MLV_BUF_INIT };
	uint32_t code;
	mlv_err err = NULL;

	for (size_t c = 0; c < old->classes.count && !err; c++)
		err = mlv_words_add(&both, old->classes.at[c], strlen(old->classes.at[c]), &code);
	for (size_t c = 0; c < now->classes.count && !err; c++)
		err = mlv_words_add(&both, now->classes.at[c], strlen(now->classes.at[c]), &class_of[c]);
	*classes = both.count;
	return err;
}

/* A class that only one side has, for a model guessed it or a row was labelled so, is one of both. */
static mlv_err call_alike(struct mlv_pairs *pairs)
{
	const struct mlv_cases *now = pairs->new_cases;
	MLV_SCOPED(mlv_mem_free)
	uint32_t *class_of = mlv_sys_alloc_array(now->classes.count + 1, sizeof(*class_of));
	size_t count = now->rows.count;
	mlv_err err;

	pairs->truth = mlv_sys_alloc_array(count + 1, sizeof(*pairs->truth));
	pairs->guess = mlv_sys_alloc_array(count + 1, sizeof(*pairs->guess));
	if (!class_of || !pairs->truth || !pairs->guess)
		return mlv_error_nomem("classes");
	if ((err = join_classes(pairs->old, now, class_of, &pairs->rows[0].classes)))
		return err;
	for (size_t r = 0; r < count; r++) {
		pairs->truth[r] = class_of[now->truth[r]];
		pairs->guess[r] = class_of[now->guess[r]];
	}
	pairs->rows[1].truth = pairs->truth;
	pairs->rows[1].guess = pairs->guess;
	pairs->rows[1].classes = pairs->rows[0].classes;
	return NULL;
}

static bool has_unique_ids(const struct mlv_cases *cases)
{
	return cases->id && cases->ids.count == cases->rows.count;
}

/* Where a row of the new side stands on the old one; false when it does not. */
static bool find_old(const struct mlv_pairs *pairs, const uint32_t *row_of, size_t row, size_t *old)
{
	const struct mlv_cases *new_cases = pairs->new_cases;
	uint32_t code;

	*old = row;
	if (!row_of)
		return true;
	if (!mlv_words_find(&pairs->old->ids, mlv_words_at(&new_cases->ids, new_cases->id[row]), &code))
		return false;
	*old = row_of[code];
	return true;
}

static void pair_rows(struct mlv_pairs *pairs, const uint32_t *row_of)
{
	uint64_t common = 0;

	for (size_t r = 0; r < pairs->new_cases->rows.count; r++) {
		size_t old;

		if (!find_old(pairs, row_of, r, &old)) {
			pairs->added++;
			continue;
		}
		common++;
		if (!same_label(pairs, old, r)) {
			pairs->relabelled++;
			continue;
		}
		pairs->old_row[pairs->count] = (uint32_t)old;
		pairs->new_row[pairs->count++] = (uint32_t)r;
	}
	pairs->removed = pairs->old->rows.count - common;
}

/* Without ids: the same labels in the same order are the same rows. */
static bool same_order(const struct mlv_pairs *pairs)
{
	if (pairs->rows[0].count != pairs->rows[1].count)
		return false;
	for (size_t r = 0; r < pairs->rows[0].count; r++)
		if (!same_label(pairs, r, r))
			return false;
	return true;
}

/* Whether a group of one side is one of the other, as far as rows are paired. */
static mlv_err compare_groups(struct mlv_pairs *pairs)
{
	const uint32_t *groups[2] = { pairs->rows[0].group, pairs->rows[1].group };
	size_t counts[2] = { pairs->old->groups, pairs->new_cases->groups };
	MLV_SCOPED(mlv_mem_free)
	uint32_t *met = mlv_sys_alloc_array(counts[0] + counts[1] + 1, sizeof(*met));
	uint32_t *of[2] = { met, met + counts[0] }; /* of each group the other side's, 0: none yet */

	if (!met)
		return mlv_error_nomem("groups");
	for (size_t p = 0; p < pairs->count && !pairs->regrouped; p++) {
		uint32_t old = groups[0][pairs->old_row[p]], now = groups[1][pairs->new_row[p]];

		pairs->regrouped = (of[0][old] && of[0][old] != now + 1) ||
				   (of[1][now] && of[1][now] != old + 1);
		of[0][old] = now + 1;
		of[1][now] = old + 1;
	}
	return NULL;
}

mlv_err mlv_pairs_make(const struct mlv_cases *old, const struct mlv_cases *new_cases,
		       struct mlv_pairs *pairs, bool *possible)
{
	MLV_SCOPED(mlv_pairs_release)
	struct mlv_pairs made = { .old = old, .new_cases = new_cases,
				  .rows = { old->rows, new_cases->rows } };
	MLV_SCOPED(mlv_mem_free) uint32_t *row_of = NULL;
	bool by_id = has_unique_ids(old) && has_unique_ids(new_cases);
	bool same = same_strs(&old->classes, &new_cases->classes);
	size_t count = new_cases->rows.count;
	mlv_err err;

	*possible = old->rows.task == new_cases->rows.task && !old->weight == !new_cases->weight &&
		    (same || old->rows.task == MLV_TASK_MULTICLASS);
	if (*possible && !same && (err = call_alike(&made)))
		return err;
	*possible = *possible && (by_id || same_order(&made));
	if (!*possible)
		return NULL;
	made.old_row = mlv_sys_alloc_array(count + 1, sizeof(*made.old_row));
	made.new_row = mlv_sys_alloc_array(count + 1, sizeof(*made.new_row));
	if (by_id)
		row_of = mlv_sys_alloc_array(old->ids.count + 1, sizeof(*row_of));
	if (!made.old_row || !made.new_row || (by_id && !row_of))
		return mlv_error_nomem("rows");
	for (size_t r = 0; by_id && r < old->rows.count; r++)
		row_of[old->id[r]] = (uint32_t)r;
	pair_rows(&made, row_of);
	if (old->group && new_cases->group && (err = compare_groups(&made)))
		return err;
	*pairs = made;
	made = (struct mlv_pairs){ 0 };
	return NULL;
}

/* ---- the pairs of a slice */

void mlv_paired_slice_release(struct paired_slice *slice)
{
	mlv_rows_release(&slice->old);
	mlv_rows_release(&slice->new_rows);
	mlv_cells_release(&slice->old_cells);
	mlv_cells_release(&slice->new_cells);
}

static const struct mlv_dim *find_dim(const struct mlv_cases *cases, const char *name)
{
	for (size_t d = 0; d < cases->dim_count; d++)
		if (strcmp(cases->dims[d].def->name, name) == 0 && cases->dims[d].code)
			return &cases->dims[d];
	return NULL;
}

/* The codes of a dimension, and which of them is the slice of this name; NULL: all rows. */
static const uint32_t *find_code(const struct mlv_cases *cases, const char *dim, const char *name,
				 uint32_t *code)
{
	const struct mlv_dim *found = dim ? find_dim(cases, dim) : NULL;

	*code = UINT32_MAX;
	for (uint32_t v = 0; found && v < found->values.count; v++)
		if (strcmp(found->values.at[v], name) == 0)
			*code = v;
	return found ? found->code : NULL;
}

mlv_err mlv_paired_slice_make(const struct mlv_pairs *pairs, const char *dim, const char *name,
			      double level, struct paired_slice *slice)
{
	MLV_SCOPED(mlv_paired_slice_release) struct paired_slice made = { .level = level };
	MLV_SCOPED(mlv_mem_free) uint32_t *old = mlv_sys_alloc_array(pairs->count + 1, sizeof(*old));
	MLV_SCOPED(mlv_mem_free) uint32_t *row = mlv_sys_alloc_array(pairs->count + 1, sizeof(*row));
	uint32_t wanted;
	const uint32_t *code = find_code(pairs->new_cases, dim, name, &wanted);
	size_t count = 0;
	mlv_err err;

	if (!old || !row)
		return mlv_error_nomem("a slice");
	for (size_t p = 0; p < pairs->count; p++) {
		if (dim && (!code || code[pairs->new_row[p]] != wanted))
			continue;
		old[count] = pairs->old_row[p];
		row[count++] = pairs->new_row[p];
	}
	if ((err = mlv_rows_gather(&pairs->rows[0], old, count, &made.old)) ||
	    (err = mlv_rows_gather(&pairs->rows[1], row, count, &made.new_rows)) ||
	    (made.old.truth && ((err = mlv_cells_count(&made.old, &made.old_cells)) ||
				(err = mlv_cells_count(&made.new_rows, &made.new_cells)))))
		return err;
	*slice = made;
	made = (struct paired_slice){ 0 };
	return NULL;
}

mlv_err mlv_pairs_moved(const struct mlv_pairs *pairs, const char *name, uint64_t *rows)
{
	const struct mlv_dim *old = find_dim(pairs->old, name), *now = find_dim(pairs->new_cases, name);
	MLV_SCOPED(mlv_words_release) struct mlv_words names = { .bytes = MLV_BUF_INIT };
	MLV_SCOPED(mlv_mem_free) uint32_t *code_of = NULL; /* of each slice of the new side, the old one's */
	uint32_t code;
	mlv_err err = NULL;

	*rows = 0;
	if (!old || !now)
		return NULL;
	if (!(code_of = mlv_sys_alloc_array(mlv_dim_codes(now) + 1, sizeof(*code_of))))
		return mlv_error_nomem("slices");
	for (size_t v = 0; v < old->values.count && !err; v++)
		err = mlv_words_add(&names, old->values.at[v], strlen(old->values.at[v]), &code);
	for (size_t v = 0; v < mlv_dim_codes(now) && !err; v++)
		if (v >= now->values.count) /* in no slice of a rule */
			code_of[v] = (uint32_t)old->values.count;
		else if (!mlv_words_find(&names, now->values.at[v], &code_of[v]))
			code_of[v] = UINT32_MAX;
	for (size_t i = 0; i < pairs->count && !err; i++)
		*rows += old->code[pairs->old_row[i]] != code_of[now->code[pairs->new_row[i]]];
	return err;
}

/* ---- churn */

void mlv_pairs_churn(const struct mlv_pairs *pairs, struct mlv_churn *churn)
{
	const struct mlv_rows *old = &pairs->rows[0], *now = &pairs->rows[1];

	*churn = (struct mlv_churn){ .known = old->guess != NULL, .rows = pairs->count };
	for (size_t p = 0; churn->known && p < pairs->count; p++) {
		uint32_t truth = old->truth[pairs->old_row[p]];
		uint32_t before = old->guess[pairs->old_row[p]], after = now->guess[pairs->new_row[p]];

		churn->flipped += before != after;
		churn->regressed += before == truth && after != truth;
		churn->improved += before != truth && after == truth;
		churn->to_positive += before == 0 && after == 1;
		churn->to_negative += before == 1 && after == 0;
	}
}

bool mlv_churn_share(const struct mlv_churn *churn, const char *name, double *share)
{
	const struct {
		const char *name;
		uint64_t rows;
	} known[] = {
		{ "flip_rate", churn->flipped },
		{ "regressed", churn->regressed },
		{ "improved", churn->improved },
		{ "neg_to_pos", churn->to_positive },
		{ "pos_to_neg", churn->to_negative },
	};

	for (size_t i = 0; i < MLV_COUNT(known); i++)
		if (strcmp(known[i].name, name) == 0) {
			*share = churn->rows ? (double)known[i].rows / (double)churn->rows : 0;
			return true;
		}
	return false;
}
