/*
 * ui/table.h - rows of cells, written in columns or as a Markdown table.
 *
 * Columns are as wide as their widest cell, counted in characters (UTF-8, one
 * column each). Nothing is shown for a table without rows. In Markdown a bar in a
 * cell is written with a backslash.
 */
#ifndef MLV_CMD_UI_TABLE_H
#define MLV_CMD_UI_TABLE_H

#include "cmd/ui/out.h"
#include "core/base/strs.h"

#define MLV_TABLE_COLUMNS 20

struct mlv_table {
	size_t columns;         /* at most MLV_TABLE_COLUMNS */
	unsigned right;         /* bit c: column c is aligned to the right */
	struct mlv_strs cells;  /* row by row, the headings first */
};

mlv_err mlv_table_init(struct mlv_table *table, size_t columns, unsigned right,
		       const char *const *headings) MLV_CHECK;
void mlv_table_release(struct mlv_table *table);
mlv_err mlv_table_cell(struct mlv_table *table, const char *text) MLV_CHECK;
mlv_err mlv_table_count(struct mlv_table *table, uint64_t count) MLV_CHECK;
void mlv_table_print(const struct mlv_table *table, struct mlv_out *out, bool markdown);

#endif
