/* Reading an index from front to back, with its changes: see index.h. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/store/node.h"
#include "core/repo/index/format.h"

struct mlv_index_cursor {
	const struct mlv_index *index;
	size_t block; /* the next to be read */
	struct mlv_buf bytes;
	struct mlv_index_run base, changes;
	bool settled;      /* item is what it stands at */
	bool from_changes; /* item is theirs */
	bool at_end;
	struct mlv_index_item item;
};

void mlv_index_cursor_freep(struct mlv_index_cursor **cursor)
{
	if (*cursor)
		mlv_buf_release(&(*cursor)->bytes);
	free(*cursor);
	*cursor = NULL;
}

static int64_t nanoseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

struct mlv_index_stat mlv_index_stat_of(const struct stat *st, dev_t home)
{
	return (struct mlv_index_stat){
		.inode = (uint64_t)st->st_ino,
		.size = (uint64_t)st->st_size,
		.mtime = nanoseconds(&st->st_mtim),
		.ctime = nanoseconds(&st->st_ctim),
		.mode = (uint16_t)st->st_mode,
		.linked = st->st_nlink > 1,
		.away = st->st_dev != home,
	};
}

bool mlv_index_hits(const struct mlv_index_item *item, const struct mlv_index_stat *now)
{
	const struct mlv_index_stat *then = &item->stat;

	return !item->racy && then->inode == now->inode && then->size == now->size &&
	       then->mtime == now->mtime && then->mode == now->mode &&
	       (then->ctime == now->ctime || now->linked);
}

static const struct mlv_index_record *record_at(const struct mlv_index_run *run)
{
	return run->at < run->count ? &run->records[run->at] : NULL;
}

static const char *path_at(const struct mlv_index_run *run)
{
	return run->paths + run->path_at;
}

static void step(struct mlv_index_run *run)
{
	run->path_at += run->records[run->at].path_len;
	run->at++;
}

static void take(const struct mlv_index_run *run, struct mlv_index_item *item)
{
	const struct mlv_index_record *record = &run->records[run->at];

	item->entry = (struct mlv_entry){ .kind = record->kind, .size = record->named_size,
					  .path = path_at(run), .path_len = record->path_len };
	memcpy(item->entry.oid.bytes, record->oid, MLV_OID_RAW);
	item->stat = (struct mlv_index_stat){
		.inode = record->inode, .size = record->size, .mtime = record->mtime,
		.ctime = record->ctime, .mode = record->mode,
		.linked = record->flags & MLV_INDEX_LINKED, .away = record->flags & MLV_INDEX_AWAY,
	};
	item->racy = record->flags & MLV_INDEX_RACY;
}

/* Read the next block when the last is used up. */
static mlv_err fill(struct mlv_index_cursor *cursor)
{
	if (record_at(&cursor->base) || cursor->block == cursor->index->blocks)
		return NULL;
	return mlv_index_read_block(cursor->index, cursor->block++, &cursor->bytes, &cursor->base);
}

/* How the records of both sort; one that is at its end comes last. */
static int compare_both(const struct mlv_index_cursor *cursor, const struct mlv_index_record *base,
			const struct mlv_index_record *change)
{
	if (!base || !change)
		return base ? -1 : 1;
	return mlv_path_compare(path_at(&cursor->base), base->path_len,
				 path_at(&cursor->changes), change->path_len);
}

/* Find what comes next: the smaller path; of two that are equal that of the changes. */
static mlv_err settle(struct mlv_index_cursor *cursor)
{
	mlv_err err;

	while (!cursor->settled) {
		const struct mlv_index_record *base, *change;
		int order;

		if ((err = fill(cursor)))
			return err;
		base = record_at(&cursor->base);
		change = record_at(&cursor->changes);
		order = compare_both(cursor, base, change);
		cursor->at_end = !base && !change;
		cursor->from_changes = change && order >= 0;
		if (base && order == 0)
			step(&cursor->base);
		if (cursor->from_changes && (change->flags & MLV_INDEX_GONE)) {
			step(&cursor->changes);
			continue;
		}
		if (!cursor->at_end)
			take(cursor->from_changes ? &cursor->changes : &cursor->base, &cursor->item);
		cursor->settled = true;
	}
	return NULL;
}

mlv_err mlv_index_peek(struct mlv_index_cursor *cursor, const struct mlv_index_item **item)
{
	mlv_err err = settle(cursor);

	if (!err)
		*item = cursor->at_end ? NULL : &cursor->item;
	return err;
}

void mlv_index_next(struct mlv_index_cursor *cursor)
{
	if (!cursor->settled || cursor->at_end)
		return;
	step(cursor->from_changes ? &cursor->changes : &cursor->base);
	cursor->settled = false;
}

/* The last block that does not begin after path. */
static size_t block_of(const struct mlv_index *index, const char *path, size_t len)
{
	const char *first = index->firsts;
	size_t block = 0;

	for (size_t i = 0; i < index->blocks; i++) {
		if (mlv_path_compare(first, index->places[i].first_len, path, len) > 0)
			break;
		first += index->places[i].first_len;
		block = i;
	}
	return block;
}

mlv_err mlv_index_cursor_new(struct mlv_index_cursor **out, const struct mlv_index *index,
			     const char *from)
{
	MLV_SCOPED(mlv_index_cursor_freep) struct mlv_index_cursor *cursor =
		mlv_sys_alloc(sizeof(*cursor));
	size_t len = strlen(from);
	const struct mlv_index_item *item;
	mlv_err err;

	if (!cursor)
		return mlv_error_nomem("an index");
	cursor->index = index;
	cursor->bytes = (struct mlv_buf)MLV_BUF_LIMIT(MLV_INDEX_BLOCK_MAX);
	cursor->changes = index->changes;
	cursor->block = *from ? block_of(index, from, len) : 0;
	for (;;) {
		if ((err = mlv_index_peek(cursor, &item)))
			return err;
		if (!item || mlv_path_compare(item->entry.path, item->entry.path_len, from, len) >= 0)
			break;
		mlv_index_next(cursor);
	}
	*out = MLV_TAKE(cursor);
	return NULL;
}

bool mlv_index_is_empty(const struct mlv_index *index)
{
	MLV_SCOPED(mlv_index_cursor_freep) struct mlv_index_cursor *cursor = NULL;
	const struct mlv_index_item *item = NULL;

	return mlv_index_cursor_new(&cursor, index, "") || mlv_index_peek(cursor, &item) || !item;
}
