#include "cmd/migrate_bring.h"

#include <stdlib.h>

#include "cmd/remote_open.h"
#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/base/sys.h"

void mlv_migrate_bring_release(struct mlv_migrate_bring *bring)
{
	for (size_t i = 0; i < bring->count; i++) {
		free(bring->at[i].name);
		mlv_transport_freep(&bring->at[i].transport);
	}
	free(MLV_TAKE(bring->at));
	mlv_repo_freep(&bring->repo);
	pthread_mutex_destroy(&bring->lock);
}

/* Under the lock. */
static mlv_err open_remote(struct mlv_migrate_bring *bring, const char *name,
			   struct mlv_transport **transport)
{
	struct mlv_migrate_remote made = { 0 };
	mlv_err err;

	for (size_t i = 0; i < bring->count; i++) {
		*transport = bring->at[i].transport;
		if (strcmp(bring->at[i].name, name ? name : "") == 0)
			return NULL;
	}
	if ((err = mlv_array_grow(&bring->at, &bring->cap, bring->count + 1, sizeof(*bring->at))) ||
	    (!bring->repo && (err = mlv_repo_open(&bring->repo, bring->run->ctx, bring->root))) ||
	    (err = mlv_cmd_open_remote(bring->run, bring->repo, name, &made.transport)))
		return err;
	if (!(made.name = mlv_sys_strdup(name ? name : ""))) {
		mlv_transport_freep(&made.transport);
		return mlv_error_nomem("a remote's name");
	}
	bring->at[bring->count++] = made;
	*transport = made.transport;
	return NULL;
}

/* A file that what comes is written to. */
struct arriving {
	int to;
	uint64_t have;
};

static mlv_err arriving_write(void *arg, const void *bytes, size_t len)
{
	struct arriving *arriving = arg;
	mlv_err err = mlv_fs_pwrite_full(arriving->to, "what is fetched", bytes, len, arriving->have);

	if (!err)
		arriving->have += len;
	return err;
}

static mlv_err arriving_resume(void *arg, uint64_t *offset)
{
	*offset = ((const struct arriving *)arg)->have;
	return NULL;
}

static mlv_err arriving_restart(void *arg)
{
	struct arriving *arriving = arg;

	arriving->have = 0;
	return mlv_sys_ftruncate(arriving->to, 0) < 0 ? mlv_error_sys("emptying what was fetched")
						      : NULL;
}

mlv_err mlv_migrate_bring(void *arg, const char *remote, const struct mlv_migrate_name *name,
			  int to)
{
	static const char *const layouts[] = { "files/md5/", "" };
	struct mlv_migrate_bring *bring = arg;
	struct mlv_transport *transport = NULL;
	struct arriving arriving = { .to = to };
	const struct mlv_sink sink = { .write = arriving_write, .resume = arriving_resume,
				       .restart = arriving_restart, .arg = &arriving };
	char hex[MLV_MD5_HEX + 1], key[64];
	mlv_err err;

	pthread_mutex_lock(&bring->lock);
	err = open_remote(bring, remote, &transport);
	pthread_mutex_unlock(&bring->lock);
	if (err)
		return err->code == MLV_E_MISSING ? mlv_error_recode(err, MLV_E_REMOTE) : err;
	mlv_md5_format(&name->md5, hex);
	for (size_t i = name->legacy; i < MLV_COUNT(layouts); i++) {
		snprintf(key, sizeof(key), "%s%.2s/%s%s", layouts[i], hex, hex + 2, name->dir ? ".dir" : "");
		err = mlv_transport_get(transport, key, 0, UINT64_MAX, &sink);
		if (!err || err->code != MLV_E_MISSING)
			return err;
		if ((err = arriving_restart(&arriving)))
			return err;
	}
	return mlv_error(MLV_E_MISSING, "%s: not at %s", hex, transport->url);
}
