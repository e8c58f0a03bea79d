#include "remote/credentials.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "remote/url.h"

#define FILE_MAX ((size_t)1 << 20)

void mlv_credentials_release(struct mlv_credentials *credentials)
{
	mlv_secret_freep(&credentials->secret_key);
	mlv_secret_freep(&credentials->token);
	free(credentials->access_key);
	free(credentials->region);
	free(credentials->endpoint);
	free(credentials->elsewhere);
	*credentials = (struct mlv_credentials){ 0 };
}

/* Set a value that is not set yet. */
static mlv_err keep(char **slot, const char *value)
{
	if (*slot || !value || !value[0])
		return NULL;
	*slot = mlv_sys_strdup(value);
	return *slot ? NULL : mlv_error_nomem("credentials");
}

/* ---- files ---- */

static void trim(const char **text, size_t *len)
{
	while (*len > 0 && strchr(" \t\r", (*text)[*len - 1]) && (*text)[*len - 1])
		(*len)--;
	while (*len > 0 && ((*text)[0] == ' ' || (*text)[0] == '\t')) {
		(*text)++;
		(*len)--;
	}
}

/* Whether "[...]" names the profile. */
static bool is_section(const char *line, size_t len, const char *profile, bool config)
{
	const char *end = memchr(line, ']', len);
	const char *name = line + 1;
	size_t size;

	if (!end)
		return false;
	size = (size_t)(end - name);
	trim(&name, &size);
	if (config && size > 8 && strncmp(name, "profile", 7) == 0 &&
	    (name[7] == ' ' || name[7] == '\t')) {
		name += 8;
		size -= 8;
		trim(&name, &size);
	} else if (config && strcmp(profile, "default") != 0) {
		return false;
	}
	return size == strlen(profile) && memcmp(name, profile, size) == 0;
}

static mlv_err give_pair(const char *line, size_t len, mlv_profile_fn fn, void *arg)
{
	MLV_SCOPED(mlv_secret_freep) char *value = NULL;
	MLV_SCOPED(mlv_mem_free) char *key = NULL;
	const char *equals = memchr(line, '=', len), *text;
	size_t key_len, text_len;

	if (!equals)
		return NULL;
	key_len = (size_t)(equals - line);
	text = equals + 1;
	text_len = len - key_len - 1;
	trim(&line, &key_len);
	trim(&text, &text_len);
	key = mlv_sys_strndup(line, key_len);
	value = mlv_sys_strndup(text, text_len);
	if (!key || !value)
		return mlv_error_nomem("credentials");
	return fn(arg, key, value);
}

mlv_err mlv_credentials_parse(const char *text, size_t len, const char *profile, bool config,
			      bool *found, mlv_profile_fn fn, void *arg)
{
	bool inside = false;
	mlv_err err = NULL;

	*found = false;
	for (size_t at = 0; at < len && !err;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t size = newline ? (size_t)(newline - (text + at)) : len - at;
		const char *line = text + at;
		size_t length = size;
		/* An indented line goes on with the one before it, or is a nested value. */
		bool indented = size > 0 && (line[0] == ' ' || line[0] == '\t');

		at += size + 1;
		trim(&line, &length);
		if (length == 0 || line[0] == '#' || line[0] == ';' || indented)
			continue;
		if (line[0] == '[') {
			inside = is_section(line, length, profile, config);
			*found = *found || inside;
		} else if (inside) {
			err = give_pair(line, length, fn, arg);
		}
	}
	return err;
}

struct reading {
	struct mlv_credentials *out;
	char *access_key, *secret_key, *token; /* of this file: they hold together */
};

static mlv_err take_pair(void *arg, const char *key, const char *value)
{
	static const char *const others[] = { "role_arn", "sso_session", "sso_start_url",
					      "credential_process", "web_identity_token_file" };
	struct reading *r = arg;

	if (strcmp(key, "aws_access_key_id") == 0)
		return keep(&r->access_key, value);
	if (strcmp(key, "aws_secret_access_key") == 0)
		return keep(&r->secret_key, value);
	if (strcmp(key, "aws_session_token") == 0)
		return keep(&r->token, value);
	if (strcmp(key, "region") == 0)
		return keep(&r->out->region, value);
	if (strcmp(key, "endpoint_url") == 0)
		return keep(&r->out->endpoint, value);
	for (size_t i = 0; i < MLV_COUNT(others); i++)
		if (strcmp(key, others[i]) == 0)
			return keep(&r->out->elsewhere, others[i]);
	return NULL;
}

static void reading_release(struct reading *r)
{
	free(r->access_key);
	mlv_secret_freep(&r->secret_key);
	mlv_secret_freep(&r->token);
}

/* Read a profile from a file; one that is not there says nothing. */
static mlv_err read_file(struct mlv_credentials *out, const char *path, const char *profile,
			 bool config, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(FILE_MAX);
	MLV_SCOPED(reading_release) struct reading r = { .out = out };
	bool in_file = false;
	mlv_err err = mlv_fs_read(AT_FDCWD, path, &text);

	if (err && err->code == MLV_E_MISSING)
		return NULL;
	if (!err)
		err = mlv_credentials_parse(text.ptr, text.len, profile, config, &in_file, take_pair, &r);
	mlv_wipe(text.ptr, text.len);
	if (err)
		return err;
	*found = *found || in_file;
	if (!r.access_key != !r.secret_key)
		return mlv_error(MLV_E_SPEC, "%s: profile %s has an access key without its other half",
				 path, profile);
	if (!r.access_key || out->access_key)
		return NULL;
	out->access_key = MLV_TAKE(r.access_key);
	out->secret_key = MLV_TAKE(r.secret_key);
	out->token = MLV_TAKE(r.token);
	return NULL;
}

/* The path of one of the two files: a setting, a variable, or its place in the home directory. */
static mlv_err file_path(struct mlv_buf *path, struct mlv_ctx *ctx, const char *option,
			 const char *variable, const char *usual)
{
	const char *home = ctx->env(ctx, "HOME");
	const char *named = option ? option : ctx->env(ctx, variable);

	if (named && named[0] == '~' && named[1] == '/' && home)
		return mlv_buf_printf(path, "%s%s", home, named + 1);
	if (named && named[0])
		return mlv_buf_add_str(path, named);
	return home ? mlv_buf_printf(path, "%s/.aws/%s", home, usual) : NULL;
}

/* A setting that may not come with the repository. */
static mlv_err own(const struct mlv_remote_settings *settings, const char *option, bool secret,
		   const char **value)
{
	bool from_repo = false;

	*value = settings->setting ? settings->setting(settings->arg, option, &from_repo) : NULL;
	if (!*value || !from_repo)
		return NULL;
	*value = NULL;
	if (!secret)
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED,
					"%s is set in the repository, where no credential may be", option),
			      "mlv config --local remote.%s.%s VALUE", settings->name, option);
}

static mlv_err from_files(struct mlv_credentials *out, struct mlv_ctx *ctx,
			  const struct mlv_remote_settings *settings, const char *profile)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf credentials = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf config = MLV_BUF_INIT;
	const char *variable = ctx->env(ctx, "AWS_PROFILE");
	const char *credentialpath, *configpath;
	bool named = profile || (variable && variable[0]), found = false;
	mlv_err err;

	if (!profile)
		profile = named ? variable : "default";
	if ((err = own(settings, "credentialpath", false, &credentialpath)) ||
	    (err = own(settings, "configpath", false, &configpath)) ||
	    (err = file_path(&credentials, ctx, credentialpath, "AWS_SHARED_CREDENTIALS_FILE",
			     "credentials")) ||
	    (err = file_path(&config, ctx, configpath, "AWS_CONFIG_FILE", "config")))
		return err;
	if (credentials.len &&
	    (err = read_file(out, credentials.ptr, profile, false, &found)))
		return err;
	if (config.len && (err = read_file(out, config.ptr, profile, true, &found)))
		return err;
	if (named && !found && !out->access_key)
		return mlv_error(MLV_E_SPEC, "profile %s: neither in %s nor in %s", profile,
				 credentials.len ? credentials.ptr : "~/.aws/credentials",
				 config.len ? config.ptr : "~/.aws/config");
	return NULL;
}

/* Keep a pair and its token, if there is one. */
static mlv_err keep_pair(struct mlv_credentials *out, const char *where, const char *access_key,
			 const char *secret_key, const char *token)
{
	bool has_key = access_key && access_key[0], has_secret = secret_key && secret_key[0];
	mlv_err err;

	if (has_key != has_secret)
		return mlv_error(MLV_E_SPEC, "%s: an access key without its other half", where);
	if (!has_key)
		return NULL;
	if ((err = keep(&out->access_key, access_key)) || (err = keep(&out->secret_key, secret_key)))
		return err;
	return keep(&out->token, token);
}

static mlv_err find(struct mlv_credentials *out, struct mlv_ctx *ctx,
		    const struct mlv_remote_settings *settings)
{
	const char *access_key, *secret_key, *token, *profile;
	mlv_err err;

	if ((err = own(settings, "access_key_id", true, &access_key)) ||
	    (err = own(settings, "secret_access_key", true, &secret_key)) ||
	    (err = own(settings, "session_token", true, &token)) ||
	    (err = own(settings, "profile", false, &profile)) ||
	    (err = keep_pair(out, "the remote's settings", access_key, secret_key, token)))
		return err;
	if (!out->access_key && !profile &&
	    (err = keep_pair(out, "the environment", ctx->env(ctx, "AWS_ACCESS_KEY_ID"),
			     ctx->env(ctx, "AWS_SECRET_ACCESS_KEY"),
			     ctx->env(ctx, "AWS_SESSION_TOKEN"))))
		return err;
	/* Read also for the region and the endpoint. */
	return from_files(out, ctx, settings, profile);
}

mlv_err mlv_credentials_find(struct mlv_credentials *out, struct mlv_ctx *ctx,
			     const struct mlv_remote_settings *settings)
{
	MLV_SCOPED(mlv_credentials_release) struct mlv_credentials found = { 0 };
	mlv_err err = find(&found, ctx, settings);

	if (err)
		return mlv_error_wrap(err, "remote %s", settings->name);
	*out = found;
	found = (struct mlv_credentials){ 0 };
	return NULL;
}
