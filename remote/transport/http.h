/* transport/http.h - what the parts of the http transport share. */
#ifndef MLV_REMOTE_TRANSPORT_HTTP_H
#define MLV_REMOTE_TRANSPORT_HTTP_H

#include <pthread.h>

#include "remote/http/exchange.h"

enum mlv_http_move { MLV_MOVE_UNKNOWN, MLV_MOVE_YES, MLV_MOVE_NO };

/* Who we are: a header, or what answers a challenge; all NULL: nobody. */
struct mlv_http_login {
	char *header; /* "Name: value" */
	char *digest_user, *digest_password;
};

struct mlv_http_remote {
	struct mlv_transport base; /* first */
	struct mlv_http http;
	struct mlv_url url; /* without user and password, the path without a slash at its end */
	struct mlv_http_login login;
	bool posts; /* bytes are sent with POST, by a server's own rules, instead of PUT */
	pthread_mutex_t lock;
	enum mlv_http_move move; /* whether the server can MOVE; under lock */
	bool unconditional;      /* it does not take If-None-Match with a PUT; under lock */
};

static inline struct mlv_http_remote *mlv_http_remote_of(struct mlv_transport *t)
{
	return (struct mlv_http_remote *)(void *)t;
}

/* The URL of a key; "" is the remote itself. */
mlv_err mlv_http_key_url(const struct mlv_http_remote *remote, const char *key,
			 struct mlv_url *url) MLV_CHECK;
/*
 * Find out who we are: by the settings, the URL, else by the user's .netrc. MLV_E_REFUSED: it is
 * set, and may not be sent there; what .netrc says is then warned about, and left alone.
 */
mlv_err mlv_http_login_find(struct mlv_http_login *login, struct mlv_ctx *ctx,
			    const struct mlv_remote_settings *settings,
			    const struct mlv_url *url) MLV_CHECK;
void mlv_http_login_release(struct mlv_http_login *login);
/* Add the login's header, if there is one and the origin is the remote's. For struct mlv_http_exchange. */
mlv_err mlv_http_add_auth(const struct mlv_http_remote *remote, bool same_origin,
			  struct mlv_strs *headers) MLV_CHECK;
/* A request without a body but for source, and with one header more ("": none). */
mlv_err mlv_http_simple(struct mlv_http_remote *remote, const char *method,
			const struct mlv_url *url, const struct mlv_source *source,
			const struct mlv_strs *headers, const int *as_is,
			struct mlv_net_reply *reply) MLV_CHECK;

/* Operations of the transport. */
mlv_err mlv_http_head(struct mlv_transport *t, const char *key, bool *there,
		      uint64_t *size) MLV_CHECK;
mlv_err mlv_http_put(struct mlv_transport *t, const char *key,
		     const struct mlv_source *source) MLV_CHECK;

#endif
