/* record/table.h - the metrics of records, as rows of a table. */
#ifndef MLV_CMD_RECORD_TABLE_H
#define MLV_CMD_RECORD_TABLE_H

#include "cmd/ui/table.h"
#include "core/eval/record.h"

#define MLV_RECORD_PRECISION 4 /* digits after the point, where nothing else is asked for */

/* How rows stand: by what comes first. */
enum mlv_record_order {
	MLV_RECORD_BY_NAME,
	MLV_RECORD_BY_ROWS,
	MLV_RECORD_BY_WORST,
	MLV_RECORD_BY_DELTA, /* how far the value is from another, either way */
};
/* The order of that name; NULL: order stays. MLV_E_USAGE when there is none. */
mlv_err mlv_record_order_parse(const char *text, enum mlv_record_order *order) MLV_CHECK;

/* Columns: Slice, Metric, Value, interval, Rows. */
mlv_err mlv_record_table_begin(struct mlv_table *table) MLV_CHECK;
/* A row: a metric of a slice. */
mlv_err mlv_record_table_row(struct mlv_table *table, const struct mlv_record *record,
			     const struct mlv_record_slice *slice, size_t metric,
			     unsigned precision) MLV_CHECK;
/* Append "[low, high]", "" when there is none. */
mlv_err mlv_record_interval(struct mlv_buf *to, bool there, double low, double high,
			    unsigned precision) MLV_CHECK;

#endif
