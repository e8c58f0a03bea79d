/* How far apart slices are, and what of a change is theirs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/compare/parts.h"

#define CLOSE 1e-9 /* how well parts that are written with ten digits make up a whole */

void mlv_spreads_release(struct mlv_spreads *spreads)
{
	free(spreads->at);
	*spreads = (struct mlv_spreads){ 0 };
}

const char *mlv_spread_worst(const struct mlv_spread *spread, int side, double *value)
{
	bool low = spread->direction > 0;

	*value = low ? spread->sides[side].low : spread->sides[side].high;
	if (!spread->slices || !spread->direction)
		return NULL;
	return low ? spread->sides[side].lowest : spread->sides[side].highest;
}

static void widen(struct mlv_spread *spread, const struct mlv_change *change)
{
	for (int s = 0; s < 2; s++) {
		double value = change->sides[s].value;

		if (!spread->slices || value < spread->sides[s].low) {
			spread->sides[s].low = value;
			spread->sides[s].lowest = change->slice;
		}
		if (!spread->slices || value > spread->sides[s].high) {
			spread->sides[s].high = value;
			spread->sides[s].highest = change->slice;
		}
		spread->sides[s].gap = spread->sides[s].high - spread->sides[s].low;
	}
	spread->slices++;
}

/* The spreads of a dimension, one for each metric; NULL when the record has none of that name. */
static struct mlv_spread *spreads_of(const struct mlv_record *record, struct mlv_spread *all,
				     const char *dim)
{
	for (size_t d = 0; d < record->dim_count; d++)
		if (strcmp(record->dims[d].name, dim) == 0)
			return all + (d + 1) * record->metric_count;
	return NULL;
}

static void find_gaps(const struct mlv_record *record, const struct mlv_comparison *comparison,
		      struct mlv_spread *all)
{
	for (size_t c = 0; c < comparison->count; c++) {
		const struct mlv_change *change = &comparison->changes[c];
		struct mlv_spread *of = change->dim ? spreads_of(record, all, change->dim) : NULL;
		size_t m = mlv_record_find_metric(record, change->metric);

		if (!of || change->verdict == MLV_VERDICT_SMALL || !change->sides[0].defined ||
		    !change->sides[1].defined)
			continue;
		widen(&of[m], change);
		widen(&all[m], change);
	}
}

/* ---- the model and the test set */

bool mlv_change_part(const struct mlv_record *old, const struct mlv_record *new_record,
		     const struct mlv_change *change, struct mlv_parting *parting)
{
	const struct mlv_record *const records[] = { old, new_record };
	double values[2];

	for (int s = 0; s < 2; s++) {
		const struct mlv_record_slice *slice = mlv_record_find(records[s], change->slice);
		size_t m = mlv_record_find_metric(records[s], change->metric);

		if (!slice || m == records[s]->metric_count || !slice->entries[m].defined ||
		    !change->sides[s].defined || change->evidence != MLV_EVIDENCE_ROWS)
			return false;
		values[s] = slice->entries[m].value;
	}
	*parting = (struct mlv_parting){
		.change = values[1] - values[0],
		.model = change->change,
		.went = change->sides[0].value - values[0],
		.came = values[1] - change->sides[1].value,
	};
	return true;
}

/* ---- within slices and by their shares */

/* What the slices of a dimension make up, old and new. */
struct whole {
	uint64_t rows[2];
	double values[2], within, shares;
	bool broken; /* a slice is on one side only, or has no value */
};

static bool is_mean_of_rows(const char *metric)
{
	static const char *const shares[] = { "accuracy", "error", "pprev" };
	const struct mlv_measure *measure = mlv_measure_find(metric);

	for (size_t i = 0; i < MLV_COUNT(shares); i++)
		if (strcmp(shares[i], metric) == 0)
			return true;
	return measure && measure->kind == MLV_MEASURE_LOSS;
}

static void add_slice(struct whole *whole, const struct mlv_record *const records[2],
		      const struct mlv_record_slice *const slices[2], const size_t metrics[2])
{
	double share[2] = { 0 }, value[2] = { 0 };

	for (int s = 0; s < 2; s++) {
		const struct mlv_entry *entry = slices[s] ? &slices[s]->entries[metrics[s]] : NULL;

		if (!entry || !entry->defined) {
			whole->broken = true;
			return;
		}
		share[s] = (double)slices[s]->n / (double)records[s]->slices[0].n;
		value[s] = entry->value;
		whole->rows[s] += slices[s]->n;
		whole->values[s] += share[s] * value[s];
	}
	whole->within += (share[0] + share[1]) / 2 * (value[1] - value[0]);
	whole->shares += (share[1] - share[0]) * (value[0] + value[1]) / 2;
}

/* Whether the slices make up all rows of both records, and their value. */
static bool is_all(const struct whole *whole, const struct mlv_record *const records[2],
		   const size_t metrics[2])
{
	for (int s = 0; s < 2; s++) {
		const struct mlv_record_slice *all = &records[s]->slices[0];
		double value = all->entries[metrics[s]].value;

		if (whole->broken || whole->rows[s] != all->n || !all->entries[metrics[s]].defined ||
		    !(fabs(whole->values[s] - value) <= CLOSE * fmax(1, fabs(value))))
			return false;
	}
	return true;
}

static void decompose(const struct mlv_record *const records[2], struct mlv_spread *spread)
{
	size_t metrics[2] = { mlv_record_find_metric(records[0], spread->metric),
			      mlv_record_find_metric(records[1], spread->metric) };
	struct whole whole = { 0 };

	if (metrics[0] == records[0]->metric_count || !is_mean_of_rows(spread->metric))
		return;
	for (size_t s = 1; s < records[1]->slice_count && !whole.broken; s++) {
		const struct mlv_record_slice *slice = &records[1]->slices[s];

		if (slice->dim && strcmp(slice->dim, spread->dim) == 0)
			add_slice(&whole, records,
				  (const struct mlv_record_slice *[]){
					  mlv_record_find(records[0], slice->name), slice },
				  metrics);
	}
	spread->divides = is_all(&whole, records, metrics);
	spread->change = whole.values[1] - whole.values[0];
	spread->within = whole.within;
	spread->shares = whole.shares;
}

mlv_err mlv_spreads_make(const struct mlv_record *old, const struct mlv_record *new_record,
			 const struct mlv_comparison *comparison, struct mlv_spreads *spreads)
{
	MLV_SCOPED(mlv_spreads_release) struct mlv_spreads made = { 0 };
	const struct mlv_record *const records[] = { old, new_record };
	size_t per = new_record->metric_count;

	made.count = (new_record->dim_count + 1) * per;
	made.at = mlv_sys_alloc_array(made.count + 1, sizeof(*made.at));
	if (!made.at)
		return mlv_error_nomem("slices");
	for (size_t i = 0; i < made.count; i++)
		made.at[i] = (struct mlv_spread){
			.dim = i < per ? NULL : new_record->dims[i / per - 1].name,
			.metric = new_record->metrics[i % per].name,
			.direction = new_record->metrics[i % per].direction,
		};
	find_gaps(new_record, comparison, made.at);
	for (size_t i = per; i < made.count; i++)
		if (!mlv_strs_has(&comparison->redefined, made.at[i].dim))
			decompose(records, &made.at[i]);
	*spreads = made;
	made = (struct mlv_spreads){ 0 };
	return NULL;
}
