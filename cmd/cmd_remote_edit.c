/* cmd_remote_edit.c - mlv remote add, modify, remove, rename. */
#include "cmd/cmd_remote.h"
#include "cmd/ui/out.h"
#include "core/base/path.h"
#include "core/repo/config/keys.h"

struct add_args {
	bool make_default, force;
	struct mlv_level_flags levels;
};

static const struct mlv_opt add_opts[] = {
	{ MLV_OPT_FLAG, 'd', "default", offsetof(struct add_args, make_default), NULL,
	  MLV_HINT_NONE, "make it the default remote" },
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct add_args, force), NULL, MLV_HINT_NONE,
	  "replace the URL of one that is there" },
	MLV_LEVEL_OPTS(struct add_args, levels),
	{ 0 },
};

static mlv_err check_new(const struct mlv_remote_place *place, const char *name, const char *key)
{
	if (!mlv_config_get_at(place->config, place->level, key))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_USAGE, "%s: there is such a remote already", name),
			      "mlv remote modify %s url <url>, or add -f", name);
}

static mlv_err add_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_remote_place_release) struct mlv_remote_place place = MLV_REMOTE_PLACE_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT, url = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	const struct add_args *args = opaque;
	const char *name = operands[0];
	mlv_err err;

	if ((err = mlv_level_check_name(name)) ||
	    (err = mlv_remote_place_open(run, &args->levels, true, &place)) ||
	    (err = mlv_level_key(name, "url", &key)) ||
	    (!args->force && (err = check_new(&place, name, key.ptr))) ||
	    (err = mlv_level_url(run, place.root.ptr, place.level, operands[1], &url)) ||
	    (err = mlv_config_set(place.config, place.level, key.ptr, url.ptr)) ||
	    (args->make_default &&
	     (err = mlv_config_set(place.config, place.level, "core.remote", name))) ||
	    (err = mlv_remote_vouch(run, &place, name)) ||
	    (err = mlv_config_show(key.ptr, url.ptr, &shown)))
		return err;
	mlv_out_line(run->out, "added remote %s%s: %s", name,
		     args->make_default ? " (default)" : "", shown.ptr);
	mlv_out_object_begin(run->out, NULL);
	mlv_out_text(run->out, "name", name);
	mlv_out_text(run->out, "url", shown.ptr);
	mlv_out_object_end(run->out);
	return NULL;
}

const struct mlv_cmd mlv_cmd_remote_add = {
	.name = "add",
	.summary = "add a remote",
	.operands = "<name> <url>",
	.min_operands = 2,
	.max_operands = 2,
	.opts = add_opts,
	.args_size = sizeof(struct add_args),
	.run = add_run,
};

struct modify_args {
	bool unset;
	struct mlv_level_flags levels;
};

static const struct mlv_opt modify_opts[] = {
	{ MLV_OPT_FLAG, 'u', "unset", offsetof(struct modify_args, unset), NULL, MLV_HINT_NONE,
	  "remove the option" },
	MLV_LEVEL_OPTS(struct modify_args, levels),
	{ 0 },
};

static mlv_err modify_unset(struct mlv_remote_place *place, const char *key)
{
	if (!mlv_config_get_at(place->config, place->level, key))
		return mlv_error(MLV_E_MISSING, "%s: not set at the %s level", key,
				 mlv_config_level_name(place->level));
	return mlv_config_set(place->config, place->level, key, NULL);
}

static mlv_err modify_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_remote_place_release) struct mlv_remote_place place = MLV_REMOTE_PLACE_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf typed = MLV_BUF_INIT, key = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	const struct modify_args *args = opaque;
	const char *name = operands[0], *value = operands[2];
	bool is_url, trusted;
	mlv_err err;

	if (strchr(operands[1], '.')) /* "remote.a.b.url" is of the remote a.b */
		return mlv_error(MLV_E_USAGE, "%s: no option of a remote", operands[1]);
	if (args->unset == (value != NULL))
		return mlv_error(MLV_E_USAGE, "%s: either a value or --unset", operands[1]);
	if ((err = mlv_remote_place_open(run, &args->levels, true, &place)) ||
	    (err = mlv_level_check_remote(place.config, name)) ||
	    (err = mlv_level_key(name, operands[1], &typed)) ||
	    (err = mlv_config_key_normal(typed.ptr, &key)))
		return err;
	if (args->unset)
		return modify_unset(&place, key.ptr);
	is_url = strcmp(strrchr(key.ptr, '.'), ".url") == 0;
	if (is_url && (err = mlv_level_url(run, place.root.ptr, place.level, value, &url)))
		return err;
	if ((err = mlv_remote_trusted(run, &place, name, &trusted)) ||
	    (err = mlv_config_set(place.config, place.level, key.ptr, is_url ? url.ptr : value)))
		return err;
	/* An endpoint typed keeps the trust there was, but is no word about the URL. */
	return is_url || trusted ? mlv_remote_vouch(run, &place, name) : NULL;
}

const struct mlv_cmd mlv_cmd_remote_modify = {
	.name = "modify",
	.summary = "set an option of a remote",
	.operands = "<name> <option> [<value>]",
	.min_operands = 2,
	.max_operands = 3,
	.hint = MLV_HINT_REMOTE,
	.opts = modify_opts,
	.args_size = sizeof(struct modify_args),
	.run = modify_run,
};

struct level_args {
	struct mlv_level_flags levels;
};

static const struct mlv_opt level_opts[] = {
	MLV_LEVEL_OPTS(struct level_args, levels),
	{ 0 },
};

/* Settings of one remote at one level, copied: changing the level drops the originals. */
struct gathered {
	const char *name;
	enum mlv_config_level level;
	struct mlv_strs options, values;
};

static void gathered_release(struct gathered *all)
{
	mlv_strs_release(&all->options);
	mlv_strs_release(&all->values);
}

static mlv_err gather(void *arg, enum mlv_config_level level, const char *file, const char *key,
		      const char *value)
{
	struct gathered *all = arg;
	const char *dot = strrchr(key, '.');
	size_t head = strlen("remote."), len = strlen(all->name);
	mlv_err err;

	(void)file;
	if (level != all->level || strncmp(key, "remote.", head) != 0 || dot != key + head + len ||
	    memcmp(key + head, all->name, len) != 0)
		return NULL;
	if ((err = mlv_strs_add(&all->options, dot + 1)))
		return err;
	return mlv_strs_add(&all->values, value);
}

/* Whether a level is one that the command works on: the one named, else both of the repository. */
static bool concerned(const struct mlv_remote_place *place, enum mlv_config_level level)
{
	return place->given ? level == place->level : level >= MLV_CONFIG_REPO;
}

/* At one level: name away, its settings under new_name (NULL: nowhere). *moved counts them. */
static mlv_err move(struct mlv_remote_place *place, enum mlv_config_level level, const char *name,
		    const char *new_name, size_t *moved)
{
	MLV_SCOPED(gathered_release) struct gathered all = { .name = name, .level = level };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT;
	mlv_err err = mlv_config_each(place->config, gather, &all);

	for (size_t i = 0; !err && new_name && i < all.options.count; i++) {
		if ((err = mlv_level_key(new_name, all.options.at[i], &key)))
			return err;
		err = mlv_config_set(place->config, level, key.ptr, all.values.at[i]);
	}
	if (err || !all.options.count)
		return err;
	*moved += all.options.count;
	if ((err = mlv_level_key(name, NULL, &key)))
		return err;
	return mlv_config_drop(place->config, level, key.ptr);
}

/* A list of names with new_name (NULL: none) in the place of name; *named: it is there. */
static mlv_err rename_in(const char *list, const char *name, const char *new_name,
			 struct mlv_buf *changed, bool *named)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	mlv_err err = mlv_level_remotes(list, &names);

	*named = mlv_strs_has(&names, name);
	for (size_t i = 0; !err && i < names.count; i++) {
		const char *kept = strcmp(names.at[i], name) == 0 ? new_name : names.at[i];

		if (kept)
			err = mlv_buf_printf(changed, "%s%s", changed->len ? ", " : "", kept);
	}
	return err;
}

/* Wherever core.remote names the remote, let it name new_name (NULL: nothing). */
static mlv_err move_default(struct mlv_remote_place *place, const char *name, const char *new_name)
{
	for (size_t i = 0; i < MLV_CONFIG_LEVELS; i++) {
		enum mlv_config_level level = (enum mlv_config_level)i;
		const char *at = mlv_config_get_at(place->config, level, "core.remote");
		MLV_SCOPED(mlv_buf_release) struct mlv_buf changed = MLV_BUF_INIT;
		bool named;
		mlv_err err;

		if (!at)
			continue;
		if ((err = rename_in(at, name, new_name, &changed, &named)))
			return err;
		if (named &&
		    (err = mlv_config_set(place->config, level, "core.remote",
					  changed.len ? changed.ptr : NULL)))
			return err;
	}
	return NULL;
}

static mlv_err move_all(struct mlv_remote_place *place, const char *name, const char *new_name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT;
	size_t moved = 0;
	mlv_err err = mlv_level_check_remote(place->config, name);

	for (size_t level = 0; !err && level < MLV_CONFIG_LEVELS; level++)
		if (concerned(place, (enum mlv_config_level)level))
			err = move(place, (enum mlv_config_level)level, name, new_name, &moved);
	if (err)
		return err;
	if (!moved)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: not set at this level", name),
				      "mlv config --list --show-origin tells where; "
				      "add --global or --system");
	if ((err = mlv_level_key(name, "url", &key)))
		return err;
	/* It may still be known at another level. */
	if (mlv_config_get(place->config, key.ptr, NULL))
		return NULL;
	return move_default(place, name, new_name);
}

static mlv_err remove_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_remote_place_release) struct mlv_remote_place place = MLV_REMOTE_PLACE_INIT;
	const struct level_args *args = opaque;
	mlv_err err = mlv_remote_place_open(run, &args->levels, true, &place);

	return err ? err : move_all(&place, operands[0], NULL);
}

const struct mlv_cmd mlv_cmd_remote_remove = {
	.name = "remove",
	.summary = "forget a remote; what it holds stays",
	.operands = "<name>",
	.min_operands = 1,
	.max_operands = 1,
	.hint = MLV_HINT_REMOTE,
	.opts = level_opts,
	.args_size = sizeof(struct level_args),
	.run = remove_run,
};

static mlv_err rename_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_remote_place_release) struct mlv_remote_place place = MLV_REMOTE_PLACE_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	const struct level_args *args = opaque;
	bool trusted;
	mlv_err err;

	if ((err = mlv_level_check_name(operands[1])) ||
	    (err = mlv_remote_place_open(run, &args->levels, true, &place)) ||
	    (err = mlv_config_remotes(place.config, &names)))
		return err;
	if (mlv_strs_has(&names, operands[1]))
		return mlv_error(MLV_E_USAGE, "%s: there is such a remote already", operands[1]);
	if ((err = mlv_remote_trusted(run, &place, operands[0], &trusted)) ||
	    (err = move_all(&place, operands[0], operands[1])))
		return err;
	return trusted ? mlv_remote_vouch(run, &place, operands[1]) : NULL;
}

const struct mlv_cmd mlv_cmd_remote_rename = {
	.name = "rename",
	.summary = "give a remote another name",
	.operands = "<name> <new-name>",
	.min_operands = 2,
	.max_operands = 2,
	.hint = MLV_HINT_REMOTE,
	.opts = level_opts,
	.args_size = sizeof(struct level_args),
	.run = rename_run,
};
