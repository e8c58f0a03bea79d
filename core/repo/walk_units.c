#include "core/repo/walk_units.h"

#include <fcntl.h>
#include <stdlib.h>

#include "core/base/sys.h"

#define RUN    ((size_t)256) /* names that are looked at in one go */
#define WINDOW 48            /* units from the head on that may be taken */

static mlv_err new_unit(struct mlv_walk_unit **out, struct mlv_walk_dir *dir, size_t first,
			size_t end)
{
	struct mlv_walk_unit *unit = mlv_sys_alloc(sizeof(*unit));

	if (!unit)
		return mlv_error_nomem("a walk");
	*unit = (struct mlv_walk_unit){ .dir = dir, .first = first, .end = end };
	dir->uses++;
	*out = unit;
	return NULL;
}

/* Give back a use of a directory: the last closes it, and gives back one of its parent. */
static void drop_use(struct mlv_walk_dir *dir)
{
	while (dir && --dir->uses == 0) {
		struct mlv_walk_dir *parent = dir->parent;

		mlv_walk_dir_freep(&dir);
		dir = parent;
	}
}

static void free_unit(struct mlv_walk_unit *unit)
{
	drop_use(unit->dir);
	free(unit->stats);
	free(unit->passed_over);
	free(unit);
}

void mlv_unit_freep(struct mlv_walk_units *units, struct mlv_walk_unit **unit)
{
	if (!*unit)
		return;
	pthread_mutex_lock(&units->lock);
	free_unit(*unit);
	pthread_mutex_unlock(&units->lock);
	*unit = NULL;
}

mlv_err mlv_units_init(struct mlv_walk_units *units, const struct mlv_walk_frame *frame,
		       struct mlv_walk_dir **top)
{
	mlv_err err;

	*units = (struct mlv_walk_units){ .frame = frame };
	pthread_mutex_init(&units->lock, NULL);
	pthread_cond_init(&units->changed, NULL);
	if (!(err = new_unit(&units->head, *top, 0, (*top)->count)))
		*top = NULL;
	return err;
}

void mlv_units_release(struct mlv_walk_units *units)
{
	while (units->head) {
		struct mlv_walk_unit *unit = units->head;

		units->head = unit->next;
		free_unit(unit);
	}
	pthread_cond_destroy(&units->changed);
	pthread_mutex_destroy(&units->lock);
}

static void wake(struct mlv_walk_units *units)
{
	if (units->sleepers)
		pthread_cond_broadcast(&units->changed);
}

static void sleep_until_changed(struct mlv_walk_units *units)
{
	units->sleepers++;
	pthread_cond_wait(&units->changed, &units->lock);
	units->sleepers--;
}

/* Leave a unit what one thread does in one go; what is over becomes a unit after it. */
static mlv_err cut(struct mlv_walk_unit *unit)
{
	const struct mlv_walk_name *names = unit->dir->names;
	size_t end = unit->first + 1;
	struct mlv_walk_unit *rest;
	mlv_err err;

	if (!names[unit->first].dir)
		while (end < unit->end && end - unit->first < RUN && !names[end].dir)
			end++;
	if (end == unit->end)
		return NULL;
	if ((err = new_unit(&rest, unit->dir, end, unit->end)))
		return err;
	rest->next = unit->next;
	unit->next = rest;
	unit->end = end;
	return NULL;
}

/* Take the first that waits; NULL when none does. Under the lock. */
static mlv_err take(struct mlv_walk_units *units, struct mlv_walk_unit **taken)
{
	struct mlv_walk_unit *unit = units->head;
	mlv_err err;

	*taken = NULL;
	for (unsigned i = 0; unit && i < WINDOW && unit->state != MLV_UNIT_WAITS; i++)
		unit = unit->next;
	if (!unit || unit->state != MLV_UNIT_WAITS)
		return NULL;
	if ((err = cut(unit)))
		return err;
	unit->state = MLV_UNIT_RUNS;
	*taken = unit;
	return NULL;
}

static mlv_err look(const struct mlv_walk_frame *frame, struct mlv_walk_unit *unit)
{
	const struct mlv_walk_dir *dir = unit->dir;

	unit->stats = mlv_sys_alloc_array(unit->end - unit->first, sizeof(*unit->stats));
	if (!unit->stats)
		return mlv_error_nomem("a walk");
	for (size_t i = unit->first; i < unit->end; i++) {
		const struct mlv_walk_name *name = &dir->names[i];
		struct stat *st = &unit->stats[i - unit->first];

		if (mlv_sys_fstatat(dir->fd, name->text, st, AT_SYMLINK_NOFOLLOW) < 0)
			return mlv_walk_failed(frame, dir, name->text, "looking at it");
		if (S_ISDIR(st->st_mode) && !name->empty && !name->dir)
			return mlv_walk_changed(frame, dir, name->text);
	}
	return NULL;
}

/* List the directory that a unit is; one without entries is looked at itself. */
static mlv_err go_into(const struct mlv_walk_frame *frame, struct mlv_walk_unit *unit,
		       struct mlv_walk_dir **below)
{
	MLV_SCOPED(mlv_walk_dir_freep) struct mlv_walk_dir *dir = NULL;
	mlv_err err = mlv_walk_dir_open(&dir, frame, unit->dir, unit->dir->fd,
					unit->dir->names[unit->first].text);

	if (err)
		return err;
	unit->passed_over = MLV_TAKE(dir->passed_over);
	if (dir->count == 0)
		return look(frame, unit);
	*below = MLV_TAKE(dir);
	return NULL;
}

/* The unit goes on as the names of the directory that it was; its use passes to that. */
static void replace(struct mlv_walk_unit *unit, struct mlv_walk_dir *below)
{
	below->uses = 1;
	unit->dir = below;
	unit->first = 0;
	unit->end = below->count;
	unit->state = MLV_UNIT_WAITS;
}

static void note_failure(struct mlv_walk_units *units, struct mlv_walk_unit *unit, mlv_err err)
{
	unit->failed = true;
	for (struct mlv_walk_unit *at = units->head; at != unit; at = at->next)
		if (at->failed)
			return;
	units->error = *err;
}

/* Do a unit that was taken. The lock is given back meanwhile. */
static void run(struct mlv_walk_units *units, struct mlv_walk_unit *unit)
{
	struct mlv_walk_dir *below = NULL;
	mlv_err err;

	pthread_mutex_unlock(&units->lock);
	err = unit->dir->names[unit->first].dir ? go_into(units->frame, unit, &below)
						: look(units->frame, unit);
	pthread_mutex_lock(&units->lock);
	unit->state = MLV_UNIT_DONE;
	if (err)
		note_failure(units, unit, err);
	else if (below)
		replace(unit, below);
	wake(units);
}

void mlv_units_help(struct mlv_walk_units *units)
{
	struct mlv_walk_unit *unit;

	pthread_mutex_lock(&units->lock);
	/* Out of memory: who gives the units away finds out, too, and fails. */
	while (!units->over && !take(units, &unit)) {
		if (unit)
			run(units, unit);
		else
			sleep_until_changed(units);
	}
	pthread_mutex_unlock(&units->lock);
}

/* Do units until the first is done. Under the lock. */
static mlv_err finish_head(struct mlv_walk_units *units)
{
	struct mlv_walk_unit *unit;
	mlv_err err;

	while (units->head && units->head->state != MLV_UNIT_DONE) {
		if ((err = take(units, &unit)))
			return err;
		if (unit)
			run(units, unit);
		else
			sleep_until_changed(units);
	}
	return NULL;
}

mlv_err mlv_units_next(struct mlv_walk_units *units, struct mlv_walk_unit **out)
{
	struct mlv_walk_unit *unit;
	mlv_err err;

	pthread_mutex_lock(&units->lock);
	err = finish_head(units);
	unit = units->head;
	if (!err && unit) {
		if (unit->failed)
			err = mlv_error_copy(&units->error);
		else
			units->head = unit->next;
		wake(units);
	}
	pthread_mutex_unlock(&units->lock);
	if (!err)
		*out = unit;
	return err;
}

void mlv_units_stop(struct mlv_walk_units *units)
{
	pthread_mutex_lock(&units->lock);
	units->over = true;
	wake(units);
	pthread_mutex_unlock(&units->lock);
}
