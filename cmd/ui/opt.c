#include "cmd/ui/opt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/suggest.h"

#define GLOBAL(type, letter, name, field, value, hint, help)                                       \
	{                                                                                          \
		type, letter, name, offsetof(struct mlv_globals, field), value, hint, help         \
	}

const struct mlv_opt mlv_global_opts[] = {
	GLOBAL(MLV_OPT_LIST, 'C', "directory", dirs, "<dir>", MLV_HINT_DIR,
	       "run as if started in this directory"),
	GLOBAL(MLV_OPT_FLAG, 'q', "quiet", quiet, NULL, MLV_HINT_NONE,
	       "print nothing but errors, warnings and what was asked for"),
	GLOBAL(MLV_OPT_TIMES, 'v', "verbose", verbose, NULL, MLV_HINT_NONE,
	       "say more of what is done; may be repeated"),
	GLOBAL(MLV_OPT_FLAG, 0, "json", json, NULL, MLV_HINT_NONE, "write results as JSON"),
	GLOBAL(MLV_OPT_FLAG, 0, "no-progress", no_progress, NULL, MLV_HINT_NONE,
	       "show no progress"),
	GLOBAL(MLV_OPT_COUNT, 'j', "jobs", jobs, "<number>", MLV_HINT_NONE,
	       "threads to use (default: one for each processor)"),
	GLOBAL(MLV_OPT_FLAG, 'h', "help", help, NULL, MLV_HINT_NONE, "print help and exit"),
	GLOBAL(MLV_OPT_FLAG, 0, "version", version, NULL, MLV_HINT_NONE,
	       "print the version and exit"),
	{ 0 },
};

/* The words of a command line, while they are taken one by one. */
struct parse {
	struct mlv_line *line;
	void *args;
	char **next; /* the word after the one being taken */
};

static const struct mlv_opt *find_long(const struct mlv_opt *opts, const char *word, size_t len)
{
	for (const struct mlv_opt *o = opts; o && o->type; o++)
		if (strlen(o->name) == len && strncmp(o->name, word, len) == 0)
			return o;
	return NULL;
}

static const struct mlv_opt *find_letter(const struct mlv_opt *opts, char letter)
{
	for (const struct mlv_opt *o = opts; o && o->type; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static bool takes_value(const struct mlv_opt *o)
{
	return o->type != MLV_OPT_FLAG && o->type != MLV_OPT_TIMES;
}

static mlv_err store_count(const struct mlv_opt *o, char *field, const char *text)
{
	uint64_t count;
	char *end;

	errno = 0;
	count = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno)
		return mlv_error(MLV_E_USAGE, "--%s needs a number, not '%s'", o->name, text);
	memcpy(field, &count, sizeof(count));
	return NULL;
}

static mlv_err store_value(const struct mlv_opt *o, void *args, const char *text)
{
	char *field = (char *)args + o->field;

	switch (o->type) {
	case MLV_OPT_FLAG:
		memcpy(field, &(bool){ true }, sizeof(bool));
		return NULL;
	case MLV_OPT_TIMES:
		++*(unsigned *)(void *)field;
		return NULL;
	case MLV_OPT_TEXT:
		memcpy(field, &text, sizeof(text));
		return NULL;
	case MLV_OPT_COUNT:
		return store_count(o, field, text);
	case MLV_OPT_LIST: {
		struct mlv_opt_list *list = (void *)field;

		if (list->count == MLV_COUNT(list->at))
			return mlv_error(MLV_E_USAGE, "--%s is given more than %zu times", o->name,
					 MLV_COUNT(list->at));
		list->at[list->count++] = text;
		return NULL;
	}
	case MLV_OPT_END:
		break;
	}
	abort(); /* a table that was never filled in */
}

/* Where the fields of o lie. */
static void *fields_of(struct parse *parse, const struct mlv_opt *o)
{
	for (const struct mlv_opt *g = mlv_global_opts; g->type; g++)
		if (g == o)
			return &parse->line->globals;
	return parse->args;
}

static mlv_err take_value(struct parse *parse, const struct mlv_opt *o, const char *attached)
{
	if (takes_value(o) && !attached) {
		if (!*parse->next)
			return mlv_error(MLV_E_USAGE, "--%s needs a value: %s", o->name, o->value);
		attached = *parse->next++;
	}
	return store_value(o, fields_of(parse, o), attached);
}

/* The first option that typed begins with, or that begins with typed; or NULL. */
static const char *longer_or_shorter(const struct mlv_opt *opts, const char *typed)
{
	const size_t len = strlen(typed);

	for (const struct mlv_opt *o = opts; o && o->type; o++) {
		size_t same = strlen(o->name) < len ? strlen(o->name) : len;

		if (same > 2 && strncmp(o->name, typed, same) == 0)
			return o->name;
	}
	return NULL;
}

static mlv_err unknown_option(struct parse *parse, const char *word, size_t len)
{
	const struct mlv_cmd *cmd = parse->line->cmd;
	char typed[MLV_SUGGEST_MAX + 1];
	struct mlv_suggest suggest;
	mlv_err err;

	err = cmd ? mlv_error(MLV_E_USAGE, "%s: unknown option '%.*s'", parse->line->label,
			      (int)len, word)
		  : mlv_error(MLV_E_USAGE, "unknown option '%.*s'", (int)len, word);
	if (word[1] == '-' && len - 2 < sizeof(typed)) {
		memcpy(typed, word + 2, len - 2);
		typed[len - 2] = '\0';
		mlv_suggest_begin(&suggest, typed);
		for (const struct mlv_opt *o = cmd ? cmd->opts : NULL; o && o->type; o++)
			mlv_suggest_offer(&suggest, o->name);
		for (const struct mlv_opt *o = mlv_global_opts; o->type; o++)
			mlv_suggest_offer(&suggest, o->name);
		if (!suggest.best && cmd)
			suggest.best = longer_or_shorter(cmd->opts, typed);
		if (suggest.best)
			return mlv_error_hint(err, "did you mean --%s?", suggest.best);
	}
	if (cmd)
		return mlv_error_hint(err, "mlv %s --help lists its options", parse->line->label);
	return mlv_error_hint(err, "mlv --help lists options and commands");
}

/* --dry, as DVC has it, and --dry-run, as others do, are one: a command has either. */
static const struct mlv_opt *find_dry(const struct mlv_opt *opts, const char *word, size_t len)
{
	if (len == 3 && strncmp(word, "dry", len) == 0)
		return find_long(opts, "dry-run", strlen("dry-run"));
	if (len == 7 && strncmp(word, "dry-run", len) == 0)
		return find_long(opts, "dry", strlen("dry"));
	return NULL;
}

static mlv_err take_long(struct parse *parse, const char *word)
{
	size_t len = strcspn(word + 2, "=");
	const struct mlv_opt *o = NULL;

	if (parse->line->cmd)
		o = find_long(parse->line->cmd->opts, word + 2, len);
	if (!o && parse->line->cmd)
		o = find_dry(parse->line->cmd->opts, word + 2, len);
	if (!o)
		o = find_long(mlv_global_opts, word + 2, len);
	if (!o)
		return unknown_option(parse, word, len + 2);
	if (!takes_value(o) && word[2 + len] == '=')
		return mlv_error(MLV_E_USAGE, "--%s takes no value", o->name);
	return take_value(parse, o, word[2 + len] == '=' ? word + 2 + len + 1 : NULL);
}

static mlv_err take_letters(struct parse *parse, const char *word)
{
	for (const char *letter = word + 1; *letter; letter++) {
		const struct mlv_opt *o = NULL;
		mlv_err err;

		if (parse->line->cmd)
			o = find_letter(parse->line->cmd->opts, *letter);
		if (!o)
			o = find_letter(mlv_global_opts, *letter);
		if (!o)
			return unknown_option(parse, (char[]){ '-', *letter, '\0' }, 2);
		err = take_value(parse, o, takes_value(o) && letter[1] ? letter + 1 : NULL);
		if (err || takes_value(o))
			return err;
	}
	return NULL;
}

static bool is_option(const char *word)
{
	return word && word[0] == '-' && word[1];
}

static mlv_err take_option(struct parse *parse, const char *word)
{
	return word[1] == '-' ? take_long(parse, word) : take_letters(parse, word);
}

/* Take global options, up to a word that is none. */
static mlv_err take_globals(struct parse *parse)
{
	mlv_err err = NULL;

	while (!err && is_option(*parse->next) && strcmp(*parse->next, "--") != 0) {
		const char *word = *parse->next++;

		err = take_option(parse, word);
	}
	return err;
}

static const struct mlv_cmd *find_in(const struct mlv_cmd *const *table, const char *name)
{
	for (; *table; table++)
		if (strcmp((*table)->name, name) == 0 ||
		    ((*table)->alias && strcmp((*table)->alias, name) == 0))
			return *table;
	return NULL;
}

static mlv_err unknown_command(const struct mlv_cmd *const *table, const char *of, const char *word)
{
	struct mlv_suggest suggest;
	mlv_err err;

	err = of ? mlv_error(MLV_E_USAGE, "%s: unknown sub-command '%s'", of, word)
		 : mlv_error(MLV_E_USAGE, "unknown command '%s'", word);
	mlv_suggest_begin(&suggest, word);
	for (; *table; table++)
		if (!(*table)->hidden)
			mlv_suggest_offer(&suggest, (*table)->name);
	if (suggest.best)
		return mlv_error_hint(err, "did you mean mlv %s%s%s?", of ? of : "", of ? " " : "",
				      suggest.best);
	return mlv_error_hint(err, "mlv help%s%s lists them", of ? " " : "", of ? of : "");
}

mlv_err mlv_opt_find(const char *word, const char *sub, const struct mlv_cmd **cmd)
{
	const struct mlv_cmd *found = find_in(mlv_commands, word);

	if (!found)
		return unknown_command(mlv_commands, NULL, word);
	if (sub && !found->subs)
		return mlv_error(MLV_E_USAGE, "%s has no sub-commands, but was given '%s'", word,
				 sub);
	if (sub) {
		const struct mlv_cmd *below = find_in(found->subs, sub);

		if (!below)
			return unknown_command(found->subs, word, sub);
		found = below;
	}
	*cmd = found;
	return NULL;
}

/* The command itself and, where it has some, the sub-command. */
static mlv_err take_command(struct parse *parse)
{
	struct mlv_line *line = parse->line;
	const char *word = *parse->next;
	mlv_err err;

	if ((err = mlv_opt_find(word, NULL, &line->cmd)))
		return err;
	parse->next++;
	snprintf(line->label, sizeof(line->label), "%s", word);
	if (!line->cmd->subs)
		return NULL;
	/* One that runs by itself, too, takes any other word for an operand. */
	if (line->cmd->run && (!*parse->next || !find_in(line->cmd->subs, *parse->next)))
		return NULL;
	if ((err = take_globals(parse)) || !*parse->next)
		return err;
	if ((err = mlv_opt_find(word, *parse->next, &line->cmd)))
		return err;
	snprintf(line->label, sizeof(line->label), "%s %s", word, *parse->next++);
	return NULL;
}

static mlv_err check_operands(const struct mlv_line *line, int count)
{
	const struct mlv_cmd *cmd = line->cmd;
	mlv_err err;

	if (cmd->subs && !cmd->run)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "%s needs a sub-command", line->label),
				      "mlv help %s lists them", line->label);
	if (count < cmd->min_operands)
		err = mlv_error(MLV_E_USAGE, "%s: an operand is missing", line->label);
	else if (cmd->max_operands >= 0 && count > cmd->max_operands)
		err = mlv_error(MLV_E_USAGE, "%s: one operand too many: '%s'", line->label,
				line->operands[cmd->max_operands]);
	else
		return NULL;
	return mlv_error_hint(err, "usage: mlv %s [<options>]%s%s", line->label,
			      *cmd->operands ? " " : "", cmd->operands);
}

/* An error before --json was reached is to be JSON too. */
static bool wants_json(char **argv)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++)
		if (strcmp(*argv, "--json") == 0)
			return true;
	return false;
}

mlv_err mlv_opt_parse(char **argv, struct mlv_line *line, void *args)
{
	struct parse parse = { line, args, argv[0] ? argv + 1 : argv };
	bool only_operands = false;
	int kept = 0;
	mlv_err err;

	*line = (struct mlv_line){ 0 };
	line->globals.json = wants_json(argv);
	if ((err = take_globals(&parse)) || !*parse.next)
		return err;
	if ((err = take_command(&parse)))
		return err;
	line->operands = argv + 1;
	while (*parse.next) {
		char *word = *parse.next++;

		if (!only_operands && strcmp(word, "--") == 0) {
			only_operands = true;
		} else if (only_operands || !is_option(word)) {
			line->operands[kept++] = word;
			only_operands |= line->cmd->runs;
		} else if ((err = take_option(&parse, word))) {
			return err;
		}
	}
	line->operands[kept] = NULL;
	return line->globals.help ? NULL : check_operands(line, kept);
}
