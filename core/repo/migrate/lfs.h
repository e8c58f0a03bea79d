/* migrate/lfs.h - a run over a repository with Git LFS. */
#ifndef MLV_REPO_MIGRATE_LFS_H
#define MLV_REPO_MIGRATE_LFS_H

#include "core/repo/migrate/impl.h"

#define LFS_POINTER_MAX ((size_t)1024) /* bytes: a pointer has fewer */

struct lfs_file {
	char *path; /* below the root */
	struct mlv_oid plain;
	uint64_t size;
	bool exec;
	bool there, damaged;
	struct mlv_key key; /* once it is there */
};

struct lfs_run {
	struct migrate migrate;
	struct mlv_git_id commit;
	char *prefix;   /* of the root in git's work tree */
	int objects_fd; /* -1: there are none */
	struct lfs_file *files;
	size_t count, cap;
	struct mlv_batch *batch; /* NULL: only look */
	unsigned char *buffers;  /* MLV_SMALL_MAX bytes for each thread */
};
void lfs_run_release(struct lfs_run *run);
/* What a pointer says; false: the text (NUL-terminated) is none. */
bool lfs_pointer_parse(const char *text, size_t len, struct mlv_oid *oid, uint64_t *size);
/* check.c: whether what was migrated has the plain SHA-256 that each pointer of Git LFS says. */
mlv_err lfs_check(struct lfs_run *run) MLV_CHECK;

#endif
