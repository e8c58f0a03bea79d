#include "remote/http/fetch.h"

#include <stdio.h>

#include "remote/http/header.h"

mlv_err mlv_http_fetch_headers(const struct mlv_http_fetch *fetch, struct mlv_strs *headers)
{
	char range[64];
	mlv_err err;

	if (fetch->whole || (fetch->at == 0 && fetch->end == UINT64_MAX))
		return NULL;
	if (fetch->end == UINT64_MAX)
		snprintf(range, sizeof(range), "bytes=%llu-", (unsigned long long)fetch->at);
	else
		snprintf(range, sizeof(range), "bytes=%llu-%llu", (unsigned long long)fetch->at,
			 (unsigned long long)fetch->end - 1);
	if ((err = mlv_http_add_header(headers, "Range", range)))
		return err;
	return fetch->etag[0] ? mlv_http_add_header(headers, "If-Range", fetch->etag) : NULL;
}

static mlv_err ends_before(uint64_t size)
{
	return mlv_error(MLV_E_CORRUPT, "it ends at byte %llu, before what it should hold",
			 (unsigned long long)size);
}

static mlv_err begin_part(struct mlv_http_fetch *fetch, struct mlv_net_reply *reply)
{
	const char *text = mlv_http_field(&reply->headers, "content-range");
	uint64_t first, last, total;

	if (!text || !mlv_http_content_range(text, &first, &last, &total) || first != fetch->at ||
	    (fetch->end != UINT64_MAX && last >= fetch->end)) {
		reply->transient = reply->odd = true;
		return mlv_error(MLV_E_REMOTE, "the server sent another range than was asked for");
	}
	if (total != UINT64_MAX && fetch->end != UINT64_MAX && fetch->end > total)
		return ends_before(total);
	fetch->skip = 0;
	return NULL;
}

/* Forget what came, where it is not known to be of the version that comes now. */
static mlv_err start_over(struct mlv_http_fetch *fetch)
{
	mlv_err err;

	if (!fetch->sink->restart)
		return NULL;
	if ((err = fetch->sink->restart(fetch->sink->arg)))
		return err;
	fetch->at = fetch->offset;
	return NULL;
}

mlv_err mlv_http_fetch_begin(struct mlv_http_fetch *fetch, struct mlv_net_reply *reply)
{
	const char *etag = mlv_http_field(&reply->headers, "etag");
	const char *length = mlv_http_field(&reply->headers, "content-length");
	uint64_t size = 0;
	mlv_err err;

	if (reply->status != 200 && reply->status != 206)
		return mlv_error(MLV_E_REMOTE, "the server answered GET with %d", reply->status);
	if ((err = mlv_http_refuse_page(&reply->headers)))
		return err;
	if (reply->status == 200 && fetch->at > fetch->offset && (err = start_over(fetch)))
		return err;
	fetch->etag[0] = '\0';
	if (etag && mlv_http_etag_is_strong(etag) && strlen(etag) < sizeof(fetch->etag))
		memcpy(fetch->etag, etag, strlen(etag) + 1);
	if (reply->status == 206)
		return begin_part(fetch, reply);
	/* The whole of it, whatever was asked for. */
	if (length && mlv_http_number(length, &size) &&
	    (fetch->at > size || (fetch->end != UINT64_MAX && fetch->end > size)))
		return ends_before(size);
	fetch->skip = fetch->at;
	return NULL;
}

mlv_err mlv_http_fetch_body(struct mlv_http_fetch *fetch, const void *bytes, size_t len,
			    bool *enough)
{
	const char *at = bytes;
	size_t take = len;
	mlv_err err;

	if (fetch->skip > 0) {
		size_t drop = fetch->skip < len ? (size_t)fetch->skip : len;

		fetch->skip -= drop;
		at += drop;
		take -= drop;
	}
	if (take > fetch->end - fetch->at) {
		take = (size_t)(fetch->end - fetch->at);
		*enough = true;
	}
	if (take == 0)
		return NULL;
	if ((err = fetch->sink->write(fetch->sink->arg, at, take)))
		return err;
	fetch->at += take;
	return NULL;
}

bool mlv_http_fetch_done(const struct mlv_http_fetch *fetch)
{
	return fetch->end != UINT64_MAX && fetch->at == fetch->end;
}

mlv_err mlv_http_fetch_again(struct mlv_http_fetch *fetch)
{
	uint64_t at = fetch->at;
	mlv_err err;

	if (at == fetch->offset)
		return NULL;
	if (!fetch->etag[0] && fetch->sink->restart)
		return start_over(fetch);
	if (!fetch->sink->resume)
		return mlv_error(MLV_E_REMOTE, "the connection broke after %llu bytes",
				 (unsigned long long)(at - fetch->offset));
	if ((err = fetch->sink->resume(fetch->sink->arg, &at)))
		return err;
	if (at < fetch->offset || at > fetch->end)
		return mlv_error(MLV_E_REMOTE, "cannot go on at byte %llu", (unsigned long long)at);
	fetch->at = at;
	return NULL;
}

/* 416: fine where all bytes are there already. *other: it does not say so. */
static mlv_err not_satisfiable(const struct mlv_http_fetch *fetch,
			       const struct mlv_net_reply *reply, const char *shown, bool *other)
{
	const char *text = mlv_http_field(&reply->headers, "content-range");
	uint64_t first, last, total = UINT64_MAX;

	if (text && !mlv_http_content_range(text, &first, &last, &total))
		total = UINT64_MAX;
	if (total == UINT64_MAX || total > fetch->at) {
		*other = true;
		return NULL;
	}
	if (total == fetch->at && fetch->end == UINT64_MAX)
		return NULL;
	return mlv_error_wrap(ends_before(total), "%s", shown);
}

/* A range was not satisfiable, and the server did not say why. */
static mlv_err by_size(struct mlv_http_fetch *fetch, bool there, uint64_t size, bool *again)
{
	*again = false;
	if (!there)
		return mlv_error(MLV_E_MISSING, "not there");
	if (size == fetch->at && fetch->end == UINT64_MAX)
		return NULL;
	if (fetch->whole || size <= fetch->at || (fetch->end != UINT64_MAX && fetch->end > size))
		return ends_before(size);
	*again = fetch->whole = true;
	return NULL;
}

mlv_err mlv_http_fetch_by_size(struct mlv_http_fetch *fetch, struct mlv_transport *t, const char *key,
			       bool *again)
{
	bool there = false;
	uint64_t size = 0;
	mlv_err err = mlv_transport_head(t, key, &there, &size);

	if (!err && (err = by_size(fetch, there, size, again)))
		return mlv_error_wrap(err, "%s/%s", t->url, key);
	return err;
}

mlv_err mlv_http_fetch_end(const struct mlv_http_fetch *fetch, const struct mlv_url *url,
			   const struct mlv_net_reply *reply, bool *other)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	mlv_err err = mlv_url_show(&shown, url);

	*other = false;
	if (err)
		return err;
	if (reply->status == 404 || reply->status == 410)
		return mlv_error(MLV_E_MISSING, "%s: not there", shown.ptr);
	if (reply->status == 416)
		return not_satisfiable(fetch, reply, shown.ptr, other);
	if (reply->status != 200 && reply->status != 206) {
		*other = true;
		return NULL;
	}
	if ((fetch->end != UINT64_MAX && fetch->at != fetch->end) || fetch->skip > 0)
		return mlv_error_wrap(ends_before(fetch->at), "%s", shown.ptr);
	return NULL;
}
