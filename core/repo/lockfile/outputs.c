/* What the stages of a mlv.lock made, as outputs. */
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/repo/lockfile/impl.h"
#include "core/repo/pipeline.h"

/* "train" in the root, "sub/mlv.yaml:train" below. */
static char *address(const struct mlv_lockfile *file, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf made = MLV_BUF_INIT;

	if (!file->dir[0])
		return mlv_sys_strdup(name);
	if (mlv_buf_printf(&made, "%s/" MLV_PIPELINE_NAME ":%s", file->dir, name))
		return NULL;
	return mlv_buf_detach(&made);
}

static mlv_err append_out(const struct mlv_lockfile *file, const char *name,
			  const struct mlv_recorded_path *out, struct mlv_outputs *outputs)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 };
	mlv_err err;

	if (!out->at.cache || out->mark)
		return NULL;
	if ((err = mlv_output_copy(&output, &out->at)))
		return err;
	output.pointer = mlv_sys_strdup(file->path);
	output.stage = address(file, name);
	if (!output.pointer || !output.stage)
		return mlv_error_nomem("an output");
	return mlv_outputs_append(outputs, &output);
}

mlv_err mlv_lockfile_outputs(const struct mlv_lockfile *file, struct mlv_outputs *outputs)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < file->count; i++) {
		MLV_SCOPED(mlv_recorded_release) struct mlv_recorded recorded = { 0 };

		if ((err = mlv_lockfile_get(file, &file->at[i], &recorded)))
			return err;
		for (size_t o = 0; !err && o < recorded.out_count; o++)
			err = append_out(file, recorded.name, &recorded.outs[o], outputs);
	}
	return err;
}
