#include "core/repo/move.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/yaml_edit.h"
#include "core/repo/add/check.h"
#include "core/repo/gitignore.h"
#include "core/repo/index.h"
#include "core/repo/lock.h"

/* Longer than a tick of the clocks that files get their times from. */
#define TICK_NS 20000000L

struct move {
	struct mlv_repo *repo;
	const struct mlv_outputs *outputs;
	const struct mlv_output *from;
	struct mlv_buf path, pointer; /* the new ones */
	struct mlv_lock *worktree, *old_lock, *new_lock;
	struct mlv_strs written;
};

static void move_release(struct move *move)
{
	mlv_lock_freep(&move->new_lock);
	mlv_lock_freep(&move->old_lock);
	mlv_lock_freep(&move->worktree);
	mlv_buf_release(&move->path);
	mlv_buf_release(&move->pointer);
	mlv_strs_release(&move->written);
}

static bool is_there(const struct move *move, const char *path, struct stat *st)
{
	return mlv_sys_fstatat(move->repo->root_fd, path, st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Where it is to be: a directory that is not tracked takes it in. */
static mlv_err find_place(struct move *move, const char *to)
{
	const char *slash = strrchr(move->from->path, '/');
	size_t len;
	struct stat st;
	mlv_err err = mlv_repo_path(move->repo, to, &move->path);

	if (err)
		return err;
	if (mlv_pointer_name(move->path.ptr, &len))
		mlv_buf_truncate(&move->path, len);
	if ((!move->path.len || (is_there(move, move->path.ptr, &st) && S_ISDIR(st.st_mode))) &&
	    !mlv_outputs_find(move->outputs, move->path.ptr) &&
	    ((move->path.len && (err = mlv_buf_add_char(&move->path, '/'))) ||
	     (err = mlv_buf_add_str(&move->path, slash ? slash + 1 : move->from->path))))
		return err;
	return mlv_buf_printf(&move->pointer, "%s.mlv", move->path.ptr);
}

/* Whether a move to this place was begun before: its pointer is there, its data at one place. */
static bool was_begun(const struct move *move)
{
	const struct mlv_output *there = mlv_outputs_find(move->outputs, move->path.ptr);
	struct stat st;

	return there && there != move->from && strcmp(there->path, move->path.ptr) == 0 &&
	       mlv_output_same_id(there, move->from) &&
	       !(is_there(move, move->path.ptr, &st) && is_there(move, move->from->path, &st));
}

/* The directory that it is to lie in is there. */
static mlv_err check_directory(const struct move *move)
{
	const char *slash = strrchr(move->path.ptr, '/');
	MLV_SCOPED(mlv_mem_free)
	char *dir = mlv_sys_strndup(move->path.ptr, slash ? (size_t)(slash - move->path.ptr) : 0);
	char word[MLV_PATH_MAX + 1];
	struct stat st;

	if (!dir)
		return mlv_error_nomem("a path");
	if (!slash || is_there(move, dir, &st))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: there is no directory %s", move->path.ptr, dir),
			      "mkdir -p %s", mlv_path_typed(dir, word, sizeof(word)));
}

/* The same checks that a new target of add goes through. */
static mlv_err check_place(struct move *move)
{
	MLV_SCOPED(mlv_track_release) struct mlv_track track = { .repo = move->repo,
								 .command = "move" };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs paths = { 0 };
	const char *path = move->path.ptr;
	char words[3][1024];
	struct stat st;
	mlv_err err;

	if (was_begun(move))
		return NULL;
	if (is_there(move, path, &st) || is_there(move, move->pointer.ptr, &st))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: is there already", path),
				      "move it away first, or name another place");
	if ((err = mlv_strs_add(&paths, path)) || (err = mlv_add_check(&track, &paths, true)))
		return err;
	if (track.at[0].existing && strcmp(track.at[0].output.path, move->from->path) == 0)
		return mlv_error(MLV_E_REFUSED, "%s: cannot be moved into itself", path);
	if (track.at[0].existing)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: lies in %s, which is tracked "
						"as a whole", path, track.at[0].output.path),
				      "mv %s %s && mlv add %s && mlv remove %s",
				      mlv_path_typed(move->from->path, words[0], sizeof(words[0])),
				      mlv_path_typed(path, words[1], sizeof(words[1])),
				      mlv_path_typed(track.at[0].output.path, words[2], sizeof(words[2])),
				      words[0]);
	return check_directory(move);
}

/* The pointer at its new place: the old text with the new name. */
static mlv_err write_pointer(struct move *move)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_POINTER_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf quoted = MLV_BUF_INIT;
	MLV_SCOPED(mlv_output_release) struct mlv_output now = { 0 };
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *pointer = move->pointer.ptr, *name, *slash = strrchr(move->path.ptr, '/');
	mlv_err err;

	slash = slash ? slash + 1 : move->path.ptr;
	if ((err = mlv_repo_open_dir(move->repo, move->from->pointer, &dir, &name)))
		return err;
	if ((err = mlv_fs_read(dir, name, &text)))
		return mlv_error_wrap(err, "%s", move->from->pointer);
	if ((err = mlv_yaml_add_string(&quoted, slash, strlen(slash))) ||
	    (err = mlv_yaml_set(move->from->pointer, &text, "outs/0", "path", quoted.ptr)) ||
	    (err = mlv_pointer_parse(pointer, text.ptr, text.len, &now)))
		return err;
	if (!mlv_output_same_id(&now, move->from))
		return mlv_error(MLV_E_REFUSED, "%s: changed meanwhile", move->from->pointer);
	mlv_fd_close(&dir);
	if ((err = mlv_repo_open_dir(move->repo, pointer, &dir, &name)))
		return err;
	return mlv_repo_replace(move->repo, dir, name, text.ptr, text.len, 0666);
}

static mlv_err rename_data(struct move *move)
{
	MLV_SCOPED(mlv_fd_close) int from = -1;
	MLV_SCOPED(mlv_fd_close) int to = -1;
	const char *old_name, *new_name, *path = move->path.ptr;
	mlv_err err;

	if ((err = mlv_repo_open_dir(move->repo, move->from->path, &from, &old_name)) ||
	    (err = mlv_repo_open_dir(move->repo, path, &to, &new_name)))
		return err;
	if (mlv_fs_exists(to, new_name))
		return mlv_error(MLV_E_REFUSED, "%s: something came there meanwhile", path);
	if (mlv_sys_renameat(from, old_name, to, new_name) < 0)
		return errno == EXDEV
			       ? mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: on another file system",
							  path),
						"mlv add -o %s %s && mlv remove --outs %s", path,
						move->from->path, move->from->path)
			       : mlv_error_sys("%s: moving it to %s", move->from->path, path);
	err = mlv_fs_sync_dir(to, ".");
	return err ? err : mlv_fs_sync_dir(from, ".");
}

/* The one record of a file, if it says what the file is. Its path is good for ever. */
static mlv_err look_up_file(struct move *move, struct mlv_index_cursor *cursor,
			    struct mlv_entry *entry, bool *known)
{
	const struct mlv_index_item *item;
	struct mlv_index_stat now;
	struct stat st, home;
	mlv_err err = mlv_index_peek(cursor, &item);

	*known = false;
	if (err || !item || !is_there(move, move->from->path, &st) ||
	    mlv_sys_fstat(move->repo->mlv_fd, &home) < 0)
		return err;
	now = mlv_index_stat_of(&st, home.st_dev);
	*known = item->entry.path_len == 0 && mlv_index_hits(item, &now);
	*entry = item->entry;
	entry->path = "";
	return NULL;
}

/* A file that was renamed got a new ctime: it is noted after that is past. */
static mlv_err note_file(struct move *move, struct mlv_index_builder **builder,
			 const struct mlv_entry *entry)
{
	struct timespec tick = { .tv_nsec = TICK_NS };
	struct mlv_index_stat now;
	struct stat st, home;
	mlv_err err;

	nanosleep(&tick, NULL);
	if ((err = mlv_index_builder_new(builder, move->repo, move->path.ptr)))
		return err;
	if (!is_there(move, move->path.ptr, &st) ||
	    mlv_sys_fstat(move->repo->mlv_fd, &home) < 0)
		return mlv_error_sys("%s", move->path.ptr);
	now = mlv_index_stat_of(&st, home.st_dev);
	return mlv_index_builder_add(*builder, entry, &now, false);
}

/* The files below a directory that was renamed are what they were. */
static mlv_err note_directory(struct move *move, struct mlv_index_cursor *cursor,
			      struct mlv_index_builder **builder)
{
	const struct mlv_index_item *item;
	mlv_err err = mlv_index_builder_new(builder, move->repo, move->path.ptr);

	for (; !err && !(err = mlv_index_peek(cursor, &item)) && item; mlv_index_next(cursor))
		err = mlv_index_builder_keep(*builder, item);
	return err;
}

/* The data, if it is at the old place, and what the index knows of it. */
static mlv_err move_data(struct move *move)
{
	MLV_SCOPED(mlv_index_freep) struct mlv_index *old = NULL;
	MLV_SCOPED(mlv_index_cursor_freep) struct mlv_index_cursor *cursor = NULL;
	MLV_SCOPED(mlv_index_builder_freep) struct mlv_index_builder *builder = NULL;
	struct mlv_entry entry;
	struct stat st;
	bool known = true;
	mlv_err err;

	if (!is_there(move, move->from->path, &st))
		return NULL;
	if ((err = mlv_index_load(&old, move->repo, move->from->path)) ||
	    (err = mlv_index_cursor_new(&cursor, old, "")) ||
	    (!S_ISDIR(st.st_mode) && (err = look_up_file(move, cursor, &entry, &known))) ||
	    (err = rename_data(move)) || !known)
		return err;
	err = S_ISDIR(st.st_mode) ? note_directory(move, cursor, &builder)
				  : note_file(move, &builder, &entry);
	return err ? err : mlv_index_builder_save(builder, NULL, mlv_index_claim(old));
}

static mlv_err do_move(struct move *move)
{
	mlv_err err;

	if ((err = mlv_lock_worktree(&move->worktree, move->repo, "move")) ||
	    (err = mlv_lock_file(&move->old_lock, move->repo, move->from->pointer, "move")) ||
	    (err = mlv_lock_file(&move->new_lock, move->repo, move->pointer.ptr, "move")) ||
	    (err = write_pointer(move)) ||
	    (err = mlv_gitignore_add(move->repo, move->path.ptr, &move->written)) ||
	    (err = move_data(move)) || (err = mlv_index_remove(move->repo, move->from->path)) ||
	    (err = mlv_repo_unlink(move->repo, move->from->pointer)) ||
	    (err = mlv_gitignore_remove(move->repo, move->from->path, &move->written)) ||
	    (err = mlv_strs_add(&move->written, move->from->pointer)) ||
	    (err = mlv_strs_add(&move->written, move->pointer.ptr)))
		return err;
	return mlv_repo_stage(move->repo, &move->written);
}

mlv_err mlv_move(struct mlv_repo *repo, const struct mlv_outputs *outputs,
		 const struct mlv_output *output, const char *to, struct mlv_buf *moved)
{
	MLV_SCOPED(move_release) struct move move = { .repo = repo, .outputs = outputs,
						      .from = output, .path = MLV_BUF_INIT,
						      .pointer = MLV_BUF_INIT };
	mlv_err err;

	if ((err = find_place(&move, to)) || (err = check_place(&move)) || (err = do_move(&move)))
		return err;
	return mlv_buf_add(moved, move.path.ptr, move.path.len);
}
