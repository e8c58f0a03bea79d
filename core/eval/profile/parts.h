/* parts.h - what the files behind profile.h share. */
#ifndef MLV_EVAL_PROFILE_PARTS_H
#define MLV_EVAL_PROFILE_PARTS_H

#include "core/eval/profile.h"

#define BINS 10 /* of numbers, by deciles */

/* The deciles of sorted values, but for equal ones and the least; returns how many there are. */
size_t mlv_sample_deciles(const double *values, size_t count, double edges[BINS]);
/*
 * The number of a text among names, to which it is added; written as classes are, so that 1.0 is 1, and
 * a long fraction in 12 digits, so that 0.010309278350515464 is 0.0103092783505154.
 */
mlv_err mlv_sample_name(struct mlv_words *names, const char *text, uint32_t *code) MLV_CHECK;
/* The name of each word of a column among names, to which those that are new are added. */
mlv_err mlv_sample_codes(const struct mlv_column *column, struct mlv_words *names,
			 uint32_t **codes) MLV_CHECK;
/* The number of each word: NaN where it is missing, or where odd says that it is none. */
mlv_err mlv_sample_numbers(const struct mlv_column *column, double **numbers, bool **odd) MLV_CHECK;
/* The name of a slice, and room for each feature and class of its profile; false when memory is out. */
bool mlv_profile_slice_init(const struct mlv_profile *profile, const char *name,
			    struct mlv_profile_slice *slice) MLV_CHECK;
void mlv_profile_slices_release(struct mlv_profile *profile);

#endif
