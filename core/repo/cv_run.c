#include "core/repo/cv_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/repo/executor.h"
#include "core/repo/lock.h"
#include "core/store/sha256.h"

#define STATE ".mlv/state/cv"
#define PREDS "preds.csv"

/* A run of the splits. */
struct running {
	struct mlv_metrics_place *place;
	const struct mlv_cv *cv;
	const struct mlv_cv_run_options *options;
	struct mlv_executor *executor;
	struct mlv_buf deps;          /* a line for each dependency: id and path */
	char (*keys)[MLV_OID_HEX + 1]; /* of each split that is under way */
	struct mlv_error failed;      /* the first failure of a command */
	bool has_failed;
	struct mlv_cv_run_result *result;
};

static void running_release(struct running *running)
{
	mlv_executor_freep(&running->executor);
	mlv_buf_release(&running->deps);
	free(running->keys);
}

/* The directory of a split, or with file a file in it. */
static mlv_err split_path(const struct mlv_cv *cv, size_t split, const char *file, struct mlv_buf *to)
{
	mlv_err err;

	if ((err = mlv_buf_printf(to, STATE "/%s/", cv->spec.name)) ||
	    (err = mlv_cv_split_name(&cv->folds, split, to)))
		return err;
	return file ? mlv_buf_printf(to, "/%s", file) : NULL;
}

/* What a word in braces stands for; *found false: nothing, the braces are the command's own. */
static mlv_err add_word(const struct mlv_cv *cv, size_t split, const char *word, size_t len,
			struct mlv_buf *to, bool *found)
{
	static const struct {
		const char *word, *file;
	} files[] = { { "{train}", "train.csv" }, { "{test}", "test.csv" }, { "{preds}", PREDS } };

	*found = true;
	for (size_t i = 0; i < MLV_COUNT(files); i++)
		if (strlen(files[i].word) == len && memcmp(files[i].word, word, len) == 0)
			return split_path(cv, split, files[i].file, to);
	if (len == strlen("{split}") && memcmp(word, "{split}", len) == 0)
		return mlv_cv_split_name(&cv->folds, split, to);
	if (len == strlen("{seed}") && memcmp(word, "{seed}", len) == 0)
		return mlv_buf_printf(to, "%u", cv->spec.plan.seed);
	*found = false;
	return NULL;
}

static mlv_err expand(const struct mlv_cv *cv, size_t split, struct mlv_buf *to)
{
	const char *at = cv->spec.cmd;
	mlv_err err = NULL;

	while (*at && !err) {
		const char *end = *at == '{' ? strchr(at, '}') : NULL;
		bool found = false;

		if (end && (err = add_word(cv, split, at, (size_t)(end - at) + 1, to, &found)))
			return err;
		if (found)
			at = end + 1;
		else
			err = mlv_buf_add_char(to, *at++);
	}
	return err;
}

/* ---- what has not changed */

static mlv_err name_deps(struct running *running)
{
	const struct mlv_strs *deps = &running->cv->spec.deps;
	const struct mlv_metrics_side side = { 0 };
	mlv_err err = NULL;

	for (size_t d = 0; d < deps->count && !err; d++) {
		MLV_SCOPED(mlv_eval_table_release) struct mlv_eval_table file = MLV_EVAL_TABLE_INIT;
		char id[MLV_EVAL_ID];

		if (!(err = mlv_eval_table_open(running->place, &side, deps->at[d], &file, id)))
			err = mlv_buf_printf(&running->deps, "%s %s\n", id, deps->at[d]);
	}
	return err;
}

/* The name of what a split does: its command, its tables and what it depends on. */
static mlv_err name_split(const struct running *running, const char *command, const struct mlv_buf *train,
			  const struct mlv_buf *test, char key[MLV_OID_HEX + 1])
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char hex[2][MLV_OID_HEX + 1];
	struct mlv_oid oid;
	mlv_err err;

	if ((err = mlv_sha256_of(train->ptr, train->len, &oid)))
		return err;
	mlv_oid_format(&oid, hex[0]);
	if ((err = mlv_sha256_of(test->ptr, test->len, &oid)))
		return err;
	mlv_oid_format(&oid, hex[1]);
	if ((err = mlv_buf_printf(&text, "mlv cv 1\n%s\n%s\n%s\n%s", hex[0], hex[1], running->deps.ptr,
				  command)) ||
	    (err = mlv_sha256_of(text.ptr, text.len, &oid)))
		return err;
	mlv_oid_format(&oid, key);
	return NULL;
}

/* The text of the file that tells of a run that went well: its key, and the predictions' id. */
static mlv_err proof_text(const struct running *running, size_t split, const char *key, struct mlv_buf *to)
{
	MLV_SCOPED(mlv_eval_table_release) struct mlv_eval_table preds = MLV_EVAL_TABLE_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const struct mlv_metrics_side side = { 0 };
	char id[MLV_EVAL_ID];
	mlv_err err;

	if ((err = split_path(running->cv, split, PREDS, &path)) ||
	    (err = mlv_eval_table_open(running->place, &side, path.ptr, &preds, id)))
		return err;
	if (mlv_sys_fsync(preds.fd) < 0)
		return mlv_error_sys("%s", path.ptr);
	return mlv_buf_printf(to, "%s %s\n", key, id);
}

static bool is_done(const struct running *running, size_t split, const char *key)
{
	MLV_SCOPED(mlv_buf_release)
	struct mlv_buf path = MLV_BUF_INIT,
		       want = MLV_BUF_INIT, have = MLV_BUF_INIT;

	return !running->options->force && !split_path(running->cv, split, "done", &path) &&
	       !mlv_fs_read(running->place->root_fd, path.ptr, &have) &&
	       !proof_text(running, split, key, &want) && want.len == have.len &&
	       memcmp(want.ptr, have.ptr, want.len) == 0;
}

/* ---- running */

static mlv_err remove_old(const struct running *running, size_t split, const char *file)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = split_path(running->cv, split, file, &path);

	if (!err && mlv_sys_unlinkat(running->place->root_fd, path.ptr, 0) < 0 && errno != ENOENT)
		return mlv_error_sys("%s", path.ptr);
	return err;
}

static mlv_err store(const struct running *running, size_t split, const char *file,
		     const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = split_path(running->cv, split, file, &path);

	return err ? err : mlv_metrics_place_store(running->place, path.ptr, text);
}

static mlv_err submit(struct running *running, size_t split, const char *command)
{
	MLV_SCOPED(mlv_buf_release)
	struct mlv_buf name = MLV_BUF_INIT,
		       path = MLV_BUF_INIT, log = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs commands = { 0 };
	const struct mlv_strs none = { 0 };
	struct mlv_job job = {
		.group = running->cv->spec.name, .key = running->keys[split], .cmds = &commands,
		.env = &none, .dir = running->place->root,
	};
	mlv_err err;

	if ((err = mlv_strs_add(&commands, command)) ||
	    (err = mlv_buf_printf(&name, "%s:", running->cv->spec.name)) ||
	    (err = mlv_cv_split_name(&running->cv->folds, split, &name)) ||
	    (err = split_path(running->cv, split, "log", &path)) ||
	    (err = mlv_buf_printf(&log, "%s/%s", running->place->root, path.ptr)))
		return err;
	job.name = name.ptr;
	job.log = log.ptr;
	return mlv_executor_submit(running->executor, &job, split);
}

/* Begin a split, unless nothing has changed. */
static mlv_err begin_split(struct running *running, size_t split)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf train = MLV_BUF_LIMIT(MLV_EVAL_TABLE_MAX),
						   test = MLV_BUF_LIMIT(MLV_EVAL_TABLE_MAX),
						   command = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_cv_table_text(running->cv, split, MLV_FOLD_TRAIN, &train)) ||
	    (err = mlv_cv_table_text(running->cv, split, MLV_FOLD_TEST, &test)) ||
	    (err = expand(running->cv, split, &command)) ||
	    (err = name_split(running, command.ptr, &train, &test, running->keys[split])))
		return err;
	if (is_done(running, split, running->keys[split])) {
		running->result->kept++;
		mlv_tell_advance(running->place->ctx, 1, 0);
		return NULL;
	}
	if ((err = store(running, split, "train.csv", &train)) ||
	    (err = store(running, split, "test.csv", &test)) || (err = remove_old(running, split, "done")) ||
	    (err = remove_old(running, split, PREDS)))
		return err;
	return submit(running, split, command.ptr);
}

static mlv_err end_split(struct running *running, const struct mlv_job_end *end)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT, log = MLV_BUF_INIT,
						   proof = MLV_BUF_INIT;
	mlv_err err = NULL;

	if ((err = mlv_cv_split_name(&running->cv->folds, end->id, &name)) ||
	    (err = split_path(running->cv, end->id, "log", &log)))
		return err;
	if (end->how == MLV_JOB_DONE &&
	    !(err = proof_text(running, end->id, running->keys[end->id], &proof))) {
		running->result->ran++;
		mlv_tell_advance(running->place->ctx, 1, 0);
		return store(running, end->id, "done", &proof);
	}
	if (end->how == MLV_JOB_CANCELLED)
		return NULL;
	if (!err)
		err = mlv_error(MLV_E_SYSTEM, "the command of split %s %s", name.ptr, end->why);
	else if (err->code == MLV_E_MISSING)
		err = mlv_error(MLV_E_MISSING, "the command of split %s wrote no predictions", name.ptr);
	err = mlv_error_hint(err, "what it said is in %s", log.ptr);
	if (!running->has_failed)
		running->failed = *err;
	running->has_failed = true;
	return NULL;
}

static mlv_err wait_for_one(struct running *running)
{
	struct mlv_job_end end;
	bool ended = false;
	mlv_err err;

	while (!ended) {
		if ((err = mlv_ctx_check_stop(running->place->ctx)) ||
		    (err = mlv_executor_wait(running->executor, &end, &ended)))
			return err;
	}
	return end_split(running, &end);
}

static mlv_err run_splits(struct running *running, size_t first, size_t last)
{
	mlv_err err = NULL;

	for (size_t s = first; s < last && !err && !running->has_failed; s++) {
		while (!err && running->executor->underway >= running->place->ctx->jobs)
			err = wait_for_one(running);
		if (!err && !running->has_failed)
			err = begin_split(running, s);
	}
	while (!err && running->executor->underway)
		err = wait_for_one(running);
	if (err)
		return err;
	return running->has_failed ? mlv_error_copy(&running->failed) : NULL;
}

/* ---- putting together */

static mlv_err add_predictions(struct running *running, size_t split, struct mlv_strs *names,
			       struct mlv_buf *to)
{
	MLV_SCOPED(mlv_eval_table_release) struct mlv_eval_table table = MLV_EVAL_TABLE_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT, name = MLV_BUF_INIT;
	struct mlv_metrics_place *place = running->place;
	const struct mlv_metrics_side side = { 0 };
	char id[MLV_EVAL_ID];
	mlv_err err;

	if ((err = split_path(running->cv, split, PREDS, &path)) ||
	    (err = mlv_cv_split_name(&running->cv->folds, split, &name)) ||
	    (err = mlv_eval_table_open(place, &side, path.ptr, &table, id)))
		return err;
	return mlv_cv_join(place->ctx, &table.source, name.ptr, names, to, &running->result->rows);
}

static mlv_err put_together(struct running *running)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_EVAL_TABLE_MAX);
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	mlv_err err = NULL;

	for (size_t s = 0; s < running->cv->folds.splits && !err; s++)
		err = add_predictions(running, s, &names, &text);
	return err ? err : mlv_metrics_place_store(running->place, running->cv->spec.out, &text);
}

/* Which splits are meant: [*first, *last). */
static mlv_err find_split(const struct mlv_cv *cv, const char *typed, size_t *first, size_t *last)
{
	*first = 0;
	*last = cv->folds.splits;
	for (size_t s = 0; typed && s < cv->folds.splits; s++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
		mlv_err err = mlv_cv_split_name(&cv->folds, s, &name);

		if (err)
			return err;
		if (strcmp(name.ptr, typed) == 0) {
			*first = s;
			*last = s + 1;
			return NULL;
		}
	}
	return typed ? mlv_error(MLV_E_USAGE, "'%s' has no split '%s'", cv->spec.name, typed) : NULL;
}

mlv_err mlv_cv_run(struct mlv_metrics_place *place, const struct mlv_cv *cv,
		   const struct mlv_cv_run_options *options, struct mlv_cv_run_result *result)
{
	MLV_SCOPED(running_release) struct running running = {
		.place = place, .cv = cv, .options = options, .result = result, .deps = MLV_BUF_INIT,
	};
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	size_t first = 0, last = 0;
	mlv_err err;

	*result = (struct mlv_cv_run_result){ 0 };
	if (!cv->spec.cmd)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "mlv.yaml:%u: '%s' has no 'cmd'",
						cv->spec.line, cv->spec.name),
				      "say what trains and predicts one split, see mlv-cv(1)");
	running.keys = mlv_sys_alloc_array(cv->folds.splits + 1, sizeof(*running.keys));
	if (!running.keys)
		return mlv_error_nomem("splits");
	if ((err = find_split(cv, options->split, &first, &last)) ||
	    (err = mlv_repo_open(&repo, place->ctx, place->root)) ||
	    (err = mlv_lock_file(&lock, repo, cv->spec.out, "cv run")) || (err = name_deps(&running)) ||
	    (err = mlv_executor_local(&running.executor, place->ctx, NULL, NULL)))
		return err;
	mlv_tell_begin(place->ctx, "running splits", last - first, 0);
	if ((err = run_splits(&running, first, last)))
		return err;
	mlv_tell_end(place->ctx);
	return options->split ? NULL : put_together(&running);
}
