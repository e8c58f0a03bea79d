/* cmd_monitor.c - mlv monitor: new rows beside those of an evaluation. */
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/gate/report.h"
#include "cmd/monitor.h"
#include "cmd/monitor/show.h"
#include "cmd/ui/host.h"
#include "cmd/ui/out.h"
#include "cmd/ui/table.h"

/* ---- profile */

static mlv_err profile_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_monitor_release) struct mlv_monitor monitor = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT, file = MLV_BUF_INIT;
	const struct mlv_metrics_side side = { 0 };
	mlv_err err;

	(void)args;
	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_monitor_read(&place, &side, operands[0], &monitor)) ||
	    (err = mlv_monitor_profile(&place, &monitor, &text)) ||
	    (err = mlv_buf_printf(&file, "monitor/%s.json", monitor.name)) ||
	    (err = mlv_metrics_place_store(&place, file.ptr, &text)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_text(run->out, "profile", file.ptr);
	mlv_out_number(run->out, "bytes", text.len);
	mlv_out_object_end(run->out);
	mlv_out_line(run->out, "%s: what %s was of; commit it with the record", file.ptr,
		     monitor.eval);
	return NULL;
}

/* ---- check */

struct check_args {
	const char *input, *model, *window, *zero;
	uint64_t limit;
	bool all, soft, no_log;
};

#define SHOWN 20 /* rows of a table on a terminal */

static const struct mlv_opt check_opts[] = {
	{ MLV_OPT_TEXT, 0, "input", offsetof(struct check_args, input), "<file>", MLV_HINT_FILE,
	  "the table of new rows (default: what 'input' has)" },
	{ MLV_OPT_TEXT, 0, "model", offsetof(struct check_args, model), "<rev>", MLV_HINT_REV,
	  "take slices and profile of this revision, the model's" },
	{ MLV_OPT_TEXT, 0, "window", offsetof(struct check_args, window), "<name>", MLV_HINT_NONE,
	  "call the rows so; of 'input': check this window alone" },
	{ MLV_OPT_FLAG, 0, "all", offsetof(struct check_args, all), NULL, MLV_HINT_NONE,
	  "check also what is in the log already" },
	{ MLV_OPT_TEXT, 0, "psi-zero", offsetof(struct check_args, zero), "<how>", MLV_HINT_NONE,
	  "empty bins: smooth (default), evidently or deepchecks" },
	{ MLV_OPT_COUNT, 0, "limit", offsetof(struct check_args, limit), "<n>", MLV_HINT_NONE,
	  "most rows of a table (default: on a terminal 20, else all)" },
	{ MLV_OPT_FLAG, 0, "soft", offsetof(struct check_args, soft), NULL, MLV_HINT_NONE,
	  "print what was found, and exit 0 whatever it was" },
	{ MLV_OPT_FLAG, 'n', "no-log", offsetof(struct check_args, no_log), NULL, MLV_HINT_NONE,
	  "do not append what was found to the log" },
	{ 0 },
};

static mlv_err print_gate(struct mlv_run *run, const struct mlv_metrics_side *side,
			  const struct mlv_monitor *monitor, const struct mlv_monitor_gated *gated)
{
	const struct mlv_gate_heading heading = {
		.gate = monitor->gate, .eval = monitor->eval, .base = mlv_metrics_side_name(side),
		.evidence = mlv_comparison_evidence(&gated->comparison), .file = "mlv.yaml",
	};

	if (gated->judged)
		return mlv_gate_print(run, &heading, &gated->report, 0);
	if (monitor->gate)
		mlv_out_line(run->out, "gate %s: not judged, the rows have no labels", monitor->gate);
	return NULL;
}

struct checking {
	struct mlv_run *run;
	const struct check_args *args;
	struct mlv_metrics_place place;
	struct mlv_metrics_side side;
	struct mlv_monitor monitor;
	struct mlv_monitor_reference reference;
	uint64_t most;                 /* rows of a table; 0: any number */
	enum mlv_gate_outcome outcome; /* the worst of all checks; drift fails */
};

static void checking_release(struct checking *checking)
{
	mlv_metrics_place_close(&checking->place);
	mlv_monitor_reference_release(&checking->reference);
	mlv_monitor_release(&checking->monitor);
}

static void judge(const struct mlv_monitor_found *found, const struct mlv_monitor_gated *gated,
		  enum mlv_gate_outcome *worst)
{
	enum mlv_gate_outcome outcome = gated->judged ? gated->report.outcome : MLV_GATE_PASS;

	if (found->drifted)
		outcome = MLV_GATE_FAIL;
	*worst = outcome > *worst ? outcome : *worst;
}

static mlv_err check_one(struct checking *checking, const struct mlv_monitor_input *input)
{
	MLV_SCOPED(mlv_monitor_found_release) struct mlv_monitor_found found = { 0 };
	MLV_SCOPED(mlv_monitor_gated_release) struct mlv_monitor_gated gated = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	const struct mlv_monitor *monitor = &checking->monitor;
	struct mlv_run *run = checking->run;
	mlv_err err;

	if ((err = mlv_monitor_check(&checking->place, &checking->side, monitor, &checking->reference,
				     input, &found)) ||
	    !found.slice_count)
		return err;
	if ((err = mlv_monitor_gate(&checking->place, &checking->side, monitor, &found, &gated)) ||
	    (err = mlv_monitor_line(monitor, input, &found, &gated, &line)) ||
	    (!checking->args->no_log &&
	     (err = mlv_monitor_log_append(&checking->place, monitor, &line))) ||
	    (err = run->json ? mlv_out_bytes(run->out, line.ptr, line.len)
			     : mlv_monitor_show(run, monitor, input->name, &found,
						checking->most)) ||
	    (!run->json && (err = print_gate(run, &checking->side, monitor, &gated))))
		return err;
	judge(&found, &gated, &checking->outcome);
	return NULL;
}

/* Of `input` the window that is asked for, or all that are not in the log yet. */
static mlv_err check_inputs(struct checking *checking, const struct mlv_monitor_inputs *inputs)
{
	MLV_SCOPED(mlv_monitor_log_release) struct mlv_monitor_log log = { 0 };
	const struct mlv_monitor *monitor = &checking->monitor;
	const struct mlv_metrics_side here = { 0 };
	const char *window = checking->args->window;
	size_t checked = 0;
	mlv_err err = mlv_monitor_log_read(&checking->place, &here, monitor->name, &log);

	for (size_t i = 0; i < inputs->count && !err; i++) {
		const struct mlv_monitor_input *input = &inputs->at[i];

		if (window ? strcmp(window, input->name) != 0
			   : !checking->args->all && mlv_monitor_log_has(&log, input))
			continue;
		checked++;
		err = check_one(checking, input);
	}
	if (err || checked)
		return err;
	if (window)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: there is no window '%s'",
						monitor->input, window),
				      "the last one is '%s'", inputs->at[inputs->count - 1].name);
	if (!checking->run->json)
		mlv_out_line(checking->run->out, "%s: nothing new, all of %s is in the log",
			     monitor->name, monitor->input);
	return NULL;
}

static mlv_err check_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(checking_release) struct checking checking = {
		.run = run, .args = args, .place = { .root_fd = -1 },
	};
	MLV_SCOPED(mlv_monitor_inputs_release) struct mlv_monitor_inputs inputs = { 0 };
	const char *typed = checking.args->input;
	struct mlv_metrics_place *place = &checking.place;
	mlv_err err;

	if ((err = mlv_metrics_place_open(place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_metrics_side_init(place, checking.args->model, &checking.side)) ||
	    (err = mlv_monitor_read(place, &checking.side, operands[0], &checking.monitor)))
		return err;
	if (checking.args->zero && !mlv_monitor_psi_zero(checking.args->zero, &checking.monitor.limits.zero))
		return mlv_error(MLV_E_USAGE, "--psi-zero: smooth, evidently or deepchecks, not '%s'",
				 checking.args->zero);
	checking.most = checking.args->limit;
	if (!checking.most && mlv_host_is_terminal(STDOUT_FILENO))
		checking.most = SHOWN;
	if (!typed && !checking.monitor.input)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "mlv monitor check needs --input FILE"),
				      "or in mlv.yaml, under the monitor '%s': input: logs/*.csv",
				      checking.monitor.name);
	if ((err = typed ? mlv_monitor_inputs_typed(typed, checking.args->window, &inputs)
			 : mlv_monitor_inputs_list(place, &checking.monitor, &inputs)) ||
	    (err = typed ? check_one(&checking, &inputs.at[0]) : check_inputs(&checking, &inputs)))
		return err;
	return checking.args->soft ? NULL : mlv_gate_verdict(checking.monitor.gate, checking.outcome);
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
	    (err = mlv_monitor_cell(table, psi != NULL, psi ? psi->real : 0, "")) ||
	    (err = mlv_monitor_cell(table, ks != NULL, ks ? ks->real : 0, "")))
		return err;
	return mlv_table_cell(table, drifted && drifted->boolean ? "drifted" : "");
}

static mlv_err log_rows(struct mlv_table *table, const struct mlv_value *window)
{
	const struct mlv_value *drift = mlv_value_get(window, "drift");
	mlv_err err = NULL;

	for (size_t i = 0; drift && drift->type == MLV_VALUE_LIST && i < drift->count && !err; i++)
		err = log_row(table, window, drift->items[i]);
	return err;
}

static mlv_err log_run(struct mlv_run *run, const void *args, char **operands)
{
	static const char *const headings[] = { "Window", "What", "PSI", "KS", "Verdict" };
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_monitor_release) struct mlv_monitor monitor = { 0 };
	MLV_SCOPED(mlv_monitor_log_release) struct mlv_monitor_log log = { 0 };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	const struct mlv_metrics_side side = { 0 };
	mlv_err err;

	(void)args;
	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_monitor_read(&place, &side, operands[0], &monitor)) ||
	    (err = mlv_monitor_log_read(&place, &side, monitor.name, &log)))
		return err;
	if (!log.count)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "monitor/%s.jsonl: nothing was checked yet",
						monitor.name),
				      monitor.input ? "mlv monitor check %s"
						    : "mlv monitor check %s --input FILE",
				      monitor.name);
	if (run->json)
		return mlv_out_bytes(run->out, log.text.ptr, log.text.len);
	err = mlv_table_init(&table, MLV_COUNT(headings), 0xc, headings);
	for (size_t i = 0; i < log.count && !err; i++)
		err = log_rows(&table, log.lines[i]);
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
