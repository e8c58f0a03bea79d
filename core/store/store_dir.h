/*
 * store_dir.h - what the files of a store in a directory share.
 */
#ifndef MLV_STORE_STORE_DIR_H
#define MLV_STORE_STORE_DIR_H

#include "core/base/strs.h"
#include "core/store/backend.h"

struct mlv_dir {
	int root;   /* descriptors */
	int tmp;    /* -1: there is none, of a store opened for reading */
	char *path; /* absolute; for messages and mlv_store_root() */
};

/* The names in a directory below the root, sorted; none when it is missing. */
mlv_err mlv_dir_names(const struct mlv_dir *dir, const char *path,
		      struct mlv_strs *names) MLV_CHECK;
/* Of struct mlv_backend. */
mlv_err mlv_dir_stat(void *self, const struct mlv_key *key, struct mlv_stored *stored) MLV_CHECK;
mlv_err mlv_dir_each(void *self, mlv_key_fn fn, void *arg) MLV_CHECK;

#endif
