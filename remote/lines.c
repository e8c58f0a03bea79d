#include "remote/lines.h"

#include <inttypes.h>
#include <string.h>

/* Which of the words stands there; count when none does. */
static size_t find_word(const char *const *words, size_t count, const char *word, size_t len)
{
	size_t i = 0;

	while (i < count && (strlen(words[i]) != len || memcmp(words[i], word, len) != 0))
		i++;
	return i;
}

bool mlv_line_number(const char *text, size_t len, uint64_t *number)
{
	uint64_t value = 0;

	if (len == 0 || (len > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (text[i] < '0' || text[i] > '9' || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return true;
}

static bool parse_line(const char *text, size_t len, const char *const *words, size_t count,
		       struct mlv_line *line)
{
	const char *space = memchr(text, ' ', len);
	size_t word = space ? (size_t)(space - text) : 0;

	if (!space || len < word + MLV_OID_HEX + 3 || text[word + 1 + MLV_OID_HEX] != ' ')
		return false;
	line->word = find_word(words, count, text, word);
	return line->word < count && mlv_oid_parse(space + 1, MLV_OID_HEX, &line->oid) &&
	       mlv_line_number(space + 2 + MLV_OID_HEX, len - word - MLV_OID_HEX - 2,
			       &line->number);
}

/* The length of "<word> <id>" in a line: these ascend, so that nothing is named twice. */
static size_t name_len(const char *line, size_t len)
{
	while (len > 0 && line[len] != ' ')
		len--;
	return len;
}

mlv_err mlv_lines_parse(const char *text, size_t len, const char *const *words, size_t count,
			mlv_line_fn fn, void *arg, bool *canonical)
{
	const char *last = NULL;
	size_t last_len = 0;
	mlv_err err = NULL;

	*canonical = true;
	while (!err && *canonical && len > 0) {
		const char *newline = memchr(text, '\n', len);
		size_t length = newline ? (size_t)(newline - text) : 0;
		size_t name = name_len(text, length);
		size_t both = name < last_len ? name : last_len;
		struct mlv_line line;

		*canonical = newline && (!last || memcmp(last, text, both + 1) < 0) &&
			     parse_line(text, length, words, count, &line);
		if (*canonical)
			err = fn(arg, &line);
		last = text;
		last_len = name;
		text += length + 1;
		len -= newline ? length + 1 : len;
	}
	return err;
}

mlv_err mlv_line_write(struct mlv_buf *text, const char *word, const struct mlv_oid *oid,
		       uint64_t number)
{
	char hex[MLV_OID_HEX + 1];

	return mlv_buf_printf(text, "%s %s %" PRIu64 "\n", word, mlv_oid_format(oid, hex), number);
}
