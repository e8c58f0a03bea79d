/* A rule is parsed or refused; one that was parsed has a metric that exists, and its text parses again. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/gate.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_mem_free) char *text = mlv_sys_strndup((const char *)data, size);
	MLV_SCOPED(mlv_gate_rule_release) struct mlv_gate_rule rule = { 0 }, again = { 0 };

	if (!text || mlv_gate_rule_parse(text, &rule))
		return 0;
	if ((rule.about == MLV_GATE_FAIRNESS ? mlv_rate_find(rule.metric) == MLV_RATES
					     : !mlv_measure_find(rule.metric)) ||
	    mlv_gate_rule_parse(rule.text, &again) || strcmp(rule.metric, again.metric) != 0)
		abort();
	return 0;
}
