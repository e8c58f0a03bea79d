/*
 * http/exchange.h - a request and its answer: sent again where that may help,
 * redirected by rules that keep secrets at home.
 *
 * Redirects  at most five, to http and https only, never from https to http.
 *            headers() is told whether the target is of the origin that the
 *            request was meant for, and adds a credential only then.
 * Retries    by retry.h: broken connections and the statuses 408, 429, 500,
 *            502, 503, 504 and 509, but for those that as_is names.
 * Threads    one struct mlv_http may be used by many threads at once.
 */
#ifndef MLV_REMOTE_HTTP_EXCHANGE_H
#define MLV_REMOTE_HTTP_EXCHANGE_H

#include "remote/net/module.h"
#include "remote/url.h"

struct mlv_http {
	unsigned connections; /* set before it is opened: the most at once; 0: any number */
	bool http2;           /* the same: HTTP/2 is spoken over TLS where the server does */
	/* the same: who we are, by digest, to the origin alone; live as long as it; NULL: nobody */
	const char *digest_user, *digest_password;
	/* the same: a file of authorities, where neither settings nor AWS_CA_BUNDLE name one; or NULL */
	const char *ca_bundle;
	struct mlv_ctx *ctx;
	const struct mlv_net_ops *ops;
	struct mlv_net *net;
};

/*
 * Load the module, by the settings ca_file, cert_path, key_path, proxy,
 * ssl_verify and the timeouts.
 */
mlv_err mlv_http_open(struct mlv_http *http, struct mlv_ctx *ctx,
		      const struct mlv_remote_settings *settings) MLV_CHECK;
void mlv_http_close(struct mlv_http *http);

enum mlv_http_verdict {
	MLV_HTTP_USUAL,  /* as the status says */
	MLV_HTTP_RETRY,  /* the answer may be another one later */
	MLV_HTTP_SLOWER, /* the same, after a longer wait */
	MLV_HTTP_FINAL,  /* an answer like any other */
	MLV_HTTP_ODD,    /* it makes no sense, and the next one might */
};

struct mlv_http_exchange {
	const char *method;
	const struct mlv_url *url;
	const struct mlv_source *source; /* the body: size bytes of it from offset; NULL: none */
	uint64_t offset, size;
	const int *as_is;  /* statuses, 0 at the end, that are not tried again; NULL: none */
	bool no_redirects; /* a redirect is an answer like any other */
	bool once;         /* whatever comes of it, it is not tried again */
	/* Add "Name: value" for an attempt at to; called before each. May be NULL. */
	mlv_err (*headers)(void *arg, const struct mlv_url *to, bool same_origin,
			   struct mlv_strs *headers);
	/* As of struct mlv_net_request; may be NULL. */
	mlv_err (*begin)(void *arg, struct mlv_net_reply *reply);
	mlv_err (*body)(void *arg, const void *bytes, size_t len, bool *enough);
	/* What an answer means, whose status it may change. NULL: usual. */
	enum mlv_http_verdict (*look)(void *arg, struct mlv_net_reply *reply);
	/* Whether all came that was wanted, when a transfer broke. NULL: it did not. */
	bool (*done)(void *arg);
	/* Before each attempt but the first: MLV_E_REMOTE when going on is not possible. */
	mlv_err (*again)(void *arg);
	void *arg;
};

void mlv_net_reply_release(struct mlv_net_reply *reply);

/*
 * Do it. NULL: an answer came that no repetition would better, of any status;
 * the caller judges it. MLV_E_REMOTE names the URL.
 */
mlv_err mlv_http_do(struct mlv_http *http, const struct mlv_http_exchange *exchange,
		    struct mlv_net_reply *reply) MLV_CHECK;

/* The failure that an answer's status stands for, with a hint where there is one. */
mlv_err mlv_http_status_error(const struct mlv_url *url, const char *method,
			      const struct mlv_net_reply *reply) MLV_CHECK MLV_NEVER_NULL;

/* Headers of a request may hold secrets: they are wiped. */
void mlv_http_headers_release(struct mlv_strs *headers);
/* Header text "Name: value"; MLV_E_REFUSED when value holds a control character. */
mlv_err mlv_http_add_header(struct mlv_strs *headers, const char *name,
			    const char *value) MLV_CHECK;

#endif
