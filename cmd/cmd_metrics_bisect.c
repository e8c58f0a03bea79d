/* cmd_metrics_bisect.c - mlv metrics bisect, mlv metrics blame: the commit where a metric changed. */
#include <string.h>

#include "cmd/metrics_history.h"
#include "core/eval/compare.h"
#include "core/eval/gate.h"

/* ---- bisect */

struct bisect_args {
	const char *eval;
};

static const struct mlv_opt bisect_opts[] = {
	{ MLV_OPT_TEXT, 0, "eval", offsetof(struct bisect_args, eval), "<name>", MLV_HINT_NONE,
	  "of this evaluation, if there are several" },
	{ 0 },
};

struct bisect {
	struct mlv_gate gate; /* of the one rule */
	struct mlv_git_id good;
	struct mlv_git_id first; /* the oldest so far for which the rule holds */
	double value, before;
	bool any, known, holds; /* a record was seen; the newest of them said whether it holds */
	bool ended, reached;    /* one for which it does not hold was found; good was */
	struct mlv_git_id last_good;
	size_t commits;
};

/* Whether the rule holds; *known is false where the metric or the slice is missing. */
static mlv_err ask(const struct mlv_gate *gate, const struct mlv_record *record, bool *known,
		   bool *holds, double *value)
{
	MLV_SCOPED(mlv_gate_report_release) struct mlv_gate_report report = { 0 };
	mlv_err err = mlv_gate_apply(gate, record, NULL, NULL, NULL, &report);

	*known = false;
	*holds = report.outcome == MLV_GATE_PASS;
	for (size_t f = 0; f < report.count; f++)
		if (report.at[f].has_value && (!*known || report.at[f].outcome == report.outcome)) {
			*known = true;
			*value = report.at[f].value;
		}
	return err;
}

static mlv_err bisect_version(void *arg, const struct mlv_eval_version *version, bool *stop)
{
	struct bisect *bisect = arg;
	double value = bisect->value;
	mlv_err err;

	bisect->commits++;
	if (!version->same)
		bisect->known = false;
	if (version->record && (err = ask(&bisect->gate, version->record, &bisect->known,
					  &bisect->holds, &value)))
		return err;
	if (bisect->known && !bisect->holds) {
		bisect->ended = true;
		bisect->before = value;
		bisect->last_good = version->commit;
	} else if (bisect->known) {
		bisect->any = true;
		bisect->value = value;
		bisect->first = version->commit;
	}
	bisect->reached |= strcmp(version->commit.hex, bisect->good.hex) == 0;
	*stop = bisect->ended || bisect->reached;
	return NULL;
}

static mlv_err check_bisect(const struct bisect *bisect, char **operands)
{
	const char *rule = operands[0], *good = operands[1], *bad = operands[2];

	if (bisect->ended && !bisect->any)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "%s: '%s' does not hold there", bad, rule),
				      "give a rule that holds at the last of the two commits only");
	if (bisect->ended)
		return NULL;
	if (!bisect->reached)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "%s: not among the first parents of %s", good,
						bad),
				      "name a commit that %s was built on, and the newer one last", bad);
	if (!bisect->any)
		return mlv_error(MLV_E_MISSING, "no record between %s and %s has what '%s' asks for",
				 good, bad, rule);
	return mlv_error(MLV_E_USAGE, "%s: '%s' holds there already, or there is no record", good, rule);
}

static mlv_err start_bisect(struct bisect *bisect, struct mlv_gate_rule *rule, const char *text)
{
	mlv_err err = mlv_gate_rule_parse(text, rule);

	if (err)
		return err;
	if (rule->quantity != MLV_GATE_VALUE || rule->mode != MLV_GATE_POINT)
		return mlv_error(MLV_E_USAGE, "'%s': a rule without drop, rise and mode is wanted", text);
	if (rule->about == MLV_GATE_FAIRNESS || rule->about == MLV_GATE_CHURN)
		return mlv_error(MLV_E_USAGE, "'%s': a rule about 'overall' or 'slices' is wanted", text);
	bisect->gate = (struct mlv_gate){ .rules = rule, .rule_count = 1,
					  .on_missing = MLV_GATE_FAIL, .on_small = MLV_GATE_PASS };
	return NULL;
}

static mlv_err bisect_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_history_release) struct mlv_history history = MLV_HISTORY_INIT;
	MLV_SCOPED(mlv_gate_rule_release) struct mlv_gate_rule rule = { 0 };
	const struct bisect_args *args = opaque;
	struct bisect bisect = { 0 };
	struct mlv_metrics_side good;
	mlv_err err;

	if ((err = start_bisect(&bisect, &rule, operands[0])) ||
	    (err = mlv_history_open(run, operands[2], args->eval, &history)) ||
	    (err = mlv_metrics_side_init(&history.place, operands[1], &good)))
		return err;
	bisect.good = good.commit;
	if ((err = mlv_eval_each_version(&history.place, &history.side, history.eval, NULL, true,
					 bisect_version, &bisect)) ||
	    (err = check_bisect(&bisect, operands)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_text(run->out, "first", bisect.first.hex);
	mlv_out_real(run->out, "value", bisect.value);
	mlv_out_text(run->out, "last", bisect.last_good.hex);
	mlv_out_real(run->out, "before", bisect.before);
	mlv_out_object_end(run->out);
	mlv_out_line(run->out, "%s is the first commit with %s: %.6g, after %.6g in %.10s",
		     bisect.first.hex, operands[0], bisect.value, bisect.before,
		     bisect.last_good.hex);
	return NULL;
}

const struct mlv_cmd mlv_cmd_metrics_bisect = {
	.name = "bisect",
	.summary = "find the commit from which a rule holds, in records alone",
	.operands = "<rule> <good> <bad>",
	.min_operands = 3,
	.max_operands = 3,
	.hint = MLV_HINT_REV,
	.opts = bisect_opts,
	.args_size = sizeof(struct bisect_args),
	.run = bisect_run,
};

/* ---- blame */

struct blame_args {
	const char *slice, *eval;
};

static const struct mlv_opt blame_opts[] = {
	{ MLV_OPT_TEXT, 0, "slice", offsetof(struct blame_args, slice), "<name>", MLV_HINT_NONE,
	  "of this slice instead of all rows" },
	{ MLV_OPT_TEXT, 0, "eval", offsetof(struct blame_args, eval), "<name>", MLV_HINT_NONE,
	  "of this evaluation, if there are several" },
	{ 0 },
};

struct blame {
	struct mlv_run *run;
	const struct blame_args *args;
	const char *metric;
	struct mlv_record newer; /* the version before this one */
	bool has_newer, found, known;
	struct mlv_git_id commit; /* that made it */
	int64_t when;
};

static void blame_release(struct blame *blame)
{
	mlv_record_release(&blame->newer);
}

static void print_blame(const struct blame *blame, const struct mlv_change *change)
{
	struct mlv_out *out = blame->run->out;
	char date[MLV_HISTORY_DATE];

	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "commit", blame->commit.hex);
	mlv_out_number(out, "time", (uint64_t)blame->when);
	mlv_out_real(out, "old", change->sides[0].value);
	mlv_out_real(out, "new", change->sides[1].value);
	mlv_out_real(out, "diff", change->change);
	mlv_out_real(out, "p", change->p);
	mlv_out_text(out, "evidence", mlv_evidence_name(change->evidence));
	mlv_out_object_end(out);
	mlv_out_line(out, "%s %s %s of %s: %.6g -> %.6g, p %.2g", blame->commit.hex,
		     mlv_history_date(blame->when, date), change->metric, change->slice,
		     change->sides[0].value, change->sides[1].value, change->p);
}

/* Whether the metric clearly fell from this version to the newer one; then it is printed. */
static mlv_err compare(struct blame *blame, const struct mlv_record *older)
{
	MLV_SCOPED(mlv_comparison_release) struct mlv_comparison comparison = { 0 };
	const char *slice = blame->args->slice ? blame->args->slice : "overall";
	const struct mlv_change *change;
	mlv_err err;

	if (older->task != blame->newer.task)
		return NULL;
	if ((err = mlv_eval_compare(older, &blame->newer, NULL, false, MLV_ADJUST_NONE, &comparison)))
		return err;
	change = mlv_comparison_find(&comparison, slice, blame->metric);
	blame->found = change && change->verdict == MLV_VERDICT_WORSE;
	if (blame->found)
		print_blame(blame, change);
	return NULL;
}

static mlv_err blame_version(void *arg, const struct mlv_eval_version *version, bool *stop)
{
	struct blame *blame = arg;
	mlv_err err;

	/* Commits without a record are passed over: what is compared is its versions. */
	if (!version->found)
		return NULL;
	if (version->record) {
		blame->known |= mlv_history_entry(version->record, blame->args->slice,
						  blame->metric) != NULL;
		if (blame->has_newer && (err = compare(blame, version->record)))
			return err;
		*stop = blame->found;
		mlv_record_release(&blame->newer);
		blame->newer = *version->record;
		*version->record = (struct mlv_record){ 0 };
		blame->has_newer = true;
	}
	if (*stop)
		return NULL;
	blame->commit = version->commit;
	blame->when = version->when;
	return NULL;
}

static mlv_err blame_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_history_release) struct mlv_history history = MLV_HISTORY_INIT;
	MLV_SCOPED(blame_release) struct blame blame = { .run = run, .args = opaque,
							 .metric = operands[0] };
	const char *slice = blame.args->slice ? blame.args->slice : "overall";
	mlv_err err;

	if ((err = mlv_history_open(run, operands[1], blame.args->eval, &history)) ||
	    (err = mlv_eval_each_version(&history.place, &history.side, history.eval,
					 blame.args->slice, false, blame_version, &blame)))
		return err;
	if (blame.found)
		return NULL;
	if (!blame.known)
		return mlv_history_lacks(&history, blame.metric, slice);
	return mlv_error(
		MLV_E_NO,
		"no version of %s is clearly worse in %s of %s than the one before",
		history.path.ptr, blame.metric, slice);
}

const struct mlv_cmd mlv_cmd_metrics_blame = {
	.name = "blame",
	.summary = "find the commit where a metric last clearly fell",
	.operands = "<metric> [<rev>]",
	.min_operands = 1,
	.max_operands = 2,
	.opts = blame_opts,
	.args_size = sizeof(struct blame_args),
	.run = blame_run,
};
