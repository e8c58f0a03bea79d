#include "cmd/evaluation.h"

#include "cmd/record/table.h"
#include "cmd/ui/out.h"

void mlv_evaluation_release(struct mlv_evaluation *evaluation)
{
	mlv_results_release(&evaluation->results);
	mlv_eval_cv_release(&evaluation->folds);
	mlv_cases_release(&evaluation->cases);
	mlv_eval_spec_release(&evaluation->spec);
	mlv_record_release(&evaluation->before);
	mlv_buf_release(&evaluation->record);
	mlv_buf_release(&evaluation->flat);
}

mlv_err mlv_evaluation_begin(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			     const char *name, bool new_edges, struct mlv_evaluation *evaluation)
{
	mlv_err err = mlv_eval_spec_of(place, side, name, &evaluation->spec);

	if (!err && !new_edges && (err = mlv_eval_record_overall(place, side, name, &evaluation->before,
								 &evaluation->has_before)))
		return err->code == MLV_E_SPEC
			       ? mlv_error_hint(err, "mlv eval --new-edges %s does not read it", name)
			       : err;
	return err;
}

const struct mlv_record *mlv_evaluation_frozen(const struct mlv_evaluation *evaluation)
{
	return evaluation->has_before ? &evaluation->before : NULL;
}

mlv_err mlv_evaluation_finish(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			      struct mlv_evaluation *evaluation)
{
	mlv_err err;

	if ((err = mlv_eval_cv_load(place, side, &evaluation->cases, &evaluation->folds)) ||
	    (err = mlv_evaluate(place->ctx, &evaluation->cases, &evaluation->results)))
		return err;
	return mlv_eval_texts(&evaluation->results, &evaluation->ids, &evaluation->folds,
			      &evaluation->record, &evaluation->flat);
}

static mlv_err print_flat(struct mlv_run *run, const struct mlv_evaluation *evaluation)
{
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	MLV_SCOPED(mlv_record_release) struct mlv_record record = { 0 };
	const char *name = evaluation->spec.name;
	mlv_err err = mlv_record_read_slice(name, evaluation->record.ptr, evaluation->record.len, NULL,
					    &record);

	if (err || (err = mlv_record_table_begin(&table)))
		return err;
	for (size_t m = 0; m < record.metric_count && !err; m++)
		err = mlv_record_table_row(&table, &record, &record.slices[0], m, MLV_RECORD_PRECISION);
	if (!err)
		mlv_table_print(&table, run->out, false);
	return err;
}

mlv_err mlv_evaluation_put(struct mlv_run *run, const struct mlv_metrics_place *place,
			   const struct mlv_evaluation *evaluation, bool dry_run)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT, flat = MLV_BUF_INIT;
	const char *name = evaluation->spec.name;
	mlv_err err = mlv_eval_path(name, &path);

	if (err || (err = mlv_eval_flat_path(name, &flat)) ||
	    (!dry_run &&
	     (err = mlv_eval_store(place, name, &evaluation->record, &evaluation->flat))))
		return err;
	if (run->json) {
		mlv_out_object_begin(run->out, name);
		mlv_out_text(run->out, "record", path.ptr);
		mlv_out_text(run->out, "metrics", flat.ptr);
		mlv_out_number(run->out, "rows", evaluation->cases.rows.count);
		mlv_out_number(run->out, "slices", evaluation->results.count - 1);
		mlv_out_number(run->out, "folds", evaluation->results.fold_count);
		mlv_out_object_end(run->out);
		return NULL;
	}
	mlv_out_line(run->out, "%s: %zu rows, %zu slices%s%s%s%s", name, evaluation->cases.rows.count,
		     evaluation->results.count - 1, dry_run ? "" : " -> ", dry_run ? "" : path.ptr,
		     dry_run ? "" : ", ", dry_run ? "" : flat.ptr);
	return print_flat(run, evaluation);
}
