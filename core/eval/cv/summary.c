/* What the folds of a cross-validation say of a metric together. */
#include <math.h>

#include "core/eval/cv.h"
#include "core/eval/test.h"

void mlv_cv_summarise(const double *values, size_t count, double ratio, double level,
		      struct mlv_cv_summary *summary)
{
	double squares = 0;

	*summary = (struct mlv_cv_summary){ .folds = count, .least = HUGE_VAL, .most = -HUGE_VAL };
	for (size_t i = 0; i < count; i++) {
		summary->mean += values[i];
		summary->least = fmin(summary->least, values[i]);
		summary->most = fmax(summary->most, values[i]);
	}
	summary->mean /= count ? (double)count : 1;
	if (count < 2)
		return;
	for (size_t i = 0; i < count; i++)
		squares += (values[i] - summary->mean) * (values[i] - summary->mean);
	summary->has_spread = true;
	summary->sd = sqrt(squares / (double)(count - 1));
	summary->error = mlv_test_folds_error(values, count, ratio);
	summary->interval = mlv_interval_t(summary->mean, summary->error, (double)(count - 1), level);
}
