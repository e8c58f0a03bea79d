/*
 * figure.h - charts of a page: a Vega specification, its data, and the same data as a table.
 *
 * A specification is a template in which ' stands for ", ~ for a ' inside an
 * expression, @DATA@ for the rows as JSON objects, whose keys are the columns'
 * names, and @HEIGHT@ for the height. Data never gets into an expression. Where
 * a template names the colours ink, paper, grid, now, then, good, bad, and the
 * width that there is, room, it finds signals by these names: the page sets
 * them when it is dark or narrow.
 *
 * Ownership   mlv_figure_release().
 */
#ifndef MLV_CMD_REPORT_FIGURE_H
#define MLV_CMD_REPORT_FIGURE_H

#include "core/base/buf.h"
#include "core/base/strs.h"

#define MLV_FIGURE_COLUMNS 12

struct mlv_figure_column {
	const char *name;    /* the key in the data */
	const char *heading; /* in the table */
	bool number;
};

struct mlv_figure {
	const char *title, *note; /* plain text */
	const char *spec;
	unsigned height;
	struct mlv_figure_column columns[MLV_FIGURE_COLUMNS]; /* those with a name */
	struct mlv_strs cells; /* row by row; "" of a number: there is none */
};
void mlv_figure_release(struct mlv_figure *figure);
mlv_err mlv_figure_text(struct mlv_figure *figure, const char *text) MLV_CHECK;
mlv_err mlv_figure_number(struct mlv_figure *figure, bool defined, double number) MLV_CHECK;
size_t mlv_figure_rows(const struct mlv_figure *figure);

/* A page that is being written. */
struct mlv_page {
	struct mlv_buf *html;
	unsigned figures; /* so far */
	bool charts;      /* the page has what draws them; else tables stand open */
};
/* Append the figure; nothing when it has no rows. */
mlv_err mlv_figure_print(struct mlv_page *page, const struct mlv_figure *figure) MLV_CHECK;

/* Append text with what HTML gives a meaning to as references; control characters as '?'. */
mlv_err mlv_html_text(struct mlv_buf *to, const char *text) MLV_CHECK;
/* Append JSON that can stand inside a script element: no '<' is left in it. */
mlv_err mlv_html_json(struct mlv_buf *to, const char *json, size_t len) MLV_CHECK;
/* A number as a table shows it. */
mlv_err mlv_html_number(struct mlv_buf *to, double number) MLV_CHECK;
/* Append strings until NULL, as they are. */
mlv_err mlv_html_raw(struct mlv_buf *to, ...) MLV_CHECK;

#endif
