#include "core/repo/trust.h"

#include <fcntl.h>
#include <stdio.h>

#include "core/base/fs.h"
#include "core/base/path.h"

#define MAX_TRUST ((size_t)4 << 20) /* bytes of the file */

/* The file's directory and path; MLV_E_MISSING where the user has no home. */
static mlv_err place(struct mlv_repo *repo, struct mlv_buf *dir, struct mlv_buf *path)
{
	const char *config = mlv_config_file(repo->config, MLV_CONFIG_USER, NULL);
	mlv_err err;

	if (!config)
		return mlv_error(MLV_E_MISSING, "neither XDG_CONFIG_HOME nor HOME is set");
	if ((err = mlv_buf_add(dir, config, (size_t)(strrchr(config, '/') - config))))
		return err;
	return mlv_buf_printf(path, "%s/trust", dir->ptr);
}

/* "<root> TAB <name> TAB": what a line about the remote begins with. */
static mlv_err add_head(struct mlv_repo *repo, const char *name, struct mlv_buf *to)
{
	const char *place = repo->brought_from ? repo->brought_from : repo->root;
	mlv_err err = mlv_path_quote(to, place, strlen(place));

	return err ? err : mlv_buf_printf(to, "\t%s\t", name);
}

/* The remote's line, as it is set now; *own when it does not need one. */
static mlv_err line_of(struct mlv_repo *repo, const char *name, struct mlv_buf *line, bool *own)
{
	enum mlv_config_level level = MLV_CONFIG_USER, of_endpoint = MLV_CONFIG_USER;
	char key[300];
	const char *url, *endpoint;
	mlv_err err;

	snprintf(key, sizeof(key), "remote.%.250s.url", name);
	url = mlv_config_get(repo->config, key, &level);
	if (!url)
		return mlv_error(MLV_E_MISSING, "remote %s: it has no URL", name);
	snprintf(key, sizeof(key), "remote.%.250s.endpointurl", name);
	endpoint = mlv_config_get(repo->config, key, &of_endpoint);
	*own = level != MLV_CONFIG_REPO && of_endpoint != MLV_CONFIG_REPO;
	if ((err = add_head(repo, name, line)) || (err = mlv_buf_add_str(line, url)))
		return err;
	if (endpoint && of_endpoint == MLV_CONFIG_REPO &&
	    (err = mlv_buf_printf(line, " %s", endpoint)))
		return err;
	return mlv_buf_add_char(line, '\n');
}

/* Whether text has this line (its newline included). */
static bool has_line(const struct mlv_buf *text, const struct mlv_buf *line)
{
	for (const char *at = text->ptr; (at = strstr(at, line->ptr)) != NULL; at++)
		if (at == text->ptr || at[-1] == '\n')
			return true;
	return false;
}

static mlv_err read_trust(const char *path, struct mlv_buf *text)
{
	mlv_err err = mlv_fs_read(AT_FDCWD, path, text);

	return err && err->code == MLV_E_MISSING ? NULL : err;
}

mlv_err mlv_trust_check(struct mlv_repo *repo, const char *name, bool *trusted)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT, path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MAX_TRUST);
	bool own = false;
	mlv_err err;

	if ((err = line_of(repo, name, &line, &own)))
		return err;
	if (own) {
		*trusted = true;
		return NULL;
	}
	err = place(repo, &dir, &path);
	if (!err)
		err = read_trust(path.ptr, &text);
	else if (err->code == MLV_E_MISSING)
		err = NULL;
	if (!err)
		*trusted = has_line(&text, &line);
	return err;
}

/* Copy text without the lines that begin with head. */
static mlv_err drop_lines(const struct mlv_buf *text, const struct mlv_buf *head,
			  struct mlv_buf *to)
{
	for (const char *at = text->ptr; *at;) {
		size_t len = strcspn(at, "\n");
		mlv_err err = NULL;

		len += at[len] == '\n';
		if (strncmp(at, head->ptr, head->len) != 0)
			err = mlv_buf_add(to, at, len);
		if (err)
			return err;
		at += len;
	}
	return to->len && to->ptr[to->len - 1] != '\n' ? mlv_buf_add_char(to, '\n') : NULL;
}

mlv_err mlv_trust_add(struct mlv_repo *repo, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT, path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT, head = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MAX_TRUST);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf kept = MLV_BUF_LIMIT(MAX_TRUST);
	MLV_SCOPED(mlv_fd_close) int lock = -1;
	bool own = false;
	mlv_err err;

	if ((err = line_of(repo, name, &line, &own)))
		return err;
	if (own)
		return NULL;
	if ((err = add_head(repo, name, &head)) || (err = place(repo, &dir, &path)) ||
	    (err = mlv_fs_mkdirs(AT_FDCWD, dir.ptr, 0700)) ||
	    (err = mlv_config_lock_dir(repo->ctx, dir.ptr, &lock)) ||
	    (err = read_trust(path.ptr, &text)) || (err = drop_lines(&text, &head, &kept)) ||
	    (err = mlv_buf_add(&kept, line.ptr, line.len)))
		return err;
	return mlv_fs_replace(AT_FDCWD, path.ptr, kept.ptr, kept.len, 0600);
}
