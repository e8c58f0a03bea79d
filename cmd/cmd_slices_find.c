/* cmd_slices_find.c - mlv slices find: where the errors are, and whether other rows say so. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd_slices.h"
#include "cmd/slices_rule.h"
#include "cmd/ui/value.h"
#include "cmd/ui/table.h"
#include "core/base/sys.h"
#include "core/eval/find.h"
#include "core/eval/metric.h"
#include "core/eval/mt19937.h"
#include "core/eval/test.h"
#include "core/repo/slices_edit.h"

struct find_args {
	const char *rev, *metric, *alpha;
	uint64_t levels, min_n, top, seed;
	bool no_holdout, write;
};

static const struct mlv_opt find_opts[] = {
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct find_args, rev), "<rev>", MLV_HINT_REV,
	  "of this revision instead of the work tree" },
	{ MLV_OPT_TEXT, 0, "metric", offsetof(struct find_args, metric), "<what>", MLV_HINT_NONE,
	  "error (default) or loss of a row" },
	{ MLV_OPT_COUNT, 0, "max-level", offsetof(struct find_args, levels), "<n>", MLV_HINT_NONE,
	  "most entries that a slice combines (default: 3)" },
	{ MLV_OPT_COUNT, 0, "min-n", offsetof(struct find_args, min_n), "<n>", MLV_HINT_NONE,
	  "rows that a slice must have (default: min_n)" },
	{ MLV_OPT_COUNT, 0, "top", offsetof(struct find_args, top), "<n>", MLV_HINT_NONE,
	  "how many slices (default: 10)" },
	{ MLV_OPT_TEXT, 0, "alpha", offsetof(struct find_args, alpha), "<share>", MLV_HINT_NONE,
	  "weight of the error against the rows (default: 0.95)" },
	{ MLV_OPT_FLAG, 0, "no-holdout", offsetof(struct find_args, no_holdout), NULL, MLV_HINT_NONE,
	  "search all rows, and test nothing" },
	{ MLV_OPT_COUNT, 0, "seed", offsetof(struct find_args, seed), "<n>", MLV_HINT_NONE,
	  "of the halves (default: 0)" },
	{ MLV_OPT_FLAG, 0, "write", offsetof(struct find_args, write), NULL, MLV_HINT_NONE,
	  "put what is confirmed into mlv.yaml, as rules" },
	{ 0 },
};

/* A found slice on the rows that it was not found on. */
struct tested {
	uint64_t rows, rest;
	double mean, rest_mean, square, rest_square; /* sums while they are counted */
	bool has_p;
	double p;
};

struct finding {
	struct mlv_run *run;
	const struct find_args *args;
	const struct mlv_cases *cases;
	struct mlv_find_plan plan;
	bool wants_loss;
	struct mlv_find_dim *dims;
	size_t *dim_of;    /* which dimension of the cases each is */
	size_t dim_count;
	double *error;
	uint32_t *order;   /* the rows: those searched, then the others */
	size_t searched;
	struct mlv_found *found;
	size_t found_count;
	struct tested *tested;
};

static void finding_release(struct finding *finding)
{
	free(finding->dims);
	free(finding->dim_of);
	free(finding->error);
	free(finding->order);
	free(finding->found);
	free(finding->tested);
}

static mlv_err parse_args(struct finding *finding)
{
	static const char *const metrics[] = { "error", "loss" };
	const struct find_args *args = finding->args;
	size_t metric = 0;
	mlv_err err = mlv_option_choice("--metric", args->metric, metrics, MLV_COUNT(metrics), &metric);

	if (err)
		return err;
	finding->wants_loss = metric == 1;
	finding->plan = (struct mlv_find_plan){
		.alpha = MLV_FIND_ALPHA, .levels = args->levels ? (size_t)args->levels : 3,
		.min_rows = args->min_n ? args->min_n : finding->cases->spec->min_n,
		.top = args->top ? (size_t)args->top : 10,
	};
	if (finding->plan.levels > MLV_FIND_LEVELS)
		return mlv_error(MLV_E_USAGE, "--max-level must be at most %d", MLV_FIND_LEVELS);
	if (finding->plan.top > 1000)
		return mlv_error(MLV_E_USAGE, "--top must be at most 1000");
	if (args->write && (args->rev || args->no_holdout))
		return mlv_error(MLV_E_USAGE, "--write is of what the work tree's other rows confirm: "
				 "neither --rev nor --no-holdout");
	if (args->seed > UINT32_MAX)
		return mlv_error(MLV_E_USAGE, "--seed must be at most %u", UINT32_MAX);
	return mlv_option_real("--alpha", args->alpha, 0.01, 1, &finding->plan.alpha);
}

/* What a row's error is the loss of; NULL: whether its class is wrong. */
static mlv_err choose_loss(const struct finding *finding, const struct mlv_measure **loss)
{
	const struct mlv_rows *rows = &finding->cases->rows;

	*loss = NULL;
	if (rows->task == MLV_TASK_REGRESSION) {
		*loss = mlv_measure_find(finding->wants_loss ? "mse" : "mae");
		return NULL;
	}
	if (!finding->wants_loss)
		return NULL;
	if (!rows->score)
		return mlv_error(MLV_E_SPEC, "'%s' has no scores that a loss could be of",
				 finding->cases->spec->name);
	for (size_t r = 0; r < rows->count; r++)
		if (!(rows->score[r] >= 0 && rows->score[r] <= 1))
			return mlv_error(MLV_E_SPEC, "'%s' has scores that are no probabilities",
					 finding->cases->spec->name);
	*loss = mlv_measure_find("log_loss");
	return NULL;
}

/* Each row's error, and the rows in two halves by chance. */
static mlv_err take_rows(struct finding *finding)
{
	const struct mlv_rows *rows = &finding->cases->rows;
	struct mlv_mt19937 random;
	const struct mlv_measure *loss;
	mlv_err err = choose_loss(finding, &loss);

	if (err)
		return err;
	finding->error = mlv_sys_alloc_array(rows->count + 1, sizeof(*finding->error));
	finding->order = mlv_sys_alloc_array(rows->count + 1, sizeof(*finding->order));
	if (!finding->error || !finding->order)
		return mlv_error_nomem("rows");
	for (size_t r = 0; r < rows->count; r++)
		finding->error[r] = loss ? mlv_measure_loss(loss, rows, r) : rows->truth[r] != rows->guess[r];
	mlv_mt19937_seed(&random, (uint32_t)finding->args->seed);
	mlv_mt19937_permute(&random, finding->order, rows->count);
	finding->searched = finding->args->no_holdout ? rows->count : rows->count / 2;
	return NULL;
}

/* Entries that may be combined: no crosses, which find does itself; no rules, which may be what it
 * found before; nor the label, which comes too late. */
static mlv_err take_dims(struct finding *finding)
{
	const struct mlv_cases *cases = finding->cases;

	finding->dims = mlv_sys_alloc_array(cases->dim_count + 1, sizeof(*finding->dims));
	finding->dim_of = mlv_sys_alloc_array(cases->dim_count + 1, sizeof(*finding->dim_of));
	if (!finding->dims || !finding->dim_of)
		return mlv_error_nomem("slices");
	for (size_t d = 0; d < cases->dim_count; d++) {
		const struct mlv_slice_def *def = cases->dims[d].def;

		if (def->hidden || def->cross.count || def->rule || mlv_slice_is_label(def))
			continue;
		finding->dim_of[finding->dim_count] = d;
		finding->dims[finding->dim_count++] =
			(struct mlv_find_dim){ cases->dims[d].code, cases->dims[d].values.count };
	}
	return finding->dim_count ? NULL
				  : mlv_error_hint(mlv_error(MLV_E_MISSING, "'%s' has no slices to combine",
							     cases->spec->name),
						   "name columns under 'slices', see mlv-eval(1)");
}

/* ---- the other half */

static bool is_in(const struct finding *finding, const struct mlv_found *slice, uint32_t row)
{
	for (size_t i = 0; i < slice->level; i++)
		if (finding->dims[slice->at[i].dim].code[row] != slice->at[i].value)
			return false;
	return true;
}

/* Whether the difference of the means can be luck: of shares, or by Welch's t. */
static void test_slice(const struct finding *finding, const struct mlv_found *slice, struct tested *to)
{
	const struct mlv_rows *rows = &finding->cases->rows;
	bool shares = rows->truth && !finding->wants_loss;
	double n, m, a, b;

	for (size_t i = finding->searched; i < rows->count; i++) {
		double error = finding->error[finding->order[i]];
		bool in = is_in(finding, slice, finding->order[i]);

		*(in ? &to->rows : &to->rest) += 1;
		*(in ? &to->mean : &to->rest_mean) += error;
		*(in ? &to->square : &to->rest_square) += error * error;
	}
	n = (double)to->rows;
	m = (double)to->rest;
	if (shares && to->rows && to->rest) {
		to->p = mlv_test_shares((uint64_t)to->mean, to->rows, (uint64_t)to->rest_mean, to->rest);
		to->has_p = true;
	}
	to->mean /= n;
	to->rest_mean /= m;
	if (shares || to->rows < 2 || to->rest < 2)
		return;
	a = fmax(0, to->square / n - to->mean * to->mean) / (n - 1);
	b = fmax(0, to->rest_square / m - to->rest_mean * to->rest_mean) / (m - 1);
	to->p = mlv_test_t(to->mean - to->rest_mean, sqrt(a + b),
			   a + b > 0 ? (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1)) : 1);
	to->has_p = true;
}

static mlv_err test_all(struct finding *finding)
{
	MLV_SCOPED(mlv_mem_free) double *p = mlv_sys_alloc_array(finding->found_count + 1, sizeof(*p));
	size_t count = 0;
	mlv_err err;

	finding->tested = mlv_sys_alloc_array(finding->found_count + 1, sizeof(*finding->tested));
	if (!finding->tested || !p)
		return mlv_error_nomem("slices");
	if (finding->args->no_holdout)
		return NULL;
	for (size_t i = 0; i < finding->found_count; i++) {
		test_slice(finding, &finding->found[i], &finding->tested[i]);
		if (finding->tested[i].has_p)
			p[count++] = finding->tested[i].p;
	}
	if ((err = mlv_adjust(MLV_ADJUST_HOLM, p, count)))
		return err;
	count = 0;
	for (size_t i = 0; i < finding->found_count; i++)
		if (finding->tested[i].has_p)
			finding->tested[i].p = p[count++];
	return NULL;
}

/* ---- telling */

static const struct mlv_dim *part_dim(const struct finding *finding, const struct mlv_found *slice, size_t i)
{
	return &finding->cases->dims[finding->dim_of[slice->at[i].dim]];
}

static mlv_err slice_name(const struct finding *finding, const struct mlv_found *slice, const char *between,
			  struct mlv_buf *to)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < slice->level && !err; i++)
		err = mlv_buf_printf(to, "%s%s", i ? between : "",
				     part_dim(finding, slice, i)->values.at[slice->at[i].value]);
	return err;
}

static const char *verdict(const struct finding *finding, const struct tested *of)
{
	if (finding->args->no_holdout)
		return "not tested";
	if (!of->has_p)
		return "too few rows";
	return of->mean > of->rest_mean && of->p < 1 - finding->cases->spec->level ? "confirmed"
										    : "may be luck";
}

static mlv_err cell(struct mlv_table *table, bool there, double number)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = there ? mlv_metric_format_number(&text, number, 4) : NULL;

	return err ? err : mlv_table_cell(table, there ? text.ptr : "-");
}

static void out_slice(const struct finding *finding, const char *name, size_t i)
{
	const struct mlv_found *found = &finding->found[i];
	const struct tested *of = &finding->tested[i];
	struct mlv_out *out = finding->run->out;

	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "slice", name);
	mlv_out_real(out, "score", found->score);
	mlv_out_number(out, "n", found->rows);
	mlv_out_real(out, "error", found->error / (double)found->rows);
	if (!finding->args->no_holdout) {
		mlv_out_number(out, "test_n", of->rows);
		mlv_out_real(out, "test_error", of->mean);
		mlv_out_real(out, "test_rest_error", of->rest_mean);
		mlv_out_real(out, "p_adjusted", of->has_p ? of->p : NAN);
	}
	mlv_out_text(out, "verdict", verdict(finding, of));
	mlv_out_object_end(out);
}

static mlv_err add_slice(const struct finding *finding, struct mlv_table *table, size_t i)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	const struct mlv_found *found = &finding->found[i];
	const struct tested *of = &finding->tested[i];
	mlv_err err;

	if ((err = slice_name(finding, found, " & ", &name)))
		return err;
	out_slice(finding, name.ptr, i);
	if ((err = mlv_table_cell(table, name.ptr)) || (err = cell(table, true, found->score)) ||
	    (err = cell(table, true, (double)found->rows)) ||
	    (err = cell(table, true, found->error / (double)found->rows)) ||
	    (err = cell(table, !finding->args->no_holdout, (double)of->rows)) ||
	    (err = cell(table, of->rows > 0, of->mean)) || (err = cell(table, of->rest > 0, of->rest_mean)) ||
	    (err = cell(table, of->has_p, of->p)))
		return err;
	return mlv_table_cell(table, verdict(finding, of));
}

static mlv_err tell(const struct finding *finding)
{
	static const char *const headings[] = { "Slice",     "Score",      "Rows",   "Error", "Test rows",
						"Test error", "Rest error", "p(adj)", "" };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	mlv_err err = mlv_table_init(&table, MLV_COUNT(headings), 1U << 2 | 1U << 4, headings);

	mlv_out_array_begin(finding->run->out, NULL);
	for (size_t i = 0; i < finding->found_count && !err; i++)
		err = add_slice(finding, &table, i);
	mlv_out_array_end(finding->run->out);
	if (err)
		return err;
	mlv_table_print(&table, finding->run->out, false);
	if (!finding->found_count)
		mlv_out_line(finding->run->out,
			     "no slice scores above 0 with --alpha %g; nearer to 1 it finds smaller ones",
			     finding->plan.alpha);
	return NULL;
}

/* ---- writing */

/* The rules of what is confirmed, and not a slice already. */
struct rules {
	struct mlv_strs names, wheres;
};

static void rules_release(struct rules *rules)
{
	mlv_strs_release(&rules->names);
	mlv_strs_release(&rules->wheres);
}

static bool is_slice(const struct mlv_cases *cases, const char *name)
{
	for (size_t d = 0; d < cases->dim_count; d++)
		if (strcmp(cases->dims[d].def->name, name) == 0 ||
		    (!cases->dims[d].def->hidden && mlv_strs_has(&cases->dims[d].values, name)))
			return true;
	return false;
}

/* "lang=de and device=web": a cross's slice has '&'. */
static mlv_err add_rule(const struct finding *finding, const struct mlv_found *found, struct rules *rules)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT, where = MLV_BUF_INIT;
	bool said = true;
	mlv_err err;

	if ((err = slice_name(finding, found, " and ", &name)))
		return err;
	for (size_t i = 0; i < found->level && !err && said; i++) {
		if (i)
			err = mlv_buf_add_str(&where, " and ");
		if (!err)
			err = mlv_slices_add_rule(part_dim(finding, found, i), found->at[i].value, &where,
						  &said);
	}
	if (err)
		return err;
	if (!said) {
		mlv_tell_warning(finding->run->ctx, "%s: not written, no expression says it", name.ptr);
		return NULL;
	}
	if (is_slice(finding->cases, name.ptr) || mlv_strs_has(&rules->names, name.ptr))
		return NULL;
	err = mlv_strs_add(&rules->names, name.ptr);
	return err ? err : mlv_strs_add(&rules->wheres, where.ptr);
}

static mlv_err write_rules(const struct finding *finding)
{
	MLV_SCOPED(rules_release) struct rules rules = { { 0 }, { 0 } };
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_METRICS_MAX);
	struct mlv_ctx *ctx = finding->run->ctx;
	const struct mlv_metrics_side side = { 0 };
	bool found = false;
	mlv_err err = NULL;

	for (size_t i = 0; i < finding->found_count && !err; i++)
		if (strcmp(verdict(finding, &finding->tested[i]), "confirmed") == 0)
			err = add_rule(finding, &finding->found[i], &rules);
	if (err || !rules.names.count)
		return err;
	if ((err = mlv_metrics_place_open(&place, ctx, ctx->cwd)) ||
	    (err = mlv_metrics_version(&place, &side, "mlv.yaml", &text, &found)) ||
	    (err = mlv_slices_put("mlv.yaml", &text, &rules.names, &rules.wheres)) ||
	    (err = mlv_metrics_place_write(&place, place.root_fd, "mlv.yaml", &text)))
		return err;
	mlv_out_line(finding->run->out, "mlv.yaml: %zu rule%s added to 'slices'", rules.names.count,
		     rules.names.count == 1 ? "" : "s");
	return NULL;
}

static mlv_err find_run(struct mlv_run *run, const void *args, char **names)
{
	MLV_SCOPED(mlv_sliced_release) struct mlv_sliced sliced = { 0 };
	MLV_SCOPED(finding_release) struct finding finding = { .run = run, .args = args,
							       .cases = &sliced.cases };
	mlv_err err;

	if ((err = mlv_sliced_load(run, finding.args->rev, names[0], &sliced)) ||
	    (err = parse_args(&finding)) || (err = take_rows(&finding)) || (err = take_dims(&finding)))
		return err;
	if (!(finding.found = mlv_sys_alloc_array(finding.plan.top, sizeof(*finding.found))))
		return mlv_error_nomem("slices");
	mlv_tell_begin(run->ctx, "searching", 0, 0);
	if ((err = mlv_find_slices(run->ctx, finding.dims, finding.dim_count, finding.error, finding.order,
				   finding.searched, &finding.plan, finding.found, &finding.found_count)) ||
	    (err = test_all(&finding)))
		return err;
	mlv_tell_end(run->ctx);
	if ((err = tell(&finding)) || !finding.args->write)
		return err;
	return write_rules(&finding);
}

const struct mlv_cmd mlv_cmd_slices_find = {
	.name = "find",
	.summary = "search for slices where the errors are",
	.operands = "[<name>]",
	.max_operands = 1,
	.opts = find_opts,
	.args_size = sizeof(struct find_args),
	.run = find_run,
};
