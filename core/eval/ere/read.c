/* From a pattern to the states of its machine. */
#include <ctype.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/strs.h"
#include "core/eval/ere/parts.h"

#define NESTING 100
#define REPEATS 255 /* RE_DUP_MAX of POSIX */
#define END     UINT32_MAX

struct reader {
	struct mlv_ere *ere;
	const char *text;
	size_t len, at;
	unsigned depth;
};

/* A part of the machine: where it begins, and the one state that leaves it. */
struct part {
	uint32_t first, last;
};

static mlv_err wrong(const char *what)
{
	return mlv_error(MLV_E_SPEC, "%s", what);
}

static mlv_err add_state(struct reader *reader, enum ere_kind kind, uint32_t what, uint32_t *state)
{
	struct mlv_ere *ere = reader->ere;
	mlv_err err;

	if (ere->count == MLV_ERE_STATES)
		return wrong("the pattern is too large");
	if ((err = mlv_array_grow(&ere->states, &ere->cap, ere->count + 1, sizeof(*ere->states))))
		return err;
	ere->states[ere->count] = (struct ere_state){ kind, END, END, what };
	*state = (uint32_t)ere->count++;
	return NULL;
}

/* The character at text, of *step bytes. */
uint32_t mlv_ere_char(const char *text, size_t len, size_t *step)
{
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t code = bytes[0];

	*step = mlv_text_char(bytes, len);
	if (*step < 2) {
		*step = 1;
		return bytes[0] < 0x80 ? code : 0x110000U + code; /* no character of Unicode */
	}
	code = bytes[0] & (0xffU >> (*step + 1));
	for (size_t i = 1; i < *step; i++)
		code = code << 6 | (bytes[i] & 0x3fU);
	return code;
}

static uint32_t take_char(struct reader *reader)
{
	size_t step;
	uint32_t code = mlv_ere_char(reader->text + reader->at, reader->len - reader->at, &step);

	reader->at += step;
	return code;
}

static bool sees(const struct reader *reader, char c)
{
	return reader->at < reader->len && reader->text[reader->at] == c;
}

static mlv_err add_range(struct ere_set *set, uint32_t low, uint32_t high)
{
	if (low > high)
		return wrong("a range that ends before it begins");
	if (set->count == ERE_RANGES)
		return wrong("a set of too many ranges");
	set->ranges[set->count].low = low;
	set->ranges[set->count++].high = high;
	return NULL;
}

/* [:alpha:] and its like, of ASCII: runs of the characters that are in it. */
static mlv_err take_class(struct reader *reader, struct ere_set *set)
{
	static const struct {
		const char *name;
		const char *ranges; /* pairs */
	} classes[] = {
		{ "alpha", "azAZ" }, { "digit", "09" },    { "alnum", "azAZ09" }, { "upper", "AZ" },
		{ "lower", "az" },   { "space", "\t\r  " }, { "blank", "\t\t  " }, { "xdigit", "09afAF" },
		{ "punct", "!/:@[`{~" },
	};
	const char *name = reader->text + reader->at + 2;
	const char *end = memchr(name, ':', reader->len - reader->at - 2);
	size_t len = end ? (size_t)(end - name) : 0;
	mlv_err err = NULL;

	for (size_t c = 0; end && c < MLV_COUNT(classes); c++) {
		const char *ranges = classes[c].ranges;

		if (strlen(classes[c].name) != len || memcmp(name, classes[c].name, len) != 0)
			continue;
		for (size_t i = 0; ranges[i] && !err; i += 2)
			err = add_range(set, (unsigned char)ranges[i], (unsigned char)ranges[i + 1]);
		reader->at += 2 + len + 1;
		if (!err && !sees(reader, ']'))
			return wrong("a class that has no ':]'");
		reader->at++;
		return err;
	}
	return wrong("a class that is not known");
}

static mlv_err take_members(struct reader *reader, struct ere_set *set)
{
	bool first = true;
	mlv_err err = NULL;

	for (; !err && reader->at < reader->len && (first || !sees(reader, ']')); first = false) {
		uint32_t low, high;

		if (reader->at + 1 < reader->len && memcmp(reader->text + reader->at, "[:", 2) == 0) {
			err = take_class(reader, set);
			continue;
		}
		low = high = take_char(reader);
		if (reader->at + 1 < reader->len && sees(reader, '-') &&
		    reader->text[reader->at + 1] != ']') {
			reader->at++;
			high = take_char(reader);
		}
		err = add_range(set, low, high);
	}
	if (err)
		return err;
	if (reader->at == reader->len)
		return wrong("a '[' that is not closed");
	reader->at++;
	return NULL;
}

static mlv_err take_set(struct reader *reader, uint32_t *which)
{
	struct mlv_ere *ere = reader->ere;
	struct ere_set *set;
	mlv_err err = mlv_array_grow(&ere->sets, &ere->set_cap, ere->set_count + 1, sizeof(*ere->sets));

	if (err)
		return err;
	set = &ere->sets[ere->set_count];
	*set = (struct ere_set){ 0 };
	*which = (uint32_t)ere->set_count++;
	if (sees(reader, '^')) {
		set->negated = true;
		reader->at++;
	}
	return take_members(reader, set);
}

static mlv_err take_choice(struct reader *reader, struct part *part);

static mlv_err take_group(struct reader *reader, struct part *part)
{
	mlv_err err;

	if (++reader->depth > NESTING)
		return wrong("groups are nested too deeply");
	if ((err = take_choice(reader, part)))
		return err;
	reader->depth--;
	if (!sees(reader, ')'))
		return wrong("a '(' that is not closed");
	reader->at++;
	return NULL;
}

static mlv_err take_atom(struct reader *reader, struct part *part)
{
	enum ere_kind kind = ERE_CHAR;
	uint32_t what = 0;
	mlv_err err = NULL;
	char c = reader->text[reader->at];

	if (strchr("*+?{", c) && c)
		return wrong("nothing that could be repeated");
	if (c == '(') {
		reader->at++;
		return take_group(reader, part);
	}
	if (c == '.' || c == '^' || c == '$') {
		kind = c == '.' ? ERE_ANY : c == '^' ? ERE_BEGIN : ERE_END;
		reader->at++;
	} else if (c == '[') {
		kind = ERE_SET;
		reader->at++;
		err = take_set(reader, &what);
	} else {
		reader->at += c == '\\';
		if (reader->at == reader->len)
			return wrong("a backslash at the end");
		if (c == '\\' && isalnum((unsigned char)reader->text[reader->at]))
			return wrong("a backslash before a letter or a digit");
		what = take_char(reader);
	}
	if (err || (err = add_state(reader, kind, what, &part->first)))
		return err;
	part->last = part->first;
	return NULL;
}

/* A state that does nothing but go on: a ERE_SPLIT whose two ways are the same one. */
static mlv_err add_joint(struct reader *reader, uint32_t *state)
{
	return add_state(reader, ERE_SPLIT, 0, state);
}

static void lead(struct mlv_ere *ere, const struct part *part, uint32_t to)
{
	ere->states[part->last].next = to;
	if (ere->states[part->last].kind == ERE_SPLIT && ere->states[part->last].other == END)
		ere->states[part->last].other = to;
}

static mlv_err take_bound(struct reader *reader, unsigned *number)
{
	size_t begin = reader->at;

	for (*number = 0; reader->at < reader->len && isdigit((unsigned char)reader->text[reader->at]);
	     reader->at++)
		if ((*number = *number * 10 + (unsigned)(reader->text[reader->at] - '0')) > REPEATS)
			return wrong("more repetitions than 255");
	return reader->at > begin ? NULL : wrong("a number of repetitions is missing");
}

/* "*", "+", "?", "{m}", "{m,}", "{m,n}"; high END: without end. False when there is none. */
static mlv_err take_repeat(struct reader *reader, unsigned *low, uint32_t *high, bool *there)
{
	char c = reader->at < reader->len ? reader->text[reader->at] : '\0';
	unsigned most = 0;
	mlv_err err;

	*there = c && strchr("*+?{", c);
	if (!*there)
		return NULL;
	reader->at++;
	*low = c == '+';
	*high = c == '?' ? 1 : END;
	if (c != '{')
		return NULL;
	if ((err = take_bound(reader, low)))
		return err;
	*high = *low;
	if (sees(reader, ',')) {
		reader->at++;
		*high = END;
		if (!sees(reader, '}')) {
			if ((err = take_bound(reader, &most)))
				return err;
			*high = most;
		}
	}
	if (!sees(reader, '}') || *high < *low)
		return wrong("repetitions that make no sense");
	reader->at++;
	return NULL;
}

/* What may be left out; endless: or repeated, once it was there if least is 1. */
static mlv_err loosen(struct reader *reader, struct part *part, unsigned least, bool endless)
{
	struct mlv_ere *ere = reader->ere;
	uint32_t split, joint;
	mlv_err err;

	if ((err = add_state(reader, ERE_SPLIT, 0, &split)) || (err = add_joint(reader, &joint)))
		return err;
	ere->states[split].next = part->first;
	ere->states[split].other = joint;
	lead(ere, part, endless ? split : joint);
	*part = (struct part){ least ? part->first : split, joint };
	return NULL;
}

/* An atom, as often as what stands behind it says: for each time but the first it is read again. */
static mlv_err take_repeated(struct reader *reader, struct part *part)
{
	size_t begin = reader->at, end;
	struct part atom;
	unsigned low = 1, copies;
	uint32_t high = 1, joint;
	bool there;
	mlv_err err;

	if ((err = take_atom(reader, &atom)) || (err = take_repeat(reader, &low, &high, &there)))
		return err;
	*part = atom;
	if (!there)
		return NULL;
	end = reader->at;
	if ((err = add_joint(reader, &joint)))
		return err;
	*part = (struct part){ joint, joint };
	copies = high != END ? high : low ? low : 1;
	for (unsigned i = 0; i < copies && !err; i++) {
		reader->at = begin;
		if (i)
			err = take_atom(reader, &atom);
		if (!err && (i >= low || (high == END && i == copies - 1)))
			err = loosen(reader, &atom, i < low, high == END);
		if (err)
			return err;
		lead(reader->ere, part, atom.first);
		part->last = atom.last;
	}
	reader->at = end;
	return NULL;
}

static mlv_err take_sequence(struct reader *reader, struct part *part)
{
	uint32_t joint;
	mlv_err err = add_joint(reader, &joint);

	*part = (struct part){ joint, joint };
	while (!err && reader->at < reader->len && !sees(reader, '|') && !sees(reader, ')')) {
		struct part next;

		if ((err = take_repeated(reader, &next)))
			return err;
		lead(reader->ere, part, next.first);
		part->last = next.last;
	}
	return err;
}

static mlv_err take_choice(struct reader *reader, struct part *part)
{
	mlv_err err = take_sequence(reader, part);

	while (!err && sees(reader, '|')) {
		struct part other;
		uint32_t split, joint;

		reader->at++;
		if ((err = take_sequence(reader, &other)) ||
		    (err = add_state(reader, ERE_SPLIT, 0, &split)) || (err = add_joint(reader, &joint)))
			return err;
		reader->ere->states[split].next = part->first;
		reader->ere->states[split].other = other.first;
		lead(reader->ere, part, joint);
		lead(reader->ere, &other, joint);
		*part = (struct part){ split, joint };
	}
	return err;
}

mlv_err mlv_ere_read(struct mlv_ere *ere, const char *pattern, size_t len, size_t *at)
{
	struct reader reader = { .ere = ere, .text = pattern, .len = len };
	struct part part;
	uint32_t match;
	mlv_err err = take_choice(&reader, &part);

	if (!err && reader.at < len)
		err = wrong("a ')' that nothing opened");
	if (!err && !(err = add_state(&reader, ERE_MATCH, 0, &match))) {
		lead(ere, &part, match);
		ere->start = part.first;
	}
	*at = reader.at;
	return err;
}
