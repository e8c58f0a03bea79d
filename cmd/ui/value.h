/* ui/value.h - values of options that are numbers with a point, or one of a few words. */
#ifndef MLV_CMD_UI_VALUE_H
#define MLV_CMD_UI_VALUE_H

#include <stddef.h>

#include "core/base/context.h"
#include "core/base/value.h"

/*
 * The number that an option, "--tau", was given: from low to high, which may be HUGE_VAL. With text
 * NULL *value stays. MLV_E_USAGE when it is none of these.
 */
mlv_err mlv_option_real(const char *option, const char *text, double low, double high,
			double *value) MLV_CHECK;
/*
 * Which of the words, "table" or "md", an option was given. With text NULL *choice stays. MLV_E_USAGE,
 * which names them, when it is none of these.
 */
mlv_err mlv_option_choice(const char *option, const char *text, const char *const *words, size_t count,
			  size_t *choice) MLV_CHECK;

/* Read a file of YAML by the path that the user typed. MLV_E_SPEC when it is none. */
mlv_err mlv_option_yaml(struct mlv_ctx *ctx, const char *path, struct mlv_value **root) MLV_CHECK;

#endif
