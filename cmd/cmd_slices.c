/* cmd_slices.c - mlv slices: the slices of an evaluation. */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd_slices.h"
#include "cmd/ui/table.h"
#include "core/base/sys.h"
#include "core/eval/metric.h"

void mlv_sliced_release(struct mlv_sliced *sliced)
{
	mlv_cases_release(&sliced->cases);
	mlv_eval_spec_release(&sliced->spec);
}

mlv_err mlv_sliced_load(struct mlv_run *run, const char *rev, const char *typed,
			struct mlv_sliced *sliced)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_record_release) struct mlv_record before = { 0 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	struct mlv_metrics_side side = { 0 };
	struct mlv_eval_ids ids;
	bool found = false;
	mlv_err err;

	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_metrics_side_init(&place, rev, &side)) ||
	    (err = mlv_eval_choose(&place, &side, typed, &names)))
		return err;
	if ((err = mlv_eval_spec_of(&place, &side, names.at[0], &sliced->spec)) ||
	    (err = mlv_eval_record(&place, &side, names.at[0], &before, &found)))
		return err;
	return mlv_eval_cases(&place, &side, &sliced->spec, found ? &before : NULL, &sliced->cases, &ids);
}

struct slices_args {
	const char *rev;
	bool markdown;
};

static const struct mlv_opt slices_opts[] = {
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct slices_args, rev), "<rev>", MLV_HINT_REV,
	  "of this revision instead of the work tree" },
	{ MLV_OPT_FLAG, 0, "md", offsetof(struct slices_args, markdown), NULL, MLV_HINT_NONE,
	  "write a Markdown table" },
	{ 0 },
};

/* How many rows each slice of a dimension has; of a rule also how many are not in it. */
static mlv_err count_rows(const struct mlv_dim *dim, size_t rows, uint64_t **out)
{
	if (!(*out = mlv_sys_alloc_array(mlv_dim_codes(dim) + 1, sizeof(**out))))
		return mlv_error_nomem("slices");
	for (size_t r = 0; r < rows; r++)
		(*out)[dim->code[r]]++;
	return NULL;
}

/* ---- ls */

static mlv_err add_slice(struct mlv_table *table, const struct mlv_cases *cases, const struct mlv_dim *dim,
			 size_t value, uint64_t rows)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf share = MLV_BUF_INIT;
	bool small = rows < cases->spec->min_n;
	mlv_err err = mlv_metric_format_number(&share, (double)rows / (double)cases->rows.count, 4);

	if (err || (err = mlv_table_cell(table, dim->values.at[value])) ||
	    (err = mlv_table_cell(table, dim->def->name)) || (err = mlv_table_count(table, rows)) ||
	    (err = mlv_table_cell(table, share.ptr)))
		return err;
	return mlv_table_cell(table, small && dim->def->critical ? "small, critical"
				     : small			 ? "small"
				     : dim->def->critical	 ? "critical"
								 : "");
}

static mlv_err list_dim(struct mlv_run *run, const struct mlv_cases *cases, const struct mlv_dim *dim,
			struct mlv_table *table)
{
	MLV_SCOPED(mlv_mem_free) uint64_t *rows = NULL;
	mlv_err err = count_rows(dim, cases->rows.count, &rows);

	for (size_t v = 0; v < dim->values.count && !err; v++) {
		mlv_out_object_begin(run->out, NULL);
		mlv_out_text(run->out, "slice", dim->values.at[v]);
		mlv_out_text(run->out, "by", dim->def->name);
		mlv_out_number(run->out, "n", rows[v]);
		mlv_out_bool(run->out, "small", rows[v] < cases->spec->min_n);
		mlv_out_bool(run->out, "critical", dim->def->critical);
		mlv_out_object_end(run->out);
		err = add_slice(table, cases, dim, v, rows[v]);
	}
	return err;
}

static mlv_err ls_run(struct mlv_run *run, const void *opaque, char **names)
{
	static const char *const headings[] = { "Slice", "By", "Rows", "Share", "" };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	MLV_SCOPED(mlv_sliced_release) struct mlv_sliced sliced = { 0 };
	const struct slices_args *args = opaque;
	mlv_err err;

	if ((err = mlv_sliced_load(run, args->rev, names[0], &sliced)) ||
	    (err = mlv_table_init(&table, MLV_COUNT(headings), 1U << 2, headings)))
		return err;
	mlv_out_array_begin(run->out, NULL);
	for (size_t d = 0; d < sliced.cases.dim_count && !err; d++)
		if (!sliced.cases.dims[d].def->hidden)
			err = list_dim(run, &sliced.cases, &sliced.cases.dims[d], &table);
	if (err)
		return err;
	mlv_out_array_end(run->out);
	mlv_table_print(&table, run->out, args->markdown);
	return NULL;
}

static const struct mlv_cmd slices_ls = {
	.name = "ls",
	.summary = "list the slices, and how many rows each has",
	.operands = "[<name>]",
	.max_operands = 1,
	.opts = slices_opts,
	.args_size = sizeof(struct slices_args),
	.run = ls_run,
};

/* ---- check */

struct checking {
	struct mlv_run *run;
	const struct mlv_cases *cases;
	uint64_t **rows; /* of each dimension; NULL: hidden */
	size_t found;    /* problems, not remarks */
};

static void say(struct checking *checking, bool problem, const char *kind, const char *slice, uint64_t n,
		const char *what)
{
	struct mlv_out *out = checking->run->out;

	checking->found += problem;
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "kind", kind);
	mlv_out_bool(out, "problem", problem);
	mlv_out_text(out, "slice", slice);
	mlv_out_number(out, "n", n);
	mlv_out_object_end(out);
	mlv_out_line(out, "%s %s: %s%s", problem ? "wrong" : "note ", kind, slice, what);
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* Bins without a row: the name of a bin is that of its edges. */
static mlv_err check_bins(struct checking *checking, const struct mlv_dim *dim)
{
	mlv_err err = NULL;

	for (size_t e = 0; e + 1 < dim->edge_count && !err; e++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;

		if ((err = mlv_buf_printf(&name, "%s=[", dim->def->name)) ||
		    (err = mlv_number_add(&name, dim->edges[e])) ||
		    (err = mlv_buf_add_char(&name, ',')) ||
		    (err = mlv_number_add(&name, dim->edges[e + 1])) ||
		    (err = mlv_buf_add_char(&name, ')')))
			return err;
		if (!mlv_strs_has(&dim->values, name.ptr))
			say(checking, true, "empty", name.ptr, 0, " has no rows");
	}
	return err;
}

static mlv_err check_dim(struct checking *checking, const struct mlv_dim *dim, const uint64_t *rows)
{
	char what[120];

	for (size_t v = 0; v < dim->values.count; v++) {
		const char *name = dim->values.at[v];

		if (rows[v] == checking->cases->rows.count)
			say(checking, true, "all", name, rows[v], " is all rows");
		if (ends_with(name, "=__missing__")) {
			snprintf(what, sizeof(what), ": rows without a value: %llu",
				 (unsigned long long)rows[v]);
			say(checking, false, "missing", name, rows[v], what);
		} else if (ends_with(name, "=__other__")) {
			snprintf(what, sizeof(what), ": values in it: %llu, rows: %llu",
				 (unsigned long long)dim->folded, (unsigned long long)rows[v]);
			say(checking, false, "other", name, rows[v], what);
		} else if (rows[v] < checking->cases->spec->min_n) {
			snprintf(what, sizeof(what), ": fewer rows than min_n, %llu: %llu",
				 (unsigned long long)checking->cases->spec->min_n,
				 (unsigned long long)rows[v]);
			say(checking, dim->def->critical, "small", name, rows[v], what);
		}
	}
	if (dim->def->rule && !dim->values.count)
		say(checking, true, "empty", dim->def->name, 0, " has no rows");
	return check_bins(checking, dim);
}

/* Slices of two dimensions that have the same rows: one of both says nothing more. */
static mlv_err check_pair(struct checking *checking, size_t a, size_t b)
{
	const struct mlv_dim *left = &checking->cases->dims[a], *right = &checking->cases->dims[b];
	MLV_SCOPED(mlv_mem_free) uint32_t *first =
		mlv_sys_alloc_array(mlv_dim_codes(left) + 1, sizeof(*first));
	MLV_SCOPED(mlv_mem_free) bool *several =
		mlv_sys_alloc_array(mlv_dim_codes(left) + 1, sizeof(*several));

	if (!first || !several)
		return mlv_error_nomem("slices");
	for (size_t r = 0; r < checking->cases->rows.count; r++) {
		uint32_t *in = &first[left->code[r]];

		several[left->code[r]] |= *in && *in != right->code[r] + 1;
		*in = right->code[r] + 1;
	}
	for (size_t v = 0; v < left->values.count; v++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf what = MLV_BUF_INIT;
		uint32_t other = first[v] ? first[v] - 1 : 0;
		mlv_err err;

		if (!first[v] || several[v] || other >= right->values.count ||
		    checking->rows[a][v] != checking->rows[b][other])
			continue;
		if ((err = mlv_buf_printf(&what, " and %s have the same %llu rows", right->values.at[other],
					  (unsigned long long)checking->rows[a][v])))
			return err;
		say(checking, false, "same", left->values.at[v], checking->rows[a][v], what.ptr);
	}
	return NULL;
}

static mlv_err check_dims(struct checking *checking)
{
	const struct mlv_cases *cases = checking->cases;
	mlv_err err = NULL;

	for (size_t d = 0; d < cases->dim_count && !err; d++)
		if (!cases->dims[d].def->hidden &&
		    !(err = count_rows(&cases->dims[d], cases->rows.count, &checking->rows[d])))
			err = check_dim(checking, &cases->dims[d], checking->rows[d]);
	/* A cross has the rows of a part of it wherever that lies in one of the other: that is no news. */
	for (size_t a = 0; a < cases->dim_count && !err; a++)
		for (size_t b = a + 1; b < cases->dim_count && !err; b++)
			if (checking->rows[a] && checking->rows[b] && !cases->dims[a].def->cross.count &&
			    !cases->dims[b].def->cross.count)
				err = check_pair(checking, a, b);
	return err;
}

static mlv_err check_run(struct mlv_run *run, const void *opaque, char **names)
{
	MLV_SCOPED(mlv_sliced_release) struct mlv_sliced sliced = { 0 };
	struct checking checking = { .run = run, .cases = &sliced.cases };
	const struct slices_args *args = opaque;
	mlv_err err = mlv_sliced_load(run, args->rev, names[0], &sliced);

	if (err)
		return err;
	if (!(checking.rows = mlv_sys_alloc_array(sliced.cases.dim_count + 1, sizeof(*checking.rows))))
		return mlv_error_nomem("slices");
	mlv_out_array_begin(run->out, NULL);
	err = check_dims(&checking);
	for (size_t d = 0; d < sliced.cases.dim_count; d++)
		mlv_mem_free(&checking.rows[d]);
	mlv_mem_free(&checking.rows);
	if (err)
		return err;
	mlv_out_array_end(run->out);
	return checking.found ? mlv_error(MLV_E_NO, "%s", "") : NULL;
}

static const struct mlv_opt check_opts[] = {
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct slices_args, rev), "<rev>", MLV_HINT_REV,
	  "of this revision instead of the work tree" },
	{ 0 },
};

static const struct mlv_cmd slices_check = {
	.name = "check",
	.summary = "look for slices that say nothing",
	.operands = "[<name>]",
	.max_operands = 1,
	.opts = check_opts,
	.args_size = sizeof(struct slices_args),
	.run = check_run,
};

static const struct mlv_cmd *const slices_subs[] = { &slices_ls, &slices_check, &mlv_cmd_slices_find, NULL };

const struct mlv_cmd mlv_cmd_slices = {
	.name = "slices",
	.summary = "list, check and find slices of an evaluation",
	.operands = "[<operand>...]",
	.subs = slices_subs,
};
