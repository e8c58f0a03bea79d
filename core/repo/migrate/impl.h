/*
 * migrate/impl.h - inside migrate/: a run, the objects that it moves, its report.
 */
#ifndef MLV_REPO_MIGRATE_IMPL_H
#define MLV_REPO_MIGRATE_IMPL_H

#include "core/repo/migrate.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"

/* An object of the other tool. */
struct migrate_object {
	struct mlv_migrate_name name;
	const char *work;   /* where in the work tree it may lie, too */
	const char *remote; /* that it would be fetched from; NULL: the default one */
	bool keep;          /* put it into our cache; else it is only named */
	bool fetch;         /* when it is not here */
	bool there;         /* it was moved: named by what follows */
	bool damaged;       /* what was found is not what its name says */
	struct mlv_key key;
	uint64_t size;
};

struct migrate_objects {
	struct migrate_object *at; /* sorted by name once they are settled; each once */
	size_t count, cap;
};

struct migrate {
	struct mlv_ctx *ctx;
	const struct mlv_migrate_options *options;
	struct mlv_migrated *migrated;
	const char *root; /* absolute */
	int root_fd;
	int cache_fd;     /* the other tool's cache; -1: there is none */
	char *cache_dir;  /* its absolute path */
	int tmp_fd;       /* .mlv/tmp; -1 while nothing was written */
	struct mlv_repo *repo; /* NULL while there is none */
	struct mlv_git *git;   /* NULL: without git */
	const struct mlv_strs *ignores; /* paths of files with rules, those further up first; or NULL */
	struct migrate_objects objects;
};
void migrate_release(struct migrate *migrate);

/* report.c */
mlv_err migrate_say(struct migrate *migrate, enum mlv_migrate_kind kind, const char *path,
		    const char *fmt, ...) MLV_PRINTF(4, 5) MLV_CHECK;
/*
 * Write the file at path (relative to the root), or say that it would be. One that is
 * there with other bytes is kept, and said; one with these is nothing.
 */
mlv_err migrate_write(struct migrate *migrate, const char *path, const struct mlv_buf *text,
		      const char *from) MLV_CHECK;
/* Append the file at path; *there false when there is none. It may not lie beyond a link. */
mlv_err migrate_read(const struct migrate *migrate, const char *path, struct mlv_buf *text,
		     bool *there) MLV_CHECK;
/* Open the repository, or make one: in a dry run only say that, repo stays NULL. */
mlv_err migrate_open_repo(struct migrate *migrate, bool no_scm) MLV_CHECK;

/* objects.c: work and remote outlive the objects. */
mlv_err migrate_objects_add(struct migrate_objects *objects,
			    const struct migrate_object *object) MLV_CHECK;
void migrate_objects_settle(struct migrate_objects *objects);
const struct migrate_object *migrate_objects_find(const struct migrate_objects *objects,
						  const struct mlv_migrate_name *name);
/*
 * Find each of the objects in the cache, else at its place in the work tree, else at
 * its remote; see that it is what its name says, and put it. batch NULL: put nothing.
 */
mlv_err migrate_objects_move(struct migrate *migrate, struct mlv_batch *batch) MLV_CHECK;
/* Open what lies in dir, itself no link and a regular file; *fd stays -1 when that is not there. */
mlv_err migrate_open_file(int dir, const char *path, int *fd) MLV_CHECK;
/*
 * Open an object of the cache: beneath it, a regular file; fd stays -1 when it is not there.
 * dir and name (may be NULL) get the directory it lies in, opened, and its name there.
 */
#define MIGRATE_NAME 64
mlv_err migrate_open_object(const struct migrate *migrate, const struct mlv_migrate_name *object,
			    int *fd, int *dir, char name[MIGRATE_NAME]) MLV_CHECK;

/* md5.c: bytes in order, held against a name; legacy: or their text against it. */
struct migrate_sum;
mlv_err migrate_sum_new(struct migrate_sum **out) MLV_CHECK;
void migrate_sum_freep(struct migrate_sum **sum);
/* len is a multiple of 1 MiB, but for the last. */
mlv_err migrate_sum_update(struct migrate_sum *sum, bool legacy, const void *bytes,
			   size_t len) MLV_CHECK;
/* Whether what came is named so; begins anew. */
mlv_err migrate_sum_matches(struct migrate_sum *sum, bool legacy, const struct mlv_md5_name *md5,
			    bool *matches) MLV_CHECK;

#endif
