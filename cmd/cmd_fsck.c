/* cmd_fsck.c - mlv fsck: hash anew what is kept, and tell who needs what is damaged. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/fsck.h"
#include "cmd/remote_open.h"
#include "cmd/transfer.h"
#include "cmd/ui/out.h"
#include "core/base/amount.h"
#include "core/base/sys.h"
#include "core/repo/fsck.h"

struct fsck_args {
	struct mlv_transfer_args transfer;
	bool repair;
};

static const struct mlv_opt fsck_opts[] = {
	{ MLV_OPT_TEXT, 'r', "remote", offsetof(struct fsck_args, transfer.remote), "<name>",
	  MLV_HINT_REMOTE, "check this remote, not the cache" },
	{ MLV_OPT_FLAG, 0, "repair", offsetof(struct fsck_args, repair), NULL, MLV_HINT_NONE,
	  "put good copies, from cache, work tree or remote" },
	MLV_TRANSFER_SCOPES(struct fsck_args, transfer),
	{ 0 },
};

/* What is checked: what the operands mean, and what else history needs. */
struct wanted {
	struct mlv_routes routes;
	struct mlv_want *wants, *others;
	size_t count, other_count;
	bool all; /* no operands: everything that is there */
};

static void release_wanted(struct wanted *wanted)
{
	mlv_routes_release(&wanted->routes);
	free(wanted->wants);
	free(wanted->others);
}

/* A pointer or commit that cannot be read: the others are checked all the same. */
static mlv_err note_bad(void *arg, const struct mlv_place *place, mlv_err why)
{
	struct mlv_fsck_run *fsck = arg;

	(void)place; /* the text names it */
	return mlv_strs_add_len(&fsck->pointers, why->msg, mlv_error_len_without_hint(why));
}

static mlv_err find_needs(struct mlv_fsck_run *fsck)
{
	struct mlv_scope scope = { .bad = note_bad, .arg = fsck };
	struct mlv_git *git = NULL;
	mlv_err err = mlv_repo_git(fsck->repo, &git);

	if (err)
		return err;
	if (git)
		scope.git = MLV_GIT_BRANCHES | MLV_GIT_TAGS | MLV_GIT_ALL_COMMITS;
	return mlv_needs_find(&fsck->needs, fsck->repo, &scope);
}

/* All that history tracks: what of it is here is checked with the rest. */
static mlv_err want_others(const struct mlv_fsck_run *fsck, struct wanted *wanted)
{
	wanted->others = mlv_sys_alloc_array(fsck->needs.count + 1, sizeof(*wanted->others));
	if (!wanted->others)
		return mlv_error_nomem("a list of outputs");
	for (size_t i = 0; i < fsck->needs.count; i++) {
		const struct mlv_output *output = &fsck->needs.at[i].output;

		if (output->cache)
			wanted->others[wanted->other_count++] =
				(struct mlv_want){ .key = mlv_output_key(output),
						   .size = output->size,
						   .part = "",
						   .label = output->path };
	}
	return NULL;
}

static mlv_err join_routes(struct wanted *wanted)
{
	size_t count = 0;

	for (size_t i = 0; i < wanted->routes.count; i++)
		count += wanted->routes.at[i].count;
	if (!(wanted->wants = mlv_sys_alloc_array(count + 1, sizeof(*wanted->wants))))
		return mlv_error_nomem("a list of outputs");
	for (size_t i = 0; i < wanted->routes.count; i++)
		for (size_t k = 0; k < wanted->routes.at[i].count; k++)
			wanted->wants[wanted->count++] = wanted->routes.at[i].wants[k];
	return NULL;
}

static mlv_err find_wanted(struct mlv_fsck_run *fsck, const struct fsck_args *args,
			   char *const *operands, struct wanted *wanted)
{
	mlv_err err = mlv_routes_find(&wanted->routes, fsck->repo, &args->transfer, operands,
				      fsck->remote ? MLV_FOR_STATUS : MLV_FOR_FSCK);

	/* One pointer that cannot be read, which is noted, does not stop the rest. */
	if (err && (operands[0] || fsck->pointers.count == 0))
		return err;
	wanted->all = !operands[0] && !fsck->remote;
	if ((err = join_routes(wanted)))
		return err;
	return wanted->all ? want_others(fsck, wanted) : NULL;
}

static mlv_err check_pointers(struct mlv_fsck_run *fsck, char *const *operands)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	mlv_err err = mlv_outputs_load(fsck->repo, &outputs);

	if (err)
		return NULL; /* noted when the needs were found */
	if ((err = mlv_targets_resolve(fsck->repo, &outputs, operands, &targets)))
		return err;
	for (size_t i = 0; !err && i < targets.count; i++) {
		if (*targets.at[i].part || !targets.at[i].output->cache)
			continue;
		err = mlv_fsck_pointer(fsck->repo, fsck->cache, targets.at[i].output);
		if (err && err->code == MLV_E_CORRUPT)
			err = note_bad(fsck, NULL, err);
	}
	return err;
}

/* One pass over everything. *again: what was repaired leads to more. */
static mlv_err check_once(struct mlv_fsck_run *fsck, const struct wanted *wanted, bool repair,
			  bool *again)
{
	const struct mlv_fsck_wants wants = { wanted->wants, wanted->count };
	const struct mlv_fsck_wants others = { wanted->others, wanted->other_count };
	mlv_err err;

	*again = false;
	fsck->wants = wants;
	mlv_fsck_run_clear(fsck);
	if (fsck->remote)
		err = mlv_fsck_remote(fsck->remote, wants, repair, &fsck->fsck);
	else
		err = mlv_fsck_cache(fsck->run->ctx, fsck->cache, wants, others, wanted->all,
				     &fsck->fsck);
	if (err || (err = mlv_fsck_run_name(fsck)) ||
	    (repair && (err = mlv_fsck_run_repair(fsck, again))))
		return err;
	fsck->checked = fsck->fsck.checked;
	fsck->bytes = fsck->fsck.bytes;
	fsck->elsewhere = fsck->fsck.elsewhere;
	mlv_fsck_run_report(fsck, !*again);
	return NULL;
}

static mlv_err check(struct mlv_fsck_run *fsck, const struct fsck_args *args, char **operands)
{
	MLV_SCOPED(release_wanted) struct wanted wanted = { 0 };
	bool again = true;
	mlv_err err;

	if ((err = find_needs(fsck)) || (err = find_wanted(fsck, args, operands, &wanted)))
		return err;
	/* A node that was put back shows what is below it: a level more with each pass. */
	for (unsigned pass = 0; !err && again && pass <= MLV_TREE_LEVELS; pass++)
		err = check_once(fsck, &wanted, args->repair, &again);
	return err || fsck->remote ? err : check_pointers(fsck, operands);
}

static void print_pointers(struct mlv_fsck_run *fsck)
{
	struct mlv_out *out = fsck->run->out;

	mlv_strs_sort_unique(&fsck->pointers);
	mlv_out_array_begin(out, "pointers");
	for (size_t i = 0; i < fsck->pointers.count; i++) {
		mlv_out_line(out, "corrupt: %s", fsck->pointers.at[i]);
		mlv_out_text(out, NULL, fsck->pointers.at[i]);
	}
	mlv_out_array_end(out);
}

static void print_sum(struct mlv_fsck_run *fsck)
{
	struct mlv_out *out = fsck->run->out;
	char size[40];

	mlv_amount_format(fsck->bytes, size, sizeof(size));
	mlv_out_line(out, "%" PRIu64 " object%s checked, %s", fsck->checked,
		     fsck->checked == 1 ? "" : "s", size);
	if (fsck->repaired)
		mlv_out_line(out, "%" PRIu64 " repaired", fsck->repaired);
	if (fsck->elsewhere)
		mlv_out_line(out, "%" PRIu64 " more, which only commits need, %s not in the cache",
			     fsck->elsewhere, fsck->elsewhere == 1 ? "is" : "are");
	mlv_out_number(out, "checked", fsck->checked);
	mlv_out_number(out, "bytes", fsck->bytes);
	mlv_out_number(out, "not_in_cache", fsck->elsewhere);
	mlv_out_number(out, "corrupt", fsck->corrupt);
	mlv_out_number(out, "missing", fsck->missing);
	mlv_out_number(out, "repaired", fsck->repaired);
}

/* "3 objects damaged at /path": of the cache, or the remote. */
static mlv_err sentence(const struct mlv_fsck_run *fsck, enum mlv_errc code, uint64_t count,
			const char *what)
{
	return mlv_error(code, "%" PRIu64 " object%s %s at %s", count, count == 1 ? "" : "s", what,
			 fsck->remote ? fsck->remote->url : mlv_store_root(fsck->cache));
}

static mlv_err judge_damage(const struct mlv_fsck_run *fsck, bool repair)
{
	mlv_err err = sentence(fsck, MLV_E_CORRUPT, fsck->corrupt, "damaged");

	if (repair)
		return mlv_error_hint(err, "no good copy was found: look for one in another clone "
				      "or remote");
	if (!fsck->remote)
		return mlv_error_hint(err, "to take good copies from where there are any: "
				      "mlv fsck --repair");
	return mlv_error_hint(err, "to send good copies from the cache: mlv fsck -r %s --repair",
			      fsck->remote_name);
}

static mlv_err judge(const struct mlv_fsck_run *fsck, bool repair)
{
	mlv_err err;

	if (fsck->corrupt > 0)
		return judge_damage(fsck, repair);
	if (fsck->pointers.count > 0)
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "pointers or commits are damaged: %zu",
						fsck->pointers.count),
				      "take a pointer from another commit with git checkout, or "
				      "make it anew: mlv add");
	if (fsck->missing == 0)
		return NULL;
	err = sentence(fsck, MLV_E_MISSING, fsck->missing, "missing");
	return fsck->remote ? mlv_error_hint(err, "mlv push -r %s", fsck->remote_name)
			    : mlv_error_hint(err, "mlv fetch, or where the data lies: mlv add");
}

static mlv_err run_fsck(struct mlv_fsck_run *fsck, const struct fsck_args *args, char **operands)
{
	struct mlv_out *out = fsck->run->out;
	mlv_err err;

	mlv_out_object_begin(out, NULL);
	mlv_out_array_begin(out, "problems");
	err = check(fsck, args, operands);
	mlv_out_array_end(out);
	if (!err) {
		print_pointers(fsck);
		print_sum(fsck);
	}
	mlv_out_object_end(out);
	return err ? err : judge(fsck, args->repair);
}

static mlv_err fsck_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *remote = NULL;
	MLV_SCOPED(mlv_fsck_run_release) struct mlv_fsck_run fsck = { .run = run,
								      .fsck = MLV_FSCK_INIT };
	const struct fsck_args *args = opaque;
	mlv_err err;

	if ((err = mlv_transfer_begin(run, &args->transfer, &repo)) ||
	    (err = mlv_repo_cache(repo, &fsck.cache)))
		return err;
	if (args->transfer.remote &&
	    (err = mlv_cmd_open_remote(run, repo, args->transfer.remote, &remote)))
		return err;
	fsck.repo = repo;
	fsck.remote = remote;
	fsck.remote_name = args->transfer.remote;
	return run_fsck(&fsck, args, operands);
}

const struct mlv_cmd mlv_cmd_fsck = {
	.name = "fsck",
	.summary = "check stored data, tell what needs what is damaged, repair it",
	.operands = "[<target>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = fsck_opts,
	.args_size = sizeof(struct fsck_args),
	.run = fsck_run,
};
