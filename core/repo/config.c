#include "core/repo/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/config/impl.h"
#include "core/repo/git.h"

const char *mlv_config_level_name(enum mlv_config_level level)
{
	static const char *const names[] = { "system", "user", "repository", "local" };

	return names[level];
}

const char *mlv_config_file(const struct mlv_config *config, enum mlv_config_level level,
			    bool *there)
{
	if (there)
		*there = config->files[level].there;
	return config->files[level].path;
}

static void clear_entries(struct config_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		free(file->at[i].key);
		free(file->at[i].value);
	}
	free(file->at);
	file->at = NULL;
	file->count = file->cap = 0;
}

void mlv_config_freep(struct mlv_config **config)
{
	struct mlv_config *c = *config;

	if (!c)
		return;
	for (size_t level = 0; level < MLV_CONFIG_LEVELS; level++) {
		clear_entries(&c->files[level]);
		free(c->files[level].path);
		free(c->files[level].dir);
	}
	free(c->root);
	free(c);
	*config = NULL;
}

/* Whether a path, relative to dir, stays in the work tree below root and out of .git. */
static bool stays_inside(const char *root, const char *dir, const char *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf all = MLV_BUF_INIT;
	mlv_err err = mlv_path_absolute(&all, dir, path);
	const char *below = err ? NULL : mlv_path_below(root, all.ptr);

	if (!below || !*below)
		return false;
	while (*below) {
		size_t len = strcspn(below, "/");

		if (mlv_path_name_reserved(below, len) && strncasecmp(below, ".mlv", 4) != 0)
			return false;
		below += len + (below[len] == '/');
	}
	return true;
}

const char *mlv_config_forbidden(const struct mlv_config *config, const struct config_file *file,
				 const struct mlv_config_key *row, const char *value)
{
	bool truth;

	switch (row->who) {
	case MLV_CONFIG_ANYONE:
		return NULL;
	case MLV_CONFIG_USER_ONLY:
		return row->secret
			       ? "a secret has no place in a file that goes with the repository"
			       : "a repository may not set it";
	case MLV_CONFIG_TRUE_ONLY:
		return mlv_config_parse_bool(value, &truth) && truth
			       ? NULL
			       : "a repository may only set it to true";
	case MLV_CONFIG_INSIDE_ONLY:
		return stays_inside(config->root, file->dir, value)
			       ? NULL
			       : "a repository may only name a place inside itself";
	}
	return NULL;
}

struct loading {
	struct mlv_config *config;
	struct config_file *file;
};

static mlv_err add_entry(struct config_file *file, const char *key, const char *value, bool ignored)
{
	struct config_entry *entry;
	mlv_err err = mlv_array_grow(&file->at, &file->cap, file->count + 1, sizeof(*file->at));

	if (err)
		return err;
	entry = &file->at[file->count];
	*entry = (struct config_entry){ mlv_sys_strdup(key), mlv_sys_strdup(value), ignored };
	file->count++;
	return entry->key && entry->value ? NULL : mlv_error_nomem("a setting");
}

/* In a lenient load a problem is only told. */
static mlv_err problem(struct mlv_config *config, mlv_err err)
{
	if (!config->lenient || err->code == MLV_E_NOMEM)
		return err;
	mlv_tell_warning(config->ctx, "%.*s", (int)mlv_error_len_without_hint(err), err->msg);
	return NULL;
}

static mlv_err load_entry(void *arg, const char *key, const char *value, unsigned line)
{
	const struct loading *to = arg;
	const struct mlv_config_key *row = mlv_config_key_find(key);
	const char *path = to->file->path, *why;

	if (strncmp(key, "include.", 8) == 0 || strncmp(key, "includeif.", 10) == 0)
		return problem(to->config, mlv_error(MLV_E_SPEC, "%s:%u: files cannot be included",
						     path, line));
	if (!row)
		return problem(to->config,
			       mlv_error_wrap(mlv_config_key_unknown(key), "%s:%u", path, line));
	if ((why = mlv_config_value_wrong(row, value)))
		return problem(to->config, mlv_error(MLV_E_SPEC, "%s:%u: %s: %s", path, line, key,
						     why));
	why = to->file->untrusted ? mlv_config_forbidden(to->config, to->file, row, value) : NULL;
	if (why)
		mlv_tell_warning(to->config->ctx, "%s:%u: %s is ignored: %s", path, line, key, why);
	return add_entry(to->file, key, value, why != NULL);
}

static mlv_err MLV_CHECK to_mend(mlv_err err, enum mlv_config_level level)
{
	if (err->code != MLV_E_SPEC)
		return err;
	return mlv_error_hint(err, level == MLV_CONFIG_REPO
					   ? "correct it there, or take what git has: "
					     "git checkout -- .mlv/config"
					   : "correct it there");
}

/* Whether the file at fd belongs to somebody whose word does not count here. */
static bool belongs_to_stranger(struct mlv_config *config, const struct stat *st)
{
	const char *sudo = config->ctx->env(config->ctx, "SUDO_UID");

	if (st->st_uid == geteuid() || st->st_uid == 0)
		return false;
	return !(geteuid() == 0 && sudo && strtoul(sudo, NULL, 10) == st->st_uid);
}

/* What is readable by others though it holds a secret is told. */
static void check_mode(struct mlv_config *config, const struct config_file *file,
		       const struct stat *st)
{
	for (size_t i = 0; i < file->count; i++) {
		const struct mlv_config_key *row = mlv_config_key_find(file->at[i].key);

		if (row && row->secret && !file->at[i].ignored && (st->st_mode & 077)) {
			mlv_tell_warning(config->ctx,
					 "%s holds a secret and others may read it; chmod 600 %s",
					 file->path, file->path);
			return;
		}
	}
}

mlv_err mlv_config_reload(struct mlv_config *config, enum mlv_config_level level)
{
	struct config_file *file = &config->files[level];
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_CONFIG_MAX);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct loading to = { config, file };
	struct stat st;
	mlv_err err;

	clear_entries(file);
	file->there = false;
	if (!file->path)
		return NULL;
	fd = mlv_sys_openat(AT_FDCWD, file->path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return NULL;
	if (fd < 0 && errno == EACCES && level < MLV_CONFIG_REPO)
		return NULL; /* as git: a home that is not ours to read says nothing */
	if (fd < 0 || mlv_sys_fstat(fd, &st) < 0)
		return problem(config, mlv_error_sys("%s", file->path));
	if (!S_ISREG(st.st_mode))
		return problem(config, to_mend(mlv_error(MLV_E_SPEC, "%s: not a regular file",
							 file->path), level));
	file->there = true;
	if (level == MLV_CONFIG_LOCAL && belongs_to_stranger(config, &st))
		file->untrusted = true;
	if ((err = mlv_fs_read_fd(fd, file->path, &text)) ||
	    (err = mlv_git_config_parse(file->path, text.ptr, text.len, load_entry, &to)))
		return problem(config, to_mend(err, level));
	check_mode(config, file, &st);
	return NULL;
}

static mlv_err place(struct config_file *file, const char *dir, const char *tail)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err;

	if (!dir || dir[0] != '/')
		return NULL;
	if ((err = mlv_buf_printf(&path, "%s/%s", dir, tail)))
		return err;
	file->path = mlv_sys_strdup(path.ptr);
	*strrchr(path.ptr, '/') = '\0';
	file->dir = mlv_sys_strdup(path.ptr);
	return file->path && file->dir ? NULL : mlv_error_nomem("a path");
}

static mlv_err place_all(struct mlv_config *config, const char *mlv_dir)
{
	struct mlv_ctx *ctx = config->ctx;
	const char *system = ctx->env(ctx, "MLV_SYSTEM_CONFIG_DIR");
	const char *xdg = ctx->env(ctx, "XDG_CONFIG_HOME"), *home = ctx->env(ctx, "HOME");
	struct config_file *files = config->files;
	mlv_err err;

	if ((err = place(&files[MLV_CONFIG_SYSTEM], system ? system : "/etc/mlv", "config")))
		return err;
	if (xdg && xdg[0] == '/')
		err = place(&files[MLV_CONFIG_USER], xdg, "mlv/config");
	else
		err = place(&files[MLV_CONFIG_USER], home, ".config/mlv/config");
	if (err || !mlv_dir)
		return err;
	files[MLV_CONFIG_REPO].untrusted = true;
	if ((err = place(&files[MLV_CONFIG_REPO], mlv_dir, "config")) ||
	    (err = place(&files[MLV_CONFIG_LOCAL], mlv_dir, "config.local")))
		return err;
	config->root = mlv_sys_strndup(mlv_dir, (size_t)(strrchr(mlv_dir, '/') - mlv_dir));
	return config->root ? NULL : mlv_error_nomem("a path");
}

static mlv_err load(struct mlv_config **out, struct mlv_ctx *ctx, const char *mlv_dir, bool lenient)
{
	MLV_SCOPED(mlv_config_freep) struct mlv_config *config = mlv_sys_alloc(sizeof(*config));
	mlv_err err;

	if (!config)
		return mlv_error_nomem("the configuration");
	config->ctx = ctx;
	config->lenient = lenient;
	err = place_all(config, mlv_dir);
	for (size_t level = 0; !err && level < MLV_CONFIG_LEVELS; level++)
		err = mlv_config_reload(config, (enum mlv_config_level)level);
	if (!err)
		*out = MLV_TAKE(config);
	return err;
}

mlv_err mlv_config_load(struct mlv_config **out, struct mlv_ctx *ctx, const char *mlv_dir)
{
	return load(out, ctx, mlv_dir, false);
}

mlv_err mlv_config_load_lenient(struct mlv_config **out, struct mlv_ctx *ctx, const char *mlv_dir)
{
	return load(out, ctx, mlv_dir, true);
}

bool mlv_config_local_matters(const struct mlv_config *config)
{
	const struct config_file *local = &config->files[MLV_CONFIG_LOCAL];

	for (size_t i = 0; i < local->count; i++) {
		const struct config_entry *entry = &local->at[i];
		const struct mlv_config_key *row = mlv_config_key_find(entry->key);

		/* A URL of the local level is trusted, so that it matters too. */
		if (row && !entry->ignored &&
		    (row->type == MLV_CONFIG_URL ||
		     mlv_config_forbidden(config, local, row, entry->value)))
			return true;
	}
	return false;
}

void mlv_config_distrust_local(struct mlv_config *config)
{
	struct config_file *local = &config->files[MLV_CONFIG_LOCAL];

	local->untrusted = true;
	for (size_t i = 0; i < local->count; i++) {
		const struct mlv_config_key *row = mlv_config_key_find(local->at[i].key);
		const char *why = row ? mlv_config_forbidden(config, local, row, local->at[i].value)
				      : NULL;

		if (!why)
			continue;
		local->at[i].ignored = true;
		mlv_tell_warning(config->ctx, "%s is in git: %s is ignored: %s", local->path,
				 local->at[i].key, why);
	}
}
