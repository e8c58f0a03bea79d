/*
 * s3/put.c - writing objects: small ones in one request, large ones in parts.
 *
 * The SHA-256 of what is sent is signed with each request, so that the store
 * refuses bytes that were changed on their way.
 */
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "remote/crc64.h"
#include "remote/http/header.h"
#include "remote/s3/upload.h"

#define ONE_REQUEST  ((uint64_t)32 << 20) /* bytes: what is larger is sent in parts */
#define ONE_IN_PLACE ((uint64_t)64 << 20) /* the same, of what lies in memory anyway */
#define PART_MIN     ((uint64_t)16 << 20)
#define PARTS_MOST   ((uint64_t)9000)
#define MIB          ((uint64_t)1 << 20)
#define PUT_TRIES    2 /* of what is not there afterwards, though the server took it */
#define LESSONS      3 /* that one object may teach: no condition, no checksum, another object */

uint64_t mlv_s3_part_size(uint64_t size)
{
	uint64_t part = (size / PARTS_MOST + MIB) / MIB * MIB;

	return part > PART_MIN ? part : PART_MIN;
}

void mlv_s3_put_open(struct mlv_s3 *s3)
{
	mlv_s3_spans_open(s3);
	pthread_mutex_init(&s3->uploads_lock, NULL);
}

mlv_err mlv_s3_put_settings(struct mlv_s3 *s3, const char *checksum)
{
	bool offered = s3->endpoint.host == NULL;

	mlv_s3_spans_settings(s3);
	s3->whole_sum = s3->parts_sum = MLV_S3_SUM_NONE;
	if (!checksum || strcmp(checksum, "auto") == 0) {
		/* Both of all of an object: stores take this SHA-256 of whole ones only. */
		s3->whole_sum = offered ? MLV_S3_SUM_SHA256 : MLV_S3_SUM_NONE;
		s3->parts_sum = offered ? MLV_S3_SUM_CRC64 : MLV_S3_SUM_NONE;
	} else if (strcmp(checksum, "sha256") == 0) {
		s3->whole_sum = s3->parts_sum = MLV_S3_SUM_SHA256;
	} else if (strcmp(checksum, "crc64nvme") == 0) {
		s3->whole_sum = s3->parts_sum = MLV_S3_SUM_CRC64;
	} else if (strcmp(checksum, "none") != 0) {
		return mlv_error(MLV_E_USAGE, "remote.NAME.checksum is none of auto, none, sha256 and "
				 "crc64nvme");
	}
	return NULL;
}

void mlv_s3_put_close(struct mlv_s3 *s3)
{
	mlv_s3_uploads_free(s3->uploads);
	pthread_mutex_destroy(&s3->uploads_lock);
	mlv_s3_spans_close(s3);
}

/* ---- in one request ---- */

static mlv_err whole_headers(enum mlv_s3_sum sum, const struct mlv_s3_span *span,
			     struct mlv_strs *headers)
{
	char text[MLV_S3_SUM_TEXT];
	uint64_t crc = sum == MLV_S3_SUM_CRC64 ? mlv_crc64(0, span->bytes, span->size) : 0;
	mlv_err err;

	if (sum == MLV_S3_SUM_NONE)
		return NULL;
	err = mlv_s3_sum_text(sum, &span->sha256, crc, text);
	return err ? err : mlv_s3_sum_header(sum, text, headers);
}

/*
 * Whether a PUT that was taken is taken by a store: it gives an ETag, and no
 * body. Of any other answer, as a login portal gives, the key must be there.
 */
static mlv_err confirm_put(struct mlv_s3 *s3, const char *key, const struct mlv_net_reply *reply,
			   uint64_t size, bool *done)
{
	uint64_t found = 0;
	bool there = false;
	mlv_err err;

	*done = reply->body == 0 && mlv_http_field(&reply->headers, "etag");
	if (*done)
		return NULL;
	err = mlv_s3_head(&s3->base, key, &there, &found);
	*done = !err && there && found == size;
	return err;
}

/* An object that goes in one request. */
struct whole {
	struct mlv_s3 *s3;
	const char *key;
	struct mlv_s3_span span;
	bool fresh; /* it was not there */
	bool again; /* what was learned from the answer may make the next attempt a success */
};

static void whole_release(struct whole *w)
{
	mlv_s3_span_release(&w->span);
}

/* What the answer to a PUT that was not taken comes to. */
static mlv_err not_taken(struct whole *w, const struct mlv_s3_request *request, bool asked,
			 enum mlv_s3_sum sum, const struct mlv_net_reply *reply)
{
	bool same = false;
	mlv_err err;

	if (asked && reply->status == 412) {
		/* Somebody stored it, or an attempt of ours did, whose answer was lost. */
		err = mlv_transport_same(&w->s3->base, w->key, &w->span.source, &same);
		if (err || same)
			return err;
		w->fresh = false;
		w->again = true;
	} else if (asked && mlv_s3_fresh_refused(w->s3, reply)) {
		w->again = true;
	} else {
		w->again = sum != MLV_S3_SUM_NONE && mlv_s3_sum_refused(w->s3, reply);
	}
	return mlv_s3_error(w->s3, request, reply);
}

static mlv_err put_once(struct whole *w)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs headers = { 0 };
	enum mlv_s3_sum sum = mlv_s3_sum_now(w->s3, false);
	bool done = false, asked = false;
	struct mlv_s3_request request = {
		.method = "PUT", .key = w->key, .source = &w->span.source, .size = w->span.size,
		.payload = &w->span.sha256, .writes_object = true, .headers = &headers,
		.right = "s3:PutObject",
	};
	mlv_err err;

	w->again = false;
	if ((err = whole_headers(sum, &w->span, &headers)) ||
	    (w->fresh && (err = mlv_s3_fresh_header(w->s3, &headers, &asked))))
		return err;
	for (int i = 0; i < PUT_TRIES; i++) {
		if ((err = mlv_s3_do(w->s3, &request, &reply)))
			return err;
		if (reply.status != 200)
			return not_taken(w, &request, asked, sum, &reply);
		err = confirm_put(w->s3, w->key, &reply, w->span.size, &done);
		if (err || done)
			return err;
	}
	return mlv_error(MLV_E_REMOTE, "%s/%s: the server took it, and does not have it",
			 w->s3->base.url, w->key);
}

static mlv_err put_whole(struct mlv_s3 *s3, const char *key, const struct mlv_source *source)
{
	MLV_SCOPED(whole_release) struct whole w = { .s3 = s3, .key = key, .fresh = source->fresh,
						     .again = true };
	mlv_err err = mlv_s3_span_read(&w.span, s3, source, 0, (size_t)source->size);

	for (int lessons = 0; (!err || lessons) && w.again && lessons <= LESSONS; lessons++)
		err = put_once(&w);
	return err;
}

mlv_err mlv_s3_put(struct mlv_transport *t, const char *key, const struct mlv_source *source)
{
	if (source->size <= (source->bytes ? ONE_IN_PLACE : ONE_REQUEST))
		return put_whole(mlv_s3_of(t), key, source);
	return mlv_s3_put_parts(mlv_s3_of(t), key, source, mlv_s3_part_size(source->size));
}
