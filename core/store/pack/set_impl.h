/* pack/set_impl.h - what the files of a set of packs share. */
#ifndef MLV_STORE_PACK_SET_IMPL_H
#define MLV_STORE_PACK_SET_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/store/key_set.h"
#include "core/store/pack/set.h"

struct mlv_pack {
	struct mlv_pack_id id;
	struct mlv_buf bytes;   /* of the table */
	struct mlv_table table;
	time_t mtime, ctime;
	atomic_int fd; /* -1: not open */
	atomic_bool touched;
	bool listed; /* seen in the listing that is under way */
};

/* The packs of a class; under the set's lock. */
struct mlv_pack_group {
	struct mlv_pack **packs; /* by id */
	size_t count, cap;
	bool known; /* they are listed */
	/* Where the last one was found: what is asked for next mostly lies there too. */
	atomic_size_t last;
};

struct mlv_pack_set {
	struct mlv_ctx *ctx;
	int root;
	char *path;
	pthread_rwlock_t lock;
	struct mlv_pack_group groups[2];  /* by class */
	struct timespec changed; /* of the directory, when it was listed first */
	bool racy;               /* it was too young then to show its next change */
	atomic_int open;         /* descriptors that packs keep */
	struct mlv_key_set told; /* packs whose damage was told */
};

void mlv_pack_freep(struct mlv_pack **pack);
/* Open a file of a pack, to read. */
int mlv_pack_open(const struct mlv_pack_set *set, const struct mlv_pack_id *id,
		  const char *suffix) MLV_CHECK;
struct mlv_pack *mlv_pack_of(const struct mlv_pack_group *group, const struct mlv_pack_id *id);
void mlv_pack_group_clear(struct mlv_pack_group *group);
/* List the packs of a class, and load the tables of new ones; under the lock, to write. */
mlv_err mlv_pack_set_list(struct mlv_pack_set *set, enum mlv_pack_class class) MLV_CHECK;
int64_t mlv_ns_between(const struct timespec *from, const struct timespec *to);

#endif
