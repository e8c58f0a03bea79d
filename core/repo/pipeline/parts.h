/* parts.h - what the files behind pipeline.h share. */
#ifndef MLV_REPO_PIPELINE_PARTS_H
#define MLV_REPO_PIPELINE_PARTS_H

#include "core/repo/git.h"
#include "core/repo/pipeline.h"

/* How maps become flags of commands: parsing.bool and parsing.list. */
struct mlv_flag_style {
	bool no_flags; /* false is --no-x, and not left out */
	bool append;   /* a list is --x a --x b, not --x a b */
};

/* Where files are read: the work tree, or a commit. */
struct mlv_snapshot {
	struct mlv_ctx *ctx;
	int root_fd;
	struct mlv_git *git; /* of a commit; NULL: the work tree */
	const char *prefix;  /* of the root in git: "" or "sub/" */
	struct mlv_git_id commit;
	const char *rev;     /* the commit's name, for messages */
	struct mlv_flag_style style;
	const char *instead; /* of the work tree's file at this path, or none, these bytes are read */
	const struct mlv_buf *instead_text;
};
mlv_err mlv_snapshot_open(struct mlv_snapshot *snapshot, struct mlv_repo *repo, const char *rev) MLV_CHECK;
/* Append the file's bytes; *found false when there is none. Links are not followed. */
mlv_err mlv_snapshot_read(const struct mlv_snapshot *snapshot, const char *path, struct mlv_buf *text,
		      bool *found) MLV_CHECK;

/* A file being read, for messages. */
struct mlv_source {
	const char *path; /* of the mlv.yaml */
	const char *text;
	size_t len;
};
/* MLV_E_SPEC: "path:line:column: ...", then the line of the text with a caret. */
mlv_err mlv_source_error(const struct mlv_source *source, unsigned line, unsigned column,
			 const char *fmt, ...) MLV_PRINTF(4, 5) MLV_CHECK MLV_NEVER_NULL;
/* The same at a value, or at the key that it has. */
#define mlv_source_error_at(source, value, ...) \
	mlv_source_error(source, (value)->line, (value)->column, __VA_ARGS__)
#define mlv_source_error_key(source, value, ...) \
	mlv_source_error(source, (value)->key_line, (value)->key_column, __VA_ARGS__)
/* An error, with a suggestion, for the first key of map that is none of the known (NULL ends). */
mlv_err mlv_source_check_keys(const struct mlv_source *source, const struct mlv_value *map,
			      const char *const *known, const char *where) MLV_CHECK;

/*
 * Append what text (relative to the directory base) is relative to the root;
 * NULL, or why it is no path of the repository.
 */
const char *mlv_pipeline_path(const char *base, const char *text, struct mlv_buf *to) MLV_CHECK;
/* Whether a path has one of * ? [ in it. */
bool mlv_pipeline_is_glob(const char *path);

/* Fill the stage (name, group, file, dir set) from its map, templates resolved. */
mlv_err mlv_stage_read(const struct mlv_source *source, const struct mlv_value *map,
		       struct mlv_stage *stage) MLV_CHECK;
/* The parts of it: lists of deps, params, and of outs of one kind. */
mlv_err mlv_stage_read_deps(const struct mlv_source *source, const struct mlv_value *list,
			    struct mlv_stage *stage) MLV_CHECK;
mlv_err mlv_stage_read_params(const struct mlv_source *source, const struct mlv_value *list,
			      struct mlv_stage *stage) MLV_CHECK;
mlv_err mlv_stage_read_outs(const struct mlv_source *source, const struct mlv_value *list,
			    enum mlv_stage_out_kind kind, struct mlv_stage *stage) MLV_CHECK;
/* resources, timeout, retry. */
mlv_err mlv_stage_read_limits(const struct mlv_source *source, const struct mlv_value *map,
			      struct mlv_stage *stage) MLV_CHECK;
/* Add a key ("": the whole file) of a file to a list of params; each file is there once. */
mlv_err mlv_stage_add_param(struct mlv_stage_param **params, size_t *count, const char *file,
			    const char *key) MLV_CHECK;
void mlv_stage_params_release(struct mlv_stage_param **params, size_t *count);

/* The map `artifacts`: names, and what they have. */
mlv_err mlv_artifacts_check(const struct mlv_source *source, const struct mlv_value *root) MLV_CHECK;
/* Add the stages and lists of one mlv.yaml. */
mlv_err mlv_pipeline_add_file(const struct mlv_snapshot *snapshot, struct mlv_pipeline *pipeline,
			      const char *path, const char *text, size_t len) MLV_CHECK;
/*
 * A file with a mistake (err) is warned of, and the stages that it has added, those
 * from the given count on, are taken off again; any other failure is returned.
 */
mlv_err mlv_pipeline_forgive(const struct mlv_snapshot *snapshot, struct mlv_pipeline *pipeline,
			     size_t stages, mlv_err err) MLV_CHECK;
/* Sort stages and files, and make the index of outputs. */
mlv_err mlv_pipeline_sort(struct mlv_pipeline *pipeline) MLV_CHECK;
/* When they are sorted: check outputs, make edges and order. */
mlv_err mlv_pipeline_link(struct mlv_pipeline *pipeline) MLV_CHECK;
/* Add all files of the snapshot; some: those with a mistake are warned of and left out. */
mlv_err mlv_pipeline_search(struct mlv_repo *repo, const struct mlv_snapshot *snapshot, bool some,
			    struct mlv_pipeline *pipeline) MLV_CHECK;

/* An output, under the part of its path that has no wildcards. */
struct mlv_made {
	const char *path; /* its first len bytes are the key */
	size_t len;
	size_t stage, out;
};
/* Make the index of what the sorted stages make: what lies below a path comes right after it. */
mlv_err mlv_made_index(struct mlv_pipeline *pipeline) MLV_CHECK;
typedef mlv_err (*mlv_made_fn)(void *arg, const struct mlv_made *made);
/* Call fn for every output that is path (glob: a pattern), lies below it or has it below. */
mlv_err mlv_made_meet(const struct mlv_pipeline *pipeline, const char *path, bool glob,
		      mlv_made_fn fn, void *arg) MLV_CHECK;

/* Whether some path may match both patterns (globs or plain paths), or lie below both. */
bool mlv_pattern_overlap(const char *a, bool a_glob, const char *b, bool b_glob);

#endif
