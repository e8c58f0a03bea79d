#include <math.h>

#include "core/eval/folds/parts.h"

#define LANES 8
#define BLOCK 128
#define SMALL 16 /* elements less one that are sorted by insertion */

double mlv_numpy_sum(const double *values, size_t count)
{
	double lane[LANES], sum = 0;
	size_t half, i;

	if (count < LANES) {
		for (i = 0; i < count; i++)
			sum += values[i];
		return sum;
	}
	if (count > BLOCK) {
		half = count / 2;
		half -= half % LANES;
		return mlv_numpy_sum(values, half) + mlv_numpy_sum(values + half, count - half);
	}
	for (i = 0; i < LANES; i++)
		lane[i] = values[i];
	for (; i + LANES <= count; i += LANES)
		for (size_t l = 0; l < LANES; l++)
			lane[l] += values[i + l];
	sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
	for (; i < count; i++)
		sum += values[i];
	return sum;
}

double mlv_numpy_std(const double *values, size_t count, double *scratch)
{
	double mean = mlv_numpy_sum(values, count) / (double)count;

	for (size_t i = 0; i < count; i++)
		scratch[i] = (values[i] - mean) * (values[i] - mean);
	return sqrt(mlv_numpy_sum(scratch, count) / (double)count);
}

static void swap(uint32_t *a, uint32_t *b)
{
	uint32_t kept = *a;

	*a = *b;
	*b = kept;
}

static void insert(const uint64_t *values, uint32_t *order, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		uint32_t moved = order[i];
		size_t at = i;

		for (; at > 0 && values[moved] < values[order[at - 1]]; at--)
			order[at] = order[at - 1];
		order[at] = moved;
	}
}

static void sink(const uint64_t *values, uint32_t *order, size_t at, size_t count)
{
	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		child += child + 1 < count && values[order[child]] < values[order[child + 1]];
		if (values[order[at]] >= values[order[child]])
			return;
		swap(&order[at], &order[child]);
	}
}

/* Where quicksort went too deep. */
static void heap(const uint64_t *values, uint32_t *order, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sink(values, order, i, count);
	for (size_t i = count; i-- > 1;) {
		swap(&order[0], &order[i]);
		sink(values, order, 0, i);
	}
}

/* Around the median of the first, the middle and the last; more than SMALL + 1 elements. */
static size_t divide(const uint64_t *values, uint32_t *order, size_t count)
{
	uint32_t *low = order, *middle = order + (count - 1) / 2, *high = order + count - 1;
	size_t i = 0, j = count - 2;
	uint64_t pivot;

	if (values[*middle] < values[*low])
		swap(middle, low);
	if (values[*high] < values[*middle])
		swap(high, middle);
	if (values[*middle] < values[*low])
		swap(middle, low);
	pivot = values[*middle];
	swap(middle, &order[j]);
	for (;;) {
		do
			i++;
		while (values[order[i]] < pivot);
		do
			j--;
		while (pivot < values[order[j]]);
		if (i >= j)
			break;
		swap(&order[i], &order[j]);
	}
	swap(&order[i], &order[count - 2]);
	return i;
}

static void sort(const uint64_t *values, uint32_t *order, size_t count, int depth)
{
	while (count > SMALL + 1) {
		size_t pivot;

		if (depth-- < 0) {
			heap(values, order, count);
			return;
		}
		pivot = divide(values, order, count);
		if (pivot < count - 1 - pivot) {
			sort(values, order, pivot, depth);
			order += pivot + 1;
			count -= pivot + 1;
		} else {
			sort(values, order + pivot + 1, count - pivot - 1, depth);
			count = pivot;
		}
	}
	insert(values, order, count);
}

void mlv_numpy_argsort(const uint64_t *values, uint32_t *order, size_t count)
{
	int depth = 0;

	for (size_t left = count; left > 1; left >>= 1)
		depth += 2;
	sort(values, order, count, depth);
}
