/*
 * credentials/sso_token.c - the token of a session of single sign-on, from the
 * file that `aws sso login` wrote.
 *
 * One that ends within 15 minutes is exchanged for a new one where the file has
 * what that takes (of an sso-session it has), and the file is written anew, as
 * the AWS tools do: what it was exchanged with may be good for one time only.
 * What cannot be exchanged is used as long as it lasts.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/sys.h"
#include "remote/credentials/impl.h"
#include "remote/hmac.h"
#include "remote/http/header.h"

#define RENEW_BEFORE 900 /* seconds */
#define LONGEST ((int64_t)366 * 24 * 3600) /* that a token is believed to last */

mlv_err mlv_sso_not_logged_in(const struct mlv_profile *profile, const char *why)
{
	return mlv_error_hint(mlv_error(MLV_E_REMOTE, "profile %s: %s", profile->name, why),
			      "aws sso login --profile %s", profile->name);
}

/* What the file says. */
struct session {
	struct mlv_buf path;
	struct mlv_buf text; /* all of it */
	struct mlv_buf access, renewal, client, client_secret;
	time_t ends, client_ends; /* 0: it does not say */
};
#define SESSION_INIT                                                                          \
	{ MLV_BUF_INIT, MLV_BUF_INIT, MLV_BUF_INIT, MLV_BUF_INIT, MLV_BUF_INIT, MLV_BUF_INIT, 0, 0 }

static void session_release(struct session *s)
{
	mlv_buf_release(&s->path);
	mlv_secret_buf_release(&s->text);
	mlv_secret_buf_release(&s->access);
	mlv_secret_buf_release(&s->renewal);
	mlv_secret_buf_release(&s->client);
	mlv_secret_buf_release(&s->client_secret);
}

/* Named by the session, else by the start URL. */
static mlv_err find_file(const struct mlv_credentials *c, const struct mlv_sso *sso,
			 struct mlv_buf *path)
{
	const char *home = mlv_credentials_env(c, "HOME");
	char digest[MLV_SHA1_HEX + 1];
	mlv_err err = mlv_sha1_hex(sso->session ? sso->session : sso->start_url, digest);

	return err ? err : mlv_buf_printf(path, "%s/.aws/sso/cache/%s.json", home ? home : "", digest);
}

static mlv_err read_time(const struct session *s, const char *field, time_t *when)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	bool there;
	mlv_err err = mlv_answer_text(s->path.ptr, &s->text, field, &text, &there);

	if (!err && (!there || !mlv_http_timestamp(text.ptr, when)))
		*when = 0;
	return err;
}

static mlv_err read_file(const struct mlv_credentials *c, const struct mlv_profile *profile,
			 const struct mlv_sso *sso, struct session *s)
{
	const char *name;
	bool there;
	mlv_err err;

	if ((err = find_file(c, sso, &s->path)))
		return err;
	if ((err = mlv_credentials_read_secret(s->path.ptr, &s->text)))
		return err->code == MLV_E_REMOTE
			       ? mlv_sso_not_logged_in(profile, "there is no session of single sign-on")
			       : err;
	name = s->path.ptr;
	if ((err = mlv_answer_text(name, &s->text, "accessToken", &s->access, &there)) ||
	    (err = mlv_answer_text(name, &s->text, "refreshToken", &s->renewal, &there)) ||
	    (err = mlv_answer_text(name, &s->text, "clientId", &s->client, &there)) ||
	    (err = mlv_answer_text(name, &s->text, "clientSecret", &s->client_secret, &there)) ||
	    (err = read_time(s, "expiresAt", &s->ends)))
		return err;
	return read_time(s, "registrationExpiresAt", &s->client_ends);
}

static bool lasts(const struct session *s, time_t seconds)
{
	return s->access.len && s->ends > time(NULL) + seconds;
}

static bool can_renew(const struct mlv_sso *sso, const struct session *s)
{
	return sso->session && s->renewal.len && s->client.len && s->client_secret.len &&
	       s->client_ends > time(NULL);
}

/* ---- a new one ---- */

static mlv_err add_field(struct mlv_buf *to, const char *before, const struct mlv_buf *value)
{
	mlv_err err = mlv_buf_add_str(to, before);

	return err ? err : mlv_json_add_string(to, value->ptr, value->len);
}

static mlv_err write_body(const struct session *s, struct mlv_buf *body)
{
	mlv_err err;

	if ((err = add_field(body, "{\"grantType\": \"refresh_token\", \"clientId\": ", &s->client)) ||
	    (err = add_field(body, ", \"clientSecret\": ", &s->client_secret)) ||
	    (err = add_field(body, ", \"refreshToken\": ", &s->renewal)))
		return err;
	return mlv_buf_add_char(body, '}');
}

static mlv_err find_service(struct mlv_credentials *c, const struct mlv_sso *sso,
			    struct mlv_url *url)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_credentials_service_url(c, "sso_oidc", "oidc", sso->region, url);
	size_t len = err ? 0 : strlen(url->path);

	if (err)
		return err;
	while (len > 0 && url->path[len - 1] == '/')
		len--;
	if ((err = mlv_buf_add(&path, url->path, len)) || (err = mlv_buf_add_str(&path, "/token")))
		return err;
	free(url->path);
	url->path = mlv_buf_detach(&path);
	return url->path ? NULL : mlv_error_nomem("a URL");
}

static void swap(struct mlv_buf *a, struct mlv_buf *b)
{
	struct mlv_buf kept = *a;

	*a = *b;
	*b = kept;
}

/* What was answered becomes what the session says. */
static mlv_err take_answer(struct session *s, const struct mlv_buf *answer)
{
	static const char what[] = "single sign-on";
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf access = MLV_BUF_INIT, renewal = MLV_BUF_INIT;
	bool there, lasts, renews;
	int64_t seconds = 0;
	mlv_err err;

	if ((err = mlv_answer_text(what, answer, "accessToken", &access, &there)) ||
	    (err = mlv_answer_number(what, answer, "expiresIn", &seconds, &lasts)) ||
	    (err = mlv_answer_text(what, answer, "refreshToken", &renewal, &renews)))
		return err;
	if (!there || !lasts || seconds <= 0 || seconds > LONGEST)
		return mlv_error(MLV_E_REMOTE, "%s: its answer has no accessToken or no expiresIn", what);
	swap(&s->access, &access);
	if (renews)
		swap(&s->renewal, &renewal);
	s->ends = time(NULL) + (time_t)seconds;
	return NULL;
}

/* The file as it is to be from now on. */
static mlv_err keep(struct mlv_credentials *c, struct session *s)
{
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char when[] = "2026-01-01T00:00:00Z";
	const struct mlv_answer_field fields[] = { { "accessToken", s->access.ptr },
						   { "expiresAt", when },
						   { "refreshToken", s->renewal.ptr } };
	struct tm tm;
	bool whole;
	mlv_err err;

	if (!gmtime_r(&s->ends, &tm) || !strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return mlv_error(MLV_E_SYSTEM, "%s: a time that cannot be written", s->path.ptr);
	if ((err = mlv_answer_rewrite(s->path.ptr, &s->text, fields, MLV_COUNT(fields), &text, &whole)))
		return err;
	if (whole)
		err = mlv_fs_replace(AT_FDCWD, s->path.ptr, text.ptr, text.len, 0600);
	if (!whole || (err && err->code != MLV_E_NOMEM)) {
		mlv_tell_warning(c->ctx, "%s: the new token of single sign-on cannot be kept there",
				 s->path.ptr);
		return NULL;
	}
	return err;
}

static mlv_err renew(struct mlv_credentials *c, const struct mlv_sso *sso, struct session *s)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(mlv_http_headers_release) struct mlv_strs headers = { 0 };
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf body = MLV_BUF_INIT, answer = MLV_BUF_INIT;
	struct mlv_question question = { .method = "POST", .url = &url, .headers = &headers,
					 .body = &body };
	int status = 0;
	mlv_err err;

	if ((err = find_service(c, sso, &url)) || (err = write_body(s, &body)) ||
	    (err = mlv_http_add_header(&headers, "Content-Type", "application/json")) ||
	    (err = mlv_credentials_question(&c->services, &question, &answer, &status)))
		return err;
	if (status != 200)
		return mlv_error(MLV_E_REMOTE, "the session of single sign-on is not renewed (%d)", status);
	return take_answer(s, &answer);
}

/* Another process may have renewed it at the same time: what it wrote counts. */
static mlv_err look_again(const struct mlv_credentials *c, const struct mlv_profile *profile,
			  const struct mlv_sso *sso, struct mlv_buf *token, bool *found)
{
	MLV_SCOPED(session_release) struct session s = SESSION_INIT;
	mlv_err err = read_file(c, profile, sso, &s);

	*found = !err && lasts(&s, 0);
	return *found ? mlv_buf_add(token, s.access.ptr, s.access.len) : err;
}

mlv_err mlv_sso_token(struct mlv_credentials *c, const struct mlv_profile *profile,
		      const struct mlv_sso *sso, struct mlv_buf *token)
{
	MLV_SCOPED(session_release) struct session s = SESSION_INIT;
	bool found = false;
	mlv_err err = read_file(c, profile, sso, &s);

	if (err)
		return err;
	if (!lasts(&s, RENEW_BEFORE) && can_renew(sso, &s)) {
		if (!(err = renew(c, sso, &s)))
			err = keep(c, &s);
		if (err && err->code != MLV_E_REMOTE)
			return err;
		if (err)
			mlv_tell_detail(c->ctx, "profile %s: %.*s", profile->name,
					(int)mlv_error_len_without_hint(err), err->msg);
	}
	if (lasts(&s, 0))
		return mlv_buf_add(token, s.access.ptr, s.access.len);
	if ((err = look_again(c, profile, sso, token, &found)) || found)
		return err;
	return mlv_sso_not_logged_in(profile, "the session of single sign-on has ended");
}
