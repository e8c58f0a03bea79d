/*
 * params.h - files of parameters: YAML, JSON, TOML, and constants of Python.
 *
 * The ending says what a file is: .json, .toml, .py, anything else is YAML. Of
 * TOML and Python a strict subset is read (toml.h, pyconst.h); what lies outside
 * of it is an error that names file, line and column. Nothing is run.
 *
 * Limits    MLV_PARAMS_MAX bytes a file.
 */
#ifndef MLV_REPO_PARAMS_H
#define MLV_REPO_PARAMS_H

#include "core/base/value.h"
#include "core/repo/repo.h"

#define MLV_PARAMS_MAX ((size_t)16 << 20)
#define MLV_PARAMS_NAME "params.yaml"

/*
 * The file (relative to the root) as the work tree has it, or with rev not NULL
 * a commit; *value is NULL when there is none. A symbolic link is not followed.
 */
mlv_err mlv_params_load(struct mlv_repo *repo, const char *rev, const char *file,
			struct mlv_value **value) MLV_CHECK;
/* The same from its text; file tells the form, name is for messages. */
mlv_err mlv_params_parse(const char *name, const char *file, const char *text, size_t len,
			 struct mlv_value **value) MLV_CHECK;
/*
 * The value at a dotted key: "train.lr", "layers[0]", "layers.0"; NULL when there
 * is none. A key that is there as a whole, dots and all, is preferred.
 */
const struct mlv_value *mlv_params_get(const struct mlv_value *value, const char *key);

#endif
