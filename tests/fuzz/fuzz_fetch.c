/*
 * Any bytes are what a web server answers to a GET of a range, one answer after another, some of
 * which break off. It ends; what comes lies within the range; nobody but the origin learns who asks.
 * An answer is: status, whether it breaks, length of its headers, length of its body; headers, body.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "remote/http/fetch.h"
#include "remote/http/header.h"
#include "remote/retry.h"

#define HOME "http://origin.example/"
#define FIRST 10
#define END 50

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const unsigned char *script;
static size_t script_len;

/* "Name: value\n" as a reply has it. */
static mlv_err add_headers(struct mlv_buf *to, const unsigned char *text, size_t len)
{
	mlv_err err = NULL;

	while (len > 0 && !err) {
		const unsigned char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len, colon = 0;

		while (colon < line && text[colon] != ':' && text[colon] != '\0')
			colon++;
		for (size_t i = 0; i < colon && !err; i++)
			err = mlv_buf_add_char(to, (char)tolower(text[i]));
		if (!err)
			err = mlv_buf_add_char(to, '\0');
		for (size_t i = colon + 1; i < line && text[i] != '\0' && !err; i++)
			err = mlv_buf_add_char(to, (char)text[i]);
		if (!err)
			err = mlv_buf_add_char(to, '\0');
		text += end ? line + 1 : line;
		len -= end ? line + 1 : line;
	}
	return err;
}

static mlv_err unreachable(struct mlv_net_reply *reply)
{
	reply->transient = reply->unreachable = true;
	return mlv_error(MLV_E_REMOTE, "nobody answers");
}

static mlv_err give_body(const struct mlv_net_request *request, const unsigned char *body, size_t len,
			 bool breaks, struct mlv_net_reply *reply)
{
	bool enough = false;
	mlv_err err;

	if (reply->status >= 300)
		return mlv_buf_add(&reply->error, body, len);
	if (request->begin && (err = request->begin(request->arg, reply)))
		return err;
	reply->body = len;
	if (request->body && len > 0 && (err = request->body(request->arg, body, len, &enough)))
		return err;
	if (!breaks)
		return NULL;
	reply->transient = true;
	return mlv_error(MLV_E_REMOTE, "it breaks");
}

static mlv_err perform(struct mlv_net *net, const struct mlv_net_request *request,
		       struct mlv_net_reply *reply)
{
	static const int statuses[] = { 200, 206, 301, 302, 307, 404, 416, 429, 500, 503, 204, 403 };
	size_t head, body;
	bool breaks;
	mlv_err err;

	(void)net;
	if (strncmp(request->url, "http://", 7) != 0 && strncmp(request->url, "https://", 8) != 0)
		abort();
	if (request->identify != (strncmp(request->url, HOME, strlen(HOME)) == 0) &&
	    !strstr(request->url, "origin.example"))
		abort();
	mlv_buf_clear(&reply->headers);
	mlv_buf_clear(&reply->error);
	reply->body = 0;
	reply->transient = reply->unreachable = reply->timed_out = reply->odd = false;
	if (script_len < 4)
		return unreachable(reply);
	reply->status = statuses[script[0] % MLV_COUNT(statuses)];
	breaks = script[1] & 1;
	head = script[2] < script_len - 4 ? script[2] : script_len - 4;
	body = script[3] < script_len - 4 - head ? script[3] : script_len - 4 - head;
	if ((err = add_headers(&reply->headers, script + 4, head)))
		return err;
	script += 4 + head + body;
	script_len -= 4 + head + body;
	return give_body(request, script - body, body, breaks, reply);
}

static const struct mlv_net_ops net_ops = { .perform = perform };

static const char *environment(struct mlv_ctx *ctx, const char *name)
{
	(void)ctx;
	if (strcmp(name, "MLV_TEST_SEED") == 0)
		return "1";
	return strcmp(name, "MLV_TEST_CLOCK") == 0 ? "virtual" : NULL;
}

/* ---- the sink: how many bytes of the range it has ---- */

static mlv_err count(void *arg, const void *bytes, size_t len)
{
	uint64_t *has = arg;

	(void)bytes;
	*has += len;
	if (*has > END - FIRST)
		abort();
	return NULL;
}

static mlv_err resume(void *arg, uint64_t *offset)
{
	*offset = FIRST + *(const uint64_t *)arg;
	return NULL;
}

static mlv_err restart(void *arg)
{
	*(uint64_t *)arg = 0;
	return NULL;
}

static mlv_err headers(void *arg, const struct mlv_url *to, bool same_origin, struct mlv_strs *list)
{
	if (same_origin && strcmp(to->host, "origin.example") != 0)
		abort();
	return mlv_http_fetch_headers(arg, list);
}

static mlv_err begin(void *arg, struct mlv_net_reply *reply)
{
	return mlv_http_fetch_begin(arg, reply);
}

static mlv_err body(void *arg, const void *bytes, size_t len, bool *enough)
{
	return mlv_http_fetch_body(arg, bytes, len, enough);
}

static bool done(void *arg)
{
	return mlv_http_fetch_done(arg);
}

static mlv_err again(void *arg)
{
	return mlv_http_fetch_again(arg);
}

static void fetch(struct mlv_http *http, bool proves)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	uint64_t has = 0;
	struct mlv_sink sink = { .write = count, .resume = resume, .restart = proves ? NULL : restart,
				 .arg = &has };
	struct mlv_http_fetch fetch = { .sink = &sink, .offset = FIRST, .at = FIRST, .end = END };
	struct mlv_http_exchange exchange = {
		.method = "GET", .url = &url, .headers = headers, .begin = begin, .body = body,
		.done = done, .again = again, .arg = &fetch,
	};
	bool other = false;

	if (mlv_url_parse(&url, HOME "key") || mlv_http_do(http, &exchange, &reply))
		return;
	if (mlv_http_fetch_end(&fetch, &url, &reply, &other) == NULL && !other &&
	    reply.status < 300 && has != END - FIRST)
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct mlv_ctx ctx;
	struct mlv_http http = { .ctx = &ctx, .ops = &net_ops };

	mlv_ctx_init_quiet(&ctx);
	ctx.env = environment;
	for (int proves = 0; proves < 2; proves++) {
		script = data;
		script_len = size;
		mlv_retry_reset();
		fetch(&http, proves);
	}
	return 0;
}
