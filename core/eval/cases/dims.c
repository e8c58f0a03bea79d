/* Dimensions: which slice each row is in. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/real.h"
#include "core/base/sys.h"
#include "core/eval/cases/parts.h"

#define CROSS_MAX ((size_t)1 << 22) /* combinations that a cross may have */
#define MISSING   "__missing__"
#define OTHER     "__other__"
#define NOWHERE   UINT32_MAX
#define FEW_EDGES 8 /* of bins */

void mlv_dim_release(struct mlv_dim *dim)
{
	free(dim->code);
	free(dim->edges);
	free(dim->rows);
	mlv_strs_release(&dim->values);
	*dim = (struct mlv_dim){ 0 };
}

mlv_err mlv_number_add(struct mlv_buf *to, double number)
{
	char digits[MLV_REAL_TEXT];

	mlv_real_write(number, 15, digits);
	return mlv_buf_add_str(to, digits);
}

/* A value as names have it: what is no plain text, and a backslash, as an escape. */
static mlv_err add_value(struct mlv_buf *to, const char *text)
{
	size_t len = strlen(text);
	mlv_err err = NULL;

	for (size_t i = 0; i < len && !err;) {
		size_t step = mlv_text_char((const unsigned char *)text + i, len - i);

		if (text[i] == '\\')
			err = mlv_buf_add_str(to, "\\\\");
		else if (!step || !mlv_text_is_plain(text + i, step))
			err = mlv_buf_printf(to, "\\x%02x", (unsigned)(unsigned char)text[i]);
		else
			err = mlv_buf_add(to, text + i, step);
		i += step && mlv_text_is_plain(text + i, step) ? step : 1;
	}
	return err;
}

mlv_err mlv_dim_add_name(struct mlv_dim *dim, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	mlv_err err = add_value(&shown, name);

	return err ? err : mlv_strs_add(&dim->values, shown.ptr);
}

/* A raw value of a dimension: how many rows have it, and how it is called. */
struct value {
	const char *name; /* without the dimension's */
	uint64_t rows;
	uint32_t code;
};

static int by_rows(const void *a, const void *b)
{
	const struct value *left = a, *right = b;

	if (left->rows != right->rows)
		return left->rows > right->rows ? -1 : 1;
	return strcmp(left->name, right->name);
}

static bool is_special(const char *name)
{
	return strcmp(name, MISSING) == 0 || strcmp(name, OTHER) == 0;
}

static mlv_err name_slice(const struct mlv_dim *dim, const char *value, struct mlv_buf *name)
{
	mlv_err err;

	mlv_buf_clear(name);
	if (dim->def->cross.count && !is_special(value)) /* a name already: "race=a & sex=b" */
		return mlv_buf_add_str(name, value);
	if ((err = add_value(name, dim->def->name)) || (err = mlv_buf_add_char(name, '=')))
		return err;
	return mlv_buf_add_str(name, value);
}

/* Which values get slices of their own. */
struct choosing {
	struct mlv_dim *dim;
	struct mlv_words known; /* slices that an earlier record has */
	bool all;               /* it has none of others together */
	size_t taken;           /* so many others got slices */
	struct mlv_buf name;    /* of the slice at hand */
};

static void choosing_release(struct choosing *choosing)
{
	mlv_words_release(&choosing->known);
	mlv_buf_release(&choosing->name);
}

static mlv_err learn(const struct mlv_frozen *frozen, struct choosing *choosing)
{
	const struct mlv_record *record = frozen ? frozen->record : NULL;
	const struct mlv_record_dim *dim = record ? mlv_record_find_dim(record, frozen->name) : NULL;
	uint32_t code;
	mlv_err err = NULL;

	choosing->all = true;
	for (size_t s = 0; record && s < record->slice_count && !err; s++)
		if (record->slices[s].dim && strcmp(record->slices[s].dim, frozen->name) == 0)
			err = mlv_words_add(&choosing->known, record->slices[s].name,
					    strlen(record->slices[s].name), &code);
	for (size_t v = 0; dim && v < dim->values.count && !err; v++)
		err = mlv_words_add(&choosing->known, dim->values.at[v], strlen(dim->values.at[v]), &code);
	if (err || !record || (err = name_slice(choosing->dim, OTHER, &choosing->name)))
		return err;
	choosing->all = !mlv_words_find(&choosing->known, choosing->name.ptr, &code);
	return NULL;
}

/* Set choosing->name: that of a value, or of the one of the record that it is, written otherwise: 1.0. */
static mlv_err find_name(struct choosing *choosing, const char *value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf class = MLV_BUF_INIT, name = MLV_BUF_INIT;
	uint32_t code;
	mlv_err err = name_slice(choosing->dim, value, &choosing->name);

	if (err || !choosing->known.count || mlv_words_find(&choosing->known, choosing->name.ptr, &code))
		return err;
	if ((err = mlv_class_add(&class, value)) || strcmp(class.ptr, value) == 0 ||
	    (err = name_slice(choosing->dim, class.ptr, &name)))
		return err;
	return mlv_words_find(&choosing->known, name.ptr, &code)
		       ? name_slice(choosing->dim, class.ptr, &choosing->name)
		       : NULL;
}

static uint32_t slice_called(const struct mlv_dim *dim, const char *name)
{
	uint32_t slice = 0;

	while (slice < dim->values.count && strcmp(dim->values.at[slice], name) != 0)
		slice++;
	return slice;
}

/* Whether a value gets a slice; choosing->name is its name. */
static bool is_chosen(struct choosing *choosing, const char *value)
{
	uint32_t code;

	if (strcmp(value, OTHER) == 0)
		return false;
	if (is_special(value) || mlv_words_find(&choosing->known, choosing->name.ptr, &code))
		return true;
	return choosing->all && choosing->taken++ < choosing->dim->def->top;
}

/* The most frequent values get a slice each, in this order; the rest one together. */
static mlv_err choose(struct choosing *choosing, struct value *values, size_t count, uint32_t *slice_of)
{
	struct mlv_dim *dim = choosing->dim;
	uint32_t other = NOWHERE;
	mlv_err err;

	qsort(values, count, sizeof(*values), by_rows);
	for (size_t v = 0; v < count && values[v].rows; v++) {
		if ((err = find_name(choosing, values[v].name)))
			return err;
		if (is_chosen(choosing, values[v].name)) {
			slice_of[values[v].code] = choosing->known.count
							   ? slice_called(dim, choosing->name.ptr)
							   : (uint32_t)dim->values.count;
			if (slice_of[values[v].code] == dim->values.count &&
			    (err = mlv_strs_add(&dim->values, choosing->name.ptr)))
				return err;
			continue;
		}
		if (other == NOWHERE) {
			other = (uint32_t)dim->values.count;
			if ((err = name_slice(dim, OTHER, &choosing->name)) ||
			    (err = mlv_strs_add(&dim->values, choosing->name.ptr)))
				return err;
		}
		slice_of[values[v].code] = other;
		dim->folded++;
	}
	return NULL;
}

/* From raw codes, with names of them, to slices. */
static mlv_err finish(struct mlv_dim *dim, const struct mlv_strs *names, size_t rows,
		      const struct mlv_frozen *frozen)
{
	size_t count = names->count ? names->count : 1;
	MLV_SCOPED(mlv_mem_free) struct value *values = mlv_sys_alloc_array(count, sizeof(*values));
	MLV_SCOPED(mlv_mem_free) uint32_t *slice_of = mlv_sys_alloc_array(count, sizeof(*slice_of));
	MLV_SCOPED(choosing_release) struct choosing choosing = {
		.dim = dim, .known = { .bytes = MLV_BUF_INIT }, .name = MLV_BUF_INIT,
	};
	mlv_err err;

	if (!values || !slice_of)
		return mlv_error_nomem("slices");
	for (uint32_t v = 0; v < names->count; v++)
		values[v] = (struct value){ names->at[v], 0, v };
	for (size_t r = 0; r < rows; r++)
		values[dim->code[r]].rows++;
	if ((err = learn(frozen, &choosing)) || (err = choose(&choosing, values, names->count, slice_of)))
		return err;
	for (size_t r = 0; r < rows; r++)
		dim->code[r] = slice_of[dim->code[r]];
	return NULL;
}

static mlv_err alloc_codes(struct mlv_dim *dim, size_t rows)
{
	dim->code = mlv_sys_alloc_array(rows ? rows : 1, sizeof(*dim->code));
	return dim->code ? NULL : mlv_error_nomem("slices");
}

mlv_err mlv_dim_by_text(struct mlv_dim *dim, struct mlv_column *column,
			const uint32_t *place, size_t rows, const struct mlv_frozen *frozen)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err = place ? alloc_codes(dim, rows) : NULL;

	for (uint32_t w = 0; w < column->words.count && !err; w++) {
		const char *word = mlv_words_at(&column->words, w);

		mlv_buf_clear(&name);
		err = *word ? add_value(&name, word) : mlv_buf_add_str(&name, MISSING);
		if (!err)
			err = mlv_strs_add(&names, name.ptr);
	}
	if (err)
		return err;
	if (!place)
		dim->code = MLV_TAKE(column->code);
	for (size_t r = 0; place && r < rows; r++)
		dim->code[r] = column->code[place[r]];
	return finish(dim, &names, rows, frozen);
}

mlv_err mlv_dim_by_class(struct mlv_dim *dim, const struct mlv_cases *cases,
			 const struct mlv_frozen *frozen)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err = alloc_codes(dim, cases->rows.count);

	for (size_t k = 0; k < cases->classes.count && !err; k++) {
		mlv_buf_clear(&name);
		if (!(err = add_value(&name, cases->classes.at[k])))
			err = mlv_strs_add(&names, name.ptr);
	}
	if (err)
		return err;
	if (cases->rows.count)
		memcpy(dim->code, cases->truth, cases->rows.count * sizeof(*dim->code));
	return finish(dim, &names, cases->rows.count, frozen);
}

/* ---- bins */

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

/* Edges that give each bin as many rows: values of the column, so that they are exact. */
static mlv_err cut_quantiles(struct mlv_dim *dim, const double *number, const uint32_t *place,
			     size_t rows)
{
	MLV_SCOPED(mlv_mem_free) double *sorted = mlv_sys_alloc_array(rows ? rows : 1, sizeof(*sorted));
	size_t count = 0, parts = dim->def->quantiles;

	if (!sorted || !(dim->edges = mlv_sys_alloc_array(parts + 1, sizeof(*dim->edges))))
		return mlv_error_nomem("bins");
	for (size_t r = 0; r < rows; r++) {
		double value = number[place ? place[r] : r] + 0.0; /* -0 is 0 */

		if (!isnan(value))
			sorted[count++] = value;
	}
	if (count)
		qsort(sorted, count, sizeof(*sorted), by_size);
	dim->edges[dim->edge_count++] = -HUGE_VAL;
	for (size_t i = 1; i < parts && count; i++) {
		double edge = sorted[i * count / parts];

		if (edge > dim->edges[dim->edge_count - 1])
			dim->edges[dim->edge_count++] = edge;
	}
	dim->edges[dim->edge_count++] = HUGE_VAL;
	return NULL;
}

static mlv_err copy_edges(struct mlv_dim *dim, const double *edges, size_t count)
{
	if (!(dim->edges = mlv_sys_alloc_array(count, sizeof(*dim->edges))))
		return mlv_error_nomem("bins");
	memcpy(dim->edges, edges, count * sizeof(*dim->edges));
	dim->edge_count = count;
	return NULL;
}

/* How many of the edges are at or below value. */
static size_t edges_below(const double *edges, size_t count, double value)
{
	size_t low = 0, high = count;

	/* Few are all compared, which takes less than to guess which way to go. */
	for (size_t e = 0; count <= FEW_EDGES && e < count; e++)
		low += edges[e] <= value;
	while (count > FEW_EDGES && low < high) {
		size_t middle = (low + high) / 2;

		if (edges[middle] <= value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* 0: below the first edge; i: in [edge i-1, edge i); count: from the last edge on; count + 1: missing. */
static uint32_t bin_of(const struct mlv_dim *dim, double value)
{
	size_t count = dim->edge_count, low = edges_below(dim->edges, count, value);

	if (isnan(value))
		return (uint32_t)count + 1;
	/* An edge at infinity closes the bin before it. */
	return (uint32_t)(low == count && isinf(dim->edges[low - 1]) ? low - 1 : low);
}

static mlv_err name_bins(const struct mlv_dim *dim, struct mlv_strs *names)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err = NULL;

	for (size_t i = 0; i <= dim->edge_count && !err; i++) {
		mlv_buf_clear(&name);
		if ((err = mlv_buf_add_char(&name, '[')) ||
		    (err = mlv_number_add(&name, i ? dim->edges[i - 1] : -HUGE_VAL)) ||
		    (err = mlv_buf_add_char(&name, ',')) ||
		    (err = mlv_number_add(&name, i < dim->edge_count ? dim->edges[i] : HUGE_VAL)) ||
		    (err = mlv_buf_add_char(&name, ')')))
			return err;
		err = mlv_strs_add(names, name.ptr);
	}
	return err ? err : mlv_strs_add(names, MISSING);
}

mlv_err mlv_dim_by_number(struct mlv_dim *dim, const double *number, const uint32_t *place,
			  size_t rows, const struct mlv_frozen *frozen)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	const struct mlv_slice_def *def = dim->def;
	mlv_err err = alloc_codes(dim, rows);

	if (err)
		return err;
	if (def->edge_count)
		err = copy_edges(dim, def->edges, def->edge_count);
	else if (frozen && frozen->edges)
		err = copy_edges(dim, frozen->edges, frozen->count);
	else
		err = cut_quantiles(dim, number, place, rows);
	if (err || (err = name_bins(dim, &names)))
		return err;
	for (size_t r = 0; r < rows; r++)
		dim->code[r] = bin_of(dim, number[place ? place[r] : r]);
	return finish(dim, &names, rows, frozen);
}

/* ---- crosses */

static mlv_err name_combination(const struct mlv_dim *const *others, size_t count, size_t code,
				struct mlv_strs *names)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	size_t parts[4];
	mlv_err err = NULL;

	for (size_t d = count; d-- > 0; code /= others[d]->values.count)
		parts[d] = code % others[d]->values.count;
	for (size_t d = 0; d < count && !err; d++)
		err = mlv_buf_printf(&name, "%s%s", d ? " & " : "", others[d]->values.at[parts[d]]);
	return err ? err : mlv_strs_add(names, name.ptr);
}

/* Number the combinations that occur, in the order of their first row. */
static mlv_err number_combinations(struct mlv_dim *dim, const struct mlv_dim *const *others,
				   size_t count, size_t rows, size_t combinations,
				   struct mlv_strs *names)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *number = mlv_sys_alloc_array(combinations, sizeof(*number));
	mlv_err err;

	if (!number)
		return mlv_error_nomem("slices");
	for (size_t r = 0; r < rows; r++) {
		size_t code = 0;

		for (size_t d = 0; d < count; d++)
			code = code * others[d]->values.count + others[d]->code[r];
		if (!number[code]) {
			if ((err = name_combination(others, count, code, names)))
				return err;
			number[code] = (uint32_t)names->count;
		}
		dim->code[r] = number[code] - 1;
	}
	return NULL;
}

mlv_err mlv_dim_by_cross(struct mlv_dim *dim, const struct mlv_dim *const *others, size_t count,
			 size_t rows, const struct mlv_frozen *frozen)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	size_t combinations = 1;
	mlv_err err = alloc_codes(dim, rows);

	for (size_t d = 0; d < count && !err; d++) {
		combinations *= others[d]->values.count ? others[d]->values.count : 1;
		if (combinations > CROSS_MAX)
			return mlv_error_hint(mlv_error(MLV_E_SPEC,
							"mlv.yaml:%u: the cross '%s' has too many slices",
							dim->def->line, dim->def->name),
					      "give what it crosses a smaller 'top'");
	}
	if (err || (err = number_combinations(dim, others, count, rows, combinations, &names)))
		return err;
	return finish(dim, &names, rows, frozen);
}

size_t mlv_dim_codes(const struct mlv_dim *dim)
{
	return dim->def->rule ? 2 : dim->values.count;
}
