#include "core/repo/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/sys.h"

#define REFLINK_MIN ((uint64_t)128 << 10) /* bytes */

struct mlv_linker {
	struct mlv_repo *repo;
	struct mlv_store *cache;
	struct mlv_seen *seen;
	const struct mlv_spares *spares; /* NULL: none */
	enum mlv_link ways[MLV_LINKS];
	size_t count;
	atomic_bool gone[MLV_LINKS]; /* ways this file system turned out not to have */
};

/* What is being made. */
struct making {
	struct mlv_linker *linker;
	const struct mlv_entry *entry;
	struct mlv_key key;
	int dir;
	const char *name;
	bool sync;
};

void mlv_linker_freep(struct mlv_linker **linker)
{
	if (*linker)
		mlv_seen_freep(&(*linker)->seen);
	free(*linker);
	*linker = NULL;
}

static bool add_way(struct mlv_linker *linker, const char *word, size_t len)
{
	static const char *const names[] = {
		[MLV_LINK_REFLINK] = "reflink", [MLV_LINK_HARDLINK] = "hardlink",
		[MLV_LINK_SYMLINK] = "symlink", [MLV_LINK_COPY] = "copy",
	};

	for (size_t i = 0; i < MLV_LINKS; i++) {
		if (strlen(names[i]) != len || memcmp(names[i], word, len) != 0)
			continue;
		for (size_t k = 0; k < linker->count; k++)
			if (linker->ways[k] == (enum mlv_link)i)
				return true;
		linker->ways[linker->count++] = (enum mlv_link)i;
		return true;
	}
	return false;
}

static mlv_err parse_ways(struct mlv_linker *linker, const char *types)
{
	for (const char *at = types; *at;) {
		size_t len;

		at += strspn(at, ", ");
		len = strcspn(at, ", ");
		if (len && !add_way(linker, at, len))
			return mlv_error_hint(
				mlv_error(MLV_E_SPEC, "cache.type: '%.*s' is no type of link",
					  (int)len, at),
				"mlv config cache.type reflink,copy");
		at += len;
	}
	return NULL;
}

/* What the configuration says. */
static const char *types_of(const struct mlv_repo *repo)
{
	const char *types = repo->config ? mlv_config_get(repo->config, "cache.type", NULL) : NULL;

	return types ? types : "reflink,copy";
}

mlv_err mlv_link_spares(struct mlv_repo *repo, struct mlv_spares *spares)
{
	struct mlv_linker linker = { .repo = repo };
	mlv_err err = parse_ways(&linker, types_of(repo));

	for (size_t i = 0; !err && i < linker.count; i++)
		if (linker.ways[i] == MLV_LINK_HARDLINK || linker.ways[i] == MLV_LINK_SYMLINK)
			return NULL;
	return err ? err : mlv_spares_begin(spares, repo->mlv_fd);
}

void mlv_linker_use(struct mlv_linker *linker, const struct mlv_spares *spares)
{
	linker->spares = spares;
}

mlv_err mlv_linker_new(struct mlv_linker **out, struct mlv_repo *repo, const char *types)
{
	MLV_SCOPED(mlv_linker_freep) struct mlv_linker *linker = mlv_sys_alloc(sizeof(*linker));
	mlv_err err;

	if (!linker)
		return mlv_error_nomem("linking files");
	linker->repo = repo;
	if ((err = parse_ways(linker, types ? types : types_of(repo))) ||
	    (err = mlv_repo_cache(repo, &linker->cache)) ||
	    (err = mlv_seen_load(&linker->seen, repo)))
		return err;
	*out = MLV_TAKE(linker);
	return NULL;
}

mlv_err mlv_linker_save(struct mlv_linker *linker)
{
	return mlv_seen_save(linker->seen);
}

/* See that the cache's open file holds what key names. */
static mlv_err see(struct mlv_linker *linker, const struct mlv_key *key, uint64_t size, int fd)
{
	struct stat before, after;
	mlv_err err;

	if (mlv_sys_fstat(fd, &before) < 0)
		return mlv_error_sys("looking at an object of the cache");
	if (mlv_seen_has(linker->seen, key, &before))
		return NULL;
	if ((err = mlv_store_verify(linker->cache, key, size)))
		return err;
	if (mlv_sys_fstat(fd, &after) < 0)
		return mlv_error_sys("looking at an object of the cache");
	if (before.st_ino != after.st_ino || before.st_ctim.tv_sec != after.st_ctim.tv_sec ||
	    before.st_ctim.tv_nsec != after.st_ctim.tv_nsec)
		return NULL;
	return mlv_seen_note(linker->seen, key, &after);
}

mlv_err mlv_link_verify(struct mlv_linker *linker, const struct mlv_key *key, uint64_t size,
			bool *there)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err = NULL;

	*there = false;
	if (key->kind == MLV_KIND_LARGE) {
		if (!(err = mlv_store_open(linker->cache, key, size, &fd, NULL)))
			err = see(linker, key, size, fd);
	} else {
		err = mlv_store_verify(linker->cache, key, size);
	}
	*there = !err;
	return err && (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT) ? NULL : err;
}

/* Errors that say: not this way, not here. */
static bool is_impossible(int os_errno)
{
	return os_errno == EOPNOTSUPP || os_errno == EXDEV || os_errno == ENOTTY ||
	       os_errno == EINVAL || os_errno == EPERM || os_errno == ENOSYS;
}

static mlv_err failed(const struct making *making, const char *what)
{
	mlv_err err = mlv_error_sys("%s", what);
	char shown[512];

	return mlv_error_wrap(err, "%s", mlv_path_shown(making->entry->path,
							making->entry->path_len, shown,
							sizeof(shown)));
}

static void unmake(const struct making *making)
{
	(void)!mlv_sys_unlinkat(making->dir, making->name, 0);
}

static mlv_err create(const struct making *making, int *fd)
{
	bool exec = making->entry->kind == 'x' || making->entry->kind == 'X';

	*fd = mlv_sys_openat(making->dir, making->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
			     exec ? 0777 : 0666);
	return *fd < 0 ? failed(making, "making a temporary file") : NULL;
}

/* Close a file that was written, synced if that is asked for; it is removed when that fails. */
static mlv_err finish(const struct making *making, int *fd, mlv_err err)
{
	if (!err && making->sync && mlv_sys_fsync(*fd) < 0)
		err = failed(making, "syncing");
	if (!err && mlv_sys_close(fd) < 0)
		err = failed(making, "closing");
	if (err)
		unmake(making);
	return err;
}

static mlv_err copy_small(const struct making *making, int fd)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	mlv_err err = mlv_store_read(making->linker->cache, &making->key, making->entry->size,
				     &bytes);

	return err ? err : mlv_fs_write_full(fd, making->name, bytes.ptr, bytes.len);
}

/* A copy that was made while the object was fetched. */
static mlv_err take_spare(const struct making *making, bool *done)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err = NULL;
	struct stat st;

	*done = making->key.kind == MLV_KIND_LARGE &&
		mlv_spare_take(making->linker->spares, &making->key.oid, making->entry->size,
			       making->dir, making->name);
	if (!*done)
		return NULL;
	fd = mlv_sys_openat(making->dir, making->name, O_RDWR | O_NOFOLLOW, 0);
	if (fd < 0 || mlv_sys_fstat(fd, &st) < 0 ||
	    (making->entry->kind == 'X' &&
	     mlv_sys_fchmod(fd, (st.st_mode & 0777) | 0100 | ((st.st_mode & 0044) >> 2)) < 0))
		err = failed(making, "opening what was fetched");
	return finish(making, &fd, err);
}

static mlv_err make_copy(const struct making *making)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	bool done = false;
	mlv_err err = take_spare(making, &done);

	if (err || done)
		return err;
	if ((err = create(making, &fd)))
		return err;
	if (making->key.kind == MLV_KIND_LARGE)
		err = mlv_store_copy_large(making->linker->cache, &making->key,
					   making->entry->size, fd);
	else
		err = copy_small(making, fd);
	return finish(making, &fd, err);
}

/* Verified after it was made: where it cannot be made, a copy is verified instead. */
static mlv_err make_reflink(const struct making *making, int from, bool *done)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err = create(making, &fd);

	if (err)
		return err;
	if (mlv_sys_reflink(fd, from) < 0) {
		if (!is_impossible(errno))
			err = failed(making, "reflinking from the cache");
		else
			atomic_store(&making->linker->gone[MLV_LINK_REFLINK], true);
		unmake(making);
		return err;
	}
	*done = true;
	return finish(making, &fd, see(making->linker, &making->key, making->entry->size, from));
}

/* Linking changed the object's ctime: what was verified is what it was before. */
static mlv_err note_linked(const struct making *making, int from)
{
	struct stat st;

	if (mlv_sys_fstat(from, &st) < 0)
		return failed(making, "looking at an object of the cache");
	return mlv_seen_note(making->linker->seen, &making->key, &st);
}

static mlv_err make_hardlink(const struct making *making, int from, const char *object, bool *done)
{
	struct stat st, linked;
	mlv_err err = NULL;

	if (mlv_sys_fstat(from, &st) < 0)
		return failed(making, "looking at an object of the cache");
	if ((st.st_mode & 0222) && mlv_sys_fchmod(from, 0444) < 0)
		return is_impossible(errno) ? NULL : failed(making, "protecting an object");
	if (mlv_sys_linkat(AT_FDCWD, object, making->dir, making->name) < 0) {
		if (errno == EMLINK)
			return NULL;
		if (!is_impossible(errno))
			return failed(making, "linking from the cache");
		atomic_store(&making->linker->gone[MLV_LINK_HARDLINK], true);
		return NULL;
	}
	if (mlv_sys_fstatat(making->dir, making->name, &linked, AT_SYMLINK_NOFOLLOW) < 0)
		err = failed(making, "looking at a new link");
	else if (linked.st_ino != st.st_ino || linked.st_dev != st.st_dev)
		err = mlv_error(MLV_E_REFUSED, "%s: the object was replaced while it was linked",
				object);
	else
		err = note_linked(making, from);
	if (err)
		unmake(making);
	*done = !err;
	return err;
}

static mlv_err make_symlink(const struct making *making, const char *object, bool *done)
{
	if (mlv_sys_symlinkat(object, making->dir, making->name) < 0) {
		if (!is_impossible(errno))
			return failed(making, "linking to the cache");
		atomic_store(&making->linker->gone[MLV_LINK_SYMLINK], true);
		return NULL;
	}
	*done = true;
	return NULL;
}

/* Whether a way can be gone for this entry; a copy always can. */
static bool may_go(const struct making *making, enum mlv_link way)
{
	char kind = making->entry->kind;

	if (atomic_load(&making->linker->gone[way]) || !making->entry->size)
		return false;
	if (way == MLV_LINK_REFLINK)
		return making->entry->size >= REFLINK_MIN;
	return way != MLV_LINK_COPY && (kind == 'f' || kind == 'F');
}

static mlv_err try_way(const struct making *making, enum mlv_link way, bool *done)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf object = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int from = -1;
	struct mlv_linker *linker = making->linker;
	mlv_err err;

	err = mlv_store_open(linker->cache, &making->key, making->entry->size, &from, &object);
	/* An object may lie in a pack: then it has no file of its own. */
	if (err && err->code == MLV_E_MISSING && making->key.kind == MLV_KIND_OBJECT)
		return NULL;
	if (err)
		return err;
	if (way == MLV_LINK_REFLINK)
		return make_reflink(making, from, done);
	if (object.ptr[0] != '/')
		return NULL;
	if ((err = see(linker, &making->key, making->entry->size, from)))
		return err;
	if (way == MLV_LINK_HARDLINK)
		return make_hardlink(making, from, object.ptr, done);
	return make_symlink(making, object.ptr, done);
}

/* The object is the link's target: any bytes a target can have. */
static mlv_err make_tracked_link(const struct making *making)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf target = MLV_BUF_LIMIT(MLV_PATH_MAX);
	char shown[512];
	mlv_err err;

	if (!making->entry->size || making->entry->size > MLV_PATH_MAX)
		return mlv_error(MLV_E_CORRUPT, "%s: a link with a target of no possible length",
				 mlv_path_shown(making->entry->path, making->entry->path_len,
						shown, sizeof(shown)));
	if ((err = mlv_store_read(making->linker->cache, &making->key, making->entry->size,
				  &target)))
		return err;
	if (strlen(target.ptr) != target.len)
		return mlv_error(MLV_E_CORRUPT, "%s: a link with a NUL in its target",
				 mlv_path_shown(making->entry->path, making->entry->path_len,
						shown, sizeof(shown)));
	if (mlv_sys_symlinkat(target.ptr, making->dir, making->name) < 0)
		return failed(making, "making a link");
	return NULL;
}

mlv_err mlv_link_make(struct mlv_linker *linker, const struct mlv_entry *entry, int dir,
		      const char *name, bool sync, enum mlv_link *how)
{
	struct making making = { linker, entry, mlv_entry_key(entry), dir, name, sync };
	enum mlv_link unused;
	bool done = false;
	mlv_err err;

	how = how ? how : &unused;
	*how = MLV_LINK_COPY;
	if (entry->kind == 'l')
		return make_tracked_link(&making);
	for (size_t i = 0; i < linker->count && linker->ways[i] != MLV_LINK_COPY; i++) {
		if (!may_go(&making, linker->ways[i]))
			continue;
		if ((err = try_way(&making, linker->ways[i], &done)))
			return err;
		if (done) {
			*how = linker->ways[i];
			return NULL;
		}
	}
	return make_copy(&making);
}
