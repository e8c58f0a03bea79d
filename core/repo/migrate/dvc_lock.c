/* dvc_lock.c - the dvc.lock of DVC 2 and 3: what stages ran with and made. */
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/base/yaml.h"
#include "core/repo/lockfile.h"
#include "core/repo/migrate/dvc.h"
#include "core/repo/pipeline.h"

#define LOCK_MAX ((size_t)64 << 20)

static void stage_release(struct dvc_stage *stage)
{
	for (size_t i = 0; i < stage->count; i++)
		dvc_out_release(&stage->at[i]);
	free(stage->at);
	*stage = (struct dvc_stage){ 0 };
}

void dvc_lock_release(struct dvc_lock *lock)
{
	for (size_t i = 0; i < lock->count; i++)
		stage_release(&lock->stages[i]);
	for (size_t i = 0; i < lock->run_count; i++) {
		stage_release(&lock->runs[i]);
		mlv_value_freep(&lock->bodies[i]);
	}
	free(lock->stages);
	free(lock->runs);
	free(lock->bodies);
	free(lock->path);
	mlv_value_freep(&lock->top);
	mlv_value_freep(&lock->pipeline);
	*lock = (struct dvc_lock){ 0 };
}

/* ---- reading ---- */

/* The stage of this name in dvc.yaml: of "train@us" the template "train". */
static const struct mlv_value *find_stage(const struct mlv_value *pipeline, const char *name)
{
	const struct mlv_value *stages = mlv_value_get(pipeline, "stages");
	MLV_SCOPED(mlv_mem_free) char *group = mlv_sys_strndup(name, strcspn(name, "@"));
	const struct mlv_value *stage = mlv_value_get(stages, name);

	if (!stage && group)
		stage = mlv_value_get(stages, group);
	return mlv_value_get(stage, "do") ? mlv_value_get(stage, "do") : stage;
}

static mlv_err read_paths(struct dvc_lock *lock, struct dvc_stage *stage, const char *key, bool dep,
			  bool quiet)
{
	const struct mlv_value *list = mlv_value_get(stage->body, key);
	const struct mlv_value *wdir = mlv_value_get(find_stage(lock->pipeline, stage->name), "wdir");
	mlv_err err;

	for (size_t i = 0; list && list->type == MLV_VALUE_LIST && i < list->count; i++) {
		MLV_SCOPED(dvc_out_release) struct dvc_out out = { .dep = dep, .quiet = dep || quiet };
		MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
		const struct mlv_value *at = mlv_value_get(list->items[i], "path");
		bool has = false;

		if ((err = dvc_out_parse(lock->path, list->items[i], &out, &has)))
			return err;
		/* A URL, or data that only a version of a cloud names. */
		if (!has || (at && at->text && strstr(at->text, "://"))) {
			stage->lacks = "a file of it has no md5";
			continue;
		}
		if ((err = dvc_path(lock->path, wdir, at, &path)) ||
		    (err = mlv_array_grow(&stage->at, &stage->cap, stage->count + 1,
					  sizeof(*stage->at))))
			return err;
		if (!(out.path = mlv_buf_detach(&path)))
			return mlv_error_nomem("a path");
		stage->at[stage->count++] = out;
		out = (struct dvc_out){ 0 };
	}
	return NULL;
}

static mlv_err read_stage(struct dvc_lock *lock, struct dvc_stage *stage, bool is_run)
{
	const struct mlv_value *wdir = mlv_value_get(find_stage(lock->pipeline, stage->name), "wdir");
	mlv_err err;

	if (!mlv_value_get(stage->body, "cmd"))
		return mlv_error(MLV_E_SPEC, "%s:%u: %s has no cmd", lock->path, stage->body->line,
				 stage->name);
	if (wdir && wdir->text && strstr(wdir->text, "${")) {
		stage->lacks = "its wdir is a template";
		return NULL;
	}
	err = read_paths(lock, stage, "deps", true, is_run);
	return err ? err : read_paths(lock, stage, "outs", false, is_run);
}

/* Whether two bodies have outputs by the same paths, which are sorted in both. */
static bool same_outs(const struct mlv_value *a, const struct mlv_value *b)
{
	const struct mlv_value *left = mlv_value_get(a, "outs"), *right = mlv_value_get(b, "outs");

	if (!left || !right || left->type != MLV_VALUE_LIST || right->type != MLV_VALUE_LIST ||
	    left->count != right->count || !left->count)
		return false;
	for (size_t i = 0; i < left->count; i++) {
		const char *one = mlv_value_text(mlv_value_get(left->items[i], "path"));
		const char *other = mlv_value_text(mlv_value_get(right->items[i], "path"));

		if (!one || !other || strcmp(one, other) != 0)
			return false;
	}
	return true;
}

mlv_err dvc_lock_add_run(struct dvc_lock *lock, struct mlv_value **body)
{
	for (size_t i = 0; i < lock->count; i++) {
		struct dvc_stage *run;
		mlv_err err;

		if (!same_outs(lock->stages[i].body, *body))
			continue;
		if ((err = mlv_array_grow(&lock->runs, &lock->run_cap, lock->run_count + 1,
					  sizeof(*lock->runs))) ||
		    (err = mlv_array_grow(&lock->bodies, &lock->body_cap, lock->run_count + 1,
					  sizeof(struct mlv_value *))))
			return err;
		run = &lock->runs[lock->run_count];
		*run = (struct dvc_stage){ .name = lock->stages[i].name, .body = *body };
		lock->bodies[lock->run_count++] = MLV_TAKE(*body);
		return read_stage(lock, run, true);
	}
	return NULL;
}

static mlv_err parse_file(struct migrate *migrate, const char *path, struct mlv_value **top)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(LOCK_MAX);
	bool there = false;
	mlv_err err = migrate_read(migrate, path, &text, &there);

	return err || !there ? err : mlv_yaml_parse(path, text.ptr, text.len, top);
}

mlv_err dvc_lock_read(struct migrate *migrate, const char *path, struct dvc_lock *lock)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf pipeline = MLV_BUF_INIT;
	const struct mlv_value *stages;
	mlv_err err;

	if (!(lock->path = mlv_sys_strdup(path)))
		return mlv_error_nomem("a path");
	if ((err = mlv_buf_printf(&pipeline, "%.*sdvc.yaml", (int)(strlen(path) - 8), path)) ||
	    (err = parse_file(migrate, path, &lock->top)))
		return err;
	/* What is wrong in dvc.yaml is said by whoever reads mlv.yaml. */
	err = parse_file(migrate, pipeline.ptr, &lock->pipeline);
	if (err && err->code != MLV_E_SPEC)
		return err;
	stages = mlv_value_get(lock->top, "schema") ? mlv_value_get(lock->top, "stages") : lock->top;
	if (!stages || stages->type != MLV_VALUE_MAP || !stages->count)
		return NULL;
	if (!(lock->stages = mlv_sys_alloc_array(stages->count, sizeof(*lock->stages))))
		return mlv_error_nomem("stages");
	for (size_t i = 0; i < stages->count; i++) {
		struct dvc_stage *stage = &lock->stages[lock->count++];

		stage->name = stages->keys[i];
		stage->body = stages->items[i];
		if ((err = read_stage(lock, stage, false)))
			return err;
	}
	return NULL;
}

/* ---- recording ---- */

/* All paths of a stage, as it is to be recorded. */
static mlv_err record_paths(const struct dvc_stage *stage, const struct mlv_pipeline *pipeline,
			    struct mlv_recorded *recorded)
{
	for (size_t i = 0; i < stage->count; i++) {
		const struct dvc_out *out = &stage->at[i];
		const struct mlv_stage_out *said = NULL;
		struct mlv_recorded_path path = { .at = out->made };
		mlv_err err;

		path.at.path = out->path;
		path.at.pointer = NULL;
		path.at.remote = NULL;
		if (!out->dep && mlv_pipeline_producer(pipeline, out->path, &said) && said) {
			path.at.cache = said->cache;
			path.at.push = said->push;
			path.at.remote = said->remote;
			path.persist = said->persist;
		}
		if ((err = out->dep ? mlv_recorded_add_dep(recorded, &path)
				    : mlv_recorded_add_out(recorded, &path)))
			return err;
	}
	return NULL;
}

static mlv_err record_cmds(const struct mlv_value *cmd, struct mlv_recorded *recorded)
{
	mlv_err err = NULL;

	if (cmd->type != MLV_VALUE_LIST)
		return mlv_strs_add(&recorded->cmds, cmd->text ? cmd->text : "");
	for (size_t i = 0; i < cmd->count && !err; i++)
		err = mlv_strs_add(&recorded->cmds,
				   cmd->items[i]->text ? cmd->items[i]->text : "");
	return err;
}

static mlv_err record_params(const struct dvc_lock *lock, const struct dvc_stage *stage,
			     struct mlv_recorded *recorded)
{
	const struct mlv_value *files = mlv_value_get(stage->body, "params");
	const struct mlv_value *wdir = mlv_value_get(find_stage(lock->pipeline, stage->name), "wdir");

	for (size_t i = 0; files && files->type == MLV_VALUE_MAP && i < files->count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
		const struct mlv_value *keys = files->items[i];
		const struct mlv_value name = { .type = MLV_VALUE_TEXT, .text = files->keys[i],
						.text_len = strlen(files->keys[i]) };
		mlv_err err = dvc_path(lock->path, wdir, &name, &path);

		for (size_t k = 0; !err && keys->type == MLV_VALUE_MAP && k < keys->count; k++) {
			MLV_SCOPED(mlv_buf_release) struct mlv_buf json = MLV_BUF_INIT;

			if (!(err = mlv_recorded_json(keys->items[k], &json)))
				err = mlv_recorded_add_param(recorded, path.ptr, keys->keys[k], json.ptr);
		}
		if (err)
			return err;
	}
	return NULL;
}

const char *dvc_stage_lacks(const struct dvc_stage *stage)
{
	for (size_t i = 0; i < stage->count && !stage->lacks; i++)
		if (!stage->at[i].ready)
			return stage->at[i].path;
	return stage->lacks;
}

mlv_err dvc_stage_record(const struct dvc_lock *lock, const struct dvc_stage *stage,
			 const struct mlv_pipeline *pipeline, struct mlv_recorded *recorded)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	const struct mlv_stage *said;
	mlv_err err;

	if ((err = mlv_buf_printf(&file, "%.*s" MLV_PIPELINE_NAME, (int)(strlen(lock->path) - 8),
				  lock->path)))
		return err;
	said = mlv_pipeline_stage(pipeline, file.ptr, stage->name);
	if (!(recorded->name = mlv_sys_strdup(stage->name)))
		return mlv_error_nomem("a stage");
	if (said && strcmp(said->wdir, said->dir) != 0 &&
	    !(recorded->wdir = mlv_sys_strdup(said->wdir)))
		return mlv_error_nomem("a stage");
	if ((err = record_cmds(mlv_value_get(stage->body, "cmd"), recorded)) ||
	    (err = record_paths(stage, pipeline, recorded)) ||
	    (err = record_params(lock, stage, recorded)))
		return err;
	mlv_recorded_sort(recorded);
	return NULL;
}

static mlv_err say_lacking(struct migrate *migrate, const struct dvc_lock *lock,
			   const struct dvc_stage *stage)
{
	return migrate_say(migrate, MLV_MIGRATE_NOTE, lock->path,
			   "%s is not recorded and will run again: %s%s", stage->name, dvc_stage_lacks(stage),
			   stage->lacks ? "" : " is not what it was then, or not here");
}

/* Those that are to be written, together. */
struct recording {
	struct mlv_recorded *at;
	size_t count;
};

static void recording_release(struct recording *recording)
{
	for (size_t i = 0; i < recording->count; i++)
		mlv_recorded_release(&recording->at[i]);
	free(recording->at);
}

static mlv_err write_stages(struct migrate *migrate, struct dvc_lock *lock,
			    const struct mlv_pipeline *pipeline, struct mlv_lockfile *file)
{
	MLV_SCOPED(recording_release) struct recording recording = { 0 };
	mlv_err err = NULL;

	if (!lock->count)
		return NULL;
	if (!(recording.at = mlv_sys_alloc_array(lock->count, sizeof(*recording.at))))
		return mlv_error_nomem("stages");
	for (size_t i = 0; i < lock->count && !err; i++) {
		const struct dvc_stage *stage = &lock->stages[i];

		/* What mlv recorded since is newer. */
		if (mlv_lockfile_find(file, stage->name))
			continue;
		err = dvc_stage_lacks(stage) ? say_lacking(migrate, lock, stage)
				     : dvc_stage_record(lock, stage, pipeline,
							&recording.at[recording.count++]);
	}
	if (err || !recording.count)
		return err;
	if ((err = mlv_lockfile_put(file, migrate->repo, recording.at, recording.count, NULL,
				    "migrate")))
		return err;
	return migrate_say(migrate, MLV_MIGRATE_WRITTEN, file->path, "%s", lock->path);
}

/* Whether a stage of the lock would be written, in a dry run. */
static mlv_err foresee(struct migrate *migrate, const struct dvc_lock *lock,
		       const struct mlv_lockfile *file, const char *path)
{
	bool any = false;
	mlv_err err = NULL;

	for (size_t i = 0; i < lock->count && !err; i++) {
		const struct dvc_stage *stage = &lock->stages[i];

		if (mlv_lockfile_find(file, stage->name))
			continue;
		any |= !dvc_stage_lacks(stage);
		if (dvc_stage_lacks(stage))
			err = say_lacking(migrate, lock, stage);
	}
	return err || !any ? err : migrate_say(migrate, MLV_MIGRATE_WRITTEN, path, "%s", lock->path);
}

mlv_err dvc_lock_write(struct migrate *migrate, struct dvc_lock *lock,
		       const struct mlv_pipeline *pipeline)
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile file = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&path, "%.*s" MLV_LOCKFILE_NAME, (int)(strlen(lock->path) - 8),
				     lock->path);

	if (err)
		return err;
	if (migrate->repo && (err = mlv_lockfile_load(&file, migrate->repo, path.ptr)))
		return err;
	return pipeline ? write_stages(migrate, lock, pipeline, &file)
			: foresee(migrate, lock, &file, path.ptr);
}
