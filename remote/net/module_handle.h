/* net/module_handle.h - handles of libcurl in mlv-net.so, which keep their connections. */
#ifndef MLV_REMOTE_NET_MODULE_HANDLE_H
#define MLV_REMOTE_NET_MODULE_HANDLE_H

#include <curl/curl.h>
#include <pthread.h>

#include "remote/net/module.h"

#define MLV_NET_KEPT_MAX 64 /* handles, each with its connections, kept for further requests */

struct mlv_net {
	struct mlv_net_options options; /* its strings are our own */
	char *ca_file, *proxy, *cert_file, *key_file;
	int known; /* a file in memory with the login's known keys; -1: none */
	pthread_mutex_t lock;
	pthread_cond_t freed; /* a request ended */
	unsigned in_use;      /* requests under way; under lock, as all below */
	unsigned limit;       /* how many there may be now; options.connections at most */
	unsigned strained;    /* requests in a row of which the network or the server had too many */
	unsigned well;        /* and of which it had not, since the limit was changed */
	CURL *kept[MLV_NET_KEPT_MAX]; /* handles not in use, the last used last */
	size_t kept_count;
	uint64_t ids[MLV_NET_KEPT_MAX]; /* hashes of what the last answers were called */
	size_t next_id;
};

/*
 * One that is not in use, or a new one, without options, once there are fewer
 * requests under way than there may be; NULL when memory is out.
 */
CURL *mlv_net_take_handle(struct mlv_net *net);
/* Whether an answer with this id came lately; it has come now. */
bool mlv_net_saw(struct mlv_net *net, const char *id);
/* Keep a handle and its connection, unless its transfer broke. */
void mlv_net_give_back(struct mlv_net *net, CURL *handle, bool keep);
/*
 * A request ended, strained: it broke, or the server wanted fewer. With three of these in a row
 * half as many are under way from then on; with as many that went well as are allowed, one more.
 */
void mlv_net_note_end(struct mlv_net *net, bool strained);
/* The hint for what cannot be reached. */
mlv_err mlv_net_hint_unreachable(const struct mlv_net *net, mlv_err err) MLV_CHECK MLV_NEVER_NULL;
/* What holds for all requests: protocols, time, proxy. */
void mlv_net_set_limits(CURL *handle, const struct mlv_net *net);
/* curl_easy_perform() without a SIGPIPE. */
CURLcode mlv_net_run(CURL *handle);
/* Whether a failure of libcurl may pass. */
bool mlv_net_may_pass(CURLcode code);
/* Whether it failed because the address of a host was not found. */
bool mlv_net_unresolved(CURL *handle, CURLcode code);
/* The file() of struct mlv_net_ops. */
mlv_err mlv_net_file(struct mlv_net *net, const struct mlv_net_file *request,
		     struct mlv_net_file_reply *reply) MLV_CHECK;

#endif
