/*
 * order.h - one order of rows, however they stood in their file.
 *
 * Rows are sorted by keys, by counting their digits: time is linear in them,
 * whatever they hold. Numbers rise, and there is one zero; codes rise, or the
 * rank that each code has.
 *
 * Threads   an order is made on all of them, and does not depend on how many.
 * Limits    what comes is given back with free(): 4 bytes a row. While it is
 *           made 16 bytes a row more, and 16 MiB a thread.
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

/* A row, and whether the number that is the first key is larger than that of the row before. */
#define MLV_ORDER_ROW(entry) ((entry) & 0x7fffffffU)
#define MLV_ORDER_STEP       0x80000000U
/*
 * Rows below count, which is below 2^31, sorted by the first key, then the next;
 * equal ones as they stand. There is a key. Those of which the first key is a
 * number have steps; the first row has none.
 */
mlv_err mlv_order_rows(struct mlv_ctx *ctx, const struct mlv_key *keys, size_t count, size_t rows,
		       uint32_t **order) MLV_CHECK;
/*
 * The rank of each word: shorter ones first, those of one length by their
 * bytes, so that ids that count up are in order already.
 */
mlv_err mlv_words_rank(const struct mlv_words *words, uint32_t **rank) MLV_CHECK;

#endif
