/* parts.h - what the files behind gate.h share. */
#ifndef MLV_EVAL_GATE_PARTS_H
#define MLV_EVAL_GATE_PARTS_H

#include "core/eval/gate.h"

/* Append a copy; the report's outcome is the worst. */
mlv_err mlv_gate_add_finding(struct mlv_gate_report *report,
			     const struct mlv_gate_finding *finding) MLV_CHECK;

/* Groups that rules hold against their references, by rule; their p-values are adjusted together. */
struct mlv_gate_held {
	struct mlv_gate_pair {
		const struct mlv_gate_rule *rule;
		const struct mlv_fair_audit *audit;
		enum mlv_rate rate;
		size_t group;
		bool small; /* the group, or the reference, has few rows */
		const char *slice;
		double adjusted;
	} *at;
	size_t count, cap;
};
mlv_err mlv_gate_hold(const struct mlv_gate *gate, const struct mlv_record *record,
		      const struct mlv_fair_audited *audited, struct mlv_gate_held *held) MLV_CHECK;
void mlv_gate_held_release(struct mlv_gate_held *held);
/* The findings of one rule. */
mlv_err mlv_gate_judge_held(const struct mlv_gate *gate, const struct mlv_record *record,
			    const struct mlv_gate_rule *rule, const struct mlv_gate_held *held,
			    struct mlv_gate_report *report) MLV_CHECK;

#endif
