/*
 * profile.h - what the columns of a table are like, kept small, and new rows beside it.
 *
 * A sample is a column without its rows: of numbers their sorted values, of
 * texts how often each occurs. A profile is the samples of an evaluation's
 * features, as monitor/NAME.json has them, schema mlv.profile/1: JSON, a
 * feature a line. Of numbers it has up to MLV_PROFILE_POINTS values at even
 * distances (all, where there are no more), infinite ones as the texts "inf"
 * and "-inf"; of texts the first MLV_PROFILE_NAMES. A feature whose values all
 * miss is one of numbers that has none: what is left to compare is how many miss.
 *
 *   "age":{"missing":3,"points":[18.0,21.5,...],"rows":897}
 *   "color":{"counts":{"blue":300,"red":600},"rows":900}
 *
 * Of each slice it has, a slice a line, how many rows are in each of the ten bins
 * between the slice's own deciles, or have each of its MLV_PROFILE_SLICE_NAMES
 * most frequent texts; and for how many rows each class was predicted.
 *
 *   "shop=a":{"features":{
 *     "age":{"counts":[9,10,...],"edges":[19.0,...],"missing":0,"rows":90},
 *     "color":{"counts":{"red":90},"rows":90}},"predicted":[40,50],"rows":90}
 *
 * Threads     functions without shared state; slices are looked at on ctx->jobs threads.
 * Ownership   mlv_sample_release(), mlv_profile_release().
 * Limits      a profile that is read has at most MLV_FRAME_ROWS rows a sample. Slices are
 *             those of at least min_n rows, of these the MLV_PROFILE_SLICES of most rows,
 *             fewer where these by the features were more than MLV_PROFILE_CELLS.
 */
#ifndef MLV_EVAL_PROFILE_H
#define MLV_EVAL_PROFILE_H

#include "core/eval/cases.h"
#include "core/eval/drift.h"

#define MLV_PROFILE_SCHEMA "mlv.profile/1"
#define MLV_PROFILE_MAX    ((size_t)64 << 20) /* bytes of a profile */
#define MLV_PROFILE_POINTS ((size_t)1001)
#define MLV_PROFILE_NAMES  ((size_t)1000)
#define MLV_PROFILE_SLICES ((size_t)1000)
#define MLV_PROFILE_CELLS  ((size_t)100000)
#define MLV_PROFILE_SLICE_NAMES ((size_t)20)

struct mlv_sample {
	bool numeric;
	bool binned;            /* numbers: values are edges, counts those of the count + 1 bins */
	double *values;         /* sorted; never NaN */
	size_t count, cap;      /* of values */
	struct mlv_words names; /* texts; "" is one of them */
	uint64_t *counts;       /* rows of each name */
	size_t counts_cap;
	uint64_t rows; /* of numbers: that have one; of texts: all, also those of names left out */
	uint64_t missing, odd; /* rows of numbers without one, and with what is no number */
};
#define MLV_SAMPLE_INIT { .names = { .bytes = MLV_BUF_INIT } }
void mlv_sample_release(struct mlv_sample *sample);
/* Whether a column is one of numbers: all of it are, and more than ten different ones, or all miss. */
bool mlv_sample_is_numeric(const struct mlv_column *column);
/* Add the rows of a column of text to a sample whose kind is set; then sort it. */
mlv_err mlv_sample_add(struct mlv_sample *sample, const struct mlv_column *column,
		       size_t rows) MLV_CHECK;
void mlv_sample_sort(struct mlv_sample *sample);

struct mlv_profile {
	char *eval, *rows; /* whose features they are, and the digest of its rows, as its record has it */
	struct mlv_strs features;
	struct mlv_sample *samples; /* of each feature */
	struct mlv_strs classes;    /* that may be predicted; binary: negative, positive; regression: none */
	uint64_t *predicted;        /* rows for which each was */
	bool sliced;                /* it tells of slices: those of an earlier mlv do not */
	struct mlv_profile_slice {
		char *name;
		uint64_t rows;
		struct mlv_sample *samples; /* of each feature, those of numbers binned */
		uint64_t *predicted;
	} *slices;                  /* by name */
	size_t slice_count;
};
void mlv_profile_release(struct mlv_profile *profile);
/* Append it as text, of which equal profiles have equal bytes. MLV_E_SPEC: more than MLV_PROFILE_MAX. */
mlv_err mlv_profile_write(const struct mlv_profile *profile, struct mlv_buf *to) MLV_CHECK;
/*
 * MLV_E_SPEC, by the name of the file, when it is no profile: of another schema,
 * or with counts or values that cannot be.
 */
mlv_err mlv_profile_read(const char *file, const char *text, size_t len,
			 struct mlv_profile *profile) MLV_CHECK;
/* The slice of this name; NULL when there is none. */
const struct mlv_profile_slice *mlv_profile_find(const struct mlv_profile *profile, const char *name);

/* Rows whose slices are looked at. */
struct mlv_profile_rows {
	const struct mlv_cases *cases;
	const struct mlv_column *columns; /* of each feature, as text; their rows stand as those of cases */
	const uint32_t *predicted; /* class of each row; NULL: none; one beyond the classes is not counted */
};
/*
 * Set the slices, and what is predicted, of a profile whose features, samples
 * and classes are those of all the rows. Of each slice of at least min_n rows;
 * or with like of those that it has, in its bins and by its names, by the
 * samples of the profile, which are of the same kinds.
 */
mlv_err mlv_profile_slice(struct mlv_ctx *ctx, const struct mlv_profile_rows *rows, uint64_t min_n,
			  const struct mlv_profile *like, struct mlv_profile *profile) MLV_CHECK;

/* From where on a difference is drift. */
struct mlv_drift_limits {
	double psi;   /* of the index of population stability */
	double alpha; /* of p of Kolmogorov and Smirnov */
	enum mlv_psi_zero zero;
};
/*
 * The measure that Evidently takes by default: of up to 1000 rows before a test,
 * drifted below a p of 0.05; of more a distance, drifted from 0.1 on.
 */
struct mlv_drift_choice {
	const char *measure; /* "ks", "chi2", "z"; "wasserstein_norm", "js"; NULL: none is told */
	double value;        /* p, or the distance */
	bool drifted;
};
/* See drift.h. What a side has no rows for is 0. */
struct mlv_drift {
	bool has_ks, has_distance, drifted;
	double psi, noise;
	double chance; /* how often the index would be at least this although nothing changed */
	double js, hellinger, linf, cramers_v;
	double chi2, chi2_p;
	double ks, p;                     /* where has_ks; of bins, at their edges */
	double wasserstein, wasserstein_norm; /* where has_distance; that by the deviation of before */
	struct mlv_drift_choice evidently;
};
/*
 * Compare counts in the same bins. It drifted if the index reaches the limit,
 * and is more than chance gives once in a hundred times. All of it is 0 when a
 * side has no rows.
 */
mlv_err mlv_drift_of_counts(const struct mlv_drift_limits *limits, const uint64_t *before,
			    const uint64_t *now, size_t bins, struct mlv_drift *drift) MLV_CHECK;
/*
 * Compare samples of one kind. Numbers by the deciles of the first; what is
 * missing, and what is no number, are bins of their own. Texts by their values:
 * those that are new, and those that the first left out, are one bin. Appended to
 * fresh, unless it is NULL, are the new ones, unless the first left some out.
 */
mlv_err mlv_sample_compare(const struct mlv_drift_limits *limits, const struct mlv_sample *before,
			   const struct mlv_sample *now, struct mlv_drift *drift,
			   struct mlv_strs *fresh) MLV_CHECK;

#endif
