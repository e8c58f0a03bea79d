/* Slices with errors: scores that the authors of SliceLine print, and a search that leaves nothing out. */
#include "check.h"

#include <math.h>

#include "core/eval/find.h"
#include "core/eval/test.h"

/* sliceline, tests/test_slicefinder.py: 8 rows of mean error 0.5, alpha 0.95. */
mlv_test(find, score)
{
	static const double rows[] = { 3, 4, 4 }, errors[] = { 3, 3, 4 };
	static const double scores[] = { 0.8666666667, 0.425, 0.9 };

	for (size_t i = 0; i < 3; i++)
		cr_assert(fabs(mlv_find_score(rows[i], errors[i], 8, 4, 0.95) - scores[i]) < 1e-9);
}

#define ROWS   200
#define DIMS   4
#define VALUES 3

/* The score of one combination; a value of VALUES stands for all. */
static double naive(uint32_t (*code)[ROWS], const double *error, double all, const uint32_t *value,
		    double *rows)
{
	double sum = 0;

	*rows = 0;
	for (size_t r = 0; r < ROWS; r++) {
		bool in = true;

		for (size_t d = 0; d < DIMS; d++)
			in = in && (value[d] == VALUES || code[d][r] == value[d]);
		*rows += in;
		sum += in ? error[r] : 0;
	}
	return *rows > 0 ? mlv_find_score(*rows, sum, ROWS, all, 0.95) : -HUGE_VAL;
}

/* The best of all combinations of at most three dimensions, each looked at by itself. */
static double best_of_all(uint32_t (*code)[ROWS], const double *error, double all)
{
	double best = 0;

	for (unsigned n = 0; n < 256; n++) {
		uint32_t value[DIMS] = { n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6 };
		size_t level = 0;
		double rows, score = naive(code, error, all, value, &rows);

		for (size_t d = 0; d < DIMS; d++)
			level += value[d] < VALUES;
		if (level && level <= 3 && rows >= 10)
			best = fmax(best, score);
	}
	return best;
}

mlv_test(find, leaves_nothing_out)
{
	static uint32_t code[DIMS][ROWS], rows[ROWS];
	static double error[ROWS];
	const struct mlv_find_plan plan = { .alpha = 0.95, .levels = 3, .min_rows = 10, .top = 5 };
	struct mlv_find_dim dims[DIMS];
	struct mlv_found found[5];
	struct mlv_ctx ctx;
	struct mlv_pcg32 random;
	size_t count = 0, some = 0;

	mlv_ctx_init_quiet(&ctx);
	mlv_pcg32_seed(&random, 42, 54);
	for (int round = 0; round < 60; round++) {
		double all = 0, best;

		for (size_t d = 0; d < DIMS; d++)
			dims[d] = (struct mlv_find_dim){ code[d], VALUES };
		for (uint32_t r = 0; r < ROWS; r++) {
			rows[r] = r;
			for (size_t d = 0; d < DIMS; d++)
				code[d][r] = mlv_pcg32_next(&random) % VALUES;
			error[r] = mlv_pcg32_next(&random) %
					   (code[0][r] == 1 && code[2][r] == 2 ? 2 : 5) ==
				   0;
			if (round % 2)
				error[r] = (double)(mlv_pcg32_next(&random) % 1000) / 100;
			all += error[r];
		}
		check_ok(mlv_find_slices(&ctx, dims, DIMS, error, rows, ROWS, &plan, found, &count));
		best = best_of_all(code, error, all);
		cr_assert(fabs((count ? found[0].score : 0) - best) < 1e-12, "round %d: %g, not %g", round,
			  count ? found[0].score : 0, best);
		for (size_t i = 1; i < count; i++)
			cr_assert(found[i].score <= found[i - 1].score);
		some += count;
	}
	cr_assert(some > 60);
}
