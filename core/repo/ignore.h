/*
 * ignore.h - what .mlvignore files leave out of directories.
 *
 * The syntax and the meaning are those of gitignore(5): one pattern a line, #
 * for comments, ! takes back, a slash at the end is for directories only, a
 * slash elsewhere binds the pattern to the directory of its file, the last
 * pattern that matches decides, files further down come later; what lies below
 * a directory that is ignored cannot be taken back. Case counts.
 *
 * A pattern speaks of what could be tracked, not of what is: a file or directory that
 * has a pointer of its own is never ignored, and checkout brings whatever a
 * manifest has. Below a tracked directory a file that comes to be ignored
 * counts as deleted: status says so, and the next add of the directory drops
 * it from the manifest. The file itself stays where it is.
 *
 * Limits    a .mlvignore of 1 MiB; links are not followed, as git has it.
 * Threads   rules that are loaded may be asked by many threads.
 */
#ifndef MLV_REPO_IGNORE_H
#define MLV_REPO_IGNORE_H

#include "core/repo/repo.h"
#include "core/store/tree.h"

#define MLV_IGNORE_NAME ".mlvignore"

struct mlv_ignore;

struct mlv_ignore_rule {
	const char *file; /* the .mlvignore, relative to the root */
	const char *text; /* the pattern as it stands there */
	unsigned line;
	bool negated;
};

/* Rules to be filled by mlv_ignore_add(). */
mlv_err mlv_ignore_new(struct mlv_ignore **out) MLV_CHECK;
void mlv_ignore_freep(struct mlv_ignore **ignore);
/* Add the rules in the text of a file; those of the directories above it come before. */
mlv_err mlv_ignore_add(struct mlv_ignore *ignore, const char *file, const char *text,
		       size_t len) MLV_CHECK;
/*
 * The rules for what lies at path (relative to the root): those of the root and
 * of all directories above path. *out is NULL when there are none.
 */
mlv_err mlv_ignore_load(struct mlv_ignore **out, struct mlv_repo *repo,
			const char *path) MLV_CHECK;

/*
 * The last rule that matches path itself, of those before another one (NULL: of
 * all). ignore may be NULL, here and below.
 */
const struct mlv_ignore_rule *mlv_ignore_find(const struct mlv_ignore *ignore, const char *path,
					      size_t len, bool directory,
					      const struct mlv_ignore_rule *before);
/*
 * The rule that decides about path: one that a directory above it is ignored
 * by, else the last that matches. NULL: there is none. Directories within the
 * first `from` bytes are not looked at.
 */
const struct mlv_ignore_rule *mlv_ignore_decide(const struct mlv_ignore *ignore, const char *path,
						size_t len, size_t from, bool directory);
/* Whether it is decided so. */
bool mlv_ignore_match(const struct mlv_ignore *ignore, const char *path, size_t len, size_t from,
		      bool directory);

#endif
