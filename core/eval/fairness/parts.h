/* parts.h - what the files behind fairness.h share. */
#ifndef MLV_EVAL_FAIRNESS_PARTS_H
#define MLV_EVAL_FAIRNESS_PARTS_H

#include "core/eval/fairness.h"

/*
 * Which cells a rate counts, and among which: tn fp fn tp, bit 0 to 3, which is
 * truth * 2 + guess. Those that ppr is among are of all groups.
 */
extern const struct mlv_rate_cells {
	const char *name;
	unsigned hits, of;
} mlv_rates[MLV_RATES];

/* The same of the rates of all rows of the attribute's level. */
mlv_err mlv_fair_clustered_rates(const struct mlv_fair_attribute *attribute, double level,
				 struct mlv_rate_value rates[MLV_RATES]) MLV_CHECK;
/* Put what clusters of rows allow in place of the tests and intervals of independent rows. */
mlv_err mlv_fair_by_clusters(const struct mlv_fair_attribute *attribute, double level,
			     struct mlv_fair_audit *audit) MLV_CHECK;

#endif
