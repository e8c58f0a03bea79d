#include "core/repo/params.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/pyconst.h"
#include "core/base/toml.h"
#include "core/base/yaml.h"
#include "core/repo/pipeline/parts.h"

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), size = strlen(end);

	return len >= size && strcmp(text + len - size, end) == 0;
}

mlv_err mlv_params_parse(const char *name, const char *file, const char *text, size_t len,
			 struct mlv_value **value)
{
	if (ends_with(file, ".json"))
		return mlv_json_parse(name, text, len, value);
	if (ends_with(file, ".toml"))
		return mlv_toml_parse(name, text, len, value);
	if (ends_with(file, ".py"))
		return mlv_pyconst_parse(name, text, len, value);
	return mlv_yaml_parse_anchored(name, text, len, value);
}

mlv_err mlv_params_load(struct mlv_repo *repo, const char *rev, const char *file,
			struct mlv_value **value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_PARAMS_MAX);
	struct mlv_snapshot snapshot;
	bool found;
	mlv_err err;

	*value = NULL;
	if ((err = mlv_snapshot_open(&snapshot, repo, rev)) ||
	    (err = mlv_snapshot_read(&snapshot, file, &text, &found)) || !found)
		return err;
	err = mlv_params_parse(file, file, text.ptr, text.len, value);
	return err && rev ? mlv_error_wrap(err, "%s", rev) : err;
}

/* The item of a list that digits name; NULL when there is none. */
static const struct mlv_value *item_at(const struct mlv_value *list, const char *digits, size_t len)
{
	size_t place = 0;

	if (!len || len > 9 || list->type != MLV_VALUE_LIST)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return NULL;
		place = place * 10 + (size_t)(digits[i] - '0');
	}
	return place < list->count ? list->items[place] : NULL;
}

static const struct mlv_value *member(const struct mlv_value *value, const char *name, size_t len)
{
	if (value->type == MLV_VALUE_LIST)
		return item_at(value, name, len);
	for (size_t i = 0; value->type == MLV_VALUE_MAP && i < value->count; i++)
		if (strncmp(value->keys[i], name, len) == 0 && !value->keys[i][len])
			return value->items[i];
	return NULL;
}

const struct mlv_value *mlv_params_get(const struct mlv_value *value, const char *key)
{
	const struct mlv_value *whole = mlv_value_get(value, key);

	if (whole || !value)
		return whole;
	while (value && *key) {
		bool bracket = *key == '[';
		size_t len = strcspn(key += bracket, bracket ? "]" : ".[");

		value = member(value, key, len);
		key += len;
		if (bracket && *key++ != ']')
			return NULL;
		if (*key == '.' && !*++key)
			return NULL;
	}
	return value;
}
