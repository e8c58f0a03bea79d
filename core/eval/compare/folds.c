/* Tests on the same folds. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/compare/parts.h"
#include "core/eval/special.h"

const char *mlv_folds_kinship_name(enum mlv_folds_kinship kinship)
{
	static const char *const names[] = { "none", "unknown", "other", "other rows", "same" };

	return names[kinship];
}

enum mlv_folds_kinship mlv_folds_kinship(const struct mlv_record *old,
					 const struct mlv_record *new_record)
{
	if (!old->slices[0].fold_count || !new_record->slices[0].fold_count)
		return MLV_FOLDS_NONE;
	if (!old->cv.folds || !new_record->cv.folds)
		return MLV_FOLDS_UNKNOWN;
	if (strcmp(old->cv.folds, new_record->cv.folds) != 0)
		return MLV_FOLDS_OTHER;
	return new_record->labels && mlv_record_same(old->labels, new_record->labels) &&
			       mlv_record_same(old->ids, new_record->ids)
		       ? MLV_FOLDS_SAME
		       : MLV_FOLDS_ROWS;
}

/* Whether a slice has the same rows in the same folds, as far as names and counts say. */
static bool same_folds(const struct mlv_record_slice *old, const struct mlv_record_slice *new_slice)
{
	for (size_t f = 0; f < old->fold_count && f < new_slice->fold_count; f++)
		if (strcmp(old->folds[f].name, new_slice->folds[f].name) != 0 ||
		    old->folds[f].n != new_slice->folds[f].n)
			return false;
	return old->fold_count == new_slice->fold_count && old->fold_count > 1;
}

static double mean_of(const double *values, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += values[i];
	return sum / (double)count;
}

/* The values of all folds, old, new and new less old; false where one has none. */
static bool take_values(const struct mlv_record_slice *old, const struct mlv_record_slice *new_slice,
			const size_t metrics[2], double *values)
{
	size_t count = old->fold_count;

	for (size_t f = 0; f < count; f++) {
		const struct mlv_entry *before = &old->folds[f].entries[metrics[0]];
		const struct mlv_entry *after = &new_slice->folds[f].entries[metrics[1]];

		if (!before->defined || !after->defined)
			return false;
		values[f] = before->value;
		values[count + f] = after->value;
		values[2 * count + f] = after->value - before->value;
	}
	return true;
}

mlv_err mlv_change_by_folds(const struct mlv_record_slice *old,
			    const struct mlv_record_slice *new_slice, const size_t metrics[2],
			    double ratio, double level, struct mlv_change *change, bool *possible)
{
	size_t count = old->fold_count;
	MLV_SCOPED(mlv_mem_free) double *values = mlv_sys_alloc_array(3 * count + 1, sizeof(*values));
	struct mlv_interval in;
	double error;

	if (!values)
		return mlv_error_nomem("folds");
	*possible = same_folds(old, new_slice) && take_values(old, new_slice, metrics, values);
	if (!*possible)
		return NULL;
	for (size_t s = 0; s < 2; s++) {
		change->sides[s].defined = true;
		change->sides[s].value = mean_of(values + s * count, count);
	}
	change->change = mean_of(values + 2 * count, count);
	error = mlv_test_folds_error(values + 2 * count, count, ratio);
	in = mlv_interval_t(change->change, error, (double)(count - 1), level);
	change->has_interval = isfinite(in.low) && isfinite(in.high);
	change->low = in.low;
	change->high = in.high;
	change->p = mlv_test_t(change->change, error, (double)(count - 1));
	change->has_p = isfinite(change->p);
	change->evidence = MLV_EVIDENCE_FOLDS;
	return NULL;
}

/* ---- of each metric of all rows */

void mlv_fold_changes_release(struct mlv_fold_changes *changes)
{
	free(changes->at);
	*changes = (struct mlv_fold_changes){ 0 };
}

/* The probability that a metric lost more than the margin. */
static void find_worse(struct mlv_fold_change *change, double error, double df, double margin)
{
	double gain = change->change * change->direction;

	change->has_worse = change->direction != 0;
	if (error > 0)
		change->worse = mlv_t_upper((margin + gain) / error, df);
	else
		change->worse = gain < -margin;
}

static mlv_err test_folds(const struct mlv_record *old, const struct mlv_record *new_record,
			  const size_t metrics[2], double margin, struct mlv_fold_change *change)
{
	const struct mlv_record_slice *sides[] = { &old->slices[0], &new_record->slices[0] };
	struct mlv_change tested = { .metric = change->metric };
	size_t count = sides[0]->fold_count;
	MLV_SCOPED(mlv_mem_free) double *values = mlv_sys_alloc_array(3 * count + 1, sizeof(*values));
	double ratio = new_record->cv.ratio;
	mlv_err err;

	if (!values)
		return mlv_error_nomem("folds");
	if ((err = mlv_change_by_folds(sides[0], sides[1], metrics, ratio, new_record->level, &tested,
				       &change->tested)) ||
	    !change->tested || !take_values(sides[0], sides[1], metrics, values))
		return err;
	change->tested = tested.has_p && tested.has_interval;
	change->change = tested.change;
	change->low = tested.low;
	change->high = tested.high;
	change->p = tested.p;
	find_worse(change, mlv_test_folds_error(values + 2 * count, count, ratio), (double)(count - 1),
		   margin);
	return NULL;
}

mlv_err mlv_fold_changes_make(const struct mlv_record *old, const struct mlv_record *new_record,
			      double margin, struct mlv_fold_changes *changes)
{
	MLV_SCOPED(mlv_fold_changes_release) struct mlv_fold_changes made = {
		.folds = mlv_folds_kinship(old, new_record), .margin = margin,
	};
	mlv_err err = NULL;

	if (made.folds >= MLV_FOLDS_OTHER &&
	    !(made.at = mlv_sys_alloc_array(new_record->metric_count + 1, sizeof(*made.at))))
		return mlv_error_nomem("folds");
	for (size_t m = 0; made.at && m < new_record->metric_count && !err; m++) {
		const struct mlv_record_metric *metric = &new_record->metrics[m];
		size_t metrics[] = { mlv_record_find_metric(old, metric->name), m };
		struct mlv_fold_change change = { .metric = metric->name,
						  .direction = metric->direction };

		if (metrics[0] == old->metric_count)
			continue;
		if (!(err = mlv_record_summarise(old, &old->slices[0], metrics[0],
						&change.sides[0])) &&
		    !(err = mlv_record_summarise(new_record, &new_record->slices[0], m,
						&change.sides[1])) &&
		    made.folds == MLV_FOLDS_SAME)
			err = test_folds(old, new_record, metrics, margin, &change);
		if (change.sides[0].folds && change.sides[1].folds)
			made.at[made.count++] = change;
	}
	if (err)
		return err;
	*changes = made;
	made = (struct mlv_fold_changes){ 0 };
	return NULL;
}
