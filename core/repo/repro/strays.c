#define _DEFAULT_SOURCE /* DT_DIR */

#include "core/repo/repro/strays.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/glob.h"
#include "core/repo/lockfile.h"

#define FREE_NS   INT64_C(1000000000) /* what all looks may take ... */
#define SHARE     20 /* ... and one part of so many of the time that goes by */
#define SHOWN     3  /* names in a warning */
#define TICK      1000000L /* ns between two looks at the clock of the file system */
#define TICKS     50
#define OWN_FILES 2

struct watched {
	const struct mlv_stage *stage;
	bool ended;
};

struct mlv_strays {
	struct mlv_repo *repo;
	struct mlv_strs known; /* outputs and tracked data */
	struct mlv_glob *globs;
	size_t glob_count;
	struct watched *watched; /* that ran since the last look */
	size_t count, cap;
	struct mlv_strs told, found;
	struct timespec since; /* the last look, by the clock of the file system; 0: none yet */
	int64_t began, spent;  /* when the first stage did, and what all looks took so far: ns */
	size_t entries;
	struct stat own[OWN_FILES];
	size_t own_count;
	bool off; /* there is too much to look at */
};

static int by_text(const void *key, const void *item)
{
	return strcmp(key, *(char *const *)item);
}

/* Whether it is among these, which are sorted. */
static bool has(const struct mlv_strs *sorted, const char *text)
{
	return sorted->count &&
	       bsearch(text, sorted->at, sorted->count, sizeof(*sorted->at), by_text) != NULL;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool is_before(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

void mlv_strays_freep(struct mlv_strays **slot)
{
	struct mlv_strays *strays = *slot;

	*slot = NULL;
	if (!strays)
		return;
	for (size_t i = 0; i < strays->glob_count; i++)
		mlv_glob_release(&strays->globs[i]);
	free(strays->globs);
	free(strays->watched);
	mlv_strs_release(&strays->known);
	mlv_strs_release(&strays->told);
	mlv_strs_release(&strays->found);
	free(strays);
}

static mlv_err add_outs(struct mlv_strays *strays, const struct mlv_stage *stage)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < stage->out_count; i++) {
		const char *path = stage->outs[i].path;

		if (!stage->outs[i].glob)
			err = mlv_strs_add(&strays->known, path);
		else if (!(err = mlv_glob_compile(&strays->globs[strays->glob_count], path,
						  strlen(path), true)))
			strays->glob_count++;
	}
	return err;
}

static mlv_err add_known(struct mlv_strays *strays, const struct mlv_pipeline *pipeline)
{
	size_t globs = 0;
	mlv_err err = NULL;

	for (size_t i = 0; i < pipeline->count; i++)
		for (size_t o = 0; o < pipeline->stages[i].out_count; o++)
			globs += pipeline->stages[i].outs[o].glob;
	strays->globs = mlv_sys_alloc_array(globs + 1, sizeof(*strays->globs));
	if (!strays->globs)
		return mlv_error_nomem("patterns");
	for (size_t i = 0; !err && i < pipeline->count; i++)
		err = add_outs(strays, &pipeline->stages[i]);
	for (size_t i = 0; !err && i < pipeline->tracked.count; i++)
		err = mlv_strs_add(&strays->known, pipeline->tracked.at[i]);
	mlv_strs_sort_unique(&strays->known);
	return err;
}

mlv_err mlv_strays_new(struct mlv_strays **out, struct mlv_repo *repo,
		       const struct mlv_pipeline *pipeline)
{
	MLV_SCOPED(mlv_strays_freep) struct mlv_strays *strays = NULL;
	mlv_err err;

	*out = NULL;
	if (!mlv_config_bool(repo->config, "core.strays", true))
		return NULL;
	if (!(strays = mlv_sys_alloc(sizeof(*strays))))
		return mlv_error_nomem("paths");
	strays->repo = repo;
	if ((err = add_known(strays, pipeline)))
		return err;
	*out = MLV_TAKE(strays);
	return NULL;
}

void mlv_strays_except(struct mlv_strays *strays, const struct stat *st)
{
	if (strays && strays->own_count < OWN_FILES)
		strays->own[strays->own_count++] = *st;
}

/* What time a file has that is changed now. */
static bool look_at_clock(const struct mlv_strays *strays, struct timespec *now)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char name[64];
	struct stat st;

	if (mlv_fs_temp(strays->repo->mlv_fd, "tmp/now-", 0666, name, sizeof(name), &fd))
		return false;
	(void)!mlv_sys_unlinkat(strays->repo->mlv_fd, name, 0);
	if (mlv_sys_fstat(fd, &st) < 0)
		return false;
	*now = st.st_ctim;
	return true;
}

/* The first stage: what was changed before it has another time than what it changes. */
static void set_out(struct mlv_strays *strays)
{
	const struct timespec nap = { 0, TICK };
	struct timespec first, now;
	bool known = look_at_clock(strays, &first);

	now = first;
	for (int i = 0; known && i < TICKS && !is_before(first, now); i++) {
		nanosleep(&nap, NULL);
		known = look_at_clock(strays, &now);
	}
	strays->off = !known;
	strays->since = now;
	strays->began = now_ns();
}

mlv_err mlv_strays_begin(struct mlv_strays *strays, const struct mlv_stage *stage)
{
	mlv_err err;

	if (!strays || strays->off)
		return NULL;
	if ((err = mlv_array_grow(&strays->watched, &strays->cap, strays->count + 1,
				  sizeof(*strays->watched))))
		return err;
	if (!strays->began)
		set_out(strays);
	strays->watched[strays->count++] = (struct watched){ .stage = stage };
	return NULL;
}

void mlv_strays_end(struct mlv_strays *strays, const struct mlv_stage *stage)
{
	for (size_t i = 0; strays && i < strays->count; i++)
		strays->watched[i].ended |= strays->watched[i].stage == stage;
}

static mlv_err is_ignored(const struct mlv_strays *strays, const char *path, bool dir, bool *ignored)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	struct mlv_git *git;
	mlv_err err = mlv_repo_git(strays->repo, &git);

	*ignored = false;
	if (err || !git || (err = mlv_repo_git_path(strays->repo, path, &whole)) ||
	    (dir && (err = mlv_buf_add_char(&whole, '/'))))
		return err;
	return mlv_git_is_ignored(git, whole.ptr, ignored);
}

/* What a stage depends on is told of by itself when it changes. */
static bool is_dep(const struct mlv_strays *strays, const char *path)
{
	for (size_t i = 0; i < strays->count; i++) {
		const struct mlv_stage *stage = strays->watched[i].stage;

		for (size_t d = 0; d < stage->dep_count; d++) {
			size_t len = strlen(stage->deps[d].path);

			if (strncmp(stage->deps[d].path, path, len) == 0 &&
			    (path[len] == '\0' || path[len] == '/'))
				return true;
		}
	}
	return false;
}

static bool is_own(const struct mlv_strays *strays, const struct stat *st)
{
	for (size_t i = 0; i < strays->own_count; i++)
		if (strays->own[i].st_dev == st->st_dev && strays->own[i].st_ino == st->st_ino)
			return true;
	return false;
}

/* Files that mlv itself writes beside what is tracked. */
static bool is_ours(const char *name)
{
	return strcmp(name, ".gitignore") == 0 || strcmp(name, MLV_LOCKFILE_NAME) == 0;
}

static bool matches(const struct mlv_strays *strays, const char *path)
{
	for (size_t i = 0; i < strays->glob_count; i++)
		if (mlv_glob_match(&strays->globs[i], path, strlen(path)))
			return true;
	return false;
}

static mlv_err look_at_file(struct mlv_strays *strays, int dir, const char *name, const char *path)
{
	struct stat st;
	bool ignored;
	mlv_err err;

	if (mlv_sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(st.st_mode) ||
	    is_before(st.st_ctim, strays->since) || is_ours(name) || is_own(strays, &st) ||
	    is_dep(strays, path) || matches(strays, path) || has(&strays->told, path))
		return NULL;
	if ((err = is_ignored(strays, path, false, &ignored)) || ignored)
		return err;
	return mlv_strs_add(&strays->found, path);
}

static mlv_err walk(struct mlv_strays *strays, int at, const char *name, struct mlv_buf *path);

static mlv_err look_at_entry(struct mlv_strays *strays, int dir, const struct dirent *entry,
			     struct mlv_buf *path)
{
	size_t len = path->len;
	bool ignored = false;
	mlv_err err;

	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
	    mlv_path_name_reserved(entry->d_name, strlen(entry->d_name)))
		return NULL;
	if (++strays->entries > MLV_STRAYS_ENTRIES)
		return NULL;
	if ((len && (err = mlv_buf_add_char(path, '/'))) ||
	    (err = mlv_buf_add_str(path, entry->d_name)))
		return err;
	if (has(&strays->known, path->ptr))
		err = NULL;
	else if (entry->d_type != DT_DIR)
		err = look_at_file(strays, dir, entry->d_name, path->ptr);
	else if (!(err = is_ignored(strays, path->ptr, true, &ignored)) && !ignored)
		err = walk(strays, dir, entry->d_name, path);
	mlv_buf_truncate(path, len);
	return err;
}

/* What cannot be read is passed over: this is no check of the work tree. */
static mlv_err walk(struct mlv_strays *strays, int at, const char *name, struct mlv_buf *path)
{
	MLV_SCOPED(mlv_dir_close) DIR *dir = mlv_sys_opendirat(at, name);
	mlv_err err = NULL;

	if (!dir || (path->len && mlv_repo_is_foreign(dirfd(dir))))
		return NULL;
	for (struct dirent *e; !err && strays->entries <= MLV_STRAYS_ENTRIES && (e = readdir(dir));)
		err = look_at_entry(strays, dirfd(dir), e, path);
	return err;
}

/* "train", "a, b", "one of 12 stages" */
static mlv_err add_stages(const struct mlv_strays *strays, struct mlv_buf *to)
{
	mlv_err err = NULL;

	if (strays->count > SHOWN)
		return mlv_buf_printf(to, "one of %zu stages", strays->count);
	for (size_t i = 0; !err && i < strays->count; i++)
		if (!i || !(err = mlv_buf_add_str(to, " or ")))
			err = mlv_stage_address(strays->watched[i].stage, to);
	return err;
}

static mlv_err tell(struct mlv_strays *strays)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf stages = MLV_BUF_INIT, files = MLV_BUF_INIT;
	size_t count = strays->found.count;
	mlv_err err;

	if (!count)
		return NULL;
	mlv_strs_sort_unique(&strays->found);
	if ((err = add_stages(strays, &stages)))
		return err;
	for (size_t i = 0; !err && i < count; i++) {
		const char *path = strays->found.at[i];
		char shown[512];

		if (i < SHOWN)
			err = mlv_buf_printf(&files, "%s'%s'", i ? ", " : "",
					     mlv_path_shown(path, strlen(path), shown, sizeof(shown)));
		if (!err)
			err = mlv_strs_add(&strays->told, path);
	}
	if (!err && count > SHOWN)
		err = mlv_buf_printf(&files, " and %zu more", count - SHOWN);
	if (err)
		return err;
	mlv_tell_warning(strays->repo->ctx,
			 "while %s ran, %s %s written, which %s no output of any stage: name %s in outs, "
			 "or have git ignore %s", stages.ptr, files.ptr, count > 1 ? "were" : "was",
			 count > 1 ? "are" : "is", count > 1 ? "them" : "it", count > 1 ? "them" : "it");
	mlv_strs_sort_unique(&strays->told);
	mlv_strs_release(&strays->found);
	strays->found = (struct mlv_strs){ 0 };
	return NULL;
}

static void drop_ended(struct mlv_strays *strays)
{
	size_t kept = 0;

	for (size_t i = 0; i < strays->count; i++)
		if (!strays->watched[i].ended)
			strays->watched[kept++] = strays->watched[i];
	strays->count = kept;
}

mlv_err mlv_strays_look(struct mlv_strays *strays, bool last)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	int64_t begin = now_ns();
	struct timespec now;
	mlv_err err;

	if (!strays || strays->off || !strays->count ||
	    (!last && strays->spent > FREE_NS + (begin - strays->began) / SHARE))
		return NULL;
	strays->entries = 0;
	if (!look_at_clock(strays, &now))
		return NULL;
	if ((err = walk(strays, strays->repo->root_fd, ".", &path)))
		return err;
	if (strays->entries > MLV_STRAYS_ENTRIES) {
		strays->off = true;
		mlv_tell_detail(strays->repo->ctx, "what stages write beside their outputs is not looked "
				"for: there are too many files");
		return NULL;
	}
	err = tell(strays);
	drop_ended(strays);
	strays->since = now;
	strays->spent += now_ns() - begin;
	return err;
}
