/* cmd_remote.c - mlv remote: where data is pushed to and pulled from. */
#include "cmd/cmd_remote.h"

#include "cmd/ui/out.h"
#include "cmd/ui/scratch.h"
#include "core/repo/config/keys.h"
#include "core/repo/origin.h"
#include "core/repo/trust.h"

static const struct mlv_cmd *const remote_subs[] = {
	&mlv_cmd_remote_add,
	&mlv_cmd_remote_default,
	&mlv_cmd_remote_list,
	&mlv_cmd_remote_modify,
	&mlv_cmd_remote_remove,
	&mlv_cmd_remote_rename,
	&mlv_cmd_remote_trust,
	NULL,
};

const struct mlv_cmd mlv_cmd_remote = {
	.name = "remote",
	.summary = "manage the places that data is pushed to",
	.operands = "[<operand>...]",
	.subs = remote_subs,
};

mlv_err mlv_remote_place_open(struct mlv_run *run, const struct mlv_level_flags *flags,
			      bool writes, struct mlv_remote_place *place)
{
	mlv_err err = mlv_level_of(flags, &place->level, &place->given);
	bool need_repo = place->level >= MLV_CONFIG_REPO && (writes || place->given);

	return err ? err : mlv_level_open(run, need_repo, &place->config, &place->root);
}

void mlv_remote_place_release(struct mlv_remote_place *place)
{
	mlv_config_freep(&place->config);
	mlv_buf_release(&place->root);
}

mlv_err mlv_remote_vouch(struct mlv_run *run, const struct mlv_remote_place *place,
			 const char *name)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	mlv_err err;

	if (!place->root.len)
		return NULL;
	err = mlv_repo_open(&repo, run->ctx, place->root.ptr);
	return err ? err : mlv_trust_add(repo, name);
}

mlv_err mlv_remote_trusted(struct mlv_run *run, const struct mlv_remote_place *place,
			   const char *name, bool *trusted)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	mlv_err err;

	*trusted = false;
	if (!place->root.len)
		return NULL;
	if (!(err = mlv_repo_open(&repo, run->ctx, place->root.ptr)))
		err = mlv_trust_check(repo, name, trusted);
	return err && err->code == MLV_E_MISSING ? NULL : err;
}

struct list_args {
	struct mlv_level_flags levels;
};

static const struct mlv_opt list_opts[] = {
	MLV_LEVEL_OPTS(struct list_args, levels),
	{ 0 },
};

static mlv_err list_one(struct mlv_out *out, const struct mlv_remote_place *place,
			const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT, shown = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs defaults = { 0 };
	const char *chosen = mlv_config_get(place->config, "core.remote", NULL), *url;
	enum mlv_config_level level = place->level;
	bool is_default;
	mlv_err err;

	if ((err = mlv_level_key(name, "url", &key)) ||
	    (chosen && (err = mlv_level_remotes(chosen, &defaults))))
		return err;
	is_default = mlv_strs_has(&defaults, name);
	url = place->given ? mlv_config_get_at(place->config, level, key.ptr)
			   : mlv_config_get(place->config, key.ptr, &level);
	if (!url && place->given)
		return NULL;
	if ((err = mlv_config_show(key.ptr, url ? url : "(no URL)", &shown)))
		return err;
	mlv_out_line(out, "%s\t%s%s", name, shown.ptr, is_default ? "\t(default)" : "");
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "name", name);
	if (url)
		mlv_out_text(out, "url", shown.ptr);
	else
		mlv_out_null(out, "url");
	mlv_out_text(out, "level", mlv_config_level_name(level));
	mlv_out_bool(out, "default", is_default);
	mlv_out_object_end(out);
	return NULL;
}

static mlv_err list_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_remote_place_release) struct mlv_remote_place place = MLV_REMOTE_PLACE_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	const struct list_args *args = opaque;
	mlv_err err;

	(void)operands;
	if ((err = mlv_remote_place_open(run, &args->levels, false, &place)) ||
	    (err = mlv_config_remotes(place.config, &names)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_array_begin(run->out, "remotes");
	for (size_t i = 0; !err && i < names.count; i++)
		err = list_one(run->out, &place, names.at[i]);
	mlv_out_array_end(run->out);
	mlv_out_object_end(run->out);
	return err;
}

const struct mlv_cmd mlv_cmd_remote_list = {
	.name = "list",
	.summary = "list the remotes with their URLs",
	.operands = "",
	.opts = list_opts,
	.args_size = sizeof(struct list_args),
	.run = list_run,
};

struct default_args {
	bool unset;
	struct mlv_level_flags levels;
};

static const struct mlv_opt default_opts[] = {
	{ MLV_OPT_FLAG, 'u', "unset", offsetof(struct default_args, unset), NULL, MLV_HINT_NONE,
	  "have no default remote" },
	MLV_LEVEL_OPTS(struct default_args, levels),
	{ 0 },
};

/* "a, b": the names, each of which there is. */
static mlv_err join_names(const struct mlv_remote_place *place, char *const *names,
			  struct mlv_buf *value)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && names[i]; i++) {
		err = mlv_level_check_remote(place->config, names[i]);
		if (!err)
			err = mlv_buf_printf(value, "%s%s", i ? ", " : "", names[i]);
	}
	return err;
}

static mlv_err default_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf value = MLV_BUF_INIT;
	MLV_SCOPED(mlv_remote_place_release) struct mlv_remote_place place = MLV_REMOTE_PLACE_INIT;
	const struct default_args *args = opaque;
	const char *name = operands[0];
	bool writes = name || args->unset;
	mlv_err err;

	if (name && args->unset)
		return mlv_error(MLV_E_USAGE, "--unset takes no name");
	if ((err = mlv_remote_place_open(run, &args->levels, writes, &place)) ||
	    (err = join_names(&place, operands, &value)))
		return err;
	if (writes)
		return mlv_config_set(place.config, place.level, "core.remote",
				      name ? value.ptr : NULL);
	name = place.given ? mlv_config_get_at(place.config, place.level, "core.remote")
			   : mlv_config_get(place.config, "core.remote", NULL);
	if (!name)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "no default remote is set"),
				      "mlv remote default <name>");
	mlv_out_line(run->out, "%s", name);
	mlv_out_object_begin(run->out, NULL);
	mlv_out_text(run->out, "name", name);
	mlv_out_object_end(run->out);
	return NULL;
}

const struct mlv_cmd mlv_cmd_remote_default = {
	.name = "default",
	.summary = "show or set the default remotes",
	.operands = "[<name>...]",
	.max_operands = -1,
	.hint = MLV_HINT_REMOTE,
	.opts = default_opts,
	.args_size = sizeof(struct default_args),
	.run = default_run,
};

struct trust_args {
	const char *repo;
};

static const struct mlv_opt trust_opts[] = {
	{ MLV_OPT_TEXT, 0, "repo", offsetof(struct trust_args, repo), "<url>", MLV_HINT_DIR,
	  "of the git repository at this URL, for get and import" },
	{ 0 },
};

static mlv_err trust(struct mlv_run *run, struct mlv_repo *repo, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT, shown = MLV_BUF_INIT;
	const char *url;
	mlv_err err;

	if ((err = mlv_level_check_remote(repo->config, name)) ||
	    (err = mlv_trust_add(repo, name)) || (err = mlv_level_key(name, "url", &key)))
		return err;
	url = mlv_config_get(repo->config, key.ptr, NULL);
	if ((err = mlv_config_show(key.ptr, url ? url : "", &shown)))
		return err;
	mlv_out_line(run->out, "trusting %s at %s", name, shown.ptr);
	mlv_out_object_begin(run->out, NULL);
	mlv_out_text(run->out, "name", name);
	mlv_out_text(run->out, "url", shown.ptr);
	mlv_out_object_end(run->out);
	return NULL;
}

/* A remote of another repository, which is not cloned here. */
static mlv_err trust_elsewhere(struct mlv_run *run, const char *url, const char *name)
{
	MLV_SCOPED(mlv_scratch_release) struct mlv_scratch scratch = MLV_SCRATCH_INIT;
	MLV_SCOPED(mlv_origin_freep) struct mlv_origin *origin = NULL;
	mlv_err err;

	if ((err = mlv_scratch_make(&scratch, run->ctx, NULL)) ||
	    (err = mlv_origin_open(&origin, run->ctx, url, NULL, scratch.path.ptr)) ||
	    (err = mlv_origin_open_repo(origin, "")))
		return err;
	return trust(run, origin->repo, name);
}

static mlv_err trust_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	const struct trust_args *args = opaque;
	mlv_err err;

	if (args->repo)
		return trust_elsewhere(run, args->repo, operands[0]);
	err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd);
	return err ? err : trust(run, repo, operands[0]);
}

const struct mlv_cmd mlv_cmd_remote_trust = {
	.name = "trust",
	.summary = "trust a remote that came with the repository",
	.operands = "<name>",
	.min_operands = 1,
	.max_operands = 1,
	.hint = MLV_HINT_REMOTE,
	.opts = trust_opts,
	.args_size = sizeof(struct trust_args),
	.run = trust_run,
};
