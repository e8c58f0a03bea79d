/*
 * chunked/ids.h - chunks by their ids, each with a number: of its pack, or of a place.
 *
 * Threads   one thread at a time; may be asked by many while none adds.
 */
#ifndef MLV_REMOTE_CHUNKED_IDS_H
#define MLV_REMOTE_CHUNKED_IDS_H

#include <stddef.h>

#include "core/store/oid.h"

struct mlv_id_number {
	struct mlv_oid oid;
	uint32_t number;
};

struct mlv_ids {
	struct mlv_id_number *at; /* in the order in which they came */
	size_t count, cap;
	uint32_t *slots;   /* positions + 1, open addressing; slot_count of them */
	size_t slot_count; /* a power of two, more than count */
	uint64_t keys[MLV_OID_RAW / 8]; /* random: the ids are what a remote says */
};
void mlv_ids_release(struct mlv_ids *ids);
/* Add one that is not there; what is there keeps its number. */
mlv_err mlv_ids_add(struct mlv_ids *ids, const struct mlv_oid *oid, uint32_t number) MLV_CHECK;
/* NULL when it is not there. */
const struct mlv_id_number *mlv_ids_find(const struct mlv_ids *ids, const struct mlv_oid *oid);

#endif
