#include "core/repo/cv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/sys.h"
#include "core/store/sha256.h"

/* Hash the ids, as many at once as lanes like. */
static mlv_err hash_ids(const struct mlv_words *ids, uint32_t seed, uint64_t *hash)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	for (uint32_t c = 0; c < ids->count; c++) {
		struct mlv_oid oid;
		mlv_err err;

		mlv_buf_clear(&text);
		if ((err = mlv_buf_printf(&text, "%u:%s", seed, mlv_words_at(ids, c))) ||
		    (err = mlv_sha256_of(text.ptr, text.len, &oid)))
			return err;
		hash[c] = 0;
		for (size_t b = 0; b < 8; b++)
			hash[c] = hash[c] << 8 | oid.bytes[b];
	}
	return NULL;
}

static mlv_err split(struct mlv_cv *cv)
{
	MLV_SCOPED(mlv_mem_free) uint64_t *hash = NULL;
	const struct mlv_words *ids;
	mlv_err err;

	if (cv->spec.plan.scheme != MLV_FOLDS_HASH)
		return mlv_cv_split(cv, NULL);
	ids = &cv->frame.columns[cv->column[MLV_CV_ID]].words;
	if (!(hash = mlv_sys_alloc_array(ids->count + 1, sizeof(*hash))))
		return mlv_error_nomem("folds");
	err = hash_ids(ids, cv->spec.plan.seed, hash);
	return err ? err : mlv_cv_split(cv, hash);
}

/* Leave the columns that folds depend on; where there are none the last, which tells how many rows. */
static void leave_roles(struct mlv_cv *cv)
{
	size_t kept = 0;

	for (size_t c = 0; c < cv->names.count; c++) {
		char *name = cv->names.at[c];
		bool is = false;

		for (size_t r = 0; r < MLV_CV_ROLES && !is; r++)
			is = cv->spec.column[r] && strcmp(cv->spec.column[r], name) == 0;
		if (is || (!kept && c + 1 == cv->names.count))
			cv->names.at[kept++] = name;
		else
			free(name);
	}
	cv->names.count = kept;
}

static mlv_err read_table(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			  bool whole, struct mlv_cv *cv)
{
	MLV_SCOPED(mlv_eval_table_release) struct mlv_eval_table table = MLV_EVAL_TABLE_INIT;
	char id[MLV_EVAL_ID];
	mlv_err err;

	if ((err = mlv_eval_table_open(place, side, cv->spec.data, &table, id)) ||
	    (err = mlv_frame_names(place->ctx, &table.source, &cv->names)))
		return err;
	if (!whole)
		leave_roles(cv);
	if (table.fd >= 0 && lseek(table.fd, 0, SEEK_SET) < 0)
		return mlv_error_sys("%s", cv->spec.data);
	err = mlv_cv_read(place->ctx, &table.source, cv);
	return err ? err : mlv_eval_table_check(&table);
}

static mlv_err load(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		    const char *name, bool whole, struct mlv_cv *cv)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	MLV_SCOPED(mlv_cv_release) struct mlv_cv made = { 0 };
	mlv_err err;

	if ((err = mlv_eval_yaml(place, side, &root)) ||
	    (err = mlv_cv_spec_read("mlv.yaml", root, name, &made.spec)) ||
	    (err = read_table(place, side, whole, &made)) || (err = split(&made)))
		return err;
	*cv = made;
	made = (struct mlv_cv){ 0 };
	return NULL;
}

mlv_err mlv_cv_load(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		    const char *name, struct mlv_cv *cv)
{
	return load(place, side, name, true, cv);
}

mlv_err mlv_cv_load_folds(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			  const char *name, struct mlv_cv *cv)
{
	return load(place, side, name, false, cv);
}

void mlv_cv_sliced_release(struct mlv_cv_sliced *sliced)
{
	mlv_cases_release(&sliced->cases);
	mlv_eval_spec_release(&sliced->spec);
	mlv_strs_release(&sliced->left);
}

/* The table again, for its slices. */
static mlv_err read_sliced(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			   const struct mlv_cv *cv, struct mlv_cv_sliced *sliced)
{
	MLV_SCOPED(mlv_eval_table_release) struct mlv_eval_table table = MLV_EVAL_TABLE_INIT;
	MLV_SCOPED(mlv_record_release) struct mlv_record before = { 0 };
	MLV_SCOPED(mlv_mem_free) struct mlv_frozen *edges =
		mlv_sys_alloc_array(sliced->spec.slice_count + 1, sizeof(*edges));
	struct mlv_eval_files named = { place, side };
	const struct mlv_expr_files files = { mlv_eval_read_named, &named };
	bool found = false;
	mlv_err err;

	if (!edges)
		return mlv_error_nomem("bins");
	if ((cv->spec.eval && (err = mlv_eval_record(place, side, cv->spec.eval, &before, &found))) ||
	    (err = mlv_eval_table_open(place, side, cv->spec.data, &table, NULL)) ||
	    (err = mlv_cases_load(place->ctx, &sliced->spec, &table.source, NULL, edges,
				  mlv_eval_frozen(&sliced->spec, found ? &before : NULL, false, edges),
				  &files, &sliced->cases)) ||
	    (err = mlv_eval_table_check(&table)))
		return err;
	if (sliced->cases.rows.count != cv->frame.rows)
		return mlv_error(MLV_E_REFUSED, "%s: it changed while it was read", cv->spec.data);
	return NULL;
}

mlv_err mlv_cv_sliced_load(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			   const struct mlv_cv *cv, struct mlv_cv_sliced *sliced)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	mlv_err err;

	if ((err = mlv_eval_yaml(place, side, &root)) ||
	    (err = mlv_cv_slices("mlv.yaml", root, cv, &sliced->spec, &sliced->left)))
		return err;
	for (size_t s = 0; s < sliced->spec.slice_count; s++)
		if (!sliced->spec.slices[s].hidden)
			return read_sliced(place, side, cv, sliced);
	return NULL;
}

mlv_err mlv_cv_folds_name(const struct mlv_cv *cv, char id[MLV_EVAL_ID])
{
	MLV_SCOPED(mlv_sha256_freep) struct mlv_sha256 *hasher = NULL;
	struct mlv_oid oid;
	mlv_err err;

	if ((err = mlv_sha256_new(&hasher)) || (err = mlv_cv_folds_each(cv, mlv_sha256_sink, hasher)) ||
	    (err = mlv_sha256_final(hasher, &oid)))
		return err;
	mlv_eval_write_id(MLV_KIND_OBJECT, &oid, id);
	return NULL;
}

mlv_err mlv_cv_folds_path(const char *name, struct mlv_buf *path)
{
	return mlv_buf_printf(path, "folds/%s.csv", name);
}
