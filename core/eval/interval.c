#include "core/eval/interval.h"

#include <math.h>

#include "core/eval/special.h"

static double z_of(double level)
{
	return mlv_normal_quantile((1 + level) / 2);
}

static struct mlv_interval clip(struct mlv_interval in, double low, double high)
{
	in.low = in.low < low ? low : in.low;
	in.high = in.high > high ? high : in.high;
	return in;
}

struct mlv_interval mlv_interval_wilson(double hits, double n, double level)
{
	double z = z_of(level), zz = z * z, p = hits / n, scale = 1 + zz / n;
	double centre = (p + zz / (2 * n)) / scale;
	double half = z / scale * sqrt(p * (1 - p) / n + zz / (4 * n * n));
	struct mlv_interval in = { centre - half, centre + half };

	/* At the ends the limit is exact; rounding must not leave something of it. */
	if (hits <= 0)
		in.low = 0;
	if (hits >= n)
		in.high = 1;
	return clip(in, 0, 1);
}

struct mlv_interval mlv_interval_newcombe(double hits1, double n1, double hits2, double n2,
					  double level)
{
	struct mlv_interval a = mlv_interval_wilson(hits1, n1, level);
	struct mlv_interval b = mlv_interval_wilson(hits2, n2, level);
	double p1 = hits1 / n1, p2 = hits2 / n2;

	return (struct mlv_interval){ p1 - p2 - hypot(p1 - a.low, b.high - p2),
				      p1 - p2 + hypot(a.high - p1, p2 - b.low) };
}

struct mlv_interval mlv_interval_paired(uint64_t gained, uint64_t lost, uint64_t n, double level)
{
	double b = (double)lost + 0.5, c = (double)gained + 0.5, all = (double)n + 2;
	double change = (c - b) / all;
	double error = sqrt((b + c) / all - change * change) / sqrt(all);

	return mlv_interval_normal(change, error, level, -1, 1);
}

struct mlv_interval mlv_interval_t(double mean, double error, double df, double level)
{
	double half = mlv_t_quantile((1 + level) / 2, df) * error;

	return (struct mlv_interval){ mean - half, mean + half };
}

struct mlv_interval mlv_interval_normal(double value, double error, double level, double low,
					double high)
{
	double half = z_of(level) * error;

	return clip((struct mlv_interval){ value - half, value + half }, low, high);
}

struct mlv_interval mlv_interval_ratio(double ratio, double log_error, double level)
{
	double factor = exp(z_of(level) * log_error);

	return (struct mlv_interval){ ratio / factor, ratio * factor };
}

struct mlv_interval mlv_interval_ratio_t(double ratio, double log_error, double df, double level)
{
	struct mlv_interval in = mlv_interval_t(log(ratio), log_error, df, level);

	return (struct mlv_interval){ exp(in.low), exp(in.high) };
}

void mlv_interval_mean_add(struct mlv_interval_mean *mean, double value, struct mlv_interval of)
{
	mean->sum += value;
	mean->below += (value - of.low) * (value - of.low);
	mean->above += (of.high - value) * (of.high - value);
	mean->count++;
}

struct mlv_interval mlv_interval_mean_end(const struct mlv_interval_mean *mean)
{
	double n = (double)mean->count;

	return (struct mlv_interval){ (mean->sum - sqrt(mean->below)) / n,
				      (mean->sum + sqrt(mean->above)) / n };
}
