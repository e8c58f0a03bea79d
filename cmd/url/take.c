/* url/take.c - what lies at a URL, taken into a store. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/url/place.h"
#include "core/base/fs.h"
#include "core/base/pool.h"
#include "core/store/sha256.h"
#include "remote/remote.h"

struct taking {
	struct mlv_url_place *place;
	struct mlv_batch *batch;
	const char *scratch;
	struct mlv_entry *entries; /* one for each file */
};

static void taking_release(struct taking *taking)
{
	free(taking->entries);
	mlv_batch_freep(&taking->batch);
}

/* A file that arrives. */
struct arriving {
	struct mlv_ctx *ctx;
	int fd;
	uint64_t written;
};

static mlv_err write_bytes(void *arg, const void *bytes, size_t len)
{
	struct arriving *to = arg;
	mlv_err err = mlv_fs_pwrite_full(to->fd, "what came", bytes, len, to->written);

	if (err)
		return err;
	to->written += len;
	mlv_tell_advance(to->ctx, 0, len);
	return mlv_ctx_check_stop(to->ctx);
}

static mlv_err go_on(void *arg, uint64_t *offset)
{
	const struct arriving *to = arg;

	*offset = to->written;
	return NULL;
}

/* What came is of an older version. */
static mlv_err start_over(void *arg)
{
	struct arriving *to = arg;

	to->written = 0;
	return mlv_sys_ftruncate(to->fd, 0) < 0 ? mlv_error_sys("what came") : NULL;
}

/* The path or key of a file. */
static mlv_err where(const struct mlv_url_place *place, const char *key, struct mlv_buf *to)
{
	return mlv_buf_printf(to, "%s%s%s", place->base, *place->base && *key ? "/" : "", key);
}

static mlv_err download(struct taking *taking, const struct mlv_url_file *file, unsigned worker,
			int *fd)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT, path = MLV_BUF_INIT;
	struct arriving to = { .ctx = taking->place->run->ctx };
	struct mlv_sink sink = { .write = write_bytes, .resume = go_on, .restart = start_over,
				 .arg = &to };
	mlv_err err;

	if ((err = where(taking->place, file->key, &key)) ||
	    (err = mlv_buf_printf(&path, "%s/part-%u", taking->scratch, worker)))
		return err;
	*fd = mlv_sys_openat(AT_FDCWD, path.ptr, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (*fd < 0)
		return mlv_error_sys("%s", path.ptr);
	to.fd = *fd;
	return mlv_transport_get(taking->place->remote, key.ptr, 0, UINT64_MAX, &sink);
}

static mlv_err open_path(struct taking *taking, const struct mlv_url_file *file, int *fd)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = where(taking->place, file->key, &path);

	if (err)
		return err;
	*fd = mlv_sys_openat(AT_FDCWD, path.ptr, O_RDONLY | O_NONBLOCK, 0);
	return *fd < 0 ? mlv_error_sys("%s", path.ptr) : NULL;
}

static mlv_err put_small(struct taking *taking, int fd, struct mlv_entry *entry)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_LIMIT(MLV_SMALL_MAX);
	struct mlv_key key = { .kind = MLV_KIND_OBJECT };
	mlv_err err;

	if ((err = mlv_buf_reserve(&bytes, (size_t)entry->size)) ||
	    (err = mlv_fs_pread_full(fd, taking->place->shown, bytes.ptr, (size_t)entry->size, 0)) ||
	    (err = mlv_sha256_of(bytes.ptr, (size_t)entry->size, &key.oid)) ||
	    (err = mlv_batch_put(taking->batch, &key, bytes.ptr, (size_t)entry->size)))
		return err;
	entry->oid = key.oid;
	return NULL;
}

static mlv_err take_file(void *arg, size_t index, unsigned worker)
{
	struct taking *taking = arg;
	const struct mlv_url_file *file = &taking->place->files[index];
	struct mlv_entry *entry = &taking->entries[index];
	MLV_SCOPED(mlv_named_release) struct mlv_named named = { 0 };
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct stat st;
	bool large;
	mlv_err err = taking->place->remote ? download(taking, file, worker, &fd)
					    : open_path(taking, file, &fd);

	if (err)
		return err;
	if (mlv_sys_fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return mlv_error_sys("%s", file->key);
	entry->size = (uint64_t)st.st_size;
	large = mlv_kind_of_size(entry->size) == MLV_KIND_LARGE;
	if (!large) {
		err = put_small(taking, fd, entry);
	} else if (!(err = mlv_batch_put_file(taking->batch, fd, taking->place->shown, &named))) {
		entry->oid = named.oid;
		entry->size = named.size;
		large = named.kind == MLV_KIND_LARGE;
	}
	entry->kind = large ? file->exec ? 'X' : 'F' : file->exec ? 'x' : 'f';
	mlv_tell_advance(taking->place->run->ctx, 1, 0);
	return err;
}

static mlv_err name_tree(struct taking *taking, struct mlv_output *output)
{
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	struct mlv_tree tree;
	mlv_err err = mlv_tree_builder_new(&builder, taking->batch);

	for (size_t i = 0; !err && i < taking->place->count; i++) {
		taking->entries[i].path = taking->place->files[i].key;
		taking->entries[i].path_len = strlen(taking->place->files[i].key);
		err = mlv_tree_builder_add(builder, &taking->entries[i]);
	}
	if (err || (err = mlv_tree_builder_finish(builder, &tree)))
		return err;
	output->type = MLV_ID_TREE;
	output->oid = tree.oid;
	output->size = tree.bytes;
	output->nfiles = tree.files;
	output->exec = false;
	return NULL;
}

static void name_file(const struct mlv_entry *entry, struct mlv_output *output)
{
	output->type = entry->kind == 'F' || entry->kind == 'X' ? MLV_ID_LEAVES : MLV_ID_SHA256;
	output->oid = entry->oid;
	output->size = entry->size;
	output->nfiles = 0;
	output->exec = entry->kind == 'x' || entry->kind == 'X';
}

static mlv_err take_all(struct taking *taking)
{
	struct mlv_url_place *place = taking->place;
	struct mlv_ctx *ctx = place->run->ctx;
	unsigned jobs = place->remote ? mlv_remote_jobs(place->remote) : ctx->jobs;
	uint64_t bytes = 0;
	mlv_err err;

	for (size_t i = 0; i < place->count; i++)
		bytes += place->files[i].size == UINT64_MAX ? 0 : place->files[i].size;
	mlv_tell_begin(ctx, "fetching", place->count, bytes);
	err = mlv_pool_run(ctx, jobs, place->count, take_file, taking);
	mlv_tell_end(ctx);
	return err;
}

/* What a source is known by in a pointer: what its server says, else its id. */
static mlv_err mark(const struct mlv_version *version, const struct mlv_output *output,
		    struct mlv_import *import)
{
	static const enum mlv_mark said[] = { [MLV_VERSION_ID] = MLV_MARK_VERSION_ID,
					      [MLV_VERSION_ETAG] = MLV_MARK_ETAG,
					      [MLV_VERSION_MODIFIED] = MLV_MARK_MODIFIED };
	static const enum mlv_mark ids[] = { [MLV_ID_SHA256] = MLV_MARK_SHA256,
					     [MLV_ID_LEAVES] = MLV_MARK_LEAVES,
					     [MLV_ID_TREE] = MLV_MARK_TREE };
	bool known = version->by != MLV_VERSION_NONE;
	char hex[MLV_OID_HEX + 1];

	free(import->marked);
	import->mark = known ? said[version->by] : ids[output->type];
	import->marked = mlv_sys_strdup(known ? version->text : mlv_oid_format(&output->oid, hex));
	return import->marked ? NULL : mlv_error_nomem("an import");
}

mlv_err mlv_url_place_take(struct mlv_url_place *place, struct mlv_store *store,
			   const char *scratch, struct mlv_output *output,
			   struct mlv_import *import)
{
	MLV_SCOPED(taking_release) struct taking taking = { .place = place, .scratch = scratch };
	struct mlv_version before, after;
	mlv_err err;

	taking.entries = mlv_sys_alloc_array(place->count + 1, sizeof(*taking.entries));
	if (!taking.entries)
		return mlv_error_nomem("a list");
	if ((err = mlv_url_place_version(place, &before)) ||
	    (err = mlv_batch_begin(&taking.batch, store)) || (err = take_all(&taking)))
		return err;
	if (place->dir && (err = name_tree(&taking, output)))
		return err;
	if (!place->dir)
		name_file(&taking.entries[0], output);
	if ((err = mlv_url_place_version(place, &after)))
		return err;
	if (before.by != after.by || strcmp(before.text, after.text) != 0)
		return mlv_error_hint(mlv_error(MLV_E_REMOTE, "%s: it changed while it was read",
						place->shown), "try again");
	if ((err = mlv_batch_commit(taking.batch)))
		return err;
	return import ? mark(&before, output, import) : NULL;
}
