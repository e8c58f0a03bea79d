/* fsck_packs.c - tables of packs at a remote: told of when they are damaged, and made anew. */
#include "core/base/sys.h"
#include "remote/fsck.h"
#include "remote/remote/packs.h"

/* Append bytes of a pack to buf. */
struct inflow {
	struct mlv_buf *to;
	uint64_t begin;
};

static mlv_err take(void *arg, const void *bytes, size_t len)
{
	const struct inflow *in = arg;

	return mlv_buf_add(in->to, bytes, len);
}

static mlv_err go_on(void *arg, uint64_t *offset)
{
	const struct inflow *in = arg;

	*offset = in->begin + in->to->len;
	return NULL;
}

static mlv_err get(struct mlv_transport *remote, const char *path, uint64_t begin, uint64_t len,
		   struct mlv_buf *to)
{
	struct inflow in = { .to = to, .begin = begin };
	const struct mlv_sink sink = { .write = take, .resume = go_on, .arg = &in };

	return mlv_transport_get(remote, path, begin, len, &sink);
}

/* The table that stands at the end of a pack, checked; MLV_E_CORRUPT or MLV_E_MISSING. */
static mlv_err read_table(struct mlv_transport *remote, const struct mlv_pack_ref *ref,
			  struct mlv_buf *table)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf end = MLV_BUF_INIT;
	struct mlv_trailer trailer;
	struct mlv_table opened;
	char path[MLV_PACK_PATH];
	mlv_err err;

	mlv_pack_path(&ref->id, MLV_PACK_SUFFIX, path);
	if (ref->size < MLV_PACK_TRAILER)
		return mlv_error(MLV_E_CORRUPT, "too short for a pack");
	if ((err = get(remote, path, ref->size - MLV_PACK_TRAILER, MLV_PACK_TRAILER, &end)) ||
	    (err = mlv_trailer_parse(end.ptr, ref->size, &trailer)) ||
	    (err = get(remote, path, trailer.frames, trailer.table, table)))
		return err;
	return mlv_table_open(&opened, &ref->id, table->ptr, table->len);
}

static mlv_err mend_table(struct mlv_remote_packs *set, struct mlv_remote_pack *pack)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf table = MLV_BUF_LIMIT(MLV_PACK_MAX);
	char path[MLV_PACK_PATH];
	mlv_err err = read_table(set->remote, &pack->ref, &table);

	mlv_pack_path(&pack->ref.id, MLV_IDX_SUFFIX, path);
	if (!err)
		err = mlv_transport_put_bytes(set->remote, path, table.ptr, table.len);
	if (!err) {
		pack->asked = false;
		mlv_tell_warning(set->remote->ctx, "%s/%s was written anew", set->remote->url, path);
		return NULL;
	}
	if (err->code != MLV_E_CORRUPT && err->code != MLV_E_MISSING)
		return err;
	mlv_tell_warning(set->remote->ctx, "%s/%s cannot be made anew: %s", set->remote->url, path,
			 err->msg);
	return NULL;
}

mlv_err mlv_fsck_tables(struct mlv_remote_packs *set, bool mend)
{
	char path[MLV_PACK_PATH];
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < set->count; i++) {
		struct mlv_remote_pack *pack = &set->at[i];

		if (!pack->asked || pack->open)
			continue;
		mlv_pack_path(&pack->ref.id, MLV_IDX_SUFFIX, path);
		if (mend)
			err = mend_table(set, pack);
		else
			mlv_tell_warning(set->remote->ctx, "%s/%s is missing or damaged: --repair "
					 "makes it of its pack", set->remote->url, path);
	}
	if (err || !mend || (err = mlv_remote_packs_open(set, MLV_PACK_NODES, NULL)))
		return err;
	return mlv_remote_packs_open(set, MLV_PACK_DATA, NULL);
}
