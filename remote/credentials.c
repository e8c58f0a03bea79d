/* credentials.c - keys, given to many threads and renewed in time. */
#include "remote/credentials.h"

#include <stdlib.h>

#include "core/base/sys.h"
#include "remote/credentials/impl.h"

#define RENEW_SECONDS 900 /* before the end, or a quarter of the whole time: new ones are asked for */
#define PAUSE_SECONDS 60  /* after a failure, while the old ones are good */

void mlv_keys_release(struct mlv_keys *keys)
{
	if (keys->access_key)
		mlv_wipe(keys->access_key, strlen(keys->access_key));
	free(keys->access_key);
	mlv_secret_freep(&keys->secret_key);
	mlv_secret_freep(&keys->token);
	*keys = (struct mlv_keys){ 0 };
}

mlv_err mlv_keys_set(char **part, const char *value)
{
	mlv_secret_freep(part);
	if (!value || !value[0])
		return NULL;
	*part = mlv_sys_strdup(value);
	return *part ? NULL : mlv_error_nomem("credentials");
}

static mlv_err copy_keys(struct mlv_keys *to, const struct mlv_keys *from)
{
	struct mlv_keys copy = { .expires = from->expires };
	mlv_err err;

	if ((err = mlv_keys_set(&copy.access_key, from->access_key)) ||
	    (err = mlv_keys_set(&copy.secret_key, from->secret_key)) ||
	    (err = mlv_keys_set(&copy.token, from->token))) {
		mlv_keys_release(&copy);
		return err;
	}
	*to = copy;
	return NULL;
}

const char *mlv_credentials_region(const struct mlv_credentials *c)
{
	return c->region;
}

const char *mlv_credentials_profile(const struct mlv_credentials *c, const char *key)
{
	return mlv_profile_get(mlv_profiles_find(&c->profiles, MLV_PROFILE, c->profile), key);
}

const char *mlv_credentials_endpoint(const struct mlv_credentials *c)
{
	return c->endpoint;
}

bool mlv_credentials_named(const struct mlv_credentials *c)
{
	return c->source != MLV_SOURCE_NONE && c->source != MLV_SOURCE_INSTANCE;
}

void mlv_credentials_give_up(struct mlv_credentials *c)
{
	c->source = MLV_SOURCE_NONE;
}

/* ---- getting; all under the lock, but the asking itself ---- */

/* New keys came: when to ask again. Ones that have ended by our clock may be good by the server's. */
static void plan(struct mlv_credentials *c)
{
	time_t now = time(NULL), life = c->keys.expires - now;
	time_t lead = life / 4 < RENEW_SECONDS ? life / 4 : RENEW_SECONDS;

	c->renew_at = life > 0 ? c->keys.expires - lead : now + PAUSE_SECONDS;
	c->wait_at = life > 0 ? c->keys.expires - lead / 3 : c->renew_at;
}

/* Ask the source. The lock is given back meanwhile. */
static mlv_err ask(struct mlv_credentials *c)
{
	MLV_SCOPED(mlv_keys_release) struct mlv_keys keys = { 0 };
	mlv_err err;

	c->asking = true;
	pthread_mutex_unlock(&c->lock);
	err = c->source == MLV_SOURCE_FIXED ? copy_keys(&keys, &c->fixed)
					    : mlv_source_ask(c, c->source, c->profile, 0, &keys);
	if (!err && c->serial > 0 && c->keys.access_key && !keys.access_key)
		err = mlv_error(MLV_E_REMOTE, "credentials are not given any more");
	pthread_mutex_lock(&c->lock);
	c->asking = false;
	c->failed = err != NULL;
	if (err) {
		c->failure = *err;
		c->renew_at = c->wait_at = time(NULL) + PAUSE_SECONDS;
	} else {
		mlv_keys_release(&c->keys);
		c->keys = keys;
		keys = (struct mlv_keys){ 0 };
		c->serial++;
		c->ended = false;
		plan(c);
	}
	pthread_cond_broadcast(&c->renewed);
	return err;
}

/* Wait until another thread has asked; its failure is ours. */
static mlv_err wait_for_other(struct mlv_credentials *c)
{
	while (c->asking)
		pthread_cond_wait(&c->renewed, &c->lock);
	return c->failed ? mlv_error_copy(&c->failure) : NULL;
}

static mlv_err make_good(struct mlv_credentials *c)
{
	time_t now = time(NULL);
	bool have = c->serial > 0 && !c->ended;
	mlv_err err;

	if (have && (c->keys.expires == 0 || now < c->renew_at || (c->asking && now < c->wait_at)))
		return NULL;
	err = c->asking ? wait_for_other(c) : ask(c);
	if (!err || !have || c->ended || err->code == MLV_E_INTERRUPTED || now >= c->keys.expires)
		return err;
	mlv_tell_detail(c->ctx, "remote %s: credentials are not renewed yet: %.*s", c->remote,
			(int)mlv_error_len_without_hint(err), err->msg);
	return NULL;
}

mlv_err mlv_credentials_get(struct mlv_credentials *c, struct mlv_keys *keys, uint64_t *serial)
{
	mlv_err err;

	pthread_mutex_lock(&c->lock);
	if (!(err = make_good(c)))
		err = copy_keys(keys, &c->keys);
	if (serial)
		*serial = c->serial;
	pthread_mutex_unlock(&c->lock);
	return err;
}

bool mlv_credentials_renewed(struct mlv_credentials *c, uint64_t serial)
{
	bool renewed;

	pthread_mutex_lock(&c->lock);
	renewed = serial != c->serial || c->ended;
	pthread_mutex_unlock(&c->lock);
	return renewed;
}

bool mlv_credentials_renew(struct mlv_credentials *c, uint64_t serial)
{
	bool others = c->source != MLV_SOURCE_NONE && c->source != MLV_SOURCE_FIXED;

	pthread_mutex_lock(&c->lock);
	if (others && serial == c->serial)
		c->ended = true;
	pthread_mutex_unlock(&c->lock);
	return others;
}
