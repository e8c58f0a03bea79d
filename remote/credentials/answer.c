/* credentials/answer.c - asking those who give keys, and reading what they answer. */
#include <fcntl.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/sys.h"
#include "remote/credentials/impl.h"
#include "remote/http/header.h"
#include "remote/s3.h"

#define SECRET_MAX ((size_t)64 * 1024)

/* ---- where they are ---- */

const char *mlv_credentials_service_region(const struct mlv_credentials *c,
					   const struct mlv_profile *profile)
{
	const char *region = mlv_credentials_env(c, "AWS_REGION");

	if (!region)
		region = mlv_credentials_env(c, "AWS_DEFAULT_REGION");
	if (!region)
		region = mlv_profile_get(profile, "region");
	return region ? region : c->region;
}

const char *mlv_credentials_service_endpoint(const struct mlv_credentials *c, const char *service)
{
	const struct mlv_profile *profile = mlv_profiles_find(&c->profiles, MLV_PROFILE, c->profile);
	const char *ignored = mlv_profile_get(profile, "ignore_configured_endpoint_urls");
	const char *services = mlv_profile_get(profile, "services"), *url;
	char variable[40] = "AWS_ENDPOINT_URL_", key[40] = "";

	if (mlv_credentials_env_true(c, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") ||
	    (ignored && strcmp(ignored, "true") == 0))
		return NULL;
	for (size_t i = 0, len = strlen(variable); service[i] && i < 20; i++) {
		variable[len + i] = (char)(service[i] >= 'a' ? service[i] - 'a' + 'A' : service[i]);
		key[i] = service[i];
	}
	memcpy(key + strlen(key), ".endpoint_url", sizeof(".endpoint_url"));
	if ((url = mlv_credentials_env(c, variable)) ||
	    (url = mlv_credentials_env(c, "AWS_ENDPOINT_URL")))
		return url;
	if (services && (url = mlv_profile_get(mlv_profiles_find(&c->profiles, MLV_PROFILE_SERVICES,
								 services), key)))
		return url;
	return mlv_profile_get(profile, "endpoint_url");
}

mlv_err mlv_credentials_service_url(const struct mlv_credentials *c, const char *service,
				    const char *host, const char *region, struct mlv_url *url)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const char *configured = mlv_credentials_service_endpoint(c, service);
	mlv_err err;

	if (region && !mlv_s3_label_is_good(region))
		return mlv_error(MLV_E_SPEC, "%s: not a name of a region", region);
	if (configured)
		err = mlv_buf_add_str(&text, configured);
	else if (region)
		err = mlv_buf_printf(&text, "https://%s.%s.amazonaws.com%s", host, region,
				     strncmp(region, "cn-", 3) == 0 ? ".cn" : "");
	else
		err = mlv_buf_printf(&text, "https://%s.amazonaws.com", host);
	if (err)
		return err;
	if ((err = mlv_url_parse(url, text.ptr)))
		return mlv_error_wrap(err, "the endpoint of %s", service);
	return mlv_credentials_check_url(c, url);
}

mlv_err mlv_credentials_check_url(const struct mlv_credentials *c, const struct mlv_url *url)
{
	if (strcmp(url->scheme, "https") == 0)
		return NULL;
	if (strcmp(url->scheme, "http") != 0)
		return mlv_error(MLV_E_SPEC, "credentials are asked for by https, not by %s:",
				 url->scheme);
	if (c->plain_http || mlv_url_is_loopback(url))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "credentials would come in the clear from %s",
					url->host),
			      "use https://, or: mlv config --local remote.%s.use_ssl false", c->remote);
}

/* ---- asking ---- */

struct asking {
	const struct mlv_question *question;
	struct mlv_buf *answer;
};

static mlv_err add_headers(void *arg, const struct mlv_url *to, bool same_origin,
			   struct mlv_strs *headers)
{
	const struct mlv_strs *own = ((const struct asking *)arg)->question->headers;
	mlv_err err = NULL;

	(void)to;
	(void)same_origin; /* redirects are not followed */
	for (size_t i = 0; own && i < own->count && !err; i++)
		err = mlv_strs_add(headers, own->at[i]);
	return err;
}

static mlv_err begin(void *arg, struct mlv_net_reply *reply)
{
	(void)reply;
	mlv_buf_clear(((struct asking *)arg)->answer);
	return NULL;
}

static mlv_err take(void *arg, const void *bytes, size_t len, bool *enough)
{
	struct mlv_buf *answer = ((struct asking *)arg)->answer;

	(void)enough;
	if (answer->len + len > MLV_CREDENTIALS_ANSWER)
		return mlv_error(MLV_E_REMOTE, "an answer that is too long");
	return mlv_buf_add(answer, bytes, len);
}

static mlv_err read_body(void *arg, void *to, size_t len, uint64_t offset)
{
	const struct mlv_buf *body = arg;

	memcpy(to, body->ptr + offset, len);
	return NULL;
}

mlv_err mlv_credentials_question(struct mlv_http *http, const struct mlv_question *question,
				 struct mlv_buf *answer, int *status)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct asking asking = { question, answer };
	struct mlv_source source = { .read = read_body };
	struct mlv_http_exchange exchange = {
		.method = question->method, .url = question->url, .no_redirects = true,
		.once = question->once, .headers = add_headers, .begin = begin, .body = take,
		.arg = &asking,
	};
	mlv_err err;

	if (question->body) {
		memcpy(&source.arg, &question->body, sizeof(source.arg));
		source.size = exchange.size = question->body->len;
		exchange.source = &source;
	}
	if ((err = mlv_http_do(http, &exchange, &reply)))
		return err;
	*status = reply.status;
	return reply.error.len ? mlv_buf_add(answer, reply.error.ptr, reply.error.len) : NULL;
}

mlv_err mlv_credentials_read_secret(const char *path, struct mlv_buf *text)
{
	mlv_err err;

	text->limit = SECRET_MAX;
	if ((err = mlv_fs_read(AT_FDCWD, path, text)))
		return err->code == MLV_E_MISSING
			       ? mlv_error(MLV_E_REMOTE, "%s, which holds a token: it is not there", path)
			       : err;
	while (text->len > 0 && strchr(" \t\r\n", text->ptr[text->len - 1]))
		mlv_buf_truncate(text, text->len - 1);
	if (text->len == 0 || strlen(text->ptr) != text->len)
		return mlv_error(MLV_E_REMOTE, "%s, which holds a token: it is empty, or binary", path);
	return NULL;
}

/* ---- JSON ---- */

/* Nothing of an answer is left in freed memory. */
static void wipe_and_free(struct mlv_value **value)
{
	struct mlv_value *v = *value;

	for (size_t i = 0; v && i < v->count; i++)
		wipe_and_free(&v->items[i]);
	if (v && v->text)
		mlv_wipe(v->text, v->text_len);
	mlv_value_freep(value);
}

/* A message of the parser could show what stands there. */
static mlv_err parse(const char *what, const struct mlv_buf *answer, struct mlv_value **root)
{
	mlv_err err = mlv_json_parse(what, answer->ptr, answer->len, root);

	return err && err->code == MLV_E_SPEC ? mlv_error(MLV_E_REMOTE, "%s: no JSON", what)
					      : err;
}

/* When they end: a time, or milliseconds. */
static bool take_end(const struct mlv_value *value, time_t *when)
{
	if (!value || value->type == MLV_VALUE_NULL)
		return true;
	if (value->type == MLV_VALUE_INT && value->integer >= 0) {
		*when = (time_t)(value->integer / 1000);
		return true;
	}
	return mlv_value_text(value) && mlv_http_timestamp(mlv_value_text(value), when);
}

mlv_err mlv_keys_from_json(const char *what, const struct mlv_buf *answer,
			   const struct mlv_answer_form *form, struct mlv_keys *keys)
{
	MLV_SCOPED(wipe_and_free) struct mlv_value *root = NULL;
	const struct mlv_value *map, *version;
	mlv_err err = parse(what, answer, &root);

	if (err)
		return err;
	version = mlv_value_get(root, "Version");
	if (form->has_version && !(version && version->type == MLV_VALUE_INT && version->integer == 1))
		return mlv_error(MLV_E_REMOTE, "%s: its answer is not of version 1", what);
	map = form->inside ? mlv_value_get(root, form->inside) : root;
	if ((err = mlv_keys_set(&keys->access_key,
				mlv_value_text(mlv_value_get(map, form->access_key)))) ||
	    (err = mlv_keys_set(&keys->secret_key,
				mlv_value_text(mlv_value_get(map, form->secret_key)))) ||
	    (err = mlv_keys_set(&keys->token, mlv_value_text(mlv_value_get(map, form->token)))))
		return err;
	if (!keys->access_key || !keys->secret_key)
		return mlv_error(MLV_E_REMOTE, "%s: its answer has no %s or no %s", what,
				 form->access_key, form->secret_key);
	if (!take_end(mlv_value_get(map, form->expires), &keys->expires))
		return mlv_error(MLV_E_REMOTE, "%s: its answer has a time in %s that is none", what,
				 form->expires);
	return NULL;
}

mlv_err mlv_answer_text(const char *what, const struct mlv_buf *answer, const char *field,
			struct mlv_buf *text, bool *there)
{
	MLV_SCOPED(wipe_and_free) struct mlv_value *root = NULL;
	const char *value;
	mlv_err err = parse(what, answer, &root);

	if (err)
		return err;
	value = mlv_value_text(mlv_value_get(root, field));
	*there = value && value[0];
	return *there ? mlv_buf_add_str(text, value) : NULL;
}

mlv_err mlv_answer_number(const char *what, const struct mlv_buf *answer, const char *field,
			  int64_t *number, bool *there)
{
	MLV_SCOPED(wipe_and_free) struct mlv_value *root = NULL;
	const struct mlv_value *value;
	mlv_err err = parse(what, answer, &root);

	if (err)
		return err;
	value = mlv_value_get(root, field);
	*there = value && value->type == MLV_VALUE_INT;
	if (*there)
		*number = value->integer;
	return NULL;
}

static const struct mlv_answer_field *find_field(const struct mlv_answer_field *fields, size_t count,
						 const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

/* "name": value; a comma before all but the first. */
static mlv_err add_pair(struct mlv_buf *to, const char *name, const char *text, size_t len)
{
	mlv_err err = mlv_buf_add_str(to, to->ptr[to->len - 1] == '{' ? "" : ", ");

	if (err || (err = mlv_json_add_string(to, name, strlen(name))) ||
	    (err = mlv_buf_add_str(to, ": ")))
		return err;
	return mlv_json_add_string(to, text, len);
}

mlv_err mlv_answer_rewrite(const char *what, const struct mlv_buf *answer,
			   const struct mlv_answer_field *fields, size_t count, struct mlv_buf *to,
			   bool *whole)
{
	MLV_SCOPED(wipe_and_free) struct mlv_value *root = NULL;
	mlv_err err = parse(what, answer, &root);

	*whole = !err && root->type == MLV_VALUE_MAP;
	for (size_t i = 0; *whole && i < root->count; i++)
		*whole = root->items[i]->type == MLV_VALUE_TEXT;
	if (err || !*whole || (err = mlv_buf_add_char(to, '{')))
		return err;
	for (size_t i = 0; !err && i < root->count; i++)
		if (!find_field(fields, count, root->keys[i]))
			err = add_pair(to, root->keys[i], root->items[i]->text,
				       root->items[i]->text_len);
	for (size_t i = 0; !err && i < count; i++)
		err = add_pair(to, fields[i].name, fields[i].text, strlen(fields[i].text));
	return err ? err : mlv_buf_add_str(to, "}\n");
}
