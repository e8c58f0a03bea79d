/* config/set.c - changing the files of the settings. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

#include "core/base/fs.h"
#include "core/repo/config/impl.h"
#include "core/repo/git.h"

#define WAIT_TRIES 300 /* of 100 ms */

/* The directory itself is locked: nothing stays behind, and the kernel gives it back. */
mlv_err mlv_config_lock_dir(struct mlv_ctx *ctx, const char *dir, int *fd)
{
	const struct timespec nap = { 0, 100000000 };

	*fd = mlv_sys_openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0);
	if (*fd < 0)
		return mlv_error_sys("%s", dir);
	for (int i = 0; i < WAIT_TRIES; i++) {
		mlv_err err;

		if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
			return NULL;
		if (errno != EWOULDBLOCK)
			return mlv_error_sys("locking %s", dir);
		if ((err = mlv_ctx_check_stop(ctx)))
			return err;
		nanosleep(&nap, NULL);
	}
	return mlv_error(MLV_E_LOCKED, "%s: another process is changing its settings", dir);
}

static mlv_err check_set(const struct mlv_config *config, enum mlv_config_level level,
			 const char *key, const char *value)
{
	const struct mlv_config_key *row = mlv_config_key_find(key);
	const char *why;

	if (!row)
		return mlv_error_recode(mlv_config_key_unknown(key), MLV_E_USAGE);
	if ((why = mlv_config_value_wrong(row, value)))
		return mlv_error(MLV_E_USAGE, "%s: %s: %s", key, row->secret ? "***" : value, why);
	if (level != MLV_CONFIG_REPO)
		return NULL;
	why = mlv_config_forbidden(config, &config->files[level], row, value);
	if (!why && row->type == MLV_CONFIG_URL && mlv_config_url_has_secret(value))
		why = "a secret has no place in a file that goes with the repository";
	return why ? mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: %s", key, why),
				    "set it for this machine only: --local")
		   : NULL;
}

/* Set key, or with value NULL unset it, or with drop remove the section that it names. */
static mlv_err rewrite(struct config_file *file, const char *key, const char *value, bool drop,
		       mode_t mode)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_CONFIG_MAX);
	mlv_err err = mlv_fs_read(AT_FDCWD, file->path, &text);

	if (err && err->code != MLV_E_MISSING)
		return err;
	err = drop ? mlv_git_config_drop(file->path, &text, key)
		   : mlv_git_config_edit(file->path, &text, key, value);
	return err ? err : mlv_fs_replace(AT_FDCWD, file->path, text.ptr, text.len, mode);
}

static mlv_err change(struct mlv_config *config, enum mlv_config_level level, const char *key,
		      const char *value, bool drop)
{
	struct config_file *file = &config->files[level];
	MLV_SCOPED(mlv_fd_close) int lock = -1;
	mlv_err err;

	if (!file->path)
		return mlv_error(MLV_E_MISSING, "there is no %s level of settings here",
				 mlv_config_level_name(level));
	if (value && (err = check_set(config, level, key, value)))
		return err;
	/* Of the user's and the local file others need not read anything. */
	if (level < MLV_CONFIG_REPO &&
	    (err = mlv_fs_mkdirs(AT_FDCWD, file->dir, level == MLV_CONFIG_USER ? 0700 : 0755)))
		return err;
	if ((err = mlv_config_lock_dir(config->ctx, file->dir, &lock)) ||
	    (err = rewrite(file, key, value, drop,
			   level == MLV_CONFIG_USER || level == MLV_CONFIG_LOCAL ? 0600 : 0644)))
		return err;
	return mlv_config_reload(config, level);
}

mlv_err mlv_config_set(struct mlv_config *config, enum mlv_config_level level, const char *key,
		       const char *value)
{
	return change(config, level, key, value, false);
}

mlv_err mlv_config_drop(struct mlv_config *config, enum mlv_config_level level, const char *section)
{
	return change(config, level, section, NULL, true);
}
