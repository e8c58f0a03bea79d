/*
 * store.h - what keeps objects: the interface, and the two that implement it.
 *
 * A store maps a key (kind and id) to bytes. On disk (design of the cache, and
 * of a remote directory alike):
 *
 *   format           "mlv-store 1\n"; a newer number is refused
 *   objects/ab/cd... an OBJECT, raw, mode 0444        nodes/ab/cd...  a NODE, deflated (zlib)
 *   large/ab/cd...   a LARGE, raw, mode 0444          large/ab/cd....leaves  its LEAVES
 *   packs/           many small OBJECTs, or NODEs and LEAVES, in one file (pack.h)
 *   tmp/             temporaries of running commands; swept after 24 hours
 *   lock             held shared by writers, exclusively by gc
 *
 * OBJECTs below MLV_PACKED_MAX bytes, NODEs and LEAVES go into packs when at
 * least MLV_PACKED_LEAST of a class come in one batch; fewer, and what is
 * larger, have files of their own. What has a key may lie at several places: a
 * sound copy is found whatever has happened to the others.
 *
 * Writing goes through a batch: puts write temporaries, the commit makes all
 * of them durable in one round (write, sync, rename, sync directories), and
 * only then do their names exist. Nothing may name an object before its batch
 * was committed. An object of a length that its key forbids (an empty file
 * left by a crash, say) counts as absent and is written anew.
 *
 * Crash safety   a reader sees a whole object or none; a killed writer leaves
 *                temporaries only.
 * Threads        one store may be used by many threads; so may one batch.
 * Ownership      handles are given by _open/_begin, taken back by _freep.
 */
#ifndef MLV_STORE_STORE_H
#define MLV_STORE_STORE_H

#include <sys/stat.h>

#include "core/base/buf.h"
#include "core/base/context.h"
#include "core/store/hashing.h"
#include "core/store/leaves.h"
#include "core/store/oid.h"
#include "core/store/spare.h"

struct mlv_store;
struct mlv_batch;

/*
 * Open the store at the absolute path root. create: make what is missing, else
 * MLV_E_MISSING when there is none. A format that is newer or no store at all
 * fails with MLV_E_CORRUPT naming what was found.
 */
mlv_err mlv_store_open_dir(struct mlv_store **out, struct mlv_ctx *ctx, const char *root,
			   bool create) MLV_CHECK;
/* One in memory, for tests. */
mlv_err mlv_store_open_memory(struct mlv_store **out, struct mlv_ctx *ctx) MLV_CHECK;
void mlv_store_freep(struct mlv_store **store);
/* The directory it lies in, or NULL. */
const char *mlv_store_root(const struct mlv_store *store);
/* From now on nothing is packed: for those who want to link to small objects. */
void mlv_store_keep_loose(struct mlv_store *store);
#define MLV_PACKED_LEAST 32                   /* of a class in a batch */
#define MLV_PACKED_MAX   ((size_t)128 * 1024) /* bytes: an OBJECT that is packed is smaller */

/*
 * Whether key is there; size, when not UINT64_MAX, is its raw length, and one
 * stored with another length is absent (not checked for NODE).
 */
mlv_err mlv_store_has(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
		      bool *there) MLV_CHECK;

/*
 * Append the raw bytes of an OBJECT, LEAVES or NODE to out. They are verified
 * against the id: MLV_E_CORRUPT names the key when they differ, MLV_E_MISSING
 * when it is not there or its length is not size. size is the raw length
 * expected, UINT64_MAX when not known (then an OBJECT or NODE is read up to
 * MLV_SMALL_MAX or MLV_NODE_MAX).
 */
mlv_err mlv_store_read(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
		       struct mlv_buf *out) MLV_CHECK;

/*
 * Open the file of its own of an OBJECT or LARGE for reading. The bytes are NOT
 * verified. For links, reflinks and streaming; path (may be NULL) gets its
 * absolute path. MLV_E_MISSING when it is not there, its length is not size, or
 * it lies in packs only: what is packed is read by mlv_store_read(). A store in
 * memory has no path and leaves it as it is.
 */
mlv_err mlv_store_open(struct mlv_store *store, const struct mlv_key *key, uint64_t size, int *fd,
		       struct mlv_buf *path) MLV_CHECK;

/*
 * Copy a LARGE to the descriptor to (a new file), verifying each leaf on the
 * way, on up to ctx->jobs threads; not synced. to = -1: only verify.
 */
mlv_err mlv_store_copy_large(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
			     int to) MLV_CHECK;
/* The same, where the file system can by a clone that is verified: for a copy in another store. */
mlv_err mlv_store_share_large(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
			      int to) MLV_CHECK;

/* Read and verify whatever key names: for fsck and for tests. */
mlv_err mlv_store_verify(struct mlv_store *store, const struct mlv_key *key,
			 uint64_t size) MLV_CHECK;

/*
 * Call fn for each key that is stored, in order of kind and id, with the
 * length it has at rest; of what is packed, its raw length.
 */
typedef mlv_err (*mlv_key_fn)(void *arg, const struct mlv_key *key, uint64_t stored_size);
mlv_err mlv_store_each(struct mlv_store *store, mlv_key_fn fn, void *arg) MLV_CHECK;

/*
 * Begin to write. Takes the store's lock shared (waits, says so through ctx)
 * and holds it until the batch is freed: keep the batch from the first look
 * whether an object is there until what names the objects is durable.
 */
mlv_err mlv_batch_begin(struct mlv_batch **out, struct mlv_store *store) MLV_CHECK;
/* Frees it; what was not committed is removed. */
void mlv_batch_freep(struct mlv_batch **batch);

/*
 * Put an OBJECT, LEAVES or NODE of len raw bytes that the caller has just
 * hashed to key->oid. One that is there, or in this batch, is not written again
 * (its mtime is touched, so that gc sees it is in use). One that is there is
 * compared first: sound bytes take the place of damaged ones.
 */
mlv_err mlv_batch_put(struct mlv_batch *batch, const struct mlv_key *key, const void *bytes,
		      size_t len) MLV_CHECK;
/* The same for many at once, which is faster: an OBJECT, LEAVES or NODE each. */
struct mlv_put {
	struct mlv_key key;
	const void *bytes;
	size_t len;
};
mlv_err mlv_batch_put_many(struct mlv_batch *batch, const struct mlv_put *puts,
			   size_t count) MLV_CHECK;
/*
 * Put what fd (a regular file of more than MLV_SMALL_MAX bytes) holds as a
 * LARGE with its LEAVES: reflinked where that is possible, else copied, and
 * hashed on the way. named is what it came to (the caller releases it); a file
 * that shrank meanwhile may have become an OBJECT. If it is there already it
 * is hashed, and no second copy stays when it is sound.
 */
mlv_err mlv_batch_put_file(struct mlv_batch *batch, int fd, const char *path,
			   struct mlv_named *named) MLV_CHECK;

/*
 * A LARGE that arrives in order, from a remote. Leaves are written down as they
 * come, and verified against the list by as many as are best hashed together,
 * which are held in memory until then (16 MiB at most). What is right stays when
 * the sender fails, so that the transfer can go on at mlv_incoming_offset(). What
 * came stays in tmp/ even when the command ends or is killed: the next one that
 * begins the same key verifies what is there and goes on after it. What comes from its beginning is
 * written to a spare as well, if there are spares (may be NULL).
 */
struct mlv_incoming;
mlv_err mlv_incoming_begin(struct mlv_incoming **out, struct mlv_batch *batch,
			   const struct mlv_key *key, const struct mlv_leaves *leaves,
			   const struct mlv_spares *spares) MLV_CHECK;
void mlv_incoming_freep(struct mlv_incoming **incoming);
/* Bytes of whole leaves that have come, to be verified yet but for those before the last rewind. */
uint64_t mlv_incoming_offset(const struct mlv_incoming *incoming);
/* Verify these, and forget what came from the first on that is wrong or not whole: at offset. */
mlv_err mlv_incoming_rewind(struct mlv_incoming *incoming, uint64_t *offset) MLV_CHECK;
/* MLV_E_CORRUPT when a leaf of those held differs or more comes than the size. */
mlv_err mlv_incoming_write(struct mlv_incoming *incoming, const void *bytes, size_t len) MLV_CHECK;
/* All has come: it joins the batch. MLV_E_CORRUPT when bytes are missing. */
mlv_err mlv_incoming_finish(struct mlv_incoming *incoming) MLV_CHECK;

/*
 * A LARGE that lies in a file fd already, at a remote that is a directory: its
 * blocks are shared, or copied on all threads, verified, and it joins the batch
 * with its list. leaves is that list: MLV_E_CORRUPT says where the file differs.
 * A spare is made of it if there are spares (may be NULL).
 */
mlv_err mlv_incoming_file(struct mlv_batch *batch, const struct mlv_key *key,
			  const struct mlv_leaves *leaves, int fd, const char *path,
			  const struct mlv_spares *spares) MLV_CHECK;

/*
 * A LARGE that lies, for good, in a file of another tool's store: name in dir,
 * which fd is open for and which came to leaves as it was just read. Where blocks
 * can be shared, or nothing but a copy is possible, as mlv_incoming_file(); else
 * by a hard link, if the file is read-only and ours, and still what before says.
 */
mlv_err mlv_batch_adopt(struct mlv_batch *batch, const struct mlv_key *key,
			const struct mlv_leaves *leaves, int fd, int dir, const char *name,
			const struct stat *before) MLV_CHECK;

/*
 * Make everything put so far durable, under its names, when no put is under
 * way any more; those that come meanwhile wait. The batch can be used on. It
 * fails too when a put did. When it fails nothing is pending any more, whichever
 * thread put it, and no later commit tells so: what is still wanted is to be put
 * again, because a sync that failed cannot be repeated.
 */
mlv_err mlv_batch_commit(struct mlv_batch *batch) MLV_CHECK;

#endif
