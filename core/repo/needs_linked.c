/* needs_linked.c - objects that links in the work tree lead to. */
#include <fcntl.h>

#include "core/base/sys.h"
#include "core/repo/index.h"
#include "core/repo/index/list.h"
#include "core/repo/needs.h"

static bool is_link(const struct mlv_repo *repo, const char *path)
{
	struct stat st;

	return mlv_sys_fstatat(repo->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISLNK(st.st_mode);
}

/* One record of an index: the file that output and entry name. */
static mlv_err take(struct mlv_repo *repo, const char *output, const struct mlv_entry *entry,
		    struct mlv_buf *path, mlv_linked_fn fn, void *arg)
{
	struct mlv_key key;
	mlv_err err;

	mlv_buf_clear(path);
	if ((err = mlv_buf_add_str(path, output)) ||
	    (entry->path_len && ((err = mlv_buf_add_char(path, '/')) ||
				 (err = mlv_buf_add(path, entry->path, entry->path_len)))))
		return err;
	if (entry->kind == 'l' || entry->kind == 'd' || !is_link(repo, path->ptr))
		return NULL;
	key = mlv_entry_key(entry);
	return fn(arg, &key, entry->size);
}

static mlv_err each_of(struct mlv_repo *repo, const char *output, mlv_linked_fn fn, void *arg)
{
	MLV_SCOPED(mlv_index_freep) struct mlv_index *index = NULL;
	MLV_SCOPED(mlv_index_cursor_freep) struct mlv_index_cursor *cursor = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const struct mlv_index_item *item;
	mlv_err err;

	if ((err = mlv_index_load(&index, repo, output)) ||
	    (err = mlv_index_cursor_new(&cursor, index, "")))
		return err;
	while (!(err = mlv_index_peek(cursor, &item)) && item) {
		if ((err = take(repo, output, &item->entry, &path, fn, arg)))
			return err;
		mlv_index_next(cursor);
	}
	return err;
}

mlv_err mlv_needs_linked(struct mlv_repo *repo, mlv_linked_fn fn, void *arg)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs outputs = { 0 };
	mlv_err err = mlv_index_list(repo, &outputs);

	for (size_t i = 0; !err && i < outputs.count; i++)
		err = each_of(repo, outputs.at[i], fn, arg);
	return err;
}
