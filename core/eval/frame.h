/*
 * frame.h - the columns that are asked for of a table in a text file.
 *
 * Tables are CSV (RFC 4180, comma or tab) with a header, or JSON lines: an
 * object a line. Each may be gzipped. A byte order mark and CRLF are taken as
 * they come. What cannot be read for sure is an error that names file and
 * line: a row with too few or too many fields, a quote inside a field that is
 * not quoted, text behind a closing quote, a NUL, a number that is none, a
 * truncated gzip. No row is ever dropped.
 *
 * Text is kept as codes: numbers into the list of the column's values, in the
 * order of their first row. An empty field is the value "". Numbers are read
 * the same in every locale; an empty field, nan, NA, null and None are missing.
 *
 * The file is read once, in batches whose rows are parsed on all threads; the
 * frame does not depend on how many there are.
 *
 * Ownership   mlv_frame_release().
 * Limits      2^31 - 1 rows, 64 MiB a row; memory is that of the columns asked
 *             for and a few MiB a thread, however large the file is.
 */
#ifndef MLV_EVAL_FRAME_H
#define MLV_EVAL_FRAME_H

#include "core/base/buf.h"
#include "core/base/context.h"
#include "core/base/strs.h"

#define MLV_FRAME_ROWS ((size_t)INT32_MAX)

/* Distinct texts, numbered from 0. */
struct mlv_words {
	struct mlv_buf bytes; /* each text and a NUL */
	uint64_t *offset;     /* count of them, into bytes */
	size_t count, offset_cap;
	struct mlv_word_slot {
		uint32_t hash;
		uint32_t code; /* code + 1; 0: free */
	} *slot;
	size_t slots;         /* a power of 2 */
	struct mlv_word *recent; /* short texts that came lately, by their bytes; NULL: none */
};
void mlv_words_release(struct mlv_words *words);
/* The number of text, which is added when it is new. */
mlv_err mlv_words_add(struct mlv_words *words, const char *text, size_t len,
		      uint32_t *code) MLV_CHECK;
/* Add all words of from, of the number first on: codes gets, at its number, that of each. */
mlv_err mlv_words_add_all(struct mlv_words *words, const struct mlv_words *from, uint32_t first,
			  uint32_t *codes) MLV_CHECK;
/* Forget all words, and keep the memory. */
void mlv_words_clear(struct mlv_words *words);
bool mlv_words_find(const struct mlv_words *words, const char *text, uint32_t *code);
const char *mlv_words_at(const struct mlv_words *words, uint32_t code);

/* What a column must hold, beside what its type asks for. */
enum mlv_column_rule {
	MLV_COLUMN_ANY,
	MLV_COLUMN_PRESENT,  /* not missing; a number is finite */
	MLV_COLUMN_SHARE,    /* also within [0, 1] */
	MLV_COLUMN_POSITIVE, /* also not below 0 */
};

struct mlv_want {
	const char *name; /* of the column, as in the header */
	bool number;
	enum mlv_column_rule rule;
	bool optional; /* the table may lack the column: it is absent then */
};

struct mlv_column {
	double *number; /* of a number: NaN where it is missing */
	uint32_t *code; /* of a text */
	struct mlv_words words;
	bool absent;
};

struct mlv_frame {
	struct mlv_column *columns; /* in the order in which they were asked for */
	size_t count;
	size_t rows;
	size_t cap;
	struct mlv_frame_line { /* where in the file, from 1, rows begin: this, and each on the next line */
		uint32_t row, line;
	} *lines;
	size_t line_count, line_cap;
};
/* The line where a row begins, from 1. */
uint32_t mlv_frame_line(const struct mlv_frame *frame, size_t row);

/* Where a table's bytes are: a descriptor, read from where it stands, or memory. */
struct mlv_frame_source {
	const char *name; /* for messages; its suffix tells the format */
	int fd;           /* -1: bytes */
	const char *bytes;
	size_t len;
	char separator;   /* that of CSV, whatever the name ends in; 0: the name tells */
};

/*
 * Read the columns. MLV_E_SPEC, with file and line, when the table is not what
 * it should be; also for formats that are none of these, with the command that
 * converts them.
 */
mlv_err mlv_frame_read(struct mlv_ctx *ctx, const struct mlv_frame_source *source,
		       const struct mlv_want *wants, size_t count,
		       struct mlv_frame *frame) MLV_CHECK;
/*
 * The names of a table's columns: of the header, or of JSON lines the keys of
 * the first row. Of a descriptor something is read: rewind it.
 */
mlv_err mlv_frame_names(struct mlv_ctx *ctx, const struct mlv_frame_source *source,
			struct mlv_strs *names) MLV_CHECK;
void mlv_frame_release(struct mlv_frame *frame);
/* The number that the len bytes at text are; false when they are none. Missing is NaN. */
bool mlv_number_parse(const char *text, size_t len, double *number);

#endif
