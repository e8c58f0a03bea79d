/* ui/budget.h - Markdown that fits into so many bytes: rows of its tables are left out, from the last on. */
#ifndef MLV_CMD_UI_BUDGET_H
#define MLV_CMD_UI_BUDGET_H

#include "cmd/ui/out.h"

/*
 * Write text, whose tables have their most important rows first, in at most so
 * many bytes. Of the table with the most rows the last one goes, of those within
 * <details> as long as they have any, until all fits; how many went is said at
 * the end. All else is kept: MLV_E_USAGE when
 * that alone is too long.
 */
mlv_err mlv_budget_write(struct mlv_out *out, const char *text, size_t len, size_t most) MLV_CHECK;

#endif
