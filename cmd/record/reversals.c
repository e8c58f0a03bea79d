#include "cmd/record/reversals.h"

#include <math.h>

#include "cmd/ui/out.h"

#define NOTHING 1e-9 /* what of a change may be rounding */

/* ---- which there are */

/* Whether a slice clearly moved against what clearly happened to all rows. */
static bool is_reversed(const struct mlv_comparison *comparison, const struct mlv_change *change)
{
	const struct mlv_change *all = mlv_comparison_find(comparison, "overall", change->metric);

	return change->dim && all && all->verdict == MLV_VERDICT_BETTER &&
	       change->verdict == MLV_VERDICT_WORSE;
}

/* Whether within slices a metric went another way than over all rows. */
static bool is_by_shares(const struct mlv_spread *spread)
{
	return spread->dim && spread->divides && spread->change * spread->within < 0 &&
	       fabs(spread->shares) > NOTHING;
}

static size_t count(const struct mlv_record_diff *diff)
{
	size_t found = 0;

	for (size_t c = 0; c < diff->comparison.count; c++)
		found += is_reversed(&diff->comparison, &diff->comparison.changes[c]);
	for (size_t i = 0; i < diff->spreads.count; i++)
		found += is_by_shares(&diff->spreads.at[i]);
	return found;
}

/* ---- the test set */

/* By rows that were compared, else by what the records say of theirs. */
static mlv_err add_test_set(struct mlv_buf *to, const struct mlv_record_diff *diff)
{
	const struct mlv_record *old = &diff->sides[0].record, *now = &diff->sides[1].record;
	const struct mlv_pairs *pairs = &diff->pairs;
	bool moved = diff->comparison.moved_count > 0, changed;

	if (diff->paired) {
		changed = pairs->added || pairs->removed || pairs->relabelled || moved ||
			  pairs->regrouped;
		return mlv_buf_printf(to, "%s%llu added, %llu removed, %llu relabelled%s%s%s",
				      changed ? "" : "none (", (unsigned long long)pairs->added,
				      (unsigned long long)pairs->removed,
				      (unsigned long long)pairs->relabelled,
				      moved ? ", some in other slices" : "",
				      pairs->regrouped ? ", some in other groups" : "", changed ? "" : ")");
	}
	if (!old->labels || !now->labels)
		return mlv_buf_add_str(to, "not known, a record does not tell of its rows");
	if (!mlv_record_same(old->ids, now->ids))
		return mlv_buf_add_str(to, "other ids");
	if (!mlv_record_same(old->labels, now->labels))
		return mlv_buf_add_str(to, "other labels");
	return mlv_buf_printf(to, moved ? "rows in other slices" : "none (the same %slabels)",
			      old->ids ? "ids and " : "");
}

/* ---- output */

void mlv_record_reversals_print(struct mlv_out *out, const struct mlv_record_diff *diff)
{
	for (size_t c = 0; c < diff->comparison.count; c++) {
		const struct mlv_change *change = &diff->comparison.changes[c];

		if (is_reversed(&diff->comparison, change))
			mlv_out_line(out, "reversal: %s is better overall, and worse in %s",
				     change->metric, change->slice);
	}
}

mlv_err mlv_record_last_line(struct mlv_out *out, const struct mlv_record_diff *diff)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	size_t found = count(diff);
	mlv_err err = found ? mlv_buf_printf(&line, "reversals: %zu", found)
			    : mlv_buf_add_str(&line, "reversals: none");

	if (err || (err = mlv_buf_add_str(&line, "   test-set change: ")) ||
	    (err = add_test_set(&line, diff)))
		return err;
	mlv_out_line(out, "%s", line.ptr);
	return NULL;
}

void mlv_record_reversals_out(struct mlv_out *out, const struct mlv_record_diff *diff)
{
	mlv_out_array_begin(out, "reversals");
	for (size_t c = 0; c < diff->comparison.count; c++) {
		const struct mlv_change *change = &diff->comparison.changes[c];

		if (!is_reversed(&diff->comparison, change))
			continue;
		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "metric", change->metric);
		mlv_out_text(out, "slice", change->slice);
		mlv_out_object_end(out);
	}
	for (size_t i = 0; i < diff->spreads.count; i++) {
		const struct mlv_spread *spread = &diff->spreads.at[i];

		if (!is_by_shares(spread))
			continue;
		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "metric", spread->metric);
		mlv_out_text(out, "dim", spread->dim);
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
}
