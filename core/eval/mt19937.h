/*
 * mt19937.h - the random numbers of NumPy's RandomState, so that a seed shuffles here as there.
 *
 * The Mersenne Twister (Matsumoto and Nishimura, ACM TOMACS 8, 1998), seeded
 * as init_genrand() does. What is drawn from it, and in which order, is that of
 * numpy.random.RandomState, whose stream is frozen (NEP 19).
 *
 * Threads   functions without shared state.
 */
#ifndef MLV_EVAL_MT19937_H
#define MLV_EVAL_MT19937_H

#include <stddef.h>
#include <stdint.h>

#define MLV_MT19937_WORDS 624

struct mlv_mt19937 {
	uint32_t key[MLV_MT19937_WORDS];
	size_t at; /* the next word to be given */
};

void mlv_mt19937_seed(struct mlv_mt19937 *random, uint32_t seed);
uint32_t mlv_mt19937_next(struct mlv_mt19937 *random);
/* A number from 0 to most, each as likely. */
uint32_t mlv_mt19937_at_most(struct mlv_mt19937 *random, uint32_t most);
/* RandomState.shuffle(): put count < 2^32 numbers in another order. */
void mlv_mt19937_shuffle(struct mlv_mt19937 *random, uint32_t *numbers, size_t count);
/* RandomState.permutation(): the numbers below count, shuffled. */
void mlv_mt19937_permute(struct mlv_mt19937 *random, uint32_t *numbers, size_t count);

#endif
