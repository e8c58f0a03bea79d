/* Groups beside their references: a chart for each attribute. */
#include <math.h>
#include <string.h>

#include "cmd/report/charts.h"
#include "cmd/report/specs.h"

#define GROUPS_MAX 60 /* rows of a chart */

static const char *verdict_of(const struct mlv_fair_audit *audit, size_t rate, size_t group)
{
	static const char *const names[] = { "undefined", "unfair", "fair" };

	return audit->against[rate] == group ? "reference"
					     : names[audit->groups[group].disparities[rate].fair];
}

/* "White" of race: the attribute stands above. */
static const char *short_name(const struct mlv_fair_audit *audit, const char *name)
{
	size_t len = strlen(audit->name);

	return strncmp(name, audit->name, len) == 0 && name[len] == '=' ? name + len + 1 : name;
}

static mlv_err add_group(struct mlv_figure *figure, const struct mlv_fair_audit *audit, size_t rate,
			 size_t g)
{
	const struct mlv_fair_group *group = &audit->groups[g];
	const struct mlv_rate_value *value = &group->rates[rate];
	const struct mlv_disparity *of = &group->disparities[rate];
	bool other = audit->against[rate] != g;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf label = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_buf_printf(&label, "%s  %s", mlv_rate_name((enum mlv_rate)rate),
				  short_name(audit, group->name))) ||
	    (err = mlv_figure_text(figure, label.ptr)) ||
	    (err = mlv_figure_number(figure, true, (double)value->of)) ||
	    (err = mlv_figure_number(figure, value->defined, value->value)) ||
	    (err = mlv_figure_number(figure, of->defined && !isinf(of->ratio), of->ratio)) ||
	    (err = mlv_figure_number(figure, other && of->has_ratio_interval, of->ratio_interval.low)) ||
	    (err = mlv_figure_number(figure, other && of->has_ratio_interval, of->ratio_interval.high)) ||
	    (err = mlv_figure_number(figure, true, audit->tau)) ||
	    (err = mlv_figure_number(figure, true, 1 / audit->tau)) ||
	    (err = mlv_figure_number(figure, of->has_p, of->adjusted)))
		return err;
	return mlv_figure_text(figure, verdict_of(audit, rate, g));
}

static mlv_err add_audit(struct mlv_page *page, const struct mlv_fair_audit *audit, const bool *rates)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf title = MLV_BUF_INIT;
	MLV_SCOPED(mlv_figure_release) struct mlv_figure figure = {
		.note = "A group's rate by that of the reference, with its interval; shaded: from tau to "
			"1/tau; a diamond is outside. Ratios of 0, and by 0, are in the table only.",
		.spec = mlv_spec_groups,
		.columns = { { "label", "Rate, group", false }, { "n", "Rows", true },
			     { "value", "Rate", true }, { "ratio", "Ratio", true },
			     { "low", "From", true }, { "high", "To", true }, { "tau", "Tau", true },
			     { "over", "1/tau", true }, { "p", "p, adjusted", true },
			     { "verdict", "Verdict", false } },
	};
	mlv_err err = mlv_fair_audit_title(audit, &title);

	figure.title = title.ptr;
	for (size_t r = 0; r < MLV_RATES; r++)
		for (size_t g = 0; rates[r] && g < audit->count && !err; g++)
			if (mlv_figure_rows(&figure) < GROUPS_MAX)
				err = add_group(&figure, audit, r, g);
	if (err)
		return err;
	figure.height = 80 + 24 * (unsigned)mlv_figure_rows(&figure);
	return mlv_figure_print(page, &figure);
}

bool mlv_report_has_groups(const struct mlv_report_input *input)
{
	return input->unaudited || (input->audited && input->audited->fairness.count);
}

mlv_err mlv_report_groups(struct mlv_page *page, const struct mlv_report_input *input)
{
	const struct mlv_fair_audited *audited = input->audited;
	mlv_err err;

	if (!mlv_report_has_groups(input))
		return NULL;
	if ((err = mlv_report_begin(page, "groups", "Groups beside their references")))
		return err;
	if (input->unaudited &&
	    ((err = mlv_buf_add_str(page->html, "<p>Left out: ")) ||
	     (err = mlv_html_text(page->html, input->unaudited)) ||
	     (err = mlv_buf_add_str(page->html, "</p>\n"))))
		return err;
	for (size_t a = 0; audited && a < audited->fairness.count && !err; a++)
		err = add_audit(page, &audited->fairness.audits[a], audited->plan.entries[a]->rates);
	return err ? err : mlv_report_end(page);
}
