#include "core/repo/index/builder.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/node.h"

#define OTHER_CLOCK 2000000000 /* ns: what a clock of another file system may differ, and its grain */

void mlv_index_builder_freep(struct mlv_index_builder **slot)
{
	struct mlv_index_builder *builder = *slot;

	if (!builder)
		return;
	mlv_index_file_discard(builder);
	free(builder->path);
	free(builder->records);
	mlv_buf_release(&builder->paths);
	mlv_buf_release(&builder->directory);
	mlv_buf_release(&builder->firsts);
	free(builder);
	*slot = NULL;
}

/* What time the file system of the repository has now. */
static mlv_err touch(struct mlv_index_builder *builder)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char name[64];
	struct stat st;
	mlv_err err;

	if ((err = mlv_fs_mkdirs(builder->repo->mlv_fd, "tmp", 0777)) ||
	    (err = mlv_fs_temp(builder->repo->mlv_fd, "tmp/now-", 0666, name, sizeof(name), &fd)))
		return err;
	if (mlv_sys_unlinkat(builder->repo->mlv_fd, name, 0) < 0 || mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s/.mlv/%s", builder->repo->root, name);
	builder->touched = mlv_index_stat_of(&st, st.st_dev).mtime;
	return NULL;
}

mlv_err mlv_index_builder_new(struct mlv_index_builder **out, struct mlv_repo *repo,
			      const char *path)
{
	MLV_SCOPED(mlv_index_builder_freep) struct mlv_index_builder *builder =
		mlv_sys_alloc(sizeof(*builder));

	if (!builder)
		return mlv_error_nomem("an index");
	builder->fd = -1;
	builder->repo = repo;
	builder->paths = (struct mlv_buf)MLV_BUF_LIMIT(SIZE_MAX / 2);
	builder->directory = (struct mlv_buf)MLV_BUF_LIMIT(SIZE_MAX / 2);
	builder->firsts = (struct mlv_buf)MLV_BUF_LIMIT(SIZE_MAX / 2);
	if (!(builder->path = mlv_sys_strdup(path)))
		return mlv_error_nomem("an index");
	/* Where nothing can be made (a read-only repository) everything is racy. */
	if (touch(builder))
		builder->touched = INT64_MIN;
	*out = MLV_TAKE(builder);
	return NULL;
}

void mlv_index_builder_edit(struct mlv_index_builder *builder)
{
	builder->edits = true;
}

static bool is_racy(const struct mlv_index_builder *builder, const struct mlv_index_stat *stat)
{
	int64_t limit = builder->touched;

	if (limit > INT64_MIN && stat->away)
		limit -= OTHER_CLOCK;
	return stat->mtime >= limit || stat->ctime >= limit;
}

static mlv_err append(struct mlv_index_builder *builder, const struct mlv_index_record *record,
		      const char *path, size_t len)
{
	mlv_err err;

	if (len > UINT16_MAX)
		return mlv_error(MLV_E_REFUSED, "%s: a path of %zu bytes below it", builder->path,
				 len);
	if ((err = mlv_array_grow(&builder->records, &builder->cap, builder->count + 1,
				  sizeof(*builder->records))) ||
	    (err = mlv_buf_add(&builder->paths, path, len)))
		return err;
	builder->records[builder->count] = *record;
	builder->records[builder->count++].path_len = (uint16_t)len;
	return builder->count == MLV_INDEX_BLOCK && !builder->edits
		       ? mlv_index_file_add_block(builder)
		       : NULL;
}

static struct mlv_index_record record_of(const struct mlv_entry *entry,
					 const struct mlv_index_stat *stat, bool racy)
{
	struct mlv_index_record record = {
		.inode = stat->inode, .size = stat->size, .mtime = stat->mtime,
		.ctime = stat->ctime, .named_size = entry->size, .mode = stat->mode,
		.kind = entry->kind,
	};

	record.flags = (uint8_t)((racy ? MLV_INDEX_RACY : 0) |
				 (stat->linked ? MLV_INDEX_LINKED : 0) |
				 (stat->away ? MLV_INDEX_AWAY : 0));
	memcpy(record.oid, entry->oid.bytes, MLV_OID_RAW);
	return record;
}

mlv_err mlv_index_builder_add(struct mlv_index_builder *builder, const struct mlv_entry *entry,
			      const struct mlv_index_stat *stat, bool not_read)
{
	/* An empty directory has no bytes that could change. */
	bool racy = entry->kind != 'd' && (not_read || is_racy(builder, stat));
	struct mlv_index_record record = record_of(entry, stat, racy);

	return append(builder, &record, entry->path, entry->path_len);
}

mlv_err mlv_index_builder_keep(struct mlv_index_builder *builder,
			       const struct mlv_index_item *item)
{
	struct mlv_index_record record = record_of(&item->entry, &item->stat, item->racy);

	return append(builder, &record, item->entry.path, item->entry.path_len);
}

mlv_err mlv_index_builder_drop(struct mlv_index_builder *builder, const char *path, size_t len)
{
	struct mlv_index_record record = { .kind = 'f', .flags = MLV_INDEX_GONE };

	return append(builder, &record, path, len);
}

static mlv_err give(struct mlv_index_builder *to, struct mlv_index_run *run, bool wanted)
{
	const struct mlv_index_record *record = &run->records[run->at];
	mlv_err err = wanted ? append(to, record, run->paths + run->path_at, record->path_len)
			     : NULL;

	run->path_at += record->path_len;
	run->at++;
	return err;
}

/* Which of two runs has the smaller path: as compare does; one at its end has none. */
static int compare_runs(const struct mlv_index_run *a, const struct mlv_index_run *b)
{
	if (a->at == a->count || b->at == b->count)
		return a->at == a->count ? 1 : -1;
	return mlv_path_compare(a->paths + a->path_at, a->records[a->at].path_len,
				 b->paths + b->path_at, b->records[b->at].path_len);
}

static struct mlv_index_run run_of(const struct mlv_index_builder *builder)
{
	return (struct mlv_index_run){ .records = builder->records, .paths = builder->paths.ptr,
				       .count = builder->count };
}

/* The changes an index has already, with the new ones, as one edit. */
static mlv_err join(struct mlv_index_builder *to, const struct mlv_index *base,
		    const struct mlv_index_builder *builder)
{
	struct mlv_index_run old = base->changes, new_run = run_of(builder);
	mlv_err err = NULL;

	mlv_index_builder_edit(to);
	while (!err && (old.at < old.count || new_run.at < new_run.count)) {
		int order = compare_runs(&old, &new_run);

		if (order <= 0)
			err = give(to, &old, order < 0);
		if (!err && order >= 0)
			err = give(to, &new_run, true);
	}
	return err;
}

/* The whole index anew, with the changes of an edit. */
static mlv_err fold(struct mlv_index_builder *to, const struct mlv_index *base,
		    const struct mlv_index_builder *builder)
{
	MLV_SCOPED(mlv_index_cursor_freep) struct mlv_index_cursor *cursor = NULL;
	struct mlv_index_run changes = run_of(builder);
	const struct mlv_index_item *item;
	mlv_err err = mlv_index_cursor_new(&cursor, base, "");

	while (!err && !(err = mlv_index_peek(cursor, &item))) {
		int order = -1;

		if (!item && changes.at == changes.count)
			return NULL;
		if (changes.at < changes.count)
			order = !item ? 1 : mlv_path_compare(item->entry.path,
							      item->entry.path_len,
							      changes.paths + changes.path_at,
							      changes.records[changes.at].path_len);
		if (order < 0)
			err = mlv_index_builder_keep(to, item);
		else
			err = give(to, &changes, !(changes.records[changes.at].flags &
						   MLV_INDEX_GONE));
		if (order <= 0)
			mlv_index_next(cursor);
	}
	return err;
}

static mlv_err save_edit(struct mlv_index_builder *builder, struct mlv_index *base,
			 const struct mlv_index_claim *claim)
{
	MLV_SCOPED(mlv_index_builder_freep) struct mlv_index_builder *made = NULL;
	MLV_SCOPED(mlv_index_freep) struct mlv_index *now = NULL;
	const struct mlv_index *from = base;
	mlv_err err;

	if (!mlv_index_is_current(base)) {
		if ((err = mlv_index_load(&now, builder->repo, builder->path)))
			return err;
		from = now;
		claim = NULL;
	}
	if ((err = mlv_index_builder_new(&made, builder->repo, builder->path)) ||
	    (err = join(made, from, builder)))
		return err;
	if (from->blocks && mlv_index_changes_len(made) <= MLV_INDEX_CHANGES_MAX)
		return mlv_index_changes_save(made, from, claim);
	mlv_index_builder_freep(&made);
	if ((err = mlv_index_builder_new(&made, builder->repo, builder->path)) ||
	    (err = fold(made, from, builder)))
		return err;
	return mlv_index_file_save(made, claim);
}

mlv_err mlv_index_builder_save(struct mlv_index_builder *builder, struct mlv_index *base,
			       const struct mlv_index_claim *claim)
{
	mlv_err err = builder->edits ? save_edit(builder, base, claim)
				     : mlv_index_file_save(builder, claim);

	if (err && err->code != MLV_E_NOMEM && err->code != MLV_E_INTERRUPTED) {
		mlv_tell_detail(builder->repo->ctx, "the index is not kept: %s", err->msg);
		return NULL;
	}
	return err;
}
