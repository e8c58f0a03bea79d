/*
 * metric.h - the metrics of a file, and what changed between two of them.
 *
 * A metrics file is a tree of values (JSON or YAML). It is flattened to named
 * metrics, the keys of nested maps joined by dots: {"train": {"loss": 0.2}}
 * is the metric train.loss. A list of numbers is one metric, its values taken
 * as folds of a cross-validation: it has a mean and a sample standard
 * deviation (n - 1 in the denominator). A map of slices is a metric a slice.
 * Lists of anything else are numbered: name.0, name.1. Metrics are sorted by
 * name, by bytes. Of the record of an evaluation (record.h) those of all rows
 * are metrics, and slices.NAME.METRIC those of slices.
 *
 * Ownership   mlv_metrics_release() frees all that a list holds.
 * Threads     functions without shared state.
 */
#ifndef MLV_EVAL_METRIC_H
#define MLV_EVAL_METRIC_H

#include "core/base/buf.h"
#include "core/base/value.h"

enum mlv_metric_type {
	MLV_METRIC_NUMBER,
	MLV_METRIC_TEXT, /* a string or a truth value */
	MLV_METRIC_FOLDS,
};

struct mlv_metric {
	char *name;
	enum mlv_metric_type type;
	double number; /* NUMBER: the value; FOLDS: the mean */
	double std;    /* FOLDS: sample standard deviation; 0 for one fold */
	double *folds; /* FOLDS: count values, in the file's order */
	size_t count;
	char *text;    /* TEXT */
};

struct mlv_metrics {
	struct mlv_metric *at;
	size_t count, cap;
};

void mlv_metrics_release(struct mlv_metrics *metrics);
/* Flatten root. MLV_E_SPEC when the file holds no map. name is for messages. */
mlv_err mlv_metrics_flatten(const char *name, const struct mlv_value *root,
			    struct mlv_metrics *metrics) MLV_CHECK;

/* One metric on both sides; NULL where a side has none. */
struct mlv_metric_pair {
	const struct mlv_metric *old;
	const struct mlv_metric *new_metric;
};
/* The name, of whichever side has it. */
const char *mlv_metric_pair_name(const struct mlv_metric_pair *pair);
/* Whether both sides are there and say the same. */
bool mlv_metric_pair_equal(const struct mlv_metric_pair *pair);
/* The change (of the means, for folds); false when the two cannot be subtracted. */
bool mlv_metric_pair_change(const struct mlv_metric_pair *pair, double *change);

/*
 * Walk two lists together, in order of names. Begin with *i = *j = 0; false at
 * the end. Either list may be NULL.
 */
bool mlv_metrics_next_pair(const struct mlv_metrics *old, const struct mlv_metrics *new_list,
			   size_t *i, size_t *j, struct mlv_metric_pair *pair);

/*
 * Append a number with at most precision digits after the point, no zeros at
 * the end; one too small for that is written with as many significant digits.
 */
mlv_err mlv_metric_format_number(struct mlv_buf *to, double number, unsigned precision) MLV_CHECK;
/* The same of a difference: more than 0 with its sign, "+0.1". */
mlv_err mlv_metric_format_change(struct mlv_buf *to, double change, unsigned precision) MLV_CHECK;
/* Append what a metric says: "0.91", "0.91 ± 0.01 (5)", "text"; "-" for NULL. */
mlv_err mlv_metric_format(struct mlv_buf *to, const struct mlv_metric *metric,
			  unsigned precision) MLV_CHECK;

#endif
