/*
 * main.c - find the command, run it, say how it ended.
 *
 * A failure is printed as "mlv: <message>" and perhaps "hint: <what to do>" on
 * stderr; with --json as one line there, the last:
 * {"error": {"code": ..., "status": ..., "message": ..., "hint": ...}}.
 */
#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/ui/host.h"
#include "cmd/ui/opt.h"
#include "cmd/ui/out.h"
#include "cmd/ui/progress.h"

extern const struct mlv_cmd mlv_cmd_version;

static mlv_err flush_results(struct mlv_out *out)
{
	errno = 0;
	if (fflush(out->to) != 0 || ferror(out->to))
		return mlv_error_sys("writing results");
	return NULL;
}

static mlv_err no_command(void)
{
	return mlv_error_hint(mlv_error(MLV_E_USAGE, "no command given"), "mlv help lists them");
}

static mlv_err run_command(struct mlv_line *line, struct mlv_out *out, void *args)
{
	const struct mlv_globals *globals = &line->globals;
	struct mlv_ctx ctx;
	struct mlv_run run = { &ctx,
			       out,
			       globals->json,
			       globals->quiet,
			       globals->verbose,
			       mlv_host_width(STDOUT_FILENO) };
	struct mlv_progress_options options = {
		.show = !globals->quiet && !globals->no_progress &&
			mlv_host_is_terminal(STDERR_FILENO),
		.verbose = globals->verbose,
	};
	mlv_err err;

	if ((err = mlv_host_fill_context(&ctx, globals)))
		return err;
	mlv_progress_begin(&ctx, &options);
	err = line->cmd->run(&run, args, line->operands);
	mlv_progress_end();
	return err;
}

static mlv_err run_line(struct mlv_line *line, struct mlv_out *out, void *args)
{
	static char *no_operands[] = { NULL };

	if (line->globals.version) {
		line->cmd = &mlv_cmd_version;
		line->operands = no_operands;
	} else if (line->globals.help) {
		unsigned width = mlv_host_width(STDOUT_FILENO);

		if (line->cmd)
			mlv_help_command(out, line->cmd, line->label, width);
		else
			mlv_help_overview(out, width);
		return NULL;
	}
	if (!line->cmd)
		return no_command();
	out->json = line->globals.json;
	out->quiet = line->globals.quiet;
	return run_command(line, out, args);
}

static void print_json_error(mlv_err err)
{
	struct mlv_out out = { .to = stderr, .json = true };
	const char *hint = strstr(err->msg, "\nhint: ");
	size_t len = hint ? (size_t)(hint - err->msg) : strlen(err->msg);

	mlv_out_object_begin(&out, NULL);
	mlv_out_object_begin(&out, "error");
	mlv_out_text(&out, "code", mlv_errc_name(err->code));
	mlv_out_number(&out, "status", (uint64_t)mlv_errc_exit_status(err->code));
	mlv_out_text_len(&out, "message", err->msg, len);
	if (hint)
		mlv_out_text(&out, "hint", hint + strlen("\nhint: "));
	mlv_out_object_end(&out);
	mlv_out_object_end(&out);
}

/* The reader of our results has gone: nobody is left to tell. */
static bool is_quiet(mlv_err err)
{
	return err->os_errno == EPIPE || !err->msg[0];
}

int main(int argc, char **argv)
{
	alignas(max_align_t) char args[MLV_ARGS_MAX] = { 0 };
	struct mlv_out out = { .to = stdout };
	struct mlv_line line;
	mlv_err err, failed;

	(void)argc;
	mlv_host_fill_descriptors();
	mlv_host_catch_signals();
	out.color =
		!(getenv("NO_COLOR") && *getenv("NO_COLOR")) && mlv_host_is_terminal(STDOUT_FILENO);
	err = mlv_opt_parse(argv, &line, args);
	if (!err)
		err = run_line(&line, &out, args);
	mlv_out_end_all(&out);
	failed = flush_results(&out);
	if (!err)
		err = failed;
	if (!err)
		return 0;
	if (!is_quiet(err)) {
		if (line.globals.json)
			print_json_error(err);
		else
			mlv_out_message("mlv: ", err->msg);
	}
	return mlv_errc_exit_status(err->code);
}
