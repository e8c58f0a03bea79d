/* git/module_log.c - a file along the history of a branch. */
#include "core/repo/git/module.h"

/* The blob at path in a commit; *found false when there is none. */
static int blob_at(git_commit *commit, const char *path, struct mlv_git_id *blob, bool *found)
{
	git_tree *tree = NULL;
	git_tree_entry *entry = NULL;
	int code = git_commit_tree(&tree, commit);

	if (code == 0)
		code = git_tree_entry_bypath(&entry, tree, path);
	*found = code == 0 && git_tree_entry_type(entry) == GIT_OBJECT_BLOB;
	if (*found)
		git_oid_tostr(blob->hex, sizeof(blob->hex), git_tree_entry_id(entry));
	git_tree_entry_free(entry);
	git_tree_free(tree);
	return mlv_git_is_absent(code) ? 0 : code;
}

static mlv_err give(git_commit *commit, const char *path, mlv_git_version_fn fn, void *arg, bool *stop)
{
	struct mlv_git_version version = { .when = git_commit_time(commit) };
	struct mlv_git_id blob;
	bool found = false;
	int code = blob_at(commit, path, &blob, &found);

	git_oid_tostr(version.commit.hex, sizeof(version.commit.hex), git_commit_id(commit));
	if (code < 0)
		return mlv_git_failure(code, "%s in commit %s", path, version.commit.hex);
	version.blob = found ? &blob : NULL;
	return fn(arg, &version, stop);
}

mlv_err mlv_git_module_each_version(struct mlv_git *base, const struct mlv_git_id *from,
				    const char *path, mlv_git_version_fn fn, void *arg)
{
	struct git_handle *git = git_handle_of(base);
	git_commit *commit = NULL;
	bool stop = false;
	mlv_err err = NULL;
	git_oid oid;
	int code = git_oid_fromstr(&oid, from->hex);

	if (code == 0)
		code = git_commit_lookup(&commit, git->repo, &oid);
	while (!err && code == 0 && !(err = give(commit, path, fn, arg, &stop)) && !stop &&
	       git_commit_parentcount(commit)) {
		git_commit *parent = NULL;

		code = git_commit_parent(&parent, commit, 0);
		git_commit_free(commit);
		commit = parent;
	}
	git_commit_free(commit);
	if (!err && code < 0) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf what = MLV_BUF_INIT;

		err = mlv_buf_printf(&what, "the history of %s", path);
		return err ? err : mlv_git_history_failure(git, code, what.ptr);
	}
	return err;
}
