/* lockfile/impl.h - the inside of lockfile.h: from text to what it says, and back. */
#ifndef MLV_REPO_LOCKFILE_IMPL_H
#define MLV_REPO_LOCKFILE_IMPL_H

#include "core/base/value.h"
#include "core/repo/lockfile.h"

#define MLV_LOCKFILE_SCHEMA "mlv-lock 1"

/* The place in the repository of what an entry calls path; and what it is called there. */
mlv_err mlv_lockfile_to_root(const char *dir, const char *path, struct mlv_buf *out) MLV_CHECK;
mlv_err mlv_lockfile_from_root(const char *dir, const char *path, struct mlv_buf *out) MLV_CHECK;
/* The same for a wdir, which may be the root. */
mlv_err mlv_lockfile_wdir(const char *dir, const char *text, char **wdir) MLV_CHECK;
bool mlv_lockfile_is_url(const char *path);

/*
 * Read an entry in the canonical form; *strange: it is not, and nothing was
 * read. Keys and values are given to the setters below.
 */
mlv_err mlv_lockfile_read(const char *dir, const char *text, struct mlv_recorded *recorded,
			  bool *strange) MLV_CHECK;
/* Read an entry that is any YAML. file is for messages. */
mlv_err mlv_lockfile_read_value(const char *file, const char *dir, const char *name,
				const struct mlv_value *stage, struct mlv_recorded *recorded) MLV_CHECK;

/* One key of a dependency or output, its value as text. NULL, or what is wrong with it. */
const char *mlv_lockfile_set_key(struct mlv_recorded_path *path, const char *key,
				 const char *value);
/* Whether what was set makes sense together: NULL, or what is wrong. */
const char *mlv_lockfile_check_path(const struct mlv_recorded_path *path);
void mlv_recorded_path_release(struct mlv_recorded_path *path);

/* Read the file, and its journal, anew. */
mlv_err mlv_lockfile_reload(struct mlv_lockfile *file, struct mlv_repo *repo) MLV_CHECK;
/* The name of the stage whose text this is; *strange: its first line is none of ours. */
mlv_err mlv_lockfile_name(const struct mlv_lockfile *file, const char *text, size_t len,
			  struct mlv_buf *name, bool *strange) MLV_CHECK;

/*
 * The journal. To be read before mlv.lock is: then what it says is either of that mlv.lock,
 * or in it already.
 */
mlv_err mlv_journal_read(struct mlv_lockfile *file, struct mlv_repo *repo,
			 struct mlv_buf *text) MLV_CHECK;
/* Set what it says, if it is of the mlv.lock that these bytes are; a torn end is passed over. */
mlv_err mlv_journal_apply(struct mlv_lockfile *file, const struct mlv_buf *text, const char *lock,
			  size_t len) MLV_CHECK;
bool mlv_journal_is_as_read(const struct mlv_lockfile *file, struct mlv_repo *repo);
/* Append a stage's text to what is to go there. */
mlv_err mlv_journal_add(struct mlv_buf *records, const struct mlv_buf *text) MLV_CHECK;
/* Append it, durably. The caller holds the lock of mlv.lock, which is as it was read. */
mlv_err mlv_journal_append(struct mlv_lockfile *file, struct mlv_repo *repo,
			   const struct mlv_buf *records) MLV_CHECK;
/* All of it is in mlv.lock. */
mlv_err mlv_journal_drop(struct mlv_lockfile *file, struct mlv_repo *repo) MLV_CHECK;

#endif
