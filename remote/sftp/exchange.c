/* sftp/exchange.c - a request of SFTP: with the right key file, and again where that may help. */
#include "core/base/sys.h"
#include "remote/retry.h"
#include "remote/transport/sftp.h"

#define PROGRESS ((uint64_t)1 << 20) /* bytes that went before a transfer broke */

mlv_err mlv_sftp_url(const struct mlv_sftp_remote *remote, const char *key, struct mlv_buf *url)
{
	mlv_err err = mlv_url_show(url, &remote->url);

	if (err || (err = mlv_buf_add_char(url, '/')))
		return err;
	return mlv_url_encode(url, key, strlen(key), "/");
}

/* Append a path in double quotes, as libcurl reads it. */
static mlv_err add_quoted(const struct mlv_sftp_remote *remote, struct mlv_buf *to, const char *key)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&path, "%s%s%s", remote->path, *remote->path ? "/" : "", key);

	if (!err)
		err = mlv_buf_add_str(to, " \"");
	for (const char *c = path.ptr; *c && !err; c++) {
		if (strchr("\"'\\", *c))
			err = mlv_buf_add_char(to, '\\');
		if (!err)
			err = mlv_buf_add_char(to, *c);
	}
	return err ? err : mlv_buf_add_char(to, '"');
}

mlv_err mlv_sftp_add_command(const struct mlv_sftp_remote *remote, struct mlv_strs *commands,
			     const char *verb, const char *key, const char *to)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	mlv_err err = mlv_buf_add_str(&line, verb);

	if (!err)
		err = add_quoted(remote, &line, key);
	if (!err && to)
		err = add_quoted(remote, &line, to);
	return err ? err : mlv_strs_add(commands, line.ptr);
}

/* ---- one exchange ---- */

static enum mlv_retry_why why_broken(const struct mlv_net_file_reply *reply)
{
	if (reply->unresolved)
		return MLV_RETRY_UNRESOLVED;
	if (reply->unreachable)
		return MLV_RETRY_UNREACHED;
	return reply->timed_out ? MLV_RETRY_TIMEOUT : MLV_RETRY_BROKEN;
}

/* Nobody was let in with this key file: is there another one? */
static bool next_key_file(struct mlv_sftp_remote *remote, unsigned tried)
{
	if (!remote->key_files[tried] || tried + 1 >= MLV_SFTP_KEY_FILES ||
	    !remote->key_files[tried + 1])
		return false;
	/* Another thread may have gone on already. */
	atomic_compare_exchange_strong(&remote->key_file, &tried, tried + 1);
	return true;
}

static mlv_err login_failed(const struct mlv_sftp_remote *remote, mlv_err err)
{
	return mlv_error_hint(mlv_error_wrap(err, "logging in as %s", remote->user),
			      "does this work: ssh -p %u %s@%s ? a key: ssh-add, or mlv config --local "
			      "remote.NAME.keyfile FILE (of the kind ed25519 or ecdsa)",
			      mlv_url_port(&remote->url), remote->user, remote->url.host);
}

/* Wait before another attempt; *again false: the failure stands. */
static mlv_err wait_again(struct mlv_sftp_remote *remote, struct mlv_retry *retry,
			  const struct mlv_net_file_reply *reply, bool *again)
{
	mlv_err err;

	/* A long transfer that goes on may break as often as it likes; the budget still holds. */
	if (reply->body > PROGRESS)
		retry->attempts = 0;
	err = mlv_retry_wait(retry, why_broken(reply), 0, again);
	if (!err && *again)
		mlv_tell_detail(remote->base.ctx, "%s: trying again", remote->base.url);
	return err;
}

/* After a failed attempt: NULL and *again for another one, else the failure that stands. */
static mlv_err failed(struct mlv_sftp_remote *remote, struct mlv_retry *retry, unsigned key_file,
		      const struct mlv_net_file_reply *reply, mlv_err err, bool *again)
{
	struct mlv_error kept = *err;

	*again = false;
	if (reply->end == MLV_FILE_LOGIN) {
		*again = next_key_file(remote, key_file);
		return *again ? NULL : login_failed(remote, mlv_error_copy(&kept));
	}
	if (!reply->transient)
		return err;
	err = wait_again(remote, retry, reply, again);
	return err || *again ? err : mlv_error_copy(&kept);
}

static mlv_err attempt(struct mlv_sftp_remote *remote, struct mlv_sftp_exchange *exchange,
		       unsigned key_file, struct mlv_net_file_reply *reply)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	mlv_err err = mlv_sftp_url(remote, exchange->at, &url);

	*reply = (struct mlv_net_file_reply){ .end = MLV_FILE_DENIED };
	if (err)
		return err;
	exchange->request.url = url.ptr;
	exchange->request.key_file = remote->key_files[key_file];
	err = remote->ops->file(remote->net, &exchange->request, reply);
	exchange->request.url = NULL;
	return err;
}

static mlv_err attempts(struct mlv_sftp_remote *remote, struct mlv_sftp_exchange *exchange,
			struct mlv_net_file_reply *reply)
{
	struct mlv_retry retry;
	bool again = true;
	mlv_err err = NULL;

	mlv_retry_begin(&retry, remote->base.ctx);
	while (again && !err) {
		unsigned key_file = atomic_load(&remote->key_file);

		err = attempt(remote, exchange, key_file, reply);
		if (!err || reply->end == MLV_FILE_MISSING || reply->end == MLV_FILE_COMMAND) {
			mlv_retry_succeeded(&retry);
			return NULL;
		}
		err = failed(remote, &retry, key_file, reply, err, &again);
		if (!err && again && exchange->again)
			err = exchange->again(exchange->arg);
	}
	return err;
}

mlv_err mlv_sftp_do(struct mlv_sftp_remote *remote, struct mlv_sftp_exchange *exchange,
		    struct mlv_net_file_reply *reply)
{
	mlv_err err = attempts(remote, exchange, reply);

	if (!err || err->code != MLV_E_REMOTE)
		return err;
	return mlv_error_wrap(err, "%s%s%s", remote->base.url, *exchange->key ? "/" : "",
			      exchange->key);
}

mlv_err mlv_sftp_commands(struct mlv_sftp_remote *remote, const char *key,
			  const struct mlv_strs *commands, bool *done)
{
	struct mlv_sftp_exchange exchange = {
		.at = "", .key = key, .request = { .what = MLV_FILE_COMMANDS, .commands = commands },
	};
	struct mlv_net_file_reply reply;
	mlv_err err = mlv_sftp_do(remote, &exchange, &reply);

	*done = !err && reply.end == MLV_FILE_DONE;
	return err;
}
