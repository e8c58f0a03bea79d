#include "tests/unit/check.h"

#include <stdalign.h>
#include <stddef.h>

#include "cmd/ui/opt.h"

/* The table has the commands of the program; version takes no option, so that globals are what is
 * parsed. */
static struct mlv_line line;
static alignas(max_align_t) char args[MLV_ARGS_MAX];

static mlv_err parse(const char *const *words)
{
	static char store[80][40];
	static char *argv[81];
	size_t n = 1;

	memset(args, 0, sizeof(args));
	argv[0] = store[0];
	for (; *words; words++, n++)
		argv[n] = memcpy(store[n], *words, strlen(*words) + 1);
	argv[n] = NULL;
	return mlv_opt_parse(argv, &line, args);
}
#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

mlv_test(opt, takes_globals_before_and_after_the_command)
{
	check_ok(PARSE("-q", "version", "--json", "-j", "3"));
	cr_expect(eq(str, line.label, "version"));
	cr_expect(line.globals.quiet);
	cr_expect(line.globals.json);
	cr_expect(eq(u64, line.globals.jobs, 3));
}

mlv_test(opt, counts_and_bundles_letters)
{
	check_ok(PARSE("-vqv", "version", "-vj8"));
	cr_expect(eq(uint, line.globals.verbose, 3));
	cr_expect(eq(u64, line.globals.jobs, 8));
}

mlv_test(opt, keeps_the_order_of_a_list)
{
	check_ok(PARSE("-C", "a", "-Cb", "--directory=c", "version", "--directory", "d"));
	cr_assert(eq(sz, line.globals.dirs.count, 4));
	cr_expect(eq(str, line.globals.dirs.at[0], "a"));
	cr_expect(eq(str, line.globals.dirs.at[1], "b"));
	cr_expect(eq(str, line.globals.dirs.at[2], "c"));
	cr_expect(eq(str, line.globals.dirs.at[3], "d"));
}

mlv_test(opt, refuses_a_list_that_is_too_long)
{
	const char *words[67] = { NULL };

	for (int i = 0; i < 65; i++)
		words[i] = "-Cx";
	words[65] = "version";
	check_fails(parse(words), MLV_E_USAGE);
	words[64] = "-q";
	check_ok(parse(words));
}

mlv_test(opt, ends_options_with_two_dashes)
{
	check_ok(PARSE("help", "--", "-x"));
	cr_expect(eq(str, line.operands[0], "-x"));
	cr_expect(line.operands[1] == NULL);
}

mlv_test(opt, takes_a_dash_as_an_operand)
{
	check_ok(PARSE("help", "-"));
	cr_expect(eq(str, line.operands[0], "-"));
}

mlv_test(opt, finds_json_even_when_parsing_fails)
{
	check_fails(PARSE("nothing", "--json"), MLV_E_USAGE);
	cr_expect(line.globals.json);
	check_fails(PARSE("nothing", "--", "--json"), MLV_E_USAGE);
	cr_expect(not(line.globals.json));
}

mlv_test(opt, refuses_numbers_that_are_none)
{
	check_fails(PARSE("-j", "x", "version"), MLV_E_USAGE);
	check_fails(PARSE("-j", "-1", "version"), MLV_E_USAGE);
	check_fails(PARSE("-j", "", "version"), MLV_E_USAGE);
	check_fails(PARSE("-j", "3x", "version"), MLV_E_USAGE);
	check_fails(PARSE("-j", "99999999999999999999", "version"), MLV_E_USAGE);
}

mlv_test(opt, does_not_count_operands_when_help_is_asked_for)
{
	check_ok(PARSE("completion", "--help"));
	check_fails(PARSE("completion"), MLV_E_USAGE);
}

/* Every table is one that the parser, the help and the completions can live with. */
static void check_option(const char *of, const struct mlv_opt *o, size_t args_size)
{
	bool is_plain = o->type == MLV_OPT_FLAG || o->type == MLV_OPT_TIMES;

	cr_assert(o->name != NULL && o->help != NULL, "%s: an option has no name", of);
	cr_expect(is_plain == (o->value == NULL), "%s --%s: its value", of, o->name);
	cr_expect(o->field < args_size, "%s --%s: its field", of, o->name);
	cr_expect(strlen(o->help) <= 60, "%s --%s: its help is long", of, o->name);
	cr_expect(o->help[strlen(o->help) - 1] != '.', "%s --%s: a full stop", of, o->name);
	for (const struct mlv_opt *p = o + 1; p->type; p++) {
		cr_expect(strcmp(o->name, p->name) != 0, "%s --%s: twice", of, o->name);
		cr_expect(o->letter == 0 || o->letter != p->letter, "%s -%c: twice", of, o->letter);
	}
}

static void check_command(const struct mlv_cmd *cmd)
{
	bool runs = cmd->run != NULL, has_subs = cmd->subs != NULL;

	/* One may do both: what is no name of a sub-command is an operand. */
	cr_expect(runs || has_subs, "%s: run or subs", cmd->name);
	cr_expect(cmd->args_size <= MLV_ARGS_MAX, "%s: args_size", cmd->name);
	cr_expect(cmd->operands != NULL && cmd->summary != NULL, "%s: no synopsis", cmd->name);
	for (const struct mlv_opt *o = cmd->opts; o && o->type; o++)
		check_option(cmd->name, o, cmd->args_size);
	for (const struct mlv_cmd *const *sub = cmd->subs; sub && *sub; sub++)
		check_command(*sub);
}

mlv_test(opt, tables_are_sound)
{
	const char *before = "";

	for (const struct mlv_cmd *const *c = mlv_commands; *c; c++) {
		check_command(*c);
		if ((*c)->hidden)
			continue;
		cr_expect(strcmp(before, (*c)->name) < 0, "%s: out of order", (*c)->name);
		before = (*c)->name;
	}
}
