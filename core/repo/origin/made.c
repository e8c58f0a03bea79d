/* origin/made.c - what stages of another repository made. */
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/origin/impl.h"

/* Add it as what lies at path; part: what of it is asked for. */
static mlv_err add(struct mlv_finding *f, const struct mlv_output *output, const char *path,
		   const char *part)
{
	struct mlv_piece *piece;
	mlv_err err;

	if (*part && output->type != MLV_ID_TREE)
		return mlv_error(MLV_E_MISSING, "%s: %s is a file, not a directory", f->origin->url,
				 output->path);
	if ((err = mlv_finding_add(f, path, &piece)) ||
	    (err = mlv_output_copy(&piece->output, output)))
		return err;
	piece->part = mlv_sys_strdup(part);
	return piece->part ? mlv_finding_note(f, piece, output->path) : mlv_error_nomem("a path");
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return len == 0 || (strncmp(path, dir, len) == 0 && path[len] == '/');
}

mlv_err mlv_finding_made(struct mlv_finding *f, bool *found)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	const struct mlv_output *output;
	size_t len = strlen(f->path);
	mlv_err err = mlv_outputs_load_git(f->origin->git, &f->origin->commit, &outputs);

	if (err)
		return err;
	output = mlv_outputs_find(&outputs, f->path);
	if (output && output->stage) {
		size_t skip = strlen(output->path);

		*found = true;
		return add(f, output, "", f->path[skip] ? f->path + skip + 1 : "");
	}
	for (size_t i = 0; !err && i < outputs.count; i++) {
		output = &outputs.at[i];
		if (output->stage && is_below(output->path, f->path))
			err = add(f, output, output->path + len + (len > 0), "");
	}
	return err;
}
