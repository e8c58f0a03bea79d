/*
 * cmd_options.c - mlv __options: the table of all commands and options, one a
 * line, fields separated by tabs. Completions and the documentation's check
 * are made from it.
 *
 *   global  -  letter  name  value  hint  help
 *   cmd     label  operands  hint  summary
 *   opt     label  letter  name  value  hint  help
 */
#include <string.h>

#include "cmd/ui/opt.h"
#include "cmd/ui/out.h"

static const char *const hints[] = {
	[MLV_HINT_NONE] = "none",     [MLV_HINT_FILE] = "file", [MLV_HINT_DIR] = "dir",
	[MLV_HINT_REMOTE] = "remote", [MLV_HINT_REV] = "rev",	[MLV_HINT_COMMAND] = "command",
};

static void list_options(struct mlv_out *out, const char *kind, const char *label,
			 const struct mlv_opt *opts)
{
	for (const struct mlv_opt *o = opts; o && o->type; o++)
		mlv_out_line(out, "%s\t%s\t%c\t%s\t%s\t%s\t%s", kind, label,
			     o->letter ? o->letter : '-', o->name, o->value ? o->value : "-",
			     hints[o->hint], o->help);
}

static void list_command(struct mlv_out *out, const struct mlv_cmd *cmd, const char *label)
{
	mlv_out_line(out, "cmd\t%s\t%s\t%s\t%s", label, *cmd->operands ? cmd->operands : "-",
		     hints[cmd->hint], cmd->summary);
	list_options(out, "opt", label, cmd->opts);
}

static mlv_err options_run(struct mlv_run *run, const void *args, char **operands)
{
	(void)args;
	(void)operands;
	list_options(run->out, "global", "-", mlv_global_opts);
	for (const struct mlv_cmd *const *c = mlv_commands; *c; c++) {
		if ((*c)->hidden)
			continue;
		list_command(run->out, *c, (*c)->name);
		for (const struct mlv_cmd *const *sub = (*c)->subs; sub && *sub; sub++) {
			char label[MLV_LABEL_MAX];

			snprintf(label, sizeof(label), "%s %s", (*c)->name, (*sub)->name);
			list_command(run->out, *sub, label);
		}
	}
	return NULL;
}

const struct mlv_cmd mlv_cmd_options = {
	.name = "__options",
	.summary = "list all commands and options for programs",
	.operands = "",
	.run = options_run,
	.hidden = true,
};
