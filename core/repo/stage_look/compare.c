/* What differs between what is recorded of a stage and what there is now. */
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/stage_look/impl.h"

mlv_err mlv_stage_reason(struct mlv_stage_state *state, enum mlv_reason_about about,
			 enum mlv_reason_what what, const char *name)
{
	mlv_err err = mlv_array_grow(&state->reasons, &state->cap, state->count + 1,
				     sizeof(*state->reasons));

	if (err)
		return err;
	state->reasons[state->count] = (struct mlv_reason){ about, what, mlv_sys_strdup(name), NULL,
							    NULL };
	return state->reasons[state->count++].name ? NULL : mlv_error_nomem("a reason");
}

/* Say of the last reason what it was, and is. */
static mlv_err say(struct mlv_stage_state *state, const char *was, const char *is)
{
	struct mlv_reason *reason = &state->reasons[state->count - 1];

	if ((was && !(reason->was = mlv_sys_strdup(was))) ||
	    (is && !(reason->is = mlv_sys_strdup(is))))
		return mlv_error_nomem("a reason");
	return NULL;
}

static bool same_cmds(const struct mlv_strs *a, const struct mlv_strs *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->at[i], b->at[i]) != 0)
			return false;
	return true;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static mlv_err join(const struct mlv_strs *cmds, struct mlv_buf *to)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < cmds->count; i++)
		if (!i || !(err = mlv_buf_add_str(to, "; ")))
			err = mlv_buf_add_str(to, cmds->at[i]);
	return err;
}

static mlv_err compare_cmds(struct mlv_stage_state *state, const struct mlv_recorded *old)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf was = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf is = MLV_BUF_INIT;
	mlv_err err;

	if (!same_text(old->wdir, state->now.wdir))
		return mlv_stage_reason(state, MLV_ABOUT_CMD, MLV_WHAT_MODIFIED, "wdir");
	if (same_cmds(&old->cmds, &state->now.cmds))
		return NULL;
	if ((err = join(&old->cmds, &was)) || (err = join(&state->now.cmds, &is)) ||
	    (err = mlv_stage_reason(state, MLV_ABOUT_CMD, MLV_WHAT_MODIFIED, "cmd")))
		return err;
	return say(state, was.ptr, is.ptr);
}

static bool same_path(const struct mlv_recorded_path *a, const struct mlv_recorded_path *b)
{
	if (a->mark || b->mark)
		return same_text(a->mark, b->mark);
	return mlv_output_same_id(&a->at, &b->at) && a->at.exec == b->at.exec;
}

static bool same_options(const struct mlv_recorded_path *a, const struct mlv_recorded_path *b)
{
	return a->at.cache == b->at.cache && a->at.push == b->at.push && a->persist == b->persist &&
	       same_text(a->at.remote, b->at.remote);
}

/* Whether the stage still names the path, which is not there. */
static bool is_named(const struct mlv_stage *stage, enum mlv_reason_about about, const char *path)
{
	if (about == MLV_ABOUT_DEP) {
		for (size_t i = 0; i < stage->dep_count; i++)
			if (strcmp(stage->deps[i].path, path) == 0)
				return true;
		return false;
	}
	for (size_t i = 0; i < stage->out_count; i++)
		if (stage->outs[i].glob || strcmp(stage->outs[i].path, path) == 0)
			return true;
	return false;
}

static mlv_err compare_paths(struct mlv_stage_state *state, enum mlv_reason_about about,
			     const struct mlv_recorded_path *old, size_t old_count,
			     const struct mlv_recorded_path *now, size_t now_count)
{
	size_t a = 0, b = 0;
	mlv_err err = NULL;

	while (!err && (a < old_count || b < now_count)) {
		int order = a == old_count   ? 1
			    : b == now_count ? -1
					     : strcmp(old[a].at.path, now[b].at.path);

		if (order > 0)
			err = mlv_stage_reason(state, about, MLV_WHAT_NEW, now[b].at.path);
		else if (order < 0)
			err = mlv_stage_reason(state, about,
					       is_named(state->stage, about, old[a].at.path)
						       ? MLV_WHAT_DELETED
						       : MLV_WHAT_MODIFIED,
					       old[a].at.path);
		else if (!same_path(&old[a], &now[b]))
			err = mlv_stage_reason(state, about, MLV_WHAT_MODIFIED, now[b].at.path);
		else if (about == MLV_ABOUT_OUT && !same_options(&old[a], &now[b]))
			state->resave = true;
		a += order <= 0;
		b += order >= 0;
	}
	return err;
}

static mlv_err add_value(struct mlv_stage_state *state, enum mlv_reason_about about,
			 enum mlv_reason_what what, const struct mlv_recorded_value *value,
			 const char *was, const char *is)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&name, "%s%s%s", value->file ? value->file : "",
				     value->file ? ": " : "", value->key);

	if (err || (err = mlv_stage_reason(state, about, what, name.ptr)))
		return err;
	return say(state, was, is);
}

static int compare_keys(const struct mlv_recorded_value *a, const struct mlv_recorded_value *b)
{
	int order = a->file && b->file ? strcmp(a->file, b->file) : 0;

	return order ? order : strcmp(a->key, b->key);
}

static mlv_err compare_values(struct mlv_stage_state *state, enum mlv_reason_about about,
			      const struct mlv_recorded_value *old, size_t old_count,
			      const struct mlv_recorded_value *now, size_t now_count)
{
	size_t a = 0, b = 0;
	mlv_err err = NULL;

	while (!err && (a < old_count || b < now_count)) {
		int order = a == old_count   ? 1
			    : b == now_count ? -1
					     : compare_keys(&old[a], &now[b]);

		if (order > 0)
			err = add_value(state, about, MLV_WHAT_NEW, &now[b], NULL, now[b].value);
		else if (order < 0)
			err = add_value(state, about, MLV_WHAT_DELETED, &old[a], old[a].value, NULL);
		else if (strcmp(old[a].value, now[b].value) != 0)
			err = add_value(state, about, MLV_WHAT_MODIFIED, &now[b], old[a].value,
					now[b].value);
		a += order <= 0;
		b += order >= 0;
	}
	return err;
}

/* What is not there is told also where nothing is recorded that it could differ from. */
static mlv_err add_missing(struct mlv_stage_state *state)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < state->missing.count; i++) {
		bool told = false;

		for (size_t r = 0; r < state->count && !told; r++)
			told = strcmp(state->reasons[r].name, state->missing.at[i]) == 0;
		if (!told)
			err = mlv_stage_reason(state,
					       is_named(state->stage, MLV_ABOUT_DEP,
							state->missing.at[i])
						       ? MLV_ABOUT_DEP
						       : MLV_ABOUT_PARAM,
					       MLV_WHAT_DELETED, state->missing.at[i]);
	}
	return err;
}

/* An output that is named and not there, though none was recorded. */
static mlv_err add_unmade(struct mlv_stage_state *state, const struct mlv_recorded *old)
{
	const struct mlv_recorded *now = &state->now;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < state->stage->out_count; i++) {
		const struct mlv_stage_out *out = &state->stage->outs[i];

		if (!out->glob && !mlv_recorded_find(now->outs, now->out_count, out->path) &&
		    !mlv_recorded_find(old->outs, old->out_count, out->path))
			err = mlv_stage_reason(state, MLV_ABOUT_OUT, MLV_WHAT_NEW, out->path);
	}
	return err;
}

static void sum_up(struct mlv_stage_state *state)
{
	state->outs_only = state->outs_gone = state->count > 0;
	for (size_t i = 0; i < state->count; i++) {
		state->outs_only &= state->reasons[i].about == MLV_ABOUT_OUT;
		state->outs_gone &= state->reasons[i].about == MLV_ABOUT_OUT &&
				    state->reasons[i].what == MLV_WHAT_DELETED;
	}
}

mlv_err mlv_stage_compare(struct mlv_stage_state *state, const struct mlv_recorded *old)
{
	const struct mlv_recorded *now = &state->now;
	mlv_err err;

	if (!old) {
		if ((err = mlv_stage_reason(state, MLV_ABOUT_STAGE, MLV_WHAT_NEW, "never ran")))
			return err;
		return add_missing(state);
	}
	if ((err = compare_cmds(state, old)) ||
	    (err = compare_paths(state, MLV_ABOUT_DEP, old->deps, old->dep_count, now->deps,
				 now->dep_count)) ||
	    (err = compare_values(state, MLV_ABOUT_PARAM, old->params, old->param_count,
				  now->params, now->param_count)) ||
	    (err = compare_values(state, MLV_ABOUT_ENV, old->env, old->env_count, now->env,
				  now->env_count)) ||
	    (err = compare_paths(state, MLV_ABOUT_OUT, old->outs, old->out_count, now->outs,
				 now->out_count)) ||
	    (err = add_unmade(state, old)) || (err = add_missing(state)))
		return err;
	sum_up(state);
	return NULL;
}
