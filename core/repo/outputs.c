#define _DEFAULT_SOURCE /* the types in struct dirent */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/lockfile.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"

void mlv_outputs_release(struct mlv_outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		mlv_output_release(&outputs->at[i]);
	free(outputs->at);
	*outputs = (struct mlv_outputs){ 0 };
}

mlv_err mlv_outputs_append(struct mlv_outputs *outputs, struct mlv_output *output)
{
	mlv_err err = mlv_array_grow(&outputs->at, &outputs->cap, outputs->count + 1,
				     sizeof(*outputs->at));

	if (err)
		return err;
	outputs->at[outputs->count++] = *output;
	*output = (struct mlv_output){ 0 };
	return NULL;
}

static mlv_err parse_and_append(struct mlv_outputs *outputs, const char *path,
				const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 };
	mlv_err err = mlv_pointer_parse(path, text->ptr, text->len, &output);

	return err ? err : mlv_outputs_append(outputs, &output);
}

/* Append what a mlv.lock says. */
static mlv_err parse_lock(struct mlv_outputs *outputs, const char *path, const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile lock = { 0 };
	mlv_err err = mlv_lockfile_parse(&lock, path, text->ptr, text->len);

	return err ? err : mlv_lockfile_outputs(&lock, outputs);
}

/* Of two at one path the one that has a pointer comes first. */
static int by_path(const void *a, const void *b)
{
	const struct mlv_output *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (x->stage != NULL) - (y->stage != NULL);
}

/* The output at exactly the first len bytes of path. */
static const struct mlv_output *find_exact(const struct mlv_outputs *outputs, const char *path,
					   size_t len)
{
	size_t low = 0, high = outputs->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct mlv_output *at = &outputs->at[mid];
		int order = strncmp(at->path, path, len);

		if (order == 0 && at->path[len])
			order = 1;
		if (order == 0)
			return at;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct mlv_output *mlv_outputs_find(const struct mlv_outputs *outputs, const char *path)
{
	for (size_t len = 1; *path; len++) {
		const struct mlv_output *found;

		if (path[len] != '/' && path[len] != '\0')
			continue;
		if ((found = find_exact(outputs, path, len)))
			return found;
		if (path[len] == '\0')
			break;
	}
	return NULL;
}

/* Sort by path; a pointer below a tracked directory is data, not a pointer. */
static void settle(struct mlv_outputs *outputs)
{
	struct mlv_outputs sorted = { outputs->at, 0, outputs->cap };
	size_t count = outputs->count;

	if (count)
		qsort(outputs->at, count, sizeof(*outputs->at), by_path);
	for (size_t i = 0; i < count; i++) {
		if (mlv_outputs_find(&sorted, outputs->at[i].path))
			mlv_output_release(&outputs->at[i]);
		else
			sorted.at[sorted.count++] = outputs->at[i];
	}
	*outputs = sorted;
}

/* A search of the work tree. */
struct search {
	struct mlv_repo *repo;
	struct mlv_outputs *outputs;
	struct mlv_buf path; /* of the directory being looked at: "" or with a slash at its end */
	unsigned depth;
	bool all; /* a directory that cannot be read is a failure */
};

static mlv_err search_dir(struct search *search, int fd);

/* The names in a directory: those of pointers and mlv.lock, and those of directories. */
static mlv_err list_names(const char *where, int dir, struct mlv_strs *pointers,
			  struct mlv_strs *dirs)
{
	MLV_SCOPED(mlv_dir_close) DIR *open_dir = mlv_sys_opendirat(dir, ".");
	mlv_err err = NULL;

	if (!open_dir)
		return mlv_error_sys("%s: listing", where);
	errno = 0;
	for (struct dirent *e; !err && (e = readdir(open_dir)); errno = 0) {
		bool is_dir = e->d_type == DT_DIR;
		struct stat st;
		size_t len;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    mlv_path_name_reserved(e->d_name, strlen(e->d_name)))
			continue;
		if (e->d_type == DT_UNKNOWN &&
		    mlv_sys_fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			is_dir = S_ISDIR(st.st_mode);
		if (is_dir)
			err = mlv_strs_add(dirs, e->d_name);
		else if (mlv_pointer_name(e->d_name, &len) ||
			 strcmp(e->d_name, MLV_LOCKFILE_NAME) == 0)
			err = mlv_strs_add(pointers, e->d_name);
	}
	return err ? err : errno ? mlv_error_sys("%s: listing", where) : NULL;
}

/* What the mlv.lock at the search's path says, and what is recorded and not in it yet. */
static mlv_err read_lock(const struct search *search)
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile lock = { 0 };
	mlv_err err = mlv_lockfile_load(&lock, search->repo, search->path.ptr);

	return err ? err : mlv_lockfile_outputs(&lock, search->outputs);
}

static mlv_err read_pointer(struct search *search, int dir, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_POINTER_MAX);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	size_t len = search->path.len;
	struct stat st;
	mlv_err err;

	if ((err = mlv_buf_add_str(&search->path, name)))
		return err;
	if (strcmp(name, MLV_LOCKFILE_NAME) == 0) {
		err = read_lock(search);
		mlv_buf_truncate(&search->path, len);
		return err;
	}
	fd = mlv_sys_openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0 && errno == ELOOP)
		err = mlv_error(MLV_E_SPEC, "%s: a pointer may not be a symbolic link",
				search->path.ptr);
	else if (fd < 0 || mlv_sys_fstat(fd, &st) < 0)
		err = mlv_error_sys("%s", search->path.ptr);
	else if (!S_ISREG(st.st_mode))
		err = mlv_error(MLV_E_SPEC, "%s: not a regular file", search->path.ptr);
	else if (!(err = mlv_fs_read_fd(fd, search->path.ptr, &text)))
		err = parse_and_append(search->outputs, search->path.ptr, &text);
	mlv_buf_truncate(&search->path, len);
	return err;
}

static mlv_err descend(struct search *search, int dir, const char *name)
{
	MLV_SCOPED(mlv_fd_close) int fd =
		mlv_sys_openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	size_t len = search->path.len;
	mlv_err err;

	if (fd < 0 && errno == EACCES && !search->all) {
		mlv_tell_warning(search->repo->ctx, "%s%s: not readable, not looked into",
				 search->path.ptr, name);
		return NULL;
	}
	if (fd < 0)
		return errno == ENOENT ? NULL : mlv_error_sys("%s%s", search->path.ptr, name);
	if (mlv_repo_is_foreign(fd) || search->depth >= MLV_PATH_DEPTH)
		return NULL;
	if ((err = mlv_buf_add_str(&search->path, name)) ||
	    (err = mlv_buf_add_char(&search->path, '/')))
		return err;
	search->depth++;
	err = search_dir(search, fd);
	search->depth--;
	mlv_buf_truncate(&search->path, len);
	return err;
}

/* Into all but what is tracked by what lies in this directory (since first), or was made by a stage. */
static mlv_err descend_all(struct search *search, int dir, const struct mlv_strs *dirs, size_t first)
{
	const struct mlv_outputs *outputs = search->outputs;
	size_t len = search->path.len, named = outputs->count;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < dirs->count; i++) {
		bool tracked = false;

		for (size_t o = 0; o < named && !tracked; o++)
			tracked = (o >= first || outputs->at[o].stage) &&
				  strncmp(outputs->at[o].path, search->path.ptr, len) == 0 &&
				  strcmp(outputs->at[o].path + len, dirs->at[i]) == 0;
		if (!tracked)
			err = descend(search, dir, dirs->at[i]);
	}
	return err;
}

static mlv_err search_dir(struct search *search, int dir)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs pointers = { 0 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs dirs = { 0 };
	size_t first = search->outputs->count;
	mlv_err err = mlv_ctx_check_stop(search->repo->ctx);

	if (err || (err = list_names(search->path.len ? search->path.ptr : ".", dir, &pointers,
				     &dirs)))
		return err;
	for (size_t i = 0; i < pointers.count; i++)
		if ((err = read_pointer(search, dir, pointers.at[i])))
			return err;
	return descend_all(search, dir, &dirs, first);
}

static mlv_err load(struct mlv_repo *repo, bool all, struct mlv_outputs *outputs)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs made = { 0 };
	struct search search = { .repo = repo, .outputs = &made, .path = MLV_BUF_INIT, .all = all };
	mlv_err err = search_dir(&search, repo->root_fd);

	mlv_buf_release(&search.path);
	if (err)
		return err;
	settle(&made);
	*outputs = made;
	made = (struct mlv_outputs){ 0 };
	return NULL;
}

mlv_err mlv_outputs_load(struct mlv_repo *repo, struct mlv_outputs *outputs)
{
	return load(repo, false, outputs);
}

mlv_err mlv_outputs_load_all(struct mlv_repo *repo, struct mlv_outputs *outputs)
{
	return load(repo, true, outputs);
}

/* A reading of a commit's pointers. */
struct reading {
	struct mlv_git *git;
	const char *prefix;
	struct mlv_outputs *outputs;
	bool all;                /* also of repositories below this one */
	struct mlv_strs foreign; /* directories, with a slash, of repositories below this one */
};

static void reading_release(struct reading *reading)
{
	mlv_strs_release(&reading->foreign);
}

static mlv_err read_blob(void *arg, const char *path, const struct mlv_git_id *blob)
{
	static const char config[] = ".mlv/config";
	struct reading *reading = arg;
	size_t skip = strlen(reading->prefix), len = strlen(path), target;
	const char *name = strrchr(path, '/');
	bool lock = strcmp(name ? name + 1 : path, MLV_LOCKFILE_NAME) == 0;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text =
		MLV_BUF_LIMIT(lock ? MLV_LOCKFILE_MAX : MLV_POINTER_MAX);
	mlv_err err;

	if (len < skip || memcmp(path, reading->prefix, skip) != 0)
		return NULL;
	path += skip;
	len -= skip;
	if (len >= sizeof(config) && strcmp(path + len - sizeof(config) + 1, config) == 0 &&
	    path[len - sizeof(config)] == '/')
		return mlv_strs_add_len(&reading->foreign, path, len - sizeof(config) + 1);
	if (!lock && !mlv_pointer_name(path, &target))
		return NULL;
	if ((err = mlv_git_read_blob(reading->git, blob, &text)))
		return mlv_error_wrap(err, "%s", path);
	return lock ? parse_lock(reading->outputs, path, &text)
		    : parse_and_append(reading->outputs, path, &text);
}

static void drop_foreign(struct mlv_outputs *outputs, const struct mlv_strs *foreign)
{
	size_t kept = 0;

	for (size_t i = 0; i < outputs->count; i++) {
		bool drop = false;

		for (size_t f = 0; f < foreign->count && !drop; f++)
			drop = strncmp(outputs->at[i].path, foreign->at[f],
				       strlen(foreign->at[f])) == 0;
		if (drop)
			mlv_output_release(&outputs->at[i]);
		else
			outputs->at[kept++] = outputs->at[i];
	}
	outputs->count = kept;
}

static mlv_err load_commit(struct reading *reading, const struct mlv_git_id *commit,
			   struct mlv_outputs *outputs)
{
	static const char *const suffixes[] = { ".mlv", "/.mlv/config", MLV_LOCKFILE_NAME, NULL };
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs made = { 0 };
	mlv_err err;

	reading->outputs = &made;
	if ((err = mlv_git_each_blob(reading->git, commit, reading->prefix, suffixes, read_blob,
				     reading)))
		return err;
	if (!reading->all)
		drop_foreign(&made, &reading->foreign);
	settle(&made);
	*outputs = made;
	made = (struct mlv_outputs){ 0 };
	return NULL;
}

mlv_err mlv_outputs_load_rev(struct mlv_repo *repo, const char *rev, struct mlv_outputs *outputs)
{
	MLV_SCOPED(reading_release) struct reading reading = { 0 };
	struct mlv_git_id commit;
	mlv_err err;

	if ((err = mlv_repo_git(repo, &reading.git)))
		return err;
	if (!reading.git)
		return mlv_error(MLV_E_USAGE, "%s: there are no revisions without git (core.no_scm)",
				 rev);
	reading.prefix = repo->git_prefix ? repo->git_prefix : "";
	err = mlv_git_resolve(reading.git, rev, &commit);
	return err ? err : load_commit(&reading, &commit, outputs);
}

mlv_err mlv_outputs_load_git(struct mlv_git *git, const struct mlv_git_id *commit,
			     struct mlv_outputs *outputs)
{
	MLV_SCOPED(reading_release) struct reading reading = { .git = git, .prefix = "",
							       .all = true };

	return load_commit(&reading, commit, outputs);
}
