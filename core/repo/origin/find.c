/* origin/find.c - what lies at a path of another repository. */
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/origin/impl.h"

/* As git has them. */
#define MODE_DIR 040000U
#define MODE_LINK 0120000U

void mlv_finding_freep(struct mlv_finding **finding)
{
	struct mlv_finding *f = *finding;

	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		mlv_output_release(&f->pieces[i].output);
		free(f->pieces[i].path);
		free(f->pieces[i].part);
	}
	free(f->pieces);
	free(f->prefix);
	free(f->path);
	mlv_strs_release(&f->remotes);
	free(f);
	*finding = NULL;
}

const char *mlv_finding_path(const struct mlv_finding *finding)
{
	return *finding->path ? finding->path : ".";
}

const struct mlv_strs *mlv_finding_remotes(const struct mlv_finding *finding)
{
	return &finding->remotes;
}

mlv_err mlv_finding_add(struct mlv_finding *f, const char *path, struct mlv_piece **piece)
{
	mlv_err err = mlv_array_grow(&f->pieces, &f->cap, f->count + 1, sizeof(*f->pieces));

	if (err)
		return err;
	f->pieces[f->count] = (struct mlv_piece){ .path = mlv_sys_strdup(path) };
	if (!f->pieces[f->count].path)
		return mlv_error_nomem("a path");
	*piece = &f->pieces[f->count++];
	return NULL;
}

/* The directory above path with an mlv repository in it: "" or "sub/". */
static mlv_err find_prefix(const struct mlv_origin *origin, const char *path, char **prefix)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf config = MLV_BUF_INIT;
	size_t len = strlen(path);
	unsigned mode = 0;
	mlv_err err;

	do {
		while (len > 0 && path[len - 1] != '/')
			len--;
		mlv_buf_clear(&config);
		if ((err = mlv_buf_printf(&config, "%.*s.mlv/config", (int)len, path)) ||
		    (err = mlv_git_mode(origin->git, &origin->commit, config.ptr, &mode)))
			return err;
		if (mode) {
			*prefix = mlv_sys_strndup(path, len);
			return *prefix ? NULL : mlv_error_nomem("a path");
		}
	} while (len-- > 0);
	return mlv_error(MLV_E_CORRUPT, "%s: %s.mlv is a pointer, but no mlv repository is around it",
			 origin->url, path);
}

/* path is that of the tracked thing, from the root. */
mlv_err mlv_finding_note(struct mlv_finding *f, struct mlv_piece *piece, const char *path)
{
	MLV_SCOPED(mlv_mem_free) char *prefix = NULL;
	mlv_err err = find_prefix(f->origin, path, &prefix);
	const char *remote = piece->output.remote ? piece->output.remote : "";

	if (err)
		return err;
	piece->tracked = true;
	if (f->prefix && strcmp(f->prefix, prefix) != 0)
		return mlv_error(MLV_E_REFUSED, "%s: %s: what lies there belongs to several mlv "
				 "repositories", f->origin->url, f->path);
	if (!f->prefix)
		f->prefix = MLV_TAKE(prefix);
	return mlv_strs_has(&f->remotes, remote) ? NULL : mlv_strs_add(&f->remotes, remote);
}

/* The pointer beside path, if there is one: what lies in it at part. */
static mlv_err try_pointer(struct mlv_finding *f, const char *path, const char *part, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_POINTER_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	struct mlv_piece *piece;
	mlv_err err;

	if ((err = mlv_buf_printf(&name, "%s.mlv", path)) ||
	    (err = mlv_git_read(f->origin->git, &f->origin->commit, name.ptr, &text, found)) ||
	    !*found)
		return err;
	if ((err = mlv_finding_add(f, "", &piece)) ||
	    (err = mlv_pointer_parse(name.ptr, text.ptr, text.len, &piece->output)))
		return err;
	if (*part && piece->output.type != MLV_ID_TREE)
		return mlv_error(MLV_E_MISSING, "%s: %s is a file, not a directory", f->origin->url,
				 path);
	piece->part = mlv_sys_strdup(part);
	return piece->part ? mlv_finding_note(f, piece, path) : mlv_error_nomem("a path");
}

/* A pointer of path, or of a directory above it. */
static mlv_err find_tracked(struct mlv_finding *f, bool *found)
{
	MLV_SCOPED(mlv_mem_free) char *path = mlv_sys_strdup(f->path);
	mlv_err err = NULL;

	if (!path)
		return mlv_error_nomem("a path");
	for (char *at = path; !err && !*found && *at;) {
		char kept;

		at += strcspn(at, "/");
		kept = *at;
		*at = '\0';
		err = try_pointer(f, path, kept ? at + 1 : "", found);
		*at = kept;
		at += kept != '\0';
	}
	return err;
}

static bool has_reserved_name(const char *path)
{
	for (size_t len; *path; path += len, path += *path == '/') {
		len = strcspn(path, "/");
		if (mlv_path_name_reserved(path, len))
			return true;
	}
	return false;
}

static mlv_err note_git_file(void *arg, const char *path, const struct mlv_git_id *blob)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_POINTER_MAX);
	struct mlv_finding *f = arg;
	size_t skip = strlen(f->path), len;
	const char *below = path + skip + (skip > 0);
	struct mlv_piece *piece;
	mlv_err err = mlv_ctx_check_stop(f->origin->ctx);

	if (err || has_reserved_name(below))
		return err;
	if ((err = mlv_finding_add(f, below, &piece)))
		return err;
	if (!mlv_pointer_name(below, &len)) {
		piece->blob = *blob;
		return mlv_git_mode(f->origin->git, &f->origin->commit, path, &piece->mode);
	}
	piece->path[len] = '\0';
	piece->part = mlv_sys_strdup("");
	if (!piece->part)
		return mlv_error_nomem("a path");
	if ((err = mlv_git_read_blob(f->origin->git, blob, &text)) ||
	    (err = mlv_pointer_parse(path, text.ptr, text.len, &piece->output)))
		return err;
	return mlv_finding_note(f, piece, piece->output.path);
}

/* As a manifest is sorted, the files of a tree standing where "path/" does. */
static int by_path(const void *a, const void *b)
{
	const struct mlv_piece *x = a, *y = b;
	size_t xl = strlen(x->path), yl = strlen(y->path), len = xl < yl ? xl : yl;
	int order = memcmp(x->path, y->path, len);

	if (order || xl == yl)
		return order;
	if (xl < yl)
		return (x->tracked && x->output.type == MLV_ID_TREE ? '/' : 0) -
		       (unsigned char)y->path[len];
	return (unsigned char)x->path[len] - (y->tracked && y->output.type == MLV_ID_TREE ? '/' : 0);
}

static mlv_err find_below(struct mlv_finding *f, bool in_git)
{
	struct mlv_origin *origin = f->origin;
	mlv_err err = NULL;

	f->dir = true;
	if (in_git)
		err = mlv_git_each_blob(origin->git, &origin->commit, f->path, NULL, note_git_file,
					f);
	if (f->count)
		qsort(f->pieces, f->count, sizeof(*f->pieces), by_path);
	return err;
}

/* What stages made below it was found before. */
static mlv_err find_in_git(struct mlv_finding *f)
{
	struct mlv_origin *origin = f->origin;
	unsigned mode = MODE_DIR;
	struct mlv_piece *piece;
	char shown[256];
	mlv_err err = NULL;
	size_t len;

	if (*f->path && (err = mlv_git_mode(origin->git, &origin->commit, f->path, &mode)))
		return err;
	mlv_path_shown(f->path, strlen(f->path), shown, sizeof(shown));
	if (mode == MODE_DIR || (mode == 0 && f->count))
		return find_below(f, mode == MODE_DIR);
	if (mode == 0)
		return mlv_error(MLV_E_MISSING, "%s: no %s at %.12s", origin->url, shown,
				 origin->commit.hex);
	if ((mode & 0170000U) != 0100000U)
		return mlv_error(MLV_E_REFUSED, "%s: %s is a %s", origin->url, shown,
				 mode == MODE_LINK ? "symbolic link" : "submodule");
	if (mlv_pointer_name(f->path, &len))
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "%s: %s is a pointer of mlv", origin->url,
						shown),
				      "name what it stands for: %.*s", (int)len, f->path);
	if ((err = mlv_finding_add(f, "", &piece)))
		return err;
	piece->mode = mode;
	return NULL;
}

static mlv_err find(struct mlv_finding *f, const char *path)
{
	size_t len = strlen(path);
	const char *why;
	bool found = false;
	mlv_err err;

	while (len > 0 && path[len - 1] == '/')
		len--;
	if (len == 1 && path[0] == '.')
		len = 0;
	if (len > 0 && (why = mlv_path_check(path, len)))
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "'%s' is no path in a repository: %s",
						path, why),
				      "a path from the root of the git repository: data/train.csv");
	if (!(f->path = mlv_sys_strndup(path, len)))
		return mlv_error_nomem("a path");
	if ((err = find_tracked(f, &found)) || (!found && (err = mlv_finding_made(f, &found))))
		return err;
	if (!found && (err = find_in_git(f)))
		return err;
	return f->prefix ? mlv_origin_open_repo(f->origin, f->prefix) : NULL;
}

mlv_err mlv_origin_find(struct mlv_origin *origin, const char *path, struct mlv_finding **finding)
{
	MLV_SCOPED(mlv_finding_freep) struct mlv_finding *f = mlv_sys_alloc(sizeof(*f));
	mlv_err err;

	if (!f)
		return mlv_error_nomem("a search");
	f->origin = origin;
	err = find(f, path);
	if (!err)
		*finding = MLV_TAKE(f);
	return err;
}
