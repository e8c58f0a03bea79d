/*
 * suggest.h - "did you mean": the known word nearest to one that is not.
 *
 * Nearness is the Damerau-Levenshtein distance in its restricted form
 * (optimal string alignment; Damerau 1964): letters added, dropped, changed,
 * or swapped with a neighbour. A word further away than a third of its length
 * (at least one step) is no suggestion.
 *
 * Threads   safe.
 * Limits    words longer than MLV_SUGGEST_MAX bytes are near to nothing.
 */
#ifndef MLV_BASE_SUGGEST_H
#define MLV_BASE_SUGGEST_H

#include <stddef.h>

#define MLV_SUGGEST_MAX 64

/* Steps from a to b; MLV_SUGGEST_MAX + 1 when one of them is too long. */
unsigned mlv_suggest_distance(const char *a, const char *b);

/*
 * Feed candidates one by one; best is the nearest so far, of equals the one that
 * sorts first, or NULL.
 */
struct mlv_suggest {
	const char *word;
	const char *best;
	unsigned distance;
};

void mlv_suggest_begin(struct mlv_suggest *suggest, const char *word);
void mlv_suggest_offer(struct mlv_suggest *suggest, const char *candidate);
/* The nearest of count candidates, or NULL. */
const char *mlv_suggest_of(const char *word, const char *const *candidates, size_t count);

#endif
