#include "cmd/record/diff_table.h"

#include <math.h>

#include "cmd/ui/bar.h"
#include "cmd/ui/out.h"
#include "core/base/sys.h"
#include "core/eval/metric.h"

#define BAR_WIDTH 8 /* characters */

static mlv_err number_cell(struct mlv_table *table, bool there, double number, unsigned precision)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = there ? mlv_metric_format_number(&text, number, precision)
			    : mlv_buf_add_char(&text, '-');

	return err ? err : mlv_table_cell(table, text.ptr);
}

static mlv_err p_cell(struct mlv_table *table, bool there, double p)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = there ? mlv_buf_printf(&text, "%.2g", p) : mlv_buf_add_str(&text, "");

	return err ? err : mlv_table_cell(table, text.ptr);
}

/* Whether a slice went another way than all rows. */
static bool is_against(const struct mlv_comparison *comparison, const struct mlv_change *change)
{
	const struct mlv_change *all = mlv_comparison_find(comparison, "overall", change->metric);

	return change->dim && all && mlv_change_gain(all) * mlv_change_gain(change) < 0;
}

static mlv_err verdict_cell(struct mlv_table *table, const struct mlv_comparison *comparison,
			    const struct mlv_change *change, bool fall)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_buf_add_str(&text, mlv_verdict_name(change->verdict));

	if (!err && change->verdict == MLV_VERDICT_UNCLEAR && is_against(comparison, change))
		err = mlv_buf_add_str(&text, ", opposite direction to overall");
	if (!err && fall)
		err = mlv_buf_add_str(&text, ", the largest fall");
	if (!err && change->has_counts && change->gained + change->lost)
		err = mlv_buf_printf(&text, ", %llu rows more and %llu less",
				     (unsigned long long)change->gained,
				     (unsigned long long)change->lost);
	return err ? err : mlv_table_cell(table, text.ptr);
}

/* Which metric a change is of: the place of that of all rows. */
static size_t metric_of(const struct mlv_comparison *comparison, const struct mlv_change *change)
{
	const struct mlv_change *all = mlv_comparison_find(comparison, "overall", change->metric);

	return all ? (size_t)(all - comparison->changes) : comparison->count;
}

/* How much each metric changed where it changed most. */
static mlv_err find_most(const struct mlv_comparison *comparison, double **most)
{
	if (!(*most = mlv_sys_alloc_array(comparison->count + 1, sizeof(**most))))
		return mlv_error_nomem("a table");
	for (size_t c = 0; c < comparison->count; c++) {
		const struct mlv_change *change = &comparison->changes[c];
		double *of = &(*most)[metric_of(comparison, change)];

		if (change->sides[0].defined && change->sides[1].defined &&
		    change->verdict != MLV_VERDICT_SMALL)
			*of = fmax(*of, fabs(change->change));
	}
	return NULL;
}

/* In Markdown with a bar, as long as the change beside that of the slice where the metric changed most. */
static mlv_err change_cell(struct mlv_table *table, const struct mlv_change *change, double most,
			   unsigned precision)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	bool both = change->sides[0].defined && change->sides[1].defined;
	mlv_err err;

	if (!both)
		return mlv_table_cell(table, "-");
	if ((err = mlv_metric_format_change(&text, change->change, precision)) ||
	    (most > 0 &&
	     ((err = mlv_buf_add_char(&text, ' ')) ||
	      (err = mlv_bar_add(&text, fmin(fabs(change->change) / most, 1), BAR_WIDTH)))))
		return err;
	return mlv_table_cell(table, text.ptr);
}

static mlv_err add_row(struct mlv_table *table, const struct mlv_comparison *comparison,
		       const struct mlv_change *change, bool fall, double most, unsigned precision)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf interval = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_table_cell(table, change->slice)) ||
	    (err = mlv_table_cell(table, change->metric)) || (err = mlv_table_count(table, change->rows)))
		return err;
	for (int s = 0; s < 2; s++)
		if ((err = number_cell(table, change->sides[s].defined, change->sides[s].value, precision)))
			return err;
	if ((err = change_cell(table, change, most, precision)) ||
	    (err = mlv_record_interval(&interval, change->has_interval, change->low, change->high,
				       precision)) ||
	    (err = mlv_table_cell(table, interval.ptr)) ||
	    (err = p_cell(table, change->has_p, change->p)) ||
	    (err = p_cell(table, change->has_p && change->dim, change->adjusted)))
		return err;
	return verdict_cell(table, comparison, change, fall);
}

mlv_err mlv_record_diff_table(struct mlv_out *out, const struct mlv_metrics_side sides[2],
			      const struct mlv_comparison *comparison,
			      const struct mlv_record_diff_rows *rows, bool markdown,
			      unsigned precision)
{
	const char *old = mlv_metrics_side_name(&sides[0]), *now = mlv_metrics_side_name(&sides[1]);
	const char *const headings[] = { "Slice",  "Metric",   "Rows", old,	now,
					 "Change", "Interval", "p",    "p adj", "Verdict" };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	MLV_SCOPED(mlv_mem_free) double *most = NULL; /* of each metric; in Markdown */
	mlv_err err = mlv_table_init(&table, MLV_COUNT(headings), 1U << 2, headings);

	if (!err && markdown)
		err = find_most(comparison, &most);
	for (size_t i = 0; i < rows->count && !err; i++)
		err = add_row(&table, comparison, rows->at[i], rows->at[i] == rows->fall,
			      most ? most[metric_of(comparison, rows->at[i])] : 0, precision);
	if (err || !rows->count)
		return err;
	mlv_out_raw(out, markdown ? "\n" : "");
	mlv_table_print(&table, out, markdown);
	mlv_out_raw(out, markdown ? "\n" : "");
	return NULL;
}
