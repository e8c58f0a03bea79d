/*
 * credentials/metadata.c - keys that a container's endpoint or an instance's
 * metadata service gives (ECS, EKS, IMDS of version 2, else 1).
 */
#include <stdlib.h>

#include "core/base/sys.h"
#include "remote/credentials/impl.h"
#include "remote/http/header.h"

#define CONTAINER_HOST "http://169.254.170.2"
#define INSTANCE_HOST "http://169.254.169.254"
#define INSTANCE_HOST_6 "http://[fd00:ec2::254]"
#define ROLES "/latest/meta-data/iam/security-credentials/"
#define REGION "/latest/meta-data/placement/region"

static const struct mlv_answer_form form = {
	.access_key = "AccessKeyId", .secret_key = "SecretAccessKey", .token = "Token",
	.expires = "Expiration",
};

/* ---- a container's ---- */

/* Where a container's keys may come from without TLS. */
static mlv_err check_container(const struct mlv_url *url)
{
	static const char *const hosts[] = { "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]" };

	if (strcmp(url->scheme, "https") == 0 ||
	    (strcmp(url->scheme, "http") == 0 && mlv_url_is_loopback(url)))
		return NULL;
	for (size_t i = 0; i < MLV_COUNT(hosts) && strcmp(url->scheme, "http") == 0; i++)
		if (strcmp(url->host, hosts[i]) == 0)
			return NULL;
	return mlv_error(MLV_E_REFUSED, "AWS_CONTAINER_CREDENTIALS_FULL_URI: %s is neither https nor "
			 "an address of containers", url->host);
}

static mlv_err container_url(const struct mlv_credentials *c, struct mlv_url *url)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const char *relative = mlv_credentials_env(c, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = mlv_credentials_env(c, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
	mlv_err err;

	if (!relative && !full)
		return mlv_error(MLV_E_SPEC, "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor "
				 "AWS_CONTAINER_CREDENTIALS_FULL_URI is set");
	/* What follows the host must not become a part of it. */
	if (relative && relative[0] != '/')
		return mlv_error(MLV_E_SPEC, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin "
				 "with a slash");
	if ((err = mlv_buf_printf(&text, "%s%s", relative ? CONTAINER_HOST : "",
				  relative ? relative : full)))
		return err;
	if ((err = mlv_url_parse(url, text.ptr)))
		return mlv_error_wrap(err, "AWS_CONTAINER_CREDENTIALS_%s_URI",
				      relative ? "RELATIVE" : "FULL");
	return check_container(url);
}

static mlv_err container_headers(const struct mlv_credentials *c, struct mlv_strs *headers)
{
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf token = MLV_BUF_INIT;
	const char *file = mlv_credentials_env(c, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *text = mlv_credentials_env(c, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
	mlv_err err;

	/* It is read each time: it changes. */
	if (file && (err = mlv_credentials_read_secret(file, &token)))
		return err;
	text = file ? token.ptr : text;
	return text ? mlv_http_add_header(headers, "Authorization", text) : NULL;
}

mlv_err mlv_keys_by_container(struct mlv_credentials *c, struct mlv_keys *keys)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(mlv_http_headers_release) struct mlv_strs headers = { 0 };
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf answer = MLV_BUF_INIT;
	struct mlv_question question = { .method = "GET", .url = &url, .headers = &headers };
	int status = 0;
	mlv_err err;

	if ((err = container_url(c, &url)) || (err = container_headers(c, &headers)) ||
	    (err = mlv_credentials_question(&c->local, &question, &answer, &status)))
		return mlv_error_wrap(err, "the container's credentials");
	if (status != 200)
		return mlv_error(MLV_E_REMOTE, "the container's credentials: %s answered with %d",
				 url.host, status);
	return mlv_keys_from_json("the container's credentials", &answer, &form, keys);
}

/* ---- an instance's ---- */

static mlv_err instance_url(const struct mlv_credentials *c, const char *path, struct mlv_url *url)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const char *endpoint = mlv_credentials_env(c, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *mode = mlv_credentials_env(c, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
	size_t len;
	mlv_err err;

	if (!endpoint)
		endpoint = mode && (mode[0] == 'I' || mode[0] == 'i') &&
					   (mode[1] == 'P' || mode[1] == 'p') &&
					   strcmp(mode + 2, "v6") == 0
				   ? INSTANCE_HOST_6
				   : INSTANCE_HOST;
	len = strlen(endpoint);
	while (len > 0 && endpoint[len - 1] == '/')
		len--;
	if ((err = mlv_buf_add(&text, endpoint, len)) || (err = mlv_buf_add_str(&text, path)))
		return err;
	return mlv_url_parse(url, text.ptr);
}

/* Ask once. No service, or not this answer: *given false, which is no failure. */
static mlv_err instance_ask(struct mlv_credentials *c, const char *method, const char *path,
			    const struct mlv_strs *headers, struct mlv_buf *answer, int *status,
			    bool *given)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	struct mlv_question question = { .method = method, .url = &url, .headers = headers,
					 .once = true };
	mlv_err err = instance_url(c, path, &url);

	*given = false;
	*status = 0;
	if (err)
		return mlv_error_wrap(err, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
	err = mlv_credentials_question(&c->local, &question, answer, status);
	if (err && err->code != MLV_E_REMOTE)
		return err;
	*given = !err && *status == 200;
	if (err)
		mlv_tell_detail(c->ctx, "no metadata service of an instance: %.*s",
				(int)mlv_error_len_without_hint(err), err->msg);
	else if (!*given)
		mlv_tell_detail(c->ctx, "the metadata service at %s answers %s %s with %d", url.host,
				method, path, *status);
	return NULL;
}

/* The token of version 2, or none where version 1 is spoken; *given false: go no further. */
static mlv_err instance_token(struct mlv_credentials *c, struct mlv_strs *headers, bool *given)
{
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf token = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs ttl = { 0 };
	int status = 0;
	mlv_err err;

	if ((err = mlv_http_add_header(&ttl, "x-aws-ec2-metadata-token-ttl-seconds", "21600")) ||
	    (err = instance_ask(c, "PUT", "/latest/api/token", &ttl, &token, &status, given)))
		return err;
	if (*given)
		return mlv_http_add_header(headers, "x-aws-ec2-metadata-token", token.ptr);
	*given = (status == 403 || status == 404 || status == 405) &&
		 !mlv_credentials_env_true(c, "AWS_EC2_METADATA_V1_DISABLED");
	return NULL;
}

mlv_err mlv_keys_by_instance(struct mlv_credentials *c, struct mlv_keys *keys)
{
	MLV_SCOPED(mlv_http_headers_release) struct mlv_strs headers = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf roles = MLV_BUF_INIT, path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf answer = MLV_BUF_INIT;
	bool given = false;
	int status = 0;
	size_t len;
	mlv_err err;

	if ((err = instance_token(c, &headers, &given)) || !given ||
	    (err = instance_ask(c, "GET", ROLES, &headers, &roles, &status, &given)) || !given)
		return err;
	len = strcspn(roles.ptr, "\r\n");
	if (len == 0) /* it has no role */
		return NULL;
	if ((err = mlv_buf_add_str(&path, ROLES)) || (err = mlv_url_encode(&path, roles.ptr, len, "")) ||
	    (err = instance_ask(c, "GET", path.ptr, &headers, &answer, &status, &given)) || !given)
		return err;
	return mlv_keys_from_json("the instance's credentials", &answer, &form, keys);
}

mlv_err mlv_credentials_instance_region(struct mlv_credentials *c, struct mlv_buf *region)
{
	MLV_SCOPED(mlv_http_headers_release) struct mlv_strs headers = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf answer = MLV_BUF_INIT;
	bool given = false;
	int status = 0;
	mlv_err err;

	if (c->source != MLV_SOURCE_INSTANCE)
		return NULL;
	if ((err = instance_token(c, &headers, &given)) || !given ||
	    (err = instance_ask(c, "GET", REGION, &headers, &answer, &status, &given)) || !given)
		return err;
	return mlv_buf_add(region, answer.ptr, strcspn(answer.ptr, "\r\n"));
}
