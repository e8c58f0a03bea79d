#include "core/repo/import.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/base/yaml_edit.h"

#define URL_MAX 8192
#define MARK_MAX 1024
#define COMMIT_HEX 40
#define DEP "deps/0"
#define REPO "deps/0/repo"

static const char *const names[MLV_MARKS] = {
	[MLV_MARK_VERSION_ID] = "version_id", [MLV_MARK_ETAG] = "etag",
	[MLV_MARK_MODIFIED] = "modified",     [MLV_MARK_SHA256] = "sha256",
	[MLV_MARK_LEAVES] = "leaves",	      [MLV_MARK_TREE] = "tree",
};

const char *mlv_mark_name(enum mlv_mark mark)
{
	return names[mark];
}

void mlv_import_freep(struct mlv_import **import)
{
	struct mlv_import *i = *import;

	if (!i)
		return;
	free(i->url);
	free(i->path);
	free(i->rev);
	free(i->rev_lock);
	free(i->marked);
	free(i);
	*import = NULL;
}

/* A copy of text, NULL of NULL; false when memory is out. */
static bool copy_text(char **to, const char *text)
{
	*to = text ? mlv_sys_strdup(text) : NULL;
	return *to || !text;
}

mlv_err mlv_import_copy(struct mlv_import **to, const struct mlv_import *from)
{
	MLV_SCOPED(mlv_import_freep) struct mlv_import *copy = mlv_sys_alloc(sizeof(*copy));

	if (!copy)
		return mlv_error_nomem("an import");
	copy->mark = from->mark;
	if (!copy_text(&copy->url, from->url) || !copy_text(&copy->path, from->path) ||
	    !copy_text(&copy->rev, from->rev) || !copy_text(&copy->rev_lock, from->rev_lock) ||
	    !copy_text(&copy->marked, from->marked))
		return mlv_error_nomem("an import");
	*to = MLV_TAKE(copy);
	return NULL;
}

/* As git has it: "host:path" is no path of this machine, nor is what has a scheme. */
static bool is_relative(const char *url)
{
	size_t at = strcspn(url, ":/");

	return url[0] != '/' && url[at] != ':';
}

mlv_err mlv_import_place(const struct mlv_import *import, const char *root, struct mlv_buf *url)
{
	if (is_relative(import->url))
		return mlv_path_absolute(url, root, import->url);
	return mlv_buf_add_str(url, import->url);
}

/* ---- reading ---- */

/* The text at key, of 1 to most bytes; *text stays NULL when there is none. */
static mlv_err read_text(const char *pointer, const struct mlv_value *map, const char *key,
			 size_t most, char **text)
{
	const struct mlv_value *value = mlv_value_get(map, key);

	if (!value)
		return NULL;
	if (!value->text || value->text_len == 0 || value->text_len > most ||
	    !mlv_text_is_plain(value->text, value->text_len))
		return mlv_error(MLV_E_SPEC, "%s: deps: %s is no text of one line", pointer, key);
	*text = mlv_sys_strndup(value->text, value->text_len);
	return *text ? NULL : mlv_error_nomem("an import");
}

static bool is_commit(const char *hex)
{
	return hex && strlen(hex) == COMMIT_HEX && strspn(hex, "0123456789abcdef") == COMMIT_HEX;
}

static mlv_err parse_repo(const char *pointer, const struct mlv_value *dep,
			  const struct mlv_value *repo, struct mlv_import *import)
{
	const char *why;
	mlv_err err;

	if ((err = read_text(pointer, repo, "url", URL_MAX, &import->url)) ||
	    (err = read_text(pointer, repo, "rev", MARK_MAX, &import->rev)) ||
	    (err = read_text(pointer, repo, "rev_lock", COMMIT_HEX, &import->rev_lock)) ||
	    (err = read_text(pointer, dep, "path", MLV_PATH_MAX, &import->path)))
		return err;
	if (!import->url || !import->path || !is_commit(import->rev_lock))
		return mlv_error(MLV_E_SPEC, "%s: deps: url, path and rev_lock, a commit, are needed",
				 pointer);
	why = strcmp(import->path, ".") == 0 ? NULL
					     : mlv_path_check(import->path, strlen(import->path));
	return why ? mlv_error(MLV_E_SPEC, "%s: deps: path: %s", pointer, why) : NULL;
}

static mlv_err parse_url(const char *pointer, const struct mlv_value *dep,
			 struct mlv_import *import)
{
	mlv_err err = read_text(pointer, dep, "url", URL_MAX, &import->url);

	if (!err && !import->url)
		return mlv_error(MLV_E_SPEC, "%s: deps: neither repo nor url is given", pointer);
	for (int mark = 0; !err && !import->marked && mark < MLV_MARKS; mark++) {
		err = read_text(pointer, dep, names[mark], MARK_MAX, &import->marked);
		import->mark = (enum mlv_mark)mark;
	}
	return err;
}

mlv_err mlv_import_parse(const char *pointer, const struct mlv_value *deps,
			 struct mlv_import **import)
{
	MLV_SCOPED(mlv_import_freep) struct mlv_import *made = NULL;
	const struct mlv_value *repo;
	mlv_err err;

	if (!deps)
		return NULL;
	if (deps->type != MLV_VALUE_LIST || deps->count != 1 ||
	    deps->items[0]->type != MLV_VALUE_MAP)
		return mlv_error(MLV_E_SPEC, "%s: deps is not a list of one source", pointer);
	if (!(made = mlv_sys_alloc(sizeof(*made))))
		return mlv_error_nomem("an import");
	repo = mlv_value_get(deps->items[0], "repo");
	err = repo ? parse_repo(pointer, deps->items[0], repo, made)
		   : parse_url(pointer, deps->items[0], made);
	if (!err)
		*import = MLV_TAKE(made);
	return err;
}

/* ---- writing ---- */

/* "<before><text>\n", the text quoted where it must be. */
static mlv_err write_line(struct mlv_buf *to, const char *before, const char *text)
{
	mlv_err err;

	if (!text)
		return NULL;
	if ((err = mlv_buf_add_str(to, before)) ||
	    (err = mlv_yaml_add_string(to, text, strlen(text))))
		return err;
	return mlv_buf_add_char(to, '\n');
}

mlv_err mlv_import_write(const struct mlv_import *import, struct mlv_buf *text)
{
	mlv_err err;

	if (import->path) {
		if ((err = write_line(text, "deps:\n- path: ", import->path)) ||
		    (err = write_line(text, "  repo:\n    url: ", import->url)) ||
		    (err = write_line(text, "    rev: ", import->rev)))
			return err;
		return write_line(text, "    rev_lock: ", import->rev_lock);
	}
	if ((err = write_line(text, "deps:\n- url: ", import->url)) || !import->marked ||
	    (err = mlv_buf_printf(text, "  %s", names[import->mark])))
		return err;
	return write_line(text, ": ", import->marked);
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Let key say value instead of was. */
static mlv_err change(const char *pointer, struct mlv_buf *text, const char *map, const char *key,
		      const char *was, const char *value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf scalar = MLV_BUF_INIT;
	mlv_err err;

	if (same(was, value))
		return NULL;
	if (!value)
		return mlv_yaml_unset(pointer, text, map, key);
	err = mlv_yaml_add_string(&scalar, value, strlen(value));
	return err ? err : mlv_yaml_set(pointer, text, map, key, scalar.ptr);
}

mlv_err mlv_import_rewrite(const char *pointer, const struct mlv_import *was,
			   const struct mlv_import *import, struct mlv_buf *text)
{
	const char *marked = import->marked;
	mlv_err err;

	if (!was || !was->path != !import->path)
		return mlv_error(MLV_E_SPEC, "%s: its deps are of another kind", pointer);
	if (import->path) {
		if ((err = change(pointer, text, REPO, "rev_lock", was->rev_lock,
				  import->rev_lock)))
			return err;
		return change(pointer, text, REPO, "rev", was->rev, import->rev);
	}
	if (was->marked && marked && was->mark != import->mark)
		err = mlv_yaml_rename(pointer, text, DEP, names[was->mark], names[import->mark]);
	else if (was->marked && !marked)
		return mlv_yaml_unset(pointer, text, DEP, names[was->mark]);
	else
		err = NULL;
	return err ? err : change(pointer, text, DEP, names[import->mark], was->marked, marked);
}
