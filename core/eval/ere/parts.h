/* parts.h - what the files behind ere.h share: the machine. */
#ifndef MLV_EVAL_ERE_PARTS_H
#define MLV_EVAL_ERE_PARTS_H

#include <stdint.h>

#include "core/eval/ere.h"

#define ERE_RANGES 64 /* of one set */

/* What a state does before it goes to its next one. */
enum ere_kind { ERE_CHAR, ERE_ANY, ERE_SET, ERE_SPLIT, ERE_BEGIN, ERE_END, ERE_MATCH };

struct ere_state {
	enum ere_kind kind;
	uint32_t next, other;  /* other: the second way of SPLIT */
	uint32_t what;         /* CHAR: the character; SET: which */
};

struct ere_set {
	bool negated;
	size_t count;
	struct {
		uint32_t low, high;
	} ranges[ERE_RANGES];
};

struct mlv_ere {
	struct ere_state *states;
	size_t count, cap;
	struct ere_set *sets;
	size_t set_count, set_cap;
	uint32_t start;
	uint32_t *lists[2], *stack; /* states that are reached; while running */
	uint32_t *seen;             /* of each state: the step in which it was reached */
	uint32_t step;
};

/* Make the states of a pattern; *at is how far it was read. */
mlv_err mlv_ere_read(struct mlv_ere *ere, const char *pattern, size_t len, size_t *at) MLV_CHECK;
/* The character that text, len > 0 bytes, begins with; *step: its bytes. */
uint32_t mlv_ere_char(const char *text, size_t len, size_t *step);

#endif
