/*
 * transport/http.c - a web server as a remote: a static one for reading, one
 * with PUT, or better WebDAV, for writing.
 */
#include "remote/transport/http.h"

#include <stdlib.h>
#include <strings.h>

#include "core/base/sys.h"
#include "remote/http/fetch.h"
#include "remote/http/header.h"
#include "remote/settings.h"

#define JOBS 8

mlv_err mlv_http_key_url(const struct mlv_http_remote *remote, const char *key,
			 struct mlv_url *url)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&path, "%s/", remote->url.path);

	if (err || (err = mlv_url_encode(&path, key, strlen(key), "/")))
		return err;
	url->scheme = mlv_sys_strdup(remote->url.scheme);
	url->host = mlv_sys_strdup(remote->url.host);
	url->port = remote->url.port;
	url->path = mlv_sys_strdup(path.ptr);
	url->query = remote->url.query ? mlv_sys_strdup(remote->url.query) : NULL;
	if (!url->scheme || !url->host || !url->path || (remote->url.query && !url->query))
		return mlv_error_nomem("a URL");
	return NULL;
}

mlv_err mlv_http_add_auth(const struct mlv_http_remote *remote, bool same_origin,
			  struct mlv_strs *headers)
{
	return remote->login.header && same_origin ? mlv_strs_add(headers, remote->login.header) : NULL;
}

/* ---- requests without an answer's body ---- */

struct simple {
	const struct mlv_http_remote *remote;
	const struct mlv_strs *more; /* NULL: no further headers */
};

static mlv_err simple_headers(void *arg, const struct mlv_url *to, bool same_origin,
			      struct mlv_strs *headers)
{
	struct simple *simple = arg;
	mlv_err err = mlv_http_add_auth(simple->remote, same_origin, headers);

	(void)to;
	for (size_t i = 0; !err && simple->more && i < simple->more->count; i++)
		err = mlv_strs_add(headers, simple->more->at[i]);
	return err;
}

mlv_err mlv_http_simple(struct mlv_http_remote *remote, const char *method,
			const struct mlv_url *url, const struct mlv_source *source,
			const struct mlv_strs *headers, const int *as_is,
			struct mlv_net_reply *reply)
{
	struct simple simple = { remote, headers };
	struct mlv_http_exchange exchange = {
		.method = method,
		.url = url,
		.source = source,
		.size = source ? source->size : 0,
		.as_is = as_is,
		.headers = simple_headers,
		.arg = &simple,
	};

	return mlv_http_do(&remote->http, &exchange, reply);
}

/* ---- reading ---- */

struct getting {
	struct mlv_http_fetch fetch; /* first */
	const struct mlv_http_remote *remote;
};

static mlv_err get_headers(void *arg, const struct mlv_url *to, bool same_origin,
			   struct mlv_strs *headers)
{
	struct getting *getting = arg;
	mlv_err err = mlv_http_add_auth(getting->remote, same_origin, headers);

	(void)to;
	return err ? err : mlv_http_fetch_headers(&getting->fetch, headers);
}

static mlv_err get_begin(void *arg, struct mlv_net_reply *reply)
{
	return mlv_http_fetch_begin(arg, reply);
}

static mlv_err get_body(void *arg, const void *bytes, size_t len, bool *enough)
{
	return mlv_http_fetch_body(arg, bytes, len, enough);
}

static bool get_done(void *arg)
{
	return mlv_http_fetch_done(arg);
}

static mlv_err get_again(void *arg)
{
	return mlv_http_fetch_again(arg);
}

static mlv_err drop(void *arg, const void *bytes, size_t len)
{
	(void)arg;
	(void)bytes;
	(void)len;
	return NULL;
}

/* Where HEAD does not say the size: ask for the first byte. */
static mlv_err head_by_get(struct mlv_http_remote *remote, const struct mlv_url *url, bool *there,
			   uint64_t *size)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_sink sink = { .write = drop };
	struct getting getting = { .fetch = { .sink = &sink, .end = 1 }, .remote = remote };
	struct mlv_http_exchange exchange = { .method = "GET", .url = url,
					      .headers = get_headers, .arg = &getting };
	const char *text;
	uint64_t first, last, total = UINT64_MAX;
	mlv_err err = mlv_http_do(&remote->http, &exchange, &reply);

	if (err)
		return err;
	text = mlv_http_field(&reply.headers, "content-range");
	if (text && !mlv_http_content_range(text, &first, &last, &total))
		total = UINT64_MAX;
	text = mlv_http_field(&reply.headers, "content-length");
	if (reply.status == 200 && !(text && mlv_http_number(text, &total)))
		total = reply.body;
	*there = reply.status != 404 && reply.status != 410;
	if (!*there)
		return NULL;
	if (total == UINT64_MAX)
		return mlv_http_status_error(url, "GET", &reply);
	*size = total;
	return NULL;
}

mlv_err mlv_http_head(struct mlv_transport *t, const char *key, bool *there, uint64_t *size)
{
	struct mlv_http_remote *remote = mlv_http_remote_of(t);
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	const char *length;
	mlv_err err = mlv_http_key_url(remote, key, &url);

	if (err || (err = mlv_http_simple(remote, "HEAD", &url, NULL, NULL, NULL, &reply)))
		return err;
	if (reply.status == 404 || reply.status == 410) {
		*there = false;
		return NULL;
	}
	if (reply.status == 200 && (err = mlv_http_refuse_page(&reply.headers)))
		return mlv_error_wrap(err, "%s/%s", t->url, key);
	length = mlv_http_field(&reply.headers, "content-length");
	if (reply.status == 405 || reply.status == 501 ||
	    (reply.status == 200 && !(length && mlv_http_number(length, size))))
		return head_by_get(remote, &url, there, size);
	if (reply.status != 200)
		return mlv_http_status_error(&url, "HEAD", &reply);
	*there = true;
	return NULL;
}

static mlv_err http_version(struct mlv_transport *t, const char *key, struct mlv_version *version)
{
	struct mlv_http_remote *remote = mlv_http_remote_of(t);
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	mlv_err err = mlv_http_key_url(remote, key, &url);

	if (!err)
		err = mlv_http_simple(remote, "HEAD", &url, NULL, NULL, NULL, &reply);
	if (!err && reply.status == 200)
		mlv_http_version(&reply.headers, version);
	return err;
}

static mlv_err http_get(struct mlv_transport *t, const char *key, uint64_t offset, uint64_t len,
			const struct mlv_sink *sink)
{
	struct mlv_http_remote *remote = mlv_http_remote_of(t);
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct getting getting = {
		.fetch = { .sink = sink, .offset = offset, .at = offset,
			   .end = len == UINT64_MAX ? len : offset + len },
		.remote = remote,
	};
	struct mlv_http_exchange exchange = {
		.method = "GET", .url = &url, .headers = get_headers, .begin = get_begin,
		.body = get_body, .done = get_done, .again = get_again, .arg = &getting,
	};
	bool other = false, again = true;
	mlv_err err = mlv_http_key_url(remote, key, &url);

	while (!err && again) {
		again = false;
		if ((err = mlv_http_do(&remote->http, &exchange, &reply)))
			return err->code == MLV_E_CORRUPT ? mlv_error_wrap(err, "%s/%s", t->url, key)
							  : err;
		err = mlv_http_fetch_end(&getting.fetch, &url, &reply, &other);
		if (!err && other)
			err = reply.status == 416 ? mlv_http_fetch_by_size(&getting.fetch, t, key, &again)
						  : mlv_http_status_error(&url, "GET", &reply);
	}
	return err;
}

static mlv_err http_remove(struct mlv_transport *t, const char *key)
{
	struct mlv_http_remote *remote = mlv_http_remote_of(t);
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	mlv_err err = mlv_http_key_url(remote, key, &url);

	if (err || (err = mlv_http_simple(remote, "DELETE", &url, NULL, NULL, NULL, &reply)))
		return err;
	if ((reply.status >= 200 && reply.status < 300) || reply.status == 404 ||
	    reply.status == 410)
		return NULL;
	return mlv_http_status_error(&url, "DELETE", &reply);
}

static void http_free(struct mlv_transport *t)
{
	struct mlv_http_remote *remote = mlv_http_remote_of(t);

	mlv_http_close(&remote->http);
	mlv_url_release(&remote->url);
	mlv_http_login_release(&remote->login);
	pthread_mutex_destroy(&remote->lock);
	free(t->url);
	free(remote);
}

static const struct mlv_transport_ops http_ops = {
	.head = mlv_http_head,
	.get = http_get,
	.put = mlv_http_put,
	.version = http_version,
	.remove = http_remove,
	.free = http_free,
};

/* Fill in a remote that http_free() can free already. */
static mlv_err set_up(struct mlv_http_remote *remote, struct mlv_ctx *ctx,
		      const struct mlv_remote_settings *settings)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	const char *method;
	size_t len;
	mlv_err err = mlv_url_parse(&remote->url, settings->url);

	if (err)
		return mlv_error_hint(mlv_error_wrap(err, "remote %s", settings->name),
				      "mlv remote modify %s url <url>", settings->name);
	len = strlen(remote->url.path);
	while (len > 0 && remote->url.path[len - 1] == '/')
		remote->url.path[--len] = '\0';
	if ((err = mlv_url_show(&shown, &remote->url)))
		return err;
	remote->base.url = mlv_buf_detach(&shown);
	if (!remote->base.url)
		return mlv_error_nomem("a transport");
	if ((err = mlv_http_login_find(&remote->login, ctx, settings, &remote->url)))
		return err;
	method = mlv_setting(settings, "method");
	remote->posts = method && strcasecmp(method, "POST") == 0;
	remote->http.digest_user = remote->login.digest_user;
	remote->http.digest_password = remote->login.digest_password;
	remote->http.connections = remote->base.jobs;
	remote->http.http2 = true;
	return mlv_http_open(&remote->http, ctx, settings);
}

mlv_err mlv_transport_open_http(struct mlv_transport **out, struct mlv_ctx *ctx,
				const struct mlv_remote_settings *settings)
{
	struct mlv_http_remote *remote = mlv_sys_alloc(sizeof(*remote));
	bool from_repo = false;
	const char *jobs = settings->setting ? settings->setting(settings->arg, "jobs", &from_repo)
					     : NULL;
	uint64_t count = 0;
	mlv_err err;

	if (!remote)
		return mlv_error_nomem("a transport");
	pthread_mutex_init(&remote->lock, NULL);
	remote->base.ops = &http_ops;
	remote->base.ctx = ctx;
	remote->base.jobs = ctx->transfer_jobs ? ctx->transfer_jobs : JOBS;
	if (!ctx->transfer_jobs && jobs && mlv_http_number(jobs, &count) && count > 0 && count <= 256)
		remote->base.jobs = (unsigned)count;
	if ((err = set_up(remote, ctx, settings))) {
		http_free(&remote->base);
		return err;
	}
	*out = &remote->base;
	return NULL;
}
