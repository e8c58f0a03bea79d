/*
 * cases.h - the rows of an evaluation: what was true, what was predicted, and the slices they are in.
 *
 * Built from the table of predictions and, with a join, the table of features:
 * each prediction's id must be in it once. Labels are compared as classes: an
 * integer that is written 1, 1.0 or 1.00 is one class, and so are true and
 * True. Classes are sorted, by number where all are integers.
 *
 * A dimension divides all rows: each row is in exactly one of its slices. What
 * has no value is in the slice __missing__, what has none of the most frequent
 * values in __other__. A rule is a dimension of one slice, in which is only what
 * it holds for.
 *
 * Ownership   mlv_cases_release(). Cases refer to their spec.
 */
#ifndef MLV_EVAL_CASES_H
#define MLV_EVAL_CASES_H

#include "core/eval/frame.h"
#include "core/eval/spec.h"

#define MLV_CLASSES_MAX 1000

struct mlv_dim {
	const struct mlv_slice_def *def;
	uint32_t *code;      /* of each row: which value; of a rule 1: it is not in its slice */
	struct mlv_strs values; /* names of the slices: "age=[0,25)" */
	double *edges;       /* of bins and quantiles */
	size_t edge_count;
	uint64_t folded;     /* distinct values that are in __other__ */
};

/* How many codes rows may have: those of a rule are in its slice, or not. */
size_t mlv_dim_codes(const struct mlv_dim *dim);

/* Edges of quantiles as an earlier record has them, by the name of the dimension. */
struct mlv_frozen {
	const char *name;
	const double *edges;
	size_t count;
};

struct mlv_cases {
	const struct mlv_eval_spec *spec;
	struct mlv_rows rows;   /* arrays are those below */
	struct mlv_strs classes; /* binary: negative, positive */
	uint32_t *truth, *guess;
	double *score, *y, *predicted, *weight;
	struct mlv_words ids;   /* empty: there is no column of ids */
	uint32_t *id;
	struct mlv_words folds; /* empty: none */
	uint32_t *fold;
	struct mlv_dim *dims;
	size_t dim_count;
};

/*
 * Read the tables; features is NULL without a join, files where none can be read. MLV_E_SPEC, with file and
 * line, when they do not hold what the spec says.
 */
mlv_err mlv_cases_load(struct mlv_ctx *ctx, const struct mlv_eval_spec *spec,
		       const struct mlv_frame_source *predictions,
		       const struct mlv_frame_source *features, const struct mlv_frozen *frozen,
		       size_t frozen_count, const struct mlv_expr_files *files,
		       struct mlv_cases *cases) MLV_CHECK;
void mlv_cases_release(struct mlv_cases *cases);
/* Append a number as names of slices have it: the shortest form, "inf", no ".0". */
mlv_err mlv_number_add(struct mlv_buf *to, double number) MLV_CHECK;

#endif
