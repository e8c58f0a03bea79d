#include "remote/transport.h"

#include <stdlib.h>

#include "core/base/pace.h"
#include "core/base/path.h"
#include "core/base/suggest.h"
#include "core/base/sys.h"
#include "remote/lookup.h"
#include "remote/transport/dir.h"
#include "remote/url.h"

#define KEY_MAX 900 /* bytes; S3 allows 1024, of which a prefix takes some */

void mlv_transport_freep(struct mlv_transport **t)
{
	if (*t) {
		mlv_lookup_free((*t)->lookup);
		(*t)->ops->free(*t);
	}
	*t = NULL;
}

/* ---- opening ---- */

static mlv_err open_file_url(struct mlv_transport **out, struct mlv_ctx *ctx,
			     const struct mlv_remote_settings *settings)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_url_parse(&url, settings->url);

	if (err)
		return mlv_error_wrap(err, "remote %s", settings->name);
	if (url.host[0] && strcmp(url.host, "localhost") != 0)
		return mlv_error(MLV_E_USAGE,
				 "remote %s: file://%s/... names another host; mount it and give its path",
				 settings->name, url.host);
	if (url.path[0] != '/' || url.query)
		return mlv_error(MLV_E_USAGE, "remote %s: not file:///path", settings->name);
	if ((err = mlv_url_decode(&path, url.path, strlen(url.path))))
		return mlv_error_wrap(err, "remote %s", settings->name);
	return mlv_transport_dir_new(out, ctx, path.ptr, settings->trusted, settings->name);
}

static mlv_err unknown_scheme(const struct mlv_remote_settings *settings, size_t len)
{
	static const char *const known[] = { "s3", "https", "http", "file", "sftp" };
	char scheme[MLV_SUGGEST_MAX + 1];
	const char *near;
	mlv_err err;

	if (len > MLV_SUGGEST_MAX)
		len = MLV_SUGGEST_MAX;
	memcpy(scheme, settings->url, len);
	scheme[len] = '\0';
	err = mlv_error(MLV_E_USAGE, "remote %s: the scheme %s:// is not known", settings->name,
			scheme);
	near = mlv_suggest_of(scheme, known, MLV_COUNT(known));
	if (near)
		return mlv_error_hint(err, "did you mean %s://?", near);
	return mlv_error_hint(err, "a remote is a path, file://, http://, https://, s3:// or sftp://");
}

static mlv_err open_by_scheme(struct mlv_transport **out, struct mlv_ctx *ctx,
			      const struct mlv_remote_settings *settings)
{
	size_t len = 0;

	if (settings->url[0] == '/')
		return mlv_transport_dir_new(out, ctx, settings->url, settings->trusted,
					     settings->name);
	if (!mlv_url_has_scheme(settings->url, &len))
		return mlv_error(MLV_E_USAGE, "remote %s: neither an absolute path nor a URL",
				 settings->name);
	if (len == 4 && strncmp(settings->url, "file", len) == 0)
		return open_file_url(out, ctx, settings);
	if ((len == 4 && strncmp(settings->url, "http", len) == 0) ||
	    (len == 5 && strncmp(settings->url, "https", len) == 0))
		return mlv_transport_open_http(out, ctx, settings);
	if (len == 2 && strncmp(settings->url, "s3", len) == 0)
		return mlv_transport_open_s3(out, ctx, settings);
	if (len == 4 && strncmp(settings->url, "sftp", len) == 0)
		return mlv_transport_open_sftp(out, ctx, settings);
	return unknown_scheme(settings, len);
}

mlv_err mlv_transport_open(struct mlv_transport **out, struct mlv_ctx *ctx,
			   const struct mlv_remote_settings *settings)
{
	mlv_err err = open_by_scheme(out, ctx, settings);

	if (!err)
		(*out)->dedup = settings->dedup;
	return err;
}

/* ---- calls, checked ---- */

static const char *key_fault(const char *key, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (key[i] <= ' ' || key[i] > '~' || key[i] == '\\')
			return "it holds a byte that no key may hold";
	return len > KEY_MAX ? "it is too long" : mlv_path_check(key, len);
}

bool mlv_transport_key_is_good(const char *key)
{
	return key_fault(key, strlen(key)) == NULL;
}

/* What others call their files: it goes encoded into a URL, or is a path beneath a directory. */
static const char *name_fault(const char *key, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)key[i] < ' ' || key[i] == 0x7f)
			return "it holds a control character";
	return mlv_path_check(key, len);
}

static const char *fault(const struct mlv_transport *t, const char *key)
{
	return t->any_keys ? name_fault(key, strlen(key)) : key_fault(key, strlen(key));
}

bool mlv_transport_takes(const struct mlv_transport *t, const char *key)
{
	return fault(t, key) == NULL;
}

static mlv_err check_key(struct mlv_transport *t, const char *key)
{
	const char *why = fault(t, key);

	if (why)
		return mlv_error(MLV_E_REFUSED, "%s: a key that cannot be: %s", t->url, why);
	return mlv_ctx_check_stop(t->ctx);
}

mlv_err mlv_transport_head(struct mlv_transport *t, const char *key, bool *there, uint64_t *size)
{
	mlv_err err = check_key(t, key);

	return err ? err : t->ops->head(t, key, there, size);
}

mlv_err mlv_transport_get(struct mlv_transport *t, const char *key, uint64_t offset, uint64_t len,
			  const struct mlv_sink *sink)
{
	mlv_err err = check_key(t, key);

	return err || len == 0 ? err : t->ops->get(t, key, offset, len, sink);
}

struct appending {
	struct mlv_transport *t;
	const char *key;
	struct mlv_buf *buf;
	size_t start;     /* what the buffer held before */
	const char *word; /* what the value begins with */
};

static mlv_err append(void *arg, const void *bytes, size_t len)
{
	struct appending *a = arg;
	mlv_err err = mlv_buf_add(a->buf, bytes, len);
	size_t word = strlen(a->word), got = a->buf->len - a->start;

	if (err && err->code == MLV_E_REFUSED)
		return mlv_error(MLV_E_CORRUPT, "%s/%s: longer than anything of its kind", a->t->url,
				 a->key);
	if (!err && memcmp(a->buf->ptr + a->start, a->word, got < word ? got : word) != 0)
		return mlv_error(MLV_E_CORRUPT, "%s/%s: does not begin with \"%s\"", a->t->url,
				 a->key, a->word);
	return err;
}

static mlv_err resume_append(void *arg, uint64_t *offset)
{
	struct appending *a = arg;

	*offset = a->buf->len - a->start;
	return NULL;
}

static mlv_err restart_append(void *arg)
{
	struct appending *a = arg;

	mlv_buf_truncate(a->buf, a->start);
	return NULL;
}

mlv_err mlv_transport_get_all(struct mlv_transport *t, const char *key, struct mlv_buf *buf)
{
	return mlv_transport_get_text(t, key, "", buf);
}

mlv_err mlv_transport_get_text(struct mlv_transport *t, const char *key, const char *word,
			       struct mlv_buf *buf)
{
	struct appending a = { t, key, buf, buf->len, word };
	struct mlv_sink sink = { .write = append, .resume = resume_append,
				 .restart = restart_append, .arg = &a };
	mlv_err err = mlv_transport_get(t, key, 0, UINT64_MAX, &sink);

	if (err)
		mlv_buf_truncate(buf, a.start);
	return err;
}

mlv_err mlv_transport_put(struct mlv_transport *t, const char *key,
			  const struct mlv_source *source)
{
	mlv_err err = check_key(t, key);

	return err ? err : t->ops->put(t, key, source);
}

static mlv_err read_bytes(void *arg, void *to, size_t len, uint64_t offset)
{
	const char *bytes = *(const char *const *)arg;

	memcpy(to, bytes + offset, len);
	return NULL;
}

mlv_err mlv_transport_put_bytes(struct mlv_transport *t, const char *key, const void *bytes,
				size_t len)
{
	struct mlv_source source = { .read = read_bytes, .arg = &bytes, .size = len, .bytes = bytes };

	return mlv_transport_put(t, key, &source);
}

mlv_err mlv_transport_put_fresh(struct mlv_transport *t, const char *key, const void *bytes,
				size_t len)
{
	struct mlv_source source = { .read = read_bytes, .arg = &bytes, .size = len, .bytes = bytes,
				     .fresh = true };

	return mlv_transport_put(t, key, &source);
}

mlv_err mlv_transport_put_later(struct mlv_transport *t, const char *key,
				const struct mlv_source *source)
{
	mlv_err err = check_key(t, key);

	if (err)
		return err;
	return t->ops->put_later ? t->ops->put_later(t, key, source) : t->ops->put(t, key, source);
}

mlv_err mlv_transport_put_bytes_later(struct mlv_transport *t, const char *key, const void *bytes,
				      size_t len)
{
	struct mlv_source source = { .read = read_bytes, .arg = &bytes, .size = len, .bytes = bytes };

	return mlv_transport_put_later(t, key, &source);
}

mlv_err mlv_transport_put_fresh_later(struct mlv_transport *t, const char *key, const void *bytes,
				      size_t len)
{
	struct mlv_source source = { .read = read_bytes, .arg = &bytes, .size = len, .bytes = bytes,
				     .fresh = true };

	return mlv_transport_put_later(t, key, &source);
}

mlv_err mlv_transport_flush(struct mlv_transport *t, bool found)
{
	return t->ops->flush ? t->ops->flush(t, found) : NULL;
}

bool mlv_transport_puts_later(const struct mlv_transport *t)
{
	return t->ops->put_later != NULL;
}

bool mlv_transport_has_files(const struct mlv_transport *t)
{
	/* Files are copied by the kernel, which knows no pace. */
	return t->ops->open_file && t->ops->put_file && !mlv_pace_is_set(t->ctx);
}

mlv_err mlv_transport_open_file(struct mlv_transport *t, const char *key, int *fd, uint64_t *size)
{
	mlv_err err = check_key(t, key);

	return err ? err : t->ops->open_file(t, key, fd, size);
}

mlv_err mlv_transport_put_file(struct mlv_transport *t, const char *key, mlv_fill_fn fill,
			       void *arg)
{
	mlv_err err = check_key(t, key);

	return err ? err : t->ops->put_file(t, key, fill, arg);
}

mlv_err mlv_transport_list(struct mlv_transport *t, const char *prefix, mlv_list_fn fn, void *arg)
{
	/* A prefix may be empty or end in '/', so that only what makes it unsafe is checked. */
	for (const char *c = prefix; *c && !t->any_keys; c++)
		if (*c <= ' ' || *c > '~' || *c == '\\' || (*c == '.' && c[1] == '.'))
			return mlv_error(MLV_E_REFUSED, "%s: a prefix that cannot be", t->url);
	if (prefix[0] == '/' || strlen(prefix) > KEY_MAX)
		return mlv_error(MLV_E_REFUSED, "%s: a prefix that cannot be", t->url);
	if (!t->ops->list)
		return mlv_error(MLV_E_REFUSED, "%s: cannot list", t->url);
	return t->ops->list(t, prefix, fn, arg);
}

mlv_err mlv_transport_version(struct mlv_transport *t, const char *key,
			      struct mlv_version *version)
{
	mlv_err err = check_key(t, key);

	*version = (struct mlv_version){ .by = MLV_VERSION_NONE };
	return err || !t->ops->version ? err : t->ops->version(t, key, version);
}

mlv_err mlv_transport_remove(struct mlv_transport *t, const char *key)
{
	mlv_err err = check_key(t, key);

	return err ? err : t->ops->remove(t, key);
}
