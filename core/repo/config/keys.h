/*
 * config/keys.h - the table of known settings: type, who may set them, how they are shown.
 *
 * The repository level comes with a clone, so it may set only what cannot
 * harm who cloned: no credential, nothing that weakens a check, no command,
 * and no path that is written outside the repository.
 */
#ifndef MLV_REPO_CONFIG_KEYS_H
#define MLV_REPO_CONFIG_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

enum mlv_config_type {
	MLV_CONFIG_TEXT,
	MLV_CONFIG_BOOL,
	MLV_CONFIG_COUNT,
	MLV_CONFIG_PATH,
	MLV_CONFIG_URL,
	MLV_CONFIG_DURATION, /* "14d", "12h" */
	MLV_CONFIG_AMOUNT,   /* of bytes: "500K", "1.5M" */
	MLV_CONFIG_LINKS, /* a list of reflink, hardlink, symlink, copy */
};

enum mlv_config_who {
	MLV_CONFIG_ANYONE,
	MLV_CONFIG_USER_ONLY,   /* not at the repository level */
	MLV_CONFIG_TRUE_ONLY,   /* there only as true: false would weaken a check */
	MLV_CONFIG_INSIDE_ONLY, /* there only as a path inside the repository */
};

struct mlv_config_key {
	const char *pattern; /* "core.remote", "remote.*.url" */
	enum mlv_config_type type;
	enum mlv_config_who who;
	bool secret; /* never shown */
	const char *allowed; /* "a b c": the words it may be; NULL: any */
};

/* The row for a key, or NULL. */
const struct mlv_config_key *mlv_config_key_find(const char *key);
/* MLV_E_SPEC for a key that is not known, with "did you mean". */
mlv_err mlv_config_key_unknown(const char *key) MLV_CHECK MLV_NEVER_NULL;
/* Why value is none for the key's type, or NULL. */
const char *mlv_config_value_wrong(const struct mlv_config_key *row, const char *value);
/* Section and name of what was typed in lower case. MLV_E_USAGE when it has no dot. */
mlv_err mlv_config_key_normal(const char *typed, struct mlv_buf *key) MLV_CHECK;
/* "true", "yes", "on", "1" and their contraries. */
bool mlv_config_parse_bool(const char *value, bool *truth) MLV_CHECK;
bool mlv_config_parse_count(const char *value, uint64_t *count) MLV_CHECK;
/* Whether a URL has a password or a query, which may be a signature. */
bool mlv_config_url_has_secret(const char *url);
/* Append a value as it may be shown: secrets and passwords in URLs as "***". */
mlv_err mlv_config_show(const char *key, const char *value, struct mlv_buf *to) MLV_CHECK;

#endif
