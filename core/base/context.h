/*
 * context.h - what the program lends to the layers below it.
 *
 * core/ and remote/ never print, exit, read the environment or look for a
 * terminal. What they need of these comes through a context: tell() takes
 * events, stop() answers whether the user asked to stop, env() looks up a
 * variable of the environment as it was at the start.
 *
 * Threads     tell(), stop() and env() may be called from any thread.
 * Ownership   the context outlives all that was opened with it.
 */
#ifndef MLV_BASE_CONTEXT_H
#define MLV_BASE_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"

enum mlv_event_type {
	MLV_EVENT_BEGIN,   /* a phase begins: text names it ("hashing"), totals known so far */
	MLV_EVENT_ADVANCE, /* items and bytes more are done */
	MLV_EVENT_GROW,    /* items and bytes more are to be done than was said */
	MLV_EVENT_END,     /* the phase is over */
	MLV_EVENT_WARNING, /* text: what the user should know, one line */
	MLV_EVENT_DETAIL,  /* text: what only -v shows; never a secret */
};

struct mlv_event {
	enum mlv_event_type type;
	const char *text; /* good during the call only */
	uint64_t items;
	uint64_t bytes;
};

struct mlv_pace;

struct mlv_ctx {
	void (*tell)(struct mlv_ctx *ctx, const struct mlv_event *event);
	bool (*stop)(struct mlv_ctx *ctx);
	/* While it is set, what is under way is brought to its end first: stop() is not heeded. */
	bool finishing;
	/*
	 * Why what is under way may not go on, asked where stop() is, by any thread;
	 * NULL: it may, always. Set by who holds something that runs out.
	 */
	mlv_err (*expired)(void *arg);
	void *expired_arg;
	/* The value, or NULL when the variable is not set. Good for the context's life. */
	const char *(*env)(struct mlv_ctx *ctx, const char *name);
	const char *module_dirs[3]; /* absolute, where modules are looked for; NULL ends */
	const char *cwd;            /* absolute path of the directory commands are relative to */
	unsigned jobs;              /* threads for work on this machine, at least 1 */
	unsigned transfer_jobs;     /* requests under way at a remote; 0: its own setting */
	struct mlv_pace *pace;      /* of what goes to and comes from remotes; NULL: none */
};

void mlv_tell_begin(struct mlv_ctx *ctx, const char *phase, uint64_t items, uint64_t bytes);
void mlv_tell_advance(struct mlv_ctx *ctx, uint64_t items, uint64_t bytes);
void mlv_tell_grow(struct mlv_ctx *ctx, uint64_t items, uint64_t bytes);
void mlv_tell_end(struct mlv_ctx *ctx);
void mlv_tell_warning(struct mlv_ctx *ctx, const char *fmt, ...) MLV_PRINTF(2, 3);
void mlv_tell_detail(struct mlv_ctx *ctx, const char *fmt, ...) MLV_PRINTF(2, 3);
/* MLV_E_INTERRUPTED when the user asked to stop; what expired() says; else NULL. */
mlv_err mlv_ctx_check_stop(struct mlv_ctx *ctx) MLV_CHECK;

/* A context that tells nobody, never stops and has an empty environment, one job. */
void mlv_ctx_init_quiet(struct mlv_ctx *ctx);

#endif
