#include "remote/sftp/long_name.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The number of len digits at text; false: it is none, or too large. */
static bool number(const char *text, size_t len, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i]) || *value > (UINT64_MAX - 9) / 10)
			return false;
		*value = *value * 10 + (uint64_t)(text[i] - '0');
	}
	return len > 0;
}

/* The end of the word at from, and where the next one begins. */
static size_t word_end(const char *line, size_t len, size_t from, size_t *next)
{
	size_t end = from;

	while (end < len && line[end] != ' ')
		end++;
	for (*next = end; *next < len && line[*next] == ' ';)
		(*next)++;
	return end;
}

static bool is_month(const char *word, size_t len)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (size_t i = 0; len == 3 && months[i]; i += 3)
		if (memcmp(months + i, word, 3) == 0)
			return true;
	return false;
}

static bool is_time_or_year(const char *word, size_t len)
{
	if (len == 5 && word[2] == ':')
		return is_digit(word[0]) && is_digit(word[1]) && is_digit(word[3]) && is_digit(word[4]);
	return len == 4 && is_digit(word[0]) && is_digit(word[1]) && is_digit(word[2]) &&
	       is_digit(word[3]);
}

/* "4096 Nov 28 16:10 name" from a place in the line. */
static bool parse_from(struct mlv_long_name *out, const char *line, size_t len, size_t from)
{
	size_t month, day, time, next, end;
	uint64_t size, day_number;

	end = word_end(line, len, from, &month);
	if (!number(line + from, end - from, &size))
		return false;
	end = word_end(line, len, month, &day);
	if (!is_month(line + month, end - month))
		return false;
	end = word_end(line, len, day, &time);
	if (!number(line + day, end - day, &day_number) || day_number < 1 || day_number > 31)
		return false;
	end = word_end(line, len, time, &next);
	/* One blank divides the name, which may begin with others. */
	if (!is_time_or_year(line + time, end - time) || end + 1 >= len)
		return false;
	out->size = size;
	out->name = line + end + 1;
	out->name_len = len - end - 1;
	return true;
}

bool mlv_long_name_parse(struct mlv_long_name *out, const char *line, size_t len)
{
	size_t next = 0, end = word_end(line, len, 0, &next);

	/* Mode, number of links, user, group: at least three words before the size. */
	if (end < 10 || !strchr("-dlbcpsD", line[0]))
		return false;
	out->kind = line[0] == '-' ? MLV_LONG_FILE : line[0] == 'd' ? MLV_LONG_DIR : MLV_LONG_OTHER;
	for (unsigned words = 1; next < len; words++) {
		size_t from = next;

		if (words >= 3 && parse_from(out, line, len, from))
			return true;
		(void)word_end(line, len, from, &next);
	}
	return false;
}
