/*
 * migrate.h - moving in: a repository of DVC, or one with Git LFS, becomes one of mlv.
 *
 * Everything is made beside what is there: nothing of the other tool is changed
 * or deleted, git's index is left alone, and both can be used until the user
 * removes one. Nothing is written before all files of the other tool were read
 * and found sound; files that are there already are left as they are.
 *
 * DVC       X.dvc -> X.mlv, dvc.yaml -> mlv.yaml, dvc.lock -> mlv.lock,
 *           .dvcignore -> .mlvignore, .dvc/config -> .mlv/config, .dvc/config.local ->
 *           .mlv/config.local, and what these name from DVC's cache into ours: each
 *           object is read once, held against its MD5, and named anew.
 * Git LFS   pointers in the commit that is checked out -> X.mlv, and their objects.
 *
 * What another tool's file names is checked as any path from outside: it lies in
 * the repository, and no link is followed to it.
 *
 * Crash safety   objects are durable before a file names them, each file is written in
 *                one step; the same call again goes on to the end.
 * Threads        one call at a time in a process; it uses ctx->jobs threads.
 * Limits         16 MiB of a file in memory for each thread; some 200 bytes for each file
 *                that is tracked; MLV_MIGRATE_DIR bytes for the list of a directory.
 */
#ifndef MLV_REPO_MIGRATE_H
#define MLV_REPO_MIGRATE_H

#include "core/base/buf.h"
#include "core/base/context.h"
#include "core/store/md5.h"

#define MLV_MIGRATE_DIR ((size_t)512 << 20)

/* One thing that was done, or that the user should know. */
enum mlv_migrate_kind {
	MLV_MIGRATE_WRITTEN, /* path was written; text: from which file */
	MLV_MIGRATE_KEPT, /* path is there already and was left as it is; text: why it matters, or
			     "" */
	MLV_MIGRATE_SET,  /* path: a setting; text: its value as it may be shown */
	MLV_MIGRATE_NOTE, /* path: what it is about; text: what has no counterpart, and what to do
			   */
	MLV_MIGRATE_MISSING, /* path: of data that is nowhere here; text: its name in the other
				tool's cache */
	MLV_MIGRATE_DAMAGED, /* the same, but what is there is not what its name says */
};

struct mlv_migrate_line {
	enum mlv_migrate_kind kind;
	char *path, *text;
};

struct mlv_migrated {
	struct mlv_migrate_line *at; /* in the order of the work */
	size_t count, cap;
	uint64_t objects, bytes; /* that were moved into the cache, or would be */
	uint64_t runs; /* of DVC's run cache */
	size_t missing, damaged;
	uint64_t same, different; /* check: files */
};
void mlv_migrated_release(struct mlv_migrated *migrated);

/*
 * How DVC names what it keeps. legacy: DVC 2 did, which took CRLF in a text for LF, and kept it
 * at a place of its own: the same sum may be that of other bytes to DVC 3.
 */
struct mlv_migrate_name {
	struct mlv_md5_name md5;
	bool dir; /* the list of a directory */
	bool legacy;
};

struct mlv_migrate_options {
	bool dry_run; /* say what would be done */
	bool check;   /* only compare what was migrated before with the other tool's names */
	/*
	 * Called once the settings are in place, if data is missing: bring the object of
	 * this name from the remote (NULL: the default one) and write it to the new, empty
	 * file to. MLV_E_MISSING when it is not there. Called by several threads. NULL:
	 * nothing is fetched.
	 */
	mlv_err (*bring)(void *arg, const char *remote, const struct mlv_migrate_name *name,
			 int to);
	void *arg;
};

/*
 * Migrate what lies in the directory at the absolute path root. MLV_E_MISSING
 * when it is none of that tool's repositories; MLV_E_SPEC for a file of it
 * that is not understood. Data that is missing or damaged is no failure, but a line.
 */
mlv_err mlv_migrate_dvc(struct mlv_ctx *ctx, const char *root,
			const struct mlv_migrate_options *options,
			struct mlv_migrated *migrated) MLV_CHECK;
mlv_err mlv_migrate_lfs(struct mlv_ctx *ctx, const char *root,
			const struct mlv_migrate_options *options,
			struct mlv_migrated *migrated) MLV_CHECK;

#endif
