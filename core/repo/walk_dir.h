/*
 * walk_dir.h - one directory of a walk, listed and sorted: the inside of walk.h.
 *
 * Threads     a directory is listed by one thread; once it is, any may read it.
 * Ownership   each holds its parent: take and drop uses under the walk's lock.
 */
#ifndef MLV_REPO_WALK_DIR_H
#define MLV_REPO_WALK_DIR_H

#include "core/base/buf.h"
#include "core/repo/walk.h"

/* What all directories of a walk share; nothing of it changes while it runs. */
struct mlv_walk_frame {
	struct mlv_ctx *ctx;
	const char *top;
	const struct mlv_walk_options *options; /* never NULL */
};

struct mlv_walk_name {
	uint64_t key; /* eight of its bytes, as far as sorting goes by them */
	union {
		const char *text;
		size_t at; /* in the bytes, while they grow */
	};
	uint16_t len;
	bool dir;   /* to be gone into: it has entries, or may have */
	bool empty; /* a directory that was seen to have none */
};

struct mlv_walk_dir {
	struct mlv_walk_dir *parent; /* NULL: the top */
	const char *name;            /* in the directory it lies in */
	int fd;
	unsigned depth; /* of what lies in it: 1 for the top */
	unsigned uses;
	struct mlv_buf path; /* below the top; a slash at its end, or "" */
	struct mlv_walk_name *names;
	size_t count, cap;
	struct mlv_buf bytes; /* of the names */
	char *passed_over; /* the first name that was, as messages show it; NULL: none */
};

/*
 * Open name in the directory fd, list it, sort it. parent is NULL for the top, and
 * is not held yet. Free with mlv_walk_dir_freep() before the first use was taken.
 */
mlv_err mlv_walk_dir_open(struct mlv_walk_dir **out, const struct mlv_walk_frame *frame,
			  struct mlv_walk_dir *parent, int fd, const char *name) MLV_CHECK;
void mlv_walk_dir_freep(struct mlv_walk_dir **dir);

/* The failure of the system call just made, on name in dir (NULL: name is the top). */
mlv_err mlv_walk_failed(const struct mlv_walk_frame *frame, const struct mlv_walk_dir *dir,
			const char *name, const char *what) MLV_CHECK;
mlv_err mlv_walk_changed(const struct mlv_walk_frame *frame, const struct mlv_walk_dir *dir,
			 const char *name) MLV_CHECK;

#endif
