/* Rules about groups: each is held against its reference. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/eval/gate/parts.h"

void mlv_gate_held_release(struct mlv_gate_held *held)
{
	free(held->at);
	*held = (struct mlv_gate_held){ 0 };
}

static bool is_small(const struct mlv_record_slice *slice)
{
	return !slice || slice->small;
}

static mlv_err add_pair(const struct mlv_record *record, const struct mlv_gate_pair *pair,
			struct mlv_gate_held *held)
{
	const struct mlv_fair_audit *audit = pair->audit;
	const char *name = audit->groups[pair->group].name;
	const struct mlv_record_slice *slice, *reference;
	mlv_err err;

	if ((err = mlv_fair_find_slice(record, name, audit->within, &slice)) ||
	    (err = mlv_fair_find_slice(record, audit->groups[audit->against[pair->rate]].name,
				       audit->within, &reference)) ||
	    (err = mlv_array_grow(&held->at, &held->cap, held->count + 1, sizeof(*held->at))))
		return err;
	held->at[held->count] = *pair;
	held->at[held->count].slice = slice ? slice->name : name;
	held->at[held->count++].small = is_small(slice) || is_small(reference);
	return NULL;
}

static mlv_err hold_audit(const struct mlv_record *record, const struct mlv_gate_rule *rule,
			  const struct mlv_fair_audit *audit, struct mlv_gate_held *held)
{
	struct mlv_gate_pair pair = { .rule = rule, .audit = audit, .rate = mlv_rate_find(rule->metric) };
	mlv_err err = NULL;

	if (audit->against[pair.rate] == SIZE_MAX)
		return NULL;
	for (pair.group = 0; pair.group < audit->count && !err; pair.group++)
		if (pair.group != audit->against[pair.rate])
			err = add_pair(record, &pair, held);
	return err;
}

static const struct mlv_disparity *disparity(const struct mlv_gate_pair *pair)
{
	return &pair->audit->groups[pair->group].disparities[pair->rate];
}

static mlv_err adjust(const struct mlv_gate *gate, struct mlv_gate_held *held)
{
	MLV_SCOPED(mlv_mem_free) double *p = mlv_sys_alloc_array(held->count + 1, sizeof(*p));
	size_t count = 0;
	mlv_err err;

	if (!p)
		return mlv_error_nomem("a gate");
	for (size_t i = 0; i < held->count; i++)
		if (disparity(&held->at[i])->has_p)
			p[count++] = disparity(&held->at[i])->p;
	if ((err = mlv_adjust(gate->adjust, p, count)))
		return err;
	count = 0;
	for (size_t i = 0; i < held->count; i++)
		if (disparity(&held->at[i])->has_p)
			held->at[i].adjusted = p[count++];
	return NULL;
}

mlv_err mlv_gate_hold(const struct mlv_gate *gate, const struct mlv_record *record,
		      const struct mlv_fair_audited *audited, struct mlv_gate_held *held)
{
	mlv_err err = NULL;

	for (size_t r = 0; r < gate->rule_count && !err; r++)
		for (size_t a = 0; a < audited->fairness.count && !err; a++) {
			const struct mlv_gate_rule *rule = &gate->rules[r];
			const struct mlv_fair_audit *audit = &audited->fairness.audits[a];

			if (rule->about == MLV_GATE_FAIRNESS &&
			    (!rule->name || strcmp(rule->name, audit->name) == 0))
				err = hold_audit(record, rule, audit, held);
		}
	return err ? err : adjust(gate, held);
}

static void judge(const struct mlv_gate *gate, const struct mlv_record *record,
		  const struct mlv_gate_pair *pair, struct mlv_gate_finding *finding)
{
	const struct mlv_fair_audit *audit = pair->audit;
	const struct mlv_rate_value *rate = &audit->groups[pair->group].rates[pair->rate];
	const struct mlv_rate_value *other = &audit->groups[audit->against[pair->rate]].rates[pair->rate];
	const struct mlv_disparity *of = disparity(pair);

	finding->has_value = of->defined && !isinf(of->ratio);
	finding->value = of->ratio;
	if (!other->defined) {
		finding->outcome = MLV_GATE_FAIL;
		finding->why = "the reference has no rows that the rate is of";
	} else if (pair->small || !rate->defined) {
		finding->outcome = gate->on_small;
		finding->why = "too few rows to judge";
	} else if (!of->defined) {
		finding->why = "the rates are both 0";
	} else if (of->fair == MLV_FAIR_NO && pair->rule->mode == MLV_GATE_SIGNIFICANT && audit->untested) {
		finding->outcome = MLV_GATE_UNSURE;
		finding->why = "rows come in groups, and the record has no test: see mlv fairness";
	} else if (of->fair == MLV_FAIR_NO && pair->rule->mode == MLV_GATE_SIGNIFICANT && of->has_p &&
		   pair->adjusted >= 1 - record->level) {
		finding->why = "beyond the limit, but it may be luck";
	} else if (of->fair == MLV_FAIR_NO) {
		finding->outcome = MLV_GATE_FAIL;
		finding->why = finding->has_value ? NULL : "the rate of the reference is 0";
	}
}

mlv_err mlv_gate_judge_held(const struct mlv_gate *gate, const struct mlv_record *record,
			    const struct mlv_gate_rule *rule, const struct mlv_gate_held *held,
			    struct mlv_gate_report *report)
{
	size_t found = 0;
	mlv_err err = NULL;

	for (size_t i = 0; i < held->count && !err; i++) {
		struct mlv_gate_finding finding = { .rule = rule, .slice = held->at[i].slice };

		if (held->at[i].rule != rule)
			continue;
		finding.limit = held->at[i].audit->tau;
		judge(gate, record, &held->at[i], &finding);
		err = mlv_gate_add_finding(report, &finding);
		found++;
	}
	if (err || found)
		return err;
	return mlv_gate_add_finding(report, &(struct mlv_gate_finding){
						    .rule = rule,
						    .slice = rule->name ? rule->name : "fairness",
						    .outcome = gate->on_missing,
						    .why = "there are no groups to compare",
					    });
}
