/*
 * dir_walk.h - below a root whose content is not trusted: directories opened,
 * made and listed without ever following a symbolic link.
 */
#ifndef MLV_REMOTE_DIR_WALK_H
#define MLV_REMOTE_DIR_WALK_H

#include <dirent.h>

#include "remote/transport.h"

/* opendir() beneath dir; NULL with errno set. */
DIR *mlv_dir_open(int dir, const char *path);
/* Open the directory that key lies in; -1 with errno set. */
int mlv_dir_open_parent(int root, const char *key);
/*
 * Open the directory at path, or the one that key lies in, and make what of it
 * is missing; sync: durably.
 */
mlv_err mlv_dir_make(int root, const char *path, bool sync, int *fd) MLV_CHECK;
mlv_err mlv_dir_make_parent(int root, const char *key, bool sync, int *fd) MLV_CHECK;
/* Each regular file below root whose key begins with prefix, but for what lies in tmp/. */
mlv_err mlv_dir_list(struct mlv_ctx *ctx, int root, const char *url, const char *prefix,
		     mlv_list_fn fn, void *arg) MLV_CHECK;

#endif
