#include "cmd/record/diff_json.h"

#include <string.h>

#include "cmd/record/folds.h"
#include "cmd/record/reversals.h"
#include "cmd/record/spread.h"
#include "cmd/ui/out.h"

static void out_change(struct mlv_out *out, const struct mlv_change *change)
{
	bool both = change->sides[0].defined && change->sides[1].defined;

	mlv_out_object_begin(out, change->metric);
	mlv_out_maybe(out, "old", change->sides[0].defined, change->sides[0].value);
	mlv_out_maybe(out, "new", change->sides[1].defined, change->sides[1].value);
	mlv_out_maybe(out, "diff", both, change->change);
	if (change->has_interval)
		mlv_out_range(out, "ci", change->low, change->high);
	if (change->has_p)
		mlv_out_real(out, "p", change->p);
	if (change->has_p && change->dim)
		mlv_out_real(out, "p_adjusted", change->adjusted);
	if (change->has_counts) {
		mlv_out_number(out, "gained", change->gained);
		mlv_out_number(out, "lost", change->lost);
	}
	mlv_out_number(out, "rows", change->rows);
	mlv_out_text(out, "evidence", mlv_evidence_name(change->evidence));
	mlv_out_text(out, "verdict", mlv_verdict_name(change->verdict));
	mlv_out_object_end(out);
}

static void out_churn(struct mlv_out *out, const struct mlv_churn *churn)
{
	mlv_out_object_begin(out, "churn");
	mlv_out_number(out, "rows", churn->rows);
	mlv_out_number(out, "flipped", churn->flipped);
	mlv_out_number(out, "regressed", churn->regressed);
	mlv_out_number(out, "improved", churn->improved);
	mlv_out_number(out, "neg_to_pos", churn->to_positive);
	mlv_out_number(out, "pos_to_neg", churn->to_negative);
	mlv_out_object_end(out);
}

static void out_names(struct mlv_out *out, const char *name, const struct mlv_strs *names)
{
	mlv_out_array_begin(out, name);
	for (size_t i = 0; i < names->count; i++)
		mlv_out_text(out, NULL, names->at[i]);
	mlv_out_array_end(out);
}

/* Overall as other metrics files have it, the slices below; all of them. */
void mlv_record_diff_out(struct mlv_out *out, const struct mlv_record_diff *diff,
			 const struct mlv_glob *glob)
{
	const struct mlv_comparison *comparison = &diff->comparison;
	const char *open = NULL;

	for (size_t c = 0; c < comparison->count && !comparison->changes[c].dim; c++)
		out_change(out, &comparison->changes[c]);
	mlv_out_object_begin(out, "slices");
	for (size_t c = 0; c < comparison->count; c++) {
		const struct mlv_change *change = &comparison->changes[c];

		if (!change->dim ||
		    (glob && !mlv_glob_match(glob, change->slice, strlen(change->slice))))
			continue;
		if (open && strcmp(open, change->slice) != 0)
			mlv_out_object_end(out);
		if (!open || strcmp(open, change->slice) != 0)
			mlv_out_object_begin(out, change->slice);
		open = change->slice;
		out_change(out, change);
	}
	if (open)
		mlv_out_object_end(out);
	mlv_out_object_end(out);
	mlv_record_spread_out(out, diff, glob);
	mlv_record_reversals_out(out, diff);
	if (comparison->churn.known)
		out_churn(out, &comparison->churn);
	mlv_record_folds_out(out, diff);
	out_names(out, "appeared", &comparison->appeared);
	out_names(out, "redefined", &comparison->redefined);
	out_names(out, "vanished", &comparison->vanished);
	mlv_out_object_begin(out, "test_set");
	mlv_out_text(out, "folds", mlv_folds_kinship_name(comparison->folds));
	mlv_out_object_begin(out, "moved");
	for (size_t i = 0; i < comparison->moved_count; i++)
		if (comparison->moved[i].counted)
			mlv_out_number(out, comparison->moved[i].dim, comparison->moved[i].rows);
		else
			mlv_out_null(out, comparison->moved[i].dim);
	mlv_out_object_end(out);
	mlv_out_bool(out, "paired", diff->paired);
	if (diff->paired) {
		mlv_out_number(out, "common", diff->pairs.count);
		mlv_out_number(out, "added", diff->pairs.added);
		mlv_out_number(out, "removed", diff->pairs.removed);
		mlv_out_number(out, "relabelled", diff->pairs.relabelled);
		mlv_out_bool(out, "regrouped", diff->pairs.regrouped);
		mlv_record_parts_out(out, diff);
	}
	mlv_out_object_end(out);
}
