#include "core/repo/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/repo/walk_units.h"

#define FEW ((size_t)512) /* names that one thread looks at as fast as several */

struct walk {
	struct mlv_walk_frame frame;
	struct mlv_walk_units units;
	mlv_walk_fn fn;
	void *arg;
	struct mlv_buf path; /* of the entry, below the top */
	bool said;           /* that something was passed over */
};

static void walk_release(struct walk *walk)
{
	mlv_buf_release(&walk->path);
}

static void say_passed_over(struct walk *walk, const char *shown)
{
	if (!shown || walk->said || !walk->frame.options->say_skipped)
		return;
	mlv_tell_warning(walk->frame.ctx,
			 "%s: not tracked, nor is any other .git, .mlv or git~1", shown);
	walk->said = true;
}

static char kind_of(const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		return st->st_mode & S_IXUSR ? 'x' : 'f';
	return S_ISLNK(st->st_mode) ? 'l' : S_ISDIR(st->st_mode) ? 'd' : 'o';
}

static mlv_err emit(struct walk *walk, int dir, const char *name, const struct stat *st)
{
	struct mlv_walk_entry entry = { .kind = kind_of(st), .path = walk->path.ptr,
					.path_len = walk->path.len, .dir = dir, .name = name,
					.st = st };

	return walk->fn(walk->arg, &entry);
}

static mlv_err give(struct walk *walk, const struct mlv_walk_unit *unit)
{
	const struct mlv_walk_dir *dir = unit->dir;
	mlv_err err;

	say_passed_over(walk, unit->passed_over);
	mlv_buf_clear(&walk->path);
	if ((err = mlv_buf_add(&walk->path, dir->path.ptr, dir->path.len)))
		return err;
	for (size_t i = unit->first; i < unit->end; i++) {
		const struct mlv_walk_name *name = &dir->names[i];

		if ((err = mlv_buf_add(&walk->path, name->text, name->len)) ||
		    (err = emit(walk, dir->fd, name->text, &unit->stats[i - unit->first])))
			return err;
		mlv_buf_truncate(&walk->path, dir->path.len);
	}
	return NULL;
}

static mlv_err give_all(struct walk *walk)
{
	struct mlv_walk_unit *unit = NULL;
	mlv_err err;

	for (;;) {
		if ((err = mlv_ctx_check_stop(walk->frame.ctx)) ||
		    (err = mlv_units_next(&walk->units, &unit)) || !unit)
			return err;
		err = give(walk, unit);
		mlv_unit_freep(&walk->units, &unit);
		if (err)
			return err;
	}
}

/* The first round gives, the others only help it. */
static mlv_err work(void *arg, size_t index, unsigned worker)
{
	struct walk *walk = arg;
	mlv_err err = NULL;

	(void)worker;
	if (index > 0) {
		mlv_units_help(&walk->units);
		return NULL;
	}
	err = give_all(walk);
	mlv_units_stop(&walk->units);
	return err;
}

static bool is_small(const struct mlv_walk_dir *dir)
{
	if (dir->count > FEW)
		return false;
	for (size_t i = 0; i < dir->count; i++)
		if (dir->names[i].dir)
			return false;
	return true;
}

/* What lies in top, a directory, which the units take over. */
static mlv_err walk_below(struct walk *walk, struct mlv_walk_dir **top)
{
	struct mlv_ctx *ctx = walk->frame.ctx;
	unsigned jobs = is_small(*top) ? 1 : ctx->jobs;
	mlv_err err = mlv_units_init(&walk->units, &walk->frame, top);

	if (!err)
		err = mlv_pool_run(ctx, jobs, jobs, work, walk);
	mlv_units_release(&walk->units);
	return err;
}

static mlv_err walk_top(struct walk *walk, int parent, const char *name)
{
	MLV_SCOPED(mlv_walk_dir_freep) struct mlv_walk_dir *top = NULL;
	struct stat st;
	mlv_err err = mlv_walk_dir_open(&top, &walk->frame, NULL, parent, name);

	if (err)
		return err;
	say_passed_over(walk, top->passed_over);
	if (top->count)
		return walk_below(walk, &top);
	if (mlv_sys_fstat(top->fd, &st) < 0)
		return mlv_walk_failed(&walk->frame, NULL, name, "looking at it");
	return emit(walk, parent, name, &st);
}

/* Open the directory that top lies in; name is what top is called there. */
static mlv_err open_parent(int root, const char *top, int *parent, const char **name)
{
	const char *slash = strrchr(top, '/');
	MLV_SCOPED(mlv_mem_free) char *above = mlv_sys_strndup(
		slash ? top : ".", slash ? (size_t)(slash - top) : 1);

	if (!above)
		return mlv_error_nomem("a path");
	*name = slash ? slash + 1 : top;
	*parent = mlv_sys_open_beneath(root, above, O_RDONLY | O_DIRECTORY, 0);
	if (*parent >= 0)
		return NULL;
	if (errno == ENOENT)
		return mlv_error(MLV_E_MISSING, "%s: no such file or directory", top);
	if (errno == ELOOP || errno == ENOTDIR || errno == EXDEV)
		return mlv_error(MLV_E_REFUSED, "%s: beyond a symbolic link or a file", top);
	return mlv_error_sys("%s", top);
}

mlv_err mlv_walk(struct mlv_ctx *ctx, int root, const char *top,
		 const struct mlv_walk_options *options, mlv_walk_fn fn, void *arg)
{
	static const struct mlv_walk_options defaults = { 0 };
	MLV_SCOPED(walk_release) struct walk walk = {
		.frame = { ctx, top, options ? options : &defaults }, .fn = fn, .arg = arg,
		.path = MLV_BUF_INIT,
	};
	MLV_SCOPED(mlv_fd_close) int parent = -1;
	const char *name;
	struct stat st;
	mlv_err err;

	if ((err = open_parent(root, top, &parent, &name)))
		return err;
	if (mlv_sys_fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
			       ? mlv_error(MLV_E_MISSING, "%s: no such file or directory", top)
			       : mlv_error_sys("%s", top);
	return S_ISDIR(st.st_mode) ? walk_top(&walk, parent, name)
				   : emit(&walk, parent, name, &st);
}
