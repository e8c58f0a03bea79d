/*
 * Reading: each thread takes the bytes that come next, up to where a row ends,
 * parses them while others take theirs, and appends what they gave when all
 * before them is appended. A row ends at a line feed that has an even number of
 * quotes before it; as a quote inside a field that is not quoted is refused, that
 * is so up to the first error.
 */
#include "core/eval/frame.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/suggest.h"
#include "core/base/sys.h"
#include "core/eval/frame/parts.h"
#include "core/eval/frame/scan.h"

#define SHOWN_MAX  200                 /* bytes of names in a hint */
#define PIECE      ((size_t)256 << 10) /* bytes that a thread parses at once: they stay near it */
#define LONGER     4                 /* times as many, when they are no whole row */
#define WORDS_KEPT 4096              /* words of a column that a thread knows from block to block */

struct reading {
	struct mlv_ctx *ctx;
	struct frame_format format;
	struct mlv_frame *frame;
	/* Of the threads: what they read and parse. */
	struct piece {
		struct mlv_buf bytes;
		struct frame_block block;
	} *pieces;

	pthread_mutex_t next; /* to take bytes: */
	struct frame_stream stream;
	struct mlv_buf rest;  /* the beginning of a row, that came with those before */
	size_t line;          /* of it */
	size_t taken;         /* blocks */

	pthread_mutex_t turn; /* to append, in the order in which bytes were taken: */
	pthread_cond_t turned;
	size_t appended;      /* blocks */
	size_t failed;        /* the first block that failed, for this reason; SIZE_MAX: none */
	struct mlv_error error;

	pthread_rwlock_t room; /* writing: columns move; reading: rows are put at their place */
};

static void reading_init(struct reading *reading, struct mlv_ctx *ctx,
			 const struct mlv_frame_source *source)
{
	*reading = (struct reading){
		.ctx = ctx, .format = { .name = source->name, .separator = source->separator },
		.stream = { .source = source, .raw = MLV_BUF_INIT }, .rest = MLV_BUF_INIT,
		.line = 1, .failed = SIZE_MAX,
	};
	pthread_mutex_init(&reading->next, NULL);
	pthread_mutex_init(&reading->turn, NULL);
	pthread_cond_init(&reading->turned, NULL);
	pthread_rwlock_init(&reading->room, NULL);
}

static void reading_release(struct reading *reading)
{
	for (unsigned p = 0; reading->pieces && p < reading->ctx->jobs; p++) {
		struct frame_block *block = &reading->pieces[p].block;

		mlv_buf_release(&reading->pieces[p].bytes);
		mlv_frame_release(&block->out);
		mlv_frame_codes_free(block->codes, reading->format.count);
		free(block->marks);
	}
	free(reading->pieces);
	free(reading->format.place);
	free(reading->format.seen);
	mlv_buf_release(&reading->rest);
	mlv_frame_stream_release(&reading->stream);
	pthread_mutex_destroy(&reading->next);
	pthread_mutex_destroy(&reading->turn);
	pthread_cond_destroy(&reading->turned);
	pthread_rwlock_destroy(&reading->room);
}

/* ---- cutting */

/* The end of the first row, which begins there; 0 when none ends there. */
static size_t first_end(const struct reading *reading, const struct mlv_buf *bytes, size_t begin)
{
	bool quotes = reading->format.separator != 0, quoted = false;

	for (size_t at = begin; at < bytes->len; at++) {
		quoted ^= quotes && bytes->ptr[at] == '"';
		if (bytes->ptr[at] == '\n' && !quoted)
			return at + 1;
	}
	return 0;
}

/* The end of the last row of bytes; 0 when none ends there. */
static size_t last_end(const struct reading *reading, const struct mlv_buf *bytes)
{
	bool quotes = reading->format.separator && memchr(bytes->ptr, '"', bytes->len);
	bool quoted = quotes && scan_count(bytes->ptr, bytes->len, '"') % 2;

	for (size_t at = bytes->len; at > 0; at--) {
		quoted ^= quotes && bytes->ptr[at - 1] == '"';
		if (bytes->ptr[at - 1] == '\n' && !quoted)
			return at;
	}
	return 0;
}

/* Go on until there are so many bytes, or no more. */
static mlv_err read_up_to(struct reading *reading, struct mlv_buf *bytes, size_t want)
{
	mlv_err err = NULL;

	while (!err && !reading->stream.ended && bytes->len < want)
		err = mlv_frame_stream_read(&reading->stream, bytes, want - bytes->len);
	return err;
}

static size_t longer(size_t want)
{
	return want < FRAME_RECORD_MAX / LONGER ? want * LONGER : FRAME_RECORD_MAX + PIECE;
}

static mlv_err too_long(const struct reading *reading)
{
	return mlv_error(MLV_E_SPEC, "%s:%zu: a row of more than 64 MiB", reading->format.name,
			 reading->line);
}

/* ---- the first row */

/* Read until the first row is there: from where it begins, behind a mark, to where it ends. */
static mlv_err read_first(struct reading *reading, size_t *begin, size_t *end)
{
	struct mlv_buf *bytes = &reading->rest;
	mlv_err err;

	if ((err = mlv_frame_find_format(&reading->format)) ||
	    (err = mlv_frame_stream_begin(&reading->stream, bytes)))
		return err;
	for (size_t want = PIECE;; want = longer(want)) {
		*begin = bytes->len >= 3 && memcmp(bytes->ptr, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
		if ((*end = first_end(reading, bytes, *begin)) || reading->stream.ended)
			break;
		if (bytes->len - *begin > FRAME_RECORD_MAX)
			return too_long(reading);
		if ((err = read_up_to(reading, bytes, want)))
			return err;
	}
	*end = *end ? *end : bytes->len;
	return NULL;
}

static mlv_err no_header(const struct reading *reading)
{
	return mlv_error(MLV_E_SPEC, "%s: empty: there is no header", reading->format.name);
}

/* Take what was read up to at. */
static mlv_err take_rest(struct reading *reading, size_t at)
{
	struct mlv_buf left = MLV_BUF_INIT;
	mlv_err err = mlv_buf_add(&left, reading->rest.ptr + at, reading->rest.len - at);

	reading->line += scan_count(reading->rest.ptr, at, '\n');
	mlv_buf_release(&reading->rest);
	reading->rest = left;
	return err;
}

/* Hint at the column that was meant by name, or else at the first ones there are. */
static mlv_err hint_names(mlv_err cause, const char *name, const struct mlv_strs *names)
{
	/* Of one letter, any other is near. */
	const char *near = name[0] && name[1] ? mlv_suggest_of(name, (const char *const *)names->at,
							       names->count) : NULL;
	char shown[SHOWN_MAX] = "";
	size_t len = 0, count = 0;

	if (near)
		return mlv_error_hint(cause, "did you mean '%s'?", near);
	for (; count < names->count && len + strlen(names->at[count]) + 4 < sizeof(shown); count++)
		len += (size_t)snprintf(shown + len, sizeof(shown) - len, "%s'%s'", count ? ", " : "",
					names->at[count]);
	return count ? mlv_error_hint(cause, "there %s %s%s", names->count > 1 ? "are" : "is", shown,
				      count < names->count ? ", and more" : "")
		     : cause;
}

/* The want that is to be there and is not; the number of wants when there is none. */
static size_t check_seen(const struct frame_format *format, struct mlv_frame *frame)
{
	size_t missing = format->count;

	for (size_t w = format->count; w-- > 0;) {
		frame->columns[w].absent = !format->seen[w];
		if (!format->seen[w] && !format->wants[w].optional)
			missing = w;
	}
	return missing;
}

static mlv_err no_column(const struct frame_format *format, const char *header, size_t len, size_t missing)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	const char *name = format->wants[missing].name;
	mlv_err err = mlv_frame_csv_names(format, header, len, &names);

	return err ? err
		   : hint_names(mlv_error(MLV_E_SPEC, "%s:1: there is no column '%s'",
						    format->name, name), name, &names);
}

static mlv_err take_header(struct reading *reading)
{
	size_t begin = 0, end = 0, missing;
	mlv_err err = read_first(reading, &begin, &end);

	if (err || !reading->format.separator)
		return err ? err : take_rest(reading, begin);
	if (end == begin)
		return no_header(reading);
	if ((err = mlv_frame_csv_header(&reading->format, reading->rest.ptr + begin, end - begin,
					reading->line)))
		return err;
	if ((missing = check_seen(&reading->format, reading->frame)) < reading->format.count)
		return no_column(&reading->format, reading->rest.ptr + begin, end - begin, missing);
	return take_rest(reading, end);
}

/* ---- blocks */

/* Fill bytes with whole rows. What follows them is kept for the next. */
static mlv_err read_rows(struct reading *reading, struct mlv_buf *bytes, size_t *end)
{
	mlv_err err;

	mlv_buf_clear(bytes);
	if ((err = mlv_buf_add(bytes, reading->rest.ptr, reading->rest.len)))
		return err;
	for (size_t want = PIECE;; want = longer(want)) {
		if ((err = read_up_to(reading, bytes, want)) ||
		    (err = mlv_buf_reserve(bytes, FRAME_AHEAD)))
			return err;
		*end = reading->stream.ended ? bytes->len : last_end(reading, bytes);
		if (*end || reading->stream.ended)
			break;
		if (bytes->len > FRAME_RECORD_MAX)
			return too_long(reading);
	}
	memset(bytes->ptr + bytes->len, 0, FRAME_AHEAD);
	mlv_buf_clear(&reading->rest);
	return mlv_buf_add(&reading->rest, bytes->ptr + *end, bytes->len - *end);
}

/*
 * Take the next block; none when there is no more, or one failed. Of a failure
 * to read index tells the block.
 */
static mlv_err take_block(struct reading *reading, struct piece *piece, size_t *index, bool *taken)
{
	struct frame_block *block = &piece->block;
	mlv_err err = NULL;

	pthread_mutex_lock(&reading->next);
	*index = reading->taken;
	*taken = !(reading->stream.ended && !reading->rest.len) &&
		 __atomic_load_n(&reading->failed, __ATOMIC_RELAXED) == SIZE_MAX;
	if (*taken && !(err = mlv_ctx_check_stop(reading->ctx)) &&
	    !(err = read_rows(reading, &piece->bytes, &block->len))) {
		reading->taken++;
		block->bytes = piece->bytes.ptr;
		block->line = reading->line;
		reading->line += scan_count(block->bytes, block->len, '\n');
		mlv_tell_advance(reading->ctx, 0, block->len);
	}
	pthread_mutex_unlock(&reading->next);
	return err;
}

static mlv_err parse_block(const struct reading *reading, struct frame_block *block)
{
	const char *nul = memchr(block->bytes, '\0', block->len);

	mlv_frame_clear(&block->out);
	if (nul)
		return mlv_error(MLV_E_SPEC, "%s:%zu: a NUL byte: this is not a text file",
				 reading->format.name,
				 block->line + scan_count(block->bytes, (size_t)(nul - block->bytes), '\n'));
	return reading->format.separator ? mlv_frame_csv_block(&reading->format, block)
					 : mlv_frame_jsonl_block(&reading->format, block);
}

/* Wait until all blocks before are appended; false when one of them failed. */
static bool await_turn(struct reading *reading, size_t index)
{
	bool mine;

	pthread_mutex_lock(&reading->turn);
	while (reading->appended < index && reading->failed > index)
		pthread_cond_wait(&reading->turned, &reading->turn);
	mine = reading->appended == index;
	pthread_mutex_unlock(&reading->turn);
	return mine;
}

/* The block is appended, or it failed. */
static void end_turn(struct reading *reading, size_t index, mlv_err err)
{
	pthread_mutex_lock(&reading->turn);
	if (!err)
		reading->appended++;
	else if (index < reading->failed) {
		__atomic_store_n(&reading->failed, index, __ATOMIC_RELAXED);
		reading->error = *err;
	}
	pthread_cond_broadcast(&reading->turned);
	pthread_mutex_unlock(&reading->turn);
}

/* Words that are many would be looked for in vain: those of the next block are others. */
static void forget_many(struct frame_block *block)
{
	for (size_t c = 0; c < block->out.count; c++)
		if (block->out.columns[c].words.count > WORDS_KEPT) {
			mlv_words_clear(&block->out.columns[c].words);
			block->codes[c].count = 0;
		}
}

static mlv_err make_room(struct reading *reading, size_t rows)
{
	mlv_err err = NULL;

	if (rows <= reading->frame->cap)
		return NULL;
	pthread_rwlock_wrlock(&reading->room);
	err = mlv_frame_reserve(reading->frame, rows);
	pthread_rwlock_unlock(&reading->room);
	return err;
}

/* In its turn: what others append begins behind the block, and is put there at the same time. */
static void append_block(struct reading *reading, struct frame_block *block, size_t index)
{
	struct mlv_frame *frame = reading->frame;
	size_t row = frame->rows;
	mlv_err err;

	if ((err = make_room(reading, row + block->out.rows)) ||
	    (err = mlv_frame_merge(frame, &block->out, block->codes))) {
		end_turn(reading, index, mlv_error_wrap(err, "%s", reading->format.name));
		return;
	}
	frame->rows += block->out.rows;
	pthread_rwlock_rdlock(&reading->room);
	end_turn(reading, index, NULL);
	mlv_frame_place(frame, row, &block->out, block->codes);
	pthread_rwlock_unlock(&reading->room);
	forget_many(block);
}

/* A failure is kept with its block, so that of several that of the first row is told. */
static mlv_err work(void *arg, size_t round, unsigned worker)
{
	struct reading *reading = arg;
	struct piece *piece = &reading->pieces[worker];
	size_t index = 0;
	bool taken = true;
	mlv_err err;

	(void)round;
	while (taken) {
		if ((err = take_block(reading, piece, &index, &taken)) ||
		    (taken && (err = parse_block(reading, &piece->block)))) {
			end_turn(reading, index, err);
			break;
		}
		if (!taken || !await_turn(reading, index))
			break;
		append_block(reading, &piece->block, index);
	}
	return NULL;
}

static mlv_err make_pieces(struct reading *reading)
{
	const struct frame_format *format = &reading->format;
	mlv_err err = NULL;

	if (!(reading->pieces = mlv_sys_alloc_array(reading->ctx->jobs, sizeof(*reading->pieces))))
		return mlv_error_nomem("a table");
	for (unsigned p = 0; p < reading->ctx->jobs && !err; p++) {
		struct frame_block *block = &reading->pieces[p].block;

		reading->pieces[p].bytes = (struct mlv_buf)MLV_BUF_INIT;
		block->marks = mlv_sys_alloc_array(FRAME_MARKS, sizeof(*block->marks));
		block->codes = mlv_frame_codes_new(format->count);
		err = block->marks && block->codes
			      ? mlv_frame_init(&block->out, format->wants, format->count)
			      : mlv_error_nomem("a table");
	}
	return err;
}

mlv_err mlv_frame_read(struct mlv_ctx *ctx, const struct mlv_frame_source *source,
		       const struct mlv_want *wants, size_t count, struct mlv_frame *frame)
{
	MLV_SCOPED(mlv_frame_release) struct mlv_frame made = { 0 };
	MLV_SCOPED(reading_release) struct reading reading;
	size_t missing;
	mlv_err err;

	reading_init(&reading, ctx, source);
	reading.frame = &made;
	reading.format.wants = wants;
	reading.format.count = count;
	if ((err = mlv_frame_init(&made, wants, count)) || (err = take_header(&reading)) ||
	    (err = make_pieces(&reading)) || (err = mlv_pool_run(ctx, ctx->jobs, ctx->jobs, work, &reading)))
		return err;
	if (reading.failed != SIZE_MAX)
		return mlv_error_copy(&reading.error);
	if ((missing = check_seen(&reading.format, &made)) < count)
		return mlv_error(MLV_E_SPEC, "%s: no row has '%s'", source->name, wants[missing].name);
	*frame = made;
	made = (struct mlv_frame){ 0 };
	return NULL;
}

mlv_err mlv_frame_names(struct mlv_ctx *ctx, const struct mlv_frame_source *source,
			struct mlv_strs *names)
{
	MLV_SCOPED(reading_release) struct reading reading;
	size_t begin = 0, end = 0;
	mlv_err err;

	reading_init(&reading, ctx, source);
	if ((err = read_first(&reading, &begin, &end)))
		return err;
	if (end == begin)
		return no_header(&reading);
	return reading.format.separator
		       ? mlv_frame_csv_names(&reading.format, reading.rest.ptr + begin, end - begin, names)
		       : mlv_frame_jsonl_names(&reading.format, reading.rest.ptr + begin, end - begin,
					       names);
}
