#include "core/base/real.h"

#include <stdio.h>
#include <stdlib.h>

void mlv_real_write(double number, int least, char text[MLV_REAL_TEXT])
{
	for (int digits = least; digits <= 17; digits++) {
		double back;

		snprintf(text, MLV_REAL_TEXT, "%.*g", digits, number);
		back = strtod(text, NULL);
		if (!(back < number) && !(back > number))
			return;
	}
}
