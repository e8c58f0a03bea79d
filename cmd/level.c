#include "cmd/level.h"

#include <ctype.h>

#include "core/base/path.h"
#include "core/base/suggest.h"
#include "core/repo/config/keys.h"
#include "core/repo/repo.h"

mlv_err mlv_level_of(const struct mlv_level_flags *flags, enum mlv_config_level *level, bool *given)
{
	const bool set[] = { flags->system, flags->global, flags->project, flags->local };
	size_t count = 0;

	*level = MLV_CONFIG_REPO;
	for (size_t i = 0; i < MLV_COUNT(set); i++) {
		if (!set[i])
			continue;
		*level = (enum mlv_config_level)i;
		count++;
	}
	*given = count > 0;
	return count <= 1 ? NULL
			  : mlv_error(MLV_E_USAGE, "--system, --global, --project and --local "
						   "exclude each other");
}

mlv_err mlv_level_open(struct mlv_run *run, bool need_repo, struct mlv_config **config,
		       struct mlv_buf *root)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf found = MLV_BUF_INIT, dir = MLV_BUF_INIT;
	mlv_err err = mlv_repo_find(run->ctx->cwd, &found);

	if (err && (need_repo || err->code != MLV_E_MISSING))
		return err;
	if (err)
		return mlv_config_load_lenient(config, run->ctx, NULL);
	if ((err = mlv_buf_printf(&dir, "%s/.mlv", found.ptr)))
		return err;
	if (root && (err = mlv_buf_add(root, found.ptr, found.len)))
		return err;
	return mlv_config_load_lenient(config, run->ctx, dir.ptr);
}

mlv_err mlv_level_show(const char *key, const char *value, struct mlv_buf *to)
{
	return mlv_config_show(key, value, to);
}

mlv_err mlv_level_path(struct mlv_run *run, const char *root, enum mlv_config_level level,
		       const char *typed, struct mlv_buf *stored)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT, dir = MLV_BUF_INIT;
	mlv_err err;

	if (!*typed)
		return mlv_error(MLV_E_USAGE, "an empty path");
	if ((err = mlv_path_absolute(&whole, run->ctx->cwd, typed)) ||
	    (err = mlv_buf_printf(&dir, "%s/.mlv", root)))
		return err;
	if (typed[0] == '/' || level < MLV_CONFIG_REPO || !*root)
		return mlv_buf_add(stored, whole.ptr, whole.len);
	return mlv_path_relative(stored, dir.ptr, whole.ptr);
}

mlv_err mlv_level_url(struct mlv_run *run, const char *root, enum mlv_config_level level,
		      const char *typed, struct mlv_buf *stored)
{
	static const char *const schemes[] = { "file", "http", "https", "s3", "sftp" };
	const char *colon = strstr(typed, "://"), *near;
	char scheme[16] = "";
	mlv_err err;

	if (!colon)
		return mlv_level_path(run, root, level, typed, stored);
	for (size_t i = 0; typed + i < colon && i < sizeof(scheme) - 1; i++)
		scheme[i] = (char)tolower((unsigned char)typed[i]);
	for (size_t i = 0; i < MLV_COUNT(schemes); i++)
		if (strcmp(schemes[i], scheme) == 0)
			return mlv_buf_add_str(stored, typed);
	err = mlv_error(MLV_E_USAGE, "%s://: no kind of remote that mlv knows", scheme);
	near = mlv_suggest_of(scheme, schemes, MLV_COUNT(schemes));
	if (near)
		return mlv_error_hint(err, "did you mean %s://?", near);
	return mlv_error_hint(err, "a path, file://, http://, https://, s3:// or sftp://");
}

mlv_err mlv_level_check_name(const char *name)
{
	size_t len = strlen(name);

	if (len > 0 && len <= 100 && isalnum((unsigned char)name[0]) && name[len - 1] != '.' &&
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.") == len)
		return NULL;
	return mlv_error(MLV_E_USAGE,
			 "%s: no name for a remote: letters, digits, '-', '_' and, within, '.', at most 100",
			 name);
}

mlv_err mlv_level_check_remote(const struct mlv_config *config, const char *name)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	mlv_err err = mlv_config_remotes(config, &names);
	struct mlv_suggest near;

	if (err)
		return err;
	mlv_suggest_begin(&near, name);
	for (size_t i = 0; i < names.count; i++) {
		if (strcmp(names.at[i], name) == 0)
			return NULL;
		mlv_suggest_offer(&near, names.at[i]);
	}
	err = mlv_error(MLV_E_MISSING, "%s: no such remote", name);
	if (near.best)
		return mlv_error_hint(err, "did you mean %s?", near.best);
	return names.count ? mlv_error_hint(err, "mlv remote list")
			   : mlv_error_hint(err, "mlv remote add -d %s <url>", name);
}

mlv_err mlv_level_remotes(const char *value, struct mlv_strs *names)
{
	mlv_err err = NULL;

	while (!err && *(value += strspn(value, ", \t"))) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
		size_t len = strcspn(value, ", \t");

		err = mlv_buf_add(&name, value, len);
		if (!err && !mlv_strs_has(names, name.ptr))
			err = mlv_strs_add(names, name.ptr);
		value += len;
	}
	return err;
}

mlv_err mlv_level_key(const char *name, const char *option, struct mlv_buf *key)
{
	mlv_buf_clear(key);
	return option ? mlv_buf_printf(key, "remote.%s.%s", name, option)
		      : mlv_buf_printf(key, "remote.%s", name);
}
