/*
 * http/put.c - writing to a web server so that a key appears only whole.
 *
 * A server that can MOVE (WebDAV, RFC 4918) gets the bytes under a temporary
 * name and renames them; whether it can is tried once, with an empty file. Of
 * any other, PUT is hoped to be whole, and the size is checked afterwards. So is
 * POST, where the setting "method" wants it: to the key's own URL, without more.
 *
 * What must not be there yet is moved with "Overwrite: F", or put with
 * "If-None-Match: *" where the server takes that; of what is there all the same
 * (412) the bytes are read, and replaced only if they are others.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "remote/transport/http.h"

#define TRIES 2 /* of sending what is not there afterwards, though the server took it */

static const int parent_missing[] = { 404, 409, 500, 0 };
static const int move_answers[] = { 404, 409, 412, 500, 501, 502, 0 };
static const int move_again_answers[] = { 404, 409, 412, 501, 0 };

static bool is_2xx(int status)
{
	return status >= 200 && status < 300;
}

/* Make the collections above key, from the top. What is there already, or is not ours to make,
 * is no failure: the next PUT will tell. */
static mlv_err make_parents(struct mlv_http_remote *remote, const char *key)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	static const int all[] = { 301, 302, 307, 308, 500, 501, 502, 503, 0 };
	mlv_err err = mlv_http_key_url(remote, key, &url);

	for (char *c = url.path; !err && c && *c; c++) {
		MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
		char after;

		if (*c != '/' || c == url.path)
			continue;
		after = c[1];
		c[1] = '\0';
		err = mlv_http_simple(remote, "MKCOL", &url, NULL, NULL, all, &reply);
		c[1] = after;
	}
	/* They may lie above the remote: its user is to know whose they are. */
	if (err && err->code == MLV_E_REMOTE)
		return mlv_error_wrap(err, "%s/%s: making the directories above it", remote->base.url,
				      key);
	return err;
}

/* PUT; a second time once the collections above are made, if that was what it wanted. */
static mlv_err put_to(struct mlv_http_remote *remote, const char *key,
		      const struct mlv_source *source, bool asks, struct mlv_net_reply *reply)
{
	static const int second[] = { 404, 409, 0 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs headers = { 0 };
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	mlv_err err = mlv_http_key_url(remote, key, &url);

	if (!err)
		err = mlv_strs_add(&headers, "Content-Type: application/octet-stream");
	if (!err && asks)
		err = mlv_http_add_header(&headers, "If-None-Match", "*");
	if (!err)
		err = mlv_http_simple(remote, "PUT", &url, source, &headers, parent_missing, reply);
	if (err || (reply->status != 404 && reply->status != 409 && reply->status != 500))
		return err;
	if ((err = make_parents(remote, key)))
		return err;
	return mlv_http_simple(remote, "PUT", &url, source, &headers, second, reply);
}

static mlv_err delete_key(struct mlv_http_remote *remote, const char *key)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	mlv_err err = mlv_http_key_url(remote, key, &url);

	return err ? err : mlv_http_simple(remote, "DELETE", &url, NULL, NULL, NULL, &reply);
}

/* A name below tmp/ that nobody else has. */
static void temporary_name(const char *prefix, char *name, size_t size)
{
	static atomic_uint serial;
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(name, size, "tmp/%s%lx-%lx-%lx-%x", prefix, (long)getpid(), (long)now.tv_sec,
		 (long)now.tv_nsec, atomic_fetch_add(&serial, 1));
}

/* MOVE, with Overwrite: F or T. */
static mlv_err move_key(struct mlv_http_remote *remote, const char *from, const char *to,
			bool overwrite, const int *as_is, struct mlv_net_reply *reply)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs headers = { 0 };
	MLV_SCOPED(mlv_url_release) struct mlv_url source = { 0 };
	MLV_SCOPED(mlv_url_release) struct mlv_url target = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_http_key_url(remote, from, &source)) ||
	    (err = mlv_http_key_url(remote, to, &target)) ||
	    (err = mlv_url_show(&shown, &target)) ||
	    (err = mlv_http_add_header(&headers, "Destination", shown.ptr)) ||
	    (err = mlv_http_add_header(&headers, "Overwrite", overwrite ? "T" : "F")))
		return err;
	return mlv_http_simple(remote, "MOVE", &source, NULL, &headers, as_is, reply);
}

/* Something is there already. *keep: it is what was to be there, and stays. */
static mlv_err may_stay(struct mlv_http_remote *remote, const char *key,
			const struct mlv_source *source, bool *keep)
{
	*keep = false;
	return source->fresh ? mlv_transport_same(&remote->base, key, source, keep) : NULL;
}

/*
 * MOVE to its place; parents are made, and what is there is replaced, only if they must be.
 * *kept: it was not moved, because what is there is the same.
 */
static mlv_err move_into_place(struct mlv_http_remote *remote, const char *from, const char *to,
			       const struct mlv_source *source, bool *kept,
			       struct mlv_net_reply *reply)
{
	mlv_err err = move_key(remote, from, to, false, move_answers, reply);

	*kept = false;
	if (!err && (reply->status == 409 || reply->status == 500 || reply->status == 404)) {
		if ((err = make_parents(remote, to)))
			return err;
		err = move_key(remote, from, to, false, move_again_answers, reply);
	}
	if (err || reply->status != 412)
		return err;
	if ((err = may_stay(remote, to, source, kept)))
		return err;
	return *kept ? NULL : move_key(remote, from, to, true, move_again_answers, reply);
}

static mlv_err no_bytes(void *arg, void *to, size_t len, uint64_t offset)
{
	(void)arg;
	(void)to;
	(void)len;
	(void)offset;
	return NULL;
}

/* Find out whether the server can MOVE. What it answers to the PUT is for the caller to see. */
static mlv_err try_move(struct mlv_http_remote *remote, enum mlv_http_move *move)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_source nothing = { .read = no_bytes };
	char name[128], moved[144];
	mlv_err err;

	temporary_name("try-", name, sizeof(name));
	snprintf(moved, sizeof(moved), "%s.moved", name);
	*move = MLV_MOVE_NO;
	if ((err = put_to(remote, name, &nothing, false, &reply)) || !is_2xx(reply.status))
		return err;
	if ((err = move_key(remote, name, moved, false, move_answers, &reply)))
		return err;
	*move = is_2xx(reply.status) ? MLV_MOVE_YES : MLV_MOVE_NO;
	return delete_key(remote, *move == MLV_MOVE_YES ? moved : name);
}

static mlv_err can_move(struct mlv_http_remote *remote, bool *can)
{
	mlv_err err = NULL;

	pthread_mutex_lock(&remote->lock);
	if (remote->move == MLV_MOVE_UNKNOWN) {
		enum mlv_http_move move = MLV_MOVE_UNKNOWN;

		if (!(err = try_move(remote, &move)))
			remote->move = move;
	}
	*can = remote->move == MLV_MOVE_YES;
	pthread_mutex_unlock(&remote->lock);
	return err;
}

static mlv_err put_failed(struct mlv_http_remote *remote, const char *key, const char *method,
			  const struct mlv_net_reply *reply)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	mlv_err err = mlv_http_key_url(remote, key, &url);

	return err ? err : mlv_http_status_error(&url, method, reply);
}

static void drop_temporary(struct mlv_http_remote *remote, const char *name)
{
	if (delete_key(remote, name))
		mlv_tell_detail(remote->base.ctx, "%s/%s is left over", remote->base.url, name);
}

static mlv_err put_and_move(struct mlv_http_remote *remote, const char *key,
			    const struct mlv_source *source)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_error why;
	char name[128];
	bool kept = false;
	mlv_err err;

	temporary_name("put-", name, sizeof(name));
	if ((err = put_to(remote, name, source, false, &reply)))
		return err;
	if (!is_2xx(reply.status))
		return put_failed(remote, key, "PUT", &reply);
	err = move_into_place(remote, name, key, source, &kept, &reply);
	/* What is gone may have been moved, by an attempt whose answer was lost: who calls looks. */
	if (!err && !kept && (is_2xx(reply.status) || reply.status == 404))
		return NULL;
	if (!err && !kept)
		err = put_failed(remote, key, "MOVE", &reply);
	if (err)
		why = *err;
	drop_temporary(remote, name);
	return err ? mlv_error_copy(&why) : NULL;
}

/* Whether an answer to a PUT with a condition may be one to the condition. */
static bool refuses_condition(int status)
{
	return status == 400 || status == 501;
}

static bool takes_condition(struct mlv_http_remote *remote, const struct mlv_net_reply *refusal)
{
	bool takes;

	pthread_mutex_lock(&remote->lock);
	if (refusal && refuses_condition(refusal->status))
		remote->unconditional = true;
	takes = !remote->unconditional;
	pthread_mutex_unlock(&remote->lock);
	return takes;
}

static mlv_err put_plain(struct mlv_http_remote *remote, const char *key,
			 const struct mlv_source *source)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	bool asks = source->fresh && takes_condition(remote, NULL), kept = false;
	mlv_err err = put_to(remote, key, source, asks, &reply);

	if (!err && asks && reply.status == 412)
		err = may_stay(remote, key, source, &kept);
	if (err || kept)
		return err;
	if (asks && (reply.status == 412 || !takes_condition(remote, &reply)))
		err = put_to(remote, key, source, false, &reply);
	if (err || is_2xx(reply.status))
		return err;
	return put_failed(remote, key, "PUT", &reply);
}

static mlv_err post_key(struct mlv_http_remote *remote, const char *key, const struct mlv_source *source)
{
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs headers = { 0 };
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	mlv_err err = mlv_http_key_url(remote, key, &url);

	if (!err)
		err = mlv_strs_add(&headers, "Content-Type: application/octet-stream");
	if (!err)
		err = mlv_http_simple(remote, "POST", &url, source, &headers, NULL, &reply);
	return err || is_2xx(reply.status) ? err : mlv_http_status_error(&url, "POST", &reply);
}

static mlv_err send_key(struct mlv_http_remote *remote, const char *key, const struct mlv_source *source)
{
	bool move = false;
	mlv_err err;

	if (remote->posts)
		return post_key(remote, key, source);
	if ((err = can_move(remote, &move)))
		return err;
	return move ? put_and_move(remote, key, source) : put_plain(remote, key, source);
}

/* Send it, and look whether it is there, with *size bytes. */
static mlv_err put_and_look(struct mlv_transport *t, const char *key,
			    const struct mlv_source *source, bool *there, uint64_t *size)
{
	mlv_err err = send_key(mlv_http_remote_of(t), key, source);

	return err ? err : mlv_http_head(t, key, there, size);
}

mlv_err mlv_http_put(struct mlv_transport *t, const char *key, const struct mlv_source *source)
{
	uint64_t size = 0;
	bool there = false;

	for (int i = 0; i < TRIES; i++) {
		mlv_err err = put_and_look(t, key, source, &there, &size);

		if (err || (there && size == source->size))
			return err;
	}
	return mlv_error(MLV_E_REMOTE, "%s/%s: %llu bytes were sent, the server has %llu", t->url, key,
			 (unsigned long long)source->size, (unsigned long long)(there ? size : 0));
}
