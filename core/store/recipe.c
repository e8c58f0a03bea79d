#include "core/store/recipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/chunk.h"
#include "core/store/pack/form.h"
#include "core/store/sha256.h"

#define MAGIC   "mlvR"
#define VERSION 1
#define PACK    ((uint64_t)MLV_OID_RAW + 4) /* bytes of each */
#define CHUNK   ((uint64_t)MLV_OID_RAW + 8)
#define SUM     ((uint64_t)MLV_OID_RAW)
/* Where in the head. */
#define AT_SIZE   8
#define AT_PACKS  16
#define AT_CHUNKS 20
#define AT_OID    24

static uint64_t get64(const unsigned char *at)
{
	return mlv_get32(at) | (uint64_t)mlv_get32(at + 4) << 32;
}

void mlv_recipe_release(struct mlv_recipe *recipe)
{
	free(recipe->packs);
	free(recipe->chunks);
	*recipe = (struct mlv_recipe){ 0 };
}

char *mlv_recipe_path(const struct mlv_oid *oid, char path[static MLV_RECIPE_PATH])
{
	char hex[MLV_OID_HEX + 1];

	mlv_oid_format(oid, hex);
	snprintf(path, MLV_RECIPE_PATH, "recipes/%.2s/%s", hex, hex + 2);
	return path;
}

bool mlv_recipe_parse_path(const char *path, struct mlv_oid *oid)
{
	char hex[MLV_OID_HEX + 1], again[MLV_RECIPE_PATH];
	struct mlv_oid parsed;

	if (sscanf(path, "recipes/%2[0-9a-f]/%62[0-9a-f]", hex, hex + 2) != 2 ||
	    !mlv_oid_parse(hex, strlen(hex), &parsed) ||
	    strcmp(mlv_recipe_path(&parsed, again), path) != 0)
		return false;
	*oid = parsed;
	return true;
}

mlv_err mlv_recipe_add_pack(struct mlv_recipe *recipe, const struct mlv_recipe_pack *pack,
			    uint32_t *position)
{
	mlv_err err = mlv_array_grow(&recipe->packs, &recipe->pack_cap, recipe->pack_count + 1,
				     sizeof(*recipe->packs));

	if (err)
		return err;
	*position = (uint32_t)recipe->pack_count;
	recipe->packs[recipe->pack_count++] = *pack;
	return NULL;
}

mlv_err mlv_recipe_add_chunk(struct mlv_recipe *recipe, const struct mlv_recipe_chunk *chunk)
{
	mlv_err err = mlv_array_grow(&recipe->chunks, &recipe->chunk_cap, recipe->chunk_count + 1,
				     sizeof(*recipe->chunks));

	if (!err)
		recipe->chunks[recipe->chunk_count++] = *chunk;
	return err;
}

/* ---- settling ---- */

/* A pack, and where it was. */
struct place {
	struct mlv_recipe_pack pack;
	size_t was;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = mlv_oid_compare(&x->pack.oid, &y->pack.oid);

	return order ? order : (x->was > y->was) - (x->was < y->was);
}

/* Fill places with the packs that hold a chunk, sorted; how many. */
static size_t list_used(const struct mlv_recipe *recipe, struct place *places, uint32_t *moved)
{
	size_t count = 0;

	for (size_t i = 0; i < recipe->chunk_count; i++)
		moved[recipe->chunks[i].pack] = 1;
	for (size_t i = 0; i < recipe->pack_count; i++)
		if (moved[i])
			places[count++] = (struct place){ recipe->packs[i], i };
	qsort(places, count, sizeof(*places), compare_places);
	return count;
}

mlv_err mlv_recipe_settle(struct mlv_recipe *recipe)
{
	MLV_SCOPED(mlv_mem_free) struct place *places =
		mlv_sys_alloc_array(recipe->pack_count + 1, sizeof(*places));
	/* First whether a pack is used, then where it goes to. */
	MLV_SCOPED(mlv_mem_free) uint32_t *moved =
		mlv_sys_alloc_array(recipe->pack_count + 1, sizeof(*moved));
	size_t used, kept = 0;

	if (!places || !moved)
		return mlv_error_nomem("a recipe");
	used = list_used(recipe, places, moved);
	for (size_t i = 0; i < used; i++) {
		if (i == 0 || !mlv_oid_equal(&places[i].pack.oid, &recipe->packs[kept - 1].oid))
			recipe->packs[kept++] = places[i].pack;
		moved[places[i].was] = (uint32_t)kept - 1;
	}
	recipe->pack_count = kept;
	for (size_t i = 0; i < recipe->chunk_count; i++)
		recipe->chunks[i].pack = moved[recipe->chunks[i].pack];
	return NULL;
}

/* ---- writing ---- */

static mlv_err add_sum(struct mlv_buf *out, size_t begin)
{
	struct mlv_oid sum;
	mlv_err err = mlv_sha256_of(out->ptr + begin, out->len - begin, &sum);

	return err ? err : mlv_buf_add(out, sum.bytes, MLV_OID_RAW);
}

static mlv_err write_head(const struct mlv_recipe *recipe, struct mlv_buf *out)
{
	unsigned char head[MLV_RECIPE_HEAD];

	memcpy(head, MAGIC, 4);
	mlv_put32(head + 4, VERSION);
	mlv_put32(head + AT_SIZE, (uint32_t)recipe->size);
	mlv_put32(head + AT_SIZE + 4, (uint32_t)(recipe->size >> 32));
	mlv_put32(head + AT_PACKS, (uint32_t)recipe->pack_count);
	mlv_put32(head + AT_CHUNKS, (uint32_t)recipe->chunk_count);
	memcpy(head + AT_OID, recipe->oid.bytes, MLV_OID_RAW);
	return mlv_buf_add(out, head, sizeof(head));
}

mlv_err mlv_recipe_write(const struct mlv_recipe *recipe, struct mlv_buf *out)
{
	const size_t begin = out->len;
	unsigned char numbers[8];
	mlv_err err = write_head(recipe, out);

	for (size_t i = 0; !err && i < recipe->pack_count; i++) {
		mlv_put32(numbers, recipe->packs[i].size);
		if (!(err = mlv_buf_add(out, recipe->packs[i].oid.bytes, MLV_OID_RAW)))
			err = mlv_buf_add(out, numbers, 4);
	}
	if (err || (err = add_sum(out, begin)))
		return err;
	for (size_t i = 0; !err && i < recipe->chunk_count; i++) {
		mlv_put32(numbers, recipe->chunks[i].len);
		mlv_put32(numbers + 4, recipe->chunks[i].pack);
		if (!(err = mlv_buf_add(out, recipe->chunks[i].oid.bytes, MLV_OID_RAW)))
			err = mlv_buf_add(out, numbers, 8);
	}
	return err ? err : add_sum(out, begin);
}

/* ---- reading ---- */

static mlv_err damaged(const struct mlv_oid *oid, const char *why)
{
	char path[MLV_RECIPE_PATH];

	return mlv_error(MLV_E_CORRUPT, "%s is no recipe of its file: %s",
			 mlv_recipe_path(oid, path), why);
}

mlv_err mlv_recipe_measure(const void *head, size_t len, const struct mlv_oid *oid, uint64_t size,
			   uint64_t *packs_end, uint64_t *whole)
{
	const unsigned char *at = head;
	uint64_t packs, chunks;

	if (len < MLV_RECIPE_HEAD || memcmp(at, MAGIC, 4) != 0)
		return damaged(oid, "it does not begin like one");
	if (mlv_get32(at + 4) != VERSION)
		return mlv_error_hint(damaged(oid, "it is of a version that is not known"),
				      "install a newer mlv");
	packs = mlv_get32(at + AT_PACKS);
	chunks = mlv_get32(at + AT_CHUNKS);
	if (size == UINT64_MAX)
		size = get64(at + AT_SIZE);
	if (memcmp(at + AT_OID, oid->bytes, MLV_OID_RAW) != 0 || get64(at + AT_SIZE) != size)
		return damaged(oid, "it is that of another");
	if (size <= MLV_SMALL_MAX || packs == 0 || packs > chunks ||
	    chunks > size / MLV_CHUNK_LEAST + 1 || chunks < size / MLV_CHUNK_MOST)
		return damaged(oid, "its counts cannot be");
	*packs_end = MLV_RECIPE_HEAD + PACK * packs + SUM;
	*whole = *packs_end + CHUNK * chunks + SUM;
	return NULL;
}

/* Whether the sum at bytes[len] is that of what stands before it. */
static mlv_err check_sum(const unsigned char *bytes, uint64_t len, const struct mlv_oid *oid)
{
	struct mlv_oid sum;
	mlv_err err = mlv_sha256_of(bytes, (size_t)len, &sum);

	if (!err && memcmp(sum.bytes, bytes + len, MLV_OID_RAW) != 0)
		err = damaged(oid, "its sum is wrong");
	return err;
}

static mlv_err read_packs(const unsigned char *at, struct mlv_recipe *recipe, size_t count)
{
	for (size_t i = 0; i < count; i++, at += PACK) {
		struct mlv_recipe_pack pack = { .size = mlv_get32(at + MLV_OID_RAW) };
		uint32_t position;
		mlv_err err;

		memcpy(pack.oid.bytes, at, MLV_OID_RAW);
		if (pack.size > MLV_PACK_MAX ||
		    (i && mlv_oid_compare(&recipe->packs[i - 1].oid, &pack.oid) >= 0))
			return damaged(&recipe->oid, "its packs are not in order");
		if ((err = mlv_recipe_add_pack(recipe, &pack, &position)))
			return err;
	}
	return NULL;
}

static mlv_err read_chunks(const unsigned char *at, struct mlv_recipe *recipe, size_t count)
{
	MLV_SCOPED(mlv_mem_free) bool *used =
		mlv_sys_alloc_array(recipe->pack_count, sizeof(*used));
	uint64_t left = recipe->size;

	if (!used)
		return mlv_error_nomem("a recipe");
	for (size_t i = 0; i < count; i++, at += CHUNK) {
		struct mlv_recipe_chunk chunk = { .len = mlv_get32(at + MLV_OID_RAW),
						  .pack = mlv_get32(at + MLV_OID_RAW + 4) };
		mlv_err err;

		memcpy(chunk.oid.bytes, at, MLV_OID_RAW);
		if (chunk.len == 0 || chunk.len > MLV_CHUNK_MOST || chunk.len > left ||
		    (chunk.len < MLV_CHUNK_LEAST && chunk.len < left) ||
		    chunk.pack >= recipe->pack_count)
			return damaged(&recipe->oid, "a chunk cannot be");
		left -= chunk.len;
		used[chunk.pack] = true;
		if ((err = mlv_recipe_add_chunk(recipe, &chunk)))
			return err;
	}
	for (size_t i = 0; i < recipe->pack_count; i++)
		if (!used[i])
			return damaged(&recipe->oid, "a pack holds nothing of it");
	return left ? damaged(&recipe->oid, "its chunks are not all of it") : NULL;
}

/* Read as much as len bytes hold: the packs alone, or all. */
static mlv_err parse(const void *bytes, size_t len, const struct mlv_oid *oid, uint64_t size,
		     bool all, struct mlv_recipe *recipe)
{
	MLV_SCOPED(mlv_recipe_release) struct mlv_recipe made = { .oid = *oid };
	const unsigned char *at = bytes;
	uint64_t packs_end, whole;
	mlv_err err = mlv_recipe_measure(bytes, len, oid, size, &packs_end, &whole);

	if (err)
		return err;
	made.size = get64(at + AT_SIZE);
	if (all ? len != whole : len < packs_end)
		return damaged(oid, "it has another length");
	if ((err = check_sum(at, packs_end - SUM, oid)) ||
	    (err = read_packs(at + MLV_RECIPE_HEAD, &made, mlv_get32(at + AT_PACKS))))
		return err;
	if (all && ((err = check_sum(at, whole - SUM, oid)) ||
		    (err = read_chunks(at + packs_end, &made, mlv_get32(at + AT_CHUNKS)))))
		return err;
	*recipe = made;
	made = (struct mlv_recipe){ 0 };
	return NULL;
}

mlv_err mlv_recipe_parse_packs(const void *bytes, size_t len, const struct mlv_oid *oid,
			       uint64_t size, struct mlv_recipe *recipe)
{
	return parse(bytes, len, oid, size, false, recipe);
}

mlv_err mlv_recipe_parse(const void *bytes, size_t len, const struct mlv_oid *oid, uint64_t size,
			 struct mlv_recipe *recipe)
{
	return parse(bytes, len, oid, size, true, recipe);
}
