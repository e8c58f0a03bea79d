/*
 * level.h - what the commands that read and write settings share: the flags
 * that name a level, where the settings are, names and URLs of remotes.
 */
#ifndef MLV_CMD_LEVEL_H
#define MLV_CMD_LEVEL_H

#include "cmd/cmd.h"
#include "core/base/buf.h"
#include "core/base/strs.h"
#include "core/repo/config.h"

struct mlv_level_flags {
	bool system, global, project, local;
};

#define MLV_LEVEL_OPTS(args, field)                                                               \
	{ MLV_OPT_FLAG, 0, "system", offsetof(args, field.system), NULL, MLV_HINT_NONE,           \
	  "for all users of this machine" },                                                      \
	{ MLV_OPT_FLAG, 0, "global", offsetof(args, field.global), NULL, MLV_HINT_NONE,           \
	  "for all repositories of this user" },                                                  \
	{ MLV_OPT_FLAG, 0, "project", offsetof(args, field.project), NULL, MLV_HINT_NONE,         \
	  "for all who clone this repository (default)" },                                        \
	{ MLV_OPT_FLAG, 0, "local", offsetof(args, field.local), NULL, MLV_HINT_NONE,             \
	  "for this clone only; secrets belong here" }

/* The level that the flags name; *given false (and the repository's) when there is none. */
mlv_err mlv_level_of(const struct mlv_level_flags *flags, enum mlv_config_level *level,
		     bool *given) MLV_CHECK;

/*
 * The settings, problems in them only warned of. root (may be NULL) gets the
 * repository's root, "" outside of one. MLV_E_MISSING when need_repo and there
 * is none.
 */
mlv_err mlv_level_open(struct mlv_run *run, bool need_repo, struct mlv_config **config,
		       struct mlv_buf *root) MLV_CHECK;

/* Append a value as it may be shown. */
mlv_err mlv_level_show(const char *key, const char *value, struct mlv_buf *to) MLV_CHECK;

/* A path typed, as it is stored at a level: relative to .mlv if it was typed relative. */
mlv_err mlv_level_path(struct mlv_run *run, const char *root, enum mlv_config_level level,
		       const char *typed, struct mlv_buf *stored) MLV_CHECK;
/* A URL or path typed, likewise. MLV_E_USAGE for a scheme that is not known. */
mlv_err mlv_level_url(struct mlv_run *run, const char *root, enum mlv_config_level level,
		      const char *typed, struct mlv_buf *stored) MLV_CHECK;
/* Whether name may be that of a remote. */
mlv_err mlv_level_check_name(const char *name) MLV_CHECK;
/* MLV_E_MISSING, with "did you mean", unless there is a remote of this name. */
mlv_err mlv_level_check_remote(const struct mlv_config *config, const char *name) MLV_CHECK;
/* The names that a value of core.remote lists, separated by commas: each once, in order. */
mlv_err mlv_level_remotes(const char *value, struct mlv_strs *names) MLV_CHECK;
/* "remote.NAME.<option>", or "remote.NAME" with option NULL. */
mlv_err mlv_level_key(const char *name, const char *option, struct mlv_buf *key) MLV_CHECK;

#endif
