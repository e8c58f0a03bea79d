#define _DEFAULT_SOURCE /* the types in struct dirent */

#include "core/repo/glob_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/pointer.h"

struct glob {
	struct mlv_strs *paths;
	struct mlv_buf path; /* of the directory being looked at: "" or with a slash at its end */
	unsigned depth;
};

static mlv_err match_in(struct glob *glob, int dir, const char *pattern, bool deep);

/* Files of mlv and git are data to nobody: a pattern does not mean them. */
static bool is_ours(const char *name)
{
	size_t len;

	return mlv_path_name_reserved(name, strlen(name)) || mlv_pointer_name(name, &len) ||
	       strcmp(name, ".gitignore") == 0 || strcmp(name, ".mlvignore") == 0 ||
	       strcmp(name, "mlv.yaml") == 0 || strcmp(name, "mlv.lock") == 0;
}

static mlv_err go_below(struct glob *glob, int dir, const char *name, const char *pattern,
			bool deep)
{
	MLV_SCOPED(mlv_fd_close) int fd =
		mlv_sys_openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	size_t len = glob->path.len;
	mlv_err err;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
			       ? NULL
			       : mlv_error_sys("%s%s", glob->path.ptr, name);
	if (glob->depth >= MLV_PATH_DEPTH)
		return NULL;
	if ((err = mlv_buf_printf(&glob->path, "%s/", name)))
		return err;
	glob->depth++;
	err = match_in(glob, fd, pattern, deep);
	glob->depth--;
	mlv_buf_truncate(&glob->path, len);
	return err;
}

static mlv_err add_match(struct glob *glob, const char *name)
{
	size_t len = glob->path.len;
	mlv_err err = mlv_buf_add_str(&glob->path, name);

	if (!err)
		err = mlv_strs_add(glob->paths, glob->path.ptr);
	mlv_buf_truncate(&glob->path, len);
	return err;
}

/* What a directory's names are held against. */
struct step {
	char first[MLV_PATH_MAX + 1]; /* the first component; "**": every directory below */
	const char *whole;
	const char *rest; /* what follows the first; NULL: nothing */
	bool deep;        /* a ** was before: only files are meant */
};

static mlv_err match_name(struct glob *glob, int dir, const char *name, const struct step *step)
{
	struct stat st;
	bool is_dir;

	if (mlv_sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return NULL; /* gone meanwhile */
	is_dir = S_ISDIR(st.st_mode);
	if (strcmp(step->first, "**") == 0)
		return is_dir && name[0] != '.' ? go_below(glob, dir, name, step->whole, true)
						: NULL;
	if (fnmatch(step->first, name, FNM_PERIOD) != 0)
		return NULL;
	if (step->rest)
		return is_dir ? go_below(glob, dir, name, step->rest, step->deep) : NULL;
	return is_dir && step->deep ? NULL : add_match(glob, name);
}

static mlv_err each_name(struct glob *glob, int dir, const struct step *step)
{
	MLV_SCOPED(mlv_dir_close) DIR *stream = mlv_sys_opendirat(dir, ".");
	mlv_err err = NULL;

	if (!stream)
		return mlv_error_sys("%s: listing", *glob->path.ptr ? glob->path.ptr : ".");
	for (struct dirent *e; !err && (e = readdir(stream));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    !is_ours(e->d_name))
			err = match_name(glob, dir, e->d_name, step);
	return err;
}

static mlv_err match_in(struct glob *glob, int dir, const char *pattern, bool deep)
{
	MLV_SCOPED(mlv_mem_free) struct step *step = mlv_sys_alloc(sizeof(*step));
	size_t len = strcspn(pattern, "/");
	mlv_err err = NULL;

	if (!step)
		return mlv_error_nomem("a pattern");
	if (len >= sizeof(step->first))
		return mlv_error(MLV_E_USAGE, "the pattern is too long");
	memcpy(step->first, pattern, len);
	step->whole = pattern;
	step->rest = pattern[len] == '/' ? pattern + len + 1 : NULL;
	step->deep = deep;
	/* ** is also no directory at all; at the end it stands for all files below. */
	if (strcmp(step->first, "**") == 0)
		err = match_in(glob, dir, step->rest ? step->rest : "*", true);
	return err ? err : each_name(glob, dir, step);
}

mlv_err mlv_glob_files(int root_fd, const char *pattern, struct mlv_strs *paths)
{
	struct glob glob = { .paths = paths, .path = MLV_BUF_INIT };
	mlv_err err = match_in(&glob, root_fd, pattern, false);

	mlv_buf_release(&glob.path);
	return err;
}
