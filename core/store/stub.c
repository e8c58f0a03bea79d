/* stub.c - stands in for the store until it is there; delete this file then. */
#include "core/store/store.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"
__attribute__((weak)) void mlv_store_freep(struct mlv_store **store)
{
	*store = NULL;
}

__attribute__((weak)) mlv_err mlv_store_open_dir(struct mlv_store **out, struct mlv_ctx *ctx,
						 const char *root, bool create)
{
	return mlv_error(MLV_E_MISSING, "%s: no store yet", root);
}
