/* net/module.c - libcurl, wrapped; loaded on first use as mlv-net.so. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create */
#endif
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/pace.h"
#include "core/base/sys.h"
#include "remote/net/module_handle.h"
#include "remote/net/module_transfer.h"
#include "remote/net/module_xml.h"

/* ---- memory: libcurl does not survive its lack everywhere, but every state on disk does ---- */

static void *or_end(void *ptr)
{
	static const char message[] = "mlv: out of memory\n";

	if (ptr)
		return ptr;
	(void)!write(STDERR_FILENO, message, sizeof(message) - 1);
	_exit(mlv_errc_exit_status(MLV_E_NOMEM));
}

static void *alloc_or_end(size_t size)
{
	return or_end(mlv_sys_alloc(size));
}

static void *realloc_or_end(void *ptr, size_t size)
{
	return or_end(mlv_sys_realloc(ptr, size));
}

static void *calloc_or_end(size_t count, size_t size)
{
	return or_end(mlv_sys_alloc_array(count, size));
}

static char *strdup_or_end(const char *text)
{
	return or_end(mlv_sys_strdup(text));
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode init_result;

static void init_once(void)
{
	init_result = curl_global_init_mem(CURL_GLOBAL_DEFAULT, alloc_or_end, free, realloc_or_end,
					   strdup_or_end, calloc_or_end);
}

/* ---- handles ---- */

#define STRAINED 3 /* requests in a row */

CURL *mlv_net_take_handle(struct mlv_net *net)
{
	CURL *handle;

	pthread_mutex_lock(&net->lock);
	while (net->limit && net->in_use >= net->limit)
		pthread_cond_wait(&net->freed, &net->lock);
	handle = net->kept_count > 0 ? net->kept[--net->kept_count] : curl_easy_init();
	net->in_use += handle != NULL;
	pthread_mutex_unlock(&net->lock);
	return handle;
}

bool mlv_net_saw(struct mlv_net *net, const char *id)
{
	uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
	bool seen = false;

	for (; *id; id++)
		hash = (hash ^ (unsigned char)*id) * 0x100000001b3u;
	pthread_mutex_lock(&net->lock);
	for (size_t i = 0; i < MLV_COUNT(net->ids); i++)
		seen = seen || net->ids[i] == hash;
	net->ids[net->next_id++ % MLV_COUNT(net->ids)] = hash;
	pthread_mutex_unlock(&net->lock);
	return seen;
}

/* Whether nothing came on it since its last answer: neither its end nor bytes that nobody asked for. */
static bool is_quiet(CURL *handle)
{
	curl_socket_t socket = CURL_SOCKET_BAD;
	struct pollfd poll_fd = { .events = POLLIN };

	curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket);
	poll_fd.fd = socket;
	return socket == CURL_SOCKET_BAD || poll(&poll_fd, 1, 0) == 0;
}

static CURL *take_quiet(struct mlv_net *net)
{
	CURL *handle = mlv_net_take_handle(net);

	/* HTTP/2 has frames between answers, and knows of each whose it is. */
	while (handle && !net->options.http2 && !is_quiet(handle)) {
		mlv_net_give_back(net, handle, false);
		handle = mlv_net_take_handle(net);
	}
	return handle;
}

void mlv_net_give_back(struct mlv_net *net, CURL *handle, bool keep)
{
	if (keep)
		curl_easy_reset(handle);
	pthread_mutex_lock(&net->lock);
	net->in_use--;
	if (keep && net->kept_count < MLV_NET_KEPT_MAX) {
		net->kept[net->kept_count++] = handle;
		handle = NULL;
	}
	pthread_cond_signal(&net->freed);
	pthread_mutex_unlock(&net->lock);
	if (handle)
		curl_easy_cleanup(handle);
}

void mlv_net_note_end(struct mlv_net *net, bool strained)
{
	unsigned before, now;

	pthread_mutex_lock(&net->lock);
	before = net->limit;
	net->strained = strained ? net->strained + 1 : 0;
	net->well = strained ? 0 : net->well + 1;
	if (net->strained >= STRAINED && net->limit > 1) {
		net->limit /= 2;
		net->strained = 0;
	} else if (net->well >= net->limit && net->limit < net->options.connections) {
		net->limit++;
		net->well = 0;
		pthread_cond_signal(&net->freed);
	}
	now = net->limit;
	pthread_mutex_unlock(&net->lock);
	if (now != before)
		mlv_tell_detail(net->options.ctx, "%u request%s at a time from now on, not %u", now,
				now == 1 ? "" : "s", before);
}

/*
 * OpenSSL writes to sockets without MSG_NOSIGNAL: a SIGPIPE that it raises in
 * this thread is blocked, and taken away before it is let through again.
 */
CURLcode mlv_net_run(CURL *handle)
{
	sigset_t pipe_set, before, pending;
	struct timespec no_time = { 0, 0 };
	CURLcode code;
	bool had;

	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_set, &before);
	had = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
	code = curl_easy_perform(handle);
	if (!had && sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1)
		(void)sigtimedwait(&pipe_set, NULL, &no_time);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code;
}

static void slist_free(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static mlv_err add_headers(struct curl_slist **list, const struct mlv_net_request *request)
{
	for (size_t i = 0; request->headers && i < request->headers->count; i++) {
		struct curl_slist *longer = curl_slist_append(*list, request->headers->at[i]);

		if (!longer)
			return mlv_error_nomem("headers");
		*list = longer;
	}
	return NULL;
}

static long or_else(unsigned seconds, long otherwise)
{
	return seconds ? (long)(seconds < 3600 ? seconds : 3600) : otherwise;
}

void mlv_net_set_limits(CURL *handle, const struct mlv_net *net)
{
	const bool paced = mlv_pace_is_set(net->options.ctx);

	curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, net->options.login ? "sftp" : "http,https");
	curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, net->options.http2 ? (long)CURL_HTTP_VERSION_2TLS
								 : (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(handle, CURLOPT_MAXCONNECTS, 2L); /* its own, and where it was redirected to */
	curl_easy_setopt(handle, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, or_else(net->options.connect_seconds, 10));
	curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1024L);
	curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, or_else(net->options.stall_seconds, 30));
	curl_easy_setopt(handle, CURLOPT_EXPECT_100_TIMEOUT_MS, 1000L);
	curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
	/* Small pieces where they are to be waited for: no server is to see a long silence. */
	curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, paced ? 16L * 1024 : 512L * 1024);
	curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, paced ? 16L * 1024 : 1024L * 1024);
	curl_easy_setopt(handle, CURLOPT_USERAGENT, "mlv/" MLV_VERSION);
	if (net->ca_file)
		curl_easy_setopt(handle, CURLOPT_CAINFO, net->ca_file);
	if (net->proxy)
		curl_easy_setopt(handle, CURLOPT_PROXY, net->proxy);
	if (net->options.no_verify) {
		curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

static void set_identity(CURL *handle, const struct mlv_net *net)
{
	if (net->options.digest_user) {
		curl_easy_setopt(handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_DIGEST);
		curl_easy_setopt(handle, CURLOPT_USERNAME, net->options.digest_user);
		curl_easy_setopt(handle, CURLOPT_PASSWORD, net->options.digest_password);
	}
	if (!net->cert_file)
		return;
	curl_easy_setopt(handle, CURLOPT_SSLCERT, net->cert_file);
	curl_easy_setopt(handle, CURLOPT_SSLKEY, net->key_file ? net->key_file : net->cert_file);
	curl_easy_setopt(handle, CURLOPT_KEYPASSWD, ""); /* nobody is asked for one */
}

static void set_method(CURL *handle, const struct mlv_net_request *request)
{
	if (request->source || strcmp(request->method, "POST") == 0 ||
	    strcmp(request->method, "PUT") == 0) {
		curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->size);
	}
	if (strcmp(request->method, "HEAD") == 0)
		curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_callbacks(CURL *handle, struct mlv_net_transfer *transfer)
{
	curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer->text);
	curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, mlv_net_on_header);
	curl_easy_setopt(handle, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, mlv_net_on_body);
	curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(handle, CURLOPT_READFUNCTION, mlv_net_on_read);
	curl_easy_setopt(handle, CURLOPT_READDATA, transfer);
	curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, mlv_net_on_seek);
	curl_easy_setopt(handle, CURLOPT_SEEKDATA, transfer);
	curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, mlv_net_on_progress);
	curl_easy_setopt(handle, CURLOPT_XFERINFODATA, transfer);
}

static void reply_reset(struct mlv_net_reply *reply)
{
	reply->status = 0;
	reply->body = 0;
	reply->transient = reply->unreachable = reply->unresolved = false;
	reply->timed_out = reply->odd = false;
	mlv_buf_clear(&reply->headers);
	mlv_buf_clear(&reply->error);
}

static mlv_err net_perform(struct mlv_net *net, const struct mlv_net_request *request,
			   struct mlv_net_reply *reply)
{
	MLV_SCOPED(slist_free) struct curl_slist *headers = NULL;
	struct mlv_net_transfer transfer = { .net = net, .ctx = net->options.ctx,
					     .request = request, .reply = reply };
	CURL *handle;
	CURLcode code;
	mlv_err err;

	reply_reset(reply);
	if ((err = add_headers(&headers, request)))
		return err;
	handle = take_quiet(net);
	if (!handle)
		return mlv_error_nomem("a connection");
	mlv_net_set_limits(handle, net);
	if (request->identify)
		set_identity(handle, net);
	set_method(handle, request);
	set_callbacks(handle, &transfer);
	curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
	code = curl_easy_setopt(handle, CURLOPT_URL, request->url);
	if (code == CURLE_OK)
		code = mlv_net_run(handle);
	err = mlv_net_transfer_end(&transfer, handle, code);
	mlv_net_note_end(net, err ? reply->transient : mlv_net_wants_fewer(reply->status));
	mlv_net_give_back(net, handle, code == CURLE_OK && !err);
	return err;
}

static void net_close(struct mlv_net *net)
{
	while (net->kept_count > 0)
		curl_easy_cleanup(net->kept[--net->kept_count]);
	pthread_cond_destroy(&net->freed);
	pthread_mutex_destroy(&net->lock);
	mlv_fd_close(&net->known);
	free(net->ca_file);
	free(net->proxy);
	free(net->cert_file);
	free(net->key_file);
	free(net);
}

/* libcurl reads known keys from a file, whose first line also decides which kind it asks for. */
static mlv_err keep_known(struct mlv_net *net, const char *known)
{
	net->known = memfd_create("known_hosts", MFD_CLOEXEC);
	if (net->known < 0)
		return mlv_error_sys("a file in memory");
	return mlv_fs_write_full(net->known, "a file in memory", known, strlen(known));
}

static bool copy(char **to, const char *text)
{
	return !text || (*to = mlv_sys_strdup(text));
}

static mlv_err net_open(struct mlv_net **out, const struct mlv_net_options *options)
{
	struct mlv_net *net;
	mlv_err err;

	pthread_once(&once, init_once);
	if (init_result != CURLE_OK)
		return mlv_error(MLV_E_SYSTEM, "libcurl does not start: %s",
				 curl_easy_strerror(init_result));
	net = mlv_sys_alloc(sizeof(*net));
	if (!net)
		return mlv_error_nomem("a network");
	net->options = *options;
	net->limit = options->connections;
	net->known = -1;
	pthread_mutex_init(&net->lock, NULL);
	pthread_cond_init(&net->freed, NULL);
	if (!copy(&net->ca_file, options->ca_file) || !copy(&net->proxy, options->proxy) ||
	    !copy(&net->cert_file, options->cert_file) || !copy(&net->key_file, options->key_file)) {
		net_close(net);
		return mlv_error_nomem("a network");
	}
	if (options->login && (err = keep_known(net, options->login->known))) {
		net_close(net);
		return err;
	}
	*out = net;
	return NULL;
}

const struct mlv_net_ops mlv_net_ops_1 = {
	.open = net_open,
	.perform = net_perform,
	.file = mlv_net_file,
	.close = net_close,
	.parse_xml = mlv_net_xml_parse,
};
