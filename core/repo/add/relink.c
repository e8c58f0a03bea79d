#include "core/repo/add/relink.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/sys.h"
#include "core/repo/link.h"
#include "core/repo/seen.h"

bool mlv_add_wants_links(const struct mlv_repo *repo)
{
	const char *types = mlv_config_get(repo->config, "cache.type", NULL);

	types = types ? types + strspn(types, ", ") : "";
	return strncmp(types, "hardlink", 8) == 0 || strncmp(types, "symlink", 7) == 0;
}

/* The directory that an item lies in, and its name there. */
static mlv_err open_place(const struct mlv_scan *scan, const struct mlv_scan_item *item, int *dir,
			  const char **name)
{
	const char *path = mlv_scan_below_top(scan, item), *slash = strrchr(path, '/');
	MLV_SCOPED(mlv_mem_free) char *above = mlv_sys_strndup(
		slash ? path : ".", slash ? (size_t)(slash - path) : 1);

	if (!above)
		return mlv_error_nomem("a path");
	*name = slash ? slash + 1 : path;
	*dir = mlv_sys_open_beneath(scan->fd, above, O_RDONLY | O_DIRECTORY, 0);
	return *dir < 0 ? mlv_error_sys("%s", above) : NULL;
}

/* Whether what is at name is still the file that was stored, and not the object itself. */
static bool may_replace(const struct mlv_scan *scan, const struct mlv_scan_item *item, int dir,
			const char *name, const struct mlv_key *key)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct mlv_index_stat now;
	struct stat st, object;

	if (mlv_sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return false;
	now = mlv_index_stat_of(&st, scan->home);
	if (now.inode != item->stat.inode || now.size != item->stat.size ||
	    now.mtime != item->stat.mtime || now.ctime != item->stat.ctime)
		return false;
	if (st.st_nlink < 2)
		return true;
	return mlv_store_open(scan->repo->cache, key, item->size, &fd, NULL) == NULL &&
	       mlv_sys_fstat(fd, &object) == 0 &&
	       (object.st_ino != st.st_ino || object.st_dev != st.st_dev);
}

static mlv_err relink_one(struct mlv_scan *scan, size_t at, struct mlv_linker *linker)
{
	struct mlv_scan_item *item = &scan->items[at];
	struct mlv_entry entry = mlv_scan_entry(scan, at);
	struct mlv_key key = mlv_entry_key(&entry);
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	enum mlv_link how;
	const char *name;
	char temp[64];
	struct stat st;
	mlv_err err = open_place(scan, item, &dir, &name);

	if (err || !may_replace(scan, item, dir, name, &key))
		return err;
	snprintf(temp, sizeof(temp), ".mlv-tmp-link-%ld-%zu", (long)getpid(), at);
	if ((err = mlv_link_make(linker, &entry, dir, temp, true, &how)))
		return err;
	if ((how != MLV_LINK_HARDLINK && how != MLV_LINK_SYMLINK) ||
	    !may_replace(scan, item, dir, name, &key)) {
		(void)!mlv_sys_unlinkat(dir, temp, 0);
		return NULL;
	}
	if (mlv_sys_renameat(dir, temp, dir, name) < 0) {
		err = mlv_error_sys("%s: linking to the cache", name);
		(void)!mlv_sys_unlinkat(dir, temp, 0);
		return err;
	}
	if (mlv_sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return mlv_error_sys("%s", name);
	item->stat = mlv_index_stat_of(&st, scan->home);
	return NULL;
}

mlv_err mlv_add_relink(struct mlv_scan *scan)
{
	MLV_SCOPED(mlv_linker_freep) struct mlv_linker *linker = NULL;
	mlv_err err;

	if (!mlv_add_wants_links(scan->repo))
		return NULL;
	if ((err = mlv_linker_new(&linker, scan->repo, NULL)))
		return err;
	for (size_t i = 0; i < scan->count && !err; i++) {
		const struct mlv_scan_item *item = &scan->items[i];

		if ((item->kind == 'f' || item->kind == 'F') && item->size && !item->in_cache &&
		    !item->through && !(err = mlv_ctx_check_stop(scan->repo->ctx)))
			err = relink_one(scan, i, linker);
	}
	return err ? err : mlv_linker_save(linker);
}

mlv_err mlv_add_note_seen(const struct mlv_scan *scan)
{
	MLV_SCOPED(mlv_mem_free) struct mlv_key *keys = NULL;
	MLV_SCOPED(mlv_mem_free) uint64_t *sizes = NULL;
	size_t large = 0, count = 0;

	for (size_t i = 0; i < scan->count; i++)
		large += scan->items[i].kind == 'F' && !scan->items[i].stored;
	if (!large)
		return NULL;
	keys = mlv_sys_alloc_array(large, sizeof(*keys));
	sizes = mlv_sys_alloc_array(large, sizeof(*sizes));
	if (!keys || !sizes)
		return mlv_error_nomem("keys");
	for (size_t i = 0; i < scan->count; i++) {
		const struct mlv_scan_item *item = &scan->items[i];

		if (item->kind != 'F' || item->stored)
			continue;
		keys[count] = (struct mlv_key){ MLV_KIND_LARGE, item->oid };
		sizes[count++] = item->size;
	}
	return mlv_seen_note_keys(scan->repo, keys, sizes, count);
}
