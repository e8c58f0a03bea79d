/* store_dir_list.c - what lies in a store in a directory. */
#include "core/store/store_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/sys.h"

mlv_err mlv_dir_names(const struct mlv_dir *dir, const char *path, struct mlv_strs *names)
{
	MLV_SCOPED(mlv_dir_close) DIR *list = mlv_sys_opendirat(dir->root, path);
	mlv_err err;

	if (!list)
		return errno == ENOENT ? NULL : mlv_error_sys("%s/%s", dir->path, path);
	errno = 0;
	for (struct dirent *e; (e = readdir(list)); errno = 0) {
		if ((err = mlv_strs_add(names, e->d_name)))
			return err;
	}
	if (errno)
		return mlv_error_sys("%s/%s: listing", dir->path, path);
	mlv_strs_sort_unique(names);
	return NULL;
}

/* The key that a file of this name is, if it is one of this kind. */
static bool key_of_name(enum mlv_kind kind, unsigned fan, const char *name, struct mlv_key *key)
{
	char hex[MLV_OID_HEX + 1];
	const char *suffix = kind == MLV_KIND_LEAVES ? ".leaves" : "";

	if (strlen(name) < MLV_OID_HEX - 2 || strcmp(name + MLV_OID_HEX - 2, suffix) != 0)
		return false;
	snprintf(hex, sizeof(hex), "%02x%.62s", fan, name);
	key->kind = kind;
	return mlv_oid_parse(hex, MLV_OID_HEX, &key->oid);
}

/* The keys of one kind whose ids begin with one byte. */
struct found {
	struct found_key {
		struct mlv_key key;
		uint64_t len; /* at rest; of what is packed: raw */
	} *keys;
	size_t count, cap;
};

static void found_release(struct found *found)
{
	free(found->keys);
}

static mlv_err found_add(struct found *found, const struct mlv_key *key, uint64_t len)
{
	mlv_err err = mlv_array_grow(&found->keys, &found->cap, found->count + 1,
				     sizeof(*found->keys));

	if (!err)
		found->keys[found->count++] = (struct found_key){ *key, len };
	return err;
}

static mlv_err add_packed(void *arg, const struct mlv_pack_record *record)
{
	return found_add(arg, &record->key, record->raw);
}

static mlv_err add_loose(struct mlv_dir *dir, enum mlv_kind kind, unsigned fan,
			 struct found *found)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	char path[16];
	mlv_err err;

	snprintf(path, sizeof(path), "%s/%02x", mlv_dir_tops[mlv_dir_top(kind)], fan);
	if ((err = mlv_dir_names(dir, path, &names)))
		return err;
	for (size_t i = 0; i < names.count; i++) {
		struct mlv_stored stored = { 0 };
		struct mlv_key key;

		if (!key_of_name(kind, fan, names.at[i], &key))
			continue;
		if ((err = mlv_dir_stat_loose(dir, &key, &stored)) ||
		    (stored.there && (err = found_add(found, &key, stored.len))))
			return err;
	}
	return NULL;
}

static int by_key(const void *a, const void *b)
{
	const struct found_key *one = a, *other = b;

	return mlv_key_compare(&one->key, &other->key);
}

static mlv_err each_in(struct mlv_dir *dir, enum mlv_kind kind, unsigned fan, mlv_key_fn fn,
		       void *arg)
{
	MLV_SCOPED(found_release) struct found found = { 0 };
	mlv_err err = add_loose(dir, kind, fan, &found);

	if (!err && kind != MLV_KIND_LARGE)
		err = mlv_pack_set_each(dir->packs, kind, fan, add_packed, &found);
	if (!err && found.count)
		qsort(found.keys, found.count, sizeof(*found.keys), by_key);
	for (size_t i = 0; i < found.count && !err; i++) {
		/* It may lie at several places. */
		if (!i || by_key(&found.keys[i - 1], &found.keys[i]) != 0)
			err = fn(arg, &found.keys[i].key, found.keys[i].len);
	}
	return err;
}

mlv_err mlv_dir_each(void *self, mlv_key_fn fn, void *arg)
{
	struct mlv_dir *dir = self;
	bool changed;
	mlv_err err = mlv_pack_set_renew(dir->packs, &changed);

	for (int kind = MLV_KIND_OBJECT; kind <= MLV_KIND_NODE && !err; kind++) {
		for (unsigned fan = 0; fan < 256 && !err; fan++)
			err = each_in(dir, (enum mlv_kind)kind, fan, fn, arg);
	}
	return err;
}

mlv_err mlv_dir_each_pack(void *self, mlv_pack_fn fn, void *arg)
{
	struct mlv_dir *dir = self;
	bool changed;
	mlv_err err = mlv_pack_set_renew(dir->packs, &changed);

	return err ? err : mlv_pack_set_each_pack(dir->packs, fn, arg);
}

mlv_err mlv_dir_check_packs(void *self)
{
	struct mlv_dir *dir = self;

	return mlv_pack_set_check(dir->packs);
}

mlv_err mlv_dir_each_record(void *self, const struct mlv_pack_id *id, mlv_record_fn fn, void *arg)
{
	const struct mlv_dir *dir = self;

	return mlv_pack_set_each_record(dir->packs, id, fn, arg);
}

mlv_err mlv_dir_remove_pack(void *self, const struct mlv_pack_id *id)
{
	const struct mlv_dir *dir = self;

	return mlv_pack_set_remove(dir->packs, id);
}

mlv_err mlv_dir_settle(void *self)
{
	const struct mlv_dir *dir = self;

	mlv_err err = mlv_pack_set_sweep(dir->packs, MLV_TEMP_AGE);

	if (!err && mlv_sys_syncfs(dir->root) < 0)
		err = mlv_error_sys("%s: syncing", dir->path);
	return err;
}
