#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* d_type */
#endif
#include "remote/dir_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fs.h"

#define MAX_DEPTH 64 /* directories below each other */
#define KEY_SIZE 1024

DIR *mlv_dir_open(int dir, const char *path)
{
	int fd = mlv_sys_open_beneath(dir, path, O_RDONLY | O_DIRECTORY, 0);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);

	if (!entries)
		mlv_fd_close(&fd);
	return entries;
}

/* What lies before the last slash of key, "." when there is none. */
static bool parent_of(const char *key, char parent[static KEY_SIZE])
{
	const char *slash = strrchr(key, '/');
	size_t len = slash ? (size_t)(slash - key) : 1;

	if (len >= KEY_SIZE)
		return false;
	memcpy(parent, slash ? key : ".", len);
	parent[len] = '\0';
	return true;
}

int mlv_dir_open_parent(int root, const char *key)
{
	char parent[KEY_SIZE];

	if (!parent_of(key, parent)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return mlv_sys_open_beneath(root, parent, O_RDONLY | O_DIRECTORY, 0);
}

/* Make the directory name in dir and open it. */
static mlv_err make_one(int dir, const char *name, bool sync, int *fd)
{
	if (mlv_sys_mkdirat(dir, name, 0777) == 0) {
		if (sync && mlv_sys_fsync(dir) < 0)
			return mlv_error_sys("%s: syncing its directory", name);
	} else if (errno != EEXIST) {
		return mlv_error_sys("%s: making the directory", name);
	}
	*fd = mlv_sys_open_beneath(dir, name, O_RDONLY | O_DIRECTORY, 0);
	return *fd < 0 ? mlv_error_sys("%s", name) : NULL;
}

/* Go down from *at by each component of path, making what is missing. */
static mlv_err make_below(int *at, const char *path, bool sync)
{
	char part[KEY_SIZE];

	for (const char *name = path; *name;) {
		size_t len = strcspn(name, "/");
		int next = -1;
		mlv_err err;

		if (len >= sizeof(part))
			return mlv_error(MLV_E_REFUSED, "%s: name too long", path);
		memcpy(part, name, len);
		part[len] = '\0';
		if ((err = make_one(*at, part, sync, &next)))
			return mlv_error_wrap(err, "%s", path);
		mlv_fd_close(at);
		*at = next;
		name += len + (name[len] == '/');
	}
	return NULL;
}

mlv_err mlv_dir_make(int root, const char *path, bool sync, int *fd)
{
	MLV_SCOPED(mlv_fd_close) int at = mlv_sys_open_beneath(root, path, O_RDONLY | O_DIRECTORY, 0);
	mlv_err err;

	if (at < 0 && errno == ENOENT) {
		at = mlv_sys_open_beneath(root, ".", O_RDONLY | O_DIRECTORY, 0);
		if (at >= 0 && (err = make_below(&at, path, sync)))
			return err;
	}
	if (at < 0)
		return mlv_error_sys("%s", path);
	*fd = at;
	at = -1;
	return NULL;
}

mlv_err mlv_dir_make_parent(int root, const char *key, bool sync, int *fd)
{
	char parent[KEY_SIZE];

	if (!parent_of(key, parent))
		return mlv_error(MLV_E_REFUSED, "%s: name too long", key);
	return mlv_dir_make(root, parent, sync, fd);
}

/* ---- listing ---- */

struct walk {
	struct mlv_ctx *ctx;
	const char *url;
	const char *prefix;
	mlv_list_fn fn;
	void *arg;
	char key[KEY_SIZE]; /* of what is looked at */
};

/* Whether keys that begin with the len bytes of w->key may begin with the prefix. */
static bool may_match(const struct walk *w, size_t len)
{
	size_t prefix = strlen(w->prefix);

	return strncmp(w->key, w->prefix, len < prefix ? len : prefix) == 0;
}

static mlv_err walk_dir(struct walk *w, int dir, const char *name, size_t len, unsigned depth);

/* One entry, whose key of len bytes stands in w->key. */
static mlv_err walk_entry(struct walk *w, int dir, const struct dirent *e, size_t len,
			  unsigned depth)
{
	bool is_dir = e->d_type == DT_DIR;
	struct stat st = { 0 };

	if (e->d_type != DT_DIR && e->d_type != DT_REG && e->d_type != DT_UNKNOWN)
		return NULL;
	if (!is_dir) {
		if (mlv_sys_fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return errno == ENOENT ? NULL : mlv_error_sys("%s/%s", w->url, w->key);
		is_dir = S_ISDIR(st.st_mode);
	}
	if (is_dir) {
		w->key[len] = '/';
		w->key[len + 1] = '\0';
		return may_match(w, len + 1) ? walk_dir(w, dir, e->d_name, len + 1, depth + 1)
					     : NULL;
	}
	if (!S_ISREG(st.st_mode) || len < strlen(w->prefix) || !may_match(w, len) ||
	    !mlv_transport_key_is_good(w->key))
		return NULL;
	return w->fn(w->arg, w->key, (uint64_t)st.st_size);
}

static mlv_err walk_dir(struct walk *w, int dir, const char *name, size_t len, unsigned depth)
{
	MLV_SCOPED(mlv_dir_close) DIR *entries = NULL;
	mlv_err err = mlv_ctx_check_stop(w->ctx);

	if (err || depth > MAX_DEPTH)
		return err;
	entries = mlv_dir_open(dir, name);
	if (!entries) {
		if (errno == ENOENT || errno == ENOTDIR)
			return NULL;
		return mlv_error_recode(mlv_error_sys("%s/%s", w->url, w->key), MLV_E_REMOTE);
	}
	for (struct dirent *e; (e = readdir(entries));) {
		size_t size = strlen(e->d_name);

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    len + size + 2 > sizeof(w->key) ||
		    (depth == 0 && strcmp(e->d_name, "tmp") == 0))
			continue;
		memcpy(w->key + len, e->d_name, size + 1);
		if ((err = walk_entry(w, dirfd(entries), e, len + size, depth)))
			return err;
	}
	return NULL;
}

mlv_err mlv_dir_list(struct mlv_ctx *ctx, int root, const char *url, const char *prefix,
		     mlv_list_fn fn, void *arg)
{
	struct walk w = { .ctx = ctx, .url = url, .prefix = prefix, .fn = fn, .arg = arg };
	const char *slash = strrchr(prefix, '/');
	size_t len = slash ? (size_t)(slash - prefix) + 1 : 0;
	char start[KEY_SIZE];

	/* Begin at the directory that the prefix names, not at the root. */
	if (len >= sizeof(start))
		return mlv_error(MLV_E_REFUSED, "%s: prefix too long", url);
	memcpy(start, slash ? prefix : ".", len ? len : 1);
	start[len ? len : 1] = '\0';
	memcpy(w.key, prefix, len);
	return walk_dir(&w, root, start, len, len > 0);
}
