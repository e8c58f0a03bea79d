/* config/impl.h - inside config*.c: how the levels are held. */
#ifndef MLV_REPO_CONFIG_IMPL_H
#define MLV_REPO_CONFIG_IMPL_H

#include "core/repo/config.h"
#include "core/repo/config/keys.h"

#define MLV_CONFIG_MAX ((size_t)1 << 20) /* bytes of a file */

struct config_entry {
	char *key;
	char *value;
	bool ignored; /* a level that may not set it did */
};

struct config_file {
	char *path; /* absolute; NULL: there is no such level */
	char *dir;  /* what relative paths in it are relative to */
	bool there;
	bool untrusted; /* the repository level's rules hold */
	struct config_entry *at;
	size_t count, cap;
};

struct mlv_config {
	struct mlv_ctx *ctx;
	bool lenient;
	char *root; /* the directory above .mlv; NULL */
	struct config_file files[MLV_CONFIG_LEVELS];
};

/* Read a level's file anew, in place of what is held. */
mlv_err mlv_config_reload(struct mlv_config *config, enum mlv_config_level level) MLV_CHECK;
/* Why a file of an untrusted level may not set key to value, or NULL. */
const char *mlv_config_forbidden(const struct mlv_config *config, const struct config_file *file,
				 const struct mlv_config_key *row, const char *value);

#endif
