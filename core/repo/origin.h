/*
 * origin.h - another git repository, at a revision: where get and import take
 * things from.
 *
 * A path is opened where it lies, bare or not. Of a URL (https, http, ssh, git,
 * or host:path) the commit is brought by the git program, which has the user's
 * credentials, into a scratch directory. Everything is read from git's objects
 * at the commit; of the work tree only the mlv repository's settings and cache
 * are used, where there is one.
 *
 * The other repository is not trusted more than any: its pointers, paths and
 * manifests are checked as those of a remote, its settings are those that came
 * with a clone (trust.h).
 *
 * Crash safety   nothing is written but below the scratch directory.
 * Threads        one thread at a time.
 */
#ifndef MLV_REPO_ORIGIN_H
#define MLV_REPO_ORIGIN_H

#include "core/repo/pointer.h"
#include "core/repo/repo.h"

struct mlv_origin {
	struct mlv_ctx *ctx;
	char *url;     /* a path is absolute */
	char *scratch; /* absolute path of a directory of the caller's */
	char *dir;     /* the work tree, or the bare repository, of a path; NULL: it was brought */
	struct mlv_git *git;
	struct mlv_git_id commit;
	struct mlv_repo *repo; /* what mlv_origin_find() found it in; NULL: git alone */
	bool has_cache;        /* repo is the work tree's own, whose cache can be read */
};

/*
 * Open the repository at url (a path is relative to ctx->cwd) at rev (NULL: its
 * HEAD). MLV_E_REMOTE when it, or the revision, cannot be had.
 */
mlv_err mlv_origin_open(struct mlv_origin **out, struct mlv_ctx *ctx, const char *url,
			const char *rev, const char *scratch) MLV_CHECK;
void mlv_origin_freep(struct mlv_origin **origin);

/*
 * Open the mlv repository whose .mlv lies at prefix ("" or "sub/") in it as
 * origin->repo: the one in the work tree, else its settings at the commit, in a
 * directory of the scratch. MLV_E_MISSING when there is none.
 */
mlv_err mlv_origin_open_repo(struct mlv_origin *origin, const char *prefix) MLV_CHECK;

/* What lies at a path of it. */
struct mlv_finding;
/*
 * Find path (relative to the git repository's root): a tracked file or
 * directory, a part of one, a file that git tracks, or a directory of such.
 * Sets origin->repo if mlv tracks anything of it.
 */
mlv_err mlv_origin_find(struct mlv_origin *origin, const char *path,
			struct mlv_finding **finding) MLV_CHECK;
void mlv_finding_freep(struct mlv_finding **finding);
/* Where it lies, without slashes at the end; "." for the root. */
const char *mlv_finding_path(const struct mlv_finding *finding);
/* Names of the remotes that what was found goes to, "" for the default one; none: git has it all. */
const struct mlv_strs *mlv_finding_remotes(const struct mlv_finding *finding);
/*
 * Its id. What is not stored anywhere (files of git, manifests of parts and of
 * git's directories) is put to the batch, which may be of a store in memory.
 * Nodes are read from the source.
 */
mlv_err mlv_finding_name(struct mlv_finding *finding, struct mlv_node_source source,
			 struct mlv_batch *batch, struct mlv_output *output) MLV_CHECK;

#endif
