/*
 * transfer/filter.h - which outputs a fetch takes: by their size, and by what
 * mlv.yaml lists them as.
 */
#ifndef MLV_CMD_TRANSFER_FILTER_H
#define MLV_CMD_TRANSFER_FILTER_H

#include "cmd/transfer.h"

struct mlv_transfer_filter {
	uint64_t max_size;     /* bytes of an output */
	bool typed;            /* only what files has */
	struct mlv_strs files; /* listed in this version of mlv.yaml as a type that is asked for */
	uint64_t left_out;     /* outputs that were larger */
};
void mlv_transfer_filter_release(struct mlv_transfer_filter *filter);

/* What args ask for, in the work tree. MLV_E_USAGE for a size or a type that is none. */
mlv_err mlv_transfer_filter_begin(struct mlv_transfer_filter *filter, struct mlv_repo *repo,
				  const struct mlv_transfer_args *args) MLV_CHECK;
/* Go on with what mlv.yaml says in a commit. */
mlv_err mlv_transfer_filter_rev(struct mlv_transfer_filter *filter, struct mlv_repo *repo,
				const struct mlv_transfer_args *args, const char *rev) MLV_CHECK;
/* Whether an output is not too large; one that is, is counted. */
bool mlv_transfer_filter_size(struct mlv_transfer_filter *filter, const struct mlv_output *output);
/*
 * Whether file number index is the output, lies below it, or is a directory that
 * it lies in; *part is what of the output is meant, "" for all.
 */
bool mlv_transfer_filter_file(const struct mlv_transfer_filter *filter, size_t index,
			      const struct mlv_output *output, const char **part);

#endif
