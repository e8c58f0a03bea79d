#include "remote/chunked/ids.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/strs.h"
#include "core/base/sys.h"

void mlv_ids_release(struct mlv_ids *ids)
{
	free(ids->at);
	free(ids->slots);
	*ids = (struct mlv_ids){ 0 };
}

/* Ids need not be hashes: who writes a remote's tables chooses them, and cannot know the keys. */
static uint64_t hash(const struct mlv_ids *ids, const struct mlv_oid *oid)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < MLV_COUNT(ids->keys); i++) {
		uint64_t word;

		memcpy(&word, oid->bytes + i * sizeof(word), sizeof(word));
		sum = (sum ^ word ^ ids->keys[i]) * (ids->keys[i] | 1);
		sum ^= sum >> 32;
	}
	return sum;
}

/* The slot where oid is, or the empty one where it would be. */
static uint32_t *slot_of(const struct mlv_ids *ids, const struct mlv_oid *oid)
{
	for (size_t at = (size_t)hash(ids, oid);; at++) {
		uint32_t *slot = &ids->slots[at & (ids->slot_count - 1)];

		if (!*slot || mlv_oid_equal(&ids->at[*slot - 1].oid, oid))
			return slot;
	}
}

static mlv_err grow_slots(struct mlv_ids *ids)
{
	const size_t wanted = ids->slot_count ? ids->slot_count * 2 : 1024;
	uint32_t *slots = mlv_sys_alloc_array(wanted, sizeof(*slots));

	if (!slots || wanted > UINT32_MAX) {
		free(slots);
		return mlv_error_nomem("a set of chunks");
	}
	if (!ids->slot_count &&
	    getrandom(ids->keys, sizeof(ids->keys), 0) != (ssize_t)sizeof(ids->keys)) {
		free(slots);
		return mlv_error_sys("a random number");
	}
	free(ids->slots);
	ids->slots = slots;
	ids->slot_count = wanted;
	for (size_t i = 0; i < ids->count; i++)
		*slot_of(ids, &ids->at[i].oid) = (uint32_t)(i + 1);
	return NULL;
}

mlv_err mlv_ids_add(struct mlv_ids *ids, const struct mlv_oid *oid, uint32_t number)
{
	uint32_t *slot;
	mlv_err err;

	/* At most three quarters full. */
	if ((ids->count + 1) * 4 > ids->slot_count * 3 && (err = grow_slots(ids)))
		return err;
	if (*(slot = slot_of(ids, oid)))
		return NULL;
	if ((err = mlv_array_grow(&ids->at, &ids->cap, ids->count + 1, sizeof(*ids->at))))
		return err;
	ids->at[ids->count++] = (struct mlv_id_number){ *oid, number };
	*slot = (uint32_t)ids->count;
	return NULL;
}

const struct mlv_id_number *mlv_ids_find(const struct mlv_ids *ids, const struct mlv_oid *oid)
{
	const uint32_t *slot = ids->slot_count ? slot_of(ids, oid) : NULL;

	return slot && *slot ? &ids->at[*slot - 1] : NULL;
}
