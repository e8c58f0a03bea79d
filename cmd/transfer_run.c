/* transfer_run.c - move what the routes say, and tell what could not be moved. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/out.h"
#include "cmd/remote_open.h"
#include "cmd/transfer.h"
#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/seen.h"

#define SHOWN_MOST 100 /* problems that are told one by one, unless -v asks for all */

const char *mlv_files_text(uint64_t files, char *to, size_t size)
{
	snprintf(to, size, "%" PRIu64 " file%s", files, files == 1 ? "" : "s");
	return to;
}

static void write_problem(struct mlv_out *out, const struct mlv_problem *problem)
{
	char hex[MLV_OID_HEX + 1];

	mlv_out_object_begin(out, NULL);
	if (problem->path)
		mlv_out_json_path(out, "path", problem->path, strlen(problem->path));
	mlv_out_text(out, "problem", problem->code == MLV_E_CORRUPT ? "corrupt" : "missing");
	mlv_out_text(out, "kind", mlv_kind_name(problem->key.kind));
	mlv_out_text(out, "id", mlv_oid_format(&problem->key.oid, hex));
	if (problem->message)
		mlv_out_text(out, "message", problem->message);
	mlv_out_object_end(out);
}

static void say_problem(struct mlv_ctx *ctx, const struct mlv_problem *problem)
{
	const char *path = problem->path ? problem->path : "?";
	char shown[512], hex[MLV_OID_HEX + 1];

	mlv_path_shown(path, strlen(path), shown, sizeof(shown));
	if (problem->message)
		mlv_tell_warning(ctx, "corrupt: %s: %s", shown, problem->message);
	else
		mlv_tell_warning(ctx, "missing: %s (%s %.12s)", shown,
				 mlv_kind_name(problem->key.kind),
				 mlv_oid_format(&problem->key.oid, hex));
}

static void tell_problems(const struct mlv_run *run, const struct mlv_problems *problems,
			  const char *name, struct mlv_transfer_sum *sum)
{
	size_t shown = run->verbose ? problems->count : SHOWN_MOST;

	for (size_t i = 0; i < problems->count; i++) {
		if (problems->at[i].code == MLV_E_CORRUPT)
			sum->corrupt++;
		else
			sum->missing++;
		if (i < shown && !run->json)
			say_problem(run->ctx, &problems->at[i]);
	}
	if (problems->count > shown && !run->json)
		mlv_tell_warning(run->ctx, "and %zu more (-v shows all)", problems->count - shown);
	if (problems->count > 0)
		snprintf(sum->remote, sizeof(sum->remote), "%s", name);
}

static void write_route(struct mlv_out *out, const char *done, const char *name,
			const struct mlv_transport *remote, const struct mlv_transfer *transfer)
{
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "name", name);
	mlv_out_text(out, "url", remote->url);
	mlv_out_number(out, done, transfer->files);
	mlv_out_number(out, "bytes", transfer->bytes);
	mlv_out_array_begin(out, "problems");
	for (size_t i = 0; i < transfer->problems.count; i++)
		write_problem(out, &transfer->problems.at[i]);
	mlv_out_array_end(out);
	mlv_out_object_end(out);
}

mlv_err mlv_route_open(struct mlv_run *run, struct mlv_repo *repo, const struct mlv_route *route,
		       struct mlv_buf *name, struct mlv_transport **remote, struct mlv_store **cache)
{
	mlv_err err;

	if ((err = mlv_cmd_remote_name(repo, route->name, name)) ||
	    (err = mlv_cmd_open_remote(run, repo, name->ptr, remote)))
		return err;
	return mlv_repo_cache(repo, cache);
}

mlv_err mlv_route_receipts(struct mlv_repo *repo, struct mlv_buf *path)
{
	mlv_err err = mlv_fs_mkdirs(repo->mlv_fd, "state", 0777);

	/* Where it cannot be written nothing is remembered. */
	if (err && err->code == MLV_E_NOMEM)
		return err;
	return mlv_buf_printf(path, "%s/.mlv/state/receipts", repo->root);
}

/* What was verified while it came is linked by a checkout without being hashed again. */
static mlv_err note_seen(struct mlv_repo *repo, const struct mlv_items *large)
{
	MLV_SCOPED(mlv_mem_free) struct mlv_key *keys =
		mlv_sys_alloc_array(large->count + 1, sizeof(*keys));
	MLV_SCOPED(mlv_mem_free) uint64_t *sizes =
		mlv_sys_alloc_array(large->count + 1, sizeof(*sizes));

	if (!keys || !sizes)
		return mlv_error_nomem("keys");
	for (size_t i = 0; i < large->count; i++) {
		keys[i] = large->at[i].key;
		sizes[i] = large->at[i].size;
	}
	return mlv_seen_note_keys(repo, keys, sizes, large->count);
}

static mlv_err run_route(struct mlv_run *run, struct mlv_repo *repo, const struct mlv_route *route,
			 const struct mlv_spares *spares, mlv_transfer_fn fn, const char *done,
			 struct mlv_transfer_sum *sum)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *remote = NULL;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer transfer = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf receipts = MLV_BUF_INIT;
	struct mlv_store *cache = NULL;
	mlv_err err;

	transfer.spares = spares;
	if ((err = mlv_route_open(run, repo, route, &name, &remote, &cache)) ||
	    (err = mlv_route_receipts(repo, &receipts)))
		return err;
	transfer.receipts = receipts.ptr;
	if ((err = fn(cache, remote, route->wants, route->count, &transfer)) ||
	    (err = note_seen(repo, &transfer.large)))
		return err;
	sum->files += transfer.files;
	sum->keys += transfer.keys;
	sum->bytes += transfer.bytes;
	tell_problems(run, &transfer.problems, name.ptr, sum);
	write_route(run->out, done, name.ptr, remote, &transfer);
	return NULL;
}

mlv_err mlv_routes_run(struct mlv_run *run, struct mlv_repo *repo, struct mlv_routes *routes,
		       mlv_transfer_fn fn, const char *done, struct mlv_transfer_sum *sum)
{
	mlv_err err = NULL;

	mlv_out_array_begin(run->out, "remotes");
	for (size_t i = 0; !err && i < routes->count; i++)
		err = run_route(run, repo, &routes->at[i], routes->spares, fn, done, sum);
	mlv_out_array_end(run->out);
	mlv_out_number(run->out, done, sum->files);
	mlv_out_number(run->out, "bytes", sum->bytes);
	return err;
}

mlv_err mlv_fetch_judge(const struct mlv_transfer_sum *sum, bool allow_missing)
{
	char text[40];
	mlv_err err;

	if (sum->corrupt > 0) {
		err = mlv_error(MLV_E_CORRUPT, "damaged and not fetched from remote '%s': %s",
				sum->remote, mlv_files_text(sum->corrupt, text, sizeof(text)));
		return mlv_error_hint(err, "remove what is named above, then: mlv fetch; if the remote "
				      "lacks it then, mlv push from a clone that has it");
	}
	if (sum->missing > 0 && !allow_missing) {
		err = mlv_error(MLV_E_MISSING, "not at remote '%s': %s", sum->remote,
				mlv_files_text(sum->missing, text, sizeof(text)));
		return mlv_error_hint(err, "push from a clone that has the data: mlv push");
	}
	return NULL;
}
