/* parts.h - what the files behind cases.h share. */
#ifndef MLV_EVAL_CASES_PARTS_H
#define MLV_EVAL_CASES_PARTS_H

#include "core/eval/cases.h"

/* Turn labels, and predictions unless NULL, into classes. file, and frame for its lines, are for messages. */
mlv_err mlv_cases_classify(struct mlv_cases *cases, const char *file, const struct mlv_frame *frame,
			   const struct mlv_column *label, const struct mlv_column *pred) MLV_CHECK;
/* A dimension by the values, the bins or the quantiles of a column. */
mlv_err mlv_dim_by_text(struct mlv_dim *dim, const struct mlv_column *column,
			const uint32_t *place, size_t rows) MLV_CHECK;
mlv_err mlv_dim_by_number(struct mlv_dim *dim, const double *number, const uint32_t *place,
			  size_t rows, const struct mlv_frozen *frozen) MLV_CHECK;
/* A column, and which row of it belongs to each row; place NULL: the same. */
struct mlv_dim_input {
	const struct mlv_column *column;
	const uint32_t *place;
};
/* A dimension by an expression, or the slice of a rule. */
mlv_err mlv_dim_by_expr(struct mlv_dim *dim, const struct mlv_dim_input *inputs, size_t rows,
			const struct mlv_expr_files *files, const struct mlv_frozen *frozen) MLV_CHECK;
/* A dimension by the classes of the labels. */
mlv_err mlv_dim_by_class(struct mlv_dim *dim, const struct mlv_cases *cases) MLV_CHECK;
/* A dimension by several others. */
mlv_err mlv_dim_by_cross(struct mlv_dim *dim, const struct mlv_dim *const *others, size_t count,
			 size_t rows) MLV_CHECK;
/* Give a dimension one more slice, of this name as names are shown. */
mlv_err mlv_dim_add_name(struct mlv_dim *dim, const char *name) MLV_CHECK;
void mlv_dim_release(struct mlv_dim *dim);

#endif
