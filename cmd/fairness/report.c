#include "cmd/fairness/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/record/table.h"
#include "core/eval/metric.h"

#define PRECISION MLV_RECORD_PRECISION

static const char *const fair_names[] = { "undefined", "unfair", "fair" };

/* ---- people */

static mlv_err number_cell(struct mlv_table *table, bool there, double number)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = NULL;

	if (there && !isnan(number))
		err = mlv_metric_format_number(&text, number, PRECISION);
	return err ? err : mlv_table_cell(table, text.len ? text.ptr : "-");
}

static mlv_err interval_cell(struct mlv_table *table, bool there, struct mlv_interval in)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_record_interval(&text, there, in.low, in.high, PRECISION);

	return err ? err : mlv_table_cell(table, text.ptr);
}

static mlv_err count_cell(struct mlv_table *table, uint64_t hits, uint64_t of)
{
	char text[48];

	snprintf(text, sizeof(text), "%llu/%llu", (unsigned long long)hits, (unsigned long long)of);
	return mlv_table_cell(table, text);
}

static mlv_err add_group(struct mlv_table *table, const struct mlv_fair_audit *audit, enum mlv_rate rate,
			 size_t g)
{
	const struct mlv_fair_group *group = &audit->groups[g];
	const struct mlv_rate_value *value = &group->rates[rate];
	const struct mlv_disparity *of = &group->disparities[rate];
	bool itself = audit->against[rate] == g;
	mlv_err err;

	if ((err = mlv_table_cell(table, mlv_rate_name(rate))) ||
	    (err = mlv_table_cell(table, group->name)) ||
	    (err = count_cell(table, value->hits, value->of)) ||
	    (err = number_cell(table, value->defined, value->value)) ||
	    (err = number_cell(table, of->defined, of->ratio)) ||
	    (err = interval_cell(table, !itself && of->has_ratio_interval, of->ratio_interval)) ||
	    (err = number_cell(table, of->has_p, of->p)) ||
	    (err = number_cell(table, of->has_p, of->adjusted)))
		return err;
	return mlv_table_cell(table, itself ? "reference" : fair_names[of->fair]);
}

static mlv_err print_groups(struct mlv_run *run, const struct mlv_fair_audit *audit, const bool *rates,
			    bool markdown)
{
	static const char *const headings[] = { "Rate", "Group", "Rows", "Value", "Ratio",
						"Interval", "p", "p(adj)", "" };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	mlv_err err = mlv_table_init(&table, MLV_COUNT(headings), 1U << 2, headings);

	for (size_t r = 0; r < MLV_RATES; r++)
		for (size_t g = 0; rates[r] && g < audit->count && !err; g++)
			err = add_group(&table, audit, (enum mlv_rate)r, g);
	if (!err)
		mlv_table_print(&table, run->out, markdown);
	return err;
}

static mlv_err print_spreads(struct mlv_run *run, const struct mlv_fair_audit *audit, const bool *rates,
			     bool markdown)
{
	static const char *const headings[] = { "Rate", "Max - min", "Min / max", "From all",
						"Ratio to all" };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	mlv_err err = mlv_table_init(&table, MLV_COUNT(headings), 0, headings);

	for (size_t r = 0; r < MLV_RATES && !err; r++) {
		const struct mlv_fair_spread *of = &audit->spreads[r];

		if (!rates[r])
			continue;
		if ((err = mlv_table_cell(&table, mlv_rate_name((enum mlv_rate)r))) ||
		    (err = number_cell(&table, of->defined, of->difference)) ||
		    (err = number_cell(&table, of->defined, of->ratio)) ||
		    (err = number_cell(&table, of->defined, of->from_all)) ||
		    (err = number_cell(&table, of->defined, of->ratio_all)))
			return err;
	}
	if (!err)
		mlv_table_print(&table, run->out, markdown);
	return err;
}

/* The parities of one outcome, on a line. */
static mlv_err print_parities(struct mlv_run *run, const struct mlv_fair_audit *audit, enum mlv_fair fair)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	mlv_err err = NULL;

	for (size_t p = 0; p < MLV_PARITIES && !err; p++)
		if (audit->parities[p] == fair)
			err = mlv_buf_printf(&line, "%s%s", line.len ? ", " : "",
					     mlv_parity_name((enum mlv_parity)p));
	if (!err && line.len)
		mlv_out_line(run->out, "%s: %s", fair_names[fair], line.ptr);
	return err;
}

static mlv_err print_audit(struct mlv_run *run, const struct mlv_fair_audit *audit, const bool *rates,
			   bool markdown)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf title = MLV_BUF_INIT;
	mlv_err err = mlv_fair_audit_title(audit, &title);

	if (err)
		return err;
	mlv_out_line(run->out, "%s%s, tau %.10g", markdown ? "\n#### " : "", title.ptr, audit->tau);
	if (markdown)
		mlv_out_line(run->out, "%s", "");
	if ((err = print_groups(run, audit, rates, markdown)))
		return err;
	if (markdown)
		mlv_out_line(run->out, "%s", "");
	if ((err = print_spreads(run, audit, rates, markdown)))
		return err;
	if (markdown)
		mlv_out_line(run->out, "%s", "");
	for (int fair = MLV_FAIR_YES; fair >= MLV_FAIR_UNDEFINED && !err; fair--)
		err = print_parities(run, audit, (enum mlv_fair)fair);
	return err;
}

/* ---- JSON */

static void out_fair(struct mlv_out *out, const char *name, enum mlv_fair fair)
{
	if (fair == MLV_FAIR_UNDEFINED)
		mlv_out_null(out, name);
	else
		mlv_out_bool(out, name, fair == MLV_FAIR_YES);
}

static void out_value(struct mlv_out *out, const struct mlv_rate_value *value)
{
	mlv_out_maybe(out, "value", value->defined, value->value);
	mlv_out_number(out, "hits", value->hits);
	mlv_out_number(out, "n", value->of);
	if (value->defined && !isnan(value->interval.low))
		mlv_out_range(out, "ci", value->interval.low, value->interval.high);
}

static void out_rate(struct mlv_out *out, const struct mlv_fair_audit *audit,
		     const struct mlv_fair_group *group, size_t r)
{
	const struct mlv_disparity *of = &group->disparities[r];
	size_t against = audit->against[r];

	mlv_out_object_begin(out, mlv_rate_name((enum mlv_rate)r));
	out_value(out, &group->rates[r]);
	if (against != SIZE_MAX)
		mlv_out_text(out, "reference", audit->groups[against].name);
	mlv_out_maybe(out, "ratio", of->defined, of->ratio);
	if (of->has_ratio_interval)
		mlv_out_range(out, "ratio_ci", of->ratio_interval.low, of->ratio_interval.high);
	if (against != SIZE_MAX && group->rates[r].defined && audit->groups[against].rates[r].defined) {
		mlv_out_real(out, "difference", of->difference);
		if (!isnan(of->difference_interval.low))
			mlv_out_range(out, "difference_ci", of->difference_interval.low,
				      of->difference_interval.high);
	}
	if (of->has_p) {
		mlv_out_real(out, "p", of->p);
		mlv_out_real(out, "p_adjusted", of->adjusted);
	}
	out_fair(out, "fair", of->fair);
	mlv_out_object_end(out);
}

static void out_parities(struct mlv_out *out, const enum mlv_fair *parities)
{
	mlv_out_object_begin(out, "parities");
	for (size_t p = 0; p < MLV_PARITIES; p++)
		out_fair(out, mlv_parity_name((enum mlv_parity)p), parities[p]);
	mlv_out_object_end(out);
}

static void out_groups(struct mlv_out *out, const struct mlv_fair_audit *audit)
{
	mlv_out_array_begin(out, "groups");
	for (size_t g = 0; g < audit->count; g++) {
		const struct mlv_fair_group *group = &audit->groups[g];

		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "group", group->name);
		mlv_out_number(out, "n", group->n);
		mlv_out_number(out, "tp", group->tp);
		mlv_out_number(out, "fp", group->fp);
		mlv_out_number(out, "tn", group->tn);
		mlv_out_number(out, "fn", group->fn);
		for (size_t r = 0; r < MLV_RATES; r++)
			out_rate(out, audit, group, r);
		out_parities(out, group->parities);
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
}

/* Fairlearn's numbers of a rate over the groups; and those that it makes of two rates. */
static void out_spreads(struct mlv_out *out, const struct mlv_fair_audit *audit)
{
	const struct mlv_fair_spread *tpr = &audit->spreads[MLV_RATE_TPR],
				     *fpr = &audit->spreads[MLV_RATE_FPR];
	const struct mlv_fair_spread *selected = &audit->spreads[MLV_RATE_PPREV];
	bool odds = tpr->defined && fpr->defined;

	mlv_out_object_begin(out, "spreads");
	for (size_t r = 0; r < MLV_RATES; r++) {
		const struct mlv_fair_spread *of = &audit->spreads[r];

		mlv_out_object_begin(out, mlv_rate_name((enum mlv_rate)r));
		mlv_out_maybe(out, "difference", of->defined, of->difference);
		mlv_out_maybe(out, "ratio", of->defined, of->ratio);
		mlv_out_maybe(out, "difference_to_overall", of->defined, of->from_all);
		mlv_out_maybe(out, "ratio_to_overall", of->defined, of->ratio_all);
		mlv_out_object_end(out);
	}
	mlv_out_object_end(out);
	mlv_out_maybe(out, "demographic_parity_difference", selected->defined, selected->difference);
	mlv_out_maybe(out, "demographic_parity_ratio", selected->defined, selected->ratio);
	mlv_out_maybe(out, "equalized_odds_difference", odds, fmax(tpr->difference, fpr->difference));
	mlv_out_maybe(out, "equalized_odds_ratio", odds && !isnan(tpr->ratio) && !isnan(fpr->ratio),
		      fmin(tpr->ratio, fpr->ratio));
	mlv_out_maybe(out, "equal_opportunity_difference", tpr->defined, tpr->difference);
	mlv_out_maybe(out, "equal_opportunity_ratio", tpr->defined, tpr->ratio);
}

static void out_all(struct mlv_out *out, const struct mlv_fairness_heading *heading,
		    const struct mlv_fairness *fairness)
{
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "name", heading->name);
	mlv_out_text(out, "threshold", heading->threshold);
	mlv_out_number(out, "n", fairness->n);
	mlv_out_object_begin(out, "overall");
	for (size_t r = 0; r < MLV_RATES; r++) {
		mlv_out_object_begin(out, mlv_rate_name((enum mlv_rate)r));
		out_value(out, &fairness->rates[r]);
		mlv_out_object_end(out);
	}
	mlv_out_object_end(out);
	mlv_out_array_begin(out, "attributes");
	for (size_t a = 0; a < fairness->count; a++) {
		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "attribute", fairness->audits[a].name);
		if (fairness->audits[a].within)
			mlv_out_text(out, "within", fairness->audits[a].within);
		mlv_out_real(out, "tau", fairness->audits[a].tau);
		out_groups(out, &fairness->audits[a]);
		out_spreads(out, &fairness->audits[a]);
		out_parities(out, fairness->audits[a].parities);
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
	out_fair(out, "unsupervised", fairness->unsupervised);
	out_fair(out, "supervised", fairness->supervised);
	out_fair(out, "fair", fairness->overall);
	mlv_out_object_end(out);
}

mlv_err mlv_fairness_print(struct mlv_run *run, const struct mlv_fairness_heading *heading,
			   const struct mlv_fairness *fairness)
{
	mlv_err err = NULL;

	if (run->json) {
		out_all(run->out, heading, fairness);
		return NULL;
	}
	mlv_out_line(run->out, "%s%s: %llu rows, %s: %s", heading->markdown ? "### " : "", heading->name,
		     (unsigned long long)fairness->n, heading->cut ? heading->cut : heading->threshold,
		     fair_names[fairness->overall]);
	for (size_t a = 0; a < fairness->count && !err; a++)
		err = print_audit(run, &fairness->audits[a], heading->rates + a * MLV_RATES,
				  heading->markdown);
	return err;
}
