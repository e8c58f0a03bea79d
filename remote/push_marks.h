/*
 * push_marks.h - at the end of a push: is anything that it relies on going to
 * be removed (marks.h)?
 *
 * A push relies on all that it found or sent. What of that is marked, and was
 * not seen so by an earlier round of the same push, is kept by a keep; then the
 * whole push is done again, which finds what is there and sends what is not.
 */
#ifndef MLV_REMOTE_PUSH_MARKS_H
#define MLV_REMOTE_PUSH_MARKS_H

#include "remote/bases.h"
#include "remote/marks.h"
#include "remote/push_packs.h"

#define MLV_PUSH_ROUNDS 8

struct mlv_push_marks {
	struct mlv_transport *remote;
	const struct mlv_want *wants;
	size_t count;
	const struct mlv_items *items;
	const struct mlv_bases *bases;
	const struct mlv_push_packs *packs;
	struct mlv_marks *seen; /* what earlier rounds saw marked, and kept; this one adds to it */
};
/* *again: something was marked or removed meanwhile, and is to be looked for once more. */
mlv_err mlv_push_marks_heed(const struct mlv_push_marks *heed, bool *again) MLV_CHECK;

#endif
