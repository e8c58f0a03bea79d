/* transport/sftp.h - what the parts of the sftp transport share. */
#ifndef MLV_REMOTE_TRANSPORT_SFTP_H
#define MLV_REMOTE_TRANSPORT_SFTP_H

#include <pthread.h>
#include <stdatomic.h>

#include "remote/net/module.h"
#include "remote/sftp/known_hosts.h"
#include "remote/url.h"

#define MLV_SFTP_KEY_FILES 4

struct mlv_sftp_remote {
	struct mlv_transport base; /* first */
	const struct mlv_net_ops *ops;
	struct mlv_net *net;
	struct mlv_url url;          /* without a password, the path without a slash at its end */
	char *path;                  /* the same path, decoded; below the home without "/~/" before it */
	struct mlv_net_login login;  /* points to what follows */
	char *user, *password, *passphrase;
	char *known;                 /* the line for libcurl */
	char *host_name;             /* as in known_hosts */
	char *known_hosts;           /* the file, for hints */
	struct mlv_known_host host;
	char *key_files[MLV_SFTP_KEY_FILES]; /* to be tried in turn; NULL ends */
	atomic_uint key_file;        /* the one that is tried, or was taken */
	atomic_bool root_seen;       /* the remote's directory is there */
};

static inline struct mlv_sftp_remote *mlv_sftp_remote_of(struct mlv_transport *t)
{
	return (struct mlv_sftp_remote *)(void *)t;
}

/* ---- sftp/login.c ---- */

/* Find out who we are and what the host is known by. MLV_E_REFUSED: the remote is not trusted. */
mlv_err mlv_sftp_login(struct mlv_sftp_remote *remote, struct mlv_ctx *ctx,
		       const struct mlv_remote_settings *settings) MLV_CHECK;
void mlv_sftp_login_release(struct mlv_sftp_remote *remote);

/* ---- sftp/exchange.c ---- */

/* The URL of a key; "" is the remote's directory, with a slash at its end. */
mlv_err mlv_sftp_url(const struct mlv_sftp_remote *remote, const char *key,
		     struct mlv_buf *url) MLV_CHECK;
struct mlv_sftp_exchange {
	const char *at;  /* what is asked for: a key, looked at anew before each attempt */
	const char *key; /* the key that failures name */
	struct mlv_net_file request; /* all but its url and key_file */
	/* Before each attempt but the first; may change what is above. NULL: nothing is changed. */
	mlv_err (*again)(void *arg);
	void *arg;
};
/*
 * Do it, and again while that may help (retry.h). That something is missing,
 * or a command failed, is no failure here: the caller judges reply->end.
 */
mlv_err mlv_sftp_do(struct mlv_sftp_remote *remote, struct mlv_sftp_exchange *exchange,
		    struct mlv_net_file_reply *reply) MLV_CHECK;
/* The commands alone; *done is false when one of them failed. */
mlv_err mlv_sftp_commands(struct mlv_sftp_remote *remote, const char *key,
			  const struct mlv_strs *commands, bool *done) MLV_CHECK;
/* Add "verb "path of key" "path of to"" (to NULL: one path). */
mlv_err mlv_sftp_add_command(const struct mlv_sftp_remote *remote, struct mlv_strs *commands,
			     const char *verb, const char *key, const char *to) MLV_CHECK;

/* ---- operations ---- */

mlv_err mlv_sftp_head(struct mlv_transport *t, const char *key, bool *there,
		      uint64_t *size) MLV_CHECK;
mlv_err mlv_sftp_put(struct mlv_transport *t, const char *key,
		     const struct mlv_source *source) MLV_CHECK;
mlv_err mlv_sftp_list(struct mlv_transport *t, const char *prefix, mlv_list_fn fn,
		      void *arg) MLV_CHECK;

#endif
