/*
 * gate.h - rules that an evaluation must meet, by itself or beside a base.
 *
 *   overall.f1 >= 0.80
 *   overall.f1 drop < 0.01
 *   slices.* accuracy drop < 0.02 mode significant
 *   slices[critical].fnr rise < 0.05 mode noninferior margin 0.03
 *   slices[sex=F].accuracy >= 0.7
 *   worst(slices.race.accuracy) >= 0.60
 *   gap(slices.race.fpr) < 0.25
 *   fairness.race.fpr in tau
 *
 * A rule is about all rows (overall), about each slice (slices.*), each of a
 * dimension (slices.NAME), the critical ones, or one. worst() is the worst
 * slice by the metric's direction, gap() the largest less the smallest value.
 * drop is old - new, rise new - old; rules without them need no base.
 *
 * fairness.NAME, or fairness[NAME], is about the entries of `fairness` by that
 * name (* for all): the ratio of each group's rate to that of its reference is
 * within [tau, 1 / tau] of the entry.
 *
 * churn.SHARE is about rows that are guessed otherwise than in the base; where its
 * predictions are not there nobody can tell.
 *
 * Modes:
 *   point        the values decide
 *   significant  a value beyond the limit fails only if that is no luck: its
 *                interval lies beyond, or for drop and rise the adjusted p says so
 *   noninferior  drop and rise: passes only if the interval of the change lies
 *                within the limit and the margin; fails if it lies beyond;
 *                else nobody can tell
 *
 * A metric that is missing fails. What becomes of slices that are missing
 * (critical ones, those named, and those that the base has) or small is said
 * by the gate.
 *
 * Ownership   mlv_gate_release(), mlv_gate_report_release().
 */
#ifndef MLV_EVAL_GATE_H
#define MLV_EVAL_GATE_H

#include "core/base/value.h"
#include "core/eval/compare.h"
#include "core/eval/fairness_plan.h"

enum mlv_gate_outcome { MLV_GATE_PASS, MLV_GATE_UNSURE, MLV_GATE_FAIL };
const char *mlv_gate_outcome_name(enum mlv_gate_outcome outcome); /* "pass", "inconclusive", "fail" */

struct mlv_gate_rule {
	char *text;
	unsigned line; /* in mlv.yaml */
	enum {
		MLV_GATE_OVERALL,
		MLV_GATE_ALL,
		MLV_GATE_DIM,
		MLV_GATE_CRITICAL,
		MLV_GATE_ONE,
		MLV_GATE_FAIRNESS,
		MLV_GATE_CHURN
	} about;
	enum { MLV_GATE_EACH, MLV_GATE_WORST, MLV_GATE_GAP } fold;
	char *name;    /* DIM: the dimension; ONE: the slice; FAIRNESS: the attribute, NULL: each */
	char *metric;  /* FAIRNESS: the rate; CHURN: which share, see compare.h */
	enum { MLV_GATE_VALUE, MLV_GATE_DROP, MLV_GATE_RISE } quantity;
	enum { MLV_GATE_LT, MLV_GATE_LE, MLV_GATE_GT, MLV_GATE_GE, MLV_GATE_IN_TAU } op;
	double limit;
	enum { MLV_GATE_POINT, MLV_GATE_SIGNIFICANT, MLV_GATE_NONINFERIOR } mode;
	double margin;
};
/* Parse one rule. MLV_E_SPEC, with the column, when it is none. */
mlv_err mlv_gate_rule_parse(const char *text, struct mlv_gate_rule *rule) MLV_CHECK;
void mlv_gate_rule_release(struct mlv_gate_rule *rule);

struct mlv_gate {
	char *name, *eval, *base; /* eval NULL: the only one; base NULL: none is named */
	struct mlv_gate_rule *rules;
	size_t rule_count;
	enum mlv_adjust adjust;
	enum mlv_gate_outcome on_missing, on_small;
};
/* Read the gate called name, or with name NULL the only one, from the root of mlv.yaml. */
mlv_err mlv_gate_read(const char *file, const struct mlv_value *root, const char *name,
		      struct mlv_gate *gate) MLV_CHECK;
void mlv_gate_release(struct mlv_gate *gate);
/* Whether a rule compares with a base. */
bool mlv_gate_needs_base(const struct mlv_gate *gate);
/* Whether a rule is about fairness. */
bool mlv_gate_needs_fairness(const struct mlv_gate *gate);

/* What became of a rule in a slice. */
struct mlv_gate_finding {
	const struct mlv_gate_rule *rule;
	const char *slice;
	enum mlv_gate_outcome outcome;
	bool has_value;
	double value;    /* what was held against the limit */
	double limit;    /* the rule's; of fairness tau */
	const char *why; /* what there is to say beside; "" for nothing */
};
struct mlv_gate_report {
	struct mlv_gate_finding *at; /* by rule, then by slice */
	size_t count, cap;
	enum mlv_gate_outcome outcome; /* the worst */
};
/*
 * Hold the rules against a record and, where one needs it, that of the base and
 * what changed since (both NULL: no rule does), and the audit of the record
 * (NULL: no rule is about it). The report refers to all.
 */
mlv_err mlv_gate_apply(const struct mlv_gate *gate, const struct mlv_record *record,
		       const struct mlv_record *base, const struct mlv_comparison *comparison,
		       const struct mlv_fair_audited *audited,
		       struct mlv_gate_report *report) MLV_CHECK;
/*
 * A dimension that the base defines in another way, although a rule compares
 * its slices; NULL: there is none.
 */
const char *mlv_gate_redefined(const struct mlv_gate *gate,
			       const struct mlv_comparison *comparison);
void mlv_gate_report_release(struct mlv_gate_report *report);

#endif
