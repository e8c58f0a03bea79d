/* index/builder.h - a builder of an index, and the files it writes: the inside of index.h. */
#ifndef MLV_REPO_INDEX_BUILDER_H
#define MLV_REPO_INDEX_BUILDER_H

#include "core/repo/index/format.h"

struct mlv_index_builder {
	struct mlv_repo *repo;
	char *path;
	bool edits;
	struct mlv_index_record *records; /* of the block that is being filled, or of the edit */
	size_t count, cap;
	struct mlv_buf paths;
	int64_t touched; /* mtime of a file made before the first was read, ns */
	int fd;          /* of the file that grows; -1: none */
	char temp[64];   /* its name */
	uint64_t at;     /* bytes in it */
	uint32_t head_sum;
	struct mlv_buf directory, firsts;
	size_t blocks;
	bool broken;     /* it cannot be written: nothing more is tried */
};

/* Write the records as a block, and forget them. A file that cannot be written makes it broken. */
mlv_err mlv_index_file_add_block(struct mlv_index_builder *builder) MLV_CHECK;
/* Write what is left, the directory and the footer, and give the file its name. */
mlv_err mlv_index_file_save(struct mlv_index_builder *builder,
			    const struct mlv_index_claim *claim) MLV_CHECK;
void mlv_index_file_discard(struct mlv_index_builder *builder);
/* How long a file of changes with these records would be. */
size_t mlv_index_changes_len(const struct mlv_index_builder *builder);
/* Write the records as the changes of base. */
mlv_err mlv_index_changes_save(const struct mlv_index_builder *builder, const struct mlv_index *base,
			       const struct mlv_index_claim *claim) MLV_CHECK;

#endif
