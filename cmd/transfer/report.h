/*
 * transfer/report.h - what a push or a fetch says of one remote.
 */
#ifndef MLV_CMD_TRANSFER_REPORT_H
#define MLV_CMD_TRANSFER_REPORT_H

#include "cmd/transfer.h"

/* Each problem as a line on stderr; all are counted in sum. */
void mlv_transfer_tell(const struct mlv_run *run, const struct mlv_problems *problems,
		       const char *name, struct mlv_transfer_sum *sum);
/* An object of the JSON array that is open, and lines of what was repaired and verified. */
void mlv_transfer_write(struct mlv_out *out, const char *done, const char *name, const char *url,
			const struct mlv_transfer *transfer);
/* The same of a remote that failed as a whole. */
void mlv_transfer_write_failed(struct mlv_out *out, const char *name, mlv_err why);

#endif
