/*
 * toml.h - reading TOML 1.0 into values.
 *
 * All of it but dates and times, which are refused: no value here is one.
 *
 * Limits    nesting past 64 levels is refused; so is a file whose tables are
 *           named more often than can be looked up in short time.
 */
#ifndef MLV_BASE_TOML_H
#define MLV_BASE_TOML_H

#include "core/base/value.h"

/* name is for messages, which give line and column. MLV_E_SPEC when it is not TOML. */
mlv_err mlv_toml_parse(const char *name, const char *text, size_t len,
		       struct mlv_value **value) MLV_CHECK;

#endif
