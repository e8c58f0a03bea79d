/*
 * dir_batch.h - values of a directory remote that get their names together.
 *
 * A value that waits is a temporary below tmp/. One round makes all that wait
 * durable and names them: write out, rename, sync the directories. What that
 * costs in syncs does not grow with how many there are.
 *
 * Crash safety   a reader sees a whole value or none; a killed writer leaves
 *                temporaries, and names that hold what they should.
 * Threads        add() may be called from many threads.
 */
#ifndef MLV_REMOTE_DIR_BATCH_H
#define MLV_REMOTE_DIR_BATCH_H

#include <pthread.h>

#include "remote/transport.h"

#define MLV_DIR_TEMP 64 /* bytes of a temporary's name, NUL included */

struct mlv_dir_waiting {
	char *key;
	char temp[MLV_DIR_TEMP]; /* below tmp/; "": it has its name */
	int fd;                  /* open for writing; -1: at rest */
};

struct mlv_dir_batch {
	pthread_mutex_t lock;
	struct mlv_dir_waiting *at; /* under lock, as all below */
	size_t count, cap;
};

void mlv_dir_batch_init(struct mlv_dir_batch *batch);
/* Removes what still waits; root may be -1 when nothing does. */
void mlv_dir_batch_release(struct mlv_dir_batch *batch, int root);
/* The temporary, whose bytes were written to *fd, becomes key. *fd is taken. */
mlv_err mlv_dir_batch_add(struct mlv_dir_batch *batch, const char *key, const char *temp,
			  int *fd) MLV_CHECK;
/*
 * Name all that waits, durably. When it fails nothing waits any more: what is
 * still wanted is to be written again, because a sync that failed cannot be
 * repeated. url is for messages.
 */
mlv_err mlv_dir_batch_publish(struct mlv_dir_batch *batch, int root, const char *url) MLV_CHECK;

#endif
