#include "cmd/record/diff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/record/diff_json.h"
#include "cmd/record/diff_table.h"
#include "cmd/record/folds.h"
#include "cmd/record/mermaid.h"
#include "cmd/record/reversals.h"
#include "cmd/record/spread.h"
#include "cmd/record/table.h"
#include "cmd/ui/out.h"
#include "cmd/ui/value.h"
#include "core/base/sys.h"
#include "core/eval/metric.h"
#include "core/repo/glob.h"

mlv_err mlv_adjust_parse(const char *name, enum mlv_adjust *adjust)
{
	static const char *const words[] = { "bh", "holm", "by", "none" };
	static const enum mlv_adjust ways[] = { MLV_ADJUST_BH, MLV_ADJUST_HOLM, MLV_ADJUST_BY,
						MLV_ADJUST_NONE };
	size_t choice = 0;
	mlv_err err = mlv_option_choice("--adjust", name, words, MLV_COUNT(words), &choice);

	*adjust = ways[choice];
	return err;
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
	struct mlv_record_diff_rows rows;
	size_t judged, small; /* slices' metrics that were tested, and that are of too few rows */
};

static void shown_release(struct shown *shown)
{
	mlv_record_diff_rows_release(&shown->rows);
}

static bool is_clear(const struct mlv_change *change)
{
	return change->verdict <= MLV_VERDICT_CHANGED;
}

/* How far a value moved; -1 where it cannot be said. */
static double size_of(const struct mlv_change *change)
{
	return change->sides[0].defined && change->sides[1].defined ? fabs(change->change) : -1;
}

/* Those of all rows first, as they stand; then those of slices by a key, the least first. */
static int by_key(const struct mlv_change *left, const struct mlv_change *right, double left_key,
		  double right_key)
{
	if (!left->dim != !right->dim)
		return left->dim ? 1 : -1;
	if (left->dim && (left_key < right_key || left_key > right_key))
		return left_key < right_key ? -1 : 1;
	return left < right ? -1 : left > right;
}

static int by_name(const void *a, const void *b) /* as they stand, which is by slice and metric */
{
	return by_key(*(const struct mlv_change *const *)a, *(const struct mlv_change *const *)b, 0, 0);
}

static int by_rows(const void *a, const void *b)
{
	const struct mlv_change *left = *(const struct mlv_change *const *)a;
	const struct mlv_change *right = *(const struct mlv_change *const *)b;

	return by_key(left, right, -(double)left->rows, -(double)right->rows);
}

static int worst_first(const void *a, const void *b)
{
	const struct mlv_change *left = *(const struct mlv_change *const *)a;
	const struct mlv_change *right = *(const struct mlv_change *const *)b;

	if (left->verdict != right->verdict)
		return by_key(left, right, left->verdict, right->verdict);
	return by_key(left, right, mlv_change_gain(left), mlv_change_gain(right));
}

static int by_delta(const void *a, const void *b)
{
	const struct mlv_change *left = *(const struct mlv_change *const *)a;
	const struct mlv_change *right = *(const struct mlv_change *const *)b;

	return by_key(left, right, -size_of(left), -size_of(right));
}

void mlv_record_diff_rows_release(struct mlv_record_diff_rows *rows)
{
	free(rows->at);
	*rows = (struct mlv_record_diff_rows){ 0 };
}

mlv_err mlv_record_diff_worst_first(const struct mlv_comparison *comparison,
				    struct mlv_record_diff_rows *rows)
{
	rows->at = mlv_sys_alloc_array(comparison->count + 1, sizeof(*rows->at));
	if (!rows->at)
		return mlv_error_nomem("a table");
	for (size_t c = 0; c < comparison->count; c++)
		rows->at[rows->count++] = &comparison->changes[c];
	if (rows->count)
		qsort(rows->at, rows->count, sizeof(*rows->at), worst_first);
	return NULL;
}

static mlv_err choose(const struct mlv_comparison *comparison, const struct mlv_glob *glob,
		      const struct mlv_record_diff_options *options, struct shown *shown)
{
	static int (*const orders[])(const void *, const void *) = {
		[MLV_RECORD_BY_NAME] = by_name, [MLV_RECORD_BY_ROWS] = by_rows,
		[MLV_RECORD_BY_WORST] = worst_first, [MLV_RECORD_BY_DELTA] = by_delta,
	};
	struct mlv_record_diff_rows *rows = &shown->rows;
	bool all = options->all;

	rows->at = mlv_sys_alloc_array(comparison->count + 1, sizeof(*rows->at));
	if (!rows->at)
		return mlv_error_nomem("a table");
	for (size_t c = 0; c < comparison->count; c++) {
		const struct mlv_change *change = &comparison->changes[c];
		bool small = change->verdict == MLV_VERDICT_SMALL;

		if (change->dim && glob && !mlv_glob_match(glob, change->slice, strlen(change->slice)))
			continue;
		shown->judged += change->dim && change->has_p && !small;
		shown->small += change->dim && small;
		if (change->dim && !small && change->direction && mlv_change_gain(change) < 0 &&
		    (!rows->fall || mlv_change_gain(change) < mlv_change_gain(rows->fall)))
			rows->fall = change;
		if (all || !change->dim || is_clear(change))
			rows->at[rows->count++] = change;
	}
	if (!all && rows->fall && !is_clear(rows->fall))
		rows->at[rows->count++] = rows->fall;
	if (rows->count)
		qsort(rows->at, rows->count, sizeof(*rows->at), orders[options->order]);
	return NULL;
}

/*
 * Put what must be seen before all else, in its order: what happened overall, and which slices fell.
 * Returns how many these are.
 */
static size_t put_first(const struct mlv_record_diff_rows *rows)
{
	size_t first = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct mlv_change *change = rows->at[i];

		if (change->dim && change != rows->fall && change->verdict != MLV_VERDICT_WORSE &&
		    change->verdict != MLV_VERDICT_CHANGED)
			continue;
		memmove(&rows->at[first + 1], &rows->at[first], (i - first) * sizeof(*rows->at));
		rows->at[first++] = change;
	}
	return first;
}

/* ---- text */

static void print_names(struct mlv_out *out, const char *what, const struct mlv_strs *names)
{
	for (size_t i = 0; i < names->count; i++)
		mlv_out_line(out, "%s: %s", what, names->at[i]);
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
	if (pairs->regrouped)
		mlv_out_line(out, "%s: the test set changed: rows are in other groups than before",
			     diff->name);
}

/* What is said of the whole comparison. */
static mlv_err print_all(struct mlv_out *out, const struct mlv_record_diff *diff,
			 const struct shown *shown, unsigned precision)
{
	const struct mlv_comparison *comparison = &diff->comparison;
	mlv_err err;

	if (comparison->churn.known && comparison->churn.flipped)
		mlv_out_line(out, "churn: %llu of %llu rows are taken for another class, %llu of them newly "
			     "right and %llu newly wrong",
			     (unsigned long long)comparison->churn.flipped,
			     (unsigned long long)comparison->churn.rows,
			     (unsigned long long)comparison->churn.improved,
			     (unsigned long long)comparison->churn.regressed);
	if (shown->judged)
		mlv_out_line(out, "slices: %zu tests, adjusted together", shown->judged);
	if (shown->small)
		mlv_out_line(out, "slices of too few rows, not judged: %zu metrics", shown->small);
	if ((err = mlv_record_folds_print(out, diff, precision)) ||
	    (err = mlv_record_parts_print(out, diff, precision)))
		return err;
	mlv_record_reversals_print(out, diff);
	print_names(out, "redefined, not compared", &comparison->redefined);
	print_names(out, "vanished", &comparison->vanished);
	print_names(out, "new", &comparison->appeared);
	return NULL;
}

static mlv_err print_text(struct mlv_run *run, const struct mlv_metrics_side sides[2],
			  const struct mlv_record_diff *diff, const struct mlv_glob *glob,
			  const struct mlv_record_diff_options *options)
{
	MLV_SCOPED(shown_release) struct shown shown = { 0 };
	mlv_err err;

	if ((err = choose(&diff->comparison, glob, options, &shown)))
		return err;
	print_rows(run->out, diff);
	print_moved(run->out, diff);
	if ((err = mlv_record_diff_table(run->out, sides, &diff->comparison, &shown.rows, false,
					 options->precision)) ||
	    (err = print_all(run->out, diff, &shown, options->precision)) ||
	    (err = mlv_record_spread_print(run->out, diff, glob, options->all, options->precision)))
		return err;
	return mlv_record_last_line(run->out, diff);
}

/* What must be seen first; the rest is folded up. */
static mlv_err print_markdown(struct mlv_run *run, const struct mlv_metrics_side sides[2],
			      const struct mlv_record_diff *diff, const struct mlv_glob *glob,
			      const struct mlv_record_diff_options *options)
{
	MLV_SCOPED(shown_release) struct shown shown = { 0 };
	struct mlv_record_diff_rows first, rest;
	struct mlv_out list = *run->out; /* each line an item */
	mlv_err err;

	if ((err = choose(&diff->comparison, glob, options, &shown)) ||
	    (err = mlv_out_marker(run->out, "", diff->name)))
		return err;
	first = rest = shown.rows;
	first.count = put_first(&shown.rows);
	rest.at += first.count;
	rest.count -= first.count;
	list.item = "- ";
	print_rows(&list, diff);
	print_moved(&list, diff);
	if ((err = mlv_record_diff_table(run->out, sides, &diff->comparison, &first, true,
					 options->precision)) ||
	    (options->mermaid &&
	     (err = mlv_record_mermaid_print(run->out, sides, &shown.rows, options->precision))) ||
	    (err = print_all(&list, diff, &shown, options->precision)) ||
	    (err = mlv_record_last_line(&list, diff)))
		return err;
	if (!rest.count && !mlv_record_spread_any(diff, glob, options->all))
		return NULL;
	mlv_out_line(run->out, "\n<details>");
	if (rest.count)
		mlv_out_line(run->out, "<summary>%zu more row%s, worst slices and gaps</summary>\n",
			     rest.count, rest.count == 1 ? "" : "s");
	else
		mlv_out_line(run->out, "<summary>worst slices and gaps</summary>\n");
	if ((err = mlv_record_diff_table(run->out, sides, &diff->comparison, &rest, true,
					 options->precision)) ||
	    (err = mlv_record_spread_print(&list, diff, glob, options->all, options->precision)))
		return err;
	mlv_out_line(run->out, "\n</details>");
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
		return (options->markdown ? print_markdown : print_text)(
			run, sides, diff, options->slices ? &glob : NULL, options);
	mlv_out_object_begin(run->out, path.ptr);
	mlv_record_diff_out(run->out, diff, options->slices ? &glob : NULL);
	mlv_out_object_end(run->out);
	return NULL;
}
