#include "core/eval/gate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/eval/gate/parts.h"

const char *mlv_gate_outcome_name(enum mlv_gate_outcome outcome)
{
	static const char *const names[] = { "pass", "inconclusive", "fail" };

	return names[outcome];
}

bool mlv_gate_needs_base(const struct mlv_gate *gate)
{
	for (size_t r = 0; r < gate->rule_count; r++)
		if (gate->rules[r].quantity != MLV_GATE_VALUE || gate->rules[r].about == MLV_GATE_CHURN)
			return true;
	return false;
}

bool mlv_gate_needs_fairness(const struct mlv_gate *gate)
{
	for (size_t r = 0; r < gate->rule_count; r++)
		if (gate->rules[r].about == MLV_GATE_FAIRNESS)
			return true;
	return false;
}

void mlv_gate_report_release(struct mlv_gate_report *report)
{
	free(report->at);
	*report = (struct mlv_gate_report){ 0 };
}

mlv_err mlv_gate_add_finding(struct mlv_gate_report *report, const struct mlv_gate_finding *finding)
{
	mlv_err err = mlv_array_grow(&report->at, &report->cap, report->count + 1,
				     sizeof(*report->at));

	if (err)
		return err;
	report->at[report->count] = *finding;
	if (!finding->why)
		report->at[report->count].why = "";
	if (finding->rule->about != MLV_GATE_FAIRNESS)
		report->at[report->count].limit = finding->rule->limit;
	report->count++;
	if (finding->outcome > report->outcome)
		report->outcome = finding->outcome;
	return NULL;
}

struct applying {
	const struct mlv_gate *gate;
	const struct mlv_record *record, *base;
	const struct mlv_comparison *comparison;
	struct mlv_gate_report *report;
};

static mlv_err add_finding(struct applying *applying, const struct mlv_gate_finding *finding)
{
	return mlv_gate_add_finding(applying->report, finding);
}

static bool within(const struct mlv_gate_rule *rule, double value, double limit)
{
	switch (rule->op) {
	case MLV_GATE_LT:
		return value < limit;
	case MLV_GATE_LE:
		return value <= limit;
	case MLV_GATE_GT:
		return value > limit;
	default:
		return value >= limit;
	}
}

/* A value by itself. */
static void judge_value(const struct mlv_gate_rule *rule, const struct mlv_entry *entry,
			struct mlv_gate_finding *finding)
{
	bool upper = rule->op == MLV_GATE_LT || rule->op == MLV_GATE_LE;

	finding->has_value = entry->defined;
	finding->value = entry->value;
	if (!entry->defined) {
		finding->outcome = MLV_GATE_FAIL;
		finding->why = "it has no value";
		return;
	}
	if (within(rule, entry->value, rule->limit))
		return;
	finding->outcome = MLV_GATE_FAIL;
	if (rule->mode != MLV_GATE_SIGNIFICANT)
		return;
	if (!entry->has_interval) {
		finding->outcome = MLV_GATE_UNSURE;
		finding->why = "no interval is known";
	} else if (within(rule, upper ? entry->low : entry->high, rule->limit)) {
		finding->outcome = MLV_GATE_PASS;
		finding->why = "beyond the limit, but it may be luck";
	}
}

/* The change as a drop or rise, with its interval turned likewise. */
static void judge_change(const struct mlv_gate_rule *rule, const struct mlv_change *change,
			 double alpha, struct mlv_gate_finding *finding)
{
	bool drop = rule->quantity == MLV_GATE_DROP;
	double low = drop ? -change->high : change->low, high = drop ? -change->low : change->high;

	finding->has_value = change->sides[0].defined && change->sides[1].defined;
	finding->value = drop ? 0 - change->change : change->change; /* never -0 */
	if (!finding->has_value) {
		finding->outcome = MLV_GATE_FAIL;
		finding->why = "it has no value on one side";
	} else if (rule->mode == MLV_GATE_NONINFERIOR) {
		double limit = rule->limit + rule->margin;

		finding->outcome = !change->has_interval || (high >= limit && low < limit)
					   ? MLV_GATE_UNSURE
				   : high < limit ? MLV_GATE_PASS
						  : MLV_GATE_FAIL;
		finding->why = finding->outcome == MLV_GATE_UNSURE ? "too few rows to tell" : NULL;
	} else if (!within(rule, finding->value, rule->limit)) {
		finding->outcome = MLV_GATE_FAIL;
		if (rule->mode == MLV_GATE_SIGNIFICANT && !change->has_p) {
			finding->outcome = MLV_GATE_UNSURE;
			finding->why = "there is no test for it";
		} else if (rule->mode == MLV_GATE_SIGNIFICANT && change->adjusted >= alpha) {
			finding->outcome = MLV_GATE_PASS;
			finding->why = "beyond the limit, but it may be luck";
		}
	}
}

static mlv_err judge_slice(struct applying *applying, const struct mlv_gate_rule *rule,
			   const struct mlv_record_slice *slice, size_t metric)
{
	const struct mlv_gate *gate = applying->gate;
	struct mlv_gate_finding finding = { .rule = rule, .slice = slice->name };
	const struct mlv_change *change;

	if (slice->small || metric == applying->record->metric_count) {
		bool small = metric < applying->record->metric_count;

		finding.outcome = small ? gate->on_small : MLV_GATE_FAIL;
		finding.why = small ? "too few rows to judge" : "the record does not have this metric";
	} else if (rule->quantity == MLV_GATE_VALUE) {
		judge_value(rule, &slice->entries[metric], &finding);
	} else if (!(change = mlv_comparison_find(applying->comparison, slice->name, rule->metric))) {
		finding.outcome = slice->dim ? MLV_GATE_PASS : MLV_GATE_FAIL;
		finding.why = "the base does not have it";
	} else if (change->verdict == MLV_VERDICT_SMALL) {
		finding.outcome = gate->on_small;
		finding.why = "too few rows in the base to judge";
	} else {
		judge_change(rule, change, 1 - applying->record->level, &finding);
	}
	return add_finding(applying, &finding);
}

static bool is_about(const struct mlv_gate_rule *rule, const struct mlv_record_slice *slice)
{
	switch (rule->about) {
	case MLV_GATE_OVERALL:
		return !slice->dim;
	case MLV_GATE_ALL:
		return slice->dim != NULL;
	case MLV_GATE_DIM:
		return slice->dim && strcmp(slice->dim, rule->name) == 0;
	case MLV_GATE_CRITICAL:
		return slice->critical;
	default:
		return strcmp(slice->name, rule->name) == 0;
	}
}

/* The worst slice, or the largest value less the smallest. Small and undefined ones do not count. */
static mlv_err judge_folded(struct applying *applying, const struct mlv_gate_rule *rule, size_t metric)
{
	const struct mlv_record *record = applying->record;
	const char *about = rule->name ? rule->name : "slices";
	struct mlv_gate_finding finding = { .rule = rule, .slice = about };
	int direction = metric < record->metric_count ? record->metrics[metric].direction : 0;
	double low = HUGE_VAL, high = -HUGE_VAL;

	for (size_t s = 0; metric < record->metric_count && s < record->slice_count; s++) {
		const struct mlv_record_slice *slice = &record->slices[s];
		const struct mlv_entry *entry = &slice->entries[metric];

		if (!is_about(rule, slice) || slice->small || !entry->defined)
			continue;
		if (rule->fold == MLV_GATE_WORST &&
		    (direction < 0 ? entry->value > high : entry->value < low))
			finding.slice = slice->name;
		low = entry->value < low ? entry->value : low;
		high = entry->value > high ? entry->value : high;
	}
	finding.has_value = low <= high;
	finding.value = rule->fold == MLV_GATE_GAP ? high - low : direction < 0 ? high : low;
	finding.outcome = finding.has_value && within(rule, finding.value, rule->limit) ? MLV_GATE_PASS
											: MLV_GATE_FAIL;
	if (!finding.has_value)
		finding.why = "no slice has a value";
	return add_finding(applying, &finding);
}

/* Slices of the base that the record lacks, where the rule is about them. */
static mlv_err judge_vanished(struct applying *applying, const struct mlv_gate_rule *rule)
{
	const struct mlv_record *base = applying->base;
	mlv_err err = NULL;

	for (size_t s = 0; base && s < base->slice_count && !err; s++) {
		const struct mlv_record_slice *slice = &base->slices[s];

		if (rule->about == MLV_GATE_ONE || !is_about(rule, slice) ||
		    mlv_record_find(applying->record, slice->name))
			continue;
		err = add_finding(applying, &(struct mlv_gate_finding){
						    .rule = rule, .slice = slice->name,
						    .outcome = applying->gate->on_missing,
						    .why = "the slice vanished",
					    });
	}
	return err;
}

static mlv_err judge_churn(struct applying *applying, const struct mlv_gate_rule *rule)
{
	const struct mlv_churn *churn = &applying->comparison->churn;
	struct mlv_gate_finding finding = { .rule = rule, .slice = "overall" };

	if (!churn->known) {
		finding.outcome = MLV_GATE_UNSURE;
		finding.why = "the predictions of both are not there, or have no classes";
		return add_finding(applying, &finding);
	}
	finding.has_value = mlv_churn_share(churn, rule->metric, &finding.value);
	finding.outcome = within(rule, finding.value, rule->limit) ? MLV_GATE_PASS : MLV_GATE_FAIL;
	return add_finding(applying, &finding);
}

static mlv_err apply_rule(struct applying *applying, const struct mlv_gate_rule *rule)
{
	const struct mlv_record *record = applying->record;
	size_t metric = mlv_record_find_metric(record, rule->metric), found = 0;
	mlv_err err = NULL;

	if (rule->about == MLV_GATE_CHURN)
		return judge_churn(applying, rule);
	if (rule->fold != MLV_GATE_EACH)
		return judge_folded(applying, rule, metric);
	for (size_t s = 0; s < record->slice_count && !err; s++) {
		if (!is_about(rule, &record->slices[s]))
			continue;
		err = judge_slice(applying, rule, &record->slices[s], metric);
		found++;
	}
	if (!err && !found)
		err = add_finding(applying, &(struct mlv_gate_finding){
						    .rule = rule, .slice = rule->name ? rule->name : "slices",
						    .outcome = applying->gate->on_missing,
						    .why = "there is no such slice",
					    });
	return err ? err : judge_vanished(applying, rule);
}

const char *mlv_gate_redefined(const struct mlv_gate *gate, const struct mlv_comparison *comparison)
{
	for (size_t r = 0; r < gate->rule_count; r++) {
		const struct mlv_gate_rule *rule = &gate->rules[r];
		bool slices = rule->quantity != MLV_GATE_VALUE && rule->about != MLV_GATE_OVERALL;

		for (size_t d = 0; slices && d < comparison->redefined.count; d++)
			if (rule->about != MLV_GATE_DIM ||
			    strcmp(rule->name, comparison->redefined.at[d]) == 0)
				return comparison->redefined.at[d];
	}
	return NULL;
}

mlv_err mlv_gate_apply(const struct mlv_gate *gate, const struct mlv_record *record,
		       const struct mlv_record *base, const struct mlv_comparison *comparison,
		       const struct mlv_fair_audited *audited, struct mlv_gate_report *report)
{
	MLV_SCOPED(mlv_gate_report_release) struct mlv_gate_report made = { 0 };
	MLV_SCOPED(mlv_gate_held_release) struct mlv_gate_held held = { 0 };
	struct applying applying = { gate, record, base, comparison, &made };
	mlv_err err = audited ? mlv_gate_hold(gate, record, audited, &held) : NULL;

	for (size_t r = 0; r < gate->rule_count && !err; r++)
		err = gate->rules[r].about == MLV_GATE_FAIRNESS
			      ? mlv_gate_judge_held(gate, record, &gate->rules[r], &held, &made)
			      : apply_rule(&applying, &gate->rules[r]);
	if (err)
		return err;
	*report = made;
	made = (struct mlv_gate_report){ 0 };
	return NULL;
}
