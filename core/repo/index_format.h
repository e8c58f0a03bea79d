/*
 * index_format.h - the bytes of an index file: for index.c and index_builder.c.
 *
 * Numbers are in this machine's own order, which order tells; the file never
 * leaves the machine. The output's path is padded with NULs to eight bytes,
 * so that the records can be used where they lie.
 */
#ifndef MLV_REPO_INDEX_FORMAT_H
#define MLV_REPO_INDEX_FORMAT_H

#include "core/repo/index.h"

#define MLV_INDEX_DIR "state/index" /* below .mlv */
#define MLV_INDEX_NAME (sizeof(MLV_INDEX_DIR) + 33)
#define MLV_INDEX_MAGIC "mlvidx1\n"
#define MLV_INDEX_ORDER 0x01020304u
#define MLV_INDEX_MAX ((size_t)16 << 30) /* bytes */

struct mlv_index_header {
	char magic[8];
	uint32_t order;
	uint32_t path_len;  /* of the output's path, without padding */
	uint64_t count;     /* records */
	uint64_t paths_len; /* of the records' paths */
};

enum { MLV_INDEX_RACY = 1 };

struct mlv_index_record {
	uint64_t inode;
	uint64_t size; /* by stat */
	int64_t mtime; /* nanoseconds since 1970 */
	int64_t ctime;
	uint64_t named_size; /* of what was named: differs from size for a link into the cache */
	uint64_t path_at;    /* in the paths */
	uint32_t mode;
	uint16_t path_len;
	char kind;
	uint8_t flags;
	unsigned char oid[MLV_OID_RAW];
};
_Static_assert(sizeof(struct mlv_index_record) == 88, "records have no padding");

/* The name of the index of the output at path, below .mlv. */
mlv_err mlv_index_name(const char *path, char name[static MLV_INDEX_NAME]) MLV_CHECK;
/* The record at a position below the count. */
const struct mlv_index_record *mlv_index_record(const struct mlv_index *index, size_t at);
/* Fill in what a stat tells. */
void mlv_index_stat(const struct stat *st, struct mlv_index_record *record);

#endif
