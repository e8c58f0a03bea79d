/* parts.h - what the files behind metrics.h share. */
#ifndef MLV_REPO_METRICS_PARTS_H
#define MLV_REPO_METRICS_PARTS_H

#include "core/repo/metrics.h"

/* All outputs of this version, of stages too, in place->outputs; kept for the next file. */
mlv_err mlv_metrics_load_outputs(struct mlv_metrics_place *place,
				 const struct mlv_metrics_side *side) MLV_CHECK;
/* What a failure to read a tracked file means: one that is missing gets a hint to fetch it. */
mlv_err mlv_metrics_not_cached(mlv_err err, const struct mlv_metrics_side *side, const char *file)
	MLV_CHECK;

#endif
