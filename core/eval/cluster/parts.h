/* parts.h - what the files behind cluster.h share. */
#ifndef MLV_EVAL_CLUSTER_PARTS_H
#define MLV_EVAL_CLUSTER_PARTS_H

#include "core/eval/cluster.h"

/*
 * What each row adds to a metric that is no function of counts: its weight times the derivative of the
 * value by that weight. Of means, ap, ece, rmse and r2; *known is false for others, and where there is
 * no derivative.
 */
mlv_err mlv_clusters_linear(const struct mlv_measure *measure, const struct mlv_rows *rows, double value,
			    double *added, bool *known) MLV_CHECK;

#endif
