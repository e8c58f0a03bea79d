/* Rates of groups whose rows are not independent. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/cluster.h"
#include "core/eval/fairness/parts.h"

#define ALL UINT32_MAX /* values of an attribute */

/*
 * What a row is to a rate of two groups: a hit or a miss of the first, or of the
 * other. What it adds depends on nothing else, so that clusters are counts of
 * these, and it does not matter how rows stand.
 */
enum { HIT, MISS, OTHER_HIT, OTHER_MISS, PARTS };

struct counts {
	uint32_t (*at)[PARTS]; /* of each cluster */
	size_t clusters;
};

static void counts_release(struct counts *counts)
{
	free(counts->at);
}

static bool is_in(const struct mlv_fair_attribute *attribute, size_t row)
{
	return !attribute->rows.within || attribute->rows.within[row] == attribute->level;
}

/* Which part of two values a row is; PARTS when it is none. The second may be ALL: there is one. */
static unsigned part_of(const struct mlv_fair_attribute *attribute, enum mlv_rate rate,
			const uint32_t values[2], size_t row)
{
	const struct mlv_fair_rows *rows = &attribute->rows;
	unsigned cell = rows->truth[row] * 2 + rows->guess[row];
	bool hit = mlv_rates[rate].hits >> cell & 1, own = values[0] == ALL || rows->code[row] == values[0];

	if (!is_in(attribute, row) || !(mlv_rates[rate].of >> cell & 1))
		return PARTS;
	if (rate == MLV_RATE_PPR) /* all positives are its rows, and those of a group its hits */
		return own ? HIT : rows->code[row] == values[1] ? OTHER_HIT : MISS;
	if (own)
		return hit ? HIT : MISS;
	return rows->code[row] != values[1] ? PARTS : hit ? OTHER_HIT : OTHER_MISS;
}

static mlv_err count(const struct mlv_fair_attribute *attribute, enum mlv_rate rate,
		     const uint32_t values[2], struct counts *counts)
{
	const struct mlv_fair_rows *rows = &attribute->rows;

	counts->clusters = rows->clusters;
	if (!(counts->at = mlv_sys_alloc_array(counts->clusters + 1, sizeof(*counts->at))))
		return mlv_error_nomem("groups");
	for (size_t r = 0; r < rows->count; r++) {
		unsigned part = part_of(attribute, rate, values, r);

		if (part < PARTS)
			counts->at[rows->cluster[r]][part]++;
	}
	return NULL;
}

/* The error of what parts add so much to; as mlv_clusters_make() of the rows. */
static struct mlv_clusters error_of(const struct counts *counts, const double added[PARTS])
{
	struct mlv_sum squares = { 0 };
	size_t clusters = 0;

	for (size_t c = 0; c < counts->clusters; c++) {
		double sum = 0;
		uint32_t rows = 0;

		for (unsigned part = 0; part < PARTS; part++) {
			sum += counts->at[c][part] * added[part];
			rows |= counts->at[c][part];
		}
		clusters += rows > 0;
		mlv_sum_add(&squares, sum * sum);
	}
	return mlv_clusters_of(clusters, &squares);
}

/* What parts add to: the difference of two rates, that of equal ones, the logarithm of their ratio. */
enum { APART, EQUAL, RATIO, KINDS };

static void set_added(enum mlv_rate rate, const struct mlv_rate_value *a, const struct mlv_rate_value *b,
		      double added[KINDS][PARTS])
{
	double n = (double)a->of, m = (double)b->of, d = a->value - b->value;
	double pooled = (double)(a->hits + b->hits) / (n + m);
	double by_a = a->hits ? 1 / (double)a->hits : 0, by_b = b->hits ? 1 / (double)b->hits : 0;
	const double shared[KINDS][PARTS] = {
		{ (1 - d) / n, -d / n, (-1 - d) / n, 0 }, { 1 / n, 0, -1 / n, 0 }, { by_a, 0, -by_b, 0 },
	};
	const double own[KINDS][PARTS] = {
		{ (1 - a->value) / n, -a->value / n, (b->value - 1) / m, b->value / m },
		{ (1 - pooled) / n, -pooled / n, (pooled - 1) / m, pooled / m },
		{ (1 - a->value) * by_a, -a->value * by_a, (b->value - 1) * by_b, b->value * by_b },
	};

	memcpy(added, rate == MLV_RATE_PPR ? shared : own, sizeof(own));
}

static const struct mlv_interval unknown = { NAN, NAN };

static void forget(struct mlv_disparity *of)
{
	of->has_p = of->has_ratio_interval = false;
	of->difference_interval = unknown;
}

static mlv_err test_pair(const struct mlv_fair_attribute *attribute, enum mlv_rate rate,
			 const uint32_t values[2], const struct mlv_rate_value *a,
			 const struct mlv_rate_value *b, double level, struct mlv_disparity *of)
{
	MLV_SCOPED(counts_release) struct counts counts = { 0 };
	struct mlv_clusters found[KINDS];
	double added[KINDS][PARTS], df;
	bool has_ratio = of->has_ratio_interval;
	mlv_err err = count(attribute, rate, values, &counts);

	forget(of);
	if (err)
		return err;
	set_added(rate, a, b, added);
	for (size_t k = 0; k < KINDS; k++)
		found[k] = error_of(&counts, added[k]);
	if (found[APART].count < 2)
		return NULL;
	df = (double)(found[APART].count - 1);
	of->has_p = true;
	of->p = mlv_test_t(of->difference, found[EQUAL].error, df);
	of->difference_interval = mlv_interval_t(of->difference, found[APART].error, df, level);
	of->has_ratio_interval = has_ratio;
	if (has_ratio)
		of->ratio_interval = mlv_interval_ratio_t(of->ratio, found[RATIO].error, df, level);
	return NULL;
}

/* The interval of a rate of a value, or of ALL of them: Wilson's of as many rows as would be as sure. */
static mlv_err set_interval(const struct mlv_fair_attribute *attribute, enum mlv_rate rate, uint32_t value,
			    double level, struct mlv_rate_value *of)
{
	const uint32_t values[] = { value, ALL };
	const double n = (double)of->of;
	const double added[PARTS] = { (1 - of->value) / n, -of->value / n };
	MLV_SCOPED(counts_release) struct counts counts = { 0 };
	struct mlv_clusters clusters;
	mlv_err err = count(attribute, rate, values, &counts);

	if (err)
		return err;
	clusters = error_of(&counts, added);
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
	const uint32_t values[] = { value_of(attribute, group),
				    against ? value_of(attribute, against) : ALL };
	mlv_err err = NULL;

	if (!attribute->rows.cluster) {
		group->rates[rate].interval = unknown;
		forget(of);
		return NULL;
	}
	if (group->rates[rate].defined)
		err = set_interval(attribute, rate, values[0], level, &group->rates[rate]);
	if (!err && of->has_p)
		return test_pair(attribute, rate, values, &group->rates[rate], &against->rates[rate], level,
				 of);
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
