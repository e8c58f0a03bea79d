/* The canonical text of mlv.lock. */
#include <inttypes.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/yaml_edit.h"
#include "core/repo/lockfile/impl.h"

/* Text as a scalar, with what stands before and behind it. */
static mlv_err add(struct mlv_buf *to, const char *before, const char *text, const char *behind)
{
	mlv_err err;

	if ((err = mlv_buf_add_str(to, before)) ||
	    (err = mlv_yaml_add_string(to, text, strlen(text))))
		return err;
	return mlv_buf_add_str(to, behind);
}

static mlv_err add_id(struct mlv_buf *to, const struct mlv_output *at)
{
	static const char *const names[] = { [MLV_ID_SHA256] = "sha256", [MLV_ID_LEAVES] = "leaves",
					     [MLV_ID_TREE] = "tree" };
	char hex[MLV_OID_HEX + 1];
	mlv_err err;

	if ((err = mlv_buf_printf(to, "      %s: %s\n      size: %" PRIu64 "\n", names[at->type],
				  mlv_oid_format(&at->oid, hex), at->size)))
		return err;
	if (at->type == MLV_ID_TREE)
		err = mlv_buf_printf(to, "      nfiles: %" PRIu64 "\n", at->nfiles);
	else if (at->exec)
		err = mlv_buf_add_str(to, "      exec: true\n");
	return err;
}

static mlv_err add_options(struct mlv_buf *to, const struct mlv_recorded_path *path)
{
	mlv_err err = NULL;

	if (!path->at.cache)
		err = mlv_buf_add_str(to, "      cache: false\n");
	if (!err && !path->at.push)
		err = mlv_buf_add_str(to, "      push: false\n");
	if (!err && path->at.remote)
		err = add(to, "      remote: ", path->at.remote, "\n");
	if (!err && path->persist)
		err = mlv_buf_add_str(to, "      persist: true\n");
	return err;
}

static mlv_err add_paths(struct mlv_buf *to, const char *dir, const char *title,
			 const struct mlv_recorded_path *list, size_t count, bool outs)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = count ? mlv_buf_add_str(to, title) : NULL;

	for (size_t i = 0; !err && i < count; i++) {
		mlv_buf_clear(&path);
		if ((err = mlv_lockfile_from_root(dir, list[i].at.path, &path)) ||
		    (err = add(to, "    - path: ", path.ptr, "\n")))
			return err;
		err = list[i].mark ? add(to, "      mark: ", list[i].mark, "\n")
				   : add_id(to, &list[i].at);
		if (!err && outs)
			err = add_options(to, &list[i]);
	}
	return err;
}

static mlv_err add_cmds(struct mlv_buf *to, const struct mlv_strs *cmds)
{
	mlv_err err;

	if (cmds->count == 1)
		return add(to, "    cmd: ", cmds->at[0], "\n");
	err = cmds->count ? mlv_buf_add_str(to, "    cmd:\n") : NULL;
	for (size_t i = 0; !err && i < cmds->count; i++)
		err = add(to, "    - ", cmds->at[i], "\n");
	return err;
}

static mlv_err add_wdir(struct mlv_buf *to, const char *dir, const char *wdir)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf from = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf at = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err;

	if (!wdir)
		return NULL;
	if ((err = mlv_buf_printf(&from, "/top%s%s", *dir ? "/" : "", dir)) ||
	    (err = mlv_buf_printf(&at, "/top%s%s", *wdir ? "/" : "", wdir)) ||
	    (err = mlv_path_relative(&path, from.ptr, at.ptr)))
		return err;
	return add(to, "    wdir: ", path.len ? path.ptr : ".", "\n");
}

static mlv_err add_params(struct mlv_buf *to, const char *dir, const struct mlv_recorded *from)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	mlv_err err = from->param_count ? mlv_buf_add_str(to, "    params:\n") : NULL;

	for (size_t i = 0; !err && i < from->param_count; i++) {
		const struct mlv_recorded_value *at = &from->params[i];

		mlv_buf_clear(&file);
		if ((i == 0 || strcmp(at[-1].file, at->file) != 0) &&
		    ((err = mlv_lockfile_from_root(dir, at->file, &file)) ||
		     (err = add(to, "      ", file.ptr, ":\n"))))
			return err;
		if (!(err = add(to, "        ", at->key, ": ")) &&
		    !(err = mlv_buf_add_str(to, at->value)))
			err = mlv_buf_add_char(to, '\n');
	}
	return err;
}

static mlv_err add_env(struct mlv_buf *to, const struct mlv_recorded *from)
{
	mlv_err err = from->env_count ? mlv_buf_add_str(to, "    env:\n") : NULL;

	for (size_t i = 0; !err && i < from->env_count; i++)
		if (!(err = add(to, "      ", from->env[i].key, ": ")) &&
		    !(err = mlv_buf_add_str(to, from->env[i].value)))
			err = mlv_buf_add_char(to, '\n');
	return err;
}

mlv_err mlv_lockfile_entry_text(const struct mlv_lockfile *file,
				const struct mlv_recorded *recorded, struct mlv_buf *text)
{
	mlv_err err;

	if ((err = add(text, "  ", recorded->name, ":\n")) ||
	    (err = add_cmds(text, &recorded->cmds)) ||
	    (err = add_wdir(text, file->dir, recorded->wdir)) ||
	    (err = add_paths(text, file->dir, "    deps:\n", recorded->deps, recorded->dep_count,
			     false)) ||
	    (err = add_params(text, file->dir, recorded)) || (err = add_env(text, recorded)))
		return err;
	return add_paths(text, file->dir, "    outs:\n", recorded->outs, recorded->out_count, true);
}

mlv_err mlv_lockfile_text(const struct mlv_lockfile *file, struct mlv_buf *text)
{
	size_t len = 64;
	mlv_err err;

	for (size_t i = 0; i < file->count; i++)
		len += file->at[i].len;
	if ((err = mlv_buf_reserve(text, len)) ||
	    (err = mlv_buf_add_str(text, "schema: " MLV_LOCKFILE_SCHEMA "\n")) ||
	    (err = mlv_buf_add_str(text, file->count ? "stages:\n" : "stages: {}\n")))
		return err;
	for (size_t i = 0; !err && i < file->count; i++)
		err = mlv_buf_add(text, file->at[i].text, file->at[i].len);
	return err;
}
