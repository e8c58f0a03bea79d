/* fsck/repair.c - good copies: of the cache from work tree and remotes, of a remote from the cache. */
#include <stdlib.h>
#include <string.h>

#include "cmd/fsck.h"
#include "cmd/remote_open.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/repo/fsck.h"
#include "remote/push.h"

/* A remote that was opened, or could not be. */
struct source {
	char *name; /* NULL: the default one */
	const char *origin;
	struct mlv_transport *remote; /* NULL: it gives nothing */
};

struct repair {
	struct mlv_fsck_run *fsck;
	struct mlv_batch *batch;
	struct source *sources;
	size_t count, cap;
	const char **origins; /* of each problem: where the copy in the batch came from */
};

static void release_repair(struct repair *repair)
{
	for (size_t i = 0; i < repair->count; i++) {
		free(repair->sources[i].name);
		mlv_transport_freep(&repair->sources[i].remote);
	}
	free(repair->sources);
	free(repair->origins);
	mlv_batch_freep(&repair->batch);
}

/* A source that fails is told of once, and no more asked. */
static void give_up(struct repair *repair, struct source *source, mlv_err why)
{
	mlv_tell_warning(repair->fsck->run->ctx, "no copy from there: %.*s",
			 (int)mlv_error_len_without_hint(why), why->msg);
	mlv_transport_freep(&source->remote);
}

static mlv_err open_source(struct repair *repair, const char *name, struct source *source)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf chosen = MLV_BUF_INIT, text = MLV_BUF_INIT;
	struct mlv_fsck_run *fsck = repair->fsck;
	mlv_err err = mlv_cmd_remote_name(fsck->repo, name, &chosen);

	if (err) {
		mlv_tell_detail(fsck->run->ctx, "no remote to repair from: %s", err->msg);
		return NULL;
	}
	if ((err = mlv_buf_printf(&text, "remote '%s'", chosen.ptr)) ||
	    (err = mlv_strs_add(&fsck->origins, text.ptr)))
		return err;
	source->origin = fsck->origins.at[fsck->origins.count - 1];
	if ((err = mlv_cmd_open_remote(fsck->run, fsck->repo, chosen.ptr, &source->remote)))
		give_up(repair, source, err);
	return NULL;
}

static mlv_err find_source(struct repair *repair, const char *name, struct source **found)
{
	struct source made = { 0 };
	mlv_err err;

	for (size_t i = 0; i < repair->count; i++) {
		const char *known = repair->sources[i].name;

		if (known == name || (known && name && strcmp(known, name) == 0)) {
			*found = &repair->sources[i];
			return NULL;
		}
	}
	err = mlv_array_grow(&repair->sources, &repair->cap, repair->count + 1, sizeof(made));
	if (err)
		return err;
	if (name && !(made.name = mlv_sys_strdup(name)))
		return mlv_error_nomem("a remote");
	*found = &repair->sources[repair->count++];
	**found = made;
	return open_source(repair, name, *found);
}

/* A failure of one source is no failure of the repair: only being stopped, or a full disk, is. */
static bool is_ours(mlv_err err)
{
	return err->code == MLV_E_INTERRUPTED || err->code == MLV_E_NOMEM ||
	       err->code == MLV_E_NOSPACE;
}

static mlv_err from_remote(struct repair *repair, size_t at, const struct mlv_fsck_user *user)
{
	const struct mlv_problem *problem = &repair->fsck->fsck.problems.at[at];
	struct source *source = NULL;
	mlv_err err = find_source(repair, user->need->output.remote, &source);

	if (err || !source->remote)
		return err;
	err = mlv_fsck_fetch(repair->fsck->cache, source->remote, repair->batch, &problem->key,
			     problem->size);
	if (!err)
		repair->origins[at] = source->origin;
	else if (is_ours(err))
		return err;
	else if (err->code != MLV_E_MISSING && err->code != MLV_E_CORRUPT)
		give_up(repair, source, err);
	return NULL;
}

static mlv_err from_work_tree(struct repair *repair, size_t at, const struct mlv_fsck_user *user)
{
	const struct mlv_problem *problem = &repair->fsck->fsck.problems.at[at];
	bool found = false;
	mlv_err err;

	if (problem->key.kind == MLV_KIND_NODE) {
		found = true; /* it may be among those that are made: who looks again will see */
		err = mlv_fsck_rebuild(repair->fsck->repo, repair->batch, user->need->output.path);
	} else {
		err = mlv_fsck_salvage(repair->fsck->repo, repair->batch, &problem->key,
				       user->path, &found);
	}
	if (err && is_ours(err))
		return err;
	if (!err && found)
		repair->origins[at] = "the work tree";
	return NULL;
}

/* The users of a problem, from *user on. */
static size_t users_end(const struct mlv_fsck_run *fsck, size_t at, size_t user)
{
	while (user < fsck->user_count && fsck->users[user].problem == at)
		user++;
	return user;
}

/* A node is asked for before it is made anew: what the work tree has may have changed. */
static mlv_err find_copy(struct repair *repair, size_t at, size_t first, size_t end)
{
	const struct mlv_problem *problem = &repair->fsck->fsck.problems.at[at];
	mlv_err (*const ways[])(struct repair *, size_t, const struct mlv_fsck_user *) = {
		problem->key.kind == MLV_KIND_NODE ? from_remote : from_work_tree,
		problem->key.kind == MLV_KIND_NODE ? from_work_tree : from_remote,
	};
	bool found = false;
	mlv_err err = NULL;

	if (problem->key.kind == MLV_KIND_LEAVES)
		err = mlv_fsck_list_leaves(repair->fsck->run->ctx, repair->fsck->cache,
					   repair->batch, &problem->key.oid, &found);
	if (found)
		repair->origins[at] = "its file";
	for (size_t way = 0; way < MLV_COUNT(ways); way++)
		for (size_t i = first; !err && !repair->origins[at] && i < end; i++)
			err = ways[way](repair, at, &repair->fsck->users[i]);
	return err;
}

/* Leaf lists before the files that they prove. */
static mlv_err repair_cache(struct repair *repair, bool lists)
{
	const struct mlv_problems *problems = &repair->fsck->fsck.problems;
	size_t user = 0;
	mlv_err err = NULL;

	for (size_t at = 0; !err && at < problems->count; at++) {
		size_t first = user;

		user = users_end(repair->fsck, at, user);
		if ((problems->at[at].key.kind == MLV_KIND_LEAVES) == lists)
			err = find_copy(repair, at, first, user);
	}
	return err ? err : mlv_batch_commit(repair->batch);
}

static bool is_root_damage(const struct mlv_problem *problem)
{
	return problem->key.kind == MLV_KIND_NODE && problem->code == MLV_E_CORRUPT;
}

/* What is missing goes as any push sends it: in packs, with roots, in few requests. */
static mlv_err push_missing(struct repair *repair)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer transfer = MLV_TRANSFER_INIT;
	struct mlv_fsck_run *fsck = repair->fsck;
	const struct mlv_problems *problems = &fsck->fsck.problems;
	bool any = false;

	for (size_t at = 0; at < problems->count; at++)
		any |= problems->at[at].code == MLV_E_MISSING || is_root_damage(&problems->at[at]);
	return any ? mlv_push(fsck->cache, fsck->remote, fsck->wants.at, fsck->wants.count, &transfer)
		   : NULL;
}

static mlv_err repair_remote(struct repair *repair)
{
	struct mlv_fsck_run *fsck = repair->fsck;
	mlv_err err = NULL;

	for (size_t at = 0; at < fsck->fsck.problems.count; at++) {
		const struct mlv_problem *problem = &fsck->fsck.problems.at[at];

		err = problem->code == MLV_E_MISSING
			      ? mlv_store_verify(fsck->cache, &problem->key, problem->size)
			      : mlv_fsck_send(fsck->cache, fsck->remote, &problem->key,
					      problem->size);
		if (!err)
			repair->origins[at] = "the cache";
		else if (err->code != MLV_E_MISSING && err->code != MLV_E_CORRUPT)
			return err;
	}
	if ((err = mlv_transport_flush(fsck->remote, false)))
		return err;
	return push_missing(repair);
}

/* What was repaired is what now verifies. */
static mlv_err look_again(struct repair *repair, bool *nodes)
{
	struct mlv_fsck_run *fsck = repair->fsck;

	for (size_t at = 0; at < fsck->fsck.problems.count; at++) {
		const struct mlv_problem *problem = &fsck->fsck.problems.at[at];
		mlv_err err;

		if (!repair->origins[at])
			continue;
		err = fsck->remote ? NULL
				   : mlv_store_verify(fsck->cache, &problem->key, problem->size);
		if (err && err->code != MLV_E_MISSING && err->code != MLV_E_CORRUPT)
			return err;
		if (err)
			continue;
		fsck->mended[at] = repair->origins[at];
		*nodes = *nodes || problem->key.kind == MLV_KIND_NODE;
	}
	return NULL;
}

mlv_err mlv_fsck_run_repair(struct mlv_fsck_run *fsck, bool *nodes)
{
	MLV_SCOPED(release_repair) struct repair repair = { .fsck = fsck };
	mlv_err err;

	*nodes = false;
	if (fsck->fsck.problems.count == 0)
		return NULL;
	repair.origins = mlv_sys_alloc_array(fsck->fsck.problems.count, sizeof(*repair.origins));
	if (!repair.origins)
		return mlv_error_nomem("a repair");
	if ((err = mlv_batch_begin(&repair.batch, fsck->cache)))
		return err;
	if (fsck->remote)
		err = repair_remote(&repair);
	else if (!(err = repair_cache(&repair, true)))
		err = repair_cache(&repair, false);
	return err ? err : look_again(&repair, nodes);
}
