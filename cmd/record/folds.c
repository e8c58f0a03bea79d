#include "cmd/record/folds.h"

#include "cmd/ui/out.h"
#include "core/eval/metric.h"

/* "0.8 ± 0.02" */
static mlv_err add_summary(struct mlv_buf *line, const struct mlv_cv_summary *summary, unsigned precision)
{
	mlv_err err = mlv_metric_format_number(line, summary->mean, precision);

	if (err || !summary->has_spread)
		return err;
	return (err = mlv_buf_add_str(line, " ± ")) ? err
						    : mlv_metric_format_number(line, summary->sd, precision);
}

static mlv_err add_test(struct mlv_buf *line, const struct mlv_fold_change *change, double margin,
			unsigned precision)
{
	mlv_err err;

	if ((err = mlv_buf_add_str(line, change->change > 0 ? ": +" : ": ")) ||
	    (err = mlv_metric_format_number(line, change->change, precision)) ||
	    (err = mlv_buf_printf(line, ", p %.2g by the corrected t test", change->p)))
		return err;
	if (!change->has_worse)
		return NULL;
	if ((err = mlv_buf_add_str(line, ", worse by more than ")) ||
	    (err = mlv_metric_format_number(line, margin, precision)))
		return err;
	return mlv_buf_printf(line, " with probability %.2g", change->worse);
}

static const char *why_not(enum mlv_folds_kinship folds)
{
	return folds == MLV_FOLDS_OTHER ? "; the folds are others: nothing is tested"
	       : folds == MLV_FOLDS_ROWS ? "; the rows or labels are others: nothing is tested"
					 : "; a fold has no value: nothing is tested";
}

mlv_err mlv_record_folds_print(struct mlv_out *out, const struct mlv_record_diff *diff,
			       unsigned precision)
{
	const struct mlv_fold_changes *changes = &diff->folds;

	for (size_t i = 0; i < changes->count; i++) {
		const struct mlv_fold_change *change = &changes->at[i];
		MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
		mlv_err err;

		if ((err = mlv_buf_printf(&line, "folds: %s is ", change->metric)) ||
		    (err = add_summary(&line, &change->sides[1], precision)) ||
		    (err = mlv_buf_printf(&line, " over %zu folds, and was ", change->sides[1].folds)) ||
		    (err = add_summary(&line, &change->sides[0], precision)) ||
		    (change->sides[0].folds != change->sides[1].folds &&
		     (err = mlv_buf_printf(&line, " over %zu", change->sides[0].folds))) ||
		    (err = change->tested ? add_test(&line, change, changes->margin, precision)
					  : mlv_buf_add_str(&line, why_not(changes->folds))))
			return err;
		mlv_out_line(out, "%s", line.ptr);
	}
	return NULL;
}

static void out_side(struct mlv_out *out, const char *name, const struct mlv_cv_summary *summary)
{
	mlv_out_object_begin(out, name);
	mlv_out_real(out, "mean", summary->mean);
	if (summary->has_spread)
		mlv_out_real(out, "sd", summary->sd);
	mlv_out_number(out, "n", summary->folds);
	mlv_out_object_end(out);
}

void mlv_record_folds_out(struct mlv_out *out, const struct mlv_record_diff *diff)
{
	mlv_out_object_begin(out, "folds");
	for (size_t i = 0; i < diff->folds.count; i++) {
		const struct mlv_fold_change *change = &diff->folds.at[i];

		mlv_out_object_begin(out, change->metric);
		out_side(out, "old", &change->sides[0]);
		out_side(out, "new", &change->sides[1]);
		if (change->tested) {
			mlv_out_real(out, "diff", change->change);
			mlv_out_range(out, "ci", change->low, change->high);
			mlv_out_real(out, "p", change->p);
		}
		if (change->tested && change->has_worse) {
			mlv_out_real(out, "margin", diff->folds.margin);
			mlv_out_real(out, "p_worse", change->worse);
		}
		mlv_out_object_end(out);
	}
	mlv_out_object_end(out);
}
