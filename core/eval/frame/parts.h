/* parts.h - what the files behind frame.h share. */
#ifndef MLV_EVAL_FRAME_PARTS_H
#define MLV_EVAL_FRAME_PARTS_H

#include "core/eval/frame.h"

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

/* A stretch of whole rows, and what it was parsed to. */
struct frame_block {
	const char *bytes;
	size_t len;
	size_t line; /* of its first byte, from 1 */
	struct mlv_frame out; /* its words are numbered by this block alone */
};

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

/* A new row at the end; then each of its columns is put once. */
mlv_err mlv_frame_add_row(struct mlv_frame *frame, size_t line) MLV_CHECK;
/* Put what a field says into the last row; NULL text: missing. */
mlv_err mlv_frame_put(const struct frame_format *format, struct mlv_frame *frame, size_t want,
		      const char *text, size_t len) MLV_CHECK;
mlv_err mlv_frame_init(struct mlv_frame *frame, const struct mlv_want *wants,
		       size_t count) MLV_CHECK;
/* Append the rows of from, whose words get the numbers of to. */
mlv_err mlv_frame_append(struct mlv_frame *to, const struct mlv_frame *from) MLV_CHECK;

#endif
