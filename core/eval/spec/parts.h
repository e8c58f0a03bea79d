/* parts.h - what the files behind spec.h share: reading values of mlv.yaml. */
#ifndef MLV_EVAL_SPEC_PARTS_H
#define MLV_EVAL_SPEC_PARTS_H

#include "core/eval/spec.h"

/* MLV_E_SPEC: file, the line of at, and what is wrong there. */
mlv_err mlv_spec_wrong(const char *file, const struct mlv_value *at, const char *fmt, ...)
	MLV_PRINTF(3, 4) MLV_CHECK MLV_NEVER_NULL;
/*
 * MLV_E_USAGE: file describes no such thing, which is what it is called. The hint
 * has the name of these that is near, else all of them as far as a line holds them;
 * none where there are none.
 */
mlv_err mlv_spec_unknown(const char *file, const char *what, const char *name, char *const *names,
			 size_t count) MLV_CHECK MLV_NEVER_NULL;
/* Fail when a map has a key that is not in known, which ends with NULL; or is no map. */
mlv_err mlv_spec_check_keys(const char *file, const struct mlv_value *map, const char *what,
			    const char *const *known) MLV_CHECK;
/* Copy the text of key; *out stays NULL when there is none or it is null. Scalars count as text. */
mlv_err mlv_spec_text(const char *file, const struct mlv_value *map, const char *key,
		      char **out) MLV_CHECK;
/* The number of key, which lies within [low, high]; *out stays when there is none. */
mlv_err mlv_spec_number(const char *file, const struct mlv_value *map, const char *key, double low,
			double high, double *out) MLV_CHECK;
/* Read the list `slices`; only those of the names in chosen, unless that is NULL. */
mlv_err mlv_spec_slices(const char *file, const struct mlv_value *list,
			const struct mlv_value *chosen, struct mlv_eval_spec *spec) MLV_CHECK;

#endif
