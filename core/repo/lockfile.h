/*
 * lockfile.h - mlv.lock: what each stage ran with and made.
 *
 * One lies beside each mlv.yaml, in git. It is YAML in one canonical form:
 *
 *   schema: mlv-lock 1
 *   stages:
 *     train:                       sorted by name
 *       cmd: python train.py       a list when there are several
 *       wdir: src                  where it runs, if not in the file's directory
 *       deps:                      sorted by path; relative to the file's directory
 *       - path: data.csv
 *         sha256: 9f86...          one of sha256, leaves, tree, as in a pointer (pointer.h)
 *         size: 4                  a tree has nfiles, too; an executable file exec: true
 *       - path: parts/x-*.csv      a pattern: the tree of the files it matches
 *         tree: 51ab...
 *         size: 1024
 *         nfiles: 8
 *       - path: https://host/x     a URL: what its server marks the content with
 *         mark: "33a64df5"
 *       params:                    file, key, value (JSON, on one line)
 *         params.yaml:
 *           train.lr: 0.1
 *       env:                       values of variables that count as dependencies;
 *         SEED: "1"                null: it was not set
 *       outs:                      what is not said is as in a pointer: cache, push, remote, persist
 *       - path: metrics.json
 *         sha256: 60303...
 *         size: 18
 *         cache: false
 *
 * A file that is large is not written anew for each stage of a run, but once a
 * quarter of it is new, or at MLV_LOCKFILE_PACE bytes a second: what is written
 * grows with the stages, not with their square. In between, stages are appended to a journal,
 * durably:
 *
 *   .mlv/tmp/recorded/<hash of the file's path>
 *       mlv recorded 1 <SHA-256 of the mlv.lock that it belongs to>
 *       <bytes of a stage's text> <their CRC-32C>, and the text; once for each
 *
 * Who reads the mlv.lock of a work tree reads that, too; it counts as long as mlv.lock is the
 * one that it names. The end of the run, or the next one, puts it into mlv.lock.
 *
 * Other YAML of the same meaning is read, too, and written in this form at the
 * next change. In memory the file is a list of the stages' texts: a stage that
 * nobody asks about is never parsed, and whoever makes the text of what is
 * there now compares texts.
 *
 * Crash safety   the file is replaced in one step, under its lock; what it names
 *                must be durable before.
 * Ownership      _release() frees. An entry is good until the file changes.
 * Limits         64 MiB; a change of some stages writes the file once, without
 *                parsing or making the texts of the others.
 */
#ifndef MLV_REPO_LOCKFILE_H
#define MLV_REPO_LOCKFILE_H

#include <sys/stat.h>

#include "core/base/strs.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"

#define MLV_LOCKFILE_NAME "mlv.lock"
#define MLV_LOCKFILE_MAX ((size_t)64 << 20) /* bytes: a file that is larger is refused */
#define MLV_LOCKFILE_SMALL ((size_t)32 << 10) /* bytes: one up to this is written for each stage */
#define MLV_LOCKFILE_PACE ((size_t)16 << 10)  /* bytes a second that are written of a larger one */

/* A dependency or an output. */
struct mlv_recorded_path {
	/*
	 * path (relative to the repository's root; a URL as it is), type, oid, size,
	 * nfiles, exec; of an output also cache, push and remote. pointer is NULL.
	 */
	struct mlv_output at;
	bool persist;
	char *mark; /* of a URL; NULL: it has an id */
};

struct mlv_recorded_value {
	char *file;  /* of a parameter, relative to the root; of a variable NULL */
	char *key;
	char *value; /* JSON on one line */
};

/* What one stage ran with and made. */
struct mlv_recorded {
	char *name;
	struct mlv_strs cmds;
	char *wdir; /* relative to the root, "" for it; NULL: the directory of the file */
	struct mlv_recorded_path *deps, *outs; /* sorted by path */
	size_t dep_count, dep_cap, out_count, out_cap;
	struct mlv_recorded_value *params, *env; /* sorted by file, then key */
	size_t param_count, param_cap, env_count, env_cap;
};
void mlv_recorded_release(struct mlv_recorded *recorded);
/* Add a copy of it, of which at.path, and mark or the id, are set; the lists are to be sorted then. */
mlv_err mlv_recorded_add_dep(struct mlv_recorded *recorded,
			     const struct mlv_recorded_path *dep) MLV_CHECK;
mlv_err mlv_recorded_add_out(struct mlv_recorded *recorded,
			     const struct mlv_recorded_path *out) MLV_CHECK;
mlv_err mlv_recorded_add_param(struct mlv_recorded *recorded, const char *file, const char *key,
			       const char *value) MLV_CHECK;
/* value is JSON, "null" for a variable that is not set. */
mlv_err mlv_recorded_add_env(struct mlv_recorded *recorded, const char *name,
			     const char *value) MLV_CHECK;
void mlv_recorded_sort(struct mlv_recorded *recorded);
/* Append a value as it stands in the file: JSON on one line, the keys of maps in their order. */
struct mlv_value;
mlv_err mlv_recorded_json(const struct mlv_value *value, struct mlv_buf *to) MLV_CHECK;
/* The path among these, which are sorted; NULL when there is none. */
const struct mlv_recorded_path *mlv_recorded_find(const struct mlv_recorded_path *list, size_t count,
						  const char *path);

/* A stage in a file: its text begins with the line of its name. */
struct mlv_lockfile_entry {
	char *name;
	char *text; /* NUL-terminated */
	size_t len;
	unsigned line; /* where it begins in the file; 0: it is new */
};

/* What is recorded and not yet in the file, see the head of this page. */
struct mlv_lockfile_journal {
	ino_t ino;     /* of the journal that was read; 0: there was none */
	uint64_t size; /* its bytes ... */
	uint64_t len;  /* ... and those that count, 0 when it is of another mlv.lock */
};

struct mlv_lockfile {
	char *path; /* relative to the root: "mlv.lock", "sub/mlv.lock" */
	char *dir;  /* the directory it lies in, "" for the root */
	struct mlv_lockfile_entry *at; /* sorted by name */
	size_t count, cap;
	struct stat st; /* of the file that was read; st_ino 0: there was none */
	bool foreign;   /* it was not in the canonical form */
	struct mlv_lockfile_journal journal;
	bool noted;     /* something was, since it was read */
	int64_t written; /* when it was written last by this process, in ms of a clock of its own; 0: never */
};
void mlv_lockfile_release(struct mlv_lockfile *file);
/* Parse the text of the file at path. MLV_E_SPEC names file and line; DVC's own file has a hint. */
mlv_err mlv_lockfile_parse(struct mlv_lockfile *file, const char *path, const char *text,
			   size_t len) MLV_CHECK;
/* Read the file at path (relative to the root); none is a file without stages. */
mlv_err mlv_lockfile_load(struct mlv_lockfile *file, struct mlv_repo *repo,
			  const char *path) MLV_CHECK;
const struct mlv_lockfile_entry *mlv_lockfile_find(const struct mlv_lockfile *file,
						   const char *name);
/* What an entry says. Paths are checked as those of pointers are: they may come from anywhere. */
mlv_err mlv_lockfile_get(const struct mlv_lockfile *file, const struct mlv_lockfile_entry *entry,
			 struct mlv_recorded *recorded) MLV_CHECK;
/*
 * Append all that the stages made and that the cache has (not cache: false), as
 * outputs: pointer is the file's path, stage the address of the stage.
 */
mlv_err mlv_lockfile_outputs(const struct mlv_lockfile *file,
			     struct mlv_outputs *outputs) MLV_CHECK;
/* The canonical text of a stage in the file. */
mlv_err mlv_lockfile_entry_text(const struct mlv_lockfile *file,
				const struct mlv_recorded *recorded, struct mlv_buf *text) MLV_CHECK;
/* In memory: give the stage of this name this text, or (text NULL) take it away. */
mlv_err mlv_lockfile_set(struct mlv_lockfile *file, const char *name, const char *text,
			 size_t len) MLV_CHECK;
/* The text of the whole file. */
mlv_err mlv_lockfile_text(const struct mlv_lockfile *file, struct mlv_buf *text) MLV_CHECK;
/*
 * Record count stages durably: under
 * the file's lock it is read anew if another process changed it, the entries
 * are set, and it is written, unless nothing changes. Then those named in stale
 * (NULL: none), which are there no more, are left out. command: for the lock.
 */
mlv_err mlv_lockfile_put(struct mlv_lockfile *file, struct mlv_repo *repo,
			 const struct mlv_recorded *stages, size_t count,
			 const struct mlv_strs *stale, const char *command) MLV_CHECK;
/*
 * The same for one of many calls: into the journal, if the file is large and was written a moment
 * ago. Nothing is left out yet. mlv_lockfile_fold() comes at the end of them.
 */
mlv_err mlv_lockfile_note(struct mlv_lockfile *file, struct mlv_repo *repo,
			  const struct mlv_recorded *stages, size_t count,
			  const char *command) MLV_CHECK;
/* Whether there is something to fold: this process noted stages, or a run that was killed did. */
bool mlv_lockfile_is_noted(const struct mlv_lockfile *file);
/* Put what the journal has into the file, and leave out those named in stale. */
mlv_err mlv_lockfile_fold(struct mlv_lockfile *file, struct mlv_repo *repo,
			  const struct mlv_strs *stale, const char *command) MLV_CHECK;
/* Take stages away, the same way. A name that is not there is no failure. */
mlv_err mlv_lockfile_drop(struct mlv_lockfile *file, struct mlv_repo *repo,
			  const struct mlv_strs *names, const char *command) MLV_CHECK;

/*
 * Merge, stage by stage: what one side alone changed is taken from it. base
 * may be empty. Stages that both changed, differently, are conflicts: of these
 * merged has what we have, or if it is gone there, what they have.
 */
mlv_err mlv_lockfile_merge(const struct mlv_lockfile *base, const struct mlv_lockfile *ours,
			   const struct mlv_lockfile *theirs, struct mlv_lockfile *merged,
			   struct mlv_strs *conflicts) MLV_CHECK;

#endif
