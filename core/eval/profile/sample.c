/* Samples of columns. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/eval/profile/parts.h"

#define DISTINCT 10 /* so few numbers are names */
#define DIGITS   12 /* significant ones, of a fraction that is a name */

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

mlv_err mlv_sample_numbers(const struct mlv_column *column, double **numbers, bool **odd)
{
	size_t count = column->words.count;

	*numbers = mlv_sys_alloc_array(count + 1, sizeof(**numbers));
	*odd = mlv_sys_alloc_array(count + 1, sizeof(**odd));
	if (!*numbers || !*odd)
		return mlv_error_nomem("a feature");
	for (uint32_t w = 0; w < count; w++) {
		const char *word = mlv_words_at(&column->words, w);

		(*numbers)[w] = (double)NAN;
		(*odd)[w] = *word && !mlv_number_parse(word, strlen(word), &(*numbers)[w]);
	}
	return NULL;
}

static mlv_err add_numbers(struct mlv_sample *sample, const struct mlv_column *column, size_t rows)
{
	MLV_SCOPED(mlv_mem_free) double *numbers = NULL;
	MLV_SCOPED(mlv_mem_free) bool *odd = NULL;
	mlv_err err;

	if ((err = mlv_array_grow(&sample->values, &sample->cap, sample->count + rows,
				  sizeof(*sample->values))) ||
	    (err = mlv_sample_numbers(column, &numbers, &odd)))
		return err;
	for (size_t r = 0; r < rows; r++) {
		uint32_t word = column->code[r];

		if (odd[word])
			sample->odd++;
		else if (isnan(numbers[word]))
			sample->missing++;
		else
			sample->values[sample->count++] = numbers[word];
	}
	sample->rows = sample->count;
	return NULL;
}

/* JSON has only UTF-8: texts are names as they are written there, else two could be written as one. */
static mlv_err add_utf8(struct mlv_words *names, const char *text, size_t len, uint32_t *code)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	size_t char_len;
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

/* As classes are; a longer fraction in DIGITS, as programs that read and write it change the last. */
static mlv_err add_name(struct mlv_buf *to, const char *text)
{
	size_t len = strlen(text);
	double number;

	if (len > DIGITS + 1 && mlv_number_parse(text, len, &number) && isfinite(number) &&
	    number != trunc(number))
		return mlv_buf_printf(to, "%.*g", DIGITS, number);
	return mlv_class_add(to, text);
}

mlv_err mlv_sample_name(struct mlv_words *names, const char *text, uint32_t *code)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf class = MLV_BUF_INIT;
	mlv_err err = add_name(&class, text);

	return err ? err : add_utf8(names, class.ptr, class.len, code);
}

mlv_err mlv_sample_codes(const struct mlv_column *column, struct mlv_words *names, uint32_t **codes)
{
	mlv_err err = NULL;

	if (!(*codes = mlv_sys_alloc_array(column->words.count + 1, sizeof(**codes))))
		return mlv_error_nomem("a feature");
	for (uint32_t w = 0; w < column->words.count && !err; w++)
		err = mlv_sample_name(names, mlv_words_at(&column->words, w), &(*codes)[w]);
	return err;
}

static mlv_err add_names(struct mlv_sample *sample, const struct mlv_column *column, size_t rows)
{
	size_t before = sample->names.count;
	MLV_SCOPED(mlv_mem_free) uint32_t *codes = NULL;
	mlv_err err;

	if ((err = mlv_sample_codes(column, &sample->names, &codes)) ||
	    (err = mlv_array_grow(&sample->counts, &sample->counts_cap, sample->names.count + 1,
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

size_t mlv_sample_deciles(const double *values, size_t count, double edges[BINS])
{
	size_t found = 0;

	for (size_t i = 1; i < BINS && count; i++) {
		double edge = values[i * count / BINS];

		if (edge > values[0] && (!found || edge > edges[found - 1]))
			edges[found++] = edge;
	}
	return found;
}
