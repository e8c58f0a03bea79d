/* credentials/open.c - looking where the keys are to come from. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "remote/credentials/impl.h"
#include "remote/settings.h"

#define FILE_MAX ((size_t)1 << 20)

void mlv_credentials_freep(struct mlv_credentials **credentials)
{
	struct mlv_credentials *c = *credentials;

	if (!c)
		return;
	mlv_http_close(&c->services);
	mlv_http_close(&c->local);
	mlv_profiles_release(&c->profiles);
	mlv_keys_release(&c->fixed);
	mlv_keys_release(&c->keys);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->renewed);
	free(c->remote);
	free(c->profile);
	free(c->region);
	free(c->endpoint);
	free(c);
	*credentials = NULL;
}

/* ---- the files ---- */

/* The path of one of the two files: a setting, a variable, or its place in the home directory. */
static mlv_err file_path(const struct mlv_credentials *c, const char *option, const char *variable,
			 const char *usual, struct mlv_buf *path)
{
	const char *home = mlv_credentials_env(c, "HOME");
	const char *named = option ? option : mlv_credentials_env(c, variable);

	if (named && named[0] == '~' && named[1] == '/' && home)
		return mlv_buf_printf(path, "%s%s", home, named + 1);
	if (named)
		return mlv_buf_add_str(path, named);
	return home ? mlv_buf_printf(path, "%s/.aws/%s", home, usual) : NULL;
}

static bool holds_secret(const struct mlv_profiles *profiles, bool config)
{
	for (size_t i = 0; i < profiles->count; i++)
		if (mlv_profile_get_in(&profiles->at[i], config, "aws_secret_access_key"))
			return true;
	return false;
}

/* Read a file; one that is not there says nothing. */
static mlv_err read_file(struct mlv_credentials *c, const char *path, bool config)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(FILE_MAX);
	MLV_SCOPED(mlv_fd_close) int fd = mlv_sys_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	struct stat st;
	mlv_err err;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return NULL;
	if (fd < 0 || mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s", path);
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_SPEC, "%s: not a regular file", path);
	if (!(err = mlv_fs_read_fd(fd, path, &text)))
		err = mlv_profiles_parse(&c->profiles, text.ptr, text.len, config);
	mlv_wipe(text.ptr, text.len);
	if (!err && (st.st_mode & 077) && holds_secret(&c->profiles, config))
		mlv_tell_warning(c->ctx, "%s holds a secret and others may read it; chmod 600 %s", path,
				 path);
	return err;
}

static mlv_err read_files(struct mlv_credentials *c, const struct mlv_remote_settings *settings)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf credentials = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf config = MLV_BUF_INIT;
	const char *profile = mlv_setting_own(settings, "profile");
	bool named = true;
	mlv_err err;

	c->explicit_profile = profile != NULL;
	if (!profile)
		profile = mlv_credentials_env(c, "AWS_PROFILE");
	if (!profile)
		profile = mlv_credentials_env(c, "AWS_DEFAULT_PROFILE");
	if (!profile) {
		named = false;
		profile = "default";
	}
	c->profile = mlv_sys_strdup(profile);
	if (!c->profile)
		return mlv_error_nomem("credentials");
	if ((err = file_path(c, mlv_setting_own(settings, "credentialpath"),
			     "AWS_SHARED_CREDENTIALS_FILE", "credentials", &credentials)) ||
	    (err = file_path(c, mlv_setting_own(settings, "configpath"), "AWS_CONFIG_FILE", "config",
			     &config)) ||
	    (config.len && (err = read_file(c, config.ptr, true))) ||
	    (credentials.len && (err = read_file(c, credentials.ptr, false))))
		return err;
	if (named && c->source == MLV_SOURCE_NONE &&
	    !mlv_profiles_find(&c->profiles, MLV_PROFILE, profile))
		return mlv_error(MLV_E_SPEC, "profile %s: neither in %s nor in %s", profile,
				 credentials.len ? credentials.ptr : "~/.aws/credentials",
				 config.len ? config.ptr : "~/.aws/config");
	return NULL;
}

/* ---- the source ---- */

/* Take a pair and its token, if there is one. */
static mlv_err take_fixed(struct mlv_credentials *c, const char *where, const char *access_key,
			  const char *secret_key, const char *token)
{
	mlv_err err;

	if (!access_key != !secret_key)
		return mlv_error(MLV_E_SPEC, "%s: an access key without its other half", where);
	if (!access_key)
		return NULL;
	c->source = MLV_SOURCE_FIXED;
	if ((err = mlv_keys_set(&c->fixed.access_key, access_key)) ||
	    (err = mlv_keys_set(&c->fixed.secret_key, secret_key)))
		return err;
	return mlv_keys_set(&c->fixed.token, token);
}

static mlv_err find_fixed(struct mlv_credentials *c, const struct mlv_remote_settings *settings)
{
	const char *access_key, *secret_key, *token;
	mlv_err err;

	if ((err = mlv_setting_secret(settings, "access_key_id", &access_key)) ||
	    (err = mlv_setting_secret(settings, "secret_access_key", &secret_key)) ||
	    (err = mlv_setting_secret(settings, "session_token", &token)) ||
	    (err = take_fixed(c, "the remote's settings", access_key, secret_key, token)))
		return err;
	if (c->source != MLV_SOURCE_NONE || mlv_setting_own(settings, "profile"))
		return NULL;
	return take_fixed(c, "the environment", mlv_credentials_env(c, "AWS_ACCESS_KEY_ID"),
			  mlv_credentials_env(c, "AWS_SECRET_ACCESS_KEY"),
			  mlv_credentials_env(c, "AWS_SESSION_TOKEN"));
}

/* What the profile says beside the keys. */
static mlv_err take_places(struct mlv_credentials *c)
{
	const struct mlv_profile *profile = mlv_profiles_find(&c->profiles, MLV_PROFILE, c->profile);
	mlv_err err = mlv_keys_set(&c->region, mlv_profile_get(profile, "region"));

	return err ? err : mlv_keys_set(&c->endpoint, mlv_credentials_service_endpoint(c, "s3"));
}

/* ---- what asks ---- */

/* The remote's settings for services of AWS, which are always verified. */
static const char *service_setting(void *arg, const char *option, bool *from_repo)
{
	const struct mlv_remote_settings *settings = arg;
	const char *value = settings->setting ? settings->setting(settings->arg, option, from_repo)
					      : NULL;

	return value && strcmp(option, "ssl_verify") == 0 && value[0] != '/' ? NULL : value;
}

/* For metadata services: at hand, or not there at all; and no proxy's business. */
static const char *local_setting(void *arg, const char *option, bool *from_repo)
{
	const struct mlv_credentials *c = arg;
	const char *seconds = mlv_credentials_env(c, "AWS_METADATA_SERVICE_TIMEOUT");

	*from_repo = false;
	if (strcmp(option, "proxy") == 0)
		return "";
	if (strcmp(option, "connect_timeout") == 0 || strcmp(option, "read_timeout") == 0)
		return seconds ? seconds : "1";
	return NULL;
}

static mlv_err open_nets(struct mlv_credentials *c, const struct mlv_remote_settings *settings)
{
	struct mlv_remote_settings services = *settings, local = *settings;
	mlv_err err;

	if (c->source == MLV_SOURCE_NONE || c->source == MLV_SOURCE_PROFILE ||
	    c->source == MLV_SOURCE_PROCESS)
		return NULL;
	services.setting = service_setting;
	memcpy(&services.arg, &settings, sizeof(services.arg));
	local.setting = local_setting;
	local.arg = c;
	c->services.ca_bundle = mlv_credentials_profile(c, "ca_bundle");
	err = mlv_http_open(&c->services, c->ctx, &services);
	return err ? err : mlv_http_open(&c->local, c->ctx, &local);
}

static mlv_err look(struct mlv_credentials *c, const struct mlv_remote_settings *settings)
{
	bool anonymous = mlv_setting_bool(settings, "allow_anonymous_login", false);
	mlv_err err = NULL;

	c->remote = mlv_sys_strdup(settings->name);
	c->plain_http = mlv_setting_own_false(settings, "use_ssl");
	if (!c->remote)
		return mlv_error_nomem("credentials");
	if ((!anonymous && (err = find_fixed(c, settings))) || (err = read_files(c, settings)) ||
	    (err = take_places(c)))
		return err;
	if (anonymous || c->source == MLV_SOURCE_FIXED)
		return NULL;
	if ((err = mlv_source_of_profile(c, NULL, &c->source)))
		return err;
	if (c->source == MLV_SOURCE_NONE)
		c->source = mlv_source_of_machine(c);
	return open_nets(c, settings);
}

mlv_err mlv_credentials_open(struct mlv_credentials **out, struct mlv_ctx *ctx,
			     const struct mlv_remote_settings *settings)
{
	MLV_SCOPED(mlv_credentials_freep) struct mlv_credentials *c = mlv_sys_alloc(sizeof(*c));
	mlv_err err;

	if (!c)
		return mlv_error_nomem("credentials");
	c->ctx = ctx;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->renewed, NULL);
	if ((err = look(c, settings)))
		return mlv_error_wrap(err, "remote %s", settings->name);
	*out = MLV_TAKE(c);
	return NULL;
}
