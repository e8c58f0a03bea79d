/*
 * sftp/list.c - the keys below a prefix, directory by directory.
 *
 * A directory is asked for once, as lines in the manner of "ls -l". If one of
 * them is not understood the directory is asked for its bare names, and each
 * of these for its size: slower, and right with any server.
 */
#include "core/base/path.h"
#include "remote/sftp/long_name.h"
#include "remote/transport/sftp.h"

#define MAX_DEPTH 64 /* directories below each other */
#define IDLE_MOST 100000 /* directories one after the other that hold no key of what is asked for */
#define KEYS_MOST ((uint64_t)50000000)
#define TEXT_MAX  ((size_t)256 << 20) /* bytes of a directory's lines */

struct walk {
	struct mlv_sftp_remote *remote;
	const char *prefix;
	mlv_list_fn fn;
	void *arg;
	struct mlv_buf key; /* of what is looked at, a directory's with a slash at its end */
	uint64_t keys;      /* that were given */
	unsigned idle;      /* directories since the last of them */
};

static mlv_err list_dir(struct walk *w, unsigned depth);

static mlv_err add_text(void *arg, const void *bytes, size_t len, bool *enough)
{
	(void)enough;
	return mlv_buf_add(arg, bytes, len);
}

static mlv_err start_over(void *arg)
{
	mlv_buf_clear(arg);
	return NULL;
}

/* The text of the directory at w->key; *there is false when there is none. */
static mlv_err read_dir(struct walk *w, enum mlv_net_file_what what, struct mlv_buf *text,
			bool *there)
{
	struct mlv_sftp_exchange exchange = {
		.at = w->key.ptr, .key = w->key.ptr, .again = start_over, .arg = text,
		.request = { .what = what, .body = add_text, .arg = text },
	};
	struct mlv_net_file_reply reply;
	mlv_err err = mlv_sftp_do(w->remote, &exchange, &reply);

	*there = !err && reply.end == MLV_FILE_DONE;
	return err;
}

/* Whether the key so far can still become one with the prefix, or has it. */
static bool concerns(const struct walk *w)
{
	size_t len = strlen(w->prefix);

	return strncmp(w->key.ptr, w->prefix, w->key.len < len ? w->key.len : len) == 0;
}

static bool name_is_good(const char *name, size_t len)
{
	return !memchr(name, '/', len) && !mlv_path_check(name, len);
}

static mlv_err enter(struct walk *w, unsigned depth)
{
	mlv_err err = mlv_buf_add_char(&w->key, '/');

	return err || !concerns(w) ? err : list_dir(w, depth + 1);
}

static mlv_err without_end(const struct walk *w)
{
	return mlv_error(MLV_E_REMOTE, "%s: a list without end", w->remote->base.url);
}

static mlv_err report(struct walk *w, uint64_t size)
{
	if (w->key.len < strlen(w->prefix) || !mlv_transport_takes(&w->remote->base, w->key.ptr))
		return NULL;
	w->idle = 0;
	if (++w->keys > KEYS_MOST)
		return without_end(w);
	return w->fn(w->arg, w->key.ptr, size);
}

/* ---- by lines ---- */

static bool is_dots(const struct mlv_long_name *entry)
{
	return (entry->name_len == 1 && entry->name[0] == '.') ||
	       (entry->name_len == 2 && memcmp(entry->name, "..", 2) == 0);
}

/* Whether all lines are understood. */
static bool all_clear(const struct mlv_buf *text)
{
	struct mlv_long_name entry;
	const char *at = text->ptr, *end = text->ptr + text->len;

	for (const char *stop; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop || !mlv_long_name_parse(&entry, at, (size_t)(stop - at)) ||
		    (!is_dots(&entry) && entry.kind != MLV_LONG_OTHER &&
		     !name_is_good(entry.name, entry.name_len)))
			return false;
	}
	return true;
}

static mlv_err take_line(struct walk *w, const struct mlv_long_name *entry, unsigned depth)
{
	mlv_err err;

	if (entry->kind == MLV_LONG_OTHER || is_dots(entry))
		return NULL;
	if ((err = mlv_buf_add(&w->key, entry->name, entry->name_len)) || !concerns(w))
		return err;
	return entry->kind == MLV_LONG_DIR ? enter(w, depth) : report(w, entry->size);
}

static mlv_err take_lines(struct walk *w, const struct mlv_buf *text, unsigned depth)
{
	struct mlv_long_name entry;
	const char *at = text->ptr, *end = text->ptr + text->len;
	size_t len = w->key.len;
	mlv_err err = NULL;

	for (const char *stop; at < end && !err; at = stop + (stop < end)) {
		stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop : end;
		if (mlv_long_name_parse(&entry, at, (size_t)(stop - at)))
			err = take_line(w, &entry, depth);
		mlv_buf_truncate(&w->key, len);
		if (!err)
			err = mlv_ctx_check_stop(w->remote->base.ctx);
	}
	return err;
}

/* ---- by names ---- */

/* A name alone: a directory, if it can be listed, else a file, if it can be looked at. */
static mlv_err take_name(struct walk *w, unsigned depth)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(TEXT_MAX);
	uint64_t size = 0;
	bool there = false;
	size_t len = w->key.len;
	mlv_err err;

	if (!concerns(w))
		return NULL;
	if ((err = mlv_buf_add_char(&w->key, '/')))
		return err;
	if (!(err = read_dir(w, MLV_FILE_NAMES, &text, &there)) && there)
		return concerns(w) ? list_dir(w, depth + 1) : NULL;
	mlv_buf_truncate(&w->key, len);
	if (err && err->code != MLV_E_REMOTE)
		return err;
	if ((err = mlv_sftp_head(&w->remote->base, w->key.ptr, &there, &size)))
		return err;
	return there ? report(w, size) : NULL;
}

static mlv_err take_names(struct walk *w, unsigned depth)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(TEXT_MAX);
	size_t len = w->key.len;
	bool there = false;
	mlv_err err = read_dir(w, MLV_FILE_NAMES, &text, &there);

	for (const char *at = text.ptr; !err && *at;) {
		size_t name = strcspn(at, "\n");

		if (name_is_good(at, name) && !(err = mlv_buf_add(&w->key, at, name)))
			err = take_name(w, depth);
		mlv_buf_truncate(&w->key, len);
		at += name + (at[name] == '\n');
		if (!err)
			err = mlv_ctx_check_stop(w->remote->base.ctx);
	}
	return err;
}

static mlv_err list_dir(struct walk *w, unsigned depth)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(TEXT_MAX);
	bool there = false;
	mlv_err err;

	if (depth > MAX_DEPTH)
		return mlv_error(MLV_E_REMOTE, "%s/%s: directories too deep within each other",
				 w->remote->base.url, w->key.ptr);
	if (++w->idle > IDLE_MOST)
		return without_end(w);
	if ((err = read_dir(w, MLV_FILE_LINES, &text, &there)) || !there)
		return err;
	return all_clear(&text) ? take_lines(w, &text, depth) : take_names(w, depth);
}

mlv_err mlv_sftp_list(struct mlv_transport *t, const char *prefix, mlv_list_fn fn, void *arg)
{
	struct walk w = { .remote = mlv_sftp_remote_of(t), .prefix = prefix, .fn = fn, .arg = arg,
			  .key = MLV_BUF_INIT };
	const char *slash = strrchr(prefix, '/');
	mlv_err err = NULL;

	if (slash)
		err = mlv_buf_add(&w.key, prefix, (size_t)(slash - prefix) + 1);
	if (!err)
		err = list_dir(&w, 0);
	mlv_buf_release(&w.key);
	return err;
}
