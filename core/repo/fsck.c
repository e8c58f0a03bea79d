#include "core/repo/fsck.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/compare.h"
#include "core/store/sha256.h"

/* A failure that a check of the cache tells of by itself. */
static mlv_err not_of_data(mlv_err err)
{
	return err && (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT) ? NULL : err;
}

struct count {
	uint64_t files, bytes;
};

static mlv_err count_entry(void *arg, const struct mlv_entry *entry)
{
	struct count *count = arg;

	count->files += entry->kind != 'd';
	count->bytes += entry->kind == 'd' || entry->kind == 'l' ? 0 : entry->size;
	return NULL;
}

static mlv_err check_tree(struct mlv_store *cache, const struct mlv_output *output)
{
	struct mlv_key root = mlv_output_key(output);
	struct count count = { 0 };
	bool there = false;
	mlv_err err = mlv_store_has(cache, &root, UINT64_MAX, &there);

	if (err || !there)
		return err;
	err = mlv_tree_walk(mlv_node_source_store(cache), &output->oid, "", count_entry, &count);
	if (err && err->code == MLV_E_MISSING)
		return NULL;
	if (err)
		return mlv_error_wrap(err, "%s", output->pointer);
	if (count.bytes != output->size)
		return mlv_error(MLV_E_CORRUPT, "%s: says %llu bytes, where its directory has %llu",
				 output->pointer, (unsigned long long)output->size,
				 (unsigned long long)count.bytes);
	if (count.files != output->nfiles)
		return mlv_error(MLV_E_CORRUPT, "%s: says %llu files, where its directory has %llu",
				 output->pointer, (unsigned long long)output->nfiles,
				 (unsigned long long)count.files);
	return NULL;
}

static mlv_err check_plain(struct mlv_ctx *ctx, struct mlv_store *cache,
			   const struct mlv_output *output)
{
	struct mlv_key key = mlv_output_key(output);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct mlv_oid plain;
	mlv_err err;

	/* Damage of the file itself would be a wrong accusation of its pointer. */
	if ((err = mlv_store_verify(cache, &key, output->size)) ||
	    (err = mlv_store_open(cache, &key, output->size, &fd, NULL)))
		return not_of_data(err);
	if ((err = mlv_hash_plain(ctx, fd, output->path, &plain)))
		return err;
	if (mlv_oid_equal(&plain, &output->plain))
		return NULL;
	return mlv_error(MLV_E_CORRUPT, "%s: its sha256 is not that of its file", output->pointer);
}

mlv_err mlv_fsck_pointer(struct mlv_repo *repo, struct mlv_store *cache,
			 const struct mlv_output *output)
{
	if (output->type == MLV_ID_TREE)
		return check_tree(cache, output);
	return output->has_plain ? check_plain(repo->ctx, cache, output) : NULL;
}

/* The bytes of a small file, or the target of a link; *read is false when it is neither. */
static mlv_err read_small(int dir, const char *name, struct mlv_buf *bytes, bool *read)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char target[4096];
	struct stat st;
	ssize_t len;

	*read = false;
	if (mlv_sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return NULL;
	if (S_ISLNK(st.st_mode)) {
		len = readlinkat(dir, name, target, sizeof(target));
		*read = len > 0;
		return len > 0 ? mlv_buf_add(bytes, target, (size_t)len) : NULL;
	}
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > MLV_SMALL_MAX)
		return NULL;
	fd = mlv_sys_openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	*read = fd >= 0;
	return fd >= 0 ? mlv_fs_read_fd(fd, name, bytes) : NULL;
}

static mlv_err salvage_small(int dir, const char *name, struct mlv_batch *batch,
			     const struct mlv_key *key, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	struct mlv_oid oid;
	bool read;
	mlv_err err = read_small(dir, name, &bytes, &read);

	if (err || !read || (err = mlv_sha256_of(bytes.ptr, bytes.len, &oid)))
		return err;
	*found = mlv_oid_equal(&oid, &key->oid);
	return *found ? mlv_batch_put(batch, key, bytes.ptr, bytes.len) : NULL;
}

static mlv_err put_list(struct mlv_batch *batch, const struct mlv_named *named)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const struct mlv_key key = { MLV_KIND_LEAVES, named->oid };
	mlv_err err = mlv_leaves_write(&named->leaves, &text);

	return err ? err : mlv_batch_put(batch, &key, text.ptr, text.len);
}

/* Hash first: what is something else is not to be stored. */
static mlv_err salvage_large(struct mlv_ctx *ctx, int fd, const char *path,
			     struct mlv_batch *batch, const struct mlv_key *key, bool *found)
{
	MLV_SCOPED(mlv_named_release) struct mlv_named named = { 0 }, put = { 0 };
	struct stat st;
	mlv_err err;

	if (mlv_sys_fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    (uint64_t)st.st_size <= MLV_SMALL_MAX)
		return NULL;
	if ((err = mlv_hash_file(ctx, fd, path, &named)))
		return err;
	*found = mlv_oid_equal(&named.oid, &key->oid);
	if (!*found)
		return NULL;
	if (key->kind == MLV_KIND_LEAVES)
		return put_list(batch, &named);
	return mlv_batch_put_file(batch, fd, path, &put);
}

mlv_err mlv_fsck_salvage(struct mlv_repo *repo, struct mlv_batch *batch, const struct mlv_key *key,
			 const char *path, bool *found)
{
	const char *slash = strrchr(path, '/');
	MLV_SCOPED(mlv_mem_free) char *above = slash ? mlv_sys_strndup(path, (size_t)(slash - path))
						     : mlv_sys_strdup(".");
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	MLV_SCOPED(mlv_fd_close) int fd = -1;

	*found = false;
	if (!above)
		return mlv_error_nomem("a path");
	dir = mlv_sys_open_beneath(repo->root_fd, above, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return NULL;
	if (key->kind == MLV_KIND_OBJECT)
		return salvage_small(dir, slash ? slash + 1 : path, batch, key, found);
	fd = mlv_sys_openat(dir, slash ? slash + 1 : path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	return fd < 0 ? NULL : salvage_large(repo->ctx, fd, path, batch, key, found);
}

mlv_err mlv_fsck_list_leaves(struct mlv_ctx *ctx, struct mlv_store *cache, struct mlv_batch *batch,
			     const struct mlv_oid *oid, bool *found)
{
	const struct mlv_key key = { MLV_KIND_LARGE, *oid }, list = { MLV_KIND_LEAVES, *oid };
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err = mlv_store_open(cache, &key, UINT64_MAX, &fd, NULL);

	*found = false;
	if (err)
		return not_of_data(err);
	return salvage_large(ctx, fd, "a large object", batch, &list, found);
}

mlv_err mlv_fsck_rebuild(struct mlv_repo *repo, struct mlv_batch *batch, const char *path)
{
	MLV_SCOPED(mlv_compare_release) struct mlv_compare compare = { 0 };
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	struct mlv_tree tree;
	mlv_err err;

	if ((err = mlv_compare_scan(&compare, repo, path, "", NULL)))
		return err;
	if (!compare.present || !compare.scan.is_dir)
		return NULL;
	if ((err = mlv_tree_builder_new(&builder, batch)))
		return err;
	for (size_t i = 0; !err && i < compare.scan.count; i++) {
		struct mlv_entry entry = mlv_scan_entry(&compare.scan, i);

		if (entry.path_len)
			err = mlv_tree_builder_add(builder, &entry);
	}
	return err ? err : mlv_tree_builder_finish(builder, &tree);
}
