/* Tests on the same rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/auc.h"
#include "core/eval/cluster.h"
#include "core/eval/compare/parts.h"
#include "core/eval/sum.h"

#define FEW 30 /* rows below which a mean is not taken for normal */

static void set_interval(struct mlv_change *change, struct mlv_interval in)
{
	if (!isfinite(in.low) || !isfinite(in.high))
		return;
	change->has_interval = true;
	change->low = in.low;
	change->high = in.high;
}

static void set_p(struct mlv_change *change, double p)
{
	change->has_p = isfinite(p);
	change->p = p;
}

/* ---- rows in groups */

/* The groups of the new side, or if it tells of none of the old one. */
static const uint32_t *groups_of(const struct paired_slice *slice)
{
	return slice->new_rows.group ? slice->new_rows.group : slice->old.group;
}

/* Of the change, which is the sum of what each pair adds. */
static mlv_err by_groups(const struct paired_slice *slice, const double *added,
			 struct mlv_change *change)
{
	struct mlv_clusters clusters;
	size_t n = slice->new_rows.count;
	mlv_err err = mlv_clusters_make(groups_of(slice), added, n, &clusters);

	if (err || clusters.count < 2)
		return err;
	set_interval(change, mlv_interval_t(change->change, clusters.error,
					    (double)(clusters.count - 1), slice->level));
	set_p(change, mlv_test_t(change->change, clusters.error, (double)(clusters.count - 1)));
	return NULL;
}

/* By what each row adds to the metric on either side. */
static mlv_err by_added(const struct paired_slice *slice, const struct mlv_measure *measure,
			struct mlv_change *change)
{
	size_t n = slice->old.count;
	MLV_SCOPED(mlv_mem_free) double *added = mlv_sys_alloc_array(2 * n + 1, sizeof(*added));
	bool known[2];
	mlv_err err;

	if (!added)
		return mlv_error_nomem("groups");
	if ((err = mlv_clusters_added(measure, &slice->old, &slice->old_cells, change->sides[0].value,
				      added + n, &known[0])) ||
	    (err = mlv_clusters_added(measure, &slice->new_rows, &slice->new_cells,
				      change->sides[1].value, added, &known[1])))
		return err;
	for (size_t i = 0; i < n; i++)
		added[i] -= added[n + i];
	return known[0] && known[1] ? by_groups(slice, added, change) : NULL;
}

/* ---- shares whose denominator is the same on both sides */

/* Which rows are counted (by their class; ANY) and what of them is a hit. */
static const struct {
	const char *name;
	int truth;
	enum { RIGHT, WRONG, POSITIVE, NEGATIVE } hit;
} fixed[] = {
	{ "accuracy", -1, RIGHT }, { "error", -1, WRONG }, { "pprev", -1, POSITIVE },
	{ "recall", 1, POSITIVE }, { "tpr", 1, POSITIVE }, { "fnr", 1, NEGATIVE },
	{ "tnr", 0, NEGATIVE },    { "fpr", 0, POSITIVE },
};

static bool is_hit(size_t f, const struct mlv_rows *rows, size_t i)
{
	switch (fixed[f].hit) {
	case RIGHT:
		return rows->guess[i] == rows->truth[i];
	case WRONG:
		return rows->guess[i] != rows->truth[i];
	case POSITIVE:
		return rows->guess[i] == 1;
	default:
		return rows->guess[i] == 0;
	}
}

static bool by_mcnemar(const struct paired_slice *slice, struct mlv_change *change)
{
	uint64_t n = 0;
	size_t f = 0;

	while (f < MLV_COUNT(fixed) && strcmp(fixed[f].name, change->metric) != 0)
		f++;
	if (f == MLV_COUNT(fixed) || slice->old.weight)
		return false;
	for (size_t i = 0; i < slice->old.count; i++) {
		bool before, after;

		if (fixed[f].truth >= 0 && slice->old.truth[i] != (uint32_t)fixed[f].truth)
			continue;
		before = is_hit(f, &slice->old, i);
		after = is_hit(f, &slice->new_rows, i);
		change->gained += after && !before;
		change->lost += before && !after;
		n++;
	}
	change->has_counts = true;
	if (groups_of(slice)) /* its test is of independent rows: see by_added() */
		return false;
	set_interval(change, mlv_interval_paired(change->gained, change->lost, n, slice->level));
	set_p(change, mlv_test_mcnemar(change->gained, change->lost));
	return true;
}

/* ---- other functions of the confusion matrix */

static mlv_err by_delta(const struct paired_slice *slice, const struct mlv_measure *measure,
			struct mlv_change *change)
{
	size_t k = slice->old.classes, cells = k * k;
	MLV_SCOPED(mlv_mem_free) double *slopes = mlv_sys_alloc_array(2 * cells, sizeof(*slopes));
	struct mlv_sum variance = { 0 };
	double error, most = mlv_measure_is_ratio(measure->name) ? HUGE_VAL : 2;
	mlv_err err;

	if (!slopes)
		return mlv_error_nomem("counts");
	if ((err = mlv_cells_slopes(measure, &slice->old_cells, change->sides[0].value, slopes)) ||
	    (err = mlv_cells_slopes(measure, &slice->new_cells, change->sides[1].value,
				    slopes + cells)))
		return err;
	for (size_t i = 0; i < slice->old.count; i++) {
		double before = slopes[slice->old.truth[i] * k + slice->old.guess[i]];
		double after = slopes[cells + slice->new_rows.truth[i] * k + slice->new_rows.guess[i]];
		double apart = after * mlv_rows_weight(&slice->new_rows, i) -
			       before * mlv_rows_weight(&slice->old, i);

		mlv_sum_add(&variance, apart * apart);
	}
	error = sqrt(mlv_sum_value(&variance));
	set_interval(change, mlv_interval_normal(change->change, error, slice->level, -most, most));
	set_p(change, mlv_test_z(change->change, error));
	return NULL;
}

/* ---- areas */

static mlv_err by_places(const struct paired_slice *slice, const uint8_t *positive,
			 const struct mlv_auc *const areas[2], const uint32_t *placed,
			 struct mlv_change *change)
{
	size_t n = slice->old.count;
	MLV_SCOPED(mlv_mem_free) double *added = mlv_sys_alloc_array(2 * n + 1, sizeof(*added));

	if (!added)
		return mlv_error_nomem("groups");
	for (size_t s = 0; s < 2; s++)
		mlv_clusters_of_area(areas[s], positive, placed + s * n, n, added + s * n);
	for (size_t i = 0; i < n; i++)
		added[i] = added[n + i] - added[i];
	return by_groups(slice, added, change);
}

static mlv_err by_delong(const struct paired_slice *slice, struct mlv_change *change)
{
	size_t n = slice->old.count;
	MLV_SCOPED(mlv_mem_free) uint8_t *positive = mlv_rows_positive(&slice->old);
	MLV_SCOPED(mlv_mem_free) uint32_t *placed = mlv_sys_alloc_array(2 * n + 1, sizeof(*placed));
	struct mlv_auc before, after;
	double variance;
	mlv_err err;

	if (!positive || !placed)
		return mlv_error_nomem("ranks");
	if ((err = mlv_auc_of(&(struct mlv_ranked){ slice->old.score, slice->old.weight, positive, n },
			      &before, placed)) ||
	    (err = mlv_auc_of(&(struct mlv_ranked){ slice->new_rows.score, slice->new_rows.weight,
						    positive, n },
			      &after, placed + n)))
		return err;
	if (!before.has_variance || !after.has_variance)
		return NULL;
	if (groups_of(slice))
		return by_places(slice, positive, (const struct mlv_auc *const[]){ &before, &after },
				 placed, change);
	variance = before.variance + after.variance -
		   2 * mlv_auc_covariance(positive, placed, placed + n, n);
	variance = variance > 1e-18 ? variance : 0; /* what rounding leaves of equal ones */
	set_interval(change, mlv_interval_normal(change->change, sqrt(variance), slice->level, -1, 1));
	set_p(change, mlv_test_z(change->change, sqrt(variance)));
	return NULL;
}

/* ---- means */

/* Takes what the losses are apart. */
static mlv_err mean_by_groups(const struct paired_slice *slice, double *apart, double mean,
			      struct mlv_change *change)
{
	size_t n = slice->old.count;

	for (size_t i = 0; i < n; i++)
		apart[i] = (apart[i] - mean) / (double)n;
	change->change = mean;
	return by_groups(slice, apart, change);
}

static mlv_err by_paired_t(const struct paired_slice *slice, const struct mlv_measure *measure,
			   struct mlv_change *change)
{
	size_t n = slice->old.count;
	MLV_SCOPED(mlv_mem_free) double *apart = mlv_sys_alloc_array(n + 1, sizeof(*apart));
	struct mlv_sum sum = { 0 }, around = { 0 };
	double mean, error;

	if (!apart)
		return mlv_error_nomem("losses");
	if (n < 2 || slice->old.weight)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		apart[i] = mlv_measure_loss(measure, &slice->new_rows, i) -
			   mlv_measure_loss(measure, &slice->old, i);
		mlv_sum_add(&sum, apart[i]);
	}
	mean = mlv_sum_value(&sum) / (double)n;
	if (groups_of(slice))
		return mean_by_groups(slice, apart, mean, change);
	for (size_t i = 0; i < n; i++)
		mlv_sum_add(&around, (apart[i] - mean) * (apart[i] - mean));
	error = sqrt(mlv_sum_value(&around) / (double)(n - 1) / (double)n);
	set_interval(change, mlv_interval_t(mean, error, (double)(n - 1), slice->level));
	set_p(change, n < FEW ? mlv_test_sign_flip(apart, n)
			      : mlv_test_t(mean, error, (double)(n - 1)));
	return NULL;
}

/* Of mean squared errors, whose change has the same sign or the opposite one for sure. */
static mlv_err by_squares(const struct paired_slice *slice, struct mlv_change *change)
{
	struct mlv_change squares = { .metric = "mse" };
	mlv_err err = by_paired_t(slice, mlv_measure_find("mse"), &squares);

	if (!err && squares.has_p)
		set_p(change, squares.p);
	return err;
}

static mlv_err values(const struct paired_slice *slice, const struct mlv_measure *measure,
		      struct mlv_change *change)
{
	struct mlv_measured before, after;
	mlv_err err;

	if ((err = mlv_measure_rows(measure, &slice->old, &slice->old_cells, slice->level, &before)) ||
	    (err = mlv_measure_rows(measure, &slice->new_rows, &slice->new_cells, slice->level,
				    &after)))
		return err;
	change->sides[0].defined = !before.why;
	change->sides[0].value = before.value;
	change->sides[1].defined = !after.why;
	change->sides[1].value = after.value;
	change->change = after.value - before.value;
	return NULL;
}

mlv_err mlv_change_by_rows(const struct paired_slice *slice, struct mlv_change *change)
{
	const struct mlv_measure *measure = mlv_measure_find(change->metric);
	mlv_err err;

	change->rows = slice->old.count;
	change->evidence = MLV_EVIDENCE_ROWS;
	if (!measure || !(measure->tasks & slice->old.task) ||
	    (slice->old.task == MLV_TASK_BINARY && measure->kind != MLV_MEASURE_CELLS &&
	     (!slice->old.score || !slice->new_rows.score)))
		return NULL;
	if ((err = values(slice, measure, change)) || !change->sides[0].defined ||
	    !change->sides[1].defined)
		return err;
	if (measure->kind == MLV_MEASURE_CELLS && by_mcnemar(slice, change))
		return NULL;
	if (measure->kind == MLV_MEASURE_CELLS)
		return groups_of(slice) ? by_added(slice, measure, change) : by_delta(slice, measure, change);
	if (measure->kind == MLV_MEASURE_LOSS)
		return by_paired_t(slice, measure, change);
	if (strcmp(measure->name, "auc") == 0)
		return by_delong(slice, change);
	if (groups_of(slice))
		return by_added(slice, measure, change);
	if (strcmp(measure->name, "rmse") == 0 || strcmp(measure->name, "r2") == 0)
		return by_squares(slice, change);
	return NULL;
}
