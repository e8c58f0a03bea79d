/*
 * backend.h - what a place of storage must be able to do; store.c, batch.c and
 * incoming.c build the interface of store.h on it.
 *
 * A temporary is a file without a name in the store. publish() makes a list of
 * them durable and gives them their names, in this order; what fails leaves
 * whole objects or temporaries.
 *
 * Threads   all but free() may be called from many threads.
 */
#ifndef MLV_STORE_BACKEND_H
#define MLV_STORE_BACKEND_H

#include "core/store/pack/set.h"
#include "core/store/store.h"

struct mlv_temp {
	int fd;               /* open for reading and writing; -1: at rest */
	char name[48];        /* below tmp/; "": none */
	struct mlv_buf bytes; /* of a store in memory, at rest */
};
#define MLV_TEMP_INIT { -1, "", MLV_BUF_INIT }

/* What a name is of: a key's own file, or a pack of the class that the key's kind goes to. */
enum mlv_place { MLV_PLACE_KEY, MLV_PLACE_PACK, MLV_PLACE_IDX };

/* What a batch will publish. */
struct mlv_pending {
	enum mlv_place place;
	struct mlv_key key; /* its oid is the pack's where place is one of a pack */
	bool present; /* it has its name already, which may not be durable: no temporary */
	struct mlv_temp temp;
};

struct mlv_stored {
	bool there;   /* as a regular file, or in a pack */
	bool packed;
	uint64_t len; /* bytes at rest; of what is packed: raw */
	bool recent;  /* named so lately that the name may not be durable */
	bool old;     /* its mtime is long ago: touch it when it is used again */
	int64_t used; /* its mtime: when it was last put, seconds since 1970 */
	struct mlv_pack_id pack; /* that it was found in */
};

struct mlv_backend {
	void (*free)(void *self);
	mlv_err (*stat)(void *self, const struct mlv_key *key, struct mlv_stored *stored);
	/*
	 * The same under the lock, for a batch: what another process stored meanwhile
	 * may be missed. NULL: stat does.
	 */
	mlv_err (*look)(void *self, const struct mlv_key *key, struct mlv_stored *stored);
	/*
	 * Packs; these three are NULL together where there are none. unpack appends
	 * the raw bytes, not hashed, of copy nth in packs, if there is one; renew
	 * lists the packs again if they may have changed.
	 */
	mlv_err (*unpack)(void *self, const struct mlv_key *key, unsigned nth, struct mlv_buf *out,
			  bool *there);
	mlv_err (*renew)(void *self, bool *changed);
	void (*touch_pack)(void *self, const struct mlv_pack_id *id);
	/* For gc, NULL where there are no packs; see pack/set.h. */
	mlv_err (*each_pack)(void *self, mlv_pack_fn fn, void *arg);
	mlv_err (*each_record)(void *self, const struct mlv_pack_id *id, mlv_record_fn fn,
			       void *arg);
	mlv_err (*check_packs)(void *self); /* for fsck */
	mlv_err (*remove_pack)(void *self, const struct mlv_pack_id *id);
	mlv_err (*settle)(void *self);
	/* Its own file: MLV_E_MISSING when there is none; path, when not NULL, is appended to. */
	mlv_err (*open)(void *self, const struct mlv_key *key, int *fd, struct mlv_buf *path);
	mlv_err (*each)(void *self, mlv_key_fn fn, void *arg);
	void (*touch)(void *self, const struct mlv_key *key);
	/* Hold the lock, shared or alone: closing *fd gives it back. */
	mlv_err (*lock)(void *self, struct mlv_ctx *ctx, bool alone, int *fd);
	/* Remove its own file; one that is not there is no failure. */
	mlv_err (*remove)(void *self, const struct mlv_key *key);
	mlv_err (*temp)(void *self, struct mlv_temp *temp);
	/* What an earlier process left of the same transfer, or a new one. */
	mlv_err (*temp_part)(void *self, const struct mlv_key *key, struct mlv_temp *temp);
	/*
	 * A temporary that is one more name of a file: name in dir. NULL, or fails: it cannot be.
	 */
	mlv_err (*temp_link)(void *self, int dir, const char *name, struct mlv_temp *temp);
	/* The part is whole: no other process may go on with it. */
	mlv_err (*part_done)(void *self, struct mlv_temp *temp);
	/* Nothing more is written: its descriptor is closed. */
	mlv_err (*rest)(void *self, struct mlv_temp *temp);
	void (*discard)(void *self, struct mlv_temp *temp);
	mlv_err (*publish)(void *self, struct mlv_pending *list, size_t count);
};

struct mlv_store {
	const struct mlv_backend *backend;
	void *self;
	struct mlv_ctx *ctx;
	char *root; /* NULL: in memory */
	bool packs; /* small objects and nodes that come in numbers are packed */
};

/* A store of this backend; takes self, and frees it when it fails. */
mlv_err mlv_store_new(struct mlv_store **out, struct mlv_ctx *ctx, const char *root,
		      const struct mlv_backend *backend, void *self) MLV_CHECK;

/*
 * Whether something stored so is what key may name: of a length that is
 * possible, and of this raw size where it is known.
 */
bool mlv_stored_fits(const struct mlv_key *key, const struct mlv_stored *stored, uint64_t size);

/* As mlv_store_read(), but the bytes are not verified. */
mlv_err mlv_store_load(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
		       struct mlv_buf *out) MLV_CHECK;
/* Whether what is stored under key is these raw bytes; false when it is damaged or not there. */
mlv_err mlv_store_holds(struct mlv_store *store, const struct mlv_key *key, const void *bytes,
			size_t len, bool *holds) MLV_CHECK;
/* Whether what is stored under key is what key names: mlv_store_verify() as an answer. */
mlv_err mlv_store_sound(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
			bool *sound) MLV_CHECK;

/* A full disk: what to do, and where. err may be NULL, root too. */
mlv_err mlv_store_no_room(const char *root, mlv_err err) MLV_CHECK;

/* For incoming.c: a temporary that is whole joins the batch, or is discarded if it has no use. */
mlv_err mlv_batch_join(struct mlv_batch *batch, const struct mlv_key *key, uint64_t size,
		       struct mlv_temp *temp) MLV_CHECK;
/* What incoming.c needs of a batch. */
struct mlv_store *mlv_batch_store(const struct mlv_batch *batch);

/* Seconds after which a temporary that nobody wrote to is swept. */
#define MLV_TEMP_AGE (24U * 3600)

#endif
