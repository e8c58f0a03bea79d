/*
 * gitignore.h - the line "/name" in the .gitignore beside a tracked output.
 *
 * What mlv tracks git must not: the line stands in the .gitignore of the
 * output's own directory, its special characters escaped as gitignore(5) has
 * it. Lines of the user are left as they are, to the byte.
 *
 * Crash safety   the file is replaced in one step, under its lock.
 */
#ifndef MLV_REPO_GITIGNORE_H
#define MLV_REPO_GITIGNORE_H

#include "core/repo/repo.h"

/* Append the pattern that matches exactly name, in the directory of the file. */
mlv_err mlv_gitignore_pattern(struct mlv_buf *to, const char *name) MLV_CHECK;
/*
 * Have git ignore the output at path (relative to the root), if it does not
 * yet. The .gitignore is added to written (may be NULL) when it was. Nothing
 * is done where there is no git.
 */
mlv_err mlv_gitignore_add(struct mlv_repo *repo, const char *path,
			  struct mlv_strs *written) MLV_CHECK;
/* The same of all paths, which are sorted: each .gitignore is written once, or nearly so. */
mlv_err mlv_gitignore_add_all(struct mlv_repo *repo, const struct mlv_strs *paths,
			      struct mlv_strs *written) MLV_CHECK;
/* Take the line of path away; a file that nothing is left of is removed. written as above. */
mlv_err mlv_gitignore_remove(struct mlv_repo *repo, const char *path,
			     struct mlv_strs *written) MLV_CHECK;

#endif
