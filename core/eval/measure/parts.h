/* parts.h - what the files behind measure.h share. */
#ifndef MLV_EVAL_MEASURE_PARTS_H
#define MLV_EVAL_MEASURE_PARTS_H

#include "core/eval/measure.h"

/* Metrics of the confusion matrix, of scores, and of errors. */
mlv_err mlv_measure_cells(const struct mlv_measure *measure, const struct mlv_cells *cells,
			  double level, struct mlv_measured *measured) MLV_CHECK;
mlv_err mlv_measure_scores(const struct mlv_measure *measure, const struct mlv_rows *rows,
			   double level, struct mlv_measured *measured) MLV_CHECK;
void mlv_measure_errors(const struct mlv_measure *measure, const struct mlv_rows *rows,
			double level, struct mlv_measured *measured);

#endif
