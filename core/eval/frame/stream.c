/* The bytes of a table: which format they have, and as they lie there or gunzipped. */
#include <stdlib.h>
#include <string.h>

#include "core/base/gzip.h"
#include "core/base/sys.h"
#include "core/eval/frame/parts.h"

#define BEGINNING 8 /* bytes that tell a format */

void mlv_frame_stream_release(struct frame_stream *stream)
{
	mlv_gunzip_freep(&stream->gunzip);
	mlv_buf_release(&stream->raw);
}

/* Read up to room bytes of what lies there; *got 0 at the end. */
static mlv_err read_raw(struct frame_stream *stream, char *to, size_t room, size_t *got)
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

static mlv_err refill(struct frame_stream *stream, size_t *got)
{
	mlv_err err;

	mlv_buf_clear(&stream->raw);
	if ((err = mlv_buf_reserve(&stream->raw, FRAME_STEP)) ||
	    (err = read_raw(stream, stream->raw.ptr, FRAME_STEP, got)))
		return err;
	stream->raw_at = stream->raw.ptr;
	stream->raw_left = *got;
	return NULL;
}

static mlv_err read_gzip(struct frame_stream *stream, char *to, size_t room, size_t *got)
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

mlv_err mlv_frame_stream_read(struct frame_stream *stream, struct mlv_buf *buf, size_t room)
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
mlv_err mlv_frame_stream_begin(struct frame_stream *stream, struct mlv_buf *buf)
{
	mlv_err err = NULL;

	while (!err && !stream->ended && buf->len < BEGINNING)
		err = mlv_frame_stream_read(stream, buf, FRAME_STEP);
	if (err)
		return err;
	if (buf->len >= 2 && memcmp(buf->ptr, "\x1f\x8b", 2) == 0) {
		if ((err = mlv_gunzip_new(&stream->gunzip)) ||
		    (err = mlv_buf_add(&stream->raw, buf->ptr, buf->len)))
			return err;
		stream->raw_at = stream->raw.ptr;
		stream->raw_left = stream->raw.len;
		mlv_buf_clear(buf);
		stream->ended = false;
		while (!err && !stream->ended && buf->len < BEGINNING)
			err = mlv_frame_stream_read(stream, buf, FRAME_STEP);
	}
	return err ? err : check_magic(stream->source->name, buf);
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

mlv_err mlv_frame_find_format(struct frame_format *format)
{
	size_t len = strlen(format->name);

	if (has_suffix(format->name, len, ".gz"))
		len -= 3;
	if (format->separator)
		len = 0;
	else if (has_suffix(format->name, len, ".csv"))
		format->separator = ',';
	else if (has_suffix(format->name, len, ".tsv"))
		format->separator = '\t';
	else if (!has_suffix(format->name, len, ".jsonl") && !has_suffix(format->name, len, ".ndjson"))
		return other_name(format->name, len);
	format->place = mlv_sys_alloc_array(format->count + 1, sizeof(*format->place));
	format->seen = mlv_sys_alloc_array(format->count + 1, sizeof(*format->seen));
	return format->place && format->seen ? NULL : mlv_error_nomem("a table");
}
