/* From the texts of labels and predictions to classes. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/cases/parts.h"

#define DIGITS_MAX 15 /* of an integer that is compared as a number */

/* How long the integer at text is, without a fraction of zeros; 0: it is none. */
static size_t integer_length(const char *text)
{
	size_t sign = text[0] == '-', digits = strspn(text + sign, "0123456789");
	const char *rest = text + sign + digits;

	if (!digits || digits > DIGITS_MAX)
		return 0;
	if (rest[0] == '.' && rest[1] && rest[1 + strspn(rest + 1, "0")] == '\0')
		return sign + digits;
	return *rest ? 0 : sign + digits;
}

mlv_err mlv_class_add(struct mlv_buf *to, const char *text)
{
	static const char *const truths[] = { "True", "TRUE", "False", "FALSE" };
	size_t length = integer_length(text);

	for (size_t i = 0; i < MLV_COUNT(truths); i++)
		if (strcmp(text, truths[i]) == 0)
			return mlv_buf_add_str(to, i < 2 ? "true" : "false");
	return length ? mlv_buf_add(to, text, length) : mlv_buf_add_str(to, text);
}

static int by_number(const void *a, const void *b)
{
	long long left = strtoll(*(char *const *)a, NULL, 10);
	long long right = strtoll(*(char *const *)b, NULL, 10);

	return left < right ? -1 : left > right;
}

static void sort_classes(struct mlv_strs *classes)
{
	mlv_strs_sort_unique(classes);
	for (size_t i = 0; i < classes->count; i++)
		if (!integer_length(classes->at[i]))
			return;
	if (classes->count)
		qsort(classes->at, classes->count, sizeof(*classes->at), by_number);
}

/* The canonical text of each word, in the order of their codes. */
static mlv_err canonical_words(const struct mlv_words *words, struct mlv_strs *out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	for (uint32_t code = 0; code < words->count; code++) {
		mlv_err err;

		mlv_buf_clear(&text);
		if ((err = mlv_class_add(&text, mlv_words_at(words, code))) ||
		    (err = mlv_strs_add(out, text.ptr)))
			return err;
	}
	return NULL;
}

static mlv_err add_all(struct mlv_strs *to, const struct mlv_strs *from)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < from->count && !err; i++) {
		err = mlv_strs_add(to, from->at[i]);
		/* What is there many times must not take a class's place each time. */
		if (!err && to->count > 4 * MLV_CLASSES_MAX)
			mlv_strs_sort_unique(to);
		if (!err && to->count > 3 * MLV_CLASSES_MAX)
			break;
	}
	mlv_strs_sort_unique(to);
	return err;
}

static mlv_err add_list(struct mlv_buf *to, const struct mlv_strs *classes)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < classes->count && i < 5 && !err; i++)
		err = mlv_buf_printf(to, "%s'%s'", i ? ", " : "", classes->at[i]);
	if (!err && classes->count > 5)
		err = mlv_buf_printf(to, ", ... (%zu)", classes->count);
	return err;
}

static mlv_err which_positive(const char *file, const struct mlv_strs *classes)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf list = MLV_BUF_INIT;
	mlv_err err = add_list(&list, classes);

	if (err)
		return err;
	return mlv_error_hint(mlv_error(MLV_E_SPEC,
					"%s: which of the labels is the positive one is not clear: %s",
					file, list.ptr),
			      "set 'positive' in the evaluation");
}

/* Of a binary task: the negative first, the positive second; the negative may have no row. */
static mlv_err order_binary(struct mlv_cases *cases, const char *file)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf positive = MLV_BUF_INIT;
	struct mlv_strs *classes = &cases->classes;
	const char *given = cases->spec->positive;
	mlv_err err;

	if (!given)
		given = mlv_strs_has(classes, "true") && !mlv_strs_has(classes, "1") ? "true" : "1";
	if ((err = mlv_class_add(&positive, given)))
		return err;
	if (!mlv_strs_has(classes, positive.ptr)) {
		/* Rows of one class alone, the other one by its usual name. */
		if (classes->count > 1 || (!cases->spec->positive && classes->count == 1 &&
					   strcmp(classes->at[0], "0") != 0 &&
					   strcmp(classes->at[0], "false") != 0))
			return which_positive(file, classes);
		if ((err = mlv_strs_add(classes, positive.ptr)))
			return err;
	}
	if (classes->count == 1 &&
	    (err = mlv_strs_add(classes, strcmp(positive.ptr, "true") == 0 ? "false" : "0")))
		return err;
	if (strcmp(classes->at[0], positive.ptr) == 0) {
		char *swap = classes->at[0];

		classes->at[0] = classes->at[1];
		classes->at[1] = swap;
	}
	return NULL;
}

/* Whether a text is another than the two that were seen; one of them, if there is room. */
static bool is_third(const char *seen[2], const char *text)
{
	for (size_t i = 0; i < 2; i++) {
		if (!seen[i])
			seen[i] = text;
		if (strcmp(seen[i], text) == 0)
			return false;
	}
	return true;
}

/* Refuse more than two classes, at the row that has the third. Codes are those of words yet. */
static mlv_err check_two(const struct mlv_cases *cases, const char *file, const struct mlv_frame *frame,
			 const struct mlv_strs *labels, const struct mlv_strs *preds)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf list = MLV_BUF_INIT;
	const char *seen[2] = { NULL, NULL };
	size_t r = 0;
	mlv_err err;

	if (cases->classes.count <= 2)
		return NULL;
	while (r + 1 < cases->rows.count && !is_third(seen, labels->at[cases->truth[r]]) &&
	       !(cases->guess && is_third(seen, preds->at[cases->guess[r]])))
		r++;
	if ((err = add_list(&list, &cases->classes)))
		return err;
	return mlv_error(MLV_E_SPEC, "%s:%u: a binary task has two labels, not %s", file,
			 mlv_frame_line(frame, r),
			 list.ptr);
}

/* Turn codes of words into classes, in place. */
static mlv_err assign(const struct mlv_strs *classes, const struct mlv_strs *words, uint32_t *code,
		      size_t rows)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *class_of =
		mlv_sys_alloc_array(words->count ? words->count : 1, sizeof(*class_of));

	if (!class_of)
		return mlv_error_nomem("classes");
	for (size_t w = 0; w < words->count; w++)
		while (strcmp(classes->at[class_of[w]], words->at[w]) != 0)
			class_of[w]++;
	for (size_t r = 0; r < rows; r++)
		code[r] = class_of[code[r]];
	return NULL;
}

mlv_err mlv_cases_classify(struct mlv_cases *cases, const char *file,
			   const struct mlv_frame *frame, const struct mlv_column *label,
			   const struct mlv_column *pred)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs labels = { 0 }, preds = { 0 };
	mlv_err err;

	if ((err = canonical_words(&label->words, &labels)) ||
	    (pred && (err = canonical_words(&pred->words, &preds))) ||
	    (err = add_all(&cases->classes, &labels)) || (err = add_all(&cases->classes, &preds)))
		return err;
	if (cases->classes.count > MLV_CLASSES_MAX)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: more than %d classes", file,
						MLV_CLASSES_MAX),
				      "is the task a regression?");
	sort_classes(&cases->classes);
	if (cases->spec->task == MLV_TASK_BINARY &&
	    ((err = check_two(cases, file, frame, &labels, &preds)) ||
	     (err = order_binary(cases, file))))
		return err;
	if ((err = assign(&cases->classes, &labels, cases->truth, cases->rows.count)) ||
	    (pred && (err = assign(&cases->classes, &preds, cases->guess, cases->rows.count))))
		return err;
	cases->rows.classes = cases->classes.count;
	return NULL;
}
