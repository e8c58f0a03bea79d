/*
 * s3/put.c - writing objects: small ones in one request, large ones in parts.
 *
 * The SHA-256 of what is sent is signed with each request, so that the store
 * refuses bytes that were changed on their way. A part is hashed just before
 * it is signed and sent, from the page cache the second time it is read.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "remote/http/header.h"
#include "remote/s3.h"
#include "remote/xml.h"

#define ONE_REQUEST   ((uint64_t)64 << 20) /* bytes: what is larger is sent in parts */
#define PART_MIN      ((uint64_t)16 << 20)
#define PARTS_MOST    ((uint64_t)9000)
#define MIB           ((uint64_t)1 << 20)
#define PARTS_AT_ONCE 4u
#define BLOCK         ((size_t)1 << 20)
#define ANSWER_MAX    ((size_t)1 << 20)
#define COMPLETE_MOST 5 /* attempts at the last request of an upload */

uint64_t mlv_s3_part_size(uint64_t size)
{
	uint64_t part = (size / PARTS_MOST + MIB) / MIB * MIB;

	return part > PART_MIN ? part : PART_MIN;
}

static void hasher_free(struct mlv_sha256 **hasher)
{
	mlv_sha256_freep(hasher);
}

mlv_err mlv_s3_hash(const struct mlv_source *source, uint64_t offset, uint64_t size,
		    struct mlv_oid *oid)
{
	MLV_SCOPED(hasher_free) struct mlv_sha256 *hasher = NULL;
	MLV_SCOPED(mlv_mem_free) char *block = mlv_sys_alloc(size < BLOCK ? (size_t)size : BLOCK);
	mlv_err err;

	if (!block)
		return mlv_error_nomem("a block");
	if ((err = mlv_sha256_new(&hasher)))
		return err;
	while (size > 0) {
		size_t n = size < BLOCK ? (size_t)size : BLOCK;

		if ((err = source->read(source->arg, block, n, offset)) ||
		    (err = mlv_sha256_update(hasher, block, n)))
			return err;
		offset += n;
		size -= n;
	}
	return mlv_sha256_final(hasher, oid);
}

static mlv_err put_whole(struct mlv_s3 *s3, const char *key, const struct mlv_source *source)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_oid oid = { { 0 } };
	struct mlv_s3_request request = {
		.method = "PUT", .key = key, .source = source, .size = source->size,
		.payload = source->sha256 ? source->sha256 : &oid, .writes_object = true,
		.right = "s3:PutObject",
	};
	mlv_err err = source->sha256 ? NULL : mlv_s3_hash(source, 0, source->size, &oid);

	return err ? err : mlv_s3_must(s3, &request, &reply);
}

/* ---- in parts ---- */

struct upload {
	struct mlv_s3 *s3;
	const char *key;
	const struct mlv_source *source;
	uint64_t part_size;
	size_t parts;
	struct mlv_buf id; /* encoded for a query */
	char **etags;      /* parts of them */
};

static void upload_release(struct upload *u)
{
	for (size_t i = 0; u->etags && i < u->parts; i++)
		free(u->etags[i]);
	free(u->etags);
	mlv_buf_release(&u->id);
}

static mlv_err take_id(void *arg, const char *path, const char *text)
{
	struct mlv_buf *id = arg;

	if (strcmp(path, "InitiateMultipartUploadResult/UploadId") != 0)
		return NULL;
	mlv_buf_clear(id);
	return mlv_url_encode(id, text, strlen(text), "");
}

static mlv_err begin_upload(struct upload *u)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf body = MLV_BUF_LIMIT(ANSWER_MAX);
	struct mlv_s3_request request = { .method = "POST", .key = u->key, .query = "uploads=",
					  .body = &body, .writes_object = true,
					  .right = "s3:PutObject" };
	mlv_err err = mlv_s3_must(u->s3, &request, &reply);

	if (!err)
		err = u->s3->http.ops->parse_xml(body.ptr, body.len, take_id, &u->id);
	if (!err && !u->id.len)
		err = mlv_error(MLV_E_REMOTE, "%s/%s: the server gave no upload id", u->s3->base.url,
				u->key);
	return err;
}

static mlv_err send_part(void *arg, size_t index, unsigned worker)
{
	struct upload *u = arg;
	uint64_t offset = index * u->part_size, left = u->source->size - offset;
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf query = MLV_BUF_INIT;
	struct mlv_oid oid;
	struct mlv_s3_request request = {
		.method = "PUT", .key = u->key, .source = u->source, .offset = offset,
		.size = left < u->part_size ? left : u->part_size, .payload = &oid,
		.right = "s3:PutObject",
	};
	const char *etag;
	mlv_err err = mlv_buf_printf(&query, "partNumber=%zu&uploadId=%s", index + 1, u->id.ptr);

	(void)worker;
	request.query = query.ptr;
	if (err || (err = mlv_s3_hash(u->source, offset, request.size, &oid)) ||
	    (err = mlv_s3_must(u->s3, &request, &reply)))
		return err;
	etag = mlv_http_field(&reply.headers, "etag");
	if (!etag)
		return mlv_error(MLV_E_REMOTE, "%s/%s: the server gave no ETag for a part",
				 u->s3->base.url, u->key);
	u->etags[index] = mlv_sys_strdup(etag);
	return u->etags[index] ? NULL : mlv_error_nomem("an upload");
}

static mlv_err complete_body(const struct upload *u, struct mlv_buf *body)
{
	mlv_err err = mlv_buf_add_str(body, "<CompleteMultipartUpload>");

	for (size_t i = 0; i < u->parts && !err; i++) {
		if ((err = mlv_buf_printf(body, "<Part><PartNumber>%zu</PartNumber><ETag>", i + 1)) ||
		    (err = mlv_xml_escape(body, u->etags[i])))
			return err;
		err = mlv_buf_add_str(body, "</ETag></Part>");
	}
	return err ? err : mlv_buf_add_str(body, "</CompleteMultipartUpload>");
}

static mlv_err read_body(void *arg, void *to, size_t len, uint64_t offset)
{
	const struct mlv_buf *body = arg;

	memcpy(to, body->ptr + offset, len);
	return NULL;
}

static mlv_err see_completed(void *arg, const char *path, const char *text)
{
	(void)text;
	if (strcmp(path, "CompleteMultipartUploadResult") == 0)
		*(bool *)arg = true;
	return NULL;
}

/* A 200 may hold an error, or break off: only the right document is a success. */
static bool is_completed(const struct mlv_s3 *s3, const struct mlv_buf *answer)
{
	size_t start = strspn(answer->ptr, " \t\r\n");
	bool completed = false;

	if (s3->http.ops->parse_xml(answer->ptr + start, answer->len - start, see_completed,
				    &completed))
		return false;
	return completed;
}

/* The key is there with the size it should have: how the upload ended after all. */
static mlv_err confirm(const struct upload *u, bool *done)
{
	bool there = false;
	uint64_t size = 0;
	mlv_err err = mlv_s3_head(&u->s3->base, u->key, &there, &size);

	*done = !err && there && size == u->source->size;
	return err;
}

/* One attempt to complete: *again when it is worth another. */
static mlv_err complete_once(const struct upload *u, const struct mlv_s3_request *request,
			     struct mlv_net_reply *reply, bool *again)
{
	char code[MLV_S3_CODE];
	bool slower, done = false;
	mlv_err err;

	*again = false;
	mlv_buf_clear(request->body);
	if ((err = mlv_s3_do(u->s3, request, reply)))
		return err;
	if (reply->status == 200 && is_completed(u->s3, request->body))
		return NULL;
	if (reply->status == 200) {
		mlv_s3_code(u->s3, request->body, code);
		*again = !code[0] || mlv_s3_code_passes(code, &slower);
		/* For mlv_s3_error(), which reads the body of errors. */
		mlv_buf_clear(&reply->error);
		if ((err = mlv_buf_add(&reply->error, request->body->ptr, request->body->len)))
			return err;
	} else if (reply->status == 404) {
		/* The answer to an attempt before may have been lost. */
		if ((err = confirm(u, &done)) || done)
			return err;
	}
	return mlv_s3_error(u->s3, request, reply);
}

static mlv_err complete(const struct upload *u)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf body = MLV_BUF_LIMIT(16 * ANSWER_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf answer = MLV_BUF_LIMIT(ANSWER_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf query = MLV_BUF_INIT;
	struct mlv_source source = { .read = read_body, .arg = &body };
	struct mlv_oid oid;
	struct mlv_s3_request request = { .method = "POST", .key = u->key, .source = &source,
					  .payload = &oid, .body = &answer,
					  .right = "s3:PutObject" };
	bool again = true;
	mlv_err err;

	if ((err = complete_body(u, &body)) || (err = mlv_sha256_of(body.ptr, body.len, &oid)) ||
	    (err = mlv_buf_printf(&query, "uploadId=%s", u->id.ptr)))
		return err;
	source.size = request.size = body.len;
	request.query = query.ptr;
	for (int attempt = 0; again && attempt < COMPLETE_MOST; attempt++)
		err = complete_once(u, &request, &reply, &again);
	return err;
}

/* Parts that are not put together cost money; that they are dropped is only tried. */
static void abort_upload(const struct upload *u)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf query = MLV_BUF_INIT;
	struct mlv_s3_request request = { .method = "DELETE", .key = u->key };

	if (mlv_buf_printf(&query, "uploadId=%s", u->id.ptr))
		return;
	request.query = query.ptr;
	if (mlv_s3_must(u->s3, &request, &reply))
		mlv_tell_detail(u->s3->base.ctx, "%s/%s: parts of an upload are left over",
				u->s3->base.url, u->key);
}

static mlv_err upload_parts(struct upload *u)
{
	struct mlv_ctx *ctx = u->s3->base.ctx;
	unsigned jobs = u->s3->base.jobs < PARTS_AT_ONCE ? u->s3->base.jobs : PARTS_AT_ONCE;
	bool done = false;
	mlv_err err = mlv_pool_run(ctx, jobs, u->parts, send_part, u);

	if (err || (err = complete(u)) || (err = confirm(u, &done)))
		return err;
	return done ? NULL
		    : mlv_error(MLV_E_REMOTE, "%s/%s: the server does not have what was sent",
				u->s3->base.url, u->key);
}

mlv_err mlv_s3_put_parts(struct mlv_s3 *s3, const char *key, const struct mlv_source *source,
			 uint64_t part_size)
{
	MLV_SCOPED(upload_release) struct upload u = {
		.s3 = s3, .key = key, .source = source, .part_size = part_size,
		.parts = (size_t)((source->size + part_size - 1) / part_size), .id = MLV_BUF_INIT,
	};
	struct mlv_error kept;
	mlv_err err;

	u.etags = mlv_sys_alloc_array(u.parts, sizeof(*u.etags));
	if (!u.etags)
		return mlv_error_nomem("an upload");
	if ((err = begin_upload(&u)) || !(err = upload_parts(&u)))
		return err;
	kept = *err;
	abort_upload(&u);
	return mlv_error_copy(&kept);
}

mlv_err mlv_s3_put(struct mlv_transport *t, const char *key, const struct mlv_source *source)
{
	if (source->size <= ONE_REQUEST)
		return put_whole(mlv_s3_of(t), key, source);
	return mlv_s3_put_parts(mlv_s3_of(t), key, source, mlv_s3_part_size(source->size));
}
