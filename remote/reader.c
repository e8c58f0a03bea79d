#include "remote/reader.h"

#include "core/base/fs.h"
#include "core/store/sha256.h"
#include "remote/chunked.h"

#define LANES 16 /* leaves verified at once */
#define BLOCK (LANES * MLV_LEAF_SIZE)

void mlv_reader_release(struct mlv_reader *reader)
{
	mlv_transport_freep(&reader->remote);
}

/* The failure of the cache that says so: it is worth asking a remote. */
static bool may_ask(const struct mlv_reader *reader, mlv_err err)
{
	return err->code == MLV_E_MISSING && reader->open;
}

static mlv_err ask(struct mlv_reader *reader)
{
	return reader->remote ? NULL : reader->open(reader->arg, &reader->remote);
}

static mlv_err read_small(struct mlv_reader *reader, const struct mlv_key *key, uint64_t size,
			  struct mlv_buf *raw)
{
	mlv_err err = mlv_store_read(reader->cache, key, size, raw);

	if (!err || !may_ask(reader, err))
		return err;
	err = ask(reader);
	return err ? err : mlv_remote_read(reader->remote, key, size, raw);
}

static mlv_err read_node(void *arg, const struct mlv_oid *oid, uint64_t size, struct mlv_buf *raw)
{
	struct mlv_key key = { .kind = MLV_KIND_NODE, .oid = *oid };

	return read_small(arg, &key, size, raw);
}

struct mlv_node_source mlv_reader_nodes(struct mlv_reader *reader)
{
	return (struct mlv_node_source){ .read = read_node, .arg = reader };
}

/* ---- large files ---- */

/* What of a large file was read and is not verified yet. */
struct gate {
	struct mlv_leaves leaves;
	struct mlv_span span;
	uint64_t at;  /* of the block's first byte, where a leaf begins */
	uint64_t end; /* where the last leaf that is needed ends */
	char *block;
	size_t filled;
	mlv_bytes_fn fn;
	void *arg;
	const char *name; /* for messages */
};

static void gate_release(struct gate *gate)
{
	mlv_mem_free(&gate->block);
	mlv_leaves_release(&gate->leaves);
}

/* How much the block under way takes. */
static size_t block_size(const struct gate *gate)
{
	uint64_t left = gate->end - gate->at;

	return (size_t)(left < BLOCK ? left : BLOCK);
}

/* *good: how many of its bytes are right, up to the first leaf that is not. */
static mlv_err verify_block(const struct gate *gate, size_t *good)
{
	struct mlv_message messages[LANES] = { 0 };
	struct mlv_oid digests[LANES];
	uint64_t first = gate->at / MLV_LEAF_SIZE;
	size_t count = 0;
	mlv_err err;

	for (size_t at = 0; at < gate->filled; at += MLV_LEAF_SIZE, count++) {
		size_t left = gate->filled - at;

		messages[count].bytes = gate->block + at;
		messages[count].len = left < MLV_LEAF_SIZE ? left : (size_t)MLV_LEAF_SIZE;
		messages[count].oid = &digests[count];
	}
	*good = 0;
	if ((err = mlv_sha256_many(messages, count)))
		return err;
	for (size_t i = 0; i < count; *good += messages[i++].len)
		if (!mlv_oid_equal(&digests[i], &gate->leaves.digests[first + i]))
			return mlv_error(MLV_E_CORRUPT, "%s: damaged, leaf %llu of %llu", gate->name,
					 (unsigned long long)(first + i + 1),
					 (unsigned long long)gate->leaves.count);
	return NULL;
}

/* Hand on what of the block's first len bytes was asked for. */
static mlv_err hand_on(const struct gate *gate, size_t len)
{
	uint64_t begin = gate->at, end = gate->at + len;

	if (begin < gate->span.first)
		begin = gate->span.first;
	if (end > gate->span.last)
		end = gate->span.last;
	if (begin >= end)
		return NULL;
	return gate->fn(gate->arg, gate->block + (begin - gate->at), (size_t)(end - begin));
}

/* The block is full. */
static mlv_err pass_block(struct gate *gate)
{
	size_t good;
	mlv_err bad = verify_block(gate, &good), err = hand_on(gate, good);

	if (err)
		return err;
	gate->at += good;
	gate->filled = 0;
	return bad;
}

static mlv_err gate_write(void *arg, const void *bytes, size_t len)
{
	struct gate *gate = arg;

	for (const char *from = bytes; len > 0;) {
		size_t room = block_size(gate) - gate->filled, n = len < room ? len : room;
		mlv_err err = NULL;

		if (n == 0)
			return mlv_error(MLV_E_CORRUPT, "%s: more bytes came than were asked for",
					 gate->name);
		memcpy(gate->block + gate->filled, from, n);
		gate->filled += n;
		from += n;
		len -= n;
		if (gate->filled == block_size(gate) && (err = pass_block(gate)))
			return err;
	}
	return NULL;
}

static mlv_err gate_resume(void *arg, uint64_t *offset)
{
	struct gate *gate = arg;

	gate->filled = 0;
	*offset = gate->at;
	return NULL;
}

static mlv_err pass_cached(struct mlv_ctx *ctx, struct gate *gate, int fd)
{
	mlv_err err = NULL;

	while (!err && gate->at < gate->end) {
		size_t len = block_size(gate);

		if ((err = mlv_ctx_check_stop(ctx)) ||
		    (err = mlv_fs_pread_full(fd, gate->name, gate->block, len, gate->at)))
			return err;
		gate->filled = len;
		err = pass_block(gate);
	}
	return err;
}

static mlv_err pass_whole(struct mlv_reader *reader, const struct mlv_key *key, struct gate *gate)
{
	struct mlv_sink sink = { .write = gate_write, .resume = gate_resume, .arg = gate };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	char path[MLV_KEY_PATH];
	mlv_err err = mlv_buf_printf(&name, "%s/%s", reader->remote->url, mlv_key_path(key, path));

	if (err)
		return err;
	gate->name = name.ptr;
	gate->filled = 0;
	return mlv_transport_get(reader->remote, path, gate->at, gate->end - gate->at, &sink);
}

static mlv_err pass_chunked(struct mlv_reader *reader, const struct mlv_key *key,
			    struct gate *gate)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	char path[MLV_RECIPE_PATH];
	mlv_err err = mlv_buf_printf(&name, "%s/%s", reader->remote->url,
				     mlv_recipe_path(&key->oid, path));

	if (err)
		return err;
	gate->name = name.ptr;
	gate->filled = 0;
	return mlv_chunked_read(reader->remote, key, gate->leaves.size, gate->at, gate->end, NULL,
				gate_write, gate);
}

/* As it lies there: first as this remote gets large files, then as it may have got them once. */
static mlv_err pass_remote(struct mlv_reader *reader, const struct mlv_key *key, struct gate *gate)
{
	struct mlv_error kept;
	bool chunked;
	mlv_err err = ask(reader);

	if (err)
		return err;
	chunked = reader->remote->dedup;
	err = chunked ? pass_chunked(reader, key, gate) : pass_whole(reader, key, gate);
	if (!err || (err->code != MLV_E_MISSING && err->code != MLV_E_CORRUPT))
		return err;
	kept = *err;
	err = chunked ? pass_whole(reader, key, gate) : pass_chunked(reader, key, gate);
	return err && err->code == MLV_E_MISSING ? mlv_error_copy(&kept) : err;
}

/* The leaf list, and with it the leaves that the span lies in. */
static mlv_err gate_open(struct mlv_reader *reader, const struct mlv_key *key, uint64_t size,
			 struct gate *gate)
{
	struct mlv_key list = { .kind = MLV_KIND_LEAVES, .oid = key->oid };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	uint64_t whole;
	mlv_err err;

	if ((err = read_small(reader, &list,
			      size == UINT64_MAX ? size : mlv_leaves_text_size(size), &text)) ||
	    (err = mlv_leaves_parse(text.ptr, text.len, &gate->leaves)))
		return err;
	whole = gate->leaves.size;
	if (size != UINT64_MAX && size != whole)
		return mlv_error(MLV_E_CORRUPT, "its leaf list is of another size");
	if (gate->span.last > whole)
		gate->span.last = whole;
	if (gate->span.first > gate->span.last)
		gate->span.first = gate->span.last;
	gate->at = gate->span.first / MLV_LEAF_SIZE * MLV_LEAF_SIZE;
	gate->end = (gate->span.last + MLV_LEAF_SIZE - 1) / MLV_LEAF_SIZE * MLV_LEAF_SIZE;
	if (gate->end > whole)
		gate->end = whole;
	gate->block = mlv_sys_alloc(block_size(gate) + 1);
	return gate->block ? NULL : mlv_error_nomem("leaves");
}

static mlv_err stream_large(struct mlv_reader *reader, const struct mlv_key *key, uint64_t size,
			    struct mlv_span span, mlv_bytes_fn fn, void *arg)
{
	MLV_SCOPED(gate_release) struct gate gate = { .span = span, .fn = fn, .arg = arg };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err = gate_open(reader, key, size, &gate);

	if (err || gate.span.first == gate.span.last)
		return err;
	err = mlv_store_open(reader->cache, key, gate.leaves.size, &fd, &path);
	if (err && may_ask(reader, err))
		return pass_remote(reader, key, &gate);
	gate.name = path.ptr;
	return err ? err : pass_cached(reader->ctx, &gate, fd);
}

mlv_err mlv_reader_stream(struct mlv_reader *reader, const struct mlv_key *key, uint64_t size,
			  struct mlv_span span, mlv_bytes_fn fn, void *arg)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
	mlv_err err;

	if (key->kind == MLV_KIND_LARGE)
		return stream_large(reader, key, size, span, fn, arg);
	if ((err = read_small(reader, key, size, &raw)))
		return err;
	if (span.last > raw.len)
		span.last = raw.len;
	if (span.first >= span.last)
		return NULL;
	return fn(arg, raw.ptr + span.first, (size_t)(span.last - span.first));
}
