#include "core/repo/eval_history.h"

#include <stdio.h>
#include <string.h>

struct walking {
	struct mlv_metrics_place *place;
	const char *path, *slice;
	bool whole;
	mlv_eval_version_fn fn;
	void *arg;
	struct mlv_git_id blob; /* of the version before */
	bool found;             /* it had a record */
};

/* Read a record; *found is false when it is none, which is told. */
static mlv_err read_record(const struct walking *walking, const struct mlv_git_version *version,
			   struct mlv_record *record, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_RECORD_MAX);
	char shown[20];
	mlv_err err = mlv_git_read_blob(walking->place->git, version->blob, &text);

	if (err)
		return err;
	snprintf(shown, sizeof(shown), "%.10s", version->commit.hex);
	err = walking->whole ? mlv_record_read(shown, text.ptr, text.len, record)
			     : mlv_record_read_slice(shown, text.ptr, text.len, walking->slice, record);
	*found = !err;
	if (!err || err->code != MLV_E_SPEC)
		return err;
	mlv_tell_warning(walking->place->ctx, "%s: %s", walking->path, err->msg);
	return NULL;
}

static mlv_err give(void *arg, const struct mlv_git_version *from, bool *stop)
{
	struct walking *walking = arg;
	MLV_SCOPED(mlv_record_release) struct mlv_record record = { 0 };
	bool same = from->blob && strcmp(from->blob->hex, walking->blob.hex) == 0;
	struct mlv_eval_version version = {
		.commit = from->commit, .when = from->when, .found = same && walking->found,
		.same = same && walking->found,
	};
	mlv_err err;

	if (from->blob && !same) {
		if ((err = read_record(walking, from, &record, &version.found)))
			return err;
		version.record = version.found ? &record : NULL;
	}
	walking->blob = from->blob ? *from->blob : (struct mlv_git_id){ "" };
	walking->found = version.found;
	return walking->fn(walking->arg, &version, stop);
}

mlv_err mlv_eval_each_version(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			      const char *name, const char *slice, bool whole,
			      mlv_eval_version_fn fn, void *arg)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	struct walking walking = { .place = place, .slice = slice, .whole = whole, .fn = fn, .arg = arg };
	mlv_err err;

	if ((err = mlv_buf_add_str(&path, place->prefix)) || (err = mlv_eval_path(name, &path)))
		return err;
	walking.path = path.ptr + strlen(place->prefix);
	return mlv_git_each_version(place->git, &side->commit, path.ptr, give, &walking);
}
