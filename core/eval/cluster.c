#include "core/eval/cluster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/cluster/parts.h"

struct part {
	double added;
	uint32_t group;
};

/* By group, and within a group by size: a sum that goes so is the same however rows stand. */
static int by_group(const void *a, const void *b)
{
	const struct part *left = a, *right = b;

	if (left->group != right->group)
		return left->group < right->group ? -1 : 1;
	return left->added < right->added ? -1 : left->added > right->added;
}

struct mlv_clusters mlv_clusters_of(size_t count, struct mlv_sum *squares)
{
	double groups = (double)count;

	return (struct mlv_clusters){
		count, count > 1 ? sqrt(mlv_sum_value(squares) * groups / (groups - 1)) : NAN
	};
}

static struct mlv_clusters add_groups(const struct part *parts, size_t count)
{
	struct mlv_sum squares = { 0 };
	size_t groups = 0;

	for (size_t i = 0; i < count; groups++) {
		double sum = 0;
		uint32_t group = parts[i].group;

		for (; i < count && parts[i].group == group; i++)
			sum += parts[i].added;
		mlv_sum_add(&squares, sum * sum);
	}
	return mlv_clusters_of(groups, &squares);
}

mlv_err mlv_clusters_make(const uint32_t *group, const double *added, size_t count,
			  struct mlv_clusters *clusters)
{
	MLV_SCOPED(mlv_mem_free) struct part *parts = mlv_sys_alloc_array(count + 1, sizeof(*parts));

	if (!parts)
		return mlv_error_nomem("groups");
	for (size_t i = 0; i < count; i++)
		parts[i] = (struct part){ added[i], group[i] };
	if (count)
		qsort(parts, count, sizeof(*parts), by_group);
	*clusters = add_groups(parts, count);
	return NULL;
}

void mlv_clusters_of_area(const struct mlv_auc *auc, const uint8_t *positive, const uint32_t *placed,
			  size_t count, double *added)
{
	double of[] = { (double)auc->negatives, (double)auc->positives };

	for (size_t i = 0; i < count; i++)
		added[i] = (placed[i] / 2.0 / of[!positive[i]] - auc->value) / of[!!positive[i]];
}

/* ---- what each row adds to a metric */

static mlv_err added_by_cell(const struct mlv_measure *measure, const struct mlv_rows *rows,
			     const struct mlv_cells *cells, double value, double *added)
{
	size_t k = rows->classes;
	MLV_SCOPED(mlv_mem_free) double *slopes = mlv_sys_alloc_array(k * k + 1, sizeof(*slopes));
	mlv_err err;

	if (!slopes)
		return mlv_error_nomem("counts");
	if ((err = mlv_cells_slopes(measure, cells, value, slopes)))
		return err;
	for (size_t i = 0; i < rows->count; i++)
		added[i] = slopes[rows->truth[i] * k + rows->guess[i]] * mlv_rows_weight(rows, i);
	return NULL;
}

static mlv_err added_by_place(const struct mlv_rows *rows, double *added)
{
	MLV_SCOPED(mlv_mem_free) uint8_t *positive = mlv_rows_positive(rows);
	MLV_SCOPED(mlv_mem_free)
	uint32_t *placed = mlv_sys_alloc_array(rows->count + 1, sizeof(*placed));
	struct mlv_auc auc;
	mlv_err err;

	if (!positive || !placed)
		return mlv_error_nomem("ranks");
	if ((err = mlv_auc_of(&(struct mlv_ranked){ rows->score, NULL, positive, rows->count }, &auc,
			      placed)))
		return err;
	mlv_clusters_of_area(&auc, positive, placed, rows->count, added);
	return NULL;
}

mlv_err mlv_clusters_added(const struct mlv_measure *measure, const struct mlv_rows *rows,
			   const struct mlv_cells *cells, double value, double *added, bool *known)
{
	*known = true;
	if (measure->kind == MLV_MEASURE_CELLS)
		return added_by_cell(measure, rows, cells, value, added);
	if (strcmp(measure->name, "auc") == 0 && !rows->weight)
		return added_by_place(rows, added);
	return mlv_clusters_linear(measure, rows, value, added, known);
}

/* Never as of more rows than there are. */
struct mlv_interval mlv_clusters_share(double share, uint64_t rows, const struct mlv_clusters *clusters,
				       double level)
{
	double alone = (double)clusters->count;

	if (clusters->error > 0 && share > 0 && share < 1)
		alone = share * (1 - share) / (clusters->error * clusters->error);
	alone = alone < (double)rows ? alone : (double)rows;
	return mlv_interval_wilson(share * alone, alone, level);
}

/* To what the metric can be: r2 has no lower end, rmse no upper one. */
static struct mlv_interval cut(const char *name, struct mlv_interval in)
{
	if (in.low < 0 && strcmp(name, "r2") != 0)
		in.low = 0;
	if (in.high > 1 && strcmp(name, "rmse") != 0)
		in.high = 1;
	return in;
}

static struct mlv_interval interval_of(const struct mlv_measure *measure, const char *by,
				       const struct mlv_measured *measured,
				       const struct mlv_clusters *clusters, double level)
{
	double df = (double)(clusters->count - 1);
	struct mlv_interval in;

	if (strcmp(by, "wilson") == 0 && strcmp(measure->name, "f1") != 0)
		return mlv_clusters_share(measured->value, measured->of, clusters, level);
	if (mlv_measure_is_ratio(measure->name))
		return mlv_interval_ratio_t(measured->value, clusters->error / measured->value, df, level);
	in = mlv_interval_t(measured->value, clusters->error, df, level);
	if (measure->kind == MLV_MEASURE_SCORES || measure->kind == MLV_MEASURE_ERRORS)
		return cut(measure->name, in);
	return in;
}

mlv_err mlv_measure_by_groups(const struct mlv_measure *measure, const struct mlv_rows *rows,
			      const struct mlv_cells *cells, double level,
			      struct mlv_measured *measured)
{
	struct mlv_clusters clusters;
	MLV_SCOPED(mlv_mem_free) double *added = mlv_sys_alloc_array(rows->count + 1, sizeof(*added));
	const char *by = measured->by ? measured->by : "";
	bool known;
	mlv_err err;

	if (!added)
		return mlv_error_nomem("groups");
	measured->by = NULL;
	measured->error = 0;
	/* Of counts and means that have no interval of independent rows there is none of groups. */
	if (measured->why ||
	    (!*by && (measure->kind == MLV_MEASURE_CELLS || measure->kind == MLV_MEASURE_LOSS)))
		return NULL;
	if ((err = mlv_clusters_added(measure, rows, cells, measured->value, added, &known)) || !known ||
	    (err = mlv_clusters_make(rows->group, added, rows->count, &clusters)))
		return err;
	if (clusters.count < 2)
		return NULL;
	measured->by = "cluster";
	measured->error = clusters.error;
	measured->interval = interval_of(measure, by, measured, &clusters, level);
	return NULL;
}
