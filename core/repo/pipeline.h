/*
 * pipeline.h - the stages that mlv.yaml files describe: how data becomes a
 * model and its metrics.
 *
 * Every mlv.yaml of the work tree (or of a commit) adds its stages; paths in it
 * are relative to the stage's wdir, which is relative to the file. The form is
 * that of DVC's dvc.yaml, see mlv.yaml(5). Templates (${...}, foreach, matrix)
 * are resolved here: a stage is one command with its files.
 *
 *   stages   sorted by file, then name
 *   edges    stage a depends on b where a dependency of a is, lies in, or has
 *            below it an output of b
 *   order    a sequence of all stages, dependencies first; there are no cycles
 *
 * Nothing here runs a command or opens a path that a file names, but params
 * files inside the repository.
 *
 * Ownership   the pipeline owns its stages: mlv_pipeline_release().
 * Limits      MLV_PIPELINE_MAX bytes a file; MLV_PIPELINE_STAGES stages.
 * Threads     one builds it, many may read it.
 */
#ifndef MLV_REPO_PIPELINE_H
#define MLV_REPO_PIPELINE_H

#include "core/base/strs.h"
#include "core/base/value.h"
#include "core/repo/repo.h"

#define MLV_PIPELINE_NAME "mlv.yaml"
#define MLV_PIPELINE_MAX ((size_t)16 << 20)
#define MLV_PIPELINE_STAGES ((size_t)100000)

struct mlv_stage_dep {
	char *path; /* relative to the root; of a URL as it is */
	bool glob;  /* a pattern, as .mlvignore has them: "data/" "*.csv" */
	bool url;
};

struct mlv_stage_param {
	char *file;           /* relative to the root */
	struct mlv_strs keys; /* dotted, sorted; none: the whole file */
};

enum mlv_stage_out_kind { MLV_OUT_DATA, MLV_OUT_METRIC, MLV_OUT_PLOT };

struct mlv_stage_out {
	char *path; /* relative to the root */
	enum mlv_stage_out_kind kind;
	bool glob;
	bool cache;   /* default true */
	bool persist; /* is not removed before the stage runs */
	bool push;    /* default true */
	char *remote; /* the remote it goes to, or NULL */
	char *desc;
	struct mlv_value *options; /* of a plot (x, y, title, ...): a map or a list of them, or NULL */
};

struct mlv_stage_resources { /* 0: not said */
	double cpus;
	uint64_t mem; /* bytes */
	unsigned gpus;
	uint64_t time; /* seconds */
};

struct mlv_stage {
	char *name;  /* as addressed: "train", "train@us" */
	char *group; /* the name in the file of which this is one instance, or NULL */
	char *file;  /* of the mlv.yaml, relative to the root */
	char *dir;   /* that file's directory; "" for the root */
	char *wdir;  /* where it runs, relative to the root; "" for the root */
	struct mlv_strs cmds;
	bool cmd_is_list; /* the file has a list, be it of one */
	struct mlv_stage_dep *deps; /* deps, params and outs: in the order of the file */
	size_t dep_count;
	struct mlv_stage_param *params; /* each file once */
	size_t param_count;
	struct mlv_stage_out *outs;
	size_t out_count;
	struct mlv_strs env; /* names of variables whose values count as dependencies */
	bool frozen, always_changed;
	char *desc;
	struct mlv_value *meta;
	struct mlv_stage_resources resources;
	uint64_t timeout; /* seconds; 0: none */
	unsigned retry;   /* times it is run again after a failure */
	char *eval;       /* the evaluation whose record this stage makes, or NULL */
	struct mlv_stage_param *used; /* what its templates were resolved from, by file */
	size_t used_count;
	unsigned line, column; /* of its name in the file */
};
void mlv_stage_release(struct mlv_stage *stage);
/* "train" for a stage of the root's mlv.yaml, else "sub/mlv.yaml:train". */
mlv_err mlv_stage_address(const struct mlv_stage *stage, struct mlv_buf *to) MLV_CHECK;

/* What mlv.yaml files say beside stages; paths are relative to the root. */
struct mlv_pipeline_file {
	char *path;
	char *text; /* as it is written; len bytes */
	size_t len;
	struct mlv_strs params, metrics, plots; /* files that it lists */
	struct mlv_value *root; /* all that the file says, templates at its top resolved */
};

struct mlv_pipeline {
	struct mlv_stage *stages;
	size_t count;
	size_t *edges;     /* what stage i depends on: edges[edge_at[i]] up to edge_at[i + 1] */
	size_t *edge_at;   /* count + 1 of them */
	size_t *order;     /* count of them */
	struct mlv_pipeline_file *files; /* sorted by path */
	size_t file_count;
	struct mlv_made *made; /* all outputs by path, for mlv_pipeline_producer() */
	size_t made_count;
	struct mlv_strs tracked; /* what has a pointer in the work tree, so that no stage may make it */
};
void mlv_pipeline_release(struct mlv_pipeline *pipeline);

/*
 * All mlv.yaml files of the work tree, but those that .mlvignore or .gitignore
 * leave out, and those in outputs, in tracked data and in other repositories.
 * MLV_E_SPEC names file, line and column and shows the place.
 */
mlv_err mlv_pipeline_load(struct mlv_repo *repo, struct mlv_pipeline *pipeline) MLV_CHECK;
/* As mlv_pipeline_load(), of a commit; rev as git takes it. */
mlv_err mlv_pipeline_load_rev(struct mlv_repo *repo, const char *rev,
			      struct mlv_pipeline *pipeline) MLV_CHECK;
/*
 * For a look at it, of the work tree (rev NULL) or a commit: a file with a mistake
 * is warned of and left out, and there are no edges and no order.
 */
mlv_err mlv_pipeline_load_some(struct mlv_repo *repo, const char *rev,
			       struct mlv_pipeline *pipeline) MLV_CHECK;

/* The stage of this file and name, or NULL. */
const struct mlv_stage *mlv_pipeline_stage(const struct mlv_pipeline *pipeline, const char *file,
					   const char *name);
/* The stage one of whose outputs path (relative to the root) is or lies in, or NULL. */
const struct mlv_stage *mlv_pipeline_producer(const struct mlv_pipeline *pipeline,
					      const char *path, const struct mlv_stage_out **out);

struct mlv_pipeline_find {
	bool recursive; /* a folder stands for all stages of the files in it and below */
	bool glob;      /* a target is a pattern for names of stages: "train*", "sub/mlv.yaml:t*" */
};
/*
 * The stages that a typed target names, appended in order to *found (places in
 * stages, each once): a stage of the mlv.yaml beside the user (else of the root's), a
 * group, path/to/mlv.yaml (all of its stages), path/to/mlv.yaml:name, an
 * output, or with the options above more. MLV_E_MISSING, with a suggestion, for
 * what names none.
 */
struct mlv_stage_set {
	size_t *at;
	size_t count, cap;
};
void mlv_stage_set_release(struct mlv_stage_set *set);
mlv_err mlv_pipeline_find(struct mlv_repo *repo, const struct mlv_pipeline *pipeline,
			  const char *target, const struct mlv_pipeline_find *options,
			  struct mlv_stage_set *found) MLV_CHECK;

/* A stage to be added. Paths are as they are to be written: relative to wdir. */
struct mlv_stage_new {
	const char *name, *wdir, *desc; /* wdir and desc may be NULL */
	struct mlv_strs cmds, deps;
	struct mlv_strs params;     /* "key,key", "file:key", "file:" */
	struct mlv_stage_out *outs; /* path, kind, cache and persist of them */
	size_t out_count;
	bool always_changed;
	bool force; /* replace one of that name */
};
/*
 * Write a stage into the mlv.yaml at file (relative to the root), which is made when it
 * is missing; comments and all other stages stay as they are, and the whole pipeline
 * must hold with it. Git is told to ignore its outputs. written gets the files that
 * were changed. MLV_E_REFUSED when a stage of that name is there.
 */
mlv_err mlv_pipeline_add_stage(struct mlv_repo *repo, const char *file,
			       const struct mlv_stage_new *stage,
			       struct mlv_strs *written) MLV_CHECK;

/* Whether a stage may have the name: no punctuation but "-" and "_", no control characters. */
bool mlv_stage_name_ok(const char *name);

#endif
