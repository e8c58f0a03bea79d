#include "cmd/list_source.h"

#include <fcntl.h>
#include <string.h>

#include "cmd/remote_open.h"
#include "core/base/fs.h"
#include "core/base/path.h"

void mlv_list_close(struct mlv_list_source *source)
{
	mlv_reader_release(&source->reader);
	mlv_outputs_release(&source->outputs);
	mlv_finding_freep(&source->finding);
	mlv_origin_freep(&source->origin);
	mlv_repo_freep(&source->repo);
	mlv_buf_release(&source->path);
	mlv_scratch_release(&source->scratch);
}

static struct mlv_repo *repo_of(const struct mlv_list_source *source)
{
	return source->repo ? source->repo : source->origin->repo;
}

static mlv_err open_remote(void *arg, struct mlv_transport **remote)
{
	struct mlv_list_source *source = arg;

	return mlv_cmd_open_remote(source->run, repo_of(source), source->remote, remote);
}

/* Of another repository: find the mlv repository that the output belongs to. */
static mlv_err open_origin_repo(struct mlv_list_source *source, const struct mlv_output *output)
{
	if (source->repo)
		return NULL;
	mlv_finding_freep(&source->finding);
	return mlv_origin_find(source->origin, output->path, &source->finding);
}

/* The nodes of an output: from the cache, else from the remote that it goes to. */
static mlv_err nodes(void *arg, const struct mlv_output *output, struct mlv_node_source *nodes)
{
	struct mlv_list_source *source = arg;
	mlv_err err = open_origin_repo(source, output);

	if (err)
		return err;
	mlv_reader_release(&source->reader);
	source->remote = output->remote;
	source->reader = (struct mlv_reader){ .ctx = source->run->ctx, .open = open_remote,
					      .arg = source };
	if ((err = mlv_repo_cache(repo_of(source), &source->reader.cache)))
		return err;
	*nodes = mlv_reader_nodes(&source->reader);
	return NULL;
}

/* The absolute path of what is a directory in an mlv repository; "" when url is none. */
static mlv_err find_local(const struct mlv_ctx *ctx, const char *url, struct mlv_buf *dir)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf root = MLV_BUF_INIT;
	struct stat st;
	mlv_err err = strstr(url, "://") ? NULL : mlv_path_absolute(dir, ctx->cwd, url);

	if (err || !dir->len)
		return err;
	if (mlv_sys_fstatat(AT_FDCWD, dir->ptr, &st, 0) == 0 && S_ISDIR(st.st_mode) &&
	    (err = mlv_repo_find(dir->ptr, &root)) == NULL)
		return NULL;
	mlv_buf_clear(dir);
	return err && err->code != MLV_E_MISSING ? err : NULL;
}

/* What git has where the work tree is meant: the files of its last commit. */
static mlv_err use_git(struct mlv_list_source *source, const char *rev)
{
	struct mlv_git *git;
	mlv_err err = mlv_repo_git(source->repo, &git);

	if (err || !git)
		return err;
	err = mlv_git_resolve(git, rev ? rev : "HEAD", &source->listing.commit);
	if (err && !rev && err->code == MLV_E_REMOTE)
		return NULL; /* no commit yet */
	source->listing.git = git;
	source->listing.prefix = source->repo->git_prefix;
	return err;
}

static mlv_err open_local(struct mlv_list_source *source, const char *dir, const char *path,
			  const char *rev, bool tracked_only)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	mlv_err err = mlv_repo_open(&source->repo, source->run->ctx, dir);

	if (err || (err = mlv_path_absolute(&whole, dir, path)) ||
	    (err = mlv_repo_path(source->repo, whole.ptr, &source->path)))
		return err;
	if (!tracked_only && (err = use_git(source, rev)))
		return err;
	return rev ? mlv_outputs_load_rev(source->repo, rev, &source->outputs)
		   : mlv_outputs_load(source->repo, &source->outputs);
}

static mlv_err open_origin(struct mlv_list_source *source, const char *url, const char *path,
			   const char *rev, bool tracked_only)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	mlv_err err = mlv_scratch_make(&source->scratch, source->run->ctx, NULL);

	/* As absolute as it can be: nothing in it leads out. */
	if (err || (err = mlv_path_absolute(&whole, "/", path)) ||
	    (err = mlv_buf_add_str(&source->path, whole.ptr + 1)) ||
	    (err = mlv_origin_open(&source->origin, source->run->ctx, url, rev,
				   source->scratch.path.ptr)))
		return err;
	if (!tracked_only) {
		source->listing.git = source->origin->git;
		source->listing.commit = source->origin->commit;
	}
	return mlv_outputs_load_git(source->origin->git, &source->origin->commit,
				    &source->outputs);
}

mlv_err mlv_list_open(struct mlv_list_source *source, struct mlv_run *run, char **operands,
		      const char *rev, bool tracked_only)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	const char *url = operands[0] ? operands[0] : ".";
	const char *path = operands[0] && operands[1] ? operands[1] : ".";
	mlv_err err;

	*source = (struct mlv_list_source){ .run = run, .scratch = MLV_SCRATCH_INIT,
					    .path = MLV_BUF_INIT };
	source->listing.prefix = "";
	if ((err = find_local(run->ctx, url, &dir)) ||
	    (err = dir.len ? open_local(source, dir.ptr, path, rev, tracked_only)
			   : open_origin(source, url, path, rev, tracked_only)))
		return err;
	source->listing.outputs = &source->outputs;
	source->listing.nodes = nodes;
	source->listing.arg = source;
	return NULL;
}
