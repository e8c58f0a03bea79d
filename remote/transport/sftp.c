/*
 * transport/sftp.c - a directory of a server of SSH as a remote: SFTP version 3
 * (draft-ietf-secsh-filexfer-02) by libcurl.
 */
#include "remote/transport/sftp.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/module.h"
#include "core/base/sys.h"
#include "remote/http/header.h"
#include "remote/settings.h"

/* Connections at once: OpenSSH turns new ones away at random from ten that are not logged in yet. */
#define JOBS 4

/* ---- looking ---- */

static mlv_err look(struct mlv_sftp_remote *remote, const char *key, bool with_time,
		    struct mlv_net_file_reply *reply)
{
	struct mlv_sftp_exchange exchange = {
		.at = key, .key = key, .request = { .what = MLV_FILE_LOOK, .with_time = with_time },
	};

	return mlv_sftp_do(remote, &exchange, reply);
}

static mlv_err only_once(void *arg, const void *bytes, size_t len, bool *enough)
{
	(void)bytes;
	*(bool *)arg = len > 0;
	*enough = true;
	return NULL;
}

/* No size was told: the file is empty, or the server tells none. */
static mlv_err check_empty(struct mlv_sftp_remote *remote, const char *key)
{
	bool more = false;
	struct mlv_sftp_exchange exchange = {
		.at = key, .key = key,
		.request = { .what = MLV_FILE_READ, .len = UINT64_MAX, .body = only_once, .arg = &more },
	};
	struct mlv_net_file_reply reply;
	mlv_err err = mlv_sftp_do(remote, &exchange, &reply);

	if (err || !more)
		return err;
	return mlv_error(MLV_E_REMOTE, "%s/%s: the server does not tell the size of files",
			 remote->base.url, key);
}

static mlv_err drop_text(void *arg, const void *bytes, size_t len, bool *enough)
{
	(void)arg;
	(void)bytes;
	(void)len;
	(void)enough;
	return NULL;
}

/* Whether there is a directory, at is a key with a slash at its end. */
static mlv_err is_dir(struct mlv_sftp_remote *remote, const char *at, bool *yes)
{
	struct mlv_sftp_exchange exchange = {
		.at = at, .key = at, .request = { .what = MLV_FILE_NAMES, .body = drop_text },
	};
	struct mlv_net_file_reply reply;
	mlv_err err = mlv_sftp_do(remote, &exchange, &reply);

	*yes = !err && reply.end == MLV_FILE_DONE;
	return err;
}

/* What was put there by others may be a directory, which opens like a file. */
static mlv_err is_file(struct mlv_sftp_remote *remote, const char *key, bool *yes)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf at = MLV_BUF_INIT;
	bool dir = false;
	mlv_err err = mlv_buf_printf(&at, "%s/", key);

	if (!err)
		err = is_dir(remote, at.ptr, &dir);
	*yes = !dir;
	return err;
}

mlv_err mlv_sftp_head(struct mlv_transport *t, const char *key, bool *there, uint64_t *size)
{
	struct mlv_sftp_remote *remote = mlv_sftp_remote_of(t);
	struct mlv_net_file_reply reply;
	bool found;
	mlv_err err = look(remote, key, false, &reply);

	if (err)
		return err;
	found = reply.end == MLV_FILE_DONE;
	if (found && t->any_keys && (err = is_file(remote, key, &found)))
		return err;
	if (found && !reply.has_size && (err = check_empty(remote, key)))
		return err;
	*there = found;
	if (*there)
		*size = reply.size;
	return NULL;
}

static mlv_err sftp_version(struct mlv_transport *t, const char *key, struct mlv_version *version)
{
	struct mlv_net_file_reply reply;
	mlv_err err = look(mlv_sftp_remote_of(t), key, true, &reply);
	struct tm parts;
	time_t when;

	if (err || reply.end != MLV_FILE_DONE || reply.modified < 0)
		return err;
	when = (time_t)reply.modified;
	if (gmtime_r(&when, &parts) &&
	    strftime(version->text, sizeof(version->text), "%Y-%m-%dT%H:%M:%SZ", &parts) > 0)
		version->by = MLV_VERSION_MODIFIED;
	return NULL;
}

/* ---- reading ---- */

struct getting {
	const struct mlv_sink *sink;
	uint64_t begin, at, end; /* the first byte wanted, the next one, what is after the last */
	struct mlv_sftp_exchange exchange;
};

static mlv_err get_body(void *arg, const void *bytes, size_t len, bool *enough)
{
	struct getting *g = arg;
	mlv_err err;

	if (len > g->end - g->at) {
		len = (size_t)(g->end - g->at);
		*enough = true;
	}
	if (len == 0)
		return NULL;
	if ((err = g->sink->write(g->sink->arg, bytes, len)))
		return err;
	g->at += len;
	return NULL;
}

static void ask_for_rest(struct getting *g)
{
	g->exchange.request.offset = g->at;
	g->exchange.request.len = g->end == UINT64_MAX ? UINT64_MAX : g->end - g->at;
}

static mlv_err get_again(void *arg)
{
	struct getting *g = arg;
	uint64_t at = g->at;
	mlv_err err;

	if (at == g->begin)
		return NULL;
	if (!g->sink->resume)
		return mlv_error(MLV_E_REMOTE, "the connection broke after %llu bytes",
				 (unsigned long long)(at - g->begin));
	if ((err = g->sink->resume(g->sink->arg, &at)))
		return err;
	if (at < g->begin || at > g->end)
		return mlv_error(MLV_E_REMOTE, "cannot go on at byte %llu", (unsigned long long)at);
	g->at = at;
	ask_for_rest(g);
	return NULL;
}

/* A key that is not there, in a directory that is: a disk may not be mounted. */
static mlv_err not_there(struct mlv_sftp_remote *remote, const char *key)
{
	bool there = false;
	mlv_err err;

	if (!atomic_load(&remote->root_seen)) {
		if ((err = is_dir(remote, "", &there)))
			return err;
		if (!there)
			return mlv_error_hint(mlv_error(MLV_E_REMOTE, "%s: no such directory",
							remote->base.url),
					      "is its disk mounted? if it moved: mlv remote modify <name> "
					      "url <url>; in the home directory it is sftp://host/~/path");
		atomic_store(&remote->root_seen, true);
	}
	return mlv_error(MLV_E_MISSING, "%s/%s: not there", remote->base.url, key);
}

static mlv_err sftp_get(struct mlv_transport *t, const char *key, uint64_t offset, uint64_t len,
			const struct mlv_sink *sink)
{
	struct mlv_sftp_remote *remote = mlv_sftp_remote_of(t);
	struct getting g = {
		.sink = sink, .begin = offset, .at = offset,
		.end = len == UINT64_MAX ? len : offset + len,
		.exchange = { .at = key, .key = key, .again = get_again,
			      .request = { .what = MLV_FILE_READ, .body = get_body } },
	};
	struct mlv_net_file_reply reply;
	mlv_err err;

	g.exchange.arg = g.exchange.request.arg = &g;
	ask_for_rest(&g);
	err = mlv_sftp_do(remote, &g.exchange, &reply);
	if (!err && reply.end == MLV_FILE_MISSING)
		return not_there(remote, key);
	if (reply.end == MLV_FILE_SHORT || (!err && g.end != UINT64_MAX && g.at != g.end) ||
	    (!err && g.at == g.begin && offset > 0 && !reply.has_size))
		return mlv_error(MLV_E_CORRUPT, "%s/%s: it ends before what it should hold", t->url, key);
	return err;
}

/* ---- the rest ---- */

static mlv_err sftp_remove(struct mlv_transport *t, const char *key)
{
	struct mlv_sftp_remote *remote = mlv_sftp_remote_of(t);
	MLV_SCOPED(mlv_strs_release) struct mlv_strs commands = { 0 };
	bool done = false, there = false;
	uint64_t size;
	mlv_err err = mlv_sftp_add_command(remote, &commands, "rm", key, NULL);

	if (err || (err = mlv_sftp_commands(remote, key, &commands, &done)) || done ||
	    (err = mlv_sftp_head(t, key, &there, &size)) || !there)
		return err;
	return mlv_error(MLV_E_REMOTE, "%s/%s: the server does not let it be removed", t->url, key);
}

static void sftp_free(struct mlv_transport *t)
{
	struct mlv_sftp_remote *remote = mlv_sftp_remote_of(t);

	if (remote->net)
		remote->ops->close(remote->net);
	mlv_sftp_login_release(remote);
	mlv_url_release(&remote->url);
	free(remote->path);
	free(t->url);
	free(remote);
}

static const struct mlv_transport_ops sftp_ops = {
	.head = mlv_sftp_head,
	.get = sftp_get,
	.put = mlv_sftp_put,
	.list = mlv_sftp_list,
	.version = sftp_version,
	.remove = sftp_remove,
	.free = sftp_free,
};

/* ---- opening ---- */

static mlv_err keep_path(struct mlv_sftp_remote *remote)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	size_t len = strlen(remote->url.path);
	mlv_err err;

	while (len > 0 && remote->url.path[len - 1] == '/')
		remote->url.path[--len] = '\0';
	if ((err = mlv_url_decode(&path, remote->url.path, len)))
		return err;
	/* A path that does not begin with a slash is one below the home directory. */
	if (strcmp(path.ptr, "/~") == 0 || strncmp(path.ptr, "/~/", 3) == 0)
		remote->path = mlv_sys_strdup(path.ptr + (path.len > 2 ? 3 : 2));
	else
		remote->path = mlv_sys_strdup(path.len ? path.ptr : "/");
	return remote->path ? NULL : mlv_error_nomem("a transport");
}

static mlv_err parse_url(struct mlv_sftp_remote *remote, const struct mlv_remote_settings *settings)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	mlv_err err = mlv_url_parse(&remote->url, settings->url);

	if (!err && remote->url.query)
		err = mlv_error(MLV_E_USAGE, "not a usable URL: a query ('?'; write %%3F)");
	if (!err)
		err = keep_path(remote);
	if (err)
		return mlv_error_hint(mlv_error_wrap(err, "remote %s", settings->name),
				      "mlv remote modify %s url <url>", settings->name);
	if ((err = mlv_url_show(&shown, &remote->url)))
		return err;
	remote->base.url = mlv_buf_detach(&shown);
	return remote->base.url ? NULL : mlv_error_nomem("a transport");
}

static uint64_t count_of(const struct mlv_remote_settings *settings, const char *option,
			 uint64_t most, uint64_t otherwise)
{
	const char *text = mlv_setting(settings, option);
	uint64_t value = 0;

	return text && mlv_http_number(text, &value) && value > 0 && value <= most ? value : otherwise;
}

static mlv_err open_net(struct mlv_sftp_remote *remote, struct mlv_ctx *ctx,
			const struct mlv_remote_settings *settings)
{
	struct mlv_net_options options = {
		.ctx = ctx,
		.typed = !settings->setting,
		.login = &remote->login,
		.connections = remote->base.jobs,
		/* Until we are logged in: slower than a connection alone. */
		.connect_seconds = (unsigned)count_of(settings, "connect_timeout", 3600, 20),
		.stall_seconds = (unsigned)count_of(settings, "read_timeout", 3600, 30),
	};
	const void *table = NULL;
	mlv_err err = mlv_module_load(ctx, "mlv-net.so", "mlv_net_ops_1", &table);

	if (err)
		return err;
	remote->ops = table;
	return remote->ops->open(&remote->net, &options);
}

mlv_err mlv_transport_open_sftp(struct mlv_transport **out, struct mlv_ctx *ctx,
				const struct mlv_remote_settings *settings)
{
	struct mlv_sftp_remote *remote = mlv_sys_alloc(sizeof(*remote));
	mlv_err err;

	if (!remote)
		return mlv_error_nomem("a transport");
	remote->base.ops = &sftp_ops;
	remote->base.ctx = ctx;
	remote->base.lapses = true; /* put.c */
	remote->base.jobs = ctx->transfer_jobs ? ctx->transfer_jobs
					       : (unsigned)count_of(settings, "jobs", 256, JOBS);
	if ((err = parse_url(remote, settings)) || (err = mlv_sftp_login(remote, ctx, settings)) ||
	    (err = open_net(remote, ctx, settings))) {
		sftp_free(&remote->base);
		return err;
	}
	*out = &remote->base;
	return NULL;
}
