/* cmd_monitor.c - mlv monitor: new rows beside those of an evaluation. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/gate/report.h"
#include "cmd/monitor.h"
#include "cmd/record/table.h"
#include "cmd/ui/out.h"
#include "cmd/ui/table.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/path.h"
#include "core/eval/metric.h"

/* Make monitor/ and open it. */
static mlv_err open_directory(const struct mlv_metrics_place *place, int *dir)
{
	if (mlv_sys_mkdirat(place->root_fd, "monitor", 0777) < 0 && errno != EEXIST)
		return mlv_error_sys("%s/monitor", place->root);
	*dir = mlv_sys_open_beneath(place->root_fd, "monitor", O_RDONLY | O_DIRECTORY, 0);
	return *dir < 0 ? mlv_error_sys("%s/monitor", place->root) : NULL;
}

/* ---- profile */

static mlv_err profile_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_monitor_release) struct mlv_monitor monitor = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT, file = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const struct mlv_metrics_side side = { 0 };
	mlv_err err;

	(void)args;
	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_monitor_read(&place, &side, operands[0], &monitor)) ||
	    (err = mlv_monitor_profile(&place, &monitor, &text)) ||
	    (err = open_directory(&place, &dir)) ||
	    (err = mlv_buf_printf(&file, "%s.json", monitor.name)) ||
	    (err = mlv_metrics_place_write(&place, dir, file.ptr, &text)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_text(run->out, "profile", file.ptr);
	mlv_out_number(run->out, "bytes", text.len);
	mlv_out_object_end(run->out);
	mlv_out_line(run->out, "monitor/%s: what %s was of; commit it with the record", file.ptr,
		     monitor.eval);
	return NULL;
}

/* ---- check */

struct check_args {
	const char *input, *model, *window;
	bool soft, no_log;
};

static const struct mlv_opt check_opts[] = {
	{ MLV_OPT_TEXT, 0, "input", offsetof(struct check_args, input), "<file>", MLV_HINT_FILE,
	  "the table of new rows" },
	{ MLV_OPT_TEXT, 0, "model", offsetof(struct check_args, model), "<rev>", MLV_HINT_REV,
	  "take slices and profile of this revision, the model's" },
	{ MLV_OPT_TEXT, 0, "window", offsetof(struct check_args, window), "<name>", MLV_HINT_NONE,
	  "what the rows are called in the log (default: their file)" },
	{ MLV_OPT_FLAG, 0, "soft", offsetof(struct check_args, soft), NULL, MLV_HINT_NONE,
	  "print what was found, and exit 0 whatever it was" },
	{ MLV_OPT_FLAG, 'n', "no-log", offsetof(struct check_args, no_log), NULL, MLV_HINT_NONE,
	  "do not append what was found to the log" },
	{ 0 },
};

static mlv_err add_key(struct mlv_buf *to, const char *before, const char *text)
{
	mlv_err err = mlv_buf_add_str(to, before);

	return err ? err : mlv_json_add_string(to, text, strlen(text));
}

static mlv_err add_real(struct mlv_buf *to, const char *before, double number)
{
	char digits[40];

	snprintf(digits, sizeof(digits), "%.6g", number);
	return mlv_buf_printf(to, "%s%s", before, digits);
}

static mlv_err add_drift(struct mlv_buf *to, const char *name, const struct mlv_drift *row)
{
	mlv_err err;

	if ((err = add_key(to, "{\"name\":", name)) ||
	    (err = add_real(to, ",\"psi\":", row->psi)) ||
	    (err = add_real(to, ",\"noise\":", row->noise)) ||
	    (err = add_real(to, ",\"js\":", row->js)) ||
	    (row->has_ks && ((err = add_real(to, ",\"ks\":", row->ks)) ||
			     (err = add_real(to, ",\"ks_p\":", row->p)))))
		return err;
	return mlv_buf_printf(to, ",\"drifted\":%s}", row->drifted ? "true" : "false");
}

static mlv_err add_changes(struct mlv_buf *to, const struct mlv_monitor_found *found)
{
	bool first = true;
	mlv_err err = mlv_buf_add_str(to, "],\"metrics\":[");

	for (size_t c = 0; c < found->comparison.count && !err; c++) {
		const struct mlv_change *change = &found->comparison.changes[c];

		if (!change->sides[0].defined || !change->sides[1].defined)
			continue;
		if ((err = add_key(to, first ? "{\"slice\":" : ",{\"slice\":", change->slice)) ||
		    (err = add_key(to, ",\"metric\":", change->metric)) ||
		    (err = add_real(to, ",\"before\":", change->sides[0].value)) ||
		    (err = add_real(to, ",\"now\":", change->sides[1].value)) ||
		    (err = add_key(to, ",\"verdict\":", mlv_verdict_name(change->verdict))))
			return err;
		err = mlv_buf_add_char(to, '}');
		first = false;
	}
	return err;
}

/* What of a gate was not met, or could not be told. */
static mlv_err add_gate(struct mlv_buf *to, const struct mlv_monitor_gated *gated)
{
	const struct mlv_gate_report *report = &gated->report;
	bool first = true;
	mlv_err err;

	if (!gated->judged)
		return NULL;
	if ((err = add_key(to, ",\"gate\":{\"name\":", gated->gate.name)) ||
	    (err = add_key(to, ",\"outcome\":", mlv_gate_outcome_name(report->outcome))) ||
	    (err = mlv_buf_add_str(to, ",\"findings\":[")))
		return err;
	for (size_t i = 0; i < report->count; i++) {
		const struct mlv_gate_finding *finding = &report->at[i];

		if (finding->outcome == MLV_GATE_PASS)
			continue;
		if ((err = add_key(to, first ? "{\"rule\":" : ",{\"rule\":", finding->rule->text)) ||
		    (err = add_key(to, ",\"slice\":", finding->slice)) ||
		    (err = add_key(to, ",\"outcome\":", mlv_gate_outcome_name(finding->outcome))) ||
		    (finding->has_value && (err = add_real(to, ",\"value\":", finding->value))) ||
		    (err = add_key(to, ",\"why\":", finding->why)) || (err = mlv_buf_add_char(to, '}')))
			return err;
		first = false;
	}
	return mlv_buf_add_str(to, "]}");
}

/* What was found as one line of JSON: of the log, and of --json. */
static mlv_err add_line(struct mlv_buf *to, const char *window, const struct mlv_monitor_found *found,
			const struct mlv_monitor_gated *gated)
{
	mlv_err err = add_key(to, "{\"window\":", window);

	if (err || (err = mlv_buf_printf(
			    to, ",\"rows\":%llu,\"labelled\":%s,\"drifted\":%s,\"drift\":[",
			    (unsigned long long)found->slices[0].now,
			    found->labelled ? "true" : "false", found->drifted ? "true" : "false")))
		return err;
	for (size_t i = 0; i < found->row_count && !err; i++)
		if (!(err = mlv_buf_add_str(to, i ? "," : "")))
			err = add_drift(to, found->rows[i].name, &found->rows[i].drift);
	if (!err)
		err = mlv_buf_add_str(to, "],\"slices\":[");
	for (size_t i = 0; i < found->slice_count && !err; i++)
		if (!(err = add_key(to, i ? ",{\"slice\":" : "{\"slice\":", found->slices[i].name)))
			err = mlv_buf_printf(to, ",\"before\":%llu,\"now\":%llu}",
					     (unsigned long long)found->slices[i].before,
					     (unsigned long long)found->slices[i].now);
	if (err || (err = add_changes(to, found)) || (err = mlv_buf_add_str(to, "],\"new\":[")))
		return err;
	for (size_t i = 0; i < found->fresh.count && !err; i++)
		err = add_key(to, i ? "," : "", found->fresh.at[i]);
	if (err || (err = mlv_buf_add_char(to, ']')) || (err = add_gate(to, gated)))
		return err;
	return mlv_buf_add_str(to, "}\n");
}

static mlv_err append_log(const struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
			  const struct mlv_buf *line)
{
	MLV_SCOPED(mlv_buf_release)
	struct mlv_buf file = MLV_BUF_INIT,
		       text = MLV_BUF_LIMIT(MLV_MONITOR_LOG_MAX);
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	mlv_err err;

	if ((err = open_directory(place, &dir)) ||
	    (err = mlv_buf_printf(&file, "%s.jsonl", monitor->name)) ||
	    (mlv_fs_exists(dir, file.ptr) && (err = mlv_fs_read(dir, file.ptr, &text))) ||
	    (text.len && text.ptr[text.len - 1] != '\n' && (err = mlv_buf_add_char(&text, '\n'))) ||
	    (err = mlv_buf_add(&text, line->ptr, line->len)))
		return err;
	return mlv_metrics_place_write(place, dir, file.ptr, &text);
}

/* ---- tables */

static mlv_err number_cell(struct mlv_table *table, bool there, double number, const char *unit)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;

	if (there &&
	    ((err = mlv_metric_format_number(&text, number, *unit ? 1 : MLV_RECORD_PRECISION)) ||
	     (err = mlv_buf_add_str(&text, unit))))
		return err;
	return mlv_table_cell(table, text.ptr);
}

static mlv_err print_drift(struct mlv_run *run, const struct mlv_monitor_found *found)
{
	static const char *const headings[] = {
		"What", "PSI", "Noise", "JS", "KS", "p", "Verdict"
	};
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	mlv_err err = mlv_table_init(&table, MLV_COUNT(headings), 0x3e, headings);

	for (size_t i = 0; i < found->row_count && !err; i++) {
		const struct mlv_drift *row = &found->rows[i].drift;

		if ((err = mlv_table_cell(&table, found->rows[i].name)) ||
		    (err = number_cell(&table, true, row->psi, "")) ||
		    (err = number_cell(&table, true, row->noise, "")) ||
		    (err = number_cell(&table, true, row->js, "")) ||
		    (err = number_cell(&table, row->has_ks, row->ks, "")) ||
		    (err = number_cell(&table, row->has_ks, row->p, "")))
			return err;
		err = mlv_table_cell(&table, row->drifted ? "drifted" : "");
	}
	if (!err)
		mlv_table_print(&table, run->out, false);
	return err;
}

static double percent(uint64_t part, uint64_t all)
{
	return all ? 100 * (double)part / (double)all : 0;
}

static mlv_err print_slices(struct mlv_run *run, const struct mlv_monitor_found *found)
{
	static const char *const headings[] = { "Slice", "Rows", "Share before", "Share now" };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	const struct mlv_drift_slice *all = &found->slices[0];
	mlv_err err = mlv_table_init(&table, MLV_COUNT(headings), 0xe, headings);

	for (size_t i = 0; i < found->slice_count && !err; i++) {
		const struct mlv_drift_slice *slice = &found->slices[i];
		char rows[24];

		snprintf(rows, sizeof(rows), "%llu", (unsigned long long)slice->now);
		if ((err = mlv_table_cell(&table, slice->name)) ||
		    (err = mlv_table_cell(&table, rows)) ||
		    (err = number_cell(&table, true, percent(slice->before, all->before), "%")))
			return err;
		err = number_cell(&table, true, percent(slice->now, all->now), "%");
	}
	if (!err)
		mlv_table_print(&table, run->out, false);
	return err;
}

static mlv_err print_metrics(struct mlv_run *run, const struct mlv_monitor_found *found)
{
	static const char *const headings[] = { "Slice", "Metric", "Before", "Now", "Verdict" };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	mlv_err err = mlv_table_init(&table, MLV_COUNT(headings), 0xc, headings);

	for (size_t c = 0; c < found->comparison.count && !err; c++) {
		const struct mlv_change *change = &found->comparison.changes[c];

		if ((err = mlv_table_cell(&table, change->slice)) ||
		    (err = mlv_table_cell(&table, change->metric)) ||
		    (err = number_cell(&table, change->sides[0].defined, change->sides[0].value,
				       "")) ||
		    (err = number_cell(&table, change->sides[1].defined, change->sides[1].value,
				       "")))
			return err;
		err = mlv_table_cell(&table, mlv_verdict_name(change->verdict));
	}
	if (!err)
		mlv_table_print(&table, run->out, false);
	return err;
}

static mlv_err print_found(struct mlv_run *run, const char *window,
			   const struct mlv_monitor_found *found)
{
	mlv_err err;

	mlv_out_line(run->out, "%s: %llu rows, %s labels: %s", window,
		     (unsigned long long)found->slices[0].now, found->labelled ? "with" : "without",
		     found->drifted ? "drifted" : "no drift");
	if ((err = print_drift(run, found)) || (err = print_slices(run, found)) ||
	    (err = print_metrics(run, found)))
		return err;
	for (size_t i = 0; i < found->fresh.count; i++)
		mlv_out_line(run->out, "new: %s", found->fresh.at[i]);
	return NULL;
}

static mlv_err print_gate(struct mlv_run *run, const struct mlv_metrics_side *side,
			  const struct mlv_monitor *monitor, const struct mlv_monitor_gated *gated)
{
	const struct mlv_gate_heading heading = {
		.gate = monitor->gate, .eval = monitor->eval, .base = mlv_metrics_side_name(side),
		.evidence = mlv_comparison_evidence(&gated->comparison), .file = "mlv.yaml",
	};

	if (gated->judged)
		return mlv_gate_print(run, &heading, &gated->report, false);
	if (monitor->gate)
		mlv_out_line(run->out, "gate %s: not judged, the rows have no labels", monitor->gate);
	return NULL;
}

static mlv_err verdict(const struct mlv_monitor_found *found, const struct mlv_monitor_gated *gated)
{
	if (found->drifted || (gated->judged && gated->report.outcome == MLV_GATE_FAIL))
		return mlv_error(MLV_E_NO, "%s", "");
	if (!gated->judged || gated->report.outcome == MLV_GATE_PASS)
		return NULL;
	return mlv_error(MLV_E_MISSING, "the gate '%s' cannot tell: see what is inconclusive",
			 gated->gate.name);
}

static mlv_err check_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_monitor_release) struct mlv_monitor monitor = { 0 };
	MLV_SCOPED(mlv_monitor_found_release) struct mlv_monitor_found found = { 0 };
	MLV_SCOPED(mlv_monitor_gated_release) struct mlv_monitor_gated gated = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	const struct check_args *args = opaque;
	const char *window = args->window ? args->window : args->input;
	struct mlv_metrics_side side;
	mlv_err err;

	if (!args->input)
		return mlv_error(MLV_E_USAGE, "mlv monitor check needs --input FILE");
	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_metrics_side_init(&place, args->model, &side)) ||
	    (err = mlv_monitor_read(&place, &side, operands[0], &monitor)) ||
	    (err = mlv_monitor_check(&place, &side, &monitor, args->input, &found)) ||
	    (err = mlv_monitor_gate(&place, &side, &monitor, &found, &gated)) ||
	    (err = add_line(&line, window, &found, &gated)) ||
	    (!args->no_log && (err = append_log(&place, &monitor, &line))) ||
	    (err = run->json ? mlv_out_bytes(run->out, line.ptr, line.len)
			     : print_found(run, window, &found)) ||
	    (!run->json && (err = print_gate(run, &side, &monitor, &gated))))
		return err;
	return args->soft ? NULL : verdict(&found, &gated);
}

/* ---- log */

static mlv_err log_row(struct mlv_table *table, const struct mlv_value *window,
		       const struct mlv_value *row)
{
	const struct mlv_value *psi = mlv_value_get(row, "psi"), *ks = mlv_value_get(row, "ks");
	const struct mlv_value *drifted = mlv_value_get(row, "drifted");
	const char *name = mlv_value_text(mlv_value_get(row, "name"));
	const char *shown = mlv_value_text(mlv_value_get(window, "window"));
	mlv_err err;

	if ((err = mlv_table_cell(table, shown ? shown : "")) ||
	    (err = mlv_table_cell(table, name ? name : "")) ||
	    (err = number_cell(table, psi != NULL, psi ? psi->real : 0, "")) ||
	    (err = number_cell(table, ks != NULL, ks ? ks->real : 0, "")))
		return err;
	return mlv_table_cell(table, drifted && drifted->boolean ? "drifted" : "");
}

static mlv_err log_line(struct mlv_table *table, const char *file, const char *text, size_t len)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	const struct mlv_value *drift;
	mlv_err err = mlv_json_parse(file, text, len, &root);

	if (err)
		return err;
	drift = mlv_value_get(root, "drift");
	for (size_t i = 0; drift && drift->type == MLV_VALUE_LIST && i < drift->count && !err; i++)
		err = log_row(table, root, drift->items[i]);
	return err;
}

static mlv_err log_run(struct mlv_run *run, const void *args, char **operands)
{
	static const char *const headings[] = { "Window", "What", "PSI", "KS", "Verdict" };
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_monitor_release) struct mlv_monitor monitor = { 0 };
	MLV_SCOPED(mlv_buf_release)
	struct mlv_buf file = MLV_BUF_INIT,
		       text = MLV_BUF_LIMIT(MLV_MONITOR_LOG_MAX);
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	const struct mlv_metrics_side side = { 0 };
	bool found = false;
	mlv_err err;

	(void)args;
	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_monitor_read(&place, &side, operands[0], &monitor)) ||
	    (err = mlv_buf_printf(&file, "monitor/%s.jsonl", monitor.name)) ||
	    (err = mlv_metrics_version(&place, &side, file.ptr, &text, &found)))
		return err;
	if (!found)
		return mlv_error_hint(
			mlv_error(MLV_E_MISSING, "%s: nothing was checked yet", file.ptr),
			"mlv monitor check %s --input FILE", monitor.name);
	if (run->json)
		return mlv_out_bytes(run->out, text.ptr, text.len);
	err = mlv_table_init(&table, MLV_COUNT(headings), 0xc, headings);
	for (const char *at = text.ptr; *at && !err;) {
		size_t len = strcspn(at, "\n");

		if (len)
			err = log_line(&table, file.ptr, at, len);
		at += len + (at[len] == '\n');
	}
	if (!err)
		mlv_table_print(&table, run->out, false);
	return err;
}

static const struct mlv_cmd monitor_profile = {
	.name = "profile",
	.summary = "keep what the features of an evaluation are like",
	.operands = "[<name>]",
	.max_operands = 1,
	.run = profile_run,
};
static const struct mlv_cmd monitor_check = {
	.name = "check",
	.summary = "hold new rows against profile and record",
	.operands = "[<name>]",
	.max_operands = 1,
	.opts = check_opts,
	.args_size = sizeof(struct check_args),
	.run = check_run,
};
static const struct mlv_cmd monitor_log = {
	.name = "log",
	.summary = "show what checks found",
	.operands = "[<name>]",
	.max_operands = 1,
	.run = log_run,
};

static const struct mlv_cmd *const monitor_subs[] = { &monitor_profile, &monitor_check,
						      &monitor_log, NULL };

const struct mlv_cmd mlv_cmd_monitor = {
	.name = "monitor",
	.summary = "hold new rows against those of an evaluation",
	.operands = "[<operand>...]",
	.subs = monitor_subs,
};
