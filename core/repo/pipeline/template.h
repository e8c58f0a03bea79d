/*
 * template.h - ${...} in mlv.yaml: variables, and texts resolved by them. Inside of pipeline.h.
 *
 * Variables are one map: params.yaml beside the file when it is there, then what
 * `vars` lists, in order, merged as maps; a value that is set twice is an error.
 * In instances of foreach and matrix there are `item` and `key`, too.
 *
 * An expression is a way through that map: "train.layers[0].size". A text that is
 * one expression becomes the value itself, of its own type; within a text only
 * scalars can stand, and in commands maps, which become flags.
 *
 * Limits    MLV_TEMPLATE_MAX bytes of all texts of a file together.
 */
#ifndef MLV_REPO_PIPELINE_TEMPLATE_H
#define MLV_REPO_PIPELINE_TEMPLATE_H

#include "core/repo/pipeline/parts.h"

#define MLV_TEMPLATE_MAX ((size_t)128 << 20)

struct mlv_vars {
	struct mlv_value *merged; /* a map, of all of them; NULL: empty */
	struct mlv_vars_source {
		char *file; /* relative to the root; NULL: written in mlv.yaml */
		struct mlv_value *value;
		bool whole;  /* not some keys of it */
		bool unsaid; /* params.yaml, which nobody listed */
	} *sources;
	size_t count, cap;
	const struct mlv_vars *outer; /* whose values these are added to; for where they come from */
};
void mlv_vars_release(struct mlv_vars *vars);
/*
 * Add what the list `vars` says; files are relative to the directory dir. where
 * names the list in messages: "vars", "stages.train.vars".
 */
mlv_err mlv_vars_add(const struct mlv_snapshot *snapshot, const struct mlv_source *source,
		     const struct mlv_value *list, const char *dir, const char *where,
		     struct mlv_vars *vars) MLV_CHECK;
/* Add params.yaml of the directory when it is there. */
mlv_err mlv_vars_add_params(const struct mlv_snapshot *snapshot, const char *dir,
			    struct mlv_vars *vars) MLV_CHECK;
/* Start from a copy of outer's values. */
mlv_err mlv_vars_copy(const struct mlv_vars *outer, struct mlv_vars *vars) MLV_CHECK;
/* The file that the value at the dotted way comes from, or NULL. */
const char *mlv_vars_origin(const struct mlv_vars *vars, const char *way);

struct mlv_template {
	const struct mlv_source *source;
	const struct mlv_vars *vars;
	const struct mlv_value *item; /* of foreach or matrix, or NULL */
	const struct mlv_value *key;  /* the same */
	struct mlv_flag_style style;
	struct mlv_buf where; /* what is being resolved: "stages.train.cmd" */
	size_t *left;         /* bytes that may still be made */
	struct mlv_stage_param **used; /* what was taken from files; NULL: nobody asks */
	size_t *used_count;
};

/* Whether the text has an expression in it. */
bool mlv_template_is(const char *text);
/* A copy of value with all texts and keys resolved. commands: maps may become flags. */
mlv_err mlv_template_resolve(struct mlv_template *template, const struct mlv_value *value,
			     bool commands, struct mlv_value **out) MLV_CHECK;
/*
 * What a text that is one expression names, as it is: a list or map, too. *found is
 * NULL when the text is anything else.
 */
mlv_err mlv_template_find(struct mlv_template *template, const struct mlv_value *text,
			  const struct mlv_value **found) MLV_CHECK;

/* Append a scalar as it stands in a text: true, 0.5, None. */
mlv_err mlv_template_scalar(const struct mlv_value *value, struct mlv_buf *to) MLV_CHECK;
/* Append a map as flags of a command; *bad is set to the key that cannot be one. */
mlv_err mlv_template_flags(const struct mlv_value *map, const struct mlv_flag_style *style,
			   struct mlv_buf *to, const char **bad) MLV_CHECK;
/* "list", "map", "text", ... for messages. */
const char *mlv_value_type_name(const struct mlv_value *value);

/* Resolve a stage, or all of its foreach or matrix, and add what comes of it. */
struct mlv_expander {
	const struct mlv_snapshot *snapshot;
	const struct mlv_source *source;
	struct mlv_pipeline *pipeline;
	const char *dir;
	const struct mlv_vars *vars;
	struct mlv_flag_style style;
	size_t left;
	size_t cap; /* of pipeline->stages */
};
mlv_err mlv_expand_stage(struct mlv_expander *expander, const char *name,
			 const struct mlv_value *map) MLV_CHECK;

#endif
