#include "core/eval/fairness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/special.h"

#define NONE SIZE_MAX

static const char *const rate_names[MLV_RATES] = { "tpr", "tnr", "for", "fdr", "fpr", "fnr", "npv",
						   "precision", "ppr", "pprev", "prev", "accuracy" };

const char *mlv_rate_name(enum mlv_rate rate)
{
	return rate_names[rate];
}

enum mlv_rate mlv_rate_find(const char *name)
{
	size_t r = 0;

	while (r < MLV_RATES && strcmp(rate_names[r], name) != 0)
		r++;
	return (enum mlv_rate)r;
}

/* What a parity is made of: a rate, or two parities. */
static const struct parity {
	const char *name;
	enum mlv_rate rate;
	enum mlv_parity of[2];
} parities[MLV_PARITIES] = {
	{ "Statistical Parity", MLV_RATE_PPR, { 0 } },
	{ "Impact Parity", MLV_RATE_PPREV, { 0 } },
	{ "FDR Parity", MLV_RATE_FDR, { 0 } },
	{ "FPR Parity", MLV_RATE_FPR, { 0 } },
	{ "FOR Parity", MLV_RATE_FOR, { 0 } },
	{ "FNR Parity", MLV_RATE_FNR, { 0 } },
	{ "TPR Parity", MLV_RATE_TPR, { 0 } },
	{ "TNR Parity", MLV_RATE_TNR, { 0 } },
	{ "NPV Parity", MLV_RATE_NPV, { 0 } },
	{ "Precision Parity", MLV_RATE_PRECISION, { 0 } },
	{ "TypeI Parity", MLV_RATES, { MLV_PARITY_FDR, MLV_PARITY_FPR } },
	{ "TypeII Parity", MLV_RATES, { MLV_PARITY_FOR, MLV_PARITY_FNR } },
	{ "Equalized Odds", MLV_RATES, { MLV_PARITY_FPR, MLV_PARITY_TPR } },
	{ "Unsupervised Fairness", MLV_RATES, { MLV_PARITY_STATISTICAL, MLV_PARITY_IMPACT } },
	{ "Supervised Fairness", MLV_RATES, { MLV_PARITY_TYPE_I, MLV_PARITY_TYPE_II } },
};

const char *mlv_parity_name(enum mlv_parity parity)
{
	return parities[parity].name;
}

void mlv_fairness_release(struct mlv_fairness *fairness)
{
	for (size_t a = 0; a < fairness->count; a++)
		free(fairness->audits[a].groups);
	free(fairness->audits);
	*fairness = (struct mlv_fairness){ 0 };
}

/* ---- rates */

static void set_rate(struct mlv_rate_value *rate, uint64_t hits, uint64_t of, double level)
{
	*rate = (struct mlv_rate_value){ .defined = of > 0, .hits = hits, .of = of };
	if (!of)
		return;
	rate->value = (double)hits / (double)of;
	rate->interval = mlv_interval_wilson((double)hits, (double)of, level);
}

static void set_rates(const struct mlv_fair_group *group, uint64_t positives, double level,
		      struct mlv_rate_value rates[MLV_RATES])
{
	uint64_t tp = group->tp, fp = group->fp, tn = group->tn, fn = group->fn;

	set_rate(&rates[MLV_RATE_TPR], tp, tp + fn, level);
	set_rate(&rates[MLV_RATE_TNR], tn, fp + tn, level);
	set_rate(&rates[MLV_RATE_FOR], fn, fn + tn, level);
	set_rate(&rates[MLV_RATE_FDR], fp, tp + fp, level);
	set_rate(&rates[MLV_RATE_FPR], fp, fp + tn, level);
	set_rate(&rates[MLV_RATE_FNR], fn, fn + tp, level);
	set_rate(&rates[MLV_RATE_NPV], tn, fn + tn, level);
	set_rate(&rates[MLV_RATE_PRECISION], tp, tp + fp, level);
	set_rate(&rates[MLV_RATE_PPR], tp + fp, positives, level);
	set_rate(&rates[MLV_RATE_PPREV], tp + fp, group->n, level);
	set_rate(&rates[MLV_RATE_PREV], tp + fn, group->n, level);
	set_rate(&rates[MLV_RATE_ACCURACY], tp + tn, group->n, level);
}

static void count_row(struct mlv_fair_group *group, bool truth, bool guess)
{
	group->n++;
	*(guess ? truth ? &group->tp : &group->fp : truth ? &group->fn : &group->tn) += 1;
}

/* ---- disparities */

/* The group that a rate is held against. */
static size_t find_against(const struct mlv_fair_audit *audit, const struct mlv_fair_attribute *attribute,
			   enum mlv_rate rate)
{
	size_t best = NONE;

	for (size_t g = 0; g < audit->count; g++) {
		const struct mlv_fair_group *group = &audit->groups[g];

		if (attribute->against == MLV_FAIR_NAMED) {
			if (group->name == attribute->values[attribute->named])
				return g;
			continue;
		}
		if (attribute->against == MLV_FAIR_SMALLEST && !group->rates[rate].defined)
			continue;
		if (best == NONE ||
		    (attribute->against == MLV_FAIR_SMALLEST
			     ? group->rates[rate].value < audit->groups[best].rates[rate].value
			     : group->n > audit->groups[best].n))
			best = g;
	}
	return best;
}

/*
 * The interval of a ratio of two shares. Those of all positives are of one
 * denominator, which both groups divide: there the ratio's error has no part of it.
 */
static void set_ratio_interval(const struct mlv_rate_value *a, const struct mlv_rate_value *b, bool shared,
			       double level, struct mlv_disparity *to)
{
	double z = mlv_normal_quantile((1 + level) / 2), variance, half;

	if (!a->hits || !b->hits)
		return;
	variance = 1 / (double)a->hits + 1 / (double)b->hits;
	if (!shared)
		variance -= 1 / (double)a->of + 1 / (double)b->of;
	half = z * sqrt(variance > 0 ? variance : 0);
	to->has_ratio_interval = true;
	to->ratio_interval = (struct mlv_interval){ to->ratio * exp(-half), to->ratio * exp(half) };
}

/* The interval of a difference of two shares of one denominator, which both divide. */
static struct mlv_interval shared_difference(const struct mlv_rate_value *a, const struct mlv_rate_value *b,
					     double level)
{
	double d = a->value - b->value, n = (double)a->of;
	double variance = (a->value + b->value - d * d) / n;

	return mlv_interval_normal(d, sqrt(variance > 0 ? variance : 0), level, -1, 1);
}

static void set_disparity(const struct mlv_rate_value *a, const struct mlv_rate_value *b, bool shared,
			  double level, double tau, struct mlv_disparity *to)
{
	*to = (struct mlv_disparity){ 0 };
	if (!a->defined || !b->defined)
		return;
	to->difference = a->value - b->value;
	to->difference_interval =
		shared ? shared_difference(a, b, level)
		       : mlv_interval_newcombe((double)a->hits, (double)a->of, (double)b->hits,
					       (double)b->of, level);
	to->defined = a->hits || b->hits;
	if (to->defined) {
		to->ratio = b->hits ? a->value / b->value : HUGE_VAL;
		to->fair = to->ratio >= tau && to->ratio <= 1 / tau ? MLV_FAIR_YES : MLV_FAIR_NO;
		set_ratio_interval(a, b, shared, level, to);
	}
	if (a == b)
		return;
	to->has_p = true;
	to->p = shared ? mlv_test_mcnemar(a->hits, b->hits)
		       : mlv_test_shares(a->hits, a->of, b->hits, b->of);
}

static enum mlv_fair both(enum mlv_fair a, enum mlv_fair b)
{
	if (a == MLV_FAIR_UNDEFINED && b == MLV_FAIR_UNDEFINED)
		return MLV_FAIR_UNDEFINED;
	return a == MLV_FAIR_YES && b == MLV_FAIR_YES ? MLV_FAIR_YES : MLV_FAIR_NO;
}

static void judge_group(struct mlv_fair_group *group)
{
	for (size_t p = 0; p < MLV_PARITIES; p++)
		group->parities[p] = parities[p].rate < MLV_RATES
					     ? group->disparities[parities[p].rate].fair
					     : both(group->parities[parities[p].of[0]],
						    group->parities[parities[p].of[1]]);
}

/* NO when one is, YES when all others are; UNDEFINED counts for nothing. */
static enum mlv_fair all_of(enum mlv_fair so_far, enum mlv_fair next)
{
	if (next == MLV_FAIR_UNDEFINED || so_far == MLV_FAIR_NO)
		return so_far;
	return next;
}

static void set_spread(const struct mlv_fair_audit *audit, const struct mlv_rate_value *all,
		       enum mlv_rate rate, struct mlv_fair_spread *spread)
{
	double low = HUGE_VAL, high = -HUGE_VAL;

	*spread = (struct mlv_fair_spread){ .ratio_all = all->defined ? HUGE_VAL : NAN };
	for (size_t g = 0; g < audit->count; g++) {
		const struct mlv_rate_value *of = &audit->groups[g].rates[rate];
		double ratio;

		if (!of->defined)
			continue;
		spread->defined = true;
		low = of->value < low ? of->value : low;
		high = of->value > high ? of->value : high;
		spread->from_all = fmax(spread->from_all, fabs(of->value - all->value));
		ratio = of->value < all->value ? of->value / all->value : all->value / of->value;
		if (!isnan(ratio))
			spread->ratio_all = fmin(spread->ratio_all, ratio);
	}
	if (!spread->defined)
		return;
	spread->difference = high - low;
	spread->ratio = low / high;
	if (!all->defined)
		spread->from_all = NAN;
	if (isinf(spread->ratio_all))
		spread->ratio_all = NAN;
}

static mlv_err audit_attribute(const uint32_t *truth, const uint32_t *guess, size_t rows,
			       const struct mlv_fair_attribute *attribute, double level,
			       const struct mlv_fairness *all, struct mlv_fair_audit *audit)
{
	MLV_SCOPED(mlv_mem_free) struct mlv_fair_group *counted =
		mlv_sys_alloc_array(attribute->count + 1, sizeof(*counted));

	audit->groups = mlv_sys_alloc_array(attribute->count + 1, sizeof(*audit->groups));
	audit->name = attribute->name;
	audit->tau = attribute->tau;
	if (!counted || !audit->groups)
		return mlv_error_nomem("groups");
	for (size_t r = 0; r < rows; r++)
		count_row(&counted[attribute->code[r]], truth[r] != 0, guess[r] != 0);
	for (size_t v = 0; v < attribute->count; v++) {
		counted[v].name = attribute->values[v];
		set_rates(&counted[v], all->positives, level, counted[v].rates);
		if (counted[v].n)
			audit->groups[audit->count++] = counted[v];
	}
	for (size_t r = 0; r < MLV_RATES; r++) {
		size_t against = find_against(audit, attribute, (enum mlv_rate)r);

		audit->against[r] = against;
		for (size_t g = 0; against != NONE && g < audit->count; g++)
			set_disparity(&audit->groups[g].rates[r], &audit->groups[against].rates[r],
				      r == MLV_RATE_PPR, level, attribute->tau,
				      &audit->groups[g].disparities[r]);
		set_spread(audit, &all->rates[r], (enum mlv_rate)r, &audit->spreads[r]);
	}
	for (size_t g = 0; g < audit->count; g++) {
		judge_group(&audit->groups[g]);
		for (size_t p = 0; p < MLV_PARITIES; p++)
			audit->parities[p] = all_of(audit->parities[p], audit->groups[g].parities[p]);
	}
	return NULL;
}

/* ---- many p-values */

/* Visit the disparities that have a p-value: take it, or give it back adjusted. */
static size_t each_p(struct mlv_fairness *fairness, double *p, bool give)
{
	size_t count = 0;

	for (size_t a = 0; a < fairness->count; a++)
		for (size_t g = 0; g < fairness->audits[a].count; g++)
			for (size_t r = 0; r < MLV_RATES; r++) {
				struct mlv_disparity *of =
					&fairness->audits[a].groups[g].disparities[r];

				if (!of->has_p)
					continue;
				if (p)
					*(give ? &of->adjusted : &p[count]) = give ? p[count] : of->p;
				count++;
			}
	return count;
}

static mlv_err adjust(struct mlv_fairness *fairness)
{
	size_t count = each_p(fairness, NULL, false);
	MLV_SCOPED(mlv_mem_free) double *p = mlv_sys_alloc_array(count + 1, sizeof(*p));
	mlv_err err;

	if (!p)
		return mlv_error_nomem("groups");
	each_p(fairness, p, false);
	if ((err = mlv_adjust(MLV_ADJUST_BH, p, count)))
		return err;
	each_p(fairness, p, true);
	return NULL;
}

mlv_err mlv_fairness_audit(const uint32_t *truth, const uint32_t *guess, size_t rows,
			   const struct mlv_fair_attribute *attributes, size_t count, double level,
			   struct mlv_fairness *fairness)
{
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness made = { .n = rows };
	struct mlv_fair_group all = { 0 };
	mlv_err err = NULL;

	if (!(made.audits = mlv_sys_alloc_array(count + 1, sizeof(*made.audits))))
		return mlv_error_nomem("groups");
	for (size_t r = 0; r < rows; r++)
		count_row(&all, truth[r] != 0, guess[r] != 0);
	made.positives = all.tp + all.fp;
	set_rates(&all, made.positives, level, made.rates);
	for (size_t a = 0; a < count && !err; a++, made.count++)
		err = audit_attribute(truth, guess, rows, &attributes[a], level, &made, &made.audits[a]);
	if (err || (err = adjust(&made)))
		return err;
	for (size_t a = 0; a < made.count; a++) {
		made.unsupervised = all_of(made.unsupervised,
					   made.audits[a].parities[MLV_PARITY_UNSUPERVISED]);
		made.supervised = all_of(made.supervised,
					 made.audits[a].parities[MLV_PARITY_SUPERVISED]);
	}
	made.overall = all_of(made.unsupervised, made.supervised);
	*fairness = made;
	made = (struct mlv_fairness){ 0 };
	return NULL;
}
