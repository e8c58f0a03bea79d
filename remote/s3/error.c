/* s3/error.c - what the errors of an object store mean, and what the user can do about them. */
#include "remote/http/header.h"
#include "remote/s3.h"

struct fields {
	char code[MLV_S3_CODE];
	char message[256];
	char region[MLV_S3_REGION];
};

/* Keep a text that fits and is harmless to show. */
static void keep(char *to, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size)
		return;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] >= 0x7f)
			return;
	memcpy(to, text, len + 1);
}

static mlv_err take(void *arg, const char *path, const char *text)
{
	struct fields *fields = arg;

	if (strcmp(path, "Error/Code") == 0)
		keep(fields->code, sizeof(fields->code), text);
	else if (strcmp(path, "Error/Message") == 0)
		keep(fields->message, sizeof(fields->message), text);
	else if (strcmp(path, "Error/Region") == 0)
		keep(fields->region, sizeof(fields->region), text);
	return NULL;
}

static void read_fields(const struct mlv_s3 *s3, const struct mlv_buf *body, struct fields *fields)
{
	*fields = (struct fields){ 0 };
	/* White space may come before the document, to keep the connection open. */
	size_t start = strspn(body->ptr, " \t\r\n");

	if (start < body->len && body->ptr[start] == '<' &&
	    s3->http.ops->parse_xml(body->ptr + start, body->len - start, take, fields))
		return;
}

void mlv_s3_code(const struct mlv_s3 *s3, const struct mlv_buf *body, char code[static MLV_S3_CODE])
{
	struct fields fields;

	read_fields(s3, body, &fields);
	memcpy(code, fields.code, MLV_S3_CODE);
}

struct root {
	const char *name;
	bool seen;
};

static mlv_err see_root(void *arg, const char *path, const char *text)
{
	struct root *root = arg;

	(void)text;
	root->seen = root->seen || strcmp(path, root->name) == 0;
	return NULL;
}

bool mlv_s3_has_root(const struct mlv_s3 *s3, const struct mlv_buf *body, const char *root)
{
	size_t start = strspn(body->ptr, " \t\r\n");
	struct root found = { root, false };

	return !s3->http.ops->parse_xml(body->ptr + start, body->len - start, see_root, &found) &&
	       found.seen;
}

bool mlv_s3_code_passes(const char *code, bool *slower)
{
	static const char *const slow[] = { "SlowDown", "ThrottlingException", "Throttling",
					    "ThrottledException", "RequestThrottled",
					    "RequestLimitExceeded", "BandwidthLimitExceeded",
					    "TooManyRequests", "TooManyRequestsException" };
	/* The digests: bytes were changed on their way. */
	static const char *const passing[] = { "InternalError", "ServiceUnavailable", "RequestTimeout",
					       "OperationAborted", "BadDigest", "InvalidDigest",
					       "XAmzContentSHA256Mismatch" };

	for (size_t i = 0; i < MLV_COUNT(slow); i++)
		if (strcmp(code, slow[i]) == 0)
			return *slower = true;
	for (size_t i = 0; i < MLV_COUNT(passing); i++)
		if (strcmp(code, passing[i]) == 0)
			return true;
	return false;
}

bool mlv_s3_label_is_good(const char *text)
{
	size_t len = strlen(text);
	bool letter = false;

	if (len == 0 || len >= MLV_S3_REGION || text[0] == '-' || text[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!alpha && c != '-' && !(c >= '0' && c <= '9'))
			return false;
		letter = letter || alpha || c == '-';
	}
	return letter;
}

/* "...; the region 'x' is wrong; expecting 'us-east-1'": some say it in words alone. */
static void region_in_words(struct fields *fields)
{
	static const char before[] = "expecting '";
	const char *at = strstr(fields->message, before);
	size_t len;

	if (!at)
		return;
	at += sizeof(before) - 1;
	len = strcspn(at, "'");
	if (at[len] != '\'' || len >= sizeof(fields->region))
		return;
	memcpy(fields->region, at, len);
	fields->region[len] = '\0';
}

bool mlv_s3_region_of(const struct mlv_s3 *s3, const struct mlv_net_reply *reply,
		      char region[static MLV_S3_REGION])
{
	const char *header = mlv_http_field(&reply->headers, "x-amz-bucket-region");
	struct fields fields;

	read_fields(s3, &reply->error, &fields);
	if (header)
		keep(fields.region, sizeof(fields.region), header);
	else if (!fields.region[0])
		region_in_words(&fields);
	if (!mlv_s3_label_is_good(fields.region))
		return false;
	memcpy(region, fields.region, MLV_S3_REGION);
	return true;
}

/* Codes whose reason a user can do something about. */
static const struct advice {
	const char *code, *words, *hint;
} advices[] = {
	{ "NoSuchBucket", "there is no such bucket",
	  "make the bucket, or correct its name: mlv remote modify NAME url s3://BUCKET/PREFIX" },
	{ "SignatureDoesNotMatch", "the secret key is not that of the access key",
	  "check AWS_SECRET_ACCESS_KEY, the profile, or remote.NAME.secret_access_key" },
	{ "InvalidAccessKeyId", "the access key is not known there",
	  "check AWS_ACCESS_KEY_ID, the profile, or remote.NAME.access_key_id" },
	{ "ExpiredToken", "the session has expired", "log in again, then repeat the command" },
	{ "InvalidToken", "the session token is not valid", "log in again, then repeat the command" },
	{ "RequestTimeTooSkewed", "the clocks differ by more than 15 minutes", "set this machine's clock" },
	{ "InvalidObjectState", "it lies in an archive", "restore it first, with the tools of the store" },
	{ "AuthorizationHeaderMalformed", "the region is another one",
	  "mlv config remote.NAME.region REGION" },
	{ "EntityTooLarge", "the store takes no object as large as this", NULL },
	{ "BadDigest", "what arrived is not what was sent", "did the file change while it was sent?" },
	{ "XAmzContentSHA256Mismatch", "what arrived is not what was sent",
	  "did the file change while it was sent?" },
};

static mlv_err denied(const struct mlv_s3 *s3, const struct mlv_s3_request *request,
		      const char *shown)
{
	mlv_err err = mlv_error(MLV_E_REMOTE, "%s: access denied: the right %s%s is missing%s", shown,
				request->right ? request->right : "for this",
				request->writes_object && s3->sets_acl ? " or s3:PutObjectAcl" : "",
				s3->names_owner ? ", or the bucket is not that of expected_bucket_owner"
						: "");

	if (s3->distrusted)
		return mlv_error_hint(err, "no credentials were sent, which %s gets only once you trust it: "
				      "mlv remote trust %s", s3->endpoint.host, s3->distrusted);
	if (!s3->is_signed)
		return mlv_error_hint(err, "no credentials were sent; set AWS_ACCESS_KEY_ID and "
					   "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE");
	return mlv_error_hint(err, "ask who owns the bucket for it, or use other credentials");
}

/* Redirects are not followed: a request is signed for one host. */
static mlv_err redirected(const struct mlv_s3_request *request, const struct mlv_net_reply *reply,
			  const char *shown)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf to = MLV_BUF_INIT;
	const char *location = mlv_http_field(&reply->headers, "location");
	bool named = location && !mlv_url_parse(&url, location) && !mlv_url_show(&to, &url);

	return mlv_error_hint(mlv_error(MLV_E_REMOTE, "%s: the server answered %s with %d, a redirect%s%s, "
					"which is not followed", shown, request->method,
					reply->status, named ? " to " : "", named ? to.ptr : ""),
			      "mlv config remote.NAME.endpointurl URL, or remote.NAME.region REGION");
}

/* "s3://bucket/prefix/key". */
static mlv_err show(const struct mlv_s3 *s3, const struct mlv_s3_request *request,
		    struct mlv_buf *to)
{
	if (!request->key)
		return mlv_buf_printf(to, "s3://%s", s3->bucket);
	return mlv_buf_printf(to, "s3://%s/%s%s", s3->bucket, s3->prefix, request->key);
}

mlv_err mlv_s3_error(struct mlv_s3 *s3, const struct mlv_s3_request *request,
		     const struct mlv_net_reply *reply)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf where = MLV_BUF_INIT;
	const char *shown = show(s3, request, &where) ? s3->base.url : where.ptr;
	struct fields fields;
	mlv_err err;

	read_fields(s3, &reply->error, &fields);
	for (size_t i = 0; i < MLV_COUNT(advices); i++) {
		if (strcmp(fields.code, advices[i].code) != 0)
			continue;
		err = mlv_error(MLV_E_REMOTE, "%s: %s (%s)", shown, advices[i].words, fields.code);
		return advices[i].hint ? mlv_error_hint(err, "%s", advices[i].hint) : err;
	}
	if (reply->status >= 301 && reply->status <= 308 && reply->status != 304)
		return redirected(request, reply, shown);
	if (reply->status == 404)
		return mlv_error(MLV_E_MISSING, "%s: not there", shown);
	if (strcmp(fields.code, "AccessDenied") == 0 || (reply->status == 403 && !fields.code[0]))
		return denied(s3, request, shown);
	return mlv_error(MLV_E_REMOTE, "%s: the server answered %s with %d%s%s%s%s", shown,
			 request->method, reply->status, fields.code[0] ? " " : "", fields.code,
			 fields.message[0] ? ": " : "", fields.message);
}
