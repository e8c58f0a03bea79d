#include "remote/dir_batch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "remote/dir_walk.h"

/*
 * So many temporaries stay open and are synced one by one, and so many
 * directories; with more, one sync of the file system is cheaper.
 */
#define FEW 31

void mlv_dir_batch_init(struct mlv_dir_batch *batch)
{
	*batch = (struct mlv_dir_batch){ 0 };
	pthread_mutex_init(&batch->lock, NULL);
}

/* Forget what waits; a temporary that has no name yet is removed. */
static void drop(struct mlv_dir_batch *batch, int root)
{
	MLV_SCOPED(mlv_fd_close) int tmp = -1;

	if (batch->count > 0)
		tmp = mlv_sys_open_beneath(root, "tmp", O_RDONLY | O_DIRECTORY, 0);
	for (size_t i = 0; i < batch->count; i++) {
		mlv_fd_close(&batch->at[i].fd);
		if (tmp >= 0 && batch->at[i].temp[0])
			(void)unlinkat(tmp, batch->at[i].temp, 0);
		free(batch->at[i].key);
	}
	batch->count = 0;
}

void mlv_dir_batch_release(struct mlv_dir_batch *batch, int root)
{
	drop(batch, root);
	free(batch->at);
	pthread_mutex_destroy(&batch->lock);
}

static mlv_err append(struct mlv_dir_batch *batch, struct mlv_dir_waiting *waiting)
{
	mlv_err err = mlv_array_grow(&batch->at, &batch->cap, batch->count + 1,
				     sizeof(*batch->at));

	if (err)
		return err;
	if (batch->count >= FEW && mlv_sys_close(&waiting->fd) < 0)
		return mlv_error_sys("%s: writing", waiting->key);
	batch->at[batch->count++] = *waiting;
	return NULL;
}

mlv_err mlv_dir_batch_add(struct mlv_dir_batch *batch, const char *key, const char *temp, int *fd)
{
	struct mlv_dir_waiting waiting = { .key = mlv_sys_strdup(key), .fd = *fd };
	mlv_err err;

	*fd = -1;
	memcpy(waiting.temp, temp, strlen(temp) + 1);
	pthread_mutex_lock(&batch->lock);
	err = waiting.key ? append(batch, &waiting) : mlv_error_nomem("a key");
	pthread_mutex_unlock(&batch->lock);
	if (err) {
		mlv_fd_close(&waiting.fd);
		free(waiting.key);
	}
	return err;
}

/* The first FEW are open, in the order in which they came; the others are at rest. */
static mlv_err sync_bytes(struct mlv_dir_batch *batch, int root, const char *url)
{
	if (batch->count > FEW)
		return mlv_sys_syncfs(root) < 0 ? mlv_error_sys("%s: syncing", url) : NULL;
	for (size_t i = 0; i < batch->count; i++)
		if (mlv_sys_fsync(batch->at[i].fd) < 0 || mlv_sys_close(&batch->at[i].fd) < 0)
			return mlv_error_sys("%s/%s: syncing", url, batch->at[i].key);
	return NULL;
}

static int compare_keys(const void *a, const void *b)
{
	const struct mlv_dir_waiting *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static size_t parent_len(const char *key)
{
	const char *slash = strrchr(key, '/');

	return slash ? (size_t)(slash - key) : 0;
}

static bool is_beside(const struct mlv_dir_waiting *a, const struct mlv_dir_waiting *b)
{
	size_t len = parent_len(a->key);

	return len == parent_len(b->key) && memcmp(a->key, b->key, len) == 0;
}

/* The end of those from position at whose keys lie in one directory. */
static size_t group_end(const struct mlv_dir_batch *batch, size_t at)
{
	size_t end = at + 1;

	while (end < batch->count && is_beside(&batch->at[at], &batch->at[end]))
		end++;
	return end;
}

static bool has_few_groups(const struct mlv_dir_batch *batch)
{
	size_t groups = 0;

	for (size_t at = 0; at < batch->count && groups <= FEW; at = group_end(batch, at))
		groups++;
	return groups <= FEW;
}

/* Name those in [at, end), which lie in one directory; sync: that, and what is made above it. */
static mlv_err name_group(struct mlv_dir_batch *batch, int root, int tmp, size_t at, size_t end,
			  bool sync)
{
	MLV_SCOPED(mlv_fd_close) int parent = -1;
	mlv_err err = mlv_dir_make_parent(root, batch->at[at].key, sync, &parent);

	if (err)
		return err;
	for (; at < end; at++) {
		struct mlv_dir_waiting *waiting = &batch->at[at];
		size_t len = parent_len(waiting->key);

		if (mlv_sys_renameat(tmp, waiting->temp, parent,
				     waiting->key + len + (len > 0)) < 0)
			return mlv_error_sys("%s: renaming into place", waiting->key);
		waiting->temp[0] = '\0';
	}
	if (sync && mlv_sys_fsync(parent) < 0)
		return mlv_error_sys("%s: syncing its directory", batch->at[end - 1].key);
	return NULL;
}

static mlv_err name_all(struct mlv_dir_batch *batch, int root, const char *url)
{
	MLV_SCOPED(mlv_fd_close) int tmp =
		mlv_sys_open_beneath(root, "tmp", O_RDONLY | O_DIRECTORY, 0);
	bool few = has_few_groups(batch);
	mlv_err err = tmp < 0 ? mlv_error_sys("tmp") : NULL;

	for (size_t at = 0, end; !err && at < batch->count; at = end) {
		end = group_end(batch, at);
		err = name_group(batch, root, tmp, at, end, few);
	}
	if (!err && !few && mlv_sys_syncfs(root) < 0)
		err = mlv_error_sys("syncing");
	return err ? mlv_error_wrap(err, "%s", url) : NULL;
}

mlv_err mlv_dir_batch_publish(struct mlv_dir_batch *batch, int root, const char *url)
{
	mlv_err err = NULL;

	pthread_mutex_lock(&batch->lock);
	if (batch->count > 0) {
		err = sync_bytes(batch, root, url);
		qsort(batch->at, batch->count, sizeof(*batch->at), compare_keys);
	}
	if (!err && batch->count > 0)
		err = name_all(batch, root, url);
	drop(batch, root);
	pthread_mutex_unlock(&batch->lock);
	return err;
}
