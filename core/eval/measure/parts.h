/* parts.h - what the files behind measure.h share. */
#ifndef MLV_EVAL_MEASURE_PARTS_H
#define MLV_EVAL_MEASURE_PARTS_H

#include "core/eval/measure.h"

/* The matrix with its margins. */
struct matrix {
	const struct mlv_cells *cells;
	size_t k;
	double *truth, *guess; /* rows of each class, and taken for it */
	double total, right;
	double per_weight; /* rows that a weight of 1 stands for: sum w / sum w^2 */
	double level;
};

mlv_err mlv_matrix_init(struct matrix *m, const struct mlv_cells *cells, double level) MLV_CHECK;
void mlv_matrix_release(struct matrix *m);
double mlv_matrix_cell(const struct matrix *m, size_t truth, size_t guess);
/* Agreement by chance, times the square of the total. */
double mlv_matrix_chance(const struct matrix *m);
/* How many classes have a row. */
double mlv_matrix_classes(const struct matrix *m);
/* The F of a class, whose beta squared is bb; 0 where it has no row and is not predicted. */
double mlv_matrix_class_f(const struct matrix *m, size_t k, double bb);
/* The square of the beta of f0.5, f1, f2 and their kin. */
double mlv_measure_beta(const char *name);
/* How the metric of this name, whose value is v, changes with each cell. */
void mlv_matrix_slopes(const struct matrix *m, const char *name, double v, double *to);
/*
 * Of a binary matrix, whose cells are tn, fp, fn and tp: which cells the share of
 * this name counts, and among which, as bits. False when it is none.
 */
bool mlv_measure_share(const char *name, unsigned *hits, unsigned *of);

/* Metrics of the confusion matrix, of scores, and of errors. */
mlv_err mlv_measure_cells(const struct mlv_measure *measure, const struct mlv_cells *cells,
			  double level, struct mlv_measured *measured) MLV_CHECK;
mlv_err mlv_measure_scores(const struct mlv_measure *measure, const struct mlv_rows *rows,
			   double level, struct mlv_measured *measured) MLV_CHECK;
void mlv_measure_errors(const struct mlv_measure *measure, const struct mlv_rows *rows,
			double level, struct mlv_measured *measured);

#endif
