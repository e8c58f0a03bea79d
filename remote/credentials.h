/*
 * credentials.h - who we are to an object store, from where the AWS tools look.
 *
 * Order     settings of the remote; the environment (AWS_ACCESS_KEY_ID, ...),
 *           unless the settings name a profile; the profile (of the settings,
 *           else AWS_PROFILE, else "default") in the shared credentials file
 *           and then in the config file. Other sources (roles, SSO, a process,
 *           a container, an instance) are told, not used.
 * Secrets   are wiped when released, and never part of a message.
 */
#ifndef MLV_REMOTE_CREDENTIALS_H
#define MLV_REMOTE_CREDENTIALS_H

#include "remote/transport.h"

struct mlv_credentials {
	char *access_key; /* NULL: none were found, requests go unsigned */
	char *secret_key;
	char *token;    /* of a session; NULL: none */
	char *region;   /* of the profile; NULL: it says none */
	char *endpoint; /* of the profile; NULL: it says none */
	char *elsewhere; /* a source that the profile names and that is not read here; NULL: none */
};

void mlv_credentials_release(struct mlv_credentials *credentials);
/* Look. MLV_E_REFUSED: a secret was set in the repository; MLV_E_SPEC: half of a pair. */
mlv_err mlv_credentials_find(struct mlv_credentials *out, struct mlv_ctx *ctx,
			     const struct mlv_remote_settings *settings) MLV_CHECK;

/*
 * Each "key = value" of a profile in the text of such a file. In a config file
 * sections are "profile NAME", except "default"; in a credentials file "NAME".
 */
typedef mlv_err (*mlv_profile_fn)(void *arg, const char *key, const char *value);
mlv_err mlv_credentials_parse(const char *text, size_t len, const char *profile, bool config,
			      bool *found, mlv_profile_fn fn, void *arg) MLV_CHECK;

#endif
