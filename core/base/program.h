/*
 * program.h - running another program to its end.
 *
 * No shell takes part: the words are given as they are. Standard input is
 * empty; what the program writes goes to files, or into memory. Which program
 * it is must never come from a repository or a remote.
 *
 * Threads   may be called from any; waits for the program. When the user asks
 *           to stop, it is asked to end, too.
 */
#ifndef MLV_BASE_PROGRAM_H
#define MLV_BASE_PROGRAM_H

#include "core/base/buf.h"
#include "core/base/context.h"

struct mlv_program {
	const char *const *argv; /* ends with NULL; the first is looked for in PATH */
	/*
	 * Ends with NULL: "NAME=value" is set, "NAME" is taken out of what the program
	 * gets of the environment.
	 */
	const char *const *env;
	const char *out;  /* absolute path of the file for standard output; NULL: dropped */
	const char *said; /* ... for standard error; both are made anew; NULL: where ours goes */
	/*
	 * Not NULL: standard output is appended here instead, on no disk. What is
	 * more than its limit holds ends the program.
	 */
	struct mlv_buf *answer;
	unsigned seconds; /* it is ended when it takes longer; 0: it may take any time */
};

/*
 * MLV_E_MISSING when there is no such program; MLV_E_REMOTE when it took too
 * long. status: its exit status, 128 and more by a signal.
 */
mlv_err mlv_program_run(struct mlv_ctx *ctx, const struct mlv_program *program,
			int *status) MLV_CHECK;

/*
 * Our environment with the changes of env, as above: a list that ends with
 * NULL, to be freed; the strings are not.
 */
mlv_err mlv_program_env(const char *const *env, char ***out) MLV_CHECK;

#endif
