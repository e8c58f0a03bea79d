/* cmd_cv.h - what the sub-commands of mlv cv share. */
#ifndef MLV_CMD_CMD_CV_H
#define MLV_CMD_CMD_CV_H

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/repo/cv.h"

extern const struct mlv_cmd mlv_cmd_cv_check;
extern const struct mlv_cmd mlv_cmd_cv_report;
extern const struct mlv_cmd mlv_cmd_cv_run;

/* The entry that was typed, or the only one of mlv.yaml. */
mlv_err mlv_cv_pick(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		    const char *typed, struct mlv_buf *name) MLV_CHECK;
/* "1 row", "2 rows": the number and the word. */
#define MLV_PLURAL(n, word) (unsigned long long)(n), (n) == 1 ? word : word "s"

#endif
