/* What was taken for what: of binary and multi-class rows, now and before, and how far these are apart. */
#include <math.h>
#include <string.h>

#include "cmd/report/charts.h"
#include "cmd/report/specs.h"

#define CONFUSION_MAX 12 /* classes of a matrix that can be drawn */

/* The matrix of one version. */
struct matrix {
	const struct mlv_strs *classes;
	struct mlv_cells cells;
};

static void matrices_release(struct matrix (*matrices)[2])
{
	mlv_cells_release(&(*matrices)[0].cells);
	mlv_cells_release(&(*matrices)[1].cells);
}

/* The rows of a true class. */
static double all_of(const struct mlv_cells *cells, size_t truth)
{
	double all = 0;

	for (size_t g = 0; g < cells->classes; g++)
		all += cells->at[truth * cells->classes + g];
	return all;
}

static mlv_err confusion_rows(struct mlv_figure *figure, const struct matrix *matrix)
{
	const struct mlv_cells *cells = &matrix->cells;
	mlv_err err = NULL;

	for (size_t at = 0; at < cells->classes * cells->classes && !err; at++) {
		size_t truth = at / cells->classes;
		double all = all_of(cells, truth);

		if ((err = mlv_figure_text(figure, matrix->classes->at[truth])) ||
		    (err = mlv_figure_text(figure, matrix->classes->at[at % cells->classes])) ||
		    (err = mlv_figure_number(figure, true, cells->at[at])))
			return err;
		err = mlv_figure_number(figure, true, all > 0 ? cells->at[at] / all : 0);
	}
	return err;
}

static mlv_err confusion(struct mlv_page *page, const struct matrix *matrix, const char *title)
{
	MLV_SCOPED(mlv_figure_release) struct mlv_figure figure = {
		.title = title,
		.note = "Rows; the fuller the colour, the larger their share of the true class.",
		.spec = mlv_spec_confusion,
		.columns = { { "truth", "True", false }, { "guess", "Predicted", false },
			     { "rows", "Rows", true }, { "share", "Share", true } },
	};
	mlv_err err;

	if (matrix->cells.classes > CONFUSION_MAX)
		return NULL;
	figure.height = 120 + 40 * (unsigned)matrix->cells.classes;
	err = confusion_rows(&figure, matrix);
	return err ? err : mlv_figure_print(page, &figure);
}

/* ---- the difference */

/* Which class of a version is called so; the number of classes when none is. */
static size_t find(const struct matrix *matrix, const char *class)
{
	size_t c = 0;

	while (c < matrix->classes->count && strcmp(matrix->classes->at[c], class) != 0)
		c++;
	return c;
}

/* How many rows a version has there, and what share of the true class that is; NaN where it has none. */
static double rows_at(const struct matrix *matrix, const char *truth, const char *guess, double *share)
{
	size_t k = matrix->cells.classes, t = find(matrix, truth), g = find(matrix, guess);
	double all = t < k ? all_of(&matrix->cells, t) : 0;
	double rows = t < k && g < k ? matrix->cells.at[t * k + g] : 0;

	*share = all > 0 ? rows / all : NAN;
	return rows;
}

static mlv_err apart_row(struct mlv_figure *figure, const struct matrix matrices[2], const char *truth,
			 const char *guess)
{
	double shares[2], rows[2], apart;
	mlv_err err;

	for (int s = 0; s < 2; s++)
		rows[s] = rows_at(&matrices[s], truth, guess, &shares[s]);
	apart = shares[1] - shares[0];
	if ((err = mlv_figure_text(figure, truth)) || (err = mlv_figure_text(figure, guess)) ||
	    (err = mlv_figure_number(figure, true, rows[0])) ||
	    (err = mlv_figure_number(figure, true, rows[1])) ||
	    (err = mlv_figure_number(figure, !isnan(shares[0]), shares[0])) ||
	    (err = mlv_figure_number(figure, !isnan(shares[1]), shares[1])))
		return err;
	return mlv_figure_number(figure, !isnan(apart), apart);
}

/* The classes of both: those of now, then what only the version before had. */
static mlv_err all_classes(const struct matrix matrices[2], struct mlv_strs *classes)
{
	mlv_err err = NULL;

	for (int s = 1; s >= 0; s--)
		for (size_t c = 0; c < matrices[s].classes->count && !err; c++)
			if (s || find(&matrices[1], matrices[0].classes->at[c]) ==
					 matrices[1].classes->count)
				err = mlv_strs_add(classes, matrices[s].classes->at[c]);
	return err;
}

static mlv_err difference(struct mlv_page *page, const struct matrix matrices[2])
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs classes = { 0 };
	MLV_SCOPED(mlv_figure_release) struct mlv_figure figure = {
		.title = "Now less before",
		.note = "By how much the share of the true class grew (blue) or shrank (orange, dashed).",
		.spec = mlv_spec_confusion_change,
		.columns = { { "truth", "True", false }, { "guess", "Predicted", false },
			     { "old", "Rows before", true }, { "new", "Rows now", true },
			     { "was", "Share before", true }, { "share", "Share now", true },
			     { "change", "Change", true } },
	};
	mlv_err err = all_classes(matrices, &classes);

	if (err || classes.count > CONFUSION_MAX)
		return err;
	for (size_t t = 0; t < classes.count; t++)
		for (size_t g = 0; g < classes.count && !err; g++)
			err = apart_row(&figure, matrices, classes.at[t], classes.at[g]);
	figure.height = 120 + 40 * (unsigned)classes.count;
	return err ? err : mlv_figure_print(page, &figure);
}

static mlv_err count(const struct mlv_cases *cases, struct matrix *matrix)
{
	matrix->classes = &cases->classes;
	return mlv_cells_count(&cases->rows, &matrix->cells);
}

mlv_err mlv_report_confusion(struct mlv_page *page, const struct mlv_report_input *input)
{
	MLV_SCOPED(matrices_release) struct matrix matrices[2] = { { 0 } }; /* before, now */
	bool both = input->old_cases && input->old->task != MLV_TASK_REGRESSION;
	mlv_err err;

	if (!input->cases || input->record->task == MLV_TASK_REGRESSION ||
	    input->cases->classes.count > CONFUSION_MAX)
		return NULL;
	if ((err = count(input->cases, &matrices[1])) ||
	    (both && (err = count(input->old_cases, &matrices[0]))) ||
	    (err = mlv_report_begin(page, "confusion", "What was taken for what")) ||
	    (err = mlv_buf_add_str(page->html, "<div class=\"side\">\n")) ||
	    (err = confusion(page, &matrices[1], "Now")) ||
	    (both &&
	     ((err = confusion(page, &matrices[0], "Before")) || (err = difference(page, matrices)))) ||
	    (err = mlv_buf_add_str(page->html, "</div>\n")))
		return err;
	return mlv_report_end(page);
}
