#include "cmd/record/spread.h"

#include <math.h>
#include <string.h>

#include "cmd/ui/out.h"
#include "core/eval/metric.h"

/* What of a change may be rounding. */
#define NOTHING 1e-9

static bool is_shown(const struct mlv_record_diff *diff, const struct mlv_glob *glob,
		     const struct mlv_spread *spread)
{
	const struct mlv_comparison *comparison = &diff->comparison;

	for (size_t c = 0; glob && c < comparison->count; c++) {
		const struct mlv_change *change = &comparison->changes[c];

		if (change->dim && (!spread->dim || strcmp(change->dim, spread->dim) == 0) &&
		    mlv_glob_match(glob, change->slice, strlen(change->slice)))
			return true;
	}
	return !glob;
}

static mlv_err add_number(struct mlv_buf *to, const char *before, double number, bool sign,
			  unsigned precision)
{
	mlv_err err = mlv_buf_add_str(to, before);

	if (err)
		return err;
	return (sign ? mlv_metric_format_change : mlv_metric_format_number)(to, number, precision);
}

static double growth(const struct mlv_spread *spread)
{
	return spread->sides[1].gap - spread->sides[0].gap;
}

/* ---- which lines */

enum what { WORST, GAP, MIX };

static bool is_there(const struct mlv_spread *spread, enum what what)
{
	switch (what) {
	case WORST:
		return !spread->dim && spread->slices && spread->direction;
	case GAP:
		return spread->dim && spread->slices > 1;
	default:
		return spread->dim && spread->divides;
	}
}

/* Whether there is anything new to say. */
static bool has_moved(const struct mlv_spread *spread, enum what what)
{
	double values[2];

	switch (what) {
	case WORST:
		return strcmp(mlv_spread_worst(spread, 0, &values[0]),
			      mlv_spread_worst(spread, 1, &values[1])) != 0 ||
		       fabs(values[1] - values[0]) > NOTHING;
	case GAP:
		return fabs(growth(spread)) > NOTHING;
	default:
		return fabs(spread->shares) > NOTHING;
	}
}

static bool is_said(const struct mlv_record_diff *diff, const struct mlv_glob *glob,
		    const struct mlv_spread *spread, enum what what, bool all)
{
	return is_there(spread, what) && is_shown(diff, glob, spread) && (all || has_moved(spread, what));
}

/* Whether a dimension says more of a metric than another one. */
static bool says_more(const struct mlv_spread *spread, const struct mlv_spread *than, enum what what)
{
	if (what == GAP)
		return growth(spread) > growth(than);
	return fabs(spread->shares) > fabs(than->shares);
}

/* What is to be printed of the m-th metric; NULL behind the last. */
static const struct mlv_spread *next(const struct mlv_record_diff *diff, const struct mlv_glob *glob,
				     size_t m, enum what what, bool all, size_t *at)
{
	size_t per = diff->sides[1].record.metric_count;
	const struct mlv_spread *found = NULL;

	for (; *at < diff->spreads.count; ++*at) {
		const struct mlv_spread *spread = &diff->spreads.at[*at];

		if (*at % per != m || !is_said(diff, glob, spread, what, all))
			continue;
		if (all) {
			++*at;
			return spread;
		}
		if (!found || says_more(spread, found, what))
			found = spread;
	}
	return found;
}

/* ---- text */

static mlv_err worst_line(struct mlv_buf *line, const struct mlv_spread *spread, unsigned precision)
{
	double values[2];
	const char *slices[2];
	mlv_err err;

	for (int s = 0; s < 2; s++)
		slices[s] = mlv_spread_worst(spread, s, &values[s]);
	if ((err = mlv_buf_printf(line, "worst slice: %s is ", spread->metric)) ||
	    (err = add_number(line, "", values[1], false, precision)) ||
	    (err = mlv_buf_printf(line, " in %s, and was ", slices[1])) ||
	    (err = add_number(line, "", values[0], false, precision)))
		return err;
	return mlv_buf_printf(line, " in %s", slices[0]);
}

static mlv_err gap_line(struct mlv_buf *line, const struct mlv_spread *spread, unsigned precision)
{
	mlv_err err = mlv_buf_printf(line, "gap: %s over %s is ", spread->metric, spread->dim);

	if (err || (err = add_number(line, "", spread->sides[1].gap, false, precision)) ||
	    (err = add_number(line, ", and was ", spread->sides[0].gap, false, precision)))
		return err;
	if (spread->sides[1].lowest == spread->sides[1].highest)
		return NULL;
	return mlv_buf_printf(line, " (now %s to %s)", spread->sides[1].lowest,
			      spread->sides[1].highest);
}

static mlv_err mix_line(struct mlv_buf *line, const struct mlv_spread *spread, unsigned precision)
{
	mlv_err err = mlv_buf_printf(line, "mix: %s of all rows changed by ", spread->metric);

	if (err || (err = add_number(line, "", spread->change, true, precision)) ||
	    (err = add_number(line, ": ", spread->within, true, precision)) ||
	    (err = add_number(line, " within slices, ", spread->shares, true, precision)) ||
	    (err = mlv_buf_printf(line, " by the shares of %s", spread->dim)))
		return err;
	if (spread->change * spread->within < 0)
		return mlv_buf_add_str(line, "; a reversal");
	return NULL;
}

mlv_err mlv_record_spread_print(struct mlv_out *out, const struct mlv_record_diff *diff,
				const struct mlv_glob *glob, bool all, unsigned precision)
{
	static mlv_err (*const lines[])(struct mlv_buf *, const struct mlv_spread *, unsigned) = {
		worst_line, gap_line, mix_line
	};
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	const struct mlv_spread *spread;

	for (size_t what = 0; what < MLV_COUNT(lines); what++) {
		for (size_t m = 0; m < diff->sides[1].record.metric_count; m++) {
			size_t at = 0;

			while ((spread = next(diff, glob, m, (enum what)what, all, &at))) {
				mlv_err err;

				mlv_buf_clear(&line);
				if ((err = lines[what](&line, spread, precision)))
					return err;
				mlv_out_line(out, "%s", line.ptr);
			}
		}
	}
	return NULL;
}

bool mlv_record_spread_any(const struct mlv_record_diff *diff, const struct mlv_glob *glob, bool all)
{
	bool any = false;

	for (size_t i = 0; i < diff->spreads.count && !any; i++) {
		const struct mlv_spread *spread = &diff->spreads.at[i];

		for (enum what what = WORST; what <= MIX && !any; what++)
			any = is_said(diff, glob, spread, what, all);
	}
	return any;
}

/* ---- JSON */

static void out_worst(struct mlv_out *out, const struct mlv_spread *spread)
{
	static const char *const names[] = { "old", "new" };

	mlv_out_object_begin(out, spread->metric);
	for (int s = 0; s < 2; s++) {
		double value;

		mlv_out_object_begin(out, names[s]);
		mlv_out_text(out, "slice", mlv_spread_worst(spread, s, &value));
		mlv_out_real(out, "value", value);
		mlv_out_object_end(out);
	}
	mlv_out_object_end(out);
}

static void out_gap(struct mlv_out *out, const struct mlv_spread *spread)
{
	mlv_out_object_begin(out, spread->metric);
	mlv_out_real(out, "old", spread->sides[0].gap);
	mlv_out_real(out, "new", spread->sides[1].gap);
	mlv_out_real(out, "diff", growth(spread));
	mlv_out_text(out, "lowest", spread->sides[1].lowest);
	mlv_out_text(out, "highest", spread->sides[1].highest);
	mlv_out_object_end(out);
}

static void out_mix(struct mlv_out *out, const struct mlv_spread *spread)
{
	mlv_out_object_begin(out, spread->metric);
	mlv_out_real(out, "diff", spread->change);
	mlv_out_real(out, "within", spread->within);
	mlv_out_real(out, "shares", spread->shares);
	mlv_out_bool(out, "reversal", spread->change * spread->within < 0);
	mlv_out_object_end(out);
}

/* An object of metrics; of dimensions, each an object of metrics. */
static void out_all(struct mlv_out *out, const char *name, const struct mlv_record_diff *diff,
		    const struct mlv_glob *glob, enum what what)
{
	const char *open = NULL;

	mlv_out_object_begin(out, name);
	for (size_t i = 0; i < diff->spreads.count; i++) {
		const struct mlv_spread *spread = &diff->spreads.at[i];

		if (!is_there(spread, what) || !is_shown(diff, glob, spread))
			continue;
		if (open && open != spread->dim)
			mlv_out_object_end(out);
		if (spread->dim && open != spread->dim)
			mlv_out_object_begin(out, spread->dim);
		open = spread->dim;
		if (what == WORST)
			out_worst(out, spread);
		else if (what == GAP)
			out_gap(out, spread);
		else
			out_mix(out, spread);
	}
	if (open)
		mlv_out_object_end(out);
	mlv_out_object_end(out);
}

void mlv_record_spread_out(struct mlv_out *out, const struct mlv_record_diff *diff,
			   const struct mlv_glob *glob)
{
	out_all(out, "gaps", diff, glob, GAP);
	out_all(out, "mix", diff, glob, MIX);
	out_all(out, "worst", diff, glob, WORST);
}

/* ---- the model and the test set */

static bool has_other_rows(const struct mlv_pairs *pairs)
{
	return pairs->added || pairs->removed || pairs->relabelled;
}

/* The c-th change, if it is one of all rows that has parts. */
static bool part(const struct mlv_record_diff *diff, size_t c, struct mlv_parting *parting)
{
	const struct mlv_change *change = &diff->comparison.changes[c];

	return diff->paired && has_other_rows(&diff->pairs) && !change->dim &&
	       mlv_change_part(&diff->sides[0].record, &diff->sides[1].record, change, parting);
}

mlv_err mlv_record_parts_print(struct mlv_out *out, const struct mlv_record_diff *diff,
			       unsigned precision)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	struct mlv_parting parts;

	for (size_t c = 0; c < diff->comparison.count; c++) {
		mlv_err err;

		if (!part(diff, c, &parts))
			continue;
		mlv_buf_clear(&line);
		if ((err = mlv_buf_printf(&line, "test set: %s of all rows changed by ",
					  diff->comparison.changes[c].metric)) ||
		    (err = add_number(&line, "", parts.change, true, precision)) ||
		    (err = add_number(&line, ": ", parts.model, true, precision)) ||
		    (err = add_number(&line, " by the model, ", parts.went, true, precision)) ||
		    (err = add_number(&line, " by rows that went, ", parts.came, true, precision)))
			return err;
		mlv_out_line(out, "%s by rows that came", line.ptr);
	}
	return NULL;
}

void mlv_record_parts_out(struct mlv_out *out, const struct mlv_record_diff *diff)
{
	struct mlv_parting parts;

	mlv_out_object_begin(out, "parts");
	for (size_t c = 0; c < diff->comparison.count; c++) {
		if (!part(diff, c, &parts))
			continue;
		mlv_out_object_begin(out, diff->comparison.changes[c].metric);
		mlv_out_real(out, "diff", parts.change);
		mlv_out_real(out, "model", parts.model);
		mlv_out_real(out, "went", parts.went);
		mlv_out_real(out, "came", parts.came);
		mlv_out_object_end(out);
	}
	mlv_out_object_end(out);
}
