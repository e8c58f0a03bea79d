/* dvc_file.c - the X.dvc of DVC 2 and 3, and the pointer that it becomes. */
#include "core/repo/migrate/dvc.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/base/yaml.h"
#include "core/base/yaml_edit.h"
#include "core/repo/import.h"
#include "core/repo/lockfile.h"

void dvc_out_release(struct dvc_out *out)
{
	for (size_t i = 0; i < out->count; i++)
		free(out->entries[i].path);
	free(out->entries);
	mlv_output_release(&out->made);
	free(out->file);
	free(out->path);
	free(out->remote);
	*out = (struct dvc_out){ 0 };
}

void dvc_file_release(struct dvc_file *file)
{
	for (size_t i = 0; i < file->count; i++)
		dvc_out_release(&file->outs[i]);
	free(file->outs);
	free(file->places);
	free(file->path);
	mlv_buf_release(&file->text);
	mlv_value_freep(&file->top);
	mlv_import_freep(&file->import);
	file->outs = NULL;
	file->places = NULL;
	file->path = NULL;
	file->count = 0;
}

mlv_err dvc_path(const char *file, const struct mlv_value *wdir, const struct mlv_value *path,
		 struct mlv_buf *to)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	const char *slash = strrchr(file, '/'), *below, *why;
	mlv_err err;

	if (!path || !path->text || path->text_len == 0 || strlen(path->text) != path->text_len ||
	    (wdir && !wdir->text))
		return mlv_error(MLV_E_SPEC, "%s: an output or dependency without a path", file);
	/* A name for the root, so that a ".." that leaves it is not lost at "/". */
	if ((err = mlv_buf_printf(&dir, "/r/%.*s%s%s", slash ? (int)(slash - file) : 0, file,
				  wdir ? "/" : "", wdir ? wdir->text : "")))
		return err;
	if (wdir && wdir->text[0] == '/')
		return mlv_error(MLV_E_REFUSED, "%s: wdir %s is absolute", file, wdir->text);
	if ((err = mlv_path_absolute(&whole, dir.ptr, path->text)))
		return err;
	below = mlv_path_below("/r", whole.ptr);
	if (!below || path->text[0] == '/' || !*below)
		return mlv_error(MLV_E_REFUSED, "%s: %s lies outside of the repository", file,
				 path->text);
	if ((why = mlv_path_check(below, strlen(below))))
		return mlv_error(MLV_E_REFUSED, "%s: %s: %s", file, path->text, why);
	return mlv_buf_add_str(to, below);
}

static bool is_true(const struct mlv_value *map, const char *key)
{
	const struct mlv_value *value = mlv_value_get(map, key);

	return value && value->type == MLV_VALUE_BOOL && value->boolean;
}

mlv_err dvc_out_parse(const char *file, const struct mlv_value *map, struct dvc_out *out, bool *has)
{
	const struct mlv_value *md5 = mlv_value_get(map, "md5"), *hash = mlv_value_get(map, "hash");
	const struct mlv_value *remote = mlv_value_get(map, "remote");
	size_t len;

	*has = md5 != NULL;
	if (!md5)
		return NULL;
	len = md5->text ? md5->text_len : 0;
	out->dir = len > 4 && memcmp(md5->text + len - 4, ".dir", 4) == 0;
	if (!md5->text || !mlv_md5_parse(md5->text, len - (out->dir ? 4 : 0), &out->md5))
		return mlv_error(MLV_E_SPEC, "%s:%u: md5 is not 32 lower-case hex digits", file,
				 md5->line);
	out->legacy = !hash;
	if (hash && (!hash->text || (strcmp(hash->text, "md5") != 0 &&
				     strcmp(hash->text, "md5-dos2unix") != 0)))
		return mlv_error(MLV_E_SPEC, "%s:%u: a hash that is not known", file, hash->line);
	out->legacy |= hash && strcmp(hash->text, "md5") != 0;
	out->exec = is_true(map, "isexec");
	if (remote && remote->text && !(out->remote = mlv_sys_strdup(remote->text)))
		return mlv_error_nomem("a remote's name");
	if (!(out->file = mlv_sys_strdup(file)))
		return mlv_error_nomem("a path");
	return NULL;
}

static mlv_err parse_out(struct migrate *migrate, struct dvc_file *file,
			 const struct mlv_value *map, size_t place)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	struct dvc_out *out = &file->outs[file->count];
	bool has = false;
	mlv_err err;

	if (map->type != MLV_VALUE_MAP)
		return mlv_error(MLV_E_SPEC, "%s:%u: an output is no map", file->path, map->line);
	if ((err = dvc_path(file->path, mlv_value_get(file->top, "wdir"),
			    mlv_value_get(map, "path"), &path)))
		return err;
	file->places[file->count] = place;
	file->count++;
	if ((err = dvc_out_parse(file->path, map, out, &has)))
		return err;
	if (!(out->path = mlv_buf_detach(&path)))
		return mlv_error_nomem("a path");
	if (has)
		return NULL;
	err = migrate_say(migrate, MLV_MIGRATE_NOTE, file->path,
			  "%s has no md5: what only versions of a cloud name, or was never added, is not "
			  "migrated; mlv add %s",
			  out->path, out->path);
	dvc_out_release(&file->outs[--file->count]);
	return err;
}

/* The URL of an import-url as ours stands in a pointer: a path is that from the root. */
static mlv_err source_url(const struct migrate *migrate, const struct dvc_file *file,
			  const struct mlv_value *dep, struct mlv_buf *url)
{
	const struct mlv_value *wdir = mlv_value_get(file->top, "wdir");
	const char *path = mlv_value_text(mlv_value_get(dep, "path"));
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	const char *slash = strrchr(file->path, '/');
	mlv_err err;

	if (!path || !*path)
		return mlv_error(MLV_E_SPEC, "%s: a source without a path", file->path);
	if (path[0] == '/' || strstr(path, "://"))
		return mlv_buf_add_str(url, path);
	if ((err = mlv_buf_printf(&dir, "%s/%.*s/%s", migrate->root,
				  slash ? (int)(slash - file->path) : 0, file->path,
				  wdir && wdir->text ? wdir->text : "")) ||
	    (err = mlv_path_absolute(&whole, dir.ptr, path)))
		return err;
	return mlv_path_relative(url, migrate->root, whole.ptr);
}

/* What an import-url knew its source by; a sum of DVC's says nothing to us. */
static mlv_err read_url(const struct migrate *migrate, const struct dvc_file *file,
			const struct mlv_value *dep, struct mlv_import *import)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	const char *version = mlv_value_text(mlv_value_get(dep, "version_id"));
	const char *etag = mlv_value_text(mlv_value_get(dep, "etag"));
	const char *marked = version ? version : etag;
	mlv_err err = source_url(migrate, file, dep, &url);

	if (err)
		return err;
	import->mark = version ? MLV_MARK_VERSION_ID : MLV_MARK_ETAG;
	if ((marked && !(import->marked = mlv_sys_strdup(marked))) ||
	    !(import->url = mlv_buf_detach(&url)))
		return mlv_error_nomem("an import");
	return NULL;
}

static mlv_err read_source(const struct migrate *migrate, const struct dvc_file *file,
			   const struct mlv_value *deps, struct mlv_import **import)
{
	MLV_SCOPED(mlv_import_freep) struct mlv_import *made = NULL;
	mlv_err err;

	if (deps->type != MLV_VALUE_LIST || deps->count != 1 ||
	    deps->items[0]->type != MLV_VALUE_MAP ||
	    mlv_value_get(file->top, "outs")->count != 1)
		return mlv_error(MLV_E_SPEC, "%s: not one source of one output", file->path);
	if (mlv_value_get(deps->items[0], "repo"))
		return mlv_import_parse(file->path, deps, import);
	if (!(made = mlv_sys_alloc(sizeof(*made))))
		return mlv_error_nomem("an import");
	if (!(err = read_url(migrate, file, deps->items[0], made)))
		*import = MLV_TAKE(made);
	return err;
}

/* Where its output came from: file->import, or what has no counterpart is said. */
static mlv_err parse_source(struct migrate *migrate, struct dvc_file *file)
{
	const struct mlv_value *deps = mlv_value_get(file->top, "deps"), *repo;
	mlv_err err;

	if (!deps || deps->type == MLV_VALUE_NULL || !file->count)
		return NULL;
	err = read_source(migrate, file, deps, &file->import);
	if (err && err->code != MLV_E_SPEC)
		return err;
	if (err)
		return migrate_say(migrate, MLV_MIGRATE_NOTE, file->path,
				   "where %s came from is not migrated; mlv import it anew",
				   file->outs[0].path);
	repo = mlv_value_get(deps->items[0], "repo");
	if (!mlv_value_get(repo, "config") && !mlv_value_get(repo, "remote"))
		return NULL;
	return migrate_say(migrate, MLV_MIGRATE_NOTE, file->path,
			   "config and remote of its import: mlv reads the settings of that repository");
}

mlv_err dvc_file_parse(struct migrate *migrate, struct dvc_file *file)
{
	const struct mlv_value *outs;
	mlv_err err;

	if ((err = mlv_yaml_parse(file->path, file->text.ptr, file->text.len, &file->top)))
		return err;
	outs = mlv_value_get(file->top, "outs");
	if (mlv_value_get(file->top, "cmd"))
		return migrate_say(migrate, MLV_MIGRATE_NOTE, file->path,
				   "a stage in a file of its own, as DVC before 1.0 had them: write it "
				   "into mlv.yaml");
	if (!outs || outs->type != MLV_VALUE_LIST)
		return mlv_error(MLV_E_SPEC, "%s: outs is not a list", file->path);
	if (!outs->count)
		return NULL;
	file->outs = mlv_sys_alloc_array(outs->count, sizeof(*file->outs));
	file->places = mlv_sys_alloc_array(outs->count, sizeof(*file->places));
	if (!file->outs || !file->places)
		return mlv_error_nomem("outputs");
	for (size_t i = 0; i < outs->count; i++)
		if ((err = parse_out(migrate, file, outs->items[i], i)))
			return err;
	return parse_source(migrate, file);
}

/* ---- the pointer ---- */

#define ITEM "outs/0"
#define DEP  "deps/0"

static mlv_err set_count(const char *name, struct mlv_buf *text, const char *key, uint64_t count)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)count);
	return mlv_yaml_set(name, text, ITEM, key, digits);
}

/* Take away those of the keys that the map, which lies at the way, has. */
static mlv_err unset_all(const char *name, struct mlv_buf *text, const struct mlv_value *map,
			 const char *way, const char *const *keys)
{
	mlv_err err = NULL;

	for (; *keys && !err; keys++)
		if (mlv_value_get(map, *keys))
			err = mlv_yaml_unset(name, text, way, *keys);
	return err;
}

static mlv_err edit_id(const struct dvc_out *out, const struct mlv_value *item, struct mlv_buf *text)
{
	static const char *const gone[] = { "hash", "etag", "checksum", "version_id", NULL };
	static const char *const keys[] = { [MLV_ID_SHA256] = "sha256", [MLV_ID_LEAVES] = "leaves",
					    [MLV_ID_TREE] = "tree" };
	const char *key = keys[out->made.type];
	char hex[MLV_OID_HEX + 1];
	mlv_err err;

	if ((err = mlv_yaml_rename(out->file, text, ITEM, "md5", key)) ||
	    (err = mlv_yaml_set(out->file, text, ITEM, key, mlv_oid_format(&out->made.oid, hex))) ||
	    (err = unset_all(out->file, text, item, ITEM, gone)) ||
	    (err = set_count(out->file, text, "size", out->made.size)))
		return err;
	if (out->dir)
		err = set_count(out->file, text, "nfiles", out->made.nfiles);
	else if (mlv_value_get(item, "nfiles"))
		err = mlv_yaml_unset(out->file, text, ITEM, "nfiles");
	if (err || !mlv_value_get(item, "isexec"))
		return err;
	return out->exec && !out->dir ? mlv_yaml_rename(out->file, text, ITEM, "isexec", "exec")
				      : mlv_yaml_unset(out->file, text, ITEM, "isexec");
}

static mlv_err edit_dep(const struct dvc_file *file, const struct mlv_value *dep,
			struct mlv_buf *text)
{
	static const char *const sums[] = { "md5", "hash", "size", "nfiles", "isexec", "checksum",
					    "mtime", "fs_config", NULL };
	const struct mlv_import *import = file->import;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	mlv_err err = unset_all(file->path, text, dep, DEP, sums);

	if (err || import->path)
		return err;
	if (strcmp(import->url, mlv_value_text(mlv_value_get(dep, "path"))) != 0 &&
	    ((err = mlv_yaml_add_string(&url, import->url, strlen(import->url))) ||
	     (err = mlv_yaml_set(file->path, text, DEP, "path", url.ptr))))
		return err;
	return mlv_yaml_rename(file->path, text, DEP, "path", "url");
}

/* Its own text, edited: for the pointer of a file with one output that lies beside it. */
static mlv_err edit(const struct dvc_file *file, const struct dvc_out *out, struct mlv_buf *text)
{
	static const char *const gone[] = { "md5", "wdir", "locked", NULL };
	static const char *const of_import[] = { "frozen", NULL };
	const struct mlv_value *item = mlv_value_get(file->top, "outs")->items[0];
	const struct mlv_value *deps = mlv_value_get(file->top, "deps");
	mlv_err err;

	if ((err = mlv_buf_add(text, file->text.ptr, file->text.len)) ||
	    (err = edit_id(out, item, text)) ||
	    (err = unset_all(out->file, text, file->top, "", gone)))
		return err;
	/* Every import of DVC is frozen, which to mlv means that it is never updated. */
	if (file->import && ((err = unset_all(out->file, text, file->top, "", of_import)) ||
			     (err = edit_dep(file, deps->items[0], text))))
		return err;
	return NULL;
}

/* Set those of the keys that the map has, at the way. */
static mlv_err keep_all(const char *name, const struct mlv_value *map, const char *const *keys,
			const char *way, struct mlv_buf *text)
{
	mlv_err err = NULL;

	for (; *keys && !err; keys++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
		const struct mlv_value *value = mlv_value_get(map, *keys);

		if (!value || value->type == MLV_VALUE_NULL)
			continue;
		err = value->type == MLV_VALUE_TEXT
			      ? mlv_yaml_add_string(&shown, value->text, value->text_len)
			      : mlv_recorded_json(value, &shown);
		if (!err)
			err = mlv_yaml_set(name, text, way, *keys, shown.ptr);
	}
	return err;
}

/* A pointer from the beginning: with what else the output, and its file, says. */
static mlv_err compose(struct dvc_file *file, struct dvc_out *out, size_t place,
		       struct mlv_buf *text)
{
	static const char *const of_out[] = { "desc", "type", "remote", "push", "cache", "persist",
					      "labels", "meta", NULL };
	static const char *const of_file[] = { "frozen", "desc", "meta", NULL };
	const struct mlv_value *item = mlv_value_get(file->top, "outs")->items[place];
	mlv_err err;

	if (file->import && (err = mlv_import_copy(&out->made.import, file->import)))
		return err;
	if ((err = mlv_pointer_write(&out->made, NULL, 0, text)) ||
	    (err = keep_all(out->file, item, of_out, ITEM, text)))
		return err;
	/* Every import of DVC is frozen, which to mlv means that it is never updated. */
	return keep_all(out->file, file->top, of_file + (file->import ? 1 : 0), "", text);
}

mlv_err dvc_file_pointer(struct dvc_file *file, size_t which, struct mlv_buf *text)
{
	struct dvc_out *out = &file->outs[which];
	MLV_SCOPED(mlv_buf_release) struct mlv_buf edited = MLV_BUF_INIT;
	MLV_SCOPED(mlv_output_release) struct mlv_output made = { 0 };
	const struct mlv_value *outs = mlv_value_get(file->top, "outs");
	const size_t stem = strlen(file->path) - strlen(".dvc");
	mlv_err err;

	if (outs->count == 1 && strlen(out->path) == stem &&
	    strncmp(out->path, file->path, stem) == 0) {
		if (!(err = edit(file, out, &edited)) &&
		    !(err = mlv_pointer_parse(out->made.pointer, edited.ptr, edited.len, &made)))
			return mlv_buf_add(text, edited.ptr, edited.len);
		if (err->code == MLV_E_NOMEM)
			return err;
	}
	return compose(file, out, file->places[which], text);
}
