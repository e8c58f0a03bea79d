/* cmd_ci.c - mlv ci: a pipeline that runs the gates of a repository. */
#include <fcntl.h>
#include <string.h>

#include "cmd/ci_pipeline.h"
#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/base/fs.h"
#include "core/base/yaml.h"
#include "core/eval/spec.h"
#include "core/repo/metrics.h"

struct ci_args {
	bool force;
};

static const struct mlv_opt ci_opts[] = {
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct ci_args, force), NULL, MLV_HINT_NONE,
	  "overwrite a pipeline that is there" },
	{ 0 },
};

/* The gates of mlv.yaml, by names that a shell takes as they are. */
static mlv_err list_gates(const struct mlv_metrics_place *place, struct mlv_strs *gates)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_METRICS_MAX);
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	const struct mlv_metrics_side side = { 0 };
	const struct mlv_value *map;
	bool found = false;
	mlv_err err;

	if ((err = mlv_metrics_version(place, &side, "mlv.yaml", &text, &found)) ||
	    (found && (err = mlv_yaml_parse_anchored("mlv.yaml", text.ptr, text.len, &root))))
		return err;
	map = mlv_value_get(root, "gates");
	if (!map || map->type != MLV_VALUE_MAP || !map->count)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "mlv.yaml has no gates"),
				      "describe them under 'gates', see mlv-gate(1)");
	for (size_t i = 0; i < map->count && !err; i++)
		err = mlv_eval_name_ok(map->keys[i])
			      ? mlv_strs_add(gates, map->keys[i])
			      : mlv_error(MLV_E_SPEC, "mlv.yaml:%u: a pipeline cannot name the gate '%s'",
					  map->items[i]->line, map->keys[i]);
	return err;
}

/* Where the repository is below the git work tree: the pipeline goes there. */
static mlv_err check_prefix(const char *prefix)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";

	if (strspn(prefix, allowed) == strlen(prefix) && prefix[0] != '-')
		return NULL;
	return mlv_error(MLV_E_REFUSED, "%s: a pipeline cannot go into a directory of this name", prefix);
}

static mlv_err write_pipeline(const char *workdir, const struct mlv_ci_host *host, bool force,
			      const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_fd_close) int root = -1, dir = -1;
	const char *slash = strrchr(host->path, '/');
	const char *name = slash ? slash + 1 : host->path;
	mlv_err err;

	root = mlv_sys_openat(AT_FDCWD, workdir, O_RDONLY | O_DIRECTORY, 0);
	if (root < 0)
		return mlv_error_sys("%s", workdir);
	if ((err = mlv_fs_parent_beneath(root, host->path, 0777, &dir)))
		return err;
	if (!force && mlv_fs_exists(slash ? dir : root, name))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: is there already", host->path),
				      "mlv ci init -f %s overwrites it", host->name);
	return mlv_fs_replace(slash ? dir : root, name, text->ptr, text->len, 0666);
}

static mlv_err init_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs gates = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const struct mlv_ci_host *host = mlv_ci_host_find(operands[0]);
	const struct ci_args *args = opaque;
	mlv_err err;

	if (!host)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "there is no pipeline for '%s'", operands[0]),
				      "mlv ci init github, or gitlab");
	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)))
		return err;
	if (!place.git)
		return mlv_error(MLV_E_MISSING, "%s: not in a git work tree, where a pipeline would run",
				 place.root);
	if ((err = check_prefix(place.prefix)) || (err = list_gates(&place, &gates)) ||
	    (err = mlv_ci_pipeline(host, place.prefix, &gates, &text)) ||
	    (err = write_pipeline(mlv_git_workdir(place.git), host, args->force, &text)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_text(run->out, "path", host->path);
	mlv_out_object_end(run->out);
	mlv_out_line(run->out, "%s: runs the gate%s of mlv.yaml; %s", host->path,
		     gates.count > 1 ? "s" : "", host->todo);
	return NULL;
}

static const struct mlv_cmd ci_init = {
	.name = "init",
	.summary = "write a pipeline for GitHub or GitLab",
	.operands = "github|gitlab",
	.min_operands = 1,
	.max_operands = 1,
	.opts = ci_opts,
	.args_size = sizeof(struct ci_args),
	.run = init_run,
};

static const struct mlv_cmd *const ci_subs[] = { &ci_init, NULL };

const struct mlv_cmd mlv_cmd_ci = {
	.name = "ci",
	.summary = "set up a pipeline that runs the gates",
	.operands = "[<operand>...]",
	.subs = ci_subs,
};
