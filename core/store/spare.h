/*
 * spare.h - second copies of large files, made while they arrive.
 *
 * Who fetches a file in order to check it out needs its bytes twice, in the
 * cache and in the work tree. Where those cannot share blocks, both are written
 * from the same verified bytes: what was fetched is neither read nor hashed again.
 * A spare is worth nothing by itself: one that cannot be made is left out.
 *
 * They lie in a directory of the one who asks for them, under a prefix that no
 * other process uses and the hex of their ids; mlv_spares_release() removes
 * those that nobody took. What a killed process left is removed by the next
 * mlv_spares_begin(): a file beside them, locked by flock(2), tells whether
 * theirs lives. They are not synced.
 *
 * Threads   spares may be begun, dropped and taken by many threads.
 */
#ifndef MLV_STORE_SPARE_H
#define MLV_STORE_SPARE_H

#include "core/store/oid.h"

struct mlv_spares {
	int dir;         /* -1: none are made */
	int lock;        /* held as long as they are; it has its name as long as they may be begun */
	char prefix[64];
};
#define MLV_SPARES_NONE { -1, -1, "" }

/* Make them in tmp/ below dir, which is there. */
mlv_err mlv_spares_begin(struct mlv_spares *spares, int dir) MLV_CHECK;
void mlv_spares_release(struct mlv_spares *spares);
/*
 * A new file for the spare of key, open for writing; -1 where there can be
 * none, or should not be (any more), or need not be, because cached (empty, open for writing) could give a
 * file there its blocks. spares may be NULL.
 */
int mlv_spare_begin(const struct mlv_spares *spares, const struct mlv_oid *oid, int cached);
/*
 * A disk is full: remove all of them, and begin no more. Those that are being
 * written lose their names, which mlv_spare_is_wanted() tells their writers.
 */
void mlv_spares_shed(const struct mlv_spares *spares);
bool mlv_spare_is_wanted(int spare);
/* It did not become whole and right. */
void mlv_spare_drop(const struct mlv_spares *spares, const struct mlv_oid *oid);
/*
 * Make the spare of size bytes name in dir, which is not there yet; false: there
 * is none, or dir lies on another file system. spares may be NULL.
 */
bool mlv_spare_take(const struct mlv_spares *spares, const struct mlv_oid *oid, uint64_t size,
		    int dir, const char *name);

#endif
