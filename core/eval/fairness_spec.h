/*
 * fairness_spec.h - which groups are held against each other: `fairness:` of mlv.yaml, and what
 * Aequitas reads.
 *
 * Aequitas takes a table with the columns score and label_value, perhaps id,
 * entity_id and model_id, and attributes: all other columns. Attributes that
 * are numbers, not all of them whole or more than ten, are cut at their
 * quartiles. Its configuration is YAML.
 *
 * Ownership   _release() frees.
 */
#ifndef MLV_EVAL_FAIRNESS_SPEC_H
#define MLV_EVAL_FAIRNESS_SPEC_H

#include "core/base/value.h"
#include "core/eval/fairness.h"
#include "core/eval/frame.h"

#define MLV_FAIR_TAU 0.8

/* One entry of mlv.yaml. */
struct mlv_fair_entry {
	char *by;    /* the name of an entry of slices */
	char *control; /* that of the entry within whose slices groups are compared; NULL: among all rows */
	char *eval;  /* the evaluation that it is of; NULL: any */
	enum mlv_fair_against against;
	char *value; /* NAMED: which */
	double tau;
	bool rates[MLV_RATES]; /* what is shown */
	unsigned line;
};
struct mlv_fair_entries {
	struct mlv_fair_entry *at;
	size_t count;
};
mlv_err mlv_fair_entries_read(const char *file, const struct mlv_value *root,
			      struct mlv_fair_entries *entries) MLV_CHECK;
void mlv_fair_entries_release(struct mlv_fair_entries *entries);

/* How scores become predictions. */
enum mlv_fair_cut { MLV_FAIR_CUT_SCORE, MLV_FAIR_CUT_COUNT, MLV_FAIR_CUT_SHARE };
struct mlv_fair_threshold {
	enum mlv_fair_cut cut; /* from this score on; so many of the highest; such a share of them */
	double value;
};

/* Aequitas's configuration. */
struct mlv_aequitas_config {
	enum mlv_fair_against against;
	double tau;
	struct mlv_strs attributes;           /* empty: all */
	struct mlv_strs named, named_values;  /* reference groups, by attribute */
	struct mlv_fair_threshold *thresholds;
	size_t threshold_count, threshold_cap; /* none: scores are 0 or 1 */
};
/* root NULL: as without a configuration. */
mlv_err mlv_aequitas_config_read(const char *file, const struct mlv_value *root,
				 struct mlv_aequitas_config *config) MLV_CHECK;
void mlv_aequitas_config_release(struct mlv_aequitas_config *config);

/* Aequitas's table. */
struct mlv_aequitas {
	size_t rows;
	uint32_t *truth;
	double *score;
	uint32_t *order; /* rows by score, the highest first; those of one score by id */
	char *model;     /* model_id; NULL: there is none */
	struct mlv_aequitas_attribute {
		char *name;
		uint32_t *code;
		struct mlv_strs values; /* sorted */
	} *attributes;
	size_t count;
};
/* Read the table whose columns are names. */
mlv_err mlv_aequitas_read(struct mlv_ctx *ctx, const struct mlv_frame_source *source,
			  const struct mlv_strs *names, const struct mlv_aequitas_config *config,
			  struct mlv_aequitas *table) MLV_CHECK;
void mlv_aequitas_release(struct mlv_aequitas *table);
/* Predict by a threshold; NULL: scores are 0 and 1. guess has room for all rows. */
mlv_err mlv_aequitas_predict(const struct mlv_aequitas *table, const char *name,
			     const struct mlv_fair_threshold *threshold, uint32_t *guess) MLV_CHECK;

#endif
