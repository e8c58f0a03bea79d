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
#include "core/eval/sorted.h"
#include "core/eval/spec.h"

#define MLV_CLASSES_MAX 1000

struct mlv_dim {
	const struct mlv_slice_def *def;
	uint32_t *code;      /* of each row: which value; of a rule 1: it is not in its slice */
	struct mlv_strs values; /* names of the slices: "age=[0,25)" */
	double *edges;       /* of bins and quantiles */
	size_t edge_count;
	uint64_t folded;     /* distinct values that are in __other__ */
	char *rows;          /* SHA-256, "sha256:...", of what mlv_cases_each_slice() gives; NULL: not made */
};

/* How many codes rows may have: those of a rule are in its slice, or not. */
size_t mlv_dim_codes(const struct mlv_dim *dim);

/*
 * How an earlier record divides, by the name of the dimension: the edges of its
 * quantiles, and which values have slices of their own. These have them again,
 * however few rows they have. Where the record has others together in __other__,
 * so are all others; where it has all values, others are new, and those of most
 * rows get slices beside the known.
 */
struct mlv_record;
struct mlv_frozen {
	const char *name;
	const double *edges; /* NULL: there are none */
	size_t count;
	const struct mlv_record *record; /* whose values they are; NULL: those of most rows get slices */
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
	uint32_t *group; /* equal for rows of one group, by the order of their names; NULL: independent */
	size_t groups;
	struct mlv_dim *dims;
	size_t dim_count;
	/* The rows by score, label, guess, weight and fold, in one of these ways, or none: no such roles. */
	uint32_t *order;          /* see order.h; NULL: it is the other */
	struct mlv_sorted sorted; /* binary rows without weights, in few slices; no keys: the other */
};
/* The fields of sorted rows; that of dimension d is MLV_FIELD_DIM + d. */
enum { MLV_FIELD_LABEL, MLV_FIELD_GUESS, MLV_FIELD_FOLD, MLV_FIELD_DIM };

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

/*
 * What an evaluation needs of rows, whatever others there will be beside them:
 * a column for each role that it has, called as roles are, and one for each
 * entry of slices that has values of its own, "slice.NAME". Neither classes nor
 * slices are formed yet, for these depend on all rows.
 */
struct mlv_extract {
	struct mlv_frame frame;
	struct mlv_cases_part {
		const char *name; /* for messages */
		size_t first;     /* row */
	} *parts;                 /* that were put together, in the rows' order; NULL: one table */
	size_t part_count, part_cap;
	const char *name; /* what all of it is called in messages; NULL: the shards */
};
/* Read the tables: as mlv_cases_load(); there may be no rows. */
mlv_err mlv_extract_read(struct mlv_ctx *ctx, const struct mlv_eval_spec *spec,
			 const struct mlv_frame_source *predictions,
			 const struct mlv_frame_source *features, const struct mlv_expr_files *files,
			 struct mlv_extract *extract) MLV_CHECK;
/* Append what mlv_extract_write() wrote, gzipped or not. The source's name must outlive it. */
mlv_err mlv_extract_append(struct mlv_ctx *ctx, const struct mlv_eval_spec *spec,
			   const struct mlv_frame_source *source,
			   struct mlv_extract *extract) MLV_CHECK;
/* Append the rows of one of the same spec, which is taken, and called name; that must outlive it. */
mlv_err mlv_extract_join(struct mlv_extract *from, const char *name,
			 struct mlv_extract *to) MLV_CHECK;
/*
 * Append it as text: a table with tabs, a line for each row, sorted by their
 * bytes, so that it does not depend on the rows' order.
 */
mlv_err mlv_extract_write(const struct mlv_eval_spec *spec, const struct mlv_extract *extract,
			  struct mlv_buf *to) MLV_CHECK;
/* The cases of all its rows; takes its frame. MLV_E_SPEC when ids repeat, or classes do not fit. */
mlv_err mlv_cases_of_extract(struct mlv_ctx *ctx, const struct mlv_eval_spec *spec,
			     struct mlv_extract *extract, const struct mlv_frozen *frozen,
			     size_t frozen_count, struct mlv_cases *cases) MLV_CHECK;
void mlv_extract_release(struct mlv_extract *extract);
/* Append what stands for all ways to write this class: 1 for 1.0, true for True, else the text. */
mlv_err mlv_class_add(struct mlv_buf *to, const char *text) MLV_CHECK;
/* Append a number as names of slices have it: the shortest form, "inf", no ".0". */
mlv_err mlv_number_add(struct mlv_buf *to, double number) MLV_CHECK;

#endif
