/*
 * credentials.h - who we are to an object store, from where the AWS tools look.
 *
 * Order     the remote's settings; the environment (AWS_ACCESS_KEY_ID, ...),
 *           unless the settings name a profile; then of the profile (of the
 *           settings, else AWS_PROFILE, else "default", its credentials file
 *           before its config file): a role; a web identity (also by the
 *           environment); SSO; keys in its credentials file; a program; keys
 *           in its config file; then the
 *           container's endpoint, the instance's metadata service. The first
 *           that is named is the one: what it says wrong is told, no other is
 *           tried instead.
 * Model     open() looks where the keys are to come from, and asks nobody.
 *           get() gives them, and asks where that is due: first, and again
 *           15 minutes before they end, or when a server said that they have
 *           ended. One thread asks, the others go on with what is still good,
 *           else wait for it.
 * Secrets   are wiped when released, and never part of a message. A program
 *           is run only because the user's own files name it. Nothing is asked
 *           through a redirect; the metadata services not through a proxy.
 * Threads   get() and renew() may be called by many at once.
 */
#ifndef MLV_REMOTE_CREDENTIALS_H
#define MLV_REMOTE_CREDENTIALS_H

#include <time.h>

#include "remote/transport.h"

struct mlv_keys {
	char *access_key; /* NULL: there are none, requests go unsigned */
	char *secret_key;
	char *token;    /* of a session; NULL: none */
	time_t expires; /* 0: never */
};

void mlv_keys_release(struct mlv_keys *keys);

struct mlv_credentials;

/*
 * Look. MLV_E_REFUSED: a secret was set in the repository; MLV_E_SPEC: half of
 * a pair, or a profile that cannot be followed. With the setting
 * allow_anonymous_login there are none.
 */
mlv_err mlv_credentials_open(struct mlv_credentials **out, struct mlv_ctx *ctx,
			     const struct mlv_remote_settings *settings) MLV_CHECK;
void mlv_credentials_freep(struct mlv_credentials **credentials);
/* Of the profile; NULL: it says none. */
const char *mlv_credentials_region(const struct mlv_credentials *credentials);
/*
 * Of the instance that gives the keys, appended; nothing where it gives none, or
 * does not say. Asked anew each time.
 */
mlv_err mlv_credentials_instance_region(struct mlv_credentials *credentials,
					struct mlv_buf *region) MLV_CHECK;
/* What the profile says of another key, "s3.addressing_style" for one within "s3 ="; NULL: nothing. */
const char *mlv_credentials_profile(const struct mlv_credentials *credentials, const char *key);
/* By the environment or the profile; NULL: AWS itself. */
const char *mlv_credentials_endpoint(const struct mlv_credentials *credentials);
/* Whether settings, environment or profile name a source; else there may be the instance's. */
bool mlv_credentials_named(const struct mlv_credentials *credentials);
/* From now on there are none, and nobody is asked. */
void mlv_credentials_give_up(struct mlv_credentials *credentials);
/*
 * The keys, copied, to be released; serial (may be NULL) gets which ones these
 * are. MLV_E_REMOTE: who gives them cannot be reached, or refuses.
 */
mlv_err mlv_credentials_get(struct mlv_credentials *credentials, struct mlv_keys *keys,
			    uint64_t *serial) MLV_CHECK;
/* A server said that the keys of this serial have ended: whether get() may bring others. */
bool mlv_credentials_renew(struct mlv_credentials *credentials, uint64_t serial);
/* Whether somebody else had them renewed since. */
bool mlv_credentials_renewed(struct mlv_credentials *credentials, uint64_t serial);

#endif
