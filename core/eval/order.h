/*
 * order.h - one order of rows, however they stood in their file.
 *
 * Rows are sorted by keys, by counting their bytes: time is linear in them,
 * whatever they hold. Numbers rise, and there is one zero; codes rise, or the
 * rank that each code has.
 *
 * Threads   functions without shared state.
 * Limits    what comes is given back with free(); beside it 16 bytes a row
 *           while it is made.
 */
#ifndef MLV_EVAL_ORDER_H
#define MLV_EVAL_ORDER_H

#include "core/eval/frame.h"

/* What rows are sorted by: a number or a code of each. */
struct mlv_key {
	const double *number;
	const uint32_t *code;
	const uint32_t *rank; /* of each code; NULL: itself */
	size_t codes;         /* how many there are */
};

/* The numbers of the rows, sorted by the first key, then the next; equal ones as they stand. */
mlv_err mlv_order_rows(const struct mlv_key *keys, size_t count, size_t rows,
		       uint32_t **order) MLV_CHECK;
/*
 * The rank of each word: shorter ones first, those of one length by their
 * bytes, so that ids that count up are in order already.
 */
mlv_err mlv_words_rank(const struct mlv_words *words, uint32_t **rank) MLV_CHECK;

#endif
