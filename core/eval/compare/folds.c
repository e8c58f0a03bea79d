/* Tests on the same folds. */
#include <math.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/compare/parts.h"

const char *mlv_folds_kinship_name(enum mlv_folds_kinship kinship)
{
	static const char *const names[] = { "none", "unknown", "other", "other rows", "same" };

	return names[kinship];
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
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
	return new_record->labels && same_text(old->labels, new_record->labels) &&
			       same_text(old->ids, new_record->ids)
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
