/*
 * Reading: a batch of bytes is cut behind rows, and while its pieces are parsed
 * on all threads, what the batch before gave is appended and the next is read.
 * A row ends at a line feed that has an even number of quotes before it; as a
 * quote inside a field that is not quoted is refused, that is so up to the first
 * error.
 */
#include "core/eval/frame.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/eval/frame/parts.h"
#include "core/eval/frame/scan.h"

#define PIECE       ((size_t)1 << 20) /* bytes that a thread parses at once */
#define PIECES_EACH 2                 /* of them in a batch, for each thread */

/* ---- cutting */

struct batch {
	struct mlv_buf bytes;
	struct frame_block *blocks;
	size_t count, cap;
};

struct reading {
	struct mlv_ctx *ctx;
	struct frame_format format;
	struct mlv_frame *frame;
	struct frame_stream stream;
	/* Being appended, parsed and read; they take turns. */
	struct batch batches[3], *before, *now, *next;
	size_t line; /* of the first byte of now */
	bool has_header;
};

static void batch_clear(struct batch *batch)
{
	for (size_t b = 0; b < batch->count; b++)
		mlv_frame_release(&batch->blocks[b].out);
	batch->count = 0;
}

static void reading_init(struct reading *reading)
{
	for (size_t b = 0; b < MLV_COUNT(reading->batches); b++)
		reading->batches[b].bytes = (struct mlv_buf)MLV_BUF_INIT;
	reading->before = &reading->batches[0];
	reading->now = &reading->batches[1];
	reading->next = &reading->batches[2];
	reading->line = 1;
}

static void reading_release(struct reading *reading)
{
	for (size_t b = 0; b < MLV_COUNT(reading->batches); b++) {
		batch_clear(&reading->batches[b]);
		free(reading->batches[b].blocks);
		mlv_buf_release(&reading->batches[b].bytes);
	}
	free(reading->format.place);
	free(reading->format.seen);
	mlv_frame_stream_release(&reading->stream);
}

/*
 * The end of the first row of bytes that ends at or behind least; len when none
 * does. lines counts the line feeds up to there.
 */
static size_t row_end(const struct reading *reading, const char *bytes, size_t len, size_t least,
		      size_t *lines)
{
	bool quotes = reading->format.separator != 0, quoted = false;
	size_t at = least > len ? len : least ? least - 1 : 0;

	*lines = scan_count(bytes, at, '\n');
	quoted = quotes && scan_count(bytes, at, '"') % 2;
	for (; at < len; at++) {
		quoted ^= quotes && bytes[at] == '"';
		if (bytes[at] != '\n')
			continue;
		(*lines)++;
		if (!quoted)
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
	struct batch *batch = reading->now;
	struct frame_block *block;
	mlv_err err = mlv_array_grow(&batch->blocks, &batch->cap, batch->count + 1,
				     sizeof(*batch->blocks));

	if (err)
		return err;
	block = &batch->blocks[batch->count++];
	*block = (struct frame_block){ .bytes = bytes, .len = len, .line = line };
	return mlv_frame_init(&block->out, reading->format.wants, reading->format.count);
}

/* Cut the batch into blocks of whole rows; *used is where the last of them ends. */
static mlv_err cut(struct reading *reading, size_t *used)
{
	size_t at = *used, lines;
	mlv_err err = NULL;

	while (!err && at < reading->now->bytes.len) {
		const char *bytes = reading->now->bytes.ptr + at;
		size_t len = reading->now->bytes.len - at;
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
	struct mlv_buf *bytes = &reading->now->bytes;
	size_t lines, end;
	mlv_err err = NULL;

	if (bytes->len >= 3 && memcmp(bytes->ptr, "\xef\xbb\xbf", 3) == 0)
		*used = 3;
	reading->has_header = true;
	if (!reading->format.separator)
		return NULL;
	while ((end = row_end(reading, bytes->ptr + *used, bytes->len - *used, 0, &lines)) ==
		       bytes->len - *used &&
	       !reading->stream.ended && end <= FRAME_RECORD_MAX && !err)
		err = mlv_frame_stream_read(&reading->stream, bytes, bytes->len + FRAME_STEP);
	if (err)
		return err;
	if (!end)
		return mlv_error(MLV_E_SPEC, "%s: empty: there is no header", reading->format.name);
	if ((err = mlv_frame_csv_header(&reading->format, bytes->ptr + *used, end,
					reading->line)))
		return err;
	reading->line += lines;
	*used += end;
	return check_seen(&reading->format, reading->frame);
}

static mlv_err parse_block(void *arg, size_t index, unsigned worker)
{
	struct reading *reading = arg;
	struct frame_block *block = &reading->now->blocks[index];
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

/* Append what the batch before now gave. */
static mlv_err append_before(struct reading *reading)
{
	mlv_err err = NULL;

	for (size_t b = 0; b < reading->before->count && !err; b++)
		if ((err = mlv_frame_append(reading->frame, &reading->before->blocks[b].out)))
			err = mlv_error_wrap(err, "%s", reading->format.name);
	batch_clear(reading->before);
	return err;
}

/* Fill the batch that is next, which may hold the beginning of a row. */
static mlv_err read_next(struct reading *reading)
{
	struct mlv_buf *bytes = &reading->next->bytes;
	size_t want = bytes->len + PIECE * PIECES_EACH * reading->ctx->jobs;
	mlv_err err = NULL;

	while (!err && !reading->stream.ended && bytes->len < want)
		err = mlv_frame_stream_read(&reading->stream, bytes, want - bytes->len);
	return err;
}

/* The first round appends, the last reads, so that of several errors that of the first row is told. */
static mlv_err work(void *arg, size_t index, unsigned worker)
{
	struct reading *reading = arg;

	if (index == 0)
		return append_before(reading);
	return index <= reading->now->count ? parse_block(reading, index - 1, worker)
					    : read_next(reading);
}

static void take_turns(struct reading *reading)
{
	struct batch *before = reading->before;

	reading->before = reading->now;
	reading->now = reading->next;
	reading->next = before;
	mlv_buf_clear(&reading->next->bytes);
}

/* What is next becomes now: it is cut and parsed, and what is left of it goes before what is read. */
static mlv_err read_batch(struct reading *reading)
{
	const struct mlv_buf *bytes;
	size_t used = 0;
	mlv_err err = NULL;

	take_turns(reading);
	bytes = &reading->now->bytes;
	if ((!reading->has_header && (err = take_header(reading, &used))) ||
	    (err = cut(reading, &used)))
		return err;
	if (bytes->len - used > FRAME_RECORD_MAX)
		return mlv_error(MLV_E_SPEC, "%s:%zu: a row of more than 64 MiB",
				 reading->format.name, reading->line);
	mlv_tell_advance(reading->ctx, 0, used);
	if ((err = mlv_buf_add(&reading->next->bytes, bytes->ptr + used, bytes->len - used)))
		return err;
	return mlv_pool_run(reading->ctx, reading->ctx->jobs, reading->now->count + 2, work, reading);
}

mlv_err mlv_frame_read(struct mlv_ctx *ctx, const struct mlv_frame_source *source,
		       const struct mlv_want *wants, size_t count, struct mlv_frame *frame)
{
	MLV_SCOPED(mlv_frame_release) struct mlv_frame made = { 0 };
	MLV_SCOPED(reading_release) struct reading reading = {
		.ctx = ctx, .frame = &made,
		.format = { .name = source->name, .separator = source->separator, .wants = wants,
			    .count = count },
		.stream = { .source = source, .raw = MLV_BUF_INIT },
	};
	mlv_err err;

	reading_init(&reading);
	if ((err = mlv_frame_find_format(&reading.format)) || (err = mlv_frame_init(&made, wants, count)) ||
	    (err = mlv_frame_stream_begin(&reading.stream, &reading.next->bytes)) ||
	    (err = read_next(&reading)))
		return err;
	do
		err = read_batch(&reading);
	while (!err && !(reading.stream.ended && !reading.next->bytes.len));
	if (err)
		return err;
	take_turns(&reading);
	if ((err = append_before(&reading)) || (err = check_seen(&reading.format, &made)))
		return err;
	*frame = made;
	made = (struct mlv_frame){ 0 };
	return NULL;
}

mlv_err mlv_frame_names(struct mlv_ctx *ctx, const struct mlv_frame_source *source,
			struct mlv_strs *names)
{
	struct mlv_frame none = { 0 };
	struct mlv_buf *bytes;
	MLV_SCOPED(reading_release) struct reading reading = {
		.ctx = ctx, .frame = &none,
		.format = { .name = source->name, .separator = source->separator },
		.stream = { .source = source, .raw = MLV_BUF_INIT },
	};
	size_t skip = 0, end, lines;
	bool whole;
	mlv_err err;

	reading_init(&reading);
	bytes = &reading.next->bytes;
	if ((err = mlv_frame_find_format(&reading.format)) ||
	    (err = mlv_frame_stream_begin(&reading.stream, bytes)))
		return err;
	do {
		skip = bytes->len >= 3 && memcmp(bytes->ptr, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
		end = row_end(&reading, bytes->ptr + skip, bytes->len - skip, 0, &lines);
		whole = skip + end < bytes->len || reading.stream.ended;
		if (!whole && end > FRAME_RECORD_MAX)
			return mlv_error(MLV_E_SPEC, "%s:1: a row of more than 64 MiB", source->name);
		err = whole ? NULL : mlv_frame_stream_read(&reading.stream, bytes, FRAME_STEP);
	} while (!err && !whole);
	if (err)
		return err;
	if (!end)
		return mlv_error(MLV_E_SPEC, "%s: empty: there is no header", source->name);
	return reading.format.separator
		       ? mlv_frame_csv_names(&reading.format, bytes->ptr + skip, end, names)
		       : mlv_frame_jsonl_names(&reading.format, bytes->ptr + skip, end, names);
}
