#include "cmd/gate/report.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/record/table.h"
#include "cmd/ui/budget.h"
#include "cmd/ui/out.h"
#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/eval/metric.h"

#define ALL (1U << MLV_GATE_PASS | 1U << MLV_GATE_FAIL | 1U << MLV_GATE_UNSURE) /* outcomes */
#define ANNOTATIONS 10 /* that GitHub takes of a step */

/* ---- the table */

static mlv_err row(struct mlv_table *table, enum mlv_gate_outcome outcome,
		   const struct mlv_gate_rule *rule, const char *slice,
		   const struct mlv_gate_finding *finding)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf value = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_table_cell(table, mlv_gate_outcome_name(outcome))) ||
	    (err = mlv_table_cell(table, rule->text)) || (err = mlv_table_cell(table, slice)) ||
	    (finding && finding->has_value &&
	     (err = mlv_metric_format_number(&value, finding->value, MLV_RECORD_PRECISION))) ||
	    (err = mlv_table_cell(table, value.ptr)))
		return err;
	return mlv_table_cell(table, finding ? finding->why : "");
}

/* The rows of one rule, whose findings begin at *at, of these outcomes, as bits; *at moves behind them. */
static mlv_err rule_rows(struct mlv_table *table, const struct mlv_gate_report *report,
			 unsigned outcomes, size_t *at)
{
	const struct mlv_gate_rule *rule = report->at[*at].rule;
	const struct mlv_gate_finding *passed = NULL;
	size_t count = 0;
	char slices[40];
	mlv_err err;

	for (; *at < report->count && report->at[*at].rule == rule; (*at)++) {
		const struct mlv_gate_finding *finding = &report->at[*at];

		if (!(outcomes >> finding->outcome & 1))
			continue;
		if (finding->outcome == MLV_GATE_PASS) {
			passed = finding;
			count++;
		} else if ((err = row(table, finding->outcome, rule, finding->slice, finding))) {
			return err;
		}
	}
	if (!passed)
		return NULL;
	snprintf(slices, sizeof(slices), "%zu slices", count);
	return row(table, MLV_GATE_PASS, rule, count > 1 ? slices : passed->slice,
		   count > 1 ? NULL : passed);
}

static mlv_err print_table(struct mlv_out *out, const struct mlv_gate_report *report, bool markdown)
{
	static const char *const headings[] = { "Result", "Rule", "Slice", "Value", "Note" };
	/* Rows that do not fit are left out from the last one on. */
	static const unsigned worst_first[] = { 1U << MLV_GATE_FAIL, 1U << MLV_GATE_UNSURE,
						1U << MLV_GATE_PASS };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	mlv_err err = mlv_table_init(&table, MLV_COUNT(headings), 0, headings);

	for (size_t pass = 0; pass < (markdown ? MLV_COUNT(worst_first) : 1); pass++)
		for (size_t at = 0; at < report->count && !err;)
			err = rule_rows(&table, report, markdown ? worst_first[pass] : ALL, &at);
	if (!err)
		mlv_table_print(&table, out, markdown);
	return err;
}

static void out_json(struct mlv_out *out, const struct mlv_gate_heading *heading,
		     const struct mlv_gate_report *report)
{
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "gate", heading->gate);
	mlv_out_text(out, "eval", heading->eval);
	if (heading->base) {
		mlv_out_text(out, "base", heading->base);
		mlv_out_text(out, "evidence", heading->evidence);
	}
	mlv_out_text(out, "outcome", mlv_gate_outcome_name(report->outcome));
	mlv_out_array_begin(out, "findings");
	for (size_t i = 0; i < report->count; i++) {
		const struct mlv_gate_finding *finding = &report->at[i];

		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "rule", finding->rule->text);
		mlv_out_number(out, "line", finding->rule->line);
		mlv_out_text(out, "slice", finding->slice);
		mlv_out_text(out, "outcome", mlv_gate_outcome_name(finding->outcome));
		if (finding->has_value)
			mlv_out_real(out, "value", finding->value);
		mlv_out_real(out, "limit", finding->limit);
		if (finding->why[0])
			mlv_out_text(out, "why", finding->why);
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
	mlv_out_object_end(out);
}

static mlv_err print_text(struct mlv_out *out, const struct mlv_gate_heading *heading,
			  const struct mlv_gate_report *report, bool markdown)
{
	mlv_err err = markdown ? mlv_out_marker(out, "gate.", heading->gate) : NULL;

	if (err)
		return err;
	mlv_out_line(out, "%sgate %s, evaluation %s%s%s%s%s: %s", markdown ? "### " : "", heading->gate,
		     heading->eval, heading->base ? ", base " : "", heading->base ? heading->base : "",
		     heading->base ? ", evidence: " : "", heading->base ? heading->evidence : "",
		     mlv_gate_outcome_name(report->outcome));
	if (markdown)
		mlv_out_raw(out, "\n");
	return print_table(out, report, markdown);
}

/* All of it, whatever the user wants of standard output. */
static mlv_err whole(const struct mlv_gate_heading *heading, const struct mlv_gate_report *report,
		     char **text, size_t *len)
{
	struct mlv_out out = { .to = open_memstream(text, len) };
	mlv_err err;

	if (!out.to)
		return mlv_error_nomem("a report");
	err = print_text(&out, heading, report, true);
	if (fclose(out.to) && !err)
		err = mlv_error_nomem("a report");
	return err;
}

mlv_err mlv_gate_markdown(const struct mlv_gate_heading *heading, const struct mlv_gate_report *report,
			  size_t most, char **text, size_t *len)
{
	MLV_SCOPED(mlv_mem_free) char *all = NULL;
	size_t all_len = 0;
	struct mlv_out out = { 0 };
	mlv_err err = whole(heading, report, &all, &all_len);

	if (err)
		return err;
	if (!(out.to = open_memstream(text, len)))
		return mlv_error_nomem("a report");
	err = mlv_budget_write(&out, all, all_len, most);
	if (fclose(out.to) && !err)
		err = mlv_error_nomem("a report");
	return err;
}

static mlv_err print_markdown(struct mlv_out *out, const struct mlv_gate_heading *heading,
			      const struct mlv_gate_report *report, size_t most)
{
	MLV_SCOPED(mlv_mem_free) char *text = NULL;
	size_t len = 0;
	mlv_err err = mlv_gate_markdown(heading, report, most, &text, &len);

	return err || out->quiet ? err : mlv_out_bytes(out, text, len);
}

mlv_err mlv_gate_print(struct mlv_run *run, const struct mlv_gate_heading *heading,
		       const struct mlv_gate_report *report, size_t most)
{
	if (run->json) {
		out_json(run->out, heading, report);
		return NULL;
	}
	return most ? print_markdown(run->out, heading, report, most)
		    : print_text(run->out, heading, report, false);
}

/* ---- annotations */

/*
 * The text of a workflow command: '%' and what ends a line as GitHub wants
 * them; of a property also what ends that.
 */
static mlv_err add_escaped(struct mlv_buf *to, const char *text, bool property)
{
	const char *special = property ? "%\r\n:," : "%\r\n";
	mlv_err err = NULL;

	for (; *text && !err; text++)
		err = strchr(special, *text) ? mlv_buf_printf(to, "%%%02X", (unsigned)(unsigned char)*text)
					     : mlv_buf_add_char(to, *text);
	return err;
}

static mlv_err annotate(struct mlv_run *run, const struct mlv_gate_heading *heading,
			const struct mlv_gate_finding *finding)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	const struct mlv_gate_rule *rule = finding->rule;
	mlv_err err;

	if ((err = mlv_buf_printf(&line, "::%s file=",
				  finding->outcome == MLV_GATE_FAIL ? "error" : "warning")) ||
	    (err = add_escaped(&line, heading->file, true)) ||
	    (err = mlv_buf_printf(&line, ",line=%u,title=gate ", rule->line)) ||
	    (err = add_escaped(&line, heading->gate, true)) ||
	    (err = mlv_buf_add_str(&line, "::")) ||
	    (err = add_escaped(&line, rule->text, false)) || (err = mlv_buf_add_str(&line, ": ")) ||
	    (err = add_escaped(&line, finding->slice, false)))
		return err;
	if (finding->has_value && ((err = mlv_buf_add_str(&line, " has ")) ||
				   (err = mlv_metric_format_number(&line, finding->value,
								   MLV_RECORD_PRECISION))))
		return err;
	if (finding->why[0] && (err = mlv_buf_printf(&line, ", %s", finding->why)))
		return err;
	mlv_out_line(run->out, "%s", line.ptr);
	return NULL;
}

mlv_err mlv_gate_annotate(struct mlv_run *run, const struct mlv_gate_heading *heading,
			  const struct mlv_gate_report *report)
{
	size_t told = 0, left = 0;
	mlv_err err = NULL;

	/* What failed before what is inconclusive. */
	for (int outcome = MLV_GATE_FAIL; outcome > MLV_GATE_PASS; outcome--)
		for (size_t i = 0; i < report->count && !err; i++) {
			if (report->at[i].outcome != (enum mlv_gate_outcome)outcome)
				continue;
			if (told == ANNOTATIONS - 1) {
				left++;
				continue;
			}
			err = annotate(run, heading, &report->at[i]);
			told++;
		}
	if (!err && left)
		mlv_out_line(run->out, "::warning::%zu more findings of the gate", left);
	return err;
}

/* ---- JUnit */

static mlv_err add_xml(struct mlv_buf *to, const char *text)
{
	static const char special[] = "&<>\"";
	static const char *const names[] = { "&amp;", "&lt;", "&gt;", "&quot;" };
	mlv_err err = NULL;

	for (; *text && !err; text++) {
		const char *found = strchr(special, *text);

		if (found)
			err = mlv_buf_add_str(to, names[found - special]);
		else
			err = mlv_buf_add_char(to, (unsigned char)*text < 0x20 ? '?' : *text);
	}
	return err;
}

static mlv_err add_case(struct mlv_buf *to, const struct mlv_gate_heading *heading,
			const struct mlv_gate_finding *finding)
{
	const char *element = finding->outcome == MLV_GATE_FAIL ? "failure" : "skipped";
	mlv_err err;

	if ((err = mlv_buf_add_str(to, "  <testcase classname=\"gate.")) ||
	    (err = add_xml(to, heading->gate)) || (err = mlv_buf_add_str(to, "\" name=\"")) ||
	    (err = add_xml(to, finding->slice)) || (err = mlv_buf_add_str(to, ": ")) ||
	    (err = add_xml(to, finding->rule->text)))
		return err;
	if (finding->outcome == MLV_GATE_PASS)
		return mlv_buf_add_str(to, "\"/>\n");
	if ((err = mlv_buf_printf(to, "\"><%s message=\"", element)) ||
	    (finding->has_value && ((err = mlv_buf_add_str(to, "the value is ")) ||
				    (err = mlv_metric_format_number(to, finding->value,
								    MLV_RECORD_PRECISION)) ||
				    (finding->why[0] && (err = mlv_buf_add_str(to, ", "))))) ||
	    (err = add_xml(to, finding->why)))
		return err;
	return mlv_buf_add_str(to, "\"/></testcase>\n");
}

mlv_err mlv_gate_write_junit(struct mlv_ctx *ctx, const char *path,
			     const struct mlv_gate_heading *heading,
			     const struct mlv_gate_report *report)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT, file = MLV_BUF_INIT;
	size_t counts[3] = { 0, 0, 0 };
	mlv_err err;

	for (size_t i = 0; i < report->count; i++)
		counts[report->at[i].outcome]++;
	if ((err = mlv_path_absolute(&file, ctx->cwd, path)) ||
	    (err = mlv_buf_add_str(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")) ||
	    (err = mlv_buf_add_str(&text, "<testsuite name=\"gate.")) ||
	    (err = add_xml(&text, heading->gate)) ||
	    (err = mlv_buf_printf(&text, "\" tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\">\n",
				  report->count, counts[MLV_GATE_FAIL], counts[MLV_GATE_UNSURE])))
		return err;
	for (size_t i = 0; i < report->count && !err; i++)
		err = add_case(&text, heading, &report->at[i]);
	if (err || (err = mlv_buf_add_str(&text, "</testsuite>\n")))
		return err;
	return mlv_fs_replace(AT_FDCWD, file.ptr, text.ptr, text.len, 0666);
}

mlv_err mlv_gate_verdict(const char *gate, enum mlv_gate_outcome outcome)
{
	if (outcome == MLV_GATE_PASS)
		return NULL;
	if (outcome == MLV_GATE_FAIL)
		return mlv_error(MLV_E_NO, "%s", "");
	return mlv_error(MLV_E_MISSING, "the gate '%s' cannot tell: see what is inconclusive", gate);
}
