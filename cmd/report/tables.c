/* The tables of a report: all rows, and all slices. */
#include <string.h>

#include "cmd/report/charts.h"

static mlv_err add_number_cell(struct mlv_buf *to, bool there, double number, const char *sign)
{
	mlv_err err = mlv_html_raw(to, "<td class=\"n\">", there ? sign : "", NULL);

	if (!err && there)
		err = mlv_html_number(to, number);
	return err ? err : mlv_buf_add_str(to, "</td>");
}

static mlv_err add_range_cell(struct mlv_buf *to, bool there, double low, double high)
{
	mlv_err err = mlv_buf_add_str(to, "<td class=\"n\">");

	if (!err && there &&
	    ((err = mlv_buf_add_char(to, '[')) || (err = mlv_html_number(to, low)) ||
	     (err = mlv_buf_add_str(to, ", ")) || (err = mlv_html_number(to, high)) ||
	     (err = mlv_buf_add_char(to, ']'))))
		return err;
	return err ? err : mlv_buf_add_str(to, "</td>");
}

/* What changed: before, change, its interval, p, verdict. */
static mlv_err add_change(struct mlv_buf *to, const struct mlv_change *change)
{
	bool both = change && change->sides[0].defined && change->sides[1].defined;
	const char *verdict = change ? mlv_verdict_name(change->verdict) : "";
	mlv_err err;

	if ((err = add_number_cell(to, change && change->sides[0].defined,
				   change ? change->sides[0].value : 0, "")) ||
	    (err = add_number_cell(to, both, both ? change->change : 0,
				   both && change->change > 0 ? "+" : "")) ||
	    (err = add_range_cell(to, change && change->has_interval, change ? change->low : 0,
				  change ? change->high : 0)) ||
	    (err = add_number_cell(to, change && change->has_p,
				   !change ? 0 : change->dim ? change->adjusted : change->p, "")))
		return err;
	return mlv_html_raw(to, "<td class=\"verdict ", verdict, "\">", verdict, "</td>", NULL);
}

static mlv_err add_row(struct mlv_page *page, const struct mlv_report_input *input,
		       const struct mlv_record_slice *slice, size_t metric)
{
	const struct mlv_entry *entry = &slice->entries[metric];
	const char *name = input->record->metrics[metric].name;
	mlv_err err = mlv_buf_add_str(page->html, "<tr><th scope=\"row\">");

	if (err || (slice->dim && ((err = mlv_html_text(page->html, slice->name)) ||
				   (err = mlv_buf_add_str(page->html, "</th><td>")))) ||
	    (err = mlv_html_text(page->html, name)) ||
	    (err = mlv_buf_printf(page->html, "%s<td class=\"n\">%llu</td>", slice->dim ? "</td>" : "</th>",
				  (unsigned long long)entry->of)))
		return err;
	if (entry->defined)
		err = add_number_cell(page->html, true, entry->value, "");
	else if (!(err = mlv_buf_add_str(page->html, "<td class=\"n\">none: ")) &&
		 !(err = mlv_html_text(page->html, entry->why ? entry->why : "not said")))
		err = mlv_buf_add_str(page->html, "</td>");
	if (err || (err = add_range_cell(page->html, entry->has_interval, entry->low, entry->high)) ||
	    (input->old &&
	     (err = add_change(page->html, mlv_comparison_find(input->comparison, slice->name, name)))))
		return err;
	return mlv_buf_add_str(page->html, "</tr>\n");
}

static mlv_err begin_table(struct mlv_page *page, const struct mlv_report_input *input, bool slices)
{
	return mlv_html_raw(
		page->html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"",
		slices ? "All slices" : "All rows", "\"><table><thead><tr>",
		slices ? "<th scope=\"col\">Slice</th>" : "",
		"<th scope=\"col\">Metric</th><th scope=\"col\" class=\"n\">Rows</th>"
		"<th scope=\"col\" class=\"n\">Now</th><th scope=\"col\" class=\"n\">Interval</th>",
		!input->old
			? ""
			: "<th scope=\"col\" class=\"n\">Before</th><th scope=\"col\" class=\"n\">Change</th>"
			  "<th scope=\"col\" class=\"n\">Interval of the change</th>",
		!input->old ? ""
		: slices
			? "<th scope=\"col\" class=\"n\">p, adjusted</th><th scope=\"col\">Verdict</th>"
			: "<th scope=\"col\" class=\"n\">p</th><th scope=\"col\">Verdict</th>",
		"</tr></thead><tbody>\n", NULL);
}

static mlv_err end_table(struct mlv_page *page)
{
	mlv_err err = mlv_buf_add_str(page->html, "</tbody></table></div>\n");

	return err ? err : mlv_report_end(page);
}

mlv_err mlv_report_overall(struct mlv_page *page, const struct mlv_report_input *input)
{
	mlv_err err;

	if ((err = mlv_report_begin(page, "overall", "All rows")) ||
	    (err = begin_table(page, input, false)))
		return err;
	for (size_t m = 0; m < input->record->metric_count && !err; m++)
		err = add_row(page, input, &input->record->slices[0], m);
	return err ? err : end_table(page);
}

static mlv_err add_names(struct mlv_page *page, const char *what, const struct mlv_strs *names)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < names->count && !err; i++)
		if (!(err = mlv_html_raw(page->html, i ? ", " : "<p>", i ? "" : what, NULL)))
			err = mlv_html_text(page->html, names->at[i]);
	return err || !names->count ? err : mlv_buf_add_str(page->html, "</p>\n");
}

/* Those that became worse first, then those that became better, then the rest as they stand. */
static bool in_pass(const struct mlv_report_input *input, const struct mlv_record_slice *slice,
		    size_t metric, int pass)
{
	const struct mlv_change *change =
		mlv_comparison_find(input->comparison, slice->name, input->record->metrics[metric].name);
	int its = !change				    ? 2
		  : change->verdict == MLV_VERDICT_WORSE  ? 0
		  : change->verdict == MLV_VERDICT_BETTER ? 1
							  : 2;

	return its == pass;
}

mlv_err mlv_report_slices(struct mlv_page *page, const struct mlv_report_input *input)
{
	const struct mlv_record *record = input->record;
	mlv_err err;

	if (record->slice_count < 2)
		return NULL;
	if ((err = mlv_report_begin(page, "slices", "All slices")) ||
	    (input->comparison &&
	     ((err = add_names(page, "Defined anew, not compared: ", &input->comparison->redefined)) ||
	      (err = add_names(page, "Vanished: ", &input->comparison->vanished)) ||
	      (err = add_names(page, "New: ", &input->comparison->appeared)))) ||
	    (err = begin_table(page, input, true)))
		return err;
	for (int pass = 0; pass < 3; pass++)
		for (size_t s = 1; s < record->slice_count; s++)
			for (size_t m = 0; m < record->metric_count && !err; m++)
				if (in_pass(input, &record->slices[s], m, pass))
					err = add_row(page, input, &record->slices[s], m);
	return err ? err : end_table(page);
}
