/* http/auth.c - how we say who we are to a web server, and to which ones we do. */
#include "core/base/sys.h"
#include "remote/base64.h"
#include "remote/transport/http.h"

struct identity {
	const char *user, *password, *token, *custom;
};

/* A setting that may be used: what came with the repository is no credential. */
static mlv_err own(const struct mlv_remote_settings *settings, const char *option,
		   const char **value)
{
	bool from_repo = false;

	*value = settings->setting ? settings->setting(settings->arg, option, &from_repo) : NULL;
	if (!*value || !from_repo)
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED,
					"remote %s: %s is set in the repository, where no credential may be",
					settings->name, option),
			      "mlv config --local remote.%s.%s VALUE", settings->name, option);
}

static mlv_err find_identity(const struct mlv_remote_settings *settings, const struct mlv_url *url,
			     struct identity *id)
{
	const char *ignored = NULL;
	bool from_repo = false;
	mlv_err err;

	if ((err = own(settings, "user", &id->user)) ||
	    (err = own(settings, "password", &id->password)) ||
	    (err = own(settings, "token", &id->token)) ||
	    (err = own(settings, "custom_auth_header", &id->custom)))
		return err;
	if (!id->user)
		id->user = url->user;
	if (!id->password && url->password) {
		if (settings->setting)
			ignored = settings->setting(settings->arg, "url", &from_repo);
		if (ignored && from_repo)
			return mlv_error_hint(mlv_error(MLV_E_REFUSED, "remote %s: a password in its URL, "
							"which is in the repository", settings->name),
					      "mlv config --local remote.%s.password PASSWORD",
					      settings->name);
		id->password = url->password;
	}
	return NULL;
}

/* Whether a secret may go to url at all. */
static mlv_err check_destination(const struct mlv_remote_settings *settings,
				 const struct mlv_url *url)
{
	const char *use_ssl = NULL;
	mlv_err err = own(settings, "use_ssl", &use_ssl);

	if (err)
		use_ssl = NULL;
	if (!settings->trusted)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "remote %s: credentials are sent to %s only "
						"once you trust it", settings->name, url->host),
				      "mlv remote trust %s", settings->name);
	if (strcmp(url->scheme, "https") == 0 || mlv_url_is_loopback(url) ||
	    (use_ssl && strcmp(use_ssl, "false") == 0))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "remote %s: credentials would be sent in the "
					"clear to %s", settings->name, url->host),
			      "use https://, or: mlv config --local remote.%s.use_ssl false",
			      settings->name);
}

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

mlv_err mlv_http_auth(struct mlv_ctx *ctx, const struct mlv_remote_settings *settings,
		      const struct mlv_url *url, char **auth)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf value = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs lines = { 0 };
	struct identity id = { 0 };
	const char *name = "Authorization";
	mlv_err err = find_identity(settings, url, &id);

	(void)ctx;
	if (err || (!id.user && !id.token && !(id.custom && id.password)))
		return err;
	if ((err = check_destination(settings, url)))
		return err;
	if (id.custom && id.password) {
		name = id.custom;
		err = mlv_buf_add_str(&value, id.password);
	} else if (id.token) {
		err = mlv_buf_printf(&value, "Bearer %s", id.token);
	} else {
		err = add_basic(&value, &id);
	}
	if (!err)
		err = mlv_http_add_header(&lines, name, value.ptr);
	if (!err) {
		*auth = lines.at[0];
		lines.count = 0;
	}
	mlv_wipe(value.ptr, value.len);
	return err;
}
