/* What the functions of expressions compute. Their arguments are not null, but for is_null's. */
#include <string.h>

#include "core/base/suggest.h"
#include "core/eval/expr/parts.h"

#define WAV_HEAD  ((size_t)1 << 20) /* the length of the sound must be said within so much of a file */
#define FUNCTIONS 14

typedef const struct mlv_expr_value *args_t;

static mlv_err set_number(struct mlv_expr_value *value, double number)
{
	value->number = number;
	return NULL;
}

static mlv_err set_text(struct mlv_expr_value *value, const char *text, size_t len)
{
	value->text = text;
	value->len = len;
	return NULL;
}

static mlv_err set_null(struct mlv_expr_value *value)
{
	value->null = true;
	return NULL;
}

#define FUNCTION(name)                                                                          \
	static mlv_err name(struct expr_node *node, args_t args, const struct mlv_expr_files *files, \
			    struct mlv_expr_value *value)

FUNCTION(run_is_null)
{
	(void)node;
	(void)files;
	return set_number(value, args[0].null);
}

FUNCTION(run_len)
{
	size_t count = 0;

	(void)node;
	(void)files;
	for (size_t i = 0; i < args[0].len; i++)
		count += ((unsigned char)args[0].text[i] & 0xc0U) != 0x80;
	return set_number(value, (double)count);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

FUNCTION(run_words)
{
	size_t count = 0;
	bool inside = false;

	(void)node;
	(void)files;
	for (size_t i = 0; i < args[0].len; i++) {
		bool space = is_space(args[0].text[i]);

		count += !space && !inside;
		inside = !space;
	}
	return set_number(value, (double)count);
}

FUNCTION(run_lines)
{
	size_t count = args[0].len && args[0].text[args[0].len - 1] != '\n';

	(void)node;
	(void)files;
	for (size_t i = 0; i < args[0].len; i++)
		count += args[0].text[i] == '\n';
	return set_number(value, (double)count);
}

FUNCTION(run_lower)
{
	mlv_err err;

	(void)files;
	mlv_buf_clear(&node->scratch);
	if ((err = mlv_buf_add(&node->scratch, args[0].text, args[0].len)))
		return err;
	for (size_t i = 0; i < node->scratch.len; i++)
		if (node->scratch.ptr[i] >= 'A' && node->scratch.ptr[i] <= 'Z')
			node->scratch.ptr[i] = (char)(node->scratch.ptr[i] + 32);
	return set_text(value, node->scratch.ptr, node->scratch.len);
}

/* Where mark begins in text at or behind from; len when it does not. */
static size_t find(args_t text, args_t mark, size_t from)
{
	for (; mark->len && from + mark->len <= text->len; from++) {
		const char *at = memchr(text->text + from, mark->text[0],
					text->len - from - mark->len + 1);

		if (!at)
			break;
		from = (size_t)(at - text->text);
		if (memcmp(at, mark->text, mark->len) == 0)
			return from;
	}
	return text->len;
}

FUNCTION(run_prefix)
{
	size_t end = 0, parts = 0;
	double most = args[2].number;

	(void)node;
	(void)files;
	while ((double)parts < most && end < args[0].len) {
		end = find(&args[0], &args[1], parts ? end + args[1].len : 0);
		parts++;
	}
	return set_text(value, args[0].text, end);
}

FUNCTION(run_suffix)
{
	size_t marks = 0, at, begin = 0;
	double most = args[2].number;

	(void)node;
	(void)files;
	for (at = find(&args[0], &args[1], 0); at < args[0].len;
	     at = find(&args[0], &args[1], at + args[1].len))
		marks++;
	if (!(most >= 1))
		return set_text(value, args[0].text, 0);
	for (; (double)marks >= most; marks--)
		begin = find(&args[0], &args[1], begin) + args[1].len;
	return set_text(value, args[0].text + begin, args[0].len - begin);
}

FUNCTION(run_ext)
{
	const char *text = args[0].text, *end = text + args[0].len, *at = end;

	(void)node;
	(void)files;
	while (at > text && at[-1] != '.' && at[-1] != '/')
		at--;
	/* A dot at the beginning of a name begins no extension. */
	if (at <= text + 1 || at[-1] != '.' || at[-2] == '/')
		return set_null(value);
	return set_text(value, at, (size_t)(end - at));
}

/* ---- dates */

struct date {
	int year, month, day, hour; /* hour -1: not said */
};

static bool take_digits(args_t text, size_t at, size_t count, int *number)
{
	*number = 0;
	if (at + count > text->len)
		return false;
	for (size_t i = at; i < at + count; i++) {
		if (text->text[i] < '0' || text->text[i] > '9')
			return false;
		*number = *number * 10 + (text->text[i] - '0');
	}
	return true;
}

static bool has(args_t text, size_t at, const char *any)
{
	return at < text->len && text->text[at] && strchr(any, text->text[at]);
}

/* "2024-05-31", and behind that "T13:..." or " 13:...". */
static bool read_date(args_t text, struct date *date)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int minute;
	bool leap;

	if (!take_digits(text, 0, 4, &date->year) || !has(text, 4, "-") ||
	    !take_digits(text, 5, 2, &date->month) || !has(text, 7, "-") ||
	    !take_digits(text, 8, 2, &date->day) || date->month < 1 || date->month > 12 ||
	    date->day < 1 || date->day > days[date->month - 1])
		return false;
	leap = (date->year % 4 == 0 && date->year % 100 != 0) || date->year % 400 == 0;
	if (date->month == 2 && date->day == 29 && !leap)
		return false;
	date->hour = -1;
	if (text->len == 10)
		return true;
	return has(text, 10, "T ") && take_digits(text, 11, 2, &date->hour) && has(text, 13, ":") &&
	       take_digits(text, 14, 2, &minute) && date->hour < 24 && minute < 60;
}

/* Sakamoto's method (comp.lang.c, 1992); Monday is 1. */
static int weekday_of(const struct date *date)
{
	static const int shift[] = { 0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4 };
	int year = date->year - (date->month < 3);
	int day = (year + year / 4 - year / 100 + year / 400 + shift[date->month - 1] + date->day) % 7;

	return day ? day : 7;
}

FUNCTION(run_year)
{
	struct date date;

	(void)node;
	(void)files;
	return read_date(args, &date) ? set_number(value, date.year) : set_null(value);
}

FUNCTION(run_month)
{
	struct date date;

	(void)node;
	(void)files;
	return read_date(args, &date) ? set_number(value, date.month) : set_null(value);
}

FUNCTION(run_weekday)
{
	struct date date;

	(void)node;
	(void)files;
	return read_date(args, &date) ? set_number(value, weekday_of(&date)) : set_null(value);
}

FUNCTION(run_hour)
{
	struct date date;

	(void)node;
	(void)files;
	return read_date(args, &date) && date.hour >= 0 ? set_number(value, date.hour) : set_null(value);
}

/* ---- files */

static mlv_err read_file(struct expr_node *node, args_t path, const struct mlv_expr_files *files,
			 size_t limit, uint64_t *size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err;

	if (!files)
		return mlv_error(MLV_E_SPEC, "files that rows name cannot be read here");
	mlv_buf_clear(&node->scratch);
	if ((err = mlv_buf_add(&name, path->text, path->len)))
		return err;
	return files->read(files->arg, name.ptr, limit, &node->scratch, size);
}

FUNCTION(run_file_size)
{
	uint64_t size = 0;
	mlv_err err = read_file(node, args, files, 0, &size);

	return err ? err : set_number(value, (double)size);
}

static uint32_t little(const char *at)
{
	const unsigned char *bytes = (const unsigned char *)at;

	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

/* RIFF (Microsoft and IBM 1991): chunks, of which "fmt " says the bytes a second, "data" is the sound. */
static bool wav_seconds(const struct mlv_buf *head, uint64_t size, double *seconds)
{
	uint32_t rate = 0;

	if (head->len < 12 || memcmp(head->ptr, "RIFF", 4) != 0 || memcmp(head->ptr + 8, "WAVE", 4) != 0)
		return false;
	for (uint64_t at = 12; at + 8 <= head->len;) {
		const char *chunk = head->ptr + at;
		uint64_t len = little(chunk + 4);

		if (memcmp(chunk, "fmt ", 4) == 0 && len >= 16 && at + 24 <= head->len)
			rate = little(chunk + 16);
		if (memcmp(chunk, "data", 4) == 0) {
			/* A length that a writer of a stream never filled in. */
			if (len > size - at - 8)
				len = size - at - 8;
			*seconds = rate ? (double)len / rate : 0;
			return rate != 0;
		}
		at += 8 + len + (len & 1);
	}
	return false;
}

FUNCTION(run_wav_seconds)
{
	uint64_t size = 0;
	double seconds;
	mlv_err err = read_file(node, args, files, WAV_HEAD, &size);

	if (err)
		return err;
	return wav_seconds(&node->scratch, size, &seconds) ? set_number(value, seconds)
							   : set_null(value);
}

static const struct expr_function functions[FUNCTIONS] = {
	{ "is_null", MLV_EXPR_TRUTH, 1, { ASK_ANY }, run_is_null },
	{ "len", MLV_EXPR_NUMBER, 1, { ASK_TEXT }, run_len },
	{ "words", MLV_EXPR_NUMBER, 1, { ASK_TEXT }, run_words },
	{ "lines", MLV_EXPR_NUMBER, 1, { ASK_TEXT }, run_lines },
	{ "lower", MLV_EXPR_TEXT, 1, { ASK_TEXT }, run_lower },
	{ "prefix", MLV_EXPR_TEXT, 3, { ASK_TEXT, ASK_TEXT, ASK_NUMBER }, run_prefix },
	{ "suffix", MLV_EXPR_TEXT, 3, { ASK_TEXT, ASK_TEXT, ASK_NUMBER }, run_suffix },
	{ "ext", MLV_EXPR_TEXT, 1, { ASK_TEXT }, run_ext },
	{ "year", MLV_EXPR_NUMBER, 1, { ASK_TEXT }, run_year },
	{ "month", MLV_EXPR_NUMBER, 1, { ASK_TEXT }, run_month },
	{ "weekday", MLV_EXPR_NUMBER, 1, { ASK_TEXT }, run_weekday },
	{ "hour", MLV_EXPR_NUMBER, 1, { ASK_TEXT }, run_hour },
	{ "file_size", MLV_EXPR_NUMBER, 1, { ASK_TEXT }, run_file_size },
	{ "wav_seconds", MLV_EXPR_NUMBER, 1, { ASK_TEXT }, run_wav_seconds },
};

const struct expr_function *mlv_expr_function(const char *name)
{
	for (size_t f = 0; f < FUNCTIONS; f++)
		if (strcmp(functions[f].name, name) == 0)
			return &functions[f];
	return NULL;
}

const char *mlv_expr_function_near(const char *name)
{
	const char *names[FUNCTIONS];
	size_t count = 0;

	for (; count < FUNCTIONS; count++)
		names[count] = functions[count].name;
	return mlv_suggest_of(name, names, count);
}
