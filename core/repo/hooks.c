#include "core/repo/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/git/program.h"

#define BEFORE ".before-mlv"
#define HOOK_MAX ((size_t)1 << 20)
#define ATTRIBUTES ".gitattributes"
#define DRIVER "mlv merge-driver %O %A %B %P"

static const char head[] =
	"#!/bin/sh\n"
	"# Written by mlv install; mlv install --uninstall takes it away.\n";

static const char chain[] =
	"if [ -x \"$0\"" BEFORE " ]; then\n"
	"\t\"$0\"" BEFORE " \"$@\" || exit\n"
	"fi\n";

static const char not_in_rebase[] =
	"[ ! -d \"$(git rev-parse --git-path rebase-merge)\" ] || exit 0\n"
	"[ ! -d \"$(git rev-parse --git-path rebase-apply)\" ] || exit 0\n";

static const struct {
	const char *name;
	bool moves_head;
	const char *body;
} hooks[] = {
	{ "post-checkout", true, "[ \"$3\" = 1 ] || exit 0\nmlv checkout --allow-missing\n" },
	{ "post-merge", true, "mlv checkout --allow-missing\n" },
	{ "pre-commit", false, "mlv status -q\n[ $? != 1 ] || mlv status >&2\nexit 0\n" },
	{ "pre-push", false, "[ -z \"$(mlv remote list)\" ] || mlv push </dev/null\n" },
};

struct install {
	struct mlv_repo *repo;
	struct mlv_git_program git;
	struct mlv_buf where, dir; /* dir: of the hooks, absolute */
	int fd;                    /* of dir; -1: there is none */
	mlv_hook_fn fn;
	void *arg;
};

static void install_release(struct install *in)
{
	mlv_git_program_release(&in->git);
	mlv_buf_release(&in->where);
	mlv_buf_release(&in->dir);
	mlv_fd_close(&in->fd);
}

/* What git rev-parse says, as an absolute path. */
static mlv_err ask_path(struct install *in, const char *option, const char *name,
			struct mlv_buf *path)
{
	const char *words[] = { "rev-parse", option, name, NULL };
	struct mlv_buf *out = &in->git.out;
	mlv_err err = mlv_git_program_run(&in->git, words);

	if (err)
		return err;
	if (in->git.status != 0)
		return mlv_git_program_failed(&in->git, MLV_E_SYSTEM, in->repo->root);
	if (out->len && out->ptr[out->len - 1] == '\n')
		mlv_buf_truncate(out, out->len - 1);
	return mlv_path_absolute(path, in->repo->root, out->ptr);
}

static mlv_err find_dir(struct install *in)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf common = MLV_BUF_INIT;
	struct mlv_git *git;
	mlv_err err;

	if ((err = mlv_repo_git(in->repo, &git)))
		return err;
	if (!git)
		return mlv_error(MLV_E_USAGE, "there is no git here to install into (core.no_scm)");
	if ((err = ask_path(in, "--git-path", "hooks", &in->dir)) ||
	    (err = ask_path(in, "--git-common-dir", NULL, &common)))
		return err;
	if (mlv_path_below(common.ptr, in->dir.ptr) ||
	    mlv_path_below(mlv_git_workdir(git), in->dir.ptr))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: git's hooks lie there (core.hooksPath), "
					"where other repositories find them too", in->dir.ptr),
			      "git config core.hooksPath %s/hooks", common.ptr);
}

static mlv_err begin(struct install *in, struct mlv_repo *repo, const char *scratch, bool make,
		     mlv_hook_fn fn, void *arg)
{
	mlv_err err = mlv_buf_printf(&in->where, "-C%s", repo->root);

	in->repo = repo;
	in->fn = fn;
	in->arg = arg;
	in->git.ctx = repo->ctx;
	in->git.scratch = scratch;
	in->git.where = in->where.ptr;
	if (err || (err = find_dir(in)) ||
	    (make && (err = mlv_fs_mkdirs(AT_FDCWD, in->dir.ptr, 0777))))
		return err;
	in->fd = mlv_sys_openat(AT_FDCWD, in->dir.ptr, O_RDONLY | O_DIRECTORY, 0);
	return in->fd < 0 && (make || errno != ENOENT) ? mlv_error_sys("%s", in->dir.ptr) : NULL;
}

/* As one word of a shell. */
static mlv_err add_quoted(struct mlv_buf *to, const char *text)
{
	mlv_err err = mlv_buf_add_char(to, '\'');

	for (; !err && *text; text++)
		err = *text == '\'' ? mlv_buf_add_str(to, "'\\''") : mlv_buf_add_char(to, *text);
	return err ? err : mlv_buf_add_char(to, '\'');
}

static mlv_err write_script(const struct install *in, size_t hook, struct mlv_buf *text)
{
	const char *prefix = in->repo->git_prefix;
	mlv_err err;

	if ((err = mlv_buf_add_str(text, head)) || (err = mlv_buf_add_str(text, chain)) ||
	    (hooks[hook].moves_head && (err = mlv_buf_add_str(text, not_in_rebase))))
		return err;
	/* git runs hooks at the root of its work tree. */
	if (*prefix && ((err = mlv_buf_add_str(text, "cd ")) || (err = add_quoted(text, prefix)) ||
			(err = mlv_buf_add_str(text, " || exit 0\n"))))
		return err;
	return mlv_buf_add_str(text, hooks[hook].body);
}

/* The text of a hook; *there is false when there is none. */
static mlv_err read_hook(const struct install *in, const char *name, struct mlv_buf *text,
			 bool *there)
{
	mlv_err err = mlv_fs_read(in->fd, name, text);

	*there = !err;
	return err && err->code == MLV_E_MISSING ? NULL : err;
}

static bool is_ours(const struct mlv_buf *text)
{
	return strncmp(text->ptr, head, sizeof(head) - 1) == 0;
}

static mlv_err before_name(const char *name, struct mlv_buf *before)
{
	return mlv_buf_printf(before, "%s" BEFORE, name);
}

/* Put the user's own hook where ours runs it. */
static mlv_err put_aside(const struct install *in, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf before = MLV_BUF_INIT;
	mlv_err err = before_name(name, &before);

	if (err)
		return err;
	if (mlv_fs_exists(in->fd, before.ptr))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s/%s is not mlv's, and %s is there too",
						in->dir.ptr, name, before.ptr),
				      "remove one of them");
	return mlv_sys_renameat(in->fd, name, in->fd, before.ptr) < 0
		       ? mlv_error_sys("%s/%s", in->dir.ptr, name)
		       : NULL;
}

static mlv_err install_hook(struct install *in, size_t hook)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf old = MLV_BUF_LIMIT(HOOK_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const char *name = hooks[hook].name;
	bool there, ours;
	mlv_err err;

	if ((err = read_hook(in, name, &old, &there)) || (err = write_script(in, hook, &text)))
		return err;
	ours = there && is_ours(&old);
	if (ours && old.len == text.len && memcmp(old.ptr, text.ptr, text.len) == 0) {
		in->fn(in->arg, name, MLV_HOOK_AS_BEFORE);
		return NULL;
	}
	if ((there && !ours && (err = put_aside(in, name))) ||
	    (err = mlv_fs_replace(in->fd, name, text.ptr, text.len, 0777)))
		return err;
	in->fn(in->arg, name, there && !ours ? MLV_HOOK_CHAINED : MLV_HOOK_WRITTEN);
	return NULL;
}

static mlv_err uninstall_hook(struct install *in, size_t hook)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf old = MLV_BUF_LIMIT(HOOK_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf before = MLV_BUF_INIT;
	const char *name = hooks[hook].name;
	bool there, chained;
	mlv_err err;

	if ((err = read_hook(in, name, &old, &there)) || !there || !is_ours(&old))
		return err;
	if ((err = before_name(name, &before)))
		return err;
	chained = mlv_fs_exists(in->fd, before.ptr);
	if ((chained ? mlv_sys_renameat(in->fd, before.ptr, in->fd, name)
		     : mlv_sys_unlinkat(in->fd, name, 0)) < 0)
		return mlv_error_sys("%s/%s", in->dir.ptr, name);
	in->fn(in->arg, name, chained ? MLV_HOOK_RESTORED : MLV_HOOK_REMOVED);
	return mlv_fs_sync_dir(in->fd, ".");
}

/* ---- merging ---- */

static mlv_err set_driver(struct install *in)
{
	static const char *const settings[][2] = {
		{ "merge.mlv.name", "directories tracked by mlv" },
		{ "merge.mlv.driver", DRIVER },
	};

	for (size_t i = 0; i < MLV_COUNT(settings); i++) {
		const char *words[] = { "config", "--local", settings[i][0], settings[i][1], NULL };
		mlv_err err = mlv_git_program_run(&in->git, words);

		if (err)
			return err;
		if (in->git.status != 0)
			return mlv_git_program_failed(&in->git, MLV_E_SYSTEM, settings[i][0]);
	}
	return NULL;
}

static mlv_err unset_driver(struct install *in)
{
	static const char *const words[] = { "config", "--local", "--remove-section", "merge.mlv",
					     NULL };

	return mlv_git_program_run(&in->git, words); /* that there is none is no failure */
}

static bool has_line(const struct mlv_buf *text, const char *line)
{
	for (const char *at = text->ptr; (at = strstr(at, line)) != NULL; at++)
		if (at == text->ptr || at[-1] == '\n')
			return true;
	return false;
}

/* Have pointers and mlv.lock merged by it: lines that are in git, for everybody. */
static mlv_err add_attributes(struct mlv_repo *repo)
{
	static const char *const lines[] = { "*.mlv merge=mlv\n", "mlv.lock merge=mlv\n" };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(HOOK_MAX);
	MLV_SCOPED(mlv_strs_release) struct mlv_strs written = { 0 };
	mlv_err err = mlv_fs_read(repo->root_fd, ATTRIBUTES, &text);
	size_t before = text.len;

	if (err && err->code != MLV_E_MISSING)
		return err;
	for (size_t i = 0; i < MLV_COUNT(lines); i++)
		if (!has_line(&text, lines[i]) &&
		    ((text.len && text.ptr[text.len - 1] != '\n' &&
		      (err = mlv_buf_add_char(&text, '\n'))) ||
		     (err = mlv_buf_add_str(&text, lines[i]))))
			return err;
	if (text.len == before)
		return NULL;
	if ((err = mlv_repo_replace(repo, repo->root_fd, ATTRIBUTES, text.ptr, text.len, 0666)) ||
	    (err = mlv_strs_add(&written, ATTRIBUTES)))
		return err;
	return mlv_repo_stage(repo, &written);
}

#define INSTALL_INIT                                                                               \
	{ .git = MLV_GIT_PROGRAM_INIT, .where = MLV_BUF_INIT, .dir = MLV_BUF_INIT, .fd = -1 }

mlv_err mlv_hooks_install(struct mlv_repo *repo, const char *scratch, mlv_hook_fn fn, void *arg)
{
	MLV_SCOPED(install_release) struct install in = INSTALL_INIT;
	mlv_err err = begin(&in, repo, scratch, true, fn, arg);

	for (size_t i = 0; !err && i < MLV_COUNT(hooks); i++)
		err = install_hook(&in, i);
	if (err || (err = set_driver(&in)))
		return err;
	return add_attributes(repo);
}

mlv_err mlv_hooks_uninstall(struct mlv_repo *repo, const char *scratch, mlv_hook_fn fn, void *arg)
{
	MLV_SCOPED(install_release) struct install in = INSTALL_INIT;
	mlv_err err = begin(&in, repo, scratch, false, fn, arg);

	for (size_t i = 0; !err && in.fd >= 0 && i < MLV_COUNT(hooks); i++)
		err = uninstall_hook(&in, i);
	return err ? err : unset_driver(&in);
}
