#include "remote/chunked/local.h"

#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "remote/chunked/older.h"

void mlv_nearby_release(struct mlv_nearby *nearby)
{
	if (nearby->older)
		mlv_older_release(nearby->older);
	free(nearby->older);
	nearby->older = NULL;
	pthread_mutex_destroy(&nearby->lock);
}

void mlv_local_release(struct mlv_local *local)
{
	for (unsigned i = 0; i < local->files; i++)
		mlv_fd_close(&local->fds[i]);
	mlv_ids_release(&local->ids);
	free(local->places);
	*local = (struct mlv_local){ 0 };
}

static mlv_err add_places(struct mlv_local *local, const struct mlv_recipe *recipe)
{
	uint64_t offset = 0;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < recipe->chunk_count; offset += recipe->chunks[i++].len) {
		err = mlv_array_grow(&local->places, &local->cap, local->count + 1,
				     sizeof(*local->places));
		if (!err)
			err = mlv_ids_add(&local->ids, &recipe->chunks[i].oid,
					  (uint32_t)local->count);
		if (!err)
			local->places[local->count++] =
				(struct mlv_local_place){ local->files, offset };
	}
	return err;
}

/* Where the cache has its chunks is said by its recipe, which the remote has. */
static mlv_err add_file(struct mlv_local *local, const struct mlv_nearby *nearby,
			struct mlv_transport *remote, const struct mlv_oid *oid)
{
	const struct mlv_key key = { MLV_KIND_LARGE, *oid }, list = { MLV_KIND_LEAVES, *oid };
	MLV_SCOPED(mlv_recipe_release) struct mlv_recipe recipe = { 0 };
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err;

	if ((err = mlv_store_read(nearby->cache, &list, UINT64_MAX, &text)) ||
	    (err = mlv_leaves_parse(text.ptr, text.len, &leaves)) ||
	    (err = mlv_store_open(nearby->cache, &key, leaves.size, &fd, NULL)) ||
	    (err = mlv_recipe_get(remote, oid, leaves.size, &recipe)) ||
	    (err = add_places(local, &recipe)))
		return err;
	local->fds[local->files++] = fd;
	fd = -1;
	return NULL;
}

static mlv_err find_older(struct mlv_nearby *nearby, struct mlv_transport *remote)
{
	if (nearby->older)
		return NULL;
	if (!(nearby->older = mlv_sys_alloc(sizeof(*nearby->older))))
		return mlv_error_nomem("older versions of a file");
	return mlv_older_find(nearby->older, remote, nearby->cache, nearby->source, nearby->wants,
			      nearby->count, nearby->receipts);
}

mlv_err mlv_local_find(struct mlv_local *local, struct mlv_nearby *nearby,
		       struct mlv_transport *remote, const struct mlv_oid *oid)
{
	size_t at, end;
	mlv_err err = find_older(nearby, remote);

	if (err)
		return err;
	mlv_older_range(nearby->older, oid, &at, &end);
	for (; at < end && local->files < MLV_LOCAL_FILES; at++) {
		err = add_file(local, nearby, remote, &nearby->older->at[at].before);
		if (err && err->code != MLV_E_MISSING && err->code != MLV_E_CORRUPT)
			return err;
	}
	return NULL;
}

bool mlv_local_has(const struct mlv_local *local, const struct mlv_oid *chunk)
{
	return mlv_ids_find(&local->ids, chunk) != NULL;
}

bool mlv_local_read(const struct mlv_local *local, const struct mlv_recipe_chunk *chunk, void *to)
{
	const struct mlv_id_number *found = mlv_ids_find(&local->ids, &chunk->oid);
	const struct mlv_local_place *place = found ? &local->places[found->number] : NULL;

	return place && mlv_fs_pread_full(local->fds[place->file], "an older version", to,
					  chunk->len, place->offset) == NULL;
}
