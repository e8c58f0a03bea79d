/*
 * walk_units.h - a walk in pieces that any thread can do: the inside of walk.h.
 *
 * A unit is a run of names of one directory. All units of a walk stand in one
 * list in the order of what they will give. A thread takes the first that
 * waits: of a unit that begins with a directory it cuts that one off and lists
 * it, and the list takes its names in the very place; else it cuts off a run
 * of names and looks at them. The head of the list, once done, is given away.
 * What is done but not given is bounded: only the first few units may be taken.
 *
 * Threads   any number may take and finish units; one gives them away.
 */
#ifndef MLV_REPO_WALK_UNITS_H
#define MLV_REPO_WALK_UNITS_H

#include <pthread.h>

#include "core/repo/walk_dir.h"

enum mlv_unit_state { MLV_UNIT_WAITS, MLV_UNIT_RUNS, MLV_UNIT_DONE };

struct mlv_walk_unit {
	struct mlv_walk_unit *next;
	enum mlv_unit_state state;
	struct mlv_walk_dir *dir; /* a use of it */
	size_t first, end;        /* of its names */
	struct stat *stats;       /* done: one for each name */
	char *passed_over;        /* what a directory that begins here has of that, or NULL */
	bool failed;              /* done, but not well */
};

struct mlv_walk_units {
	const struct mlv_walk_frame *frame;
	pthread_mutex_t lock;
	pthread_cond_t changed;   /* a unit was finished or given away, or all is over */
	unsigned sleepers;        /* who wait for that */
	struct mlv_walk_unit *head;
	bool over;                /* nobody shall take more */
	struct mlv_error error;   /* of the first unit that failed */
};

/* Begin with the names of *top, which is taken over (unless this fails). Release it in any case. */
mlv_err mlv_units_init(struct mlv_walk_units *units, const struct mlv_walk_frame *frame,
		       struct mlv_walk_dir **top) MLV_CHECK;
void mlv_units_release(struct mlv_walk_units *units);
/* Do units until all is over. */
void mlv_units_help(struct mlv_walk_units *units);
/* The next unit, done: its names are to be given, then it is to be freed. NULL: the end. */
mlv_err mlv_units_next(struct mlv_walk_units *units, struct mlv_walk_unit **unit) MLV_CHECK;
void mlv_unit_freep(struct mlv_walk_units *units, struct mlv_walk_unit **unit);
/* Nobody shall take more: all is given, or something failed. */
void mlv_units_stop(struct mlv_walk_units *units);

#endif
