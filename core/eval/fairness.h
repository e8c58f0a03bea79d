/*
 * fairness.h - how the rates of a binary classifier differ between groups.
 *
 * Rates, disparities and parities are those of Aequitas (Saleiro et al.,
 * arXiv:1811.05577), spreads those of Fairlearn's MetricFrame. A disparity is
 * the rate of a group by that of the group it is held against, and fair when it
 * is within [tau, 1 / tau]. Whether a difference can be luck is tested with the
 * rate's own denominator: a false positive rate by the negatives.
 *
 *   ppr     the group's share of all rows that are predicted positive
 *   pprev   the share of the group's rows that are predicted positive
 *   prev    the share of the group's rows that are positive
 *
 * A disparity can be conditional: the groups are then held against each other
 * among the rows that agree in what is controlled for, level by level
 * (Fairlearn's control features), and all rates are those of the level's rows.
 *
 * Ratios have Katz's interval of logarithms (Biometrics 34, 1978), differences
 * Newcombe's. That tau is 0.8 is a rule of United States employment screening,
 * and no proof of fairness.
 *
 * Of rows that come in clusters what each cluster adds is summed first (Liang and
 * Zeger, Biometrika 73, 1986): p-values are of the difference under equal rates,
 * intervals of ratios by their logarithm, all by Student's t.
 *
 * Threads     functions without shared state.
 * Ownership   mlv_fairness_release(). A report refers to the names it was given.
 */
#ifndef MLV_EVAL_FAIRNESS_H
#define MLV_EVAL_FAIRNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/eval/interval.h"
#include "core/eval/test.h"

enum mlv_rate {
	MLV_RATE_TPR, MLV_RATE_TNR, MLV_RATE_FOR, MLV_RATE_FDR, MLV_RATE_FPR, MLV_RATE_FNR,
	MLV_RATE_NPV, MLV_RATE_PRECISION, MLV_RATE_PPR, MLV_RATE_PPREV, MLV_RATE_PREV,
	MLV_RATE_ACCURACY, MLV_RATES
};
const char *mlv_rate_name(enum mlv_rate rate);
/* MLV_RATES when there is none of this name. */
enum mlv_rate mlv_rate_find(const char *name);

/* The first ten are each of one rate, the others of two parities before them. */
enum mlv_parity {
	MLV_PARITY_STATISTICAL, MLV_PARITY_IMPACT, MLV_PARITY_FDR, MLV_PARITY_FPR, MLV_PARITY_FOR,
	MLV_PARITY_FNR, MLV_PARITY_TPR, MLV_PARITY_TNR, MLV_PARITY_NPV, MLV_PARITY_PRECISION,
	MLV_PARITY_TYPE_I, MLV_PARITY_TYPE_II, MLV_PARITY_ODDS, MLV_PARITY_UNSUPERVISED,
	MLV_PARITY_SUPERVISED, MLV_PARITIES
};
const char *mlv_parity_name(enum mlv_parity parity); /* "Statistical Parity", as Aequitas has it */

enum mlv_fair { MLV_FAIR_UNDEFINED, MLV_FAIR_NO, MLV_FAIR_YES };

struct mlv_rate_value {
	bool defined;  /* there are rows that it is of */
	double value;
	uint64_t hits, of;
	struct mlv_interval interval; /* Wilson's; NaN where the audit is untested, or by too few clusters */
};

struct mlv_disparity {
	bool defined;   /* both rates are, and not both 0 */
	double ratio;   /* infinite where the other rate is 0 */
	bool has_ratio_interval; /* both rates are above 0 */
	struct mlv_interval ratio_interval;
	double difference;       /* where both rates are defined; its interval as that of a rate */
	struct mlv_interval difference_interval;
	bool has_p;     /* both rates are defined, of different groups */
	double p, adjusted;
	enum mlv_fair fair;
};

struct mlv_fair_group {
	const char *name;
	uint64_t n, tp, fp, tn, fn;
	struct mlv_rate_value rates[MLV_RATES];
	struct mlv_disparity disparities[MLV_RATES];
	enum mlv_fair parities[MLV_PARITIES];
};

/* How far apart the groups are whose rate is defined. */
struct mlv_fair_spread {
	bool defined;      /* there is such a group */
	double difference; /* the largest less the smallest */
	double ratio;      /* the smallest by the largest; NaN when both are 0 */
	double from_all;   /* the largest distance to the rate of all rows; NaN when that is not defined */
	double ratio_all;  /* the smallest ratio of a group and all rows, either way round */
};

enum mlv_fair_against { MLV_FAIR_MAJORITY, MLV_FAIR_SMALLEST, MLV_FAIR_NAMED };

/* Rows by what is true of them and what was predicted. */
struct mlv_fair_cells {
	uint64_t tp, fp, tn, fn;
};
/*
 * Add rows to the cells of their groups: row r to at[code[r]], or with within to
 * at[within[r] * groups + code[r]]. code NULL: all are one group. Truth and guess are 0 or 1.
 */
void mlv_fair_count(const uint32_t *truth, const uint32_t *guess, size_t rows, const uint32_t *code,
		    const uint32_t *within, size_t groups, struct mlv_fair_cells *at);

/* Rows that come in clusters, several of one person, say: see cluster.h. */
struct mlv_fair_rows {
	const uint32_t *truth, *guess;
	const uint32_t *code;    /* which value of an attribute */
	const uint32_t *within;  /* which level of what is controlled for; NULL: there is none */
	const uint32_t *cluster; /* equal for rows that are not independent */
	size_t count;
	size_t clusters; /* above each number of one */
};

/* How one attribute divides all rows, or those of a level of what is controlled for. */
struct mlv_fair_attribute {
	const char *name;
	const char *within;        /* the level; NULL: all rows */
	const char *const *values; /* count of them */
	const struct mlv_fair_cells *cells; /* of each value */
	size_t count;
	enum mlv_fair_against against; /* the largest group; of each rate the smallest; or named */
	size_t named;
	double tau;
	bool clustered;            /* rows are not independent: tests and intervals are by clusters, */
	struct mlv_fair_rows rows; /* and without rows, as in a record, there are none */
	uint32_t level;            /* of rows.within */
};

struct mlv_fair_audit {
	const char *name, *within;
	bool untested; /* rows are not independent, and which belong together is not known */
	double tau;
	uint64_t n;
	struct mlv_rate_value rates[MLV_RATES]; /* of all groups together */
	struct mlv_fair_group *groups; /* those that have rows, by the order of their values */
	size_t count;
	size_t against[MLV_RATES]; /* which group; SIZE_MAX: none has the rate */
	struct mlv_fair_spread spreads[MLV_RATES];
	enum mlv_fair parities[MLV_PARITIES]; /* NO when one group's is, YES when the others are */
};

/* Append what it is of: "race", "race within sex=F". */
mlv_err mlv_fair_audit_title(const struct mlv_fair_audit *audit, struct mlv_buf *to) MLV_CHECK;

struct mlv_fairness {
	uint64_t n, positives; /* rows; those predicted positive */
	struct mlv_rate_value rates[MLV_RATES]; /* of all rows */
	struct mlv_fair_audit *audits;
	size_t count;
	enum mlv_fair unsupervised, supervised, overall;
};

/* all: those of all rows. Adjusts all p-values together (Benjamini and Hochberg). */
mlv_err mlv_fairness_audit(const struct mlv_fair_cells *all,
			   const struct mlv_fair_attribute *attributes, size_t count, double level,
			   struct mlv_fairness *fairness) MLV_CHECK;
void mlv_fairness_release(struct mlv_fairness *fairness);

#endif
