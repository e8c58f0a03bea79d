/*
 * eval_side.h - one of two evaluations that are compared: its record and, where they are there, its rows.
 *
 * Ownership   mlv_eval_side_release().
 */
#ifndef MLV_REPO_EVAL_SIDE_H
#define MLV_REPO_EVAL_SIDE_H

#include "core/eval/compare.h"
#include "core/repo/eval.h"

struct mlv_eval_side {
	struct mlv_record record;
	bool found;     /* there is a record */
	struct mlv_eval_spec spec;
	struct mlv_cases cases;
	bool has_cases; /* the tables are there, and are those that the record is of */
	bool is_stale;  /* the tables are there, and are not those */
};

/*
 * Load the record of an evaluation in a version, and with rows its tables. That
 * there are none is no failure, and told only as a detail; a table that the
 * record is not of is warned of. A record that lies elsewhere than in evals/ has the tables of the
 * evaluation whose name it has, if it is of what they are.
 */
mlv_err mlv_eval_side_load(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			   const char *name, bool rows, struct mlv_eval_side *loaded) MLV_CHECK;
void mlv_eval_side_release(struct mlv_eval_side *side);

#endif
