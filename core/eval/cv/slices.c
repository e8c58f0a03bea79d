/* Which slices of mlv.yaml the table of a cross-validation tells of. */
#include <stdlib.h>
#include <string.h>

#include "core/eval/cases/parts.h"
#include "core/eval/cv.h"
#include "core/eval/spec/parts.h"

/* Whether all that an entry reads is in the table. Labels are classes, looked at by themselves. */
static bool is_told(const struct mlv_eval_spec *spec, const struct mlv_slice_def *def,
		    const struct mlv_strs *columns)
{
	const struct mlv_expr_column *reads;
	size_t count;

	for (size_t s = 0; s < spec->slice_count; s++)
		if (mlv_strs_has(&def->cross, spec->slices[s].name) &&
		    !is_told(spec, &spec->slices[s], columns))
			return false;
	if (def->cross.count)
		return true;
	if (def->column)
		return !mlv_slice_is_label(def) && mlv_strs_has(columns, def->column);
	count = mlv_expr_columns(def->expr, &reads);
	for (size_t c = 0; c < count; c++)
		if (!mlv_strs_has(columns, reads[c].name))
			return false;
	return true;
}

/* Nothing is predicted: what is left is the slices, and numbers need no classes. */
static void forget_roles(struct mlv_eval_spec *spec)
{
	for (size_t r = 0; r < MLV_ROLES; r++)
		free(MLV_TAKE(spec->column[r]));
	free(MLV_TAKE(spec->join));
	spec->task = MLV_TASK_REGRESSION;
}

mlv_err mlv_cv_slices(const char *file, const struct mlv_value *root, const struct mlv_cv *cv,
		      struct mlv_eval_spec *spec, struct mlv_strs *left)
{
	MLV_SCOPED(mlv_eval_spec_release) struct mlv_eval_spec made = { 0 };
	bool has_eval = mlv_value_get(mlv_value_get(root, "evals"), cv->spec.eval) != NULL;
	mlv_err err = has_eval ? mlv_eval_spec_read(file, root, cv->spec.eval, &made)
			       : mlv_spec_slices(file, mlv_value_get(root, "slices"), NULL, &made);

	if (err)
		return err;
	forget_roles(&made);
	for (size_t s = 0; s < made.slice_count && !err; s++) {
		struct mlv_slice_def *def = &made.slices[s];

		if (def->hidden || is_told(&made, def, &cv->names))
			continue;
		def->hidden = true;
		err = mlv_slice_is_label(def) ? NULL : mlv_strs_add(left, def->name);
	}
	if (err)
		return err;
	*spec = made;
	made = (struct mlv_eval_spec){ 0 };
	return NULL;
}
