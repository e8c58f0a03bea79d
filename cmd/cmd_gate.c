/* cmd_gate.c - mlv gate: whether an evaluation meets its rules. */
#include <string.h>

#include "cmd/gate/export.h"
#include "cmd/record/diff.h"
#include "cmd/ui/budget.h"
#include "cmd/ui/value.h"
#include "core/base/sys.h"

struct gate_args {
	const char *base, *junit, *sarif, *openmetrics, *max_bytes, *policy;
	bool soft, markdown, github;
};

static const struct mlv_opt gate_opts[] = {
	{ MLV_OPT_TEXT, 0, "base", offsetof(struct gate_args, base), "<rev>", MLV_HINT_REV,
	  "compare with this revision instead of the gate's base" },
	{ MLV_OPT_TEXT, 0, "policy", offsetof(struct gate_args, policy), "<file>", MLV_HINT_FILE,
	  "take the gates of this file instead of mlv.yaml" },
	{ MLV_OPT_FLAG, 0, "soft", offsetof(struct gate_args, soft), NULL, MLV_HINT_NONE,
	  "print what was found, and exit 0 whatever it was" },
	{ MLV_OPT_FLAG, 0, "md", offsetof(struct gate_args, markdown), NULL, MLV_HINT_NONE,
	  "write a Markdown table" },
	{ MLV_OPT_TEXT, 0, "max-bytes", offsetof(struct gate_args, max_bytes), "<n>", MLV_HINT_NONE,
	  "with --md, leave out last rows to fit (default: 60000)" },
	{ MLV_OPT_FLAG, 0, "github", offsetof(struct gate_args, github), NULL, MLV_HINT_NONE,
	  "annotate failures in GitHub, and append its step's summary" },
	{ MLV_OPT_TEXT, 0, "junit", offsetof(struct gate_args, junit), "<file>", MLV_HINT_FILE,
	  "write a JUnit report to this file, too" },
	{ MLV_OPT_TEXT, 0, "sarif", offsetof(struct gate_args, sarif), "<file>", MLV_HINT_FILE,
	  "write a SARIF report to this file, too" },
	{ MLV_OPT_TEXT, 0, "openmetrics", offsetof(struct gate_args, openmetrics), "<file>",
	  MLV_HINT_FILE, "write all metrics to this file as OpenMetrics, too" },
	{ 0 },
};

struct gating {
	struct mlv_run *run;
	const struct gate_args *args;
	struct mlv_metrics_place place;
	struct mlv_gate gate;
	struct mlv_strs evals;
	const char *eval;
	struct mlv_metrics_side sides[2]; /* the base, the work tree */
	struct mlv_record_diff diff;      /* where a rule needs a base; else only its new side */
	bool has_base, has_fairness;
	size_t most; /* bytes of Markdown */
	struct mlv_fair_entries entries; /* where a rule is about fairness */
	struct mlv_fair_audited audited;
};

static void gating_release(struct gating *gating)
{
	mlv_fair_audited_release(&gating->audited);
	mlv_fair_entries_release(&gating->entries);
	mlv_record_diff_release(&gating->diff);
	mlv_strs_release(&gating->evals);
	mlv_gate_release(&gating->gate);
	mlv_metrics_place_close(&gating->place);
}

/* Where the rules stand. */
static const char *gate_file(const struct gating *gating)
{
	return gating->args->policy ? gating->args->policy : "mlv.yaml";
}

/* The evaluation that the gate is of: the one it names, or the only one. */
static mlv_err find_eval(struct gating *gating)
{
	mlv_err err = mlv_eval_names(&gating->place, &gating->sides[1], &gating->evals);

	if (err)
		return err;
	gating->eval = gating->gate.eval;
	if (!gating->eval && gating->evals.count != 1)
		return mlv_error_hint(
			mlv_error(MLV_E_SPEC, "%s: the gate '%s' needs 'eval': there are %zu evaluations",
				  gate_file(gating), gating->gate.name, gating->evals.count),
			"say in the gate which it is of: 'eval: NAME'");
	if (!gating->eval)
		gating->eval = gating->evals.at[0];
	if (!mlv_strs_has(&gating->evals, gating->eval))
		return mlv_error(MLV_E_SPEC, "%s: the gate '%s' is of '%s', which is no evaluation",
				 gate_file(gating), gating->gate.name, gating->eval);
	return NULL;
}

/* The revision that was asked for cannot be read in a clone that is not whole, either. */
static mlv_err find_base(struct gating *gating)
{
	const char *rev = gating->args->base ? gating->args->base : gating->gate.base;
	mlv_err err;

	gating->has_base = mlv_gate_needs_base(&gating->gate);
	if (!gating->has_base)
		return NULL;
	if (!rev)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "the gate '%s' needs a base", gating->gate.name),
				      "mlv gate --base REV, or 'base' in mlv.yaml");
	err = mlv_metrics_side_init(&gating->place, rev, &gating->sides[0]);
	return err ? mlv_error_hint(err, "in CI fetch it first: git fetch origin, or fetch-depth: 0; "
				    "another base: mlv gate --base REV") : NULL;
}

static mlv_err no_record(const struct gating *gating, int s)
{
	if (s == 0)
		return mlv_error_hint(mlv_error(MLV_E_REMOTE, "evals/%s.json: not in the base %s",
						gating->eval, mlv_metrics_side_name(&gating->sides[0])),
				      "commit a record there first; another base: mlv gate --base REV");
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "evals/%s.json: there is no record", gating->eval),
			      "mlv eval %s", gating->eval);
}

static mlv_err load(struct gating *gating)
{
	const struct mlv_record_diff_how how = { .adjust = gating->gate.adjust,
						 .margin = MLV_RECORD_MARGIN };
	struct mlv_eval_side *sides = gating->diff.sides;
	const char *redefined;
	mlv_err err;

	err = gating->has_base
		      ? mlv_record_diff_make(&gating->place, gating->sides, gating->eval, &how,
					     &gating->diff)
		      : mlv_eval_side_load(&gating->place, &gating->sides[1], gating->eval, true,
					   &sides[1]);
	if (err)
		return err;
	if (!sides[1].found)
		return no_record(gating, 1);
	if (sides[1].is_stale)
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "evals/%s.json is not of %s as it is there",
						gating->eval, sides[1].spec.predictions),
				      "mlv eval %s", gating->eval);
	if (!gating->has_base)
		return NULL;
	if (!sides[0].found)
		return no_record(gating, 0);
	if ((redefined = mlv_gate_redefined(&gating->gate, &gating->diff.comparison)))
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT,
						"the slices of '%s' are not those of the base %s", redefined,
						mlv_metrics_side_name(&gating->sides[0])),
				      "give what is defined anew another name");
	return NULL;
}

static mlv_err load_fairness(struct gating *gating)
{
	const struct mlv_eval_side *now = &gating->diff.sides[1];

	gating->has_fairness = mlv_gate_needs_fairness(&gating->gate);
	return gating->has_fairness
		       ? mlv_eval_fairness_of_rows(&gating->place, &gating->sides[1], &now->record,
						   now->has_cases ? &now->cases : NULL, &gating->entries,
						   &gating->audited)
		       : NULL;
}

/* The reports that were asked for, into their files. */
static mlv_err export(struct gating *gating, const struct mlv_gate_heading *heading,
		      const struct mlv_gate_report *report)
{
	const struct gate_args *args = gating->args;
	struct mlv_ctx *ctx = gating->run->ctx;
	mlv_err err = NULL;

	if (args->junit)
		err = mlv_gate_write_junit(ctx, args->junit, heading, report);
	if (!err && args->sarif)
		err = mlv_gate_write_sarif(ctx, args->sarif, heading, report);
	if (!err && args->openmetrics)
		err = mlv_gate_write_openmetrics(ctx, args->openmetrics, heading,
						 &gating->diff.sides[1].record, report);
	return err;
}

static mlv_err read_gate(struct gating *gating, const char *name)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	mlv_err err;

	if (!gating->args->policy)
		return mlv_eval_gate_of(&gating->place, &gating->sides[1], name, &gating->gate);
	err = mlv_option_yaml(gating->run->ctx, gating->args->policy, &root);
	return err ? err : mlv_gate_read(gating->args->policy, root, name, &gating->gate);
}

static mlv_err tell(struct gating *gating, const struct mlv_gate_report *report)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	struct mlv_gate_heading heading = {
		.gate = gating->gate.name, .eval = gating->eval,
		.base = gating->has_base ? mlv_metrics_side_name(&gating->sides[0]) : NULL,
		.evidence = gating->has_base ? mlv_comparison_evidence(&gating->diff.comparison) : NULL,
	};
	const char *prefix = gating->place.prefix && !gating->args->policy ? gating->place.prefix : "";
	mlv_err err = mlv_buf_printf(&file, "%s%s", prefix, gate_file(gating));

	heading.file = file.ptr;
	if (err || (err = mlv_gate_print(gating->run, &heading, report, gating->most)) ||
	    (err = export(gating, &heading, report)))
		return err;
	if (!gating->args->github)
		return NULL;
	if (!gating->run->json && (err = mlv_gate_annotate(gating->run, &heading, report)))
		return err;
	return mlv_gate_write_summary(gating->run->ctx, &heading, report);
}

static mlv_err gate_run(struct mlv_run *run, const void *args, char **names)
{
	MLV_SCOPED(mlv_gate_report_release) struct mlv_gate_report report = { 0 };
	MLV_SCOPED(gating_release) struct gating gating = { .run = run, .args = args,
							    .place = { .root_fd = -1 } };
	const struct mlv_eval_side *sides = gating.diff.sides;
	mlv_err err;

	if ((err = mlv_budget_parse(gating.args->max_bytes, gating.args->markdown, &gating.most)) ||
	    (err = mlv_metrics_place_open(&gating.place, run->ctx, run->ctx->cwd)) ||
	    (err = read_gate(&gating, names[0])) ||
	    (err = find_eval(&gating)) || (err = find_base(&gating)) || (err = load(&gating)) ||
	    (err = load_fairness(&gating)) ||
	    (err = mlv_gate_apply(&gating.gate, &sides[1].record,
				  gating.has_base ? &sides[0].record : NULL,
				  gating.has_base ? &gating.diff.comparison : NULL,
				  gating.has_fairness ? &gating.audited : NULL, &report)) ||
	    (err = tell(&gating, &report)))
		return err;
	return gating.args->soft ? NULL : mlv_gate_verdict(gating.gate.name, report.outcome);
}

const struct mlv_cmd mlv_cmd_gate = {
	.name = "gate",
	.summary = "check that an evaluation meets its rules",
	.operands = "[<name>]",
	.max_operands = 1,
	.opts = gate_opts,
	.args_size = sizeof(struct gate_args),
	.run = gate_run,
};
