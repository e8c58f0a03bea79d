/* slices_rule.h - a slice of a dimension as an expression, for a rule of mlv.yaml. */
#ifndef MLV_CMD_SLICES_RULE_H
#define MLV_CMD_SLICES_RULE_H

#include "core/eval/cases.h"

/*
 * Append what is true of the rows with this code, of a dimension that is no
 * cross and no rule; *said false, and nothing
 * appended, where that cannot be said: of values that share a slice, and of
 * those whose names are written with escapes.
 */
mlv_err mlv_slices_add_rule(const struct mlv_dim *dim, uint32_t code, struct mlv_buf *to,
			    bool *said) MLV_CHECK;

#endif
