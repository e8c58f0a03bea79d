#include "core/repo/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/base/yaml.h"
#include "core/repo/lockfile/impl.h"

static void entry_release(struct mlv_lockfile_entry *entry)
{
	free(entry->name);
	free(entry->text);
}

static void drop_entries(struct mlv_lockfile *file)
{
	for (size_t i = 0; i < file->count; i++)
		entry_release(&file->at[i]);
	file->count = 0;
}

void mlv_lockfile_release(struct mlv_lockfile *file)
{
	drop_entries(file);
	free(file->at);
	free(file->path);
	free(file->dir);
	*file = (struct mlv_lockfile){ 0 };
}

static mlv_err append(struct mlv_lockfile *file, const char *name, size_t name_len,
		      const char *text, size_t len, unsigned line)
{
	struct mlv_lockfile_entry made = { .len = len, .line = line };
	mlv_err err = mlv_array_grow(&file->at, &file->cap, file->count + 1, sizeof(*file->at));

	if (err)
		return err;
	made.name = mlv_sys_strndup(name, name_len);
	made.text = mlv_sys_strndup(text, len);
	if (!made.name || !made.text) {
		entry_release(&made);
		return mlv_error_nomem("mlv.lock");
	}
	file->at[file->count++] = made;
	return NULL;
}

mlv_err mlv_lockfile_name(const struct mlv_lockfile *file, const char *text, size_t len,
			  struct mlv_buf *name, bool *strange)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	const char *end = memchr(text, '\n', len);
	size_t name_len = end ? (size_t)(end - text) : len;

	*strange = name_len < 4 || memcmp(text, "  ", 2) != 0 || text[name_len - 1] != ':';
	if (*strange)
		return NULL;
	name_len -= 3;
	if (text[2] != '"') {
		*strange = memchr(text + 2, ':', name_len) || memchr(text + 2, '#', name_len);
		return *strange ? NULL : mlv_buf_add(name, text + 2, name_len);
	}
	*strange = mlv_json_parse(file->path, text + 2, name_len, &value) || !value->text ||
		   strlen(value->text) != value->text_len;
	return *strange ? NULL : mlv_buf_add(name, value->text, value->text_len);
}

/* Append the stage whose text this is; *strange: its first line is none of ours. */
static mlv_err append_text(struct mlv_lockfile *file, const char *text, size_t len, unsigned line,
			   bool *strange)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err = mlv_lockfile_name(file, text, len, &name, strange);

	return err || *strange ? err : append(file, name.ptr, name.len, text, len, line);
}

/* Cut the text into its stages; *strange: it is not in the canonical form. */
static mlv_err split(struct mlv_lockfile *file, const char *text, size_t len, bool *strange)
{
	static const char head[] = "schema: " MLV_LOCKFILE_SCHEMA "\nstages:";
	const size_t head_len = sizeof(head) - 1;
	const char *at = text + head_len + 1, *end = text + len, *begin = at;
	unsigned line = 3, first = 3;
	mlv_err err = NULL;

	*strange = len <= head_len || memcmp(text, head, head_len) != 0 || end[-1] != '\n';
	if (*strange)
		return NULL;
	if (strcmp(text + head_len, " {}\n") == 0)
		return NULL;
	*strange = text[head_len] != '\n';
	for (; !err && !*strange && at < end; line++) {
		bool starts = strncmp(at, "  ", 2) == 0 && at[2] != ' ';

		*strange = strncmp(at, "  ", 2) != 0 || at[2] == '\n' || at[2] == '#' ||
			   (begin == at && !starts);
		if (!*strange && starts && at > begin) {
			err = append_text(file, begin, (size_t)(at - begin), first, strange);
			begin = at;
			first = line;
		}
		at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
	}
	if (!err && !*strange && begin < end)
		err = append_text(file, begin, (size_t)(end - begin), first, strange);
	for (size_t i = 1; !*strange && i < file->count; i++)
		*strange = strcmp(file->at[i - 1].name, file->at[i].name) >= 0;
	return err;
}

static mlv_err check_schema(const struct mlv_lockfile *file, const struct mlv_value *root)
{
	const struct mlv_value *schema = mlv_value_get(root, "schema");
	const char *text = schema ? schema->text : NULL;
	mlv_err err;

	if (text && strcmp(text, MLV_LOCKFILE_SCHEMA) == 0)
		return NULL;
	err = mlv_error(MLV_E_SPEC, "%s: its schema is '%s', not '" MLV_LOCKFILE_SCHEMA "'",
			file->path, text ? text : "");
	if (text && strncmp(text, "mlv-lock ", 9) == 0)
		return mlv_error_hint(err, "a newer mlv wrote it: install that");
	if (text && strcmp(text, "2.0") == 0)
		return mlv_error_hint(err, "DVC wrote it, with MD5 sums: mlv migrate dvc, or remove "
				      "it and run mlv repro");
	return err;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct mlv_lockfile_entry *)a)->name,
		      ((const struct mlv_lockfile_entry *)b)->name);
}

static mlv_err append_value(struct mlv_lockfile *file, const char *name,
			    const struct mlv_value *stage)
{
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded recorded = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_lockfile_read_value(file->path, file->dir, name, stage, &recorded)) ||
	    (err = mlv_lockfile_entry_text(file, &recorded, &text)))
		return err;
	return append(file, name, strlen(name), text.ptr, text.len, stage->line);
}

static mlv_err parse_yaml(struct mlv_lockfile *file, const char *text, size_t len)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	const struct mlv_value *stages;
	mlv_err err;

	drop_entries(file);
	file->foreign = true;
	if ((err = mlv_yaml_parse(file->path, text, len, &root)) ||
	    (err = check_schema(file, root)))
		return err;
	for (size_t i = 0; i < root->count; i++)
		if (strcmp(root->keys[i], "schema") != 0 && strcmp(root->keys[i], "stages") != 0)
			return mlv_error(MLV_E_SPEC, "%s:%u: '%s': unknown", file->path,
					 root->items[i]->line, root->keys[i]);
	stages = mlv_value_get(root, "stages");
	if (stages && stages->type != MLV_VALUE_MAP)
		return mlv_error(MLV_E_SPEC, "%s:%u: stages: not a map", file->path, stages->line);
	for (size_t i = 0; !err && stages && i < stages->count; i++)
		err = append_value(file, stages->keys[i], stages->items[i]);
	if (!err && file->count)
		qsort(file->at, file->count, sizeof(*file->at), by_name);
	return err;
}

static mlv_err set_path(struct mlv_lockfile *file, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!(file->path = mlv_sys_strdup(path)) ||
	    !(file->dir = mlv_sys_strndup(path, slash ? (size_t)(slash - path) : 0)))
		return mlv_error_nomem("mlv.lock");
	return NULL;
}

static mlv_err parse(struct mlv_lockfile *file, const char *text, size_t len)
{
	bool strange = false;
	mlv_err err = strlen(text) == len ? split(file, text, len, &strange) : NULL;

	if (!err && (strange || strlen(text) != len))
		err = parse_yaml(file, text, len);
	return err;
}

mlv_err mlv_lockfile_parse(struct mlv_lockfile *file, const char *path, const char *text,
			   size_t len)
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile made = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf copy = MLV_BUF_INIT;
	mlv_err err;

	if ((err = set_path(&made, path)) || (err = mlv_buf_add(&copy, text, len)) ||
	    (len && (err = parse(&made, copy.ptr, copy.len))))
		return err;
	*file = made;
	made = (struct mlv_lockfile){ 0 };
	return NULL;
}

/* Read what is there into a file without entries. */
static mlv_err load(struct mlv_lockfile *file, struct mlv_repo *repo)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf journal = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err;

	memset(&file->st, 0, sizeof(file->st));
	if ((err = mlv_journal_read(file, repo, &journal)))
		return err;
	fd = mlv_sys_open_beneath(repo->root_fd, file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return NULL;
	if (fd < 0 && errno == ELOOP)
		return mlv_error(MLV_E_SPEC, "%s: a " MLV_LOCKFILE_NAME " may not be a symbolic link",
				 file->path);
	if (fd < 0 || mlv_sys_fstat(fd, &file->st) < 0)
		return mlv_error_sys("%s", file->path);
	if (!S_ISREG(file->st.st_mode))
		return mlv_error(MLV_E_SPEC, "%s: not a regular file", file->path);
	if ((err = mlv_fs_read_fd(fd, file->path, &text)))
		return err;
	if (text.len && (err = parse(file, text.ptr, text.len)))
		return err;
	return mlv_journal_apply(file, &journal, text.ptr, text.len);
}

mlv_err mlv_lockfile_reload(struct mlv_lockfile *file, struct mlv_repo *repo)
{
	drop_entries(file);
	file->foreign = false;
	return load(file, repo);
}

mlv_err mlv_lockfile_load(struct mlv_lockfile *file, struct mlv_repo *repo, const char *path)
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile made = { 0 };
	mlv_err err;

	if ((err = set_path(&made, path)) || (err = load(&made, repo)))
		return err;
	*file = made;
	made = (struct mlv_lockfile){ 0 };
	return NULL;
}

/* Where name is, or would be. */
static size_t place_of(const struct mlv_lockfile *file, const char *name, bool *there)
{
	size_t low = 0, high = file->count;

	*there = false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(file->at[mid].name, name);

		if (order == 0) {
			*there = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct mlv_lockfile_entry *mlv_lockfile_find(const struct mlv_lockfile *file, const char *name)
{
	bool there;
	size_t at = place_of(file, name, &there);

	return there ? &file->at[at] : NULL;
}

mlv_err mlv_lockfile_get(const struct mlv_lockfile *file, const struct mlv_lockfile_entry *entry,
			 struct mlv_recorded *recorded)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	bool strange;
	mlv_err err = mlv_lockfile_read(file->dir, entry->text, recorded, &strange);

	if (err || !strange)
		return err;
	/* As many lines before it as in the file, so that a message names the right one. */
	for (unsigned line = 1; !err && line < entry->line; line++)
		err = mlv_buf_add_char(&text, '\n');
	if (err || (err = mlv_buf_add(&text, entry->text, entry->len)) ||
	    (err = mlv_yaml_parse(file->path, text.ptr, text.len, &root)))
		return err;
	if (root->type != MLV_VALUE_MAP || root->count != 1)
		return mlv_error(MLV_E_SPEC, "%s:%u: not a stage", file->path, entry->line);
	return mlv_lockfile_read_value(file->path, file->dir, entry->name, root->items[0], recorded);
}

mlv_err mlv_lockfile_set(struct mlv_lockfile *file, const char *name, const char *text, size_t len)
{
	struct mlv_lockfile_entry moved;
	bool there;
	size_t at = place_of(file, name, &there);
	mlv_err err;

	if (!text && !there)
		return NULL;
	if (text && (err = append(file, name, strlen(name), text, len, 0)))
		return err;
	if (!text || there) {
		entry_release(&file->at[at]);
		file->count--;
		if (text)
			file->at[at] = file->at[file->count];
		else
			memmove(&file->at[at], &file->at[at + 1],
				(file->count - at) * sizeof(*file->at));
		return NULL;
	}
	moved = file->at[file->count - 1];
	memmove(&file->at[at + 1], &file->at[at], (file->count - 1 - at) * sizeof(*file->at));
	file->at[at] = moved;
	return NULL;
}
