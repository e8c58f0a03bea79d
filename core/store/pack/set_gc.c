/* pack/set_gc.c - packs as a whole: listed, and removed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/pack/set_impl.h"

static mlv_err list_both(struct mlv_pack_set *set)
{
	mlv_err err = NULL;

	for (int class = MLV_PACK_DATA; class <= MLV_PACK_NODES && !err; class++)
		if (!set->groups[class].known)
			err = mlv_pack_set_list(set, (enum mlv_pack_class)class);
	return err;
}

/* How a pack looks now: it may have been touched, or written again, since it was listed. */
static mlv_err give_pack(const struct mlv_pack_set *set, const struct mlv_pack *pack,
			 mlv_pack_fn fn, void *arg)
{
	struct mlv_pack_look look = { .id = pack->id,
				      .bytes = mlv_table_pack_size(&pack->table) };
	char path[MLV_PACK_PATH];
	struct stat st;

	mlv_pack_path(&pack->id, MLV_PACK_SUFFIX, path);
	if (mlv_sys_fstatat(set->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? NULL : mlv_error_sys("%s/%s", set->path, path);
	look.used = st.st_mtim.tv_sec;
	return fn(arg, &look);
}

mlv_err mlv_pack_set_each_pack(struct mlv_pack_set *set, mlv_pack_fn fn, void *arg)
{
	mlv_err err;

	pthread_rwlock_wrlock(&set->lock);
	err = list_both(set);
	for (size_t class = 0; class < MLV_COUNT(set->groups); class++) {
		const struct mlv_pack_group *group = &set->groups[class];

		for (size_t i = 0; i < group->count && !err; i++)
			err = give_pack(set, group->packs[i], fn, arg);
	}
	pthread_rwlock_unlock(&set->lock);
	return err;
}

static int by_offset(const void *a, const void *b)
{
	const struct mlv_pack_record *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

static mlv_err give_records(const struct mlv_table *table, mlv_record_fn fn, void *arg)
{
	MLV_SCOPED(mlv_mem_free) struct mlv_pack_record *records =
		mlv_sys_alloc_array(table->count + (size_t)1, sizeof(*records));
	mlv_err err = NULL;

	if (!records)
		return mlv_error_nomem("records of a pack");
	for (uint32_t i = 0; i < table->count; i++)
		mlv_table_record(table, i, &records[i]);
	qsort(records, table->count, sizeof(*records), by_offset);
	for (uint32_t i = 0; i < table->count && !err; i++)
		err = fn(arg, &records[i]);
	return err;
}

mlv_err mlv_pack_set_each_record(struct mlv_pack_set *set, const struct mlv_pack_id *id,
				 mlv_record_fn fn, void *arg)
{
	const struct mlv_pack *pack;
	mlv_err err = NULL;

	pthread_rwlock_rdlock(&set->lock);
	pack = mlv_pack_of(&set->groups[id->class], id);
	if (pack)
		err = give_records(&pack->table, fn, arg);
	pthread_rwlock_unlock(&set->lock);
	return err;
}

static mlv_err remove_file(const struct mlv_pack_set *set, const char *path)
{
	if (mlv_sys_unlinkat(set->root, path, 0) < 0 && errno != ENOENT)
		return mlv_error_sys("%s/%s: removing", set->path, path);
	return NULL;
}

mlv_err mlv_pack_set_remove(struct mlv_pack_set *set, const struct mlv_pack_id *id)
{
	char path[MLV_PACK_PATH];
	mlv_err err = remove_file(set, mlv_pack_path(id, MLV_IDX_SUFFIX, path));

	mlv_pack_set_stale(set);
	return err ? err : remove_file(set, mlv_pack_path(id, MLV_PACK_SUFFIX, path));
}

/* Remove a file of packs/ if it is a pack without a table. */
static mlv_err sweep_one(const struct mlv_pack_set *set, const char *name, unsigned age)
{
	char path[MLV_PACK_PATH];
	struct mlv_pack_id id;
	struct stat st;

	if (!mlv_pack_parse_name(name, MLV_PACK_SUFFIX, &id) ||
	    mlv_sys_fstatat(set->root, mlv_pack_path(&id, MLV_IDX_SUFFIX, path), &st,
			    AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT ||
	    mlv_sys_fstatat(set->root, mlv_pack_path(&id, MLV_PACK_SUFFIX, path), &st,
			    AT_SYMLINK_NOFOLLOW) < 0 || st.st_mtime > time(NULL) - (time_t)age)
		return NULL;
	return remove_file(set, path);
}

mlv_err mlv_pack_set_sweep(struct mlv_pack_set *set, unsigned age_seconds)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	MLV_SCOPED(mlv_dir_close) DIR *list = mlv_sys_opendirat(set->root, "packs");
	mlv_err err = NULL;

	if (!list)
		return errno == ENOENT ? NULL : mlv_error_sys("%s/packs", set->path);
	for (struct dirent *e; !err && (e = readdir(list));)
		err = mlv_strs_add(&names, e->d_name);
	for (size_t i = 0; i < names.count && !err; i++)
		err = sweep_one(set, names.at[i], age_seconds);
	return err;
}
