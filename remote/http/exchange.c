#include "remote/http/exchange.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/module.h"
#include "core/base/sys.h"
#include "remote/http/header.h"
#include "remote/retry.h"
#include "remote/settings.h"

#define MOST_REDIRECTS 5
#define PROGRESS ((uint64_t)1 << 20) /* bytes that came before a transfer broke */

static unsigned seconds_of(const struct mlv_remote_settings *settings, const char *option)
{
	const char *text = mlv_setting(settings, option);
	uint64_t value = 0;

	return text && mlv_http_number(text, &value) && value <= 3600 ? (unsigned)value : 0;
}

/* Where no setting names a file of authorities: as the AWS tools look, then curl, then OpenSSL. */
static const char *find_authorities(const struct mlv_http *http, struct mlv_ctx *ctx)
{
	const char *file = ctx->env(ctx, "AWS_CA_BUNDLE");

	if (!file)
		file = http->ca_bundle;
	if (!file)
		file = ctx->env(ctx, "CURL_CA_BUNDLE");
	return file ? file : ctx->env(ctx, "SSL_CERT_FILE");
}

mlv_err mlv_http_open(struct mlv_http *http, struct mlv_ctx *ctx,
		      const struct mlv_remote_settings *settings)
{
	const char *verify = mlv_setting_own(settings, "ssl_verify");
	struct mlv_net_options options = {
		.ctx = ctx,
		.typed = !settings->setting,
		.ca_file = mlv_setting_own(settings, "ca_file"),
		.cert_file = mlv_setting_own(settings, "cert_path"),
		.key_file = mlv_setting_own(settings, "key_path"),
		.digest_user = http->digest_user,
		.digest_password = http->digest_password,
		.connections = http->connections,
		.http2 = http->http2,
		.proxy = mlv_setting_own(settings, "proxy"),
		.connect_seconds = seconds_of(settings, "connect_timeout"),
		.stall_seconds = seconds_of(settings, "read_timeout"),
		.no_verify = mlv_setting_own_false(settings, "ssl_verify"),
	};
	const void *table = NULL;
	mlv_err err;

	/* It tells who the user is, wherever it is shown. */
	if (options.cert_file && !settings->trusted)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "remote %s: the client certificate is "
						"shown to it only once you trust it", settings->name),
				      "mlv remote trust %s", settings->name);
	if ((err = mlv_module_load(ctx, "mlv-net.so", "mlv_net_ops_1", &table)))
		return err;
	if (!options.ca_file && verify && verify[0] == '/')
		options.ca_file = verify;
	if (!options.ca_file)
		options.ca_file = find_authorities(http, ctx);
	if (options.no_verify)
		mlv_tell_warning(ctx, "remote %s: certificates are not verified (ssl_verify = false)",
				 settings->name);
	http->ctx = ctx;
	http->ops = table;
	return http->ops->open(&http->net, &options);
}

void mlv_http_close(struct mlv_http *http)
{
	if (http->net)
		http->ops->close(http->net);
	http->net = NULL;
}

void mlv_net_reply_release(struct mlv_net_reply *reply)
{
	mlv_buf_release(&reply->headers);
	mlv_buf_release(&reply->error);
}

mlv_err mlv_http_add_header(struct mlv_strs *headers, const char *name, const char *value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	mlv_err err;

	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return mlv_error(MLV_E_REFUSED, "a control character in the header %s", name);
	/* libcurl takes "Name;" for a header without a value, "Name:" for one to be left out. */
	err = value[0] ? mlv_buf_printf(&line, "%s: %s", name, value)
		       : mlv_buf_printf(&line, "%s;", name);
	return err ? err : mlv_strs_add(headers, line.ptr);
}

/* ---- one exchange ---- */

struct state {
	struct mlv_http *http;
	const struct mlv_http_exchange *exchange;
	struct mlv_net_reply *reply;
	struct mlv_retry retry;
	struct mlv_url redirected; /* host NULL: not yet */
	unsigned redirects;
};

static void state_release(struct state *s)
{
	mlv_url_release(&s->redirected);
}

static const struct mlv_url *target(const struct state *s)
{
	return s->redirected.host ? &s->redirected : s->exchange->url;
}

/* The URL as it is sent: with its query. */
static mlv_err add_request_url(struct mlv_buf *to, const struct mlv_url *url)
{
	mlv_err err = mlv_url_show(to, url);

	if (!err && !url->path[0])
		err = mlv_buf_add_char(to, '/');
	return err || !url->query ? err : mlv_buf_printf(to, "?%s", url->query);
}

void mlv_http_headers_release(struct mlv_strs *headers)
{
	for (size_t i = 0; i < headers->count; i++)
		mlv_wipe(headers->at[i], strlen(headers->at[i]));
	mlv_strs_release(headers);
}

/* Whether the value of a parameter may be shown; any other may be a signature, or a secret. */
static bool is_harmless(const char *name, size_t len)
{
	static const char *const names[] = { "list-type", "prefix", "encoding-type", "uploads",
					     "partNumber", "delimiter", "max-keys", "delete" };

	for (size_t i = 0; i < MLV_COUNT(names); i++)
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
			return true;
	return false;
}

/* The URL with its query, in which what could be a secret is "***". */
static mlv_err add_masked_url(struct mlv_buf *to, const struct mlv_url *url)
{
	const char *at = url->query ? url->query : "";
	mlv_err err = mlv_url_show(to, url);

	for (char before = '?'; !err && *at; before = '&') {
		size_t len = strcspn(at, "&"), name = strcspn(at, "=&");

		if (is_harmless(at, name))
			err = mlv_buf_printf(to, "%c%.*s", before, (int)len, at);
		else
			err = mlv_buf_printf(to, "%c%.*s=***", before, (int)name, at);
		at += len + (at[len] == '&');
	}
	return err;
}

/* What was asked and answered, for -v: never a header. */
static void tell(const struct state *s, mlv_err failed)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	const char *method = s->exchange->method;

	if (add_masked_url(&url, target(s)))
		return;
	if (failed)
		mlv_tell_detail(s->http->ctx, "%s %s: %.*s", method, url.ptr,
				(int)mlv_error_len_without_hint(failed), failed->msg);
	else
		mlv_tell_detail(s->http->ctx, "%s %s: %d", method, url.ptr, s->reply->status);
}

static mlv_err attempt(struct state *s)
{
	const struct mlv_http_exchange *x = s->exchange;
	MLV_SCOPED(mlv_http_headers_release) struct mlv_strs headers = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	mlv_err err = add_request_url(&url, target(s));
	struct mlv_net_request request = {
		.method = x->method, .url = url.ptr, .headers = &headers, .source = x->source,
		.offset = x->offset, .size = x->size, .begin = x->begin, .body = x->body, .arg = x->arg,
	};

	request.url = url.ptr;
	request.identify = mlv_url_same_origin(target(s), x->url);
	s->reply->transient = false;
	if (!err && x->headers)
		err = x->headers(x->arg, target(s), request.identify, &headers);
	if (err)
		return err;
	err = s->http->ops->perform(s->http->net, &request, s->reply);
	tell(s, err);
	return err;
}

static bool is_redirect(const struct state *s)
{
	int status = s->reply->status;
	bool reads = strcmp(s->exchange->method, "GET") == 0 ||
		     strcmp(s->exchange->method, "HEAD") == 0;

	return !s->exchange->no_redirects &&
	       (status == 301 || status == 302 || (status == 303 && reads) || status == 307 ||
		status == 308);
}

static mlv_err follow(struct state *s)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url to = { 0 };
	const char *location = mlv_http_field(&s->reply->headers, "location");
	mlv_err err;

	if (!location)
		return mlv_error(MLV_E_REMOTE, "a redirect (%d) without a target", s->reply->status);
	if (++s->redirects > MOST_REDIRECTS)
		return mlv_error(MLV_E_REMOTE, "more than %d redirects", MOST_REDIRECTS);
	if ((err = mlv_url_resolve(&to, target(s), location)))
		return err;
	if (strcmp(to.scheme, "http") != 0 && strcmp(to.scheme, "https") != 0)
		return mlv_error(MLV_E_REMOTE, "a redirect to %s:, which is not followed", to.scheme);
	if (strcmp(to.scheme, "http") == 0 && strcmp(target(s)->scheme, "https") == 0)
		return mlv_error(MLV_E_REMOTE, "a redirect from https to http, which is not followed");
	mlv_url_release(&s->redirected);
	s->redirected = to;
	to = (struct mlv_url){ 0 };
	return NULL;
}

static bool named(const int *statuses, int status)
{
	for (; statuses && *statuses; statuses++)
		if (*statuses == status)
			return true;
	return false;
}

static enum mlv_http_verdict judge(const struct state *s)
{
	const struct mlv_http_exchange *x = s->exchange;
	enum mlv_http_verdict verdict = MLV_HTTP_USUAL;
	int status;

	if (named(x->as_is, s->reply->status))
		return MLV_HTTP_FINAL;
	if (x->look)
		verdict = x->look(x->arg, s->reply);
	if (verdict != MLV_HTTP_USUAL)
		return verdict;
	status = s->reply->status;
	if (mlv_net_wants_fewer(status))
		return MLV_HTTP_SLOWER;
	return status == 408 || status == 500 || status == 502 || status == 504 ? MLV_HTTP_RETRY
										: MLV_HTTP_FINAL;
}

static uint64_t after_ms(const struct mlv_net_reply *reply)
{
	const char *text = mlv_http_field(&reply->headers, "retry-after");
	uint64_t seconds = 0;

	if (!text || !mlv_http_retry_after(text, time(NULL), &seconds))
		return 0;
	return seconds > 3600 ? MLV_RETRY_AFTER_MAX : seconds * 1000;
}

/* Wait after an answer or a failure that may pass; *again false: it stands. */
static mlv_err wait_again(struct state *s, enum mlv_retry_why why, bool *again)
{
	mlv_err err;

	*again = false;
	if (s->exchange->once)
		return NULL;
	/* A long transfer that goes on may break as often as it likes; the budget still holds. */
	if (s->reply->body > PROGRESS)
		s->retry.attempts = 0;
	err = mlv_retry_wait(&s->retry, why, after_ms(s->reply), again);
	if (err || !*again)
		return err;
	mlv_tell_detail(s->http->ctx, "%s %s: trying again", s->exchange->method,
			target(s)->host);
	return s->exchange->again ? s->exchange->again(s->exchange->arg) : NULL;
}

/* After an answer: *again when another attempt is due. */
static mlv_err answered(struct state *s, bool *again)
{
	enum mlv_http_verdict verdict;

	*again = false;
	if (is_redirect(s)) {
		*again = true;
		return follow(s);
	}
	verdict = judge(s);
	if (verdict == MLV_HTTP_RETRY || verdict == MLV_HTTP_SLOWER || verdict == MLV_HTTP_ODD)
		return wait_again(s, verdict == MLV_HTTP_SLOWER ? MLV_RETRY_THROTTLED
				     : verdict == MLV_HTTP_ODD  ? MLV_RETRY_ODD
								: MLV_RETRY_BROKEN, again);
	mlv_retry_succeeded(&s->retry);
	return NULL;
}

static enum mlv_retry_why why_broken(const struct mlv_net_reply *reply)
{
	if (reply->unresolved)
		return MLV_RETRY_UNRESOLVED;
	if (reply->unreachable)
		return MLV_RETRY_UNREACHED;
	if (reply->odd)
		return MLV_RETRY_ODD;
	return reply->timed_out ? MLV_RETRY_TIMEOUT : MLV_RETRY_BROKEN;
}

/* Attempts until one stands. */
static mlv_err attempts(struct state *s)
{
	bool again = true;
	mlv_err err = NULL;

	while (again && !err) {
		err = attempt(s);
		if (!err) {
			err = answered(s, &again);
		} else if (s->reply->transient) {
			struct mlv_error kept = *err;

			if (s->exchange->done && s->exchange->done(s->exchange->arg))
				return NULL;
			err = wait_again(s, why_broken(s->reply), &again);
			if (!err && !again)
				err = mlv_error_copy(&kept);
		}
	}
	return err;
}

mlv_err mlv_http_do(struct mlv_http *http, const struct mlv_http_exchange *exchange,
		    struct mlv_net_reply *reply)
{
	MLV_SCOPED(state_release) struct state s = { .http = http, .exchange = exchange,
						     .reply = reply };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	mlv_err err;

	mlv_retry_begin(&s.retry, http->ctx);
	err = attempts(&s);
	if (!err || err->code != MLV_E_REMOTE || mlv_url_show(&shown, exchange->url) ||
	    (s.redirected.host && (mlv_buf_add_str(&shown, ", redirected to ") ||
				   mlv_url_show(&shown, &s.redirected))))
		return err;
	return mlv_error_wrap(err, "%s", shown.ptr);
}

static const char *status_words(int status)
{
	static const struct {
		int status;
		const char *words;
	} table[] = {
		{ 400, "bad request" },           { 401, "a user name and password are wanted" },
		{ 403, "not allowed" },           { 404, "not found" },
		{ 405, "method not allowed" },    { 407, "the proxy wants a password" },
		{ 409, "conflict" },              { 411, "length required" },
		{ 412, "precondition failed" },   { 413, "too large for the server" },
		{ 423, "locked" },                { 429, "too many requests" },
		{ 500, "internal server error" }, { 501, "not implemented" },
		{ 502, "bad gateway" },           { 503, "service unavailable" },
		{ 504, "gateway timeout" },       { 507, "the server's disk is full" },
	};

	for (size_t i = 0; i < MLV_COUNT(table); i++)
		if (table[i].status == status)
			return table[i].words;
	return "unexpected";
}

mlv_err mlv_http_status_error(const struct mlv_url *url, const char *method,
			      const struct mlv_net_reply *reply)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	const char *location = mlv_url_show(&shown, url) ? "the remote" : shown.ptr;
	mlv_err err = mlv_error(MLV_E_REMOTE, "%s: the server answered %s with %d (%s)", location,
				method, reply->status, status_words(reply->status));

	if (reply->status == 401)
		return mlv_error_hint(err, "mlv config --local remote.NAME.user USER, "
					   "and remote.NAME.password");
	if (reply->status == 405 || reply->status == 501)
		return mlv_error_hint(err, "the server does not take %s here; a remote that is written "
				      "needs WebDAV, PUT, or, with remote.NAME.method, POST", method);
	return err;
}
