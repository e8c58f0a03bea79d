/* record/csv.h - mlv metrics show: metrics as CSV, with full precision, a line for each. */
#ifndef MLV_CMD_RECORD_CSV_H
#define MLV_CMD_RECORD_CSV_H

#include "core/eval/metric.h"
#include "core/eval/record.h"

/* The heading. Revision is a column where there are several. */
mlv_err mlv_record_csv_begin(struct mlv_buf *to, bool revisions) MLV_CHECK;
/* A metric of a file; rev NULL: there is no such column. Of folds their mean, and n is how many. */
mlv_err mlv_record_csv_metric(struct mlv_buf *to, const char *rev, const char *path,
			      const struct mlv_metric *metric) MLV_CHECK;
/* A metric of a slice of the record at path. */
mlv_err mlv_record_csv_entry(struct mlv_buf *to, const char *path, const struct mlv_record *record,
			     const struct mlv_record_slice *slice, size_t metric) MLV_CHECK;

#endif
