/*
 * marks.h - gc/ at a remote: what is going to be removed there, so that who
 * pushes at the same time loses nothing.
 *
 *   gc/marks      mlv marks 1 <lines>\n  <kind> <id> <time>\n
 *                 what nothing needs, and since when that is known; of kind
 *                 gone-<kind>: what was removed, and when. It is forgotten after
 *                 MLV_MARKS_REMEMBER.
 *   gc/keep/<id>  mlv keep 1 <lines>\n  <kind> <id> <time>\n
 *                 what a push relies on although it is marked, with the time of
 *                 the mark; the id is the SHA-256 of the text
 *   gc/sweep      mlv sweep 1 <run> <beat> <seconds>\n
 *                 a sweep is under way: it writes the next beat before so many
 *                 seconds have passed, or removes nothing any more; 0: it is over
 *
 * Who sweeps: takes the lease (gc/sweep), writes the marks, then reads roots and
 * keeps, and removes only what was marked for the grace period, what no root
 * names and no keep holds; at last it writes the marks again, with what is gone.
 * Who pushes: publishes its roots, then reads the marks. If anything that it
 * relies on is there it writes a keep, waits for the sweep that is under way,
 * and looks again what the remote has. So either the sweep sees the root or the
 * keep, or the push sees the mark. What was kept counts as marked just now,
 * whoever marked it. What is marked and not there any more was removed by a
 * sweep that could not say so: the next says that it is gone.
 *
 * Time        while a lease is held no request of its context outlasts it: what
 *             is under way when the lease may be taken for that of a process that
 *             was killed is given up, and nothing is tried again (MLV_E_LOCKED).
 * Threads     one call at a time, but for mlv_lease_check().
 * Limits      time is measured by the clock of who looks, so clocks need not
 *             agree; but two who begin to sweep in the same instant may both do
 *             so until the next beat of the first.
 */
#ifndef MLV_REMOTE_MARKS_H
#define MLV_REMOTE_MARKS_H

#include "core/base/strs.h"
#include "remote/roots.h"

#define MLV_MARKS_REMEMBER ((int64_t)14 * 24 * 3600) /* seconds */

/* What lies at a remote, in the order of the names. */
enum mlv_marked_kind {
	MLV_MARKED_DPACK, MLV_MARKED_LARGE, MLV_MARKED_LEAVES, MLV_MARKED_NODE,
	MLV_MARKED_NPACK, MLV_MARKED_OBJECT, MLV_MARKED_ROOT,
};
const char *mlv_marked_kind_name(enum mlv_marked_kind kind); /* "dpack" */
enum mlv_marked_kind mlv_marked_of_kind(enum mlv_kind kind);
enum mlv_marked_kind mlv_marked_of_class(enum mlv_pack_class class);

struct mlv_marked {
	enum mlv_marked_kind kind;
	bool gone;
	struct mlv_oid oid;
	int64_t when; /* seconds since 1970 */
};

/* Sorted by kind, gone and id once mlv_marks_sort() was called. */
struct mlv_marks {
	struct mlv_marked *at;
	size_t count, cap;
};
void mlv_marks_release(struct mlv_marks *marks);
mlv_err mlv_marks_add(struct mlv_marks *marks, const struct mlv_marked *mark) MLV_CHECK;
/* Of what is there several times the newest stays. */
void mlv_marks_sort(struct mlv_marks *marks);
/* The mark of the same kind, gone and id; NULL: none. */
struct mlv_marked *mlv_marks_find(const struct mlv_marks *marks, enum mlv_marked_kind kind, bool gone,
				const struct mlv_oid *oid);

/* The text: form is "marks" or "keep". */
mlv_err mlv_marks_write(const struct mlv_marks *marks, const char *form,
			struct mlv_buf *text) MLV_CHECK;
/* MLV_E_CORRUPT when it is not canonical. */
mlv_err mlv_marks_parse(const char *form, const char *text, size_t len,
			struct mlv_marks *marks) MLV_CHECK;

/* What a remote has of them; none is no failure. */
mlv_err mlv_marks_read(struct mlv_transport *remote, struct mlv_marks *marks) MLV_CHECK;
mlv_err mlv_marks_put(struct mlv_transport *remote, const struct mlv_marks *marks) MLV_CHECK;
/* Write a keep of these marks. */
mlv_err mlv_keep_put(struct mlv_transport *remote, const struct mlv_marks *marks) MLV_CHECK;
/* All keeps together, and where they lie. */
mlv_err mlv_keeps_read(struct mlv_transport *remote, struct mlv_marks *kept,
		       struct mlv_strs *paths) MLV_CHECK;

/* A sweep of ours. */
struct mlv_lease {
	struct mlv_transport *remote;
	struct mlv_oid run;
	uint64_t beat;
	int64_t beaten; /* seconds of a clock that only runs forward */
	bool held;
	bool watched;       /* mlv_lease_watch() saw that nobody sweeps */
	struct mlv_oid was; /* the run that was over then */
	bool alone;         /* nobody swept from then until it was taken */
};
/* Before a look at what lies there: note whether another sweeps. */
mlv_err mlv_lease_watch(struct mlv_lease *lease, struct mlv_transport *remote) MLV_CHECK;
/* MLV_E_LOCKED when another sweep is under way; one that was killed is waited for. */
mlv_err mlv_lease_take(struct mlv_lease *lease, struct mlv_transport *remote) MLV_CHECK;
/* To be called before each step: MLV_E_LOCKED when it is not ours any more. */
mlv_err mlv_lease_beat(struct mlv_lease *lease) MLV_CHECK;
/* To be called before each thing is removed, from any thread: whether there is time for it. */
mlv_err mlv_lease_check(const struct mlv_lease *lease) MLV_CHECK;
/* Say that it is over. MLV_E_LOCKED, and nothing is written, when it is not ours any more. */
mlv_err mlv_lease_end(struct mlv_lease *lease) MLV_CHECK;
/* The same, when something else failed already. */
void mlv_lease_release(struct mlv_lease *lease);
/*
 * Wait until the sweep that is under way now, if any, is over, or was killed. MLV_E_LOCKED when it
 * goes on for an hour; ten minutes without a beat are enough to know that it was killed, whatever
 * it says.
 */
mlv_err mlv_lease_wait(struct mlv_transport *remote) MLV_CHECK;

#endif
