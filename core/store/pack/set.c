#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* UTIME_NOW */
#endif
#include "core/store/pack/set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/pack/set_impl.h"

#define OPEN_MOST 128 /* descriptors of packs that stay open */

mlv_err mlv_pack_set_new(struct mlv_pack_set **out, struct mlv_ctx *ctx, int root,
			 const char *path)
{
	struct mlv_pack_set *set = mlv_sys_alloc(sizeof(*set));

	if (!set || !(set->path = mlv_sys_strdup(path))) {
		free(set);
		return mlv_error_nomem("packs");
	}
	set->ctx = ctx;
	set->root = root;
	pthread_rwlock_init(&set->lock, NULL);
	*out = set;
	return NULL;
}

void mlv_pack_set_freep(struct mlv_pack_set **set)
{
	if (!*set)
		return;
	for (size_t i = 0; i < MLV_COUNT((*set)->groups); i++)
		mlv_pack_group_clear(&(*set)->groups[i]);
	mlv_key_set_release(&(*set)->told);
	pthread_rwlock_destroy(&(*set)->lock);
	free((*set)->path);
	free(MLV_TAKE(*set));
}

/* Take the lock to read, with the packs of class known. */
static mlv_err lock_known(struct mlv_pack_set *set, enum mlv_pack_class class)
{
	mlv_err err = NULL;

	pthread_rwlock_rdlock(&set->lock);
	while (!set->groups[class].known) {
		pthread_rwlock_unlock(&set->lock);
		pthread_rwlock_wrlock(&set->lock);
		if (!set->groups[class].known)
			err = mlv_pack_set_list(set, class);
		pthread_rwlock_unlock(&set->lock);
		if (err)
			return err;
		pthread_rwlock_rdlock(&set->lock);
	}
	return NULL;
}

/* The pack that key is in, or NULL; where the last one was found is looked at first. */
static struct mlv_pack *pack_with(struct mlv_pack_group *group, const struct mlv_key *key,
				  struct mlv_pack_record *record)
{
	const size_t last = atomic_load(&group->last);

	for (size_t i = 0; i < group->count; i++) {
		const size_t at = (last + i) % group->count;

		if (mlv_table_find(&group->packs[at]->table, key, record)) {
			if (at != last)
				atomic_store(&group->last, at);
			return group->packs[at];
		}
	}
	return NULL;
}

mlv_err mlv_pack_set_find(struct mlv_pack_set *set, const struct mlv_key *key,
			  struct mlv_packed *packed, bool *there)
{
	const enum mlv_pack_class class = mlv_pack_class_of(key->kind);
	const struct mlv_pack *pack;
	mlv_err err = lock_known(set, class);

	*there = false;
	if (err)
		return err;
	if ((pack = pack_with(&set->groups[class], key, &packed->record))) {
		packed->pack = pack->id;
		packed->mtime = pack->mtime;
		packed->ctime = pack->ctime;
		*there = true;
	}
	pthread_rwlock_unlock(&set->lock);
	return NULL;
}

/* A descriptor of the pack: one that stays, or *own, which the caller closes. */
static int pack_fd(struct mlv_pack_set *set, struct mlv_pack *pack, int *own)
{
	int fd = atomic_load(&pack->fd), none = -1;

	if (fd >= 0)
		return fd;
	if ((fd = mlv_pack_open(set, &pack->id, MLV_PACK_SUFFIX)) < 0)
		return -1;
	*own = fd;
	if (atomic_load(&set->open) < OPEN_MOST && atomic_compare_exchange_strong(&pack->fd, &none, fd)) {
		atomic_fetch_add(&set->open, 1);
		*own = -1;
	}
	return fd;
}

static mlv_err read_frame(struct mlv_pack_set *set, struct mlv_pack *pack,
			  const struct mlv_pack_record *record, struct mlv_buf *out)
{
	const size_t len = MLV_FRAME_HEAD + (size_t)record->stored;
	MLV_SCOPED(mlv_mem_free) char *frame = mlv_sys_alloc(len);
	MLV_SCOPED(mlv_fd_close) int own = -1;
	char path[MLV_PACK_PATH];
	int fd;
	mlv_err err;

	if (!frame)
		return mlv_error_nomem("a frame of a pack");
	mlv_pack_path(&pack->id, MLV_PACK_SUFFIX, path);
	if ((fd = pack_fd(set, pack, &own)) < 0) {
		err = mlv_error_sys("%s/%s", set->path, path);
		return errno == ENOENT ? mlv_error_recode(err, MLV_E_CORRUPT) : err;
	}
	if ((err = mlv_fs_pread_full(fd, "a pack", frame, len, record->offset)) ||
	    (err = mlv_frame_decode(record, frame, len, out)))
		return mlv_error_wrap(err, "%s/%s", set->path, path);
	return NULL;
}

mlv_err mlv_pack_set_read(struct mlv_pack_set *set, const struct mlv_key *key, unsigned nth,
			  struct mlv_buf *out, bool *there)
{
	const enum mlv_pack_class class = mlv_pack_class_of(key->kind);
	struct mlv_pack_group *group = &set->groups[class];
	struct mlv_pack_record record;
	struct mlv_pack *pack = NULL;
	mlv_err err = lock_known(set, class);

	*there = false;
	if (err)
		return err;
	/* After the likely one all of them, in the order of their ids; so that one comes twice. */
	if (nth == 0)
		pack = pack_with(group, key, &record);
	for (size_t i = 0; nth > 0 && i < group->count && !pack; i++) {
		if (mlv_table_find(&group->packs[i]->table, key, &record) && --nth == 0)
			pack = group->packs[i];
	}
	*there = pack != NULL;
	if (pack)
		err = read_frame(set, pack, &record, out);
	pthread_rwlock_unlock(&set->lock);
	return err;
}

void mlv_pack_set_stale(struct mlv_pack_set *set)
{
	pthread_rwlock_wrlock(&set->lock);
	set->groups[0].known = set->groups[1].known = false;
	pthread_rwlock_unlock(&set->lock);
}

mlv_err mlv_pack_set_renew(struct mlv_pack_set *set, bool *changed)
{
	struct stat st;

	if (mlv_sys_fstatat(set->root, "packs", &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			return mlv_error_sys("%s/packs", set->path);
		st = (struct stat){ 0 };
	}
	pthread_rwlock_rdlock(&set->lock);
	*changed = set->racy || mlv_ns_between(&set->changed, &st.st_mtim) != 0;
	pthread_rwlock_unlock(&set->lock);
	if (*changed)
		mlv_pack_set_stale(set);
	return NULL;
}

void mlv_pack_set_touch(struct mlv_pack_set *set, const struct mlv_pack_id *id)
{
	char path[MLV_PACK_PATH];
	struct mlv_pack *pack;

	pthread_rwlock_rdlock(&set->lock);
	pack = mlv_pack_of(&set->groups[id->class], id);
	/* Another user's pack in a shared store cannot be touched; its age is what it is. */
	if (pack && !atomic_exchange(&pack->touched, true))
		(void)utimensat(set->root, mlv_pack_path(id, MLV_PACK_SUFFIX, path), NULL,
				AT_SYMLINK_NOFOLLOW);
	pthread_rwlock_unlock(&set->lock);
}

mlv_err mlv_pack_set_each(struct mlv_pack_set *set, enum mlv_kind kind, unsigned byte,
			  mlv_record_fn fn, void *arg)
{
	const enum mlv_pack_class class = mlv_pack_class_of(kind);
	const struct mlv_pack_group *group = &set->groups[class];
	mlv_err err = lock_known(set, class);

	if (err)
		return err;
	for (size_t i = 0; i < group->count && !err; i++) {
		struct mlv_pack_record record;
		uint32_t at, end;

		mlv_table_fan(&group->packs[i]->table, byte, &at, &end);
		for (; at < end && !err; at++) {
			mlv_table_record(&group->packs[i]->table, at, &record);
			if (record.key.kind == kind)
				err = fn(arg, &record);
		}
	}
	pthread_rwlock_unlock(&set->lock);
	return err;
}
