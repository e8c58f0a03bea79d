/* remote.c - small objects and nodes at a remote. */
#include "remote/remote.h"

#include <stdio.h>
#include <string.h>

#include "core/base/pace.h"
#include "core/base/path.h"
#include "core/store/deflate.h"
#include "core/store/sha256.h"
#include "remote/lookup.h"

#define DEFAULT_JOBS 8
#define TRIES 2              /* a bit that flips on the way is asked for again */
#define FORMAT "mlv-store 1\n"
#define FORMAT_MAX 64        /* bytes looked at */
#define LEAVES_MAX ((uint64_t)1 << 30)
#define DEFLATE_SLACK 65536  /* bytes that a node may grow by when it is deflated */

unsigned mlv_remote_jobs(const struct mlv_transport *remote)
{
	const struct mlv_ctx *ctx = remote->ctx;
	unsigned jobs = ctx->transfer_jobs ? ctx->transfer_jobs : remote->jobs;

	if (!jobs)
		jobs = DEFAULT_JOBS;
	/* Each is to go fast enough not to be taken for dead. */
	if (mlv_pace_is_set(ctx) && ctx->pace->rate / MLV_PACE_LEAST < jobs)
		jobs = (unsigned)(ctx->pace->rate / MLV_PACE_LEAST);
	return jobs ? jobs : 1;
}

/* Bytes that arrive, up to most of them. */
struct inflow {
	struct mlv_buf *to;
	size_t begin; /* what of to was there before */
	uint64_t most;
	bool over; /* more came */
};

static mlv_err inflow_write(void *arg, const void *bytes, size_t len)
{
	struct inflow *in = arg;
	uint64_t room = in->most - (in->to->len - in->begin);
	mlv_err err = mlv_buf_add(in->to, bytes, len < room ? len : (size_t)room);

	if (err || len <= room)
		return err;
	in->over = true;
	return mlv_error(MLV_E_CORRUPT, "more than %llu bytes came", (unsigned long long)in->most);
}

static mlv_err inflow_resume(void *arg, uint64_t *offset)
{
	struct inflow *in = arg;

	*offset = in->to->len - in->begin;
	return NULL;
}

static mlv_err get_capped(struct mlv_transport *remote, const char *path, uint64_t most,
			  struct mlv_buf *to, bool *over)
{
	struct inflow in = { .to = to, .begin = to->len, .most = most };
	struct mlv_sink sink = { .write = inflow_write, .resume = inflow_resume, .arg = &in };
	mlv_err err = mlv_transport_get(remote, path, 0, UINT64_MAX, &sink);

	*over = in.over;
	return err;
}

/* "mlv-store N\n", of another N than ours. */
static bool is_other_format(const struct mlv_buf *text)
{
	const size_t word = strlen("mlv-store ");
	size_t digits;

	if (strncmp(text->ptr, "mlv-store ", word) != 0)
		return false;
	digits = strspn(text->ptr + word, "0123456789");
	return digits > 0 && text->len == word + digits + 1 && text->ptr[word + digits] == '\n';
}

static mlv_err check_format(const struct mlv_transport *remote, const struct mlv_buf *text)
{
	char shown[80];
	mlv_err err;

	if (strcmp(text->ptr, FORMAT) == 0 && text->len == strlen(FORMAT))
		return NULL;
	mlv_path_shown(text->ptr, text->len < 32 ? text->len : 32, shown, sizeof(shown));
	if (is_other_format(text)) {
		err = mlv_error(MLV_E_CORRUPT, "%s/format says %s, which this version of mlv "
				"does not know", remote->url, shown);
		return mlv_error_hint(err, "install a newer mlv");
	}
	err = mlv_error(MLV_E_REMOTE, "%s is not a store: its format begins with %s", remote->url,
			shown);
	return mlv_error_hint(err, "check the URL: mlv remote list");
}

/* A directory that is not there cannot be read from; one that a push will make holds nothing. */
static bool is_not_made_yet(struct mlv_transport *remote, const struct mlv_error *why)
{
	uint64_t size;
	bool there = true;

	return why->code == MLV_E_REMOTE &&
	       (remote->url[0] == '/' || strncmp(remote->url, "sftp:", 5) == 0) &&
	       !mlv_transport_head(remote, "format", &there, &size) && !there;
}

/* *other: what came is not what a store says; it may have been changed on its way. */
static mlv_err check_once(struct mlv_transport *remote, bool *there, bool *other)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_error kept;
	bool over = false;
	mlv_err err = get_capped(remote, "format", FORMAT_MAX, &text, &over);

	*other = false;
	if (err && !over) {
		kept = *err; /* the next call may fail too */
		if (err->code != MLV_E_MISSING && !is_not_made_yet(remote, &kept))
			return mlv_error_copy(&kept);
		*there = false;
		return NULL;
	}
	if ((err = check_format(remote, &text))) {
		*other = true;
		return err;
	}
	*there = true;
	return NULL;
}

mlv_err mlv_remote_check(struct mlv_transport *remote, bool *there)
{
	bool other = true;
	mlv_err err = NULL;

	for (int i = 0; i < TRIES && other; i++)
		err = check_once(remote, there, &other);
	return err;
}

mlv_err mlv_remote_mark(struct mlv_transport *remote)
{
	return mlv_transport_put_bytes(remote, "format", FORMAT, strlen(FORMAT));
}

/* The most bytes that may lie under a key whose raw length is size. */
static uint64_t most_stored(const struct mlv_key *key, uint64_t size)
{
	if (key->kind == MLV_KIND_NODE)
		return (size < MLV_NODE_MAX ? size : MLV_NODE_MAX) + DEFLATE_SLACK;
	if (key->kind == MLV_KIND_LEAVES)
		return size < LEAVES_MAX ? size : LEAVES_MAX;
	return size < MLV_SMALL_MAX ? size : MLV_SMALL_MAX;
}

static mlv_err verify(const struct mlv_key *key, uint64_t size, const char *bytes, size_t len)
{
	struct mlv_oid oid;
	mlv_err err;

	if (size != UINT64_MAX && len != size)
		return mlv_error(MLV_E_CORRUPT, "%llu bytes came where %llu are expected",
				 (unsigned long long)len, (unsigned long long)size);
	if ((err = mlv_sha256_of(bytes, len, &oid)))
		return err;
	if (!mlv_oid_equal(&oid, &key->oid))
		return mlv_error(MLV_E_CORRUPT, "what came does not have the SHA-256 it is named by");
	return NULL;
}

static mlv_err inflate_node(const struct mlv_buf *stored, uint64_t size, struct mlv_buf *raw)
{
	uint64_t most = size < MLV_NODE_MAX ? size : MLV_NODE_MAX;
	mlv_err err = mlv_inflate(stored->ptr, stored->len, most, raw);

	if (err && err->code != MLV_E_NOMEM)
		return mlv_error_recode(err, MLV_E_CORRUPT);
	return err;
}

static mlv_err read_once(struct mlv_transport *remote, const char *path, const struct mlv_key *key,
			 uint64_t size, struct mlv_buf *raw)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf stored = MLV_BUF_INIT;
	bool deflated = key->kind == MLV_KIND_NODE;
	size_t begin = raw->len;
	bool over;
	mlv_err err;

	err = get_capped(remote, path, most_stored(key, size), deflated ? &stored : raw, &over);
	if (!err && deflated)
		err = inflate_node(&stored, size, raw);
	if (!err)
		err = verify(key, size, raw->ptr + begin, raw->len - begin);
	if (err)
		mlv_buf_truncate(raw, begin);
	return err;
}

mlv_err mlv_remote_read_alone(struct mlv_transport *remote, const struct mlv_key *key,
			      uint64_t size, struct mlv_buf *raw)
{
	char path[MLV_KEY_PATH];
	mlv_err err = NULL;

	mlv_key_path(key, path);
	for (int i = 0; i < TRIES; i++) {
		err = read_once(remote, path, key, size, raw);
		if (!err || err->code != MLV_E_CORRUPT)
			return err;
	}
	return mlv_error_wrap(err, "%s/%s is not what it should be", remote->url, path);
}

mlv_err mlv_remote_read(struct mlv_transport *remote, const struct mlv_key *key, uint64_t size,
			struct mlv_buf *raw)
{
	struct mlv_error kept;
	bool found = false;
	mlv_err err = mlv_lookup_read(remote, key, size, false, raw, &found);

	if (!err && found)
		return NULL;
	err = mlv_remote_read_alone(remote, key, size, raw);
	if (!err && key->kind == MLV_KIND_NODE)
		mlv_lookup_note(remote, &key->oid);
	if (!err || err->code != MLV_E_MISSING)
		return err;
	kept = *err;
	err = mlv_lookup_read(remote, key, size, true, raw, &found);
	return err || found ? err : mlv_error_copy(&kept);
}

static mlv_err put_bytes(struct mlv_transport *remote, const char *path, const void *bytes,
			 size_t len, bool fresh)
{
	return fresh ? mlv_transport_put_fresh_later(remote, path, bytes, len)
		     : mlv_transport_put_bytes_later(remote, path, bytes, len);
}

mlv_err mlv_remote_write(struct mlv_transport *remote, const struct mlv_key *key, const void *raw,
			 size_t len, bool fresh)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf stored = MLV_BUF_INIT;
	char path[MLV_KEY_PATH];
	mlv_err err;

	mlv_key_path(key, path);
	if (key->kind != MLV_KIND_NODE)
		return put_bytes(remote, path, raw, len, fresh);
	if ((err = mlv_deflate(raw, len, &stored)))
		return err;
	return put_bytes(remote, path, stored.ptr, stored.len, fresh);
}

mlv_err mlv_node_finder_open(struct mlv_node_finder *finder)
{
	mlv_err err = NULL;

	pthread_mutex_lock(&finder->lock);
	if (!finder->opened) {
		if (finder->find_packs)
			err = finder->find_packs(finder->arg);
		if (!err)
			err = mlv_remote_packs_open(finder->packs, MLV_PACK_NODES, NULL);
		finder->opened = !err;
	}
	pthread_mutex_unlock(&finder->lock);
	return err;
}

mlv_err mlv_remote_read_from(struct mlv_remote_packs *packs, const struct mlv_key *key,
			     uint64_t size, struct mlv_buf *raw)
{
	struct mlv_pack_record record;
	struct mlv_remote_pack *pack = mlv_remote_packs_find(packs, key, &record);
	struct mlv_error kept;
	mlv_err err;

	if (!pack || (size != UINT64_MAX && size != record.raw))
		return mlv_remote_read(packs->remote, key, size, raw);
	err = mlv_remote_packs_read(packs, pack, &record, raw);
	if (!err || (err->code != MLV_E_MISSING && err->code != MLV_E_CORRUPT))
		return err;
	/* It may lie there a second time. */
	kept = *err;
	err = mlv_remote_read(packs->remote, key, size, raw);
	return err && err->code == MLV_E_MISSING ? mlv_error_copy(&kept) : err;
}

static mlv_err read_remote(struct mlv_node_finder *finder, const struct mlv_key *key,
			   uint64_t size, struct mlv_buf *raw)
{
	mlv_err err;

	if (!finder->packs)
		return mlv_remote_read(finder->remote, key, size, raw);
	err = mlv_node_finder_open(finder);
	return err ? err : mlv_remote_read_from(finder->packs, key, size, raw);
}

/* A node that came from the remote is kept where that is asked for. */
static mlv_err find_remote(struct mlv_node_finder *finder, const struct mlv_key *key, uint64_t size,
			   struct mlv_buf *raw)
{
	size_t begin = raw->len;
	mlv_err err = read_remote(finder, key, size, raw);

	if (err)
		return err;
	finder->found++;
	if (!finder->keep)
		return NULL;
	return mlv_batch_put(finder->keep, key, raw->ptr + begin, raw->len - begin);
}

static mlv_err find_node(void *arg, const struct mlv_oid *oid, uint64_t size, struct mlv_buf *raw)
{
	struct mlv_node_finder *finder = arg;
	struct mlv_key key = { .kind = MLV_KIND_NODE, .oid = *oid };
	mlv_err err = mlv_store_read(finder->cache, &key, size, raw);

	if (err && err->code == MLV_E_MISSING)
		return find_remote(finder, &key, size, raw);
	return err;
}

struct mlv_node_source mlv_node_source_find(struct mlv_node_finder *finder)
{
	return (struct mlv_node_source){ .read = find_node, .arg = finder };
}
