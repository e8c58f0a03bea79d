/* Where mlv.yaml files are: in the work tree, or in a commit. */
#define _DEFAULT_SOURCE /* the types in struct dirent */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/ignore.h"
#include "core/repo/pipeline/parts.h"
#include "core/repo/pointer.h"

#define IGNORE_MAX ((size_t)1 << 20) /* bytes of a .gitignore */

struct search {
	struct mlv_repo *repo;
	const struct mlv_snapshot *snapshot;
	struct mlv_pipeline *pipeline;
	struct mlv_ignore *ignore, *git_ignore;
	struct mlv_strs outs; /* directories that are data, sorted when it is asked */
	size_t stages_seen;   /* whose outputs are among them */
	struct mlv_buf path;  /* of the directory being looked at: "" or with a slash at its end */
	unsigned depth;
	bool some; /* a file with a mistake is left out */
};

static void search_release(struct search *search)
{
	mlv_ignore_freep(&search->ignore);
	mlv_ignore_freep(&search->git_ignore);
	mlv_strs_release(&search->outs);
	mlv_buf_release(&search->path);
}

struct names {
	struct mlv_strs dirs;
	bool pipeline, ignore, git_ignore;
};

static void names_release(struct names *names)
{
	mlv_strs_release(&names->dirs);
}

/* X.mlv: what is called X here is data. */
static mlv_err keep_pointer(struct search *search, const char *name)
{
	size_t len, outer = search->path.len;
	mlv_err err;

	if (!mlv_pointer_name(name, &len))
		return NULL;
	if (!(err = mlv_buf_add(&search->path, name, len)) &&
	    !(err = mlv_strs_add(&search->outs, search->path.ptr)))
		err = mlv_strs_add(&search->pipeline->tracked, search->path.ptr);
	mlv_buf_truncate(&search->path, outer);
	return err;
}

static mlv_err keep_name(struct search *search, int dir, const struct dirent *entry,
			 struct names *names)
{
	const char *name = entry->d_name;
	bool is_dir = entry->d_type == DT_DIR;
	struct stat st;

	if (mlv_path_name_reserved(name, strlen(name)))
		return NULL;
	if (entry->d_type == DT_UNKNOWN &&
	    mlv_sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		is_dir = S_ISDIR(st.st_mode);
	if (is_dir)
		return mlv_strs_add(&names->dirs, name);
	names->pipeline |= strcmp(name, MLV_PIPELINE_NAME) == 0;
	names->ignore |= strcmp(name, MLV_IGNORE_NAME) == 0;
	names->git_ignore |= strcmp(name, ".gitignore") == 0;
	return keep_pointer(search, name);
}

/* Whether the file that is read otherwise belongs to the directory being looked at. */
static bool is_instead(const struct search *search)
{
	const char *path = search->snapshot->instead;
	const char *slash = path ? strrchr(path, '/') : NULL;
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;

	return path && len == search->path.len && memcmp(path, search->path.ptr, len) == 0;
}

static mlv_err list_names(struct search *search, int dir, struct names *names)
{
	MLV_SCOPED(mlv_dir_close) DIR *entries = mlv_sys_opendirat(dir, ".");
	const char *where = search->path.len ? search->path.ptr : ".";
	mlv_err err = NULL;

	if (!entries)
		return mlv_error_sys("%s: listing", where);
	errno = 0;
	for (struct dirent *e; !err && (e = readdir(entries)); errno = 0)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			err = keep_name(search, dir, e, names);
	if (!err && errno)
		return mlv_error_sys("%s: listing", where);
	mlv_strs_sort_unique(&names->dirs);
	names->pipeline |= is_instead(search);
	return err;
}

/* The path of name in the directory being looked at; the caller cuts it off again. */
static mlv_err read_here(struct search *search, const char *name, struct mlv_buf *text, bool *found)
{
	mlv_err err = mlv_buf_add_str(&search->path, name);

	return err ? err : mlv_snapshot_read(search->snapshot, search->path.ptr, text, found);
}

static mlv_err add_rules(struct search *search, struct mlv_ignore **rules, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(IGNORE_MAX);
	size_t outer = search->path.len;
	bool found = false;
	mlv_err err = *rules ? NULL : mlv_ignore_new(rules);

	if (!err)
		err = read_here(search, name, &text, &found);
	if (err && err->code == MLV_E_REFUSED) /* a link is no such file for git either */
		err = NULL;
	else if (!err && found)
		err = mlv_ignore_add(*rules, search->path.ptr, text.ptr, text.len);
	mlv_buf_truncate(&search->path, outer);
	return err;
}

mlv_err mlv_pipeline_forgive(const struct mlv_snapshot *snapshot, struct mlv_pipeline *pipeline,
			     size_t stages, mlv_err err)
{
	if (!err || err->code != MLV_E_SPEC)
		return err;
	while (pipeline->count > stages)
		mlv_stage_release(&pipeline->stages[--pipeline->count]);
	mlv_tell_warning(snapshot->ctx, "%s%s%.*s", snapshot->rev ? snapshot->rev : "",
			 snapshot->rev ? ": " : "", (int)strcspn(err->msg, "\n"), err->msg);
	return NULL;
}

static mlv_err add_file(struct search *search)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_PIPELINE_MAX);
	size_t outer = search->path.len, stages = search->pipeline->count;
	bool found = false;
	mlv_err err = read_here(search, MLV_PIPELINE_NAME, &text, &found);

	if (!err && found)
		err = mlv_pipeline_add_file(search->snapshot, search->pipeline, search->path.ptr,
					    text.ptr, text.len);
	mlv_buf_truncate(&search->path, outer);
	return search->some ? mlv_pipeline_forgive(search->snapshot, search->pipeline, stages, err)
			    : err;
}

/* Outputs of the stages that came since are data, too. */
static mlv_err keep_outs(struct search *search)
{
	const struct mlv_pipeline *pipeline = search->pipeline;
	mlv_err err = NULL;

	for (; search->stages_seen < pipeline->count; search->stages_seen++) {
		const struct mlv_stage *stage = &pipeline->stages[search->stages_seen];

		for (size_t o = 0; o < stage->out_count && !err; o++)
			if (!stage->outs[o].glob)
				err = mlv_strs_add(&search->outs, stage->outs[o].path);
		if (err)
			return err;
	}
	mlv_strs_sort_unique(&search->outs);
	return NULL;
}

static int by_text(const void *key, const void *item)
{
	return strcmp(key, *(char *const *)item);
}

/* path ends in a slash here. */
static bool is_left_out(const struct search *search, const char *path, size_t len)
{
	return mlv_ignore_match(search->ignore, path, len, 0, true) ||
	       mlv_ignore_match(search->git_ignore, path, len, 0, true) ||
	       (search->outs.count && bsearch(path, search->outs.at, search->outs.count,
					      sizeof(*search->outs.at), by_text));
}

static mlv_err search_dir(struct search *search, int dir);

static mlv_err descend(struct search *search, int dir, const char *name)
{
	MLV_SCOPED(mlv_fd_close) int fd =
		mlv_sys_openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	mlv_err err;

	if (fd < 0 && errno == EACCES) {
		mlv_tell_warning(search->repo->ctx, "%s: not readable, not looked into",
				 search->path.ptr);
		return NULL;
	}
	if (fd < 0)
		return errno == ENOENT ? NULL : mlv_error_sys("%s", search->path.ptr);
	if (mlv_repo_is_foreign(fd) || search->depth >= MLV_PATH_DEPTH)
		return NULL;
	if ((err = mlv_buf_add_char(&search->path, '/')))
		return err;
	search->depth++;
	err = search_dir(search, fd);
	search->depth--;
	return err;
}

static mlv_err search_dir(struct search *search, int dir)
{
	MLV_SCOPED(names_release) struct names names = { 0 };
	size_t outer = search->path.len;
	mlv_err err = mlv_ctx_check_stop(search->repo->ctx);

	if (err || (err = list_names(search, dir, &names)))
		return err;
	if ((names.ignore && (err = add_rules(search, &search->ignore, MLV_IGNORE_NAME))) ||
	    (names.git_ignore && (err = add_rules(search, &search->git_ignore, ".gitignore"))) ||
	    (names.pipeline && (err = add_file(search))) || (err = keep_outs(search)))
		return err;
	for (size_t i = 0; i < names.dirs.count && !err; i++) {
		if ((err = mlv_buf_add_str(&search->path, names.dirs.at[i])))
			return err;
		if (!is_left_out(search, search->path.ptr, search->path.len))
			err = descend(search, dir, names.dirs.at[i]);
		mlv_buf_truncate(&search->path, outer);
	}
	return err;
}

/* What a commit's mlv.yaml files are read into. */
struct reading {
	const struct mlv_snapshot *snapshot;
	struct mlv_pipeline *pipeline;
	bool some;
	struct mlv_strs foreign; /* directories, with a slash, of repositories below this one */
};

static void reading_release(struct reading *reading)
{
	mlv_strs_release(&reading->foreign);
}

static bool is_named(const char *path, size_t len, const char *name)
{
	size_t size = strlen(name);

	return len >= size && strcmp(path + len - size, name) == 0 &&
	       (len == size || path[len - size - 1] == '/');
}

static mlv_err read_blob(void *arg, const char *path, const struct mlv_git_id *blob)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_PIPELINE_MAX);
	struct reading *reading = arg;
	size_t skip = strlen(reading->snapshot->prefix), len = strlen(path);
	size_t stages = reading->pipeline->count;
	mlv_err err;

	if (len < skip || memcmp(path, reading->snapshot->prefix, skip) != 0)
		return NULL;
	path += skip;
	len -= skip;
	if (is_named(path, len, ".mlv/config") && len > strlen(".mlv/config"))
		return mlv_strs_add_len(&reading->foreign, path, len - strlen(".mlv/config"));
	if (!is_named(path, len, MLV_PIPELINE_NAME))
		return NULL;
	for (size_t i = 0; i < reading->foreign.count; i++)
		if (strncmp(path, reading->foreign.at[i], strlen(reading->foreign.at[i])) == 0)
			return NULL;
	if ((err = mlv_git_read_blob(reading->snapshot->git, blob, &text)))
		return mlv_error_wrap(err, "%s", path);
	err = mlv_pipeline_add_file(reading->snapshot, reading->pipeline, path, text.ptr, text.len);
	return reading->some ? mlv_pipeline_forgive(reading->snapshot, reading->pipeline, stages, err)
			     : err;
}

mlv_err mlv_pipeline_search(struct mlv_repo *repo, const struct mlv_snapshot *snapshot, bool some,
			    struct mlv_pipeline *pipeline)
{
	static const char *const suffixes[] = { MLV_PIPELINE_NAME, "/.mlv/config", NULL };
	MLV_SCOPED(search_release) struct search search = {
		.repo = repo, .snapshot = snapshot, .pipeline = pipeline, .path = MLV_BUF_INIT,
		.some = some };
	MLV_SCOPED(reading_release) struct reading reading = { .snapshot = snapshot,
							       .pipeline = pipeline,
							       .some = some };

	if (!snapshot->git)
		return search_dir(&search, repo->root_fd);
	return mlv_git_each_blob(snapshot->git, &snapshot->commit, snapshot->prefix, suffixes,
				 read_blob, &reading);
}
