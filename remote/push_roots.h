/*
 * push_roots.h - at the end of a push: the roots of the trees that are whole
 * at the remote now, and what they say of where things lie.
 *
 * A root names the packs of this push, and those of the base (bases.h) where
 * something was found in its packs: the base does not tell in which of them.
 */
#ifndef MLV_REMOTE_PUSH_ROOTS_H
#define MLV_REMOTE_PUSH_ROOTS_H

#include "remote/bases.h"
#include "remote/push_packs.h"

struct mlv_push_roots {
	struct mlv_ctx *ctx;
	unsigned jobs;
	struct mlv_transport *remote;
	struct mlv_node_source source;
	const struct mlv_want *wants;
	size_t count;
	const struct mlv_items *items; /* of all wants */
	const struct mlv_bases *bases;
	const struct mlv_push_packs *packs;
	bool dry; /* only count them */
	_Atomic uint64_t sent;
};

/* Whether there is a root to be written. */
bool mlv_push_roots_any(const struct mlv_push_roots *roots);
/* Send those of trees of which all is there; they appear with the next flush. */
mlv_err mlv_push_roots_send(struct mlv_push_roots *roots) MLV_CHECK;

#endif
