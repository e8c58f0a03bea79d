#include "core/base/module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/* dlopen() counts: a module that is loaded again is the same one. */
static mlv_err load_from(const char *path, const char *symbol, const void **table)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return mlv_error(MLV_E_SYSTEM, "loading %s", dlerror());
	*table = dlsym(handle, symbol);
	if (!*table)
		return mlv_error(MLV_E_SYSTEM, "%s: no %s in it; it is of another version of mlv",
				 path, symbol);
	return NULL;
}

mlv_err mlv_module_load(struct mlv_ctx *ctx, const char *file, const char *symbol,
			const void **table)
{
	for (size_t i = 0; i < MLV_COUNT(ctx->module_dirs) && ctx->module_dirs[i]; i++) {
		char path[PATH_MAX];

		if ((size_t)snprintf(path, sizeof(path), "%s/%s", ctx->module_dirs[i], file) >=
		    sizeof(path))
			continue;
		if (access(path, R_OK) == 0)
			return load_from(path, symbol, table);
	}
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: not found beside the program or in %s",
					file,
					ctx->module_dirs[0] ? ctx->module_dirs[0] : "libexec"),
			      "install mlv again: make install");
}
