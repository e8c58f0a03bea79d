/* Areas under ROC curves beside what pROC, whose variances are DeLong's, gives for its own data. */
#include "check.h"

#include <math.h>

#include "core/eval/auc.h"
#include "core/eval/cluster.h"
#include "core/eval/interval.h"
#include "core/eval/test.h"

/*
 * Patients after a haemorrhage: whether the outcome was poor, whether it is a woman, the grade of
 * the World Federation of Neurological Surgeons, and two proteins. N. Turck and others, Intensive
 * Care Medicine 36 (2010), as pROC 1.18 has them (aSAH).
 */
static const struct {
	uint8_t poor, woman;
	double wfns, s100b, ndka;
} patients[] = {
	{ 0, 1, 1, 0.13, 3.01 }, { 0, 1, 1, 0.14, 8.54 }, { 0, 1, 1, 0.1, 8.09 },
	{ 0, 1, 1, 0.04, 10.42 }, { 1, 1, 3, 0.13, 17.4 }, { 1, 0, 2, 0.1, 12.75 },
	{ 0, 0, 5, 0.47, 6 }, { 1, 0, 4, 0.16, 13.2 }, { 0, 1, 1, 0.18, 15.54 },
	{ 0, 1, 2, 0.1, 6.01 }, { 1, 0, 5, 0.12, 15.96 }, { 0, 1, 2, 0.1, 17.86 },
	{ 1, 0, 5, 0.44, 5.18 }, { 1, 0, 5, 0.71, 8.9 }, { 0, 1, 1, 0.04, 13.41 },
	{ 0, 1, 2, 0.08, 20.75 }, { 1, 0, 5, 0.49, 11.6 }, { 0, 1, 2, 0.04, 16.11 },
	{ 1, 1, 2, 0.07, 32.37 }, { 1, 0, 5, 0.33, 54.82 }, { 1, 1, 2, 0.09, 32.41 },
	{ 0, 1, 1, 0.09, 49.94 }, { 1, 1, 1, 0.07, 40.34 }, { 0, 0, 1, 0.11, 9.47 },
	{ 0, 1, 1, 0.07, 6.29 }, { 0, 1, 2, 0.17, 12.53 }, { 0, 0, 1, 0.07, 6.54 },
	{ 0, 1, 2, 0.11, 6.3 }, { 0, 1, 1, 0.13, 80.3 }, { 0, 0, 1, 0.19, 12.8 },
	{ 0, 1, 3, 0.05, 9.8 }, { 0, 1, 4, 0.16, 9.81 }, { 1, 1, 2, 0.41, 9.85 },
	{ 0, 1, 1, 0.14, 18.21 }, { 0, 1, 4, 0.34, 5.03 }, { 1, 0, 5, 0.35, 14.04 },
	{ 1, 1, 4, 0.48, 21.93 }, { 0, 1, 1, 0.09, 8.02 }, { 1, 0, 4, 0.96, 7.42 },
	{ 1, 1, 2, 0.25, 8.38 }, { 0, 1, 5, 0.5, 6.59 }, { 0, 1, 5, 0.46, 9.63 },
	{ 0, 1, 1, 0.16, 13.12 }, { 0, 0, 1, 0.07, 7.96 }, { 0, 1, 2, 0.43, 14.34 },
	{ 0, 0, 4, 0.45, 41.43 }, { 0, 0, 1, 0.11, 7.63 }, { 0, 0, 1, 0.08, 7.06 },
	{ 0, 0, 2, 0.09, 12.59 }, { 1, 1, 5, 0.86, 13.56 }, { 1, 1, 5, 0.52, 3.87 },
	{ 0, 0, 2, 0.08, 9.44 }, { 0, 1, 1, 0.06, 7.66 }, { 0, 1, 2, 0.13, 12.98 },
	{ 1, 1, 5, 2.07, 419.19 }, { 0, 1, 1, 0.1, 27.19 }, { 0, 0, 2, 0.14, 22.27 },
	{ 0, 1, 2, 0.15, 9.95 }, { 1, 0, 2, 0.07, 21.22 }, { 0, 1, 1, 0.06, 11.73 },
	{ 1, 1, 5, 0.77, 10.4 }, { 0, 0, 1, 0.05, 58.83 }, { 0, 1, 1, 0.09, 6.39 },
	{ 1, 1, 2, 0.3, 11.09 }, { 1, 1, 5, 0.03, 12.22 }, { 1, 0, 2, 0.09, 13.67 },
	{ 0, 0, 1, 0.04, 17.21 }, { 1, 0, 4, 0.23, 22.63 }, { 1, 0, 5, 0.7, 12.9 },
	{ 0, 1, 2, 0.09, 9.7 }, { 1, 1, 4, 0.27, 21.57 }, { 1, 1, 4, 0.71, 8.23 },
	{ 1, 0, 1, 0.08, 72.57 }, { 1, 1, 4, 0.26, 15.54 }, { 0, 0, 1, 0.08, 10.51 },
	{ 0, 1, 2, 0.16, 10.6 }, { 0, 0, 1, 0.09, 14.57 }, { 1, 0, 4, 0.13, 5.19 },
	{ 1, 0, 2, 0.1, 9.63 }, { 0, 1, 1, 0.08, 4.61 }, { 1, 1, 2, 0.11, 21.48 },
	{ 0, 1, 3, 0.33, 17.3 }, { 0, 1, 2, 0.11, 12.71 }, { 0, 1, 4, 0.28, 9.44 },
	{ 0, 0, 2, 0.07, 11.07 }, { 0, 1, 1, 0.1, 19.46 }, { 0, 0, 4, 0.32, 10.83 },
	{ 1, 0, 5, 0.22, 5.37 }, { 0, 1, 1, 0.07, 11.97 }, { 0, 0, 1, 0.05, 7.75 },
	{ 0, 1, 5, 0.24, 9.83 }, { 0, 1, 4, 0.38, 10.55 }, { 0, 1, 2, 0.1, 28.49 },
	{ 0, 1, 2, 0.15, 8.53 }, { 0, 1, 1, 0.08, 12.57 }, { 0, 1, 1, 0.14, 12.9 },
	{ 0, 0, 1, 0.1, 46.83 }, { 0, 1, 3, 0.07, 11.68 }, { 0, 0, 1, 0.04, 12.67 },
	{ 0, 1, 2, 0.19, 9.01 }, { 1, 0, 5, 0.56, 9.57 }, { 1, 1, 2, 0.14, 34.06 },
	{ 1, 1, 2, 0.58, 11.72 }, { 1, 1, 5, 0.32, 14.26 }, { 1, 0, 5, 0.82, 47.61 },
	{ 1, 1, 5, 0.74, 11.67 }, { 0, 1, 2, 0.15, 24.58 }, { 0, 1, 4, 0.47, 10.33 },
	{ 0, 0, 4, 0.17, 13.87 }, { 1, 0, 5, 0.44, 15.89 }, { 0, 1, 1, 0.15, 22.43 },
	{ 0, 1, 1, 0.5, 6.79 }, { 0, 0, 1, 0.48, 13.45 },
};
#define PATIENTS MLV_COUNT(patients)

enum marker { WFNS, S100B, NDKA, MARKERS };

struct curve {
	uint8_t poor[PATIENTS];
	double score[MARKERS][PATIENTS];
	uint32_t placed[MARKERS][PATIENTS];
	struct mlv_auc auc[MARKERS];
	size_t count;
};

static void draw(bool women_only, struct curve *curve)
{
	*curve = (struct curve){ 0 };
	for (size_t i = 0; i < PATIENTS; i++) {
		if (women_only && !patients[i].woman)
			continue;
		curve->poor[curve->count] = patients[i].poor;
		curve->score[WFNS][curve->count] = patients[i].wfns;
		curve->score[S100B][curve->count] = patients[i].s100b;
		curve->score[NDKA][curve->count++] = patients[i].ndka;
	}
	for (size_t m = 0; m < MARKERS; m++)
		check_ok(mlv_auc_of(&(struct mlv_ranked){ curve->score[m], NULL, curve->poor, curve->count },
				    &curve->auc[m], curve->placed[m]));
}

static bool near(double a, double b, double most)
{
	return fabs(a - b) <= most;
}

static double covariance(const struct curve *curve, enum marker a, enum marker b)
{
	return mlv_auc_covariance(curve->poor, curve->placed[a], curve->placed[b], curve->count);
}

/* The standard error of the difference of two markers, of the same patients; and its z. */
static double spread_of(const struct curve *curve, enum marker a, enum marker b)
{
	return sqrt(curve->auc[a].variance + curve->auc[b].variance - 2 * covariance(curve, a, b));
}

static double z(const struct curve *curve, enum marker a, enum marker b)
{
	return (curve->auc[a].value - curve->auc[b].value) / spread_of(curve, a, b);
}

/* Its tests of roc.test(method = "delong"). */
mlv_test(roc, paired_tests_of_proc)
{
	struct curve curve;
	struct mlv_interval in;
	double apart;

	draw(false, &curve);
	cr_assert(eq(sz, curve.count, 113));
	cr_assert(eq(u64, curve.auc[WFNS].positives, 41));
	cr_assert(near(curve.auc[WFNS].value, .8236788617886179, 1e-15) == true);
	cr_assert(near(curve.auc[S100B].value, .7313685636856369, 1e-15) == true);
	cr_assert(near(covariance(&curve, WFNS, S100B), .00119615567376754, 1e-16) == true);
	cr_assert(near(z(&curve, WFNS, S100B), 2.20898359144091, 1e-12) == true);
	cr_assert(near(z(&curve, WFNS, NDKA), 2.79777591868904, 1e-12) == true);
	cr_assert(near(z(&curve, NDKA, S100B), -1.39077002573558, 1e-12) == true);
	apart = curve.auc[WFNS].value - curve.auc[S100B].value;
	cr_assert(near(mlv_test_z(apart, spread_of(&curve, WFNS, S100B)), .0271757822291882, 1e-13) == true);
	in = mlv_interval_normal(apart, spread_of(&curve, WFNS, S100B), 0.95, -1, 1);
	cr_assert(near(in.low, .0104061769564846, 1e-13) == true);
	cr_assert(near(in.high, .174214419249478, 1e-13) == true);
	apart = curve.auc[WFNS].value - curve.auc[NDKA].value;
	cr_assert(near(mlv_test_z(apart, spread_of(&curve, WFNS, NDKA)), .00514557970691098, 1e-13) == true);
	in = mlv_interval_normal(apart, spread_of(&curve, WFNS, NDKA), 0.95, -1, 1);
	cr_assert(near(in.low, .0634011709, 1e-10) == true && near(in.high, .3600405635, 1e-10) == true);
	apart = curve.auc[NDKA].value - curve.auc[S100B].value;
	cr_assert(near(mlv_test_z(apart, spread_of(&curve, NDKA, S100B)), .164295175223054, 1e-13) == true);
	cr_assert(near(z(&curve, WFNS, WFNS), 0, 0) == true || isnan(z(&curve, WFNS, WFNS)));
	cr_assert(mlv_test_z(0, 0) == 1);
}

/* Groups of one row each are rows: but for G / (G - 1) and m - 1 for m, which is all that is between them. */
mlv_test(roc, groups_of_one_row_are_rows)
{
	struct mlv_clusters alone, twice;
	struct curve curve;
	double added[2 * PATIENTS], delong, most;
	uint32_t group[2 * PATIENTS];

	draw(false, &curve);
	mlv_clusters_of_area(&curve.auc[NDKA], curve.poor, curve.placed[NDKA], PATIENTS, added);
	for (uint32_t i = 0; i < PATIENTS; i++)
		group[i] = PATIENTS - i;
	check_ok(mlv_clusters_make(group, added, PATIENTS, &alone));
	delong = sqrt(curve.auc[NDKA].variance);
	most = sqrt(113. / 112);
	cr_assert(eq(sz, alone.count, PATIENTS));
	cr_assert(alone.error < delong * most && alone.error > delong * most * sqrt(40. / 41));
	/* Each row twice, as half of itself, is no more than once. */
	for (uint32_t i = 0; i < PATIENTS; i++) {
		added[i] /= 2;
		added[PATIENTS + i] = added[i];
		group[PATIENTS + i] = group[i];
	}
	check_ok(mlv_clusters_make(group, added, 2 * PATIENTS, &twice));
	cr_assert(eq(sz, twice.count, PATIENTS));
	cr_assert(near(twice.error, alone.error, 1e-16) == true);
	check_ok(mlv_clusters_make(group, added, 1, &twice));
	cr_assert(isnan(twice.error));
}

/* A sum of a group is that of its rows in one order: here others would lose what is small. */
mlv_test(roc, sums_of_groups_do_not_depend_on_the_order_of_rows)
{
	static const double orders[][4] = { { 1, 1e16, -1e16, 3 },
					    { 1e16, 3, -1e16, 1 },
					    { 3, -1e16, 1, 1e16 } };
	static const uint32_t groups[][4] = { { 7, 7, 7, 2 }, { 7, 2, 7, 7 }, { 2, 7, 7, 7 } };
	double errors[MLV_COUNT(orders)];

	for (size_t i = 0; i < MLV_COUNT(orders); i++) {
		struct mlv_clusters clusters;

		check_ok(mlv_clusters_make(groups[i], orders[i], 4, &clusters));
		cr_assert(eq(sz, clusters.count, 2));
		errors[i] = clusters.error;
	}
	for (size_t i = 1; i < MLV_COUNT(errors); i++)
		cr_assert(not(errors[i] < errors[0] || errors[i] > errors[0]));
}

/* Its tests of an unpaired test, and of ci.auc(): of all, and of women alone. */
mlv_test(roc, intervals_of_proc)
{
	struct curve curve;
	struct mlv_interval in;

	draw(false, &curve);
	cr_assert(near((curve.auc[WFNS].value - curve.auc[S100B].value) /
			       sqrt(curve.auc[WFNS].variance + curve.auc[S100B].variance),
		       1.43490640926908, 1e-12) == true);
	in = mlv_interval_normal(curve.auc[NDKA].value, sqrt(curve.auc[NDKA].variance), 0.95, 0, 1);
	cr_assert(near(curve.auc[NDKA].value, .611957994579946, 1e-14) == true);
	cr_assert(near(in.low, .501244999271703, 1e-13) == true);
	cr_assert(near(in.high, .722670989888189, 1e-13) == true);
	draw(true, &curve);
	in = mlv_interval_normal(curve.auc[NDKA].value, sqrt(curve.auc[NDKA].variance), 0.95, 0, 1);
	cr_assert(eq(u64, curve.auc[NDKA].positives, 21));
	cr_assert(eq(sz, curve.count, 71));
	cr_assert(near(curve.auc[NDKA].value, .6671428571, 1e-10) == true);
	cr_assert(near(in.low, .5261398281, 1e-10) == true && near(in.high, .8081458862, 1e-10) == true);
}
