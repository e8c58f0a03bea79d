/* ui/number.h - values of options that are numbers with a point. */
#ifndef MLV_CMD_UI_NUMBER_H
#define MLV_CMD_UI_NUMBER_H

#include "core/base/error.h"

/*
 * The number that an option, "--tau", was given: from low to high, which may be HUGE_VAL. With text
 * NULL *value stays. MLV_E_USAGE when it is none of these.
 */
mlv_err mlv_option_real(const char *option, const char *text, double low, double high,
			double *value) MLV_CHECK;

#endif
