/*
 * table ROWS: predictions of a binary task as CSV of 12 columns, the same each time.
 *
 * Scores have as many digits as a double needs, as numpy and pandas write them.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 7;

/* G. Marsaglia, Xorshift RNGs (2003). */
static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static double share(void)
{
	return (double)(next() >> 11) * 0x1p-53;
}

int main(int argc, char **argv)
{
	long rows = argc == 2 ? atol(argv[1]) : 0;

	puts("id,label,score,fold,region,device,segment,age,income,length,feature,text");
	for (long i = 0; i < rows; i++) {
		double p = share();
		int label = share() < p;

		printf("%ld,%d,%.16g,%d,", i, label, p * 0.7 + 0.3 * share(), (int)(next() % 5));
		printf("r%02d,d%d,s%02d,", (int)(next() % 20), (int)(next() % 8), (int)(next() % 18));
		printf("%d,%.2f,%d,", (int)(18 + next() % 70), share() * 1e5, (int)(next() % 400));
		printf("%.5f,note %d\n", share() * 2 - 1, (int)(next() % 1000));
	}
	return fflush(stdout) ? 1 : 0;
}
