/* ui/help.c - what --help prints, made from the tables and broken at the terminal's width. */
#include <string.h>

#include "cmd/ui/opt.h"
#include "cmd/ui/out.h"

#define TERM_MAX 80 /* bytes of "-o, --output <path>" */

static unsigned term_length(const struct mlv_opt *o)
{
	/* "  -x, --name <value>  " */
	return (unsigned)(2 + 4 + 2 + strlen(o->name) + (o->value ? 1 + strlen(o->value) : 0) + 2);
}

/* Print text in the columns from indent to width; the cursor stands in column at. */
static void print_wrapped(struct mlv_out *out, const char *text, unsigned at, unsigned indent,
			  unsigned width)
{
	char padding[TERM_MAX + 1];

	memset(padding, ' ', sizeof(padding));
	padding[indent < TERM_MAX ? indent : TERM_MAX] = '\0';
	if (at < indent)
		mlv_out_raw(out, padding + at);
	at = indent;
	while (*text) {
		unsigned len = (unsigned)strcspn(text, " ");
		char word[TERM_MAX + 1];

		if (at > indent && at + 1 + len > width) {
			mlv_out_raw(out, "\n");
			mlv_out_raw(out, padding);
			at = indent;
		} else if (at > indent) {
			mlv_out_raw(out, " ");
			at++;
		}
		snprintf(word, sizeof(word), "%.*s", (int)len, text);
		mlv_out_raw(out, word);
		at += len;
		text += len;
		text += strspn(text, " ");
	}
	mlv_out_raw(out, "\n");
}

static void print_term(struct mlv_out *out, const char *term, const char *help, unsigned indent,
		       unsigned width)
{
	unsigned len = (unsigned)strlen(term);

	mlv_out_raw(out, term);
	if (len + 2 > indent) {
		mlv_out_raw(out, "\n");
		len = 0;
	}
	print_wrapped(out, help, len, indent, width);
}

static void print_options(struct mlv_out *out, const struct mlv_opt *opts, unsigned width)
{
	unsigned indent = 0;

	for (const struct mlv_opt *o = opts; o->type; o++)
		if (term_length(o) > indent && term_length(o) <= width / 2)
			indent = term_length(o);
	for (const struct mlv_opt *o = opts; o->type; o++) {
		char letter[5] = "    ", term[TERM_MAX];

		if (o->letter)
			snprintf(letter, sizeof(letter), "-%c, ", o->letter);
		snprintf(term, sizeof(term), "  %s--%s%s%s", letter, o->name, o->value ? " " : "",
			 o->value ? o->value : "");
		print_term(out, term, o->help, indent, width);
	}
}

static unsigned commands_indent(const struct mlv_cmd *const *table)
{
	unsigned indent = 0;

	for (const struct mlv_cmd *const *c = table; *c; c++)
		if (!(*c)->hidden && strlen((*c)->name) + 4 > indent)
			indent = (unsigned)strlen((*c)->name) + 4;
	return indent;
}

static void print_commands(struct mlv_out *out, const char *title,
			   const struct mlv_cmd *const *table, unsigned indent, unsigned width)
{
	mlv_out_raw(out, "\n");
	mlv_out_raw(out, title);
	mlv_out_raw(out, ":\n");
	for (const struct mlv_cmd *const *c = table; *c; c++) {
		char term[TERM_MAX];

		if ((*c)->hidden)
			continue;
		snprintf(term, sizeof(term), "  %s", (*c)->name);
		print_term(out, term, (*c)->summary, indent, width);
	}
}

void mlv_help_command(struct mlv_out *out, const struct mlv_cmd *cmd, const char *label,
		      unsigned width)
{
	char more[2 * MLV_LABEL_MAX + 64];

	mlv_out_line(out, "usage: mlv %s%s%s%s", label, cmd->subs && !cmd->run ? " <command>" : "",
		     *cmd->operands ? " [<options>] " : " [<options>]", cmd->operands);
	mlv_out_raw(out, "\n");
	print_wrapped(out, cmd->summary, 0, 0, width);
	if (cmd->subs)
		print_commands(out, "Commands", cmd->subs, commands_indent(cmd->subs), width);
	if (cmd->opts && cmd->opts->type) {
		mlv_out_raw(out, "\nOptions:\n");
		print_options(out, cmd->opts, width);
	}
	snprintf(more, sizeof(more), "Options of all commands: mlv help. The manual: man mlv-%.*s.",
		 (int)strcspn(label, " "), label);
	mlv_out_raw(out, "\n");
	print_wrapped(out, more, 0, 0, width);
}

void mlv_help_overview(struct mlv_out *out, unsigned width)
{
	print_wrapped(out, "usage: mlv [<options>] <command> [<options>] [<operand>...]", 0, 0,
		      width);
	mlv_out_raw(out, "\n");
	print_wrapped(out, "Versions data, models and results beside code in git.", 0, 0, width);
	for (const struct mlv_group *group = mlv_groups; group->name; group++)
		print_commands(out, group->name, group->commands, commands_indent(mlv_commands),
			       width);
	mlv_out_raw(out, "\nOptions, before or after the command:\n");
	print_options(out, mlv_global_opts, width);
	mlv_out_raw(out, "\n");
	print_wrapped(out, "More of a command: mlv help <command>. All there is: man mlv.", 0, 0,
		      width);
}
