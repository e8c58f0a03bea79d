/* marks/text.c - the lists of marks, and their text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "remote/lines.h"
#include "remote/marks.h"

#define HEADER_MAX 64 /* bytes */

/* The words of lines, sorted. */
static const struct {
	const char *name;
	enum mlv_marked_kind kind;
	bool gone;
} lines_of[] = {
	{ "dpack", MLV_MARKED_DPACK, false },       { "gone-dpack", MLV_MARKED_DPACK, true },
	{ "gone-large", MLV_MARKED_LARGE, true },   { "gone-leaves", MLV_MARKED_LEAVES, true },
	{ "gone-node", MLV_MARKED_NODE, true },     { "gone-npack", MLV_MARKED_NPACK, true },
	{ "gone-object", MLV_MARKED_OBJECT, true }, { "gone-root", MLV_MARKED_ROOT, true },
	{ "large", MLV_MARKED_LARGE, false },       { "leaves", MLV_MARKED_LEAVES, false },
	{ "node", MLV_MARKED_NODE, false },         { "npack", MLV_MARKED_NPACK, false },
	{ "object", MLV_MARKED_OBJECT, false },     { "root", MLV_MARKED_ROOT, false },
};

static size_t word_of(enum mlv_marked_kind kind, bool gone)
{
	size_t i = 0;

	while (lines_of[i].kind != kind || lines_of[i].gone != gone)
		i++;
	return i;
}

const char *mlv_marked_kind_name(enum mlv_marked_kind kind)
{
	return lines_of[word_of(kind, false)].name;
}

enum mlv_marked_kind mlv_marked_of_kind(enum mlv_kind kind)
{
	static const enum mlv_marked_kind kinds[] = {
		[MLV_KIND_OBJECT] = MLV_MARKED_OBJECT, [MLV_KIND_LARGE] = MLV_MARKED_LARGE,
		[MLV_KIND_LEAVES] = MLV_MARKED_LEAVES, [MLV_KIND_NODE] = MLV_MARKED_NODE,
	};

	return kinds[kind];
}

enum mlv_marked_kind mlv_marked_of_class(enum mlv_pack_class class)
{
	return class == MLV_PACK_DATA ? MLV_MARKED_DPACK : MLV_MARKED_NPACK;
}

void mlv_marks_release(struct mlv_marks *marks)
{
	free(marks->at);
	*marks = (struct mlv_marks){ 0 };
}

mlv_err mlv_marks_add(struct mlv_marks *marks, const struct mlv_marked *mark)
{
	mlv_err err = mlv_array_grow(&marks->at, &marks->cap, marks->count + 1,
				     sizeof(*marks->at));

	if (!err)
		marks->at[marks->count++] = *mark;
	return err;
}

static int compare_names(const struct mlv_marked *x, const struct mlv_marked *y)
{
	size_t a = word_of(x->kind, x->gone), b = word_of(y->kind, y->gone);

	if (a != b)
		return a < b ? -1 : 1;
	return mlv_oid_compare(&x->oid, &y->oid);
}

/* The newest of a name first. */
static int compare_marks(const void *a, const void *b)
{
	const struct mlv_marked *x = a, *y = b;
	int order = compare_names(x, y);

	return order ? order : (x->when < y->when) - (x->when > y->when);
}

void mlv_marks_sort(struct mlv_marks *marks)
{
	size_t kept = 0;

	if (marks->count == 0)
		return;
	qsort(marks->at, marks->count, sizeof(*marks->at), compare_marks);
	for (size_t i = 1; i < marks->count; i++)
		if (compare_names(&marks->at[kept], &marks->at[i]) != 0)
			marks->at[++kept] = marks->at[i];
	marks->count = kept + 1;
}

struct mlv_marked *mlv_marks_find(const struct mlv_marks *marks, enum mlv_marked_kind kind, bool gone,
				const struct mlv_oid *oid)
{
	const struct mlv_marked asked = { .kind = kind, .gone = gone, .oid = *oid };
	size_t low = 0, high = marks->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_names(&marks->at[middle], &asked);

		if (order == 0)
			return &marks->at[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int header(char text[static HEADER_MAX], const char *form, size_t lines)
{
	return snprintf(text, HEADER_MAX, "mlv %s 1 %zu\n", form, lines);
}

mlv_err mlv_marks_write(const struct mlv_marks *marks, const char *form, struct mlv_buf *text)
{
	char first[HEADER_MAX];
	mlv_err err;

	(void)header(first, form, marks->count);
	err = mlv_buf_add_str(text, first);
	for (size_t i = 0; !err && i < marks->count; i++) {
		const struct mlv_marked *mark = &marks->at[i];

		err = mlv_line_write(text, lines_of[word_of(mark->kind, mark->gone)].name,
				     &mark->oid, (uint64_t)mark->when);
	}
	return err;
}

static mlv_err take_line(void *arg, const struct mlv_line *line)
{
	const struct mlv_marked mark = {
		.kind = lines_of[line->word].kind,
		.gone = lines_of[line->word].gone,
		.oid = line->oid,
		.when = (int64_t)line->number,
	};

	if (line->number > INT64_MAX)
		return mlv_error(MLV_E_CORRUPT, "a mark has a time that cannot be");
	return mlv_marks_add(arg, &mark);
}

mlv_err mlv_marks_parse(const char *form, const char *text, size_t len, struct mlv_marks *marks)
{
	MLV_SCOPED(mlv_marks_release) struct mlv_marks read = { 0 };
	const char *newline = memchr(text, '\n', len);
	size_t first = newline ? (size_t)(newline - text) + 1 : 0;
	const char *words[MLV_COUNT(lines_of)];
	char expected[HEADER_MAX];
	bool canonical = false;
	mlv_err err = NULL;

	for (size_t i = 0; i < MLV_COUNT(lines_of); i++)
		words[i] = lines_of[i].name;
	if (newline)
		err = mlv_lines_parse(text + first, len - first, words, MLV_COUNT(words), take_line,
				      &read, &canonical);
	if (err)
		return err;
	if (!canonical || header(expected, form, read.count) != (int)first ||
	    memcmp(expected, text, first) != 0)
		return mlv_error(MLV_E_CORRUPT, "not of the form of %s", form);
	*marks = read;
	read = (struct mlv_marks){ 0 };
	return NULL;
}
