/*
 * cluster.h - rows that are not independent, for they come in groups: several of one person, say.
 *
 * A value's error is made of what each row adds to the value's difference from
 * its expectation. Where rows come in groups these sums are taken group by group
 * first, and the groups are what is independent (K. Liang and S. Zeger,
 * Biometrika 73, 1986; of areas N. Obuchowski, Biometrics 53, 1997): the
 * variance is G / (G - 1) times the sum of their squares, of G groups, and t has
 * G - 1 degrees of freedom.
 *
 * Sums do not depend on the order in which the rows stand.
 *
 * Threads   functions without shared state.
 */
#ifndef MLV_EVAL_CLUSTER_H
#define MLV_EVAL_CLUSTER_H

#include "core/eval/measure.h"

struct mlv_clusters {
	size_t count; /* groups that have a row */
	double error; /* of a value that the rows add to; NaN with fewer than two groups */
};
/* Of count rows, their groups and what each adds. */
mlv_err mlv_clusters_make(const uint32_t *group, const double *added, size_t count,
			  struct mlv_clusters *clusters) MLV_CHECK;
/* Of so many groups, by the sum of the squares of what each adds. */
struct mlv_clusters mlv_clusters_of(size_t count, struct mlv_sum *squares);

/*
 * What each row adds to an area, added = what a positive's place is above the area, by the
 * positives; or a negative's, by the negatives. placed is of mlv_auc_of().
 */
void mlv_clusters_of_area(const struct mlv_auc *auc, const uint8_t *positive, const uint32_t *placed,
			  size_t count, double *added);
/* The interval of a share: Wilson's, of as many rows as would be as sure if they were independent. */
struct mlv_interval mlv_clusters_share(double share, uint64_t rows, const struct mlv_clusters *clusters,
				       double level);
/*
 * What each row adds to a metric of this value, an array of so many rows; *known is false where that
 * cannot be said, and for areas of weighted rows.
 */
mlv_err mlv_clusters_added(const struct mlv_measure *measure, const struct mlv_rows *rows,
			   const struct mlv_cells *cells, double value, double *added,
			   bool *known) MLV_CHECK;
/*
 * Put the interval that groups allow in place of that of independent rows, for a metric that was
 * computed of rows with groups: of a share Wilson's, of as many rows as would be as sure; where the
 * share is 0 or 1 of as many as there are groups. None where what a row adds is not known, or there is
 * one group only.
 */
mlv_err mlv_measure_by_groups(const struct mlv_measure *measure, const struct mlv_rows *rows,
			      const struct mlv_cells *cells, double level,
			      struct mlv_measured *measured) MLV_CHECK;

#endif
