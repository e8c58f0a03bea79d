#include "cmd/record/versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ui/out.h"
#include "cmd/ui/table.h"
#include "core/base/sys.h"
#include "core/eval/metric.h"
#include "core/repo/eval_side.h"
#include "core/repo/glob.h"

/* Versions of an evaluation, and of each row of the first one which of them are right. */
struct versions {
	const struct mlv_metrics_side *sides;
	size_t count;
	struct mlv_eval_side loaded[MLV_VERSIONS_MAX];
	struct mlv_pairs pairs[MLV_VERSIONS_MAX]; /* of the first one and each other */
	const struct mlv_glob *glob; /* slices that are shown; NULL: all */
	double level;
	uint32_t *pattern, *seen; /* bits of those that are right; versions that have the row */
};

static void versions_release(struct versions *versions)
{
	for (size_t v = 0; v < versions->count; v++) {
		mlv_pairs_release(&versions->pairs[v]);
		mlv_eval_side_release(&versions->loaded[v]);
	}
	free(versions->pattern);
	free(versions->seen);
}

/* All rows, or those of a slice. */
struct line {
	const char *slice; /* NULL: all */
	uint64_t rows[1U << MLV_VERSIONS_MAX], n;
	struct mlv_cochran found;
	double adjusted;
	bool small;
};

static mlv_err MLV_CHECK no_test(const char *name, const struct mlv_eval_side *side)
{
	const char *why = side->cases.weight  ? "have weights"
			  : side->cases.group ? "come in groups"
					      : "are numbers";

	return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: more than two revisions are held against each "
					"other by Cochran's test, of independent rows that are right or "
					"wrong: these %s", name, why),
			      "two at a time: mlv metrics diff A B");
}

static mlv_err load(struct mlv_metrics_place *place, const char *name, struct versions *versions)
{
	for (size_t v = 0; v < versions->count; v++) {
		struct mlv_eval_side *side = &versions->loaded[v];
		const char *rev = mlv_metrics_side_name(&versions->sides[v]);
		mlv_err err = mlv_eval_side_load(place, &versions->sides[v], name, true, side);

		if (err)
			return err;
		if (!side->found || !side->has_cases)
			return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: %s in %s", name,
							side->found ? "its predictions are not there"
								    : "there is no record", rev),
					      "of two revisions records are enough: mlv metrics diff A B");
		if (side->spec.task == MLV_TASK_REGRESSION || side->cases.weight || side->cases.group)
			return no_test(name, side);
	}
	return NULL;
}

static void take_pairs(struct versions *versions, size_t v)
{
	const struct mlv_pairs *pairs = &versions->pairs[v];

	for (size_t p = 0; p < pairs->count; p++) {
		uint32_t old = pairs->old_row[p], now = pairs->new_row[p];

		versions->seen[old]++;
		if (pairs->rows[0].truth[old] == pairs->rows[0].guess[old])
			versions->pattern[old] |= 1;
		if (pairs->rows[1].truth[now] == pairs->rows[1].guess[now])
			versions->pattern[old] |= 1U << v;
	}
}

static mlv_err match(const char *name, struct versions *versions)
{
	size_t rows = versions->loaded[0].cases.rows.count;
	mlv_err err;

	versions->pattern = mlv_sys_alloc_array(rows + 1, sizeof(*versions->pattern));
	versions->seen = mlv_sys_alloc_array(rows + 1, sizeof(*versions->seen));
	if (!versions->pattern || !versions->seen)
		return mlv_error_nomem("rows");
	for (size_t v = 1; v < versions->count; v++) {
		bool possible;

		if ((err = mlv_pairs_make(&versions->loaded[0].cases, &versions->loaded[v].cases,
					  &versions->pairs[v], &possible)))
			return err;
		if (!possible)
			return mlv_error(MLV_E_SPEC, "%s: the rows of %s and of %s are not the same", name,
					 mlv_metrics_side_name(&versions->sides[0]),
					 mlv_metrics_side_name(&versions->sides[v]));
		take_pairs(versions, v);
	}
	return NULL;
}

/* ---- counting */

static size_t count_lines(const struct mlv_cases *cases)
{
	size_t count = 1;

	for (size_t d = 0; d < cases->dim_count; d++)
		count += cases->dims[d].def->hidden ? 0 : cases->dims[d].values.count;
	return count;
}

/* Rows that all versions have, with the same label; slices are those of the first. */
static void count_rows(const struct versions *versions, struct line *lines)
{
	const struct mlv_cases *cases = &versions->loaded[0].cases;
	struct line *line = lines + 1;

	for (size_t r = 0; r < cases->rows.count; r++)
		if (versions->seen[r] == versions->count - 1)
			lines[0].rows[versions->pattern[r]]++;
	for (size_t d = 0; d < cases->dim_count; d++) {
		const struct mlv_dim *dim = &cases->dims[d];

		if (dim->def->hidden)
			continue;
		for (size_t v = 0; v < dim->values.count; v++)
			line[v].slice = dim->values.at[v];
		for (size_t r = 0; r < cases->rows.count; r++)
			if (versions->seen[r] == versions->count - 1 && dim->code[r] < dim->values.count)
				line[dim->code[r]].rows[versions->pattern[r]]++;
		line += dim->values.count;
	}
}

/* Of slices that are not small all are adjusted together. */
static mlv_err test_lines(const struct versions *versions, enum mlv_adjust adjust, uint64_t min_n,
			  struct line *lines, size_t count)
{
	MLV_SCOPED(mlv_mem_free) double *p = mlv_sys_alloc_array(count + 1, sizeof(*p));
	size_t tested = 0;
	mlv_err err;

	if (!p)
		return mlv_error_nomem("p-values");
	for (size_t i = 0; i < count; i++) {
		for (size_t pattern = 0; pattern < (size_t)1 << versions->count; pattern++)
			lines[i].n += lines[i].rows[pattern];
		lines[i].found = mlv_test_cochran(lines[i].rows, versions->count);
		lines[i].small = i && lines[i].n < min_n;
		if (i && !lines[i].small)
			p[tested++] = lines[i].found.p;
	}
	if ((err = mlv_adjust(adjust, p, tested)))
		return err;
	tested = 0;
	for (size_t i = 1; i < count; i++)
		if (!lines[i].small)
			lines[i].adjusted = p[tested++];
	return NULL;
}

static double accuracy(const struct line *line, size_t version)
{
	uint64_t right = 0;

	for (size_t pattern = 0; pattern < MLV_COUNT(line->rows); pattern++)
		right += pattern >> version & 1 ? line->rows[pattern] : 0;
	return (double)right / (double)line->n;
}

/* ---- output */

static bool is_shown(const struct versions *versions, const struct line *line)
{
	return line->n && (!line->slice || !versions->glob ||
			   mlv_glob_match(versions->glob, line->slice, strlen(line->slice)));
}

static const char *verdict(const struct line *line, double level)
{
	double p = line->slice ? line->adjusted : line->found.p;

	return line->small ? "not judged" : p < 1 - level ? "not all alike" : "no clear difference";
}

static mlv_err number_cell(struct mlv_table *table, double number, int digits)
{
	char text[40];

	snprintf(text, sizeof(text), "%.*g", digits, number);
	return mlv_table_cell(table, text);
}

static mlv_err add_row(struct mlv_table *table, const struct versions *versions, const struct line *line,
		       unsigned precision)
{
	mlv_err err;

	if ((err = mlv_table_cell(table, line->slice ? line->slice : "overall")) ||
	    (err = mlv_table_count(table, line->n)))
		return err;
	for (size_t v = 0; v < versions->count; v++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

		if ((err = mlv_metric_format_number(&text, accuracy(line, v), precision)) ||
		    (err = mlv_table_cell(table, text.ptr)))
			return err;
	}
	if ((err = number_cell(table, line->found.q, 4)) ||
	    (err = number_cell(table, line->found.p, 2)) ||
	    (err = line->slice && !line->small ? number_cell(table, line->adjusted, 2)
					       : mlv_table_cell(table, "")))
		return err;
	return mlv_table_cell(table, verdict(line, versions->level));
}

static mlv_err print_table(struct mlv_run *run, const char *name, const struct versions *versions,
			   const struct line *lines, size_t count,
			   const struct mlv_record_diff_options *options)
{
	const char *headings[MLV_VERSIONS_MAX + 6] = { "Slice", "Rows" };
	static const char *const last[] = { "Q", "p", "p adj", "Verdict" };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	mlv_err err;

	for (size_t v = 0; v < versions->count; v++)
		headings[2 + v] = mlv_metrics_side_name(&versions->sides[v]);
	memcpy(headings + 2 + versions->count, last, sizeof(last));
	mlv_out_line(run->out, "%s%s: accuracy of the same rows, by Cochran's Q",
		     options->markdown ? "### " : "", name);
	mlv_out_raw(run->out, options->markdown ? "\n" : "");
	err = mlv_table_init(&table, versions->count + 6, 1U << 1, headings);
	for (size_t i = 0; i < count && !err; i++)
		if (is_shown(versions, &lines[i]))
			err = add_row(&table, versions, &lines[i], options->precision);
	if (!err)
		mlv_table_print(&table, run->out, options->markdown);
	return err;
}

static void out_line(struct mlv_out *out, const struct versions *versions, const struct line *line)
{
	mlv_out_number(out, "rows", line->n);
	mlv_out_array_begin(out, "accuracy");
	for (size_t v = 0; v < versions->count; v++)
		mlv_out_real(out, NULL, accuracy(line, v));
	mlv_out_array_end(out);
	mlv_out_real(out, "q", line->found.q);
	mlv_out_real(out, "p", line->found.p);
	if (line->slice && !line->small)
		mlv_out_real(out, "p_adjusted", line->adjusted);
	mlv_out_text(out, "verdict", verdict(line, versions->level));
}

static void out_json(struct mlv_out *out, const char *path, const struct versions *versions,
		     const struct line *lines, size_t count)
{
	mlv_out_object_begin(out, path);
	mlv_out_array_begin(out, "versions");
	for (size_t v = 0; v < versions->count; v++)
		mlv_out_text(out, NULL, mlv_metrics_side_name(&versions->sides[v]));
	mlv_out_array_end(out);
	out_line(out, versions, &lines[0]);
	mlv_out_object_begin(out, "slices");
	for (size_t i = 1; i < count; i++) {
		if (!is_shown(versions, &lines[i]))
			continue;
		mlv_out_object_begin(out, lines[i].slice);
		out_line(out, versions, &lines[i]);
		mlv_out_object_end(out);
	}
	mlv_out_object_end(out);
	mlv_out_object_end(out);
}

mlv_err mlv_record_versions_print(struct mlv_run *run, struct mlv_metrics_place *place,
				  const struct mlv_metrics_side *sides, size_t count, const char *name,
				  const struct mlv_record_diff_how *how,
				  const struct mlv_record_diff_options *options)
{
	MLV_SCOPED(versions_release) struct versions versions = { .sides = sides, .count = count };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_mem_free) struct line *lines = NULL;
	MLV_SCOPED(mlv_glob_release) struct mlv_glob glob = { 0 };
	const struct mlv_cases *cases = &versions.loaded[0].cases;
	size_t line_count;
	mlv_err err;

	if (options->slices &&
	    (err = mlv_glob_compile(&glob, options->slices, strlen(options->slices), false)))
		return err;
	versions.glob = options->slices ? &glob : NULL;
	if ((err = mlv_eval_path(name, &path)) || (err = load(place, name, &versions)) ||
	    (err = match(name, &versions)))
		return err;
	versions.level = how->level > 0 ? how->level : versions.loaded[0].record.level;
	line_count = count_lines(cases);
	if (!(lines = mlv_sys_alloc_array(line_count, sizeof(*lines))))
		return mlv_error_nomem("slices");
	count_rows(&versions, lines);
	if ((err = test_lines(&versions, how->adjust, how->min_n ? how->min_n : cases->spec->min_n, lines,
			      line_count)))
		return err;
	if (!lines[0].n)
		return mlv_error(MLV_E_SPEC, "%s: no row is in all %zu versions", name, count);
	if (run->json) {
		out_json(run->out, path.ptr, &versions, lines, line_count);
		return NULL;
	}
	return print_table(run, name, &versions, lines, line_count, options);
}
