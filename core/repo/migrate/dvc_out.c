/* dvc_out.c - an output of DVC: the list of a directory, and what all of it becomes. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/migrate/dvc.h"
#include "core/store/tree.h"

static mlv_err add_entry(struct dvc_out *out, const struct mlv_value *item)
{
	const struct mlv_value *md5 = mlv_value_get(item, "md5");
	const struct mlv_value *relpath = mlv_value_get(item, "relpath");
	struct dvc_entry entry = { .kind = 'f', .base = strlen(out->path) + 1 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const char *why;
	mlv_err err;

	if (!md5 || !md5->text || !mlv_md5_parse(md5->text, md5->text_len, &entry.md5) ||
	    !relpath || relpath->type != MLV_VALUE_TEXT)
		return mlv_error(MLV_E_CORRUPT, "the list of %s has an entry that is none", out->path);
	if ((why = mlv_path_check(relpath->text, relpath->text_len))) {
		char shown[512];

		return mlv_error(MLV_E_REFUSED, "the list of %s has the path %s: %s", out->path,
				 mlv_path_shown(relpath->text, relpath->text_len, shown,
						sizeof(shown)), why);
	}
	if ((err = mlv_array_grow(&out->entries, &out->cap, out->count + 1,
				  sizeof(*out->entries))) ||
	    (err = mlv_buf_printf(&path, "%s/%s", out->path, relpath->text)))
		return err;
	if (!(entry.path = mlv_buf_detach(&path)))
		return mlv_error_nomem("a path");
	out->entries[out->count++] = entry;
	return NULL;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct dvc_entry *)a)->path, ((const struct dvc_entry *)b)->path);
}

mlv_err dvc_dir_parse(struct dvc_out *out, const char *text, size_t len)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *list = NULL;
	mlv_err err;

	if ((err = mlv_json_parse(out->path, text, len, &list)))
		return err;
	if (list->type != MLV_VALUE_LIST)
		return mlv_error(MLV_E_CORRUPT, "the list of %s is no list", out->path);
	for (size_t i = 0; i < list->count; i++)
		if ((err = add_entry(out, list->items[i])))
			return err;
	if (out->count)
		qsort(out->entries, out->count, sizeof(*out->entries), by_path);
	for (size_t i = 1; i < out->count; i++)
		if (by_path(&out->entries[i - 1], &out->entries[i]) == 0)
			return mlv_error(MLV_E_CORRUPT, "the list of %s has %s twice", out->path,
					 out->entries[i].path);
	out->listed = true;
	return NULL;
}

/* The list's bytes are what its name says. */
static mlv_err check_list(const struct dvc_out *out, const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_md5_freep) struct mlv_md5 *hasher = NULL;
	struct mlv_md5_name found;
	mlv_err err;

	if ((err = mlv_md5_new(&hasher)) || (err = mlv_md5_update(hasher, text->ptr, text->len)) ||
	    (err = mlv_md5_final(hasher, &found)))
		return err;
	if (memcmp(&found, &out->md5, sizeof(found)) == 0)
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "the list of %s in DVC's cache is damaged",
					out->path),
			      "remove it there, then: dvc fetch %s", out->path);
}

/* DVC 2 named the objects of a directory, and DVC 3 names them, each in its own way. */
mlv_err dvc_dir_load(struct migrate *migrate, struct dvc_out *out)
{
	const struct mlv_migrate_options *options = migrate->options;
	const struct mlv_migrate_name list = { out->md5, true, out->legacy };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_MIGRATE_DIR);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char name[64];
	mlv_err err;

	if ((err = migrate_open_object(migrate, &list, &fd, NULL, NULL)))
		return err;
	if (fd < 0 && options->bring && migrate->tmp_fd >= 0 && (out->dep || !out->quiet)) {
		if ((err = mlv_fs_temp(migrate->tmp_fd, "migrate-", 0600, name, sizeof(name), &fd)))
			return err;
		(void)unlinkat(migrate->tmp_fd, name, 0);
		err = options->bring(options->arg, out->remote, &list, fd);
		if (err && err->code != MLV_E_MISSING)
			return err;
		if (err)
			mlv_fd_close(&fd);
		else if (lseek(fd, 0, SEEK_SET) < 0)
			return mlv_error_sys("the list of %s", out->path);
	}
	if (fd < 0)
		return NULL;
	if ((err = mlv_fs_read_fd(fd, out->path, &text)) || (err = check_list(out, &text)))
		return err;
	return dvc_dir_parse(out, text.ptr, text.len);
}

mlv_err dvc_out_want(struct migrate *migrate, const struct dvc_out *out)
{
	struct migrate_object object = { .name = { out->md5, false, out->legacy }, .keep = !out->dep,
					 .fetch = !out->quiet, .work = out->path, .remote = out->remote };
	mlv_err err = NULL;

	if (!out->dir)
		return migrate_objects_add(&migrate->objects, &object);
	for (size_t i = 0; i < out->count && !err; i++) {
		object.name.md5 = out->entries[i].md5;
		object.work = out->entries[i].path;
		err = migrate_objects_add(&migrate->objects, &object);
	}
	return err;
}

/* The object, if it is here; else what is wrong is said. */
static mlv_err find_object(struct migrate *migrate, const struct dvc_out *out,
			   const struct mlv_md5_name *md5, const char *path,
			   const struct migrate_object **found)
{
	const struct mlv_migrate_name name = { *md5, false, out->legacy };
	const struct migrate_object *object = migrate_objects_find(&migrate->objects, &name);
	char hex[MLV_MD5_HEX + 1];

	*found = object && object->there ? object : NULL;
	if (*found || out->quiet)
		return NULL;
	return migrate_say(migrate, object && object->damaged ? MLV_MIGRATE_DAMAGED
							      : MLV_MIGRATE_MISSING,
			   path, "%s", mlv_md5_format(md5, hex));
}

/*
 * DVC keeps no mode for the files of a directory. The file of the work tree has
 * one: what is executable there stays so.
 */
static bool is_executable(const struct migrate *migrate, const char *path, uint64_t size)
{
	MLV_SCOPED(mlv_fd_close) int fd =
		mlv_sys_open_beneath(migrate->root_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	struct stat st;

	return fd >= 0 && mlv_sys_fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (uint64_t)st.st_size == size && (st.st_mode & S_IXUSR);
}

static mlv_err make_file(struct migrate *migrate, struct dvc_out *out)
{
	const struct migrate_object *object = NULL;
	mlv_err err = find_object(migrate, out, &out->md5, out->path, &object);

	if (err || !object)
		return err;
	out->made.type = object->key.kind == MLV_KIND_LARGE ? MLV_ID_LEAVES : MLV_ID_SHA256;
	out->made.oid = object->key.oid;
	out->made.size = object->size;
	out->made.exec = out->exec || (out->dep && is_executable(migrate, out->path, object->size));
	out->ready = true;
	return NULL;
}

static mlv_err build(struct migrate *migrate, struct mlv_batch *batch, struct dvc_out *out,
		     struct mlv_tree *tree)
{
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	mlv_err err = mlv_tree_builder_new(&builder, batch);

	for (size_t i = 0; i < out->count && !err; i++) {
		const struct dvc_entry *at = &out->entries[i];
		const struct mlv_migrate_name name = { at->md5, false, out->legacy };
		const struct migrate_object *object =
			migrate_objects_find(&migrate->objects, &name);
		const bool exec = is_executable(migrate, at->path, object->size);
		const bool large = object->key.kind == MLV_KIND_LARGE;
		const struct mlv_entry entry = {
			.kind = large ? (exec ? 'X' : 'F') : (exec ? 'x' : 'f'),
			.oid = object->key.oid, .size = object->size,
			.path = at->path + at->base, .path_len = strlen(at->path + at->base),
		};

		err = mlv_tree_builder_add(builder, &entry);
	}
	return err ? err : mlv_tree_builder_finish(builder, tree);
}

static mlv_err make_dir(struct migrate *migrate, struct mlv_batch *batch, struct dvc_out *out)
{
	struct mlv_tree tree = { 0 };
	char hex[MLV_MD5_HEX + 1];
	bool all = true;
	mlv_err err;

	if (!out->listed)
		return out->quiet ? NULL
				  : migrate_say(migrate, MLV_MIGRATE_MISSING, out->path, "%s.dir",
					      mlv_md5_format(&out->md5, hex));
	for (size_t i = 0; i < out->count; i++) {
		const struct migrate_object *object = NULL;

		if ((err = find_object(migrate, out, &out->entries[i].md5, out->entries[i].path,
				       &object)))
			return err;
		all &= object != NULL;
	}
	if (!all)
		return NULL;
	out->ready = true;
	if (!batch)
		return NULL;
	if ((err = build(migrate, batch, out, &tree)))
		return err;
	out->made.type = MLV_ID_TREE;
	out->made.oid = tree.oid;
	out->made.size = tree.bytes;
	out->made.nfiles = tree.files;
	return NULL;
}

mlv_err dvc_out_make(struct migrate *migrate, struct mlv_batch *batch, struct dvc_out *out)
{
	out->made.push = out->made.cache = true;
	return out->dir ? make_dir(migrate, batch, out) : make_file(migrate, out);
}
