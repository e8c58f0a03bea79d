/*
 * cv.h - a cross-validation: its entry in `cv:` of mlv.yaml, its table, its folds, and what is
 * wrong with them.
 *
 * The table is read whole, each field as text, so that what trains and what
 * tests can be written as tables of their own, and rows compared in full.
 *
 * Ownership   mlv_cv_release(), mlv_cv_findings_release().
 * Limits      memory is that of all columns of the table.
 */
#ifndef MLV_EVAL_CV_H
#define MLV_EVAL_CV_H

#include "core/base/value.h"
#include "core/eval/cases.h"
#include "core/eval/folds.h"

enum mlv_cv_role { MLV_CV_ID, MLV_CV_LABEL, MLV_CV_GROUP, MLV_CV_TIME, MLV_CV_FOLD, MLV_CV_ROLES };
#define MLV_CV_NONE SIZE_MAX /* no column */

struct mlv_cv_spec {
	char *name;
	char *data;  /* path of the table, relative to the root */
	char *column[MLV_CV_ROLES]; /* NULL: there is none */
	struct mlv_folds_plan plan;
	char *cmd;   /* what trains and predicts one split; NULL: nothing */
	char *out;   /* path of the predictions of all splits; NULL: none */
	char *eval;  /* the evaluation of these predictions */
	struct mlv_strs deps; /* paths of files that the command reads beside */
	unsigned line;
};
/* Read the entry called name. MLV_E_USAGE, with a suggestion, when there is none. */
mlv_err mlv_cv_spec_read(const char *file, const struct mlv_value *root, const char *name,
			 struct mlv_cv_spec *spec) MLV_CHECK;
void mlv_cv_spec_release(struct mlv_cv_spec *spec);

struct mlv_cv {
	struct mlv_cv_spec spec;
	struct mlv_strs names;  /* of the table's columns */
	struct mlv_frame frame; /* all of them, as text */
	size_t column[MLV_CV_ROLES]; /* MLV_CV_NONE: there is none */
	struct mlv_folds folds;
};
/*
 * Read the table whose columns are names, which cv has taken, as cv->spec says:
 * MLV_E_SPEC when it lacks a column that is named there.
 */
mlv_err mlv_cv_read(struct mlv_ctx *ctx, const struct mlv_frame_source *source,
		    struct mlv_cv *cv) MLV_CHECK;
/* Split the rows; hash is that of each distinct id, by its code, for the scheme hash. */
mlv_err mlv_cv_split(struct mlv_cv *cv, const uint64_t *hash) MLV_CHECK;
void mlv_cv_release(struct mlv_cv *cv);

/* "0", or with several repeats "1.0": what a split is called. */
mlv_err mlv_cv_split_name(const struct mlv_folds *folds, size_t split, struct mlv_buf *to) MLV_CHECK;
/*
 * Append the folds as CSV: a line for each row, with its id, or without ids its
 * number; and for each repeat the fold that tests it, or for each split of a
 * scheme that does not divide the rows "train", "test" or nothing.
 */
mlv_err mlv_cv_folds_text(const struct mlv_cv *cv, struct mlv_buf *to) MLV_CHECK;
/* The same given to a sink, many lines at once. */
mlv_err mlv_cv_folds_each(const struct mlv_cv *cv, mlv_err (*sink)(void *arg, const void *bytes, size_t len),
			  void *arg) MLV_CHECK;
/* Append a table of the rows that train, or test, in a split. */
mlv_err mlv_cv_table_text(const struct mlv_cv *cv, size_t split, enum mlv_fold_set set,
			  struct mlv_buf *to) MLV_CHECK;

/*
 * Append the rows of a table of predictions of the split of that name, with a
 * column "fold" that has the name, and before the first table the heading.
 * names are the columns of the first, which all must have; rows are counted.
 */
mlv_err mlv_cv_join(struct mlv_ctx *ctx, const struct mlv_frame_source *source, const char *split,
		    struct mlv_strs *names, struct mlv_buf *to, uint64_t *rows) MLV_CHECK;

/*
 * How the folds of an evaluation's rows agree with the splits: whether each row
 * lies in a fold that is called as the split that tests its id, and each row
 * that a split tests is there. Where one of both has no ids rows are counted.
 */
struct mlv_cv_match {
	uint64_t other;   /* rows in a fold that does not test them */
	uint64_t missing; /* rows that a split tests, and that its fold does not have */
};
mlv_err mlv_cv_match(const struct mlv_cv *cv, const struct mlv_cases *cases,
		     struct mlv_cv_match *match) MLV_CHECK;

/* What the folds say of a metric together. */
struct mlv_cv_summary {
	size_t folds; /* in which it is defined; with none there is nothing else */
	double mean, least, most;
	bool has_spread; /* of two folds at least: */
	double sd;       /* with one less than the folds in its denominator */
	double error;    /* of the mean, see mlv_test_folds_error() */
	struct mlv_interval interval; /* by Student's t */
};
void mlv_cv_summarise(const double *values, size_t count, double ratio, double level,
		      struct mlv_cv_summary *summary);

/* What is wrong with folds. */
enum mlv_cv_problem {
	MLV_CV_SAME_ID,    /* an id trains and tests */
	MLV_CV_SAME_ROW,   /* a row that is equal in all but its id trains and tests */
	MLV_CV_NEAR_ROW,   /* the same but for case, white space and how numbers are written */
	MLV_CV_OTHER_LABEL, /* the same but for the label */
	MLV_CV_SAME_GROUP, /* a group trains and tests */
	MLV_CV_LATER,      /* what trains is later than what it is tested on */
	MLV_CV_EMPTY,      /* a split without rows to train or to test */
	MLV_CV_NO_CLASS,   /* a class that does not train, or does not test */
	MLV_CV_NO_SLICE,   /* the same of a slice */
	MLV_CV_PROBLEMS
};
const char *mlv_cv_problem_name(enum mlv_cv_problem problem); /* "same-id" */
/* Whether it makes results too good. */
bool mlv_cv_problem_leaks(enum mlv_cv_problem problem);

struct mlv_cv_finding {
	enum mlv_cv_problem problem;
	size_t splits, first_split; /* in how many, and the first */
	uint64_t rows;  /* rows that test to which it happens, over all splits; or classes, slices */
	uint32_t test_line, train_line; /* an example in the table; 0: none */
	char *value;    /* id, group, class or slice of the example; NULL: none */
};
struct mlv_cv_findings {
	struct mlv_cv_finding at[MLV_CV_PROBLEMS]; /* by problem; splits is 0 where there is none */
	size_t count;
};
/* sliced, of the same rows, has slices to be looked at, or none. */
mlv_err mlv_cv_check(struct mlv_ctx *ctx, const struct mlv_cv *cv, const struct mlv_cases *sliced,
		     struct mlv_cv_findings *findings) MLV_CHECK;
void mlv_cv_findings_release(struct mlv_cv_findings *findings);

/*
 * A spec by which mlv_cases_load() reads from the table the slices of the evaluation of its
 * predictions, without one all of mlv.yaml. The names of those whose columns it lacks are added to left.
 */
mlv_err mlv_cv_slices(const char *file, const struct mlv_value *root, const struct mlv_cv *cv,
		      struct mlv_eval_spec *spec, struct mlv_strs *left) MLV_CHECK;

/*
 * The order of distinct texts: rank[code], equal for equal numbers where all
 * are numbers, else by their bytes; count is how many ranks there are.
 */
mlv_err mlv_cv_rank(const struct mlv_words *words, uint32_t *rank, size_t *count) MLV_CHECK;

#endif
