/*
 * ui/host.h - what the process gives to the program: descriptors, signals, the
 * environment, the terminal, the directory, where the program lies.
 */
#ifndef MLV_CMD_UI_HOST_H
#define MLV_CMD_UI_HOST_H

#include "cmd/ui/opt.h"

/* Open /dev/null for each of descriptors 0, 1 and 2 that is closed, so that no file becomes one. */
void mlv_host_fill_descriptors(void);
/*
 * From now on SIGINT and SIGTERM ask to stop (a second one ends the program at
 * once, with status 130) and a closed pipe is an error of write().
 */
void mlv_host_catch_signals(void);
/* Whether the descriptor is a terminal; MLV_TEST_TTY=1 says that all are. */
bool mlv_host_is_terminal(int fd);
/* Columns of the terminal on fd, else COLUMNS, else 80. */
unsigned mlv_host_width(int fd);
/* The directory of the running program; "" when it cannot be told. Good forever. */
const char *mlv_host_program_dir(void);
/* Go where -C says, and fill all of ctx but tell. What it points to is good forever. */
mlv_err mlv_host_fill_context(struct mlv_ctx *ctx, const struct mlv_globals *globals) MLV_CHECK;

#endif
