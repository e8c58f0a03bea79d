/* parts.h - what the files behind frame.h share. */
#ifndef MLV_EVAL_FRAME_PARTS_H
#define MLV_EVAL_FRAME_PARTS_H

#include "core/eval/frame.h"
#include "core/eval/frame/separators.h"

#define FRAME_STEP       ((size_t)256 << 10)
#define FRAME_RECORD_MAX ((size_t)64 << 20) /* bytes of one row */

struct mlv_gunzip;

/* Bytes of a file, as they are or gunzipped. */
struct frame_stream {
	const struct mlv_frame_source *source;
	struct mlv_gunzip *gunzip;
	struct mlv_buf raw;  /* gzip: what was read and not yet taken */
	const char *raw_at;
	size_t raw_left;
	size_t taken; /* of source->bytes */
	bool ended;
};
/* Look whether it is gzip, and append the first bytes to buf. */
mlv_err mlv_frame_stream_begin(struct frame_stream *stream, struct mlv_buf *buf) MLV_CHECK;
/* Append up to room bytes to buf; ended is set when there are none. */
mlv_err mlv_frame_stream_read(struct frame_stream *stream, struct mlv_buf *buf,
			      size_t room) MLV_CHECK;
void mlv_frame_stream_release(struct frame_stream *stream);

/* The numbers that a table's codes have in another. */
struct frame_codes {
	uint32_t *of;
	size_t count, cap;
};

/*
 * A stretch of whole rows, and what it was parsed to. One after the other is
 * parsed into the same columns; words stay as long as they are few.
 */
struct frame_block {
	const char *bytes;    /* behind them FRAME_AHEAD more may be looked at */
	size_t len;
	size_t line;          /* of its first byte, from 1 */
	struct mlv_frame out; /* its words are numbered by it alone */
	struct frame_codes *codes; /* of each column */
	uint32_t *marks;      /* FRAME_MARKS, for plain rows */
};
#define FRAME_AHEAD 64
#define FRAME_STRIP ((size_t)16 << 10) /* bytes of plain rows that are read at once */
#define FRAME_MARKS (FRAME_STRIP + SEPARATORS_SPARE + 1)

/* How the rows of a file are parsed. */
struct frame_format {
	const char *name; /* of the file */
	char separator;   /* of CSV; 0: JSON lines */
	const struct mlv_want *wants;
	size_t count;
	size_t *place;    /* CSV: the field of each want that was seen */
	size_t fields;    /* CSV: in each row */
	bool *seen;       /* whether the header, or a row of JSON, has the want */
};

/* How the rows of a file of this name are parsed. */
mlv_err mlv_frame_find_format(struct frame_format *format) MLV_CHECK;
/* Take the header's names: sets place and fields. */
mlv_err mlv_frame_csv_header(struct frame_format *format, const char *bytes, size_t len,
			     size_t line) MLV_CHECK;
/* The names that the header, or a row of JSON lines, has. */
mlv_err mlv_frame_csv_names(const struct frame_format *format, const char *bytes, size_t len,
			    struct mlv_strs *names) MLV_CHECK;
mlv_err mlv_frame_jsonl_names(const struct frame_format *format, const char *bytes, size_t len,
			      struct mlv_strs *names) MLV_CHECK;
mlv_err mlv_frame_csv_block(const struct frame_format *format, struct frame_block *block) MLV_CHECK;
mlv_err mlv_frame_jsonl_block(const struct frame_format *format,
			      struct frame_block *block) MLV_CHECK;

/*
 * Read the rows that begin a block as long as they are plain: without quotes, each with as many fields as
 * the header, and with nothing to refuse. used: the bytes of them.
 */
mlv_err mlv_frame_plain_rows(const struct frame_format *format, struct frame_block *block,
			     size_t *used) MLV_CHECK;

/* Make room for so many rows. */
mlv_err mlv_frame_reserve(struct mlv_frame *frame, size_t rows) MLV_CHECK;
/* Note where a row begins, unless it is one line behind the row before. */
mlv_err mlv_frame_note_line(struct mlv_frame *frame, size_t row, size_t line) MLV_CHECK;
/* A new row at the end; then each of its columns is put once. */
mlv_err mlv_frame_add_row(struct mlv_frame *frame, size_t line) MLV_CHECK;
/* Put what a field says into the last row; NULL text: missing. */
mlv_err mlv_frame_put(const struct frame_format *format, struct mlv_frame *frame, size_t want,
		      const char *text, size_t len) MLV_CHECK;
mlv_err mlv_frame_init(struct mlv_frame *frame, const struct mlv_want *wants,
		       size_t count) MLV_CHECK;
/* Forget the rows, but neither words nor memory. */
void mlv_frame_clear(struct mlv_frame *frame);

/* Codes of so many columns, none known; NULL: no memory. */
struct frame_codes *mlv_frame_codes_new(size_t count) MLV_CHECK;
void mlv_frame_codes_free(struct frame_codes *codes, size_t count);
/*
 * Rows of from are appended in three steps: their lines and the words that codes does not know yet are
 * added, then there is room for them, then they are put at their place. Without the last one to->rows is
 * as before; other rows may be put at other places meanwhile.
 */
mlv_err mlv_frame_merge(struct mlv_frame *to, const struct mlv_frame *from,
			struct frame_codes *codes) MLV_CHECK;
void mlv_frame_place(struct mlv_frame *to, size_t row, const struct mlv_frame *from,
		     const struct frame_codes *codes);
/* All of it. */
mlv_err mlv_frame_append(struct mlv_frame *to, const struct mlv_frame *from) MLV_CHECK;

#endif
