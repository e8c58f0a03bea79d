/* stub_batch.c - stands in for the store until it is there; to be deleted then. */
#include "core/store/store.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"
#define STUB __attribute__((weak))
#define NONE return mlv_error(MLV_E_MISSING, "no store yet")

STUB const char *mlv_store_root(const struct mlv_store *store)
{
	return NULL;
}
STUB mlv_err mlv_store_open_memory(struct mlv_store **out, struct mlv_ctx *ctx)
{
	NONE;
}
STUB mlv_err mlv_store_has(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
			   bool *there)
{
	NONE;
}
STUB mlv_err mlv_store_read(struct mlv_store *store, const struct mlv_key *key, uint64_t size,
			    struct mlv_buf *out)
{
	NONE;
}
STUB mlv_err mlv_batch_begin(struct mlv_batch **out, struct mlv_store *store)
{
	NONE;
}
STUB void mlv_batch_freep(struct mlv_batch **batch)
{
	*batch = NULL;
}
STUB mlv_err mlv_batch_put(struct mlv_batch *batch, const struct mlv_key *key, const void *bytes,
			   size_t len)
{
	NONE;
}
STUB mlv_err mlv_batch_put_file(struct mlv_batch *batch, int fd, const char *path,
				struct mlv_named *named)
{
	NONE;
}
STUB mlv_err mlv_batch_commit(struct mlv_batch *batch)
{
	NONE;
}
