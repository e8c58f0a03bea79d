/* The text of a rule. Time is linear in its length. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/frame.h"
#include "core/eval/gate.h"

#define RULE_MAX 1000 /* bytes */

void mlv_gate_rule_release(struct mlv_gate_rule *rule)
{
	free(rule->text);
	free(rule->name);
	free(rule->metric);
	*rule = (struct mlv_gate_rule){ 0 };
}

struct scanner {
	const char *text, *at;
};

static mlv_err expected(const struct scanner *scanner, const char *what)
{
	return mlv_error(MLV_E_SPEC, "in the rule '%s', column %zu: %s expected", scanner->text,
			 (size_t)(scanner->at - scanner->text) + 1, what);
}

static void skip_space(struct scanner *scanner)
{
	scanner->at += strspn(scanner->at, " ");
}

/* Take word, if it stands here and ends here. */
static bool take_word(struct scanner *scanner, const char *word)
{
	size_t len = strlen(word);

	skip_space(scanner);
	if (strncmp(scanner->at, word, len) != 0 || (scanner->at[len] && scanner->at[len] != ' '))
		return false;
	scanner->at += len;
	return true;
}

static bool take(struct scanner *scanner, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(scanner->at, text, len) != 0)
		return false;
	scanner->at += len;
	return true;
}

static mlv_err take_name(struct scanner *scanner, size_t len, const char *what, char **out)
{
	if (!len)
		return expected(scanner, what);
	*out = mlv_sys_strndup(scanner->at, len);
	if (!*out)
		return mlv_error_nomem("a rule");
	scanner->at += len;
	return NULL;
}

/* "[critical]", "[NAME]", ".*", ".NAME", behind "slices". */
static mlv_err take_slices(struct scanner *scanner, struct mlv_gate_rule *rule)
{
	mlv_err err;

	if (take(scanner, "[critical]")) {
		rule->about = MLV_GATE_CRITICAL;
		return NULL;
	}
	if (take(scanner, "[")) {
		const char *end = strrchr(scanner->at, ']');

		/* A name may hold brackets itself: age=[0,25). */
		rule->about = MLV_GATE_ONE;
		if (!end)
			return expected(scanner, "a ']'");
		if ((err = take_name(scanner, (size_t)(end - scanner->at), "a slice", &rule->name)))
			return err;
		scanner->at++;
		return NULL;
	}
	if (!take(scanner, "."))
		return expected(scanner, "'.' or '['");
	if (take(scanner, "*")) {
		rule->about = MLV_GATE_ALL;
		return NULL;
	}
	rule->about = MLV_GATE_DIM;
	return take_name(scanner, strcspn(scanner->at, ". )"), "a name of 'slices'", &rule->name);
}

/* ".NAME.RATE", ".*.RATE", "[NAME].RATE", behind "fairness". */
static mlv_err take_fairness(struct scanner *scanner, struct mlv_gate_rule *rule)
{
	const char *end;
	size_t len;
	mlv_err err;

	rule->about = MLV_GATE_FAIRNESS;
	if (take(scanner, "[")) {
		if (!(end = strrchr(scanner->at, ']')))
			return expected(scanner, "a ']'");
		if ((err = take_name(scanner, (size_t)(end - scanner->at), "a name of 'fairness'",
				     &rule->name)))
			return err;
		scanner->at++;
	} else if (!take(scanner, ".")) {
		return expected(scanner, "'.' or '['");
	} else if (!take(scanner, "*") && (err = take_name(scanner, strcspn(scanner->at, ". "),
							   "a name of 'fairness'", &rule->name))) {
		return err;
	}
	if (!take(scanner, "."))
		return expected(scanner, "'.' and a rate");
	len = strspn(scanner->at, "abcdefghijklmnopqrstuvwxyz");
	if ((err = take_name(scanner, len, "a rate", &rule->metric)))
		return err;
	if (mlv_rate_find(rule->metric) != MLV_RATES)
		return NULL;
	scanner->at -= len;
	return expected(scanner, "the name of a rate");
}

/* ".regressed", behind "churn". */
static mlv_err take_churn(struct scanner *scanner, struct mlv_gate_rule *rule)
{
	const struct mlv_churn none = { 0 };
	size_t len;
	double share;
	mlv_err err;

	rule->about = MLV_GATE_CHURN;
	if (!take(scanner, "."))
		return expected(scanner, "'.' and a share");
	len = strspn(scanner->at, "abcdefghijklmnopqrstuvwxyz_");
	if ((err = take_name(scanner, len, "a share", &rule->metric)))
		return err;
	if (mlv_churn_share(&none, rule->metric, &share))
		return NULL;
	scanner->at -= len;
	return expected(scanner, "flip_rate, regressed, improved, neg_to_pos or pos_to_neg");
}

/* "overall.f1", "slices.race.fpr", "slices.* fpr". */
static mlv_err take_subject(struct scanner *scanner, struct mlv_gate_rule *rule)
{
	size_t len;
	mlv_err err = NULL;

	skip_space(scanner);
	if (take(scanner, "fairness"))
		return take_fairness(scanner, rule);
	if (take(scanner, "churn"))
		return take_churn(scanner, rule);
	if (take(scanner, "slices"))
		err = take_slices(scanner, rule);
	else if (!take(scanner, "overall"))
		err = expected(scanner, "'overall', 'slices', 'fairness', 'churn', 'worst(' or 'gap('");
	if (err)
		return err;
	if (!take(scanner, "."))
		skip_space(scanner);
	len = strspn(scanner->at, "abcdefghijklmnopqrstuvwxyz_0123456789.");
	if ((err = take_name(scanner, len, "a metric", &rule->metric)))
		return err;
	if (mlv_measure_find(rule->metric))
		return NULL;
	scanner->at -= len;
	return mlv_error_hint(expected(scanner, "the name of a metric"), "see Metrics in mlv-eval(1)");
}

static mlv_err take_folded(struct scanner *scanner, struct mlv_gate_rule *rule)
{
	mlv_err err;

	skip_space(scanner);
	rule->fold = take(scanner, "worst(") ? MLV_GATE_WORST
		     : take(scanner, "gap(")  ? MLV_GATE_GAP
					      : MLV_GATE_EACH;
	if ((err = take_subject(scanner, rule)) || rule->fold == MLV_GATE_EACH)
		return err;
	skip_space(scanner);
	if (!take(scanner, ")"))
		return expected(scanner, "a ')'");
	if (rule->about == MLV_GATE_FAIRNESS)
		return expected(scanner, "slices, not 'fairness', before this");
	if (rule->about == MLV_GATE_CHURN)
		return expected(scanner, "slices, not 'churn', before this");
	return rule->about == MLV_GATE_OVERALL ? expected(scanner, "slices, not 'overall', before this")
					       : NULL;
}

static mlv_err take_number(struct scanner *scanner, double *number)
{
	size_t len;

	skip_space(scanner);
	len = strcspn(scanner->at, " ");
	if (!mlv_number_parse(scanner->at, len, number) || !isfinite(*number))
		return expected(scanner, "a number");
	scanner->at += len;
	return NULL;
}

static mlv_err take_limit(struct scanner *scanner, struct mlv_gate_rule *rule)
{
	if (rule->about == MLV_GATE_FAIRNESS) {
		rule->op = MLV_GATE_IN_TAU;
		return take_word(scanner, "in") && take_word(scanner, "tau") ? NULL
									     : expected(scanner, "'in tau'");
	}
	skip_space(scanner);
	/* The longer ones first. */
	if (take(scanner, "<="))
		rule->op = MLV_GATE_LE;
	else if (take(scanner, ">="))
		rule->op = MLV_GATE_GE;
	else if (take(scanner, "<"))
		rule->op = MLV_GATE_LT;
	else if (take(scanner, ">"))
		rule->op = MLV_GATE_GT;
	else
		return expected(scanner, "one of < <= > >=, 'drop' or 'rise'");
	return take_number(scanner, &rule->limit);
}

static mlv_err take_mode(struct scanner *scanner, struct mlv_gate_rule *rule)
{
	mlv_err err;

	if (take_word(scanner, "mode")) {
		if (take_word(scanner, "significant"))
			rule->mode = MLV_GATE_SIGNIFICANT;
		else if (take_word(scanner, "noninferior"))
			rule->mode = MLV_GATE_NONINFERIOR;
		else if (!take_word(scanner, "point"))
			return expected(scanner, "point, significant or noninferior");
	}
	if (take_word(scanner, "margin") && (err = take_number(scanner, &rule->margin)))
		return err;
	skip_space(scanner);
	return *scanner->at ? expected(scanner, "nothing more") : NULL;
}

/* What goes together. */
static mlv_err check_rule(const struct scanner *scanner, const struct mlv_gate_rule *rule)
{
	bool change = rule->quantity != MLV_GATE_VALUE;

	if (rule->fold != MLV_GATE_EACH && (change || rule->mode != MLV_GATE_POINT))
		return mlv_error(MLV_E_SPEC, "in the rule '%s': worst() and gap() are of values, by point",
				 scanner->text);
	if (change && rule->op != MLV_GATE_LT && rule->op != MLV_GATE_LE)
		return mlv_error(MLV_E_SPEC, "in the rule '%s': a drop or rise has an upper limit",
				 scanner->text);
	if (rule->mode == MLV_GATE_NONINFERIOR && !change)
		return mlv_error(MLV_E_SPEC, "in the rule '%s': noninferior is of a drop or rise",
				 scanner->text);
	if (rule->about == MLV_GATE_CHURN && rule->mode != MLV_GATE_POINT)
		return mlv_error(MLV_E_SPEC, "in the rule '%s': churn is counted, by point", scanner->text);
	if (rule->margin < 0 || (rule->margin > 0 && rule->mode != MLV_GATE_NONINFERIOR))
		return mlv_error(MLV_E_SPEC, "in the rule '%s': a margin is of noninferior, and not below 0",
				 scanner->text);
	return NULL;
}

static mlv_err parse(const char *text, struct mlv_gate_rule *rule)
{
	MLV_SCOPED(mlv_gate_rule_release) struct mlv_gate_rule made = { 0 };
	struct scanner scanner = { text, text };
	mlv_err err;

	if (strlen(text) > RULE_MAX)
		return mlv_error(MLV_E_SPEC, "a rule of more than %d bytes", RULE_MAX);
	if (!(made.text = mlv_sys_strdup(text)))
		return mlv_error_nomem("a rule");
	if ((err = take_folded(&scanner, &made)))
		return err;
	if (made.about == MLV_GATE_FAIRNESS || made.about == MLV_GATE_CHURN)
		made.quantity = MLV_GATE_VALUE;
	else if (take_word(&scanner, "drop"))
		made.quantity = MLV_GATE_DROP;
	else if (take_word(&scanner, "rise"))
		made.quantity = MLV_GATE_RISE;
	if ((err = take_limit(&scanner, &made)) || (err = take_mode(&scanner, &made)) ||
	    (err = check_rule(&scanner, &made)))
		return err;
	*rule = made;
	made = (struct mlv_gate_rule){ 0 };
	return NULL;
}

mlv_err mlv_gate_rule_parse(const char *text, struct mlv_gate_rule *rule)
{
	mlv_err err = parse(text, rule);

	return err ? mlv_error_hint(err, "a rule is such as 'overall.accuracy >= 0.9', see mlv-gate(1)")
		   : NULL;
}
