/*
 * credentials/sso.c - keys by single sign-on, with the token that `aws sso
 * login` left: of an sso-session, or of a start URL in the profile itself.
 */
#include <stdlib.h>

#include "core/base/sys.h"
#include "remote/credentials/impl.h"
#include "remote/http/header.h"

static const struct mlv_answer_form form = {
	.inside = "roleCredentials", .access_key = "accessKeyId", .secret_key = "secretAccessKey",
	.token = "sessionToken", .expires = "expiration",
};

static mlv_err read_profile(const struct mlv_credentials *c, const struct mlv_profile *profile,
			    struct mlv_sso *sso)
{
	const struct mlv_profile *place = profile;

	sso->session = mlv_profile_get(profile, "sso_session");
	if (sso->session) {
		place = mlv_profiles_find(&c->profiles, MLV_PROFILE_SSO, sso->session);
		if (!place)
			return mlv_error(MLV_E_SPEC, "profile %s: there is no [sso-session %s]",
					 profile->name, sso->session);
	}
	sso->start_url = mlv_profile_get(place, "sso_start_url");
	sso->region = mlv_profile_get(place, "sso_region");
	sso->account = mlv_profile_get(profile, "sso_account_id");
	sso->role = mlv_profile_get(profile, "sso_role_name");
	if (!sso->start_url || !sso->region || !sso->account || !sso->role)
		return mlv_error(MLV_E_SPEC, "profile %s: single sign-on wants sso_start_url, sso_region, "
				 "sso_account_id and sso_role_name", profile->name);
	return NULL;
}

static mlv_err add_query(const struct mlv_sso *sso, struct mlv_url *url)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT, query = MLV_BUF_INIT;
	size_t len = strlen(url->path);
	mlv_err err;

	while (len > 0 && url->path[len - 1] == '/')
		len--;
	if ((err = mlv_buf_add(&path, url->path, len)) ||
	    (err = mlv_buf_add_str(&path, "/federation/credentials")) ||
	    (err = mlv_buf_add_str(&query, "role_name=")) ||
	    (err = mlv_url_encode(&query, sso->role, strlen(sso->role), "")) ||
	    (err = mlv_buf_add_str(&query, "&account_id=")) ||
	    (err = mlv_url_encode(&query, sso->account, strlen(sso->account), "")))
		return err;
	free(url->path);
	free(url->query);
	url->path = mlv_buf_detach(&path);
	url->query = mlv_buf_detach(&query);
	return url->path && url->query ? NULL : mlv_error_nomem("a URL");
}

mlv_err mlv_keys_by_sso(struct mlv_credentials *c, const struct mlv_profile *profile,
			struct mlv_keys *keys)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(mlv_http_headers_release) struct mlv_strs headers = { 0 };
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf answer = MLV_BUF_INIT, token = MLV_BUF_INIT;
	struct mlv_question question = { .method = "GET", .url = &url, .headers = &headers };
	struct mlv_sso sso;
	int status = 0;
	mlv_err err;

	if ((err = read_profile(c, profile, &sso)) ||
	    (err = mlv_credentials_service_url(c, "sso", "portal.sso", sso.region, &url)) ||
	    (err = add_query(&sso, &url)) || (err = mlv_sso_token(c, profile, &sso, &token)) ||
	    (err = mlv_http_add_header(&headers, "x-amz-sso_bearer_token", token.ptr)) ||
	    (err = mlv_credentials_question(&c->services, &question, &answer, &status)))
		return err;
	if (status == 401)
		return mlv_sso_not_logged_in(profile, "the session of single sign-on has ended");
	if (status != 200)
		return mlv_error(MLV_E_REMOTE, "profile %s: single sign-on refuses the role %s in the "
				 "account %s (%d)", profile->name, sso.role, sso.account, status);
	return mlv_keys_from_json("single sign-on", &answer, &form, keys);
}
