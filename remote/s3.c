#include "remote/s3.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/sys.h"
#include "remote/http/header.h"
#include "remote/sigv4.h"

#define MOST_LESSONS 6 /* answers from which something may be learned, of one request */
#define MOST_DIGESTS 3
#define SKEW_SECONDS 60 /* a difference of clocks that is worth a repetition */

/* ---- where a request goes ---- */

static mlv_err host_of(struct mlv_s3 *s3, struct mlv_url *url)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf host = MLV_BUF_INIT;
	mlv_err err = NULL;

	if (!s3->path_style)
		err = mlv_buf_printf(&host, "%s.", s3->bucket);
	if (!err && s3->endpoint.host) {
		err = mlv_buf_add_str(&host, s3->endpoint.host);
	} else if (!err) {
		pthread_mutex_lock(&s3->lock);
		err = mlv_buf_printf(&host, "s3.%s.amazonaws.com%s", s3->region,
				     strncmp(s3->region, "cn-", 3) == 0 ? ".cn" : "");
		pthread_mutex_unlock(&s3->lock);
	}
	if (err)
		return err;
	url->host = mlv_sys_strdup(host.ptr);
	url->scheme = mlv_sys_strdup(s3->endpoint.host ? s3->endpoint.scheme
				     : s3->plain_http  ? "http"
						       : "https");
	url->port = s3->endpoint.port;
	return url->host && url->scheme ? NULL : mlv_error_nomem("a URL");
}

mlv_err mlv_s3_url(struct mlv_s3 *s3, const struct mlv_s3_request *request, struct mlv_url *url)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_buf_add_str(&path, s3->endpoint.path ? s3->endpoint.path : "");

	if (!err && s3->path_style)
		err = mlv_buf_printf(&path, "/%s", s3->bucket);
	if (!err && (request->key || !path.len))
		err = mlv_buf_add_char(&path, '/');
	if (!err && request->key)
		err = mlv_url_encode(&path, s3->prefix, strlen(s3->prefix), "/");
	if (!err && request->key)
		err = mlv_url_encode(&path, request->key, strlen(request->key), "/");
	if (err || (err = host_of(s3, url)))
		return err;
	url->path = mlv_buf_detach(&path);
	url->query = request->query ? mlv_sys_strdup(request->query) : NULL;
	if (!url->path || (request->query && !url->query))
		return mlv_error_nomem("a URL");
	return NULL;
}

/* ---- one attempt ---- */

struct sending {
	struct mlv_s3 *s3;
	const struct mlv_s3_request *request;
	unsigned digests; /* times that the server found other bytes than were signed */
	uint64_t serial;  /* of the keys that signed the last attempt */
	struct mlv_buf unasked; /* the beginning of a body that the request does not want */
};

static void sending_release(struct sending *s)
{
	mlv_buf_release(&s->unasked);
}

/* The headers that are signed but for Host, which libcurl sends by itself. */
static mlv_err add_amz(const struct mlv_keys *keys, time_t when, const char *hash,
		       struct mlv_strs *headers)
{
	char date[MLV_SIGV4_DATE];
	mlv_err err;

	mlv_sigv4_date(when, date);
	if ((err = mlv_http_add_header(headers, "x-amz-date", date)) ||
	    (err = mlv_http_add_header(headers, "x-amz-content-sha256", hash)))
		return err;
	if (keys->token && (err = mlv_http_add_header(headers, "x-amz-security-token", keys->token)))
		return err;
	return NULL;
}

static mlv_err sign(struct sending *s, const struct mlv_sigv4_keys *keys, const struct mlv_url *to,
		    time_t when, const char *hash, struct mlv_strs *headers)
{
	MLV_SCOPED(mlv_http_headers_release) struct mlv_strs signed_too = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf host = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf value = MLV_BUF_INIT;
	struct mlv_sigv4_request request = {
		.method = s->request->method, .path = to->path, .query = to->query,
		.headers = &signed_too, .payload_hash = hash, .when = when,
	};
	mlv_err err;

	if ((err = mlv_buf_add_str(&host, "Host: ")) || (err = mlv_url_add_host(&host, to)) ||
	    (err = mlv_strs_add(&signed_too, host.ptr)))
		return err;
	for (size_t i = 0; i < headers->count; i++)
		if ((err = mlv_strs_add(&signed_too, headers->at[i])))
			return err;
	if ((err = mlv_sigv4_sign(keys, &request, &value)))
		return err;
	return mlv_http_add_header(headers, "Authorization", value.ptr);
}

static mlv_err add_list(const struct mlv_strs *list, struct mlv_strs *headers)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < list->count && !err; i++)
		err = mlv_strs_add(headers, list->at[i]);
	return err;
}

/* Whether an object's bytes are read or written by it, or are to be. */
static bool carries_bytes(const struct mlv_s3_request *r)
{
	return r->key && (strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0 ||
			  strcmp(r->method, "PUT") == 0 || r->writes_object);
}

/* The headers that settings and the request ask for. */
static mlv_err add_asked(const struct sending *s, struct mlv_strs *headers)
{
	const struct mlv_s3_request *r = s->request;
	mlv_err err = add_list(&s->s3->on_all, headers);

	if (!err && r->headers)
		err = add_list(r->headers, headers);
	if (!err && r->writes_object)
		err = add_list(&s->s3->on_write, headers);
	return err || !carries_bytes(r) ? err : add_list(&s->s3->on_object, headers);
}

/* The headers that prove who we are. */
static mlv_err add_proof(struct sending *s, const struct mlv_url *to, struct mlv_strs *headers)
{
	MLV_SCOPED(mlv_keys_release) struct mlv_keys keys = { 0 };
	char region[MLV_S3_REGION], hash[MLV_OID_HEX + 1];
	time_t when = time(NULL);
	mlv_err err = mlv_credentials_get(s->s3->credentials, &keys, &s->serial);
	struct mlv_sigv4_keys by = { keys.access_key, keys.secret_key, region, "s3" };

	if (err || !keys.access_key)
		return err;
	pthread_mutex_lock(&s->s3->lock);
	memcpy(region, s->s3->region, sizeof(region));
	when += s->s3->skew;
	pthread_mutex_unlock(&s->s3->lock);
	memcpy(hash, MLV_SIGV4_EMPTY_HASH, sizeof(hash));
	if (s->request->payload)
		mlv_oid_format(s->request->payload, hash);
	err = add_amz(&keys, when, hash, headers);
	return err ? err : sign(s, &by, to, when, hash, headers);
}

static mlv_err headers_of(void *arg, const struct mlv_url *to, bool same_origin,
			  struct mlv_strs *headers)
{
	struct sending *s = arg;
	mlv_err err = add_asked(s, headers);

	(void)same_origin; /* redirects are not followed */
	if (!err && s->s3->is_signed)
		err = add_proof(s, to, headers);
	return err || !s->request->fetch ? err : mlv_http_fetch_headers(s->request->fetch, headers);
}

static mlv_err begin(void *arg, struct mlv_net_reply *reply)
{
	struct sending *s = arg;

	mlv_buf_clear(s->request->body ? s->request->body : &s->unasked);
	return s->request->fetch ? mlv_http_fetch_begin(s->request->fetch, reply) : NULL;
}

static mlv_err body(void *arg, const void *bytes, size_t len, bool *enough)
{
	struct sending *s = arg;

	if (s->request->fetch)
		return mlv_http_fetch_body(s->request->fetch, bytes, len, enough);
	if (s->request->body)
		return mlv_buf_add(s->request->body, bytes, len);
	if (len > MLV_NET_ERROR_MAX - s->unasked.len) {
		len = MLV_NET_ERROR_MAX - s->unasked.len;
		*enough = true;
	}
	return mlv_buf_add(&s->unasked, bytes, len);
}

static bool done(void *arg)
{
	struct sending *s = arg;

	return s->request->fetch && mlv_http_fetch_done(s->request->fetch);
}

static mlv_err again(void *arg)
{
	struct sending *s = arg;

	return s->request->fetch ? mlv_http_fetch_again(s->request->fetch) : NULL;
}

/* An answer of 2xx whose body is an error is one of 500, as the SDKs have it. */
static bool is_hidden_error(struct sending *s, struct mlv_net_reply *reply)
{
	const struct mlv_buf *said = s->request->body ? s->request->body : &s->unasked;
	char code[MLV_S3_CODE];

	/* What else may be large, as a list, is not parsed for it. */
	if (s->request->fetch || !strstr(said->ptr, "<Error"))
		return false;
	mlv_s3_code(s->s3, said, code);
	mlv_buf_clear(&reply->error);
	if (!code[0] || mlv_buf_add(&reply->error, said->ptr, said->len))
		return false;
	reply->status = 500;
	return true;
}

static enum mlv_http_verdict look(void *arg, struct mlv_net_reply *reply)
{
	struct sending *s = arg;
	bool well = reply->status < 300;
	char code[MLV_S3_CODE];
	bool slower = false;

	if (well && (s->request->fetch || (s->request->root && mlv_s3_has_root(s->s3, s->request->body,
									       s->request->root))))
		return MLV_HTTP_FINAL;
	/* Neither what was asked for nor an error: it broke off. */
	if (well && !is_hidden_error(s, reply))
		return s->request->root ? MLV_HTTP_RETRY : MLV_HTTP_FINAL;
	mlv_s3_code(s->s3, &reply->error, code);
	/* Two wrote it at once; an upload in parts is to begin anew. */
	if (strcmp(code, "ConditionalRequestConflict") == 0)
		return s->request->root ? MLV_HTTP_FINAL : MLV_HTTP_RETRY;
	/* They were changed on their way, or the file is another one by now: that stays. */
	if ((strstr(code, "Digest") || strstr(code, "SHA256")) && ++s->digests >= MOST_DIGESTS)
		return MLV_HTTP_FINAL;
	if (mlv_s3_code_passes(code, &slower))
		return slower ? MLV_HTTP_SLOWER : MLV_HTTP_RETRY;
	return MLV_HTTP_USUAL;
}

/* ---- lessons ---- */

/* Whether the answer shows that our clock is not the server's. */
static bool learn_skew(struct mlv_s3 *s3, const struct mlv_net_reply *reply)
{
	const char *text = mlv_http_field(&reply->headers, "date");
	time_t now = time(NULL), date;
	bool learned;
	long skew;

	if ((reply->status != 403 && reply->status != 400) || !text || !mlv_http_date(text, &date))
		return false;
	skew = (long)(date - now);
	pthread_mutex_lock(&s3->lock);
	learned = labs(skew - s3->skew) > SKEW_SECONDS;
	if (learned)
		s3->skew = skew;
	pthread_mutex_unlock(&s3->lock);
	return learned;
}

/* Whether the answer names another region than the one that was used. */
static bool learn_region(struct mlv_s3 *s3, const struct mlv_net_reply *reply)
{
	char region[MLV_S3_REGION];
	bool learned;

	if ((reply->status != 301 && reply->status != 307 && reply->status != 400 &&
	     reply->status != 403) ||
	    !mlv_s3_region_of(s3, reply, region))
		return false;
	pthread_mutex_lock(&s3->lock);
	learned = strcmp(region, s3->region) != 0;
	if (learned)
		memcpy(s3->region, region, sizeof(region));
	pthread_mutex_unlock(&s3->lock);
	return learned;
}

/*
 * Whether the answer shows that the keys have ended, and there may be others. A
 * request asks for new ones once; those that others asked for it uses as well.
 */
static bool learn_end(struct mlv_s3 *s3, const struct mlv_net_reply *reply, uint64_t serial,
		      bool *asked)
{
	char code[MLV_S3_CODE];

	if (!s3->is_signed || reply->status < 400 || reply->status >= 500)
		return false;
	mlv_s3_code(s3, &reply->error, code);
	/* An answer to HEAD has no body to say it. */
	if (strcmp(code, "ExpiredToken") != 0 && strcmp(code, "TokenRefreshRequired") != 0 &&
	    strcmp(code, "RequestExpired") != 0)
		return false;
	if (mlv_credentials_renewed(s3->credentials, serial))
		return true;
	if (*asked)
		return false;
	*asked = true;
	return mlv_credentials_renew(s3->credentials, serial);
}

static mlv_err do_once(struct mlv_s3 *s3, const struct mlv_s3_request *request,
		       struct mlv_net_reply *reply, uint64_t *serial)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(sending_release) struct sending sending = { .s3 = s3, .request = request,
							      .unasked = MLV_BUF_INIT };
	struct mlv_http_exchange exchange = {
		.method = request->method, .url = &url, .source = request->source,
		.offset = request->offset, .size = request->size, .no_redirects = true,
		.headers = headers_of, .begin = begin, .body = body, .look = look, .done = done,
		.again = again, .arg = &sending,
	};
	mlv_err err = mlv_s3_url(s3, request, &url);

	if (!err)
		err = mlv_http_do(&s3->http, &exchange, reply);
	*serial = sending.serial;
	return err;
}

/* Whether the answer shows that objects may be read here. */
static void learn_reads(struct mlv_s3 *s3, const struct mlv_s3_request *request,
			const struct mlv_net_reply *reply)
{
	if (!request->key || request->query ||
	    (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0) ||
	    (reply->status >= 300 && reply->status != 404 && reply->status != 416))
		return;
	pthread_mutex_lock(&s3->lock);
	s3->reads = true;
	pthread_mutex_unlock(&s3->lock);
}

mlv_err mlv_s3_do(struct mlv_s3 *s3, const struct mlv_s3_request *request,
		  struct mlv_net_reply *reply)
{
	uint64_t serial = 0;
	bool asked = false;
	mlv_err err = do_once(s3, request, reply, &serial);

	for (int lessons = 0; !err && reply->status >= 300 && lessons < MOST_LESSONS; lessons++) {
		if (!learn_region(s3, reply) && !learn_skew(s3, reply) &&
		    !learn_end(s3, reply, serial, &asked))
			break;
		err = do_once(s3, request, reply, &serial);
	}
	if (!err)
		learn_reads(s3, request, reply);
	return err;
}

mlv_err mlv_s3_must(struct mlv_s3 *s3, const struct mlv_s3_request *request,
		    struct mlv_net_reply *reply)
{
	mlv_err err = mlv_s3_do(s3, request, reply);
	bool well = reply->status >= 200 && reply->status < 300;

	if (err || (well && !request->root))
		return err;
	if (well && mlv_s3_has_root(s3, request->body, request->root))
		return NULL;
	/* An error that came with 200 is told as any other. */
	if (well && (err = mlv_buf_add(&reply->error, request->body->ptr, request->body->len)))
		return err;
	return mlv_s3_error(s3, request, reply);
}
