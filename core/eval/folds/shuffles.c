/* Schemes whose splits say what trains and what tests. */
#include <math.h>
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/eval/folds/parts.h"

/* How many of count train and test; each is a share, a number, or not said. */
static mlv_err find_sizes(const struct mlv_folds_plan *plan, size_t count, double usual,
			  size_t *train, size_t *test)
{
	double n = (double)count, some = plan->test, rest = plan->train;

	if (!(some > 0) && !(rest > 0))
		some = usual;
	some = some > 0 && some < 1 ? ceil(some * n) : some;
	rest = rest > 0 && rest < 1 ? floor(rest * n) : rest;
	if (!(plan->train > 0))
		rest = n - some;
	else if (!(plan->test > 0))
		some = n - rest;
	if (some < 1 || rest < 1 || some + rest > n)
		return mlv_error(MLV_E_SPEC, "%.0f to train and %.0f to test cannot be taken of %zu", rest,
				 some, count);
	*train = (size_t)rest;
	*test = (size_t)some;
	return NULL;
}

mlv_err mlv_set_shuffle(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
			uint8_t *set)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *order = mlv_sys_alloc_array(rows->count + 1, sizeof(*order));
	struct mlv_mt19937 random;
	size_t train = 0, test = 0;
	mlv_err err = find_sizes(plan, rows->count, 0.1, &train, &test);

	if (err)
		return err;
	if (!order)
		return mlv_error_nomem("folds");
	mlv_mt19937_seed(&random, plan->seed);
	for (size_t s = 0; s < plan->k; s++, set += rows->count) {
		mlv_mt19937_permute(&random, order, rows->count);
		for (size_t i = 0; i < test + train; i++)
			set[order[i]] = i < test ? MLV_FOLD_TEST : MLV_FOLD_TRAIN;
	}
	return NULL;
}

mlv_err mlv_set_group_shuffle(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
			      uint8_t *set)
{
	struct mlv_folds_plan of_groups = *plan;
	const struct mlv_folds_rows groups = { .count = rows->groups };
	MLV_SCOPED(mlv_mem_free) uint8_t *in = NULL;
	mlv_err err;

	if (!(plan->test > 0) && !(plan->train > 0))
		of_groups.test = 0.2;
	if (!(in = mlv_sys_alloc_array(rows->groups + 1, plan->k)))
		return mlv_error_nomem("folds");
	if ((err = mlv_set_shuffle(&of_groups, &groups, in)))
		return mlv_error_wrap(err, "of groups");
	for (size_t s = 0; s < plan->k; s++)
		for (size_t r = 0; r < rows->count; r++)
			set[s * rows->count + r] = in[s * rows->groups + rows->group[r]];
	return NULL;
}

/* ---- stratified */

struct strata {
	size_t classes;
	uint64_t *count;  /* of each class */
	uint64_t *left;   /* not taken yet */
	uint32_t *row;    /* the rows, class by class */
	uint64_t *train, *test; /* rows of each class */
	double *over;     /* scratch */
	uint32_t *tied, *choice; /* scratch */
	uint32_t *shuffled;
	struct mlv_mt19937 random;
};

static void strata_release(struct strata *strata)
{
	free(strata->count);
	free(strata->left);
	free(strata->row);
	free(strata->train);
	free(strata->test);
	free(strata->over);
	free(strata->tied);
	free(strata->choice);
	free(strata->shuffled);
}

static mlv_err strata_init(struct strata *strata, const struct mlv_folds_rows *rows)
{
	size_t classes = rows->labels + 1;
	uint64_t at = 0;

	strata->classes = rows->labels;
	if (!(strata->count = mlv_folds_tally(rows->label, rows->count, rows->labels)) ||
	    !(strata->left = mlv_sys_alloc_array(classes, sizeof(*strata->left))) ||
	    !(strata->row = mlv_sys_alloc_array(rows->count + 1, sizeof(*strata->row))) ||
	    !(strata->train = mlv_sys_alloc_array(classes, sizeof(*strata->train))) ||
	    !(strata->test = mlv_sys_alloc_array(classes, sizeof(*strata->test))) ||
	    !(strata->over = mlv_sys_alloc_array(classes, sizeof(*strata->over))) ||
	    !(strata->tied = mlv_sys_alloc_array(classes, sizeof(*strata->tied))) ||
	    !(strata->choice = mlv_sys_alloc_array(classes, sizeof(*strata->choice))) ||
	    !(strata->shuffled = mlv_sys_alloc_array(rows->count + 1, sizeof(*strata->shuffled))))
		return mlv_error_nomem("folds");
	for (size_t c = 0; c < rows->labels; at += strata->count[c++]) {
		if (strata->count[c] < 2)
			return mlv_error(
				MLV_E_SPEC,
				"a class has one row only, which cannot both train and test");
		strata->left[c] = at;
	}
	for (size_t r = 0; r < rows->count; r++)
		strata->row[strata->left[rows->label[r]]++] = (uint32_t)r;
	return NULL;
}

/* Give one more to each of those whose remainder is the largest below *bound, by chance where not to all. */
static void add_largest(struct strata *strata, uint64_t *taken, double *bound, size_t *missing)
{
	double largest = -1;
	size_t tied = 0, add;

	for (size_t c = 0; c < strata->classes; c++)
		if (strata->over[c] < *bound && strata->over[c] > largest)
			largest = strata->over[c];
	for (size_t c = 0; c < strata->classes; c++)
		if (!(strata->over[c] < largest) && !(strata->over[c] > largest))
			strata->tied[tied++] = (uint32_t)c;
	add = tied < *missing ? tied : *missing;
	mlv_mt19937_permute(&strata->random, strata->choice, tied);
	for (size_t i = 0; i < add; i++)
		taken[strata->tied[strata->choice[i]]]++;
	*missing -= add;
	*bound = tied ? largest : 0;
}

/*
 * About the likeliest way in which draws rows fall on the classes: their
 * shares rounded down, and what is missing given to the largest remainders.
 */
static void draw(struct strata *strata, const uint64_t *count, size_t draws, uint64_t *taken)
{
	uint64_t all = 0, given = 0;
	double bound = 2;
	size_t missing;

	for (size_t c = 0; c < strata->classes; c++)
		all += count[c];
	for (size_t c = 0; c < strata->classes; c++) {
		double share = (double)count[c] / (double)all * (double)draws;

		taken[c] = (uint64_t)floor(share);
		strata->over[c] = share - floor(share);
		given += taken[c];
	}
	missing = draws > given ? (size_t)(draws - given) : 0;
	while (missing && bound > 0)
		add_largest(strata, taken, &bound, &missing);
}

/* The rows of each class in an order by chance: the first train, the next test. */
static void fill(struct strata *strata, uint8_t *set)
{
	const uint32_t *row = strata->row;

	for (size_t c = 0; c < strata->classes; row += strata->count[c++]) {
		mlv_mt19937_permute(&strata->random, strata->shuffled, (size_t)strata->count[c]);
		for (uint64_t i = 0; i < strata->train[c] + strata->test[c] && i < strata->count[c]; i++)
			set[row[strata->shuffled[i]]] =
				i < strata->train[c] ? MLV_FOLD_TRAIN : MLV_FOLD_TEST;
	}
}

mlv_err mlv_set_stratified_shuffle(const struct mlv_folds_plan *plan,
				   const struct mlv_folds_rows *rows, uint8_t *set)
{
	MLV_SCOPED(strata_release) struct strata strata = { 0 };
	size_t train = 0, test = 0;
	mlv_err err;

	if ((err = find_sizes(plan, rows->count, 0.1, &train, &test)) ||
	    (err = strata_init(&strata, rows)))
		return err;
	if (train < rows->labels || test < rows->labels)
		return mlv_error(MLV_E_SPEC,
				 "%zu rows to train and %zu to test are fewer than the %zu classes",
				 train, test, rows->labels);
	mlv_mt19937_seed(&strata.random, plan->seed);
	for (size_t s = 0; s < plan->k; s++, set += rows->count) {
		draw(&strata, strata.count, train, strata.train);
		for (size_t c = 0; c < rows->labels; c++)
			strata.left[c] = strata.count[c] - strata.train[c];
		draw(&strata, strata.left, test, strata.test);
		fill(&strata, set);
		/* RandomState also shuffles the order of both sets, which takes numbers of it. */
		mlv_mt19937_permute(&strata.random, strata.shuffled, train);
		mlv_mt19937_permute(&strata.random, strata.shuffled, test);
	}
	return NULL;
}

/* ---- time */

mlv_err mlv_set_time(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
		     uint8_t *set)
{
	size_t test = plan->test_rows ? plan->test_rows : rows->count / (plan->k + 1);
	size_t tested = test * plan->k;

	if (!test || plan->k + 1 > rows->count || test > rows->count || tested > rows->count ||
	    plan->gap >= rows->count - tested)
		return mlv_error(MLV_E_SPEC,
				 "%zu rows are too few for %zu splits that test %zu with a gap of %zu",
				 rows->count, plan->k, test, plan->gap);
	for (size_t s = 0; s < plan->k; s++, set += rows->count) {
		size_t begin = rows->count - tested + s * test, end = begin - plan->gap;
		size_t first = plan->most_train && plan->most_train < end ? end - plan->most_train : 0;

		for (size_t i = first; i < begin + test; i++) {
			size_t row = rows->order ? rows->order[i] : i;

			if (i < end || i >= begin)
				set[row] = i < end ? MLV_FOLD_TRAIN : MLV_FOLD_TEST;
		}
	}
	return NULL;
}
