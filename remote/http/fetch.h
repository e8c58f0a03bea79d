/*
 * http/fetch.h - a GET whose bytes go to a sink, resumed where it broke.
 *
 * What is gone on with is of the same version, by If-Range and a strong ETag;
 * where the server has none, or answers with all of it, a sink that does not
 * prove what it takes starts over.
 * Shared by the http and s3 transports, which add their own headers. Checked
 * here: that a partial answer is the part asked for, that a whole answer to a
 * range is skipped to it, that no byte is missing at the end.
 */
#ifndef MLV_REMOTE_HTTP_FETCH_H
#define MLV_REMOTE_HTTP_FETCH_H

#include "remote/http/exchange.h"

struct mlv_http_fetch {
	const struct mlv_sink *sink;
	uint64_t offset; /* of the first byte wanted */
	uint64_t end;    /* after the last, UINT64_MAX: the key's end */
	uint64_t at;     /* the next byte that the sink wants */
	uint64_t skip;   /* bytes of this answer that it does not want */
	char etag[256];  /* of the first answer, "": none that is strong */
	bool whole;      /* ranges are refused: all is asked for, and skipped to where it goes on */
};

/* Add Range and If-Range for the next attempt. */
mlv_err mlv_http_fetch_headers(const struct mlv_http_fetch *fetch,
			       struct mlv_strs *headers) MLV_CHECK;
/* As of struct mlv_http_exchange, with the fetch given instead of arg. */
mlv_err mlv_http_fetch_begin(struct mlv_http_fetch *fetch,
			     struct mlv_net_reply *reply) MLV_CHECK;
mlv_err mlv_http_fetch_body(struct mlv_http_fetch *fetch, const void *bytes, size_t len,
			    bool *enough) MLV_CHECK;
bool mlv_http_fetch_done(const struct mlv_http_fetch *fetch);
mlv_err mlv_http_fetch_again(struct mlv_http_fetch *fetch) MLV_CHECK;
/*
 * After the exchange: NULL when all bytes came. *other: the status is none
 * that a GET usually has; the caller makes an error of it, but asks for the
 * size first where it is 416 (range not satisfiable) and calls fetch_by_size().
 */
mlv_err mlv_http_fetch_end(const struct mlv_http_fetch *fetch, const struct mlv_url *url,
			   const struct mlv_net_reply *reply, bool *other) MLV_CHECK;
/*
 * A range of the key was refused: its size is asked for. NULL when it has nothing
 * after what was fetched, or *again, when it is to be asked for without a range.
 */
mlv_err mlv_http_fetch_by_size(struct mlv_http_fetch *fetch, struct mlv_transport *t, const char *key,
			       bool *again) MLV_CHECK;

#endif
