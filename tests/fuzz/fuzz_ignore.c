/*
 * Rules and a path, a line feed and a NUL between them: asking ends, and every
 * rule that is given back is one of those that match.
 */
#include <stdlib.h>
#include <string.h>

#include "core/repo/ignore.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_ignore_freep) struct mlv_ignore *rules = NULL;
	const struct mlv_ignore_rule *decides, *rule = NULL;
	const char *text = (const char *)data;
	const char *nul = size ? memchr(text, '\0', size) : NULL;
	size_t len = nul ? (size_t)(nul - text) : size;
	const char *path = nul ? nul + 1 : "a/b";
	size_t path_len = nul ? size - len - 1 : 3;
	bool found = false;

	if (mlv_ignore_new(&rules) || mlv_ignore_add(rules, "a/.mlvignore", text, len) ||
	    mlv_ignore_add(rules, ".mlvignore", text, len))
		abort();
	decides = mlv_ignore_decide(rules, path, path_len, 0, true);
	while ((rule = mlv_ignore_find(rules, path, path_len, true, rule))) {
		found |= rule == decides;
		if (rule->line == 0 || !*rule->text)
			abort();
	}
	if (decides && decides->negated && !found)
		abort();
	return 0;
}
