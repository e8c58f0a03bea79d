/* The part of namer.h that finds what a pattern matches. */
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/glob.h"
#include "core/repo/ignore.h"
#include "core/repo/namer.h"
#include "core/repo/walk.h"

struct match {
	struct mlv_glob glob;
	const char *top; /* where the walk begins, "" for the root */
	struct mlv_ignore *rules;
	struct mlv_buf path;
	mlv_match_fn fn;
	void *arg;
};

static mlv_err set_path(struct match *match, const char *path, size_t len)
{
	mlv_err err;

	mlv_buf_clear(&match->path);
	if ((err = mlv_buf_add_str(&match->path, match->top)) ||
	    (*match->top && len && (err = mlv_buf_add_char(&match->path, '/'))))
		return err;
	return mlv_buf_add(&match->path, path, len);
}

static mlv_err look_at(void *arg, const struct mlv_walk_entry *entry)
{
	struct match *match = arg;
	mlv_err err = set_path(match, entry->path, entry->path_len);

	if (err || (entry->kind != 'f' && entry->kind != 'x' && entry->kind != 'l') ||
	    !mlv_glob_match(&match->glob, match->path.ptr, match->path.len) ||
	    mlv_ignore_match(match->rules, match->path.ptr, match->path.len, 0, false))
		return err;
	return match->fn(match->arg, match->path.ptr);
}

static void match_release(struct match *match)
{
	mlv_glob_release(&match->glob);
	mlv_buf_release(&match->path);
	mlv_ignore_freep(&match->rules);
}

mlv_err mlv_namer_match(struct mlv_repo *repo, const char *pattern, mlv_match_fn fn, void *arg)
{
	MLV_SCOPED(match_release) struct match match = { .path = MLV_BUF_INIT, .fn = fn, .arg = arg };
	MLV_SCOPED(mlv_mem_free) char *top = mlv_sys_strndup(pattern, strcspn(pattern, "*?[\\"));
	char *slash;
	mlv_err err;

	if (!top)
		return mlv_error_nomem("a pattern");
	/* The directory that what matches must lie below: what stands before the first wildcard. */
	slash = strrchr(top, '/');
	*(slash ? slash : top) = '\0';
	match.top = top;
	if ((err = mlv_glob_compile(&match.glob, pattern, strlen(pattern), true)) ||
	    (err = mlv_ignore_load(&match.rules, repo, pattern)))
		return err;
	err = mlv_walk(repo->ctx, repo->root_fd, *top ? top : ".", NULL, look_at, &match);
	return err && err->code == MLV_E_MISSING ? NULL : err;
}
