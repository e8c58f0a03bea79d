#include "tests/unit/check.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/real.h"

mlv_test(real, as_few_digits_as_read_back)
{
	static const struct {
		double number;
		int least;
		const char *text;
	} cases[] = {
		{ 0.1, 15, "0.1" }, { 0.1, 1, "0.1" }, { 0.1 + 0.2, 15, "0.30000000000000004" },
		{ 1.0 / 3, 15, "0.3333333333333333" }, { 100, 15, "100" }, { 100, 1, "1e+02" },
		{ 123456789012345, 15, "123456789012345" }, { 1e15, 15, "1e+15" }, { -0.0, 15, "-0" },
		{ 5e-324, 1, "5e-324" }, { -DBL_MAX, 15, "-1.7976931348623157e+308" },
		{ HUGE_VAL, 15, "inf" }, { -HUGE_VAL, 1, "-inf" },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		char text[MLV_REAL_TEXT];

		mlv_real_write(cases[i].number, cases[i].least, text);
		cr_assert(strcmp(text, cases[i].text) == 0, "%s, not %s", text, cases[i].text);
		cr_assert(not(strtod(text, NULL) < cases[i].number || strtod(text, NULL) > cases[i].number));
	}
}
