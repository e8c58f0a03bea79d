/* cmd_help.c - mlv help: what mlv and its commands do. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/ui/host.h"
#include "cmd/ui/out.h"

/*
 * Show a man page and end, when man(1) is there, a person looks, and the page
 * lies in the tree the program was built in or in its installation. Returns
 * when not.
 */
static void show_page(struct mlv_run *run, const char *topic)
{
	static const char *const places[] = { "man", "../share/man/man1" };

	if (run->json || !isatty(STDOUT_FILENO))
		return;
	for (size_t i = 0; i < MLV_COUNT(places); i++) {
		char path[PATH_MAX];
		size_t len = (size_t)snprintf(path, sizeof(path), "%s/%s/mlv%s%s.1",
					      mlv_host_program_dir(), places[i], *topic ? "-" : "",
					      topic);

		if (len < sizeof(path) && access(path, R_OK) == 0)
			execlp("man", "man", path, (char *)NULL);
	}
}

static mlv_err help_run(struct mlv_run *run, const void *args, char **operands)
{
	char label[MLV_LABEL_MAX];
	const struct mlv_cmd *cmd;
	mlv_err err;

	(void)args;
	run->out->quiet = run->out->json = false; /* help was asked for, and it is text */
	if (!operands[0]) {
		mlv_help_overview(run->out, run->width);
		return NULL;
	}
	if ((err = mlv_opt_find(operands[0], operands[1], &cmd)))
		return err;
	show_page(run, operands[0]);
	snprintf(label, sizeof(label), "%s%s%s", operands[0], operands[1] ? " " : "",
		 operands[1] ? operands[1] : "");
	mlv_help_command(run->out, cmd, label, run->width);
	return NULL;
}

const struct mlv_cmd mlv_cmd_help = {
	.name = "help",
	.summary = "say what mlv and its commands do",
	.operands = "[<command> [<sub-command>]]",
	.max_operands = 2,
	.hint = MLV_HINT_COMMAND,
	.run = help_run,
};
