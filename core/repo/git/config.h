/*
 * git/config.h - the scanner of git's configuration syntax, with positions.
 *
 * What mlv_git_config_parse() and _edit() (git.h) share: a file as a list of
 * headers and entries, each with the bytes it takes, so that an edit changes
 * these and nothing else.
 *
 * Limits    a file may hold 1 MiB and 10,000 items.
 */
#ifndef MLV_REPO_GIT_CONFIG_H
#define MLV_REPO_GIT_CONFIG_H

#include <stdbool.h>

#include "core/base/buf.h"

struct mlv_config_item {
	bool is_header;
	unsigned line;
	const char *key;   /* header: "section" or "section.sub"; entry: "section.sub.name" */
	const char *value; /* entry */
	size_t start;      /* of its first byte */
	size_t end;        /* after its last byte; a comment behind it is not part of it */
};

/* Call fn for each item, in order. item is good during the call only. */
typedef mlv_err (*mlv_config_item_fn)(void *arg, const struct mlv_config_item *item);
mlv_err mlv_config_scan(const char *name, const char *text, size_t len, mlv_config_item_fn fn,
			void *arg) MLV_CHECK;

#endif
