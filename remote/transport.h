/*
 * transport.h - moving bytes to and from a place elsewhere, by key.
 *
 * A key is a relative path of printable ASCII ("objects/ab/cdef...",
 * "roots/..."), as the store lays them out (core/store/oid.h). A transport
 * knows nothing of objects: who calls it checks what arrives. A key appears
 * only with its complete content. Every call retries what can pass, within
 * the process's budget (retry.h), and ends in bounded time.
 *
 * Threads     one transport may be used by many threads at once.
 * Errors      MLV_E_MISSING: the key is not there (get); MLV_E_REMOTE: refused
 *             or not reachable, the message names the URL, without secrets.
 */
#ifndef MLV_REMOTE_TRANSPORT_H
#define MLV_REMOTE_TRANSPORT_H

#include "core/base/buf.h"
#include "core/base/context.h"
#include "core/store/oid.h"

struct mlv_transport;
struct mlv_lookup;

/* Takes len bytes that arrived, in order. A failure ends the transfer and is returned. */
struct mlv_sink {
	mlv_err (*write)(void *arg, const void *bytes, size_t len);
	/*
	 * A transfer that broke goes on: the next byte will be the one at *offset,
	 * counted from the key's first. NULL: the transport starts over only when
	 * nothing was written yet, else fails with MLV_E_REMOTE.
	 */
	mlv_err (*resume)(void *arg, uint64_t *offset);
	/*
	 * For who does not prove what comes: forget it, because the rest may be of
	 * another version. Called before going on where the server cannot promise
	 * that it is the same. NULL: the sink proves it.
	 */
	mlv_err (*restart)(void *arg);
	void *arg;
};

/*
 * Gives bytes to be sent: fill to with exactly len bytes from offset. May be
 * asked again for the same bytes, from any thread.
 */
struct mlv_source {
	mlv_err (*read)(void *arg, void *to, size_t len, uint64_t offset);
	void *arg;
	uint64_t size;
	const struct mlv_oid *sha256; /* of all bytes, when known; else NULL */
	const void *bytes;            /* where all of them lie in memory; NULL: elsewhere */
	/*
	 * Its key was not there a moment ago: a server that can is asked not to
	 * replace what somebody put there meanwhile. That is read: it stays if it
	 * has just these bytes, and is replaced if it does not.
	 */
	bool fresh;
};

/* What a server knows the present bytes of a key by. */
enum mlv_version_by { MLV_VERSION_NONE, MLV_VERSION_ID, MLV_VERSION_ETAG, MLV_VERSION_MODIFIED };
struct mlv_version {
	enum mlv_version_by by;
	char text[512]; /* as it stands in the header */
};

typedef mlv_err (*mlv_list_fn)(void *arg, const char *key, uint64_t size);

/* Writes all bytes of a value to the new, empty file to. What it failed for is not kept. */
typedef mlv_err (*mlv_fill_fn)(void *arg, int to);

struct mlv_transport_ops {
	/* Whether key is there, and its size (untouched when it is not). */
	mlv_err (*head)(struct mlv_transport *t, const char *key, bool *there, uint64_t *size);
	/*
	 * Its bytes from offset to the end; len = UINT64_MAX, or just len of them.
	 * MLV_E_CORRUPT when it ends before.
	 */
	mlv_err (*get)(struct mlv_transport *t, const char *key, uint64_t offset, uint64_t len,
		       const struct mlv_sink *sink);
	mlv_err (*put)(struct mlv_transport *t, const char *key, const struct mlv_source *source);
	/*
	 * The same, but the key may appear, and be durable, only with the next
	 * flush; and that flush. NULL, both: every put is whole by itself.
	 */
	mlv_err (*put_later)(struct mlv_transport *t, const char *key,
			     const struct mlv_source *source);
	mlv_err (*flush)(struct mlv_transport *t, bool found);
	/* Keys that begin with prefix, in any order. NULL or MLV_E_REFUSED: it cannot list. */
	mlv_err (*list)(struct mlv_transport *t, const char *prefix, mlv_list_fn fn, void *arg);
	/*
	 * Of a transport whose values are files that this machine can open, else
	 * NULL, both: what is to be sent is written there at once, and what is to
	 * be fetched is read where it lies, by as many threads as there are. The
	 * size is that of the file.
	 */
	mlv_err (*open_file)(struct mlv_transport *t, const char *key, int *fd, uint64_t *size);
	mlv_err (*put_file)(struct mlv_transport *t, const char *key, mlv_fill_fn fill, void *arg);
	/* What key is known by; NULL: by nothing. */
	mlv_err (*version)(struct mlv_transport *t, const char *key, struct mlv_version *version);
	/* One that is not there is no failure. */
	mlv_err (*remove)(struct mlv_transport *t, const char *key);
	void (*free)(struct mlv_transport *t);
};

/* The head of every transport; an implementation embeds it first. */
struct mlv_transport {
	const struct mlv_transport_ops *ops;
	struct mlv_ctx *ctx;
	char *url;     /* shown in messages: without user name, password and query */
	unsigned jobs; /* requests that should be under way at once */
	/*
	 * What lies there was not put there by mlv: keys are any safe relative paths
	 * without control characters. Set by who opened it.
	 */
	bool any_keys;
	/* A key that is written again is missing for a moment: nothing is collected there. */
	bool lapses;
	bool dedup; /* remote.NAME.dedup: large files are sent as chunks (chunked.h) */
	struct mlv_lookup *lookup; /* what is known of packs there, see lookup.h; NULL: nothing */
};

void mlv_transport_freep(struct mlv_transport **t);

/*
 * What a remote's configuration says. Values are NULL when not set; setting()
 * looks up "remote.NAME.<option>" and says whether it came with the
 * repository (repo level): a credential or a program from there is refused.
 */
struct mlv_remote_settings {
	const char *name;
	const char *url; /* absolute: a path, file://, http(s)://, s3://, sftp:// */
	const char *(*setting)(void *arg, const char *option, bool *from_repo);
	void *arg;
	const char *of_repo; /* the URL of the repository whose remote it is; NULL: of the one at hand */
	bool trusted; /* the user said so: credentials may be sent, directories written */
	bool dedup;   /* large files are sent as chunks */
};

/* Open by the URL's scheme. MLV_E_USAGE for a scheme that is not known. */
mlv_err mlv_transport_open(struct mlv_transport **out, struct mlv_ctx *ctx,
			   const struct mlv_remote_settings *settings) MLV_CHECK;
/*
 * A directory. One that is missing is made by the first put (writable), else
 * is MLV_E_REMOTE; get() never takes a missing directory for a missing key,
 * because a disk may not be mounted. Writing where it is not allowed is
 * MLV_E_REFUSED.
 */
mlv_err mlv_transport_open_dir(struct mlv_transport **out, struct mlv_ctx *ctx,
			       const char *path, bool writable) MLV_CHECK;
mlv_err mlv_transport_open_memory(struct mlv_transport **out, struct mlv_ctx *ctx) MLV_CHECK;
mlv_err mlv_transport_open_http(struct mlv_transport **out, struct mlv_ctx *ctx,
				const struct mlv_remote_settings *settings) MLV_CHECK;
mlv_err mlv_transport_open_s3(struct mlv_transport **out, struct mlv_ctx *ctx,
			      const struct mlv_remote_settings *settings) MLV_CHECK;
mlv_err mlv_transport_open_sftp(struct mlv_transport **out, struct mlv_ctx *ctx,
				const struct mlv_remote_settings *settings) MLV_CHECK;

/* Whether a key is one: a safe relative path of printable ASCII, at most 900 bytes. */
bool mlv_transport_key_is_good(const char *key);
/* Whether it is one that t takes. */
bool mlv_transport_takes(const struct mlv_transport *t, const char *key);
/* What key is known by now: MLV_VERSION_NONE where the transport cannot say. */
mlv_err mlv_transport_version(struct mlv_transport *t, const char *key,
			      struct mlv_version *version) MLV_CHECK;
/*
 * The calls above, checked. get_all: the whole value appended to buf; more than
 * the buffer's limit is MLV_E_CORRUPT. get_text: the same of one that begins with
 * the word of its kind; one that does not is MLV_E_CORRUPT with its first bytes,
 * so that nobody's endless answer is taken into memory.
 */
mlv_err mlv_transport_head(struct mlv_transport *t, const char *key, bool *there,
			   uint64_t *size) MLV_CHECK;
mlv_err mlv_transport_get(struct mlv_transport *t, const char *key, uint64_t offset, uint64_t len,
			  const struct mlv_sink *sink) MLV_CHECK;
mlv_err mlv_transport_get_all(struct mlv_transport *t, const char *key, struct mlv_buf *buf) MLV_CHECK;
mlv_err mlv_transport_get_text(struct mlv_transport *t, const char *key, const char *word,
			       struct mlv_buf *buf) MLV_CHECK;
mlv_err mlv_transport_put(struct mlv_transport *t, const char *key,
			  const struct mlv_source *source) MLV_CHECK;
mlv_err mlv_transport_put_bytes(struct mlv_transport *t, const char *key, const void *bytes,
				size_t len) MLV_CHECK;
/* The same of a source that is fresh. */
mlv_err mlv_transport_put_fresh(struct mlv_transport *t, const char *key, const void *bytes,
				size_t len) MLV_CHECK;
/* *same: the key is there, with just the bytes of source: they are read, small ones to the end. */
#define MLV_SAME_SMALL ((uint64_t)1 << 20)
mlv_err mlv_transport_same(struct mlv_transport *t, const char *key,
			   const struct mlv_source *source, bool *same) MLV_CHECK;
/*
 * Many values that nothing names yet: their keys appear, durably, by the next
 * flush, which costs one round for all of them. When it fails those of them
 * that are still wanted are to be put again. found: what was found here is
 * made durable too, because a process that was killed may have named it and
 * not come to the sync; do so before anything else is to name it.
 */
mlv_err mlv_transport_put_later(struct mlv_transport *t, const char *key,
				const struct mlv_source *source) MLV_CHECK;
mlv_err mlv_transport_put_bytes_later(struct mlv_transport *t, const char *key,
				      const void *bytes, size_t len) MLV_CHECK;
mlv_err mlv_transport_put_fresh_later(struct mlv_transport *t, const char *key,
				      const void *bytes, size_t len) MLV_CHECK;
mlv_err mlv_transport_flush(struct mlv_transport *t, bool found) MLV_CHECK;
/* Whether there is anything to flush; else each put is durable by itself. */
bool mlv_transport_puts_later(const struct mlv_transport *t);
/* Whether the two that follow can be called: not where a pace is set. */
bool mlv_transport_has_files(const struct mlv_transport *t);
mlv_err mlv_transport_open_file(struct mlv_transport *t, const char *key, int *fd,
				uint64_t *size) MLV_CHECK;
mlv_err mlv_transport_put_file(struct mlv_transport *t, const char *key, mlv_fill_fn fill,
			       void *arg) MLV_CHECK;
mlv_err mlv_transport_list(struct mlv_transport *t, const char *prefix, mlv_list_fn fn,
			   void *arg) MLV_CHECK;
mlv_err mlv_transport_remove(struct mlv_transport *t, const char *key) MLV_CHECK;

#endif
