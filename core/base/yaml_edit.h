/*
 * yaml_edit.h - changing single values in a YAML file, all else left to the byte.
 *
 * libfyaml tells where the tokens of a mapping stand, and the text is cut and
 * joined there, so that comments, order, quotes and blank lines of the user
 * stay as they are. A map is named by its way from the root: "outs/0", "" for
 * the root itself. Values are scalars, given as YAML text.
 *
 * Crash safety   only memory is changed; on failure text is as before.
 * Limits         a value that is not a scalar on its own, or a literal block,
 *                is not replaced: MLV_E_SPEC.
 */
#ifndef MLV_BASE_YAML_EDIT_H
#define MLV_BASE_YAML_EDIT_H

#include "core/base/buf.h"

/* Set key to value; a key that is not there is added after the last simple one. */
mlv_err mlv_yaml_set(const char *name, struct mlv_buf *text, const char *map, const char *key,
		     const char *value) MLV_CHECK;
/* Take key away, with its line and the comment on it. One that is not there is no failure. */
mlv_err mlv_yaml_unset(const char *name, struct mlv_buf *text, const char *map,
		       const char *key) MLV_CHECK;
/* Give key another name in its place. */
mlv_err mlv_yaml_rename(const char *name, struct mlv_buf *text, const char *map, const char *key,
			const char *to) MLV_CHECK;
/* Append text (UTF-8) as a scalar that every YAML reader takes for that string, quoted if it must be. */
mlv_err mlv_yaml_add_string(struct mlv_buf *to, const char *text, size_t len) MLV_CHECK;

#endif
