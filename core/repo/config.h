/*
 * config.h - settings, from four levels, later ones first in rank:
 * system (/etc/mlv/config), user ($XDG_CONFIG_HOME/mlv/config, else
 * ~/.config/mlv/config), repository (.mlv/config), local (.mlv/config.local).
 *
 * The syntax is git's. Keys are "core.remote", "cache.dir", "cache.type",
 * "remote.NAME.url"...; each known one stands in one table (config.c) with
 * its type and whether the repository level may set it: that level comes with
 * a clone, so that it is an allow-list. A key it may not set is ignored there,
 * with a warning; an unknown one is MLV_E_SPEC with "did you mean". A local
 * file that another user owns, or that git tracks, counts as the repository's.
 *
 * Crash safety   a file is replaced in one step, under a lock of its directory.
 * Threads        a handle is used by one thread at a time.
 * Limits         a file may hold 1 MiB and 10,000 settings.
 */
#ifndef MLV_REPO_CONFIG_H
#define MLV_REPO_CONFIG_H

#include "core/base/buf.h"
#include "core/base/context.h"
#include "core/base/strs.h"

enum mlv_config_level {
	MLV_CONFIG_SYSTEM,
	MLV_CONFIG_USER,
	MLV_CONFIG_REPO,
	MLV_CONFIG_LOCAL,
	MLV_CONFIG_LEVELS,
};

struct mlv_config;

/* Load all levels; mlv_dir is the absolute path of .mlv, NULL: only system and user. */
mlv_err mlv_config_load(struct mlv_config **out, struct mlv_ctx *ctx,
			const char *mlv_dir) MLV_CHECK;
/*
 * The same, but what is wrong in a file is told as a warning and passed over,
 * so that `mlv config` can mend it and `mlv doctor` see it all.
 */
mlv_err mlv_config_load_lenient(struct mlv_config **out, struct mlv_ctx *ctx,
				const char *mlv_dir) MLV_CHECK;
void mlv_config_freep(struct mlv_config **config);
/* The absolute path of a level's file, or NULL; there (may be NULL): whether it exists. */
const char *mlv_config_file(const struct mlv_config *config, enum mlv_config_level level,
			    bool *there);
const char *mlv_config_level_name(enum mlv_config_level level);
/* Whether the local level sets what the repository level may not. */
bool mlv_config_local_matters(const struct mlv_config *config);
/* Treat the local level as the repository's: it came with it. */
void mlv_config_distrust_local(struct mlv_config *config);
/* The value in force, or NULL; level (may be NULL) gets where it was set. Good until a set. */
const char *mlv_config_get(const struct mlv_config *config, const char *key,
			   enum mlv_config_level *level);
/* The value set at one level, or NULL. */
const char *mlv_config_get_at(const struct mlv_config *config, enum mlv_config_level level,
			      const char *key);
bool mlv_config_bool(const struct mlv_config *config, const char *key, bool otherwise);
uint64_t mlv_config_count(const struct mlv_config *config, const char *key, uint64_t otherwise);
/* Each entry, by rank of level and order of file. */
typedef mlv_err (*mlv_config_fn)(void *arg, enum mlv_config_level level, const char *file,
				 const char *key, const char *value);
mlv_err mlv_config_each(const struct mlv_config *config, mlv_config_fn fn, void *arg) MLV_CHECK;
/* The names of all remotes, sorted. */
mlv_err mlv_config_remotes(const struct mlv_config *config, struct mlv_strs *names) MLV_CHECK;
/*
 * Set (NULL: unset) a key at a level, durably, under a lock; the key and value
 * are checked against the table. A relative path in cache.dir and in a remote's
 * url is relative to the directory of its config file.
 */
mlv_err mlv_config_set(struct mlv_config *config, enum mlv_config_level level, const char *key,
		       const char *value) MLV_CHECK;
/* Remove a section, "remote.NAME", with all that it sets at a level, likewise. */
mlv_err mlv_config_drop(struct mlv_config *config, enum mlv_config_level level,
			const char *section) MLV_CHECK;
/* A value that is a path, made absolute by the directory of the file it was set in. */
mlv_err mlv_config_path(const struct mlv_config *config, const char *key, struct mlv_buf *path,
			bool *set) MLV_CHECK;
/* Lock the directory of a file of settings, until *fd is closed. Waits up to 30 s. */
mlv_err mlv_config_lock_dir(struct mlv_ctx *ctx, const char *dir, int *fd) MLV_CHECK;

#endif
