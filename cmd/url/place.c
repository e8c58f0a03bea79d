/* url/place.c - what lies at a URL. */
#include "cmd/url/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/remote_open.h"
#include "core/base/path.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "remote/url.h"

#define LISTED_MAX ((uint64_t)256 << 20) /* bytes of memory for what a server lists */
#define NAME_COST  24                    /* of them for each name, besides it */

void mlv_url_place_release(struct mlv_url_place *place)
{
	for (size_t i = 0; i < place->count; i++)
		free(place->files[i].key);
	free(place->files);
	free(place->shown);
	free(place->base);
	mlv_transport_freep(&place->remote);
	*place = (struct mlv_url_place){ 0 };
}

static mlv_err add_file(struct mlv_url_place *place, const char *key, uint64_t size, bool exec)
{
	mlv_err err = mlv_array_grow(&place->files, &place->cap, place->count + 1,
				     sizeof(*place->files));
	char *copy;

	if (err)
		return err;
	if (!(copy = mlv_sys_strdup(key)))
		return mlv_error_nomem("a list");
	place->files[place->count++] = (struct mlv_url_file){ copy, size, exec };
	return NULL;
}

static int by_key(const void *a, const void *b)
{
	const struct mlv_url_file *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static mlv_err not_there(const struct mlv_url_place *place)
{
	return mlv_error(MLV_E_MISSING, "%s: not there", place->shown);
}

/* ---- paths ---- */

static mlv_err list_dir(struct mlv_url_place *place, int dir, struct mlv_buf *path, unsigned depth);

static mlv_err list_entry(struct mlv_url_place *place, int dir, struct mlv_buf *path,
			  const char *name, unsigned depth)
{
	MLV_SCOPED(mlv_fd_close) int below = -1;
	struct stat st;
	mlv_err err;

	if (mlv_sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? NULL : mlv_error_sys("%s/%s", place->shown, path->ptr);
	if (S_ISREG(st.st_mode))
		return add_file(place, path->ptr, (uint64_t)st.st_size, st.st_mode & S_IXUSR);
	if (!S_ISDIR(st.st_mode) || depth >= MLV_PATH_DEPTH) {
		mlv_tell_warning(place->run->ctx, "%s/%s: neither file nor directory, left out",
				 place->shown, path->ptr);
		return NULL;
	}
	below = mlv_sys_openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (below < 0)
		return mlv_error_sys("%s/%s", place->shown, path->ptr);
	err = mlv_buf_add_char(path, '/');
	return err ? err : list_dir(place, below, path, depth + 1);
}

static mlv_err list_dir(struct mlv_url_place *place, int dir, struct mlv_buf *path, unsigned depth)
{
	MLV_SCOPED(mlv_dir_close) DIR *entries = mlv_sys_opendirat(dir, ".");
	size_t len = path->len;
	mlv_err err = NULL;

	if (!entries)
		return mlv_error_sys("%s/%s", place->shown, path->ptr);
	for (struct dirent *e; !err && (e = readdir(entries));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    mlv_path_name_reserved(e->d_name, strlen(e->d_name)))
			continue;
		err = mlv_ctx_check_stop(place->run->ctx);
		if (!err && !(err = mlv_buf_add_str(path, e->d_name)))
			err = list_entry(place, dir, path, e->d_name, depth);
		mlv_buf_truncate(path, len);
	}
	return err;
}

static mlv_err look_at_path(struct mlv_url_place *place)
{
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_LIMIT(MLV_PATH_MAX);
	struct stat st;

	if (mlv_sys_fstatat(AT_FDCWD, place->base, &st, 0) < 0)
		return errno == ENOENT || errno == ENOTDIR ? not_there(place)
							   : mlv_error_sys("%s", place->shown);
	if (S_ISREG(st.st_mode))
		return add_file(place, "", (uint64_t)st.st_size, st.st_mode & S_IXUSR);
	if (!S_ISDIR(st.st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: neither a file nor a directory", place->shown);
	place->dir = true;
	dir = mlv_sys_openat(AT_FDCWD, place->base, O_RDONLY | O_DIRECTORY, 0);
	return dir < 0 ? mlv_error_sys("%s", place->shown) : list_dir(place, dir, &path, 0);
}

/* ---- remotes ---- */

/* Whether a key lies in the same directory of the place as the one before it. */
static bool is_beside_last(const struct mlv_url_place *place, const char *key)
{
	size_t len = strcspn(key, "/");

	return place->count > 0 && key[len] &&
	       strncmp(key, place->files[place->count - 1].key, len + 1) == 0;
}

static mlv_err note_key(void *arg, const char *key, uint64_t size)
{
	struct mlv_url_place *place = arg;
	size_t skip = strlen(place->base);

	key += skip + (skip > 0);
	if (!*key || (place->shallow && is_beside_last(place, key)))
		return NULL;
	place->listed += sizeof(*place->files) + NAME_COST + strlen(key);
	if (place->listed > LISTED_MAX)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: more than %zu files and directories",
						place->shown, place->count),
				      "name one of the directories in it");
	return add_file(place, key, size, false);
}

static mlv_err list_remote(struct mlv_url_place *place)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf prefix = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&prefix, "%s%s", place->base, *place->base ? "/" : "");

	if (!err)
		err = mlv_transport_list(place->remote, prefix.ptr, note_key, place);
	if (err && err->code == MLV_E_REFUSED && place->count == 0)
		return mlv_error_hint(err, "only a single file can be had there: name it");
	place->dir = true;
	return err || place->count > 0 ? err : not_there(place);
}

static mlv_err look_at_remote(struct mlv_url_place *place, bool slash)
{
	uint64_t size = UINT64_MAX;
	bool there = false;
	mlv_err err;

	if (!slash && *place->base) {
		if ((err = mlv_transport_head(place->remote, place->base, &there, &size)))
			return err;
		if (there)
			return add_file(place, "", size, false);
		if (!place->remote->ops->list)
			return not_there(place);
	}
	return list_remote(place);
}

/* Divide what a server of files is asked for into the remote and a key at it. */
static mlv_err split_path(struct mlv_url_place *place, const char *url, struct mlv_buf *base)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT;
	size_t host = (size_t)(strstr(url, "://") - url) + 3, end = strcspn(url, "?"), slash = end;
	mlv_err err;

	while (slash > host && url[slash - 1] != '/')
		slash--;
	if (slash == host)
		slash = end;
	if ((err = mlv_buf_add(base, url, slash)) || (err = mlv_buf_add_str(base, url + end)) ||
	    (err = mlv_url_decode(&key, url + slash, end - slash)))
		return err;
	place->base = mlv_buf_detach(&key);
	return place->base ? NULL : mlv_error_nomem("a URL");
}

static mlv_err split_s3(struct mlv_url_place *place, const char *url, struct mlv_buf *base)
{
	size_t bucket = strlen("s3://") + strcspn(url + strlen("s3://"), "/");
	mlv_err err = mlv_buf_add(base, url, bucket);

	if (err)
		return err;
	place->base = mlv_sys_strdup(url + bucket + strspn(url + bucket, "/"));
	return place->base ? NULL : mlv_error_nomem("a URL");
}

static mlv_err open_remote(struct mlv_url_place *place, struct mlv_repo *repo, const char *url)
{
	const char *name = url + strlen("remote://");
	size_t len = strcspn(name, "/");
	MLV_SCOPED(mlv_mem_free) char *copy = mlv_sys_strndup(name, len);

	place->base = mlv_sys_strdup(name + len + strspn(name + len, "/"));
	if (!copy || !place->base)
		return mlv_error_nomem("a URL");
	if (!repo)
		return mlv_error(MLV_E_USAGE, "%s: remotes are those of a repository, and this is none",
				 url);
	return mlv_cmd_open_remote(place->run, repo, copy, &place->remote);
}

static mlv_err open_url(struct mlv_url_place *place, struct mlv_repo *repo, const char *url,
			bool trusted)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf base = MLV_BUF_INIT;
	struct mlv_remote_settings settings = { .name = place->shown, .trusted = trusted };
	mlv_err err;

	if (strncmp(url, "remote://", strlen("remote://")) == 0)
		return open_remote(place, repo, url);
	err = strncmp(url, "s3://", 5) == 0 ? split_s3(place, url, &base)
					    : split_path(place, url, &base);
	settings.url = base.ptr;
	return err ? err : mlv_transport_open(&place->remote, place->run->ctx, &settings);
}

/* ---- both ---- */

/* Without user, password and query: for messages. */
static mlv_err make_shown(struct mlv_url_place *place, const char *url)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url parts = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	mlv_err err;

	if ((strncmp(url, "http", 4) == 0 || strncmp(url, "sftp", 4) == 0) && strstr(url, "://"))
		err = mlv_url_parse(&parts, url) ? mlv_buf_add_str(&shown, "the URL")
						 : mlv_url_show(&shown, &parts);
	else
		err = mlv_buf_add_str(&shown, url);
	if (!err && !(place->shown = mlv_buf_detach(&shown)))
		err = mlv_error_nomem("a URL");
	return err;
}

/* The path that a URL stands for; *local is false when it stands for none. */
static mlv_err take_path(struct mlv_url_place *place, const char *url, bool *local)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT, typed = MLV_BUF_INIT;
	mlv_err err;

	*local = !strstr(url, "://") || strncmp(url, "file:///", strlen("file:///")) == 0;
	if (!*local)
		return NULL;
	if (strncmp(url, "file:///", strlen("file:///")) != 0)
		err = mlv_buf_add_str(&typed, url);
	else
		err = mlv_url_decode(&typed, url + strlen("file://"),
				     strlen(url + strlen("file://")));
	if (err || (err = mlv_path_absolute(&path, place->run->ctx->cwd, typed.ptr)))
		return err;
	place->base = mlv_buf_detach(&path);
	return place->base ? NULL : mlv_error_nomem("a path");
}

mlv_err mlv_url_place_open(struct mlv_url_place *place, struct mlv_run *run, struct mlv_repo *repo,
			   const char *url, bool trusted)
{
	size_t len = strlen(url);
	bool slash = len > 0 && url[len - 1] == '/', local;
	mlv_err err;

	place->run = run;
	if ((err = make_shown(place, url)) || (err = take_path(place, url, &local)))
		return err;
	if (local) {
		err = look_at_path(place);
	} else if (!(err = open_url(place, repo, url, trusted))) {
		place->remote->any_keys = true;
		len = strlen(place->base);
		while (len > 0 && place->base[len - 1] == '/')
			place->base[--len] = '\0';
		err = look_at_remote(place, slash);
	}
	if (!err && place->count)
		qsort(place->files, place->count, sizeof(*place->files), by_key);
	return err;
}

mlv_err mlv_url_place_version(struct mlv_url_place *place, struct mlv_version *version)
{
	*version = (struct mlv_version){ .by = MLV_VERSION_NONE };
	if (place->dir || !place->remote)
		return NULL;
	return mlv_transport_version(place->remote, place->base, version);
}
