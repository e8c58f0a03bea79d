/*
 * sigv4.h - AWS Signature Version 4, in the header, as S3 wants it: the path
 * is taken as it is sent, never normalised or encoded twice.
 *
 * Source   https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 * Threads  pure functions.
 */
#ifndef MLV_REMOTE_SIGV4_H
#define MLV_REMOTE_SIGV4_H

#include <time.h>

#include "core/base/buf.h"
#include "core/base/strs.h"

#define MLV_SIGV4_EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define MLV_SIGV4_DATE 17 /* "20130524T000000Z" and a NUL */

struct mlv_sigv4_keys {
	const char *access_key;
	const char *secret_key;
	const char *region;
	const char *service; /* "s3" */
};

struct mlv_sigv4_request {
	const char *method;
	const char *path;               /* encoded, as it is sent */
	const char *query;              /* encoded, in any order, without '?'; NULL or "": none */
	const struct mlv_strs *headers; /* "Name: value": all are signed; Host must be one */
	const char *payload_hash;       /* hex, or "UNSIGNED-PAYLOAD" */
	time_t when;
};

/* Write "20130524T000000Z", the form of x-amz-date. */
void mlv_sigv4_date(time_t when, char text[static MLV_SIGV4_DATE]);
/* Append the canonical request, and the names of the signed headers to names. */
mlv_err mlv_sigv4_canonical(const struct mlv_sigv4_request *request, struct mlv_buf *to,
			    struct mlv_buf *names) MLV_CHECK;
/* Append the value of the Authorization header. */
mlv_err mlv_sigv4_sign(const struct mlv_sigv4_keys *keys, const struct mlv_sigv4_request *request,
		       struct mlv_buf *to) MLV_CHECK;

#endif
