/* The part of lockfile.h that holds what one stage ran with and made. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/lockfile/impl.h"

void mlv_recorded_path_release(struct mlv_recorded_path *path)
{
	mlv_output_release(&path->at);
	free(path->mark);
	path->mark = NULL;
}

static void release_values(struct mlv_recorded_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(values[i].file);
		free(values[i].key);
		free(values[i].value);
	}
	free(values);
}

void mlv_recorded_release(struct mlv_recorded *recorded)
{
	for (size_t i = 0; i < recorded->dep_count; i++)
		mlv_recorded_path_release(&recorded->deps[i]);
	for (size_t i = 0; i < recorded->out_count; i++)
		mlv_recorded_path_release(&recorded->outs[i]);
	free(recorded->deps);
	free(recorded->outs);
	release_values(recorded->params, recorded->param_count);
	release_values(recorded->env, recorded->env_count);
	mlv_strs_release(&recorded->cmds);
	free(recorded->name);
	free(recorded->wdir);
	*recorded = (struct mlv_recorded){ 0 };
}

static mlv_err add_path(struct mlv_recorded_path **list, size_t *count, size_t *cap,
			const struct mlv_recorded_path *from)
{
	struct mlv_recorded_path made = { .persist = from->persist };
	mlv_err err = mlv_array_grow(list, cap, *count + 1, sizeof(**list));

	if (err || (err = mlv_output_copy(&made.at, &from->at)))
		return err;
	if (from->mark && !(made.mark = mlv_sys_strdup(from->mark))) {
		mlv_recorded_path_release(&made);
		return mlv_error_nomem("a dependency");
	}
	(*list)[(*count)++] = made;
	return NULL;
}

mlv_err mlv_recorded_add_dep(struct mlv_recorded *recorded, const struct mlv_recorded_path *dep)
{
	return add_path(&recorded->deps, &recorded->dep_count, &recorded->dep_cap, dep);
}

mlv_err mlv_recorded_add_out(struct mlv_recorded *recorded, const struct mlv_recorded_path *out)
{
	return add_path(&recorded->outs, &recorded->out_count, &recorded->out_cap, out);
}

static mlv_err add_value(struct mlv_recorded_value **list, size_t *count, size_t *cap,
			 const char *file, const char *key, const char *value)
{
	struct mlv_recorded_value made = { NULL, mlv_sys_strdup(key), NULL };
	mlv_err err = mlv_array_grow(list, cap, *count + 1, sizeof(**list));

	made.value = mlv_sys_strdup(value);
	made.file = file ? mlv_sys_strdup(file) : NULL;
	if (!err && (!made.key || !made.value || (file && !made.file)))
		err = mlv_error_nomem("a value");
	if (err) {
		free(made.key);
		free(made.value);
		free(made.file);
		return err;
	}
	(*list)[(*count)++] = made;
	return NULL;
}

mlv_err mlv_recorded_add_param(struct mlv_recorded *recorded, const char *file, const char *key,
			       const char *value)
{
	return add_value(&recorded->params, &recorded->param_count, &recorded->param_cap, file, key,
			 value);
}

mlv_err mlv_recorded_add_env(struct mlv_recorded *recorded, const char *name, const char *value)
{
	return add_value(&recorded->env, &recorded->env_count, &recorded->env_cap, NULL, name,
			 value);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct mlv_recorded_path *)a)->at.path,
		      ((const struct mlv_recorded_path *)b)->at.path);
}

static int by_key(const void *a, const void *b)
{
	const struct mlv_recorded_value *left = a, *right = b;
	int order = left->file ? strcmp(left->file, right->file) : 0;

	return order ? order : strcmp(left->key, right->key);
}

void mlv_recorded_sort(struct mlv_recorded *recorded)
{
	if (recorded->dep_count)
		qsort(recorded->deps, recorded->dep_count, sizeof(*recorded->deps), by_path);
	if (recorded->out_count)
		qsort(recorded->outs, recorded->out_count, sizeof(*recorded->outs), by_path);
	if (recorded->param_count)
		qsort(recorded->params, recorded->param_count, sizeof(*recorded->params), by_key);
	if (recorded->env_count)
		qsort(recorded->env, recorded->env_count, sizeof(*recorded->env), by_key);
}

const struct mlv_recorded_path *mlv_recorded_find(const struct mlv_recorded_path *list, size_t count,
						  const char *path)
{
	const struct mlv_recorded_path key = { .at.path = (char *)(uintptr_t)path };

	return count ? bsearch(&key, list, count, sizeof(*list), by_path) : NULL;
}

bool mlv_lockfile_is_url(const char *path)
{
	size_t scheme = strspn(path, "abcdefghijklmnopqrstuvwxyz0123456789+");

	return scheme > 0 && strncmp(path + scheme, "://", 3) == 0;
}

mlv_err mlv_lockfile_to_root(const char *dir, const char *path, struct mlv_buf *out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf base = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	/* The root as seen from above it: what leaves it shows. */
	static const char root[] = "/top/";
	const size_t skip = sizeof(root) - 1;
	const char *why = NULL;
	char shown[256];
	mlv_err err;

	if (mlv_lockfile_is_url(path))
		return mlv_buf_add_str(out, path);
	if (!*dir && !mlv_path_check(path, strlen(path)))
		return mlv_buf_add_str(out, path);
	if ((err = mlv_buf_printf(&base, "%s%s", root, dir)) ||
	    (err = mlv_path_absolute(&whole, base.ptr, path)))
		return err;
	if (*path == '/')
		why = "it is absolute";
	else if (strcmp(whole.ptr, "/top") == 0)
		why = "it is the root";
	else if (strncmp(whole.ptr, root, skip) != 0)
		why = "it leaves it";
	else
		why = mlv_path_check(whole.ptr + skip, whole.len - skip);
	if (why)
		return mlv_error(MLV_E_SPEC, "'%s' is no path of this repository: %s",
				 mlv_path_shown(path, strlen(path), shown, sizeof(shown)), why);
	return mlv_buf_add(out, whole.ptr + skip, whole.len - skip);
}

mlv_err mlv_lockfile_wdir(const char *dir, const char *text, char **wdir)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	/* A name below it makes the root a path like any other. */
	MLV_SCOPED(mlv_buf_release) struct mlv_buf below = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_buf_printf(&below, "%s/x", text)) ||
	    (err = mlv_lockfile_to_root(dir, below.ptr, &whole)))
		return err;
	mlv_buf_truncate(&whole, whole.len > 1 ? whole.len - 2 : 0);
	free(*wdir);
	*wdir = mlv_sys_strdup(whole.ptr);
	return *wdir ? NULL : mlv_error_nomem("mlv.lock");
}

mlv_err mlv_lockfile_from_root(const char *dir, const char *path, struct mlv_buf *out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf from = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf to = MLV_BUF_INIT;
	mlv_err err;

	if (!*dir || mlv_lockfile_is_url(path))
		return mlv_buf_add_str(out, path);
	if ((err = mlv_buf_printf(&from, "/%s", dir)) || (err = mlv_buf_printf(&to, "/%s", path)))
		return err;
	return mlv_path_relative(out, from.ptr, to.ptr);
}

static const char *set_id(struct mlv_recorded_path *path, enum mlv_id_type type, const char *value)
{
	static const struct mlv_oid none;

	if (!mlv_oid_equal(&path->at.oid, &none))
		return "a second id";
	path->at.type = type;
	return mlv_oid_parse(value, strlen(value), &path->at.oid) ? NULL : "not an id";
}

static const char *set_count(uint64_t *to, const char *value)
{
	size_t len = strlen(value);
	uint64_t made = 0;

	if (!len || len > 19 || strspn(value, "0123456789") != len || (len > 1 && *value == '0'))
		return "not a number";
	for (; *value; value++)
		made = made * 10 + (uint64_t)(*value - '0');
	*to = made;
	return NULL;
}

static const char *set_flag(bool *to, const char *value)
{
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
		return "neither true nor false";
	*to = *value == 't';
	return NULL;
}

static const char *set_text(char **to, const char *value)
{
	free(*to);
	*to = mlv_sys_strdup(value);
	return *to ? NULL : "memory is out";
}

const char *mlv_lockfile_set_key(struct mlv_recorded_path *path, const char *key, const char *value)
{
	struct mlv_output *at = &path->at;

	if (strcmp(key, "sha256") == 0)
		return set_id(path, MLV_ID_SHA256, value);
	if (strcmp(key, "leaves") == 0)
		return set_id(path, MLV_ID_LEAVES, value);
	if (strcmp(key, "tree") == 0)
		return set_id(path, MLV_ID_TREE, value);
	if (strcmp(key, "size") == 0)
		return set_count(&at->size, value);
	if (strcmp(key, "nfiles") == 0)
		return set_count(&at->nfiles, value);
	if (strcmp(key, "exec") == 0)
		return set_flag(&at->exec, value);
	if (strcmp(key, "cache") == 0)
		return set_flag(&at->cache, value);
	if (strcmp(key, "push") == 0)
		return set_flag(&at->push, value);
	if (strcmp(key, "persist") == 0)
		return set_flag(&path->persist, value);
	if (strcmp(key, "remote") == 0)
		return set_text(&at->remote, value);
	if (strcmp(key, "mark") == 0)
		return set_text(&path->mark, value);
	return "unknown";
}

const char *mlv_lockfile_check_path(const struct mlv_recorded_path *path)
{
	static const struct mlv_oid none;
	const struct mlv_output *at = &path->at;
	bool named = !mlv_oid_equal(&at->oid, &none);

	if (!at->path)
		return "it has no path";
	if (mlv_lockfile_is_url(at->path))
		return !path->mark || named ? "a URL has a mark, and no id" : NULL;
	if (path->mark)
		return "only a URL has a mark";
	if (!named)
		return "it has no id";
	if (at->type == MLV_ID_SHA256 && at->size > MLV_SMALL_MAX)
		return "a file of this size is named by its leaves";
	if (at->type == MLV_ID_LEAVES && at->size <= MLV_SMALL_MAX)
		return "a file of this size is named by its sha256";
	return NULL;
}
