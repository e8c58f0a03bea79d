#include "remote/url.h"

#include <ctype.h>
#include <stdlib.h>

#include "core/base/sys.h"

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool mlv_url_has_scheme(const char *text, size_t *len)
{
	size_t n = 0;

	if (!is_alpha(text[0]))
		return false;
	while (is_alpha(text[n]) || is_digit(text[n]) || text[n] == '+' || text[n] == '-' ||
	       text[n] == '.')
		n++;
	*len = n;
	return strncmp(text + n, "://", 3) == 0;
}

void mlv_wipe(void *secret, size_t len)
{
	volatile unsigned char *at = secret;

	while (len-- > 0)
		*at++ = 0;
}

void mlv_secret_freep(char **secret)
{
	if (*secret)
		mlv_wipe(*secret, strlen(*secret));
	free(*secret);
	*secret = NULL;
}

void mlv_secret_buf_release(struct mlv_buf *secret)
{
	mlv_wipe(secret->ptr, secret->len);
	mlv_buf_release(secret);
}

void mlv_url_release(struct mlv_url *url)
{
	mlv_secret_freep(&url->password);
	mlv_secret_freep(&url->query);
	free(url->scheme);
	free(url->user);
	free(url->host);
	free(url->path);
	*url = (struct mlv_url){ 0 };
}

static mlv_err bad(const char *why)
{
	return mlv_error(MLV_E_USAGE, "not a usable URL: %s", why);
}

static mlv_err copy_lower(char **out, const char *text, size_t len)
{
	*out = mlv_sys_strndup(text, len);
	if (!*out)
		return mlv_error_nomem("a URL");
	for (char *c = *out; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return NULL;
}

static mlv_err copy_decoded(char **out, const char *text, size_t len)
{
	struct mlv_buf buf = MLV_BUF_INIT;
	mlv_err err = mlv_url_decode(&buf, text, len);

	for (size_t i = 0; !err && i < buf.len; i++)
		if ((unsigned char)buf.ptr[i] < 0x20 || buf.ptr[i] == 0x7f)
			err = bad("a control character in the user name or password");
	if (!err && !(*out = mlv_buf_detach(&buf)))
		err = mlv_error_nomem("a URL");
	mlv_wipe(buf.ptr, buf.len);
	mlv_buf_release(&buf);
	return err;
}

/* "user:password" before the '@'. */
static mlv_err parse_userinfo(struct mlv_url *url, const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);
	size_t user = colon ? (size_t)(colon - text) : len;
	mlv_err err = copy_decoded(&url->user, text, user);

	if (err || !colon)
		return err;
	return copy_decoded(&url->password, colon + 1, len - user - 1);
}

static bool host_is_good(const char *host, size_t len)
{
	bool v6 = len > 2 && host[0] == '[' && host[len - 1] == ']';

	if (len == 0 || len > 255 || host[0] == '-')
		return false;
	for (size_t i = v6; i < len - v6; i++) {
		char c = host[i];

		if (v6 ? !(isxdigit((unsigned char)c) || c == ':' || c == '.')
		       : !(is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == '_'))
			return false;
	}
	return true;
}

static mlv_err parse_port(unsigned *port, const char *text, size_t len)
{
	unsigned value = 0;

	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i]) || i >= 5)
			return bad("the port is not a number from 1 to 65535");
		value = value * 10 + (unsigned)(text[i] - '0');
	}
	if (len && (value == 0 || value > 65535))
		return bad("the port is not a number from 1 to 65535");
	*port = value;
	return NULL;
}

/* "host", "host:port" or "[v6]:port". */
static mlv_err parse_host(struct mlv_url *url, const char *text, size_t len)
{
	const char *close = len && text[0] == '[' ? memchr(text, ']', len) : NULL;
	size_t from = close ? (size_t)(close - text) + 1 : 0;
	const char *colon = memchr(text + from, ':', len - from);
	size_t host = colon ? (size_t)(colon - text) : len;
	mlv_err err;

	if (len == 0 && strcmp(url->scheme, "file") == 0)
		return copy_lower(&url->host, "", 0);
	if (!host_is_good(text, host))
		return bad("its host is missing, or holds characters that no host name has");
	if (colon && (err = parse_port(&url->port, colon + 1, len - host - 1)))
		return err;
	return copy_lower(&url->host, text, host);
}

static mlv_err parse_rest(struct mlv_url *url, const char *text)
{
	size_t path = strcspn(text, "?");

	if (strchr(text, '#'))
		return bad("it has a fragment ('#'; write %%23)");
	url->path = mlv_sys_strndup(text, path);
	if (text[path] == '?')
		url->query = mlv_sys_strdup(text + path + 1);
	if (!url->path || (text[path] == '?' && !url->query))
		return mlv_error_nomem("a URL");
	return NULL;
}

static mlv_err parse_into(struct mlv_url *url, const char *text, size_t scheme)
{
	const char *authority = text + scheme + 3;
	size_t len = strcspn(authority, "/?#");
	const char *host = authority;
	mlv_err err;

	/* The last '@' divides, as browsers and libcurl have it. */
	for (size_t i = 0; i < len; i++)
		if (authority[i] == '@')
			host = authority + i + 1;
	if ((err = copy_lower(&url->scheme, text, scheme)))
		return err;
	if (host != authority &&
	    (err = parse_userinfo(url, authority, (size_t)(host - authority) - 1)))
		return err;
	if ((err = parse_host(url, host, len - (size_t)(host - authority))))
		return err;
	return parse_rest(url, authority + len);
}

mlv_err mlv_url_parse(struct mlv_url *out, const char *text)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	size_t scheme = 0;
	mlv_err err;

	for (const char *c = text; *c; c++) {
		if (c - text >= MLV_URL_MAX)
			return bad("it is longer than 8192 bytes");
		if ((unsigned char)*c <= 0x20 || *c == 0x7f || *c == '\\')
			return bad("a space, backslash or control character (write it as %%XX)");
	}
	if (!mlv_url_has_scheme(text, &scheme))
		return bad("it does not begin with a scheme (https://...)");
	if ((err = parse_into(&url, text, scheme)))
		return err;
	*out = url;
	url = (struct mlv_url){ 0 };
	return NULL;
}

unsigned mlv_url_port(const struct mlv_url *url)
{
	if (url->port)
		return url->port;
	if (strcmp(url->scheme, "https") == 0)
		return 443;
	if (strcmp(url->scheme, "sftp") == 0)
		return 22;
	return strcmp(url->scheme, "http") == 0 ? 80 : 0;
}

bool mlv_url_same_origin(const struct mlv_url *a, const struct mlv_url *b)
{
	return strcmp(a->scheme, b->scheme) == 0 && strcmp(a->host, b->host) == 0 &&
	       mlv_url_port(a) == mlv_url_port(b);
}

/* Four numbers below 256, the first of them 127: no name that only begins like one. */
static bool is_127(const char *host)
{
	unsigned value = 0, digits = 0, dots = 0;

	if (strncmp(host, "127.", 4) != 0)
		return false;
	for (const char *c = host; *c; c++) {
		if (*c == '.') {
			if (digits == 0)
				return false;
			dots++;
			value = digits = 0;
		} else if (!is_digit(*c) || ++digits > 3 ||
			   (value = value * 10 + (unsigned)(*c - '0')) > 255) {
			return false;
		}
	}
	return dots == 3 && digits > 0;
}

bool mlv_url_is_loopback(const struct mlv_url *url)
{
	size_t len = strlen(url->host);

	return strcmp(url->host, "localhost") == 0 || strcmp(url->host, "[::1]") == 0 ||
	       (len > 10 && strcmp(url->host + len - 10, ".localhost") == 0) || is_127(url->host);
}

mlv_err mlv_url_add_host(struct mlv_buf *to, const struct mlv_url *url)
{
	mlv_err err = mlv_buf_add_str(to, url->host);
	struct mlv_url plain = { .scheme = url->scheme };

	if (err || !url->port || url->port == mlv_url_port(&plain))
		return err;
	return mlv_buf_printf(to, ":%u", url->port);
}

mlv_err mlv_url_show(struct mlv_buf *to, const struct mlv_url *url)
{
	mlv_err err = mlv_buf_printf(to, "%s://", url->scheme);

	if (err || (err = mlv_url_add_host(to, url)))
		return err;
	return mlv_buf_add_str(to, url->path);
}

/* The text before a relative reference: as much of base as holds for it. */
static mlv_err add_base(struct mlv_buf *to, const struct mlv_url *base, const char *reference)
{
	const char *slash = strrchr(base->path, '/');
	mlv_err err;

	if (strncmp(reference, "//", 2) == 0)
		return mlv_buf_printf(to, "%s:", base->scheme);
	if ((err = mlv_buf_printf(to, "%s://", base->scheme)) ||
	    (err = mlv_url_add_host(to, base)) || reference[0] == '/')
		return err;
	if (reference[0] == '?' || reference[0] == '\0')
		return mlv_buf_add_str(to, base->path);
	if (!slash)
		return mlv_buf_add_char(to, '/');
	return mlv_buf_add(to, base->path, (size_t)(slash - base->path) + 1);
}

mlv_err mlv_url_resolve(struct mlv_url *out, const struct mlv_url *base, const char *reference)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(2 * MLV_URL_MAX);
	size_t len = strcspn(reference, "#"), scheme;
	mlv_err err = NULL;

	if (!mlv_url_has_scheme(reference, &scheme))
		err = add_base(&text, base, reference);
	if (!err)
		err = mlv_buf_add(&text, reference, len);
	if (!err)
		err = mlv_url_parse(out, text.ptr);
	if (err && err->code == MLV_E_USAGE)
		return mlv_error(MLV_E_REMOTE, "a redirect to something that is no URL");
	return err;
}

mlv_err mlv_url_encode(struct mlv_buf *to, const char *text, size_t len, const char *keep)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < len && !err; i++) {
		char c = text[i];

		if (is_alpha(c) || is_digit(c) || (c && strchr("-._~", c)) ||
		    (c && strchr(keep, c)))
			err = mlv_buf_add_char(to, c);
		else
			err = mlv_buf_printf(to, "%%%02X", (unsigned)(unsigned char)c);
	}
	return err;
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

mlv_err mlv_url_decode(struct mlv_buf *to, const char *text, size_t len)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < len && !err; i++) {
		char c = text[i];

		if (c == '%') {
			int high = i + 2 < len ? hex_value(text[i + 1]) : -1;
			int low = i + 2 < len ? hex_value(text[i + 2]) : -1;

			if (high < 0 || low < 0 || (high == 0 && low == 0))
				return bad("a '%%' without two hexadecimal digits, or %%00");
			c = (char)(high * 16 + low);
			i += 2;
		}
		err = mlv_buf_add_char(to, c);
	}
	return err;
}
