/* Rates of groups whose rows are not independent. */
#include <math.h>
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/eval/cluster.h"
#include "core/eval/fairness/parts.h"

/* Which cells a rate counts, and among which: tn fp fn tp, bit 0 to 3, which is truth * 2 + guess. */
static const struct {
	unsigned hits, of;
} shares[MLV_RATES] = {
	[MLV_RATE_TPR] = { 8, 12 },  [MLV_RATE_TNR] = { 1, 3 },    [MLV_RATE_FOR] = { 4, 5 },
	[MLV_RATE_FDR] = { 2, 10 },  [MLV_RATE_FPR] = { 2, 3 },    [MLV_RATE_FNR] = { 4, 12 },
	[MLV_RATE_NPV] = { 1, 5 },   [MLV_RATE_PRECISION] = { 8, 10 },
	[MLV_RATE_PPR] = { 10, 10 }, [MLV_RATE_PPREV] = { 10, 15 }, [MLV_RATE_PREV] = { 12, 15 },
	[MLV_RATE_ACCURACY] = { 9, 15 },
};

/* What rows add to: the difference of two rates, that of equal ones, the logarithm of their ratio. */
enum { APART, EQUAL, RATIO, KINDS };

#define ALL UINT32_MAX /* values of an attribute */

/* One rate of two groups, and what each row adds. */
struct pair {
	const struct mlv_fair_attribute *attribute;
	enum mlv_rate rate;
	uint32_t values[2];                     /* of the attribute */
	const struct mlv_rate_value *rates[2];
	uint32_t *cluster;
	double *added[KINDS];
	size_t count;
};

static void pair_release(struct pair *pair)
{
	free(pair->cluster);
	for (size_t k = 0; k < KINDS; k++)
		free(pair->added[k]);
}

static bool is_in(const struct mlv_fair_attribute *attribute, size_t row)
{
	return !attribute->rows.within || attribute->rows.within[row] == attribute->level;
}

/* Whether a row is one that the rate is of, and whether it is a hit. */
static bool is_of(const struct mlv_fair_rows *rows, enum mlv_rate rate, size_t row, bool *hit)
{
	unsigned cell = rows->truth[row] * 2 + rows->guess[row];

	*hit = shares[rate].hits >> cell & 1;
	return shares[rate].of >> cell & 1;
}

/* Both are shares of one denominator, which are the rows predicted positive of all groups. */
static void add_shared(struct pair *pair, size_t row)
{
	const struct mlv_rate_value *a = pair->rates[0], *b = pair->rates[1];
	uint32_t code = pair->attribute->rows.code[row];
	double sign = code == pair->values[0] ? 1 : code == pair->values[1] ? -1 : 0;
	const struct mlv_rate_value *own = sign > 0 ? a : b;

	pair->added[APART][pair->count] = (sign - (a->value - b->value)) / (double)a->of;
	pair->added[EQUAL][pair->count] = sign / (double)a->of;
	pair->added[RATIO][pair->count] = own->hits ? sign / (double)own->hits : 0;
	pair->cluster[pair->count++] = pair->attribute->rows.cluster[row];
}

static void add_own(struct pair *pair, size_t row, bool hit)
{
	const struct mlv_rate_value *a = pair->rates[0], *b = pair->rates[1];
	uint32_t code = pair->attribute->rows.code[row];
	const struct mlv_rate_value *own = code == pair->values[0] ? a : b;
	double pooled = (double)(a->hits + b->hits) / (double)(a->of + b->of);
	double sign = own == a ? 1 : -1, share = sign / (double)own->of;

	if (code != pair->values[0] && code != pair->values[1])
		return;
	pair->added[APART][pair->count] = share * ((hit ? 1 : 0) - own->value);
	pair->added[EQUAL][pair->count] = share * ((hit ? 1 : 0) - pooled);
	pair->added[RATIO][pair->count] =
		own->hits ? pair->added[APART][pair->count] / own->value : 0;
	pair->cluster[pair->count++] = pair->attribute->rows.cluster[row];
}

static mlv_err gather(struct pair *pair)
{
	const struct mlv_fair_rows *rows = &pair->attribute->rows;
	bool hit;

	pair->cluster = mlv_sys_alloc_array(rows->count + 1, sizeof(*pair->cluster));
	for (size_t k = 0; k < KINDS; k++)
		if (!(pair->added[k] = mlv_sys_alloc_array(rows->count + 1, sizeof(double))))
			return mlv_error_nomem("groups");
	if (!pair->cluster)
		return mlv_error_nomem("groups");
	for (size_t r = 0; r < rows->count; r++) {
		if (!is_in(pair->attribute, r) || !is_of(rows, pair->rate, r, &hit))
			continue;
		if (pair->rate == MLV_RATE_PPR)
			add_shared(pair, r);
		else
			add_own(pair, r, hit);
	}
	return NULL;
}

/* The standard error of one kind; NaN with fewer than two clusters. */
static mlv_err error_of(const struct pair *pair, size_t kind, double *error, double *df)
{
	MLV_SCOPED(mlv_clusters_release) struct mlv_clusters clusters = { 0 };
	mlv_err err = mlv_clusters_make(pair->cluster, pair->added[kind], pair->count, &clusters);

	*error = clusters.error;
	*df = (double)clusters.count - 1;
	return err;
}

static const struct mlv_interval unknown = { NAN, NAN };

static void forget(struct mlv_disparity *of)
{
	of->has_p = of->has_ratio_interval = false;
	of->difference_interval = unknown;
}

static mlv_err test_pair(struct pair *pair, double level, struct mlv_disparity *of)
{
	double errors[KINDS], df = 0;
	bool has_ratio = of->has_ratio_interval;
	mlv_err err;

	forget(of);
	if ((err = gather(pair)))
		return err;
	for (size_t k = 0; k < KINDS; k++)
		if ((err = error_of(pair, k, &errors[k], &df)))
			return err;
	if (df < 1)
		return NULL;
	of->has_p = true;
	of->p = mlv_test_t(of->difference, errors[EQUAL], df);
	of->difference_interval = mlv_interval_t(of->difference, errors[APART], df, level);
	of->has_ratio_interval = has_ratio;
	if (has_ratio) {
		of->ratio_interval = mlv_interval_t(log(of->ratio), errors[RATIO], df, level);
		of->ratio_interval.low = exp(of->ratio_interval.low);
		of->ratio_interval.high = exp(of->ratio_interval.high);
	}
	return NULL;
}

/* The interval of a rate of a value, or of ALL of them: Wilson's of as many rows as would be as sure. */
static mlv_err set_interval(const struct mlv_fair_attribute *attribute, enum mlv_rate rate, uint32_t value,
			    double level, struct mlv_rate_value *of)
{
	bool all = value == ALL;
	const struct mlv_fair_rows *rows = &attribute->rows;
	MLV_SCOPED(mlv_mem_free) uint32_t *cluster = mlv_sys_alloc_array(of->of + 1, sizeof(*cluster));
	MLV_SCOPED(mlv_mem_free) double *added = mlv_sys_alloc_array(of->of + 1, sizeof(*added));
	MLV_SCOPED(mlv_clusters_release) struct mlv_clusters clusters = { 0 };
	size_t count = 0;
	mlv_err err;

	if (!cluster || !added)
		return mlv_error_nomem("groups");
	for (size_t r = 0; r < rows->count; r++) {
		bool hit;

		if (!is_in(attribute, r) || !is_of(rows, rate, r, &hit) ||
		    (rate != MLV_RATE_PPR && !all && rows->code[r] != value))
			continue;
		if (rate == MLV_RATE_PPR && !all)
			hit = rows->code[r] == value;
		cluster[count] = rows->cluster[r];
		added[count++] = ((hit ? 1 : 0) - of->value) / (double)of->of;
	}
	if ((err = mlv_clusters_make(cluster, added, count, &clusters)))
		return err;
	of->interval = clusters.count > 1 ? mlv_clusters_share(of->value, of->of, &clusters, level) : unknown;
	return NULL;
}

/* Which value of the attribute a group has. */
static uint32_t value_of(const struct mlv_fair_attribute *attribute, const struct mlv_fair_group *group)
{
	uint32_t v = 0;

	while (attribute->values[v] != group->name)
		v++;
	return v;
}

static mlv_err test_rate(const struct mlv_fair_attribute *attribute, enum mlv_rate rate, double level,
			 const struct mlv_fair_group *against, struct mlv_fair_group *group)
{
	struct mlv_disparity *of = &group->disparities[rate];
	MLV_SCOPED(pair_release) struct pair pair = {
		.attribute = attribute, .rate = rate,
		.values = { value_of(attribute, group), against ? value_of(attribute, against) : 0 },
		.rates = { &group->rates[rate], against ? &against->rates[rate] : NULL },
	};
	mlv_err err = NULL;

	if (!attribute->rows.cluster) {
		group->rates[rate].interval = unknown;
		forget(of);
		return NULL;
	}
	if (group->rates[rate].defined)
		err = set_interval(attribute, rate, pair.values[0], level, &group->rates[rate]);
	if (!err && of->has_p)
		return test_pair(&pair, level, of);
	forget(of); /* the group is held against itself, or nothing */
	return err;
}

mlv_err mlv_fair_clustered_rates(const struct mlv_fair_attribute *attribute, double level,
				 struct mlv_rate_value rates[MLV_RATES])
{
	mlv_err err = NULL;

	for (size_t r = 0; r < MLV_RATES && !err; r++)
		if (!attribute->rows.cluster)
			rates[r].interval = unknown;
		else if (rates[r].defined)
			err = set_interval(attribute, (enum mlv_rate)r, ALL, level, &rates[r]);
	return err;
}

mlv_err mlv_fair_by_clusters(const struct mlv_fair_attribute *attribute, double level,
			     struct mlv_fair_audit *audit)
{
	mlv_err err = NULL;

	audit->untested = !attribute->rows.cluster;
	if ((err = mlv_fair_clustered_rates(attribute, level, audit->rates)))
		return err;
	for (size_t r = 0; r < MLV_RATES; r++) {
		const struct mlv_fair_group *against =
			audit->against[r] == SIZE_MAX ? NULL : &audit->groups[audit->against[r]];

		for (size_t g = 0; g < audit->count && !err; g++)
			err = test_rate(attribute, (enum mlv_rate)r, level, against, &audit->groups[g]);
	}
	return err;
}
