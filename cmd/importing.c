#include "cmd/importing.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/transfer.h"
#include "cmd/ui/out.h"
#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/add/check.h"
#include "core/repo/checkout.h"
#include "core/repo/gitignore.h"

void mlv_importing_release(struct mlv_importing *importing)
{
	mlv_output_release(&importing->output);
}

/* ---- the place ---- */

static bool is_directory(struct mlv_importing *i, const char *typed)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	struct stat st;

	return !mlv_path_absolute(&path, i->run->ctx->cwd, typed) &&
	       mlv_sys_fstatat(AT_FDCWD, path.ptr, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

static mlv_err find_place(struct mlv_importing *i, const char *typed, const char *name,
			  struct mlv_buf *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	mlv_err err = NULL;

	if (typed && (err = mlv_buf_add_str(&whole, typed)))
		return err;
	if (!typed || is_directory(i, typed)) {
		if (whole.len && (err = mlv_buf_add_char(&whole, '/')))
			return err;
		if ((err = mlv_path_add_name(&whole, name)))
			return mlv_error_hint(err, "say how to call it: -o <path>");
	}
	return mlv_repo_path(i->repo, whole.ptr, path);
}

static mlv_err check_free(struct mlv_importing *i, const struct mlv_track_target *target)
{
	const char *path = target->output.path;
	char shown[256];

	mlv_path_shown(path, strlen(path), shown, sizeof(shown));
	if (*target->part)
		return mlv_error(MLV_E_REFUSED, "%s/%s: lies in a tracked directory", shown,
				 target->part);
	if (i->force)
		return NULL;
	if (target->existing)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: tracked already", shown),
				      "-f replaces it; an import is brought up to date by: mlv update %s",
				      shown);
	if (mlv_fs_exists(i->repo->root_fd, path))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: there is something already",
						shown),
				      "-f replaces it, -o puts the new one elsewhere");
	return NULL;
}

mlv_err mlv_importing_begin(struct mlv_importing *i, const char *typed, const char *name)
{
	MLV_SCOPED(mlv_track_release) struct mlv_track track = { .repo = i->repo,
								 .command = i->command };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs paths = { 0 };
	mlv_err err;

	if ((err = find_place(i, typed, name, &path)) ||
	    (err = mlv_strs_add(&paths, path.ptr)) ||
	    (err = mlv_add_check(&track, &paths, true)) ||
	    (err = check_free(i, &track.at[0])))
		return err;
	i->output.path = mlv_sys_strdup(track.at[0].output.path);
	i->output.pointer = mlv_sys_strdup(track.at[0].output.pointer);
	i->output.push = !i->no_download;
	i->output.cache = true;
	return i->output.path && i->output.pointer ? NULL : mlv_error_nomem("a path");
}

/* ---- pointer and data ---- */

/* The directory of the pointer, made if it is missing, and the pointer's name in it. */
static mlv_err open_dir(struct mlv_importing *i, int *dir, const char **name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf parent = MLV_BUF_INIT;
	const char *pointer = i->output.pointer, *slash = strrchr(pointer, '/');
	mlv_err err = slash ? mlv_buf_add(&parent, pointer, (size_t)(slash - pointer))
			    : mlv_buf_add_char(&parent, '.');

	if (err || (slash && (err = mlv_fs_mkdirs(i->repo->root_fd, parent.ptr, 0777))))
		return err;
	*name = slash ? slash + 1 : pointer;
	*dir = mlv_sys_open_beneath(i->repo->root_fd, parent.ptr, O_RDONLY | O_DIRECTORY, 0);
	return *dir < 0 ? mlv_error_sys("%s", parent.ptr) : NULL;
}

/* keep: comments and other keys of the pointer that is there. */
static mlv_err write_pointer(struct mlv_importing *i, bool keep)
{
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf old = MLV_BUF_LIMIT(MLV_POINTER_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs written = { 0 };
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *name;
	mlv_err err;

	if ((err = mlv_lock_file(&lock, i->repo, i->output.pointer, i->command)) ||
	    (err = open_dir(i, &dir, &name)) || (keep && (err = mlv_fs_read(dir, name, &old))) ||
	    (err = mlv_pointer_write(&i->output, keep ? old.ptr : NULL, old.len, &text)))
		return mlv_error_wrap(err, "writing %s", i->output.pointer);
	if ((!keep || text.len != old.len || memcmp(text.ptr, old.ptr, old.len) != 0) &&
	    (err = mlv_repo_replace(i->repo, dir, name, text.ptr, text.len, 0666)))
		return mlv_error_wrap(err, "writing %s", i->output.pointer);
	if ((err = mlv_strs_add(&written, i->output.pointer)) ||
	    (err = mlv_gitignore_add(i->repo, i->output.path, &written)))
		return err;
	return mlv_repo_stage(i->repo, &written);
}

static mlv_err check_out(struct mlv_importing *i)
{
	MLV_SCOPED(mlv_checkout_result_release) struct mlv_checkout_result result = { 0 };
	char part[] = "";
	struct mlv_outputs outputs = { .at = &i->output, .count = 1 };
	struct mlv_target target = { .output = &i->output, .part = part };
	struct mlv_targets targets = { .at = &target, .count = 1 };
	struct mlv_checkout_options options = { .force = i->force, .command = i->command };
	mlv_err err = mlv_checkout(i->repo, &outputs, &targets, &options, &result);

	return err ? err : mlv_checkout_verdict(&result, false);
}

mlv_err mlv_importing_finish(struct mlv_importing *i)
{
	mlv_err err = write_pointer(i, false);

	return err || i->no_download ? err : check_out(i);
}

mlv_err mlv_importing_replace(struct mlv_importing *i)
{
	mlv_err err = i->no_download ? NULL : check_out(i);

	return err ? err : write_pointer(i, true);
}

void mlv_importing_report(const struct mlv_importing *i, const char *from)
{
	static const char *const ids[] = { [MLV_ID_SHA256] = "sha256", [MLV_ID_LEAVES] = "leaves",
					   [MLV_ID_TREE] = "tree" };
	const struct mlv_output *output = &i->output;
	struct mlv_out *out = i->run->out;
	char hex[MLV_OID_HEX + 1], files[40];

	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "path", output->path, strlen(output->path));
	mlv_out_text(out, ids[output->type], mlv_oid_format(&output->oid, hex));
	mlv_out_number(out, "size", output->size);
	mlv_out_text(out, "from", from);
	mlv_out_object_end(out);
	if (out->json || out->quiet)
		return;
	mlv_out_path(out, output->path, strlen(output->path));
	if (output->type == MLV_ID_TREE)
		mlv_out_line(out, ": %s, %llu bytes, of %s",
			     mlv_files_text(output->nfiles, files, sizeof(files)),
			     (unsigned long long)output->size, from);
	else
		mlv_out_line(out, ": %llu bytes, of %s", (unsigned long long)output->size, from);
}
