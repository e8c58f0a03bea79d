/*
 * ui/opt.h - from the words of a command line to a command and its arguments.
 *
 * Global options stand before or after the command; where a command has an
 * option of its own by the same name or letter, that one is meant after it.
 * Letters may be bundled (-vq), a value may be attached (-j4, --jobs=4), "--"
 * ends the options.
 */
#ifndef MLV_CMD_UI_OPT_H
#define MLV_CMD_UI_OPT_H

#include "cmd/cmd.h"

struct mlv_globals {
	struct mlv_opt_list dirs;
	bool quiet;
	bool json;
	bool no_progress;
	bool help;
	bool version;
	unsigned verbose;
	uint64_t jobs; /* 0: as many as there are processors */
};

extern const struct mlv_opt mlv_global_opts[];

#define MLV_LABEL_MAX 64

/* What a command line asks for. */
struct mlv_line {
	struct mlv_globals globals;
	const struct mlv_cmd *cmd; /* NULL when there is no command */
	char label[MLV_LABEL_MAX]; /* "add", "remote list" */
	char **operands;           /* ends with NULL */
};

/*
 * Take argv apart (its words are moved); args gets the command's options. The
 * globals found so far are good also when it fails, so that --json counts.
 */
mlv_err mlv_opt_parse(char **argv, struct mlv_line *line, void *args) MLV_CHECK;
/* The command of a word, or with a second word the sub-command; fails with a suggestion. */
mlv_err mlv_opt_find(const char *word, const char *sub, const struct mlv_cmd **cmd) MLV_CHECK;

/* help.c */
void mlv_help_command(struct mlv_out *out, const struct mlv_cmd *cmd, const char *label,
		      unsigned width);
void mlv_help_overview(struct mlv_out *out, unsigned width);

#endif
