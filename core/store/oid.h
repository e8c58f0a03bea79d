/*
 * oid.h - the names of objects, and what kinds of them are stored.
 *
 * An id is a SHA-256 (FIPS 180-4), written in 64 lower-case hex digits. What
 * bytes it is of depends on the kind, so that what is stored is keyed by kind
 * and id together: a file whose bytes are another file's leaf list, or a
 * node, has the same 64 digits and is another object.
 *
 *   OBJECT  a file of at most MLV_SMALL_MAX bytes, or a link's target: of its bytes
 *   LARGE   a larger file: of its leaf list (leaves.h)
 *   LEAVES  the leaf list of the LARGE of the same id: of its own bytes
 *   NODE    a node of a manifest (node.h): of its raw bytes
 */
#ifndef MLV_STORE_OID_H
#define MLV_STORE_OID_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"

#define MLV_OID_RAW 32
#define MLV_OID_HEX 64
#define MLV_SMALL_MAX ((uint64_t)16 << 20) /* bytes: the largest file named by its own SHA-256 */
#define MLV_LEAF_SIZE ((uint64_t)1 << 20)  /* bytes: a leaf of a larger one */
#define MLV_NODE_MAX ((uint64_t)16 << 20)  /* bytes: the largest raw node */

struct mlv_oid {
	unsigned char bytes[MLV_OID_RAW];
};

enum mlv_kind { MLV_KIND_OBJECT, MLV_KIND_LARGE, MLV_KIND_LEAVES, MLV_KIND_NODE };

struct mlv_key {
	enum mlv_kind kind;
	struct mlv_oid oid;
};

/* Write 64 digits and a NUL to hex; returns hex. */
char *mlv_oid_format(const struct mlv_oid *oid, char hex[static MLV_OID_HEX + 1]);
/* Read exactly 64 lower-case digits; false, and *oid untouched, when it is anything else. */
bool mlv_oid_parse(const char *hex, size_t len, struct mlv_oid *oid) MLV_CHECK;
bool mlv_oid_equal(const struct mlv_oid *a, const struct mlv_oid *b);
int mlv_oid_compare(const struct mlv_oid *a, const struct mlv_oid *b);
int mlv_key_compare(const struct mlv_key *a, const struct mlv_key *b);
/* "object", "large", "leaves", "node": for messages and JSON. */
const char *mlv_kind_name(enum mlv_kind kind);
/* The kind that a file of this size is stored as: OBJECT or LARGE. */
enum mlv_kind mlv_kind_of_size(uint64_t size);
/*
 * Where a key lies below a store, cache or remote: "objects/ab/cd...",
 * "large/ab/cd...", "large/ab/cd....leaves", "nodes/ab/cd...".
 */
#define MLV_KEY_PATH 96 /* bytes, NUL included */
char *mlv_key_path(const struct mlv_key *key, char path[static MLV_KEY_PATH]);
/* The key that lies there; false when path is none of these. */
bool mlv_key_parse_path(const char *path, struct mlv_key *key) MLV_CHECK;

#endif
