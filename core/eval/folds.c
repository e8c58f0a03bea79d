#include "core/eval/folds.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/folds/parts.h"

static mlv_err fold_leave_group_out(const struct mlv_folds_plan *plan,
				    const struct mlv_folds_rows *rows, struct mlv_mt19937 *random,
				    uint32_t *fold)
{
	(void)plan;
	(void)random;
	if (rows->count)
		memcpy(fold, rows->group, rows->count * sizeof(*fold));
	return NULL;
}

static mlv_err fold_predefined(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
			       struct mlv_mt19937 *random, uint32_t *fold)
{
	(void)plan;
	(void)random;
	if (rows->count)
		memcpy(fold, rows->fold, rows->count * sizeof(*fold));
	return NULL;
}

static mlv_err fold_hash(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
			 struct mlv_mt19937 *random, uint32_t *fold)
{
	(void)random;
	for (size_t r = 0; r < rows->count; r++)
		fold[r] = (uint32_t)(rows->hash[r] % plan->k);
	return NULL;
}

static const struct scheme {
	const char *name;
	unsigned needs;
	bool shuffles, repeats;
	mlv_fold_fn fold; /* of schemes that divide the rows */
	mlv_set_fn set;   /* of the others */
} schemes[MLV_FOLDS_SCHEMES] = {
	[MLV_FOLDS_KFOLD] = { "kfold", 0, true, true, mlv_fold_kfold, NULL },
	[MLV_FOLDS_STRATIFIED] = { "stratified", MLV_FOLDS_LABEL, true, true, mlv_fold_stratified, NULL },
	[MLV_FOLDS_GROUP] = { "group", MLV_FOLDS_GROUPS, false, false, mlv_fold_group, NULL },
	[MLV_FOLDS_STRATIFIED_GROUP] = { "stratified-group", MLV_FOLDS_LABEL | MLV_FOLDS_GROUPS, true, true,
					 mlv_fold_stratified_group, NULL },
	[MLV_FOLDS_LEAVE_GROUP_OUT] = { "leave-group-out", MLV_FOLDS_GROUPS, false, false,
					fold_leave_group_out, NULL },
	[MLV_FOLDS_SHUFFLE] = { "shuffle", 0, true, false, NULL, mlv_set_shuffle },
	[MLV_FOLDS_STRATIFIED_SHUFFLE] = { "stratified-shuffle", MLV_FOLDS_LABEL, true, false, NULL,
					   mlv_set_stratified_shuffle },
	[MLV_FOLDS_GROUP_SHUFFLE] = { "group-shuffle", MLV_FOLDS_GROUPS, true, false, NULL,
				      mlv_set_group_shuffle },
	[MLV_FOLDS_TIME] = { "time", 0, false, false, NULL, mlv_set_time },
	[MLV_FOLDS_PREDEFINED] = { "predefined", MLV_FOLDS_FOLD, false, false, fold_predefined, NULL },
	[MLV_FOLDS_HASH] = { "hash", MLV_FOLDS_ID, true, false, fold_hash, NULL },
};

const char *mlv_folds_scheme_name(enum mlv_folds_scheme scheme)
{
	return schemes[scheme].name;
}

unsigned mlv_folds_scheme_needs(enum mlv_folds_scheme scheme)
{
	return schemes[scheme].needs;
}

bool mlv_folds_scheme_shuffles(enum mlv_folds_scheme scheme)
{
	return schemes[scheme].shuffles;
}

bool mlv_folds_scheme_repeats(enum mlv_folds_scheme scheme)
{
	return schemes[scheme].repeats;
}

bool mlv_folds_scheme_divides(enum mlv_folds_scheme scheme)
{
	return schemes[scheme].fold != NULL;
}

void mlv_folds_release(struct mlv_folds *folds)
{
	free(folds->fold);
	free(folds->set);
	*folds = (struct mlv_folds){ 0 };
}

/* The rows of the smallest class; MLV_E_SPEC when there is none with as many as folds. */
static mlv_err check_classes(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
			     uint64_t *least)
{
	MLV_SCOPED(mlv_mem_free) uint64_t *count = mlv_folds_tally(rows->label, rows->count, rows->labels);
	uint64_t low = UINT64_MAX, high = 0;

	if (!count)
		return mlv_error_nomem("folds");
	for (size_t c = 0; c < rows->labels; c++) {
		low = count[c] < low ? count[c] : low;
		high = count[c] > high ? count[c] : high;
	}
	if (high < plan->k)
		return mlv_error(MLV_E_SPEC, "no class has %zu rows, one for each fold", plan->k);
	*least = low < plan->k ? low : 0;
	return NULL;
}

static mlv_err check_rows(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
			  uint64_t *least)
{
	const struct scheme *scheme = &schemes[plan->scheme];

	if (!rows->count)
		return mlv_error(MLV_E_SPEC, "there are no rows");
	if (plan->k * plan->repeats > MLV_FOLDS_MAX)
		return mlv_error(MLV_E_SPEC, "more than %d splits", MLV_FOLDS_MAX);
	if (plan->k < 2 && scheme->fold && plan->scheme != MLV_FOLDS_PREDEFINED)
		return mlv_error(MLV_E_SPEC, "%zu folds: at least two are needed", plan->k);
	if (!plan->k)
		return mlv_error(MLV_E_SPEC, "no row is in a fold");
	if (scheme->fold && plan->k > rows->count)
		return mlv_error(MLV_E_SPEC, "%zu rows are too few for %zu folds", rows->count, plan->k);
	if (scheme->fold && (scheme->needs & MLV_FOLDS_GROUPS) && plan->k > rows->groups)
		return mlv_error(MLV_E_SPEC, "%zu groups are too few for %zu folds", rows->groups, plan->k);
	return scheme->fold && (scheme->needs & MLV_FOLDS_LABEL) ? check_classes(plan, rows, least) : NULL;
}

/* All repeats take their numbers of one stream. */
static mlv_err divide(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
		      struct mlv_folds *folds)
{
	struct mlv_mt19937 random;
	mlv_err err = NULL;

	if (!(folds->fold = mlv_sys_alloc_array(rows->count * plan->repeats, sizeof(*folds->fold))))
		return mlv_error_nomem("folds");
	mlv_mt19937_seed(&random, plan->seed);
	for (size_t r = 0; r < plan->repeats && !err; r++)
		err = schemes[plan->scheme].fold(plan, rows, plan->has_seed ? &random : NULL,
						 folds->fold + r * rows->count);
	return err;
}

mlv_err mlv_folds_make(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
		       struct mlv_folds *folds)
{
	MLV_SCOPED(mlv_folds_release) struct mlv_folds made = { .rows = rows->count };
	struct mlv_folds_plan own = *plan;
	mlv_err err;

	if (plan->scheme == MLV_FOLDS_LEAVE_GROUP_OUT)
		own.k = rows->groups;
	if (plan->scheme == MLV_FOLDS_PREDEFINED)
		own.k = rows->folds;
	if ((err = check_rows(&own, rows, &made.least)))
		return err;
	made.repeats = own.repeats;
	made.k = own.k;
	made.splits = own.k * own.repeats;
	if (schemes[own.scheme].fold) {
		err = divide(&own, rows, &made);
	} else {
		made.set = mlv_sys_alloc_array(rows->count, made.splits);
		err = made.set ? schemes[own.scheme].set(&own, rows, made.set) : mlv_error_nomem("folds");
	}
	if (err)
		return err;
	*folds = made;
	made = (struct mlv_folds){ 0 };
	return NULL;
}

enum mlv_fold_set mlv_folds_set(const struct mlv_folds *folds, size_t split, size_t row)
{
	if (folds->set)
		return (enum mlv_fold_set)folds->set[split * folds->rows + row];
	return folds->fold[split / folds->k * folds->rows + row] == split % folds->k ? MLV_FOLD_TEST
										      : MLV_FOLD_TRAIN;
}

size_t mlv_folds_count(const struct mlv_folds *folds, size_t split, enum mlv_fold_set set)
{
	size_t count = 0;

	for (size_t r = 0; r < folds->rows; r++)
		count += mlv_folds_set(folds, split, r) == set;
	return count;
}

double mlv_folds_ratio(const struct mlv_folds *folds)
{
	double test = 0, train = 0;

	for (size_t s = 0; s < folds->splits; s++) {
		test += (double)mlv_folds_count(folds, s, MLV_FOLD_TEST);
		train += (double)mlv_folds_count(folds, s, MLV_FOLD_TRAIN);
	}
	return train > 0 ? test / train : 0;
}
