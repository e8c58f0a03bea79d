/*
 * yaml.h - reading YAML 1.2 into values, and changing a file with its comments kept.
 *
 * Limits    anchors, aliases, tags and merge keys are refused, so are repeated
 *           keys, nesting past 64 levels and files past the buffer's limit:
 *           a file from outside cannot explode. Where people write anchors by
 *           hand, all aliases of a file together stand for at most 100,000 values.
 */
#ifndef MLV_BASE_YAML_H
#define MLV_BASE_YAML_H

#include "core/base/buf.h"
#include "core/base/value.h"

/* name is for messages, which give line and column. MLV_E_SPEC when it is not YAML. */
mlv_err mlv_yaml_parse(const char *name, const char *text, size_t len,
		       struct mlv_value **value) MLV_CHECK;
/* The same, but with anchors, aliases and merge keys ("<<", of YAML 1.1). */
mlv_err mlv_yaml_parse_anchored(const char *name, const char *text, size_t len,
				struct mlv_value **value) MLV_CHECK;

#endif
