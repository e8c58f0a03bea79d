/* cmd_merge_driver.c - mlv merge-driver: what git calls to merge pointers of directories. */
#include <fcntl.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/merge_lockfile.h"
#include "cmd/remote_open.h"
#include "cmd/ui/out.h"
#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/merge.h"
#include "core/repo/pointer.h"
#include "remote/reader.h"

enum { BASE, OURS, THEIRS, SIDES };

struct merging {
	struct mlv_run *run;
	struct mlv_repo *repo;
	const char *pointer; /* its path, for messages */
	const char *file;    /* ours, and where the result goes */
	struct mlv_reader reader;
	struct mlv_buf texts[SIDES];
	struct mlv_output sides[SIDES];
	bool has_base;
};

static void merging_release(struct merging *m)
{
	for (int side = 0; side < SIDES; side++) {
		mlv_buf_release(&m->texts[side]);
		mlv_output_release(&m->sides[side]);
	}
	mlv_reader_release(&m->reader);
	mlv_repo_freep(&m->repo);
}

/* Manifests of the other branch may not have been fetched yet. */
static mlv_err open_remote(void *arg, struct mlv_transport **remote)
{
	const struct merging *m = arg;

	return mlv_cmd_open_remote(m->run, m->repo, m->sides[OURS].remote, remote);
}

static mlv_err read_side(struct merging *m, int side, const char *file)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err;

	m->texts[side].limit = MLV_POINTER_MAX;
	if ((err = mlv_path_absolute(&path, m->run->ctx->cwd, file)) ||
	    (err = mlv_fs_read(AT_FDCWD, path.ptr, &m->texts[side])))
		return err;
	if (side == BASE && m->texts[side].len == 0)
		return NULL; /* both added it */
	m->has_base |= side == BASE;
	return mlv_pointer_parse(m->pointer, m->texts[side].ptr, m->texts[side].len,
				 &m->sides[side]);
}

static mlv_err undecided(const struct merging *m, const char *why)
{
	mlv_tell_warning(m->run->ctx, "%s: %s: take one of them: git checkout --ours %s, or --theirs",
			 m->pointer, why, m->pointer);
	return mlv_error(MLV_E_NO, "%s", "");
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_import(const struct mlv_import *a, const struct mlv_import *b)
{
	if (!a || !b)
		return a == b;
	return same_text(a->url, b->url) && same_text(a->path, b->path) &&
	       same_text(a->rev, b->rev) && same_text(a->rev_lock, b->rev_lock) &&
	       same_text(a->marked, b->marked);
}

/* What a pointer says beside the id: both sides must say the same. */
static bool same_options(const struct mlv_output *a, const struct mlv_output *b)
{
	return same_text(a->remote, b->remote) && a->push == b->push && a->cache == b->cache &&
	       a->frozen == b->frozen && same_import(a->import, b->import);
}

static mlv_err write_result(struct merging *m, const char *bytes, size_t len)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_path_absolute(&path, m->run->ctx->cwd, m->file);

	return err ? err : mlv_fs_replace(AT_FDCWD, path.ptr, bytes, len, 0666);
}

static mlv_err write_merged(struct merging *m, const struct mlv_tree *tree)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_output *merged = &m->sides[OURS];
	mlv_err err;

	merged->oid = tree->oid;
	merged->size = tree->bytes;
	merged->nfiles = tree->files;
	err = mlv_pointer_write(merged, m->texts[OURS].ptr, m->texts[OURS].len, &text);
	return err ? err : write_result(m, text.ptr, text.len);
}

static mlv_err merge_trees(struct merging *m)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs conflicts = { 0 };
	struct mlv_tree tree = { 0 };
	char shown[512];
	mlv_err err;

	if ((err = mlv_batch_begin(&batch, m->reader.cache)) ||
	    (err = mlv_merge_trees(mlv_reader_nodes(&m->reader),
				   m->has_base ? &m->sides[BASE].oid : NULL, &m->sides[OURS].oid,
				   &m->sides[THEIRS].oid, batch, &tree, &conflicts)))
		return err->code == MLV_E_MISSING
			       ? mlv_error_hint(err, "push all manifests from a clone that has them: "
						"mlv push -A")
			       : err;
	for (size_t i = 0; i < conflicts.count; i++)
		mlv_tell_warning(m->run->ctx, "conflict: %s/%s: changed on both sides",
				 m->sides[OURS].path,
				 mlv_path_shown(conflicts.at[i], strlen(conflicts.at[i]), shown,
						sizeof(shown)));
	if (conflicts.count > 0)
		return undecided(m, "not merged");
	err = mlv_batch_commit(batch);
	return err ? err : write_merged(m, &tree);
}

static mlv_err merge(struct merging *m)
{
	const struct mlv_output *base = &m->sides[BASE], *ours = &m->sides[OURS];
	const struct mlv_output *theirs = &m->sides[THEIRS];
	bool options = same_options(ours, theirs);

	if (options && mlv_output_same_id(ours, theirs))
		return NULL;
	if (m->has_base && mlv_output_same_id(base, theirs) && same_options(base, theirs))
		return NULL;
	if (m->has_base && mlv_output_same_id(base, ours) && same_options(base, ours))
		return write_result(m, m->texts[THEIRS].ptr, m->texts[THEIRS].len);
	if (!options)
		return undecided(m, "both sides changed it, and not its data alone");
	if (ours->type != MLV_ID_TREE || theirs->type != MLV_ID_TREE ||
	    (m->has_base && base->type != MLV_ID_TREE))
		return undecided(m, "both sides changed this file");
	return merge_trees(m);
}

/* git runs it at the root of its work tree, which the mlv repository may lie below. */
static mlv_err open_repo(struct merging *m)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	mlv_err err = mlv_path_absolute(&dir, m->run->ctx->cwd, m->pointer);

	if (err)
		return err;
	mlv_buf_truncate(&dir, (size_t)(strrchr(dir.ptr, '/') - dir.ptr));
	return mlv_repo_open(&m->repo, m->run->ctx,
			     mlv_fs_exists(AT_FDCWD, dir.ptr) ? dir.ptr : m->run->ctx->cwd);
}

static mlv_err merge_driver_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(merging_release) struct merging m = {
		.run = run, .pointer = operands[3], .file = operands[1],
		.reader = { .ctx = run->ctx, .open = open_remote },
		.texts = { MLV_BUF_INIT, MLV_BUF_INIT, MLV_BUF_INIT },
	};
	mlv_err err;

	(void)args;
	if (mlv_merge_is_lockfile(operands[3]))
		return mlv_merge_lockfile(run, operands);
	m.reader.arg = &m;
	if ((err = open_repo(&m)) ||
	    (err = mlv_repo_cache(m.repo, &m.reader.cache)))
		return err;
	for (int side = 0; side < SIDES; side++)
		if ((err = read_side(&m, side, operands[side])))
			return err;
	return merge(&m);
}

const struct mlv_cmd mlv_cmd_merge_driver = {
	.name = "merge-driver",
	.summary = "merge pointers of directories and mlv.lock, for git",
	.operands = "<base> <ours> <theirs> <path>",
	.min_operands = 4,
	.max_operands = 4,
	.hint = MLV_HINT_FILE,
	.run = merge_driver_run,
};
