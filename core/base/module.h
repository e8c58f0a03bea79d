/*
 * module.h - the parts of mlv that are loaded on first use.
 *
 * What wraps libgit2, libcurl and libexpat costs 10 ms to load, so that it lies in
 * shared objects of its own, beside the program or in libexec/mlv, and is
 * loaded by absolute path when a command first needs it. A module exports one
 * constant table of functions, with a version in its name.
 *
 * Threads     safe; a module is loaded once and stays.
 */
#ifndef MLV_BASE_MODULE_H
#define MLV_BASE_MODULE_H

#include "core/base/context.h"

/*
 * Load file ("mlv-git.so") from one of ctx->module_dirs and find symbol in it.
 * MLV_E_MISSING names where it was looked for.
 */
mlv_err mlv_module_load(struct mlv_ctx *ctx, const char *file, const char *symbol,
			const void **table) MLV_CHECK;

#endif
