/* The part of metrics.h that finds out which files there are. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/glob.h"
#include "core/repo/metrics/parts.h"
#include "core/repo/pipeline/parts.h"
#include "core/repo/pointer.h"
#include "core/store/tree.h"

#define DEPTH_MAX 64 /* directories below each other, when listing */

static mlv_err add_listed(const struct mlv_strs *listed, struct mlv_strs *files)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < listed->count && !err; i++)
		err = mlv_strs_add(files, listed->at[i]);
	return err;
}

static mlv_err add_outs(const struct mlv_stage *stage, enum mlv_stage_out_kind kind,
			struct mlv_strs *files)
{
	mlv_err err = NULL;

	for (size_t o = 0; o < stage->out_count && !err; o++)
		if (stage->outs[o].kind == kind)
			err = mlv_strs_add(files, stage->outs[o].path);
	return err;
}

mlv_err mlv_metrics_list(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 enum mlv_stage_out_kind kind, struct mlv_strs *files)
{
	MLV_SCOPED(mlv_pipeline_release) struct mlv_pipeline pipeline = { 0 };
	mlv_err err = mlv_metrics_pipeline(place, side, &pipeline);

	for (size_t f = 0; f < pipeline.file_count && !err; f++)
		err = add_listed(kind == MLV_OUT_PLOT ? &pipeline.files[f].plots
						      : &pipeline.files[f].metrics, files);
	for (size_t s = 0; s < pipeline.count && !err; s++)
		err = add_outs(&pipeline.stages[s], kind, files);
	return err;
}

/* What is looked for: the files below a directory, or those that a pattern matches. */
struct search {
	struct mlv_metrics_place *place;
	const struct mlv_metrics_side *side;
	struct mlv_glob glob;
	bool is_glob;
	char *top;      /* the directory that all of them lie below; "": the root */
	unsigned depth; /* directories below it that may hold any */
	struct mlv_strs *files;
};

static void search_release(struct search *search)
{
	mlv_glob_release(&search->glob);
	free(search->top);
}

/* A pattern begins below the last directory before its first wildcard. */
static mlv_err search_init(struct search *search, const char *name)
{
	size_t len = strlen(name);

	search->depth = DEPTH_MAX;
	search->is_glob = mlv_pipeline_is_glob(name);
	if (search->is_glob) {
		for (len = strcspn(name, "*?["); len && name[len - 1] != '/';)
			len--;
		if (!strstr(name, "**")) {
			search->depth = 0;
			for (const char *at = name + len; (at = strchr(at, '/')); at++)
				search->depth++;
		}
	}
	search->top = mlv_sys_strndup(name, search->is_glob && len ? len - 1 : len);
	if (!search->top)
		return mlv_error_nomem("a path");
	return search->is_glob ? mlv_glob_compile(&search->glob, name, strlen(name), true) : NULL;
}

static const char *const endings[] = { ".json", ".yaml", ".yml", ".toml", NULL };

/* Whether a file, at a path relative to the root, is one of those that are looked for. */
static bool is_wanted(const struct search *search, const char *path)
{
	const char *below = *search->top ? mlv_path_below(search->top, path) : path;
	size_t len = strlen(path);
	bool ends = false;

	for (const char *const *end = endings; *end && !ends; end++)
		ends = len > strlen(*end) && strcmp(path + len - strlen(*end), *end) == 0;
	if (!search->is_glob && below && !*below)
		return true;
	if (!ends || !below || *below == '.' || strstr(below, "/."))
		return false;
	return !search->is_glob || mlv_glob_match(&search->glob, path, len);
}

static mlv_err offer(const struct search *search, const char *path)
{
	return is_wanted(search, path) ? mlv_strs_add(search->files, path) : NULL;
}

/* ---- the work tree */

/* A link into the cache is the file that it stands for; any other is passed over. */
static mlv_err offer_link(const struct search *search, const char *path)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err = mlv_metrics_open(search->place, path, &fd);

	return err && err->code != MLV_E_REFUSED ? err : fd < 0 ? NULL : offer(search, path);
}

static mlv_err look_below(const struct search *search, int at, const char *name, struct mlv_buf *path,
			  unsigned depth);

static mlv_err look_at(const struct search *search, int dir, const char *name, struct mlv_buf *path,
		       unsigned depth)
{
	size_t outer = path->len;
	struct stat st;
	mlv_err err;

	if (name[0] == '.' || mlv_sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return NULL;
	if ((err = mlv_buf_printf(path, "%s%s", outer ? "/" : "", name)))
		return err;
	if (S_ISDIR(st.st_mode) && depth < search->depth)
		err = look_below(search, dir, name, path, depth + 1);
	else if (S_ISREG(st.st_mode))
		err = offer(search, path->ptr);
	else if (S_ISLNK(st.st_mode) && is_wanted(search, path->ptr))
		err = offer_link(search, path->ptr);
	mlv_buf_truncate(path, outer);
	return err;
}

static mlv_err look_below(const struct search *search, int at, const char *name, struct mlv_buf *path,
			  unsigned depth)
{
	MLV_SCOPED(mlv_dir_close) DIR *dir = mlv_sys_opendirat(at, name);
	mlv_err err = dir ? NULL : mlv_error_sys("%s", path->ptr);

	for (struct dirent *e; !err && (e = readdir(dir));)
		err = look_at(search, dirfd(dir), e->d_name, path, depth);
	return err;
}

static mlv_err look_in_work_tree(const struct search *search)
{
	const char *top = *search->top ? search->top : ".";
	MLV_SCOPED(mlv_fd_close) int dir = mlv_sys_open_beneath(search->place->root_fd, top,
								O_RDONLY | O_DIRECTORY, 0);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err;

	if (dir < 0 && (errno == ENOENT || errno == ENOTDIR))
		return NULL;
	if (dir < 0 && (errno == ELOOP || errno == EXDEV))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: a symbolic link, or beyond one", top),
				      "name the directory itself");
	if (dir < 0)
		return mlv_error_sys("%s", top);
	err = mlv_buf_add_str(&path, search->top);
	return err ? err : look_below(search, dir, ".", &path, 0);
}

/* ---- git */

static mlv_err offer_blob(void *arg, const char *path, const struct mlv_git_id *blob)
{
	const struct search *search = arg;

	(void)blob;
	return offer(search, path + strlen(search->place->prefix));
}

static mlv_err look_in_git(struct search *search)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&dir, "%s%s", search->place->prefix, search->top);

	return err ? err
		   : mlv_git_each_blob(search->place->git, &search->side->commit, dir.ptr, endings,
				       offer_blob, search);
}

/* ---- the cache */

struct tracked {
	const struct search *search;
	const char *path; /* of the output */
};

static mlv_err offer_entry(void *arg, const struct mlv_entry *entry)
{
	const struct tracked *tracked = arg;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&path, "%s/", tracked->path);

	if (err || (err = mlv_buf_add(&path, entry->path, entry->path_len)))
		return err;
	return entry->kind == 'f' || entry->kind == 'x' ? offer(tracked->search, path.ptr) : NULL;
}

/* A directory that is checked out holds what lies there. */
static mlv_err look_in_tree(const struct search *search, const struct mlv_output *output)
{
	struct tracked tracked = { search, output->path };
	const char *part = mlv_path_below(output->path, search->top);
	struct mlv_store *cache;
	struct stat st;
	mlv_err err;

	if (!part && *search->top && !mlv_path_below(search->top, output->path))
		return NULL;
	if (!search->side->rev &&
	    mlv_sys_fstatat(search->place->root_fd, output->path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return NULL;
	if ((err = mlv_repo_cache(search->place->repo, &cache)))
		return err;
	err = mlv_tree_walk(mlv_node_source_store(cache), &output->oid, part ? part : "", offer_entry,
			    &tracked);
	return err && err->code == MLV_E_MISSING
		       ? mlv_metrics_not_cached(err, search->side, output->path)
		       : err;
}

static mlv_err look_in_outputs(const struct search *search)
{
	struct mlv_metrics_place *place = search->place;
	mlv_err err = place->is_mlv ? mlv_metrics_load_outputs(place, search->side) : NULL;

	for (size_t i = 0; place->is_mlv && !err && i < place->outputs->count; i++) {
		const struct mlv_output *output = &place->outputs->at[i];

		if (!output->cache)
			continue;
		err = output->type == MLV_ID_TREE ? look_in_tree(search, output)
						  : offer(search, output->path);
	}
	return err;
}

/* ---- names */

/* The type that stat has of what lies at name in this version, links not followed; 0: nothing. */
static mlv_err type_at(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		       const char *name, unsigned *type)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	struct stat st;
	mlv_err err;

	*type = 0;
	if (!side->rev) {
		if (mlv_sys_fstatat(place->root_fd, *name ? name : ".", &st, AT_SYMLINK_NOFOLLOW) == 0)
			*type = st.st_mode & S_IFMT;
		return NULL;
	}
	if ((err = mlv_buf_printf(&path, "%s%s", place->prefix, name)))
		return err;
	*type = S_IFDIR;
	if (path.len && !(err = mlv_git_mode(place->git, &side->commit, path.ptr, type)))
		*type &= S_IFMT;
	return err;
}

mlv_err mlv_metrics_expand(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			   const char *name, struct mlv_strs *files, bool *found)
{
	MLV_SCOPED(search_release) struct search search = { .place = place, .side = side,
							    .files = files };
	size_t before = files->count;
	unsigned type;
	mlv_err err = type_at(place, side, name, &type);
	bool is = !err && type && type != S_IFDIR;

	if (!err && !is && !(err = search_init(&search, name)) &&
	    !(err = side->rev ? look_in_git(&search) : look_in_work_tree(&search)))
		err = look_in_outputs(&search);
	if (err)
		return mlv_error_wrap(err, "%s%s%s", side->rev ? side->rev : "", side->rev ? ":" : "",
				      name);
	*found = is || files->count > before || type == S_IFDIR;
	if (type == S_IFDIR && files->count == before)
		mlv_tell_warning(place->ctx, "%s: no metrics files lie below it in %s", name,
				 mlv_metrics_side_name(side));
	return is ? mlv_strs_add(files, name) : NULL;
}
