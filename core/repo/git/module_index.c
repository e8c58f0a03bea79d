/* git/module_index.c - git's index: what git tracks, and is to track. */
#include "core/repo/git/module.h"

#include <fcntl.h>

#include "core/base/sys.h"

static mlv_err open_index(struct git_handle *git)
{
	int code = git->index ? 0 : git_repository_index(&git->index, git->repo);

	return code < 0 ? mlv_git_failure(code, "the git index") : NULL;
}

static bool index_has(git_index *index, const char *path, const char *below)
{
	for (int stage = 0; stage <= 3; stage++)
		if (git_index_get_bypath(index, path, stage))
			return true;
	return git_index_find_prefix(NULL, index, below) == 0;
}

mlv_err mlv_git_module_is_tracked(struct mlv_git *base, const char *path, bool *tracked)
{
	struct git_handle *git = git_handle_of(base);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT, below = MLV_BUF_INIT;
	size_t len = strlen(path);
	mlv_err err;

	if ((err = open_index(git)))
		return err;
	while (len > 0 && path[len - 1] == '/')
		len--;
	if (len == 0) {
		*tracked = git_index_entrycount(git->index) > 0;
		return NULL;
	}
	if ((err = mlv_buf_add(&name, path, len)) || (err = mlv_buf_add(&below, path, len)) ||
	    (err = mlv_buf_add_char(&below, '/')))
		return err;
	*tracked = index_has(git->index, name.ptr, below.ptr);
	return NULL;
}

/* The path itself, link or file, to the index as it is; what is gone, out of it. */
static int stage_one(struct git_handle *git, const char *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	struct stat st;
	int code;

	if (mlv_buf_printf(&whole, "%s/%s", git->head.workdir, path))
		return GIT_ERROR;
	if (mlv_sys_fstatat(AT_FDCWD, whole.ptr, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return git_index_add_bypath(git->index, path);
	code = git_index_remove_bypath(git->index, path);
	return code == GIT_ENOTFOUND ? 0 : code;
}

static mlv_err not_staged(int code, const struct mlv_strs *paths, size_t at)
{
	mlv_err err = code == GIT_ELOCKED
			      ? mlv_error(MLV_E_LOCKED, "git's index is locked by another program")
			      : mlv_git_failure(code, "git's index");

	return mlv_error_hint(mlv_error_wrap(err, "%s: staging", paths->at[at]),
			      "what was to be done is done, only not staged: git add :/%s",
			      paths->at[at]);
}

mlv_err mlv_git_module_stage(struct mlv_git *base, const struct mlv_strs *paths)
{
	struct git_handle *git = git_handle_of(base);
	size_t at = 0;
	mlv_err err;
	int code;

	if (!base->workdir || !paths->count)
		return NULL;
	if ((err = open_index(git)))
		return err;
	/* Others may have staged since it was read. */
	code = git_index_read(git->index, true);
	for (; code >= 0 && at < paths->count; at++)
		code = stage_one(git, paths->at[at]);
	if (code >= 0)
		code = git_index_write(git->index);
	if (code >= 0)
		return NULL;
	err = not_staged(code, paths, at ? at - 1 : 0);
	git_index_free(git->index);
	git->index = NULL;
	return err;
}

mlv_err mlv_git_module_status(struct mlv_git *base, struct mlv_strs *untracked, bool *dirty)
{
	git_status_options options;
	git_status_list *list = NULL;
	mlv_err err = NULL;
	int code;

	*dirty = false;
	if ((code = git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION)) < 0)
		return mlv_git_failure(code, "git's status");
	options.flags = GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
	if (untracked)
		options.flags |= GIT_STATUS_OPT_INCLUDE_UNTRACKED |
				 GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS;
	if ((code = git_status_list_new(&list, git_handle_of(base)->repo, &options)) < 0)
		return mlv_git_failure(code, "git's status");
	for (size_t i = 0; !err && i < git_status_list_entrycount(list); i++) {
		const git_status_entry *entry = git_status_byindex(list, i);

		if (entry->status != GIT_STATUS_WT_NEW)
			*dirty |= entry->status != GIT_STATUS_IGNORED;
		else if (untracked)
			err = mlv_strs_add(untracked, entry->index_to_workdir->new_file.path);
	}
	git_status_list_free(list);
	return err;
}
