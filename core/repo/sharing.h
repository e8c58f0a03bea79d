/*
 * sharing.h - who uses a cache that lies outside a repository's own .mlv.
 *
 * A cache that several repositories share has a directory repos/, and in it a
 * file for each repository that uses it from elsewhere: its name is the first
 * half of the SHA-256 of the repository's root, its content that path and a
 * line feed. It is written before the cache is first used, so that gc, run from
 * any of them, keeps what all of them need.
 *
 * Crash safety   each file is replaced in one step.
 */
#ifndef MLV_REPO_SHARING_H
#define MLV_REPO_SHARING_H

#include "core/base/strs.h"
#include "core/repo/repo.h"

/*
 * Say that repo uses the cache at path. Nothing happens when that is its own,
 * or says so already; a cache that may not be written is no failure.
 */
mlv_err mlv_sharing_register(struct mlv_repo *repo, const char *cache) MLV_CHECK;
/* The roots of all that say so, sorted. MLV_E_CORRUPT for a file that names none. */
mlv_err mlv_sharing_list(const char *cache, struct mlv_strs *roots) MLV_CHECK;
/* The repository at this root uses the cache no more. MLV_E_MISSING when it never did. */
mlv_err mlv_sharing_forget(const char *cache, const char *root) MLV_CHECK;

#endif
