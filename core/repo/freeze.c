#include "core/repo/freeze.h"

#include "core/base/fs.h"
#include "core/base/yaml_edit.h"
#include "core/repo/lock.h"

/* The text with the mark, if it is to be; read back, it says what it said before. */
static mlv_err edit(const char *pointer, struct mlv_buf *text, const struct mlv_output *was,
		    bool frozen)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output now = { 0 };
	mlv_err err = frozen ? mlv_yaml_set(pointer, text, "", "frozen", "true")
			     : mlv_yaml_unset(pointer, text, "", "frozen");

	if (err || (err = mlv_pointer_parse(pointer, text->ptr, text->len, &now)))
		return err;
	if (now.frozen != frozen || !mlv_output_same_id(was, &now))
		return mlv_error(MLV_E_SPEC, "%s: cannot be changed in place", pointer);
	return NULL;
}

mlv_err mlv_freeze(struct mlv_repo *repo, const struct mlv_output *output, bool frozen,
		   bool *changed)
{
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_POINTER_MAX);
	MLV_SCOPED(mlv_output_release) struct mlv_output was = { 0 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs written = { 0 };
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *pointer = output->pointer, *name;
	mlv_err err;

	if ((err = mlv_lock_file(&lock, repo, pointer, frozen ? "freeze" : "unfreeze")) ||
	    (err = mlv_repo_open_dir(repo, pointer, &dir, &name)))
		return err;
	if ((err = mlv_fs_read(dir, name, &text)))
		return mlv_error_wrap(err, "%s", pointer);
	if ((err = mlv_pointer_parse(pointer, text.ptr, text.len, &was)))
		return err;
	*changed = was.frozen != frozen;
	if ((err = mlv_strs_add(&written, pointer)))
		return err;
	if (*changed && ((err = edit(pointer, &text, &was, frozen)) ||
			 (err = mlv_repo_replace(repo, dir, name, text.ptr, text.len, 0666))))
		return err;
	return mlv_repo_stage(repo, &written);
}

/* A foreach has its stage below do; a matrix has it in itself. */
static mlv_err edit_stage(const struct mlv_stage *stage, struct mlv_buf *text, bool frozen)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf map = MLV_BUF_INIT;
	const char *name = stage->group ? stage->group : stage->name;
	mlv_err err = mlv_buf_printf(&map, "stages/%s/do", name);

	if (err)
		return err;
	if (stage->group && !mlv_yaml_set(stage->file, text, map.ptr, "frozen",
					  frozen ? "true" : "false"))
		return NULL;
	mlv_buf_clear(&map);
	if ((err = mlv_buf_printf(&map, "stages/%s", name)))
		return err;
	return frozen ? mlv_yaml_set(stage->file, text, map.ptr, "frozen", "true")
		      : mlv_yaml_unset(stage->file, text, map.ptr, "frozen");
}

mlv_err mlv_freeze_stage(struct mlv_repo *repo, const struct mlv_stage *stage, bool frozen,
			 bool *changed)
{
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_PIPELINE_MAX);
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *name;
	mlv_err err;

	*changed = stage->frozen != frozen;
	if (!*changed)
		return NULL;
	if ((err = mlv_lock_file(&lock, repo, stage->file, frozen ? "freeze" : "unfreeze")) ||
	    (err = mlv_repo_open_dir(repo, stage->file, &dir, &name)))
		return err;
	if ((err = mlv_fs_read(dir, name, &text)))
		return mlv_error_wrap(err, "%s", stage->file);
	if ((err = edit_stage(stage, &text, frozen)))
		return err;
	return mlv_repo_replace(repo, dir, name, text.ptr, text.len, 0666);
}
