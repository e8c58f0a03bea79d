/* Which rows test, beside what NumPy and scikit-learn print. */
#include "check.h"

#include <string.h>

#include "core/eval/folds.h"
#include "core/eval/mt19937.h"

/* The reference output of Matsumoto and Nishimura's mt19937ar for init_genrand(5489): C++11
 * [rand.predef] has its 10000th. */
mlv_test(folds, mersenne_twister)
{
	struct mlv_mt19937 random;
	uint32_t last = 0;

	mlv_mt19937_seed(&random, 5489);
	cr_assert(mlv_mt19937_next(&random) == 3499211612U);
	for (int i = 1; i < 10000; i++)
		last = mlv_mt19937_next(&random);
	cr_assert(last == 4123659995U);
}

/* numpy.random.RandomState(42).permutation(10), as its tutorials print it. */
mlv_test(folds, numpy_permutation)
{
	static const uint32_t known[] = { 8, 1, 5, 0, 7, 2, 9, 4, 3, 6 };
	struct mlv_mt19937 random;
	uint32_t numbers[10];

	mlv_mt19937_seed(&random, 42);
	mlv_mt19937_permute(&random, numbers, 10);
	cr_assert(memcmp(numbers, known, sizeof(known)) == 0);
}

/* The rows that test in a split, as "0 1 4". */
static const char *tested(const struct mlv_folds *folds, size_t split, char *text)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t r = 0; r < folds->rows; r++)
		if (mlv_folds_set(folds, split, r) == MLV_FOLD_TEST)
			len += (size_t)sprintf(text + len, "%s%zu", len ? " " : "", r);
	return text;
}

static void expect(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
		   const char *const *known, size_t count)
{
	MLV_SCOPED(mlv_folds_release) struct mlv_folds folds = { 0 };
	char text[1000];

	check_ok(mlv_folds_make(plan, rows, &folds));
	cr_assert(folds.splits == count);
	for (size_t s = 0; s < count; s++)
		cr_assert_str_eq(tested(&folds, s, text), known[s]);
}

/* scikit-learn, test_split.py: test_kfold_balance() and its kin; 50 rows are 17, 17 and 16. */
mlv_test(folds, kfold)
{
	const struct mlv_folds_plan plan = { .scheme = MLV_FOLDS_KFOLD, .k = 3, .repeats = 1 };
	const struct mlv_folds_rows rows = { .count = 50 };
	MLV_SCOPED(mlv_folds_release) struct mlv_folds folds = { 0 };

	check_ok(mlv_folds_make(&plan, &rows, &folds));
	cr_assert(mlv_folds_count(&folds, 0, MLV_FOLD_TEST) == 17);
	cr_assert(mlv_folds_count(&folds, 1, MLV_FOLD_TEST) == 17);
	cr_assert(mlv_folds_count(&folds, 2, MLV_FOLD_TEST) == 16);
	cr_assert(mlv_folds_count(&folds, 2, MLV_FOLD_TRAIN) == 34);
	cr_assert(mlv_folds_set(&folds, 0, 16) == MLV_FOLD_TEST);
	cr_assert(mlv_folds_set(&folds, 0, 17) == MLV_FOLD_TRAIN);
}

/* scikit-learn, test_split.py: test_stratified_kfold_no_shuffle(), and of its guide 45 rows of one
 * class and 5 of another. */
mlv_test(folds, stratified)
{
	static const uint32_t two[] = { 0, 0, 1, 1 }, ten[] = { 0, 0, 0, 0, 1, 1, 1, 1, 1, 1 };
	static const char *const of_two[] = { "0 2", "1 3" };
	/* Classes count by where they stand first, not by their numbers. */
	static const uint32_t turned[] = { 1, 1, 1, 1, 0, 0, 0, 0, 0, 0 };
	static const char *const of_ten[] = { "0 1 4 5", "2 6 7", "3 8 9" };
	uint32_t many[50];
	const struct mlv_folds_rows rows = { .count = 50, .label = many, .labels = 2 };
	MLV_SCOPED(mlv_folds_release) struct mlv_folds folds = { 0 };

	for (size_t r = 0; r < 50; r++)
		many[r] = r >= 45;
	expect(&(struct mlv_folds_plan){ .scheme = MLV_FOLDS_STRATIFIED, .k = 2, .repeats = 1 },
	       &(struct mlv_folds_rows){ .count = 4, .label = two, .labels = 2 }, of_two, 2);
	expect(&(struct mlv_folds_plan){ .scheme = MLV_FOLDS_STRATIFIED, .k = 3, .repeats = 1 },
	       &(struct mlv_folds_rows){ .count = 10, .label = ten, .labels = 2 }, of_ten, 3);
	expect(&(struct mlv_folds_plan){ .scheme = MLV_FOLDS_STRATIFIED, .k = 3, .repeats = 1 },
	       &(struct mlv_folds_rows){ .count = 10, .label = turned, .labels = 2 }, of_ten, 3);
	check_ok(mlv_folds_make(
		&(struct mlv_folds_plan){ .scheme = MLV_FOLDS_STRATIFIED, .k = 3, .repeats = 1 },
		&rows, &folds));
	for (size_t s = 0; s < 3; s++) {
		size_t rare = 0;

		for (size_t r = 45; r < 50; r++)
			rare += mlv_folds_set(&folds, s, r) == MLV_FOLD_TEST;
		cr_assert(rare == (s < 2 ? 2 : 1));
		cr_assert(mlv_folds_count(&folds, s, MLV_FOLD_TEST) == 15 + rare);
	}
}

/* scikit-learn's documentation of GroupKFold, LeaveOneGroupOut, StratifiedGroupKFold,
 * TimeSeriesSplit and PredefinedSplit. */
mlv_test(folds, of_the_documentation)
{
	static const uint32_t pairs[] = { 0, 0, 1, 1 }, predefined[] = { 0, 1, MLV_FOLD_NEVER, 1 };
	static const uint32_t y[] = { 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint32_t groups[] = { 0, 0, 1, 1, 2, 2, 2, 3, 4, 4, 4, 4, 5, 5, 6, 7, 7 };
	static const char *const group[] = { "2 3", "0 1" }, *const one_out[] = { "0 1", "2 3" };
	static const char *const stratified[] = { "4 5 6 12 13 14", "0 1 2 3 15 16", "7 8 9 10 11" };
	static const char *const time[] = { "1", "2", "3" }, *const fixed[] = { "0", "1 3" };

	expect(&(struct mlv_folds_plan){ .scheme = MLV_FOLDS_GROUP, .k = 2, .repeats = 1 },
	       &(struct mlv_folds_rows){ .count = 4, .group = pairs, .groups = 2 }, group, 2);
	expect(&(struct mlv_folds_plan){ .scheme = MLV_FOLDS_LEAVE_GROUP_OUT, .repeats = 1 },
	       &(struct mlv_folds_rows){ .count = 4, .group = pairs, .groups = 2 }, one_out, 2);
	expect(&(struct mlv_folds_plan){ .scheme = MLV_FOLDS_STRATIFIED_GROUP, .k = 3, .repeats = 1 },
	       &(struct mlv_folds_rows){ .count = 17, .label = y, .labels = 2, .group = groups, .groups = 8 },
	       stratified, 3);
	expect(&(struct mlv_folds_plan){ .scheme = MLV_FOLDS_TIME, .k = 3, .repeats = 1 },
	       &(struct mlv_folds_rows){ .count = 4 }, time, 3);
	expect(&(struct mlv_folds_plan){ .scheme = MLV_FOLDS_PREDEFINED, .repeats = 1 },
	       &(struct mlv_folds_rows){ .count = 4, .fold = predefined, .folds = 2 }, fixed, 2);
}
