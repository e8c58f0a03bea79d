#define _DEFAULT_SOURCE /* lgamma_r() */
#include "core/eval/special.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#define PI       3.14159265358979323846
#define LOG_2PI  1.83787706640934548356
#define STEPS    1000000 /* of a continued fraction: it needs about the root of its parameters */

/* lgamma() writes the sign where other threads do, too. */
static double log_gamma(double x)
{
	int sign;

	return lgamma_r(x, &sign);
}

double mlv_normal_two_sided(double z)
{
	return erfc(fabs(z) / sqrt(2));
}

/* Abramowitz and Stegun 26.2.23, then Halley's method, which triples the digits at each step. */
double mlv_normal_quantile(double p)
{
	double q = p < 0.5 ? p : 1 - p;
	double t = sqrt(-2 * log(q));
	double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
			       (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));

	for (int i = 0; i < 4; i++) {
		double off = erfc(z / sqrt(2)) / 2 - q;
		double step = off * sqrt(2 * PI) * exp(z * z / 2);

		z += step / (1 + z * step / 2);
	}
	return p < 0.5 ? -z : z;
}

/*
 * log(n!) less Stirling's formula. C. Loader, Fast and Accurate Computation of
 * Binomial Probabilities (2000).
 */
static double stirling_error(double n)
{
	double nn = n * n;

	if (n <= 15)
		return log_gamma(n + 1) - (n + 0.5) * log(n) + n - LOG_2PI / 2;
	return (1.0 / 12 -
		(1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - (1.0 / 1188 - 691.0 / 360360 / nn) / nn) / nn) /
				     nn) / nn) / n;
}

/*
 * x log(x / m) - d, given also d = x - m, which must not be what is left of a
 * cancellation. The same paper.
 */
static double deviance(double x, double m, double d)
{
	double v, s, e;

	if (fabs(d) >= 0.1 * (x + m))
		return x * log(x / m) - d;
	v = d / (x + m);
	s = d * v;
	e = 2 * x * v;
	for (int j = 1; j < 1000; j++) {
		double next;

		e *= v * v;
		next = s + e / (2 * j + 1);
		if (next >= s && next <= s)
			break;
		s = next;
	}
	return s;
}

/* n! / (x! (n - x)!) p^x q^(n - x), also for what is no integer. The same paper. */
static double binomial_density(double x, double n, double p, double q)
{
	double log_of, d = x * q - (n - x) * p; /* x - n p */

	if (p <= 0)
		return x <= 0 ? 1 : 0;
	if (q <= 0)
		return x >= n ? 1 : 0;
	if (x <= 0)
		return exp(n * (p < 0.1 ? log1p(-p) : log(q)));
	if (x >= n)
		return exp(n * (q < 0.1 ? log1p(-q) : log(p)));
	log_of = stirling_error(n) - stirling_error(x) - stirling_error(n - x) -
		 deviance(x, n * p, d) - deviance(n - x, n * q, -d);
	return exp(log_of) * sqrt(n / (2 * PI * x * (n - x)));
}

static double keep_from_zero(double value)
{
	return fabs(value) < DBL_MIN ? DBL_MIN : value;
}

/* Numerical Recipes, 6.4: converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
	double c = 1, d = 1 / keep_from_zero(1 - (a + b) * x / (a + 1)), value = d;

	for (int m = 1; m < STEPS; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));

		d = 1 / keep_from_zero(1 + even * d);
		c = keep_from_zero(1 + even / c);
		value *= d * c;
		d = 1 / keep_from_zero(1 + odd * d);
		c = keep_from_zero(1 + odd / c);
		value *= d * c;
		if (fabs(d * c - 1) < DBL_EPSILON)
			break;
	}
	return value;
}

double mlv_incomplete_beta(double a, double b, double x, double y)
{
	/* x^a y^b / B(a, b), by the density of a among a + b. */
	double factor;

	if (x <= 0)
		return 0;
	if (y <= 0)
		return 1;
	factor = a * b / (a + b) * binomial_density(a, a + b, x, y);
	if (x < (a + 1) / (a + b + 2))
		return factor * beta_fraction(a, b, x) / a;
	return 1 - factor * beta_fraction(b, a, y) / b;
}

double mlv_t_two_sided(double t, double df)
{
	double tt = t * t;

	if (isinf(tt))
		return 0;
	return mlv_incomplete_beta(df / 2, 0.5, df / (df + tt), tt / (df + tt));
}

double mlv_t_upper(double t, double df)
{
	double half = mlv_t_two_sided(t, df) / 2;

	return t >= 0 ? half : 1 - half;
}

static double t_density(double t, double df)
{
	double scale = exp(log_gamma((df + 1) / 2) - log_gamma(df / 2)) / sqrt(df * PI);

	return scale * exp(-(df + 1) / 2 * log1p(t * t / df));
}

/*
 * Newton's method from below: the distribution function is concave above 0, so
 * that no step goes too far, and the normal quantile lies below.
 */
double mlv_t_quantile(double p, double df)
{
	double q = p < 0.5 ? p : 1 - p, t = mlv_normal_quantile(1 - q);

	for (int i = 0; i < 200; i++) {
		double next = t + (mlv_t_upper(t, df) - q) / t_density(t, df);

		if (fabs(next - t) <= 4 * DBL_EPSILON * fabs(next))
			break;
		t = next;
	}
	return p < 0.5 ? -t : t;
}

/* x^a e^-x / Gamma(a + 1): the density of Poisson's distribution, by Loader. */
static double poisson_density(double a, double x)
{
	return exp(-stirling_error(a) - deviance(a, x, a - x)) / sqrt(2 * PI * a);
}

double mlv_chi2_upper(double chi2, double df)
{
	double a = df / 2, x = chi2 / 2, b = x + 1 - a, c = 1 / DBL_MIN, d = 1 / keep_from_zero(b);
	double term = 1, sum = 1, fraction = d;

	if (x <= 0 || isinf(x))
		return x <= 0 ? 1 : 0;
	if (x < a + 1) {
		for (int k = 1; k < STEPS && term > sum * DBL_EPSILON; k++) {
			term *= x / (a + k);
			sum += term;
		}
		return 1 - poisson_density(a, x) * sum;
	}
	for (int i = 1; i < STEPS; i++) {
		double factor = -i * (i - a);

		b += 2;
		d = 1 / keep_from_zero(factor * d + b);
		c = keep_from_zero(b + factor / c);
		fraction *= d * c;
		if (fabs(d * c - 1) < DBL_EPSILON)
			break;
	}
	return poisson_density(a, x) * a * fraction;
}

double mlv_fair_coins_at_most(uint64_t k, uint64_t n)
{
	return k >= n ? 1 : mlv_incomplete_beta((double)(n - k), (double)k + 1, 0.5, 0.5);
}

/* P(x of the drawn are red): red of r + b drawn n at a time, as a ratio of binomials (Loader). */
static double hypergeometric(double x, double r, double b, double n)
{
	double p = n / (r + b), q = (r + b - n) / (r + b);

	return binomial_density(x, r, p, q) * binomial_density(n - x, b, p, q) /
	       binomial_density(n, r + b, p, q);
}

double mlv_fisher_exact(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	/* As R and SciPy: probabilities that differ by rounding alone are equal. */
	const double slack = 1 + 1e-7;
	double r = (double)a + (double)b, w = (double)c + (double)d, n = (double)a + (double)c;
	double low = n > w ? n - w : 0, high = n < r ? n : r, observed, sum = 0;

	if (r <= 0 || w <= 0 || n <= 0 || n >= r + w)
		return 1;
	observed = hypergeometric((double)a, r, w, n);
	for (double x = low; x <= high; x++) {
		double p = hypergeometric(x, r, w, n);

		if (p <= observed * slack)
			sum += p;
	}
	return sum < 1 ? sum : 1;
}
