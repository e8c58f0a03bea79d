/* config/get.c - asking the loaded settings. */
#include <stdlib.h>

#include "core/base/path.h"
#include "core/repo/config/impl.h"

const char *mlv_config_get_at(const struct mlv_config *config, enum mlv_config_level level,
			      const char *key)
{
	const struct config_file *file = &config->files[level];

	for (size_t i = file->count; i-- > 0;)
		if (!file->at[i].ignored && strcmp(file->at[i].key, key) == 0)
			return file->at[i].value;
	return NULL;
}

const char *mlv_config_get(const struct mlv_config *config, const char *key,
			   enum mlv_config_level *level)
{
	for (size_t at = MLV_CONFIG_LEVELS; at-- > 0;) {
		const char *value = mlv_config_get_at(config, (enum mlv_config_level)at, key);

		if (!value)
			continue;
		/* What was found to have come with the repository counts as its level. */
		if (level)
			*level = config->files[at].untrusted ? MLV_CONFIG_REPO
							     : (enum mlv_config_level)at;
		return value;
	}
	return NULL;
}

bool mlv_config_bool(const struct mlv_config *config, const char *key, bool otherwise)
{
	const char *value = mlv_config_get(config, key, NULL);
	bool truth = otherwise;

	return value && mlv_config_parse_bool(value, &truth) ? truth : otherwise;
}

uint64_t mlv_config_count(const struct mlv_config *config, const char *key, uint64_t otherwise)
{
	const char *value = mlv_config_get(config, key, NULL);
	uint64_t count = otherwise;

	return value && mlv_config_parse_count(value, &count) ? count : otherwise;
}

mlv_err mlv_config_each(const struct mlv_config *config, mlv_config_fn fn, void *arg)
{
	for (size_t level = 0; level < MLV_CONFIG_LEVELS; level++) {
		const struct config_file *file = &config->files[level];

		for (size_t i = 0; i < file->count; i++) {
			const struct config_entry *entry = &file->at[i];
			mlv_err err;

			if (!entry->ignored &&
			    (err = fn(arg, (enum mlv_config_level)level, file->path, entry->key,
				      entry->value)))
				return err;
		}
	}
	return NULL;
}

static mlv_err add_remote(void *arg, enum mlv_config_level level, const char *file,
			  const char *key, const char *value)
{
	const char *name = key + strlen("remote."), *last = strrchr(key, '.');

	(void)level;
	(void)file;
	(void)value;
	if (strncmp(key, "remote.", strlen("remote.")) != 0 || last <= name)
		return NULL;
	return mlv_strs_add_len(arg, name, (size_t)(last - name));
}

mlv_err mlv_config_remotes(const struct mlv_config *config, struct mlv_strs *names)
{
	mlv_err err = mlv_config_each(config, add_remote, names);

	mlv_strs_sort_unique(names);
	return err;
}

mlv_err mlv_config_path(const struct mlv_config *config, const char *key, struct mlv_buf *path,
			bool *set)
{
	for (size_t at = MLV_CONFIG_LEVELS; at-- > 0;) {
		const char *value = mlv_config_get_at(config, (enum mlv_config_level)at, key);

		if (!value)
			continue;
		*set = true;
		return mlv_path_absolute(path, config->files[at].dir, value);
	}
	*set = false;
	return NULL;
}
