/* cmd_config.c - mlv config: show and change settings. */
#include "cmd/cmd.h"
#include "cmd/level.h"
#include "cmd/ui/out.h"
#include "core/repo/config/keys.h"

struct config_args {
	bool unset, list, show_origin;
	struct mlv_level_flags levels;
};

static const struct mlv_opt config_opts[] = {
	{ MLV_OPT_FLAG, 'u', "unset", offsetof(struct config_args, unset), NULL, MLV_HINT_NONE,
	  "remove the setting" },
	{ MLV_OPT_FLAG, 'l', "list", offsetof(struct config_args, list), NULL, MLV_HINT_NONE,
	  "list all settings, without secrets" },
	{ MLV_OPT_FLAG, 0, "show-origin", offsetof(struct config_args, show_origin), NULL,
	  MLV_HINT_NONE, "name the file that each stands in" },
	MLV_LEVEL_OPTS(struct config_args, levels),
	{ 0 },
};

struct listing {
	struct mlv_run *run;
	bool show_origin;
	bool one_level;
	enum mlv_config_level level;
};

static mlv_err list_entry(void *arg, enum mlv_config_level level, const char *file,
			  const char *key, const char *value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	const struct listing *list = arg;
	struct mlv_out *out = list->run->out;
	mlv_err err;

	if (list->one_level && level != list->level)
		return NULL;
	if ((err = mlv_config_show(key, value, &shown)))
		return err;
	mlv_out_line(out, "%s%s%s=%s", list->show_origin ? file : "", list->show_origin ? "\t" : "",
		     key, shown.ptr);
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "name", key);
	mlv_out_text(out, "value", shown.ptr);
	mlv_out_text(out, "level", mlv_config_level_name(level));
	mlv_out_json_path(out, "file", file, strlen(file));
	mlv_out_object_end(out);
	return NULL;
}

static mlv_err list_all(const struct mlv_config *config, struct listing *list)
{
	struct mlv_out *out = list->run->out;
	mlv_err err;

	mlv_out_object_begin(out, NULL);
	mlv_out_array_begin(out, "settings");
	if ((err = mlv_config_each(config, list_entry, list)))
		return err;
	mlv_out_array_end(out);
	mlv_out_object_end(out);
	return NULL;
}

static mlv_err get(const struct mlv_config *config, struct listing *list, const char *key)
{
	struct mlv_out *out = list->run->out;
	enum mlv_config_level level = list->level;
	const char *value = list->one_level ? mlv_config_get_at(config, level, key)
					    : mlv_config_get(config, key, &level);
	const char *file;

	if (!value && !mlv_config_key_find(key))
		return mlv_error_recode(mlv_config_key_unknown(key), MLV_E_USAGE);
	if (!value)
		return mlv_error(MLV_E_MISSING, "%s: not set", key);
	file = mlv_config_file(config, level, NULL);
	mlv_out_line(out, "%s%s%s", list->show_origin ? file : "", list->show_origin ? "\t" : "",
		     value);
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "name", key);
	mlv_out_text(out, "value", value);
	mlv_out_text(out, "level", mlv_config_level_name(level));
	mlv_out_object_end(out);
	return NULL;
}

static mlv_err change(struct mlv_config *config, enum mlv_config_level level, const char *key,
		      const char *value)
{
	if (!value && !mlv_config_get_at(config, level, key) && mlv_config_key_find(key))
		return mlv_error(MLV_E_MISSING, "%s: not set at the %s level", key,
				 mlv_config_level_name(level));
	return mlv_config_set(config, level, key, value);
}

static mlv_err config_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_config_freep) struct mlv_config *config = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT;
	const struct config_args *args = opaque;
	struct listing list = { .run = run, .show_origin = args->show_origin };
	bool writes = args->unset || (operands[0] && operands[1]);
	mlv_err err;

	if ((err = mlv_level_of(&args->levels, &list.level, &list.one_level)))
		return err;
	if (args->list ? operands[0] || args->unset
		       : !operands[0] || (args->unset && operands[1]))
		return mlv_error_hint(mlv_error(MLV_E_USAGE,
						"either --list, or a name, or a name and a value"),
				      "mlv config --help");
	if (operands[0] && (err = mlv_config_key_normal(operands[0], &key)))
		return err;
	if ((err = mlv_level_open(run, list.level >= MLV_CONFIG_REPO && (list.one_level || writes),
				  &config, NULL)))
		return err;
	if (args->list)
		return list_all(config, &list);
	if (writes)
		return change(config, list.level, key.ptr, args->unset ? NULL : operands[1]);
	return get(config, &list, key.ptr);
}

const struct mlv_cmd mlv_cmd_config = {
	.name = "config",
	.summary = "show and change settings",
	.operands = "[<name> [<value>]]",
	.max_operands = 2,
	.opts = config_opts,
	.args_size = sizeof(struct config_args),
	.run = config_run,
};
