/* In what two records differ that should be of the same inputs. */
#include <string.h>

#include "core/eval/record.h"

bool mlv_record_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static mlv_err differ_in_dims(const struct mlv_record *a, const struct mlv_record *b, struct mlv_buf *to)
{
	for (size_t d = 0; d < b->dim_count; d++) {
		const struct mlv_record_dim *now = &b->dims[d], *was = mlv_record_find_dim(a, now->name);

		if (!was || strcmp(was->def, now->def) != 0)
			return mlv_buf_printf(to, "the slices of '%s' are defined otherwise", now->name);
		if (was->rows && !mlv_record_same(was->rows, now->rows))
			return mlv_buf_printf(to, "rows are in other slices of '%s'", now->name);
	}
	return NULL;
}

mlv_err mlv_record_differ(const struct mlv_record *a, const struct mlv_record *b, struct mlv_buf *to)
{
	if (!mlv_record_same(a->ids, b->ids))
		return mlv_buf_add_str(to, "the ids are others");
	if (!mlv_record_same(a->labels, b->labels))
		return mlv_buf_add_str(to, "the labels are others");
	if (!mlv_record_same(a->rows, b->rows))
		return mlv_buf_add_str(to, "the rows are others");
	if (!mlv_record_same(a->cv.folds, b->cv.folds))
		return mlv_buf_add_str(to, !b->cv.folds ? "the folds are not those of a cross-validation"
				       : !a->cv.folds	? "it does not tell of the cross-validation"
							: "the folds of the cross-validation are others");
	return differ_in_dims(a, b, to);
}
