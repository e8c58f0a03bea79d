/*
 * url_marks.h - what the servers of URLs that stages depend on mark the content with.
 *
 * An ETag, a version or a date of change, as import-url keeps it; credentials go where
 * they go for any URL that a repository brings. A place that is a directory or a
 * path has nothing that tells: a stage that depends on one is refused, with a hint.
 */
#ifndef MLV_CMD_URL_MARKS_H
#define MLV_CMD_URL_MARKS_H

#include "cmd/cmd.h"
#include "core/repo/repo.h"

struct mlv_url_marks {
	struct mlv_run *run;
	struct mlv_repo *repo;
};
/* From now on stages of repo have URLs asked for; marks is filled, and outlives that. */
void mlv_url_marks_use(struct mlv_url_marks *marks, struct mlv_run *run, struct mlv_repo *repo);

#endif
