#include "cmd/ui/out.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/real.h"

/* "\n   12 | deps:": a line that shows a place in a file. */
static bool begins_place(const char *c)
{
	return *c == '\n' && c[1] == ' ' && c[1 + strspn(c + 1, " 0123456789")] == '|';
}

void mlv_out_message(const char *begin, const char *text)
{
	const char *hint = strstr(text, "\nhint: ");

	fputs(begin, stderr);
	for (const char *c = text; *c; c++)
		fputc(((unsigned char)*c < 0x20 || *c == 0x7f) && c != hint && !begins_place(c)
			      ? '?'
			      : *c,
		      stderr);
	fputc('\n', stderr);
}

void mlv_out_line(struct mlv_out *out, const char *fmt, ...)
{
	va_list ap;

	if (out->json || out->quiet)
		return;
	fputs(out->item ? out->item : "", out->to);
	va_start(ap, fmt);
	vfprintf(out->to, fmt, ap);
	va_end(ap);
	fputc('\n', out->to);
}

mlv_err mlv_out_marker(struct mlv_out *out, const char *prefix, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	mlv_err err = mlv_buf_add_str(&shown, prefix);

	for (; *name && !err; name++) /* a path may hold what ends a comment */
		err = mlv_buf_add_char(&shown, strchr("<>!", *name) ? '_' : *name);
	if (!err)
		mlv_out_line(out, "<!-- mlv:report:%s -->\n", shown.ptr ? shown.ptr : "");
	return err;
}

void mlv_out_path(struct mlv_out *out, const char *path, size_t len)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf quoted = MLV_BUF_INIT;

	if (out->json || out->quiet)
		return;
	if (!mlv_path_quote(&quoted, path, len))
		fwrite(quoted.ptr, 1, quoted.len, out->to);
	else
		fputs("(out of memory)", out->to);
}

void mlv_out_raw(struct mlv_out *out, const char *text)
{
	if (!out->json && !out->quiet)
		fputs(text, out->to);
}

mlv_err mlv_out_bytes(void *out, const void *bytes, size_t len)
{
	const struct mlv_out *to = out;

	if (fwrite(bytes, 1, len, to->to) != len)
		return mlv_error_sys("writing standard output");
	return NULL;
}

const char *mlv_out_color(const struct mlv_out *out, enum mlv_color color)
{
	static const char *const codes[] = {
		[MLV_COLOR_OFF] = "\033[m",	[MLV_COLOR_RED] = "\033[31m",
		[MLV_COLOR_GREEN] = "\033[32m", [MLV_COLOR_YELLOW] = "\033[33m",
		[MLV_COLOR_BOLD] = "\033[1m",
	};

	return out->color ? codes[color] : "";
}

/* How many bytes the UTF-8 character at text takes (RFC 3629); 0: it is none. */
static size_t utf8_length(const unsigned char *text, size_t len)
{
	size_t need = text[0] < 0x80   ? 1
		      : text[0] < 0xc2 ? 0
		      : text[0] < 0xe0 ? 2
		      : text[0] < 0xf0 ? 3
		      : text[0] < 0xf5 ? 4
				       : 0;

	if (!need || need > len)
		return 0;
	for (size_t i = 1; i < need; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return need;
}

static bool is_utf8(const char *text, size_t len)
{
	size_t step;

	for (; len; text += step, len -= step)
		if (!(step = utf8_length((const unsigned char *)text, len)))
			return false;
	return true;
}

static void json_string(FILE *to, const char *text, size_t len)
{
	fputc('"', to);
	for (size_t step; len; text += step, len -= step) {
		unsigned char c = (unsigned char)*text;

		step = utf8_length((const unsigned char *)text, len);
		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			fprintf(to, "\\u%04x", c);
		else if (step)
			fwrite(text, 1, step, to);
		else
			fputs("\\ufffd", to);
		if (!step)
			step = 1;
	}
	fputc('"', to);
}

/* What stands before a value: a comma, its name. False when nothing is written. */
static bool begin_value(struct mlv_out *out, const char *name)
{
	if (!out->json)
		return false;
	if (out->depth && !out->fresh)
		fputs(", ", out->to);
	out->fresh = false;
	if (name) {
		json_string(out->to, name, strlen(name));
		fputs(": ", out->to);
	}
	return true;
}

static void end_value(struct mlv_out *out)
{
	if (!out->depth)
		fputc('\n', out->to);
}

static void open_container(struct mlv_out *out, const char *name, char bracket)
{
	if (!begin_value(out, name))
		return;
	fputc(bracket, out->to);
	out->arrays = out->arrays << 1 | (bracket == '[');
	out->depth++;
	out->fresh = true;
}

static void close_container(struct mlv_out *out, char bracket)
{
	if (!out->json)
		return;
	fputc(bracket, out->to);
	out->arrays >>= 1;
	out->depth--;
	out->fresh = false;
	end_value(out);
}

void mlv_out_object_begin(struct mlv_out *out, const char *name)
{
	open_container(out, name, '{');
}

void mlv_out_object_end(struct mlv_out *out)
{
	close_container(out, '}');
}

void mlv_out_array_begin(struct mlv_out *out, const char *name)
{
	open_container(out, name, '[');
}

void mlv_out_array_end(struct mlv_out *out)
{
	close_container(out, ']');
}

void mlv_out_end_all(struct mlv_out *out)
{
	while (out->depth)
		close_container(out, out->arrays & 1 ? ']' : '}');
}

void mlv_out_text(struct mlv_out *out, const char *name, const char *text)
{
	mlv_out_text_len(out, name, text, strlen(text));
}

void mlv_out_text_len(struct mlv_out *out, const char *name, const char *text, size_t len)
{
	if (!begin_value(out, name))
		return;
	json_string(out->to, text, len);
	end_value(out);
}

static void base64(FILE *to, const unsigned char *bytes, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (; len; bytes += len < 3 ? len : 3, len -= len < 3 ? len : 3) {
		unsigned long b = (unsigned long)bytes[0] << 16;

		b |= len > 1 ? (unsigned long)bytes[1] << 8 : 0;
		b |= len > 2 ? bytes[2] : 0;
		fputc(digits[b >> 18], to);
		fputc(digits[b >> 12 & 63], to);
		fputc(len > 1 ? digits[b >> 6 & 63] : '=', to);
		fputc(len > 2 ? digits[b & 63] : '=', to);
	}
}

void mlv_out_json_path(struct mlv_out *out, const char *name, const char *path, size_t len)
{
	mlv_out_text_len(out, name, path, len);
	if (!out->json || !name || is_utf8(path, len))
		return;
	fprintf(out->to, ", \"%s_b64\": \"", name);
	base64(out->to, (const unsigned char *)path, len);
	fputc('"', out->to);
}

void mlv_out_number(struct mlv_out *out, const char *name, uint64_t number)
{
	if (!begin_value(out, name))
		return;
	fprintf(out->to, "%" PRIu64, number);
	end_value(out);
}

void mlv_out_real(struct mlv_out *out, const char *name, double number)
{
	char text[MLV_REAL_TEXT];

	if (!begin_value(out, name))
		return;
	mlv_real_write(number, 15, text);
	fputs(isfinite(number) ? text : "null", out->to);
	end_value(out);
}

void mlv_out_maybe(struct mlv_out *out, const char *name, bool there, double number)
{
	if (there)
		mlv_out_real(out, name, number);
	else
		mlv_out_null(out, name);
}

void mlv_out_range(struct mlv_out *out, const char *name, double low, double high)
{
	mlv_out_array_begin(out, name);
	mlv_out_real(out, NULL, low);
	mlv_out_real(out, NULL, high);
	mlv_out_array_end(out);
}

void mlv_out_bool(struct mlv_out *out, const char *name, bool truth)
{
	if (!begin_value(out, name))
		return;
	fputs(truth ? "true" : "false", out->to);
	end_value(out);
}

void mlv_out_null(struct mlv_out *out, const char *name)
{
	if (!begin_value(out, name))
		return;
	fputs("null", out->to);
	end_value(out);
}
