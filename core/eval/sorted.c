#include "core/eval/sorted.h"

#include <stdlib.h>

#include "core/base/sys.h"
#include "core/eval/radix.h"

#define WORD_BITS 64
#define BLOCK     8

/* What pairs are made of. */
struct source {
	const double *number;
	const struct mlv_sorted *sorted;
};

void mlv_sorted_release(struct mlv_sorted *sorted)
{
	free(sorted->keys);
	free(sorted->words);
	free(sorted->fields);
	*sorted = (struct mlv_sorted){ 0 };
}

static void place_fields(struct mlv_sorted *sorted)
{
	unsigned all = 0, free_bits = WORD_BITS;

	for (size_t f = 0; f < sorted->field_count; f++) {
		sorted->fields[f].bits = mlv_radix_bits(sorted->fields[f].code ? sorted->fields[f].codes : 1);
		all += sorted->fields[f].bits;
	}
	sorted->row_bits = all > WORD_BITS ? mlv_radix_bits(sorted->rows) : 0;
	for (size_t f = 0; f < sorted->field_count; f++) {
		struct mlv_field *field = &sorted->fields[f];

		field->apart = field->bits > free_bits - sorted->row_bits;
		free_bits -= field->apart ? 0 : field->bits;
		field->shift = free_bits < WORD_BITS ? free_bits : 0;
	}
}

/* Blocks of a fixed size are what compilers make vectors of. */
static void add_codes(uint64_t *words, const uint32_t *code, size_t count, unsigned shift)
{
	size_t i = 0;

	for (; i + BLOCK <= count; i += BLOCK)
		for (size_t b = 0; b < BLOCK; b++)
			words[i + b] |= (uint64_t)code[i + b] << shift;
	for (; i < count; i++)
		words[i] |= (uint64_t)code[i] << shift;
}

static void make_words(const struct mlv_sorted *sorted, size_t begin, size_t count, uint64_t *words)
{
	for (size_t i = 0; i < count; i++)
		words[i] = sorted->row_bits ? begin + i : 0;
	for (size_t f = 0; f < sorted->field_count; f++) {
		const struct mlv_field *field = &sorted->fields[f];

		if (field->bits && !field->apart)
			add_codes(words, field->code + begin, count, field->shift);
	}
}

static void make_pairs(const void *arg, size_t begin, size_t count, uint64_t *keys, uint64_t *words)
{
	const struct source *source = arg;

	for (size_t i = 0; keys && i < count; i++)
		keys[i] = source->number ? mlv_sorted_key(source->number[begin + i]) : MLV_SORTED_SIGN;
	if (words)
		make_words(source->sorted, begin, count, words);
}

void mlv_sorted_codes(const struct mlv_sorted *sorted, size_t f, size_t begin, size_t count, uint32_t *to)
{
	const struct mlv_field *field = &sorted->fields[f];
	const uint64_t *words = sorted->words + begin;
	uint32_t mask = (uint32_t)(((uint64_t)1 << (field->apart ? sorted->row_bits : field->bits)) - 1);
	unsigned shift = field->apart ? 0 : field->shift;
	size_t i = 0;

	for (; i + BLOCK <= count; i += BLOCK)
		for (size_t b = 0; b < BLOCK; b++)
			to[i + b] = (uint32_t)(words[i + b] >> shift) & mask;
	for (; i < count; i++)
		to[i] = (uint32_t)(words[i] >> shift) & mask;
	for (i = 0; field->apart && i < count; i++)
		to[i] = field->code[to[i]];
}

mlv_err mlv_sorted_make(struct mlv_ctx *ctx, const double *number, const struct mlv_field *fields,
			size_t field_count, size_t rows, struct mlv_sorted *sorted)
{
	MLV_SCOPED(mlv_sorted_release) struct mlv_sorted made = { .rows = rows, .field_count = field_count };
	const struct source source = { number, &made };
	mlv_err err;

	if (!(made.fields = mlv_sys_alloc_array(field_count, sizeof(*made.fields))))
		return mlv_error_nomem("the order of rows");
	memcpy(made.fields, fields, field_count * sizeof(*fields));
	place_fields(&made);
	if ((err = mlv_radix_make(ctx, make_pairs, &source, rows, &made.keys, &made.words)))
		return err;
	*sorted = made;
	made = (struct mlv_sorted){ 0 };
	return NULL;
}
