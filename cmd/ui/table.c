#include "cmd/ui/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"

mlv_err mlv_table_init(struct mlv_table *table, size_t columns, unsigned right,
		       const char *const *headings)
{
	mlv_err err = NULL;

	*table = (struct mlv_table){ .columns = columns, .right = right };
	for (size_t c = 0; c < columns && !err; c++)
		err = mlv_table_cell(table, headings[c]);
	return err;
}

void mlv_table_release(struct mlv_table *table)
{
	mlv_strs_release(&table->cells);
}

mlv_err mlv_table_cell(struct mlv_table *table, const char *text)
{
	return mlv_strs_add(&table->cells, text);
}

mlv_err mlv_table_count(struct mlv_table *table, uint64_t count)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, count);
	return mlv_table_cell(table, text);
}

/* Characters, not bytes: those that do not continue a UTF-8 sequence. */
static size_t width_of(const char *text, bool markdown)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80 ? 1U + (markdown && *text == '|') : 0U;
	return width;
}

static void pad(struct mlv_out *out, size_t count, const char *with)
{
	while (count-- > 0)
		mlv_out_raw(out, with);
}

/* In Markdown a bar would end the cell. */
static void print_escaped(struct mlv_out *out, const char *text)
{
	for (; *text; text++) {
		const char one[] = { *text, '\0' };

		mlv_out_raw(out, *text == '|' ? "\\|" : one);
	}
}

static void print_cell(struct mlv_out *out, const char *text, size_t fill, bool right, bool markdown)
{
	if (right)
		pad(out, fill, " ");
	if (markdown)
		print_escaped(out, text);
	else
		mlv_out_raw(out, text);
	if (!right)
		pad(out, fill, " ");
}

static void print_rule(const struct mlv_table *table, struct mlv_out *out, const size_t *widths)
{
	mlv_out_raw(out, "|");
	for (size_t c = 0; c < table->columns; c++) {
		bool right = table->right >> c & 1;

		pad(out, widths[c] + (right ? 1 : 2), "-");
		mlv_out_raw(out, right ? ":|" : "|");
	}
	mlv_out_raw(out, "\n");
}

/* Whether what stands behind a cell in its row is empty: lines end with what they say. */
static bool ends_row(const struct mlv_table *table, size_t i)
{
	for (i++; i % table->columns; i++)
		if (table->cells.at[i][0])
			return false;
	return true;
}

static void print_lines(const struct mlv_table *table, struct mlv_out *out, const size_t *widths)
{
	for (size_t i = 0; i < table->cells.count; i++) {
		size_t c = i % table->columns;
		size_t fill = widths[c] - width_of(table->cells.at[i], false);
		bool last = ends_row(table, i), right = table->right >> c & 1;

		mlv_out_raw(out, c ? "  " : "");
		print_cell(out, table->cells.at[i], last && !right ? 0 : fill, right, false);
		if (!last)
			continue;
		mlv_out_raw(out, "\n");
		i += table->columns - 1 - c;
	}
}

static void print_markdown(const struct mlv_table *table, struct mlv_out *out, const size_t *widths)
{
	for (size_t i = 0; i < table->cells.count; i++) {
		size_t c = i % table->columns;
		size_t fill = widths[c] - width_of(table->cells.at[i], true);

		mlv_out_raw(out, "| ");
		print_cell(out, table->cells.at[i], fill, table->right >> c & 1, true);
		mlv_out_raw(out, c + 1 == table->columns ? " |\n" : " ");
		if (i + 1 == table->columns)
			print_rule(table, out, widths);
	}
}

void mlv_table_print(const struct mlv_table *table, struct mlv_out *out, bool markdown)
{
	size_t widths[MLV_TABLE_COLUMNS] = { 0 };

	if (table->cells.count <= table->columns)
		return;
	for (size_t i = 0; i < table->cells.count; i++) {
		size_t width = width_of(table->cells.at[i], markdown);

		if (width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
	if (markdown)
		print_markdown(table, out, widths);
	else
		print_lines(table, out, widths);
}
