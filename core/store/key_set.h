/*
 * key_set.h - a set of keys in memory: 36 bytes for each, and 8 to 16 to find it.
 *
 * Threads   one thread at a time.
 */
#ifndef MLV_STORE_KEY_SET_H
#define MLV_STORE_KEY_SET_H

#include <stddef.h>

#include "core/store/oid.h"

struct mlv_key_set {
	struct mlv_key *keys; /* in the order in which they came */
	size_t count, cap;
	uint32_t *slots;   /* positions in keys + 1, open addressing; slot_count of them */
	size_t slot_count; /* a power of two, more than count */
};

void mlv_key_set_release(struct mlv_key_set *set);
void mlv_key_set_clear(struct mlv_key_set *set);
/* Add key; *added is false when it is there already. */
mlv_err mlv_key_set_add(struct mlv_key_set *set, const struct mlv_key *key, bool *added) MLV_CHECK;

#endif
