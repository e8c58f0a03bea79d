/* ui/value.h - values of options that are numbers with a point, or one of a few words. */
#ifndef MLV_CMD_UI_VALUE_H
#define MLV_CMD_UI_VALUE_H

#include <stddef.h>

#include "core/base/error.h"

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

#endif
