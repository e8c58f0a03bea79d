#include "core/eval/mt19937.h"

#define WORDS  MLV_MT19937_WORDS
#define MIDDLE 397

void mlv_mt19937_seed(struct mlv_mt19937 *random, uint32_t seed)
{
	for (uint32_t i = 0; i < WORDS; i++) {
		random->key[i] = seed;
		seed = 1812433253U * (seed ^ seed >> 30) + i + 1;
	}
	random->at = WORDS;
}

static uint32_t twist(uint32_t high, uint32_t low)
{
	uint32_t mixed = (high & 0x80000000U) | (low & 0x7fffffffU);

	return mixed >> 1 ^ (mixed & 1 ? 0x9908b0dfU : 0);
}

static void renew(struct mlv_mt19937 *random)
{
	uint32_t *key = random->key;

	for (size_t i = 0; i < WORDS; i++)
		key[i] = key[(i + MIDDLE) % WORDS] ^ twist(key[i], key[(i + 1) % WORDS]);
	random->at = 0;
}

uint32_t mlv_mt19937_next(struct mlv_mt19937 *random)
{
	uint32_t word;

	if (random->at == WORDS)
		renew(random);
	word = random->key[random->at++];
	word ^= word >> 11;
	word ^= word << 7 & 0x9d2c5680U;
	word ^= word << 15 & 0xefc60000U;
	return word ^ word >> 18;
}

uint32_t mlv_mt19937_at_most(struct mlv_mt19937 *random, uint32_t most)
{
	uint32_t mask = most, number;

	for (unsigned shift = 1; shift < 32; shift <<= 1)
		mask |= mask >> shift;
	if (!most)
		return 0;
	do
		number = mlv_mt19937_next(random) & mask;
	while (number > most);
	return number;
}

void mlv_mt19937_shuffle(struct mlv_mt19937 *random, uint32_t *numbers, size_t count)
{
	for (size_t i = count; i-- > 1;) {
		uint32_t other = mlv_mt19937_at_most(random, (uint32_t)i);
		uint32_t kept = numbers[i];

		numbers[i] = numbers[other];
		numbers[other] = kept;
	}
}

void mlv_mt19937_permute(struct mlv_mt19937 *random, uint32_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		numbers[i] = (uint32_t)i;
	mlv_mt19937_shuffle(random, numbers, count);
}
