/*
 * migrate_bring.h - objects of DVC from its remotes, which are ours now by the same names.
 *
 * They lie there as in DVC's cache: files/md5/ab/cdef... of DVC 3, ab/cdef... of DVC 2.
 * What comes is proved by who asked for it.
 */
#ifndef MLV_CMD_MIGRATE_BRING_H
#define MLV_CMD_MIGRATE_BRING_H

#include <pthread.h>

#include "cmd/cmd.h"
#include "core/repo/migrate.h"
#include "core/repo/repo.h"
#include "remote/transport.h"

struct mlv_migrate_bring {
	struct mlv_run *run;
	const char *root;
	pthread_mutex_t lock;
	struct mlv_repo *repo; /* opened when it is first needed */
	struct mlv_migrate_remote {
		char *name; /* "": the default one */
		struct mlv_transport *transport;
	} *at;
	size_t count, cap;
};
#define MLV_MIGRATE_BRING_INIT { .lock = PTHREAD_MUTEX_INITIALIZER }
void mlv_migrate_bring_release(struct mlv_migrate_bring *bring);
/* The callback of core/repo/migrate.h; arg is a bring. */
mlv_err mlv_migrate_bring(void *arg, const char *remote, const struct mlv_migrate_name *name,
			  int to) MLV_CHECK;

#endif
