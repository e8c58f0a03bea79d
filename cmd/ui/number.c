#include "cmd/ui/number.h"

#include <math.h>
#include <string.h>

#include "core/eval/frame.h"

mlv_err mlv_option_real(const char *option, const char *text, double low, double high, double *value)
{
	double number = 0;

	if (!text)
		return NULL;
	if (mlv_number_parse(text, strlen(text), &number) && isfinite(number) && number >= low &&
	    number <= high) {
		*value = number;
		return NULL;
	}
	if (isinf(high))
		return mlv_error(MLV_E_USAGE, "%s must be a number from %g on, not '%s'", option, low,
				 text);
	return mlv_error(MLV_E_USAGE, "%s must be a number from %g to %g, not '%s'", option, low, high,
			 text);
}
