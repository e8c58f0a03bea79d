/* Rules of gates: what they say, and what is none. */
#include "check.h"

#include "core/eval/gate.h"

mlv_test(gate, rules_of_all_forms)
{
	MLV_SCOPED(mlv_gate_rule_release) struct mlv_gate_rule plain = { 0 }, each = { 0 };
	MLV_SCOPED(mlv_gate_rule_release) struct mlv_gate_rule critical = { 0 }, gap = { 0 }, one = { 0 };

	check_ok(mlv_gate_rule_parse("overall.f0.5 >= 0.80", &plain));
	cr_assert(eq(str, plain.metric, "f0.5"));
	cr_assert(plain.about == MLV_GATE_OVERALL && plain.op == MLV_GATE_GE && plain.limit == 0.8);
	cr_assert(plain.quantity == MLV_GATE_VALUE && plain.mode == MLV_GATE_POINT);
	check_ok(mlv_gate_rule_parse("slices.* accuracy drop < 0.02 mode significant", &each));
	cr_assert(each.about == MLV_GATE_ALL && each.quantity == MLV_GATE_DROP);
	cr_assert(each.mode == MLV_GATE_SIGNIFICANT && each.op == MLV_GATE_LT);
	check_ok(mlv_gate_rule_parse("slices[critical].fnr rise <= 0 mode noninferior margin 0.03",
				     &critical));
	cr_assert(critical.about == MLV_GATE_CRITICAL && critical.quantity == MLV_GATE_RISE);
	cr_assert(critical.mode == MLV_GATE_NONINFERIOR && critical.margin == 0.03);
	check_ok(mlv_gate_rule_parse("gap(slices.race.fpr) < 0.25", &gap));
	cr_assert(gap.fold == MLV_GATE_GAP && gap.about == MLV_GATE_DIM);
	cr_assert(eq(str, gap.name, "race"));
	check_ok(mlv_gate_rule_parse("slices[age=[0,25)].accuracy>0.5", &one));
	cr_assert(one.about == MLV_GATE_ONE);
	cr_assert(eq(str, one.name, "age=[0,25)"));
}

mlv_test(gate, rules_about_fairness)
{
	MLV_SCOPED(mlv_gate_rule_release) struct mlv_gate_rule one = { 0 }, cross = { 0 }, each = { 0 };

	check_ok(mlv_gate_rule_parse("fairness.race.fpr in tau", &one));
	cr_assert(one.about == MLV_GATE_FAIRNESS && one.op == MLV_GATE_IN_TAU && one.mode == MLV_GATE_POINT);
	cr_assert(eq(str, one.name, "race"));
	cr_assert(eq(str, one.metric, "fpr"));
	check_ok(mlv_gate_rule_parse("fairness[race & sex].pprev  in tau mode significant", &cross));
	cr_assert(eq(str, cross.name, "race & sex"));
	cr_assert(cross.mode == MLV_GATE_SIGNIFICANT);
	check_ok(mlv_gate_rule_parse("fairness.*.for in tau", &each));
	cr_assert(each.name == NULL);
	cr_assert(eq(str, each.metric, "for"));
}

mlv_test(gate, what_is_no_rule_is_told_with_its_column)
{
	static const struct {
		const char *text, *message;
	} wrong[] = {
		{ "", "in the rule '', column 1: 'overall', 'slices'" },
		{ "overall.f3 > 1",
		  "in the rule 'overall.f3 > 1', column 9: the name of a metric" },
		{ "overall.f1", "in the rule 'overall.f1', column 11: one of < <=" },
		{ "overall.f1 > x", "in the rule 'overall.f1 > x', column 14: a number" },
		{ "overall.f1 > nan", "in the rule 'overall.f1 > nan', column 14: a number" },
		{ "overall.f1 > 1 mode best",
		  "in the rule 'overall.f1 > 1 mode best', column 21: point," },
		{ "overall.f1 > 1 2", "in the rule 'overall.f1 > 1 2', column 16: nothing more" },
		{ "worst(overall.f1) > 1",
		  "in the rule 'worst(overall.f1) > 1', column 18: slices, not" },
		{ "worst(slices.a.f1 > 1",
		  "in the rule 'worst(slices.a.f1 > 1', column 19: a ')'" },
		{ "slices[a.f1 > 1", "in the rule 'slices[a.f1 > 1', column 8: a ']'" },
		{ "overall.f1 drop > 1",
		  "in the rule 'overall.f1 drop > 1': a drop or rise has an upper" },
		{ "overall.f1 > 1 mode noninferior",
		  "in the rule 'overall.f1 > 1 mode noninferior': noninferior is" },
		{ "overall.f1 drop < 1 margin 1",
		  "in the rule 'overall.f1 drop < 1 margin 1': a margin is" },
		{ "fairness.race.f1 in tau",
		  "in the rule 'fairness.race.f1 in tau', column 15: the name of a rate" },
		{ "fairness.race in tau",
		  "in the rule 'fairness.race in tau', column 14: '.' and a rate" },
		{ "fairness.race.fpr < 1",
		  "in the rule 'fairness.race.fpr < 1', column 19: 'in tau'" },
		{ "fairness[race.fpr in tau",
		  "in the rule 'fairness[race.fpr in tau', column 10: a ']'" },
		{ "fairness", "in the rule 'fairness', column 9: '.' or '['" },
		{ "fairness.race.fpr in tau mode noninferior",
		  "in the rule 'fairness.race.fpr in tau mode noninferior': noninferior is" },
		{ "gap(fairness.race.fpr) < 1",
		  "in the rule 'gap(fairness.race.fpr) < 1', column 23: slices, not" },
		{ "churn.wrong < 1", "in the rule 'churn.wrong < 1', column 7: flip_rate, regressed" },
		{ "churn < 1", "in the rule 'churn < 1', column 6: '.' and a share" },
		{ "gap(churn.regressed) < 1",
		  "in the rule 'gap(churn.regressed) < 1', column 21: slices, not 'churn'" },
		{ "churn.regressed drop < 1", "in the rule 'churn.regressed drop < 1', column 17: one of" },
		{ "churn.regressed < 1 mode significant",
		  "in the rule 'churn.regressed < 1 mode significant': churn is counted" },
		{ "overall.f1 in tau", "in the rule 'overall.f1 in tau', column 12: one of < <=" },
		{ "gap(slices.*.f1) drop < 1",
		  "in the rule 'gap(slices.*.f1) drop < 1': worst() and gap()" },
	};

	for (size_t i = 0; i < MLV_COUNT(wrong); i++) {
		struct mlv_gate_rule rule = { 0 };
		mlv_err err = mlv_gate_rule_parse(wrong[i].text, &rule);

		cr_assert(err && err->code == MLV_E_SPEC, "%s", wrong[i].text);
		cr_assert(strncmp(err->msg, wrong[i].message, strlen(wrong[i].message)) == 0, "%s",
			  err->msg);
	}
}
