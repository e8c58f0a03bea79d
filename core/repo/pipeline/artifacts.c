/* The map `artifacts` of mlv.yaml: what is published under a name. */
#include "core/repo/pipeline/parts.h"

mlv_err mlv_artifacts_check(const struct mlv_source *source, const struct mlv_value *root)
{
	static const char *const known[] = { "path", "desc", "type", "labels", "meta", NULL };
	const struct mlv_value *artifacts = mlv_value_get(root, "artifacts");

	if (!artifacts || artifacts->type == MLV_VALUE_NULL)
		return NULL;
	if (artifacts->type != MLV_VALUE_MAP)
		return mlv_source_error_at(source, artifacts, "'artifacts' must be a map");
	for (size_t i = 0; i < artifacts->count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf where = MLV_BUF_INIT;
		const struct mlv_value *artifact = artifacts->items[i];
		mlv_err err;

		if (artifact->type != MLV_VALUE_MAP ||
		    !mlv_value_text(mlv_value_get(artifact, "path")))
			return mlv_source_error_key(source, artifact,
						    "the artifact '%s' has no 'path'",
						    artifacts->keys[i]);
		if ((err = mlv_buf_printf(&where, "artifact '%s'", artifacts->keys[i])) ||
		    (err = mlv_source_check_keys(source, artifact, known, where.ptr)))
			return err;
	}
	return NULL;
}
