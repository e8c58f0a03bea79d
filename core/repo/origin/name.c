/* origin/name.c - the id of what was found in another repository. */
#include <fcntl.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/origin/impl.h"
#include "core/store/sha256.h"

#define MODE_EXEC 0100755U /* as git has it */

/* A tree under way. */
struct building {
	struct mlv_tree_builder *builder;
	const char *above; /* what stands before each path: "", or a name that a slash follows */
	size_t skip;       /* of each path, what is left out */
	uint64_t count;
};

static mlv_err add_entry(void *arg, const struct mlv_entry *entry)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_LIMIT(MLV_PATH_MAX);
	struct building *to = arg;
	struct mlv_entry moved = *entry;
	mlv_err err;

	if (entry->path_len <= to->skip)
		return NULL; /* an empty directory, of which nothing is below it */
	if ((err = mlv_buf_printf(&path, "%s%s", to->above, *to->above ? "/" : "")) ||
	    (err = mlv_buf_add(&path, entry->path + to->skip, entry->path_len - to->skip)))
		return err;
	moved.path = path.ptr;
	moved.path_len = path.len;
	to->count++;
	return mlv_tree_builder_add(to->builder, &moved);
}

static mlv_err finish_tree(struct mlv_tree_builder *builder, struct mlv_output *output)
{
	struct mlv_tree tree;
	mlv_err err = mlv_tree_builder_finish(builder, &tree);

	if (err)
		return err;
	*output = (struct mlv_output){ .type = MLV_ID_TREE, .oid = tree.oid, .size = tree.bytes,
				       .nfiles = tree.files };
	return NULL;
}

static struct mlv_output output_of(const struct mlv_entry *entry)
{
	bool large = entry->kind == 'F' || entry->kind == 'X';

	return (struct mlv_output){ .type = large ? MLV_ID_LEAVES : MLV_ID_SHA256,
				    .oid = entry->oid, .size = entry->size,
				    .exec = entry->kind == 'x' || entry->kind == 'X' };
}

/* A part of a tracked directory: the file there, or a tree of its own. */
static mlv_err name_part(struct mlv_finding *f, const struct mlv_piece *piece,
			 struct mlv_node_source source, struct mlv_batch *batch,
			 struct mlv_output *output)
{
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	struct building to = { .above = "", .skip = strlen(piece->part) + 1 };
	struct mlv_entry entry = { 0 };
	bool found = false;
	mlv_err err = mlv_tree_find(source, &piece->output.oid, piece->part, strlen(piece->part),
				    &entry, &found);

	if (err)
		return err;
	if (found && entry.kind == 'l')
		return mlv_error(MLV_E_REFUSED, "%s: %s is a symbolic link", f->origin->url, f->path);
	if (found && entry.kind != 'd') {
		*output = output_of(&entry);
		return NULL;
	}
	if ((err = mlv_tree_builder_new(&builder, batch)))
		return err;
	to.builder = builder;
	if ((err = mlv_tree_walk(source, &piece->output.oid, piece->part, add_entry, &to)))
		return err;
	if (!found && to.count == 0)
		return mlv_error(MLV_E_MISSING, "%s: no %s at %.12s", f->origin->url, f->path,
				 f->origin->commit.hex);
	return finish_tree(builder, output);
}

/* One that is too large for an object goes through a file. */
static mlv_err put_large(const struct mlv_finding *f, const struct mlv_buf *bytes,
			 struct mlv_batch *batch, struct mlv_entry *entry)
{
	MLV_SCOPED(mlv_named_release) struct mlv_named named = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err = mlv_buf_printf(&path, "%s/blob", f->origin->scratch);

	if (err)
		return err;
	fd = mlv_sys_openat(AT_FDCWD, path.ptr, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		return mlv_error_sys("%s", path.ptr);
	if ((err = mlv_fs_write_full(fd, path.ptr, bytes->ptr, bytes->len)) ||
	    (err = mlv_batch_put_file(batch, fd, path.ptr, &named)))
		return err;
	entry->oid = named.oid;
	return NULL;
}

static mlv_err put_blob(const struct mlv_finding *f, const struct mlv_piece *piece,
			struct mlv_batch *batch, struct mlv_entry *entry)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	struct mlv_key key = { .kind = MLV_KIND_OBJECT };
	bool found = true;
	mlv_err err = piece->blob.hex[0]
			      ? mlv_git_read_blob(f->origin->git, &piece->blob, &bytes)
			      : mlv_git_read(f->origin->git, &f->origin->commit, f->path, &bytes,
					     &found);

	if (err)
		return err;
	entry->size = bytes.len;
	if (mlv_kind_of_size(bytes.len) == MLV_KIND_LARGE) {
		entry->kind = piece->mode == MODE_EXEC ? 'X' : 'F';
		return put_large(f, &bytes, batch, entry);
	}
	entry->kind = piece->mode == MODE_EXEC ? 'x' : 'f';
	if ((err = mlv_sha256_of(bytes.ptr, bytes.len, &key.oid)) ||
	    (err = mlv_batch_put(batch, &key, bytes.ptr, bytes.len)))
		return err;
	entry->oid = key.oid;
	return NULL;
}

static mlv_err add_piece_to(struct mlv_finding *f, const struct mlv_piece *piece,
			    struct mlv_node_source source, struct mlv_batch *batch,
			    struct building *to)
{
	struct mlv_entry entry = { .path = piece->path, .path_len = strlen(piece->path) };
	mlv_err err;

	to->above = "";
	if (piece->tracked && piece->output.type == MLV_ID_TREE) {
		uint64_t before = to->count;

		to->above = piece->path;
		err = mlv_tree_walk(source, &piece->output.oid, "", add_entry, to);
		to->above = "";
		entry.kind = 'd';
		return err || to->count > before ? err : add_entry(to, &entry);
	}
	if (piece->tracked) {
		bool large = piece->output.type == MLV_ID_LEAVES;

		entry.oid = piece->output.oid;
		entry.size = piece->output.size;
		entry.kind = piece->output.exec ? large ? 'X' : 'x' : large ? 'F' : 'f';
	} else if ((err = put_blob(f, piece, batch, &entry))) {
		return mlv_error_wrap(err, "%s", piece->path);
	}
	return add_entry(to, &entry);
}

static mlv_err name_dir(struct mlv_finding *f, struct mlv_node_source source,
			struct mlv_batch *batch, struct mlv_output *output)
{
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	struct building to = { .above = "" };
	mlv_err err = mlv_tree_builder_new(&builder, batch);

	to.builder = builder;
	for (size_t i = 0; !err && i < f->count; i++)
		err = add_piece_to(f, &f->pieces[i], source, batch, &to);
	return err ? err : finish_tree(builder, output);
}

mlv_err mlv_finding_name(struct mlv_finding *finding, struct mlv_node_source source,
			 struct mlv_batch *batch, struct mlv_output *output)
{
	const struct mlv_piece *piece = finding->pieces;
	struct mlv_entry entry = { 0 };
	mlv_err err;

	if (finding->dir)
		return name_dir(finding, source, batch, output);
	if (piece->tracked && *piece->part)
		return name_part(finding, piece, source, batch, output);
	if (piece->tracked) {
		const struct mlv_output *found = &piece->output;

		*output = (struct mlv_output){ .type = found->type, .oid = found->oid,
					       .size = found->size, .nfiles = found->nfiles,
					       .exec = found->exec, .has_plain = found->has_plain,
					       .plain = found->plain };
		return NULL;
	}
	if ((err = put_blob(finding, piece, batch, &entry)))
		return err;
	*output = output_of(&entry);
	return NULL;
}
