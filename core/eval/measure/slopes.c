/*
 * How a metric of the confusion matrix changes with each cell. None of these
 * metrics changes when all cells are scaled, so that the sum of n * slope is 0,
 * and the variance by the delta method the sum of n * slope^2.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/measure/parts.h"

/* Slopes of a metric whose value is v, into to, as the matrix lies. */
typedef void (*slopes_fn)(const struct matrix *m, double v, double *to);

static void of_kappa(const struct matrix *m, double v, double *to)
{
	double all = m->total * m->total - mlv_matrix_chance(m);

	for (size_t t = 0; t < m->k; t++)
		for (size_t g = 0; g < m->k; g++) {
			double apart = m->guess[t] + m->truth[g];
			double top = (t == g ? m->total : 0) + m->right - apart;

			to[t * m->k + g] = (top - v * (2 * m->total - apart)) / all;
		}
}

static void of_mcc(const struct matrix *m, double v, double *to)
{
	double x = m->total * m->total, y = x, root;

	for (size_t k = 0; k < m->k; k++) {
		x -= m->guess[k] * m->guess[k];
		y -= m->truth[k] * m->truth[k];
	}
	root = sqrt(x) * sqrt(y);
	for (size_t t = 0; t < m->k; t++)
		for (size_t g = 0; g < m->k; g++) {
			double own = (t == g ? m->total : 0) + m->right - m->guess[t] - m->truth[g];

			to[t * m->k + g] = own / root - v * ((m->total - m->guess[g]) / x +
							     (m->total - m->truth[t]) / y);
		}
}

/* How the F of classes t and g, summed with these weights, changes with the cell t, g. */
static double f_slope(const struct matrix *m, size_t t, size_t g, double bb, double of_t, double of_g)
{
	double all_t = bb * m->truth[t] + m->guess[t], all_g = bb * m->truth[g] + m->guess[g];
	double slope = t == g ? (1 + bb) * of_t / all_t : 0;

	return slope - of_t * bb * mlv_matrix_class_f(m, t, bb) / all_t -
	       of_g * mlv_matrix_class_f(m, g, bb) / all_g;
}

static void of_macro_f(const struct matrix *m, double bb, double *to)
{
	double count = 0;

	for (size_t k = 0; k < m->k; k++)
		count += m->truth[k] + m->guess[k] > 0;
	for (size_t t = 0; t < m->k; t++)
		for (size_t g = 0; g < m->k; g++)
			if (mlv_matrix_cell(m, t, g) > 0)
				to[t * m->k + g] = f_slope(m, t, g, bb, 1 / count, 1 / count);
}

static void of_weighted_f1(const struct matrix *m, double v, double *to)
{
	for (size_t t = 0; t < m->k; t++)
		for (size_t g = 0; g < m->k; g++)
			if (mlv_matrix_cell(m, t, g) > 0)
				to[t * m->k + g] = (mlv_matrix_class_f(m, t, 1) - v +
						    f_slope(m, t, g, 1, m->truth[t], m->truth[g])) /
						   m->total;
}

static void of_weighted_precision(const struct matrix *m, double v, double *to)
{
	for (size_t t = 0; t < m->k; t++)
		for (size_t g = 0; g < m->k; g++) {
			double own = m->guess[t] > 0 ? mlv_matrix_cell(m, t, t) / m->guess[t] : 0;
			double taken = m->guess[g] > 0 ? mlv_matrix_cell(m, g, g) / m->guess[g] : 0;

			if (mlv_matrix_cell(m, t, g) > 0)
				to[t * m->k + g] = (own - v + m->truth[g] * ((t == g) - taken) /
								      m->guess[g]) / m->total;
		}
}

/* The mean over classes of what of each is right: by truth (recall) or by guess (precision). */
static void of_macro(const struct matrix *m, bool by_guess, double *to)
{
	const double *of = by_guess ? m->guess : m->truth;
	double count = 0;

	for (size_t k = 0; k < m->k; k++)
		count += of[k] > 0;
	for (size_t t = 0; t < m->k; t++)
		for (size_t g = 0; g < m->k; g++) {
			size_t k = by_guess ? g : t;

			if (of[k] > 0)
				to[t * m->k + g] = ((t == g) - mlv_matrix_cell(m, k, k) / of[k]) /
						   of[k] / count;
		}
}

static void of_macro_recall(const struct matrix *m, double v, double *to)
{
	(void)v;
	of_macro(m, false, to);
}

static void of_adjusted(const struct matrix *m, double v, double *to)
{
	double scale = 1 / (1 - 1 / mlv_matrix_classes(m));

	of_macro_recall(m, v, to);
	for (size_t i = 0; i < m->k * m->k; i++)
		to[i] *= scale;
}

/* tpr / fpr, which are of the guess 1, and fnr / tnr of the guess 0. */
static void of_ratio_of_shares(const struct matrix *m, double v, size_t guess, double *to)
{
	double others = mlv_matrix_cell(m, 0, guess);

	for (size_t g = 0; g < 2; g++) {
		to[g] = v / m->truth[0] - (g == guess ? v / others : 0);
		to[2 + g] = ((g == guess ? m->truth[0] / others : 0) - v) / m->truth[1];
	}
}

static void of_macro_precision(const struct matrix *m, double v, double *to)
{
	(void)v;
	of_macro(m, true, to);
}

/* A ratio of sums of cells: each cell counts top[i] above and bottom[i] below. Cells are tn fp fn tp. */
static void of_ratio(const struct matrix *m, double v, const double *top, const double *bottom,
		     double *to)
{
	double below = 0;

	for (size_t i = 0; i < 4; i++)
		below += bottom[i] * m->cells->at[i];
	for (size_t i = 0; i < 4; i++)
		to[i] = (top[i] - v * bottom[i]) / below;
}

static void of_fbeta(const struct matrix *m, double v, double bb, double *to)
{
	const double top[] = { 0, 0, 0, 1 + bb }, bottom[] = { 0, 1, bb, 1 + bb };

	of_ratio(m, v, top, bottom, to);
}

static bool of_share(const struct matrix *m, const char *name, double v, double *to)
{
	double top[4], bottom[4];
	unsigned hits, of;

	if (m->k != 2 || !mlv_measure_share(name, &hits, &of))
		return false;
	for (unsigned i = 0; i < 4; i++) {
		top[i] = hits >> i & 1;
		bottom[i] = of >> i & 1;
	}
	of_ratio(m, v, top, bottom, to);
	return true;
}

static void of_right(const struct matrix *m, double v, bool wrong, double *to)
{
	for (size_t t = 0; t < m->k; t++)
		for (size_t g = 0; g < m->k; g++)
			to[t * m->k + g] = (((t == g) != wrong) - v) / m->total;
}

void mlv_matrix_slopes(const struct matrix *m, const char *name, double v, double *to)
{
	static const struct {
		const char *name;
		slopes_fn fn;
	} known[] = {
		{ "kappa", of_kappa },
		{ "mcc", of_mcc },
		{ "weighted_f1", of_weighted_f1 },
		{ "weighted_precision", of_weighted_precision },
		{ "macro_precision", of_macro_precision },
		{ "macro_recall", of_macro_recall },
		{ "balanced_accuracy", of_macro_recall },
		{ "adjusted_balanced_accuracy", of_adjusted },
	};

	memset(to, 0, m->k * m->k * sizeof(*to));
	if (strcmp(name, "accuracy") == 0 || strcmp(name, "error") == 0)
		of_right(m, v, strcmp(name, "error") == 0, to);
	else if (strncmp(name, "f", 1) == 0 && strspn(name + 1, "0125.") == strlen(name + 1))
		of_fbeta(m, v, mlv_measure_beta(name), to);
	else if (strncmp(name, "macro_f", 7) == 0)
		of_macro_f(m, mlv_measure_beta(name), to);
	else if (mlv_measure_is_ratio(name))
		of_ratio_of_shares(m, v, strcmp(name, "lr_plus") == 0, to);
	else if (!of_share(m, name, v, to))
		for (size_t i = 0; i < MLV_COUNT(known); i++)
			if (strcmp(known[i].name, name) == 0)
				known[i].fn(m, v, to);
}

mlv_err mlv_cells_slopes(const struct mlv_measure *measure, const struct mlv_cells *cells, double v,
			 double *to)
{
	MLV_SCOPED(mlv_matrix_release) struct matrix m = { 0 };
	mlv_err err = mlv_matrix_init(&m, cells, 0.95);

	if (!err)
		mlv_matrix_slopes(&m, measure->name, v, to);
	return err;
}
