/* pack/set_list.c - which packs there are, and their tables. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/pack/set_impl.h"
#include "core/store/sha256.h"

#define RACY_NS   ((int64_t)50000000) /* a directory that changed so lately may change unseen */

void mlv_pack_freep(struct mlv_pack **pack)
{
	int fd;

	if (!*pack)
		return;
	fd = atomic_load(&(*pack)->fd);
	mlv_fd_close(&fd);
	mlv_buf_release(&(*pack)->bytes);
	free(MLV_TAKE(*pack));
}

void mlv_pack_group_clear(struct mlv_pack_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		mlv_pack_freep(&group->packs[i]);
	free(group->packs);
	*group = (struct mlv_pack_group){ 0 };
}

int mlv_pack_open(const struct mlv_pack_set *set, const struct mlv_pack_id *id,
		     const char *suffix)
{
	char path[MLV_PACK_PATH];

	return mlv_sys_openat(set->root, mlv_pack_path(id, suffix, path),
			      O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
}

/* The file as far as a table may be long. */
static mlv_err read_idx(const struct mlv_pack_set *set, struct mlv_pack *pack)
{
	MLV_SCOPED(mlv_fd_close) int fd = mlv_pack_open(set, &pack->id, MLV_IDX_SUFFIX);

	if (fd < 0)
		return mlv_error_sys("%s/packs: opening a table", set->path);
	return mlv_fs_read_fd(fd, "a table", &pack->bytes);
}

/* The table at the end of the pack itself. */
static mlv_err read_own_table(const struct mlv_pack_set *set, struct mlv_pack *pack)
{
	MLV_SCOPED(mlv_fd_close) int fd = mlv_pack_open(set, &pack->id, MLV_PACK_SUFFIX);
	unsigned char end[MLV_PACK_TRAILER];
	struct mlv_trailer trailer;
	struct stat st;
	mlv_err err;

	mlv_buf_clear(&pack->bytes);
	if (fd < 0 || mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s/packs: opening a pack", set->path);
	if (!S_ISREG(st.st_mode) || st.st_size < MLV_PACK_TRAILER)
		return mlv_error(MLV_E_CORRUPT, "no pack");
	if ((err = mlv_fs_pread_full(fd, "a pack", end, sizeof(end),
				     (uint64_t)st.st_size - sizeof(end))) ||
	    (err = mlv_trailer_parse(end, (uint64_t)st.st_size, &trailer)) ||
	    (err = mlv_buf_reserve(&pack->bytes, trailer.table)) ||
	    (err = mlv_fs_pread_full(fd, "a pack", pack->bytes.ptr, trailer.table,
				     trailer.frames)))
		return err;
	mlv_buf_advance(&pack->bytes, trailer.table);
	if (!mlv_oid_equal(&trailer.oid, &pack->id.oid))
		return mlv_error(MLV_E_CORRUPT, "a pack of another name");
	return mlv_table_open(&pack->table, &pack->id, pack->bytes.ptr, pack->bytes.len);
}

/* Whether a failure is of the machine, not of what is stored; what was removed meanwhile is none. */
static bool is_fatal(mlv_err err)
{
	return err && err->code != MLV_E_CORRUPT && err->code != MLV_E_REFUSED &&
	       err->os_errno != ENOENT && err->os_errno != ELOOP;
}

/* Once for each pack. */
static mlv_err tell_damage(struct mlv_pack_set *set, const struct mlv_pack *pack,
			   const char *suffix, const char *what)
{
	const struct mlv_key key = { (enum mlv_kind)pack->id.class, pack->id.oid };
	char path[MLV_PACK_PATH];
	bool added = false;
	mlv_err err = mlv_key_set_add(&set->told, &key, &added);

	if (!err && added)
		mlv_tell_warning(set->ctx, "%s/%s: %s", set->path,
				 mlv_pack_path(&pack->id, suffix, path), what);
	return err;
}

/* See that the pack is there and has its length; *good tells. */
static mlv_err check_file(struct mlv_pack_set *set, struct mlv_pack *pack, bool *good)
{
	char path[MLV_PACK_PATH];
	struct stat st;

	*good = false;
	mlv_pack_path(&pack->id, MLV_PACK_SUFFIX, path);
	if (mlv_sys_fstatat(set->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return NULL; /* one that is just written, or removed */
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != mlv_table_pack_size(&pack->table))
		return tell_damage(set, pack, MLV_PACK_SUFFIX,
				   "damaged: its length is not what it should be; it is not used");
	pack->mtime = st.st_mtim.tv_sec;
	pack->ctime = st.st_ctim.tv_sec;
	*good = true;
	return NULL;
}

/*
 * Take the table that was read, whose SHA-256 is found, or the pack's own if
 * that one is damaged; *good tells whether the pack can be used.
 */
static mlv_err take_table(struct mlv_pack_set *set, struct mlv_pack *pack,
			  const struct mlv_oid *found, bool *good)
{
	mlv_err err = NULL;

	*good = mlv_oid_equal(found, &pack->id.oid);
	if (*good)
		err = mlv_table_check(&pack->table, pack->bytes.ptr, pack->bytes.len);
	if (!*good || (err && !is_fatal(err))) {
		err = read_own_table(set, pack);
		if (is_fatal(err))
			return err;
		*good = !err;
		if (!err)
			err = tell_damage(set, pack, MLV_IDX_SUFFIX,
					  "damaged; its pack is sound and used without it");
		else if (err->code == MLV_E_CORRUPT)
			err = tell_damage(set, pack, MLV_IDX_SUFFIX,
					  "damaged, and so is its pack; it is not used");
		else
			err = NULL;
	}
	*good = *good && pack->table.class == pack->id.class;
	return err || !*good ? err : check_file(set, pack, good);
}

/* Packs that were listed and are not known yet. */
struct fresh {
	struct mlv_pack **packs;
	size_t count, cap;
};

static void fresh_release(struct fresh *fresh)
{
	for (size_t i = 0; i < fresh->count; i++)
		mlv_pack_freep(&fresh->packs[i]);
	free(fresh->packs);
}

static mlv_err fresh_add(struct fresh *fresh, const struct mlv_pack_id *id)
{
	struct mlv_pack *pack;
	mlv_err err = mlv_array_grow(&fresh->packs, &fresh->cap, fresh->count + 1, sizeof(pack));

	if (err)
		return err;
	if (!(pack = mlv_sys_alloc(sizeof(*pack))))
		return mlv_error_nomem("a pack");
	pack->id = *id;
	pack->bytes = (struct mlv_buf)MLV_BUF_LIMIT(MLV_PACK_MAX);
	atomic_init(&pack->fd, -1);
	fresh->packs[fresh->count++] = pack;
	return NULL;
}

static int by_id(const void *a, const void *b)
{
	const struct mlv_pack *const *one = a, *const *other = b;

	return mlv_pack_id_compare(&(*one)->id, &(*other)->id);
}

struct mlv_pack *mlv_pack_of(const struct mlv_pack_group *group, const struct mlv_pack_id *id)
{
	size_t low = 0, high = group->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = mlv_pack_id_compare(&group->packs[middle]->id, id);

		if (!order)
			return group->packs[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* All tables are hashed together, in lanes. */
static mlv_err load_fresh(struct mlv_pack_set *set, struct fresh *fresh, struct mlv_pack_group *group)
{
	MLV_SCOPED(mlv_mem_free) struct mlv_oid *oids =
		mlv_sys_alloc_array(fresh->count, sizeof(*oids));
	MLV_SCOPED(mlv_mem_free) struct mlv_message *messages =
		mlv_sys_alloc_array(fresh->count, sizeof(*messages));
	mlv_err err;

	if (!oids || !messages)
		return mlv_error_nomem("packs");
	for (size_t i = 0; i < fresh->count; i++) {
		/* What cannot be read is empty, and so has another hash. */
		if ((err = read_idx(set, fresh->packs[i])))
			mlv_buf_clear(&fresh->packs[i]->bytes);
		if (is_fatal(err))
			return err;
		messages[i] = (struct mlv_message){ fresh->packs[i]->bytes.ptr,
						    fresh->packs[i]->bytes.len, &oids[i] };
	}
	if ((err = mlv_sha256_many(messages, fresh->count)) ||
	    (err = mlv_array_grow(&group->packs, &group->cap, group->count + fresh->count,
				  sizeof(*group->packs))))
		return err;
	for (size_t i = 0; i < fresh->count; i++) {
		bool good = false;

		if ((err = take_table(set, fresh->packs[i], &oids[i], &good)))
			return err;
		if (good)
			group->packs[group->count++] = MLV_TAKE(fresh->packs[i]);
	}
	return NULL;
}

/* Drop what was not listed. */
static void drop_gone(struct mlv_pack_set *set, struct mlv_pack_group *group)
{
	size_t kept = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct mlv_pack *pack = group->packs[i];

		if (pack->listed) {
			pack->listed = false;
			group->packs[kept++] = pack;
			continue;
		}
		atomic_fetch_sub(&set->open, atomic_load(&pack->fd) >= 0);
		mlv_pack_freep(&pack);
	}
	group->count = kept;
}

static mlv_err sort_names(DIR *list, const struct mlv_pack_set *set, enum mlv_pack_class class,
			  struct mlv_pack_group *group, struct fresh *fresh)
{
	mlv_err err;

	errno = 0;
	for (struct dirent *e; (e = readdir(list)); errno = 0) {
		struct mlv_pack_id id;
		struct mlv_pack *known;

		if (!mlv_pack_parse_name(e->d_name, MLV_IDX_SUFFIX, &id) || id.class != class)
			continue;
		if ((known = mlv_pack_of(group, &id)))
			known->listed = true;
		else if ((err = fresh_add(fresh, &id)))
			return err;
	}
	return errno ? mlv_error_sys("%s/packs: listing", set->path) : NULL;
}

int64_t mlv_ns_between(const struct timespec *from, const struct timespec *to)
{
	return (int64_t)(to->tv_sec - from->tv_sec) * 1000000000 + (to->tv_nsec - from->tv_nsec);
}

/* What the directory's time is before it is read. */
static void note_time(struct mlv_pack_set *set)
{
	struct timespec now;
	struct stat st;

	if (mlv_sys_fstatat(set->root, "packs", &st, AT_SYMLINK_NOFOLLOW) < 0)
		st = (struct stat){ 0 };
	clock_gettime(CLOCK_REALTIME, &now);
	set->changed = st.st_mtim;
	set->racy = mlv_ns_between(&st.st_mtim, &now) < RACY_NS;
}

/* List the packs of a class; under the lock, to write. */
mlv_err mlv_pack_set_list(struct mlv_pack_set *set, enum mlv_pack_class class)
{
	MLV_SCOPED(fresh_release) struct fresh fresh = { 0 };
	struct mlv_pack_group *group = &set->groups[class];
	MLV_SCOPED(mlv_dir_close) DIR *list = NULL;
	mlv_err err;

	/* Of two classes that are listed at two times the earlier one counts. */
	if (!set->groups[!class].known)
		note_time(set);
	if (!(list = mlv_sys_opendirat(set->root, "packs"))) {
		if (errno != ENOENT)
			return mlv_error_sys("%s/packs", set->path);
		mlv_pack_group_clear(group);
		group->known = true;
		return NULL;
	}
	err = sort_names(list, set, class, group, &fresh);
	drop_gone(set, group);
	if (!err && fresh.count)
		err = load_fresh(set, &fresh, group);
	if (group->count)
		qsort(group->packs, group->count, sizeof(*group->packs), by_id);
	group->known = !err;
	return err;
}

static mlv_err check_own_table(struct mlv_pack_set *set, const struct mlv_pack *pack)
{
	struct mlv_pack own = { .id = pack->id, .bytes = MLV_BUF_LIMIT(MLV_PACK_MAX) };
	mlv_err err = read_own_table(set, &own);

	mlv_buf_release(&own.bytes);
	if (!err || is_fatal(err) || err->code != MLV_E_CORRUPT)
		return is_fatal(err) ? err : NULL;
	return tell_damage(set, pack, MLV_PACK_SUFFIX,
			   "damaged at its end; its table is sound, and it is used by that");
}

mlv_err mlv_pack_set_check(struct mlv_pack_set *set)
{
	mlv_err err = NULL;

	pthread_rwlock_wrlock(&set->lock);
	for (int class = MLV_PACK_DATA; class <= MLV_PACK_NODES && !err; class++) {
		const struct mlv_pack_group *group = &set->groups[class];

		if (!group->known)
			err = mlv_pack_set_list(set, (enum mlv_pack_class)class);
		for (size_t i = 0; i < group->count && !err; i++)
			err = check_own_table(set, group->packs[i]);
	}
	pthread_rwlock_unlock(&set->lock);
	return err;
}
