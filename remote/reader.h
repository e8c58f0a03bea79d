/*
 * reader.h - single objects from the cache, else from a remote: read, proved,
 * and handed on without being stored.
 *
 * A file of up to 16 MiB is in memory as a whole before its first byte is
 * handed on. A larger one goes through 16 leaves at a time, each verified
 * against the leaf list that its id proves; of a range just the leaves that it
 * lies in are read. The remote is opened when it is first needed.
 *
 * Threads     one thread at a time.
 * Limits      16 MiB of a file, and the nodes on the way to it.
 */
#ifndef MLV_REMOTE_READER_H
#define MLV_REMOTE_READER_H

#include "core/store/tree.h"
#include "remote/transport.h"

struct mlv_reader {
	struct mlv_ctx *ctx;
	struct mlv_store *cache;
	/* Opens the remote. NULL: what is not in the cache is MLV_E_MISSING. */
	mlv_err (*open)(void *arg, struct mlv_transport **remote);
	void *arg;
	struct mlv_transport *remote; /* once opened; mlv_reader_release() closes it */
};
void mlv_reader_release(struct mlv_reader *reader);
/* The nodes of manifests, from where the reader finds them. */
struct mlv_node_source mlv_reader_nodes(struct mlv_reader *reader);

/* Bytes first to last - 1 of a file; last is cut to its size. */
struct mlv_span {
	uint64_t first, last;
};
#define MLV_SPAN_ALL ((struct mlv_span){ 0, UINT64_MAX })

/* Takes bytes that were verified, in order. */
typedef mlv_err (*mlv_bytes_fn)(void *arg, const void *bytes, size_t len);
/*
 * Hand on the span of an OBJECT, LARGE, LEAVES or NODE (raw). size is the raw
 * length expected, UINT64_MAX when not known. MLV_E_CORRUPT when stored bytes
 * are not what key names: what was handed on before is right.
 */
mlv_err mlv_reader_stream(struct mlv_reader *reader, const struct mlv_key *key, uint64_t size,
			  struct mlv_span span, mlv_bytes_fn fn, void *arg) MLV_CHECK;

#endif
