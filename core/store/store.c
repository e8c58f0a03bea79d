#include "core/store/store.h"

#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/backend.h"
#include "core/store/deflate.h"
#include "core/store/sha256.h"

/* A deflated node is at most a little larger than a raw one. */
#define NODE_STORED_MAX (MLV_NODE_MAX + MLV_NODE_MAX / 64)

mlv_err mlv_store_new(struct mlv_store **out, struct mlv_ctx *ctx, const char *root,
		      const struct mlv_backend *backend, void *self)
{
	struct mlv_store *store = mlv_sys_alloc(sizeof(*store));

	if (!store || (root && !(store->root = mlv_sys_strdup(root)))) {
		free(store);
		backend->free(self);
		return mlv_error_nomem("a store");
	}
	store->backend = backend;
	store->self = self;
	store->ctx = ctx;
	store->packs = backend->unpack != NULL;
	*out = store;
	return NULL;
}

void mlv_store_freep(struct mlv_store **store)
{
	if (!*store)
		return;
	(*store)->backend->free((*store)->self);
	free((*store)->root);
	free(MLV_TAKE(*store));
}

const char *mlv_store_root(const struct mlv_store *store)
{
	return store->root;
}

void mlv_store_keep_loose(struct mlv_store *store)
{
	store->packs = false;
}

/* SHA-256 of the empty message: the one OBJECT that is 0 bytes long. */
static bool is_of_nothing(const struct mlv_oid *oid)
{
	static const struct mlv_oid nothing = {
		{ 0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
		  0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
		  0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55 }
	};

	return mlv_oid_equal(oid, &nothing);
}

bool mlv_stored_fits(const struct mlv_key *key, const struct mlv_stored *stored, uint64_t size)
{
	if (!stored->there)
		return false;
	if (key->kind != MLV_KIND_NODE && size != UINT64_MAX && stored->len != size)
		return false;
	switch (key->kind) {
	case MLV_KIND_OBJECT:
		return stored->len <= MLV_SMALL_MAX &&
		       (stored->len > 0 || is_of_nothing(&key->oid));
	case MLV_KIND_LARGE:
		return stored->len > MLV_SMALL_MAX;
	case MLV_KIND_LEAVES:
		return stored->len >= mlv_leaves_text_size(MLV_SMALL_MAX + 1);
	default:
		if (stored->packed)
			return size == UINT64_MAX || stored->len == size;
		return stored->len > 0 && stored->len <= NODE_STORED_MAX;
	}
}

mlv_err mlv_store_has(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
		      bool *there)
{
	struct mlv_stored stored = { 0 };
	mlv_err err = store->backend->stat(store->self, key, &stored);

	if (!err)
		*there = mlv_stored_fits(key, &stored, size);
	return err;
}

mlv_err mlv_store_no_room(const char *root, mlv_err err)
{
	return mlv_error_no_room(err, root,
				 "free space there, or have the cache elsewhere: mlv cache dir DIR");
}

/* Put what key is before a failure. */
static mlv_err of_key(mlv_err err, const struct mlv_key *key)
{
	char hex[MLV_OID_HEX + 1];

	return mlv_error_wrap(err, "%s %s", mlv_kind_name(key->kind),
			      mlv_oid_format(&key->oid, hex));
}

static mlv_err missing(const struct mlv_key *key)
{
	return of_key(mlv_error(MLV_E_MISSING, "not in the store"), key);
}

/* A damaged file of a store is named by its path: only its removal lets a sound one come. */
static mlv_err at_path(mlv_err err, const struct mlv_store *store, const struct mlv_key *key)
{
	char path[MLV_KEY_PATH];

	if (!store->root || err->code != MLV_E_CORRUPT)
		return of_key(err, key);
	err = mlv_error_wrap(err, "%s/%s", store->root, mlv_key_path(key, path));
	return mlv_error_hint(err, "mlv fsck --repair puts a good copy in its place, where there is one");
}

static mlv_err damaged(const struct mlv_store *store, const struct mlv_key *key)
{
	return at_path(mlv_error(MLV_E_CORRUPT, "the stored bytes are damaged"), store, key);
}

/* Open what key names, of a length that it allows. */
static mlv_err open_stored(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
			   int *out, struct mlv_buf *path, uint64_t *len)
{
	const size_t path_len = path ? path->len : 0;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct stat st;
	mlv_err err = store->backend->open(store->self, key, &fd, path);

	if (err)
		return err->code == MLV_E_MISSING ? missing(key) : err;
	if (mlv_sys_fstat(fd, &st) < 0)
		err = of_key(mlv_error_sys("looking at it"), key);
	else if (!mlv_stored_fits(key, &(struct mlv_stored){ .there = S_ISREG(st.st_mode),
							      .len = (uint64_t)st.st_size },
				  size))
		err = missing(key);
	if (err) {
		if (path)
			mlv_buf_truncate(path, path_len);
		return err;
	}
	*len = (uint64_t)st.st_size;
	*out = fd;
	fd = -1;
	return NULL;
}

/* Append len bytes of fd, as they are stored, to out. */
static mlv_err load(const struct mlv_store *store, const struct mlv_key *key, int fd, uint64_t len,
		    struct mlv_buf *out)
{
	mlv_err err;

	if (len > SIZE_MAX / 2)
		return damaged(store, key);
	if ((err = mlv_buf_reserve(out, (size_t)len)) ||
	    (err = mlv_fs_pread_full(fd, "it", out->ptr + out->len, (size_t)len, 0)))
		return of_key(err, key);
	mlv_buf_advance(out, (size_t)len);
	return NULL;
}

static mlv_err load_node(const struct mlv_store *store, const struct mlv_key *key, int fd,
			 uint64_t len, uint64_t size, struct mlv_buf *out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf stored = MLV_BUF_INIT;
	const uint64_t cap = size < MLV_NODE_MAX ? size : MLV_NODE_MAX;
	mlv_err err;

	if ((err = load(store, key, fd, len, &stored)))
		return err;
	err = mlv_inflate(stored.ptr, stored.len, cap, out);
	return err ? at_path(err, store, key) : NULL;
}

/* What makes raw bytes of a key good: nothing, their hash, or being these bytes. */
struct proof {
	enum { ANY, HASHED, SAME } kind;
	const void *bytes; /* SAME: as many as size */
	uint64_t size;     /* UINT64_MAX: not known */
};

static mlv_err prove(const struct mlv_store *store, const struct mlv_key *key,
		     const struct proof *proof, const char *raw, size_t len)
{
	struct mlv_oid found;
	mlv_err err;

	if (proof->kind == ANY)
		return NULL;
	if (proof->size != UINT64_MAX && len != proof->size)
		return damaged(store, key);
	if (proof->kind == SAME)
		return !len || memcmp(raw, proof->bytes, len) == 0 ? NULL : damaged(store, key);
	if ((err = mlv_sha256_of(raw, len, &found)))
		return err;
	return mlv_oid_equal(&found, &key->oid) ? NULL : damaged(store, key);
}

/* A failure that says that the stored bytes are of no use. */
static bool is_unsound(mlv_err err)
{
	return err && (err->code == MLV_E_CORRUPT || err->code == MLV_E_MISSING);
}

/* Append what the file of its own of key holds, proved. */
static mlv_err read_loose(struct mlv_store *store, const struct mlv_key *key,
			  const struct proof *proof, struct mlv_buf *out)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	const size_t begin = out->len;
	uint64_t len = 0;
	mlv_err err = open_stored(store, key, proof->size, &fd, NULL, &len);

	if (err)
		return err;
	err = key->kind == MLV_KIND_NODE ? load_node(store, key, fd, len, proof->size, out)
					 : load(store, key, fd, len, out);
	return err ? err : prove(store, key, proof, out->ptr + begin, out->len - begin);
}

/* Append the first good copy in a pack; MLV_E_MISSING when there is none at all. */
static mlv_err read_packed(struct mlv_store *store, const struct mlv_key *key,
			   const struct proof *proof, struct mlv_buf *out)
{
	const size_t begin = out->len;
	bool there = store->backend->unpack != NULL;
	mlv_err err = missing(key);

	for (unsigned nth = 0; there && is_unsound(err); nth++) {
		mlv_err tried;

		mlv_buf_truncate(out, begin);
		tried = store->backend->unpack(store->self, key, nth, out, &there);
		if (tried)
			err = of_key(tried, key);
		else if (there && proof->size != UINT64_MAX && out->len - begin != proof->size)
			err = missing(key);
		else if (there)
			err = prove(store, key, proof, out->ptr + begin, out->len - begin);
	}
	return err;
}

/* Append the first good copy, in a pack or in a file of its own. */
static mlv_err read_copy(struct mlv_store *store, const struct mlv_key *key,
			 const struct proof *proof, struct mlv_buf *out)
{
	const size_t begin = out->len;
	struct mlv_error packed;
	mlv_err err = read_packed(store, key, proof, out);

	if (is_unsound(err)) {
		packed = *err;
		mlv_buf_truncate(out, begin);
		err = read_loose(store, key, proof, out);
		/* Where both are of no use, damage says more than absence. */
		if (err && err->code == MLV_E_MISSING)
			err = mlv_error_copy(&packed);
	}
	if (err)
		mlv_buf_truncate(out, begin);
	return err;
}

/* The same; packs that came or went meanwhile are looked for once. */
static mlv_err read_any(struct mlv_store *store, const struct mlv_key *key,
			const struct proof *proof, struct mlv_buf *out)
{
	struct mlv_error first;
	bool changed = false;
	mlv_err err;

	if (key->kind == MLV_KIND_LARGE)
		return of_key(mlv_error(MLV_E_REFUSED, "too large to be read at once"), key);
	err = read_copy(store, key, proof, out);
	if (!is_unsound(err) || !store->backend->renew)
		return err;
	first = *err;
	if ((err = store->backend->renew(store->self, &changed)))
		return err;
	return changed ? read_copy(store, key, proof, out) : mlv_error_copy(&first);
}

mlv_err mlv_store_load(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
		       struct mlv_buf *out)
{
	return read_any(store, key, &(struct proof){ ANY, NULL, size }, out);
}

mlv_err mlv_store_read(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
		       struct mlv_buf *out)
{
	return read_any(store, key, &(struct proof){ HASHED, NULL, size }, out);
}

mlv_err mlv_store_holds(struct mlv_store *store, const struct mlv_key *key, const void *bytes,
			size_t len, bool *holds)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf stored = MLV_BUF_INIT;
	mlv_err err = read_copy(store, key, &(struct proof){ SAME, bytes, len }, &stored);

	*holds = !err;
	return is_unsound(err) ? NULL : err;
}

mlv_err mlv_store_sound(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
			bool *sound)
{
	mlv_err err = mlv_store_verify(store, key, size);

	*sound = !err;
	return is_unsound(err) ? NULL : err;
}

mlv_err mlv_store_open(struct mlv_store *store, const struct mlv_key *key, uint64_t size, int *fd,
		       struct mlv_buf *path)
{
	uint64_t len;

	return open_stored(store, key, size, fd, path, &len);
}

/* Which leaf is not what the list says: for the message, so that failures do not matter. */
static mlv_err damaged_leaf(struct mlv_store *store, const struct mlv_key *key,
			    const struct mlv_named *named)
{
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const struct mlv_key list = { MLV_KIND_LEAVES, key->oid };

	if (mlv_store_read(store, &list, UINT64_MAX, &text) ||
	    mlv_leaves_parse(text.ptr, text.len, &leaves) || leaves.count != named->leaves.count)
		return damaged(store, key);
	for (uint64_t i = 0; i < leaves.count; i++) {
		if (!mlv_oid_equal(&leaves.digests[i], &named->leaves.digests[i]))
			return at_path(mlv_error(MLV_E_CORRUPT,
						 "the stored bytes are damaged, first in MiB %llu",
						 (unsigned long long)i + 1),
				       store, key);
	}
	return damaged(store, key);
}

typedef mlv_err (*into_fn)(struct mlv_ctx *ctx, int fd, int to, const char *path,
			   struct mlv_named *named);

static mlv_err only_hash(struct mlv_ctx *ctx, int fd, int to, const char *path,
			 struct mlv_named *named)
{
	(void)to;
	return mlv_hash_file(ctx, fd, path, named);
}

/* Have a LARGE read once, by into, and see that it is what key names. */
static mlv_err pass_large(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
			  into_fn into, int to)
{
	MLV_SCOPED(mlv_named_release) struct mlv_named named = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	uint64_t len = 0;
	mlv_err err;

	if (key->kind != MLV_KIND_LARGE)
		return of_key(mlv_error(MLV_E_REFUSED, "not stored as a large file"), key);
	if ((err = open_stored(store, key, size, &fd, &path, &len)) ||
	    (err = into(store->ctx, fd, to, path.len ? path.ptr : "a large object", &named)))
		return err;
	if (named.kind != MLV_KIND_LARGE || named.size != len ||
	    !mlv_oid_equal(&named.oid, &key->oid))
		return damaged_leaf(store, key, &named);
	return NULL;
}

mlv_err mlv_store_copy_large(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
			     int to)
{
	return pass_large(store, key, size, to < 0 ? only_hash : mlv_hash_copy, to);
}

mlv_err mlv_store_share_large(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
			      int to)
{
	return pass_large(store, key, size, mlv_hash_share, to);
}

mlv_err mlv_store_verify(struct mlv_store *store, const struct mlv_key *key, uint64_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	struct mlv_stored stored = { 0 };
	mlv_err err = store->backend->stat(store->self, key, &stored);

	if (err)
		return err;
	if (stored.there && !mlv_stored_fits(key, &stored, size))
		return of_key(mlv_error(MLV_E_CORRUPT, "it is stored with a wrong length, %llu bytes",
					(unsigned long long)stored.len),
			      key);
	if (key->kind == MLV_KIND_LARGE)
		return mlv_store_copy_large(store, key, size, -1);
	return mlv_store_read(store, key, size, &bytes);
}

mlv_err mlv_store_each(struct mlv_store *store, mlv_key_fn fn, void *arg)
{
	return store->backend->each(store->self, fn, arg);
}
