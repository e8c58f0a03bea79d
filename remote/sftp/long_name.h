/*
 * sftp/long_name.h - a line of a directory as servers of SFTP show it, in the manner of "ls -l".
 *
 *     -rw-r--r--    1 ada      users        4096 Nov 28 16:10 name
 *
 * Protocol version 3 (draft-ietf-secsh-filexfer-02, section 7) shows the form and
 * does not require it. What is not exactly so is not understood, and the caller
 * asks for each name's size instead: the size is the number before a month, a
 * day, and a time or year; names and groups may hold blanks.
 */
#ifndef MLV_REMOTE_SFTP_LONG_NAME_H
#define MLV_REMOTE_SFTP_LONG_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mlv_long_kind { MLV_LONG_FILE, MLV_LONG_DIR, MLV_LONG_OTHER };

struct mlv_long_name {
	enum mlv_long_kind kind;
	uint64_t size;
	const char *name; /* within the line; of a link " -> target" follows it */
	size_t name_len;
};

/* Whether a line, without its line feed, is understood. */
bool mlv_long_name_parse(struct mlv_long_name *out, const char *line, size_t len);

#endif
