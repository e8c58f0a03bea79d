/*
 * net/module_sftp.c - one request of SFTP.
 *
 * libcurl (7.88, over libssh2 1.10) has no stat alone: a file is opened, looked
 * at, and closed. It looks at how fast bytes come only while they come, so that
 * a server that goes silent at another time is noticed here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/pace.h"
#include "remote/net/module_handle.h"

struct transfer {
	struct mlv_net *net;
	const struct mlv_net_file *request;
	struct mlv_net_file_reply *reply;
	CURL *handle;
	uint64_t sent;       /* bytes of the source given so far */
	curl_off_t moved;    /* bytes that went either way, when last seen */
	time_t seen;         /* when they had changed */
	bool enough, failed, stalled;
	struct mlv_error failure;
	char text[CURL_ERROR_SIZE];
};

static bool fail(struct transfer *t, mlv_err err)
{
	if (err && !t->failed) {
		t->failed = true;
		t->failure = *err;
	}
	return err != NULL;
}

static time_t now(void)
{
	struct timespec time = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

/* ---- what libcurl calls ---- */

/* Of a file whose size the server does not tell, libcurl sends the beginning, whatever was asked for. */
static mlv_err check_start(struct transfer *t)
{
	curl_off_t announced = -1;

	if (t->request->what != MLV_FILE_READ || t->request->offset == 0 || t->reply->body > 0)
		return NULL;
	curl_easy_getinfo(t->handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
	return announced >= 0 ? NULL
			      : mlv_error(MLV_E_REMOTE, "the server does not tell the size of files");
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * count;

	t->seen = now();
	if (fail(t, check_start(t)))
		return 0;
	t->reply->body += len;
	if (len > 0 && t->request->body &&
	    fail(t, t->request->body(t->request->arg, bytes, len, &t->enough)))
		return 0;
	if (fail(t, mlv_pace_take(t->net->options.ctx, len)))
		return 0;
	t->seen = now();
	return t->enough ? 0 : len;
}

static size_t on_read(char *to, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	const struct mlv_source *source = t->request->source;
	uint64_t left = source->size - t->sent;
	size_t len = size * count;

	if (len > left)
		len = (size_t)left;
	len = mlv_pace_piece(t->net->options.ctx, len);
	if (len > 0 && fail(t, source->read(source->arg, to, len, t->sent)))
		return CURL_READFUNC_ABORT;
	if (fail(t, mlv_pace_take(t->net->options.ctx, len)))
		return CURL_READFUNC_ABORT;
	t->sent += len;
	return len;
}

static int on_seek(void *arg, curl_off_t offset, int origin)
{
	struct transfer *t = arg;

	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > t->request->source->size)
		return CURL_SEEKFUNC_CANTSEEK;
	t->sent = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

static int on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
		       curl_off_t ulnow)
{
	struct transfer *t = arg;
	unsigned most = t->net->options.stall_seconds;

	(void)dltotal;
	(void)ultotal;
	(void)fail(t, mlv_ctx_check_stop(t->net->options.ctx));
	if (dlnow + ulnow != t->moved) {
		t->moved = dlnow + ulnow;
		t->seen = now();
	}
	t->stalled = now() - t->seen > (time_t)(most ? most : 30);
	return t->failed || t->stalled;
}

static int on_key(void *arg, int kind, const char *key, size_t len)
{
	struct transfer *t = arg;
	const struct mlv_net_login *login = t->net->options.login;

	(void)kind;
	return fail(t, login->check_key(login->arg, key, len)) ? CURLKHMATCH_MISMATCH
							       : CURLKHMATCH_OK;
}

/* ---- how it ended ---- */

/* All that goes wrong while a session begins has one code; libssh2's number stands in the words. */
static bool session_may_pass(const char *text)
{
	int number = 0;

	if (sscanf(text, "Failure establishing ssh session: %d", &number) == 1)
		return number != -5 && number != -8; /* no method that both sides know */
	return false;
}

/* Where no other code fits, what the server says no to and a broken connection have the same one. */
static bool server_says_no(CURLcode code, const char *text)
{
	return code == CURLE_SSH && (strstr(text, "Operation failed") || strstr(text, "not supported"));
}

static enum mlv_net_file_end end_of(CURLcode code, const char *text)
{
	if (server_says_no(code, text))
		return MLV_FILE_DENIED;
	switch (code) {
	case CURLE_REMOTE_FILE_NOT_FOUND:
		return MLV_FILE_MISSING;
	case CURLE_REMOTE_ACCESS_DENIED:
	case CURLE_REMOTE_DISK_FULL:
	case CURLE_REMOTE_FILE_EXISTS:
	case CURLE_UPLOAD_FAILED:
		return MLV_FILE_DENIED;
	case CURLE_QUOTE_ERROR:
		return MLV_FILE_COMMAND;
	case CURLE_LOGIN_DENIED:
		return MLV_FILE_LOGIN;
	case CURLE_BAD_DOWNLOAD_RESUME:
		return MLV_FILE_SHORT;
	default:
		return MLV_FILE_BROKEN;
	}
}

static mlv_err hint_of(const struct mlv_net *net, mlv_err err, CURLcode code,
		       const struct mlv_net_file_reply *reply)
{
	if (code == CURLE_FAILED_INIT && !reply->transient)
		return mlv_error_hint(err, "libssh2 1.10 knows no RSA keys with SHA-2: the server needs a "
					   "host key of the kind ed25519 or ecdsa, and SFTP switched on");
	if (reply->unreachable)
		return mlv_net_hint_unreachable(net, err);
	return err;
}

static const char *words_of(const struct transfer *t, CURLcode code)
{
	if (t->stalled)
		return "the server is silent";
	if (t->text[0])
		return t->text;
	/* libcurl does not tell these two apart. */
	if (code == CURLE_SSH && t->request->what == MLV_FILE_WRITE)
		return "the connection broke, or the server takes no more (is its disk full?)";
	return curl_easy_strerror(code);
}

static mlv_err curl_failed(struct transfer *t, CURLcode code)
{
	struct mlv_net_file_reply *reply = t->reply;
	const char *words = words_of(t, code);
	curl_off_t connected = 0;

	curl_easy_getinfo(t->handle, CURLINFO_CONNECT_TIME_T, &connected);
	reply->end = end_of(code, words);
	reply->timed_out = t->stalled || code == CURLE_OPERATION_TIMEDOUT;
	reply->transient = t->stalled || mlv_net_may_pass(code) ||
			   (code == CURLE_SSH && reply->end == MLV_FILE_BROKEN) ||
			   (code == CURLE_FAILED_INIT && session_may_pass(words));
	reply->unreachable = connected == 0 && reply->transient;
	reply->unresolved = reply->unreachable && mlv_net_unresolved(t->handle, code);
	return hint_of(t->net, mlv_error(MLV_E_REMOTE, "%s", words), code, reply);
}

static mlv_err transfer_end(struct transfer *t, CURLcode code)
{
	struct mlv_net_file_reply *reply = t->reply;
	curl_off_t size = -1;
	long modified = -1;

	reply->end = MLV_FILE_BROKEN;
	if (t->failed)
		return mlv_error_copy(&t->failure);
	if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && t->enough))
		return curl_failed(t, code);
	reply->end = MLV_FILE_DONE;
	curl_easy_getinfo(t->handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
	curl_easy_getinfo(t->handle, CURLINFO_FILETIME, &modified);
	reply->has_size = size >= 0;
	reply->size = size > 0 ? (uint64_t)size : 0;
	reply->modified = modified;
	if (t->request->what == MLV_FILE_WRITE)
		reply->body = t->sent;
	return NULL;
}

/* ---- one request ---- */

static void set_login(CURL *handle, const struct transfer *t, const char *known_path)
{
	const struct mlv_net_login *login = t->net->options.login;
	const char *key_file = t->request->key_file;
	unsigned long ways = 0;

	if (key_file)
		ways |= CURLSSH_AUTH_PUBLICKEY;
	if (login->agent)
		ways |= CURLSSH_AUTH_AGENT;
	if (login->password)
		ways |= CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD;
	curl_easy_setopt(handle, CURLOPT_SSH_AUTH_TYPES, ways);
	curl_easy_setopt(handle, CURLOPT_USERNAME, login->user);
	curl_easy_setopt(handle, CURLOPT_PASSWORD, login->password ? login->password : "");
	/* Never NULL: libcurl would look for one in the home and the working directory. */
	curl_easy_setopt(handle, CURLOPT_SSH_PRIVATE_KEYFILE, key_file ? key_file : "");
	if (login->passphrase)
		curl_easy_setopt(handle, CURLOPT_KEYPASSWD, login->passphrase);
	curl_easy_setopt(handle, CURLOPT_SSH_KNOWNHOSTS, known_path);
	curl_easy_setopt(handle, CURLOPT_SSH_HOSTKEYFUNCTION, on_key);
	curl_easy_setopt(handle, CURLOPT_SSH_HOSTKEYDATA, t);
}

static void set_callbacks(CURL *handle, struct transfer *t)
{
	curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, t->text);
	curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(handle, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(handle, CURLOPT_XFERINFODATA, t);
}

static void set_writing(CURL *handle, struct transfer *t)
{
	curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->request->source->size);
	curl_easy_setopt(handle, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(handle, CURLOPT_READDATA, t);
	curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(handle, CURLOPT_SEEKDATA, t);
	curl_easy_setopt(handle, CURLOPT_FTP_CREATE_MISSING_DIRS, (long)CURLFTP_CREATE_DIR);
	/* As the directory transport makes them; the server's umask takes its part. */
	curl_easy_setopt(handle, CURLOPT_NEW_FILE_PERMS, 0444L);
}

static void set_range(CURL *handle, const struct mlv_net_file *request)
{
	char range[64];

	if (request->offset == 0 && request->len == UINT64_MAX)
		return;
	if (request->len == UINT64_MAX)
		snprintf(range, sizeof(range), "%llu-", (unsigned long long)request->offset);
	else
		snprintf(range, sizeof(range), "%llu-%llu", (unsigned long long)request->offset,
			 (unsigned long long)(request->offset + request->len - 1));
	curl_easy_setopt(handle, CURLOPT_RANGE, range);
}

static void set_request(CURL *handle, struct transfer *t, struct curl_slist *commands)
{
	enum mlv_net_file_what what = t->request->what;

	curl_easy_setopt(handle, CURLOPT_NEW_DIRECTORY_PERMS, 0777L);
	if (what == MLV_FILE_WRITE) {
		set_writing(handle, t);
		curl_easy_setopt(handle, CURLOPT_POSTQUOTE, commands);
	} else if (what == MLV_FILE_COMMANDS) {
		/* Of a directory without a body nothing is asked. */
		curl_easy_setopt(handle, CURLOPT_QUOTE, commands);
		curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
	} else if (what == MLV_FILE_LOOK) {
		curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
		/* One more round trip. */
		curl_easy_setopt(handle, CURLOPT_FILETIME, t->request->with_time ? 1L : 0L);
	} else if (what == MLV_FILE_READ) {
		set_range(handle, t->request);
	} else {
		curl_easy_setopt(handle, CURLOPT_DIRLISTONLY, what == MLV_FILE_NAMES ? 1L : 0L);
	}
}

static void slist_free(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static mlv_err add_commands(struct curl_slist **list, const struct mlv_strs *commands)
{
	for (size_t i = 0; commands && i < commands->count; i++) {
		struct curl_slist *longer = curl_slist_append(*list, commands->at[i]);

		if (!longer)
			return mlv_error_nomem("commands");
		*list = longer;
	}
	return NULL;
}

mlv_err mlv_net_file(struct mlv_net *net, const struct mlv_net_file *request,
		     struct mlv_net_file_reply *reply)
{
	MLV_SCOPED(slist_free) struct curl_slist *commands = NULL;
	struct transfer t = { .net = net, .request = request, .reply = reply, .seen = now() };
	char known[64];
	CURLcode code;
	mlv_err err;

	*reply = (struct mlv_net_file_reply){ .end = MLV_FILE_BROKEN, .modified = -1 };
	if ((err = add_commands(&commands, request->commands)))
		return err;
	if (!(t.handle = mlv_net_take_handle(net)))
		return mlv_error_nomem("a connection");
	snprintf(known, sizeof(known), "/proc/self/fd/%d", net->known);
	mlv_net_set_limits(t.handle, net);
	set_login(t.handle, &t, known);
	set_callbacks(t.handle, &t);
	set_request(t.handle, &t, commands);
	code = curl_easy_setopt(t.handle, CURLOPT_URL, request->url);
	if (code == CURLE_OK)
		code = mlv_net_run(t.handle);
	err = transfer_end(&t, code);
	mlv_net_note_end(net, err && reply->transient);
	/* What the server says no to breaks nothing. */
	mlv_net_give_back(net, t.handle, reply->end != MLV_FILE_BROKEN);
	return err;
}
