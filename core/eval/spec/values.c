/* Values of mlv.yaml, checked. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/suggest.h"
#include "core/base/sys.h"
#include "core/eval/spec/parts.h"

mlv_err mlv_spec_wrong(const char *file, const struct mlv_value *at, const char *fmt, ...)
{
	char text[500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return mlv_error(MLV_E_SPEC, "%s:%u: %s", file, at->line, text);
}

mlv_err mlv_spec_unknown(const char *file, const char *what, const char *name, char *const *names,
			 size_t count)
{
	const char *near = mlv_suggest_of(name, (const char *const *)names, count);
	mlv_err err = mlv_error(MLV_E_USAGE, "%s: there is no %s '%s'", file, what, name);
	char all[200] = "";
	size_t len = 0;

	if (near)
		return mlv_error_hint(err, "did you mean '%s'?", near);
	for (size_t i = 0; i < count; i++) {
		if (len + strlen(names[i]) + sizeof(", ...") > sizeof(all)) {
			len += (size_t)snprintf(all + len, sizeof(all) - len, "%s...", i ? ", " : "");
			break;
		}
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s", i ? ", " : "", names[i]);
	}
	return count ? mlv_error_hint(err, "%s has: %s", file, all) : err;
}

static size_t count_words(const char *const *words)
{
	size_t count = 0;

	while (words[count])
		count++;
	return count;
}

mlv_err mlv_spec_check_keys(const char *file, const struct mlv_value *map, const char *what,
			    const char *const *known)
{
	if (map->type != MLV_VALUE_MAP)
		return mlv_spec_wrong(file, map, "%s must be a map", what);
	for (size_t i = 0; i < map->count; i++) {
		const char *near;
		size_t k = 0;
		mlv_err err;

		while (known[k] && strcmp(known[k], map->keys[i]) != 0)
			k++;
		if (known[k])
			continue;
		near = mlv_suggest_of(map->keys[i], known, count_words(known));
		err = mlv_spec_wrong(file, map->items[i], "%s has no key '%s'", what, map->keys[i]);
		return near ? mlv_error_hint(err, "did you mean '%s'?", near) : err;
	}
	return NULL;
}

mlv_err mlv_spec_text(const char *file, const struct mlv_value *map, const char *key, char **out)
{
	const struct mlv_value *value = mlv_value_get(map, key);

	if (!value || value->type == MLV_VALUE_NULL)
		return NULL;
	if (value->type == MLV_VALUE_LIST || value->type == MLV_VALUE_MAP || !value->text)
		return mlv_spec_wrong(file, value, "'%s' must be a text", key);
	if (memchr(value->text, '\0', value->text_len) || !value->text_len)
		return mlv_spec_wrong(file, value, "'%s' is empty or holds a NUL", key);
	*out = mlv_sys_strdup(value->text);
	return *out ? NULL : mlv_error_nomem("a setting");
}

mlv_err mlv_spec_number(const char *file, const struct mlv_value *map, const char *key, double low,
			double high, double *out)
{
	const struct mlv_value *value = mlv_value_get(map, key);

	if (!value || value->type == MLV_VALUE_NULL)
		return NULL;
	if ((value->type != MLV_VALUE_INT && value->type != MLV_VALUE_REAL) ||
	    !(value->real >= low && value->real <= high))
		return mlv_spec_wrong(file, value, "'%s' must be a number from %.10g to %.10g", key,
				      low, high);
	*out = value->real;
	return NULL;
}
