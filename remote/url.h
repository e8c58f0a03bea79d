/*
 * url.h - URLs of remotes, taken apart and shown.
 *
 * Model      scheme://user:password@host:port/path?query, as RFC 3986 has it.
 *            What is kept is decoded (user, password) or as it stood (path,
 *            query). A fragment is refused, so are control characters, spaces,
 *            backslashes, and hosts that a program could take for an option.
 * Ownership  mlv_url_release() frees; the password is wiped first.
 */
#ifndef MLV_REMOTE_URL_H
#define MLV_REMOTE_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

#define MLV_URL_MAX 8192 /* bytes of a URL */

struct mlv_url {
	char *scheme;   /* lower case */
	char *user;     /* decoded; NULL: none */
	char *password; /* decoded; NULL: none */
	char *host;     /* lower case, an IPv6 address in brackets; "" only for file: */
	unsigned port;  /* 0: none given */
	char *path;     /* begins with '/', or is empty; encoded as it stood */
	char *query;    /* without '?'; NULL: none */
};

/* Whether text begins with a scheme and "://"; *len gets the scheme's bytes. */
bool mlv_url_has_scheme(const char *text, size_t *len);
/* MLV_E_USAGE names the fault, not the URL, which may hold a password. */
mlv_err mlv_url_parse(struct mlv_url *url, const char *text) MLV_CHECK;
void mlv_url_release(struct mlv_url *url);
/* The port, or the scheme's own. */
unsigned mlv_url_port(const struct mlv_url *url);
/* Whether scheme, host and port are the same (RFC 6454, section 4). */
bool mlv_url_same_origin(const struct mlv_url *a, const struct mlv_url *b);
/* Whether it names this machine: localhost, *.localhost, 127.0.0.0/8, ::1. */
bool mlv_url_is_loopback(const struct mlv_url *url);
/* Append "host[:port]", the port only when it is not the scheme's own: a Host header. */
mlv_err mlv_url_add_host(struct mlv_buf *to, const struct mlv_url *url) MLV_CHECK;
/* Append the URL without user, password and query: for messages. */
mlv_err mlv_url_show(struct mlv_buf *to, const struct mlv_url *url) MLV_CHECK;
/*
 * Where reference (of a Location header: absolute, or a path) leads to from
 * base. Dot segments are kept as they are. MLV_E_REMOTE when it is no URL.
 */
mlv_err mlv_url_resolve(struct mlv_url *out, const struct mlv_url *base,
			const char *reference) MLV_CHECK;

/* Append text with all but A-Z a-z 0-9 - . _ ~ and the bytes in keep as %XX. */
mlv_err mlv_url_encode(struct mlv_buf *to, const char *text, size_t len,
		       const char *keep) MLV_CHECK;
/* Append text with %XX decoded. MLV_E_USAGE: a '%' without two digits, or %00. */
mlv_err mlv_url_decode(struct mlv_buf *to, const char *text, size_t len) MLV_CHECK;

/* Overwrite a secret, so that it is not left in freed memory. */
void mlv_wipe(void *secret, size_t len);
/* Wipe and free a string; takes the address of the pointer, for MLV_SCOPED. */
void mlv_secret_freep(char **secret);
void mlv_secret_buf_release(struct mlv_buf *secret);

#endif
