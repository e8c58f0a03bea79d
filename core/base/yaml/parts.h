/* parts.h - what the files behind yaml.h share. */
#ifndef MLV_BASE_YAML_PARTS_H
#define MLV_BASE_YAML_PARTS_H

#include "core/base/value.h"

/* Give a TEXT that stood without quotes its type, by the core schema of YAML 1.2.2, section 10.3.2. */
void mlv_yaml_resolve(struct mlv_value *value);

/* The named values of a file; the last of a name counts. */
struct mlv_yaml_anchors {
	struct {
		char *name;
		const struct mlv_value *value; /* owned by the root */
	} *at;
	size_t count, cap;
	size_t copied, compared; /* because of aliases, so far */
};
void mlv_yaml_anchors_release(struct mlv_yaml_anchors *anchors);
mlv_err mlv_yaml_anchor(struct mlv_yaml_anchors *anchors, const char *name, size_t len,
			const struct mlv_value *value) MLV_CHECK;
const struct mlv_value *mlv_yaml_anchored(const struct mlv_yaml_anchors *anchors,
					  const char *name, size_t len);
/* Count a copy that is to stand at this depth: NULL, or why there may be none. */
const char *mlv_yaml_count_copy(struct mlv_yaml_anchors *anchors, const struct mlv_value *value,
				size_t depth) MLV_CHECK;
/* The merge key of map gives way to what it brings; keys of the map's own win. */
mlv_err mlv_yaml_merge(const char *name, struct mlv_yaml_anchors *anchors,
		       struct mlv_value *map) MLV_CHECK;

#endif
