#include "core/repo/stage_look.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/repo/stage_look/impl.h"

const char *const mlv_reason_about_text[MLV_ABOUTS] = {
	[MLV_ABOUT_STAGE] = "stage", [MLV_ABOUT_CMD] = "changed command",
	[MLV_ABOUT_DEP] = "changed deps", [MLV_ABOUT_PARAM] = "changed params",
	[MLV_ABOUT_ENV] = "changed env", [MLV_ABOUT_OUT] = "changed outs",
};
const char *const mlv_reason_what_text[MLV_WHATS] = {
	[MLV_WHAT_NEW] = "new", [MLV_WHAT_MODIFIED] = "modified", [MLV_WHAT_DELETED] = "deleted",
};

void mlv_stage_state_release(struct mlv_stage_state *state)
{
	mlv_recorded_release(&state->now);
	for (size_t i = 0; i < state->count; i++) {
		free(state->reasons[i].name);
		free(state->reasons[i].was);
		free(state->reasons[i].is);
	}
	free(state->reasons);
	mlv_strs_release(&state->missing);
	*state = (struct mlv_stage_state){ 0 };
}

mlv_err mlv_looker_new(struct mlv_looker **out, struct mlv_repo *repo, struct mlv_namer *namer)
{
	struct mlv_looker *looker = mlv_sys_alloc(sizeof(*looker));

	if (!looker)
		return mlv_error_nomem("stages");
	looker->repo = repo;
	looker->namer = namer;
	*out = looker;
	return NULL;
}

void mlv_looker_forget(struct mlv_looker *looker)
{
	for (size_t i = 0; i < looker->param_count; i++) {
		free(looker->params[i].file);
		mlv_value_freep(&looker->params[i].value);
	}
	looker->param_count = 0;
	mlv_namer_forget(looker->namer);
}

void mlv_looker_freep(struct mlv_looker **slot)
{
	struct mlv_looker *looker = *slot;

	*slot = NULL;
	if (!looker)
		return;
	mlv_looker_forget(looker);
	free(looker->params);
	for (size_t i = 0; i < looker->file_count; i++)
		mlv_lockfile_release(&looker->files[i]);
	free(looker->files);
	mlv_looker_marks_release(looker);
	free(looker);
}

mlv_err mlv_looker_file(struct mlv_looker *looker, const struct mlv_stage *stage,
			struct mlv_lockfile **file)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err;

	for (size_t i = looker->file_count; i-- > 0;) {
		if (strcmp(looker->files[i].dir, stage->dir) != 0)
			continue;
		*file = &looker->files[i];
		return NULL;
	}
	if ((err = mlv_array_grow(&looker->files, &looker->file_cap, looker->file_count + 1,
				  sizeof(*looker->files))) ||
	    (err = mlv_buf_printf(&path, "%s%s" MLV_LOCKFILE_NAME, stage->dir,
				  *stage->dir ? "/" : "")) ||
	    (err = mlv_lockfile_load(&looker->files[looker->file_count], looker->repo, path.ptr)))
		return err;
	*file = &looker->files[looker->file_count++];
	return NULL;
}

static mlv_err params_of(struct mlv_looker *looker, const char *file, const struct mlv_value **value)
{
	struct mlv_looker_params *made;
	mlv_err err;

	for (size_t i = 0; i < looker->param_count; i++) {
		if (strcmp(looker->params[i].file, file) != 0)
			continue;
		*value = looker->params[i].value;
		return NULL;
	}
	if ((err = mlv_array_grow(&looker->params, &looker->param_cap, looker->param_count + 1,
				  sizeof(*looker->params))))
		return err;
	made = &looker->params[looker->param_count];
	*made = (struct mlv_looker_params){ 0 };
	if ((err = mlv_params_load(looker->repo, NULL, file, &made->value)))
		return err;
	if (!(made->file = mlv_sys_strdup(file))) {
		mlv_value_freep(&made->value);
		return mlv_error_nomem("parameters");
	}
	looker->param_count++;
	*value = made->value;
	return NULL;
}

static mlv_err add_cmds(const struct mlv_stage *stage, struct mlv_recorded *now)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf eval = MLV_BUF_INIT;
	mlv_err err = NULL;

	if (!(now->name = mlv_sys_strdup(stage->name)))
		return mlv_error_nomem("a stage");
	if (strcmp(stage->wdir, stage->dir) != 0 && !(now->wdir = mlv_sys_strdup(stage->wdir)))
		return mlv_error_nomem("a stage");
	for (size_t i = 0; !err && i < stage->cmds.count; i++)
		err = mlv_strs_add(&now->cmds, stage->cmds.at[i]);
	if (err || stage->cmds.count || !stage->eval)
		return err;
	if ((err = mlv_buf_printf(&eval, "mlv eval %s", stage->eval)))
		return err;
	return mlv_strs_add(&now->cmds, eval.ptr);
}

static const struct mlv_recorded_path *old_path(const struct mlv_recorded *old, bool out,
						const char *path)
{
	if (!old)
		return NULL;
	return out ? mlv_recorded_find(old->outs, old->out_count, path)
		   : mlv_recorded_find(old->deps, old->dep_count, path);
}

static mlv_err add_dep(struct mlv_looker *looker, const struct mlv_stage_dep *dep,
		       const struct mlv_recorded *old, bool allow_missing,
		       struct mlv_stage_state *state)
{
	const struct mlv_recorded_path *was = old_path(old, false, dep->path);
	struct mlv_recorded_path made = { .at = { .path = dep->path, .cache = true, .push = true } };
	struct mlv_name_options options = { .glob = dep->glob };
	bool found;
	mlv_err err;

	if (dep->url)
		return mlv_looker_add_url(looker, dep->path, was, allow_missing, state);
	if (was && was->at.type == MLV_ID_TREE)
		options.tree = &was->at.oid;
	if ((err = mlv_namer_name(looker->namer, dep->path, &options, &made.at, &found)))
		return err;
	if (found)
		return mlv_recorded_add_dep(&state->now, &made);
	if (was && allow_missing)
		return mlv_recorded_add_dep(&state->now, was);
	return mlv_strs_add(&state->missing, dep->path);
}

static mlv_err add_param(struct mlv_recorded *now, const char *file, const char *key,
			 const struct mlv_value *value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_recorded_json(value, &text);

	return err ? err : mlv_recorded_add_param(now, file, key, text.ptr);
}

static mlv_err add_missing(struct mlv_stage_state *state, const char *file, const char *key)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&name, "%s%s%s", file, *key ? ": " : "", key);

	return err ? err : mlv_strs_add(&state->missing, name.ptr);
}

static mlv_err add_params(struct mlv_looker *looker, const struct mlv_stage_param *param,
			  struct mlv_stage_state *state)
{
	const struct mlv_value *file, *value;
	mlv_err err = params_of(looker, param->file, &file);

	if (err || (!file && !param->keys.count))
		return err ? err : add_missing(state, param->file, "");
	for (size_t i = 0; !err && i < param->keys.count; i++) {
		value = mlv_params_get(file, param->keys.at[i]);
		err = value ? add_param(&state->now, param->file, param->keys.at[i], value)
			    : add_missing(state, param->file, param->keys.at[i]);
	}
	if (err || param->keys.count)
		return err;
	if (file->type != MLV_VALUE_MAP)
		return add_param(&state->now, param->file, "all", file);
	for (size_t i = 0; !err && i < file->count; i++)
		err = add_param(&state->now, param->file, file->keys[i], file->items[i]);
	return err;
}

static mlv_err add_env(struct mlv_looker *looker, const char *name, struct mlv_recorded *now)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const char *value = looker->repo->ctx->env(looker->repo->ctx, name);
	mlv_err err = value ? mlv_json_add_string(&text, value, strlen(value))
			    : mlv_buf_add_str(&text, "null");

	return err ? err : mlv_recorded_add_env(now, name, text.ptr);
}

/* One path of an output: of a pattern, one of the files that it matches. */
struct out {
	struct mlv_looker *looker;
	const struct mlv_stage_out *as;
	const struct mlv_recorded *old;
	struct mlv_recorded *now;
	bool allow_missing, found;
};

static mlv_err add_out(void *arg, const char *path)
{
	struct out *out = arg;
	const struct mlv_recorded_path *was = old_path(out->old, true, path);
	MLV_SCOPED(mlv_mem_free) char *copy = mlv_sys_strdup(path);
	struct mlv_recorded_path made = { .at = { .path = copy, .cache = out->as->cache,
						  .push = out->as->push,
						  .remote = out->as->remote },
					  .persist = out->as->persist };
	struct mlv_name_options options = { 0 };
	bool found;
	mlv_err err;

	if (!copy)
		return mlv_error_nomem("a path");
	if (was && was->at.type == MLV_ID_TREE)
		options.tree = &was->at.oid;
	if ((err = mlv_namer_name(out->looker->namer, path, &options, &made.at, &found)))
		return err;
	if (!found && was && out->allow_missing) {
		made.at.type = was->at.type;
		made.at.oid = was->at.oid;
		made.at.size = was->at.size;
		made.at.nfiles = was->at.nfiles;
		made.at.exec = was->at.exec;
		found = true;
	}
	out->found |= found;
	return found ? mlv_recorded_add_out(out->now, &made) : NULL;
}

mlv_err mlv_stage_look_outs(struct mlv_looker *looker, const struct mlv_stage *stage,
			    const struct mlv_recorded *old, bool allow_missing,
			    struct mlv_recorded *now, struct mlv_strs *missing)
{
	for (size_t i = 0; i < stage->out_count; i++) {
		struct out out = { looker, &stage->outs[i], old, now, allow_missing, false };
		mlv_err err = out.as->glob ? mlv_namer_match(looker->repo, out.as->path, add_out, &out)
					   : add_out(&out, out.as->path);

		if (err || (!out.found && missing && (err = mlv_strs_add(missing, out.as->path))))
			return err;
	}
	return NULL;
}

static mlv_err fill_now(struct mlv_looker *looker, const struct mlv_stage *stage,
			const struct mlv_recorded *old, bool allow_missing,
			struct mlv_stage_state *state)
{
	mlv_err err = add_cmds(stage, &state->now);

	for (size_t i = 0; !err && i < stage->dep_count; i++)
		err = add_dep(looker, &stage->deps[i], old, allow_missing, state);
	for (size_t i = 0; !err && i < stage->param_count; i++)
		err = add_params(looker, &stage->params[i], state);
	for (size_t i = 0; !err && i < stage->env.count; i++)
		err = add_env(looker, stage->env.at[i], &state->now);
	if (!err)
		err = mlv_stage_look_outs(looker, stage, old, allow_missing, &state->now, NULL);
	mlv_recorded_sort(&state->now);
	return err;
}

/* A command that depends on nothing and makes nothing is run for what it does. */
static bool always(const struct mlv_stage *stage)
{
	return stage->always_changed || (!stage->dep_count && !stage->param_count &&
					 !stage->env.count && !stage->out_count);
}

/*
 * Whether what is recorded says more than its text: what a directory was, or a URL, or what
 * counts for something that is missing. Else an equal text is enough, and it is not parsed.
 */
static bool is_of_use(const struct mlv_lockfile_entry *entry, const struct mlv_look_options *options)
{
	return (options && options->allow_missing) || strstr(entry->text, "\n      tree: ") ||
	       strstr(entry->text, "\n      mark: ");
}

static mlv_err look(struct mlv_looker *looker, const struct mlv_stage *stage,
		    const struct mlv_look_options *options, struct mlv_stage_state *state)
{
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded old = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	const struct mlv_lockfile_entry *entry;
	struct mlv_lockfile *file;
	bool parsed;
	mlv_err err = mlv_looker_file(looker, stage, &file);

	if (err)
		return err;
	entry = mlv_lockfile_find(file, stage->name);
	parsed = entry && is_of_use(entry, options);
	if (parsed && (err = mlv_lockfile_get(file, entry, &old)))
		return err;
	if ((err = fill_now(looker, stage, parsed ? &old : NULL,
			    options && options->allow_missing, state)) ||
	    (err = mlv_lockfile_entry_text(file, &state->now, &text)))
		return err;
	if (always(stage))
		return mlv_stage_reason(state, MLV_ABOUT_STAGE, MLV_WHAT_MODIFIED, "always changed");
	if (!state->missing.count && entry && text.len == entry->len &&
	    memcmp(text.ptr, entry->text, text.len) == 0)
		return NULL;
	if (entry && !parsed && (err = mlv_lockfile_get(file, entry, &old)))
		return err;
	return mlv_stage_compare(state, entry ? &old : NULL);
}

mlv_err mlv_stage_look(struct mlv_looker *looker, const struct mlv_stage *stage,
		       const struct mlv_look_options *options, struct mlv_stage_state *state)
{
	MLV_SCOPED(mlv_stage_state_release) struct mlv_stage_state made = { .stage = stage };
	mlv_err err = look(looker, stage, options, &made);

	if (err)
		return err;
	*state = made;
	made = (struct mlv_stage_state){ 0 };
	return NULL;
}
