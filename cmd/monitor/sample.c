/* Samples of columns: made, written, read and compared. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/monitor/parts.h"
#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/eval/drift.h"

#define POINTS   1001 /* of a numeric feature that are kept */
#define BINS     10   /* of a numeric feature, by the reference's deciles */
#define DISTINCT 10   /* so few numbers are names */
#define NAMES                                                                                      \
	1000 /* different texts that are kept, the most frequent not sought: those that come first \
	      */

void mlv_sample_release(struct mlv_sample *sample)
{
	free(sample->values);
	free(sample->counts);
	mlv_strs_release(&sample->names);
	*sample = (struct mlv_sample){ 0 };
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

/* Whether all words are numbers, or missing. */
static bool all_numbers(const struct mlv_words *words)
{
	double number;

	for (uint32_t w = 0; w < words->count; w++) {
		const char *word = mlv_words_at(words, w);

		if (*word && !mlv_number_parse(word, strlen(word), &number))
			return false;
	}
	return words->count > DISTINCT;
}

static mlv_err take_numbers(const struct mlv_column *column, size_t rows, struct mlv_sample *sample)
{
	sample->values = mlv_sys_alloc_array(rows + 1, sizeof(*sample->values));
	if (!sample->values)
		return mlv_error_nomem("a feature");
	for (size_t r = 0; r < rows; r++) {
		const char *word = mlv_words_at(&column->words, column->code[r]);
		double number;

		if (*word && mlv_number_parse(word, strlen(word), &number) && !isnan(number))
			sample->values[sample->count++] = number;
	}
	if (sample->count)
		qsort(sample->values, sample->count, sizeof(*sample->values), by_size);
	sample->rows = sample->count;
	return NULL;
}

static mlv_err take_names(const struct mlv_column *column, size_t rows, struct mlv_sample *sample)
{
	size_t count = column->words.count;
	mlv_err err = NULL;

	if (!(sample->counts = mlv_sys_alloc_array(count + 1, sizeof(*sample->counts))))
		return mlv_error_nomem("a feature");
	for (uint32_t w = 0; w < count && !err; w++)
		err = mlv_strs_add(&sample->names, mlv_words_at(&column->words, w));
	for (size_t r = 0; r < rows; r++)
		sample->counts[column->code[r]]++;
	sample->rows = rows;
	return err;
}

mlv_err mlv_sample_of(const struct mlv_column *column, size_t rows, bool force, bool numeric,
		      struct mlv_sample *sample)
{
	sample->numeric = force ? numeric : all_numbers(&column->words);
	return sample->numeric ? take_numbers(column, rows, sample)
			       : take_names(column, rows, sample);
}

mlv_err mlv_sample_add(struct mlv_buf *to, const struct mlv_sample *sample)
{
	size_t points = sample->count < POINTS ? sample->count : POINTS;
	size_t names = sample->names.count < NAMES ? sample->names.count : NAMES;
	mlv_err err = mlv_buf_add_str(to, sample->numeric ? "{\"points\":[" : "{\"counts\":{");

	for (size_t i = 0; i < points && sample->numeric && !err; i++)
		if (!(err = mlv_buf_add_str(to, i ? "," : "")))
			err = mlv_json_add_real(
				to, sample->values[points < 2 ? 0
							      : i * (sample->count - 1) /
									(points - 1)]);
	for (size_t i = 0; i < names && !err; i++)
		if (!(err = mlv_buf_add_str(to, i ? "," : "")) &&
		    !(err = mlv_json_add_string(to, sample->names.at[i],
						strlen(sample->names.at[i]))))
			err = mlv_buf_printf(to, ":%llu", (unsigned long long)sample->counts[i]);
	return err ? err
		   : mlv_buf_printf(to, "%s,\"rows\":%llu}", sample->numeric ? "]" : "}",
				    (unsigned long long)sample->rows);
}

static mlv_err no_sample(const char *file)
{
	return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: not a profile", file),
			      "mlv monitor profile");
}

mlv_err mlv_sample_read(const char *file, const struct mlv_value *map, struct mlv_sample *sample)
{
	const struct mlv_value *points = mlv_value_get(map, "points"),
			       *counts = mlv_value_get(map, "counts");
	const struct mlv_value *rows = mlv_value_get(map, "rows"), *from = points ? points : counts;
	uint64_t counted = 0;
	mlv_err err = NULL;

	if (!from || from->type != (points ? MLV_VALUE_LIST : MLV_VALUE_MAP) || !from->count || !rows ||
	    rows->type != MLV_VALUE_INT || rows->integer < 1 || (uint64_t)rows->integer > MLV_FRAME_ROWS)
		return no_sample(file);
	sample->numeric = points != NULL;
	sample->rows = (uint64_t)rows->integer;
	sample->values = mlv_sys_alloc_array(from->count + 1, sizeof(*sample->values));
	sample->counts = mlv_sys_alloc_array(from->count + 1, sizeof(*sample->counts));
	if (!sample->values || !sample->counts)
		return mlv_error_nomem("a profile");
	for (size_t i = 0; i < from->count && !err; i++) {
		const struct mlv_value *item = from->items[i];

		if (item->type != MLV_VALUE_INT && (counts || item->type != MLV_VALUE_REAL))
			return no_sample(file);
		if ((points && i && item->real < sample->values[i - 1]) ||
		    (counts && item->integer < 0))
			return no_sample(file);
		counted += counts ? (uint64_t)item->integer : 0;
		if (counted > sample->rows)
			return no_sample(file);
		sample->values[i] = item->real;
		sample->counts[i] = (uint64_t)item->integer;
		if (counts)
			err = mlv_strs_add(&sample->names, from->keys[i]);
	}
	sample->count = points ? from->count : 0;
	return err;
}

/* ---- comparing */

static mlv_err new_row(const char *name, struct mlv_monitor_found *found,
		       struct mlv_drift_row **row)
{
	mlv_err err = mlv_array_grow(&found->rows, &found->row_cap, found->row_count + 1,
				     sizeof(*found->rows));

	if (err)
		return err;
	*row = &found->rows[found->row_count];
	**row = (struct mlv_drift_row){ .name = mlv_sys_strdup(name) };
	if (!(*row)->name)
		return mlv_error_nomem("drift");
	found->row_count++;
	return NULL;
}

/* Only bins that have rows on a side: else the halves in empty ones would look like drift. */
static size_t take_used(const uint64_t *before, const uint64_t *now, size_t bins, uint64_t *used)
{
	size_t count = 0;

	for (size_t b = 0; b < bins; b++)
		if (before[b] || now[b]) {
			used[count] = before[b];
			used[bins + count++] = now[b];
		}
	return count;
}

mlv_err mlv_drift_add(const struct mlv_monitor *monitor, const char *name, const uint64_t *before,
		      const uint64_t *now, size_t bins, struct mlv_monitor_found *found)
{
	MLV_SCOPED(mlv_mem_free)
	double *shares = mlv_sys_alloc_array(2 * bins + 1, sizeof(*shares));
	MLV_SCOPED(mlv_mem_free) uint64_t *used = mlv_sys_alloc_array(2 * bins + 1, sizeof(*used));
	struct mlv_drift_row *row;
	uint64_t rows[2] = { 0, 0 };
	size_t count;
	mlv_err err = new_row(name, found, &row);

	if (err || !shares || !used)
		return err ? err : mlv_error_nomem("drift");
	count = take_used(before, now, bins, used);
	for (size_t b = 0; b < count; b++) {
		rows[0] += used[b];
		rows[1] += used[bins + b];
	}
	if (!rows[0] || !rows[1])
		return NULL;
	for (size_t b = 0; b < count; b++) {
		shares[b] = (double)used[b] / (double)rows[0];
		shares[bins + b] = (double)used[bins + b] / (double)rows[1];
	}
	row->psi = mlv_drift_psi(used, used + bins, count);
	row->noise = mlv_drift_psi_noise(count, rows[0], rows[1]);
	row->js = mlv_drift_js(shares, shares + bins, count);
	row->drifted =
		row->psi >= monitor->psi && row->psi > mlv_drift_psi_bound(count, rows[0], rows[1]);
	found->drifted = found->drifted || row->drifted;
	return NULL;
}

/* Counts of both by the deciles of the first; points stand for all of its rows. */
static size_t cut(const struct mlv_sample *before, const struct mlv_sample *now,
		  uint64_t counts[2][BINS])
{
	double edges[BINS];
	size_t bins = 0, places[2] = { 0, 0 };

	for (size_t i = 1; i < BINS && before->count; i++) {
		double edge = before->values[i * before->count / BINS];

		if (edge > before->values[0] && (!bins || edge > edges[bins - 1]))
			edges[bins++] = edge;
	}
	for (size_t b = 0; b <= bins; b++)
		for (size_t s = 0; s < 2; s++) {
			const struct mlv_sample *sample = s ? now : before;
			size_t begin = places[s];

			while (places[s] < sample->count &&
			       (b == bins || sample->values[places[s]] < edges[b]))
				places[s]++;
			counts[s][b] = (uint64_t)llround(
				(double)(places[s] - begin) * (double)sample->rows /
				(double)(sample->count ? sample->count : 1));
		}
	return bins + 1;
}

static mlv_err compare_numbers(const struct mlv_monitor *monitor, const char *name,
			       const struct mlv_sample *before, const struct mlv_sample *now,
			       struct mlv_monitor_found *found)
{
	uint64_t counts[2][BINS] = { { 0 } };
	size_t bins = cut(before, now, counts);
	struct mlv_drift_row *row;
	mlv_err err = mlv_drift_add(monitor, name, counts[0], counts[1], bins, found);

	if (err || !before->count || !now->count)
		return err;
	row = &found->rows[found->row_count - 1];
	row->has_ks = true;
	row->ks = mlv_drift_ks(before->values, before->count, now->values, now->count);
	if ((err = mlv_drift_ks_p(row->ks, before->rows, now->rows, &row->p)))
		return err;
	/* Of many rows every difference is sure, however small: it must be one that matters, too.
	 */
	row->drifted = row->drifted || (row->p < monitor->alpha && row->psi >= monitor->psi);
	found->drifted = found->drifted || row->drifted;
	return NULL;
}

static size_t place_of(const struct mlv_strs *names, const char *name)
{
	size_t i = 0;

	while (i < names->count && strcmp(names->at[i], name) != 0)
		i++;
	return i;
}

/* Values that are new, and those that a profile left out, are one bin. */
static mlv_err compare_names(const struct mlv_monitor *monitor, const char *name,
			     const struct mlv_sample *before, const struct mlv_sample *now,
			     struct mlv_monitor_found *found)
{
	size_t known = before->names.count;
	MLV_SCOPED(mlv_mem_free)
	uint64_t *counts = mlv_sys_alloc_array(2 * known + 2, sizeof(*counts));
	uint64_t left = before->rows;
	mlv_err err = NULL;

	if (!counts)
		return mlv_error_nomem("drift");
	for (size_t i = 0; i < known; i++) {
		counts[i] = before->counts[i];
		left -= before->counts[i] < left ? before->counts[i] : left;
	}
	counts[known] = left;
	for (size_t i = 0; i < now->names.count && !err; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
		size_t place = place_of(&before->names, now->names.at[i]);

		counts[known + 1 + place] += now->counts[i];
		if (place == known && known < NAMES &&
		    !(err = mlv_buf_printf(&text, "%s=%s", name, now->names.at[i])))
			err = mlv_strs_add(&found->fresh, text.ptr);
	}
	return err ? err
		   : mlv_drift_add(monitor, name, counts, counts + known + 1, known + 1, found);
}

mlv_err mlv_sample_compare(const struct mlv_monitor *monitor, const char *name,
			   const struct mlv_sample *before, const struct mlv_sample *now,
			   struct mlv_monitor_found *found)
{
	return before->numeric ? compare_numbers(monitor, name, before, now, found)
			       : compare_names(monitor, name, before, now, found);
}
