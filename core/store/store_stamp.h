/*
 * store_stamp.h - one number that tells whether anything may have gone from a
 * store since: all names come and go with the times of their directories.
 *
 * Who once saw that the store has all of something, and took the stamp, need
 * not look at each object again while the stamp is the same. Damage inside an
 * object does not change it; that is for who reads the object to find.
 *
 * Threads   any.
 */
#ifndef MLV_STORE_STORE_STAMP_H
#define MLV_STORE_STORE_STAMP_H

#include "core/store/store.h"

/*
 * The stamp of a store in a directory; 0 when there is none to be had (one in
 * memory, or one whose directories cannot be looked at).
 */
uint64_t mlv_store_stamp(struct mlv_store *store);
/*
 * The same, to be kept: waits until the clock of the file system has left the
 * time of the last change, so that the next one shows. Some milliseconds.
 */
uint64_t mlv_store_stamp_settled(struct mlv_store *store);

#endif
