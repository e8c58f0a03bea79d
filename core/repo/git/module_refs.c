/* git/module_refs.c - branches, tags and all they reach; the ignore rules. */
#include "core/repo/git/module.h"

#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/strs.h"

/* Collect "<short name>\n<full name>" of the references that match glob. */
static mlv_err collect(struct git_handle *git, const char *glob, struct mlv_strs *names)
{
	git_reference_iterator *it = NULL;
	git_reference *ref = NULL;
	mlv_err err = NULL;
	int code = git_reference_iterator_glob_new(&it, git->repo, glob);

	while (!err && code == 0 && (code = git_reference_next(&ref, it)) == 0) {
		/* origin/HEAD only says another name of a branch that comes anyway. */
		if (git_reference_type(ref) == GIT_REFERENCE_DIRECT)
			err = mlv_strs_add(names, git_reference_name(ref));
		git_reference_free(ref);
	}
	git_reference_iterator_free(it);
	if (!err && code < 0 && code != GIT_ITEROVER)
		err = mlv_git_failure(code, "%s", glob);
	return err;
}

static mlv_err give_reference(struct git_handle *git, const char *name, mlv_git_commit_fn fn,
			      void *arg)
{
	git_reference *ref = NULL;
	git_object *commit = NULL;
	struct mlv_git_id id;
	mlv_err err = NULL;
	int code = git_reference_lookup(&ref, git->repo, name);

	if (code == 0)
		code = git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT);
	if (code == 0) {
		git_oid_tostr(id.hex, sizeof(id.hex), git_object_id(commit));
		err = fn(arg, &id, git_reference_shorthand(ref));
	} else if (code != GIT_EPEEL && code != GIT_EINVALIDSPEC) {
		err = mlv_git_failure(code, "%s", name); /* a tag of no commit is passed over */
	}
	git_object_free(commit);
	git_reference_free(ref);
	return err;
}

static mlv_err each_tip(struct git_handle *git, unsigned scopes, mlv_git_commit_fn fn, void *arg)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	mlv_err err = NULL;

	if (scopes & MLV_GIT_BRANCHES) {
		if ((err = collect(git, "refs/heads/*", &names)))
			return err;
		err = collect(git, "refs/remotes/*", &names);
	}
	if (!err && (scopes & MLV_GIT_TAGS))
		err = collect(git, "refs/tags/*", &names);
	mlv_strs_sort_unique(&names);
	for (size_t i = 0; !err && i < names.count; i++)
		err = give_reference(git, names.at[i], fn, arg);
	return err;
}

static mlv_err walk_all(struct git_handle *git, git_revwalk *walk, mlv_git_commit_fn fn, void *arg)
{
	struct mlv_git_id id;
	mlv_err err = NULL;
	git_oid oid;
	int code = git_revwalk_sorting(walk, GIT_SORT_TIME);

	if (code == 0)
		code = git_revwalk_push_glob(walk, "*");
	if (code == 0 && git_repository_head_unborn(git->repo) == 0)
		code = git_revwalk_push_head(walk);
	while (!err && code == 0 && (code = git_revwalk_next(&oid, walk)) == 0) {
		git_oid_tostr(id.hex, sizeof(id.hex), &oid);
		err = fn(arg, &id, NULL);
	}
	if (!err && code < 0 && code != GIT_ITEROVER)
		err = mlv_git_history_failure(git, code, "walking through the history");
	return err;
}

mlv_err mlv_git_module_each_commit(struct mlv_git *base, unsigned scopes, mlv_git_commit_fn fn,
				   void *arg)
{
	struct git_handle *git = git_handle_of(base);
	git_revwalk *walk = NULL;
	mlv_err err;
	int code;

	if (!(scopes & MLV_GIT_ALL_COMMITS))
		return each_tip(git, scopes, fn, arg);
	if ((code = git_revwalk_new(&walk, git->repo)) < 0)
		return mlv_git_failure(code, "walking through the history");
	err = walk_all(git, walk, fn, arg);
	git_revwalk_free(walk);
	return err;
}

/* libgit2 looks at the disk to tell directories, so one not there yet is asked by what is in it. */
static mlv_err ignored_directory(struct git_handle *git, const char *path, int *ignored)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf inside = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&inside, "%s.mlv-any", path);
	int code;

	if (err)
		return err;
	code = git_ignore_path_is_ignored(ignored, git->repo, inside.ptr);
	return code < 0 ? mlv_git_failure(code, "the ignore rules for %s", path) : NULL;
}

mlv_err mlv_git_module_is_ignored(struct mlv_git *base, const char *path, bool *ignored)
{
	struct git_handle *git = git_handle_of(base);
	size_t len = strlen(path);
	int yes = 0, code;
	mlv_err err;

	if (!base->workdir || len == 0) {
		*ignored = false;
		return NULL;
	}
	if ((code = git_ignore_path_is_ignored(&yes, git->repo, path)) < 0)
		return mlv_git_failure(code, "the ignore rules for %s", path);
	if (!yes && path[len - 1] == '/' && (err = ignored_directory(git, path, &yes)))
		return err;
	*ignored = yes != 0;
	return NULL;
}
