/* cmd_doctor.c - mlv doctor: what mlv finds here, and what is wrong with it. */
#include <sys/utsname.h>

#include "cmd/cmd.h"
#include "cmd/doctor.h"
#include "cmd/level.h"
#include "cmd/ui/out.h"
#include "core/repo/config/keys.h"
#include "core/repo/trust.h"
#include "core/store/sha256.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown compiler"
#endif

/* Warnings are gathered, to be shown as problems. */
struct examination {
	struct mlv_ctx ctx; /* first: tell() finds the rest by it */
	struct mlv_strs problems;
	struct mlv_run run;
	struct mlv_out *out;
};

static void note(struct examination *exam, const char *text, size_t len)
{
	/* Being out of memory while a problem is noted costs that note only. */
	mlv_err err = mlv_strs_add_len(&exam->problems, text, len);

	if (err)
		return;
	for (char *c = exam->problems.at[exam->problems.count - 1]; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?'; /* one problem, one line */
}

static void note_error(struct examination *exam, mlv_err err)
{
	const char *hint = strstr(err->msg, "\nhint: ");

	note(exam, err->msg, hint ? (size_t)(hint - err->msg) : strlen(err->msg));
}

static void gather(struct mlv_ctx *ctx, const struct mlv_event *event)
{
	if (event->type == MLV_EVENT_WARNING)
		note((struct examination *)ctx, event->text, strlen(event->text));
}

static void say(struct examination *exam, const char *name, const char *value)
{
	mlv_out_line(exam->out, "%s: %s", name, value);
	mlv_out_text(exam->out, name, value);
}

static void examine_program(struct examination *exam)
{
	struct utsname host;

	say(exam, "version", MLV_VERSION);
	say(exam, "compiler", COMPILER);
	if (uname(&host) == 0) {
		mlv_out_line(exam->out, "system: %s %s %s", host.sysname, host.release,
			     host.machine);
		mlv_out_text(exam->out, "system", host.release);
	}
	say(exam, "sha256", mlv_sha256_way_name(MLV_SHA256_AUTO));
}

static void examine_files(struct examination *exam, const struct mlv_config *config)
{
	mlv_out_array_begin(exam->out, "settings");
	for (size_t i = 0; i < MLV_CONFIG_LEVELS; i++) {
		enum mlv_config_level level = (enum mlv_config_level)i;
		bool there;
		const char *path = mlv_config_file(config, level, &there);

		if (!path)
			continue;
		mlv_out_line(exam->out, "%s settings: %s%s", mlv_config_level_name(level), path,
			     there ? "" : " (none)");
		mlv_out_object_begin(exam->out, NULL);
		mlv_out_text(exam->out, "level", mlv_config_level_name(level));
		mlv_out_json_path(exam->out, "path", path, strlen(path));
		mlv_out_bool(exam->out, "there", there);
		mlv_out_object_end(exam->out);
	}
	mlv_out_array_end(exam->out);
}

static mlv_err examine_remote(struct examination *exam, struct mlv_repo *repo, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT, shown = MLV_BUF_INIT;
	const char *url;
	bool trusted = false;
	mlv_err err;

	if ((err = mlv_level_key(name, "url", &key)))
		return err;
	url = mlv_config_get(repo->config, key.ptr, NULL);
	if (!url || (err = mlv_trust_check(repo, name, &trusted)))
		return url ? err : mlv_error(MLV_E_MISSING, "remote %s: it has no URL", name);
	if ((err = mlv_config_show(key.ptr, url, &shown)))
		return err;
	mlv_out_line(exam->out, "remote %s: %s%s", name, shown.ptr,
		     trusted ? "" : " (not trusted)");
	mlv_out_object_begin(exam->out, NULL);
	mlv_out_text(exam->out, "name", name);
	mlv_out_text(exam->out, "url", shown.ptr);
	mlv_out_bool(exam->out, "trusted", trusted);
	mlv_out_object_end(exam->out);
	return NULL;
}

static void examine_remotes(struct examination *exam, struct mlv_repo *repo)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 }, defaults = { 0 };
	const char *chosen = mlv_config_get(repo->config, "core.remote", NULL);
	mlv_err err = mlv_config_remotes(repo->config, &names);

	mlv_out_array_begin(exam->out, "remotes");
	for (size_t i = 0; !err && i < names.count; i++) {
		mlv_err failed = examine_remote(exam, repo, names.at[i]);

		if (failed)
			note_error(exam, failed);
	}
	mlv_out_array_end(exam->out);
	if (!err && chosen)
		err = mlv_level_remotes(chosen, &defaults);
	for (size_t i = 0; !err && i < defaults.count; i++)
		err = mlv_level_check_remote(repo->config, defaults.at[i]);
	if (err)
		note_error(exam, mlv_error_wrap(err, "core.remote"));
}

static void examine_cache(struct examination *exam, struct mlv_repo *repo)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT, links = MLV_BUF_INIT;
	mlv_err err = mlv_repo_cache_dir(repo, &path);
	char system[64];

	if (err) {
		note_error(exam, err);
		return;
	}
	mlv_out_line(exam->out, "cache: %s", path.ptr);
	mlv_out_json_path(exam->out, "cache", path.ptr, path.len);
	say(exam, "file_system", mlv_doctor_file_system(path.ptr, system, sizeof(system)));
	if ((err = mlv_doctor_links(repo, path.ptr, &links)))
		note_error(exam, err);
	else
		say(exam, "links", links.ptr);
}

static void examine_git(struct examination *exam, struct mlv_repo *repo)
{
	struct mlv_git *git = NULL;
	mlv_err err = mlv_repo_git(repo, &git);
	const char *dir = git ? mlv_git_dir(git) : "none (core.no_scm)";

	if (err)
		note_error(exam, err);
	else
		say(exam, "git", dir);
}

static void examine_repository(struct examination *exam)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	mlv_err err = mlv_repo_open(&repo, &exam->ctx, exam->ctx.cwd);

	if (err) {
		note_error(exam, err);
		return;
	}
	mlv_out_line(exam->out, "repository: %s", repo->root);
	mlv_out_json_path(exam->out, "repository", repo->root, strlen(repo->root));
	examine_git(exam, repo);
	examine_cache(exam, repo);
	examine_remotes(exam, repo);
}

static void show_problems(struct examination *exam)
{
	mlv_strs_sort_unique(&exam->problems);
	mlv_out_array_begin(exam->out, "problems");
	for (size_t i = 0; i < exam->problems.count; i++) {
		mlv_out_line(exam->out, "problem: %s", exam->problems.at[i]);
		mlv_out_text(exam->out, NULL, exam->problems.at[i]);
	}
	mlv_out_array_end(exam->out);
}

static mlv_err doctor_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_config_freep) struct mlv_config *config = NULL;
	struct examination exam = { .ctx = *run->ctx, .run = *run, .out = run->out };
	mlv_err err;

	(void)args;
	(void)operands;
	exam.ctx.tell = gather;
	exam.run.ctx = &exam.ctx;
	mlv_out_object_begin(run->out, NULL);
	examine_program(&exam);
	if ((err = mlv_level_open(&exam.run, false, &config, NULL)))
		note_error(&exam, err);
	else
		examine_files(&exam, config);
	examine_repository(&exam);
	show_problems(&exam);
	mlv_out_object_end(run->out);
	err = exam.problems.count ? mlv_error(MLV_E_NO, "%zu %s found", exam.problems.count,
					    exam.problems.count == 1 ? "problem" : "problems")
				  : NULL;
	mlv_strs_release(&exam.problems);
	return err;
}

const struct mlv_cmd mlv_cmd_doctor = {
	.name = "doctor",
	.summary = "tell what mlv finds here and what is wrong with it",
	.operands = "",
	.run = doctor_run,
};
