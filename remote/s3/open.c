/* s3/open.c - a bucket, by what settings, environment and profile say of it. */
#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/sys.h"
#include "remote/base64.h"
#include "remote/hmac.h"
#include "remote/http/header.h"
#include "remote/s3.h"
#include "remote/settings.h"

#define JOBS         8
#define USUAL_REGION "us-east-1"
#define OF_ACL       5 /* headers, the first of a table, that want the right to set an ACL */
#define CUSTOMER     "x-amz-server-side-encryption-customer-"
#define CUSTOMER_KEY 32 /* bytes of AES-256 */

struct opening {
	struct mlv_s3 *s3;
	struct mlv_ctx *ctx;
	const struct mlv_remote_settings *settings;
	bool foreign; /* the endpoint came with the repository, and is not trusted */
};

static bool bucket_is_good(const char *bucket)
{
	size_t len = strlen(bucket);

	if (len < 3 || len > 255 || bucket[0] == '-' || bucket[0] == '.')
		return false;
	for (const char *c = bucket; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		      (*c >= '0' && *c <= '9') || *c == '-' || *c == '.' || *c == '_'))
			return false;
	return true;
}

/* "s3://bucket/prefix": the authority is taken as it stands, host names have lower case. */
static mlv_err take_url(struct opening *o)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf prefix = MLV_BUF_INIT;
	const char *bucket = o->settings->url + strlen("s3://"), *rest;
	size_t len = strcspn(bucket, "/?#@");
	mlv_err err;

	rest = bucket + len;
	if (*rest && *rest != '/')
		return mlv_error(MLV_E_USAGE, "remote %s: not s3://bucket/prefix", o->settings->name);
	rest += strspn(rest, "/");
	for (const char *c = rest; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '?' || *c == '#' || *c == '\\')
			return mlv_error(MLV_E_USAGE, "remote %s: its prefix holds a byte that it may not",
					 o->settings->name);
	if ((err = mlv_buf_add_str(&prefix, rest)))
		return err;
	while (prefix.len > 0 && prefix.ptr[prefix.len - 1] == '/')
		mlv_buf_truncate(&prefix, prefix.len - 1);
	if (prefix.len > 0 && (err = mlv_buf_add_char(&prefix, '/')))
		return err;
	o->s3->bucket = mlv_sys_strndup(bucket, len);
	o->s3->prefix = mlv_buf_detach(&prefix);
	if (!o->s3->bucket || !o->s3->prefix)
		return mlv_error_nomem("a transport");
	if (!bucket_is_good(o->s3->bucket))
		return mlv_error(MLV_E_USAGE, "remote %s: not a name of a bucket", o->settings->name);
	return NULL;
}

static mlv_err show_url(struct mlv_s3 *s3)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&shown, "s3://%s/%s", s3->bucket, s3->prefix);

	if (err)
		return err;
	while (shown.len > 0 && shown.ptr[shown.len - 1] == '/')
		mlv_buf_truncate(&shown, shown.len - 1);
	s3->base.url = mlv_buf_detach(&shown);
	return s3->base.url ? NULL : mlv_error_nomem("a transport");
}

/* The endpoint by rank: the settings, the environment, the profile; NULL: AWS. */
static const char *find_endpoint(const struct opening *o, bool *from_repo)
{
	const char *endpoint = mlv_setting(o->settings, "endpointurl");

	*from_repo = endpoint && !mlv_setting_own(o->settings, "endpointurl");
	return endpoint ? endpoint : mlv_credentials_endpoint(o->s3->credentials);
}

static mlv_err untrusted(const struct opening *o)
{
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "remote %s: credentials are sent to %s only once "
					"you trust it", o->settings->name, o->s3->endpoint.host),
			      "mlv remote trust %s", o->settings->name);
}

/* Note how it would be trusted, for when it wants credentials. */
static mlv_err distrust(struct opening *o)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf operands = MLV_BUF_INIT;
	const struct mlv_remote_settings *settings = o->settings;
	mlv_err err = NULL;

	if (mlv_setting_own_true(settings, "allow_anonymous_login"))
		return NULL;
	if (settings->of_repo)
		err = mlv_buf_printf(&operands, "--repo %s ", settings->of_repo);
	if (err || (err = mlv_buf_add_str(&operands, settings->name)))
		return err;
	o->s3->distrusted = mlv_buf_detach(&operands);
	return o->s3->distrusted ? NULL : mlv_error_nomem("a transport");
}

/* Whether the bucket stands in the path: by the settings, the profile, else as it has to be. */
static bool is_path_style(const struct opening *o, bool custom)
{
	const char *bucket = o->s3->bucket;
	const char *style = mlv_credentials_profile(o->s3->credentials, "s3.addressing_style");
	/* A dot in a bucket's name would not be in the certificate of a virtual host. */
	bool path = custom || strchr(bucket, '.') || strchr(bucket, '_');

	if (style && (strcmp(style, "path") == 0 || strcmp(style, "virtual") == 0))
		path = style[0] == 'p';
	return mlv_setting_bool(o->settings, "pathstyle", path);
}

static mlv_err take_endpoint(struct opening *o)
{
	struct mlv_s3 *s3 = o->s3;
	bool from_repo = false;
	const char *text = find_endpoint(o, &from_repo);
	size_t len;
	mlv_err err;

	s3->path_style = is_path_style(o, text != NULL);
	s3->plain_http = mlv_setting_own_false(o->settings, "use_ssl");
	if (!text)
		return NULL;
	if ((err = mlv_url_parse(&s3->endpoint, text)))
		return mlv_error_wrap(err, "remote %s: its endpoint", o->settings->name);
	if (strcmp(s3->endpoint.scheme, "http") != 0 && strcmp(s3->endpoint.scheme, "https") != 0)
		return mlv_error(MLV_E_USAGE, "remote %s: its endpoint is not http:// or https://",
				 o->settings->name);
	len = strlen(s3->endpoint.path);
	while (len > 0 && s3->endpoint.path[len - 1] == '/')
		s3->endpoint.path[--len] = '\0';
	o->foreign = from_repo && !o->settings->trusted;
	if (!o->foreign)
		return NULL;
	if (mlv_credentials_named(s3->credentials))
		return untrusted(o);
	/* What only the machine may have is not asked for. */
	mlv_credentials_give_up(s3->credentials);
	return distrust(o);
}

/* What says the region; NULL: nothing. */
static const char *named_region(const struct opening *o)
{
	const char *region = mlv_setting(o->settings, "region");

	if (!region)
		region = o->ctx->env(o->ctx, "AWS_REGION");
	if (!region || !region[0])
		region = o->ctx->env(o->ctx, "AWS_DEFAULT_REGION");
	if (!region || !region[0])
		region = mlv_credentials_region(o->s3->credentials);
	return region;
}

static mlv_err take_region(struct opening *o)
{
	const char *named = named_region(o), *region = named ? named : USUAL_REGION;

	if (!mlv_s3_label_is_good(region))
		return mlv_error(MLV_E_USAGE, "remote %s: not a name of a region", o->settings->name);
	memcpy(o->s3->region, region, strlen(region) + 1);
	return NULL;
}

/* What goes over the wire beside the signature, which tells nobody the secret key. */
static mlv_err check_plain(const struct opening *o, const char *what)
{
	const struct mlv_s3 *s3 = o->s3;
	bool plain = s3->endpoint.host ? strcmp(s3->endpoint.scheme, "http") == 0 : s3->plain_http;

	if (!plain || s3->plain_http || (s3->endpoint.host && mlv_url_is_loopback(&s3->endpoint)))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "remote %s: %s would be sent in the clear to %s",
					o->settings->name, what, s3->endpoint.host),
			      "use https://, or: mlv config --local remote.%s.use_ssl false",
			      o->settings->name);
}

/* Ask for the first keys, so that a failure is told at once. */
static mlv_err take_keys(struct opening *o)
{
	MLV_SCOPED(mlv_keys_release) struct mlv_keys keys = { 0 };
	mlv_err err = mlv_credentials_get(o->s3->credentials, &keys, NULL);

	if (err)
		return mlv_error_wrap(err, "remote %s", o->settings->name);
	o->s3->is_signed = keys.access_key != NULL;
	if (!keys.access_key)
		mlv_tell_detail(o->ctx, "remote %s: no credentials, requests are not signed",
				o->settings->name);
	return keys.token ? check_plain(o, "a session token") : NULL;
}

/* Where nothing says the region, the bucket's is likely that of the instance whose keys these are. */
static mlv_err guess_region(struct opening *o)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf region = MLV_BUF_INIT;
	mlv_err err;

	if (named_region(o) || !o->s3->is_signed)
		return NULL;
	if ((err = mlv_credentials_instance_region(o->s3->credentials, &region)))
		return mlv_error_wrap(err, "remote %s", o->settings->name);
	if (mlv_s3_label_is_good(region.ptr))
		memcpy(o->s3->region, region.ptr, region.len + 1);
	return NULL;
}

/* ---- headers that settings ask for ---- */

/* What a key of KMS is used together with: {"name": "text"}, which goes in base64. */
static mlv_err take_context(struct opening *o)
{
	const char *text = mlv_setting_own(o->settings, "sse_kms_encryption_context");
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf encoded = MLV_BUF_INIT;
	bool good;
	mlv_err err;

	if (!text)
		return NULL;
	good = !mlv_json_parse("sse_kms_encryption_context", text, strlen(text), &value) &&
	       value->type == MLV_VALUE_MAP;
	for (size_t i = 0; good && i < value->count; i++)
		good = mlv_value_text(value->items[i]) != NULL;
	if (!good)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "remote %s: sse_kms_encryption_context is no "
						"JSON object of texts", o->settings->name),
				      "as in {\"project\": \"vision\"}");
	if ((err = mlv_base64_add(&encoded, text, strlen(text))))
		return err;
	return mlv_http_add_header(&o->s3->on_write, "x-amz-server-side-encryption-context",
				   encoded.ptr);
}

static mlv_err take_write_headers(struct opening *o)
{
	static const char *const headers[][2] = {
		/* OF_ACL of them: */
		{ "acl", "x-amz-acl" },
		{ "grant_full_control", "x-amz-grant-full-control" },
		{ "grant_read", "x-amz-grant-read" },
		{ "grant_read_acp", "x-amz-grant-read-acp" },
		{ "grant_write_acp", "x-amz-grant-write-acp" },
		{ "sse", "x-amz-server-side-encryption" },
		{ "sse_kms_key_id", "x-amz-server-side-encryption-aws-kms-key-id" },
		{ "storage_class", "x-amz-storage-class" },
	};
	mlv_err err = NULL;

	for (size_t i = 0; i < MLV_COUNT(headers) && !err; i++) {
		const char *value = mlv_setting_own(o->settings, headers[i][0]);

		if (!value)
			continue;
		err = mlv_http_add_header(&o->s3->on_write, headers[i][1], value);
		o->s3->sets_acl = o->s3->sets_acl || i < OF_ACL;
	}
	return err ? err : take_context(o);
}

static mlv_err take_all_headers(struct opening *o)
{
	const char *owner = mlv_setting(o->settings, "expected_bucket_owner");
	mlv_err err = NULL;

	o->s3->names_owner = owner != NULL;
	if (owner)
		err = mlv_http_add_header(&o->s3->on_all, "x-amz-expected-bucket-owner", owner);
	if (!err && mlv_setting_own_true(o->settings, "requester_pays"))
		err = mlv_http_add_header(&o->s3->on_all, "x-amz-request-payer", "requester");
	return err;
}

static unsigned nibble(char digit)
{
	return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* A key of the user's own that the server encrypts with, and forgets: 32 bytes, in base64. */
static mlv_err take_customer_key(struct opening *o)
{
	MLV_SCOPED(mlv_secret_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf digest = MLV_BUF_INIT;
	struct mlv_strs *headers = &o->s3->on_object;
	const char *key = NULL, *algorithm = mlv_setting_own(o->settings, "sse_customer_algorithm");
	unsigned char md5[MLV_MD5_HEX / 2];
	char hex[MLV_MD5_HEX + 1];
	bool good = false;
	mlv_err err = mlv_setting_login(o->settings, "sse_customer_key", &key);

	if (err || !key)
		return err;
	if (o->foreign)
		return untrusted(o);
	if ((err = mlv_base64_decode(&bytes, key, strlen(key), &good)))
		return err;
	if (!good || bytes.len != CUSTOMER_KEY)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "remote %s: sse_customer_key is not the base64 "
						"of %d bytes", o->settings->name, CUSTOMER_KEY),
				      "openssl rand -base64 %d makes one", CUSTOMER_KEY);
	if ((err = check_plain(o, "sse_customer_key")))
		return err;
	if (!mlv_md5_hex(bytes.ptr, bytes.len, hex))
		return mlv_error(MLV_E_SYSTEM, "MD5 is not offered by libcrypto");
	for (size_t i = 0; i < sizeof(md5); i++)
		md5[i] = (unsigned char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
	if ((err = mlv_base64_add(&digest, md5, sizeof(md5))) ||
	    (err = mlv_http_add_header(headers, CUSTOMER "algorithm", algorithm ? algorithm : "AES256")) ||
	    (err = mlv_http_add_header(headers, CUSTOMER "key", key)))
		return err;
	return mlv_http_add_header(headers, CUSTOMER "key-md5", digest.ptr);
}

static void take_jobs(struct opening *o)
{
	const char *jobs = mlv_setting(o->settings, "jobs");
	uint64_t count = 0;

	o->s3->base.jobs = o->ctx->transfer_jobs ? o->ctx->transfer_jobs : JOBS;
	if (!o->ctx->transfer_jobs && jobs && mlv_http_number(jobs, &count) && count > 0 &&
	    count <= 256)
		o->s3->base.jobs = (unsigned)count;
	o->s3->http.connections = o->s3->base.jobs;
}

static mlv_err open_net(struct opening *o)
{
	o->s3->http.ca_bundle = mlv_credentials_profile(o->s3->credentials, "ca_bundle");
	return mlv_http_open(&o->s3->http, o->ctx, o->settings);
}

mlv_err mlv_s3_set_up(struct mlv_s3 *s3, struct mlv_ctx *ctx,
		      const struct mlv_remote_settings *settings)
{
	struct opening o = { .s3 = s3, .ctx = ctx, .settings = settings };
	mlv_err err;

	take_jobs(&o);
	if ((err = take_url(&o)) || (err = show_url(s3)) ||
	    (err = mlv_credentials_open(&s3->credentials, ctx, settings)) ||
	    (err = take_endpoint(&o)) || (err = take_region(&o)) || (err = take_write_headers(&o)) ||
	    (err = take_all_headers(&o)) ||
	    (err = take_customer_key(&o)) ||
	    (err = mlv_s3_put_settings(s3, mlv_setting(settings, "checksum"))) ||
	    (err = open_net(&o)))
		return err;
	err = take_keys(&o);
	return err ? err : guess_region(&o);
}
