#include "cmd/ui/budget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"

struct line {
	const char *at;
	size_t len;   /* with its newline */
	bool dropped;
};

struct rows {
	size_t first, kept; /* lines, those that are kept the first */
	bool folded;        /* within <details> */
};

struct page {
	struct line *lines;
	struct rows *tables;
	size_t table_count;
	size_t count, kept_bytes, dropped;
};

static void page_release(struct page *page)
{
	free(page->lines);
	free(page->tables);
}

static bool is(const struct line *line, const char *text)
{
	return line->len == strlen(text) && memcmp(line->at, text, line->len) == 0;
}

/* Rows of tables are the lines with a bar, but for the heading and the rule below it. */
static mlv_err find_tables(struct page *page)
{
	size_t bars = 0;
	bool folded = false;

	if (!(page->tables = mlv_sys_alloc_array(page->count + 1, sizeof(*page->tables))))
		return mlv_error_nomem("tables");
	for (size_t i = 0; i < page->count; i++) {
		const struct line *line = &page->lines[i];

		bars = line->at[0] == '|' ? bars + 1 : 0;
		if (is(line, "<details>\n") || is(line, "</details>\n"))
			folded = line->at[1] != '/';
		if (bars == 1)
			page->tables[page->table_count++] =
				(struct rows){ .first = i + 2, .folded = folded };
		if (bars > 2)
			page->tables[page->table_count - 1].kept++;
	}
	return NULL;
}

static mlv_err page_init(struct page *page, const char *text, size_t len)
{
	size_t lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	if (!(page->lines = mlv_sys_alloc_array(lines, sizeof(*page->lines))))
		return mlv_error_nomem("lines");
	page->kept_bytes = len;
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t step = end ? (size_t)(end - text) + 1 : len;

		page->lines[page->count++] = (struct line){ .at = text, .len = step };
		text += step;
		len -= step;
	}
	return find_tables(page);
}

/*
 * The last row of the table with the most rows, which goes; first of those that are folded up. NULL
 * when no table has any.
 */
static struct line *drop_least(struct page *page)
{
	struct rows *most = NULL;

	for (int folded = 1; folded >= 0 && !most; folded--)
		for (size_t t = 0; t < page->table_count; t++)
			if (page->tables[t].folded == folded &&
			    page->tables[t].kept > (most ? most->kept : 0))
				most = &page->tables[t];
	return most ? &page->lines[most->first + --most->kept] : NULL;
}

static int notice(char *text, size_t size, size_t dropped)
{
	return snprintf(text, size, "\n%zu row%s left out\n", dropped, dropped == 1 ? "" : "s");
}

mlv_err mlv_budget_parse(const char *text, bool markdown, size_t *most)
{
	char *end = NULL;
	unsigned long bytes = text ? strtoul(text, &end, 10) : 0;

	if (text && !markdown)
		return mlv_error(MLV_E_USAGE, "--max-bytes needs --md");
	if (text && (text[0] < '1' || text[0] > '9' || *end || strlen(text) > 15))
		return mlv_error(MLV_E_USAGE, "--max-bytes needs a number of bytes, not '%s'", text);
	*most = text || !markdown ? bytes : MLV_BUDGET_COMMENT;
	return NULL;
}

mlv_err mlv_budget_write(struct mlv_out *out, const char *text, size_t len, size_t most)
{
	MLV_SCOPED(page_release) struct page page = { 0 };
	char said[64] = "";
	size_t extra = 0;
	mlv_err err = page_init(&page, text, len);

	while (!err && page.kept_bytes + extra > most) {
		struct line *least = drop_least(&page);

		if (!least)
			return mlv_error(MLV_E_USAGE, "--max-bytes: without any row it takes %zu bytes",
					 page.kept_bytes + extra);
		least->dropped = true;
		page.kept_bytes -= least->len;
		extra = (size_t)notice(said, sizeof(said), ++page.dropped);
	}
	for (size_t i = 0; i < page.count && !err; i++)
		if (!page.lines[i].dropped)
			err = mlv_out_bytes(out, page.lines[i].at, page.lines[i].len);
	return err ? err : mlv_out_bytes(out, said, extra);
}
