/*
 * pyconst.h - the constants of a Python file, read without running it.
 *
 *   LR = 0.1                        a module's names: {"LR": 0.1, ...}
 *   Train: dict = {"epochs": 3}
 *   class Model:                    a class: a map of its names, and of what its
 *       depth = 2                   __init__() gives to self
 *       def __init__(self):
 *           self.width = 64
 *
 * Values are numbers, texts, True, False, None, lists, tuples and sets (lists),
 * and dicts. Imports, decorators, functions and what else begins a block are passed
 * over with all below them; a name that is given any other value is an error with
 * line and column. A later value of a name replaces the earlier one.
 *
 * Limits    nesting past 64 levels is refused.
 */
#ifndef MLV_BASE_PYCONST_H
#define MLV_BASE_PYCONST_H

#include "core/base/value.h"

/* name is for messages. */
mlv_err mlv_pyconst_parse(const char *name, const char *text, size_t len,
			  struct mlv_value **value) MLV_CHECK;

#endif
