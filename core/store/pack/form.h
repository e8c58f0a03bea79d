/* pack/form.h - the bytes of a pack, as its reader and its writer share them. */
#ifndef MLV_STORE_PACK_FORM_H
#define MLV_STORE_PACK_FORM_H

#include "core/store/pack.h"

#define MLV_FRAME_MAGIC   "mlvF"
#define MLV_TABLE_MAGIC   "mlvT"
#define MLV_TRAILER_MAGIC "mlvE"
#define MLV_PACK_VERSION  1

#define MLV_TABLE_FAN 24                       /* where the fan-out begins in a table */
#define MLV_NO_HINT   ((uint16_t)0xffff)
#define MLV_HINTED_MAX ((uint32_t)MLV_NO_HINT) /* positions are below this */

static inline uint32_t mlv_get32(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static inline void mlv_put32(unsigned char *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

static inline uint16_t mlv_get16(const unsigned char *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline void mlv_put16(unsigned char *at, uint16_t value)
{
	at[0] = (unsigned char)value;
	at[1] = (unsigned char)(value >> 8);
}

/* How long a table of so many records and hinted packs is. */
static inline uint64_t mlv_table_size(uint64_t count, uint64_t hinted)
{
	return MLV_TABLE_HEAD + MLV_TABLE_RECORD * count +
	       (hinted ? MLV_OID_RAW * hinted + 4 * count : 0);
}

/* By id, then kind: the order of a table. */
static inline int mlv_pack_order(const struct mlv_key *a, const struct mlv_key *b)
{
	int order = mlv_oid_compare(&a->oid, &b->oid);

	return order ? order : (int)a->kind - (int)b->kind;
}

#endif
