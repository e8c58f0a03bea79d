/*
 * process.h - a command that the user asked for, in a process group of its own.
 *
 * Standard input is empty; what it writes is read here, a block at a time,
 * from both of its outputs. The caller polls the descriptors and calls
 * mlv_process_look() now and then; nothing here waits.
 *
 * When the command ends, what it left running in its group gets a second to
 * end by itself, then SIGTERM, then SIGKILL. A stop sends SIGINT to the group,
 * then SIGTERM, then SIGKILL, each five seconds after the one before; what
 * takes too long gets SIGTERM at once. A group does not outlive us: a keeper, a
 * process that waits for our end, kills it when we are killed; until then it
 * holds the descriptors, and so the locks, that were open when the command
 * began.
 *
 * Threads     one thread at a time for a process.
 * Ownership   _freep kills what still runs, and waits for it.
 * Limits      memory: nothing that is written is kept.
 */
#ifndef MLV_BASE_PROCESS_H
#define MLV_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

struct mlv_process;

struct mlv_process_plan {
	const char *const *argv; /* ends with NULL; the first is looked for in PATH */
	const char *const *env;  /* ends with NULL: "NAME=value" is set; NULL: as ours is */
	const char *dir;         /* absolute path of the directory it runs in */
	uint64_t seconds;        /* it is ended when it takes longer; 0: it may take any time */
};

enum mlv_process_stream { MLV_PROCESS_OUT, MLV_PROCESS_SAID, MLV_PROCESS_STREAMS };

/* How it ended. */
struct mlv_process_end {
	int status;      /* exit status; 128 and more: killed by a signal */
	int signal;      /* 0: it exited */
	bool timed_out;
	bool left_behind; /* processes of its group had to be ended */
};

/* MLV_E_MISSING when there is no such directory or program. */
mlv_err mlv_process_start(struct mlv_process **out, const struct mlv_process_plan *plan) MLV_CHECK;
void mlv_process_freep(struct mlv_process **process);
/* What to poll for reading; -1 when that stream is at its end. */
int mlv_process_fd(const struct mlv_process *process, enum mlv_process_stream stream);
/* What it wrote, as it comes; good during the call only. */
typedef mlv_err (*mlv_process_fn)(void *arg, enum mlv_process_stream stream, const char *bytes,
				  size_t len);
/* Give what one read of the stream gets, if anything, to fn. */
mlv_err mlv_process_read(struct mlv_process *process, enum mlv_process_stream stream,
			 mlv_process_fn fn, void *arg) MLV_CHECK;
/*
 * See whether it has ended, with all of its group; what it wrote at last is
 * given to fn. *ended: then end says how.
 */
mlv_err mlv_process_look(struct mlv_process *process, mlv_process_fn fn, void *arg, bool *ended,
			 struct mlv_process_end *end) MLV_CHECK;
/* Ask it to end. */
void mlv_process_stop(struct mlv_process *process);

/*
 * The words that have a shell run command: ended by NULL. shell is what the
 * variable SHELL says (NULL or not absolute: /bin/sh); the start-up files of
 * bash, zsh and fish are not read, so that a command means the same to all. One of several
 * lines ends at the first that fails (-e), but in fish, which cannot.
 */
#define MLV_SHELL_WORDS 7
void mlv_process_shell(const char *shell, const char *command,
		       const char *words[static MLV_SHELL_WORDS]);

#endif
