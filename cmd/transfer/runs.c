/* transfer/runs.c - kept runs of stages, with what they made, to remotes and from them. */
#include "cmd/transfer/runs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/remote_open.h"
#include "core/base/pool.h"
#include "core/repo/run_cache.h"
#include "core/store/sha256.h"
#include "remote/fetch.h"
#include "remote/push.h"
#include "remote/runs.h"

#define ROUND 64 /* runs that are moved together: so many texts are in memory */

struct one {
	char path[MLV_RUN_PATH];
	struct mlv_remote_run at; /* its name; fetch: its text, as the remote has it */
	struct mlv_buf text;
	struct mlv_recorded run;
	bool good; /* text and run are what they should be */
};

/* Runs on the way to or from one remote. */
struct moving {
	struct mlv_repo *repo;
	enum mlv_way way;
	struct mlv_transfer_sum *sum;
	const char *name;
	struct mlv_transport *remote;
	struct mlv_store *cache;
	struct mlv_buf receipts;
	struct mlv_remote_runs there, added; /* in the index; what is to be in it, too */
	struct one at[ROUND];
	size_t count;
	uint64_t passed; /* what was left where it is */
};

static void clear_round(struct moving *moving)
{
	for (size_t i = 0; i < moving->count; i++) {
		mlv_buf_release(&moving->at[i].text);
		mlv_recorded_release(&moving->at[i].run);
	}
	moving->count = 0;
}

static void release_moving(struct moving *moving)
{
	clear_round(moving);
	mlv_buf_release(&moving->receipts);
	mlv_remote_runs_release(&moving->there);
	mlv_remote_runs_release(&moving->added);
	mlv_transport_freep(&moving->remote);
}

struct wants {
	struct mlv_want *at;
	size_t count, cap;
};

static void release_wants(struct wants *wants)
{
	free(wants->at);
}

static mlv_err add_wants(struct wants *wants, const struct one *one)
{
	mlv_err err = mlv_array_grow(&wants->at, &wants->cap, wants->count + one->run.out_count + 1,
				     sizeof(*wants->at));

	for (size_t i = 0; !err && i < one->run.out_count; i++) {
		const struct mlv_output *out = &one->run.outs[i].at;

		wants->at[wants->count++] = (struct mlv_want){ .key = mlv_output_key(out),
							       .size = out->size, .part = "",
							       .label = out->path };
	}
	return err;
}

/* Move what these runs made; *whole: all of it is where it was to go. */
static mlv_err move_made(struct moving *moving, size_t first, size_t count, bool *whole)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer transfer = MLV_TRANSFER_INIT;
	MLV_SCOPED(release_wants) struct wants wants = { 0 };
	mlv_err err = NULL;

	for (size_t i = first; !err && i < first + count; i++)
		if (moving->at[i].good)
			err = add_wants(&wants, &moving->at[i]);
	*whole = true;
	if (err || !wants.count)
		return err;
	transfer.receipts = moving->receipts.ptr;
	err = moving->way == MLV_WAY_PUSH
		      ? mlv_push(moving->cache, moving->remote, wants.at, wants.count, &transfer)
		      : mlv_fetch(moving->cache, moving->remote, wants.at, wants.count, &transfer);
	moving->sum->files += transfer.files;
	moving->sum->keys += transfer.keys;
	moving->sum->bytes += transfer.bytes;
	*whole = transfer.problems.count == 0;
	return err;
}

/* All at once; where something could not be moved each is tried by itself, to know whose it is. */
static mlv_err move_all_made(struct moving *moving)
{
	bool whole;
	mlv_err err = move_made(moving, 0, moving->count, &whole);

	for (size_t i = 0; !err && !whole && i < moving->count; i++) {
		bool all = true;

		err = move_made(moving, i, 1, &all);
		moving->at[i].good &= all;
	}
	return err;
}

/* What it made is at the remote: its text can be. */
static mlv_err send_text(struct moving *moving, struct one *one)
{
	mlv_err err;

	if (mlv_remote_runs_find(&moving->there, &one->at.name))
		return NULL;
	if ((err = mlv_sha256_of(one->text.ptr, one->text.len, &one->at.text)) ||
	    (err = mlv_remote_runs_put(moving->remote, &one->at, &one->text)) ||
	    (err = mlv_remote_runs_add(&moving->added, &one->at)))
		return err;
	moving->sum->runs++;
	return NULL;
}

static mlv_err keep_text(struct moving *moving, const struct one *one)
{
	mlv_err err = mlv_run_take(moving->repo, one->path, &one->text);

	moving->sum->runs += !err;
	return err;
}

static mlv_err move_round(struct moving *moving)
{
	mlv_err err = move_all_made(moving);

	for (size_t i = 0; !err && i < moving->count; i++) {
		if (!moving->at[i].good)
			moving->passed++;
		else
			err = moving->way == MLV_WAY_PUSH ? send_text(moving, &moving->at[i])
							  : keep_text(moving, &moving->at[i]);
	}
	clear_round(moving);
	return err;
}

/* ---- push ---- */

/* Outputs that go nowhere, or to another remote alone, keep their run from going. */
static bool may_go(const struct moving *moving, const struct mlv_recorded *run)
{
	for (size_t i = 0; i < run->out_count; i++) {
		const struct mlv_output *out = &run->outs[i].at;

		if (!out->push || (out->remote && strcmp(out->remote, moving->name) != 0))
			return false;
	}
	return true;
}

static mlv_err push_kept(void *arg, struct mlv_kept_run *kept)
{
	struct moving *moving = arg;
	struct one *one = &moving->at[moving->count];

	if (!may_go(moving, kept->run))
		return NULL;
	if (kept->text->len > MLV_REMOTE_RUN_MAX) {
		moving->passed++;
		return NULL;
	}
	one->at.name = kept->name;
	memcpy(one->path, kept->path, strlen(kept->path) + 1);
	one->good = true;
	one->text = *kept->text;
	one->run = *kept->run;
	*kept->text = (struct mlv_buf)MLV_BUF_INIT;
	*kept->run = (struct mlv_recorded){ 0 };
	return ++moving->count == ROUND ? move_round(moving) : NULL;
}

static mlv_err list_there(struct moving *moving)
{
	bool there;
	mlv_err err = mlv_remote_check(moving->remote, &there);

	if (err || !there)
		return err;
	err = mlv_remote_runs_list(moving->remote, &moving->there);
	/* One that is damaged names nothing: a push writes it anew, and says so. */
	return err && err->code == MLV_E_CORRUPT && moving->way == MLV_WAY_PUSH ? NULL : err;
}

static mlv_err push_runs(struct moving *moving)
{
	mlv_err err;

	if ((err = list_there(moving)) || (err = mlv_run_each(moving->repo, push_kept, moving)) ||
	    (err = move_round(moving)))
		return err;
	return moving->added.count ? mlv_remote_runs_publish(moving->remote, &moving->added) : NULL;
}

/* ---- fetch ---- */

/* One that is missing, damaged or not what its name says is none. */
static mlv_err get_text(void *arg, size_t index, unsigned worker)
{
	struct moving *moving = arg;
	struct one *one = &moving->at[index];
	mlv_err err;

	(void)worker;
	if (!(err = mlv_remote_runs_get(moving->remote, &one->at, &one->text)))
		err = mlv_run_parse(one->path, one->text.ptr, one->text.len, &one->run);
	one->good = !err;
	return err && err->code != MLV_E_MISSING && err->code != MLV_E_CORRUPT ? err : NULL;
}

static mlv_err fetch_round(struct moving *moving)
{
	mlv_err err = mlv_pool_run(moving->repo->ctx, mlv_remote_jobs(moving->remote),
				   moving->count, get_text, moving);

	return err ? err : move_round(moving);
}

static mlv_err add_there(struct moving *moving, const struct mlv_remote_run *run)
{
	struct one *one = &moving->at[moving->count];
	bool has = false;
	mlv_err err;

	mlv_run_name_path(&run->name, one->path);
	if ((err = mlv_run_has(moving->repo, one->path, &has)) || has)
		return err;
	one->at = *run;
	one->good = false;
	one->text = (struct mlv_buf)MLV_BUF_LIMIT(MLV_REMOTE_RUN_MAX);
	one->run = (struct mlv_recorded){ 0 };
	return ++moving->count == ROUND ? fetch_round(moving) : NULL;
}

static mlv_err fetch_runs(struct moving *moving)
{
	mlv_err err = list_there(moving);

	for (size_t i = 0; !err && i < moving->there.count; i++)
		err = add_there(moving, &moving->there.at[i]);
	return err ? err : fetch_round(moving);
}

/* ---- all remotes ---- */

static mlv_err visit(struct mlv_run *run, struct mlv_repo *repo, const char *name,
		     enum mlv_way way, struct mlv_transfer_sum *sum)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf full = MLV_BUF_INIT;
	MLV_SCOPED(release_moving) struct moving moving = {
		.repo = repo, .way = way, .sum = sum, .name = name, .receipts = MLV_BUF_INIT };
	mlv_err err;

	if ((err = mlv_route_open(run, repo, name, &full, &moving.remote, &moving.cache)) ||
	    (err = mlv_route_receipts(repo, &moving.receipts)))
		return err;
	err = way == MLV_WAY_PUSH ? push_runs(&moving) : fetch_runs(&moving);
	if (!err && moving.passed)
		mlv_tell_warning(run->ctx, "remote '%s': runs passed over: %" PRIu64 ", %s", name,
				 moving.passed,
				 way == MLV_WAY_PUSH ? "of which the cache lacks what they made"
						     : "which are damaged, or of which it lacks "
						       "what they made");
	return err;
}

mlv_err mlv_transfer_runs(struct mlv_run *run, struct mlv_repo *repo,
			  const struct mlv_transfer_args *args, enum mlv_way way,
			  struct mlv_transfer_sum *sum)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	struct mlv_error first = { 0 };
	bool failed = false, done = false;
	mlv_err err = mlv_cmd_remote_names(repo, &args->remotes, &names);

	for (size_t i = 0; !err && i < names.count; i++) {
		err = visit(run, repo, names.at[i], way, sum);
		done |= !err;
		if (!err || names.count == 1 || err->code == MLV_E_INTERRUPTED ||
		    err->code == MLV_E_NOMEM)
			continue;
		mlv_tell_warning(run->ctx, "remote '%s': %.*s", names.at[i],
				 (int)mlv_error_len_without_hint(err), err->msg);
		if (!failed)
			first = *err;
		failed = true;
		err = NULL;
	}
	/* What one remote could not give another may have given. */
	return err || !failed || (way == MLV_WAY_FETCH && done) ? err : mlv_error_copy(&first);
}
