/*
 * measure.h - the metrics that mlv computes itself: their names, and what they are of.
 *
 * A metric that is not defined (a ratio whose denominator is 0, an area with
 * one class) says why and has no value; it is never 0. An interval stands
 * beside a value where one is known; by names its method:
 *
 *   wilson   a share of rows              mover   the mean of such shares
 *   delta    a function of the counts of the confusion matrix, by its gradient
 *   delong   the area under the ROC curve t       a mean over rows
 *   cluster  any of these, of rows that come in groups: see cluster.h
 *
 * Names follow scikit-learn (f1, auc, balanced_accuracy) and, for the rates of
 * a binary confusion matrix, Aequitas (tpr, fpr, for, pprev). lr_plus and
 * lr_minus are the likelihood ratios tpr / fpr and fnr / tnr; the interval of one
 * is that of its logarithm (Simel and others, Journal of Clinical Epidemiology
 * 44, 1991). balanced_accuracy is adjusted so that guessing is 0.
 *
 * Threads   functions without shared state.
 */
#ifndef MLV_EVAL_MEASURE_H
#define MLV_EVAL_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/eval/auc.h"
#include "core/eval/interval.h"
#include "core/eval/sum.h"

enum mlv_task { MLV_TASK_BINARY = 1, MLV_TASK_MULTICLASS = 2, MLV_TASK_REGRESSION = 4 };
const char *mlv_task_name(enum mlv_task task);

/* What a metric is computed from. */
enum mlv_measure_kind {
	MLV_MEASURE_CELLS,  /* the confusion matrix */
	MLV_MEASURE_SCORES, /* score and truth of binary rows */
	MLV_MEASURE_LOSS,   /* the mean of a loss over rows */
	MLV_MEASURE_ERRORS, /* other functions of numbers and predictions */
};

struct mlv_measure {
	const char *name;
	unsigned tasks; /* those it is defined for */
	enum mlv_measure_kind kind;
	int direction; /* 1: more is better, -1: less is, 0: neither */
};
/* The metric of a name; NULL when there is none. */
const struct mlv_measure *mlv_measure_find(const char *name);
/* Whether it is a ratio of shares: it has no upper bound, and its logarithm the interval. */
bool mlv_measure_is_ratio(const char *name);
/* The i-th of all, NULL behind the last. */
const struct mlv_measure *mlv_measure_at(size_t i);

/* The rows of a slice, each array NULL where the task has none. */
struct mlv_rows {
	enum mlv_task task;
	size_t count;
	size_t classes;         /* of the task; binary: 2, the second is the positive */
	const uint32_t *truth, *guess; /* classes */
	const double *score;    /* binary: of the positive */
	const double *y, *predicted;   /* regression */
	const double *weight;
	const uint32_t *group;  /* rows of one group are not independent */
};
static inline double mlv_rows_weight(const struct mlv_rows *rows, size_t i)
{
	return rows->weight ? rows->weight[i] : 1;
}
/* Of each binary row whether it is positive, to be freed; NULL when memory is out. */
uint8_t *mlv_rows_positive(const struct mlv_rows *rows) MLV_CHECK;

/* How the rows of a slice fall: what metrics of kind CELLS need, and a record keeps. */
struct mlv_cells {
	size_t classes;
	double *at;      /* truth * classes + guess: rows, or their weight */
	double *squares; /* the same of squared weights; NULL without weights */
};
mlv_err mlv_cells_count(const struct mlv_rows *rows, struct mlv_cells *cells) MLV_CHECK;
void mlv_cells_release(struct mlv_cells *cells);
/*
 * How a metric of kind CELLS, whose value is v, changes with each cell: classes
 * * classes slopes. The variance by the delta method is the sum of n * slope^2.
 */
mlv_err mlv_cells_slopes(const struct mlv_measure *measure, const struct mlv_cells *cells, double v,
			 double *slopes) MLV_CHECK;

struct mlv_measured {
	const char *why;  /* NULL: defined; else why not */
	double value;
	bool rounded;     /* it went through a function of libm: 10 digits are good */
	const char *by;   /* method of the interval; NULL: there is none */
	struct mlv_interval interval;
	double error;     /* standard error, where by is delta, delong, t or cluster; else 0 */
	uint64_t of;      /* rows that it is computed of: the denominator of a share */
};
/* Compute one metric; cells may be NULL for regression. */
mlv_err mlv_measure_rows(const struct mlv_measure *measure, const struct mlv_rows *rows,
			 const struct mlv_cells *cells, double level,
			 struct mlv_measured *measured) MLV_CHECK;
/*
 * What metrics of rows without weights are computed from, so that rows can be
 * taken in any order and in parts.
 */
struct mlv_losses {
	struct mlv_sum sum, squares; /* of the rows' losses */
	uint64_t rows;
};
/* Of the calibration error: for each bin of scores, the sum of truth less score. */
#define MLV_MISCALIBRATION_BINS 15 /* as C. Guo and others (ICML 2017) have it */
struct mlv_miscalibration {
	struct mlv_sum off[MLV_MISCALIBRATION_BINS];
	double weight;
};
size_t mlv_miscalibration_bin(double score);
void mlv_measure_losses(const struct mlv_measure *measure, struct mlv_losses *losses, double level,
			struct mlv_measured *measured);
void mlv_measure_miscalibration(struct mlv_miscalibration *calibration, struct mlv_measured *measured);
void mlv_measure_auc(const struct mlv_auc *auc, double level, struct mlv_measured *measured);
double mlv_brier_loss(double score, bool positive);
double mlv_log_loss(double score, bool positive);
/* The loss of row i that a metric of kind LOSS is the mean of; rows must allow it. */
double mlv_measure_loss(const struct mlv_measure *measure, const struct mlv_rows *rows, size_t i);

#endif
