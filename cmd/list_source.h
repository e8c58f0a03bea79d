/*
 * list_source.h - the repository that `mlv list` and `mlv du` look into: one of
 * this machine, whose work tree or revision is meant, or any git repository.
 */
#ifndef MLV_CMD_LIST_SOURCE_H
#define MLV_CMD_LIST_SOURCE_H

#include "cmd/cmd.h"
#include "cmd/ui/scratch.h"
#include "core/repo/listing.h"
#include "core/repo/origin.h"
#include "remote/reader.h"

struct mlv_list_source {
	struct mlv_run *run;
	struct mlv_repo *repo;     /* of this machine; or NULL, and origin */
	struct mlv_origin *origin;
	struct mlv_scratch scratch; /* of the origin */
	struct mlv_finding *finding;
	struct mlv_outputs outputs;
	struct mlv_buf path;       /* what is listed, relative to the outputs' paths */
	struct mlv_reader reader;
	const char *remote;        /* of the output whose manifest is read; NULL: the default one */
	struct mlv_listing_source listing;
};

/*
 * operands: [url [path]]. A directory inside an mlv repository is that
 * repository, in its work tree unless rev is given; anything else is a git
 * repository, at rev or HEAD. tracked_only: leave out the files of git.
 */
mlv_err mlv_list_open(struct mlv_list_source *source, struct mlv_run *run, char **operands,
		      const char *rev, bool tracked_only) MLV_CHECK;
void mlv_list_close(struct mlv_list_source *source);

#endif
