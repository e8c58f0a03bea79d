/*
 * ui/progress.h - what tell() leads to: a line on the terminal that moves, and
 * warnings and details on stderr.
 *
 * The line stands on stderr, only where that is a terminal, from one second
 * after a phase began, and is drawn at most ten times a second by a thread of
 * its own, so that a phase that is stuck shows that too. tell() itself only
 * counts. Phases may lie within each other; the innermost is shown.
 *
 * Threads     tell() may be called from any; the others by main() alone.
 */
#ifndef MLV_CMD_UI_PROGRESS_H
#define MLV_CMD_UI_PROGRESS_H

#include "core/base/context.h"

struct mlv_progress_options {
	bool show;        /* draw the line */
	unsigned verbose; /* from 1 on details are printed */
};

/* Make ctx->tell lead here. There is one progress in a program. */
void mlv_progress_begin(struct mlv_ctx *ctx, const struct mlv_progress_options *options);
/* Take the line away and end the thread. */
void mlv_progress_end(void);

/* What the line says: exported for its test. Times in nanoseconds since the phase began. */
struct mlv_progress_phase {
	char name[48];
	uint64_t items, bytes;           /* done */
	uint64_t all_items, all_bytes;   /* to be done; 0: not known */
	uint64_t since;                  /* when it began, ns of the monotonic clock */
};
void mlv_progress_format(const struct mlv_progress_phase *phase, uint64_t elapsed, char *text,
			 size_t size);

#endif
