#include "core/repo/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crc32c.h"
#include "core/base/fs.h"
#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/store/node.h"
#include "core/store/sha256.h"
#include "core/repo/index/format.h"

#define BLOCKS_AT_A_TIME ((size_t)64) /* that one thread verifies in one go */

void mlv_index_freep(struct mlv_index **slot)
{
	struct mlv_index *index = *slot;

	if (!index)
		return;
	mlv_fd_close(&index->fd);
	free(index->path);
	mlv_buf_release(&index->directory);
	mlv_buf_release(&index->changes_bytes);
	free(index);
	*slot = NULL;
}

mlv_err mlv_index_name(const char *path, bool changes, char name[static MLV_INDEX_NAME])
{
	struct mlv_oid oid;
	char hex[MLV_OID_HEX + 1];
	mlv_err err = mlv_sha256_of(path, strlen(path), &oid);

	if (err)
		return err;
	memcpy(name, MLV_INDEX_DIR "/", sizeof(MLV_INDEX_DIR));
	memcpy(name + sizeof(MLV_INDEX_DIR), mlv_oid_format(&oid, hex), MLV_INDEX_HEX);
	memcpy(name + sizeof(MLV_INDEX_DIR) + MLV_INDEX_HEX, changes ? ".d" : "", changes ? 3 : 1);
	return NULL;
}

bool mlv_index_run_is_sound(const struct mlv_index_run *run, size_t paths_len)
{
	const char *last = "", *path = run->paths;
	size_t last_len = 0;

	for (size_t i = 0; i < run->count; i++) {
		const struct mlv_index_record *record = &run->records[i];

		if (record->path_len > paths_len || !record->kind ||
		    !strchr("fxFXld", record->kind))
			return false;
		if (i && mlv_path_compare(last, last_len, path, record->path_len) >= 0)
			return false;
		last = path;
		last_len = record->path_len;
		path += record->path_len;
		paths_len -= record->path_len;
	}
	return paths_len == 0;
}

mlv_err mlv_index_read_block(const struct mlv_index *index, size_t block, struct mlv_buf *bytes,
			     struct mlv_index_run *run)
{
	const struct mlv_index_place *place = &index->places[block];
	size_t records = place->count * sizeof(*run->records);
	struct mlv_index_run made = { .count = place->count };
	mlv_err err;

	mlv_buf_clear(bytes);
	if ((err = mlv_buf_reserve(bytes, place->len)) ||
	    (err = mlv_fs_pread_full(index->fd, index->path, bytes->ptr, place->len, place->at)))
		return err;
	made.records = (const void *)bytes->ptr;
	made.paths = bytes->ptr + records;
	if (mlv_crc32c(0, bytes->ptr, place->len) != place->sum ||
	    !mlv_index_run_is_sound(&made, place->len - records))
		return mlv_error(MLV_E_CORRUPT, "%s: its index is damaged", index->path);
	*run = made;
	return NULL;
}

static struct mlv_index_claim claim_of(const struct mlv_index_said *said)
{
	struct mlv_index_claim claim = { .known = said->known == 1, .bytes = said->bytes,
					 .nfiles = said->nfiles, .stored = said->stored };

	memcpy(claim.tree.bytes, said->tree, MLV_OID_RAW);
	return claim;
}

struct mlv_index_said mlv_index_say(const struct mlv_index_claim *claim)
{
	struct mlv_index_said said = { 0 };

	if (!claim || !claim->known)
		return said;
	said = (struct mlv_index_said){ 1, claim->bytes, claim->nfiles, claim->stored, { 0 } };
	memcpy(said.tree, claim->tree.bytes, MLV_OID_RAW);
	return said;
}

/* Whether the places follow each other from at to end, and the first paths are all there. */
static bool places_are_sound(const struct mlv_index *index, uint64_t at, uint64_t end,
			     uint64_t firsts_len)
{
	for (size_t i = 0; i < index->blocks; i++) {
		const struct mlv_index_place *place = &index->places[i];

		if (place->at != at || place->len > MLV_INDEX_BLOCK_MAX || !place->count ||
		    place->count * sizeof(struct mlv_index_record) > place->len ||
		    place->first_len > firsts_len)
			return false;
		at += place->len;
		firsts_len -= place->first_len;
	}
	return at == end && firsts_len == 0;
}

/* Read header, directory and footer; false when they are not whole or of another output. */
static bool read_frame(struct mlv_index *index)
{
	size_t path_len = strlen(index->path), rest;
	uint64_t size = (uint64_t)index->st.st_size, begin, last;
	struct mlv_index_footer footer;
	struct mlv_index_header header;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf head = MLV_BUF_INIT;
	uint32_t sum;

	begin = sizeof(header) + path_len;
	if (size < begin + sizeof(footer) || mlv_buf_reserve(&head, begin))
		return false;
	last = size - sizeof(footer);
	if (mlv_fs_pread_full(index->fd, index->path, head.ptr, begin, 0) ||
	    mlv_fs_pread_full(index->fd, index->path, &footer, sizeof(footer), last))
		return false;
	memcpy(&header, head.ptr, sizeof(header));
	if (memcmp(header.magic, MLV_INDEX_MAGIC, sizeof(header.magic)) != 0 ||
	    header.order != MLV_INDEX_ORDER || footer.order != MLV_INDEX_ORDER ||
	    header.path_len != path_len || memcmp(head.ptr + sizeof(header), index->path, path_len) ||
	    footer.directory_at < begin || footer.directory_at > last ||
	    footer.blocks > (last - footer.directory_at) / sizeof(*index->places))
		return false;
	rest = (size_t)(last - footer.directory_at);
	if (mlv_buf_reserve(&index->directory, rest + 1) ||
	    mlv_fs_pread_full(index->fd, index->path, index->directory.ptr, rest,
			      footer.directory_at))
		return false;
	index->sum = footer.sum;
	footer.sum = 0;
	sum = mlv_crc32c(0, head.ptr, begin);
	sum = mlv_crc32c(sum, index->directory.ptr, rest);
	if (mlv_crc32c(sum, &footer, sizeof(footer)) != index->sum)
		return false;
	index->blocks = (size_t)footer.blocks;
	index->places = (const void *)index->directory.ptr;
	index->firsts = (const char *)(index->places + index->blocks);
	index->claim = claim_of(&footer.said);
	return places_are_sound(index, begin, footer.directory_at,
				rest - index->blocks * sizeof(*index->places));
}

static mlv_err verify_blocks(void *arg, size_t round, unsigned worker)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	const struct mlv_index *index = arg;
	size_t end = (round + 1) * BLOCKS_AT_A_TIME;
	struct mlv_index_run run;
	mlv_err err = NULL;

	(void)worker;
	for (size_t i = round * BLOCKS_AT_A_TIME; !err && i < end && i < index->blocks; i++)
		err = mlv_index_read_block(index, i, &bytes, &run);
	return err;
}

/* Read the changes, if they are of this index; else there are none. */
static bool read_changes(struct mlv_index *index, struct mlv_index_changes *head)
{
	const char *bytes = index->changes_bytes.ptr;
	size_t len = index->changes_bytes.len;
	struct mlv_index_changes plain;
	struct mlv_index_run run;

	if (len < sizeof(*head))
		return false;
	memcpy(head, bytes, sizeof(*head));
	plain = *head;
	plain.sum = 0;
	len -= sizeof(*head);
	if (memcmp(head->magic, MLV_INDEX_CHANGES_MAGIC, sizeof(head->magic)) != 0 ||
	    head->order != MLV_INDEX_ORDER || head->base != index->sum ||
	    head->count > len / sizeof(*run.records) ||
	    head->paths_len != len - head->count * sizeof(*run.records) ||
	    mlv_crc32c(mlv_crc32c(0, &plain, sizeof(plain)), bytes + sizeof(*head), len) != head->sum)
		return false;
	run = (struct mlv_index_run){ .records = (const void *)(bytes + sizeof(*head)),
				      .count = (size_t)head->count };
	run.paths = (const char *)(run.records + run.count);
	if (!mlv_index_run_is_sound(&run, (size_t)head->paths_len))
		return false;
	index->changes = run;
	return true;
}

/* Changes that are damaged do not count: a file whose record they held is read once more. */
static mlv_err load_changes(struct mlv_index *index)
{
	struct mlv_index_changes head;
	char name[MLV_INDEX_NAME];
	mlv_err err = mlv_index_name(index->path, true, name);

	if (err)
		return err;
	err = mlv_fs_read(index->repo->mlv_fd, name, &index->changes_bytes);
	if (err && err->code == MLV_E_NOMEM)
		return err;
	if (mlv_sys_fstatat(index->repo->mlv_fd, name, &index->changes_st, AT_SYMLINK_NOFOLLOW) < 0)
		index->changes_st = (struct stat){ 0 };
	if (!err && read_changes(index, &head))
		index->claim = claim_of(&head.said);
	return NULL;
}

static void make_empty(struct mlv_index *index)
{
	index->blocks = 0;
	index->changes.count = 0;
	index->claim.known = false;
}

static mlv_err load(struct mlv_index *index)
{
	struct mlv_ctx *ctx = index->repo->ctx;
	char name[MLV_INDEX_NAME];
	mlv_err err = mlv_index_name(index->path, false, name);

	if (err)
		return err;
	index->fd = mlv_sys_openat(index->repo->mlv_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (index->fd < 0 || mlv_sys_fstat(index->fd, &index->st) < 0 ||
	    !S_ISREG(index->st.st_mode) || !read_frame(index)) {
		make_empty(index);
		return NULL;
	}
	if ((err = load_changes(index)))
		return err;
	err = mlv_pool_run(ctx, ctx->jobs, (index->blocks + BLOCKS_AT_A_TIME - 1) / BLOCKS_AT_A_TIME,
			   verify_blocks, index);
	if (err && (err->code == MLV_E_NOMEM || err->code == MLV_E_INTERRUPTED))
		return err;
	if (err)
		make_empty(index);
	return NULL;
}

mlv_err mlv_index_load(struct mlv_index **out, struct mlv_repo *repo, const char *path)
{
	MLV_SCOPED(mlv_index_freep) struct mlv_index *index = mlv_sys_alloc(sizeof(*index));
	mlv_err err;

	if (!index)
		return mlv_error_nomem("an index");
	index->fd = -1;
	index->repo = repo;
	index->directory = (struct mlv_buf)MLV_BUF_LIMIT(SIZE_MAX / 2);
	index->changes_bytes = (struct mlv_buf)MLV_BUF_LIMIT(MLV_INDEX_BLOCK_MAX);
	if (!(index->path = mlv_sys_strdup(path)))
		return mlv_error_nomem("an index");
	if ((err = load(index)))
		return err;
	*out = MLV_TAKE(index);
	return NULL;
}

const struct mlv_index_claim *mlv_index_claim(const struct mlv_index *index)
{
	return &index->claim;
}

static bool is_same_file(int dir, const char *name, const struct stat *was)
{
	struct stat now;

	if (mlv_sys_fstatat(dir, name, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return was->st_ino == 0;
	return now.st_ino == was->st_ino && now.st_size == was->st_size &&
	       now.st_mtim.tv_sec == was->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == was->st_mtim.tv_nsec;
}

bool mlv_index_is_current(const struct mlv_index *index)
{
	char name[MLV_INDEX_NAME], changes[MLV_INDEX_NAME];
	int dir = index->repo->mlv_fd;

	return !mlv_index_name(index->path, false, name) &&
	       !mlv_index_name(index->path, true, changes) &&
	       is_same_file(dir, name, &index->st) && is_same_file(dir, changes, &index->changes_st);
}

mlv_err mlv_index_remove(struct mlv_repo *repo, const char *path)
{
	mlv_err err;

	for (int changes = 0; changes < 2; changes++) {
		char name[MLV_INDEX_NAME];

		if ((err = mlv_index_name(path, changes, name)))
			return err;
		if (mlv_sys_unlinkat(repo->mlv_fd, name, 0) < 0 && errno != ENOENT)
			return mlv_error_sys("%s: removing", name);
	}
	return NULL;
}
