/* cmd_cache.c - mlv cache: where the cache is, and what is in it. */
#include <inttypes.h>

#include "cmd/cmd.h"
#include "cmd/level.h"
#include "cmd/ui/out.h"
#include "core/repo/repo.h"

struct cache_dir_args {
	bool unset;
	struct mlv_level_flags levels;
};

static const struct mlv_opt cache_dir_opts[] = {
	{ MLV_OPT_FLAG, 'u', "unset", offsetof(struct cache_dir_args, unset), NULL, MLV_HINT_NONE,
	  "go back to .mlv/cache" },
	MLV_LEVEL_OPTS(struct cache_dir_args, levels),
	{ 0 },
};

static mlv_err show(struct mlv_run *run)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_repo_cache_dir(repo, &path)))
		return err;
	mlv_out_line(run->out, "%s", path.ptr);
	mlv_out_object_begin(run->out, NULL);
	mlv_out_json_path(run->out, "path", path.ptr, path.len);
	mlv_out_object_end(run->out);
	return NULL;
}

static mlv_err cache_dir_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_config_freep) struct mlv_config *config = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf root = MLV_BUF_INIT, path = MLV_BUF_INIT;
	const struct cache_dir_args *args = opaque;
	enum mlv_config_level level;
	bool given;
	mlv_err err;

	if ((err = mlv_level_of(&args->levels, &level, &given)))
		return err;
	if (!operands[0] && !args->unset)
		return show(run);
	if (operands[0] && args->unset)
		return mlv_error(MLV_E_USAGE, "--unset takes no directory");
	if ((err = mlv_level_open(run, level >= MLV_CONFIG_REPO, &config, &root)))
		return err;
	if (operands[0] && (err = mlv_level_path(run, root.ptr, level, operands[0], &path)))
		return err;
	return mlv_config_set(config, level, "cache.dir", operands[0] ? path.ptr : NULL);
}

static const struct mlv_cmd cache_dir = {
	.name = "dir",
	.summary = "show or set the directory of the cache",
	.operands = "[<directory>]",
	.max_operands = 1,
	.hint = MLV_HINT_DIR,
	.opts = cache_dir_opts,
	.args_size = sizeof(struct cache_dir_args),
	.run = cache_dir_run,
};

struct cache_list {
	struct mlv_run *run;
	uint64_t count, bytes;
};

static mlv_err list_key(void *arg, const struct mlv_key *key, uint64_t size)
{
	struct cache_list *list = arg;
	struct mlv_out *out = list->run->out;
	char hex[MLV_OID_HEX + 1];

	list->count++;
	list->bytes += size;
	mlv_oid_format(&key->oid, hex);
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "kind", mlv_kind_name(key->kind));
	mlv_out_text(out, "id", hex);
	mlv_out_number(out, "size", size);
	mlv_out_object_end(out);
	mlv_out_line(out, "%s %s %" PRIu64, mlv_kind_name(key->kind), hex, size);
	return mlv_ctx_check_stop(list->run->ctx);
}

static mlv_err cache_list_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	struct cache_list list = { .run = run };
	struct mlv_store *cache;
	mlv_err err;

	(void)opaque;
	(void)operands;
	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_repo_cache(repo, &cache)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_array_begin(run->out, "objects");
	if ((err = mlv_store_each(cache, list_key, &list)))
		return err;
	mlv_out_array_end(run->out);
	mlv_out_number(run->out, "count", list.count);
	mlv_out_number(run->out, "size", list.bytes);
	mlv_out_object_end(run->out);
	return NULL;
}

static const struct mlv_cmd cache_list = {
	.name = "list",
	.summary = "list the objects in the cache",
	.operands = "",
	.run = cache_list_run,
};

static const struct mlv_cmd *const cache_subs[] = { &cache_dir, &cache_list, NULL };

const struct mlv_cmd mlv_cmd_cache = {
	.name = "cache",
	.summary = "show or set where the cache is, or list it",
	.operands = "[<operand>...]",
	.subs = cache_subs,
};
