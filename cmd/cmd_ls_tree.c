/* cmd_ls_tree.c - mlv ls-tree: the entries or the nodes of a manifest. */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"

struct ls_tree_args {
	bool name_only, nodes, zero;
};

static const struct mlv_opt ls_tree_opts[] = {
	{ MLV_OPT_FLAG, 0, "name-only", offsetof(struct ls_tree_args, name_only), NULL,
	  MLV_HINT_NONE, "print paths alone" },
	{ MLV_OPT_FLAG, 0, "nodes", offsetof(struct ls_tree_args, nodes), NULL, MLV_HINT_NONE,
	  "print the nodes that the entries stand in" },
	{ MLV_OPT_FLAG, 'z', "null", offsetof(struct ls_tree_args, zero), NULL, MLV_HINT_NONE,
	  "end each with NUL, as in a node, and quote nothing" },
	{ 0 },
};

struct listing {
	struct mlv_run *run;
	const struct ls_tree_args *args;
	uint64_t count;
};

static void print_json(struct mlv_out *out, const struct mlv_entry *entry)
{
	char kind[2] = { entry->kind, '\0' }, hex[MLV_OID_HEX + 1];

	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "kind", kind);
	if (entry->kind == 'd')
		mlv_out_null(out, "id");
	else
		mlv_out_text(out, "id", mlv_oid_format(&entry->oid, hex));
	mlv_out_number(out, "size", entry->size);
	mlv_out_json_path(out, "path", entry->path, entry->path_len);
	mlv_out_object_end(out);
}

static mlv_err print_entry(void *arg, const struct mlv_entry *entry)
{
	struct listing *listing = arg;
	const struct ls_tree_args *args = listing->args;
	struct mlv_out *out = listing->run->out;
	char hex[MLV_OID_HEX + 1] = "-";
	mlv_err err = mlv_ctx_check_stop(listing->run->ctx);

	listing->count++;
	if (err || out->json || out->quiet) {
		if (!err && out->json)
			print_json(out, entry);
		return err;
	}
	if (entry->kind != 'd')
		mlv_oid_format(&entry->oid, hex);
	if (!args->name_only)
		fprintf(out->to, "%c %s %llu ", entry->kind, hex, (unsigned long long)entry->size);
	if (args->zero)
		fwrite(entry->path, 1, entry->path_len, out->to);
	else
		mlv_out_path(out, entry->path, entry->path_len);
	fputc(args->zero ? '\0' : '\n', out->to);
	return ferror(out->to) ? mlv_error_sys("writing standard output") : NULL;
}

/* What the operand names: a tree's id, or a tracked directory or a part of one. */
struct place {
	struct mlv_oid root;
	struct mlv_buf part;
};

static mlv_err find_target(struct mlv_repo *repo, char *typed, struct place *place)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	char *const one[] = { typed, NULL };
	mlv_err err = mlv_outputs_load(repo, &outputs);

	if (err || (err = mlv_targets_resolve(repo, &outputs, one, &targets)))
		return err;
	if (targets.count != 1)
		return mlv_error(MLV_E_USAGE, "%s: %zu tracked targets, where one is expected",
				 typed, targets.count);
	if (targets.at[0].output->type != MLV_ID_TREE)
		return mlv_error(MLV_E_USAGE, "%s: a file, which has no manifest", typed);
	place->root = targets.at[0].output->oid;
	return mlv_buf_add_str(&place->part, targets.at[0].part);
}

static mlv_err find_place(struct mlv_repo *repo, char **operands, struct place *place)
{
	const char *below = operands[1];
	mlv_err err = NULL;

	if (!mlv_oid_parse(operands[0], strlen(operands[0]), &place->root))
		err = find_target(repo, operands[0], place);
	if (err || !below)
		return err;
	if (place->part.len && (err = mlv_buf_add_char(&place->part, '/')))
		return err;
	if ((err = mlv_buf_add_str(&place->part, below)))
		return err;
	while (place->part.len && place->part.ptr[place->part.len - 1] == '/')
		mlv_buf_truncate(&place->part, place->part.len - 1);
	return NULL;
}

static mlv_err list(struct listing *listing, struct mlv_store *cache, const struct place *place)
{
	struct mlv_node_source source = mlv_node_source_store(cache);
	const char *part = place->part.ptr;
	char hex[MLV_OID_HEX + 1];
	mlv_err err;

	mlv_out_array_begin(listing->run->out, NULL);
	if (listing->args->nodes)
		err = mlv_tree_walk_nodes(source, &place->root, part, print_entry, listing);
	else
		err = mlv_tree_walk(source, &place->root, part, print_entry, listing);
	if (err && err->code == MLV_E_MISSING)
		err = mlv_error_hint(err, "mlv fetch brings what a remote has");
	if (err)
		return err;
	mlv_out_array_end(listing->run->out);
	if (!listing->count && place->part.len)
		return mlv_error(MLV_E_MISSING, "%s: nothing is there in tree %s", part,
				 mlv_oid_format(&place->root, hex));
	return NULL;
}

static mlv_err ls_tree_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	struct place place = { .part = MLV_BUF_INIT };
	struct listing listing = { run, args, 0 };
	struct mlv_store *cache = NULL;
	mlv_err err;

	if (!(err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) &&
	    !(err = mlv_repo_cache(repo, &cache)) && !(err = find_place(repo, operands, &place)))
		err = list(&listing, cache, &place);
	mlv_buf_release(&place.part);
	return err;
}

const struct mlv_cmd mlv_cmd_ls_tree = {
	.name = "ls-tree",
	.summary = "list what a tracked directory's manifest holds",
	.operands = "<tree> [<path>]",
	.min_operands = 1,
	.max_operands = 2,
	.hint = MLV_HINT_FILE,
	.opts = ls_tree_opts,
	.args_size = sizeof(struct ls_tree_args),
	.run = ls_tree_run,
};
