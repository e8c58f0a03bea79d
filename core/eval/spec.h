/*
 * spec.h - what to evaluate: the entries `evals:` and `slices:` of mlv.yaml.
 *
 * A key that is not known is an error that names its line: a misspelt option
 * must not be taken for one that is left out.
 *
 * Ownership   a spec keeps nothing of the values it was read from.
 */
#ifndef MLV_EVAL_SPEC_H
#define MLV_EVAL_SPEC_H

#include "core/base/strs.h"
#include "core/base/value.h"
#include "core/eval/expr.h"
#include "core/eval/measure.h"

#define MLV_SLICE_TOP 200 /* values that get a slice where no top is given */

/* One entry of slices: how rows are divided. */
struct mlv_slice_def {
	char *name;   /* "race", "race & sex" */
	char *column; /* NULL: another key; "label" is that of the evaluation, whatever its column */
	struct mlv_expr *expr; /* NULL: there is none; run by one thread at a time */
	bool rule;     /* expr says whether a row is in the one slice there is */
	struct mlv_strs cross; /* names of other entries, or columns */
	double *edges; /* bins [edges[i], edges[i + 1]) */
	size_t edge_count;
	unsigned quantiles; /* bins are cut so that each has as many rows; 0: not */
	size_t top;    /* values that get a slice, by rows; the rest is one */
	bool critical; /* a gate fails when one is missing */
	bool hidden;   /* only there to be crossed, or not chosen */
	unsigned line;
};

enum mlv_role {
	MLV_ROLE_ID, MLV_ROLE_LABEL, MLV_ROLE_SCORE, MLV_ROLE_PRED, MLV_ROLE_WEIGHT, MLV_ROLE_FOLD,
	MLV_ROLE_GROUP, /* rows of one are not independent */
	MLV_ROLES
};
const char *mlv_role_name(enum mlv_role role); /* its key under 'columns' */

struct mlv_eval_spec {
	char *name;
	char *predictions; /* path of the table, relative to the root */
	enum mlv_task task;
	char *column[MLV_ROLES]; /* NULL: there is none */
	char *join;        /* path of a table with features; NULL: none */
	char *model;       /* path of what made the predictions, for cards; NULL: not said */
	char *join_on;     /* its column that holds the ids */
	char *positive;    /* binary: NULL: "1" or "true" */
	double threshold;  /* binary: from this score on a row is taken for positive */
	struct mlv_metric_choice {
		const struct mlv_measure *measure;
		int direction;
	} *metrics;
	size_t metric_count;
	double level;      /* of intervals */
	uint64_t min_n;    /* a slice of fewer rows is small, and not judged */
	struct mlv_slice_def *slices;
	size_t slice_count;
};

/*
 * Read the evaluation called name from the root of file, which is mlv.yaml, or
 * its name in messages. MLV_E_USAGE, with a suggestion, when there is none.
 */
mlv_err mlv_eval_spec_read(const char *file, const struct mlv_value *root, const char *name,
			   struct mlv_eval_spec *spec) MLV_CHECK;
void mlv_slice_def_release(struct mlv_slice_def *def);
/* Whether it divides by the label of the evaluation. */
bool mlv_slice_is_label(const struct mlv_slice_def *def);
void mlv_eval_spec_release(struct mlv_eval_spec *spec);
/* Add the names of all evaluations, as they stand. */
mlv_err mlv_eval_spec_names(const char *file, const struct mlv_value *root,
			    struct mlv_strs *names) MLV_CHECK;
/*
 * Append the spec as text: two are the same, also in the order of their slices,
 * when these are. mlv-formats(5) has it, for partial files name its digest.
 */
mlv_err mlv_eval_spec_text(const struct mlv_eval_spec *spec, struct mlv_buf *to) MLV_CHECK;
/* Whether a name may be that of a file: letters, digits and "._-", not beginning with "." or "-". */
bool mlv_eval_name_ok(const char *name);

#endif
