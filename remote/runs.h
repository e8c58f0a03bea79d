/*
 * runs.h - runs of stages at a remote.
 *
 *   runs/index           "mlv runs 1\n", then for each run a line
 *                        "<its name> <SHA-256 of its text>\n", sorted by name, each once
 *   runs/ab/<64 digits>  a text, by its SHA-256 (what it says: core/repo/run_cache.h)
 *
 * Runs are found by the index alone: many remotes cannot list. It is written
 * last, read again, and written again while it lacks what was to be in it. Where
 * two publish at once one may all the same be left out; its next push puts it in.
 * A run that is lost costs a repetition, never data. Of one name the first stays.
 *
 * What a run made is what the remote says: its bytes are proved by their ids, but
 * not that the commands make them.
 *
 * Crash safety   the objects that a run names are there before it (the caller sees
 *                to that); the index names no text that is not there.
 * Limits         64 MiB of index; MLV_REMOTE_RUN_MAX of a text.
 */
#ifndef MLV_REMOTE_RUNS_H
#define MLV_REMOTE_RUNS_H

#include "remote/transport.h"

struct mlv_remote_run {
	struct mlv_oid name;
	struct mlv_oid text; /* SHA-256 of its text */
};
#define MLV_REMOTE_RUN_MAX ((size_t)1 << 20)

/* Sorted by name, each once. */
struct mlv_remote_runs {
	struct mlv_remote_run *at;
	size_t count, cap;
};
void mlv_remote_runs_release(struct mlv_remote_runs *runs);
/* One of the same name stays. */
mlv_err mlv_remote_runs_add(struct mlv_remote_runs *runs,
			    const struct mlv_remote_run *run) MLV_CHECK;
const struct mlv_remote_run *mlv_remote_runs_find(const struct mlv_remote_runs *runs,
						  const struct mlv_oid *name);

/* Append the text of an index. */
mlv_err mlv_remote_runs_write(const struct mlv_remote_runs *runs, struct mlv_buf *text) MLV_CHECK;
/* Read one; *good false, and runs untouched, for what is none. */
mlv_err mlv_remote_runs_parse(const char *text, size_t len, struct mlv_remote_runs *runs,
			      bool *good) MLV_CHECK;

/* Those of the remote; none where there is no index. MLV_E_CORRUPT for what is no index. */
mlv_err mlv_remote_runs_list(struct mlv_transport *remote, struct mlv_remote_runs *runs) MLV_CHECK;
/* Append the text of a run, verified: MLV_E_MISSING, or MLV_E_CORRUPT. */
mlv_err mlv_remote_runs_get(struct mlv_transport *remote, const struct mlv_remote_run *run,
			    struct mlv_buf *text) MLV_CHECK;
/* Send the text of a run; it is there after the next publish. */
mlv_err mlv_remote_runs_put(struct mlv_transport *remote, const struct mlv_remote_run *run,
			    const struct mlv_buf *text) MLV_CHECK;
/* Have the index name these, too. */
mlv_err mlv_remote_runs_publish(struct mlv_transport *remote,
				const struct mlv_remote_runs *added) MLV_CHECK;

#endif
