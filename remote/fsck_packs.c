/* fsck_packs.c - tables of packs at a remote: told of when they are damaged, and made anew. */
#include "remote/fsck.h"
#include "remote/remote/packs.h"

mlv_err mlv_fsck_tables(struct mlv_remote_packs *set, bool mend)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < set->count; i++) {
		const struct mlv_remote_pack *pack = &set->at[i];
		char path[MLV_PACK_PATH];

		if (!pack->asked || (pack->open && !pack->within))
			continue;
		mlv_pack_path(&pack->ref.id, pack->open ? MLV_IDX_SUFFIX : MLV_PACK_SUFFIX, path);
		if (pack->open && mend)
			err = mlv_transport_put_bytes(set->remote, path, pack->idx.ptr,
						      pack->idx.len);
		if (err)
			return err;
		mlv_tell_warning(set->remote->ctx, "%s/%s %s", set->remote->url, path,
				 !pack->open ? "is missing or damaged at its end"
				 : mend      ? "was written anew"
					     : "is missing or damaged: --repair makes it anew");
	}
	return err;
}
