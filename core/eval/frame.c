/*
 * Reading: a batch of bytes is cut behind rows, the pieces are parsed on all
 * threads, and what they gave is appended in order. A row ends at a line feed
 * that has an even number of quotes before it; as a quote inside a field that
 * is not quoted is refused, that is so up to the first error.
 */
#include "core/eval/frame.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/gunzip.h"
#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/eval/frame/parts.h"

#define PIECE       ((size_t)1 << 20) /* bytes that a thread parses at once */
#define PIECES_EACH 4                 /* of them in a batch, for each thread */
#define STEP        ((size_t)256 << 10)
#define BEGINNING   8 /* bytes that tell a format */

/* Bytes of a file, as they are or gunzipped. */
struct stream {
	const struct mlv_frame_source *source;
	struct mlv_gunzip *gunzip;
	struct mlv_buf raw;  /* gzip: what was read and not yet taken */
	const char *raw_at;
	size_t raw_left;
	size_t taken; /* of source->bytes */
	bool ended;
};

static void stream_release(struct stream *stream)
{
	mlv_gunzip_freep(&stream->gunzip);
	mlv_buf_release(&stream->raw);
}

/* Read up to room bytes of what lies there; *got 0 at the end. */
static mlv_err read_raw(struct stream *stream, char *to, size_t room, size_t *got)
{
	const struct mlv_frame_source *source = stream->source;
	ssize_t count;

	if (source->fd < 0) {
		*got = source->len - stream->taken < room ? source->len - stream->taken : room;
		if (*got)
			memcpy(to, source->bytes + stream->taken, *got);
		stream->taken += *got;
		return NULL;
	}
	if ((count = mlv_sys_read(source->fd, to, room)) < 0)
		return mlv_error_sys("%s", source->name);
	*got = (size_t)count;
	return NULL;
}

static mlv_err refill(struct stream *stream, size_t *got)
{
	mlv_err err;

	mlv_buf_clear(&stream->raw);
	if ((err = mlv_buf_reserve(&stream->raw, STEP)) ||
	    (err = read_raw(stream, stream->raw.ptr, STEP, got)))
		return err;
	stream->raw_at = stream->raw.ptr;
	stream->raw_left = *got;
	return NULL;
}

static mlv_err read_gzip(struct stream *stream, char *to, size_t room, size_t *got)
{
	mlv_err err = NULL;

	for (*got = 0; !err && *got == 0;) {
		size_t read = 0;

		if (!stream->raw_left) {
			if ((err = refill(stream, &read)))
				return err;
			if (!read && !mlv_gunzip_is_whole(stream->gunzip))
				return mlv_error(MLV_E_CORRUPT, "the gzip stream ends early");
			if (!read)
				return NULL;
		}
		err = mlv_gunzip_step(stream->gunzip, &stream->raw_at, &stream->raw_left, to, room,
				      got);
	}
	return err;
}

/* Append up to room bytes to buf. */
static mlv_err read_some(struct stream *stream, struct mlv_buf *buf, size_t room)
{
	size_t got = 0;
	mlv_err err = mlv_buf_reserve(buf, room);

	if (err)
		return err;
	err = stream->gunzip ? read_gzip(stream, buf->ptr + buf->len, room, &got)
			     : read_raw(stream, buf->ptr + buf->len, room, &got);
	if (err)
		return stream->gunzip ? mlv_error_wrap(err, "%s", stream->source->name) : err;
	mlv_buf_advance(buf, got);
	stream->ended = got == 0;
	return NULL;
}

/* What else is known by its suffix or by how it begins, and the line that makes it a table. */
static const struct other_format {
	const char *suffix, *magic, *how;
} others[] = {
	{ ".parquet", "PAR1",
	  "convert it: python3 -c 'import pandas, sys; pandas.read_parquet(sys.argv[1])"
	  ".to_csv(sys.argv[2], index=False)' IN.parquet OUT.csv" },
	{ ".npy", "\x93NUMPY",
	  "convert it: python3 -c 'import numpy, pandas, sys; pandas.DataFrame("
	  "numpy.load(sys.argv[1])).to_csv(sys.argv[2], index=False)' IN.npy OUT.csv" },
	{ ".npz", "PK\3",
	  "convert it: python3 -c 'import numpy, pandas, sys; pandas.DataFrame("
	  "dict(numpy.load(sys.argv[1]))).to_csv(sys.argv[2], index=False)' IN.npz OUT.csv" },
};

static mlv_err not_a_table(const char *name, const struct other_format *other)
{
	return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: not a table that can be read", name), "%s",
			      other ? other->how
				    : "name it .csv, .tsv, .jsonl or .ndjson, with .gz behind it or not");
}

/* Refuse what is none of ours, whatever it is called: behind its name binary bytes follow. */
static mlv_err check_magic(const char *name, const struct mlv_buf *batch)
{
	for (size_t i = 0; i < MLV_COUNT(others); i++) {
		size_t len = strlen(others[i].magic);
		unsigned char next = batch->len > len ? (unsigned char)batch->ptr[len] : ' ';

		if ((next < '\t' || (next > '\r' && next < ' ')) &&
		    memcmp(batch->ptr, others[i].magic, len) == 0)
			return not_a_table(name, &others[i]);
	}
	return NULL;
}

/* Gzip tells itself by its first two bytes, whatever the file is called. */
static mlv_err stream_begin(struct stream *stream, struct mlv_buf *batch)
{
	mlv_err err = NULL;

	while (!err && !stream->ended && batch->len < BEGINNING)
		err = read_some(stream, batch, STEP);
	if (err)
		return err;
	if (batch->len >= 2 && memcmp(batch->ptr, "\x1f\x8b", 2) == 0) {
		if ((err = mlv_gunzip_new(&stream->gunzip)) ||
		    (err = mlv_buf_add(&stream->raw, batch->ptr, batch->len)))
			return err;
		stream->raw_at = stream->raw.ptr;
		stream->raw_left = stream->raw.len;
		mlv_buf_clear(batch);
		stream->ended = false;
		while (!err && !stream->ended && batch->len < BEGINNING)
			err = read_some(stream, batch, STEP);
	}
	return err ? err : check_magic(stream->source->name, batch);
}

/* ---- cutting */

struct reading {
	struct mlv_ctx *ctx;
	struct frame_format format;
	struct mlv_frame *frame;
	struct stream stream;
	struct mlv_buf batch;
	struct frame_block *blocks;
	size_t count, cap;
	size_t line; /* of the batch's first byte */
	bool has_header;
};

static void reading_release(struct reading *reading)
{
	for (size_t b = 0; b < reading->count; b++)
		mlv_frame_release(&reading->blocks[b].out);
	free(reading->blocks);
	free(reading->format.place);
	free(reading->format.seen);
	mlv_buf_release(&reading->batch);
	stream_release(&reading->stream);
}

/*
 * The end of the first row of bytes that ends at or behind least; len when none
 * does. lines counts the line feeds up to there.
 */
static size_t row_end(const struct reading *reading, const char *bytes, size_t len, size_t least,
		      size_t *lines)
{
	bool quoted = false, quotes = reading->format.separator != 0;
	size_t at = 0;

	*lines = 0;
	for (; at < len; at++) {
		quoted ^= quotes && bytes[at] == '"';
		if (bytes[at] != '\n')
			continue;
		(*lines)++;
		if (!quoted && at + 1 >= least)
			return at + 1;
	}
	return len;
}

static bool ends_row(const struct reading *reading, const char *bytes, size_t len)
{
	size_t lines;

	return len && bytes[len - 1] == '\n' && row_end(reading, bytes, len, len, &lines) == len;
}

static mlv_err add_block(struct reading *reading, const char *bytes, size_t len, size_t line)
{
	struct frame_block *block;
	mlv_err err = mlv_array_grow(&reading->blocks, &reading->cap, reading->count + 1,
				     sizeof(*reading->blocks));

	if (err)
		return err;
	block = &reading->blocks[reading->count];
	*block = (struct frame_block){ .bytes = bytes, .len = len, .line = line };
	reading->count++;
	return mlv_frame_init(&block->out, reading->format.wants, reading->format.count);
}

/* Cut the batch into blocks of whole rows; *used is where the last of them ends. */
static mlv_err cut(struct reading *reading, size_t *used)
{
	size_t at = *used, lines;
	mlv_err err = NULL;

	while (!err && at < reading->batch.len) {
		const char *bytes = reading->batch.ptr + at;
		size_t len = reading->batch.len - at;
		size_t end = row_end(reading, bytes, len, PIECE, &lines);

		if (end == len && !reading->stream.ended && !ends_row(reading, bytes, len)) {
			/* The last row is not all there: up to the one before. */
			size_t last = 0, step, some = 0;

			for (lines = 0; (step = row_end(reading, bytes + last, len - last, 0, &some)) <
					len - last; last += step)
				lines += some;
			end = last;
		}
		if (!end)
			break;
		err = add_block(reading, bytes, end, reading->line);
		reading->line += lines;
		at += end;
		if (end < PIECE)
			break;
	}
	*used = at;
	return err;
}

static mlv_err check_seen(const struct frame_format *format, struct mlv_frame *frame)
{
	for (size_t w = 0; w < format->count; w++) {
		frame->columns[w].absent = !format->seen[w];
		if (!format->seen[w] && !format->wants[w].optional)
			return format->separator
				       ? mlv_error(MLV_E_SPEC, "%s:1: there is no column '%s'",
						   format->name, format->wants[w].name)
				       : mlv_error(MLV_E_SPEC, "%s: no row has '%s'", format->name,
						   format->wants[w].name);
	}
	return NULL;
}

static mlv_err take_header(struct reading *reading, size_t *used)
{
	size_t lines, end;
	mlv_err err;

	if (reading->batch.len >= 3 && memcmp(reading->batch.ptr, "\xef\xbb\xbf", 3) == 0)
		*used = 3;
	reading->has_header = true;
	if (!reading->format.separator)
		return NULL;
	end = row_end(reading, reading->batch.ptr + *used, reading->batch.len - *used, 0, &lines);
	if (!end)
		return mlv_error(MLV_E_SPEC, "%s: empty: there is no header", reading->format.name);
	if ((err = mlv_frame_csv_header(&reading->format, reading->batch.ptr + *used, end,
					reading->line)))
		return err;
	reading->line += lines;
	*used += end;
	return check_seen(&reading->format, reading->frame);
}

static mlv_err parse_block(void *arg, size_t index, unsigned worker)
{
	struct reading *reading = arg;
	struct frame_block *block = &reading->blocks[index];
	const char *nul = memchr(block->bytes, '\0', block->len);
	size_t line = block->line;

	(void)worker;
	if (nul) {
		for (const char *at = block->bytes; at < nul; at++)
			line += *at == '\n';
		return mlv_error(MLV_E_SPEC, "%s:%zu: a NUL byte: this is not a text file",
				 reading->format.name, line);
	}
	return reading->format.separator ? mlv_frame_csv_block(&reading->format, block)
					 : mlv_frame_jsonl_block(&reading->format, block);
}

static mlv_err parse_batch(struct reading *reading)
{
	mlv_err err = mlv_pool_run(reading->ctx, reading->ctx->jobs, reading->count, parse_block,
				   reading);

	for (size_t b = 0; b < reading->count; b++) {
		if (!err && (err = mlv_frame_append(reading->frame, &reading->blocks[b].out)))
			err = mlv_error_wrap(err, "%s", reading->format.name);
		mlv_frame_release(&reading->blocks[b].out);
	}
	reading->count = 0;
	return err;
}

static mlv_err read_batch(struct reading *reading)
{
	size_t want = PIECE * PIECES_EACH * reading->ctx->jobs, used = 0, kept = reading->batch.len;
	mlv_err err = NULL;

	while (!err && !reading->stream.ended && reading->batch.len < kept + want)
		err = read_some(&reading->stream, &reading->batch, kept + want - reading->batch.len);
	if (!err && !reading->has_header)
		err = take_header(reading, &used);
	if (err || (err = cut(reading, &used)) || (err = parse_batch(reading)))
		return err;
	mlv_tell_advance(reading->ctx, 0, used);
	if (reading->batch.len - used > FRAME_RECORD_MAX)
		return mlv_error(MLV_E_SPEC, "%s:%zu: a row of more than 64 MiB",
				 reading->format.name, reading->line);
	memmove(reading->batch.ptr, reading->batch.ptr + used, reading->batch.len - used);
	mlv_buf_truncate(&reading->batch, reading->batch.len - used);
	return NULL;
}

/* ---- formats */

static bool has_suffix(const char *name, size_t len, const char *suffix)
{
	size_t suffix_len = strlen(suffix);

	return len >= suffix_len && memcmp(name + len - suffix_len, suffix, suffix_len) == 0;
}

static mlv_err other_name(const char *name, size_t len)
{
	for (size_t i = 0; i < MLV_COUNT(others); i++)
		if (has_suffix(name, len, others[i].suffix))
			return not_a_table(name, &others[i]);
	return not_a_table(name, NULL);
}

static mlv_err find_format(struct frame_format *format)
{
	size_t len = strlen(format->name);

	if (has_suffix(format->name, len, ".gz"))
		len -= 3;
	if (has_suffix(format->name, len, ".csv"))
		format->separator = ',';
	else if (has_suffix(format->name, len, ".tsv"))
		format->separator = '\t';
	else if (!has_suffix(format->name, len, ".jsonl") && !has_suffix(format->name, len, ".ndjson"))
		return other_name(format->name, len);
	format->place = mlv_sys_alloc_array(format->count + 1, sizeof(*format->place));
	format->seen = mlv_sys_alloc_array(format->count + 1, sizeof(*format->seen));
	return format->place && format->seen ? NULL : mlv_error_nomem("a table");
}

mlv_err mlv_frame_read(struct mlv_ctx *ctx, const struct mlv_frame_source *source,
		       const struct mlv_want *wants, size_t count, struct mlv_frame *frame)
{
	MLV_SCOPED(mlv_frame_release) struct mlv_frame made = { 0 };
	MLV_SCOPED(reading_release) struct reading reading = {
		.ctx = ctx, .frame = &made, .line = 1, .batch = MLV_BUF_INIT,
		.format = { .name = source->name, .wants = wants, .count = count },
		.stream = { .source = source, .raw = MLV_BUF_INIT },
	};
	mlv_err err;

	if ((err = find_format(&reading.format)) || (err = mlv_frame_init(&made, wants, count)) ||
	    (err = stream_begin(&reading.stream, &reading.batch)))
		return err;
	do
		err = read_batch(&reading);
	while (!err && !(reading.stream.ended && !reading.batch.len));
	if (err || (err = check_seen(&reading.format, &made)))
		return err;
	*frame = made;
	made = (struct mlv_frame){ 0 };
	return NULL;
}

mlv_err mlv_frame_names(struct mlv_ctx *ctx, const struct mlv_frame_source *source,
			struct mlv_strs *names)
{
	struct mlv_frame none = { 0 };
	MLV_SCOPED(reading_release) struct reading reading = {
		.ctx = ctx, .frame = &none, .line = 1, .batch = MLV_BUF_INIT,
		.format = { .name = source->name },
		.stream = { .source = source, .raw = MLV_BUF_INIT },
	};
	size_t skip = 0, end, lines;
	bool whole;
	mlv_err err;

	if ((err = find_format(&reading.format)) ||
	    (err = stream_begin(&reading.stream, &reading.batch)))
		return err;
	do {
		skip = reading.batch.len >= 3 && memcmp(reading.batch.ptr, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
		end = row_end(&reading, reading.batch.ptr + skip, reading.batch.len - skip, 0, &lines);
		whole = skip + end < reading.batch.len || reading.stream.ended;
		if (!whole && end > FRAME_RECORD_MAX)
			return mlv_error(MLV_E_SPEC, "%s:1: a row of more than 64 MiB", source->name);
		err = whole ? NULL : read_some(&reading.stream, &reading.batch, STEP);
	} while (!err && !whole);
	if (err)
		return err;
	if (!end)
		return mlv_error(MLV_E_SPEC, "%s: empty: there is no header", source->name);
	return reading.format.separator
		       ? mlv_frame_csv_names(&reading.format, reading.batch.ptr + skip, end, names)
		       : mlv_frame_jsonl_names(&reading.format, reading.batch.ptr + skip, end, names);
}
