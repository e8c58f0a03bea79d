/* origin.c - opening another git repository, where it lies or by the git program. */
#include "core/repo/origin/impl.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/git/program.h"

#define REF "refs/mlv/origin" /* what the revision is fetched as */

void mlv_origin_freep(struct mlv_origin **origin)
{
	struct mlv_origin *o = *origin;

	if (!o)
		return;
	mlv_repo_freep(&o->repo);
	mlv_git_freep(&o->git);
	free(o->url);
	free(o->scratch);
	free(o->dir);
	free(o);
	*origin = NULL;
}

/* ---- by the git program ---- */

/* Without a user's name and password: for messages. */
static const char *shown_url(const char *url, char *to, size_t size)
{
	const char *host = strstr(url, "://"), *at;

	host = host ? host + 3 : url;
	at = strchr(host, '@');
	if (at && at < host + strcspn(host, "/"))
		snprintf(to, size, "%.*s%s", (int)(host - url), url, at + 1);
	else
		snprintf(to, size, "%s", url);
	return to;
}

static mlv_err failure(const struct mlv_origin *origin, const struct mlv_git_program *git)
{
	char url[512];

	return mlv_git_program_failed(git, MLV_E_REMOTE,
				      shown_url(origin->url, url, sizeof(url)));
}

/* A name of a branch or tag, or an id: what a server can be asked for as it is. */
static bool is_plain(const char *rev)
{
	static const char *const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789_-./";

	return *rev && *rev != '-' && *rev != '/' && rev[strspn(rev, safe)] == '\0';
}

/* Whether the server knows no such name, or cannot do so little: then all is asked for. */
static bool wants_more(const char *said)
{
	static const char *const signs[] = { "find remote ref", "not our ref", "unadvertised object",
					     "shallow", "no such remote ref" };

	for (size_t i = 0; i < MLV_COUNT(signs); i++)
		if (strstr(said, signs[i]))
			return true;
	return false;
}

/* Just the commit of the revision, without its history. */
static mlv_err fetch_one(const struct mlv_origin *origin, struct mlv_git_program *git,
			 const char *rev, bool *done)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf spec = MLV_BUF_INIT;
	const char *words[] = { "fetch", "--quiet", "--no-tags", "--no-recurse-submodules",
				"--depth=1", "--", origin->url, NULL, NULL };
	mlv_err err;

	*done = false;
	if (!is_plain(rev))
		return NULL;
	if ((err = mlv_buf_printf(&spec, "+%s:%s", rev, REF)))
		return err;
	words[7] = spec.ptr;
	if ((err = mlv_git_program_run(git, words)))
		return err;
	*done = git->status == 0;
	return *done || wants_more(git->said.ptr) ? NULL : failure(origin, git);
}

static mlv_err fetch_all(const struct mlv_origin *origin, struct mlv_git_program *git)
{
	const char *words[] = { "fetch", "--quiet", "--no-recurse-submodules", "--", origin->url,
				"+HEAD:" REF, "+refs/heads/*:refs/heads/*",
				"+refs/tags/*:refs/tags/*", NULL };
	mlv_err err = mlv_git_program_run(git, words);

	return err || git->status == 0 ? err : failure(origin, git);
}

/* The revision as libgit2 is asked for it in the scratch repository, where HEAD is none. */
static mlv_err name_rev(const char *rev, struct mlv_buf *name)
{
	if (strncmp(rev, "HEAD", 4) == 0 && !strchr("abcdefghijklmnopqrstuvwxyz_", rev[4] | 0x20))
		return mlv_buf_printf(name, "%s%s", REF, rev + 4);
	return mlv_buf_add_str(name, rev);
}

static mlv_err bring(struct mlv_origin *origin, const char *rev)
{
	static const char *const init[] = { "init", "--quiet", "--bare", "--template=", NULL };
	MLV_SCOPED(mlv_git_program_release) struct mlv_git_program git = MLV_GIT_PROGRAM_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT, name = MLV_BUF_INIT;
	bool one = false;
	mlv_err err;

	if ((err = mlv_buf_printf(&dir, "--git-dir=%s/git", origin->scratch)))
		return err;
	git.ctx = origin->ctx;
	git.scratch = origin->scratch;
	git.where = dir.ptr;
	if ((err = mlv_git_program_run(&git, init)))
		return err;
	if (git.status != 0)
		return failure(origin, &git);
	mlv_tell_begin(origin->ctx, "asking git", 0, 0);
	err = fetch_one(origin, &git, rev, &one);
	if (!err && !one)
		err = fetch_all(origin, &git);
	mlv_tell_end(origin->ctx);
	if (err || (err = mlv_git_open(&origin->git, origin->ctx, dir.ptr + strlen("--git-dir="))) ||
	    (err = one ? mlv_buf_add_str(&name, REF) : name_rev(rev, &name)))
		return err;
	return mlv_git_resolve(origin->git, name.ptr, &origin->commit);
}

/* ---- where it lies ---- */

/* The path of a URL that is one of this machine; NULL: it is not. */
static const char *local_path(const char *url)
{
	if (strncmp(url, "file:///", 8) == 0 && !strchr(url, '%'))
		return url + strlen("file://");
	return strstr(url, "://") ? NULL : url;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return mlv_sys_fstatat(AT_FDCWD, path, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/* git looks upwards; a repository further up is not what was meant. */
static bool is_itself(const struct mlv_git *git, const char *path)
{
	const char *workdir = mlv_git_workdir(git);

	return strcmp(workdir ? workdir : mlv_git_dir(git), path) == 0;
}

static mlv_err open_place(struct mlv_origin *origin, const char *path, const char *rev)
{
	char real[PATH_MAX];
	mlv_err err;

	if (!realpath(path, real))
		return mlv_error_sys("%s", path);
	origin->dir = mlv_sys_strdup(real);
	if (!origin->dir)
		return mlv_error_nomem("a path");
	err = mlv_git_open(&origin->git, origin->ctx, real);
	if (!err && !is_itself(origin->git, real))
		err = mlv_error(MLV_E_MISSING, "%s: not the root of a git repository", path);
	if (err)
		return err->code == MLV_E_MISSING ? mlv_error_recode(err, MLV_E_REMOTE) : err;
	err = mlv_git_resolve(origin->git, rev, &origin->commit);
	return err ? mlv_error_wrap(err, "%s", path) : NULL;
}

static mlv_err check_url(const char *url)
{
	static const char *const known[] = { "https://", "http://", "ssh://", "git://", "file://" };
	size_t colon = strcspn(url, ":/");
	char shown[512];

	shown_url(url, shown, sizeof(shown));
	if (*url && url[colon] != ':')
		return mlv_error(MLV_E_REMOTE, "%s: no such directory", shown);
	if (!mlv_text_is_plain(url, strlen(url)) || *url == '-' || !*url)
		return mlv_error(MLV_E_USAGE, "'%s' is no URL of a git repository", shown);
	for (size_t i = 0; i < MLV_COUNT(known); i++)
		if (strncmp(url, known[i], strlen(known[i])) == 0)
			return NULL;
	if (strstr(url, "://"))
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "%s: not a URL of a git repository", shown),
				      "https://, http://, ssh://, git://, host:path or a directory; "
				      "for other URLs: mlv get-url, mlv import-url");
	return NULL;
}

mlv_err mlv_origin_open(struct mlv_origin **out, struct mlv_ctx *ctx, const char *url,
			const char *rev, const char *scratch)
{
	MLV_SCOPED(mlv_origin_freep) struct mlv_origin *origin = mlv_sys_alloc(sizeof(*origin));
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const char *local = local_path(url);
	mlv_err err = NULL;

	if (!origin)
		return mlv_error_nomem("another repository");
	if (local && (err = mlv_path_absolute(&path, ctx->cwd, local)))
		return err;
	local = local && is_directory(path.ptr) ? path.ptr : NULL;
	if (!local && (err = check_url(url)))
		return err;
	origin->ctx = ctx;
	origin->url = mlv_sys_strdup(local ? local : url);
	origin->scratch = mlv_sys_strdup(scratch);
	if (!origin->url || !origin->scratch)
		return mlv_error_nomem("another repository");
	err = local ? open_place(origin, local, rev ? rev : "HEAD") : bring(origin, rev ? rev : "HEAD");
	if (!err)
		*out = MLV_TAKE(origin);
	return err;
}
