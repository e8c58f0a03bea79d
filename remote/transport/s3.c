/* transport/s3.c - a bucket of an S3-compatible store as a remote: s3://bucket/prefix. */
#include <stdlib.h>

#include "core/base/sys.h"
#include "remote/http/header.h"
#include "remote/s3.h"

/* ---- reading and removing ---- */

/* Whether the bucket may be listed. */
static mlv_err may_list(struct mlv_s3 *s3, bool *may)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf query = MLV_BUF_INIT;
	struct mlv_s3_request request = { .method = "GET", .right = "s3:ListBucket" };
	mlv_err err = mlv_buf_add_str(&query, "list-type=2&max-keys=1&prefix=");

	if (err || (err = mlv_url_encode(&query, s3->prefix, strlen(s3->prefix), "")))
		return err;
	request.query = query.ptr;
	if ((err = mlv_s3_do(s3, &request, &reply)))
		return err;
	*may = reply.status == 200;
	return NULL;
}

/*
 * Reading a key is denied. To who may not list the store does not say what is
 * not there: it denies that, too. So a denial stands for "not there" where
 * other keys were read; where none was yet, and listing is denied as well,
 * nobody can tell, which is said once.
 */
static mlv_err denied(struct mlv_s3 *s3, bool *missing)
{
	bool reads, told, lists = false;
	mlv_err err;

	pthread_mutex_lock(&s3->lock);
	reads = s3->reads;
	told = s3->told_unreadable;
	pthread_mutex_unlock(&s3->lock);
	*missing = reads || told;
	if (*missing || !s3->is_signed)
		return NULL;
	if ((err = may_list(s3, &lists)) || lists)
		return err;
	pthread_mutex_lock(&s3->lock);
	told = s3->told_unreadable;
	s3->told_unreadable = true;
	pthread_mutex_unlock(&s3->lock);
	if (!told)
		mlv_tell_warning(s3->base.ctx, "%s: reading is denied, or there is nothing yet: without the "
				 "right s3:ListBucket nobody can tell; reading needs s3:GetObject",
				 s3->base.url);
	*missing = true;
	return NULL;
}

/* What an answer to GET of 300 and more means. */
static mlv_err get_failed(struct mlv_s3 *s3, const struct mlv_s3_request *request,
			  const struct mlv_net_reply *reply)
{
	char code[MLV_S3_CODE];
	bool missing = false;
	mlv_err err;

	mlv_s3_code(s3, &reply->error, code);
	if (strcmp(code, "AccessDenied") == 0 && (err = denied(s3, &missing)))
		return err;
	if (missing)
		return mlv_error(MLV_E_MISSING, "%s/%s: not there", s3->base.url, request->key);
	return mlv_s3_error(s3, request, reply);
}

/* *again: what came is to be asked for without a range. */
static mlv_err get_once(struct mlv_transport *t, const char *key, struct mlv_http_fetch *fetch,
			bool *again)
{
	struct mlv_s3 *s3 = mlv_s3_of(t);
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	struct mlv_s3_request request = { .method = "GET", .key = key, .fetch = fetch,
					  .right = "s3:GetObject" };
	bool other = false;
	mlv_err err = mlv_s3_do(s3, &request, &reply);

	*again = false;
	if (err)
		return err->code == MLV_E_CORRUPT ? mlv_error_wrap(err, "%s/%s", t->url, key) : err;
	if (reply.status >= 300 && reply.status != 416)
		return get_failed(s3, &request, &reply);
	if ((err = mlv_s3_url(s3, &request, &url)))
		return err;
	err = mlv_http_fetch_end(fetch, &url, &reply, &other);
	if (err || !other)
		return err;
	return reply.status == 416 ? mlv_http_fetch_by_size(fetch, t, key, again)
				   : mlv_s3_error(s3, &request, &reply);
}

static mlv_err s3_get(struct mlv_transport *t, const char *key, uint64_t offset, uint64_t len,
		      const struct mlv_sink *sink)
{
	struct mlv_http_fetch fetch = { .sink = sink, .offset = offset, .at = offset,
					.end = len == UINT64_MAX ? len : offset + len };
	bool again = true;
	mlv_err err = NULL;

	while (!err && again)
		err = get_once(t, key, &fetch, &again);
	return err;
}

static mlv_err drop(void *arg, const void *bytes, size_t len)
{
	(void)arg;
	(void)bytes;
	(void)len;
	return NULL;
}

/*
 * HEAD is refused without saying why. Who may not list is refused what is not
 * there, too; anything else (a wrong secret) is told by GET. When GET is not
 * refused, something was learned by it, and HEAD is worth another try (*again).
 */
static mlv_err head_refused(struct mlv_s3 *s3, const char *key, bool *there, bool *again)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_sink sink = { .write = drop };
	struct mlv_http_fetch fetch = { .sink = &sink, .end = 1 };
	struct mlv_s3_request request = { .method = "GET", .key = key, .fetch = &fetch,
					  .right = "s3:GetObject" };
	mlv_err err = mlv_s3_do(s3, &request, &reply);

	if (err)
		return err;
	*again = *again && (reply.status < 300 || reply.status == 416);
	if (*again)
		return NULL;
	err = get_failed(s3, &request, &reply);
	if (err->code != MLV_E_MISSING)
		return err;
	*there = false;
	return NULL;
}

static mlv_err head(struct mlv_transport *t, const char *key, bool *there, uint64_t *size, bool *again)
{
	struct mlv_s3 *s3 = mlv_s3_of(t);
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_s3_request request = { .method = "HEAD", .key = key, .right = "s3:GetObject" };
	const char *length;
	mlv_err err = mlv_s3_do(s3, &request, &reply);

	if (err)
		return err;
	if (reply.status == 403 || reply.status == 400 || reply.status == 401)
		return head_refused(s3, key, there, again);
	*again = false;
	if (reply.status == 404) {
		*there = false;
		return NULL;
	}
	if (reply.status != 200)
		return mlv_s3_error(s3, &request, &reply);
	if ((err = mlv_http_refuse_page(&reply.headers)))
		return mlv_error_wrap(err, "%s/%s", t->url, key);
	length = mlv_http_field(&reply.headers, "content-length");
	if (!length || !mlv_http_number(length, size))
		return mlv_error(MLV_E_REMOTE, "%s/%s: the server does not say its size", t->url, key);
	*there = true;
	return NULL;
}

mlv_err mlv_s3_head(struct mlv_transport *t, const char *key, bool *there, uint64_t *size)
{
	bool again = true;
	mlv_err err = head(t, key, there, size, &again);

	if (err || !again)
		return err;
	again = false;
	return head(t, key, there, size, &again);
}

static mlv_err s3_version(struct mlv_transport *t, const char *key, struct mlv_version *version)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_s3_request request = { .method = "HEAD", .key = key, .right = "s3:GetObject" };
	mlv_err err = mlv_s3_do(mlv_s3_of(t), &request, &reply);

	if (!err && reply.status == 200)
		mlv_http_version(&reply.headers, version);
	return err;
}

static mlv_err s3_remove(struct mlv_transport *t, const char *key)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_s3_request request = { .method = "DELETE", .key = key, .right = "s3:DeleteObject" };
	mlv_err err = mlv_s3_must(mlv_s3_of(t), &request, &reply);

	return err && err->code == MLV_E_MISSING ? NULL : err;
}

/* ---- opening ---- */

static void s3_free(struct mlv_transport *t)
{
	struct mlv_s3 *s3 = mlv_s3_of(t);

	mlv_s3_put_close(s3);
	mlv_http_close(&s3->http);
	mlv_credentials_freep(&s3->credentials);
	mlv_url_release(&s3->endpoint);
	mlv_strs_release(&s3->on_all);
	mlv_strs_release(&s3->on_write);
	mlv_http_headers_release(&s3->on_object);
	pthread_mutex_destroy(&s3->lock);
	free(s3->distrusted);
	free(s3->bucket);
	free(s3->prefix);
	free(t->url);
	free(s3);
}

static const struct mlv_transport_ops s3_ops = {
	.head = mlv_s3_head,
	.get = s3_get,
	.put = mlv_s3_put,
	.list = mlv_s3_list,
	.version = s3_version,
	.remove = s3_remove,
	.free = s3_free,
};

mlv_err mlv_transport_open_s3(struct mlv_transport **out, struct mlv_ctx *ctx,
			      const struct mlv_remote_settings *settings)
{
	struct mlv_s3 *s3 = mlv_sys_alloc(sizeof(*s3));
	mlv_err err;

	if (!s3)
		return mlv_error_nomem("a transport");
	pthread_mutex_init(&s3->lock, NULL);
	mlv_s3_put_open(s3);
	s3->base.ops = &s3_ops;
	s3->base.ctx = ctx;
	if ((err = mlv_s3_set_up(s3, ctx, settings))) {
		s3_free(&s3->base);
		return err;
	}
	*out = &s3->base;
	return NULL;
}
