/*
 * s3.h - a bucket: requests signed and sent, their answers understood.
 *
 * Learned on the way, and kept for the requests that follow: the difference
 * of the clocks, from the Date of an answer that complains of it; the
 * bucket's region, from the answer of a wrong one; that credentials have
 * ended, and others are to be asked for; whether anything may be read.
 * Threads   all functions may be called by many threads at once.
 */
#ifndef MLV_REMOTE_S3_H
#define MLV_REMOTE_S3_H

#include <pthread.h>

#include "remote/credentials.h"
#include "remote/http/exchange.h"
#include "remote/http/fetch.h"

#define MLV_S3_REGION 64
#define MLV_S3_CODE 64

/* What is sent along for the store to check and to keep, and what it keeps of an upload in parts. */
enum mlv_s3_sum { MLV_S3_SUM_NONE, MLV_S3_SUM_SHA256, MLV_S3_SUM_CRC64 };

struct mlv_s3_uploads;
struct mlv_s3_idle;

struct mlv_s3 {
	struct mlv_transport base; /* first */
	struct mlv_http http;
	struct mlv_credentials *credentials;
	bool is_signed;          /* there are credentials */
	char *distrusted;        /* "NAME", or "--repo URL NAME": it gets none until trusted; NULL: it may */
	bool names_owner;        /* on_all says whose the bucket has to be */
	bool sets_acl;           /* on_write says who may read, which is a right of its own */
	char *bucket;
	char *prefix;            /* "" or "some/where/" */
	struct mlv_url endpoint; /* host NULL: AWS, by region */
	bool path_style;
	bool plain_http;         /* AWS without TLS */
	struct mlv_strs on_all;   /* headers of every request */
	struct mlv_strs on_write; /* of PUT and of the beginning of a multipart upload */
	struct mlv_strs on_object; /* of all that reads or writes an object's bytes; a secret */
	pthread_mutex_t lock;
	char region[MLV_S3_REGION]; /* under lock, as all below */
	long skew;                  /* seconds that the server's clock is ahead of ours */
	bool reads;                 /* something was read here, or was told not to be there */
	bool told_unreadable;       /* that nothing could be read was said */
	enum mlv_s3_sum whole_sum, parts_sum;
	bool unconditional;         /* the server does not take If-None-Match when it is written to */
	uint64_t room;              /* bytes that bodies may take in memory, besides those that do */
	unsigned hashing;           /* bodies that are being hashed */
	struct mlv_s3_idle *idle;   /* memory of bodies that were sent; NULL: none */
	pthread_cond_t freed;       /* one of these three has changed */
	pthread_mutex_t uploads_lock;
	struct mlv_s3_uploads *uploads; /* that were not ended; NULL: not looked for; under its own lock */
};

struct mlv_s3_request {
	const char *method;
	const char *key;      /* below the prefix; NULL: the bucket itself */
	const char *query;    /* encoded; NULL: none */
	const struct mlv_source *source; /* the body: size bytes of it from offset; NULL: none */
	uint64_t offset, size;
	const struct mlv_oid *payload; /* SHA-256 of the body; NULL: of an empty one */
	bool writes_object;            /* on_write is sent along */
	const struct mlv_strs *headers; /* more of them, signed as well; NULL: none */
	const char *root;              /* the element that a 200 must hold, or it is none; NULL: any */
	struct mlv_http_fetch *fetch;  /* where the answer's body goes; NULL: */
	struct mlv_buf *body;          /* ... here, whose limit holds; NULL: it is dropped */
	const char *right;             /* what an AccessDenied lacks: "s3:GetObject" */
};

static inline struct mlv_s3 *mlv_s3_of(struct mlv_transport *t)
{
	return (struct mlv_s3 *)(void *)t;
}

/* Send it; NULL: an answer came that no repetition betters. */
mlv_err mlv_s3_do(struct mlv_s3 *s3, const struct mlv_s3_request *request,
		  struct mlv_net_reply *reply) MLV_CHECK;
/* The same; anything but 2xx is a failure (404: MLV_E_MISSING). */
mlv_err mlv_s3_must(struct mlv_s3 *s3, const struct mlv_s3_request *request,
		    struct mlv_net_reply *reply) MLV_CHECK;
/* What an answer of 300 and more means: which right is missing, what to change. */
mlv_err mlv_s3_error(struct mlv_s3 *s3, const struct mlv_s3_request *request,
		     const struct mlv_net_reply *reply) MLV_CHECK MLV_NEVER_NULL;
/* The <Code> of an error's body, "" when there is none. */
void mlv_s3_code(const struct mlv_s3 *s3, const struct mlv_buf *body, char code[static MLV_S3_CODE]);
/* Whether a body is a document, whole, of this root element. */
bool mlv_s3_has_root(const struct mlv_s3 *s3, const struct mlv_buf *body, const char *root);
/* Whether a code is of an answer that may be another one later; *slower: after a longer wait. */
bool mlv_s3_code_passes(const char *code, bool *slower);
/* "<Region>" of an error's body, or the header that names it; false when it names none. */
bool mlv_s3_region_of(const struct mlv_s3 *s3, const struct mlv_net_reply *reply,
		      char region[static MLV_S3_REGION]);
/* Whether text may be a part of a host name (what a region must be). */
bool mlv_s3_label_is_good(const char *text);
/* The URL of a request. */
mlv_err mlv_s3_url(struct mlv_s3 *s3, const struct mlv_s3_request *request,
		   struct mlv_url *url) MLV_CHECK;

/* Fill in what settings say, and ask for the first keys. */
mlv_err mlv_s3_set_up(struct mlv_s3 *s3, struct mlv_ctx *ctx,
		      const struct mlv_remote_settings *settings) MLV_CHECK;

/* Operations of the transport. */
mlv_err mlv_s3_put(struct mlv_transport *t, const char *key,
		   const struct mlv_source *source) MLV_CHECK;
mlv_err mlv_s3_put_parts(struct mlv_s3 *s3, const char *key, const struct mlv_source *source,
			 uint64_t part_size) MLV_CHECK;
mlv_err mlv_s3_head(struct mlv_transport *t, const char *key, bool *there,
		    uint64_t *size) MLV_CHECK;
mlv_err mlv_s3_list(struct mlv_transport *t, const char *prefix, mlv_list_fn fn,
		    void *arg) MLV_CHECK;

/* What putting needs of a transport: when it is opened, when jobs and endpoint are known, at its end. */
void mlv_s3_put_open(struct mlv_s3 *s3);
mlv_err mlv_s3_put_settings(struct mlv_s3 *s3, const char *checksum) MLV_CHECK;
void mlv_s3_put_close(struct mlv_s3 *s3);
/* The size of the parts of an upload. */
uint64_t mlv_s3_part_size(uint64_t size);

#endif
