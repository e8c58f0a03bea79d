/*
 * fairness_plan.h - the groups that entries of `fairness:` hold against each other, counted: in the
 * rows of an evaluation, or from the counts that its record has of each slice.
 *
 * An entry with a control gives an attribute for each of the control's slices.
 * From a record that takes a cross of both among its slices.
 *
 * Ownership   mlv_fair_plan_release(). A plan refers to what it was made of.
 */
#ifndef MLV_EVAL_FAIRNESS_PLAN_H
#define MLV_EVAL_FAIRNESS_PLAN_H

#include "core/eval/cases.h"
#include "core/eval/fairness_spec.h"
#include "core/eval/record.h"

struct mlv_fair_plan {
	struct mlv_fair_attribute *attributes;
	const struct mlv_fair_entry **entries; /* of each attribute */
	size_t count, cap, entry_cap;
	struct mlv_fair_cells all;
	void **kept; /* arrays that attributes refer to */
	size_t kept_count, kept_cap;
};

/* Groups are called as their values are: "White" of race, but of a cross as its slices. */
mlv_err mlv_fair_plan_of_cases(const char *file, const struct mlv_cases *cases,
			       const struct mlv_fair_entries *entries,
			       struct mlv_fair_plan *plan) MLV_CHECK;
/* Groups are called as slices are: "race=White". MLV_E_SPEC when the record has not what an entry
 * asks for. */
mlv_err mlv_fair_plan_of_record(const char *file, const struct mlv_record *record,
				const struct mlv_fair_entries *entries,
				struct mlv_fair_plan *plan) MLV_CHECK;
void mlv_fair_plan_release(struct mlv_fair_plan *plan);
/* Hold the groups of an attribute against that of this name; MLV_E_SPEC when it has none. */
mlv_err mlv_fair_refer(const char *group, struct mlv_fair_attribute *attribute) MLV_CHECK;
/* Hold those of all attributes against what their entries say. */
mlv_err mlv_fair_plan_refer(struct mlv_fair_plan *plan) MLV_CHECK;
/* What a record says of all entries. */
struct mlv_fair_audited {
	struct mlv_fair_plan plan;
	struct mlv_fairness fairness; /* an audit for each attribute of the plan */
};
/* cases, NULL where they are not there, are its rows: those that come in groups are tested by them. */
mlv_err mlv_fair_audit_record(const char *file, const struct mlv_record *record,
			      const struct mlv_cases *cases, const struct mlv_fair_entries *entries,
			      struct mlv_fair_audited *audited) MLV_CHECK;
void mlv_fair_audited_release(struct mlv_fair_audited *audited);

/* The slice of a record that is a group, within NULL, or the part of it in a slice of a control.
 * *slice NULL: none. */
mlv_err mlv_fair_find_slice(const struct mlv_record *record, const char *group, const char *within,
			    const struct mlv_record_slice **slice) MLV_CHECK;

#endif
