#include "cmd/record/mermaid.h"

#include <string.h>

#include "cmd/ui/out.h"
#include "core/eval/metric.h"

/* What of a metric is drawn. */
struct chart {
	const char *metric;
	const struct mlv_change *at[MLV_MERMAID_SLICES + 1]; /* overall first */
	size_t count;
};

static void gather(const struct mlv_record_diff_rows *rows, struct chart *chart)
{
	for (size_t i = 0; i < rows->count && chart->count < MLV_COUNT(chart->at); i++) {
		const struct mlv_change *change = rows->at[i];

		if (strcmp(change->metric, chart->metric) == 0 && change->sides[0].defined &&
		    change->sides[1].defined)
			chart->at[chart->count++] = change;
	}
}

/* A text in quotes; what would end it, the block or a statement is another character. */
static mlv_err add_text(struct mlv_buf *to, const char *text)
{
	mlv_err err = mlv_buf_add_char(to, '"');

	for (; *text && !err; text++)
		err = mlv_buf_add_char(to, (unsigned char)*text < 0x20 ? ' '
					   : strchr("\"`", *text)      ? '\''
					   : strchr("#;<>\\", *text)   ? '_'
								       : *text);
	return err ? err : mlv_buf_add_char(to, '"');
}

static mlv_err add_series(struct mlv_buf *to, const char *kind, const struct chart *chart, int side,
			  unsigned precision)
{
	mlv_err err = mlv_buf_printf(to, "    %s [", kind);

	for (size_t i = 0; i < chart->count && !err; i++)
		if (!(err = mlv_buf_add_str(to, i ? ", " : "")))
			err = mlv_metric_format_number(to, chart->at[i]->sides[side].value, precision);
	return err ? err : mlv_buf_add_str(to, "]\n");
}

/* From 0 on, unless values are below. */
static mlv_err add_axes(struct mlv_buf *to, const struct chart *chart)
{
	double low = 0, high = 0;
	mlv_err err = mlv_buf_add_str(to, "    x-axis [");

	for (size_t i = 0; i < chart->count && !err; i++) {
		for (int s = 0; s < 2; s++) {
			double value = chart->at[i]->sides[s].value;

			low = value < low ? value : low;
			high = value > high ? value : high;
		}
		if (!(err = mlv_buf_add_str(to, i ? ", " : "")))
			err = add_text(to, chart->at[i]->slice);
	}
	return err ? err : mlv_buf_printf(to, "]\n    y-axis %.6g --> %.6g\n", low, high > low ? high : 1);
}

static mlv_err print_chart(struct mlv_out *out, const struct mlv_metrics_side sides[2],
			   const struct chart *chart, unsigned precision)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf title = MLV_BUF_INIT, text = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_buf_printf(&title, "%s: bars %s, line %s", chart->metric,
				  mlv_metrics_side_name(&sides[1]), mlv_metrics_side_name(&sides[0]))) ||
	    (err = mlv_buf_add_str(&text, "```mermaid\nxychart-beta\n    title ")) ||
	    (err = add_text(&text, title.ptr)) || (err = mlv_buf_add_char(&text, '\n')) ||
	    (err = add_axes(&text, chart)) ||
	    (err = add_series(&text, "bar", chart, 1, precision)) ||
	    (err = add_series(&text, "line", chart, 0, precision)) ||
	    (err = mlv_buf_add_str(&text, "```\n\n")))
		return err;
	mlv_out_raw(out, text.ptr);
	return NULL;
}

mlv_err mlv_record_mermaid_print(struct mlv_out *out, const struct mlv_metrics_side sides[2],
				 const struct mlv_record_diff_rows *rows, unsigned precision)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < rows->count && !rows->at[i]->dim && !err; i++) {
		struct chart chart = { .metric = rows->at[i]->metric };

		gather(rows, &chart);
		if (chart.count > 1)
			err = print_chart(out, sides, &chart, precision);
	}
	return err;
}
