/*
 * eval.h - evaluations of a work tree or a revision: their spec, their tables, their record.
 *
 * mlv.yaml at the root says what is evaluated; the record of the evaluation
 * NAME is evals/NAME.json. A table is read where it lies: the work tree's file,
 * at a revision git's blob, or what mlv tracks from the cache, verified.
 *
 * Ownership   _release() frees.
 * Threads     one thread at a time; tables are parsed on ctx->jobs threads.
 */
#ifndef MLV_REPO_EVAL_H
#define MLV_REPO_EVAL_H

#include "core/eval/gate.h"
#include "core/eval/record.h"
#include "core/repo/eval_table.h"

/* Read mlv.yaml of this version. MLV_E_MISSING when there is none. */
mlv_err mlv_eval_yaml(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		      struct mlv_value **root) MLV_CHECK;
/* Add the names of the evaluations of this version, as mlv.yaml has them. */
mlv_err mlv_eval_names(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		       struct mlv_strs *names) MLV_CHECK;
/*
 * Add to chosen the evaluation that a command is of: typed, or with NULL the only
 * one of this version. MLV_E_USAGE when there are several, MLV_E_MISSING when none.
 */
mlv_err mlv_eval_choose(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			const char *typed, struct mlv_strs *chosen) MLV_CHECK;
/* The spec of one. */
mlv_err mlv_eval_spec_of(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *name, struct mlv_eval_spec *spec) MLV_CHECK;
/* Its id: "sha256:" and the digest of mlv_eval_spec_text(). */
mlv_err mlv_eval_spec_id(const struct mlv_eval_spec *spec, char id[MLV_EVAL_ID]) MLV_CHECK;
/* The gate of this version called name, or with name NULL its only one. */
mlv_err mlv_eval_gate_of(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *name, struct mlv_gate *gate) MLV_CHECK;
/*
 * What `fairness:` of this version says of a record, whose rows are cases, NULL where they are not there;
 * without an entry no audits. The audit refers to all.
 */
mlv_err mlv_eval_fairness_of_rows(const struct mlv_metrics_place *place,
				  const struct mlv_metrics_side *side, const struct mlv_record *record,
				  const struct mlv_cases *cases, struct mlv_fair_entries *entries,
				  struct mlv_fair_audited *audited) MLV_CHECK;
/* The same without its rows: those that come in groups are not tested. */
mlv_err mlv_eval_fairness(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			  const struct mlv_record *record, struct mlv_fair_entries *entries,
			  struct mlv_fair_audited *audited) MLV_CHECK;
/*
 * "evals/NAME.json". A record that lies elsewhere goes by its path, which has a
 * slash: "./NAME.json" at the root.
 */
mlv_err mlv_eval_path(const char *name, struct mlv_buf *path) MLV_CHECK;
/* "evals/NAME.metrics.json", what is there of the record for readers of metrics files. */
mlv_err mlv_eval_flat_path(const char *name, struct mlv_buf *path) MLV_CHECK;
/* The record as this version has it; *found false when there is none. */
mlv_err mlv_eval_record(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			const char *name, struct mlv_record *record, bool *found) MLV_CHECK;
/* The same without the slices: a record of many is read in the time of a small one. */
mlv_err mlv_eval_record_overall(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
				const char *name, struct mlv_record *record, bool *found) MLV_CHECK;

/* Digests of the rows of an evaluation, see core/eval/record.h; "" where there are none. */
struct mlv_eval_ids {
	char ids[MLV_EVAL_ID], labels[MLV_EVAL_ID], rows[MLV_EVAL_ID];
};
/*
 * Read the tables of a spec. Bins by quantiles take the edges of frozen, unless
 * it is NULL or was cut by another number of quantiles. MLV_E_MISSING when a
 * table is not there.
 */
mlv_err mlv_eval_cases(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		       const struct mlv_eval_spec *spec, const struct mlv_record *frozen,
		       struct mlv_cases *cases, struct mlv_eval_ids *ids) MLV_CHECK;
/*
 * Its parts, for whoever has rows from elsewhere: the edges that an earlier
 * record (NULL: none) has for bins by as many quantiles, and with values which
 * have slices there, returning for how many entries;
 */
size_t mlv_eval_frozen(const struct mlv_eval_spec *spec, const struct mlv_record *record, bool values,
		       struct mlv_frozen *frozen);
/* the files that rows name, to be read by expressions; */
struct mlv_eval_files {
	struct mlv_metrics_place *place;
	const struct mlv_metrics_side *side;
};
mlv_err mlv_eval_read_named(void *arg, const char *path, size_t limit, struct mlv_buf *head,
			    uint64_t *size) MLV_CHECK;
/* and digests, those of dimensions too. */
mlv_err mlv_eval_digests(struct mlv_ctx *ctx, struct mlv_cases *cases,
			 struct mlv_eval_ids *ids) MLV_CHECK;
/*
 * Whether a record is of these rows, of which rows is the digest: as it says, or as earlier
 * versions of mlv said it, which left out the groups (then regrouping is not seen).
 */
enum mlv_eval_rows { MLV_EVAL_ROWS_OTHER, MLV_EVAL_ROWS_SAME, MLV_EVAL_ROWS_UNGROUPED };
mlv_err mlv_eval_rows_of(const struct mlv_record *record, const struct mlv_cases *cases,
			 const char *rows, enum mlv_eval_rows *are) MLV_CHECK;
/* The record of results, and the flat file beside it, as text; folds has its cross-validation, or NULL. */
struct mlv_eval_cv;
mlv_err mlv_eval_texts(const struct mlv_results *results, const struct mlv_eval_ids *ids,
		       const struct mlv_eval_cv *folds, struct mlv_buf *record,
		       struct mlv_buf *flat) MLV_CHECK;
/* Put both into evals/ of the work tree. */
mlv_err mlv_eval_store(const struct mlv_metrics_place *place, const char *name,
		       const struct mlv_buf *record, const struct mlv_buf *flat) MLV_CHECK;

#endif
