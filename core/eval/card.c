/* The text of cards: where blocks and sections lie. What is in blocks: card/blocks.c. */
#include "core/eval/card.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"

const char *const mlv_card_needed[] = { "Model Details", "Uses", "Bias, Risks, and Limitations",
					"Training Details", NULL };

void mlv_card_blocks_release(struct mlv_card_blocks *blocks)
{
	for (size_t i = 0; i < blocks->count; i++)
		free(blocks->at[i].name);
	free(blocks->at);
	*blocks = (struct mlv_card_blocks){ 0 };
}

static size_t line_len(const char *line)
{
	return strcspn(line, "\n");
}

/* Whether a line is this mark in either form; rest and rest_len: what follows it. */
static bool is_mark(const char *line, size_t len, const char *mark, const char **rest,
		    size_t *rest_len)
{
	static const char *const openings[] = { "<!-- ", "# " };
	static const char *const endings[] = { "-->", "" };

	while (len && (line[len - 1] == '\r' || line[len - 1] == ' '))
		len--;
	for (size_t form = 0; form < MLV_COUNT(openings); form++) {
		size_t opening = strlen(openings[form]), ending = strlen(endings[form]);
		size_t want = strlen(mark);

		if (len < opening + want + ending || strncmp(line, openings[form], opening) != 0 ||
		    strncmp(line + opening, mark, want) != 0 ||
		    strncmp(line + len - ending, endings[form], ending) != 0)
			continue;
		*rest = line + opening + want;
		*rest_len = len - opening - want - ending;
		while (*rest_len && (*rest)[*rest_len - 1] == ' ')
			(*rest_len)--;
		while (*rest_len && **rest == ' ') {
			(*rest)++;
			(*rest_len)--;
		}
		return true;
	}
	return false;
}

static mlv_err begin_block(struct mlv_card_blocks *blocks, const char *name, size_t len,
			   size_t begin, unsigned line)
{
	mlv_err err =
		mlv_array_grow(&blocks->at, &blocks->cap, blocks->count + 1, sizeof(*blocks->at));

	if (err)
		return err;
	blocks->at[blocks->count] =
		(struct mlv_card_block){ mlv_sys_strndup(name, len), begin, 0, line };
	if (!blocks->at[blocks->count].name)
		return mlv_error_nomem("a card");
	blocks->count++;
	return NULL;
}

mlv_err mlv_card_blocks_find(const char *file, const char *text, struct mlv_card_blocks *blocks)
{
	bool open = false;
	unsigned number = 1;
	mlv_err err;

	for (const char *line = text; *line; number++) {
		size_t len = line_len(line), name_len;
		const char *name, *next = line + len + (line[len] == '\n');
		size_t after = (size_t)(next - text);

		if (is_mark(line, len, "mlv:begin", &name, &name_len)) {
			if (open)
				return mlv_error(MLV_E_SPEC, "%s:%u: a block begins within another",
						 file, number);
			if ((err = begin_block(blocks, name, name_len, after, number)))
				return err;
			open = true;
		} else if (is_mark(line, len, "mlv:end", &name, &name_len)) {
			if (!open)
				return mlv_error(MLV_E_SPEC, "%s:%u: no block ends here", file,
						 number);
			blocks->at[blocks->count - 1].end = (size_t)(line - text);
			open = false;
		}
		line = next;
	}
	if (open)
		return mlv_error(MLV_E_SPEC, "%s:%u: the block does not end", file,
				 blocks->at[blocks->count - 1].line);
	return NULL;
}

mlv_err mlv_card_title(const char *text, struct mlv_buf *to)
{
	bool front = strncmp(text, "---\n", 4) == 0;

	for (const char *line = front ? text + 4 : text; *line;) {
		size_t len = line_len(line);

		if (front) /* in YAML it is a comment */
			front = strncmp(line, "---", 3) != 0;
		else if (len > 2 && strncmp(line, "# ", 2) == 0)
			return mlv_buf_add(to, line + 2, len - 2);
		line += len + (line[len] == '\n');
	}
	return NULL;
}

/* Whether there is more than white space, comments and blocks. */
static bool says_anything(const char *body, size_t len)
{
	const char *end = body + len;
	bool block = false;

	while (body < end) {
		size_t line = line_len(body), rest_len;
		const char *rest;

		if (is_mark(body, line, "mlv:begin", &rest, &rest_len)) {
			block = true;
		} else if (is_mark(body, line, "mlv:end", &rest, &rest_len)) {
			block = false;
		} else if (!block && strncmp(body, "<!--", 4) == 0) {
			const char *closed = strstr(body, "-->");

			if (!closed || closed >= end)
				return false;
			body = closed + 3;
			continue;
		} else if (!block && strspn(body, " \t\r") < line) {
			return true;
		}
		body += line + (body[line] == '\n');
	}
	return false;
}

mlv_err mlv_card_section_own(const struct mlv_card_section *section, struct mlv_buf *to)
{
	const char *line = section->body, *end = line + section->body_len, *rest;
	bool block = false;
	mlv_err err = NULL;

	while (line < end && !err) {
		size_t len = line_len(line), rest_len, step = len + (line[len] == '\n');

		if (is_mark(line, len, "mlv:begin", &rest, &rest_len))
			block = true;
		if (!block)
			err = mlv_buf_add(to, line, step);
		if (is_mark(line, len, "mlv:end", &rest, &rest_len))
			block = false;
		line += step;
	}
	return err;
}

bool mlv_card_next_section(const char *text, size_t *at, struct mlv_card_section *section)
{
	bool found = false;

	while (text[*at]) {
		const char *line = text + *at;
		size_t len = line_len(line);
		bool heading = len > 3 && strncmp(line, "## ", 3) == 0;

		if (found && heading)
			break;
		*at += len + (line[len] == '\n');
		if (!heading)
			continue;
		found = true;
		*section = (struct mlv_card_section){
			.name = line + 3, .name_len = len - 3, .line = 1, .body = text + *at
		};
		for (const char *c = text; c < line; c++)
			section->line += *c == '\n';
		while (section->name_len && strchr(" \r", section->name[section->name_len - 1]))
			section->name_len--;
	}
	if (!found)
		return false;
	section->body_len = (size_t)(text + *at - section->body);
	section->said = says_anything(section->body, section->body_len);
	return true;
}
