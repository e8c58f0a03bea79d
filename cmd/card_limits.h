/* card_limits.h - what a card tells beside its records: rates outside of tau, drift, where all came from. */
#ifndef MLV_CMD_CARD_LIMITS_H
#define MLV_CMD_CARD_LIMITS_H

#include "core/base/strs.h"
#include "core/repo/eval.h"

/*
 * Add a sentence for each rate of a group that is outside of tau, as `fairness:` of this version
 * asks of the record; one that it cannot be asked of is told as a detail.
 */
mlv_err mlv_card_add_unfair(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			    const struct mlv_record *record, struct mlv_strs *limits) MLV_CHECK;
/*
 * Add what the record was made with, as this version tracks it, a line each: "predictions p.csv: ID",
 * the features, the model and the digest of its spec.
 */
mlv_err mlv_card_add_origins(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			     const struct mlv_record *record, struct mlv_strs *origins) MLV_CHECK;
/* And one for all that had drifted when each monitor of mlv.yaml was last checked. */
mlv_err mlv_card_add_drift(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			   struct mlv_strs *limits) MLV_CHECK;

#endif
