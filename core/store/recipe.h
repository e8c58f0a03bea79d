/*
 * recipe.h - how a large file is put together of chunks that lie in packs.
 *
 * Binary, numbers little endian; mlv-formats(5) has every byte:
 *
 *   head     "mlvR", version, size of the file (u64), number of packs, number
 *            of chunks (u32), id of the file
 *   packs    ascending: id, and length of the .pack; each holds a chunk at least
 *   SHA-256 of all before
 *   chunks   in the order of the file: id, length, position of its pack
 *   SHA-256 of all before
 *
 * A chunk is an OBJECT in a DATA pack (pack.h). A recipe is named by the file
 * it makes, which it does not prove: whoever puts a file together holds it
 * against its leaf list. The sums find what was damaged by accident, and the
 * first of them lets a reader believe the packs without the chunks.
 *
 * Limits   36 bytes a pack, 40 a chunk: 0.06 % of the file. A recipe that is
 *          longer than its file could need is refused by its head.
 */
#ifndef MLV_STORE_RECIPE_H
#define MLV_STORE_RECIPE_H

#include "core/base/buf.h"
#include "core/store/oid.h"

#define MLV_RECIPE_HEAD 56 /* bytes */
#define MLV_RECIPE_PATH (MLV_OID_HEX + 16)

/* One of its packs: a DATA pack. */
struct mlv_recipe_pack {
	struct mlv_oid oid;
	uint32_t size; /* bytes of the .pack */
};

struct mlv_recipe_chunk {
	struct mlv_oid oid;
	uint32_t len;
	uint32_t pack; /* position in packs */
};

struct mlv_recipe {
	struct mlv_oid oid; /* of the LARGE */
	uint64_t size;      /* of it, bytes */
	struct mlv_recipe_pack *packs;
	size_t pack_count, pack_cap;
	struct mlv_recipe_chunk *chunks; /* NULL in one that was read up to its packs */
	size_t chunk_count, chunk_cap;
};
void mlv_recipe_release(struct mlv_recipe *recipe);

/* "recipes/ab/cdef...": where that of a LARGE lies below a remote. */
char *mlv_recipe_path(const struct mlv_oid *oid, char path[static MLV_RECIPE_PATH]);
/* The id in such a path; false when it is none. */
bool mlv_recipe_parse_path(const char *path, struct mlv_oid *oid) MLV_CHECK;

/* Add a pack or a chunk; the packs may be in any order, as mlv_recipe_settle() sorts them. */
mlv_err mlv_recipe_add_pack(struct mlv_recipe *recipe, const struct mlv_recipe_pack *pack,
			    uint32_t *position) MLV_CHECK;
mlv_err mlv_recipe_add_chunk(struct mlv_recipe *recipe,
			     const struct mlv_recipe_chunk *chunk) MLV_CHECK;
/* Sort the packs, and leave out those that are there twice or hold no chunk. */
mlv_err mlv_recipe_settle(struct mlv_recipe *recipe) MLV_CHECK;

/* Append one that is settled. */
mlv_err mlv_recipe_write(const struct mlv_recipe *recipe, struct mlv_buf *out) MLV_CHECK;
/*
 * The length of a recipe of the file oid of size bytes (UINT64_MAX: not known,
 * what it says itself), by its first MLV_RECIPE_HEAD bytes; *packs_end is how
 * many of its bytes tell of its packs. MLV_E_CORRUPT when it is not one, or longer
 * than a file of this size needs.
 */
mlv_err mlv_recipe_measure(const void *head, size_t len, const struct mlv_oid *oid, uint64_t size,
			   uint64_t *packs_end, uint64_t *whole) MLV_CHECK;
/* Read its packs from the first packs_end bytes, or all of it. */
mlv_err mlv_recipe_parse_packs(const void *bytes, size_t len, const struct mlv_oid *oid,
			       uint64_t size, struct mlv_recipe *recipe) MLV_CHECK;
mlv_err mlv_recipe_parse(const void *bytes, size_t len, const struct mlv_oid *oid, uint64_t size,
			 struct mlv_recipe *recipe) MLV_CHECK;

#endif
