/* A dependency that is a URL: what its server marks the content with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/stage_look/impl.h"

void mlv_looker_marks_release(struct mlv_looker *looker)
{
	for (size_t i = 0; i < looker->mark_count; i++) {
		free(looker->marks[i].url);
		free(looker->marks[i].mark);
	}
	free(looker->marks);
}

/* Each URL is asked for once: what is recorded of a run is what was there when it began. */
static mlv_err mark_of(struct mlv_looker *looker, const char *url, const struct mlv_looker_mark **out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_looker_mark made = { 0 };
	mlv_err err;

	for (size_t i = 0; i < looker->mark_count; i++) {
		*out = &looker->marks[i];
		if (strcmp(looker->marks[i].url, url) == 0)
			return NULL;
	}
	if ((err = mlv_array_grow(&looker->marks, &looker->mark_cap, looker->mark_count + 1,
				  sizeof(*looker->marks))))
		return err;
	err = looker->repo->mark(looker->repo->mark_arg, url, &text);
	if (err && err->code != MLV_E_MISSING && err->code != MLV_E_REMOTE)
		return err;
	made.unreachable = err && err->code == MLV_E_REMOTE;
	if (made.unreachable)
		snprintf(made.why, sizeof(made.why), "%.*s", (int)mlv_error_len_without_hint(err),
			 err->msg);
	made.url = mlv_sys_strdup(url);
	made.mark = err ? NULL : mlv_buf_detach(&text);
	if (!made.url || (!err && !made.mark)) {
		free(made.url);
		return mlv_error_nomem("a URL");
	}
	looker->marks[looker->mark_count] = made;
	*out = &looker->marks[looker->mark_count++];
	if (made.unreachable)
		mlv_tell_warning(looker->repo->ctx, "%s: cannot be asked whether it changed: %s", url,
				 made.why);
	return NULL;
}

mlv_err mlv_looker_add_url(struct mlv_looker *looker, const char *url,
			   const struct mlv_recorded_path *was, bool allow_missing,
			   struct mlv_stage_state *state)
{
	const struct mlv_looker_mark *mark;
	struct mlv_recorded_path made = { .at = { .cache = true, .push = true } };
	mlv_err err;

	if (!looker->repo->mark)
		return was ? mlv_recorded_add_dep(&state->now, was) : NULL;
	if ((err = mark_of(looker, url, &mark)))
		return err;
	if (was && (mark->unreachable || (!mark->mark && allow_missing)))
		return mlv_recorded_add_dep(&state->now, was);
	if (mark->unreachable)
		return mlv_error(MLV_E_REMOTE, "%s", mark->why);
	if (!mark->mark)
		return mlv_strs_add(&state->missing, url);
	made.at.path = mark->url;
	made.mark = mark->mark;
	return mlv_recorded_add_dep(&state->now, &made);
}
