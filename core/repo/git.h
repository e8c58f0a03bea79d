/*
 * git.h - what mlv needs of git: the repository, its history and index, the
 * ignore rules, and the parser of git-style configuration.
 *
 * libgit2 lies behind this, in a module that is loaded on first use. Nothing
 * here writes to the git repository, but mlv_git_stage() to its index.
 *
 * Threads     a handle is used by one thread at a time.
 * Paths       relative to the git work tree's root unless said otherwise.
 */
#ifndef MLV_REPO_GIT_H
#define MLV_REPO_GIT_H

#include "core/base/buf.h"
#include "core/base/context.h"
#include "core/base/strs.h"

struct mlv_git;

#define MLV_GIT_HEX 40
struct mlv_git_id {
	char hex[MLV_GIT_HEX + 1];
};

/* Find the repository that the absolute path lies in. MLV_E_MISSING when there is none. */
mlv_err mlv_git_open(struct mlv_git **out, struct mlv_ctx *ctx, const char *path) MLV_CHECK;
void mlv_git_freep(struct mlv_git **git);
/* The absolute path of the work tree, without a slash at the end; NULL for a bare one. */
const char *mlv_git_workdir(const struct mlv_git *git);
/* The absolute path of the git directory (of this work tree). */
const char *mlv_git_dir(const struct mlv_git *git);

/* The commit that rev names (branch, tag, HEAD~2, hex). MLV_E_REMOTE when there is none. */
mlv_err mlv_git_resolve(struct mlv_git *git, const char *rev, struct mlv_git_id *commit) MLV_CHECK;
/* The commit from which two went their ways; MLV_E_REMOTE where they have none in common. */
mlv_err mlv_git_merge_base(struct mlv_git *git, const struct mlv_git_id *a, const struct mlv_git_id *b,
			   struct mlv_git_id *base) MLV_CHECK;
/* When the commit was made, in seconds since 1970. */
mlv_err mlv_git_commit_time(struct mlv_git *git, const struct mlv_git_id *commit,
			    int64_t *when) MLV_CHECK;
/* Append the blob at path in commit to buf; *found false when there is none. */
mlv_err mlv_git_read(struct mlv_git *git, const struct mlv_git_id *commit, const char *path,
		     struct mlv_buf *buf, bool *found) MLV_CHECK;
/*
 * The mode that git gives what lies at path in commit: 0 nothing, 040000 a directory,
 * 0100644 or 0100755 a file, 0120000 a link, 0160000 a submodule.
 */
mlv_err mlv_git_mode(struct mlv_git *git, const struct mlv_git_id *commit, const char *path,
		     unsigned *mode) MLV_CHECK;
/* Append the blob with this id. */
mlv_err mlv_git_read_blob(struct mlv_git *git, const struct mlv_git_id *blob,
			  struct mlv_buf *buf) MLV_CHECK;
/* The length of a blob, which is not read for that. */
mlv_err mlv_git_blob_size(struct mlv_git *git, const struct mlv_git_id *blob,
			  uint64_t *size) MLV_CHECK;
/*
 * Call fn for each blob below dir ("" for all) in commit whose path ends with
 * one of the suffixes (NULL-terminated list; NULL: all), in path order.
 */
typedef mlv_err (*mlv_git_blob_fn)(void *arg, const char *path, const struct mlv_git_id *blob);
mlv_err mlv_git_each_blob(struct mlv_git *git, const struct mlv_git_id *commit, const char *dir,
			  const char *const *suffixes, mlv_git_blob_fn fn, void *arg) MLV_CHECK;
/*
 * Tips of all branches (heads and remotes) and of all tags, by name ("main",
 * "origin/main", "v1"); or every commit that any reference reaches, newest
 * first, with name NULL.
 */
enum mlv_git_scope {
	MLV_GIT_BRANCHES = 1,
	MLV_GIT_TAGS = 2,
	MLV_GIT_ALL_COMMITS = 4,
};
typedef mlv_err (*mlv_git_commit_fn)(void *arg, const struct mlv_git_id *commit, const char *name);
mlv_err mlv_git_each_commit(struct mlv_git *git, unsigned scopes, mlv_git_commit_fn fn,
			    void *arg) MLV_CHECK;
/*
 * Call fn for commit and those that it is built on, the newest first: of a merge
 * only the first parent, so that each is what the branch was once. blob is what
 * lies at path there, NULL when there is none. It ends when fn sets *stop.
 */
struct mlv_git_version {
	struct mlv_git_id commit;
	int64_t when; /* it was made, in seconds since 1970 */
	const struct mlv_git_id *blob;
};
typedef mlv_err (*mlv_git_version_fn)(void *arg, const struct mlv_git_version *version, bool *stop);
mlv_err mlv_git_each_version(struct mlv_git *git, const struct mlv_git_id *commit, const char *path,
			     mlv_git_version_fn fn, void *arg) MLV_CHECK;
/* Whether git tracks path itself or anything below it (its index says so). */
mlv_err mlv_git_is_tracked(struct mlv_git *git, const char *path, bool *tracked) MLV_CHECK;
/*
 * Whether a file that git tracks differs from the index, or the index from HEAD;
 * and, unless NULL, the files that git neither tracks nor ignores.
 */
mlv_err mlv_git_status(struct mlv_git *git, struct mlv_strs *untracked, bool *dirty) MLV_CHECK;
/*
 * Have git's index say what lies at these paths: `git add -f` of those that are
 * there, `git rm --cached` of the others. All of them or, on failure, none.
 */
mlv_err mlv_git_stage(struct mlv_git *git, const struct mlv_strs *paths) MLV_CHECK;
/* Whether git's ignore rules cover path (a slash at the end: a directory). */
mlv_err mlv_git_is_ignored(struct mlv_git *git, const char *path, bool *ignored) MLV_CHECK;

/*
 * Configuration. parse: call fn for each entry of a file in git's config
 * syntax, in order; includes are not followed. key is "section.sub.name", the
 * section and the name in lower case; names may hold '_' too, which is why
 * this is no work for libgit2 (and needs no module). An entry without '=' is
 * "true". MLV_E_SPEC names the line.
 */
typedef mlv_err (*mlv_git_config_fn)(void *arg, const char *key, const char *value, unsigned line);
mlv_err mlv_git_config_parse(const char *name, const char *text, size_t len, mlv_git_config_fn fn,
			     void *arg) MLV_CHECK;
/*
 * Set key to value (NULL: remove it, and with key "section.sub" the whole
 * section) in the text of a configuration file; comments stay.
 */
mlv_err mlv_git_config_edit(const char *name, struct mlv_buf *text, const char *key,
			    const char *value) MLV_CHECK;
/* Remove a section ("remote.NAME", where NAME may have dots) with all that it sets. */
mlv_err mlv_git_config_drop(const char *name, struct mlv_buf *text, const char *section) MLV_CHECK;

#endif
