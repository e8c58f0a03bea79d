/* transport/s3.c - a bucket of an S3-compatible store as a remote: s3://bucket/prefix. */
#include <stdlib.h>

#include "core/base/sys.h"
#include "remote/http/header.h"
#include "remote/s3.h"

#define JOBS 8
#define USUAL_REGION "us-east-1"

/* ---- reading and removing ---- */

/* A range was not satisfiable, and the server did not say why. */
static mlv_err by_size(struct mlv_transport *t, const char *key, const struct mlv_http_fetch *fetch)
{
	bool there = false;
	uint64_t size = 0;
	mlv_err err = mlv_s3_head(t, key, &there, &size);

	if (!err && (err = mlv_http_fetch_by_size(fetch, there, size)))
		return mlv_error_wrap(err, "%s/%s", t->url, key);
	return err;
}

static mlv_err s3_get(struct mlv_transport *t, const char *key, uint64_t offset, uint64_t len,
		      const struct mlv_sink *sink)
{
	struct mlv_s3 *s3 = mlv_s3_of(t);
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	struct mlv_http_fetch fetch = { .sink = sink, .offset = offset, .at = offset,
					.end = len == UINT64_MAX ? len : offset + len };
	struct mlv_s3_request request = { .method = "GET", .key = key, .fetch = &fetch,
					  .right = "s3:GetObject" };
	bool other = false;
	mlv_err err = mlv_s3_do(s3, &request, &reply);

	if (err)
		return err->code == MLV_E_CORRUPT ? mlv_error_wrap(err, "%s/%s", t->url, key) : err;
	if (reply.status >= 300 && reply.status != 416)
		return mlv_s3_error(s3, &request, &reply);
	if ((err = mlv_s3_url(s3, &request, &url)))
		return err;
	err = mlv_http_fetch_end(&fetch, &url, &reply, &other);
	if (err || !other)
		return err;
	return reply.status == 416 ? by_size(t, key, &fetch) : mlv_s3_error(s3, &request, &reply);
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
 * there, too; anything else (a wrong secret) is told by GET.
 */
static mlv_err head_refused(struct mlv_s3 *s3, const char *key, bool *there)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_sink sink = { .write = drop };
	struct mlv_http_fetch fetch = { .sink = &sink, .end = 1 };
	struct mlv_s3_request request = { .method = "GET", .key = key, .fetch = &fetch,
					  .right = "s3:GetObject" };
	char code[MLV_S3_CODE];
	mlv_err err = mlv_s3_do(s3, &request, &reply);

	if (err)
		return err;
	mlv_s3_code(s3, &reply.error, code);
	if (strcmp(code, "AccessDenied") != 0 && reply.status != 404)
		return mlv_s3_error(s3, &request, &reply);
	*there = false;
	return NULL;
}

mlv_err mlv_s3_head(struct mlv_transport *t, const char *key, bool *there, uint64_t *size)
{
	struct mlv_s3 *s3 = mlv_s3_of(t);
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_s3_request request = { .method = "HEAD", .key = key, .right = "s3:GetObject" };
	const char *length;
	mlv_err err = mlv_s3_do(s3, &request, &reply);

	if (err)
		return err;
	if (reply.status == 404) {
		*there = false;
		return NULL;
	}
	if (reply.status == 403 || reply.status == 400 || reply.status == 401)
		return head_refused(s3, key, there);
	if (reply.status != 200)
		return mlv_s3_error(s3, &request, &reply);
	length = mlv_http_field(&reply.headers, "content-length");
	if (!length || !mlv_http_number(length, size))
		return mlv_error(MLV_E_REMOTE, "%s/%s: the server does not say its size", t->url, key);
	*there = true;
	return NULL;
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
	mlv_credentials_release(&s3->credentials);
	mlv_url_release(&s3->endpoint);
	mlv_strs_release(&s3->on_write);
	pthread_mutex_destroy(&s3->lock);
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

struct opening {
	struct mlv_s3 *s3;
	struct mlv_ctx *ctx;
	const struct mlv_remote_settings *settings;
};

static const char *setting(const struct opening *o, const char *option, bool *from_repo)
{
	*from_repo = false;
	return o->settings->setting ? o->settings->setting(o->settings->arg, option, from_repo) : NULL;
}

/* One that may not come with the repository. */
static const char *own_setting(const struct opening *o, const char *option)
{
	bool from_repo;
	const char *value = setting(o, option, &from_repo);

	return from_repo ? NULL : value;
}

static bool is_set(const struct opening *o, const char *option, const char *expected)
{
	bool from_repo;
	const char *value = setting(o, option, &from_repo);

	return value && strcmp(value, expected) == 0;
}

static bool bucket_is_good(const char *bucket)
{
	size_t len = strlen(bucket);

	if (len < 3 || len > 255 || bucket[0] == '-' || bucket[0] == '.')
		return false;
	for (const char *c = bucket; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		      (*c >= '0' && *c <= '9') || *c == '-' || *c == '.' || *c == '_'))
			return false;
	return true;
}

/* "s3://bucket/prefix": the authority is taken as it stands, host names have lower case. */
static mlv_err take_url(struct opening *o)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf prefix = MLV_BUF_INIT;
	const char *bucket = o->settings->url + strlen("s3://"), *rest;
	size_t len = strcspn(bucket, "/?#@");
	mlv_err err;

	rest = bucket + len;
	if (*rest && *rest != '/')
		return mlv_error(MLV_E_USAGE, "remote %s: not s3://bucket/prefix", o->settings->name);
	rest += strspn(rest, "/");
	for (const char *c = rest; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '?' || *c == '#' || *c == '\\')
			return mlv_error(MLV_E_USAGE, "remote %s: its prefix holds a byte that it may not",
					 o->settings->name);
	if ((err = mlv_buf_add_str(&prefix, rest)))
		return err;
	while (prefix.len > 0 && prefix.ptr[prefix.len - 1] == '/')
		mlv_buf_truncate(&prefix, prefix.len - 1);
	if (prefix.len > 0 && (err = mlv_buf_add_char(&prefix, '/')))
		return err;
	o->s3->bucket = mlv_sys_strndup(bucket, len);
	o->s3->prefix = mlv_buf_detach(&prefix);
	if (!o->s3->bucket || !o->s3->prefix)
		return mlv_error_nomem("a transport");
	if (!bucket_is_good(o->s3->bucket))
		return mlv_error(MLV_E_USAGE, "remote %s: not a name of a bucket", o->settings->name);
	return NULL;
}

static mlv_err show_url(struct mlv_s3 *s3)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&shown, "s3://%s/%s", s3->bucket, s3->prefix);

	if (err)
		return err;
	while (shown.len > 0 && shown.ptr[shown.len - 1] == '/')
		mlv_buf_truncate(&shown, shown.len - 1);
	s3->base.url = mlv_buf_detach(&shown);
	return s3->base.url ? NULL : mlv_error_nomem("a transport");
}

/* The endpoint by rank: the settings, the environment, the profile; NULL: AWS. */
static const char *find_endpoint(struct opening *o, bool *from_repo)
{
	const char *endpoint = setting(o, "endpointurl", from_repo);
	const char *ignore = o->ctx->env(o->ctx, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");

	if (endpoint || (ignore && strcmp(ignore, "true") == 0))
		return endpoint;
	endpoint = o->ctx->env(o->ctx, "AWS_ENDPOINT_URL_S3");
	if (!endpoint || !endpoint[0])
		endpoint = o->ctx->env(o->ctx, "AWS_ENDPOINT_URL");
	return endpoint && endpoint[0] ? endpoint : o->s3->credentials.endpoint;
}

static mlv_err take_endpoint(struct opening *o)
{
	struct mlv_s3 *s3 = o->s3;
	bool from_repo = false;
	const char *text = find_endpoint(o, &from_repo);
	size_t len;
	mlv_err err;

	/* A dot in a bucket's name would not be in the certificate of a virtual host. */
	s3->path_style = text || strchr(s3->bucket, '.') || strchr(s3->bucket, '_');
	if (is_set(o, "pathstyle", "false"))
		s3->path_style = false;
	if (is_set(o, "pathstyle", "true"))
		s3->path_style = true;
	s3->plain_http = own_setting(o, "use_ssl") && is_set(o, "use_ssl", "false");
	if (!text)
		return NULL;
	if ((err = mlv_url_parse(&s3->endpoint, text)))
		return mlv_error_wrap(err, "remote %s: its endpoint", o->settings->name);
	if (strcmp(s3->endpoint.scheme, "http") != 0 && strcmp(s3->endpoint.scheme, "https") != 0)
		return mlv_error(MLV_E_USAGE, "remote %s: its endpoint is not http:// or https://",
				 o->settings->name);
	len = strlen(s3->endpoint.path);
	while (len > 0 && s3->endpoint.path[len - 1] == '/')
		s3->endpoint.path[--len] = '\0';
	if (from_repo && !o->settings->trusted && s3->credentials.access_key)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "remote %s: credentials are sent to %s only "
						"once you trust it", o->settings->name, s3->endpoint.host),
				      "mlv remote trust %s", o->settings->name);
	return NULL;
}

static mlv_err take_region(struct opening *o)
{
	bool from_repo;
	const char *region = setting(o, "region", &from_repo);

	if (!region)
		region = o->ctx->env(o->ctx, "AWS_REGION");
	if (!region || !region[0])
		region = o->ctx->env(o->ctx, "AWS_DEFAULT_REGION");
	if (!region || !region[0])
		region = o->s3->credentials.region;
	if (!region)
		region = USUAL_REGION;
	if (!mlv_s3_label_is_good(region))
		return mlv_error(MLV_E_USAGE, "remote %s: not a name of a region", o->settings->name);
	memcpy(o->s3->region, region, strlen(region) + 1);
	return NULL;
}

static mlv_err check_token(struct opening *o)
{
	const struct mlv_s3 *s3 = o->s3;
	bool plain = s3->endpoint.host ? strcmp(s3->endpoint.scheme, "http") == 0 : s3->plain_http;

	if (!s3->credentials.token || !plain || own_setting(o, "use_ssl") ||
	    (s3->endpoint.host && mlv_url_is_loopback(&s3->endpoint)))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "remote %s: a session token would be sent in the "
					"clear to %s", o->settings->name, s3->endpoint.host),
			      "use https://, or: mlv config --local remote.%s.use_ssl false",
			      o->settings->name);
}

static mlv_err take_credentials(struct opening *o)
{
	struct mlv_credentials *c = &o->s3->credentials;
	mlv_err err = mlv_credentials_find(c, o->ctx, o->settings);

	if (err || c->access_key || is_set(o, "allow_anonymous_login", "true"))
		return err;
	if (c->elsewhere)
		return mlv_error_hint(mlv_error(MLV_E_REMOTE, "remote %s: credentials by %s are not read "
						"by this version", o->settings->name, c->elsewhere),
				      "eval \"$(aws configure export-credentials --format env)\"");
	mlv_tell_detail(o->ctx, "remote %s: no credentials were found, requests are not signed",
			o->settings->name);
	return NULL;
}

static mlv_err take_write_headers(struct opening *o)
{
	static const char *const headers[][2] = {
		{ "acl", "x-amz-acl" },
		{ "sse", "x-amz-server-side-encryption" },
		{ "sse_kms_key_id", "x-amz-server-side-encryption-aws-kms-key-id" },
	};
	mlv_err err = NULL;

	for (size_t i = 0; i < MLV_COUNT(headers) && !err; i++) {
		const char *value = own_setting(o, headers[i][0]);

		if (value)
			err = mlv_http_add_header(&o->s3->on_write, headers[i][1], value);
	}
	return err;
}

static mlv_err set_up(struct opening *o)
{
	bool from_repo;
	const char *jobs = setting(o, "jobs", &from_repo);
	uint64_t count = 0;
	mlv_err err;

	if ((err = take_url(o)) || (err = show_url(o->s3)) || (err = take_credentials(o)) ||
	    (err = take_endpoint(o)) || (err = take_region(o)) || (err = check_token(o)) ||
	    (err = take_write_headers(o)))
		return err;
	o->s3->base.jobs = o->ctx->transfer_jobs ? o->ctx->transfer_jobs : JOBS;
	if (!o->ctx->transfer_jobs && jobs && mlv_http_number(jobs, &count) && count > 0 &&
	    count <= 256)
		o->s3->base.jobs = (unsigned)count;
	if ((err = mlv_s3_put_settings(o->s3, setting(o, "checksum", &from_repo))))
		return err;
	return mlv_http_open(&o->s3->http, o->ctx, o->settings);
}

mlv_err mlv_transport_open_s3(struct mlv_transport **out, struct mlv_ctx *ctx,
			      const struct mlv_remote_settings *settings)
{
	struct mlv_s3 *s3 = mlv_sys_alloc(sizeof(*s3));
	struct opening opening = { s3, ctx, settings };
	mlv_err err;

	if (!s3)
		return mlv_error_nomem("a transport");
	pthread_mutex_init(&s3->lock, NULL);
	mlv_s3_put_open(s3);
	s3->base.ops = &s3_ops;
	s3->base.ctx = ctx;
	if ((err = set_up(&opening))) {
		s3_free(&s3->base);
		return err;
	}
	*out = &s3->base;
	return NULL;
}
