/* mlv stage add: a stage written into an mlv.yaml. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/yaml_edit.h"
#include "core/repo/gitignore.h"
#include "core/repo/lock.h"
#include "core/repo/params.h"
#include "core/repo/pipeline/edit.h"

static mlv_err add_line(struct mlv_buf *to, const char *begin, const char *text)
{
	mlv_err err = mlv_buf_add_str(to, begin);

	if (err || (err = mlv_yaml_add_string(to, text, strlen(text))))
		return err;
	return mlv_buf_add_char(to, '\n');
}

static mlv_err add_list(struct mlv_buf *to, const char *key, const struct mlv_strs *list)
{
	mlv_err err = list->count ? mlv_buf_printf(to, "  %s:\n", key) : NULL;

	for (size_t i = 0; i < list->count && !err; i++)
		err = add_line(to, "  - ", list->at[i]);
	return err;
}

/* One command is a text, several are a list. */
static mlv_err add_cmds(struct mlv_buf *to, const struct mlv_strs *cmds)
{
	return cmds->count == 1 ? add_line(to, "  cmd: ", cmds->at[0]) : add_list(to, "cmd", cmds);
}

/* "a,b", "file:a,b", "file:": keys, by their file. */
static mlv_err take_params(const char *typed, struct mlv_stage_param **params, size_t *count)
{
	const char *colon = strrchr(typed, ':'), *at = colon ? colon + 1 : typed;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	mlv_err err = colon && colon > typed
			      ? mlv_buf_add(&file, typed, (size_t)(colon - typed))
			      : mlv_buf_add_str(&file, MLV_PARAMS_NAME);

	if (!err && !*at)
		return mlv_stage_add_param(params, count, file.ptr, "");
	while (*at && !err) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT;
		size_t len = strcspn(at, ",");

		if (len && !(err = mlv_buf_add(&key, at, len)))
			err = mlv_stage_add_param(params, count, file.ptr, key.ptr);
		at += len + (at[len] == ',');
	}
	return err;
}

static int by_file(const void *a, const void *b)
{
	const char *x = ((const struct mlv_stage_param *)a)->file;
	const char *y = ((const struct mlv_stage_param *)b)->file;
	int default_x = strcmp(x, MLV_PARAMS_NAME) != 0, default_y = strcmp(y, MLV_PARAMS_NAME) != 0;

	return default_x != default_y ? default_x - default_y : strcmp(x, y);
}

static mlv_err add_params_of(struct mlv_buf *to, struct mlv_stage_param *param)
{
	bool plain = strcmp(param->file, MLV_PARAMS_NAME) == 0 && param->keys.count;
	mlv_err err = plain ? NULL : mlv_buf_add_str(to, "  - ");

	if (err || (!plain && (err = mlv_yaml_add_string(to, param->file, strlen(param->file)))) ||
	    (!plain && (err = mlv_buf_add_str(to, ":\n"))))
		return err;
	mlv_strs_sort_unique(&param->keys);
	for (size_t i = 0; i < param->keys.count && !err; i++)
		err = add_line(to, plain ? "  - " : "    - ", param->keys.at[i]);
	return err;
}

static mlv_err add_params(struct mlv_buf *to, const struct mlv_strs *typed)
{
	struct mlv_stage_param *params = NULL;
	size_t count = 0;
	mlv_err err = NULL;

	for (size_t i = 0; i < typed->count && !err; i++)
		err = take_params(typed->at[i], &params, &count);
	if (count)
		qsort(params, count, sizeof(*params), by_file);
	if (!err && count)
		err = mlv_buf_add_str(to, "  params:\n");
	for (size_t i = 0; i < count && !err; i++)
		err = add_params_of(to, &params[i]);
	mlv_stage_params_release(&params, &count);
	return err;
}

static mlv_err add_outs(struct mlv_buf *to, const char *key, const struct mlv_stage_new *stage,
			enum mlv_stage_out_kind kind)
{
	bool any = false;
	mlv_err err = NULL;

	for (size_t i = 0; i < stage->out_count && !err; i++) {
		const struct mlv_stage_out *out = &stage->outs[i];
		bool options = !out->cache || out->persist;

		if (out->kind != kind)
			continue;
		if (!any && (err = mlv_buf_printf(to, "  %s:\n", key)))
			return err;
		any = true;
		if ((err = mlv_buf_add_str(to, "  - ")) ||
		    (err = mlv_yaml_add_string(to, out->path, strlen(out->path))) ||
		    (err = mlv_buf_add_str(to, options ? ":\n" : "\n")))
			return err;
		if (!out->cache)
			err = mlv_buf_add_str(to, "      cache: false\n");
		if (!err && out->persist)
			err = mlv_buf_add_str(to, "      persist: true\n");
	}
	return err;
}

/* The lines of the stage, in the order that people know. */
static mlv_err write_stage(const struct mlv_stage_new *stage, struct mlv_buf *to)
{
	mlv_err err;

	if ((err = mlv_yaml_add_string(to, stage->name, strlen(stage->name))) ||
	    (err = mlv_buf_add_str(to, ":\n")) ||
	    (stage->desc && (err = add_line(to, "  desc: ", stage->desc))) ||
	    (err = add_cmds(to, &stage->cmds)) ||
	    (stage->wdir && (err = add_line(to, "  wdir: ", stage->wdir))) ||
	    (err = add_list(to, "deps", &stage->deps)) || (err = add_params(to, &stage->params)) ||
	    (err = add_outs(to, "outs", stage, MLV_OUT_DATA)) ||
	    (err = add_outs(to, "metrics", stage, MLV_OUT_METRIC)) ||
	    (err = add_outs(to, "plots", stage, MLV_OUT_PLOT)))
		return err;
	return stage->always_changed ? mlv_buf_add_str(to, "  always_changed: true\n") : NULL;
}

/* What the cache is to keep git may not have already. */
static mlv_err check_outs(struct mlv_repo *repo, const struct mlv_stage *stage)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < stage->out_count && !err; i++)
		if (stage->outs[i].cache && !stage->outs[i].glob)
			err = mlv_repo_check_untracked(repo, stage->outs[i].path);
	return err;
}

/* Git is to leave alone what the cache keeps: what is to be ignored is said beside it. */
static mlv_err ignore_outs(struct mlv_repo *repo, const struct mlv_stage *stage,
			   struct mlv_strs *written)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < stage->out_count && !err; i++) {
		MLV_SCOPED(mlv_fd_close) int parent = -1;

		if (stage->outs[i].cache && !stage->outs[i].glob &&
		    !(err = mlv_fs_parent_beneath(repo->root_fd, stage->outs[i].path, 0777, &parent)))
			err = mlv_gitignore_add(repo, stage->outs[i].path, written);
	}
	return err;
}

/* The whole pipeline as it will be must hold, before a byte is written. */
static mlv_err check(struct mlv_repo *repo, const char *file, const struct mlv_buf *text,
		     struct mlv_pipeline *pipeline)
{
	struct mlv_snapshot snapshot;
	mlv_err err = mlv_snapshot_open(&snapshot, repo, NULL);

	if (err)
		return err;
	snapshot.instead = file;
	snapshot.instead_text = text;
	if ((err = mlv_pipeline_search(repo, &snapshot, false, pipeline)) ||
	    (err = mlv_pipeline_sort(pipeline)))
		return err;
	return mlv_pipeline_link(pipeline);
}

static mlv_err read_there(int dir, const char *name, struct mlv_buf *text)
{
	struct stat st;
	mlv_err err = mlv_fs_read(dir, name, text);

	if (mlv_sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: not a regular file", name);
	return err && err->code == MLV_E_MISSING ? NULL : err;
}

mlv_err mlv_pipeline_add_stage(struct mlv_repo *repo, const char *file,
			       const struct mlv_stage_new *stage, struct mlv_strs *written)
{
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_PIPELINE_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf lines = MLV_BUF_INIT;
	MLV_SCOPED(mlv_pipeline_release) struct mlv_pipeline pipeline = { 0 };
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const struct mlv_stage *made;
	const char *name;
	mlv_err err;

	if (!mlv_stage_name_ok(stage->name))
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "'%s' is no name for a stage",
						stage->name),
				      "letters, digits, '-' and '_', and what is no punctuation");
	if ((err = mlv_lock_file(&lock, repo, file, "stage add")) ||
	    (err = mlv_repo_open_dir(repo, file, &dir, &name)) ||
	    (err = read_there(dir, name, &text)) || (err = write_stage(stage, &lines)) ||
	    (err = mlv_pipeline_put_stage(file, &text, stage->name, lines.ptr, stage->force)) ||
	    (err = check(repo, file, &text, &pipeline)))
		return err;
	if (!(made = mlv_pipeline_stage(&pipeline, file, stage->name)))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: is not read", file),
				      "it is ignored, or lies in data");
	if ((err = check_outs(repo, made)) ||
	    (err = mlv_repo_replace(repo, dir, name, text.ptr, text.len, 0666)) ||
	    (err = mlv_strs_add(written, file)) || (err = ignore_outs(repo, made, written)))
		return err;
	return mlv_repo_stage(repo, written);
}
