/*
 * index/format.h - the bytes of an index: for the files index*.c.
 *
 *   header      and the output's path
 *   blocks      each: records, then their paths, one after the other
 *   directory   a place for each block, then the first paths of all blocks
 *   footer      at the very end; its sum is over header, path, directory and itself
 *
 * and of the file of changes: header, records, paths; the sum is over all. It
 * is good for one index only, known by the sum in its footer. Where both have
 * a record of a path, that of the changes counts; one with GONE says there is none.
 *
 * Numbers are in this machine's own order, which order tells; the files never
 * leave the machine.
 */
#ifndef MLV_REPO_INDEX_FORMAT_H
#define MLV_REPO_INDEX_FORMAT_H

#include "core/repo/index.h"

#define MLV_INDEX_DIR "state/index" /* below .mlv */
#define MLV_INDEX_HEX 32            /* digits of a file's name */
#define MLV_INDEX_NAME (sizeof(MLV_INDEX_DIR) + MLV_INDEX_HEX + 3)
#define MLV_INDEX_MAGIC "mlvidx2\n"
#define MLV_INDEX_CHANGES_MAGIC "mlvidxd\n"
#define MLV_INDEX_ORDER 0x01020304u
#define MLV_INDEX_BLOCK 512                 /* records in a block */
#define MLV_INDEX_BLOCK_MAX ((size_t)4 << 20) /* bytes; enough for the longest paths */
#define MLV_INDEX_CHANGES_MAX ((size_t)96 << 10) /* bytes of changes that are not folded in */

struct mlv_index_header {
	char magic[8];
	uint32_t order;
	uint32_t path_len; /* of the output's path */
};

/* The claim, as it lies there. */
struct mlv_index_said {
	uint64_t known;
	uint64_t bytes, nfiles, stored;
	unsigned char tree[MLV_OID_RAW];
};

/* Where a block lies. */
struct mlv_index_place {
	uint64_t at;
	uint32_t len; /* bytes */
	uint32_t count; /* records */
	uint32_t sum; /* CRC-32C of the block */
	uint32_t first_len; /* of its first path */
};

struct mlv_index_footer {
	struct mlv_index_said said;
	uint64_t directory_at;
	uint64_t blocks;
	uint32_t sum;
	uint32_t order;
};

struct mlv_index_changes {
	char magic[8];
	uint32_t order;
	uint32_t base; /* sum in the footer of the index that is changed */
	struct mlv_index_said said;
	uint64_t count;
	uint64_t paths_len;
	uint32_t sum; /* of all, with this zero */
	uint32_t unused;
};

enum { MLV_INDEX_RACY = 1, MLV_INDEX_LINKED = 2, MLV_INDEX_AWAY = 4, MLV_INDEX_GONE = 8 };

struct mlv_index_record {
	uint64_t inode;
	uint64_t size; /* by stat */
	int64_t mtime;
	int64_t ctime;
	uint64_t named_size; /* of what was named: differs from size for a link into the cache */
	uint16_t mode;
	uint16_t path_len;
	char kind;
	uint8_t flags;
	uint16_t unused;
	unsigned char oid[MLV_OID_RAW];
};
_Static_assert(sizeof(struct mlv_index_record) == 80, "records have no padding");
_Static_assert(sizeof(struct mlv_index_place) == 24, "places have no padding");
_Static_assert(sizeof(struct mlv_index_footer) == 88, "the footer has no padding");
_Static_assert(sizeof(struct mlv_index_changes) == 104, "changes have no padding");

/* Records, each with its path, in memory: a block, or the changes. */
struct mlv_index_run {
	const struct mlv_index_record *records;
	const char *paths;
	size_t count;
	size_t at;      /* of a reader: which record */
	size_t path_at; /* and where its path is */
};

struct mlv_index {
	struct mlv_repo *repo;
	char *path;
	int fd; /* -1: there is none */
	struct stat st, changes_st; /* of both files; an inode of 0: there is none */
	uint32_t sum;
	struct mlv_index_claim claim;
	struct mlv_buf directory;
	const struct mlv_index_place *places; /* in the directory */
	const char *firsts;                   /* in the directory */
	size_t blocks;
	struct mlv_buf changes_bytes;
	struct mlv_index_run changes;
};

/* The name of the index of the output at path, below .mlv; or of its changes. */
mlv_err mlv_index_name(const char *path, bool changes, char name[static MLV_INDEX_NAME]) MLV_CHECK;
/* Read a block, whole and sound, into bytes; run is set to it. MLV_E_CORRUPT when it is neither. */
mlv_err mlv_index_read_block(const struct mlv_index *index, size_t block, struct mlv_buf *bytes,
			     struct mlv_index_run *run) MLV_CHECK;
/* Whether the records have known kinds, paths of this length in all, in order. */
bool mlv_index_run_is_sound(const struct mlv_index_run *run, size_t paths_len);
struct mlv_index_said mlv_index_say(const struct mlv_index_claim *claim);

#endif
