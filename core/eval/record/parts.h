/* parts.h - what the files behind record.h share. */
#ifndef MLV_EVAL_RECORD_PARTS_H
#define MLV_EVAL_RECORD_PARTS_H

#include "core/base/value.h"
#include "core/eval/record.h"

/* ---- writing: a key and its value, without a comma */

mlv_err mlv_put_text(struct mlv_buf *to, const char *key, const char *text) MLV_CHECK;
mlv_err mlv_put_real(struct mlv_buf *to, const char *key, double value) MLV_CHECK;
mlv_err mlv_put_count(struct mlv_buf *to, const char *key, uint64_t value) MLV_CHECK;
/* What went through libm, as it is written. */
double mlv_put_round(double value);
/* A value as it is written. */
double mlv_put_value(const struct mlv_measured *measured);
/* "cv":{...}, with the line feed behind it: nothing where the folds are not those of one. */
mlv_err mlv_record_add_cv(struct mlv_buf *to, const struct mlv_results *results,
			  const struct mlv_record_inputs *inputs) MLV_CHECK;

/* Whether a slice has too few rows to be judged. */
bool mlv_record_is_small(const struct mlv_results *results, const struct mlv_slice_result *slice);
/* "warnings":[...], with the line feed behind it. */
mlv_err mlv_record_add_warnings(struct mlv_buf *to, const struct mlv_results *results,
				const struct mlv_record_inputs *inputs) MLV_CHECK;

/* ---- reading */

/* MLV_E_SPEC: what a record from outside has that none has. */
mlv_err mlv_record_damaged(const char *name, const char *what) MLV_CHECK;
/* A copy of a text; nothing where there is none. */
mlv_err mlv_record_copy_text(const struct mlv_value *value, char **out) MLV_CHECK;
/* A count, of at most as many rows as a table has; what is not there counts 0. */
mlv_err mlv_record_read_count(const char *name, const struct mlv_value *value, uint64_t *count) MLV_CHECK;
bool mlv_record_is_number(const struct mlv_value *value);
bool mlv_record_is_true(const struct mlv_value *value);
/* The items of a list or a map; 0 of anything else. */
size_t mlv_record_items(const struct mlv_value *value, enum mlv_value_type type);
/* The dimensions, of a whole record. */
mlv_err mlv_record_read_dims(const char *name, const struct mlv_value *root,
			     struct mlv_record *record) MLV_CHECK;
void mlv_record_dims_release(struct mlv_record *record);
mlv_err mlv_record_read_cv(const char *name, const struct mlv_value *map,
			   struct mlv_record_cv *cv) MLV_CHECK;
void mlv_record_cv_release(struct mlv_record_cv *cv);

#endif
