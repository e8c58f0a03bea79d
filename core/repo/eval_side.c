#include "core/repo/eval_side.h"

#include <string.h>

void mlv_eval_side_release(struct mlv_eval_side *side)
{
	mlv_cases_release(&side->cases);
	mlv_eval_spec_release(&side->spec);
	mlv_record_release(&side->record);
	*side = (struct mlv_eval_side){ 0 };
}

/* Failures that mean: the rows cannot be had, the record still can. */
static bool goes_on(mlv_err err)
{
	return err->code == MLV_E_MISSING || err->code == MLV_E_SPEC || err->code == MLV_E_USAGE ||
	       err->code == MLV_E_CORRUPT;
}

/* Whether a record tells of these rows, in these slices. */
static mlv_err is_of(const struct mlv_record *record, const struct mlv_cases *cases,
		     const struct mlv_eval_ids *ids, bool *is)
{
	enum mlv_eval_rows are;
	mlv_err err = mlv_eval_rows_of(record, cases, ids->rows, &are);

	*is = !err && are != MLV_EVAL_ROWS_OTHER;
	for (size_t d = 0; d < cases->dim_count && *is; d++) {
		const struct mlv_dim *dim = &cases->dims[d];
		const struct mlv_record_dim *told = mlv_record_find_dim(record, dim->def->name);

		*is = !told || !told->rows || !dim->rows || strcmp(told->rows, dim->rows) == 0;
	}
	return err;
}

/* The evaluation that a record goes by; one that lies elsewhere says itself of which it is. */
static mlv_err load_rows(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *name, struct mlv_eval_side *loaded)
{
	bool elsewhere = strchr(name, '/') != NULL;
	struct mlv_eval_ids ids;
	mlv_err err;

	if ((err = mlv_eval_spec_of(place, side, elsewhere ? loaded->record.name : name,
				    &loaded->spec)) ||
	    (err = mlv_eval_cases(place, side, &loaded->spec, &loaded->record, &loaded->cases, &ids))) {
		if (!goes_on(err))
			return err;
		mlv_tell_detail(place->ctx, "%s: without its rows: %s", name, err->msg);
		return NULL;
	}
	if ((err = is_of(&loaded->record, &loaded->cases, &ids, &loaded->has_cases)))
		return err;
	loaded->is_stale = !loaded->has_cases && !elsewhere;
	if (!loaded->has_cases && elsewhere) /* a copy of one that was: no mistake */
		mlv_tell_detail(place->ctx, "%s: without its rows: %s is not what it is of", name,
				loaded->spec.predictions);
	if (loaded->is_stale)
		mlv_tell_warning(place->ctx, "evals/%s.json in %s is not of %s%s%s as %s there", name,
				 mlv_metrics_side_name(side), loaded->spec.predictions,
				 loaded->spec.join ? " and " : "",
				 loaded->spec.join ? loaded->spec.join : "",
				 loaded->spec.join ? "they are" : "it is");
	return NULL;
}

mlv_err mlv_eval_side_load(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			   const char *name, bool rows, struct mlv_eval_side *loaded)
{
	MLV_SCOPED(mlv_eval_side_release) struct mlv_eval_side made = { 0 };
	mlv_err err = mlv_eval_record(place, side, name, &made.record, &made.found);

	if (!err && made.found && rows)
		err = load_rows(place, side, name, &made);
	if (err)
		return err;
	*loaded = made;
	made = (struct mlv_eval_side){ 0 };
	/* Cases refer to their spec, which has moved. */
	loaded->cases.spec = &loaded->spec;
	return NULL;
}
