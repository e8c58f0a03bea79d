#include "core/eval/fairness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/fairness/parts.h"

#define NONE SIZE_MAX

const struct mlv_rate_cells mlv_rates[MLV_RATES] = {
	[MLV_RATE_TPR] = { "tpr", 8, 12 },       [MLV_RATE_TNR] = { "tnr", 1, 3 },
	[MLV_RATE_FOR] = { "for", 4, 5 },        [MLV_RATE_FDR] = { "fdr", 2, 10 },
	[MLV_RATE_FPR] = { "fpr", 2, 3 },        [MLV_RATE_FNR] = { "fnr", 4, 12 },
	[MLV_RATE_NPV] = { "npv", 1, 5 },        [MLV_RATE_PRECISION] = { "precision", 8, 10 },
	[MLV_RATE_PPR] = { "ppr", 10, 10 },      [MLV_RATE_PPREV] = { "pprev", 10, 15 },
	[MLV_RATE_PREV] = { "prev", 12, 15 },    [MLV_RATE_ACCURACY] = { "accuracy", 9, 15 },
};

const char *mlv_rate_name(enum mlv_rate rate)
{
	return mlv_rates[rate].name;
}

enum mlv_rate mlv_rate_find(const char *name)
{
	size_t r = 0;

	while (r < MLV_RATES && strcmp(mlv_rates[r].name, name) != 0)
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

mlv_err mlv_fair_audit_title(const struct mlv_fair_audit *audit, struct mlv_buf *to)
{
	return mlv_buf_printf(to, "%s%s%s", audit->name, audit->within ? " within " : "",
			      audit->within ? audit->within : "");
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

void mlv_fair_count(const uint32_t *truth, const uint32_t *guess, size_t rows, const uint32_t *code,
		    const uint32_t *within, size_t groups, struct mlv_fair_cells *at)
{
	for (size_t r = 0; r < rows; r++) {
		struct mlv_fair_cells *cells =
			&at[(within ? within[r] * groups : 0) + (code ? code[r] : 0)];

		if (guess[r])
			*(truth[r] ? &cells->tp : &cells->fp) += 1;
		else
			*(truth[r] ? &cells->fn : &cells->tn) += 1;
	}
}

static uint64_t sum_of(const uint64_t at[4], unsigned which)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < 4; i++)
		sum += which >> i & 1 ? at[i] : 0;
	return sum;
}

static void set_rates(const struct mlv_fair_cells *cells, uint64_t positives, double level,
		      struct mlv_rate_value rates[MLV_RATES])
{
	const uint64_t at[4] = { cells->tn, cells->fp, cells->fn, cells->tp };

	for (size_t r = 0; r < MLV_RATES; r++)
		set_rate(&rates[r], sum_of(at, mlv_rates[r].hits),
			 r == MLV_RATE_PPR ? positives : sum_of(at, mlv_rates[r].of), level);
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
	double variance;

	if (!a->hits || !b->hits)
		return;
	variance = 1 / (double)a->hits + 1 / (double)b->hits;
	if (!shared)
		variance -= 1 / (double)a->of + 1 / (double)b->of;
	to->has_ratio_interval = true;
	to->ratio_interval = mlv_interval_ratio(to->ratio, sqrt(variance > 0 ? variance : 0), level);
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

/* Those that have rows, and their rates. */
static void set_groups(const struct mlv_fair_attribute *attribute, double level,
		       struct mlv_fair_audit *audit)
{
	struct mlv_fair_cells all = { 0 };

	for (size_t v = 0; v < attribute->count; v++) {
		all.tp += attribute->cells[v].tp;
		all.fp += attribute->cells[v].fp;
		all.tn += attribute->cells[v].tn;
		all.fn += attribute->cells[v].fn;
	}
	set_rates(&all, all.tp + all.fp, level, audit->rates);
	audit->n = all.tp + all.fp + all.tn + all.fn;
	for (size_t v = 0; v < attribute->count; v++) {
		const struct mlv_fair_cells *cells = &attribute->cells[v];
		struct mlv_fair_group *group = &audit->groups[audit->count];

		*group = (struct mlv_fair_group){
			.name = attribute->values[v], .n = cells->tp + cells->fp + cells->tn + cells->fn,
			.tp = cells->tp, .fp = cells->fp, .tn = cells->tn, .fn = cells->fn,
		};
		set_rates(cells, all.tp + all.fp, level, group->rates);
		audit->count += group->n > 0;
	}
}

static mlv_err audit_attribute(const struct mlv_fair_attribute *attribute, double level,
			       struct mlv_fair_audit *audit)
{
	*audit = (struct mlv_fair_audit){
		.name = attribute->name, .within = attribute->within, .tau = attribute->tau,
		.groups = mlv_sys_alloc_array(attribute->count + 1, sizeof(*audit->groups)),
	};
	mlv_err err;

	if (!audit->groups)
		return mlv_error_nomem("groups");
	set_groups(attribute, level, audit);
	for (size_t r = 0; r < MLV_RATES; r++) {
		size_t against = find_against(audit, attribute, (enum mlv_rate)r);

		audit->against[r] = against;
		for (size_t g = 0; against != NONE && g < audit->count; g++)
			set_disparity(&audit->groups[g].rates[r], &audit->groups[against].rates[r],
				      r == MLV_RATE_PPR, level, attribute->tau,
				      &audit->groups[g].disparities[r]);
		set_spread(audit, &audit->rates[r], (enum mlv_rate)r, &audit->spreads[r]);
	}
	if (attribute->clustered && (err = mlv_fair_by_clusters(attribute, level, audit)))
		return err;
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

mlv_err mlv_fairness_audit(const struct mlv_fair_cells *all,
			   const struct mlv_fair_attribute *attributes, size_t count, double level,
			   struct mlv_fairness *fairness)
{
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness made = { .positives = all->tp + all->fp };
	mlv_err err = NULL;

	if (!(made.audits = mlv_sys_alloc_array(count + 1, sizeof(*made.audits))))
		return mlv_error_nomem("groups");
	made.n = made.positives + all->tn + all->fn;
	set_rates(all, made.positives, level, made.rates);
	for (size_t a = 0; a < count && !err; a++, made.count++)
		err = audit_attribute(&attributes[a], level, &made.audits[a]);
	if (!err && count && attributes[0].clustered) {
		struct mlv_fair_attribute whole = attributes[0];

		whole.rows.within = NULL;
		err = mlv_fair_clustered_rates(&whole, level, made.rates);
	}
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
