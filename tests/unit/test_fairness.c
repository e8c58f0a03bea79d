/* Rates, disparities and parities of groups, beside what Aequitas and Fairlearn print. */
#include "check.h"

#include <math.h>

#include "core/eval/fairness.h"

#define near(a, b, off) cr_assert(fabs((a) - (b)) <= (off), "%.17g is not %.17g", (double)(a), (double)(b))

/* The audit of rows: code[a] has the group of each row by attribute a, whose cells are counted into room. */
static void audit_rows(const uint32_t *truth, const uint32_t *guess, size_t rows,
		  struct mlv_fair_attribute *attributes, const uint32_t *const *code, size_t count,
		  struct mlv_fair_cells (*room)[8], struct mlv_fairness *fairness)
{
	struct mlv_fair_cells all = { 0 };

	mlv_fair_count(truth, guess, rows, NULL, NULL, 1, &all);
	for (size_t a = 0; a < count; a++) {
		mlv_fair_count(truth, guess, rows, code[a], NULL, attributes[a].count, room[a]);
		attributes[a].cells = room[a];
	}
	check_ok(mlv_fairness_audit(&all, attributes, count, 0.95, fairness));
}

/* Aequitas, tests/test_artifacts/test_bias_report/test_1.csv and what is expected of it. */
mlv_test(fairness, aequitas_test_1)
{
	static const uint32_t truth[] = { 1, 1, 1, 1, 1, 0, 0, 0, 0, 0 };
	static const uint32_t guess[] = { 1, 0, 0, 1, 1, 1, 0, 0, 1, 1 };
	static const uint32_t code[] = { 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 };
	static const char *const values[] = { "High", "Low" };
	static const enum mlv_fair low[MLV_PARITIES] = {
		MLV_FAIR_YES, MLV_FAIR_YES, MLV_FAIR_NO, MLV_FAIR_NO, MLV_FAIR_YES,
		MLV_FAIR_NO,  MLV_FAIR_NO,  MLV_FAIR_NO, MLV_FAIR_YES, MLV_FAIR_NO,
		MLV_FAIR_NO,  MLV_FAIR_NO,  MLV_FAIR_NO, MLV_FAIR_YES, MLV_FAIR_NO,
	};
	struct mlv_fair_attribute attribute = {
		.name = "class", .values = values, .count = 2, .tau = 0.8,
	};
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness fairness = { 0 };
	struct mlv_fair_cells room[2][8] = { { { 0 } } };
	const struct mlv_fair_group *high, *other;

	audit_rows(truth, guess, 10, &attribute, &(const uint32_t *){ code }, 1, room, &fairness);
	high = &fairness.audits[0].groups[0];
	other = &fairness.audits[0].groups[1];
	cr_assert(high->n == 5 && high->tp == 2 && high->fp == 1 && high->tn == 1 && high->fn == 1);
	cr_assert(other->n == 5 && other->tp == 1 && other->fp == 2 && other->tn == 1 && other->fn == 1);
	near(high->rates[MLV_RATE_PPR].value, 0.5, 0);
	near(high->rates[MLV_RATE_PPREV].value, 0.6, 0);
	near(high->rates[MLV_RATE_FPR].value, 0.5, 0);
	near(high->rates[MLV_RATE_FNR].value, 1.0 / 3, 0);
	near(high->rates[MLV_RATE_FOR].value, 0.5, 0);
	near(other->rates[MLV_RATE_FDR].value, 2.0 / 3, 0);
	near(other->disparities[MLV_RATE_FNR].ratio, 1.5, 1e-15);
	near(other->disparities[MLV_RATE_FPR].ratio, 4.0 / 3, 1e-15);
	near(other->disparities[MLV_RATE_FDR].ratio, 2, 1e-15);
	near(other->disparities[MLV_RATE_FOR].ratio, 1, 0);
	near(other->disparities[MLV_RATE_PPREV].ratio, 1, 0);
	for (size_t p = 0; p < MLV_PARITIES; p++) {
		cr_assert(high->parities[p] == MLV_FAIR_YES);
		cr_assert(other->parities[p] == low[p], "%s", mlv_parity_name((enum mlv_parity)p));
		cr_assert(fairness.audits[0].parities[p] == low[p]);
	}
	cr_assert(fairness.unsupervised == MLV_FAIR_YES && fairness.supervised == MLV_FAIR_NO);
	cr_assert(fairness.overall == MLV_FAIR_NO);
}

/* Fairlearn's user guide, assessment: "Metrics with grouping" and its aggregates. */
mlv_test(fairness, fairlearn_user_guide)
{
	static const uint32_t truth[] = { 0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1 };
	static const uint32_t guess[] = { 0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0 };
	static const char letters[] = "bbabbcccaacabccbcc";
	static const uint32_t second[] = { 8, 6, 8, 8, 8, 8, 6, 6, 6, 8, 6, 6, 6, 6, 8, 6, 6, 6 };
	static const char *const values[] = { "a", "b", "c" };
	static const char *const crossed[] = { "a6", "a8", "b6", "b8", "c6", "c8" };
	static const double recall[] = { 0, 1, 2.0 / 3, 0.5, 0.5, 0 };
	static const double precision[] = { 0, 0.5, 1, 1, 2.0 / 3, 0 }, accuracy[] = { .25, 2.0 / 3, .375 };
	static const uint64_t rows[] = { 2, 2, 3, 3, 6, 2 };
	uint32_t code[18], cross[18];
	struct mlv_fair_attribute attributes[] = {
		{ .name = "sf", .values = values, .count = 3, .tau = 0.8 },
		{ .name = "sf & g2", .values = crossed, .count = 6, .tau = 0.8 },
	};
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness fairness = { 0 };
	struct mlv_fair_cells room[2][8] = { { { 0 } } };
	const struct mlv_fair_spread *spreads;

	for (size_t r = 0; r < 18; r++) {
		code[r] = (uint32_t)(letters[r] - 'a');
		cross[r] = code[r] * 2 + (second[r] == 8);
	}
	audit_rows(truth, guess, 18, attributes, (const uint32_t *[]){ code, cross }, 2, room, &fairness);
	near(fairness.rates[MLV_RATE_TPR].value, 0.5, 0);
	near(fairness.rates[MLV_RATE_FPR].value, 0.666667, 1e-6);
	near(fairness.rates[MLV_RATE_PPREV].value, 0.555556, 1e-6);
	near(fairness.rates[MLV_RATE_ACCURACY].value, 0.444444, 1e-6);
	for (size_t g = 0; g < 3; g++)
		near(fairness.audits[0].groups[g].rates[MLV_RATE_ACCURACY].value, accuracy[g], 1e-15);
	near(fairness.audits[0].groups[0].rates[MLV_RATE_FPR].value, 1, 0);
	near(fairness.audits[0].groups[1].rates[MLV_RATE_TPR].value, 0.6, 1e-15);
	near(fairness.audits[0].groups[2].rates[MLV_RATE_PPREV].value, 0.5, 0);
	spreads = fairness.audits[0].spreads;
	near(spreads[MLV_RATE_TPR].difference, 0.2, 1e-15);
	near(spreads[MLV_RATE_TPR].ratio, 0.666667, 1e-6);
	near(spreads[MLV_RATE_TPR].from_all, 0.1, 1e-15);
	near(spreads[MLV_RATE_TPR].ratio_all, 0.8, 1e-15);
	near(spreads[MLV_RATE_FPR].difference, 1, 0);
	near(spreads[MLV_RATE_FPR].ratio, 0, 0);
	near(spreads[MLV_RATE_FPR].from_all, 0.666667, 1e-6);
	near(spreads[MLV_RATE_FPR].ratio_all, 0, 0);
	near(spreads[MLV_RATE_PPREV].difference, 0.25, 0);
	near(spreads[MLV_RATE_PPREV].ratio, 0.666667, 1e-6);
	near(spreads[MLV_RATE_PPREV].from_all, 0.194444, 1e-6);
	near(spreads[MLV_RATE_PPREV].ratio_all, 0.740741, 1e-6);
	for (size_t g = 0; g < 6; g++) {
		cr_assert(fairness.audits[1].groups[g].n == rows[g]);
		near(fairness.audits[1].groups[g].rates[MLV_RATE_TPR].value, recall[g], 1e-15);
		near(fairness.audits[1].groups[g].rates[MLV_RATE_PRECISION].value, precision[g], 1e-15);
	}
}

/* Rows of a group, by its confusion matrix. */
static size_t add_rows(uint32_t *truth, uint32_t *guess, uint32_t *code, size_t at, uint32_t group,
		       const size_t cells[4])
{
	for (size_t c = 0; c < 4; c++)
		for (size_t i = 0; i < cells[c]; i++, at++) {
			truth[at] = c < 2;
			guess[at] = c % 2 == 0;
			code[at] = group;
		}
	return at;
}

/*
 * COMPAS, as ProPublica has it and Aequitas's notebook prints: false positives 805 of 1795 negatives
 * among African-Americans, 87 of 405 among others; 805 of 2174 and 87 of 190 predicted positives. The
 * notebook tests both as one (p 0.021, Welch's t); by its own denominator the false positive rate differs.
 */
mlv_test(fairness, each_rate_is_tested_by_its_own_denominator)
{
	/* tp, fn, fp, tn */
	static const size_t one[] = { 1369, 532, 805, 990 }, other[] = { 103, 100, 87, 318 };
	static uint32_t truth[5000], guess[5000], code[5000];
	static const char *const values[] = { "African-American", "Other" };
	struct mlv_fair_attribute attribute = {
		.name = "race", .values = values, .count = 2,
		.against = MLV_FAIR_NAMED, .named = 1, .tau = 0.8,
	};
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness fairness = { 0 };
	struct mlv_fair_cells room[2][8] = { { { 0 } } };
	const struct mlv_disparity *fpr, *fdr;
	size_t rows = add_rows(truth, guess, code, 0, 0, one);

	rows = add_rows(truth, guess, code, rows, 1, other);
	audit_rows(truth, guess, rows, &attribute, &(const uint32_t *){ code }, 1, room, &fairness);
	fpr = &fairness.audits[0].groups[0].disparities[MLV_RATE_FPR];
	fdr = &fairness.audits[0].groups[0].disparities[MLV_RATE_FDR];
	near(fpr->ratio, 805.0 / 1795 / (87.0 / 405), 1e-14);
	/* scipy.stats.chi2_contingency(correction=False) of both tables. */
	near(fpr->p / 5.113830657207853e-18, 1, 1e-11);
	near(fdr->p / 0.01688690069861513, 1, 1e-11);
	near(log(fpr->ratio_interval.high / fpr->ratio),
	     1.959963984540054 * sqrt(1.0 / 805 - 1.0 / 1795 + 1.0 / 87 - 1.0 / 405), 1e-13);
	cr_assert(fairness.audits[0].groups[1].disparities[MLV_RATE_FPR].has_p == false);
}

/* No rows to count, a rate of 0 on one side, or on both. */
mlv_test(fairness, what_is_not_defined)
{
	static const uint32_t truth[] = { 1, 1, 1, 0, 0 }, guess[] = { 1, 0, 1, 0, 1 },
			      code[] = { 0, 0, 1, 2, 2 };
	static const char *const values[] = { "a", "b", "c", "none" };
	struct mlv_fair_attribute attribute = {
		.name = "x", .values = values, .count = 4,
		.against = MLV_FAIR_NAMED, .named = 1, .tau = 0.8,
	};
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness fairness = { 0 };
	struct mlv_fair_cells room[2][8] = { { { 0 } } };
	const struct mlv_fair_audit *audit;

	audit_rows(truth, guess, 5, &attribute, &(const uint32_t *){ code }, 1, room, &fairness);
	audit = &fairness.audits[0];
	cr_assert(audit->count == 3);
	cr_assert(audit->groups[0].rates[MLV_RATE_FPR].defined == false);
	cr_assert(audit->groups[0].disparities[MLV_RATE_FPR].defined == false);
	cr_assert(audit->groups[0].parities[MLV_PARITY_FPR] == MLV_FAIR_UNDEFINED);
	cr_assert(isinf(audit->groups[0].disparities[MLV_RATE_FNR].ratio));
	cr_assert(audit->groups[0].disparities[MLV_RATE_FNR].fair == MLV_FAIR_NO);
	cr_assert(audit->groups[1].disparities[MLV_RATE_FNR].defined == false);
	cr_assert(audit->groups[0].parities[MLV_PARITY_TYPE_II] == MLV_FAIR_NO);
	cr_assert(audit->parities[MLV_PARITY_FPR] == MLV_FAIR_UNDEFINED);
	cr_assert(audit->spreads[MLV_RATE_FPR].defined && audit->spreads[MLV_RATE_FPR].ratio == 1);
}

/*
 * Fairlearn's user guide, "Intersecting groups", control features: the accuracy of a, b and c among
 * rows of high and of low income, and how far these are apart within each.
 */
mlv_test(fairness, fairlearn_control_features)
{
	static const char *const values[] = { "A", "B", "C" };
	static const struct mlv_fair_cells high[] = { { .tp = 1, .fp = 4 },
						      { .tn = 2, .fn = 3 },
						      { .tp = 3, .fn = 1 } };
	static const struct mlv_fair_cells low[] = { { .tp = 2, .fn = 3 },
						     { .tn = 2, .fp = 5 },
						     { .tp = 2, .fn = 2 } };
	const struct mlv_fair_attribute attributes[] = {
		{ .name = "s", .within = "i=H", .values = values, .cells = high, .count = 3, .tau = 0.8 },
		{ .name = "s", .within = "i=L", .values = values, .cells = low, .count = 3, .tau = 0.8 },
	};
	static const struct mlv_fair_cells all = { .tp = 8, .fp = 9, .tn = 4, .fn = 9 };
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness fairness = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf title = MLV_BUF_INIT;

	check_ok(mlv_fairness_audit(&all, attributes, 2, 0.95, &fairness));
	cr_assert(fairness.n == 30 && fairness.audits[0].n == 14 && fairness.audits[1].n == 16);
	near(fairness.audits[0].rates[MLV_RATE_ACCURACY].value, 0.42857, 1e-5);
	near(fairness.audits[1].rates[MLV_RATE_ACCURACY].value, 0.375, 0);
	near(fairness.audits[1].groups[1].rates[MLV_RATE_ACCURACY].value, 0.285714, 1e-6);
	near(fairness.audits[0].spreads[MLV_RATE_ACCURACY].difference, 0.55, 1e-15);
	near(fairness.audits[1].spreads[MLV_RATE_ACCURACY].difference, 0.214286, 1e-6);
	/* A group's share of the predicted positives is one of those in its level. */
	near(fairness.audits[0].groups[0].rates[MLV_RATE_PPR].value, 5.0 / 8, 0);
	check_ok(mlv_fair_audit_title(&fairness.audits[1], &title));
	cr_assert(eq(str, title.ptr, "s within i=L"));
}

mlv_test(fairness, rows_are_counted_by_group_within_level)
{
	static const uint32_t truth[] = { 1, 1, 0, 0, 1 }, guess[] = { 1, 0, 1, 0, 1 };
	static const uint32_t code[] = { 0, 1, 1, 0, 1 }, within[] = { 0, 0, 1, 1, 1 };
	struct mlv_fair_cells at[4] = { { 0 } };

	mlv_fair_count(truth, guess, 5, code, within, 2, at);
	cr_assert(at[0].tp == 1 && at[1].fn == 1 && at[2].tn == 1 && at[3].fp == 1 && at[3].tp == 1);
}

#define PERSONS 40

/* Each person times over: rows of one person are of one group, and all alike. */
static void audit_persons(uint32_t times, bool clustered, struct mlv_fairness *fairness)
{
	static const char *const values[] = { "a", "b" };
	static uint32_t truth[PERSONS * 3], guess[PERSONS * 3], code[PERSONS * 3], person[PERSONS * 3];
	struct mlv_fair_cells room[1][8] = { { { 0 } } };
	struct mlv_fair_attribute attribute = {
		.name = "x", .values = values, .count = 2, .against = MLV_FAIR_NAMED, .named = 1, .tau = 0.8,
		.clustered = clustered,
	};

	for (uint32_t i = 0; i < PERSONS * times; i++) {
		uint32_t who = i % PERSONS;

		person[i] = PERSONS - who;
		code[i] = who % 2;
		truth[i] = who / 2 % 2;
		guess[i] = who % 2 ? who % 5 < 2 : who % 5 < 3;
	}
	attribute.rows = (struct mlv_fair_rows){ truth, guess, code, NULL, clustered ? person : NULL,
						 PERSONS * times, PERSONS + 1 };
	audit_rows(truth, guess, PERSONS * times, &attribute, &(const uint32_t *){ code }, 1, room, fairness);
}

/* Three equal rows of each person say no more than one: but taken for independent they do. */
mlv_test(fairness, rows_of_one_person_are_not_independent)
{
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness once = { 0 }, thrice = { 0 }, naive = { 0 };

	audit_persons(1, true, &once);
	audit_persons(3, true, &thrice);
	audit_persons(3, false, &naive);
	for (size_t r = 0; r < MLV_RATES; r++) {
		const struct mlv_disparity *a = &once.audits[0].groups[0].disparities[r];
		const struct mlv_disparity *b = &thrice.audits[0].groups[0].disparities[r];
		const struct mlv_disparity *c = &naive.audits[0].groups[0].disparities[r];
		const struct mlv_rate_value *rate = &thrice.audits[0].groups[0].rates[r];

		cr_assert(a->has_p == true && b->has_p == true, "%s", mlv_rate_name((enum mlv_rate)r));
		near(a->p, b->p, 1e-12);
		near(a->difference_interval.low, b->difference_interval.low, 1e-12);
		near(a->ratio_interval.high, b->ratio_interval.high, 1e-12);
		near(once.audits[0].groups[0].rates[r].interval.low, rate->interval.low, 1e-12);
		if (a->difference > 0 || a->difference < 0)
			cr_assert(c->p < b->p, "%s", mlv_rate_name((enum mlv_rate)r));
	}
}

/*
 * The test of 20 and 20 persons by hand, pprev: 12 of 20 against 8 of 20. Under equal rates, 1/2, each
 * adds a half of a twentieth, so that the variance is 40/39 * 40 * (1/40)^2; t has 39 degrees of freedom.
 */
mlv_test(fairness, test_of_clusters_by_hand)
{
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness fairness = { 0 };
	const struct mlv_disparity *of;

	audit_persons(3, true, &fairness);
	of = &fairness.audits[0].groups[0].disparities[MLV_RATE_PPREV];
	near(of->difference, 0.2, 1e-15);
	near(of->p, mlv_test_t(0.2, sqrt(40.0 / 39 / 40), 39), 1e-13);
	/* 12 at 0.4/20 and 8 at 0.6/20 of one, 8 at 0.6/20 and 12 at 0.4/20 of the other. */
	near(of->difference_interval.high,
	     mlv_interval_t(0.2, sqrt(40.0 / 39 * 2 * (12 * .0004 + 8 * .0009)), 39, 0.95).high, 1e-13);
}

/* A record says that rows come in groups, and not in which: nothing is tested. */
mlv_test(fairness, without_rows_clusters_are_not_tested)
{
	static const char *const values[] = { "a", "b" };
	static const struct mlv_fair_cells cells[] = { { 10, 10, 10, 10 }, { 5, 15, 10, 10 } };
	static const struct mlv_fair_cells all = { 15, 25, 20, 20 };
	const struct mlv_fair_attribute attribute = {
		.name = "x", .values = values, .cells = cells, .count = 2, .tau = 0.8, .clustered = true,
	};
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness fairness = { 0 };
	const struct mlv_disparity *of;

	check_ok(mlv_fairness_audit(&all, &attribute, 1, 0.95, &fairness));
	of = &fairness.audits[0].groups[1].disparities[MLV_RATE_TPR];
	cr_assert(fairness.audits[0].untested == true);
	cr_assert(of->has_p == false && of->has_ratio_interval == false && of->fair == MLV_FAIR_NO);
}

/* Aequitas, fairness.py: a disparity is fair from tau to 1 / tau, both included. */
mlv_test(fairness, tau_is_within_the_band)
{
	static const char *const values[] = { "ref", "low", "lower", "high", "higher" };
	/* Of 100 negatives 50, 40, 39 are taken for positive; of 80 then 50, 1.25 times as often, and 51. */
	static const struct mlv_fair_cells cells[] = {
		{ .fp = 50, .tn = 50 }, { .fp = 40, .tn = 60 }, { .fp = 39, .tn = 61 },
		{ .fp = 50, .tn = 30 }, { .fp = 51, .tn = 29 },
	};
	static const bool fair[] = { true, true, false, true, false };
	static const struct mlv_fair_cells all = { .fp = 230, .tn = 230 };
	const struct mlv_fair_attribute attribute = {
		.name = "x", .values = values, .cells = cells, .count = 5,
		.against = MLV_FAIR_NAMED, .named = 0, .tau = 0.8,
	};
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness fairness = { 0 };

	check_ok(mlv_fairness_audit(&all, &attribute, 1, 0.95, &fairness));
	for (size_t g = 0; g < 5; g++)
		cr_assert(fair[g] == (fairness.audits[0].groups[g].disparities[MLV_RATE_FPR].fair ==
				      MLV_FAIR_YES), "%s", values[g]);
}
