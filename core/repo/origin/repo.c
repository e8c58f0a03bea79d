/* origin/repo.c - the mlv repository in another git repository. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/origin/impl.h"

#define CONFIG_MAX ((size_t)1 << 20)

/* URLs of remotes that are relative paths, to be replaced. */
struct relative {
	struct mlv_strs keys, values;
};

static void relative_release(struct relative *relative)
{
	mlv_strs_release(&relative->keys);
	mlv_strs_release(&relative->values);
}

static mlv_err note_relative(void *arg, const char *key, const char *value, unsigned line)
{
	struct relative *relative = arg;
	const char *last = strrchr(key, '.');
	mlv_err err;

	(void)line;
	if (strncmp(key, "remote.", 7) != 0 || !last || strcmp(last, ".url") != 0 ||
	    value[0] == '/' || strstr(value, "://"))
		return NULL;
	err = mlv_strs_add(&relative->keys, key);
	return err ? err : mlv_strs_add(&relative->values, value);
}

/* A relative path is one from the .mlv it stands in; from a scratch directory it leads nowhere. */
static mlv_err place_remotes(const struct mlv_origin *origin, const char *prefix,
			     struct mlv_buf *text)
{
	MLV_SCOPED(relative_release) struct relative relative = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf base = MLV_BUF_INIT, path = MLV_BUF_INIT;
	mlv_err err = mlv_git_config_parse("config", text->ptr, text->len, note_relative, &relative);

	if (err || (origin->dir &&
		    (err = mlv_buf_printf(&base, "%s/%s.mlv", origin->dir, prefix))))
		return err;
	for (size_t i = 0; !err && i < relative.keys.count; i++) {
		const char *key = relative.keys.at[i];
		bool known;

		mlv_buf_clear(&path);
		if (base.len && (err = mlv_path_absolute(&path, base.ptr, relative.values.at[i])))
			return err;
		known = path.len && mlv_text_is_plain(path.ptr, path.len);
		if (!known)
			mlv_tell_detail(origin->ctx, "%s: %s is a directory that is not known from here",
					origin->url, key);
		err = mlv_git_config_edit("config", text, key, known ? path.ptr : NULL);
	}
	return err;
}

static mlv_err write_settings(struct mlv_origin *origin, const char *prefix, struct mlv_buf *root)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(CONFIG_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT, file = MLV_BUF_INIT;
	bool found;
	mlv_err err;

	if ((err = mlv_buf_printf(&name, "%s.mlv/config", prefix)) ||
	    (err = mlv_git_read(origin->git, &origin->commit, name.ptr, &text, &found)))
		return err;
	if (!found)
		return mlv_error(MLV_E_MISSING, "%s: no mlv repository", origin->url);
	if ((err = place_remotes(origin, prefix, &text)) ||
	    (err = mlv_buf_printf(root, "%s/repo", origin->scratch)) ||
	    (err = mlv_buf_printf(&file, "%s/.mlv", root->ptr)) ||
	    (err = mlv_fs_mkdirs(AT_FDCWD, file.ptr, 0700)) ||
	    (err = mlv_buf_add_str(&file, "/config")))
		return err;
	return mlv_fs_replace(AT_FDCWD, file.ptr, text.ptr, text.len, 0600);
}

/* The repository in the work tree; *there is false when it has none at prefix (any more). */
static mlv_err open_in_place(struct mlv_origin *origin, const char *prefix, bool *there)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf root = MLV_BUF_INIT, config = MLV_BUF_INIT;
	mlv_err err;

	*there = false;
	if (!origin->dir || !mlv_git_workdir(origin->git))
		return NULL;
	if ((err = mlv_buf_printf(&root, "%s/%s", origin->dir, prefix)) ||
	    (err = mlv_buf_printf(&config, "%s/%s.mlv/config", origin->dir, prefix)))
		return err;
	if (!mlv_fs_exists(AT_FDCWD, config.ptr))
		return NULL;
	*there = true;
	return mlv_repo_open(&origin->repo, origin->ctx, root.ptr);
}

mlv_err mlv_origin_open_repo(struct mlv_origin *origin, const char *prefix)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf root = MLV_BUF_INIT;
	mlv_err err;

	mlv_repo_freep(&origin->repo);
	if ((err = open_in_place(origin, prefix, &origin->has_cache)) || origin->has_cache)
		return err;
	if ((err = write_settings(origin, prefix, &root)) ||
	    (err = mlv_repo_open(&origin->repo, origin->ctx, root.ptr)))
		return err;
	origin->repo->brought_from = mlv_sys_strdup(origin->url);
	return origin->repo->brought_from ? NULL : mlv_error_nomem("a URL");
}
