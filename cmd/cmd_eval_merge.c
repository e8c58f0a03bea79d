/* cmd_eval_merge.c - mlv eval --partial and mlv eval merge: an evaluation by shards, where they lie. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd_eval.h"
#include "cmd/ui/out.h"
#include "core/repo/eval_partial.h"

/* "2/5" */
static mlv_err read_shard(const char *text, struct mlv_shard *shard)
{
	size_t digits = strspn(text, "0123456789"), more;
	unsigned long number, count;

	more = text[digits] == '/' ? strspn(text + digits + 1, "0123456789") : 0;
	if (!digits || digits > 6 || !more || more > 6 || text[digits + 1 + more])
		return mlv_error(MLV_E_USAGE, "--shard is of the form 2/5, not '%s'", text);
	number = strtoul(text, NULL, 10);
	count = strtoul(text + digits + 1, NULL, 10);
	if (!number || number > count || count > MLV_PARTIAL_SHARDS)
		return mlv_error(MLV_E_USAGE, "--shard is from 1/n to n/n, n at most %d, not '%s'",
				 MLV_PARTIAL_SHARDS, text);
	shard->number = (unsigned)number;
	shard->count = (unsigned)count;
	return NULL;
}

/* Where a partial goes that was given no place: "test.partial", "test.2of5.partial". */
static mlv_err name_output(const char *name, const struct mlv_shard *shard, struct mlv_buf *to)
{
	if (shard->count)
		return mlv_buf_printf(to, "%s.%uof%u.partial", name, shard->number, shard->count);
	return mlv_buf_printf(to, "%s.partial", name);
}

mlv_err mlv_eval_one_shard(struct mlv_run *run, const struct eval_args *args,
			   struct mlv_metrics_place *place, const char *name)
{
	MLV_SCOPED(mlv_eval_spec_release) struct mlv_eval_spec spec = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_PARTIAL_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	struct mlv_shard shard = { args->predictions, args->features, 0, 0 };
	const struct mlv_metrics_side side = { 0 };
	uint64_t rows = 0;
	mlv_err err;

	if ((args->shard && (err = read_shard(args->shard, &shard))) ||
	    (err = args->output ? mlv_buf_add_str(&path, args->output)
				: name_output(name, &shard, &path)) ||
	    (err = mlv_eval_spec_of(place, &side, name, &spec)) ||
	    (err = mlv_eval_partial_make(place, &spec, &shard, &text, &rows)) ||
	    (!args->dry_run &&
	     (err = mlv_metrics_place_write(place, AT_FDCWD, path.ptr, &text))))
		return err;
	if (run->json) {
		mlv_out_object_begin(run->out, name);
		mlv_out_text(run->out, "partial", path.ptr);
		mlv_out_number(run->out, "rows", rows);
		mlv_out_number(run->out, "bytes", text.len);
		mlv_out_object_end(run->out);
		return NULL;
	}
	mlv_out_line(run->out, "%s: %llu rows, %zu bytes%s%s", name, (unsigned long long)rows, text.len,
		     args->dry_run ? "" : " -> ", args->dry_run ? "" : path.ptr);
	return NULL;
}

/* ---- merge */

struct merge_args {
	bool dry_run, new_edges;
};

static const struct mlv_opt merge_opts[] = {
	{ MLV_OPT_FLAG, 'n', "dry-run", offsetof(struct merge_args, dry_run), NULL, MLV_HINT_NONE,
	  "print what would be found, and write nothing" },
	{ MLV_OPT_FLAG, 0, "new-edges", offsetof(struct merge_args, new_edges), NULL, MLV_HINT_NONE,
	  "cut quantiles anew instead of taking the record's edges" },
	{ 0 },
};

static mlv_err merge_run(struct mlv_run *run, const void *opaque, char **typed)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_evaluation_release) struct mlv_evaluation evaluation = MLV_EVALUATION_INIT;
	MLV_SCOPED(mlv_eval_partials_release) struct mlv_partials partials = { 0 };
	const struct mlv_metrics_side side = { 0 };
	const struct merge_args *args = opaque;
	mlv_err err;

	mlv_tell_begin(run->ctx, "merging", 0, 0);
	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_eval_partials_open(run->ctx, typed, &partials)) ||
	    (err = mlv_evaluation_begin(&place, &side, partials.at[0].head.eval, args->new_edges,
					&evaluation)) ||
	    (err = mlv_eval_partials_cases(run->ctx, &partials, &evaluation.spec,
					   mlv_evaluation_frozen(&evaluation), &evaluation.cases,
					   &evaluation.ids)) ||
	    (err = mlv_evaluation_finish(&place, &side, &evaluation)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	if ((err = mlv_evaluation_put(run, &place, &evaluation, args->dry_run)))
		return err;
	mlv_out_object_end(run->out);
	mlv_tell_end(run->ctx);
	return NULL;
}

const struct mlv_cmd mlv_cmd_eval_merge = {
	.name = "merge",
	.summary = "put the partials of all shards together to one record",
	.operands = "<partial>...",
	.min_operands = 1,
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = merge_opts,
	.args_size = sizeof(struct merge_args),
	.run = merge_run,
};
