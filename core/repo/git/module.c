/* git/module.c - opening a git repository and naming its commits, by libgit2. */
#include "core/repo/git/module.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"

/* What git calls extensions that reading is safe with: they concern who writes. */
static const char *const extensions[] = { "worktreeconfig", "partialclone", "preciousobjects" };

#define LOST "git fsck tells what is lost; a partial clone lacks some: git fetch --refetch --no-filter"

/*
 * Whether git's database did not give an object. One whose header cannot be read fails without
 * a word of its own (libgit2 1.5): what was said last is then that no pack has it.
 */
static bool lacks_object(int code)
{
	static const char words[] = "object not found";
	const git_error *last = git_error_last();

	return code < 0 && last && last->klass == GIT_ERROR_ODB &&
	       (code == GIT_ENOTFOUND ||
		(last->message && strncmp(last->message, words, sizeof(words) - 1) == 0));
}

bool mlv_git_is_absent(int code)
{
	return code == GIT_ENOTFOUND && !lacks_object(code);
}

mlv_err mlv_git_failure(int code, const char *fmt, ...)
{
	const git_error *last = git_error_last();
	enum mlv_errc errc = mlv_git_is_absent(code) ? MLV_E_MISSING : MLV_E_SYSTEM;
	char what[MLV_ERROR_TEXT / 2];
	mlv_err err;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (last && (last->klass == GIT_ERROR_ZLIB || last->klass == GIT_ERROR_ODB) &&
	    !lacks_object(code))
		errc = MLV_E_CORRUPT;
	err = mlv_error(errc, "%s: git: %s", what,
			last && last->message ? last->message : "unknown failure");
	return lacks_object(code) ? mlv_error_hint(err, LOST) : err;
}

/* A walk that meets a commit which is not there says so, or nothing. */
mlv_err mlv_git_history_failure(struct git_handle *git, int code, const char *what)
{
	if (!lacks_object(code) && code != GIT_ENOTFOUND)
		return mlv_git_failure(code, "%s", what);
	if (git_repository_is_shallow(git->repo) == 1)
		return mlv_error_hint(mlv_error(MLV_E_REMOTE,
						"%s: git's clone is shallow, and does not go back so far",
						what),
				      "git fetch --unshallow");
	return mlv_error_hint(mlv_error(MLV_E_SYSTEM, "%s: git does not find a commit", what),
			      LOST);
}

/* libgit2 is started once and lives as long as the process. */
static mlv_err start(void)
{
	static atomic_int started;
	int code;

	if (atomic_exchange(&started, 1))
		return NULL;
	if ((code = mlv_git_use_allocator()) < 0 || (code = git_libgit2_init()) < 0)
		return mlv_git_failure(code, "starting libgit2");
	(void)git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
	(void)git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, MLV_COUNT(extensions));
	return NULL;
}

static void handle_free(struct mlv_git *base)
{
	struct git_handle *git = git_handle_of(base);

	git_tree_free(git->tree);
	git_commit_free(git->commit);
	git_index_free(git->index);
	git_repository_free(git->repo);
	free(base->workdir);
	free(base->dir);
	free(git);
}

static char *without_slash(const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return mlv_sys_strndup(path, len);
}

static mlv_err open_failed(int code, const char *path)
{
	if (code == GIT_ENOTFOUND)
		return mlv_error(MLV_E_MISSING, "%s: not inside a git repository", path);
	if (code == GIT_EOWNER)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED,
						"%s: the git repository belongs to another user",
						path),
				      "git config --global --add safe.directory <its root>");
	return mlv_git_failure(code, "opening the git repository of %s", path);
}

static mlv_err handle_open(struct mlv_git **out, struct mlv_ctx *ctx, const char *path);

static mlv_err id_of(const git_oid *oid, struct mlv_git_id *id)
{
	git_oid_tostr(id->hex, sizeof(id->hex), oid);
	return NULL;
}

/* What a shallow clone lacks may be there all the same. */
static mlv_err shallow_hint(struct git_handle *git, mlv_err err)
{
	if (git_repository_is_shallow(git->repo) != 1)
		return err;
	return mlv_error_hint(err, "git's clone is shallow: git fetch --unshallow; in CI let the checkout "
				   "fetch all (fetch-depth: 0)");
}

static mlv_err unresolved(struct git_handle *git, int code, const char *rev)
{
	if (code == GIT_ENOTFOUND && git_repository_head_unborn(git->repo) == 1)
		return mlv_error_hint(mlv_error(MLV_E_REMOTE,
						"%s: this git repository has no commit yet", rev),
				      "git commit");
	if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC || code == GIT_EPEEL)
		return shallow_hint(git, mlv_error(MLV_E_REMOTE, "%s: no such git revision", rev));
	if (code == GIT_EAMBIGUOUS)
		return mlv_error(MLV_E_REMOTE, "%s: more than one git object begins so", rev);
	return mlv_error_recode(mlv_git_failure(code, "%s", rev), MLV_E_REMOTE);
}

static mlv_err resolve(struct mlv_git *base, const char *rev, struct mlv_git_id *commit)
{
	struct git_handle *git = git_handle_of(base);
	git_object *object = NULL, *peeled = NULL;
	mlv_err err = NULL;
	int code = git_revparse_single(&object, git->repo, rev);

	if (code == 0)
		code = git_object_peel(&peeled, object, GIT_OBJECT_COMMIT);
	err = code == 0 ? id_of(git_object_id(peeled), commit) : unresolved(git, code, rev);
	git_object_free(object);
	git_object_free(peeled);
	return err;
}

static mlv_err merge_base(struct mlv_git *base, const struct mlv_git_id *a, const struct mlv_git_id *b,
			  struct mlv_git_id *found)
{
	struct git_handle *git = git_handle_of(base);
	git_oid ids[2], oid;
	int code = git_oid_fromstr(&ids[0], a->hex);

	if (code == 0 && (code = git_oid_fromstr(&ids[1], b->hex)) == 0)
		code = git_merge_base(&oid, git->repo, &ids[0], &ids[1]);
	if (code == GIT_ENOTFOUND)
		return shallow_hint(git, mlv_error(MLV_E_REMOTE, "%.10s and %.10s have no commit in common",
						   a->hex, b->hex));
	return code == 0 ? id_of(&oid, found) : mlv_git_failure(code, "%.10s", b->hex);
}

__attribute__((visibility("default"))) extern const struct mlv_git_ops mlv_git_ops_6;
const struct mlv_git_ops mlv_git_ops_6 = {
	.open = handle_open,
	.free = handle_free,
	.resolve = resolve,
	.merge_base = merge_base,
	.commit_time = mlv_git_module_commit_time,
	.read = mlv_git_module_read,
	.mode = mlv_git_module_mode,
	.read_blob = mlv_git_module_read_blob,
	.blob_size = mlv_git_module_blob_size,
	.each_blob = mlv_git_module_each_blob,
	.each_commit = mlv_git_module_each_commit,
	.each_version = mlv_git_module_each_version,
	.is_tracked = mlv_git_module_is_tracked,
	.is_ignored = mlv_git_module_is_ignored,
	.status = mlv_git_module_status,
	.stage = mlv_git_module_stage,
};

static mlv_err handle_open(struct mlv_git **out, struct mlv_ctx *ctx, const char *path)
{
	struct git_handle *git;
	const char *workdir;
	mlv_err err;
	int code;

	(void)ctx;
	if ((err = start()))
		return err;
	git = mlv_sys_alloc(sizeof(*git));
	if (!git)
		return mlv_error_nomem("a git handle");
	git->head.ops = &mlv_git_ops_6;
	if ((code = git_repository_open_ext(&git->repo, path, 0, NULL)) < 0) {
		handle_free(&git->head);
		return open_failed(code, path);
	}
	workdir = git_repository_workdir(git->repo);
	git->head.workdir = workdir ? without_slash(workdir) : NULL;
	git->head.dir = without_slash(git_repository_path(git->repo));
	if (!git->head.dir || (workdir && !git->head.workdir)) {
		handle_free(&git->head);
		return mlv_error_nomem("a git handle");
	}
	*out = &git->head;
	return NULL;
}
