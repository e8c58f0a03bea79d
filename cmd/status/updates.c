#include "cmd/status/updates.h"

#include <string.h>

#include "cmd/importing.h"

static mlv_err look(struct mlv_run *run, struct mlv_repo *repo, const struct mlv_output *output,
		    bool *same)
{
	MLV_SCOPED(mlv_importing_release) struct mlv_importing now = {
		.run = run, .repo = repo, .command = "status", .no_download = true
	};
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	const struct mlv_import *import = output->import;
	mlv_err err;

	*same = false;
	if ((err = mlv_output_copy(&now.output, output)) ||
	    (err = mlv_import_place(import, repo->root, &url)))
		return err;
	if (import->path)
		err = mlv_importing_from_repo(&now, url.ptr, import->path, import->rev);
	else if (!(err = mlv_importing_is_same(&now, url.ptr, same)) && !*same)
		err = mlv_importing_from_url(&now, url.ptr, false);
	*same = *same || mlv_output_same_id(&now.output, output);
	return err;
}

mlv_err mlv_status_updates(struct mlv_run *run, struct mlv_repo *repo,
			   const struct mlv_targets *targets, struct mlv_strs *paths)
{
	for (size_t i = 0; i < targets->count; i++) {
		const struct mlv_output *output = targets->at[i].output;
		bool same = true;
		mlv_err err;

		if (!output->import || output->frozen || mlv_strs_has(paths, output->path))
			continue;
		err = look(run, repo, output, &same);
		if (err && err->code != MLV_E_REMOTE && err->code != MLV_E_MISSING)
			return mlv_error_wrap(err, "%s", output->path);
		if (err)
			mlv_tell_warning(run->ctx, "%s: its source cannot be asked: %.*s", output->path,
					 (int)mlv_error_len_without_hint(err), err->msg);
		else if (!same && (err = mlv_strs_add(paths, output->path)))
			return err;
	}
	return NULL;
}
