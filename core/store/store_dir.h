/*
 * store_dir.h - what the files of a store in a directory share.
 */
#ifndef MLV_STORE_STORE_DIR_H
#define MLV_STORE_STORE_DIR_H

#include "core/base/strs.h"
#include "core/store/backend.h"
#include "core/store/pack/set.h"

#define MLV_DIR_TOPS 3 /* objects, large, nodes */
extern const char *const mlv_dir_tops[MLV_DIR_TOPS];

struct mlv_dir {
	int root;   /* descriptors */
	int tmp;    /* -1: there is none, of a store opened for reading */
	char *path; /* absolute; for messages and mlv_store_root() */
	struct mlv_pack_set *packs;
	/* Directories that a batch saw were not there, by their names; see mlv_dir_look(). */
	_Atomic bool absent[MLV_DIR_TOPS][256];
};

/* Which of the top directories the file of a kind lies in. */
unsigned mlv_dir_top(enum mlv_kind kind);

/* The names in a directory below the root, sorted; none when it is missing. */
mlv_err mlv_dir_names(const struct mlv_dir *dir, const char *path,
		      struct mlv_strs *names) MLV_CHECK;
/* How key's own file looks. */
mlv_err mlv_dir_stat_loose(const struct mlv_dir *dir, const struct mlv_key *key,
			   struct mlv_stored *stored) MLV_CHECK;
/* What was seen not to be there may be there now. */
void mlv_dir_forget_absent(struct mlv_dir *dir);
/* Of struct mlv_backend. */
mlv_err mlv_dir_look(void *self, const struct mlv_key *key, struct mlv_stored *stored) MLV_CHECK;
mlv_err mlv_dir_publish(void *self, struct mlv_pending *list, size_t count) MLV_CHECK;
mlv_err mlv_dir_stat(void *self, const struct mlv_key *key, struct mlv_stored *stored) MLV_CHECK;
mlv_err mlv_dir_each(void *self, mlv_key_fn fn, void *arg) MLV_CHECK;
mlv_err mlv_dir_each_pack(void *self, mlv_pack_fn fn, void *arg) MLV_CHECK;
mlv_err mlv_dir_each_record(void *self, const struct mlv_pack_id *id, mlv_record_fn fn,
			    void *arg) MLV_CHECK;
mlv_err mlv_dir_check_packs(void *self) MLV_CHECK;
mlv_err mlv_dir_remove_pack(void *self, const struct mlv_pack_id *id) MLV_CHECK;
mlv_err mlv_dir_settle(void *self) MLV_CHECK;

#endif
