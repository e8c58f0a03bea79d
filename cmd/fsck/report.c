/* fsck/report.c - who needs what is damaged or missing, in lines and JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/fsck.h"
#include "cmd/ui/out.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/repo/needed.h"
#include "remote/reader.h"

#define SHOWN_PROBLEMS 100 /* that are told one by one, unless -v asks for all, */
#define SHOWN_PATHS 10     /* paths of each, */
#define SHOWN_PLACES 4     /* and commits of a path */

void mlv_fsck_run_clear(struct mlv_fsck_run *fsck)
{
	for (size_t i = 0; i < fsck->user_count; i++)
		free(fsck->users[i].path);
	fsck->user_count = 0;
	free(fsck->mended);
	fsck->mended = NULL;
	mlv_fsck_release(&fsck->fsck);
	fsck->fsck = (struct mlv_fsck)MLV_FSCK_INIT;
}

void mlv_fsck_run_release(struct mlv_fsck_run *fsck)
{
	mlv_fsck_run_clear(fsck);
	free(fsck->users);
	mlv_needs_release(&fsck->needs);
	mlv_strs_release(&fsck->pointers);
	mlv_strs_release(&fsck->origins);
}

static mlv_err add_user(void *arg, size_t at, const struct mlv_need *need, const char *path)
{
	struct mlv_fsck_run *fsck = arg;
	struct mlv_fsck_user user = { .problem = at, .need = need };
	mlv_err err = mlv_array_grow(&fsck->users, &fsck->user_cap, fsck->user_count + 1,
				     sizeof(user));

	if (err)
		return err;
	if (!(user.path = mlv_sys_strdup(path)))
		return mlv_error_nomem("a list of paths");
	fsck->users[fsck->user_count++] = user;
	return NULL;
}

static int by_problem(const void *a, const void *b)
{
	const struct mlv_fsck_user *x = a, *y = b;
	int order = (x->problem > y->problem) - (x->problem < y->problem);

	if (order == 0)
		order = strcmp(x->path, y->path);
	return order ? order : (x->need > y->need) - (x->need < y->need);
}

/* The node above a missing one may lie in the cache, or at the remote that is checked. */
static mlv_err give_remote(void *arg, struct mlv_transport **remote)
{
	*remote = arg;
	return NULL;
}

mlv_err mlv_fsck_run_name(struct mlv_fsck_run *fsck)
{
	const struct mlv_problems *problems = &fsck->fsck.problems;
	MLV_SCOPED(mlv_mem_free) struct mlv_key *keys =
		mlv_sys_alloc_array(problems->count + 1, sizeof(*keys));
	struct mlv_ctx *ctx = fsck->run->ctx;
	struct mlv_reader reader = { .ctx = ctx, .cache = fsck->cache, .arg = fsck->remote,
				     .open = fsck->remote ? give_remote : NULL };
	mlv_err err;

	fsck->mended = mlv_sys_alloc_array(problems->count + 1, sizeof(*fsck->mended));
	if (!keys || !fsck->mended)
		return mlv_error_nomem("a list of problems");
	for (size_t i = 0; i < problems->count; i++)
		keys[i] = problems->at[i].key;
	if ((err = mlv_needed(ctx, mlv_reader_nodes(&reader), &fsck->needs, keys, problems->count,
			      add_user, fsck)))
		return err;
	if (fsck->user_count)
		qsort(fsck->users, fsck->user_count, sizeof(*fsck->users), by_problem);
	return NULL;
}

/* "work tree", "v1 (1b2c3d4e5f60)", "1b2c3d4e5f60" */
static void place_text(const struct mlv_place *place, char *text, size_t size)
{
	if (!place->commit.hex[0])
		snprintf(text, size, "work tree");
	else if (place->name)
		snprintf(text, size, "%s (%.12s)", place->name, place->commit.hex);
	else
		snprintf(text, size, "%.12s", place->commit.hex);
}

static void print_user(struct mlv_fsck_run *fsck, const struct mlv_fsck_user *user)
{
	const struct mlv_need *need = user->need;
	struct mlv_out *out = fsck->run->out;
	size_t shown = fsck->run->verbose ? need->count : SHOWN_PLACES;
	char text[300];

	mlv_out_raw(out, "    ");
	mlv_out_path(out, user->path, strlen(user->path));
	for (size_t i = 0; i < need->count && i < shown; i++) {
		mlv_out_raw(out, i ? ", " : ": ");
		place_text(&fsck->needs.places[need->places[i]], text, sizeof(text));
		mlv_out_raw(out, text);
	}
	if (need->count > shown) {
		snprintf(text, sizeof(text), " and %zu more", need->count - shown);
		mlv_out_raw(out, text);
	}
	mlv_out_raw(out, "\n");
}

static void json_user(struct mlv_fsck_run *fsck, const struct mlv_fsck_user *user)
{
	struct mlv_out *out = fsck->run->out;

	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "path", user->path, strlen(user->path));
	mlv_out_bool(out, "work_tree", mlv_need_is_here(user->need));
	mlv_out_array_begin(out, "commits");
	for (size_t i = 0; i < user->need->count; i++) {
		const struct mlv_place *place = &fsck->needs.places[user->need->places[i]];

		if (place->commit.hex[0])
			mlv_out_text(out, NULL, place->commit.hex);
	}
	mlv_out_array_end(out);
	mlv_out_object_end(out);
}

static const char *word_of(const struct mlv_problem *problem, const char *mended)
{
	if (mended)
		return "repaired";
	return problem->code == MLV_E_CORRUPT ? "corrupt" : "missing";
}

static void print_problem(struct mlv_fsck_run *fsck, size_t at, size_t first, size_t end)
{
	const struct mlv_problem *problem = &fsck->fsck.problems.at[at];
	const char *word = word_of(problem, fsck->mended[at]);
	size_t shown = fsck->run->verbose ? end - first : SHOWN_PATHS;
	char hex[MLV_OID_HEX + 1];

	mlv_oid_format(&problem->key.oid, hex);
	if (fsck->mended[at])
		mlv_out_line(fsck->run->out, "%s: %s %s, from %s", word,
			     mlv_kind_name(problem->key.kind), hex, fsck->mended[at]);
	else if (problem->message)
		mlv_out_line(fsck->run->out, "%s: %s", word, problem->message);
	else
		mlv_out_line(fsck->run->out, "%s: %s %s", word, mlv_kind_name(problem->key.kind),
			     hex);
	for (size_t i = first; i < end && i - first < shown; i++)
		print_user(fsck, &fsck->users[i]);
	if (end - first > shown)
		mlv_out_line(fsck->run->out, "    and %zu more paths (-v shows all)",
			     end - first - shown);
	if (first == end)
		mlv_out_line(fsck->run->out, "    no pointer needs it");
}

static void json_problem(struct mlv_fsck_run *fsck, size_t at, size_t first, size_t end)
{
	const struct mlv_problem *problem = &fsck->fsck.problems.at[at];
	struct mlv_out *out = fsck->run->out;
	char hex[MLV_OID_HEX + 1];

	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "problem", word_of(problem, NULL));
	mlv_out_text(out, "kind", mlv_kind_name(problem->key.kind));
	mlv_out_text(out, "id", mlv_oid_format(&problem->key.oid, hex));
	if (problem->message)
		mlv_out_text(out, "message", problem->message);
	mlv_out_bool(out, "repaired", fsck->mended[at] != NULL);
	if (fsck->mended[at])
		mlv_out_text(out, "from", fsck->mended[at]);
	mlv_out_array_begin(out, "needed_by");
	for (size_t i = first; i < end; i++)
		json_user(fsck, &fsck->users[i]);
	mlv_out_array_end(out);
	mlv_out_object_end(out);
}

static void count_problem(struct mlv_fsck_run *fsck, size_t at)
{
	if (fsck->mended[at])
		fsck->repaired++;
	else if (fsck->fsck.problems.at[at].code == MLV_E_CORRUPT)
		fsck->corrupt++;
	else
		fsck->missing++;
}

void mlv_fsck_run_report(struct mlv_fsck_run *fsck, bool last)
{
	size_t user = 0, shown = 0, most = fsck->run->verbose ? SIZE_MAX : SHOWN_PROBLEMS;

	for (size_t at = 0; at < fsck->fsck.problems.count; at++) {
		size_t first = user;

		while (user < fsck->user_count && fsck->users[user].problem == at)
			user++;
		if (!last && !fsck->mended[at])
			continue;
		count_problem(fsck, at);
		if (fsck->run->json)
			json_problem(fsck, at, first, user);
		else if (shown++ < most)
			print_problem(fsck, at, first, user);
	}
	if (shown > most)
		mlv_out_line(fsck->run->out, "and %zu more (-v shows all)", shown - most);
}
