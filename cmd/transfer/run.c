/* transfer/run.c - move what the routes say, to each remote, or from the next one that has it. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/remote_open.h"
#include "cmd/transfer/report.h"
#include "cmd/transfer/runs.h"
#include "cmd/transfer/salvage.h"
#include "cmd/ui/out.h"
#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/seen.h"
#include "remote/fetch.h"
#include "remote/push.h"

mlv_err mlv_route_open(struct mlv_run *run, struct mlv_repo *repo, const char *route,
		       struct mlv_buf *name, struct mlv_transport **remote, struct mlv_store **cache)
{
	mlv_err err;

	if ((err = mlv_cmd_remote_name(repo, route, name)) ||
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

/* What a command is at. */
struct running {
	struct mlv_run *run;
	struct mlv_repo *repo;
	const struct mlv_routes *routes;
	enum mlv_way way;
	struct mlv_transfer_sum *sum;
	struct mlv_error failure; /* of the first remote that failed; code 0: none */
	const char *failed;       /* its name */
	struct mlv_items planned; /* of a dry run: what remotes that were asked would give */
};

static void release_running(struct running *running)
{
	mlv_items_release(&running->planned);
}

static const char *done_word(enum mlv_way way)
{
	return way == MLV_WAY_PUSH ? "pushed" : "fetched";
}

static mlv_err move_wants(const struct running *running, struct mlv_store *cache,
			  struct mlv_transport *remote, const struct mlv_route *route,
			  struct mlv_transfer *transfer)
{
	bool found = false;
	mlv_err err;

	if (running->way == MLV_WAY_FETCH)
		return mlv_fetch(cache, remote, route->wants, route->count, transfer);
	err = mlv_push(cache, remote, route->wants, route->count, transfer);
	if (err || !transfer->repair || transfer->dry)
		return err;
	err = mlv_push_salvage(running->repo, cache, &transfer->problems, &found);
	if (err || !found)
		return err;
	/* The work tree had some of what the cache lacked. */
	mlv_problems_release(&transfer->problems);
	transfer->verified = transfer->verified_bytes = 0;
	return mlv_push(cache, remote, route->wants, route->count, transfer);
}

/* A route to or from the remote of this name. */
struct visit {
	const struct mlv_route *route;
	struct mlv_buf name;
	struct mlv_transport *remote;
	struct mlv_transfer transfer;
};

static void release_visit(struct visit *visit)
{
	mlv_buf_release(&visit->name);
	mlv_transport_freep(&visit->remote);
	mlv_transfer_release(&visit->transfer);
}

static mlv_err make_visit(struct running *running, const char *name, struct visit *visit)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf receipts = MLV_BUF_INIT;
	struct mlv_transfer *transfer = &visit->transfer;
	struct mlv_store *cache = NULL;
	mlv_err err;

	transfer->spares = running->routes->spares;
	transfer->dry = running->routes->args->dry_run;
	transfer->repair = running->routes->args->repair;
	transfer->verify = running->routes->args->verify || transfer->repair;
	if ((err = mlv_route_open(running->run, running->repo, name, &visit->name, &visit->remote,
				  &cache)) ||
	    (err = mlv_route_receipts(running->repo, &receipts)))
		return err;
	transfer->receipts = receipts.ptr;
	transfer->planned = running->planned;
	err = move_wants(running, cache, visit->remote, visit->route, transfer);
	running->planned = transfer->planned;
	transfer->planned = (struct mlv_items){ 0 };
	transfer->receipts = NULL;
	return err ? err : note_seen(running->repo, &transfer->large);
}

static void count(struct mlv_transfer_sum *sum, const struct mlv_transfer *transfer)
{
	sum->files += transfer->files;
	sum->keys += transfer->keys;
	sum->bytes += transfer->bytes;
	sum->verified |= transfer->verify;
}

static void write_visit(const struct running *running, const struct visit *visit)
{
	mlv_transfer_write(running->run->out, done_word(running->way), visit->name.ptr,
			   visit->remote->url, &visit->transfer);
}

/* Whether it is a remote's failure, which keeps nobody from asking others. */
static bool is_of_remote(mlv_err err)
{
	return err->code == MLV_E_REMOTE || err->code == MLV_E_REFUSED ||
	       err->code == MLV_E_CORRUPT;
}

/* A remote failed, and the next one is asked. */
static void tell_failed(const struct running *running, const char *name, mlv_err err,
			const char *next)
{
	mlv_tell_warning(running->run->ctx, "remote '%s': %.*s; asking %s", name,
			 (int)mlv_error_len_without_hint(err), err->msg, next);
	mlv_transfer_write_failed(running->run->out, name, err);
}

/* A remote failed, and the others are pushed to: the first failure is that of the command. */
static void keep_failed(struct running *running, const char *name, mlv_err err)
{
	mlv_transfer_write_failed(running->run->out, name, err);
	if (!running->failed) {
		running->failure = *err;
		running->failed = name;
		return;
	}
	mlv_tell_warning(running->run->ctx, "remote '%s': %.*s", name,
			 (int)mlv_error_len_without_hint(err), err->msg);
}

/* What the remotes asked so far could not give. */
struct left {
	struct mlv_problems problems;
	char name[128]; /* of the last one that answered */
};

static void release_left(struct left *left)
{
	mlv_problems_release(&left->problems);
}

static void keep_left(struct left *left, struct visit *visit)
{
	mlv_problems_release(&left->problems);
	left->problems = visit->transfer.problems;
	visit->transfer.problems = (struct mlv_problems)MLV_PROBLEMS_INIT;
	snprintf(left->name, sizeof(left->name), "%s", visit->name.ptr);
}

static void tell_lacking(const struct running *running, const struct left *left,
			 const char *next)
{
	char text[40];

	mlv_tell_warning(running->run->ctx, "remote '%s' lacks %s, or has them damaged; asking %s",
			 left->name, mlv_files_text(left->problems.count, text, sizeof(text)),
			 next);
}

/* Ask one remote; *done: nothing is left. next: who is asked then; NULL: nobody. */
static mlv_err fetch_one(struct running *running, const struct mlv_route *route,
			 const char *name, const char *next, struct left *left, bool *done)
{
	MLV_SCOPED(release_visit) struct visit visit = {
		.route = route, .name = MLV_BUF_INIT, .transfer = MLV_TRANSFER_INIT };
	mlv_err err = make_visit(running, name, &visit);

	if (err && next && is_of_remote(err)) {
		tell_failed(running, name, err, next);
		return NULL;
	}
	if (err)
		return err;
	count(running->sum, &visit.transfer);
	write_visit(running, &visit);
	*done = visit.transfer.problems.count == 0;
	keep_left(left, &visit);
	if (!*done && next)
		tell_lacking(running, left, next);
	return NULL;
}

/* Ask the remotes of the list in order, until one leaves nothing to be asked for. */
static mlv_err fetch_list(struct running *running, const struct mlv_route *route)
{
	MLV_SCOPED(release_left) struct left left = { .problems = MLV_PROBLEMS_INIT };
	const struct mlv_strs *list = &running->routes->list;
	struct mlv_error kept = { 0 };
	bool done = false;
	mlv_err err = NULL;

	for (size_t i = 0; !err && !done && i < list->count; i++)
		err = fetch_one(running, route, list->at[i],
				i + 1 < list->count ? list->at[i + 1] : NULL, &left, &done);
	if (err)
		kept = *err;
	mlv_transfer_tell(running->run, &left.problems, left.name, running->sum);
	return err ? mlv_error_copy(&kept) : NULL;
}

/* Only what ends the command is returned; the failure of one remote among several is kept. */
static mlv_err run_one(struct running *running, const struct mlv_route *route)
{
	MLV_SCOPED(release_visit) struct visit visit = {
		.route = route, .name = MLV_BUF_INIT, .transfer = MLV_TRANSFER_INIT };
	mlv_err err = make_visit(running, route->name, &visit);

	if (err && running->routes->count > 1 && running->way == MLV_WAY_PUSH &&
	    is_of_remote(err)) {
		keep_failed(running, route->name, err);
		return NULL;
	}
	if (err)
		return err;
	count(running->sum, &visit.transfer);
	mlv_transfer_tell(running->run, &visit.transfer.problems, visit.name.ptr, running->sum);
	write_visit(running, &visit);
	return NULL;
}

mlv_err mlv_routes_run(struct mlv_run *run, struct mlv_repo *repo, struct mlv_routes *routes,
		       enum mlv_way way, struct mlv_transfer_sum *sum)
{
	MLV_SCOPED(release_running) struct running running = {
		.run = run, .repo = repo, .routes = routes, .way = way, .sum = sum };
	mlv_err err = NULL;

	mlv_out_array_begin(run->out, "remotes");
	for (size_t i = 0; !err && i < routes->count; i++)
		err = routes->at[i].of_list ? fetch_list(&running, &routes->at[i])
					    : run_one(&running, &routes->at[i]);
	mlv_out_array_end(run->out);
	if (!err && routes->args->run_cache)
		err = mlv_transfer_runs(run, repo, routes->args, way, sum);
	mlv_out_number(run->out, done_word(way), sum->files);
	mlv_out_number(run->out, "bytes", sum->bytes);
	if (routes->args->run_cache)
		mlv_out_number(run->out, "runs", sum->runs);
	if (routes->args->dry_run)
		mlv_out_bool(run->out, "dry_run", true);
	if (err || !running.failed)
		return err;
	return mlv_error_wrap(mlv_error_copy(&running.failure), "remote '%s'", running.failed);
}

mlv_err mlv_fetch_judge(const struct mlv_transfer_sum *sum, bool allow_missing)
{
	char text[40];
	mlv_err err;

	if (sum->corrupt > 0) {
		err = mlv_error(MLV_E_CORRUPT, "damaged and not fetched from remote %s: %s",
				sum->remote, mlv_files_text(sum->corrupt, text, sizeof(text)));
		return mlv_error_hint(err, "remove what is named above, then: mlv fetch; if the remote "
				      "lacks it then, mlv push from a clone that has it");
	}
	if (sum->missing > 0 && !allow_missing) {
		err = mlv_error(MLV_E_MISSING, "not at remote %s: %s", sum->remote,
				mlv_files_text(sum->missing, text, sizeof(text)));
		return mlv_error_hint(err, "push from a clone that has the data: mlv push");
	}
	return NULL;
}
