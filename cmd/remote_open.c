#include "cmd/remote_open.h"

#include <stdio.h>

#include "cmd/level.h"
#include "core/base/amount.h"
#include "core/base/pace.h"
#include "core/repo/config/keys.h"
#include "core/repo/trust.h"

static mlv_err default_names(struct mlv_repo *repo, struct mlv_strs *chosen)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	const char *value = mlv_config_get(repo->config, "core.remote", NULL);
	mlv_err err = value ? mlv_level_remotes(value, chosen) : NULL;

	if (err || chosen->count > 0)
		return err;
	if ((err = mlv_config_remotes(repo->config, &names)))
		return err;
	if (names.count == 1)
		return mlv_strs_add(chosen, names.at[0]);
	if (names.count == 0)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "no remote is configured"),
				      "mlv remote add -d <name> <url>");
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "none of the %zu remotes is the default",
					names.count),
			      "mlv remote default %s, or name one with -r", names.at[0]);
}

mlv_err mlv_cmd_remote_name(struct mlv_repo *repo, const char *name, struct mlv_buf *chosen)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	mlv_err err = name ? mlv_strs_add(&names, name) : default_names(repo, &names);

	if (err || (err = mlv_level_check_remote(repo->config, names.at[0])))
		return err;
	return mlv_buf_add_str(chosen, names.at[0]);
}

mlv_err mlv_cmd_remote_names(struct mlv_repo *repo, const struct mlv_opt_list *asked,
			     struct mlv_strs *names)
{
	mlv_err err = asked->count ? NULL : default_names(repo, names);

	for (size_t i = 0; !err && i < asked->count; i++)
		if (!mlv_strs_has(names, asked->at[i]))
			err = mlv_strs_add(names, asked->at[i]);
	for (size_t i = 0; !err && i < names->count; i++)
		err = mlv_level_check_remote(repo->config, names->at[i]);
	return err;
}

mlv_err mlv_cmd_find_repo(struct mlv_run *run, struct mlv_repo **repo)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf root = MLV_BUF_INIT;
	mlv_err err = mlv_repo_find(run->ctx->cwd, &root);

	if (err)
		return err->code == MLV_E_MISSING ? NULL : err;
	return mlv_repo_open(repo, run->ctx, run->ctx->cwd);
}

struct lookup {
	struct mlv_repo *repo;
	const char *name;
};

static const char *setting(void *arg, const char *option, bool *from_repo)
{
	const struct lookup *of = arg;
	enum mlv_config_level level = MLV_CONFIG_REPO;
	char key[256];
	const char *value;

	snprintf(key, sizeof(key), "remote.%s.%s", of->name, option);
	value = mlv_config_get(of->repo->config, key, &level);
	if (from_repo)
		*from_repo = value && level == MLV_CONFIG_REPO;
	return value;
}

mlv_err mlv_cmd_pace(struct mlv_pace *pace, const char *value)
{
	uint64_t rate;

	if (!mlv_amount_parse(value, &rate))
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "%s: no number of bytes a second",
						value), "500K, or 1.5M");
	if (rate > 0 && rate < MLV_PACE_LEAST)
		return mlv_error(MLV_E_USAGE, "%s: less than 8K a second, with which servers hang up",
				 value);
	pace->rate = rate;
	return NULL;
}

/* The remote's own pace, unless the command line gave one. */
static mlv_err set_pace(struct mlv_pace *pace, struct lookup *lookup)
{
	const char *value = setting(lookup, "bwlimit", NULL);

	if (pace->given)
		return NULL;
	pace->rate = 0;
	return value ? mlv_cmd_pace(pace, value) : NULL;
}

/* The URL, a path made absolute. */
static mlv_err url_of(struct mlv_repo *repo, const char *name, struct mlv_buf *url)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT;
	const char *value;
	bool set = false;
	mlv_err err;

	if ((err = mlv_level_key(name, "url", &key)))
		return err;
	value = mlv_config_get(repo->config, key.ptr, NULL);
	if (!value)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "remote %s: it has no URL", name),
				      "mlv remote modify %s url <url>", name);
	if (strstr(value, "://"))
		return mlv_buf_add_str(url, value);
	return mlv_config_path(repo->config, key.ptr, url, &set);
}

mlv_err mlv_cmd_open_remote(struct mlv_run *run, struct mlv_repo *repo, const char *name,
			    struct mlv_transport **out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf chosen = MLV_BUF_INIT, url = MLV_BUF_INIT,
						  dedup = MLV_BUF_INIT;
	struct lookup lookup = { .repo = repo };
	struct mlv_remote_settings settings = { .setting = setting, .arg = &lookup };
	mlv_err err;

	if ((err = mlv_cmd_remote_name(repo, name, &chosen)) ||
	    (err = url_of(repo, chosen.ptr, &url)) ||
	    (err = mlv_trust_check(repo, chosen.ptr, &settings.trusted)) ||
	    (err = mlv_level_key(chosen.ptr, "dedup", &dedup)))
		return err;
	lookup.name = settings.name = chosen.ptr;
	settings.url = url.ptr;
	settings.of_repo = repo->brought_from;
	if ((err = set_pace(run->ctx->pace, &lookup)))
		return err;
	settings.dedup = mlv_config_bool(repo->config, dedup.ptr, false);
	return mlv_transport_open(out, run->ctx, &settings);
}
