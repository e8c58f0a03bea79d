/*
 * remote.h - objects at a remote: each one read or sent with proof.
 *
 * A remote holds what a store holds (core/store/store.h), under the same
 * names, and roots/<tree id> for what was published (roots.h). Nothing it
 * answers is believed before it was hashed, and nothing is sent before it was
 * hashed: a damaged object neither enters the cache nor leaves it.
 *
 * Threads     all functions may be called from any thread.
 * Limits      an OBJECT is in memory as a whole, 16 MiB at most; a LARGE goes
 *             through 16 MiB at a time.
 */
#ifndef MLV_REMOTE_REMOTE_H
#define MLV_REMOTE_REMOTE_H

#include <pthread.h>

#include "core/store/store.h"
#include "core/store/tree.h"
#include "remote/closure.h"
#include "remote/transport.h"

struct mlv_nearby;

/* A key that could not be moved. */
struct mlv_problem {
	struct mlv_key key;
	uint64_t size;
	enum mlv_errc code; /* MLV_E_MISSING or MLV_E_CORRUPT */
	bool there;         /* it is the remote's copy that is wrong */
	char *path;         /* what needs it, once named; else NULL */
	char *message;      /* what was found; NULL: it is just missing */
};

void mlv_problem_release(struct mlv_problem *problem);

/* May be added to from several threads. */
struct mlv_problems {
	struct mlv_problem *at;
	size_t count, cap;
	pthread_mutex_t lock;
	bool there; /* what is added now is wrong at the remote */
};
#define MLV_PROBLEMS_INIT { NULL, 0, 0, PTHREAD_MUTEX_INITIALIZER, false }
void mlv_problems_release(struct mlv_problems *problems);
/* Note that item failed with why. */
mlv_err mlv_problems_add(struct mlv_problems *problems, const struct mlv_item *item,
			 mlv_err why) MLV_CHECK;
/* Give each its path, sort by path, and keep one for each path and code. */
mlv_err mlv_problems_name(struct mlv_problems *problems, struct mlv_ctx *ctx,
			  struct mlv_node_source source, const struct mlv_want *wants,
			  size_t count) MLV_CHECK;

/* What a push or a fetch came to. */
struct mlv_transfer {
	uint64_t files; /* files, and one for each tree */
	uint64_t keys;  /* everything that was moved */
	uint64_t bytes; /* of files */
	struct mlv_problems problems;
	struct mlv_items large; /* each LARGE that a fetch verified and put into the cache */
	const struct mlv_spares *spares; /* for a fetch: make them; NULL: do not */
	bool dry;               /* set before: count what would be moved, and move nothing */
	struct mlv_items planned; /* of a dry fetch: what this one or those before would bring */
	const char *receipts;   /* set before: the file that remembers trees (receipts.h), or NULL */
	/* Of a push, set before: read what is relied on and what was sent; put right what is wrong. */
	bool verify, repair;
	uint64_t verified, verified_bytes; /* objects that were read for that */
	struct mlv_problems mended; /* what was wrong at the remote, and was sent again */
};
#define MLV_TRANSFER_INIT \
	{ .problems = MLV_PROBLEMS_INIT, .mended = MLV_PROBLEMS_INIT }
void mlv_transfer_release(struct mlv_transfer *transfer);

/* How many requests should be under way: -j, else the remote's setting, else 8. */
unsigned mlv_remote_jobs(const struct mlv_transport *remote);

/*
 * Look at the remote's "format". *there is false for a remote that has none
 * yet. MLV_E_CORRUPT for a format that is newer, MLV_E_REMOTE for an answer
 * that no store gives.
 */
mlv_err mlv_remote_check(struct mlv_transport *remote, bool *there) MLV_CHECK;
/* Write "format" to a remote that has none. */
mlv_err mlv_remote_mark(struct mlv_transport *remote) MLV_CHECK;

/*
 * Append the raw bytes of an OBJECT, LEAVES or NODE to raw, verified, from
 * where it lies by itself or from a pack (lookup.h); size is
 * their length, UINT64_MAX when not known. MLV_E_MISSING when it is not there,
 * MLV_E_CORRUPT naming its URL when other bytes came, twice.
 */
mlv_err mlv_remote_read(struct mlv_transport *remote, const struct mlv_key *key, uint64_t size,
			struct mlv_buf *raw) MLV_CHECK;
/* The same from packs, of which the tables are open, if they have it whole; else as above. */
struct mlv_remote_packs;
mlv_err mlv_remote_read_from(struct mlv_remote_packs *packs, const struct mlv_key *key,
			     uint64_t size, struct mlv_buf *raw) MLV_CHECK;
/* The same of what lies by itself under the name of key: packs are not looked in. */
mlv_err mlv_remote_read_alone(struct mlv_transport *remote, const struct mlv_key *key,
			      uint64_t size, struct mlv_buf *raw) MLV_CHECK;
/*
 * Send raw, which the caller has just verified, as an OBJECT, LEAVES or NODE.
 * It is there after the next mlv_transport_flush(). fresh: it was not there a
 * moment ago (transport.h); else what lies under its name is replaced.
 */
mlv_err mlv_remote_write(struct mlv_transport *remote, const struct mlv_key *key,
			 const void *raw, size_t len, bool fresh) MLV_CHECK;
/*
 * Fetch a LARGE into the batch; its LEAVES are in the cache. It lies at the
 * remote by itself or as chunks (chunked.h); of these what nearby (may be NULL)
 * has does not come from there. A transfer that breaks goes on at its last good
 * leaf. spares (may be NULL) are made of what comes from its beginning.
 */
mlv_err mlv_remote_read_large(struct mlv_transport *remote, struct mlv_store *cache,
			      struct mlv_batch *batch, const struct mlv_key *key,
			      uint64_t size, const struct mlv_spares *spares,
			      struct mlv_nearby *nearby) MLV_CHECK;
/* Send a LARGE from the cache, each leaf verified before it is handed out. */
mlv_err mlv_remote_write_large(struct mlv_transport *remote, struct mlv_store *cache,
			       const struct mlv_key *key, uint64_t size, bool fresh) MLV_CHECK;

/*
 * Nodes from the cache, else from the remote: from packs, else by themselves.
 * keep: what came from the remote is put there (it can be read again only
 * after a commit); NULL: it is not kept.
 */
struct mlv_node_finder {
	struct mlv_store *cache;
	struct mlv_transport *remote;
	struct mlv_batch *keep;
	struct mlv_remote_packs *packs; /* NULL: none */
	/* Finds them; called once, before they are first looked in. NULL: they are found. */
	mlv_err (*find_packs)(void *arg);
	void *arg;
	pthread_mutex_t lock;
	bool opened;            /* the tables of packs; under lock */
	_Atomic uint64_t found; /* nodes that came from the remote */
};
#define MLV_NODE_FINDER(cache_, remote_) \
	{ .cache = (cache_), .remote = (remote_), .lock = PTHREAD_MUTEX_INITIALIZER }
/* Find the packs, and open the tables of those that hold nodes, if that was not done yet. */
mlv_err mlv_node_finder_open(struct mlv_node_finder *finder) MLV_CHECK;
struct mlv_node_source mlv_node_source_find(struct mlv_node_finder *finder);

#endif
