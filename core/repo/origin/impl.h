/* origin/impl.h - what the files of origin.h share. */
#ifndef MLV_REPO_ORIGIN_IMPL_H
#define MLV_REPO_ORIGIN_IMPL_H

#include "core/repo/origin.h"

/* A tracked output, or a part of it; or a file that git has. */
struct mlv_piece {
	char *path; /* below what was asked for; "": that itself */
	bool tracked;
	struct mlv_output output;
	char *part;
	struct mlv_git_id blob;
	unsigned mode;
};

struct mlv_finding {
	struct mlv_origin *origin;
	char *path;
	bool dir; /* of git: its pieces become one tree */
	struct mlv_piece *pieces;
	size_t count, cap;
	char *prefix; /* where the .mlv lies that tracked pieces belong to; NULL: none is */
	struct mlv_strs remotes;
};

mlv_err mlv_finding_add(struct mlv_finding *f, const char *path, struct mlv_piece **piece) MLV_CHECK;
/* piece is tracked, at path from the root: note whose it is. */
mlv_err mlv_finding_note(struct mlv_finding *f, struct mlv_piece *piece, const char *path) MLV_CHECK;
/*
 * made.c: what a stage made at f->path or above it (*found), else add what was
 * made below it.
 */
mlv_err mlv_finding_made(struct mlv_finding *f, bool *found) MLV_CHECK;

#endif
