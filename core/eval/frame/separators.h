/*
 * separators.h - where the fields of plain rows end.
 *
 * The same by three ways: with the vectors that the machine is found to have
 * when it runs, with those that its kind always has, and without any.
 */
#ifndef MLV_EVAL_FRAME_SEPARATORS_H
#define MLV_EVAL_FRAME_SEPARATORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers that are written behind those that count. */
#define SEPARATORS_SPARE 64

/*
 * Put where in bytes the separators and the line feeds are into at, which has
 * room for len + SEPARATORS_SPARE.
 */
struct mlv_separators {
	size_t count;
	size_t lines; /* line feeds, of them */
	bool quotes;  /* whether there is a quote among the bytes */
};
typedef struct mlv_separators (*mlv_separators_fn)(const char *bytes, size_t len, char separator,
					 uint32_t *at);
struct mlv_separators mlv_separators_find(const char *bytes, size_t len, char separator, uint32_t *at);
bool mlv_separators_avx512_runs(void);
struct mlv_separators mlv_separators_avx512(const char *bytes, size_t len, char separator, uint32_t *at);
/* The fastest that runs here. */
mlv_separators_fn mlv_separators_best(void);

#endif
