#include "core/store/upkeep.h"

#include "core/store/backend.h"

mlv_err mlv_store_lock(struct mlv_store *store, int *fd)
{
	return store->backend->lock(store->self, store->ctx, true, fd);
}

mlv_err mlv_store_used(struct mlv_store *store, const struct mlv_key *key, int64_t *when)
{
	struct mlv_stored stored = { 0 };
	mlv_err err = store->backend->stat(store->self, key, &stored);

	if (!err)
		*when = stored.there ? stored.used : 0;
	return err;
}

mlv_err mlv_store_remove(struct mlv_store *store, const struct mlv_key *key)
{
	return store->backend->remove(store->self, key);
}
