/* cmd_cat_object.c - mlv cat-object: the bytes that an id is of. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/out.h"
#include "core/base/fs.h"
#include "core/base/suggest.h"
#include "core/base/sys.h"
#include "core/repo/repo.h"
#include "core/store/sha256.h"

static mlv_err parse_key(char **operands, struct mlv_key *key)
{
	static const enum mlv_kind kinds[] = { MLV_KIND_OBJECT, MLV_KIND_LARGE, MLV_KIND_LEAVES,
					       MLV_KIND_NODE };
	const char *names[MLV_COUNT(kinds)], *near;
	size_t i = 0;
	mlv_err err;

	while (i < MLV_COUNT(kinds) && strcmp(operands[0], mlv_kind_name(kinds[i])) != 0) {
		names[i] = mlv_kind_name(kinds[i]);
		i++;
	}
	if (i == MLV_COUNT(kinds)) {
		err = mlv_error(MLV_E_USAGE, "no kind of object is called '%s'", operands[0]);
		near = mlv_suggest_of(operands[0], names, MLV_COUNT(names));
		return near ? mlv_error_hint(err, "did you mean %s?", near) :
			      mlv_error_hint(err, "kinds are object, large, leaves and node");
	}
	key->kind = kinds[i];
	if (!mlv_oid_parse(operands[1], strlen(operands[1]), &key->oid))
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "'%s' is not an id", operands[1]),
				      "an id has 64 digits, 0 to 9 and a to f");
	return NULL;
}

/* One leaf after the other: read, verified, and only then written. */
static mlv_err write_leaves(struct mlv_run *run, int fd, const char *path,
			    const struct mlv_leaves *leaves)
{
	MLV_SCOPED(mlv_mem_free) char *leaf = mlv_sys_alloc(MLV_LEAF_SIZE);
	mlv_err err;

	if (!leaf)
		return mlv_error_nomem("a leaf");
	for (uint64_t i = 0, at = 0; i < leaves->count; i++, at += MLV_LEAF_SIZE) {
		uint64_t left = leaves->size - at;
		size_t len = (size_t)(left < MLV_LEAF_SIZE ? left : MLV_LEAF_SIZE);
		struct mlv_oid oid;

		if ((err = mlv_ctx_check_stop(run->ctx)) ||
		    (err = mlv_fs_pread_full(fd, path, leaf, len, at)) ||
		    (err = mlv_sha256_of(leaf, len, &oid)))
			return err;
		if (!mlv_oid_equal(&oid, &leaves->digests[i]))
			return mlv_error(MLV_E_CORRUPT, "%s: damaged, leaf %llu of %llu", path,
					 (unsigned long long)i + 1,
					 (unsigned long long)leaves->count);
		if (fwrite(leaf, 1, len, run->out->to) != len)
			return mlv_error_sys("writing standard output");
	}
	return NULL;
}

static mlv_err write_large(struct mlv_run *run, struct mlv_store *cache, const struct mlv_key *key)
{
	struct mlv_key list = { MLV_KIND_LEAVES, key->oid };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err = mlv_store_read(cache, &list, UINT64_MAX, &text);

	if (err || (err = mlv_leaves_parse(text.ptr, text.len, &leaves)) ||
	    (err = mlv_store_open(cache, key, leaves.size, &fd, &path)))
		return err;
	return write_leaves(run, fd, path.ptr, &leaves);
}

/* What is missing may lie at a remote. */
static mlv_err hinted(mlv_err err)
{
	return err && err->code == MLV_E_MISSING ?
		       mlv_error_hint(err, "mlv fetch brings what a remote has") :
		       err;
}

static mlv_err cat_object_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	struct mlv_store *cache = NULL;
	struct mlv_key key;
	mlv_err err;

	(void)args;
	if ((err = parse_key(operands, &key)) ||
	    (err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_repo_cache(repo, &cache)))
		return err;
	if (key.kind == MLV_KIND_LARGE)
		return hinted(write_large(run, cache, &key));
	if ((err = mlv_store_read(cache, &key, UINT64_MAX, &bytes)))
		return hinted(err);
	if (fwrite(bytes.ptr, 1, bytes.len, run->out->to) != bytes.len)
		return mlv_error_sys("writing standard output");
	return NULL;
}

const struct mlv_cmd mlv_cmd_cat_object = {
	.name = "cat-object",
	.summary = "print the bytes that an id is the SHA-256 of",
	.operands = "object|large|leaves|node <id>",
	.min_operands = 2,
	.max_operands = 2,
	.run = cat_object_run,
};
