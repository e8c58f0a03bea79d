#include "cmd/record/diff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/record/diff_json.h"
#include "cmd/record/folds.h"
#include "cmd/record/spread.h"
#include "cmd/record/table.h"
#include "cmd/ui/out.h"
#include "core/base/sys.h"
#include "core/eval/metric.h"
#include "core/repo/glob.h"

mlv_err mlv_adjust_parse(const char *name, enum mlv_adjust *adjust)
{
	static const char *const names[] = { "none", "holm", "bh", "by" };

	*adjust = MLV_ADJUST_BH;
	for (size_t i = 0; name && i < MLV_COUNT(names); i++)
		if (strcmp(names[i], name) == 0) {
			*adjust = (enum mlv_adjust)i;
			return NULL;
		}
	return name ? mlv_error(MLV_E_USAGE, "--adjust must be bh, holm, by or none, not '%s'", name)
		    : NULL;
}

void mlv_record_diff_release(struct mlv_record_diff *diff)
{
	mlv_fold_changes_release(&diff->folds);
	mlv_spreads_release(&diff->spreads);
	mlv_comparison_release(&diff->comparison);
	mlv_pairs_release(&diff->pairs);
	mlv_eval_side_release(&diff->sides[0]);
	mlv_eval_side_release(&diff->sides[1]);
}

static mlv_err compare(const struct mlv_record_diff_how *how, struct mlv_record_diff *diff)
{
	const struct mlv_record *const records[] = { &diff->sides[0].record, &diff->sides[1].record };
	mlv_err err;

	if ((err = mlv_fold_changes_make(records[0], records[1], how->margin, &diff->folds)) ||
	    (err = mlv_eval_compare(records[0], records[1], diff->paired ? &diff->pairs : NULL,
				    how->no_folds, how->adjust, &diff->comparison)))
		return err;
	return mlv_spreads_make(records[0], records[1], &diff->comparison, &diff->spreads);
}

/* What the user wants otherwise than the record has it. */
static void set_limits(const struct mlv_record_diff_how *how, struct mlv_record *record)
{
	record->level = how->level > 0 ? how->level : record->level;
	for (size_t s = 0; how->min_n && s < record->slice_count; s++)
		record->slices[s].small = record->slices[s].dim && record->slices[s].n < how->min_n;
}

mlv_err mlv_record_diff_make(struct mlv_metrics_place *place, const struct mlv_metrics_side sides[2],
			     const char *name, const struct mlv_record_diff_how *how,
			     struct mlv_record_diff *diff)
{
	mlv_err err;

	diff->name = name;
	for (int s = 0; s < 2; s++) {
		if ((err = mlv_eval_side_load(place, &sides[s], name, !how->no_rows, &diff->sides[s])))
			return err;
		set_limits(how, &diff->sides[s].record);
	}
	diff->compared = diff->sides[0].found && diff->sides[1].found;
	if (!diff->compared)
		return NULL;
	if (diff->sides[0].has_cases && diff->sides[1].has_cases &&
	    (err = mlv_pairs_make(&diff->sides[0].cases, &diff->sides[1].cases, &diff->pairs,
				  &diff->paired)))
		return err;
	diff->paired = diff->paired && diff->pairs.count;
	return compare(how, diff);
}

bool mlv_record_diff_changed(const struct mlv_record_diff *diff)
{
	const struct mlv_comparison *comparison = &diff->comparison;

	for (size_t c = 0; c < comparison->count; c++) {
		const struct mlv_change *change = &comparison->changes[c];

		if (change->sides[0].defined != change->sides[1].defined || change->change < 0 ||
		    change->change > 0)
			return true;
	}
	return comparison->vanished.count || comparison->appeared.count ||
	       comparison->redefined.count || comparison->moved_count;
}

/* ---- which changes are shown */

struct shown {
	const struct mlv_change **at;
	size_t count;
	size_t judged;  /* slices' metrics that were tested */
	const struct mlv_change *fall; /* the largest of a slice, whatever it is; NULL: none */
};

static bool is_clear(const struct mlv_change *change)
{
	return change->verdict <= MLV_VERDICT_CHANGED;
}

/* How far a value moved; -1 where it cannot be said. */
static double size_of(const struct mlv_change *change)
{
	return change->sides[0].defined && change->sides[1].defined ? fabs(change->change) : -1;
}

static int worst_first(const void *a, const void *b)
{
	const struct mlv_change *left = *(const struct mlv_change *const *)a;
	const struct mlv_change *right = *(const struct mlv_change *const *)b;
	double gains[] = { mlv_change_gain(left), mlv_change_gain(right) };

	if (!left->dim != !right->dim)
		return left->dim ? 1 : -1;
	if (left->verdict != right->verdict && left->dim)
		return left->verdict < right->verdict ? -1 : 1;
	if (left->dim && (gains[0] < gains[1] || gains[0] > gains[1]))
		return gains[0] < gains[1] ? -1 : 1;
	return left < right ? -1 : left > right;
}

static int by_delta(const void *a, const void *b)
{
	const struct mlv_change *left = *(const struct mlv_change *const *)a;
	const struct mlv_change *right = *(const struct mlv_change *const *)b;
	double deltas[] = { size_of(left), size_of(right) };

	if (!left->dim != !right->dim)
		return left->dim ? 1 : -1;
	if (left->dim && (deltas[0] < deltas[1] || deltas[0] > deltas[1]))
		return deltas[0] > deltas[1] ? -1 : 1;
	return left < right ? -1 : left > right;
}

static int by_rows(const void *a, const void *b)
{
	const struct mlv_change *left = *(const struct mlv_change *const *)a;
	const struct mlv_change *right = *(const struct mlv_change *const *)b;

	if (!left->dim != !right->dim)
		return left->dim ? 1 : -1;
	if (left->dim && left->rows != right->rows)
		return left->rows > right->rows ? -1 : 1;
	return left < right ? -1 : left > right;
}

/* As they stand, which is by slice and metric. */
static int by_name(const void *a, const void *b)
{
	const struct mlv_change *left = *(const struct mlv_change *const *)a;
	const struct mlv_change *right = *(const struct mlv_change *const *)b;

	return left < right ? -1 : left > right;
}

static mlv_err choose(const struct mlv_comparison *comparison, const struct mlv_glob *glob,
		      const struct mlv_record_diff_options *options, struct shown *shown)
{
	static int (*const orders[])(const void *, const void *) = {
		[MLV_RECORD_BY_NAME] = by_name, [MLV_RECORD_BY_ROWS] = by_rows,
		[MLV_RECORD_BY_WORST] = worst_first, [MLV_RECORD_BY_DELTA] = by_delta,
	};
	bool all = options->all;

	shown->at = mlv_sys_alloc_array(comparison->count + 1, sizeof(*shown->at));
	if (!shown->at)
		return mlv_error_nomem("a table");
	for (size_t c = 0; c < comparison->count; c++) {
		const struct mlv_change *change = &comparison->changes[c];
		bool small = change->verdict == MLV_VERDICT_SMALL;

		if (change->dim && glob && !mlv_glob_match(glob, change->slice, strlen(change->slice)))
			continue;
		shown->judged += change->dim && change->has_p && !small;
		if (change->dim && !small && change->direction && mlv_change_gain(change) < 0 &&
		    (!shown->fall || mlv_change_gain(change) < mlv_change_gain(shown->fall)))
			shown->fall = change;
		if (all || !change->dim || is_clear(change))
			shown->at[shown->count++] = change;
	}
	if (!all && shown->fall && !is_clear(shown->fall))
		shown->at[shown->count++] = shown->fall;
	if (shown->count)
		qsort(shown->at, shown->count, sizeof(*shown->at), orders[options->order]);
	return NULL;
}

/* ---- tables */

static mlv_err number_cell(struct mlv_table *table, bool there, double number, bool sign,
			   unsigned precision)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = NULL;

	if (!there)
		return mlv_table_cell(table, "-");
	if (sign && number > 0)
		err = mlv_buf_add_char(&text, '+');
	if (err || (err = mlv_metric_format_number(&text, number, precision)))
		return err;
	return mlv_table_cell(table, text.ptr);
}

static mlv_err p_cell(struct mlv_table *table, bool there, double p)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = there ? mlv_buf_printf(&text, "%.2g", p) : mlv_buf_add_str(&text, "");

	return err ? err : mlv_table_cell(table, text.ptr);
}

static mlv_err verdict_cell(struct mlv_table *table, const struct mlv_change *change, bool fall)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_buf_add_str(&text, mlv_verdict_name(change->verdict));

	if (!err && fall)
		err = mlv_buf_add_str(&text, ", the largest fall");
	if (!err && change->has_counts && change->gained + change->lost)
		err = mlv_buf_printf(&text, ", %llu rows more and %llu less",
				     (unsigned long long)change->gained,
				     (unsigned long long)change->lost);
	return err ? err : mlv_table_cell(table, text.ptr);
}

static mlv_err add_row(struct mlv_table *table, const struct mlv_change *change, bool fall,
		       unsigned precision)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf interval = MLV_BUF_INIT;
	bool both = change->sides[0].defined && change->sides[1].defined;
	mlv_err err;

	if ((err = mlv_table_cell(table, change->slice)) ||
	    (err = mlv_table_cell(table, change->metric)))
		return err;
	for (int s = 0; s < 2; s++)
		if ((err = number_cell(table, change->sides[s].defined, change->sides[s].value, false,
				       precision)))
			return err;
	if ((err = number_cell(table, both, change->change, true, precision)) ||
	    (err = mlv_record_interval(&interval, change->has_interval, change->low, change->high,
				       precision)) ||
	    (err = mlv_table_cell(table, interval.ptr)) ||
	    (err = p_cell(table, change->has_p, change->p)) ||
	    (err = p_cell(table, change->has_p && change->dim, change->adjusted)))
		return err;
	return verdict_cell(table, change, fall);
}

static mlv_err print_table(struct mlv_run *run, const struct mlv_metrics_side sides[2],
			   const struct shown *shown, const struct mlv_record_diff_options *options)
{
	const char *const headings[] = { "Slice", "Metric", mlv_metrics_side_name(&sides[0]),
					 mlv_metrics_side_name(&sides[1]), "Change", "Interval", "p",
					 "p adj", "Verdict" };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	mlv_err err = mlv_table_init(&table, MLV_COUNT(headings), 0, headings);

	for (size_t i = 0; i < shown->count && !err; i++)
		err = add_row(&table, shown->at[i], shown->at[i] == shown->fall, options->precision);
	if (!err) {
		mlv_out_raw(run->out, options->markdown ? "\n" : "");
		mlv_table_print(&table, run->out, options->markdown);
		mlv_out_raw(run->out, options->markdown ? "\n" : "");
	}
	return err;
}

static void print_names(struct mlv_out *out, const char *what, const struct mlv_strs *names)
{
	for (size_t i = 0; i < names->count; i++)
		mlv_out_line(out, "%s: %s", what, names->at[i]);
}

/* Slices that clearly move against what clearly happened to all rows. */
static void print_reversals(struct mlv_out *out, const struct mlv_comparison *comparison)
{
	for (size_t c = 0; c < comparison->count; c++) {
		const struct mlv_change *change = &comparison->changes[c];

		for (size_t o = 0; change->dim && o < comparison->count && !comparison->changes[o].dim; o++) {
			const struct mlv_change *all = &comparison->changes[o];

			if (strcmp(all->metric, change->metric) == 0 &&
			    all->verdict == MLV_VERDICT_BETTER && change->verdict == MLV_VERDICT_WORSE)
				mlv_out_line(out, "reversal: %s is better overall, and worse in %s",
					     change->metric, change->slice);
		}
	}
}

static void print_moved(struct mlv_out *out, const struct mlv_record_diff *diff)
{
	for (size_t i = 0; i < diff->comparison.moved_count; i++) {
		const struct mlv_moved *moved = &diff->comparison.moved[i];

		if (moved->counted)
			mlv_out_line(out,
				     "%s: the test set changed: %llu row%s in other slices of %s than before",
				     diff->name, (unsigned long long)moved->rows,
				     moved->rows == 1 ? " is" : "s are", moved->dim);
		else
			mlv_out_line(out,
				     "%s: the test set changed: rows are in other slices of %s than before",
				     diff->name, moved->dim);
	}
}

static void print_rows(struct mlv_out *out, const struct mlv_record_diff *diff)
{
	const struct mlv_pairs *pairs = &diff->pairs;

	if (!diff->paired) {
		mlv_out_line(out, "%s: evidence: %s", diff->name,
			     mlv_comparison_evidence(&diff->comparison));
		return;
	}
	mlv_out_line(out, "%s: evidence: paired rows, %zu of %zu and %zu", diff->name, pairs->count,
		     diff->sides[0].cases.rows.count, diff->sides[1].cases.rows.count);
	if (pairs->added || pairs->removed || pairs->relabelled)
		mlv_out_line(out,
			     "%s: the test set changed: %llu rows added, %llu removed, %llu relabelled; "
			     "only the others are compared",
			     diff->name, (unsigned long long)pairs->added,
			     (unsigned long long)pairs->removed, (unsigned long long)pairs->relabelled);
}

static mlv_err print_text(struct mlv_run *run, const struct mlv_metrics_side sides[2],
			  const struct mlv_record_diff *diff, const struct mlv_glob *glob,
			  const struct mlv_record_diff_options *options)
{
	struct shown shown = { 0 };
	mlv_err err = choose(&diff->comparison, glob, options, &shown);

	if (!err) {
		print_rows(run->out, diff);
		print_moved(run->out, diff);
		err = print_table(run, sides, &shown, options);
	}
	free(shown.at);
	if (err)
		return err;
	if (shown.judged)
		mlv_out_line(run->out, "slices: %zu tests, adjusted together", shown.judged);
	if ((err = mlv_record_folds_print(run->out, diff, options->precision)) ||
	    (err = mlv_record_parts_print(run->out, diff, options->precision)) ||
	    (err = mlv_record_spread_print(run->out, diff, glob, options->all, options->precision)))
		return err;
	print_reversals(run->out, &diff->comparison);
	print_names(run->out, "redefined, not compared", &diff->comparison.redefined);
	print_names(run->out, "vanished", &diff->comparison.vanished);
	print_names(run->out, "new", &diff->comparison.appeared);
	return NULL;
}

mlv_err mlv_record_diff_print(struct mlv_run *run, const struct mlv_metrics_side sides[2],
			      const struct mlv_record_diff *diff,
			      const struct mlv_record_diff_options *options)
{
	MLV_SCOPED(mlv_glob_release) struct mlv_glob glob = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_eval_path(diff->name, &path)) ||
	    (options->slices && (err = mlv_glob_compile(&glob, options->slices,
							strlen(options->slices), false))))
		return err;
	if (!run->json)
		return print_text(run, sides, diff, options->slices ? &glob : NULL, options);
	mlv_out_object_begin(run->out, path.ptr);
	mlv_record_diff_out(run->out, diff, options->slices ? &glob : NULL);
	mlv_out_object_end(run->out);
	return NULL;
}
