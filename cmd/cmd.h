/*
 * cmd.h - what a command is.
 *
 * A command is one file, cmd_<name>.c, that exports one constant,
 * mlv_cmd_<name>, listed in cmd_table.c. The constant is all there is to know
 * about its command line: parsing, --help, the man page's OPTIONS and the
 * shell completions are made from it or checked against it. A command with
 * sub-commands (remote, metrics) has a table of them, and a run only where it
 * does something itself: then a sub-command is the word right behind it.
 *
 * Only main() prints errors. A command whose answer is no returns
 * mlv_error(MLV_E_NO, "%s", ""): exit status 1, and nothing printed.
 */
#ifndef MLV_CMD_CMD_H
#define MLV_CMD_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/context.h"
#include "core/base/error.h"

enum mlv_opt_type {
	MLV_OPT_END,
	MLV_OPT_FLAG,  /* bool */
	MLV_OPT_TEXT,  /* const char *, NULL when not given */
	MLV_OPT_COUNT, /* uint64_t */
	MLV_OPT_LIST,  /* struct mlv_opt_list: may be given several times */
	MLV_OPT_TIMES, /* unsigned: how often it was given; takes no value */
};

struct mlv_opt_list {
	const char *at[64];
	size_t count;
};

/* What completions offer for a value or an operand. */
enum mlv_hint {
	MLV_HINT_NONE,
	MLV_HINT_FILE,
	MLV_HINT_DIR,
	MLV_HINT_REMOTE, /* names of remotes */
	MLV_HINT_REV,    /* git revisions */
	MLV_HINT_COMMAND,
};

struct mlv_opt {
	enum mlv_opt_type type;
	char letter;       /* 0: none */
	const char *name;  /* long name, without dashes */
	size_t field;      /* offset of its field in the command's args */
	const char *value; /* what stands for the value in help: "<dir>"; NULL for a flag */
	enum mlv_hint hint;
	const char *help; /* lower case, no full stop, fits in 60 columns */
};

struct mlv_out; /* where results go: out.h */

/* What main() hands to a command. */
struct mlv_run {
	struct mlv_ctx *ctx;
	struct mlv_out *out;
	bool json;
	bool quiet;
	unsigned verbose; /* how often -v was given */
	unsigned width;   /* columns of the terminal; 80 where there is none */
};

struct mlv_cmd {
	const char *name;     /* "add"; of a sub-command "list" */
	const char *alias;    /* a shorter name, which help and completions leave out; or NULL */
	const char *summary;  /* one line, imperative, lower case, no full stop */
	const char *operands; /* as in the synopsis: "<target>..."; "" for none */
	int min_operands;
	int max_operands; /* -1: any number */
	enum mlv_hint hint;
	const struct mlv_opt *opts;         /* ends with MLV_OPT_END; may be NULL */
	const struct mlv_cmd *const *subs;  /* ends with NULL; NULL: none */
	size_t args_size;                   /* at most MLV_ARGS_MAX */
	/* args: args_size bytes as the options filled them; operands ends with NULL. */
	mlv_err (*run)(struct mlv_run *run, const void *args, char **operands);
	bool runs;   /* from the first operand on all words are a command, options or not */
	bool hidden; /* not listed in help (plumbing of tests) */
};

#define MLV_ARGS_MAX 8192

extern const struct mlv_cmd *const mlv_commands[]; /* ends with NULL */

/* What help shows together; each command that is not hidden is in one of them, as in mlv(1). */
struct mlv_group {
	const char *name;
	const struct mlv_cmd *const *commands; /* ends with NULL */
};
extern const struct mlv_group mlv_groups[]; /* ends with a name that is NULL */

#endif
