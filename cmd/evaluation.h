/* evaluation.h - an evaluation in the work tree, from its rows to what is stored and told. */
#ifndef MLV_CMD_EVALUATION_H
#define MLV_CMD_EVALUATION_H

#include "cmd/cmd.h"
#include "core/repo/eval_cv.h"

/* What there is to it. */
struct mlv_evaluation {
	struct mlv_eval_spec spec;
	struct mlv_record before; /* the record that is there, without its slices */
	bool has_before;
	struct mlv_cases cases;
	struct mlv_eval_ids ids;
	struct mlv_eval_cv folds;
	struct mlv_results results;
	struct mlv_buf record, flat;
};
#define MLV_EVALUATION_INIT { .record = MLV_BUF_LIMIT(MLV_RECORD_MAX), .flat = MLV_BUF_INIT }
void mlv_evaluation_release(struct mlv_evaluation *evaluation);

/* Read its spec, and unless new_edges the record that is there, whose edges stay. */
mlv_err mlv_evaluation_begin(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			     const char *name, bool new_edges,
			     struct mlv_evaluation *evaluation) MLV_CHECK;
/* The record that edges are taken from; NULL: none. */
const struct mlv_record *mlv_evaluation_frozen(const struct mlv_evaluation *evaluation);
/* From cases and ids to the texts; the cross-validation is that of this version. */
mlv_err mlv_evaluation_finish(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			      struct mlv_evaluation *evaluation) MLV_CHECK;
/* Store both texts, unless it is a dry run, and print what was found. */
mlv_err mlv_evaluation_put(struct mlv_run *run, const struct mlv_metrics_place *place,
			   const struct mlv_evaluation *evaluation, bool dry_run) MLV_CHECK;

#endif
