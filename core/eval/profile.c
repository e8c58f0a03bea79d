/* Samples of columns; profiles, written and read: they come with the repository, so nothing is granted. */
#include "core/eval/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/path.h"
#include "core/base/sys.h"

#define DISTINCT 10 /* so few numbers are names */

void mlv_sample_release(struct mlv_sample *sample)
{
	free(sample->values);
	free(sample->counts);
	mlv_words_release(&sample->names);
	*sample = (struct mlv_sample)MLV_SAMPLE_INIT;
}

/* ---- samples */

bool mlv_sample_is_numeric(const struct mlv_column *column)
{
	const struct mlv_words *words = &column->words;
	bool all_miss = true;
	double number;

	for (uint32_t w = 0; w < words->count; w++) {
		const char *word = mlv_words_at(words, w);

		if (!*word)
			continue;
		if (!mlv_number_parse(word, strlen(word), &number))
			return false;
		all_miss = all_miss && isnan(number);
	}
	return all_miss || words->count > DISTINCT;
}

static mlv_err add_numbers(struct mlv_sample *sample, const struct mlv_column *column, size_t rows)
{
	mlv_err err = mlv_array_grow(&sample->values, &sample->cap, sample->count + rows,
				     sizeof(*sample->values));

	for (size_t r = 0; r < rows && !err; r++) {
		const char *word = mlv_words_at(&column->words, column->code[r]);
		double number;

		if (*word && !mlv_number_parse(word, strlen(word), &number))
			sample->odd++;
		else if (!*word || isnan(number))
			sample->missing++;
		else
			sample->values[sample->count++] = number;
	}
	sample->rows = sample->count;
	return err;
}

/* JSON has only UTF-8: texts are names as they are written there, else two could be written as one. */
static mlv_err add_name(struct mlv_words *names, const char *text, uint32_t *code)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	size_t len = strlen(text), char_len;
	mlv_err err = NULL;

	if (mlv_text_is_utf8(text, len))
		return mlv_words_add(names, text, len, code);
	for (size_t at = 0; at < len && !err; at += char_len ? char_len : 1) {
		char_len = mlv_text_char((const unsigned char *)text + at, len - at);
		err = char_len ? mlv_buf_add(&name, text + at, char_len)
			       : mlv_buf_add_str(&name, "\xef\xbf\xbd");
	}
	return err ? err : mlv_words_add(names, name.ptr, name.len, code);
}

static mlv_err add_names(struct mlv_sample *sample, const struct mlv_column *column, size_t rows)
{
	size_t words = column->words.count, before = sample->names.count;
	MLV_SCOPED(mlv_mem_free) uint32_t *codes = mlv_sys_alloc_array(words + 1, sizeof(*codes));
	mlv_err err = codes ? NULL : mlv_error_nomem("a feature");

	for (uint32_t w = 0; w < words && !err; w++)
		err = add_name(&sample->names, mlv_words_at(&column->words, w), &codes[w]);
	if (err || (err = mlv_array_grow(&sample->counts, &sample->counts_cap, sample->names.count + 1,
					 sizeof(*sample->counts))))
		return err;
	for (size_t w = before; w < sample->names.count; w++)
		sample->counts[w] = 0;
	for (size_t r = 0; r < rows; r++)
		sample->counts[codes[column->code[r]]]++;
	sample->rows += rows;
	return NULL;
}

mlv_err mlv_sample_add(struct mlv_sample *sample, const struct mlv_column *column, size_t rows)
{
	return sample->numeric ? add_numbers(sample, column, rows)
			       : add_names(sample, column, rows);
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

void mlv_sample_sort(struct mlv_sample *sample)
{
	if (sample->count)
		qsort(sample->values, sample->count, sizeof(*sample->values), by_size);
}

/* ---- writing */

void mlv_profile_release(struct mlv_profile *profile)
{
	for (size_t i = 0; profile->samples && i < profile->features.count; i++)
		mlv_sample_release(&profile->samples[i]);
	free(profile->samples);
	free(profile->eval);
	free(profile->rows);
	mlv_strs_release(&profile->features);
	*profile = (struct mlv_profile){ 0 };
}

static mlv_err add_text(struct mlv_buf *to, const char *text)
{
	return mlv_json_add_string(to, text, strlen(text));
}

static mlv_err add_points(struct mlv_buf *to, const struct mlv_sample *sample)
{
	size_t points = sample->count < MLV_PROFILE_POINTS ? sample->count : MLV_PROFILE_POINTS;
	mlv_err err = mlv_buf_printf(to, "{\"missing\":%llu,\"points\":[",
				     (unsigned long long)(sample->missing + sample->odd));

	for (size_t i = 0; i < points && !err; i++) {
		double value = sample->values[points < 2 ? 0 : i * (sample->count - 1) / (points - 1)];

		if (i && (err = mlv_buf_add_char(to, ',')))
			return err;
		err = isinf(value) ? add_text(to, value < 0 ? "-inf" : "inf")
				   : mlv_json_add_real(to, value);
	}
	return err ? err : mlv_buf_add_char(to, ']');
}

static mlv_err add_counts(struct mlv_buf *to, const struct mlv_sample *sample)
{
	size_t names = sample->names.count < MLV_PROFILE_NAMES ? sample->names.count
							       : MLV_PROFILE_NAMES;
	mlv_err err = mlv_buf_add_str(to, "{\"counts\":{");

	for (uint32_t i = 0; i < names && !err; i++)
		if (!(err = mlv_buf_add_str(to, i ? "," : "")) &&
		    !(err = add_text(to, mlv_words_at(&sample->names, i))))
			err = mlv_buf_printf(to, ":%llu", (unsigned long long)sample->counts[i]);
	return err ? err : mlv_buf_add_char(to, '}');
}

mlv_err mlv_profile_write(const struct mlv_profile *profile, struct mlv_buf *to)
{
	mlv_err err;

	if ((err = mlv_buf_add_str(to, "{\"eval\":")) || (err = add_text(to, profile->eval)) ||
	    (err = mlv_buf_add_str(to, ",\"features\":{")))
		return err;
	for (size_t i = 0; i < profile->features.count; i++) {
		const struct mlv_sample *sample = &profile->samples[i];

		if ((err = mlv_buf_add_str(to, i ? "\n," : "\n")) ||
		    (err = add_text(to, profile->features.at[i])) || (err = mlv_buf_add_char(to, ':')) ||
		    (err = sample->numeric ? add_points(to, sample) : add_counts(to, sample)) ||
		    (err = mlv_buf_printf(to, ",\"rows\":%llu}", (unsigned long long)sample->rows)))
			return err;
	}
	if ((err = mlv_buf_add_str(to, "\n},\n\"rows\":")) || (err = add_text(to, profile->rows)))
		return err;
	return mlv_buf_add_str(to, ",\"schema\":\"" MLV_PROFILE_SCHEMA "\"}\n");
}

/* ---- reading */

static mlv_err no_profile(const char *file, const char *feature)
{
	return mlv_error_hint(feature ? mlv_error(MLV_E_SPEC, "%s: what it has of '%s' cannot be", file,
						  feature)
				      : mlv_error(MLV_E_SPEC, "%s: not a profile", file),
			      "mlv monitor profile");
}

/* A number of rows; false when it is none. */
static bool read_rows(const struct mlv_value *value, uint64_t *rows)
{
	if (!value || value->type != MLV_VALUE_INT || value->integer < 0 ||
	    (uint64_t)value->integer > MLV_FRAME_ROWS)
		return false;
	*rows = (uint64_t)value->integer;
	return true;
}

static bool read_point(const struct mlv_value *item, double *point)
{
	const char *text = mlv_value_text(item);

	if (text && (strcmp(text, "inf") == 0 || strcmp(text, "-inf") == 0)) {
		*point = *text == '-' ? -(double)INFINITY : (double)INFINITY;
		return true;
	}
	*point = item->real;
	return (item->type == MLV_VALUE_INT || item->type == MLV_VALUE_REAL) && isfinite(item->real);
}

/* *fits becomes false when they cannot be. Profiles of before have no count of what is missing. */
static mlv_err read_points(const struct mlv_value *map, const struct mlv_value *points,
			   struct mlv_sample *sample, bool *fits)
{
	const struct mlv_value *missing = mlv_value_get(map, "missing");
	mlv_err err = mlv_array_grow(&sample->values, &sample->cap, points->count + 1,
				     sizeof(*sample->values));

	*fits = !missing || read_rows(missing, &sample->missing);
	for (size_t i = 0; i < points->count && *fits && !err; i++)
		*fits = read_point(points->items[i], &sample->values[i]) &&
			(!i || sample->values[i] >= sample->values[i - 1]);
	sample->count = points->count;
	*fits = *fits && sample->count <= sample->rows && (sample->count || !sample->rows) &&
		sample->rows + sample->missing <= MLV_FRAME_ROWS;
	return err;
}

static mlv_err read_counts(const struct mlv_value *counts, struct mlv_sample *sample, bool *fits)
{
	uint64_t counted = 0;
	uint32_t code = 0;
	mlv_err err = mlv_array_grow(&sample->counts, &sample->counts_cap, counts->count + 1,
				     sizeof(*sample->counts));

	for (size_t i = 0; i < counts->count && *fits && !err; i++) {
		err = mlv_words_add(&sample->names, counts->keys[i], strlen(counts->keys[i]), &code);
		*fits = code == i && read_rows(counts->items[i], &sample->counts[i]);
		counted += *fits ? sample->counts[i] : 0;
		*fits = *fits && counted <= sample->rows;
	}
	*fits = *fits && counts->count && sample->rows;
	return err;
}

static mlv_err read_sample(const char *file, const char *feature, const struct mlv_value *map,
			   struct mlv_sample *sample)
{
	const struct mlv_value *points = mlv_value_get(map, "points");
	const struct mlv_value *counts = mlv_value_get(map, "counts");
	bool fits = read_rows(mlv_value_get(map, "rows"), &sample->rows);
	mlv_err err = NULL;

	sample->numeric = points != NULL;
	fits = fits && (points ? points->type == MLV_VALUE_LIST && !counts
			       : counts && counts->type == MLV_VALUE_MAP);
	if (fits)
		err = points ? read_points(map, points, sample, &fits)
			     : read_counts(counts, sample, &fits);
	return err || fits ? err : no_profile(file, feature);
}

static mlv_err take_text(const struct mlv_value *map, const char *key, char **to)
{
	const char *text = mlv_value_text(mlv_value_get(map, key));

	*to = mlv_sys_strdup(text ? text : "");
	return *to ? NULL : mlv_error_nomem("a profile");
}

mlv_err mlv_profile_read(const char *file, const char *text, size_t len, struct mlv_profile *profile)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	MLV_SCOPED(mlv_profile_release) struct mlv_profile made = { 0 };
	const struct mlv_value *features;
	const char *schema;
	mlv_err err = mlv_json_parse(file, text, len, &root);

	if (err)
		return err;
	schema = mlv_value_text(mlv_value_get(root, "schema"));
	features = mlv_value_get(root, "features");
	if (!schema || strcmp(schema, MLV_PROFILE_SCHEMA) != 0)
		return mlv_error(MLV_E_SPEC, "%s: not a profile of a schema that is known", file);
	if (!features || features->type != MLV_VALUE_MAP)
		return no_profile(file, NULL);
	made.samples = mlv_sys_alloc_array(features->count + 1, sizeof(*made.samples));
	if (!made.samples)
		return mlv_error_nomem("a profile");
	if ((err = take_text(root, "eval", &made.eval)) || (err = take_text(root, "rows", &made.rows)))
		return err;
	for (size_t i = 0; i < features->count && !err; i++) {
		made.samples[i] = (struct mlv_sample)MLV_SAMPLE_INIT;
		if (!(err = mlv_strs_add(&made.features, features->keys[i])))
			err = read_sample(file, features->keys[i], features->items[i],
					  &made.samples[i]);
	}
	if (err)
		return err;
	*profile = made;
	made = (struct mlv_profile){ 0 };
	return NULL;
}
