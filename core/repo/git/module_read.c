/* git/module_read.c - reading commits, trees and blobs. */
#include "core/repo/git/module.h"

#include <stdlib.h>

#include "core/base/path.h"

static mlv_err parse_id(const struct mlv_git_id *id, git_oid *oid)
{
	int code = git_oid_fromstr(oid, id->hex);

	return code < 0 ? mlv_git_failure(code, "%s", id->hex) : NULL;
}

mlv_err mlv_git_tree_of(struct git_handle *git, const struct mlv_git_id *commit, git_tree **tree)
{
	git_commit *found = NULL;
	git_oid oid;
	mlv_err err;
	int code;

	if ((err = parse_id(commit, &oid)))
		return err;
	if (git->tree && git_oid_equal(git_commit_id(git->commit), &oid)) {
		*tree = git->tree;
		return NULL;
	}
	git_tree_free(git->tree);
	git_commit_free(git->commit);
	git->tree = NULL;
	git->commit = NULL;
	if ((code = git_commit_lookup(&found, git->repo, &oid)) < 0)
		return mlv_git_failure(code, "commit %s", commit->hex);
	git->commit = found;
	if ((code = git_commit_tree(&git->tree, found)) < 0)
		return mlv_git_failure(code, "the tree of commit %s", commit->hex);
	*tree = git->tree;
	return NULL;
}

mlv_err mlv_git_module_commit_time(struct mlv_git *base, const struct mlv_git_id *commit,
				   int64_t *when)
{
	struct git_handle *git = git_handle_of(base);
	git_tree *tree;
	mlv_err err = mlv_git_tree_of(git, commit, &tree);

	if (!err)
		*when = git_commit_time(git->commit);
	return err;
}

/* Append a blob. Its length is asked first, so that the limit of buf spares memory too. */
static mlv_err append_blob(struct git_handle *git, const git_oid *oid, const char *name,
			   struct mlv_buf *buf)
{
	git_odb *odb = NULL;
	git_blob *blob = NULL;
	git_object_t type;
	size_t len = 0;
	mlv_err err = NULL;
	int code = git_repository_odb(&odb, git->repo);

	if (code == 0)
		code = git_odb_read_header(&len, &type, odb, oid);
	if (code == 0 && (err = mlv_buf_reserve(buf, len))) {
		git_odb_free(odb);
		return mlv_error_wrap(err, "%s", name);
	}
	if (code == 0)
		code = git_blob_lookup(&blob, git->repo, oid);
	if (code < 0)
		err = mlv_git_failure(code, "%s", name);
	else
		err = mlv_buf_add(buf, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
	git_blob_free(blob);
	git_odb_free(odb);
	return err;
}

/* Only files: a link's blob is no content to read. */
static bool is_file(const git_tree_entry *entry)
{
	git_filemode_t mode = git_tree_entry_filemode(entry);

	return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

mlv_err mlv_git_module_read(struct mlv_git *base, const struct mlv_git_id *commit,
			    const char *path, struct mlv_buf *buf, bool *found)
{
	struct git_handle *git = git_handle_of(base);
	git_tree_entry *entry = NULL;
	git_tree *tree = NULL;
	mlv_err err;
	int code;

	if ((err = mlv_git_tree_of(git, commit, &tree)))
		return err;
	code = git_tree_entry_bypath(&entry, tree, path);
	if (mlv_git_is_absent(code) || (code == 0 && !is_file(entry))) {
		git_tree_entry_free(entry);
		*found = false;
		return NULL;
	}
	if (code < 0)
		return mlv_git_failure(code, "%s in commit %s", path, commit->hex);
	err = append_blob(git, git_tree_entry_id(entry), path, buf);
	git_tree_entry_free(entry);
	if (!err)
		*found = true;
	return err;
}

mlv_err mlv_git_module_mode(struct mlv_git *base, const struct mlv_git_id *commit,
			    const char *path, unsigned *mode)
{
	git_tree_entry *entry = NULL;
	git_tree *tree = NULL;
	mlv_err err = mlv_git_tree_of(git_handle_of(base), commit, &tree);
	int code;

	if (err)
		return err;
	code = git_tree_entry_bypath(&entry, tree, path);
	if (code < 0 && !mlv_git_is_absent(code))
		return mlv_git_failure(code, "%s in commit %s", path, commit->hex);
	*mode = code < 0 ? 0 : (unsigned)git_tree_entry_filemode(entry);
	git_tree_entry_free(entry);
	return NULL;
}

mlv_err mlv_git_module_read_blob(struct mlv_git *base, const struct mlv_git_id *blob,
				 struct mlv_buf *buf)
{
	git_oid oid;
	mlv_err err = parse_id(blob, &oid);

	return err ? err : append_blob(git_handle_of(base), &oid, blob->hex, buf);
}

mlv_err mlv_git_module_blob_size(struct mlv_git *base, const struct mlv_git_id *blob,
				 uint64_t *size)
{
	git_odb *odb = NULL;
	git_object_t type;
	size_t len = 0;
	git_oid oid;
	mlv_err err = parse_id(blob, &oid);
	int code = 0;

	if (err)
		return err;
	if ((code = git_repository_odb(&odb, git_handle_of(base)->repo)) == 0)
		code = git_odb_read_header(&len, &type, odb, &oid);
	git_odb_free(odb);
	if (code < 0)
		return mlv_git_failure(code, "%s", blob->hex);
	*size = len;
	return NULL;
}

/* A walk through a tree. path is that of the entry at hand. */
struct blob_walk {
	struct git_handle *git;
	const char *const *suffixes;
	mlv_git_blob_fn fn;
	void *arg;
	struct mlv_buf path;
	unsigned depth;
};

static bool wanted(const struct blob_walk *walk)
{
	size_t len = walk->path.len;

	if (!walk->suffixes)
		return true;
	for (const char *const *s = walk->suffixes; *s; s++) {
		size_t tail = strlen(*s);

		if (tail <= len && memcmp(walk->path.ptr + len - tail, *s, tail) == 0)
			return true;
	}
	return false;
}

static mlv_err walk_tree(struct blob_walk *walk, const git_tree *tree);

static mlv_err walk_subtree(struct blob_walk *walk, const git_oid *oid)
{
	git_tree *below = NULL;
	mlv_err err;
	int code;

	if (walk->depth >= MLV_PATH_DEPTH)
		return mlv_error(MLV_E_REFUSED, "%s: deeper than %d directories in git",
				 walk->path.ptr, MLV_PATH_DEPTH);
	if ((code = git_tree_lookup(&below, walk->git->repo, oid)) < 0)
		return mlv_git_failure(code, "the tree at %s", walk->path.ptr);
	err = mlv_buf_add_char(&walk->path, '/');
	walk->depth++;
	if (!err)
		err = walk_tree(walk, below);
	walk->depth--;
	git_tree_free(below);
	return err;
}

static mlv_err walk_tree(struct blob_walk *walk, const git_tree *tree)
{
	size_t len = walk->path.len;

	for (size_t i = 0; i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
		mlv_err err = mlv_buf_add_str(&walk->path, git_tree_entry_name(entry));
		struct mlv_git_id id;

		if (!err && git_tree_entry_type(entry) == GIT_OBJECT_TREE)
			err = walk_subtree(walk, git_tree_entry_id(entry));
		else if (!err && is_file(entry) && wanted(walk)) {
			git_oid_tostr(id.hex, sizeof(id.hex), git_tree_entry_id(entry));
			err = walk->fn(walk->arg, walk->path.ptr, &id);
		}
		if (err)
			return err;
		mlv_buf_truncate(&walk->path, len);
	}
	return NULL;
}

/* Begin at dir, which may have a slash at its end. */
static mlv_err walk_from(struct blob_walk *walk, git_tree *root, const char *dir)
{
	git_tree_entry *entry = NULL;
	size_t len = strlen(dir);
	mlv_err err;
	int code;

	while (len > 0 && dir[len - 1] == '/')
		len--;
	if (len == 0)
		return walk_tree(walk, root);
	if ((err = mlv_buf_add(&walk->path, dir, len)))
		return err;
	code = git_tree_entry_bypath(&entry, root, walk->path.ptr);
	if (mlv_git_is_absent(code))
		return NULL;
	if (code < 0)
		return mlv_git_failure(code, "%s", dir);
	if (git_tree_entry_type(entry) == GIT_OBJECT_TREE)
		err = walk_subtree(walk, git_tree_entry_id(entry));
	git_tree_entry_free(entry);
	return err;
}

mlv_err mlv_git_module_each_blob(struct mlv_git *base, const struct mlv_git_id *commit,
				 const char *dir, const char *const *suffixes, mlv_git_blob_fn fn,
				 void *arg)
{
	struct git_handle *git = git_handle_of(base);
	struct blob_walk walk = { git, suffixes, fn, arg, MLV_BUF_INIT, 0 };
	git_tree *tree = NULL, *mine = NULL;
	mlv_err err = mlv_git_tree_of(git, commit, &tree);

	if (err)
		return err;
	/* fn may look at other commits, which drops the handle's tree. */
	if (git_tree_dup(&mine, tree) < 0)
		return mlv_error_nomem("a tree");
	err = walk_from(&walk, mine, dir);
	mlv_buf_release(&walk.path);
	git_tree_free(mine);
	return err;
}
