/*
 * importing.h - an output that comes from elsewhere: its place, its pointer,
 * its data in the work tree. For import, import-url and update.
 *
 * Crash safety   what the pointer names is durable in the cache before it is
 *                written, unless the data was not asked for.
 */
#ifndef MLV_CMD_IMPORTING_H
#define MLV_CMD_IMPORTING_H

#include "cmd/cmd.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"

struct mlv_importing {
	struct mlv_run *run;
	struct mlv_repo *repo;
	const char *command;
	bool no_download; /* the pointer alone */
	bool force;       /* replace what is there */
	struct mlv_output output; /* path and pointer are set by begin; the rest by the caller */
};
void mlv_importing_release(struct mlv_importing *importing);

/*
 * Check that typed (NULL: the last part of name, here; a directory: that in it)
 * can be tracked and is free.
 */
mlv_err mlv_importing_begin(struct mlv_importing *importing, const char *typed,
			    const char *name) MLV_CHECK;
/*
 * Bring what lies at path in the git repository at url at rev (NULL: HEAD) into
 * the cache, and fill output with its id and where it is from.
 */
mlv_err mlv_importing_from_repo(struct mlv_importing *importing, const char *url, const char *path,
				const char *rev) MLV_CHECK;
/*
 * The same of what lies at a URL that is no repository. trusted: the user typed
 * it. Without a download it is read all the same, to be named, and not kept.
 */
mlv_err mlv_importing_from_url(struct mlv_importing *importing, const char *url,
			       bool trusted) MLV_CHECK;
/* Whether the server says that what lies at url is what output was imported from. */
mlv_err mlv_importing_is_same(struct mlv_importing *importing, const char *url,
			      bool *same) MLV_CHECK;
/* Write the pointer, have git ignore the data, and check it out. */
mlv_err mlv_importing_finish(struct mlv_importing *importing) MLV_CHECK;
/*
 * Make the output that stands in the work tree as was what output says: the
 * data first, which is refused where something would be lost, then the pointer.
 */
mlv_err mlv_importing_replace(struct mlv_importing *importing) MLV_CHECK;
/* "data.csv: 12 bytes, of 6c3ab694f5ba"; from: what it is of. */
void mlv_importing_report(const struct mlv_importing *importing, const char *from);

/* Whether all that an output stands for is in the cache. */
mlv_err mlv_output_is_cached(struct mlv_store *cache, const struct mlv_output *output,
			     bool *cached) MLV_CHECK;

struct mlv_transfer_args;
/*
 * Bring into the cache what it lacks of the imports among what operands mean
 * that are kept by reference (push: false), from where they came, as their
 * pointers say. MLV_E_CORRUPT when other bytes lie there now.
 */
mlv_err mlv_imports_fetch(struct mlv_run *run, struct mlv_repo *repo,
			  const struct mlv_transfer_args *args, char *const *operands) MLV_CHECK;

#endif
