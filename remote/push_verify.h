/*
 * push_verify.h - a push that knows: what it relies on, and what it sent, is
 * read from the remote and hashed.
 *
 * What is damaged there is told, and nothing above it is published; or, for a
 * repair, it counts as lacking and is sent in its place. A pack that is not
 * whole is named by no root that is written from then on.
 */
#ifndef MLV_REMOTE_PUSH_VERIFY_H
#define MLV_REMOTE_PUSH_VERIFY_H

#include "remote/bases.h"
#include "remote/push_packs.h"

struct mlv_push_verify {
	struct mlv_transport *remote;
	struct mlv_store *cache;
	const struct mlv_want *wants;
	size_t count;
	struct mlv_items *items; /* of all wants */
	struct mlv_bases *bases;
	struct mlv_push_packs *packs;
	struct mlv_transfer *transfer; /* what it asks for, and what was found */
};

/* Before anything is sent: what lies there. */
mlv_err mlv_push_verify_relied(struct mlv_push_verify *verify) MLV_CHECK;
/* What was sent, before it is named; then mended holds what was, and no more. */
mlv_err mlv_push_verify_sent(struct mlv_push_verify *verify) MLV_CHECK;
/* MLV_E_CORRUPT when a tree that is all there has no good root. */
mlv_err mlv_push_verify_roots(struct mlv_push_verify *verify) MLV_CHECK;

#endif
