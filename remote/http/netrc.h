/*
 * http/netrc.h - what a file .netrc says of a host.
 *
 * Model     Words between white space: "machine NAME" begins an entry, which
 *           "login", "password" and "account" with a word each fill. A word may
 *           stand in double quotes, within which a backslash comes before what
 *           is meant, and \n, \r, \t are what they are in C. '#' where a
 *           keyword could stand begins a comment to the end of the line.
 *           "macdef NAME" goes on to the first empty line. The entry "default"
 *           names no host: what it holds is nobody's.
 * Strict    A file with anything else gives nothing at all: half of what was
 *           meant could be the wrong half.
 */
#ifndef MLV_REMOTE_HTTP_NETRC_H
#define MLV_REMOTE_HTTP_NETRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

struct mlv_netrc {
	char *user, *password; /* NULL: not found */
	uint64_t wrong_line;   /* 0: the text is a .netrc */
};

/* Wipes what it held. */
void mlv_netrc_release(struct mlv_netrc *netrc);

/*
 * The first entry for host (ASCII case does not matter, a port plays no part)
 * that has a login and a password, and, where user is not NULL, that login.
 */
mlv_err mlv_netrc_find(struct mlv_netrc *netrc, const char *text, size_t len, const char *host,
		       const char *user) MLV_CHECK;

#endif
