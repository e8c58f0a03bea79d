/*
 * ui/out.h - results: lines for people, JSON for programs, on stdout.
 *
 * A command that reports builds its JSON with the functions below when
 * out->json, and prints lines with mlv_out_line() otherwise. Nothing is
 * written before the first call; main() flushes, and a failed flush is an
 * error. Where a command fails, main() closes what it left open: stdout has
 * nothing, or JSON that can be parsed.
 */
#ifndef MLV_CMD_UI_OUT_H
#define MLV_CMD_UI_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/error.h"

struct mlv_out {
	FILE *to;
	bool json;
	bool color;         /* stdout is a terminal and NO_COLOR is not set */
	unsigned depth;     /* of JSON containers open */
	uint64_t arrays;    /* the lowest bit: the innermost of them is an array; of 64 at most */
	bool fresh;         /* nothing in the innermost container yet */
	bool quiet;         /* lines are dropped */
	const char *item;   /* begins each line: "- "; NULL: nothing does */
};

/*
 * A message, to stderr: begin, then text, a newline added. What stands on a
 * terminal must not command it: control characters become '?', but for the
 * newlines before a hint and before "   12 | ", which shows a place in a file.
 */
void mlv_out_message(const char *begin, const char *text);
/* A line of text, the newline added. Dropped with -q or --json. */
void mlv_out_line(struct mlv_out *out, const char *fmt, ...) MLV_PRINTF(2, 3);
/*
 * The comment <!-- mlv:report:NAME -->, unseen, and an empty line: so that who writes Markdown into a
 * merge request finds what it wrote before. The name is prefix and name.
 */
mlv_err mlv_out_marker(struct mlv_out *out, const char *prefix, const char *name) MLV_CHECK;
/* A path, quoted as core.quotePath does; inside a line printed piece by piece. */
void mlv_out_path(struct mlv_out *out, const char *path, size_t len);
void mlv_out_raw(struct mlv_out *out, const char *text); /* as it is, unless -q or --json */
/* Bytes that are the result themselves, also with -q; out is a struct mlv_out. */
mlv_err mlv_out_bytes(void *out, const void *bytes, size_t len) MLV_CHECK;
/* Colours: "\033[..m" or "", by out->color. */
enum mlv_color { MLV_COLOR_OFF, MLV_COLOR_RED, MLV_COLOR_GREEN, MLV_COLOR_YELLOW, MLV_COLOR_BOLD };
const char *mlv_out_color(const struct mlv_out *out, enum mlv_color color);

/* JSON. name is NULL inside an array and at the top. No-ops unless out->json. */
void mlv_out_object_begin(struct mlv_out *out, const char *name);
void mlv_out_object_end(struct mlv_out *out);
void mlv_out_array_begin(struct mlv_out *out, const char *name);
void mlv_out_array_end(struct mlv_out *out);
void mlv_out_end_all(struct mlv_out *out); /* all that is open */
void mlv_out_text(struct mlv_out *out, const char *name, const char *text);
void mlv_out_text_len(struct mlv_out *out, const char *name, const char *text, size_t len);
/* "path", and "path_b64" beside it where the bytes are not UTF-8. */
void mlv_out_json_path(struct mlv_out *out, const char *name, const char *path, size_t len);
void mlv_out_number(struct mlv_out *out, const char *name, uint64_t number);
void mlv_out_real(struct mlv_out *out, const char *name, double number);
/* A number where there is one and it is finite, else null (also where it is not finite); and [low, high]. */
void mlv_out_maybe(struct mlv_out *out, const char *name, bool there, double number);
void mlv_out_range(struct mlv_out *out, const char *name, double low, double high);
void mlv_out_bool(struct mlv_out *out, const char *name, bool truth);
void mlv_out_null(struct mlv_out *out, const char *name);

#endif
