/* net/module_transfer.h - one transfer of mlv-net.so: what libcurl calls back, and how it ended. */
#ifndef MLV_REMOTE_NET_MODULE_TRANSFER_H
#define MLV_REMOTE_NET_MODULE_TRANSFER_H

#include <curl/curl.h>

#include "remote/net/module.h"

struct mlv_net_transfer {
	struct mlv_ctx *ctx;
	const struct mlv_net_request *request;
	struct mlv_net_reply *reply;
	uint64_t read;         /* bytes of the source given so far */
	size_t header_bytes;   /* of all answers */
	bool whole_head;       /* the empty line at its end came */
	struct mlv_net *net;
	bool begun;            /* begin() was called */
	bool enough;           /* body() has all that it needs, or an error's body is long enough */
	bool failed;           /* a callback failed, or it may not go on: failure says how */
	struct mlv_error failure;
	char text[CURL_ERROR_SIZE]; /* libcurl's words */
};

size_t mlv_net_on_header(char *bytes, size_t size, size_t count, void *arg);
size_t mlv_net_on_body(char *bytes, size_t size, size_t count, void *arg);
size_t mlv_net_on_read(char *to, size_t size, size_t count, void *arg);
int mlv_net_on_seek(void *arg, curl_off_t offset, int origin);
int mlv_net_on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
			curl_off_t ulnow);
/* What libcurl's result means. */
mlv_err mlv_net_transfer_end(struct mlv_net_transfer *transfer, CURL *handle,
			     CURLcode code) MLV_CHECK;

#endif
