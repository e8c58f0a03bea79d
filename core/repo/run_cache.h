/*
 * run_cache.h - what commands made, kept by what they ran with.
 *
 *   <cache>/runs/ab/<64 digits>   ab: the first two of them
 *
 * The name is the SHA-256 of what a run depends on: its text as an entry of mlv.lock in
 * the root (lockfile.h) with commands, wdir, deps, params and env, its name
 * "run", and then of each output a line "out <path>\n". The file is a
 * mlv.lock with the one stage that ran, paths relative to the root, outputs and all.
 * One whose name is not what it says is passed over. The newest run with a name is kept.
 *
 * What an entry names is durable before it; it may be gone later (gc): whoever
 * restores from one looks first, and a gc removes the entries whose outputs it removed.
 *
 * Crash safety   an entry appears whole, but for a power cut: then it is passed over.
 * Threads        any.
 */
#ifndef MLV_REPO_RUN_CACHE_H
#define MLV_REPO_RUN_CACHE_H

#include "core/repo/lockfile.h"

#define MLV_RUN_CACHE_DIR "runs" /* below the cache, and below a remote */
#define MLV_RUN_PATH 72 /* bytes of "ab/<64 digits>", NUL included */

/* The name of a run: its path below MLV_RUN_CACHE_DIR. stage_dir: of its mlv.yaml. */
mlv_err mlv_run_path(const struct mlv_recorded *recorded, const char *stage_dir,
		     char path[static MLV_RUN_PATH]) MLV_CHECK;
/* The path of the run of this name. */
char *mlv_run_name_path(const struct mlv_oid *name, char path[static MLV_RUN_PATH]);
/* Keep a run. */
mlv_err mlv_run_put(struct mlv_repo *repo, const struct mlv_recorded *recorded,
		    const char *stage_dir) MLV_CHECK;
/* The run that this one, outputs unknown, would be; *found false when none is kept. */
mlv_err mlv_run_get(struct mlv_repo *repo, const struct mlv_recorded *recorded,
		    const char *stage_dir, struct mlv_recorded *run, bool *found) MLV_CHECK;
/*
 * What the text of an entry says; path is its name. MLV_E_CORRUPT when the name
 * is not that of what it says.
 */
mlv_err mlv_run_parse(const char *path, const char *text, size_t len,
		      struct mlv_recorded *run) MLV_CHECK;
/*
 * Call fn for each run that is kept, by name. Those that are damaged are passed
 * over; all is read, so that fn may take others away.
 */
struct mlv_kept_run {
	struct mlv_oid name;
	const char *path;         /* of that name */
	struct mlv_buf *text;     /* this and what it says may be taken: leave empty ones */
	struct mlv_recorded *run;
};
typedef mlv_err (*mlv_kept_run_fn)(void *arg, struct mlv_kept_run *kept);
mlv_err mlv_run_each(struct mlv_repo *repo, mlv_kept_run_fn fn, void *arg) MLV_CHECK;
/* Whether one of this name is kept. */
mlv_err mlv_run_has(struct mlv_repo *repo, const char *path, bool *has) MLV_CHECK;
/* Keep one that mlv_run_parse() took, and all of whose outputs are in the cache, durably. */
mlv_err mlv_run_take(struct mlv_repo *repo, const char *path, const struct mlv_buf *text) MLV_CHECK;
/* Remove those of which an output is not in the cache. The cache is held (mlv_store_lock()). */
mlv_err mlv_run_prune(struct mlv_repo *repo, uint64_t *removed) MLV_CHECK;

#endif
