/* parts.h - what the files behind monitor.h share. */
#ifndef MLV_CMD_MONITOR_PARTS_H
#define MLV_CMD_MONITOR_PARTS_H

#include "cmd/monitor.h"

#define MLV_PROFILE_SCHEMA "mlv.profile/1"
#define MLV_PROFILE_MAX    ((size_t)64 << 20)

/* A column: numbers, sorted, or how often each text occurs. */
struct mlv_sample {
	bool numeric;
	double *values;
	struct mlv_strs names;
	uint64_t *counts; /* of names */
	size_t count;     /* of values */
	uint64_t rows;    /* that have a value; values may be fewer: points at even distances */
};
void mlv_sample_release(struct mlv_sample *sample);
/* Make a sample of a column of text; numbers, if all are, and more than ten different ones. */
mlv_err mlv_sample_of(const struct mlv_column *column, size_t rows, bool force, bool numeric,
		      struct mlv_sample *sample) MLV_CHECK;
/* Read a sample of a profile. */
mlv_err mlv_sample_read(const char *file, const struct mlv_value *map, struct mlv_sample *sample)
	MLV_CHECK;
mlv_err mlv_sample_add(struct mlv_buf *to, const struct mlv_sample *sample) MLV_CHECK;
/* Compare two of one kind, and add what it is that moved. */
mlv_err mlv_sample_compare(const struct mlv_monitor *monitor, const char *name,
			   const struct mlv_sample *before, const struct mlv_sample *now,
			   struct mlv_monitor_found *found) MLV_CHECK;
/* Add a row of counts in the same bins, whose names are texts' or NULL. */
mlv_err mlv_drift_add(const struct mlv_monitor *monitor, const char *name, const uint64_t *before,
		      const uint64_t *now, size_t bins, struct mlv_monitor_found *found) MLV_CHECK;

#endif
