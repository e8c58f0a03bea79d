/* store_dir_list.c - what lies in a store in a directory. */
#include "core/store/store_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

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

static mlv_err each_in(struct mlv_dir *dir, enum mlv_kind kind, unsigned fan, mlv_key_fn fn,
		       void *arg)
{
	static const char *const tops[] = { "objects", "large", "large", "nodes" };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	char path[16];
	mlv_err err;

	snprintf(path, sizeof(path), "%s/%02x", tops[kind], fan);
	if ((err = mlv_dir_names(dir, path, &names)))
		return err;
	for (size_t i = 0; i < names.count; i++) {
		struct mlv_stored stored = { 0 };
		struct mlv_key key;

		if (!key_of_name(kind, fan, names.at[i], &key))
			continue;
		if ((err = mlv_dir_stat(dir, &key, &stored)) ||
		    (stored.there && (err = fn(arg, &key, stored.len))))
			return err;
	}
	return NULL;
}

mlv_err mlv_dir_each(void *self, mlv_key_fn fn, void *arg)
{
	mlv_err err;

	for (int kind = MLV_KIND_OBJECT; kind <= MLV_KIND_NODE; kind++) {
		for (unsigned fan = 0; fan < 256; fan++) {
			if ((err = each_in(self, (enum mlv_kind)kind, fan, fn, arg)))
				return err;
		}
	}
	return NULL;
}
