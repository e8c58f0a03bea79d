/*
 * folds.h - which rows train and which test, in each split of a cross-validation.
 *
 * The schemes are those of scikit-learn, and give the same rows for the same
 * seed (its random_state):
 *
 *   kfold               KFold, RepeatedKFold
 *   stratified          StratifiedKFold, RepeatedStratifiedKFold
 *   group               GroupKFold
 *   stratified-group    StratifiedGroupKFold
 *   leave-group-out     LeaveOneGroupOut
 *   shuffle             ShuffleSplit
 *   stratified-shuffle  StratifiedShuffleSplit
 *   group-shuffle       GroupShuffleSplit
 *   time                TimeSeriesSplit
 *   predefined          PredefinedSplit
 *   hash                a row's fold depends on its id and the seed alone, so
 *                       that rows which are added move no other
 *
 * Most divide the rows: each row is tested in one split of each repeat (or,
 * predefined, in none) and trains in the others. The shuffles and time say for
 * each split what trains, what tests, and what does neither.
 *
 * Ownership   mlv_folds_release().
 * Threads     functions without shared state.
 * Limits      MLV_FOLDS_MAX splits; memory is four bytes a row and repeat, or a
 *             byte a row and split.
 */
#ifndef MLV_EVAL_FOLDS_H
#define MLV_EVAL_FOLDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

#define MLV_FOLDS_MAX   1000
#define MLV_FOLD_NEVER  UINT32_MAX

enum mlv_folds_scheme {
	MLV_FOLDS_KFOLD, MLV_FOLDS_STRATIFIED, MLV_FOLDS_GROUP, MLV_FOLDS_STRATIFIED_GROUP,
	MLV_FOLDS_LEAVE_GROUP_OUT, MLV_FOLDS_SHUFFLE, MLV_FOLDS_STRATIFIED_SHUFFLE,
	MLV_FOLDS_GROUP_SHUFFLE, MLV_FOLDS_TIME, MLV_FOLDS_PREDEFINED, MLV_FOLDS_HASH,
	MLV_FOLDS_SCHEMES
};
/* "stratified-group". */
const char *mlv_folds_scheme_name(enum mlv_folds_scheme scheme);
/* Columns that a scheme needs. */
enum { MLV_FOLDS_LABEL = 1, MLV_FOLDS_GROUPS = 2, MLV_FOLDS_FOLD = 4, MLV_FOLDS_ID = 8 };
unsigned mlv_folds_scheme_needs(enum mlv_folds_scheme scheme);
/* Whether a seed changes anything; whether repeats do. */
bool mlv_folds_scheme_shuffles(enum mlv_folds_scheme scheme);
bool mlv_folds_scheme_repeats(enum mlv_folds_scheme scheme);
/* Whether what trains is all that does not test. */
bool mlv_folds_scheme_divides(enum mlv_folds_scheme scheme);

struct mlv_folds_plan {
	enum mlv_folds_scheme scheme;
	size_t k;        /* folds, or splits; of leave-group-out and predefined found in the rows */
	size_t repeats;  /* at least 1 */
	bool has_seed;   /* rows are shuffled */
	uint32_t seed;
	double test, train; /* shuffles: a share below 1, or a number of rows or groups; 0: not said */
	size_t gap;         /* time: rows between what trains and what tests */
	size_t most_train;  /* time: rows that train; 0: all before */
	size_t test_rows;   /* time: rows that test; 0: as many as there are for k + 1 parts */
};

/* The rows, by what the scheme needs; codes are in the order of the values they stand for. */
struct mlv_folds_rows {
	size_t count;
	const uint32_t *label, *group; /* codes below labels and groups, each of some row */
	size_t labels, groups;
	const uint32_t *fold;          /* predefined: below folds; or MLV_FOLD_NEVER */
	size_t folds;
	const uint64_t *hash;          /* of seed and id */
	const uint32_t *order;         /* time: the rows from the earliest on; NULL: as they stand */
};

enum mlv_fold_set { MLV_FOLD_NEITHER, MLV_FOLD_TRAIN, MLV_FOLD_TEST };

struct mlv_folds {
	size_t rows, splits, repeats;
	size_t k;       /* splits of a repeat */
	uint32_t *fold; /* divided: repeats * rows, which split of the repeat tests a row */
	uint8_t *set;   /* else: splits * rows, an enum mlv_fold_set each */
	uint64_t least; /* rows of the smallest class, where that is below k; else 0 */
};

/* MLV_E_SPEC when rows cannot be split so. */
mlv_err mlv_folds_make(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
		       struct mlv_folds *folds) MLV_CHECK;
void mlv_folds_release(struct mlv_folds *folds);
/* What row does in a split; splits of the first repeat come first. */
enum mlv_fold_set mlv_folds_set(const struct mlv_folds *folds, size_t split, size_t row);
/* How many rows do that in a split. */
size_t mlv_folds_count(const struct mlv_folds *folds, size_t split, enum mlv_fold_set set);
/* Rows that test by rows that train, over all splits; 0 where none trains. */
double mlv_folds_ratio(const struct mlv_folds *folds);

#endif
