#include "core/repo/eval.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/pool.h"
#include "core/base/yaml.h"
#include "core/eval/spec/parts.h"
#include "core/repo/eval_cv.h"
#include "core/store/sha256.h"

#define DIRECTORY "evals"

mlv_err mlv_eval_yaml(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		      struct mlv_value **root)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_METRICS_MAX);
	bool found = false;
	mlv_err err = mlv_metrics_version(place, side, "mlv.yaml", &text, &found);

	if (!err && !found)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: there is no mlv.yaml",
						mlv_metrics_side_name(side)),
				      "describe evaluations in mlv.yaml under 'evals', see mlv-eval(1)");
	if (err || !(err = mlv_yaml_parse_anchored("mlv.yaml", text.ptr, text.len, root)))
		return err;
	return side->rev ? mlv_error_wrap(err, "%s", side->rev) : err;
}

mlv_err mlv_eval_names(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		       struct mlv_strs *names)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	mlv_err err = mlv_eval_yaml(place, side, &root);

	return err ? err : mlv_eval_spec_names("mlv.yaml", root, names);
}

mlv_err mlv_eval_choose(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			const char *typed, struct mlv_strs *chosen)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	mlv_err err = mlv_eval_names(place, side, &names);

	if (err)
		return err;
	if (typed && !mlv_strs_has(&names, typed))
		return mlv_spec_unknown("mlv.yaml", "evaluation", typed, names.at, names.count);
	if (!names.count)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "mlv.yaml has no evaluations"),
				      "describe them under 'evals', see mlv-eval(1)");
	if (!typed && names.count > 1)
		return mlv_error_hint(
			mlv_error(MLV_E_USAGE, "mlv.yaml has %zu evaluations, and no name was given",
				  names.count),
			"name one, such as '%s'", names.at[0]);
	return mlv_strs_add(chosen, typed ? typed : names.at[0]);
}

mlv_err mlv_eval_spec_of(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *name, struct mlv_eval_spec *spec)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	mlv_err err = mlv_eval_yaml(place, side, &root);

	return err ? err : mlv_eval_spec_read("mlv.yaml", root, name, spec);
}

mlv_err mlv_eval_gate_of(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *name, struct mlv_gate *gate)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	mlv_err err = mlv_eval_yaml(place, side, &root);

	return err ? err : mlv_gate_read("mlv.yaml", root, name, gate);
}

mlv_err mlv_eval_fairness(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			  const struct mlv_record *record, struct mlv_fair_entries *entries,
			  struct mlv_fair_audited *audited)
{
	return mlv_eval_fairness_of_rows(place, side, record, NULL, entries, audited);
}

mlv_err mlv_eval_fairness_of_rows(const struct mlv_metrics_place *place,
				  const struct mlv_metrics_side *side, const struct mlv_record *record,
				  const struct mlv_cases *cases, struct mlv_fair_entries *entries,
				  struct mlv_fair_audited *audited)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	mlv_err err;

	if ((err = mlv_eval_yaml(place, side, &root)) ||
	    (err = mlv_fair_entries_read("mlv.yaml", root, entries)))
		return err;
	return entries->count ? mlv_fair_audit_record("mlv.yaml", record, cases, entries, audited) : NULL;
}

mlv_err mlv_eval_path(const char *name, struct mlv_buf *path)
{
	if (strchr(name, '/'))
		return mlv_buf_add_str(path, strncmp(name, "./", 2) == 0 ? name + 2 : name);
	return mlv_buf_printf(path, DIRECTORY "/%s.json", name);
}

mlv_err mlv_eval_flat_path(const char *name, struct mlv_buf *path)
{
	return mlv_buf_printf(path, DIRECTORY "/%s.metrics.json", name);
}

static mlv_err read_record(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			   const char *name, bool all, struct mlv_record *record, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_RECORD_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT, shown = MLV_BUF_INIT;
	mlv_err err;

	*found = false;
	if ((err = mlv_eval_path(name, &path)) ||
	    (err = mlv_buf_printf(&shown, "%s%s%s", side->rev ? side->rev : "",
				  side->rev ? ":" : "", path.ptr)) ||
	    (err = mlv_metrics_text(place, side, path.ptr, &text, found)) || !*found)
		return err;
	return all ? mlv_record_read(shown.ptr, text.ptr, text.len, record)
		   : mlv_record_read_slice(shown.ptr, text.ptr, text.len, NULL, record);
}

mlv_err mlv_eval_record(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			const char *name, struct mlv_record *record, bool *found)
{
	return read_record(place, side, name, true, record, found);
}

mlv_err mlv_eval_record_overall(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
				const char *name, struct mlv_record *record, bool *found)
{
	return read_record(place, side, name, false, record, found);
}

/* ---- tables */

/* What is digested of the rows, each on a thread. */
struct digesting {
	struct mlv_cases *cases;
	uint32_t *by_id;
	uint8_t *tied;
	struct mlv_eval_ids *ids;
};
#define ALONE 3 /* what is digested beside dimensions: the order of ids first, it takes the longest */

static void digesting_release(struct digesting *digesting)
{
	free(digesting->by_id);
	free(digesting->tied);
}

static mlv_err digest_rows(const struct digesting *digesting, size_t index, struct mlv_sha256 *hasher)
{
	const struct mlv_cases *cases = digesting->cases;

	if (index == 0)
		return cases->id ? mlv_cases_each_id(cases, digesting->by_id, mlv_sha256_sink, hasher) : NULL;
	if (index == 1)
		return mlv_cases_each_row(cases, mlv_sha256_sink, hasher);
	if (index == 2)
		return mlv_cases_each_label(cases, digesting->by_id, mlv_sha256_sink, hasher);
	return mlv_cases_each_slice(cases, &cases->dims[index - ALONE], digesting->by_id, digesting->tied,
				    mlv_sha256_sink, hasher);
}

static mlv_err digest_one(void *arg, size_t index, unsigned worker)
{
	const struct digesting *digesting = arg;
	char *const ids[ALONE] = { digesting->ids->ids, digesting->ids->rows, digesting->ids->labels };
	struct mlv_dim *dim = index < ALONE ? NULL : &digesting->cases->dims[index - ALONE];
	MLV_SCOPED(mlv_sha256_freep) struct mlv_sha256 *hasher = NULL;
	char id[MLV_EVAL_ID];
	struct mlv_oid oid;
	mlv_err err;

	(void)worker;
	if (dim ? !dim->code : index == 0 && !digesting->cases->id)
		return NULL;
	if ((err = mlv_sha256_new(&hasher)) || (err = digest_rows(digesting, index, hasher)) ||
	    (err = mlv_sha256_final(hasher, &oid)))
		return err;
	mlv_eval_write_id(MLV_KIND_OBJECT, &oid, dim ? id : ids[index]);
	if (dim && !(dim->rows = mlv_sys_strdup(id)))
		return mlv_error_nomem("slices");
	return NULL;
}

mlv_err mlv_eval_digests(struct mlv_ctx *ctx, struct mlv_cases *cases, struct mlv_eval_ids *ids)
{
	MLV_SCOPED(digesting_release) struct digesting digesting = { .cases = cases, .ids = ids };
	mlv_err err = mlv_cases_by_id(ctx, cases, &digesting.by_id);

	if (err || (err = mlv_cases_ties(ctx, cases, &digesting.tied)))
		return err;
	*ids = (struct mlv_eval_ids){ "", "", "" };
	return mlv_pool_run(ctx, ctx->jobs, ALONE + cases->dim_count, digest_one, &digesting);
}

static mlv_err digest_ungrouped(const struct mlv_cases *cases, char id[MLV_EVAL_ID])
{
	MLV_SCOPED(mlv_sha256_freep) struct mlv_sha256 *hasher = NULL;
	struct mlv_cases ungrouped = *cases; /* groups come last in the order: that of the rest is the same */
	struct mlv_oid oid;
	mlv_err err;

	ungrouped.group = NULL;
	if ((err = mlv_sha256_new(&hasher)) ||
	    (err = mlv_cases_each_row(&ungrouped, mlv_sha256_sink, hasher)) ||
	    (err = mlv_sha256_final(hasher, &oid)))
		return err;
	mlv_eval_write_id(MLV_KIND_OBJECT, &oid, id);
	return NULL;
}

mlv_err mlv_eval_rows_of(const struct mlv_record *record, const struct mlv_cases *cases,
			 const char *rows, enum mlv_eval_rows *are)
{
	char id[MLV_EVAL_ID];
	mlv_err err;

	*are = record->rows && strcmp(record->rows, rows) == 0 ? MLV_EVAL_ROWS_SAME : MLV_EVAL_ROWS_OTHER;
	if (*are == MLV_EVAL_ROWS_SAME || !record->rows || !cases->group)
		return NULL;
	if ((err = digest_ungrouped(cases, id)))
		return err;
	if (strcmp(record->rows, id) == 0)
		*are = MLV_EVAL_ROWS_UNGROUPED;
	return NULL;
}

/* ---- files that rows name */

static mlv_err read_head(int fd, const char *path, size_t limit, struct mlv_buf *head, uint64_t *size)
{
	struct stat st;
	size_t want;
	mlv_err err;

	if (mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s", path);
	*size = (uint64_t)st.st_size;
	want = *size < limit ? (size_t)*size : limit;
	if ((err = mlv_buf_reserve(head, want)) ||
	    (err = mlv_fs_pread_full(fd, path, head->ptr + head->len, want, 0)))
		return err;
	mlv_buf_advance(head, want);
	return NULL;
}

mlv_err mlv_eval_read_named(void *arg, const char *path, size_t limit, struct mlv_buf *head,
			  uint64_t *size)
{
	const struct mlv_eval_files *files = arg;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_EVAL_TABLE_MAX);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	bool found = false;
	mlv_err err;

	if (!files->side->rev && (err = mlv_metrics_open(files->place, path, &fd)))
		return err;
	if (fd >= 0)
		return read_head(fd, path, limit, head, size);
	if ((err = mlv_metrics_text(files->place, files->side, path, &text, &found)))
		return mlv_error_wrap(err, "%s", path);
	if (!found)
		return mlv_error(MLV_E_MISSING, "%s: not in %s", path,
				 mlv_metrics_side_name(files->side));
	*size = text.len;
	return mlv_buf_add(head, text.ptr, text.len < limit ? text.len : limit);
}

size_t mlv_eval_frozen(const struct mlv_eval_spec *spec, const struct mlv_record *record, bool values,
		       struct mlv_frozen *frozen)
{
	size_t count = 0;

	for (size_t s = 0; record && s < spec->slice_count; s++) {
		const struct mlv_slice_def *def = &spec->slices[s];
		const struct mlv_record_dim *dim = mlv_record_find_dim(record, def->name);
		bool edges = def->quantiles && dim && dim->quantiles == def->quantiles && dim->edges;

		if (dim && (edges || values))
			frozen[count++] = (struct mlv_frozen){ dim->name, edges ? dim->edges : NULL,
							       edges ? dim->edge_count : 0,
							       values ? record : NULL };
	}
	return count;
}

mlv_err mlv_eval_cases(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		       const struct mlv_eval_spec *spec, const struct mlv_record *frozen,
		       struct mlv_cases *cases, struct mlv_eval_ids *ids)
{
	MLV_SCOPED(mlv_eval_table_release) struct mlv_eval_table predictions = MLV_EVAL_TABLE_INIT;
	MLV_SCOPED(mlv_eval_table_release) struct mlv_eval_table features = MLV_EVAL_TABLE_INIT;
	MLV_SCOPED(mlv_mem_free) struct mlv_frozen *edges =
		mlv_sys_alloc_array(spec->slice_count + 1, sizeof(*edges));
	MLV_SCOPED(mlv_cases_release) struct mlv_cases made = { 0 };
	struct mlv_eval_files named = { place, side };
	const struct mlv_expr_files files = { mlv_eval_read_named, &named };
	mlv_err err;

	if (!edges)
		return mlv_error_nomem("bins");
	if ((err = mlv_eval_table_open(place, side, spec->predictions, &predictions, NULL)) ||
	    (spec->join &&
	     (err = mlv_eval_table_open(place, side, spec->join, &features, NULL))) ||
	    (err = mlv_cases_load(place->ctx, spec, &predictions.source,
				  spec->join ? &features.source : NULL, edges,
				  mlv_eval_frozen(spec, frozen, false, edges), &files, &made)) ||
	    (err = mlv_eval_table_check(&predictions)) || (err = mlv_eval_table_check(&features)) ||
	    (err = mlv_eval_digests(place->ctx, &made, ids)))
		return side->rev ? mlv_error_wrap(err, "%s", side->rev) : err;
	*cases = made;
	made = (struct mlv_cases){ 0 };
	return NULL;
}

/* ---- records */

mlv_err mlv_eval_texts(const struct mlv_results *results, const struct mlv_eval_ids *ids,
		       const struct mlv_eval_cv *folds, struct mlv_buf *record, struct mlv_buf *flat)
{
	bool is = folds && folds->is;
	const struct mlv_record_inputs inputs = {
		.ids = ids->ids[0] ? ids->ids : NULL, .labels = ids->labels, .rows = ids->rows,
		.cv = is ? &folds->cv : NULL, .folds = is ? folds->folds : NULL,
		.match = is ? folds->match : (struct mlv_cv_match){ 0 },
	};
	mlv_err err = mlv_record_write(results, &inputs, record);

	return err ? err : mlv_record_write_flat(results, flat);
}

mlv_err mlv_eval_store(const struct mlv_metrics_place *place, const char *name,
		       const struct mlv_buf *record, const struct mlv_buf *flat)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT, flat_path = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_eval_path(name, &path)) || (err = mlv_eval_flat_path(name, &flat_path)) ||
	    (err = mlv_metrics_place_store(place, flat_path.ptr, flat)))
		return err;
	return mlv_metrics_place_store(place, path.ptr, record);
}
