/* ui/budget.h - Markdown that fits into so many bytes: rows of its tables are left out, from the last on. */
#ifndef MLV_CMD_UI_BUDGET_H
#define MLV_CMD_UI_BUDGET_H

#include "cmd/ui/out.h"

#define MLV_BUDGET_COMMENT 60000 /* bytes, where nothing else is said: a comment holds 65,536 */

/*
 * What --max-bytes says; else so many as a comment holds, and 0, any number, where no Markdown is
 * written. MLV_E_USAGE when it is no number, or without Markdown.
 */
mlv_err mlv_budget_parse(const char *text, bool markdown, size_t *most) MLV_CHECK;
/*
 * Write text, whose tables have their most important rows first, in at most so
 * many bytes. Of the table with the most rows the last one goes, of those within
 * <details> as long as they have any, until all fits; how many went is said at
 * the end. All else is kept: MLV_E_USAGE when
 * that alone is too long.
 */
mlv_err mlv_budget_write(struct mlv_out *out, const char *text, size_t len, size_t most) MLV_CHECK;

#endif
