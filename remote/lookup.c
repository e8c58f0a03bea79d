#include "remote/lookup.h"

#include <stdlib.h>

#include "core/base/sys.h"
#include "core/store/recipe.h"
#include "remote/bases.h"

#define NOTED 16 /* nodes whose roots are asked for */

struct mlv_lookup {
	struct mlv_remote_packs packs;
	bool built; /* packs were looked for; under lock, as all */
	struct mlv_oid noted[NOTED];
	size_t count;
};

/* Of all transports: there is one, as a rule. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void mlv_lookup_free(struct mlv_lookup *lookup)
{
	if (lookup)
		mlv_remote_packs_release(&lookup->packs);
	free(lookup);
}

static struct mlv_lookup *lookup_of(struct mlv_transport *remote)
{
	if (!remote->lookup && (remote->lookup = mlv_sys_alloc(sizeof(*remote->lookup))))
		mlv_remote_packs_init(&remote->lookup->packs, remote);
	return remote->lookup;
}

void mlv_lookup_note(struct mlv_transport *remote, const struct mlv_oid *node)
{
	struct mlv_lookup *lookup;

	pthread_mutex_lock(&lock);
	lookup = lookup_of(remote);
	if (lookup && lookup->count < NOTED)
		lookup->noted[lookup->count++] = *node;
	pthread_mutex_unlock(&lock);
}

/* The packs of the trees whose roots were read, else all that are listed. */
static mlv_err build(struct mlv_lookup *lookup, struct mlv_transport *remote)
{
	MLV_SCOPED(mlv_bases_release) struct mlv_bases bases = { 0 };
	struct mlv_want wants[NOTED];
	mlv_err err;

	for (size_t i = 0; i < lookup->count; i++)
		wants[i] = (struct mlv_want){ .key = { MLV_KIND_NODE, lookup->noted[i] },
					      .part = "", .label = "" };
	if ((err = mlv_bases_read(&bases, remote, wants, lookup->count)) ||
	    (err = mlv_bases_add_packs(&bases, &lookup->packs)))
		return err;
	if (lookup->packs.count == 0 && (err = mlv_remote_packs_list(&lookup->packs)))
		return err;
	lookup->built = true;
	return NULL;
}

static mlv_err find_record(struct mlv_lookup *lookup, struct mlv_transport *remote,
			   const struct mlv_key *key, bool find, struct mlv_remote_pack **pack,
			   struct mlv_pack_record *record)
{
	mlv_err err;

	if (!lookup || (!lookup->built && !find))
		return NULL;
	if (!lookup->built && (err = build(lookup, remote)))
		return err;
	if ((err = mlv_remote_packs_open(&lookup->packs, mlv_pack_class_of(key->kind), NULL)))
		return err;
	*pack = mlv_remote_packs_find(&lookup->packs, key, record);
	return NULL;
}

mlv_err mlv_lookup_read(struct mlv_transport *remote, const struct mlv_key *key, uint64_t size,
			bool find, struct mlv_buf *raw, bool *found)
{
	struct mlv_remote_pack *pack = NULL;
	struct mlv_pack_record record;
	mlv_err err;

	*found = false;
	pthread_mutex_lock(&lock);
	err = find_record(find ? lookup_of(remote) : remote->lookup, remote, key, find, &pack,
			  &record);
	pthread_mutex_unlock(&lock);
	if (err || !pack || (size != UINT64_MAX && size != record.raw))
		return err;
	*found = true;
	return mlv_remote_packs_read(&remote->lookup->packs, pack, &record, raw);
}

static mlv_err find_packed(struct mlv_transport *remote, const struct mlv_key *key,
			   struct mlv_spot *spot, bool *found)
{
	struct mlv_remote_pack *pack = NULL;
	struct mlv_pack_record record;
	char path[MLV_PACK_PATH];
	mlv_err err;

	pthread_mutex_lock(&lock);
	err = find_record(lookup_of(remote), remote, key, true, &pack, &record);
	if (!err && pack) {
		*found = spot->packed = true;
		mlv_pack_path(&pack->ref.id, MLV_PACK_SUFFIX, path);
		memcpy(spot->path, path, strlen(path) + 1);
		spot->offset = (uint64_t)record.offset + MLV_FRAME_HEAD;
		spot->length = record.stored;
		spot->codec = record.codec;
	}
	pthread_mutex_unlock(&lock);
	return err;
}

mlv_err mlv_lookup_spot(struct mlv_transport *remote, const struct mlv_key *key,
			struct mlv_spot *spot, bool *found)
{
	mlv_err err;

	*spot = (struct mlv_spot){ .codec = key->kind == MLV_KIND_NODE ? MLV_CODEC_ZLIB
								       : MLV_CODEC_RAW };
	err = mlv_transport_head(remote, mlv_key_path(key, spot->path), found, &spot->length);
	if (err || *found)
		return err;
	if (key->kind != MLV_KIND_LARGE)
		return find_packed(remote, key, spot, found);
	spot->chunked = true;
	return mlv_transport_head(remote, mlv_recipe_path(&key->oid, spot->path), found,
				  &spot->length);
}
