/* The part of metrics.h that finds the bytes of a file: on disk, in git, in the cache. */
#include "core/repo/metrics/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/compare.h"

/* A FIFO in the place of a file must not hang us. */
#define READING (O_RDONLY | O_NONBLOCK | O_NOCTTY)

/* Open what the link leads to, which must lie in the cache; *fd stays -1 when it is not there. */
static mlv_err open_cached(const struct mlv_metrics_place *place, const char *target, int *fd,
			   bool *in_cache)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf cache = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *below;
	mlv_err err;

	*in_cache = false;
	if (!place->is_mlv)
		return NULL;
	if ((err = mlv_repo_open(&repo, place->ctx, place->root)) ||
	    (err = mlv_repo_cache_dir(repo, &cache)))
		return err;
	if (!(below = mlv_path_below(cache.ptr, target)) || !*below)
		return NULL;
	*in_cache = true;
	dir = mlv_sys_openat(AT_FDCWD, cache.ptr, O_RDONLY | O_DIRECTORY, 0);
	*fd = dir < 0 ? -1 : mlv_sys_open_beneath(dir, below, READING, 0);
	if (*fd >= 0 || errno == ENOENT || errno == ENOTDIR)
		return NULL;
	*in_cache = errno != ELOOP && errno != EXDEV;
	return *in_cache ? mlv_error_sys("%s", target) : NULL;
}

static mlv_err open_link(const struct mlv_metrics_place *place, const char *file, int *fd)
{
	const char *slash = strrchr(file, '/');
	MLV_SCOPED(mlv_fd_close) int above = -1;
	MLV_SCOPED(mlv_mem_free) char *dir = slash ? mlv_sys_strndup(file, (size_t)(slash - file))
						   : mlv_sys_strdup(".");
	char target[MLV_PATH_MAX + 1];
	ssize_t len = -1;
	bool in_cache = false;
	mlv_err err = NULL;

	if (!dir)
		return mlv_error_nomem("a path");
	above = mlv_sys_open_beneath(place->root_fd, dir, O_RDONLY | O_DIRECTORY, 0);
	if (above >= 0)
		len = readlinkat(above, slash ? slash + 1 : file, target, sizeof(target) - 1);
	if (len > 0) {
		target[len] = '\0';
		err = open_cached(place, target, fd, &in_cache);
	}
	if (err || in_cache)
		return err;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED,
					"%s: a symbolic link, or beyond one, that leads out of what "
					"is tracked", file),
			      "put the file itself there");
}

mlv_err mlv_metrics_open(const struct mlv_metrics_place *place, const char *file, int *fd)
{
	MLV_SCOPED(mlv_fd_close) int made = mlv_sys_open_beneath(place->root_fd, file, READING, 0);
	struct stat st;
	mlv_err err = NULL;

	if (made < 0 && (errno == ELOOP || errno == EXDEV))
		err = open_link(place, file, &made);
	else if (made < 0 && errno != ENOENT && errno != ENOTDIR)
		err = mlv_error_sys("%s", file);
	if (err || made < 0)
		return err;
	if (mlv_sys_fstat(made, &st) < 0)
		return mlv_error_sys("%s", file);
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: not a regular file", file);
	*fd = made;
	made = -1;
	return NULL;
}

mlv_err mlv_metrics_version(const struct mlv_metrics_place *place,
			    const struct mlv_metrics_side *side, const char *file,
			    struct mlv_buf *text, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err;

	if (side->rev) {
		if ((err = mlv_buf_printf(&path, "%s%s", place->prefix, file)))
			return err;
		return mlv_git_read(place->git, &side->commit, path.ptr, text, found);
	}
	err = mlv_metrics_open(place, file, &fd);
	*found = !err && fd >= 0;
	return *found ? mlv_fs_read_fd(fd, file, text) : err;
}

/* The output that file is, or lies in, in this version: by the pointers that may stand for it. */
static mlv_err find_output(const struct mlv_metrics_place *place,
			   const struct mlv_metrics_side *side, const char *file,
			   struct mlv_output *output, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf pointer = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_POINTER_MAX);
	size_t len = 0;
	mlv_err err = NULL;

	for (*found = false; !err && !*found && file[len]; len += file[len] == '/') {
		len += strcspn(file + len, "/");
		mlv_buf_clear(&pointer);
		if (!(err = mlv_buf_add(&pointer, file, len)) &&
		    !(err = mlv_buf_add_str(&pointer, ".mlv")))
			err = mlv_metrics_version(place, side, pointer.ptr, &text, found);
	}
	return err || !*found ? err
			      : mlv_pointer_parse(pointer.ptr, text.ptr, text.len, output);
}

mlv_err mlv_metrics_load_outputs(struct mlv_metrics_place *place,
				 const struct mlv_metrics_side *side)
{
	const char *of = side->rev ? side->commit.hex : "";
	MLV_SCOPED(mlv_mem_free) char *name = NULL;
	mlv_err err;

	if (place->outputs_of && strcmp(place->outputs_of, of) == 0)
		return NULL;
	if (!place->repo && (err = mlv_repo_open(&place->repo, place->ctx, place->root)))
		return err;
	name = mlv_sys_strdup(of);
	if (!place->outputs && (place->outputs = mlv_sys_alloc(sizeof(*place->outputs))))
		*place->outputs = (struct mlv_outputs){ 0 };
	if (!name || !place->outputs)
		return mlv_error_nomem("outputs");
	mlv_outputs_release(place->outputs);
	free(place->outputs_of);
	place->outputs_of = NULL;
	err = side->rev ? mlv_outputs_load_rev(place->repo, of, place->outputs)
			: mlv_outputs_load(place->repo, place->outputs);
	if (!err)
		place->outputs_of = MLV_TAKE(name);
	return err;
}

/* What stands for the file below the output; *found false when nothing does. */
static mlv_err find_entry(struct mlv_store *cache, const struct mlv_output *output,
			  const char *file, struct mlv_entry *entry, bool *found)
{
	size_t len = strlen(output->path);

	*found = !file[len];
	*entry = mlv_output_entry(output);
	if (output->type != MLV_ID_TREE || *found) {
		*found &= output->type != MLV_ID_TREE;
		return NULL;
	}
	return mlv_tree_find(mlv_node_source_store(cache), &output->oid, file + len + 1,
			     strlen(file + len + 1), entry, found);
}

mlv_err mlv_metrics_not_cached(mlv_err err, const struct mlv_metrics_side *side, const char *file)
{
	if (err->code != MLV_E_MISSING)
		return err;
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "tracked by mlv, and not in the cache"),
			      "mlv fetch %s%s", side->rev ? "-A " : "", file);
}

/* What mlv tracks the file as: pointer, which is filled, or one of place->outputs; NULL: it does not. */
static mlv_err find_tracked(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			    const char *file, struct mlv_output *pointer, const struct mlv_output **output)
{
	bool found;
	mlv_err err;

	*output = NULL;
	if (!place->is_mlv)
		return NULL;
	if ((err = find_output(place, side, file, pointer, &found)) ||
	    (!place->repo && (err = mlv_repo_open(&place->repo, place->ctx, place->root))))
		return err;
	if (!found && (err = mlv_metrics_load_outputs(place, side)))
		return err;
	*output = found ? pointer : mlv_outputs_find(place->outputs, file);
	return NULL;
}

mlv_err mlv_metrics_id(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		       const char *file, struct mlv_buf *to)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output pointer = { 0 };
	const struct mlv_output *output;
	char hex[MLV_OID_HEX + 1];
	mlv_err err = find_tracked(place, side, file, &pointer, &output);

	if (err || !output)
		return err;
	err = mlv_buf_printf(to, "%s:%s", mlv_id_type_name(output->type),
			     mlv_oid_format(&output->oid, hex));
	return err || strcmp(output->path, file) == 0 ? err : mlv_buf_printf(to, " of %s", output->path);
}

mlv_err mlv_metrics_text(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *file, struct mlv_buf *text, bool *found)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output tracked = { 0 };
	const struct mlv_output *output;
	struct mlv_store *cache;
	struct mlv_entry entry;
	struct mlv_key key;
	mlv_err err = mlv_metrics_version(place, side, file, text, found);

	if (err || *found || (err = find_tracked(place, side, file, &tracked, &output)))
		return err;
	*found = output && output->cache;
	if (!*found)
		return NULL;
	if ((err = mlv_repo_cache(place->repo, &cache)))
		return err;
	if ((err = find_entry(cache, output, file, &entry, found)))
		return mlv_metrics_not_cached(err, side, file);
	*found &= entry.kind == 'f' || entry.kind == 'x';
	if (!*found)
		return NULL;
	key = mlv_entry_key(&entry);
	err = mlv_store_read(cache, &key, entry.size, text);
	return err ? mlv_metrics_not_cached(err, side, file) : NULL;
}
