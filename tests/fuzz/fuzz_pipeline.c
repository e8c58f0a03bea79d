/* Any bytes are an mlv.yaml, whose stages come out whole, or an error. */
#include <fcntl.h>

#include "core/base/sys.h"
#include "core/repo/pipeline/parts.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_pipeline_release) struct mlv_pipeline pipeline = { 0 };
	struct mlv_ctx ctx;
	struct mlv_snapshot snapshot = { .ctx = &ctx, .root_fd = -1, .prefix = "" };
	mlv_err err;

	mlv_ctx_init_quiet(&ctx);
	/* A directory where none of the files that are asked for can be. */
	snapshot.root_fd = mlv_sys_openat(AT_FDCWD, "/proc/self/fdinfo", O_RDONLY | O_DIRECTORY, 0);
	err = mlv_pipeline_add_file(&snapshot, &pipeline, "mlv.yaml", (const char *)data, size);
	if (!err)
		err = mlv_pipeline_sort(&pipeline);
	if (!err && !(err = mlv_pipeline_link(&pipeline)))
		for (size_t i = 0; i < pipeline.count; i++)
			if (!pipeline.stages[i].name || !pipeline.stages[i].wdir ||
			    pipeline.order[i] >= pipeline.count)
				__builtin_trap();
	mlv_fd_close(&snapshot.root_fd);
	return 0;
}
