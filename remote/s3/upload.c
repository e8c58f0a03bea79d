/* s3/upload.c - a large object, in parts that go side by side. */
#include "remote/s3/upload.h"

#include <stdlib.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "remote/crc64.h"
#include "remote/http/header.h"
#include "remote/xml.h"

#define PARTS_AT_ONCE 4u
#define ANSWER_MAX    ((size_t)1 << 20)
#define TURNS         3 /* uploads that are tried: gone on with, anew, without checksums */

static void upload_release(struct mlv_s3_upload *u)
{
	for (size_t i = 0; u->parts && i < u->count; i++) {
		free(u->parts[i].etag);
		free(u->parts[i].sum);
	}
	free(MLV_TAKE(u->parts));
	free(MLV_TAKE(u->id));
}

uint64_t mlv_s3_part_len(const struct mlv_s3_upload *u, size_t index)
{
	uint64_t left = u->source->size - index * u->part_size;

	return left < u->part_size ? left : u->part_size;
}

/* ---- its beginning ---- */

static mlv_err take_id(void *arg, const char *path, const char *text)
{
	struct mlv_buf *id = arg;

	if (strcmp(path, "InitiateMultipartUploadResult/UploadId") != 0)
		return NULL;
	mlv_buf_clear(id);
	return mlv_url_encode(id, text, strlen(text), "");
}

static mlv_err begin_headers(const struct mlv_s3_upload *u, struct mlv_strs *headers)
{
	mlv_err err;

	if (u->sum == MLV_S3_SUM_NONE)
		return NULL;
	err = mlv_http_add_header(headers, "x-amz-checksum-algorithm", mlv_s3_sum_algorithm(u->sum));
	if (!err && u->sum == MLV_S3_SUM_CRC64)
		err = mlv_http_add_header(headers, "x-amz-checksum-type", "FULL_OBJECT");
	return err;
}

/* A 404 is of the bucket; a checksum that is refused ends the turn. */
static mlv_err begin_upload(struct mlv_s3_upload *u)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf body = MLV_BUF_LIMIT(ANSWER_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf id = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs headers = { 0 };
	struct mlv_s3_request request = {
		.method = "POST", .key = u->key, .query = "uploads=", .body = &body,
		.writes_object = true, .headers = &headers, .right = "s3:PutObject",
	};
	mlv_err err = begin_headers(u, &headers);

	if (err || (err = mlv_s3_do(u->s3, &request, &reply)))
		return err;
	if (reply.status != 200) {
		u->no_sum = u->sum != MLV_S3_SUM_NONE && mlv_s3_sum_refused(u->s3, &reply);
		return mlv_s3_error(u->s3, &request, &reply);
	}
	if ((err = u->s3->http.ops->parse_xml(body.ptr, body.len, take_id, &id)))
		return mlv_error_wrap(err, "%s/%s", u->s3->base.url, u->key);
	if (!id.len)
		return mlv_error(MLV_E_REMOTE, "%s/%s: the server gave no upload id", u->s3->base.url,
				 u->key);
	u->id = mlv_buf_detach(&id);
	u->ours = true;
	return NULL;
}

/* ---- its parts ---- */

static mlv_err note_part(struct mlv_s3_upload *u, size_t index, const struct mlv_net_reply *reply,
			 const char *sum)
{
	struct mlv_s3_part *part = &u->parts[index];
	const char *etag = mlv_http_field(&reply->headers, "etag");

	if (!etag)
		return mlv_error(MLV_E_REMOTE, "%s/%s: the server gave no ETag for a part",
				 u->s3->base.url, u->key);
	free(part->etag);
	free(part->sum);
	part->etag = mlv_sys_strdup(etag);
	part->sum = mlv_sys_strdup(sum);
	part->listed = false;
	return part->etag && part->sum ? NULL : mlv_error_nomem("an upload");
}

static mlv_err put_part(struct mlv_s3_upload *u, size_t index, const struct mlv_s3_span *span)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf query = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs headers = { 0 };
	struct mlv_s3_request request = {
		.method = "PUT", .key = u->key, .source = &span->source, .size = span->size,
		.payload = &span->sha256, .headers = &headers, .right = "s3:PutObject",
	};
	char sum[MLV_S3_SUM_TEXT] = "";
	mlv_err err = mlv_buf_printf(&query, "partNumber=%zu&uploadId=%s", index + 1, u->id);

	request.query = query.ptr;
	if (!err && u->sum != MLV_S3_SUM_NONE &&
	    !(err = mlv_s3_sum_text(u->sum, &span->sha256, u->parts[index].crc, sum)))
		err = mlv_s3_sum_header(u->sum, sum, &headers);
	if (err || (err = mlv_s3_do(u->s3, &request, &reply)))
		return err;
	if (reply.status == 200)
		return note_part(u, index, &reply, sum);
	if (reply.status == 404)
		u->gone = true;
	else if (u->sum != MLV_S3_SUM_NONE && mlv_s3_sum_refused(u->s3, &reply))
		u->no_sum = true;
	return mlv_s3_error(u->s3, &request, &reply);
}

/* One part: looked at where it is there already, else sent. */
static mlv_err send_part(void *arg, size_t index, unsigned worker)
{
	struct mlv_s3_upload *u = arg;
	MLV_SCOPED(mlv_s3_span_release) struct mlv_s3_span span = { 0 };
	struct mlv_s3_part *part = &u->parts[index];
	mlv_err err;

	(void)worker;
	if ((err = mlv_s3_span_read(&span, u->s3, u->source, index * u->part_size,
				    (size_t)mlv_s3_part_len(u, index))))
		return err;
	if (u->sum == MLV_S3_SUM_CRC64)
		part->crc = mlv_crc64(0, span.bytes, span.size);
	if (part->listed && mlv_s3_part_is(part, u->sum, &span))
		return NULL;
	return put_part(u, index, &span);
}

/* ---- its end ---- */

static mlv_err add_part(const struct mlv_s3_upload *u, size_t index, struct mlv_buf *body)
{
	const struct mlv_s3_part *part = &u->parts[index];
	const char *element = mlv_s3_sum_element(u->sum);
	mlv_err err;

	if ((err = mlv_buf_printf(body, "<Part><PartNumber>%zu</PartNumber><ETag>", index + 1)) ||
	    (err = mlv_xml_escape(body, part->etag)) || (err = mlv_buf_add_str(body, "</ETag>")))
		return err;
	if (u->sum != MLV_S3_SUM_NONE)
		err = mlv_buf_printf(body, "<%s>%s</%s>", element, part->sum, element);
	return err ? err : mlv_buf_add_str(body, "</Part>");
}

static mlv_err complete_body(const struct mlv_s3_upload *u, struct mlv_buf *body)
{
	mlv_err err = mlv_buf_add_str(body, "<CompleteMultipartUpload>");

	for (size_t i = 0; i < u->count && !err; i++)
		err = add_part(u, i, body);
	return err ? err : mlv_buf_add_str(body, "</CompleteMultipartUpload>");
}

/* The sum of all of it, where the store checks that. */
static mlv_err complete_headers(const struct mlv_s3_upload *u, struct mlv_strs *headers)
{
	char text[MLV_S3_SUM_TEXT];
	uint64_t crc = 0;
	mlv_err err;

	if (u->sum != MLV_S3_SUM_CRC64)
		return NULL;
	for (size_t i = 0; i < u->count; i++)
		crc = mlv_crc64_join(crc, u->parts[i].crc, mlv_s3_part_len(u, i));
	if ((err = mlv_s3_sum_text(u->sum, NULL, crc, text)) ||
	    (err = mlv_s3_sum_header(u->sum, text, headers)))
		return err;
	return mlv_http_add_header(headers, "x-amz-checksum-type", "FULL_OBJECT");
}

static mlv_err read_body(void *arg, void *to, size_t len, uint64_t offset)
{
	const struct mlv_buf *body = arg;

	memcpy(to, body->ptr + offset, len);
	return NULL;
}

/* A 200 may hold an error, or break off: only the right document is a success. */
static mlv_err complete_once(struct mlv_s3_upload *u, bool *again)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf body = MLV_BUF_LIMIT(16 * ANSWER_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf answer = MLV_BUF_LIMIT(ANSWER_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf query = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs headers = { 0 };
	struct mlv_source source = { .read = read_body, .arg = &body };
	struct mlv_oid oid;
	bool asked = false;
	struct mlv_s3_request request = {
		.method = "POST", .key = u->key, .source = &source, .payload = &oid, .body = &answer,
		.headers = &headers, .root = "CompleteMultipartUploadResult", .right = "s3:PutObject",
	};
	mlv_err err;

	*again = false;
	if ((err = complete_body(u, &body)) || (err = complete_headers(u, &headers)) ||
	    (u->fresh && (err = mlv_s3_fresh_header(u->s3, &headers, &asked))) ||
	    (err = mlv_sha256_of(body.ptr, body.len, &oid)) ||
	    (err = mlv_buf_printf(&query, "uploadId=%s", u->id)))
		return err;
	source.size = request.size = body.len;
	request.query = query.ptr;
	err = mlv_s3_must(u->s3, &request, &reply);
	*again = err && asked && mlv_s3_fresh_refused(u->s3, &reply);
	u->met = err && asked && reply.status == 412;
	/* Whatever it says against it stays so: another upload may fare better. */
	if (err && !*again && (u->met || reply.status == 404 || reply.status == 400 ||
			       reply.status == 409))
		u->gone = true;
	return err;
}

static mlv_err complete(struct mlv_s3_upload *u)
{
	bool again = false;
	mlv_err err = complete_once(u, &again);

	return again ? complete_once(u, &again) : err;
}

/* Whether the key is there with the size it should have: how an upload ended after all. */
static mlv_err confirm(const struct mlv_s3_upload *u, bool *done)
{
	bool there = false;
	uint64_t size = 0;
	mlv_err err = mlv_s3_head(&u->s3->base, u->key, &there, &size);

	*done = !err && there && size == u->source->size;
	return err;
}

void mlv_s3_upload_abort(struct mlv_s3 *s3, const char *key, const char *id)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf query = MLV_BUF_INIT;
	struct mlv_s3_request request = { .method = "DELETE", .key = key };

	if (mlv_buf_printf(&query, "uploadId=%s", id))
		return;
	request.query = query.ptr;
	if (mlv_s3_must(s3, &request, &reply))
		mlv_tell_detail(s3->base.ctx, "%s/%s: parts of an upload are left over", s3->base.url,
				key);
}

/* ---- from its beginning to its end ---- */

/* Whether nothing of what was sent is of use to a later attempt. */
static bool is_useless(const struct mlv_s3_upload *u, const struct mlv_error *why)
{
	return u->gone || u->no_sum || why->code == MLV_E_CORRUPT || why->code == MLV_E_MISSING;
}

static mlv_err run(struct mlv_s3_upload *u)
{
	unsigned jobs = u->s3->base.jobs < PARTS_AT_ONCE ? u->s3->base.jobs : PARTS_AT_ONCE;
	bool done = false;
	mlv_err err;

	if ((!u->id && (err = begin_upload(u))) ||
	    (err = mlv_pool_run(u->s3->base.ctx, jobs, u->count, send_part, u)) ||
	    (err = complete(u)) || (err = confirm(u, &done)))
		return err;
	return done ? NULL
		    : mlv_error(MLV_E_REMOTE, "%s/%s: the server does not have what was sent",
				u->s3->base.url, u->key);
}

/*
 * One upload. *again: it failed, and another one may not. An answer that was
 * lost, or somebody who sends the same, may have ended it well.
 */
static mlv_err one_upload(struct mlv_s3_upload *u, bool fresh, bool *again)
{
	struct mlv_error kept;
	bool done = false;
	mlv_err err = fresh ? NULL : mlv_s3_uploads_take(u);

	*again = false;
	if (err || !(err = run(u)))
		return err;
	kept = *err;
	/* An older object of the same size may be damaged: its bytes are read. */
	if (u->gone && (err = mlv_transport_same(&u->s3->base, u->key, u->source, &done)))
		return err;
	if (u->id && u->ours && (done ? u->met : is_useless(u, &kept)))
		mlv_s3_upload_abort(u->s3, u->key, u->id);
	if (done)
		return NULL;
	*again = u->gone || u->no_sum;
	return mlv_error_copy(&kept);
}

mlv_err mlv_s3_put_parts(struct mlv_s3 *s3, const char *key, const struct mlv_source *source,
			 uint64_t part_size)
{
	bool again = true, fresh = source->fresh;
	mlv_err err = NULL;

	for (int turn = 0; again && turn < TURNS; turn++) {
		MLV_SCOPED(upload_release) struct mlv_s3_upload u = {
			.s3 = s3, .key = key, .source = source, .part_size = part_size,
			.count = (size_t)((source->size + part_size - 1) / part_size),
			.sum = mlv_s3_sum_now(s3, true), .fresh = fresh,
		};

		u.parts = mlv_sys_alloc_array(u.count, sizeof(*u.parts));
		if (!u.parts)
			return mlv_error_nomem("an upload");
		err = one_upload(&u, turn > 0, &again);
		fresh = fresh && !u.met;
	}
	return err;
}
