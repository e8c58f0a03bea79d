/* Metrics of a confusion matrix. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/measure/parts.h"

double mlv_matrix_cell(const struct matrix *m, size_t truth, size_t guess)
{
	return m->cells->at[truth * m->k + guess];
}

void mlv_matrix_release(struct matrix *m)
{
	free(m->truth);
	free(m->guess);
}

mlv_err mlv_matrix_init(struct matrix *m, const struct mlv_cells *cells, double level)
{
	double squares = 0;

	*m = (struct matrix){ .cells = cells, .k = cells->classes, .level = level, .per_weight = 1 };
	m->truth = mlv_sys_alloc_array(m->k, sizeof(*m->truth));
	m->guess = mlv_sys_alloc_array(m->k, sizeof(*m->guess));
	if (!m->truth || !m->guess)
		return mlv_error_nomem("counts");
	for (size_t t = 0; t < m->k; t++)
		for (size_t g = 0; g < m->k; g++) {
			m->truth[t] += mlv_matrix_cell(m, t, g);
			m->guess[g] += mlv_matrix_cell(m, t, g);
			m->total += mlv_matrix_cell(m, t, g);
			m->right += t == g ? mlv_matrix_cell(m, t, g) : 0;
			squares += cells->squares ? cells->squares[t * m->k + g] : 0;
		}
	if (cells->squares && squares > 0)
		m->per_weight = m->total / squares;
	return NULL;
}

static uint64_t rows_of(const struct matrix *m, double weight)
{
	return (uint64_t)llround(weight * m->per_weight);
}

/* hits / of, with Wilson's interval. */
static void share(const struct matrix *m, double hits, double of, struct mlv_measured *out)
{
	out->of = rows_of(m, of);
	if (!(of > 0)) {
		out->why = "no-denominator";
		return;
	}
	out->value = hits / of;
	out->by = "wilson";
	out->interval = mlv_interval_wilson(hits * m->per_weight, of * m->per_weight, m->level);
}

/* Shares of a binary matrix: which cells are counted, and among which (tn fp fn tp, bit 0 to 3). */
static const struct {
	const char *name;
	unsigned hits, of;
} shares[] = {
	{ "precision", 8, 10 }, { "recall", 8, 12 }, { "tpr", 8, 12 },   { "tnr", 1, 3 },
	{ "fpr", 2, 3 },        { "fnr", 4, 12 },    { "npv", 1, 5 },    { "fdr", 2, 10 },
	{ "for", 4, 5 },        { "prev", 12, 15 },  { "pprev", 10, 15 }, { "jaccard", 8, 14 },
};

static double sum_of(const struct matrix *m, unsigned which)
{
	double sum = 0;

	for (unsigned i = 0; i < 4; i++)
		sum += which >> i & 1 ? m->cells->at[i] : 0;
	return sum;
}

bool mlv_measure_share(const char *name, unsigned *hits, unsigned *of)
{
	for (size_t i = 0; i < MLV_COUNT(shares); i++)
		if (strcmp(shares[i].name, name) == 0) {
			*hits = shares[i].hits;
			*of = shares[i].of;
			return true;
		}
	return false;
}

static bool measure_share(const struct matrix *m, const char *name, struct mlv_measured *out)
{
	unsigned hits, of;

	if (!mlv_measure_share(name, &hits, &of))
		return false;
	share(m, sum_of(m, hits), sum_of(m, of), out);
	return true;
}

/* With J = tp / (tp + fp + fn), a share, F1 is 2 J / (1 + J): its interval follows. */
static void measure_f1(const struct matrix *m, struct mlv_measured *out)
{
	share(m, sum_of(m, 8), sum_of(m, 14), out);
	if (out->why)
		return;
	out->value = 2 * sum_of(m, 8) / (2 * sum_of(m, 8) + sum_of(m, 6));
	out->interval.low = 2 * out->interval.low / (1 + out->interval.low);
	out->interval.high = 2 * out->interval.high / (1 + out->interval.high);
}

bool mlv_measure_is_ratio(const char *name)
{
	return strcmp(name, "lr_plus") == 0 || strcmp(name, "lr_minus") == 0;
}

/* The interval of a function of the counts, by its slopes. */
static mlv_err by_delta(const struct matrix *m, const char *name, double low,
			struct mlv_measured *out)
{
	MLV_SCOPED(mlv_mem_free) double *slopes = mlv_sys_alloc_array(m->k * m->k, sizeof(*slopes));
	double variance = 0;

	if (!slopes)
		return mlv_error_nomem("counts");
	mlv_matrix_slopes(m, name, out->value, slopes);
	for (size_t i = 0; i < m->k * m->k; i++)
		variance += m->cells->at[i] * slopes[i] * slopes[i];
	out->error = sqrt(variance / m->per_weight);
	out->by = "delta";
	if (mlv_measure_is_ratio(name))
		out->interval = mlv_interval_ratio(out->value, out->error / out->value, m->level);
	else
		out->interval = mlv_interval_normal(out->value, out->error, m->level, low, 1);
	return NULL;
}

static void measure_fbeta(const struct matrix *m, double bb, struct mlv_measured *out)
{
	double fp = m->cells->at[1], fn = m->cells->at[2], tp = m->cells->at[3];
	double all = (1 + bb) * tp + bb * fn + fp;

	out->of = rows_of(m, tp + fp + fn);
	if (all > 0)
		out->value = (1 + bb) * tp / all;
	else
		out->why = "no-denominator";
}

double mlv_matrix_classes(const struct matrix *m)
{
	double count = 0;

	for (size_t k = 0; k < m->k; k++)
		count += m->truth[k] > 0;
	return count;
}

/* Chance agreement, times the square of the total. */
double mlv_matrix_chance(const struct matrix *m)
{
	double sum = 0;

	for (size_t k = 0; k < m->k; k++)
		sum += m->truth[k] * m->guess[k];
	return sum;
}

/* Cohen's kappa: (total * right - E) / (total^2 - E). */
static void measure_kappa(const struct matrix *m, struct mlv_measured *out)
{
	double chance = mlv_matrix_chance(m), all = m->total * m->total - chance;

	if (all > 0)
		out->value = (m->total * m->right - chance) / all;
	else
		out->why = "one-class";
}

/* Matthews's correlation for any number of classes (J. Gorodkin 2004). */
static void measure_mcc(const struct matrix *m, struct mlv_measured *out)
{
	double top = m->total * m->right - mlv_matrix_chance(m);
	double x = m->total * m->total, y = x;

	for (size_t k = 0; k < m->k; k++) {
		x -= m->guess[k] * m->guess[k];
		y -= m->truth[k] * m->truth[k];
	}
	if (x > 0 && y > 0)
		out->value = top / (sqrt(x) * sqrt(y));
	else
		out->why = "one-class";
}

/* The mean of right / of[k] over the classes that have any: recall by truth, precision by guess. */
static void measure_macro(const struct matrix *m, const double *of, bool all_needed,
			  struct mlv_measured *out)
{
	struct mlv_interval_mean mean = { 0 };

	for (size_t k = 0; k < m->k; k++) {
		double hits = mlv_matrix_cell(m, k, k);

		if (!(of[k] > 0) && all_needed && m->truth[k] > 0) {
			out->why = "class-never-predicted";
			return;
		}
		if (of[k] > 0)
			mlv_interval_mean_add(&mean, hits / of[k],
					      mlv_interval_wilson(hits * m->per_weight,
								  of[k] * m->per_weight, m->level));
	}
	out->value = mean.sum / (double)mean.count;
	out->by = "mover";
	out->interval = mlv_interval_mean_end(&mean);
}

/* Recall less what guessing has, by what is left above that: 0 and 1 whatever the number of classes. */
static void measure_adjusted(const struct matrix *m, struct mlv_measured *out)
{
	double chance = 1 / mlv_matrix_classes(m), scale = 1 / (1 - chance);

	if (chance >= 1) {
		out->why = "one-class";
		return;
	}
	measure_macro(m, m->truth, false, out);
	out->value = (out->value - chance) * scale;
	out->interval.low = (out->interval.low - chance) * scale;
	out->interval.high = (out->interval.high - chance) * scale;
}

double mlv_matrix_class_f(const struct matrix *m, size_t k, double bb)
{
	double of = bb * m->truth[k] + m->guess[k];

	return of > 0 ? (1 + bb) * mlv_matrix_cell(m, k, k) / of : 0;
}

double mlv_measure_beta(const char *name)
{
	const char *digits = strrchr(name, 'f') + 1;

	return strcmp(digits, "1") == 0 ? 1 : strcmp(digits, "2") == 0 ? 4 : 0.25;
}

static void measure_macro_f(const struct matrix *m, double bb, struct mlv_measured *out)
{
	double count = 0, sum = 0;

	for (size_t k = 0; k < m->k; k++) {
		count += m->truth[k] + m->guess[k] > 0;
		sum += mlv_matrix_class_f(m, k, bb);
	}
	out->value = sum / count;
}

/* How much likelier a guess is for positives than for negatives: of cells tn fp fn tp. */
static void measure_ratio(const struct matrix *m, size_t guess, struct mlv_measured *out)
{
	double hits = mlv_matrix_cell(m, 1, guess), others = mlv_matrix_cell(m, 0, guess);

	if (!(m->truth[0] > 0 && m->truth[1] > 0))
		out->why = "one-class";
	else if (!(others > 0))
		out->why = "no-denominator";
	else
		out->value = hits * m->truth[0] / (m->truth[1] * others);
}

/* The mean over classes by how many rows they have. */
static void measure_weighted(const struct matrix *m, bool precision, struct mlv_measured *out)
{
	double sum = 0;

	for (size_t k = 0; k < m->k; k++) {
		if (precision && m->truth[k] > 0 && !(m->guess[k] > 0)) {
			out->why = "class-never-predicted";
			return;
		}
		if (m->truth[k] > 0)
			sum += m->truth[k] * (precision ? mlv_matrix_cell(m, k, k) / m->guess[k]
							: mlv_matrix_class_f(m, k, 1));
	}
	out->value = sum / m->total;
}

static void measure_matrix(const struct matrix *m, const char *name, struct mlv_measured *out)
{
	if (strcmp(name, "accuracy") == 0)
		share(m, m->right, m->total, out);
	else if (strcmp(name, "error") == 0)
		share(m, m->total - m->right, m->total, out);
	else if (strcmp(name, "f1") == 0)
		measure_f1(m, out);
	else if (name[0] == 'f')
		measure_fbeta(m, mlv_measure_beta(name), out);
	else if (mlv_measure_is_ratio(name))
		measure_ratio(m, strcmp(name, "lr_plus") == 0, out);
	else if (strcmp(name, "kappa") == 0)
		measure_kappa(m, out);
	else if (strcmp(name, "mcc") == 0)
		measure_mcc(m, out);
	else if (strncmp(name, "macro_f", 7) == 0)
		measure_macro_f(m, mlv_measure_beta(name), out);
	else if (strcmp(name, "adjusted_balanced_accuracy") == 0)
		measure_adjusted(m, out);
	else if (strcmp(name, "macro_precision") == 0)
		measure_macro(m, m->guess, true, out);
	else if (strncmp(name, "weighted_", 9) == 0)
		measure_weighted(m, strcmp(name, "weighted_precision") == 0, out);
	else
		measure_macro(m, m->truth, false, out);
}

/* Correlations go down to -1. */
static bool is_signed(const char *name)
{
	return strcmp(name, "kappa") == 0 || strcmp(name, "mcc") == 0;
}

mlv_err mlv_measure_cells(const struct mlv_measure *measure, const struct mlv_cells *cells,
			  double level, struct mlv_measured *out)
{
	MLV_SCOPED(mlv_matrix_release) struct matrix m = { 0 };
	mlv_err err = mlv_matrix_init(&m, cells, level);

	if (err)
		return err;
	out->of = rows_of(&m, m.total);
	if (!(m.total > 0))
		out->why = "no-weight";
	else if (measure->tasks != MLV_TASK_BINARY || !measure_share(&m, measure->name, out))
		measure_matrix(&m, measure->name, out);
	/* The logarithm of a ratio that is 0 has no interval. */
	if (!out->why && !out->by && !(mlv_measure_is_ratio(measure->name) && !(out->value > 0)))
		return by_delta(&m, measure->name, is_signed(measure->name) ? -1 : 0, out);
	return NULL;
}
