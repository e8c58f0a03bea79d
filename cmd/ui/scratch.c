#include "cmd/ui/scratch.h"

#include <fcntl.h>
#include <stdlib.h>

#include "core/base/fs.h"

mlv_err mlv_scratch_make(struct mlv_scratch *scratch, struct mlv_ctx *ctx, struct mlv_repo *repo)
{
	const char *tmp = ctx->env(ctx, "TMPDIR");
	mlv_err err;

	scratch->ctx = ctx;
	if (repo && (err = mlv_fs_mkdirs(repo->mlv_fd, "tmp", 0777)))
		return err;
	err = repo ? mlv_buf_printf(&scratch->path, "%s/.mlv/tmp", repo->root)
		   : mlv_buf_add_str(&scratch->path, tmp && *tmp == '/' ? tmp : "/tmp");
	if (err || (err = mlv_buf_add_str(&scratch->path, "/mlv-XXXXXX")))
		return err;
	if (!mkdtemp(scratch->path.ptr))
		return mlv_error_sys("%s", scratch->path.ptr);
	scratch->made = true;
	return NULL;
}

void mlv_scratch_release(struct mlv_scratch *scratch)
{
	if (scratch->made && mlv_fs_remove_all(AT_FDCWD, scratch->path.ptr))
		mlv_tell_detail(scratch->ctx, "%s stays behind", scratch->path.ptr);
	mlv_buf_release(&scratch->path);
}
