#include "core/store/key_set.h"

#include <stdlib.h>

#include "core/base/strs.h"
#include "core/base/sys.h"

void mlv_key_set_release(struct mlv_key_set *set)
{
	free(set->keys);
	free(set->slots);
	*set = (struct mlv_key_set){ 0 };
}

void mlv_key_set_clear(struct mlv_key_set *set)
{
	if (set->count)
		memset(set->slots, 0, set->slot_count * sizeof(*set->slots));
	set->count = 0;
}

/* The slot where key is, or the empty one where it would be. An id is a hash already. */
static uint32_t *slot_of(const struct mlv_key_set *set, const struct mlv_key *key)
{
	size_t at;

	memcpy(&at, key->oid.bytes, sizeof(at));
	for (at += (size_t)key->kind;; at++) {
		uint32_t *slot = &set->slots[at & (set->slot_count - 1)];

		if (!*slot || mlv_key_compare(&set->keys[*slot - 1], key) == 0)
			return slot;
	}
}

static mlv_err grow_slots(struct mlv_key_set *set)
{
	const size_t wanted = set->slot_count ? set->slot_count * 2 : 64;
	uint32_t *slots = mlv_sys_alloc_array(wanted, sizeof(*slots));

	if (!slots || wanted > UINT32_MAX) {
		free(slots);
		return mlv_error_nomem("a set of keys");
	}
	free(set->slots);
	set->slots = slots;
	set->slot_count = wanted;
	for (size_t i = 0; i < set->count; i++)
		*slot_of(set, &set->keys[i]) = (uint32_t)(i + 1);
	return NULL;
}

mlv_err mlv_key_set_add(struct mlv_key_set *set, const struct mlv_key *key, bool *added)
{
	uint32_t *slot;
	mlv_err err;

	*added = false;
	/* At most three quarters full. */
	if ((set->count + 1) * 4 > set->slot_count * 3 && (err = grow_slots(set)))
		return err;
	if (*(slot = slot_of(set, key)))
		return NULL;
	if ((err = mlv_array_grow(&set->keys, &set->cap, set->count + 1, sizeof(*set->keys))))
		return err;
	set->keys[set->count++] = *key;
	*slot = (uint32_t)set->count;
	*added = true;
	return NULL;
}
