#include "core/repo/pointer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/base/yaml.h"
#include "core/base/yaml_edit.h"

#define SUFFIX ".mlv"
#define ITEM "outs/0"

void mlv_output_release(struct mlv_output *output)
{
	free(output->pointer);
	free(output->stage);
	free(output->path);
	free(output->remote);
	mlv_import_freep(&output->import);
	*output = (struct mlv_output){ 0 };
}

mlv_err mlv_output_copy(struct mlv_output *to, const struct mlv_output *from)
{
	struct mlv_output copy = *from;
	mlv_err err = NULL;

	copy.import = NULL;
	copy.pointer = from->pointer ? mlv_sys_strdup(from->pointer) : NULL;
	copy.stage = from->stage ? mlv_sys_strdup(from->stage) : NULL;
	copy.path = mlv_sys_strdup(from->path);
	copy.remote = from->remote ? mlv_sys_strdup(from->remote) : NULL;
	if ((from->pointer && !copy.pointer) || (from->stage && !copy.stage) || !copy.path ||
	    (from->remote && !copy.remote))
		err = mlv_error_nomem("an output");
	else if (from->import)
		err = mlv_import_copy(&copy.import, from->import);
	if (err) {
		mlv_output_release(&copy);
		return err;
	}
	*to = copy;
	return NULL;
}

struct mlv_key mlv_output_key(const struct mlv_output *output)
{
	static const enum mlv_kind kinds[] = {
		[MLV_ID_SHA256] = MLV_KIND_OBJECT,
		[MLV_ID_LEAVES] = MLV_KIND_LARGE,
		[MLV_ID_TREE] = MLV_KIND_NODE,
	};

	return (struct mlv_key){ .kind = kinds[output->type], .oid = output->oid };
}

bool mlv_output_same_id(const struct mlv_output *a, const struct mlv_output *b)
{
	return a->type == b->type && mlv_oid_equal(&a->oid, &b->oid) && a->size == b->size &&
	       a->exec == b->exec;
}

bool mlv_pointer_name(const char *path, size_t *len)
{
	size_t whole = strlen(path), suffix = strlen(SUFFIX);

	if (whole <= suffix || strcmp(path + whole - suffix, SUFFIX) != 0 ||
	    path[whole - suffix - 1] == '/')
		return false;
	*len = whole - suffix;
	return true;
}

static mlv_err damaged(const char *path, const char *why)
{
	return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "%s: %s", path, why),
			      "git checkout -- %s", path);
}

/* A decimal number as this program writes it, of at most 19 digits. */
static bool canonical_count(const struct mlv_value *value, uint64_t *count)
{
	uint64_t made = 0;

	if (!value || value->type != MLV_VALUE_INT || !value->text || value->text_len == 0 ||
	    value->text_len > 19 || (value->text[0] == '0' && value->text_len > 1))
		return false;
	for (size_t i = 0; i < value->text_len; i++) {
		if (!isdigit((unsigned char)value->text[i]))
			return false;
		made = made * 10 + (uint64_t)(value->text[i] - '0');
	}
	*count = made;
	return true;
}

/* Read the id at key, if there is one. 64 digits may look like a number to a YAML reader. */
static mlv_err read_oid(const char *path, const struct mlv_value *item, const char *key,
			struct mlv_oid *oid, bool *there)
{
	const struct mlv_value *value = mlv_value_get(item, key);

	*there = value != NULL;
	if (value && (!value->text || !mlv_oid_parse(value->text, value->text_len, oid)))
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT,
						"%s: %s is not 64 lower-case hex digits", path, key),
				      "git checkout -- %s", path);
	return NULL;
}

static mlv_err read_flag(const char *path, const struct mlv_value *map, const char *key,
			 bool *flag)
{
	const struct mlv_value *value = mlv_value_get(map, key);

	if (!value)
		return NULL;
	if (value->type != MLV_VALUE_BOOL)
		return mlv_error(MLV_E_SPEC, "%s: %s is neither true nor false", path, key);
	*flag = value->boolean;
	return NULL;
}

static mlv_err read_ids(const char *path, const struct mlv_value *item, struct mlv_output *output)
{
	struct mlv_oid sha256 = { 0 }, leaves = { 0 }, tree = { 0 };
	bool has_sha256, has_leaves, has_tree;
	mlv_err err;

	if ((err = read_oid(path, item, "sha256", &sha256, &has_sha256)) ||
	    (err = read_oid(path, item, "leaves", &leaves, &has_leaves)) ||
	    (err = read_oid(path, item, "tree", &tree, &has_tree)))
		return err;
	if (!has_sha256 && !has_leaves && !has_tree)
		return damaged(path, "neither sha256, leaves nor tree is given");
	if (has_tree && (has_sha256 || has_leaves))
		return damaged(path, "tree stands beside another id");
	output->type = has_tree ? MLV_ID_TREE : has_leaves ? MLV_ID_LEAVES : MLV_ID_SHA256;
	output->oid = has_tree ? tree : has_leaves ? leaves : sha256;
	output->has_plain = has_leaves && has_sha256;
	if (output->has_plain)
		output->plain = sha256;
	return NULL;
}

static mlv_err read_numbers(const char *path, const struct mlv_value *item,
			    struct mlv_output *output)
{
	const struct mlv_value *nfiles = mlv_value_get(item, "nfiles");
	bool tree = output->type == MLV_ID_TREE;
	mlv_err err;

	if (!canonical_count(mlv_value_get(item, "size"), &output->size))
		return damaged(path, "size is not a decimal number");
	if (output->type == MLV_ID_SHA256 && output->size > MLV_SMALL_MAX)
		return damaged(path, "a file of this size is named by leaves, not by sha256");
	if (output->type == MLV_ID_LEAVES && output->size <= MLV_SMALL_MAX)
		return damaged(path, "a file of this size is named by sha256, not by leaves");
	if (tree && !canonical_count(nfiles, &output->nfiles))
		return damaged(path, "nfiles is not a decimal number");
	if (!tree && nfiles)
		return damaged(path, "nfiles is for directories");
	if ((err = read_flag(path, item, "exec", &output->exec)))
		return err;
	return tree && output->exec ? damaged(path, "exec is for files") : NULL;
}

static mlv_err read_options(const char *path, const struct mlv_value *top,
			    const struct mlv_value *item, struct mlv_output *output)
{
	const struct mlv_value *remote = mlv_value_get(item, "remote");
	mlv_err err;

	output->push = output->cache = true;
	if ((err = read_flag(path, item, "push", &output->push)) ||
	    (err = read_flag(path, item, "cache", &output->cache)) ||
	    (err = read_flag(path, top, "frozen", &output->frozen)))
		return err;
	if (!remote)
		return NULL;
	if (!remote->text || remote->text_len == 0)
		return mlv_error(MLV_E_SPEC, "%s: remote is not a name", path);
	output->remote = mlv_sys_strndup(remote->text, remote->text_len);
	return output->remote ? NULL : mlv_error_nomem("a remote's name");
}

/* What the pointer says it stands for must be what its own name says. */
static mlv_err read_path(const char *path, const struct mlv_value *item, struct mlv_output *output)
{
	const struct mlv_value *value = mlv_value_get(item, "path");
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *why;
	size_t len;

	if (!mlv_pointer_name(path, &len))
		return mlv_error(MLV_E_SPEC, "%s: a pointer's name ends with .mlv", path);
	if ((why = mlv_path_check(path, len)))
		return mlv_error(MLV_E_CORRUPT, "%s: not a path that can be tracked: %s", path, why);
	len -= (size_t)(name - path);
	if (!value || !value->text)
		return damaged(path, "no path is given");
	if (value->text_len != len || memcmp(value->text, name, len) != 0)
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT,
						"%s: its path is not its own name without .mlv",
						path),
				      "write 'path: %.*s', or rename the file", (int)len, name);
	output->pointer = mlv_sys_strdup(path);
	output->path = mlv_sys_strndup(path, (size_t)(name - path) + len);
	return output->pointer && output->path ? NULL : mlv_error_nomem("a path");
}

mlv_err mlv_pointer_parse(const char *path, const char *text, size_t len,
			  struct mlv_output *output)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *top = NULL;
	MLV_SCOPED(mlv_output_release) struct mlv_output made = { 0 };
	const struct mlv_value *outs, *item;
	mlv_err err;

	if ((err = mlv_yaml_parse(path, text, len, &top)))
		return err->code == MLV_E_SPEC
			       ? mlv_error_hint(err, "correct it, or: git checkout -- %s", path)
			       : err;
	outs = mlv_value_get(top, "outs");
	if (!outs || outs->type != MLV_VALUE_LIST || outs->count != 1 ||
	    outs->items[0]->type != MLV_VALUE_MAP)
		return damaged(path, "outs is not a list of one output");
	item = outs->items[0];
	if ((err = read_path(path, item, &made)) || (err = read_ids(path, item, &made)) ||
	    (err = read_numbers(path, item, &made)) ||
	    (err = read_options(path, top, item, &made)) ||
	    (err = mlv_import_parse(path, mlv_value_get(top, "deps"), &made.import)))
		return err;
	*output = made;
	made = (struct mlv_output){ 0 };
	return NULL;
}

const char *mlv_id_type_name(enum mlv_id_type type)
{
	return type == MLV_ID_TREE ? "tree" : type == MLV_ID_LEAVES ? "leaves" : "sha256";
}

static mlv_err write_new(const struct mlv_output *output, struct mlv_buf *text)
{
	const char *slash = strrchr(output->path, '/');
	const char *name = slash ? slash + 1 : output->path;
	char hex[MLV_OID_HEX + 1];
	mlv_err err;

	if ((err = mlv_buf_add_str(text, "outs:\n- path: ")) ||
	    (err = mlv_yaml_add_string(text, name, strlen(name))) ||
	    (err = mlv_buf_printf(text, "\n  %s: %s\n", mlv_id_type_name(output->type),
				  mlv_oid_format(&output->oid, hex))))
		return err;
	if (output->has_plain &&
	    (err = mlv_buf_printf(text, "  sha256: %s\n", mlv_oid_format(&output->plain, hex))))
		return err;
	if ((err = mlv_buf_printf(text, "  size: %llu\n", (unsigned long long)output->size)))
		return err;
	if (output->type == MLV_ID_TREE)
		err = mlv_buf_printf(text, "  nfiles: %llu\n", (unsigned long long)output->nfiles);
	else if (output->exec)
		err = mlv_buf_add_str(text, "  exec: true\n");
	if (!err && !output->push)
		err = mlv_buf_add_str(text, "  push: false\n");
	return err || !output->import ? err : mlv_import_write(output->import, text);
}

/* Let the id's line say the new id, under the key of its type. */
static mlv_err rewrite_id(const struct mlv_output *output, const struct mlv_output *was,
			  struct mlv_buf *text)
{
	const char *name = output->pointer, *key = mlv_id_type_name(output->type);
	char hex[MLV_OID_HEX + 1];
	mlv_err err;

	if (was->has_plain && (err = mlv_yaml_unset(name, text, ITEM, "sha256")))
		return err;
	if (was->type != output->type &&
	    (err = mlv_yaml_rename(name, text, ITEM, mlv_id_type_name(was->type), key)))
		return err;
	if ((err = mlv_yaml_set(name, text, ITEM, key, mlv_oid_format(&output->oid, hex))))
		return err;
	return output->has_plain ? mlv_yaml_set(name, text, ITEM, "sha256",
						mlv_oid_format(&output->plain, hex))
				 : NULL;
}

static mlv_err set_count(const char *name, struct mlv_buf *text, const char *key, uint64_t count)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)count);
	return mlv_yaml_set(name, text, ITEM, key, digits);
}

static mlv_err rewrite(const struct mlv_output *output, struct mlv_buf *text)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output was = { 0 };
	const char *name = output->pointer;
	mlv_err err;

	if ((err = mlv_pointer_parse(name, text->ptr, text->len, &was)) ||
	    (err = rewrite_id(output, &was, text)) ||
	    (err = set_count(name, text, "size", output->size)))
		return err;
	if (output->type == MLV_ID_TREE)
		err = set_count(name, text, "nfiles", output->nfiles);
	else
		err = mlv_yaml_unset(name, text, ITEM, "nfiles");
	if (!err && output->import)
		err = mlv_import_rewrite(name, was.import, output->import, text);
	if (err || output->exec == was.exec)
		return err;
	return output->exec ? mlv_yaml_set(name, text, ITEM, "exec", "true")
			    : mlv_yaml_unset(name, text, ITEM, "exec");
}

mlv_err mlv_pointer_write(const struct mlv_output *output, const char *old, size_t old_len,
			  struct mlv_buf *text)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf made = MLV_BUF_LIMIT(MLV_POINTER_MAX);
	MLV_SCOPED(mlv_output_release) struct mlv_output check = { 0 };
	mlv_err err;

	if (!old)
		err = write_new(output, &made);
	else if (!(err = mlv_buf_add(&made, old, old_len)))
		err = rewrite(output, &made);
	if (err)
		return err;
	/* What will be named by git must be what was meant, whatever the text was before. */
	if ((err = mlv_pointer_parse(output->pointer, made.ptr, made.len, &check)))
		return mlv_error_wrap(err, "writing the pointer");
	if (!mlv_output_same_id(&check, output) || check.has_plain != output->has_plain)
		return mlv_error(MLV_E_SPEC, "%s: cannot be changed in place", output->pointer);
	return mlv_buf_add(text, made.ptr, made.len);
}
