/*
 * credentials/profile.h - the two files of profiles that the AWS tools share.
 *
 * Model     Sections with pairs. In the credentials file a section is a profile
 *           by its name; in the config file it is "profile NAME", "default",
 *           "sso-session NAME" or "services NAME". An indented line below a
 *           key without a value is a pair of its own, "key.sub". Of a profile
 *           in both files, the credentials file's pairs come first in rank.
 *           Names of keys are in lower case.
 */
#ifndef MLV_REMOTE_CREDENTIALS_PROFILE_H
#define MLV_REMOTE_CREDENTIALS_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

enum mlv_profile_kind { MLV_PROFILE, MLV_PROFILE_SSO, MLV_PROFILE_SERVICES };

struct mlv_profile_pair {
	char *key, *value;
	bool of_config; /* which of the two files it stands in */
};

struct mlv_profile {
	enum mlv_profile_kind kind;
	char *name;
	struct mlv_profile_pair *pairs;
	size_t count, cap;
};

struct mlv_profiles {
	struct mlv_profile *at;
	size_t count, cap;
};

void mlv_profiles_release(struct mlv_profiles *profiles);
/* Add what the text of a file says; config: which of the two it is. Any text is one. */
mlv_err mlv_profiles_parse(struct mlv_profiles *profiles, const char *text, size_t len,
			   bool config) MLV_CHECK;
/* NULL: there is none of that name. */
const struct mlv_profile *mlv_profiles_find(const struct mlv_profiles *profiles,
					    enum mlv_profile_kind kind, const char *name);
/* The value of a key, by rank; NULL (also for an empty one, or no profile): it is not set. */
const char *mlv_profile_get(const struct mlv_profile *profile, const char *key);
/* The same, of one of the two files. */
const char *mlv_profile_get_in(const struct mlv_profile *profile, bool config, const char *key);

#endif
