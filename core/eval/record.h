/*
 * record.h - evals/NAME.json: what an evaluation found, as text that git keeps.
 *
 * JSON in one canonical form (schema mlv.eval/1): keys sorted, a slice a line,
 * each line but the first of a list beginning with its comma, so that changes
 * of two branches rarely meet; no times, no machine. The same input gives the
 * same bytes on every machine, in every locale, on any number of threads.
 * Counts and what is made of them by + - * / and roots are written in the
 * shortest form that reads back the same; what went through another function
 * of libm (logarithms, quantiles) with ten significant digits.
 *
 *   cv       the cross-validation whose splits the folds are: how it splits, the
 *            digest of its folds, and what the folds say of each metric together;
 *            it is there where each row lies in the fold that tests it
 *   dims     how rows are divided, with the edges of bins as they were used; of what is only
 *            crossed, and has more values than slices, which these are
 *   inputs   which tables were read, and digests of their rows
 *   metrics  which, and whether more or less is better
 *   slices   overall first, then by name: n rows, m metrics, stats, folds
 *   spec     what else of mlv.yaml the numbers depend on
 *
 * A metric is {by, ci, n, se, v}, see measure.h; one that is not defined is
 * {v: null, why}. A record from outside is checked while it is read.
 *
 * Ownership   mlv_record_release().
 */
#ifndef MLV_EVAL_RECORD_H
#define MLV_EVAL_RECORD_H

#include "core/base/buf.h"
#include "core/eval/cv.h"
#include "core/eval/evaluate.h"
#include "core/eval/fairness.h"

#define MLV_RECORD_SCHEMA "mlv.eval/1"
#define MLV_RECORD_MAX    ((size_t)256 << 20) /* bytes of a record */

/*
 * What a record says of its inputs: digests of their rows, however these stood
 * and in whichever files. NULL: none.
 */
struct mlv_record_inputs {
	const char *ids, *labels, *rows; /* SHA-256, "sha256:...", of what mlv_cases_each_...() give */
	const struct mlv_cv *cv; /* that the evaluation is of; NULL: of none */
	const char *folds;       /* the same of what mlv_cv_folds_each() gives */
	struct mlv_cv_match match;
};

/* Append the record. */
mlv_err mlv_record_write(const struct mlv_results *results, const struct mlv_record_inputs *inputs,
			 struct mlv_buf *to) MLV_CHECK;
/* Append the definition of a dimension as a record has it, see struct mlv_record_dim. */
mlv_err mlv_record_dim_def(const struct mlv_dim *dim, struct mlv_buf *to) MLV_CHECK;
/* Append the overall metrics as one flat JSON object: what other tools read. */
mlv_err mlv_record_write_flat(const struct mlv_results *results, struct mlv_buf *to) MLV_CHECK;
/*
 * Give sink what is digested of the rows; mlv-formats(5) says it to the byte.
 *
 *   ids     each id, a line each, sorted: short ones first
 *   labels  each label, a line each, in the order of ids (then folds); sorted where there are no ids
 *   rows    scores, labels, predictions, weights, folds and groups, column by column, of the rows
 *           in the order that these give them
 *
 * Whether two evaluations are of the same rows is whether the digests of ids and of labels are equal.
 */
typedef mlv_err (*mlv_record_sink)(void *arg, const void *bytes, size_t len);
mlv_err mlv_cases_each_row(const struct mlv_cases *cases, mlv_record_sink sink, void *arg) MLV_CHECK;
/*
 * by_id is the order of ids, of folds where these stand for several rows; without
 * ids that of labels, or NULL where these are classes.
 */
mlv_err mlv_cases_by_id(struct mlv_ctx *ctx, const struct mlv_cases *cases,
			uint32_t **by_id) MLV_CHECK;
mlv_err mlv_cases_each_id(const struct mlv_cases *cases, const uint32_t *by_id, mlv_record_sink sink,
			  void *arg) MLV_CHECK;
mlv_err mlv_cases_each_label(const struct mlv_cases *cases, const uint32_t *by_id,
			     mlv_record_sink sink, void *arg) MLV_CHECK;
/*
 * The same of a dimension: which slice each row is in, by the order of ids;
 * without ids by that of rows, and of rows that are tied, equal to that before
 * in all columns, by the slices themselves. tied NULL: it is not needed.
 */
mlv_err mlv_cases_ties(struct mlv_ctx *ctx, const struct mlv_cases *cases, uint8_t **tied) MLV_CHECK;
mlv_err mlv_cases_each_slice(const struct mlv_cases *cases, const struct mlv_dim *dim,
			     const uint32_t *by_id, const uint8_t *tied, mlv_record_sink sink,
			     void *arg) MLV_CHECK;

/* ---- reading */

struct mlv_entry {
	bool defined;
	char *why, *by; /* NULL: not said */
	double value, low, high, error;
	bool has_interval;
	uint64_t of;
};
struct mlv_record_fold {
	char *name;
	uint64_t n;
	struct mlv_entry *entries;
};
struct mlv_record_slice {
	char *name, *dim; /* dim NULL: overall */
	uint64_t n;
	bool small, critical;
	bool has_cells; /* of a binary task without weights */
	struct mlv_fair_cells cells;
	struct mlv_entry *entries; /* one for each metric of the record */
	struct mlv_record_fold *folds;
	size_t fold_count;
};
struct mlv_record_dim {
	char *name;
	char *def;     /* its definition, canonical: two are the same when these are */
	char *rows;    /* "sha256:...", of which slice each row is in; NULL: not said */
	bool folded;   /* values share the slice __other__ */
	struct mlv_strs values; /* of one that is only crossed, and folded: its slices */
	double *edges; /* NULL: it has none */
	size_t edge_count;
	unsigned quantiles; /* how many cut the edges; 0: they were given */
};
/* The cross-validation whose splits the folds are. */
struct mlv_record_cv {
	char *name, *scheme;
	char *folds; /* "sha256:...": two are split alike when these are equal; NULL: there is none */
	double ratio; /* rows that test by rows that train, over all splits */
};
struct mlv_record {
	char *name;
	struct mlv_record_cv cv;
	enum mlv_task task;
	double level;
	char *predictions, *ids, *labels, *rows; /* NULL: not said */
	struct mlv_record_metric {
		char *name;
		int direction;
	} *metrics;
	size_t metric_count;
	struct mlv_record_slice *slices; /* overall first, then by name */
	size_t slice_count;
	struct mlv_record_dim *dims;
	size_t dim_count;
};
/* MLV_E_SPEC when it is no record, or not one of a schema that is known. name is for messages. */
mlv_err mlv_record_read(const char *name, const char *text, size_t len,
			struct mlv_record *record) MLV_CHECK;
/*
 * The same of a record of which only overall and one slice (NULL: none) are
 * wanted, and maybe has others; lines of the canonical form are passed over.
 */
mlv_err mlv_record_read_slice(const char *name, const char *text, size_t len, const char *slice,
			      struct mlv_record *record) MLV_CHECK;
void mlv_record_release(struct mlv_record *record);
/* NULL when there is none. */
const struct mlv_record_slice *mlv_record_find(const struct mlv_record *record, const char *name);
const struct mlv_record_dim *mlv_record_find_dim(const struct mlv_record *record, const char *name);
/* Whether two digests are the same; or both are not said, which are NULL. */
bool mlv_record_same(const char *a, const char *b);
/*
 * Append what two records are not made from alike, the first of: ids, labels,
 * rows, folds, slices; nothing when the records do not say.
 */
mlv_err mlv_record_differ(const struct mlv_record *a, const struct mlv_record *b,
			  struct mlv_buf *to) MLV_CHECK;
/* What the folds of a slice say of a metric together, by the record's own ratio and level. */
mlv_err mlv_record_summarise(const struct mlv_record *record, const struct mlv_record_slice *slice,
			     size_t metric, struct mlv_cv_summary *summary) MLV_CHECK;
/* Which metric; metric_count when there is none. */
size_t mlv_record_find_metric(const struct mlv_record *record, const char *name);

#endif
