/* What a reader of a record should know, and its numbers do not say. */
#include "core/eval/record/parts.h"

static mlv_err begin(struct mlv_buf *to, bool *first)
{
	mlv_err err = mlv_buf_add_str(to, *first ? "\n{" : "\n,{");

	*first = false;
	return err;
}

/* Values that are no slices of their own, for others have more rows. */
static mlv_err add_folded(struct mlv_buf *to, const struct mlv_cases *cases, bool *first)
{
	mlv_err err = NULL;

	for (size_t d = 0; d < cases->dim_count && !err; d++) {
		const struct mlv_dim *dim = &cases->dims[d];

		if (!dim->folded)
			continue;
		if ((err = begin(to, first)) || (err = mlv_buf_add_str(to, "\"code\":\"folded-values\",")) ||
		    (err = mlv_put_text(to, "dim", dim->def->name)) ||
		    (err = mlv_buf_add_char(to, ',')) || (err = mlv_put_count(to, "values", dim->folded)))
			return err;
		err = mlv_buf_add_char(to, '}');
	}
	return err;
}

bool mlv_record_is_small(const struct mlv_results *results, const struct mlv_slice_result *slice)
{
	return slice->dim && slice->all.n < results->cases->spec->min_n;
}

/* Slices of too few rows to be judged. */
static mlv_err add_small(struct mlv_buf *to, const struct mlv_results *results, bool *first)
{
	mlv_err err = NULL;

	for (size_t s = 0; s < results->count && !err; s++) {
		const struct mlv_slice_result *slice = &results->slices[s];

		if (!mlv_record_is_small(results, slice))
			continue;
		if ((err = begin(to, first)) || (err = mlv_buf_add_str(to, "\"code\":\"small-slice\",")) ||
		    (err = mlv_put_count(to, "n", slice->all.n)) || (err = mlv_buf_add_char(to, ',')) ||
		    (err = mlv_put_text(to, "slice", slice->name)))
			return err;
		err = mlv_buf_add_char(to, '}');
	}
	return err;
}

/* Classes that were predicted, and that no row has. */
static mlv_err add_unseen(struct mlv_buf *to, const struct mlv_results *results, bool *first)
{
	const struct mlv_cells *cells = &results->slices[0].all.cells;
	mlv_err err = NULL;

	for (size_t k = 0; k < cells->classes && !err; k++) {
		double has = 0, guessed = 0;

		for (size_t i = 0; i < cells->classes; i++) {
			has += cells->at[k * cells->classes + i];
			guessed += cells->at[i * cells->classes + k];
		}
		if (has > 0 || !(guessed > 0))
			continue;
		if ((err = begin(to, first)) ||
		    (err = mlv_put_text(to, "class", results->cases->classes.at[k])))
			return err;
		if ((err = mlv_buf_add_str(to, ",\"code\":\"unseen-class\",")) ||
		    (err = cells->squares ? mlv_put_real(to, "weight", guessed)
					  : mlv_put_count(to, "rows", (uint64_t)guessed)))
			return err;
		err = mlv_buf_add_char(to, '}');
	}
	return err;
}

/* Folds that are not the splits of the cross-validation that they should be of. */
static mlv_err add_other_folds(struct mlv_buf *to, const struct mlv_record_inputs *inputs, bool *first)
{
	mlv_err err;

	if (!inputs->cv || !(inputs->match.other || inputs->match.missing))
		return NULL;
	if ((err = begin(to, first)) ||
	    (err = mlv_buf_add_str(to, "\"code\":\"other-folds\",")) ||
	    (err = mlv_put_text(to, "cv", inputs->cv->spec.name)) ||
	    (err = mlv_buf_add_char(to, ',')) ||
	    (err = mlv_put_count(to, "missing", inputs->match.missing)) ||
	    (err = mlv_buf_add_char(to, ',')) ||
	    (err = mlv_put_count(to, "other", inputs->match.other)))
		return err;
	return mlv_buf_add_char(to, '}');
}

mlv_err mlv_record_add_warnings(struct mlv_buf *to, const struct mlv_results *results,
				const struct mlv_record_inputs *inputs)
{
	bool first = true;
	mlv_err err = mlv_buf_add_str(to, "\"warnings\":[");

	if (err || (err = add_folded(to, results->cases, &first)) ||
	    (err = add_other_folds(to, inputs, &first)) || (err = add_unseen(to, results, &first)) ||
	    (err = add_small(to, results, &first)))
		return err;
	return mlv_buf_add_str(to, first ? "]\n" : "\n]\n");
}
