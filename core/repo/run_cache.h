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
 * restores from one looks first. An entry whose outputs are gone may be removed.
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

#endif
