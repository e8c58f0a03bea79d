/*
 * compare.h - two evaluations: what became worse, what better, and what cannot be told.
 *
 * How sure an answer can be depends on what there is of both, the best first:
 *
 *   paired rows   the predictions of both, of the same rows (by id; without ids
 *                 by their order, if labels are the same). Of a row that has
 *                 another label, or is on one side only, nothing is compared.
 *   paired folds  the two records, whose folds are those of one cross-validation,
 *                 as its digest of them says, of the same ids and labels: their
 *                 differences, by the t test of Nadeau and Bengio, which knows
 *                 that training sets overlap; values are means over folds
 *   summary       the two records: as if their rows were independent
 *   points        two values, and nothing of how they vary
 *
 * On paired rows shares are tested by McNemar's exact test, areas by DeLong's
 * paired test, means of losses by a paired t test (below 30 rows by flipping
 * signs), other functions of the confusion matrix by the delta method on the
 * difference. From records, by intervals and standard errors.
 *
 * Slices are compared where both sides define their dimension alike, edges
 * included; the p-values of all their metrics are adjusted together. A slice
 * that is small on a side is shown and not judged.
 *
 * Ownership   mlv_comparison_release(). Changes refer to the new record, or
 *             where it lacks them to the old one.
 */
#ifndef MLV_EVAL_COMPARE_H
#define MLV_EVAL_COMPARE_H

#include "core/eval/record.h"
#include "core/eval/test.h"

enum mlv_evidence {
	MLV_EVIDENCE_ROWS, MLV_EVIDENCE_FOLDS, MLV_EVIDENCE_SUMMARY, MLV_EVIDENCE_POINTS
};
const char *mlv_evidence_name(enum mlv_evidence evidence);

enum mlv_verdict {
	MLV_VERDICT_WORSE,
	MLV_VERDICT_BETTER,
	MLV_VERDICT_CHANGED, /* surely, but neither way is better */
	MLV_VERDICT_UNCLEAR, /* it may be luck */
	MLV_VERDICT_SAME,    /* the values are equal */
	MLV_VERDICT_SMALL,   /* too few rows to judge */
	MLV_VERDICT_UNKNOWN, /* no test, or one side has no value */
};
const char *mlv_verdict_name(enum mlv_verdict verdict);

/* The rows that both sides have. */
struct mlv_pairs {
	const struct mlv_cases *old, *new_cases;
	uint32_t *old_row, *new_row;
	size_t count;
	uint64_t added, removed, relabelled;
	bool regrouped; /* rows that belong together on one side do not on the other */
	struct mlv_rows rows[2];  /* of both sides, old first, with classes called alike */
	uint32_t *truth, *guess;  /* of the new side, where it calls them otherwise; NULL: its own */
};
/*
 * Pair the rows. *possible is false, and pairs is empty, where that cannot be
 * done: one side has no ids, or ids that stand for several rows, and the rows are not the same either.
 */
mlv_err mlv_pairs_make(const struct mlv_cases *old, const struct mlv_cases *new_cases,
		       struct mlv_pairs *pairs, bool *possible) MLV_CHECK;
void mlv_pairs_release(struct mlv_pairs *pairs);

struct mlv_change {
	const char *slice, *dim, *metric; /* dim NULL: overall */
	int direction;
	bool critical;
	uint64_t rows; /* of the slice: on paired rows those paired, else of the new side */
	struct {
		bool defined;
		double value;
	} sides[2];    /* old, new */
	double change; /* new - old, where both are defined */
	bool has_interval, has_p;
	double low, high, p, adjusted;
	bool has_counts;       /* of a share on paired rows: */
	uint64_t gained, lost; /* rows that it newly counts, and no longer */
	enum mlv_evidence evidence;
	enum mlv_verdict verdict;
};

/*
 * Rows of a dimension that is defined as before, which are in other slices than
 * they were: the test set changed, whatever the model did.
 */
struct mlv_moved {
	const char *dim; /* the new record's */
	bool counted;    /* on paired rows; else it is known that there are some, by digest of the same ids */
	uint64_t rows;
};

/* What both records say of their folds. */
enum mlv_folds_kinship {
	MLV_FOLDS_NONE,    /* one has none */
	MLV_FOLDS_UNKNOWN, /* one does not tell of a cross-validation */
	MLV_FOLDS_OTHER,   /* rows were split otherwise: no test may pair them */
	MLV_FOLDS_ROWS,    /* they were split alike, and ids or labels are others */
	MLV_FOLDS_SAME,
};
const char *mlv_folds_kinship_name(enum mlv_folds_kinship kinship); /* "other" */
enum mlv_folds_kinship mlv_folds_kinship(const struct mlv_record *old,
					 const struct mlv_record *new_record);

/* How many of the rows that are paired are guessed otherwise than before: of classes. */
struct mlv_churn {
	bool known;
	uint64_t rows, flipped;
	uint64_t regressed, improved;      /* right before and wrong now; the other way round */
	uint64_t to_positive, to_negative; /* of a binary task */
};
/* The share of rows by this name: flip_rate, regressed, improved, neg_to_pos, pos_to_neg; else false. */
bool mlv_churn_share(const struct mlv_churn *churn, const char *name, double *share);

struct mlv_comparison {
	struct mlv_churn churn; /* known on paired rows */
	struct mlv_change *changes; /* overall first; then by slice and metric */
	size_t count, cap;
	enum mlv_evidence evidence; /* the best that there was */
	enum mlv_folds_kinship folds;
	/* Names of slices that are on one side only; of dimensions that are defined anew. */
	struct mlv_strs vanished, appeared, redefined;
	struct mlv_moved *moved;
	size_t moved_count;
};

/* pairs NULL: only the records are compared, unless no_folds by folds where these are the same. */
mlv_err mlv_eval_compare(const struct mlv_record *old, const struct mlv_record *new_record,
			 const struct mlv_pairs *pairs, bool no_folds, enum mlv_adjust adjust,
			 struct mlv_comparison *comparison) MLV_CHECK;
/* How a metric changed of a slice, "overall" for all rows; NULL where that, or anything, is not compared. */
const struct mlv_change *mlv_comparison_find(const struct mlv_comparison *comparison, const char *slice,
					     const char *metric);
/* The best evidence that there was, and of a summary that folds did not count because they are others. */
const char *mlv_comparison_evidence(const struct mlv_comparison *comparison);
void mlv_comparison_release(struct mlv_comparison *comparison);
/*
 * How far apart the slices of a dimension are in a metric; of those that are
 * judged, and have a value on both sides. Where the metric is a mean over rows,
 * and the slices of the dimension divide all rows of both records, its change
 * over all rows is that within the slices plus that of their shares of the rows
 * (Kitagawa, Journal of the American Statistical Association 50, 1955):
 *
 *   within  sum of (w0 + w1) / 2 * (v1 - v0)     shares  sum of (w1 - w0) * (v0 + v1) / 2
 */
struct mlv_spread {
	const char *dim, *metric; /* dim NULL: of all slices of all dimensions */
	int direction;
	size_t slices; /* judged; gaps are there from two on, the worst from one on */
	struct {
		double low, high, gap;
		const char *lowest, *highest; /* slices, the first by name of those that are equal */
	} sides[2];
	bool divides; /* the change of all rows is within + shares; here as the records have them */
	double change, within, shares;
};
struct mlv_spreads {
	struct mlv_spread *at; /* those of all dimensions first; then by dimension; metric by metric */
	size_t count;
};
mlv_err mlv_spreads_make(const struct mlv_record *old, const struct mlv_record *new_record,
			 const struct mlv_comparison *comparison, struct mlv_spreads *spreads) MLV_CHECK;
void mlv_spreads_release(struct mlv_spreads *spreads);
/* The slice with the worst value on a side, which is *value; NULL where neither way is better. */
const char *mlv_spread_worst(const struct mlv_spread *spread, int side, double *value);

/*
 * What of the change between two records is the model's, and what the test
 * set's: on paired rows the model moves the rows of both, which are the change's
 * values; the rest comes with rows that only one side has, or whose label is
 * another. Three parts that make up the whole. False where a value is missing.
 */
struct mlv_parting {
	double change;           /* of all rows, as the records have it */
	double model, went, came;
};
bool mlv_change_part(const struct mlv_record *old, const struct mlv_record *new_record,
		     const struct mlv_change *change, struct mlv_parting *parting);
/*
 * What the folds of two records say of each metric of all rows. Where the folds
 * are the same their differences are tested, as on the evidence paired folds;
 * worse is the probability that the metric is worse by more than a margin: the
 * same distribution read as that of the true difference (Corani and Benavoli,
 * Machine Learning 100, 2015).
 */
struct mlv_fold_change {
	const char *metric; /* the new record's */
	int direction;
	struct mlv_cv_summary sides[2];
	bool tested;
	double change, low, high, p;
	bool has_worse;
	double worse;
};
struct mlv_fold_changes {
	struct mlv_fold_change *at; /* of metrics that have a value in a fold of each */
	size_t count;
	enum mlv_folds_kinship folds;
	double margin;
};
/* Nothing where one tells of no cross-validation. */
mlv_err mlv_fold_changes_make(const struct mlv_record *old, const struct mlv_record *new_record,
			      double margin, struct mlv_fold_changes *changes) MLV_CHECK;
void mlv_fold_changes_release(struct mlv_fold_changes *changes);

/* How bad a change is: below 0 the worse it became, in units of the metric. */
double mlv_change_gain(const struct mlv_change *change);

#endif
