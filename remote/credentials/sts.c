/* credentials/sts.c - keys of a role, by the security token service: AssumeRole in its two ways. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "remote/credentials/impl.h"
#include "remote/http/header.h"
#include "remote/sigv4.h"

#define VERSION "Version=2011-06-15"
#define GLOBAL_REGION "us-east-1" /* of the service where no region is known */

/* Append "&name=value" of a form; nothing for NULL. */
static mlv_err add_field(struct mlv_buf *form, const char *name, const char *value)
{
	mlv_err err;

	if (!value)
		return NULL;
	err = mlv_buf_printf(form, "&%s=", name);
	return err ? err : mlv_url_encode(form, value, strlen(value), "");
}

static mlv_err add_session(struct mlv_buf *form, const char *name)
{
	char made[40];

	snprintf(made, sizeof(made), "mlv-%lld", (long long)time(NULL));
	return add_field(form, "RoleSessionName", name ? name : made);
}

/* ---- the answer ---- */

struct reading {
	struct mlv_keys *keys;
	char code[64];
	bool bad_time;
};

static mlv_err take(void *arg, const char *path, const char *text)
{
	struct reading *r = arg;
	const char *name = strstr(path, "Result/Credentials/");

	if (strcmp(path, "ErrorResponse/Error/Code") == 0 &&
	    strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
		    strlen(text) && strlen(text) < sizeof(r->code))
		memcpy(r->code, text, strlen(text) + 1);
	if (!name)
		return NULL;
	name += strlen("Result/Credentials/");
	if (strcmp(name, "AccessKeyId") == 0)
		return mlv_keys_set(&r->keys->access_key, text);
	if (strcmp(name, "SecretAccessKey") == 0)
		return mlv_keys_set(&r->keys->secret_key, text);
	if (strcmp(name, "SessionToken") == 0)
		return mlv_keys_set(&r->keys->token, text);
	if (strcmp(name, "Expiration") == 0)
		r->bad_time = !mlv_http_timestamp(text, &r->keys->expires);
	return NULL;
}

static mlv_err read_answer(struct mlv_credentials *c, const struct mlv_buf *answer, int status,
			   struct mlv_keys *keys)
{
	struct reading r = { .keys = keys };

	/* What is no XML has neither keys nor a code. */
	if (c->services.ops->parse_xml(answer->ptr, answer->len, take, &r))
		r.code[0] = '\0';
	if (status != 200)
		return mlv_error(MLV_E_REMOTE, "the role is refused: %d%s%s", status,
				 r.code[0] ? " " : "", r.code);
	if (!keys->access_key || !keys->secret_key || !keys->token || r.bad_time)
		return mlv_error(MLV_E_REMOTE, "an answer without credentials");
	return NULL;
}

/* ---- the question ---- */

static mlv_err sign(const struct mlv_keys *base, const struct mlv_url *url, const char *region,
		    const struct mlv_buf *form, struct mlv_strs *headers)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf host = MLV_BUF_INIT;
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf value = MLV_BUF_INIT;
	MLV_SCOPED(mlv_http_headers_release) struct mlv_strs all = { 0 };
	struct mlv_sigv4_keys keys = { base->access_key, base->secret_key, region, "sts" };
	char date[MLV_SIGV4_DATE], hash[MLV_OID_HEX + 1];
	struct mlv_sigv4_request request = {
		.method = "POST", .path = url->path, .query = url->query, .headers = &all,
		.payload_hash = hash, .when = time(NULL),
	};
	struct mlv_oid oid;
	mlv_err err;

	mlv_sigv4_date(request.when, date);
	if ((err = mlv_sha256_of(form->ptr, form->len, &oid)) ||
	    (err = mlv_http_add_header(headers, "x-amz-date", date)) ||
	    (base->token &&
	     (err = mlv_http_add_header(headers, "x-amz-security-token", base->token))) ||
	    (err = mlv_buf_add_str(&host, "Host: ")) || (err = mlv_url_add_host(&host, url)) ||
	    (err = mlv_strs_add(&all, host.ptr)))
		return err;
	mlv_oid_format(&oid, hash);
	for (size_t i = 0; i < headers->count; i++)
		if ((err = mlv_strs_add(&all, headers->at[i])))
			return err;
	err = mlv_sigv4_sign(&keys, &request, &value);
	return err ? err : mlv_http_add_header(headers, "Authorization", value.ptr);
}

/* base NULL: the question is not signed, its form proves who we are. */
static mlv_err ask(struct mlv_credentials *c, const struct mlv_profile *profile,
		   const struct mlv_keys *base, const struct mlv_buf *form, struct mlv_keys *keys)
{
	const char *region = mlv_credentials_service_region(c, profile);
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(mlv_http_headers_release) struct mlv_strs headers = { 0 };
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf answer = MLV_BUF_INIT;
	struct mlv_question question = { .method = "POST", .url = &url, .headers = &headers,
					 .body = form };
	int status = 0;
	mlv_err err;

	if ((err = mlv_credentials_service_url(c, "sts", "sts", region, &url)) ||
	    (err = mlv_http_add_header(&headers, "Content-Type",
				       "application/x-www-form-urlencoded; charset=utf-8")) ||
	    (base && (err = sign(base, &url, region ? region : GLOBAL_REGION, form, &headers))) ||
	    (err = mlv_credentials_question(&c->services, &question, &answer, &status)))
		return err;
	return read_answer(c, &answer, status, keys);
}

mlv_err mlv_keys_by_role(struct mlv_credentials *c, const struct mlv_profile *profile,
			 const struct mlv_keys *base, struct mlv_keys *keys)
{
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf form = MLV_BUF_INIT;
	const char *role = mlv_profile_get(profile, "role_arn");
	mlv_err err;

	if ((err = mlv_buf_add_str(&form, "Action=AssumeRole&" VERSION)) ||
	    (err = add_field(&form, "RoleArn", role)) ||
	    (err = add_session(&form, mlv_profile_get(profile, "role_session_name"))) ||
	    (err = add_field(&form, "DurationSeconds", mlv_profile_get(profile, "duration_seconds"))) ||
	    (err = add_field(&form, "ExternalId", mlv_profile_get(profile, "external_id"))) ||
	    (err = ask(c, profile, base, &form, keys)))
		return mlv_error_wrap(err, "profile %s: %s", profile->name, role);
	return NULL;
}

mlv_err mlv_keys_by_web_identity(struct mlv_credentials *c, const struct mlv_profile *profile,
				 struct mlv_keys *keys)
{
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf form = MLV_BUF_INIT, token = MLV_BUF_INIT;
	bool by_env = !c->explicit_profile && (!profile || strcmp(profile->name, c->profile) == 0);
	const char *file = by_env ? mlv_credentials_env(c, "AWS_WEB_IDENTITY_TOKEN_FILE") : NULL;
	const char *role = by_env ? mlv_credentials_env(c, "AWS_ROLE_ARN") : NULL;
	const char *session = by_env ? mlv_credentials_env(c, "AWS_ROLE_SESSION_NAME") : NULL;
	mlv_err err;

	file = file ? file : mlv_profile_get(profile, "web_identity_token_file");
	role = role ? role : mlv_profile_get(profile, "role_arn");
	session = session ? session : mlv_profile_get(profile, "role_session_name");
	if (!role)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: a token for a role, and no role", file),
				      "set AWS_ROLE_ARN, or role_arn in the profile");
	if ((err = mlv_credentials_read_secret(file, &token)) ||
	    (err = mlv_buf_add_str(&form, "Action=AssumeRoleWithWebIdentity&" VERSION)) ||
	    (err = add_field(&form, "RoleArn", role)) || (err = add_session(&form, session)) ||
	    (err = add_field(&form, "WebIdentityToken", token.ptr)) ||
	    (err = ask(c, profile, NULL, &form, keys)))
		return mlv_error_wrap(err, "%s by a web identity", role);
	return NULL;
}
