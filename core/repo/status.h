/*
 * status.h - how the work tree and the cache stand to the pointers.
 *
 * A file whose stat the index knows is not read; what had to be read is
 * remembered there for the next time. Whether an object is in the cache is
 * looked up for files that are outputs themselves, for manifests, and below a
 * directory for what is not as it should be; with granular for everything.
 */
#ifndef MLV_REPO_STATUS_H
#define MLV_REPO_STATUS_H

#include "core/repo/pointer.h"
#include "core/repo/repo.h"

enum mlv_state {
	MLV_STATE_MODIFIED,
	MLV_STATE_DELETED,         /* it was here */
	MLV_STATE_NOT_CHECKED_OUT, /* it never was */
	MLV_STATE_NOT_IN_CACHE,    /* of what is tracked, something */
	MLV_STATES,
};

/* One path below a directory. */
struct mlv_status_file {
	char what;  /* A M D, or ? when its object is not in the cache */
	char *path; /* relative to the root */
};

/* Of one target. Clean when no state is set. */
struct mlv_status {
	char *path; /* relative to the root */
	bool dir;
	bool is[MLV_STATES];
	uint64_t added, modified, deleted, missing; /* files and links below a directory */
	struct mlv_status_file *files; /* only granular */
	size_t count, cap;
};
void mlv_status_release(struct mlv_status *status);
bool mlv_status_is_clean(const struct mlv_status *status);

mlv_err mlv_status_of(struct mlv_repo *repo, const struct mlv_target *target, bool granular,
		      struct mlv_status *status) MLV_CHECK;

#endif
