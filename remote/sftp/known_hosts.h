/*
 * sftp/known_hosts.h - which keys a host is known by: files of OpenSSH (sshd(8), "SSH_KNOWN_HOSTS
 * FILE FORMAT").
 *
 * Model   a line names hosts ("host", "[host]:port", with '*' and '?', '!' before
 *         what is not meant; or the salted hash of one name), a kind of key and
 *         the key in base64. Keys after "@revoked" are nobody's; lines after
 *         "@cert-authority" are not read, because certificates are not checked.
 *         What is no such line says nothing.
 * Limits  a file of up to 8 MiB.
 */
#ifndef MLV_REMOTE_SFTP_KNOWN_HOSTS_H
#define MLV_REMOTE_SFTP_KNOWN_HOSTS_H

#include "core/base/buf.h"
#include "core/base/strs.h"

#define MLV_KNOWN_HOSTS_MAX ((size_t)8 << 20)

struct mlv_known_host {
	struct mlv_strs keys;    /* "kind base64" */
	struct mlv_strs revoked; /* the same; of any host that name matches */
};

void mlv_known_host_release(struct mlv_known_host *host);
/* Add what a file's text says of name ("host", or "[host]:port" where it is not 22). */
mlv_err mlv_known_host_read(struct mlv_known_host *host, const char *text, size_t len,
			    const char *name) MLV_CHECK;
/* Whether list has the key; "kind " before the base64 does not matter. */
bool mlv_known_host_has(const struct mlv_strs *list, const char *base64);

#endif
