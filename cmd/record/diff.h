/* record/diff.h - mlv metrics diff: what changed between two records of an evaluation. */
#ifndef MLV_CMD_RECORD_DIFF_H
#define MLV_CMD_RECORD_DIFF_H

#include "cmd/cmd.h"
#include "cmd/record/table.h"
#include "core/repo/eval_side.h"

struct mlv_record_diff_options {
	const char *slices; /* a glob: only slices that it matches; NULL: all */
	bool all;           /* also what did not clearly change */
	bool markdown, mermaid; /* charts, too, of Markdown */
	unsigned precision;
	enum mlv_record_order order; /* of slices; worst: clearly worse ones, then the others */
};

/* How p-values are adjusted, by its name; NULL: bh. MLV_E_USAGE when there is no such way. */
mlv_err mlv_adjust_parse(const char *name, enum mlv_adjust *adjust) MLV_CHECK;

/* How they are compared. */
struct mlv_record_diff_how {
	bool no_rows;  /* not by their predictions */
	bool no_folds; /* nor by folds */
	enum mlv_adjust adjust;
	double level;  /* of intervals and tests; 0: the records' */
	uint64_t min_n; /* slices of fewer rows are not judged; 0: as the records say */
	double margin; /* a loss that would matter */
};
#define MLV_RECORD_MARGIN 0.01 /* where nothing else is said */

/* One evaluation on both sides, compared. */
struct mlv_record_diff {
	const char *name;
	struct mlv_eval_side sides[2]; /* old, new */
	struct mlv_pairs pairs;
	bool paired;
	struct mlv_comparison comparison;
	struct mlv_spreads spreads;
	struct mlv_fold_changes folds;
	bool compared; /* both sides have a record */
};
mlv_err mlv_record_diff_make(struct mlv_metrics_place *place, const struct mlv_metrics_side sides[2],
			     const char *name, const struct mlv_record_diff_how *how,
			     struct mlv_record_diff *diff) MLV_CHECK;
void mlv_record_diff_release(struct mlv_record_diff *diff);
/* Whether a value changed, or what there is to have one. */
bool mlv_record_diff_changed(const struct mlv_record_diff *diff);
/* Print it: as an object of JSON, named by the record's path, or as tables. */
mlv_err mlv_record_diff_print(struct mlv_run *run, const struct mlv_metrics_side sides[2],
			      const struct mlv_record_diff *diff,
			      const struct mlv_record_diff_options *options) MLV_CHECK;

#endif
