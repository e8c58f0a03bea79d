/*
 * s3/upload.h - what the files that write objects share: bytes that lie in
 * memory to be sent, checksums, uploads in parts and what is left of earlier ones.
 *
 * Model     An object above 32 MiB goes in parts of equal size, each read once
 *           (which verifies it), hashed and sent from memory. An upload that
 *           was not ended, by a kill or a network, is gone on with: which of
 *           its parts are what would be sent is found out by their checksums,
 *           or by their ETags where these are MD5s. Two that send the same
 *           object may so share an upload; its name says its content, so they
 *           send the same. What was begun by somebody else is never aborted,
 *           unless it is a week old.
 * Limits    jobs * 16 MiB of bodies in memory; four parts where these are
 *           larger, as those of objects above 140 GiB are.
 */
#ifndef MLV_REMOTE_S3_UPLOAD_H
#define MLV_REMOTE_S3_UPLOAD_H

#include "remote/s3.h"

#define MLV_S3_SUM_TEXT 48 /* bytes that a checksum in base64 takes at most, with its end */

/* A run of a source, in memory. */
struct mlv_s3_span {
	struct mlv_s3 *s3;
	const char *bytes;
	size_t size;
	struct mlv_source source; /* of this run alone, for a request */
	struct mlv_oid sha256;    /* of its bytes */
	bool known;               /* ... which need not be hashed for it */
	char *own;                /* what is given back, NULL: it lies in the source's memory */
	uint64_t taken, room;     /* the size of that, and what it takes of the transport's room */
};

/* Read it, once there is room for it, and hash it. */
mlv_err mlv_s3_span_read(struct mlv_s3_span *span, struct mlv_s3 *s3,
			 const struct mlv_source *source, uint64_t offset, size_t size) MLV_CHECK;
void mlv_s3_span_release(struct mlv_s3_span *span);
/* What spans need of a transport: when it is opened, when jobs are known, at its end. */
void mlv_s3_spans_open(struct mlv_s3 *s3);
void mlv_s3_spans_settings(struct mlv_s3 *s3);
void mlv_s3_spans_close(struct mlv_s3 *s3);

/* ---- checksums (sums.c) ---- */

/* The name of the algorithm ("SHA256"), and of the element that has a part's sum. */
const char *mlv_s3_sum_algorithm(enum mlv_s3_sum sum);
const char *mlv_s3_sum_element(enum mlv_s3_sum sum);
/* "x-amz-checksum-...: text" is added to the headers. */
mlv_err mlv_s3_sum_header(enum mlv_s3_sum sum, const char *text, struct mlv_strs *headers) MLV_CHECK;
/* In base64, of the sum that a span or part has. sha256 is that of the bytes. */
mlv_err mlv_s3_sum_text(enum mlv_s3_sum sum, const struct mlv_oid *sha256, uint64_t crc,
			char text[static MLV_S3_SUM_TEXT]) MLV_CHECK;
/* Which are sent by now: of whole objects, or of parts. */
enum mlv_s3_sum mlv_s3_sum_now(struct mlv_s3 *s3, bool parts);
/* Whether an answer refuses a header that not every server knows. */
bool mlv_s3_header_refused(const struct mlv_s3 *s3, const struct mlv_net_reply *reply);
/* Whether an answer refuses that a checksum was sent; none is from now on. */
bool mlv_s3_sum_refused(struct mlv_s3 *s3, const struct mlv_net_reply *reply);

/* ---- what must not be there (fresh.c) ---- */

/* Add "If-None-Match: *" where the server takes it; *asked: it was added. */
mlv_err mlv_s3_fresh_header(struct mlv_s3 *s3, struct mlv_strs *headers, bool *asked) MLV_CHECK;
/* Whether an answer refuses that it was sent; it is not from now on. */
bool mlv_s3_fresh_refused(struct mlv_s3 *s3, const struct mlv_net_reply *reply);

/* ---- an upload in parts (upload.c) and those before it (uploads.c) ---- */

struct mlv_s3_part {
	char *etag;     /* NULL: not there yet */
	char *sum;      /* in base64; NULL: the store told none */
	uint64_t crc;   /* CRC-64 of its bytes, where that is what is sent along */
	bool listed;    /* it was there before: still to be compared */
};

struct mlv_s3_upload {
	struct mlv_s3 *s3;
	const char *key;
	const struct mlv_source *source;
	uint64_t part_size;
	size_t count;
	struct mlv_s3_part *parts;
	enum mlv_s3_sum sum;
	char *id;            /* encoded for a query; NULL: not begun */
	bool ours;           /* begun by this process */
	_Atomic bool gone;   /* the store does not know it any more */
	_Atomic bool no_sum; /* it does not take checksums */
	bool fresh;          /* the key was not there */
	bool met;            /* somebody else stored it meanwhile: it was there at the end */
};

uint64_t mlv_s3_part_len(const struct mlv_s3_upload *u, size_t index);
/* Drop it and what was sent; that this works is only hoped. */
void mlv_s3_upload_abort(struct mlv_s3 *s3, const char *key, const char *id);
/*
 * The latest upload of u->key that was not ended, with the sizes and names of
 * its parts; u->id stays NULL when there is none that can be gone on with. The
 * first call of a transport looks for all of them, and aborts those that are
 * a week old.
 */
mlv_err mlv_s3_uploads_take(struct mlv_s3_upload *u) MLV_CHECK;
void mlv_s3_uploads_free(struct mlv_s3_uploads *uploads);
/* Whether the part that is there has the bytes of span. */
bool mlv_s3_part_is(const struct mlv_s3_part *part, enum mlv_s3_sum sum,
		    const struct mlv_s3_span *span);

#endif
