/* Metrics beside what scikit-learn prints in its documentation, and Aequitas in its tests. */
#include "check.h"

#include <math.h>

#include "core/eval/cluster.h"
#include "core/eval/measure.h"

#define near(a, b, digits) \
	cr_assert(fabs((a) - (b)) <= (digits), "%.17g is not %.17g", (double)(a), (double)(b))

static struct mlv_measured measure(const char *name, const struct mlv_rows *rows)
{
	MLV_SCOPED(mlv_cells_release) struct mlv_cells cells = { 0 };
	struct mlv_measured measured;

	if (rows->truth)
		check_ok(mlv_cells_count(rows, &cells));
	cr_assert(mlv_measure_find(name) != NULL, "%s", name);
	check_ok(mlv_measure_rows(mlv_measure_find(name), rows, &cells, 0.95, &measured));
	return measured;
}

static double value(const char *name, const struct mlv_rows *rows)
{
	struct mlv_measured measured = measure(name, rows);

	cr_assert(measured.why == NULL, "%s: %s", name, measured.why);
	return measured.value;
}

static struct mlv_rows binary(const uint32_t *truth, const uint32_t *guess, size_t count)
{
	return (struct mlv_rows){ .task = MLV_TASK_BINARY, .count = count, .classes = 2,
				  .truth = truth, .guess = guess };
}

static struct mlv_rows multiclass(const uint32_t *truth, const uint32_t *guess, size_t count)
{
	return (struct mlv_rows){ .task = MLV_TASK_MULTICLASS, .count = count, .classes = 3,
				  .truth = truth, .guess = guess };
}

/* scikit-learn, Model evaluation: precision_score(), fbeta_score() and confusion_matrix(). */
mlv_test(measure, binary_of_scikit_learn)
{
	static const uint32_t guess[] = { 0, 1, 0, 0 }, truth[] = { 0, 1, 0, 1 };
	static const uint32_t truth8[] = { 0, 0, 0, 1, 1, 1, 1, 1 }, guess8[] = { 0, 1, 0, 1, 0, 1, 0, 1 };
	static const uint32_t truth4[] = { 1, 1, 1, 0 }, guess4[] = { 1, 0, 1, 1 };
	struct mlv_rows rows = binary(truth, guess, 4), eight = binary(truth8, guess8, 8);
	struct mlv_rows four = binary(truth4, guess4, 4);

	near(value("precision", &rows), 1, 0);
	near(value("recall", &rows), 0.5, 0);
	near(value("f1", &rows), 2.0 / 3, 1e-15);
	near(value("f0.5", &rows), 0.8333333333333334, 1e-15);
	near(value("f2", &rows), 0.5555555555555556, 1e-15);
	near(value("tnr", &eight), 2.0 / 3, 1e-15);
	near(value("fnr", &eight), 2.0 / 5, 1e-15);
	near(value("mcc", &four), -1.0 / 3, 1e-15); /* matthews_corrcoef([+1,+1,+1,-1], [+1,-1,+1,+1]) */
}

static void check_cells(const struct mlv_rows *rows, const double *cells)
{
	MLV_SCOPED(mlv_cells_release) struct mlv_cells counted = { 0 };

	check_ok(mlv_cells_count(rows, &counted));
	for (size_t i = 0; i < rows->classes * rows->classes; i++)
		near(counted.at[i], cells[i], 0);
}

/* scikit-learn, Model evaluation: confusion_matrix(), by truth and guess; with normalize="all" shares. */
mlv_test(measure, matrices_of_scikit_learn)
{
	static const uint32_t truth[] = { 2, 0, 2, 2, 0, 1 }, guess[] = { 0, 0, 2, 2, 0, 2 };
	static const uint32_t truth8[] = { 0, 0, 0, 1, 1, 1, 1, 1 }, guess8[] = { 0, 1, 0, 1, 0, 1, 0, 1 };
	static const double eighths[] = { .125, .125, .125, .125, .125, .125, .125, .125 };
	struct mlv_rows many = multiclass(truth, guess, 6), two = binary(truth8, guess8, 8);

	check_cells(&many, (const double[]){ 2, 0, 0, 0, 0, 1, 1, 0, 2 });
	check_cells(&two, (const double[]){ 2, 1, 2, 3 });
	two.weight = eighths;
	check_cells(&two, (const double[]){ .25, .125, .25, .375 });
}

/*
 * The same, precision_recall_fscore_support(y_true, y_pred, beta=0.5): precision [0.66, 1], recall
 * [1, 0.5], F [0.71, 0.83], support [2, 2]. Of the class 0 they are those of rows turned round.
 */
mlv_test(measure, each_class_of_scikit_learn)
{
	static const uint32_t guess[] = { 0, 1, 0, 0 }, truth[] = { 0, 1, 0, 1 };
	static const uint32_t guess0[] = { 1, 0, 1, 1 }, truth0[] = { 1, 0, 1, 0 };
	struct mlv_rows one = binary(truth, guess, 4), zero = binary(truth0, guess0, 4);

	near(value("precision", &zero), 2.0 / 3, 1e-15);
	near(value("npv", &one), 2.0 / 3, 1e-15);
	near(value("recall", &zero), 1, 0);
	near(value("tnr", &one), 1, 0);
	near(value("f0.5", &zero), 0.71, 5e-3);
	near(value("f0.5", &one), 0.83, 5e-3);
	cr_assert(measure("recall", &zero).of == 2 && measure("recall", &one).of == 2);
}

/*
 * ProPublica, How We Analyzed the COMPAS Recidivism Algorithm (2016), its contingency tables: LR+ and
 * LR- of all, of African-American and of white defendants.
 */
mlv_test(measure, likelihood_ratios_of_propublica)
{
	static struct {
		double cells[4], plus, minus; /* tn fp fn tp */
	} known[] = {
		{ { 2681, 1282, 1216, 2035 }, 1.94, 0.55 },
		{ { 990, 805, 532, 1369 }, 1.61, 0.51 },
		{ { 1139, 349, 461, 505 }, 2.23, 0.62 },
	};

	for (size_t i = 0; i < MLV_COUNT(known); i++) {
		struct mlv_cells cells = { 2, known[i].cells, NULL };
		struct mlv_rows rows = { .task = MLV_TASK_BINARY, .count = 1, .classes = 2 };
		struct mlv_measured plus, minus;
		double *at = cells.at, log_error;

		check_ok(mlv_measure_rows(mlv_measure_find("lr_plus"), &rows, &cells, 0.95, &plus));
		check_ok(mlv_measure_rows(mlv_measure_find("lr_minus"), &rows, &cells, 0.95, &minus));
		near(plus.value, known[i].plus, 5e-3);
		near(minus.value, known[i].minus, 5e-3);
		/* D. Simel, G. Samsa, D. Matchar (1991): the variance of the logarithm. */
		log_error = sqrt(1 / at[3] - 1 / (at[2] + at[3]) + 1 / at[1] - 1 / (at[0] + at[1]));
		near(plus.error / plus.value, log_error, 1e-13);
		near(log(plus.interval.high / plus.value), 1.959963984540054 * log_error, 1e-13);
		near(log(plus.value / plus.interval.low), 1.959963984540054 * log_error, 1e-13);
	}
}

/* Nothing was taken for positive that is not; and nothing right was. */
mlv_test(measure, likelihood_ratios_at_the_ends)
{
	static const uint32_t truth[] = { 0, 0, 1, 1 }, never[] = { 0, 0, 0, 1 }, wrong[] = { 0, 1, 0, 0 };
	struct mlv_rows sure = binary(truth, never, 4), none = binary(truth, wrong, 4);

	cr_assert(eq(str, measure("lr_plus", &sure).why, "no-denominator"));
	near(value("lr_plus", &none), 0, 0);
	cr_assert(measure("lr_plus", &none).by == NULL);
	sure.truth = (const uint32_t[]){ 0, 0, 0, 0 };
	cr_assert(eq(str, measure("lr_minus", &sure).why, "one-class"));
}

/*
 * scikit-learn, balanced_accuracy_score([0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1]) is 0.625; adjusted, by its
 * formula, (0.625 - 1/2) / (1 - 1/2).
 */
mlv_test(measure, balanced_accuracy_of_scikit_learn)
{
	static const uint32_t truth[] = { 0, 1, 0, 0, 1, 0 }, guess[] = { 0, 1, 0, 0, 0, 1 };
	struct mlv_rows rows = binary(truth, guess, 6), one = binary(truth + 2, guess + 2, 2);
	struct mlv_measured plain = measure("balanced_accuracy", &rows);
	struct mlv_measured adjusted = measure("adjusted_balanced_accuracy", &rows);

	near(plain.value, 0.625, 0);
	near(adjusted.value, 0.25, 0);
	near(adjusted.interval.high, 2 * plain.interval.high - 1, 1e-15);
	cr_assert(eq(str, measure("adjusted_balanced_accuracy", &one).why, "one-class"));
}

/* W. Kish's effective number of rows, (sum w)^2 / sum w^2: here 4 of weight 2 and 4 of weight 1 are 7.2. */
mlv_test(measure, interval_of_weighted_shares)
{
	static const uint32_t truth[] = { 1, 1, 1, 1, 0, 0, 0, 0 }, guess[] = { 1, 1, 0, 0, 0, 0, 0, 1 };
	static const double weight[] = { 2, 2, 2, 2, 1, 1, 1, 1 };
	struct mlv_rows rows = binary(truth, guess, 8);
	struct mlv_interval known = mlv_interval_wilson(7.0 / 12 * 7.2, 7.2, 0.95);
	struct mlv_measured accuracy;

	rows.weight = weight;
	accuracy = measure("accuracy", &rows);
	near(accuracy.value, 7.0 / 12, 1e-15);
	near(accuracy.interval.low, known.low, 1e-15);
	near(accuracy.interval.high, known.high, 1e-15);
}

/* Aequitas, tests/test_artifacts/test_bias_report/test_1.csv: expected_output_group_test_1.csv. */
mlv_test(measure, rates_of_aequitas)
{
	static const uint32_t high_truth[] = { 1, 1, 1, 0, 0 }, high_guess[] = { 1, 0, 1, 1, 0 };
	static const uint32_t low_truth[] = { 1, 1, 0, 0, 0 }, low_guess[] = { 0, 1, 1, 0, 1 };
	struct mlv_rows high = binary(high_truth, high_guess, 5), low = binary(low_truth, low_guess, 5);

	near(value("pprev", &high), 0.6, 1e-15);
	near(value("fpr", &high), 0.5, 0);
	near(value("fnr", &high), 1.0 / 3, 1e-15);
	near(value("for", &high), 0.5, 0);
	near(value("fdr", &high), 1.0 / 3, 1e-15);
	near(value("fpr", &low), 2.0 / 3, 1e-15);
	near(value("fnr", &low), 0.5, 0);
	near(value("for", &low), 0.5, 0);
	near(value("fdr", &low), 2.0 / 3, 1e-15);
}

/* scikit-learn, Model evaluation: multi-class averages, classification_report(), cohen_kappa_score(). */
mlv_test(measure, multiclass_of_scikit_learn)
{
	static const uint32_t truth[] = { 0, 1, 2, 0, 1, 2 }, guess[] = { 0, 2, 1, 0, 0, 1 };
	static const uint32_t report_truth[] = { 0, 1, 2, 2, 0 }, report_guess[] = { 0, 0, 2, 1, 0 };
	static const uint32_t kappa_truth[] = { 2, 0, 2, 2, 0, 1 }, kappa_guess[] = { 0, 0, 2, 2, 0, 2 };
	struct mlv_rows rows = multiclass(truth, guess, 6);
	struct mlv_rows report = multiclass(report_truth, report_guess, 5);
	struct mlv_rows kappa = multiclass(kappa_truth, kappa_guess, 6);
	static const uint32_t hamming_truth[] = { 2, 2, 3, 4 }, hamming_guess[] = { 1, 2, 3, 4 };
	struct mlv_rows hamming = multiclass(hamming_truth, hamming_guess, 4);

	hamming.classes = 5;
	near(value("macro_precision", &rows), 0.2222222222222222, 1e-15);
	near(value("accuracy", &rows), 0.3333333333333333, 1e-15);
	near(value("weighted_f1", &rows), 0.26666666666666666, 1e-15);
	near(value("macro_f0.5", &rows), 0.238, 5e-4);
	/*
	 * With labels=[0, 1, 2, 3] theirs is 0.166, for a class that is nowhere counts as precision 0; here
	 * it has none.
	 */
	rows.classes = 4;
	near(value("macro_precision", &rows), 0.2222222222222222, 1e-15);
	near(value("macro_precision", &report), 0.56, 5e-3);
	near(value("accuracy", &report), 0.60, 1e-15);
	near(value("macro_f1", &report), 0.49, 5e-3);
	near(value("macro_recall", &report), 0.50, 1e-15);
	near(value("weighted_precision", &report), 0.67, 5e-3);
	near(value("weighted_f1", &report), 0.59, 5e-3);
	near(value("kappa", &kappa), 0.4285714285714286, 1e-15);
	near(value("error", &hamming), 0.25, 0); /* hamming_loss([2, 2, 3, 4], [1, 2, 3, 4]) */
}

/* scikit-learn: log_loss(), brier_score_loss(), roc_auc_score(), average_precision_score(). */
mlv_test(measure, scores_of_scikit_learn)
{
	static const uint32_t truth[] = { 0, 0, 1, 1 }, brier_truth[] = { 0, 1, 1, 0 };
	static const double p[] = { .1, .2, .7, .99 }, s[] = { .1, .4, .35, .8 };
	static const double brier[] = { .1, .9, .8, .4 };
	struct mlv_rows rows = binary(truth, truth, 4), other = binary(brier_truth, brier_truth, 4);

	rows.score = p;
	near(value("log_loss", &rows), 0.1738073366910675, 1e-15);
	other.score = brier;
	near(value("brier", &other), 0.055, 1e-15);
	rows.score = s;
	near(value("auc", &rows), 0.75, 0);
	near(value("ap", &rows), 0.8333333333333333, 1e-15);
}

/* One bin: |2/3 - 0.7| of three rows, and one alone whose score is 0.1: C. Guo and others, by hand. */
mlv_test(measure, calibration_error)
{
	static const uint32_t truth[] = { 1, 0, 1, 0 };
	static const double score[] = { .69, .7, .71, .1 };
	struct mlv_rows rows = binary(truth, truth, 4);

	rows.score = score;
	near(value("ece", &rows), 3.0 / 4 * fabs(2.0 / 3 - 0.7) + 0.1 / 4, 1e-15);
}

static struct mlv_rows numbers(const double *y, const double *predicted, size_t count)
{
	return (struct mlv_rows){ .task = MLV_TASK_REGRESSION, .count = count, .y = y,
				  .predicted = predicted };
}

/* scikit-learn, Model evaluation: the metrics of regressions. */
mlv_test(measure, regression_of_scikit_learn)
{
	static const double y[] = { 3, -0.5, 2, 7 }, p[] = { 2.5, 0, 2, 8 };
	static const double log_y[] = { 3, 5, 2.5, 7 }, log_p[] = { 2.5, 5, 4, 8 };
	static const double share_y[] = { 1, 10, 1e6 }, share_p[] = { 0.9, 15, 1.2e6 };
	static const double constant[] = { -2, -2, -2 }, off[] = { -2, -2, -2 + 1e-8 };
	struct mlv_rows rows = numbers(y, p, 4), logs = numbers(log_y, log_p, 4);
	struct mlv_rows shares = numbers(share_y, share_p, 3), same = numbers(constant, constant, 3);
	struct mlv_rows nearly = numbers(constant, off, 3);

	near(value("mae", &rows), 0.5, 0);
	near(value("mse", &rows), 0.375, 0);
	near(value("rmse", &rows), sqrt(0.375), 1e-15);
	near(value("r2", &rows), 0.9486081370449679, 1e-15);
	near(value("bias", &rows), 0.25, 0);
	near(value("max_error", &rows), 1, 0);
	near(value("msle", &logs), 0.0397, 5e-5);
	near(value("mape", &shares), 0.2666, 1e-4);
	near(value("r2", &same), 1, 0);
	near(value("r2", &nearly), 0, 0);
}

/* The t interval of a mean: mae of {0.5, 0.5, 0, 1}, whose standard deviation is sqrt(1/6); qt(0.975, 3). */
mlv_test(measure, interval_of_a_mean)
{
	static const double y[] = { 3, -0.5, 2, 7 }, p[] = { 2.5, 0, 2, 8 };
	struct mlv_rows rows = numbers(y, p, 4);
	struct mlv_measured mae = measure("mae", &rows);

	cr_assert(eq(str, mae.by, "t"));
	near(mae.interval.high - 0.5, 3.182446305284263 * sqrt(1.0 / 6 / 4), 1e-12);
}

/* The delta method for kappa is the variance of J. Fleiss, J. Cohen, B. Everitt (1969): {{20,5},{10,15}}. */
mlv_test(measure, interval_of_kappa)
{
	uint32_t truth[50], guess[50];
	struct mlv_rows rows = binary(truth, guess, 50);
	struct mlv_measured kappa;
	double po = 0.7, pe = 0.5, k = 0.4, sum = 0;
	static const double row[] = { .5, .5 }, column[] = { .6, .4 }, p[2][2] = { { .4, .1 }, { .2, .3 } };

	for (size_t i = 0; i < 50; i++) {
		truth[i] = i >= 25;
		guess[i] = (i >= 20 && i < 25) || i >= 35;
	}
	for (int i = 0; i < 2; i++)
		for (int j = 0; j < 2; j++)
			sum += i == j ? p[i][i] * pow(1 - (row[i] + column[i]) * (1 - k), 2)
				      : p[i][j] * pow((1 - k) * (column[i] + row[j]), 2);
	kappa = measure("kappa", &rows);
	near(kappa.value, (po - pe) / (1 - pe), 1e-15);
	near(kappa.error, sqrt((sum - pow(k - pe * (1 - k), 2)) / 50) / (1 - pe), 1e-12);
}

/* Slopes are what a little more of a cell changes; and scaling all cells changes nothing. */
mlv_test(measure, slopes_are_those_of_small_steps)
{
	double many_at[] = { 20, 3, 4, 5, 31, 6, 2, 8, 17 }, two_at[] = { 40, 9, 12, 25 };
	struct mlv_cells many = { 3, many_at, NULL }, two = { 2, two_at, NULL };

	for (size_t i = 0; mlv_measure_at(i); i++) {
		const struct mlv_measure *of = mlv_measure_at(i);
		struct mlv_cells *cells = of->tasks & MLV_TASK_MULTICLASS ? &many : &two;
		struct mlv_rows rows = { .task = of->tasks & MLV_TASK_MULTICLASS ? MLV_TASK_MULTICLASS
										: MLV_TASK_BINARY,
					 .count = 96, .classes = cells->classes };
		size_t count = cells->classes * cells->classes;
		struct mlv_measured at, above, below;
		double slopes[9], sum = 0;

		if (of->kind != MLV_MEASURE_CELLS)
			continue;
		check_ok(mlv_measure_rows(of, &rows, cells, 0.95, &at));
		check_ok(mlv_cells_slopes(of, cells, at.value, slopes));
		for (size_t c = 0; c < count; c++) {
			double whole = cells->at[c];

			cells->at[c] = whole + 1e-4;
			check_ok(mlv_measure_rows(of, &rows, cells, 0.95, &above));
			cells->at[c] = whole - 1e-4;
			check_ok(mlv_measure_rows(of, &rows, cells, 0.95, &below));
			cells->at[c] = whole;
			cr_assert(fabs(slopes[c] - (above.value - below.value) / 2e-4) < 1e-8, "%s: cell %zu",
				  of->name, c);
			sum += whole * slopes[c];
		}
		cr_assert(fabs(sum) < 1e-12, "%s", of->name);
	}
}

mlv_test(measure, what_is_not_defined_has_no_value)
{
	static const uint32_t zeros[] = { 0, 0, 0 };
	static const double score[] = { 0, 0.5, 1 }, below[] = { -3, 1, 2 }, huge[] = { 1e308, -1e308, 0 };
	struct mlv_rows rows = binary(zeros, zeros, 3), reg = numbers(below, score, 3);
	struct mlv_rows far = numbers(huge, below, 3);
	static const char *const names[] = { "precision", "recall", "f1", "auc", "ap", "mcc", "kappa" };

	rows.score = score;
	for (size_t i = 0; i < MLV_COUNT(names); i++)
		cr_assert(measure(names[i], &rows).why != NULL, "%s", names[i]);
	cr_assert(eq(str, measure("msle", &reg).why, "at-most-minus-one"));
	cr_assert(eq(str, measure("mse", &far).why, "overflow"));
	rows.count = 0;
	cr_assert(eq(str, measure("accuracy", &rows).why, "no-rows"));
}

/*
 * What a row adds to a metric is its weight times how the value changes with that weight: here by small
 * steps, as W. Fuller (Sampling Statistics, 2009, chapter 1) has linearisation.
 */
static void check_slopes(const char *name, struct mlv_rows *rows, double *weight)
{
	const struct mlv_measure *of = mlv_measure_find(name);
	double added[8], sum = 0, at;
	bool known = false;

	rows->weight = weight;
	at = value(name, rows);
	check_ok(mlv_clusters_added(of, rows, NULL, at, added, &known));
	cr_assert(known == true, "%s", name);
	for (size_t i = 0; i < rows->count; i++) {
		double whole = weight[i], above, below;

		weight[i] = whole + 1e-5;
		above = value(name, rows);
		weight[i] = whole - 1e-5;
		below = value(name, rows);
		weight[i] = whole;
		near(added[i], whole * (above - below) / 2e-5, 1e-7);
		sum += added[i];
	}
	near(sum, 0, 1e-14);
}

mlv_test(measure, what_rows_add_is_a_slope)
{
	static const uint32_t truth[] = { 1, 0, 1, 1, 0, 0, 1, 0 };
	static const double score[] = { .9, .8, .7, .7, .7, .35, .3, .1 };
	static const double y[] = { 3, -.5, 2, 7, 4, 1, 0, 2 }, p[] = { 2.5, 0, 2, 8, 3, 1.5, 1, 2 };
	double weight[] = { 1, 2, 1, .5, 1.5, 1, 3, 1 };
	struct mlv_rows rows = binary(truth, truth, 8), reg = numbers(y, p, 8);
	double added[8];
	bool known = true;

	rows.score = score;
	check_slopes("ap", &rows, weight);
	check_slopes("ece", &rows, weight);
	check_slopes("rmse", &reg, weight);
	check_slopes("r2", &reg, weight);
	check_ok(mlv_clusters_added(mlv_measure_find("max_error"), &reg, NULL, 1, added, &known));
	cr_assert(known == false);
}

/* Of groups of one row each the error of rmse is that of the mean of squares by 2 rmse. */
mlv_test(measure, intervals_of_groups_by_slopes)
{
	static const double y[] = { 3, -0.5, 2, 7 }, p[] = { 2.5, 0, 2, 8 };
	static const uint32_t alone[] = { 3, 0, 1, 2 }, one[] = { 0, 0, 0, 0 };
	struct mlv_rows rows = numbers(y, p, 4);
	struct mlv_measured plain = measure("rmse", &rows), grouped;

	rows.group = alone;
	grouped = measure("rmse", &rows);
	cr_assert(eq(str, grouped.by, "cluster"));
	near(grouped.error, plain.error, 1e-15);
	cr_assert(eq(str, measure("r2", &rows).by, "cluster"));
	cr_assert(measure("max_error", &rows).by == NULL);
	rows.group = one;
	cr_assert(measure("rmse", &rows).by == NULL);
}
