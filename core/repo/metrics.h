/*
 * metrics.h - the metrics files of a work tree or a revision, read where they lie.
 *
 * A file that mlv tracks itself, that a stage makes, or that lies in a directory
 * which is tracked or made, is read from the cache where the version has only a
 * pointer to it, or what mlv.lock says, and verified.
 *
 * Which files are metrics say the mlv.yaml files: their lists `metrics:` and the
 * `metrics:` of their stages, templates resolved; or the caller names them. A
 * revision is read straight from git's objects, nothing is checked out. Only git
 * is needed: in a git work tree without .mlv, files that are named, or that the
 * mlv.yaml at its root names, can be compared too.
 *
 * Ownership   _release() and _close() free.
 * Threads     one thread at a time.
 */
#ifndef MLV_REPO_METRICS_H
#define MLV_REPO_METRICS_H

#include "core/base/strs.h"
#include "core/eval/metric.h"
#include "core/repo/git.h"
#include "core/repo/lock.h"
#include "core/repo/pipeline.h"

#define MLV_METRICS_MAX ((size_t)64 << 20) /* bytes of a metrics file */

/* Where metrics are read: a work tree with, usually, git. */
struct mlv_metrics_place {
	struct mlv_ctx *ctx;
	char *root;          /* absolute path that file names are relative to */
	char *prefix;        /* root relative to the git work tree: "" or "sub/" */
	int root_fd;
	struct mlv_git *git; /* NULL: no history */
	bool is_mlv;         /* root is that of an mlv repository */
	struct mlv_repo *repo; /* opened when it is needed; else NULL */
	struct mlv_outputs *outputs; /* of the version asked for last, when a file lay nowhere else */
	char *outputs_of;            /* that commit, "" for the work tree; NULL: none yet */
};
/*
 * Open the mlv repository that start lies in, or the git work tree if there is
 * none. MLV_E_MISSING when there is neither.
 */
mlv_err mlv_metrics_place_open(struct mlv_metrics_place *place, struct mlv_ctx *ctx,
			       const char *start) MLV_CHECK;
void mlv_metrics_place_close(struct mlv_metrics_place *place);
/* The name, relative to root, of a path that the user typed. MLV_E_REFUSED outside. */
mlv_err mlv_metrics_place_name(const struct mlv_metrics_place *place, const char *typed,
			       struct mlv_buf *name) MLV_CHECK;

/*
 * Make the file at path, relative to dir (AT_FDCWD: as the user typed it), hold these bytes. What a
 * killed process leaves lies in .mlv/tmp, where that is.
 */
mlv_err mlv_metrics_place_write(const struct mlv_metrics_place *place, int dir, const char *path,
				const struct mlv_buf *text) MLV_CHECK;
/* The same of a path below the root, whose directories are made, none through a link. */
mlv_err mlv_metrics_place_store(const struct mlv_metrics_place *place, const char *path,
				const struct mlv_buf *text) MLV_CHECK;

/*
 * Take the lock of the file at path, which lies below the directory dir of the work tree and is
 * rewritten: see lock.h. Outside an mlv repository the directory is locked.
 */
mlv_err mlv_metrics_place_lock(struct mlv_metrics_place *place, int dir, const char *path,
			       const char *command, struct mlv_lock **lock) MLV_CHECK;

/* One version of the files: the work tree, or a commit. */
struct mlv_metrics_side {
	const char *rev; /* as typed; NULL: the work tree */
	struct mlv_git_id commit;
};
mlv_err mlv_metrics_side_init(const struct mlv_metrics_place *place, const char *rev,
			      struct mlv_metrics_side *side) MLV_CHECK;
/* "HEAD", "workspace": for headings. */
const char *mlv_metrics_side_name(const struct mlv_metrics_side *side);

/*
 * The stages and lists of this version, without edges and order; a mlv.yaml with a
 * mistake is warned of and left out. Outside an mlv repository the root's alone.
 */
mlv_err mlv_metrics_pipeline(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			     struct mlv_pipeline *pipeline) MLV_CHECK;
/*
 * Add what mlv.yaml files and their stages name as metrics, or as plots, in this
 * version, directories and patterns as they stand; none is no failure.
 */
mlv_err mlv_metrics_list(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 enum mlv_stage_out_kind kind, struct mlv_strs *files) MLV_CHECK;
/*
 * Add the files that a name stands for in this version: itself, if that is one;
 * or those below a directory, or that a pattern (glob.h, slashes by themselves)
 * matches, which end in .json, .yaml, .yml or .toml, hidden ones left out. What
 * lies only in the cache is among them. *found is false when there are none; that
 * a directory has none is told.
 * MLV_E_MISSING when a directory's manifest is not in the cache.
 */
mlv_err mlv_metrics_expand(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			   const char *name, struct mlv_strs *files, bool *found) MLV_CHECK;

/*
 * Open a file of the work tree, which is regular. What a repository names may
 * not lead out of it: no part of the path is a symbolic link, but for one at
 * its end that leads into the cache (MLV_E_REFUSED). *fd stays when there is none.
 */
mlv_err mlv_metrics_open(const struct mlv_metrics_place *place, const char *file,
			 int *fd) MLV_CHECK;
/* Append what a file holds in one version, as the work tree or git has it. */
mlv_err mlv_metrics_version(const struct mlv_metrics_place *place,
			    const struct mlv_metrics_side *side, const char *file,
			    struct mlv_buf *text, bool *found) MLV_CHECK;
/*
 * Append the id of the output that a file is, or that it lies in, in this version, as its pointer or
 * mlv.lock has it: "sha256:...", "leaves:...", or "tree:... of DIR"; nothing where mlv does not track it.
 */
mlv_err mlv_metrics_id(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		       const char *file, struct mlv_buf *to) MLV_CHECK;
/*
 * The same, also of one that mlv tracks; MLV_E_MISSING when the cache does not
 * have it.
 */
mlv_err mlv_metrics_text(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *file, struct mlv_buf *text, bool *found) MLV_CHECK;
/*
 * Read one file of one version; *found is false when it is not there.
 * MLV_E_SPEC, naming file and version, when it is no metrics file;
 * MLV_E_MISSING when it is tracked and not in the cache.
 */
mlv_err mlv_metrics_read(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *file, struct mlv_metrics *metrics, bool *found) MLV_CHECK;

#endif
