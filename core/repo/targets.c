#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/suggest.h"
#include "core/base/sys.h"
#include "core/repo/pipeline.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"

void mlv_targets_release(struct mlv_targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		free(targets->at[i].part);
	free(targets->at);
	*targets = (struct mlv_targets){ 0 };
}

static mlv_err append(struct mlv_targets *targets, const struct mlv_output *output,
		      const char *part)
{
	mlv_err err = mlv_array_grow(&targets->at, &targets->cap, targets->count + 1,
				     sizeof(*targets->at));
	char *copy;

	if (err)
		return err;
	if (!(copy = mlv_sys_strdup(part)))
		return mlv_error_nomem("a target");
	targets->at[targets->count++] = (struct mlv_target){ output, copy };
	return NULL;
}

/* Every output below the directory; "" is all. */
static mlv_err append_below(struct mlv_targets *targets, const struct mlv_outputs *outputs,
			    const char *dir)
{
	size_t len = strlen(dir);
	mlv_err err = NULL;

	for (size_t i = 0; i < outputs->count && !err; i++) {
		const char *path = outputs->at[i].path;

		if (len == 0 || (strncmp(path, dir, len) == 0 && path[len] == '/'))
			err = append(targets, &outputs->at[i], "");
	}
	return err;
}

/* Whether "sub/mlv.yaml:train@us" is what that names: a stage, its group, or all of its mlv.yaml. */
static bool stage_is(const char *stage, const char *named)
{
	size_t len = strlen(named);

	return strncmp(stage, named, len) == 0 &&
	       (stage[len] == '\0' || stage[len] == '@' ||
		(stage[len] == ':' && !strchr(named, ':')));
}

/* What the stages made that are named so, with the mlv.yaml's path. */
static mlv_err append_made(struct mlv_targets *targets, const struct mlv_outputs *outputs,
			   const char *named)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < outputs->count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf stage = MLV_BUF_INIT;
		const char *of = outputs->at[i].stage;

		if (of && !(err = mlv_buf_printf(&stage, "%s%s",
						 strchr(of, ':') ? "" : MLV_PIPELINE_NAME ":", of)) &&
		    stage_is(stage.ptr, named))
			err = append(targets, &outputs->at[i], "");
	}
	return err;
}

/* What was typed as a name of stages: of the mlv.yaml beside the user, or else of the root's. */
static mlv_err append_stage(struct mlv_targets *targets, const struct mlv_outputs *outputs,
			    const char *typed, const char *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf named = MLV_BUF_INIT;
	const char *slash = strrchr(path, '/');
	size_t before = targets->count;
	mlv_err err;

	if (strpbrk(typed, "/:") || strcmp(typed, MLV_PIPELINE_NAME) == 0)
		return append_made(targets, outputs, path);
	if ((err = mlv_buf_printf(&named, "%.*s" MLV_PIPELINE_NAME ":%s",
				  slash ? (int)(slash + 1 - path) : 0, path, typed)) ||
	    (err = append_made(targets, outputs, named.ptr)) || targets->count > before || !slash)
		return err;
	mlv_buf_clear(&named);
	if ((err = mlv_buf_printf(&named, MLV_PIPELINE_NAME ":%s", typed)))
		return err;
	return append_made(targets, outputs, named.ptr);
}

static mlv_err not_tracked(const struct mlv_outputs *outputs, const char *typed, const char *path)
{
	char shown[256];
	struct mlv_suggest suggest;
	mlv_err err = mlv_error(MLV_E_MISSING, "%s: not tracked by mlv",
				mlv_path_shown(typed, strlen(typed), shown, sizeof(shown)));

	mlv_suggest_begin(&suggest, path);
	for (size_t i = 0; i < outputs->count; i++) {
		mlv_suggest_offer(&suggest, outputs->at[i].path);
		if (outputs->at[i].stage)
			mlv_suggest_offer(&suggest, outputs->at[i].stage);
	}
	return suggest.best ? mlv_error_hint(err, "did you mean '%s'?", suggest.best)
			    : mlv_error_hint(err, "mlv add %s tracks it; mlv list --mlv-only: what is "
					     "tracked", shown);
}

/* The output whose data path or pointer is path, or the one it lies in. */
static mlv_err resolve_one(const struct mlv_outputs *outputs, const char *typed, const char *path,
			   struct mlv_targets *targets)
{
	const struct mlv_output *output = mlv_outputs_find(outputs, path);
	size_t before = targets->count, len;
	mlv_err err;

	if (!output && mlv_pointer_name(path, &len)) {
		MLV_SCOPED(mlv_mem_free) char *data = mlv_sys_strndup(path, len);

		if (!data)
			return mlv_error_nomem("a target");
		output = mlv_outputs_find(outputs, data);
		if (output && strcmp(output->path, data) == 0)
			return append(targets, output, "");
	} else if (output) {
		len = strlen(output->path);
		return append(targets, output, path[len] ? path + len + 1 : "");
	}
	if ((err = append_below(targets, outputs, path)))
		return err;
	if (targets->count == before && (err = append_stage(targets, outputs, typed, path)))
		return err;
	return targets->count > before ? NULL : not_tracked(outputs, typed, path);
}

static int by_place(const void *a, const void *b)
{
	const struct mlv_target *left = a, *right = b;

	if (left->output != right->output)
		return left->output < right->output ? -1 : 1;
	return strcmp(left->part, right->part);
}

static bool covers(const struct mlv_target *outer, const struct mlv_target *inner)
{
	size_t len = strlen(outer->part);

	return outer->output == inner->output &&
	       (len == 0 || (strncmp(outer->part, inner->part, len) == 0 &&
			     (inner->part[len] == '/' || inner->part[len] == '\0')));
}

/* In order of path, each once, none within another. */
static void settle(struct mlv_targets *targets)
{
	size_t kept = 0;

	if (targets->count)
		qsort(targets->at, targets->count, sizeof(*targets->at), by_place);
	for (size_t i = 0; i < targets->count; i++) {
		bool covered = false;

		/* "a-b" sorts between "a" and "a/b": look at all kept of this output. */
		for (size_t k = kept; k > 0 && !covered &&
				      targets->at[k - 1].output == targets->at[i].output; k--)
			covered = covers(&targets->at[k - 1], &targets->at[i]);
		if (covered)
			free(targets->at[i].part);
		else
			targets->at[kept++] = targets->at[i];
	}
	targets->count = kept;
}

mlv_err mlv_targets_resolve(struct mlv_repo *repo, const struct mlv_outputs *outputs,
			    char *const *typed, struct mlv_targets *targets)
{
	MLV_SCOPED(mlv_targets_release) struct mlv_targets made = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = NULL;

	if (!typed || !*typed)
		err = append_below(&made, outputs, "");
	for (; !err && typed && *typed; typed++) {
		mlv_buf_clear(&path);
		if ((err = mlv_repo_path(repo, *typed, &path)))
			return err;
		err = path.len ? resolve_one(outputs, *typed, path.ptr, &made)
			       : append_below(&made, outputs, "");
	}
	if (err)
		return err;
	settle(&made);
	*targets = made;
	made = (struct mlv_targets){ 0 };
	return NULL;
}

mlv_err mlv_outputs_refuse_made(const struct mlv_output *output)
{
	char shown[256];

	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: made by the stage %s",
					mlv_path_shown(output->path, strlen(output->path), shown,
						       sizeof(shown)),
					output->stage),
			      "what a stage makes is said in its " MLV_PIPELINE_NAME
			      ": change it there, then run mlv repro");
}

static mlv_err check_exact(struct mlv_repo *repo, const struct mlv_outputs *outputs,
			   const char *typed)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const struct mlv_output *output;
	mlv_err err = mlv_repo_path(repo, typed, &path);
	size_t len;

	if (err)
		return err;
	output = mlv_outputs_find(outputs, path.ptr);
	if (!output && mlv_pointer_name(path.ptr, &len))
		return NULL; /* by its pointer, or it could not be resolved */
	if (output && strcmp(output->path, path.ptr) == 0)
		return NULL;
	if (output)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: a part of %s, which is tracked "
						"as a whole", typed, output->path),
				      "what changes in it is recorded by: mlv commit -f %s", typed);
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: not tracked itself, only what is in it",
					typed),
			      "name what is tracked; mlv list --mlv-only %s shows it", typed);
}

mlv_err mlv_targets_exact(struct mlv_repo *repo, const struct mlv_outputs *outputs,
			  char *const *typed, struct mlv_targets *targets)
{
	mlv_err err = mlv_targets_resolve(repo, outputs, typed, targets);

	for (size_t i = 0; !err && i < targets->count; i++)
		if (targets->at[i].output->stage)
			err = mlv_outputs_refuse_made(targets->at[i].output);
	for (; !err && *typed; typed++)
		err = check_exact(repo, outputs, *typed);
	return err;
}
