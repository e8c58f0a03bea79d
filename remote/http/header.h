/*
 * http/header.h - fields of HTTP answers, read strictly.
 *
 * What a server sends is anybody's text: each function takes any bytes and
 * says false for what is not of its form.
 */
#ifndef MLV_REMOTE_HTTP_HEADER_H
#define MLV_REMOTE_HTTP_HEADER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "core/base/buf.h"

/* The value of a field in "name\0value\0...", or NULL; name in lower case. */
const char *mlv_http_field(const struct mlv_buf *headers, const char *name);
/* What an answer says that its bytes are known by. */
struct mlv_version;
void mlv_http_version(const struct mlv_buf *headers, struct mlv_version *version);
/*
 * MLV_E_REMOTE for a page for people, as a login portal or a mistyped URL gives
 * in place of anything: HTML that is no file of a server's disk.
 */
mlv_err mlv_http_refuse_page(const struct mlv_buf *headers) MLV_CHECK;
/* Decimal digits alone, below 2^63. */
bool mlv_http_number(const char *text, uint64_t *value) MLV_CHECK;
/*
 * "bytes 5-9/100", "bytes 5-9/" "*", "bytes *" "/100" (RFC 9110, 14.4). What is
 * not said is UINT64_MAX: first and last in the third form, total in the second.
 */
bool mlv_http_content_range(const char *text, uint64_t *first, uint64_t *last,
			    uint64_t *total) MLV_CHECK;
/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7, the preferred form). */
bool mlv_http_date(const char *text, time_t *when) MLV_CHECK;
/* "2013-05-24T00:00:00Z", also with parts of a second or an offset (RFC 3339, 5.6). */
bool mlv_http_timestamp(const char *text, time_t *when) MLV_CHECK;
/* Seconds, or a date, of which now is taken away (RFC 9110, 10.2.3). */
bool mlv_http_retry_after(const char *text, time_t now, uint64_t *seconds) MLV_CHECK;
/* Whether an ETag is strong: in quotes and without "W/". */
bool mlv_http_etag_is_strong(const char *text);

#endif
