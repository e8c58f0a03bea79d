/*
 * git/program.h - running the git program, for what libgit2 does not do as well:
 * fetching with the user's credentials, and changing git's own settings.
 *
 * It gets none of the variables that a hook has of the repository around it,
 * and speaks English. Only https, http, ssh, git and file are allowed as
 * transports, so that no URL can name a program.
 */
#ifndef MLV_REPO_GIT_PROGRAM_H
#define MLV_REPO_GIT_PROGRAM_H

#include "core/base/buf.h"
#include "core/base/context.h"

struct mlv_git_program {
	struct mlv_ctx *ctx;
	const char *scratch; /* a directory for what it says */
	const char *where;   /* "--git-dir=/path", or "-C/path" */
	int status;          /* as it ended */
	struct mlv_buf out, said;
};
#define MLV_GIT_PROGRAM_INIT { .out = MLV_BUF_LIMIT(1 << 20), .said = MLV_BUF_LIMIT(1 << 20) }
void mlv_git_program_release(struct mlv_git_program *git);

/* Run git with words, NULL at their end, 20 at most. A failure of git itself is a status, not an error. */
mlv_err mlv_git_program_run(struct mlv_git_program *git, const char *const *words) MLV_CHECK;
/* The first line that it said and meant for people, without "fatal: ", after what. */
mlv_err mlv_git_program_failed(const struct mlv_git_program *git, enum mlv_errc code,
			       const char *what) MLV_CHECK MLV_NEVER_NULL;

#endif
