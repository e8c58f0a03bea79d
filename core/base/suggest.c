#include "core/base/suggest.h"

#include <string.h>

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned mlv_suggest_distance(const char *a, const char *b)
{
	/* Three rows of the table: the one being filled, the one above, and the one above that. */
	unsigned rows[3][MLV_SUGGEST_MAX + 1];
	size_t alen = strlen(a), blen = strlen(b);

	if (alen > MLV_SUGGEST_MAX || blen > MLV_SUGGEST_MAX)
		return MLV_SUGGEST_MAX + 1;
	for (size_t j = 0; j <= blen; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= alen; i++) {
		unsigned *now = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= blen; j++) {
			unsigned changed = above[j - 1] + (a[i - 1] != b[j - 1]);

			now[j] = least(changed, least(above[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], second[j - 2] + 1);
		}
	}
	return rows[alen % 3][blen];
}

void mlv_suggest_begin(struct mlv_suggest *suggest, const char *word)
{
	size_t third = strlen(word) / 3;

	*suggest = (struct mlv_suggest){ word, NULL, (unsigned)(third ? third : 1) + 1 };
	if (third > MLV_SUGGEST_MAX / 3)
		suggest->distance = 0;
}

void mlv_suggest_offer(struct mlv_suggest *suggest, const char *candidate)
{
	unsigned distance = mlv_suggest_distance(suggest->word, candidate);

	/* Directories list their names in any order. */
	if (distance > suggest->distance ||
	    (distance == suggest->distance &&
	     (!suggest->best || strcmp(candidate, suggest->best) >= 0)))
		return;
	suggest->distance = distance;
	suggest->best = candidate;
}

const char *mlv_suggest_of(const char *word, const char *const *candidates, size_t count)
{
	struct mlv_suggest suggest;

	mlv_suggest_begin(&suggest, word);
	for (size_t i = 0; i < count; i++)
		mlv_suggest_offer(&suggest, candidates[i]);
	return suggest.best;
}
