#include <string.h>

#include "core/repo/cv.h"

/* Whether the cross-validation's splits are the folds of a record. */
static mlv_err is_of(const struct mlv_cv *cv, const struct mlv_record *record, bool *same)
{
	const struct mlv_record_slice *all = &record->slices[0];

	*same = all->fold_count == cv->folds.splits;
	for (size_t s = 0; s < cv->folds.splits && *same; s++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
		mlv_err err = mlv_cv_split_name(&cv->folds, s, &name);

		if (err)
			return err;
		*same = false;
		for (size_t f = 0; f < all->fold_count && !*same; f++)
			*same = strcmp(all->folds[f].name, name.ptr) == 0 &&
				all->folds[f].n == mlv_folds_count(&cv->folds, s, MLV_FOLD_TEST);
	}
	return NULL;
}

static mlv_err compare(struct mlv_metrics_place *place, const struct mlv_metrics_side sides[2],
		       const struct mlv_record *const records[2], const char *name, double *ratio)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf old = MLV_BUF_LIMIT(MLV_EVAL_TABLE_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf now = MLV_BUF_LIMIT(MLV_EVAL_TABLE_MAX);
	struct mlv_buf *const texts[] = { &old, &now };
	bool same = true;
	double found = 0;

	for (int s = 0; s < 2 && same; s++) {
		MLV_SCOPED(mlv_cv_release) struct mlv_cv cv = { 0 };
		mlv_err err;

		if ((err = mlv_cv_load(place, &sides[s], name, &cv)) ||
		    (err = mlv_cv_folds_text(&cv, texts[s])) || (err = is_of(&cv, records[s], &same)))
			return err;
		found = mlv_folds_ratio(&cv.folds);
	}
	if (same && old.len == now.len && memcmp(old.ptr, now.ptr, now.len) == 0)
		*ratio = found;
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The cross-validation of an evaluation: NULL when there is none. */
static const char *find(const struct mlv_value *root, const char *eval)
{
	const struct mlv_value *all = mlv_value_get(root, "cv");

	for (size_t i = 0; all && all->type == MLV_VALUE_MAP && i < all->count; i++) {
		const char *of = mlv_value_text(mlv_value_get(all->items[i], "eval"));

		if (strcmp(of ? of : all->keys[i], eval) == 0)
			return all->keys[i];
	}
	return NULL;
}

/* Failures that mean: the folds cannot be had, the records still can. */
static bool goes_on(mlv_err err)
{
	return err->code == MLV_E_MISSING || err->code == MLV_E_SPEC || err->code == MLV_E_USAGE ||
	       err->code == MLV_E_CORRUPT;
}

mlv_err mlv_cv_same_folds(struct mlv_metrics_place *place, const struct mlv_metrics_side sides[2],
			  const struct mlv_record *const records[2], double *ratio)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	const char *eval = records[1]->name, *name;
	mlv_err err;

	*ratio = 0;
	if (records[0]->slices[0].fold_count < 2 || !records[1]->labels ||
	    !same_text(records[0]->labels, records[1]->labels) ||
	    !same_text(records[0]->ids, records[1]->ids))
		return NULL;
	if (!(err = mlv_eval_yaml(place, &sides[1], &root)) && (name = find(root, eval)))
		err = compare(place, sides, records, name, ratio);
	if (!err || !goes_on(err))
		return err;
	mlv_tell_detail(place->ctx, "%s: without its folds: %s", eval, err->msg);
	return NULL;
}
