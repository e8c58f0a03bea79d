/* http/auth.c - how we say who we are to a web server, and to which ones we do. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "remote/base64.h"
#include "remote/http/netrc.h"
#include "remote/settings.h"
#include "remote/transport/http.h"

#define NETRC_MAX ((size_t)1 << 20)

struct identity {
	const char *user, *password, *token, *custom;
	struct mlv_netrc netrc; /* what user and password may point into */
};

static void identity_release(struct identity *id)
{
	mlv_netrc_release(&id->netrc);
}

void mlv_http_login_release(struct mlv_http_login *login)
{
	mlv_secret_freep(&login->header);
	mlv_secret_freep(&login->digest_user);
	mlv_secret_freep(&login->digest_password);
}

static mlv_err find_identity(const struct mlv_remote_settings *settings, const struct mlv_url *url,
			     struct identity *id)
{
	mlv_err err;

	if ((err = mlv_setting_login(settings, "user", &id->user)) ||
	    (err = mlv_setting_login(settings, "password", &id->password)) ||
	    (err = mlv_setting_login(settings, "token", &id->token)) ||
	    (err = mlv_setting_login(settings, "custom_auth_header", &id->custom)))
		return err;
	if (!id->user)
		id->user = url->user;
	return id->password ? NULL : mlv_setting_url_password(settings, url, &id->password);
}

static bool may_be_sent(const struct mlv_remote_settings *settings, const struct mlv_url *url)
{
	return strcmp(url->scheme, "https") == 0 || mlv_url_is_loopback(url) ||
	       mlv_setting_own_false(settings, "use_ssl");
}

/* Whether a secret may go to url at all. */
static mlv_err check_destination(const struct mlv_remote_settings *settings,
				 const struct mlv_url *url)
{
	if (!settings->trusted)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "remote %s: credentials are sent to %s only "
						"once you trust it", settings->name, url->host),
				      "mlv remote trust %s", settings->name);
	if (may_be_sent(settings, url))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "remote %s: credentials would be sent in the "
					"clear to %s", settings->name, url->host),
			      "use https://, or: mlv config --local remote.%s.use_ssl false",
			      settings->name);
}

/* ---- .netrc ---- */

/* Where it is: NETRC, "" for nowhere, else .netrc of the home directory. */
static mlv_err netrc_path(struct mlv_ctx *ctx, struct mlv_buf *path)
{
	const char *named = ctx->env(ctx, "NETRC"), *home = ctx->env(ctx, "HOME");

	if (named)
		return mlv_buf_add_str(path, named);
	return home && home[0] ? mlv_buf_printf(path, "%s/.netrc", home) : NULL;
}

/* *shared: others may read it. One that is not there is empty, unless it is named. */
static mlv_err read_netrc(struct mlv_ctx *ctx, const char *path, struct mlv_buf *text, bool *shared)
{
	MLV_SCOPED(mlv_fd_close) int fd = mlv_sys_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	const bool named = ctx->env(ctx, "NETRC") != NULL;
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR) && !named)
		return NULL;
	if (fd < 0 || mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_hint(mlv_error_sys("%s", path), "set NETRC to the file with logins, or to "
				      "nothing for none");
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_SPEC, "%s: not a regular file", path);
	*shared = (st.st_mode & 077) != 0;
	return mlv_fs_read_fd(fd, path, text);
}

/*
 * Take what .netrc says of the host. Where nobody asked for a login, it may be that none is wanted:
 * one that may not be sent there is no failure then.
 */
static void take_netrc(struct mlv_ctx *ctx, const struct mlv_remote_settings *settings,
		       const struct mlv_url *url, const char *path, struct identity *id)
{
	if (!id->user && !settings->trusted) {
		mlv_tell_warning(ctx, "remote %s: the login for %s in %s is not used before: "
				 "mlv remote trust %s", settings->name, url->host, path, settings->name);
	} else if (!id->user && !may_be_sent(settings, url)) {
		mlv_tell_warning(ctx, "remote %s: the login for %s in %s is not sent in the clear; "
				 "use https://, or: mlv config --local remote.%s.use_ssl false",
				 settings->name, url->host, path, settings->name);
	} else {
		id->user = id->netrc.user;
		id->password = id->netrc.password;
	}
}

static mlv_err ask_netrc(struct mlv_ctx *ctx, const struct mlv_remote_settings *settings,
			 const struct mlv_url *url, struct identity *id)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf host = MLV_BUF_INIT;
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(NETRC_MAX);
	bool bracket = url->host[0] == '[', shared = false;
	mlv_err err = netrc_path(ctx, &path);

	if (err || !path.len || (err = read_netrc(ctx, path.ptr, &text, &shared)) ||
	    (err = mlv_buf_add(&host, url->host + bracket, strlen(url->host) - 2 * bracket)) ||
	    (err = mlv_netrc_find(&id->netrc, text.ptr, text.len, host.ptr, id->user)))
		return err;
	if (id->netrc.wrong_line)
		mlv_tell_warning(ctx, "%s:%llu: not what a .netrc holds; nothing of it is used", path.ptr,
				 (unsigned long long)id->netrc.wrong_line);
	if (!id->netrc.user)
		return NULL;
	if (shared)
		mlv_tell_warning(ctx, "%s holds a secret and others may read it; chmod 600 %s", path.ptr,
				 path.ptr);
	take_netrc(ctx, settings, url, path.ptr, id);
	return NULL;
}

/* ---- logging in ---- */

static mlv_err add_basic(struct mlv_buf *to, const struct identity *id)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf plain = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&plain, "%s:%s", id->user, id->password ? id->password : "");

	if (!err)
		err = mlv_buf_add_str(to, "Basic ");
	if (!err)
		err = mlv_base64_add(to, plain.ptr, plain.len);
	mlv_wipe(plain.ptr, plain.len);
	return err;
}

/* How: what the setting says, else what there is. NULL: not at all. */
static mlv_err choose(const struct mlv_remote_settings *settings, const struct identity *id,
		      const char **kind)
{
	const char *missing = NULL;
	mlv_err err = mlv_setting_login(settings, "auth", kind);

	if (err)
		return err;
	if (!*kind) {
		*kind = id->custom && id->password ? "custom" : id->token ? "bearer"
						  : id->user ? "basic" : NULL;
		return NULL;
	}
	if (strcmp(*kind, "bearer") == 0)
		missing = id->token ? NULL : "token";
	else if (strcmp(*kind, "custom") == 0)
		missing = !id->custom ? "custom_auth_header" : id->password ? NULL : "password";
	else
		missing = id->user ? NULL : "user";
	if (!missing)
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_SPEC, "remote %s: auth is %s, and %s is not set",
					settings->name, *kind, missing),
			      "mlv config --local remote.%s.%s VALUE", settings->name, missing);
}

static mlv_err set_digest(struct mlv_http_login *login, const struct identity *id)
{
	for (const char *c = id->user; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return mlv_error(MLV_E_REFUSED, "a control character in the user's name");
	login->digest_user = mlv_sys_strdup(id->user);
	login->digest_password = mlv_sys_strdup(id->password ? id->password : "");
	return login->digest_user && login->digest_password ? NULL : mlv_error_nomem("a login");
}

static mlv_err set_header(struct mlv_http_login *login, const struct identity *id, const char *kind)
{
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf value = MLV_BUF_INIT;
	MLV_SCOPED(mlv_http_headers_release) struct mlv_strs lines = { 0 };
	bool custom = strcmp(kind, "custom") == 0;
	mlv_err err;

	if (custom)
		err = mlv_buf_add_str(&value, id->password);
	else if (strcmp(kind, "bearer") == 0)
		err = mlv_buf_printf(&value, "Bearer %s", id->token);
	else
		err = add_basic(&value, id);
	if (err || (err = mlv_http_add_header(&lines, custom ? id->custom : "Authorization", value.ptr)))
		return err;
	login->header = lines.at[0];
	lines.count = 0;
	return NULL;
}

mlv_err mlv_http_login_find(struct mlv_http_login *login, struct mlv_ctx *ctx,
			    const struct mlv_remote_settings *settings, const struct mlv_url *url)
{
	MLV_SCOPED(identity_release) struct identity id = { 0 };
	const char *kind = NULL;
	mlv_err err = find_identity(settings, url, &id);

	if (!err && !id.token && !id.password)
		err = ask_netrc(ctx, settings, url, &id);
	if (err || (err = choose(settings, &id, &kind)) || !kind ||
	    (err = check_destination(settings, url)))
		return err;
	return strcmp(kind, "digest") == 0 ? set_digest(login, &id) : set_header(login, &id, kind);
}
