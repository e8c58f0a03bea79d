/*
 * pointer.h - the small file X.mlv that stands in git for a tracked X.
 *
 *   outs:
 *   - path: data.csv
 *     sha256: 9f86...        exactly one of sha256 (up to 16 MiB), leaves
 *     size: 4                (larger files), tree (directories) is the id
 *
 * A file that is executable has exec: true; a directory nfiles. A large file
 * may carry sha256: beside leaves:, as information. Optional keys are kept:
 * desc, labels, meta, remote, push, cache, persist, frozen; comments and
 * unknown keys of the user survive a rewrite. Any other combination of ids, or
 * a size that does not fit its id, is MLV_E_CORRUPT. One that was imported has
 * deps: (import.h).
 */
#ifndef MLV_REPO_POINTER_H
#define MLV_REPO_POINTER_H

#include "core/base/buf.h"
#include "core/repo/import.h"
#include "core/store/tree.h"

#define MLV_POINTER_MAX ((size_t)1 << 20) /* bytes: a pointer that is larger is refused */

enum mlv_id_type { MLV_ID_SHA256, MLV_ID_LEAVES, MLV_ID_TREE };
const char *mlv_id_type_name(enum mlv_id_type type); /* its key in pointers */

struct mlv_output {
	char *pointer; /* path of X.mlv, or of the mlv.lock that names it, relative to the root */
	char *stage;   /* that makes it: "train", "sub/mlv.yaml:train"; NULL: it has a pointer */
	char *path;    /* path of X, relative to the repository's root */
	enum mlv_id_type type;
	struct mlv_oid oid;
	uint64_t size;   /* bytes, of all files below for a directory */
	uint64_t nfiles; /* directories: files and links below (f x F X l) */
	bool exec;
	bool has_plain;       /* LEAVES: plain is given too */
	struct mlv_oid plain; /* SHA-256 of the whole file */
	char *remote;         /* the remote it goes to, or NULL */
	bool push;            /* default true */
	bool cache;           /* default true */
	bool frozen;
	struct mlv_import *import; /* where it came from; NULL: it was not imported */
};
void mlv_output_release(struct mlv_output *output);
mlv_err mlv_output_copy(struct mlv_output *to, const struct mlv_output *from) MLV_CHECK;
bool mlv_output_same_id(const struct mlv_output *a, const struct mlv_output *b);
/* What it is stored as: an OBJECT, a LARGE, or the NODE that is the root of a tree. */
struct mlv_key mlv_output_key(const struct mlv_output *output);

/* Whether path is named as a pointer is (X.mlv); len gets the length of X. */
bool mlv_pointer_name(const char *path, size_t *len);
/* Parse the text of the pointer at path (relative to the repository's root). */
mlv_err mlv_pointer_parse(const char *path, const char *text, size_t len,
			  struct mlv_output *output) MLV_CHECK;
/*
 * The text of a pointer to output. old (may be NULL) is the text that is
 * there: its comments, order and other keys are kept, also deps: when output
 * has no import.
 */
mlv_err mlv_pointer_write(const struct mlv_output *output, const char *old, size_t old_len,
			  struct mlv_buf *text) MLV_CHECK;

/*
 * All outputs of a work tree or a commit, sorted by path; no two overlap: those
 * that have pointers, and what mlv.lock files say that stages made, but for what
 * is not in the cache (cache: false), which git has.
 */
struct mlv_outputs {
	struct mlv_output *at;
	size_t count, cap;
};
void mlv_outputs_release(struct mlv_outputs *outputs);
struct mlv_repo;
/* From the work tree (every *.mlv and mlv.lock that is not below a tracked output, .git or .mlv). */
mlv_err mlv_outputs_load(struct mlv_repo *repo, struct mlv_outputs *outputs) MLV_CHECK;
/* The same, but a directory that cannot be looked into is a failure: for gc. */
mlv_err mlv_outputs_load_all(struct mlv_repo *repo, struct mlv_outputs *outputs) MLV_CHECK;
/* From a commit, by git's objects alone. rev as git takes it. */
mlv_err mlv_outputs_load_rev(struct mlv_repo *repo, const char *rev,
			     struct mlv_outputs *outputs) MLV_CHECK;
/*
 * All that a commit of any git repository has pointers to, of all mlv repositories
 * in it; paths are relative to the root of the git repository.
 */
struct mlv_git;
struct mlv_git_id;
mlv_err mlv_outputs_load_git(struct mlv_git *git, const struct mlv_git_id *commit,
			     struct mlv_outputs *outputs) MLV_CHECK;
/* Append *output, which is taken. They are to be sorted and looked through then. */
mlv_err mlv_outputs_append(struct mlv_outputs *outputs, struct mlv_output *output) MLV_CHECK;
/* The output at path or the one that path lies below; NULL when there is none. */
const struct mlv_output *mlv_outputs_find(const struct mlv_outputs *outputs, const char *path);

/*
 * A target of a command: an output, or a part of a directory. part is the path
 * below output->path, "" for all of it.
 */
struct mlv_target {
	const struct mlv_output *output; /* in outputs */
	char *part;
};
struct mlv_targets {
	struct mlv_target *at;
	size_t count, cap;
};
void mlv_targets_release(struct mlv_targets *targets);
/*
 * What the user typed, as targets: data paths, pointers (X.mlv), parts of a
 * directory, a directory above outputs, a stage, a group of stages, or a
 * mlv.yaml, which stand for what they made; none: every output. MLV_E_MISSING
 * with "did you mean" for what is not tracked.
 */
mlv_err mlv_targets_resolve(struct mlv_repo *repo, const struct mlv_outputs *outputs,
			    char *const *typed, struct mlv_targets *targets) MLV_CHECK;
/*
 * The same, where each must be an output by its own name or that of its pointer:
 * MLV_E_REFUSED for a part of one, a directory above some, or what a stage makes.
 */
mlv_err mlv_targets_exact(struct mlv_repo *repo, const struct mlv_outputs *outputs,
			  char *const *typed, struct mlv_targets *targets) MLV_CHECK;
/* MLV_E_REFUSED: what a stage makes is not tracked, moved or removed by itself. */
mlv_err mlv_outputs_refuse_made(const struct mlv_output *output) MLV_CHECK;

#endif
