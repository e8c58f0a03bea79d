/* migrate/dvc.h - what the files of DVC say. */
#ifndef MLV_REPO_MIGRATE_DVC_H
#define MLV_REPO_MIGRATE_DVC_H

#include "core/base/strs.h"
#include "core/base/value.h"
#include "core/repo/migrate/impl.h"

/* A file of a directory's list. */
struct dvc_entry {
	struct mlv_md5_name md5;
	char *path;  /* below the repository's root */
	size_t base; /* where in it that begins which is below the directory */
	char kind;   /* f, or x: the file of the work tree is executable */
};

/*
 * A path with the sum of what it held: an output; or a dependency of a stage, which is only named.
 */
struct dvc_out {
	char *file; /* that says so: "x.dvc", "dvc.lock" */
	char *path; /* below the repository's root */
	struct mlv_md5_name md5;
	bool dir, legacy, exec, dep;
	bool quiet; /* nothing is said, or fetched, when it is not here */
	char *remote; /* NULL: the default one */
	struct dvc_entry *entries; /* dir: sorted by path, once its list was read */
	size_t count, cap;
	bool listed;            /* dir: it was */
	struct mlv_output made; /* what it is to mlv */
	bool ready;             /* made is set: all of it is here */
};
void dvc_out_release(struct dvc_out *out);

/* An X.dvc. */
struct dvc_file {
	char *path;
	struct mlv_buf text;
	struct mlv_value *top;
	struct dvc_out *outs; /* of DVC's cache; in order */
	size_t *places;       /* of each among its outs: */
	size_t count;
	struct mlv_import *import; /* where its only output came from, or NULL */
};
void dvc_file_release(struct dvc_file *file);
/* Read the text that file has. What mlv has no counterpart for is said. */
mlv_err dvc_file_parse(struct migrate *migrate, struct dvc_file *file) MLV_CHECK;
/* The text of the pointer to one of its outs, which is ready: its own text with what changes edited. */
mlv_err dvc_file_pointer(struct dvc_file *file, size_t which, struct mlv_buf *text) MLV_CHECK;

/*
 * The md5 of an out or dep at path (below the root; taken), read from its map: *has
 * false when it has none. file is for messages.
 */
mlv_err dvc_out_parse(const char *file, const struct mlv_value *map, struct dvc_out *out,
		      bool *has) MLV_CHECK;
/* Append path as seen from dir and wdir (may be NULL), below the root. It may not climb out. */
mlv_err dvc_path(const char *file, const struct mlv_value *wdir, const struct mlv_value *path,
		 struct mlv_buf *to) MLV_CHECK;

/* Read the list of a directory, from a text or from DVC's cache (out->listed stays false: not there). */
mlv_err dvc_dir_parse(struct dvc_out *out, const char *text, size_t len) MLV_CHECK;
mlv_err dvc_dir_load(struct migrate *migrate, struct dvc_out *out) MLV_CHECK;
/*
 * The same from what lies in the work tree, if that is what the sum is of: of a
 * directory that git keeps, or whose list is gone.
 */
mlv_err dvc_dir_from_work(struct migrate *migrate, struct dvc_out *out) MLV_CHECK;
/* Add what out needs to the objects. */
mlv_err dvc_out_want(struct migrate *migrate, const struct dvc_out *out) MLV_CHECK;
/* The objects were moved: make of out what mlv calls it. What is missing is said. */
mlv_err dvc_out_make(struct migrate *migrate, struct mlv_batch *batch, struct dvc_out *out) MLV_CHECK;

/* dvc_find.c: what lies in the work tree, sorted; directories that git ignores are passed over. */
struct dvc_found {
	struct mlv_strs pointers, pipelines, locks, ignores;
};
void dvc_found_release(struct dvc_found *found);
mlv_err dvc_find(struct migrate *migrate, struct dvc_found *found) MLV_CHECK;

/* dvc_config.c: the settings, as text; level by level. */
struct dvc_setting {
	char *key; /* "core.remote", "remote.NAME.url" */
	char *value;
	bool local; /* of config.local, and git does not track that */
};
struct dvc_config {
	struct dvc_setting *at;
	size_t count, cap;
};
void dvc_config_release(struct dvc_config *config);
/* Append what a file says. MLV_E_SPEC names the line. */
mlv_err dvc_config_parse(const char *name, const char *text, size_t len, bool local,
			 struct dvc_config *config) MLV_CHECK;
mlv_err dvc_config_load(struct migrate *migrate, struct dvc_config *config) MLV_CHECK;
/* The value that counts, or NULL. */
const char *dvc_config_get(const struct dvc_config *config, const char *key);
/* Where DVC's cache is, absolute. */
mlv_err dvc_config_cache(const struct migrate *migrate, const struct dvc_config *config,
			 struct mlv_buf *path) MLV_CHECK;
/* Set what has a counterpart, say what has none. */
mlv_err dvc_config_take(struct migrate *migrate, const struct dvc_config *config) MLV_CHECK;

/* dvc_lock.c: a stage that ran, and the file that says so. */
struct dvc_stage {
	const char *name;
	const struct mlv_value *body;
	const char *lacks; /* why it cannot be recorded; NULL: as far as is known it can */
	struct dvc_out *at; /* dependencies, then outputs */
	size_t count, cap;
};
struct dvc_lock {
	char *path;
	struct mlv_value *top;      /* owns what the stages point to */
	struct mlv_value *pipeline; /* dvc.yaml beside it; NULL: there is none */
	struct dvc_stage *stages;
	size_t count;
	struct dvc_stage *runs; /* of its stages, that the run cache knows */
	struct mlv_value **bodies; /* run_count of them; owned */
	size_t run_count, run_cap, body_cap;
};
void dvc_lock_release(struct dvc_lock *lock);
mlv_err dvc_lock_read(struct migrate *migrate, const char *path, struct dvc_lock *lock) MLV_CHECK;
/* Add a run, if its outputs are those of a stage here; body is taken then. */
mlv_err dvc_lock_add_run(struct dvc_lock *lock, struct mlv_value **body) MLV_CHECK;
struct mlv_pipeline;
struct mlv_recorded;
/* What mlv.lock says of a stage all of whose paths are ready. */
mlv_err dvc_stage_record(const struct dvc_lock *lock, const struct dvc_stage *stage,
			 const struct mlv_pipeline *pipeline, struct mlv_recorded *recorded) MLV_CHECK;
/* dvc_runs.c: read what DVC's run cache has, each run into the lock that knows its stage. */
mlv_err dvc_runs_read(struct migrate *migrate, struct dvc_lock *locks, size_t count) MLV_CHECK;
/* Keep, or in a dry run count, the runs all of whose files are here. pipeline NULL: dry. */
mlv_err dvc_runs_write(struct migrate *migrate, const struct dvc_lock *lock,
		       const struct mlv_pipeline *pipeline) MLV_CHECK;
/* What of a stage is not what it ran with, or not here; NULL: it can be recorded. */
const char *dvc_stage_lacks(const struct dvc_stage *stage);

/* Record its stages in mlv.lock. pipeline NULL: only say that. */
mlv_err dvc_lock_write(struct migrate *migrate, struct dvc_lock *lock,
		       const struct mlv_pipeline *pipeline) MLV_CHECK;

/* A run over a whole repository. */
struct dvc_run {
	struct migrate migrate;
	struct dvc_config config;
	struct dvc_found found;
	struct dvc_file *files;
	size_t count;
	struct dvc_lock *locks;
	size_t lock_count;
};
/* check.c: whether what was migrated has the bytes that DVC's names are of. */
mlv_err dvc_check(struct dvc_run *run) MLV_CHECK;

#endif
