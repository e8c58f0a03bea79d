#include "cmd/report/figure.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/eval/metric.h"

#define DIGITS 4 /* after the point, in tables */

/* ---- text */

mlv_err mlv_html_text(struct mlv_buf *to, const char *text)
{
	static const char special[] = "&<>\"'";
	static const char *const references[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
	mlv_err err = NULL;

	for (; *text && !err; text++) {
		const char *found = strchr(special, *text);

		if (found)
			err = mlv_buf_add_str(to, references[found - special]);
		else
			err = mlv_buf_add_char(
				to, (unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
	}
	return err;
}

mlv_err mlv_html_json(struct mlv_buf *to, const char *json, size_t len)
{
	mlv_err err = NULL;

	/* Outside of strings JSON has none of these. */
	for (size_t i = 0; i < len && !err; i++)
		err = json[i] == '<' ? mlv_buf_add_str(to, "\\u003c") : mlv_buf_add_char(to, json[i]);
	return err;
}

mlv_err mlv_html_number(struct mlv_buf *to, double number)
{
	return mlv_metric_format_number(to, number, DIGITS);
}

mlv_err mlv_html_raw(struct mlv_buf *to, ...)
{
	const char *text;
	mlv_err err = NULL;
	va_list ap;

	va_start(ap, to);
	while (!err && (text = va_arg(ap, const char *)))
		err = mlv_buf_add_str(to, text);
	va_end(ap);
	return err;
}

/* ---- figures */

void mlv_figure_release(struct mlv_figure *figure)
{
	mlv_strs_release(&figure->cells);
}

mlv_err mlv_figure_text(struct mlv_figure *figure, const char *text)
{
	return mlv_strs_add(&figure->cells, text);
}

mlv_err mlv_figure_number(struct mlv_figure *figure, bool defined, double number)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = defined ? mlv_json_add_real(&text, number) : NULL;

	return err ? err : mlv_strs_add(&figure->cells, strcmp(text.ptr, "null") == 0 ? "" : text.ptr);
}

static size_t columns_of(const struct mlv_figure *figure)
{
	size_t count = 0;

	while (count < MLV_FIGURE_COLUMNS && figure->columns[count].name)
		count++;
	return count;
}

size_t mlv_figure_rows(const struct mlv_figure *figure)
{
	return figure->cells.count / columns_of(figure);
}

static mlv_err add_value(struct mlv_buf *to, const struct mlv_figure_column *column, const char *cell)
{
	if (!column->number)
		return mlv_json_add_string(to, cell, strlen(cell));
	return mlv_buf_add_str(to, *cell ? cell : "null");
}

static mlv_err add_data(struct mlv_buf *to, const struct mlv_figure *figure)
{
	size_t columns = columns_of(figure);
	mlv_err err = mlv_buf_add_char(to, '[');

	for (size_t i = 0; i < figure->cells.count && !err; i++) {
		const struct mlv_figure_column *column = &figure->columns[i % columns];

		if ((err = mlv_buf_printf(to, "%s\"%s\":", i % columns ? "," : i ? "},\n{" : "\n{",
					  column->name)))
			return err;
		err = add_value(to, column, figure->cells.at[i]);
	}
	return err ? err : mlv_buf_add_str(to, figure->cells.count ? "}]" : "]");
}

/* The specification, its template filled in. */
static mlv_err add_spec(struct mlv_buf *to, const struct mlv_figure *figure)
{
	mlv_err err = NULL;

	for (const char *at = figure->spec; *at && !err; at++) {
		if (strncmp(at, "@DATA@", 6) == 0) {
			err = add_data(to, figure);
			at += 5;
		} else if (strncmp(at, "@HEIGHT@", 8) == 0) {
			err = mlv_buf_printf(to, "%u", figure->height);
			at += 7;
		} else {
			err = mlv_buf_add_char(to, *at == '\'' ? '"' : *at == '~' ? '\'' : *at);
		}
	}
	return err;
}

/* A number as tables have it, not with all its digits. */
static mlv_err add_cell(struct mlv_buf *to, bool number, const char *cell)
{
	mlv_err err = mlv_buf_add_str(to, number ? "<td class=\"n\">" : "<td>");

	if (!err)
		err = number && *cell ? mlv_html_number(to, strtod(cell, NULL)) : mlv_html_text(to, cell);
	return err ? err : mlv_buf_add_str(to, "</td>");
}

static mlv_err add_table(struct mlv_buf *to, const struct mlv_figure *figure)
{
	size_t columns = columns_of(figure);
	mlv_err err;

	if ((err = mlv_html_raw(
		     to, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"",
		     NULL)) ||
	    (err = mlv_html_text(to, figure->title)) ||
	    (err = mlv_buf_add_str(to, "\"><table><thead><tr>")))
		return err;
	for (size_t c = 0; c < columns && !err; c++)
		err = mlv_html_raw(to, figure->columns[c].number ? "<th scope=\"col\" class=\"n\">"
								 : "<th scope=\"col\">",
				   figure->columns[c].heading, "</th>", NULL);
	if (!err)
		err = mlv_buf_add_str(to, "</tr></thead><tbody>");
	for (size_t i = 0; i < figure->cells.count && !err; i++) {
		if (i % columns == 0)
			err = mlv_buf_add_str(to, i ? "</tr>\n<tr>" : "\n<tr>");
		if (!err)
			err = add_cell(to, figure->columns[i % columns].number, figure->cells.at[i]);
	}
	return err ? err : mlv_buf_add_str(to, "</tr>\n</tbody></table></div>");
}

static mlv_err add_plot(struct mlv_page *page, const struct mlv_figure *figure)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf spec = MLV_BUF_INIT;
	mlv_err err = add_spec(&spec, figure);

	page->figures++;
	if (err ||
	    (err = mlv_buf_printf(page->html,
				  "<div class=\"plot\" id=\"plot-%u\"></div>\n"
				  "<script type=\"application/json\" id=\"spec-%u\">\n",
				  page->figures, page->figures)) ||
	    (err = mlv_html_json(page->html, spec.ptr, spec.len)))
		return err;
	return mlv_buf_add_str(page->html, "\n</script>\n");
}

mlv_err mlv_figure_print(struct mlv_page *page, const struct mlv_figure *figure)
{
	struct mlv_buf *html = page->html;
	mlv_err err;

	if (!figure->cells.count)
		return NULL;
	if ((err = mlv_buf_add_str(html, "<figure>\n<figcaption><h3>")) ||
	    (err = mlv_html_text(html, figure->title)) || (err = mlv_buf_add_str(html, "</h3>")) ||
	    (figure->note && ((err = mlv_buf_add_str(html, "<p>")) ||
			      (err = mlv_html_text(html, figure->note)) ||
			      (err = mlv_buf_add_str(html, "</p>")))) ||
	    (err = mlv_buf_add_str(html, "</figcaption>\n")) ||
	    (page->charts && (err = add_plot(page, figure))) ||
	    (err = mlv_html_raw(html, page->charts ? "<details>" : "<details open>",
				"<summary>Data of this chart</summary>\n", NULL)) ||
	    (err = add_table(html, figure)))
		return err;
	return mlv_buf_add_str(html, "</details>\n</figure>\n");
}
