/*
 * ci_pipeline.h - the text of a pipeline: fetch the history and the data, check the records, run the gates.
 *
 * What comes from outside (the name of a branch, in a merge request anybody's)
 * reaches the shell only in variables.
 */
#ifndef MLV_CMD_CI_PIPELINE_H
#define MLV_CMD_CI_PIPELINE_H

#include "core/base/buf.h"
#include "core/base/strs.h"

struct mlv_ci_host {
	const char *name;
	const char *path; /* of the pipeline, from the root of the git work tree */
	const char *todo; /* what is left to the user */
	const char *head, *tail; /* of the text; the script stands between, each line after indent */
	const char *indent;
	const char *base; /* the revision that gates compare with, as an expression of the shell */
	const char *options; /* of mlv gate */
};
/* NULL when there is none of this name. */
const struct mlv_ci_host *mlv_ci_host_find(const char *name);
/*
 * Append the pipeline. prefix is where the repository is below the root of git:
 * "", or "sub/"; it and the names of gates need no quotes in a shell.
 */
mlv_err mlv_ci_pipeline(const struct mlv_ci_host *host, const char *prefix,
			const struct mlv_strs *gates, struct mlv_buf *to) MLV_CHECK;

#endif
