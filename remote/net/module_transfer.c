#include "remote/net/module_transfer.h"

#include <ctype.h>
#include <stdio.h>

#include "core/base/pace.h"
#include "remote/http/header.h"
#include "remote/net/module_handle.h"

static bool fail(struct mlv_net_transfer *transfer, mlv_err err)
{
	if (err && !transfer->failed) {
		transfer->failed = true;
		transfer->failure = *err;
	}
	return err != NULL;
}

/* "HTTP/1.1 206 Partial Content": a new answer begins, as after "100 Continue". */
static void begin_answer(struct mlv_net_transfer *transfer, const char *line, size_t len)
{
	const char *space = memchr(line, ' ', len);
	struct mlv_net_reply *reply = transfer->reply;

	mlv_buf_clear(&reply->headers);
	reply->status = 0;
	transfer->whole_head = false;
	if (!space || (size_t)(line + len - space) < 4)
		return;
	for (int i = 1; i <= 3; i++) {
		if (!isdigit((unsigned char)space[i])) {
			reply->status = 0;
			return;
		}
		reply->status = reply->status * 10 + (space[i] - '0');
	}
}

static mlv_err keep_header(struct mlv_buf *headers, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	mlv_err err = NULL;

	if (!colon || colon == line || memchr(line, '\0', len))
		return NULL;
	for (const char *c = line; c < colon && !err; c++)
		err = mlv_buf_add_char(headers, (char)tolower((unsigned char)*c));
	for (colon++, len -= (size_t)(colon - line); len > 0 && (*colon == ' ' || *colon == '\t');
	     len--)
		colon++;
	while (len > 0 && strchr("\r\n \t", colon[len - 1]))
		len--;
	if (err || (err = mlv_buf_add_char(headers, '\0')) ||
	    (err = mlv_buf_add(headers, colon, len)))
		return err;
	return mlv_buf_add_char(headers, '\0');
}

size_t mlv_net_on_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct mlv_net_transfer *transfer = arg;
	size_t len = size * count;

	transfer->header_bytes += len;
	if (transfer->header_bytes > MLV_NET_HEADERS_MAX) {
		fail(transfer, mlv_error(MLV_E_REMOTE, "the server sent more than 64 KiB of headers"));
		return 0;
	}
	if (len >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
		begin_answer(transfer, bytes, len);
	else if (len > 0 && (bytes[0] == '\r' || bytes[0] == '\n'))
		transfer->whole_head = true;
	else if (fail(transfer, keep_header(&transfer->reply->headers, bytes, len)))
		return 0;
	return len;
}

static mlv_err begin_body(struct mlv_net_transfer *transfer)
{
	if (transfer->begun)
		return NULL;
	transfer->begun = true;
	return transfer->request->begin
		       ? transfer->request->begin(transfer->request->arg, transfer->reply)
		       : NULL;
}

/* Keep the beginning of an error's body; what follows is of no use. */
static size_t keep_error(struct mlv_net_transfer *transfer, const char *bytes, size_t len)
{
	struct mlv_buf *error = &transfer->reply->error;
	size_t room = MLV_NET_ERROR_MAX - error->len;

	if (fail(transfer, mlv_buf_add(error, bytes, len < room ? len : room)))
		return 0;
	transfer->enough = len > room;
	return transfer->enough ? 0 : len;
}

size_t mlv_net_on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct mlv_net_transfer *transfer = arg;
	const struct mlv_net_request *request = transfer->request;
	size_t len = size * count;

	if (transfer->reply->status >= 300)
		return keep_error(transfer, bytes, len);
	if (fail(transfer, begin_body(transfer)))
		return 0;
	transfer->reply->body += len;
	if (!request->body && transfer->reply->body > MLV_NET_ERROR_MAX)
		transfer->enough = true;
	if (len > 0 && request->body &&
	    fail(transfer, request->body(request->arg, bytes, len, &transfer->enough)))
		return 0;
	if (fail(transfer, mlv_pace_take(transfer->ctx, len)))
		return 0;
	return transfer->enough ? 0 : len;
}

size_t mlv_net_on_read(char *to, size_t size, size_t count, void *arg)
{
	struct mlv_net_transfer *transfer = arg;
	const struct mlv_net_request *request = transfer->request;
	uint64_t left = request->size - transfer->read;
	size_t len = size * count;

	if (len > left)
		len = (size_t)left;
	if (len == 0 || !request->source)
		return 0;
	len = mlv_pace_piece(transfer->ctx, len);
	if (fail(transfer, request->source->read(request->source->arg, to, len,
						 request->offset + transfer->read)) ||
	    fail(transfer, mlv_pace_take(transfer->ctx, len)))
		return CURL_READFUNC_ABORT;
	transfer->read += len;
	return len;
}

int mlv_net_on_seek(void *arg, curl_off_t offset, int origin)
{
	struct mlv_net_transfer *transfer = arg;

	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > transfer->request->size)
		return CURL_SEEKFUNC_CANTSEEK;
	transfer->read = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

int mlv_net_on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
			curl_off_t ulnow)
{
	struct mlv_net_transfer *transfer = arg;

	(void)dltotal;
	(void)dlnow;
	(void)ultotal;
	(void)ulnow;
	return fail(transfer, mlv_ctx_check_stop(transfer->ctx));
}

mlv_err mlv_net_hint_unreachable(const struct mlv_net *net, mlv_err err)
{
	return net->options.typed
		       ? mlv_error_hint(err, "is the server up, and the URL right?")
		       : mlv_error_hint(err, "is the server up, and the URL right? mlv remote list "
					     "shows it, mlv remote modify <name> url <url> changes it");
}

bool mlv_net_may_pass(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_HTTP2:
	case CURLE_PARTIAL_FILE:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_FAIL_REWIND:
	case CURLE_HTTP2_STREAM:
	case CURLE_AGAIN:
		return true;
	default:
		return false;
	}
}

bool mlv_net_unresolved(CURL *handle, CURLcode code)
{
	curl_off_t looked_up = 0; /* when, in microseconds; 0: not yet */

	curl_easy_getinfo(handle, CURLINFO_NAMELOOKUP_TIME_T, &looked_up);
	return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
	       (code == CURLE_OPERATION_TIMEDOUT && looked_up == 0);
}

/*
 * Why a server's certificate was not taken, and what can be done: numbers of
 * OpenSSL's X509_V_ERR_*. A name that is another one is found by libcurl itself.
 */
static mlv_err not_verified(CURL *handle, const char *words)
{
	static const struct {
		long number;
		const char *what, *hint;
	} reasons[] = {
		{ 9, "the server's certificate is not valid yet", "is this machine's clock right?" },
		{ 10, "the server's certificate has expired",
		  "who runs the server must renew it; is this machine's clock right?" },
		{ 18, "the server's certificate is signed by itself",
		  "if the server is yours: mlv config --global remote.NAME.ca_file <its certificate>" },
		{ 19, "the server's certificate is of an authority that this machine does not know",
		  "if it is your own authority: mlv config --global remote.NAME.ca_file <its certificate>" },
		{ 20, "the server's certificate is of an authority that this machine does not know",
		  "if it is your own authority: mlv config --global remote.NAME.ca_file <its certificate>" },
		{ 23, "the server's certificate was revoked", "ask who runs the server" },
	};
	long number = 0;

	curl_easy_getinfo(handle, CURLINFO_SSL_VERIFYRESULT, &number);
	for (size_t i = 0; i < MLV_COUNT(reasons); i++)
		if (reasons[i].number == number)
			return mlv_error_hint(mlv_error(MLV_E_REMOTE, "%s", reasons[i].what), "%s",
					      reasons[i].hint);
	if (strstr(words, "subject name"))
		return mlv_error_hint(mlv_error(MLV_E_REMOTE, "the server's certificate is for another name"),
				      "use the name that it is for: mlv remote modify <name> url <url>");
	return mlv_error_hint(mlv_error(MLV_E_REMOTE, "the server's certificate is not taken: %s", words),
			      "if the server has a certificate of your own authority: "
			      "mlv config --global remote.NAME.ca_file FILE");
}

/* An answer that makes no sense: another attempt may bring one that does. */
static mlv_err odd(struct mlv_net_transfer *transfer, const char *what)
{
	transfer->reply->transient = transfer->reply->odd = true;
	return mlv_error(MLV_E_REMOTE, "%s", what);
}

static mlv_err curl_failed(struct mlv_net_transfer *transfer, CURL *handle, CURLcode code)
{
	curl_off_t connected = 0; /* when, in microseconds; 0 as well on a connection of before */
	long sent = 0;            /* bytes of requests */
	const char *words = transfer->text[0] ? transfer->text : curl_easy_strerror(code);
	mlv_err err;

	/* What is not allowed is what needs no head: all is taken for such that is no HTTP. */
	if (code == CURLE_UNSUPPORTED_PROTOCOL)
		return odd(transfer, "what answers there is no web server");
	/* Of memory there is enough, or the process has ended. */
	if (code == CURLE_OUT_OF_MEMORY)
		return mlv_error(MLV_E_REMOTE, "the server sent a header that is too long");
	curl_easy_getinfo(handle, CURLINFO_CONNECT_TIME_T, &connected);
	curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &sent);
	transfer->reply->transient = mlv_net_may_pass(code);
	transfer->reply->timed_out = code == CURLE_OPERATION_TIMEDOUT;
	transfer->reply->unreachable = connected == 0 && sent == 0 && transfer->reply->transient;
	transfer->reply->unresolved = transfer->reply->unreachable && mlv_net_unresolved(handle, code);
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return not_verified(handle, words);
	err = mlv_error(MLV_E_REMOTE, "%s", words);
	if (code == CURLE_SSL_CACERT_BADFILE)
		return mlv_error_hint(err, "is remote.NAME.ca_file a file of certificates, in PEM?");
	if (code == CURLE_SSL_CERTPROBLEM)
		return mlv_error_hint(err, "are remote.NAME.cert_path and key_path a certificate and its "
					   "key, in PEM, the key without a passphrase?");
	if (transfer->reply->unreachable)
		return mlv_net_hint_unreachable(transfer->net, err);
	return err;
}

/*
 * Whether the answer to what is written is one of before, sent again: stores
 * give each request an id. What is read is proved by its bytes, and may come
 * from where answers are kept.
 */
static bool came_before(struct mlv_net_transfer *transfer)
{
	const char *id = mlv_http_field(&transfer->reply->headers, "x-amz-request-id");
	bool same = id && id[0] && mlv_net_saw(transfer->net, id);

	return same && (strcmp(transfer->request->method, "PUT") == 0 ||
			strcmp(transfer->request->method, "POST") == 0);
}

/* What the answer to another method would say, where a proxy mixes them up. */
static bool is_of_another(const struct mlv_net_transfer *transfer)
{
	const char *method = transfer->request->method;
	int status = transfer->reply->status;

	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return status == 201 || status == 202 || status == 204 || status == 207;
	return status == 206;
}

static mlv_err check_answer(struct mlv_net_transfer *transfer, CURL *handle)
{
	struct mlv_net_reply *reply = transfer->reply;
	curl_off_t announced = -1;

	if (!transfer->whole_head || reply->status < 200)
		return odd(transfer, "the answer ends within its head");
	if (is_of_another(transfer))
		return odd(transfer, "the answer is of another request");
	if (came_before(transfer))
		return odd(transfer, "an answer came twice");
	if (reply->status < 300)
		(void)fail(transfer, begin_body(transfer));
	if (transfer->failed)
		return mlv_error_copy(&transfer->failure);
	curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
	if (!transfer->enough && announced >= 0 && reply->status < 300 &&
	    strcmp(transfer->request->method, "HEAD") != 0 && (uint64_t)announced != reply->body) {
		reply->transient = true;
		return mlv_error(MLV_E_REMOTE, "the server sent %llu bytes of %lld",
				 (unsigned long long)reply->body, (long long)announced);
	}
	return NULL;
}

mlv_err mlv_net_transfer_end(struct mlv_net_transfer *transfer, CURL *handle, CURLcode code)
{
	if (transfer->failed)
		return mlv_error_copy(&transfer->failure);
	if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && transfer->enough))
		return curl_failed(transfer, handle, code);
	return check_answer(transfer, handle);
}
