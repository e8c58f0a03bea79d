#include "core/eval/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/compare/parts.h"

const char *mlv_evidence_name(enum mlv_evidence evidence)
{
	static const char *const names[] = { "paired rows", "paired folds", "summary", "points" };

	return names[evidence];
}

const struct mlv_change *mlv_comparison_find(const struct mlv_comparison *comparison, const char *slice,
					     const char *metric)
{
	for (size_t c = 0; comparison && c < comparison->count; c++)
		if (strcmp(comparison->changes[c].slice, slice) == 0 &&
		    strcmp(comparison->changes[c].metric, metric) == 0)
			return &comparison->changes[c];
	return NULL;
}

const char *mlv_comparison_evidence(const struct mlv_comparison *comparison)
{
	if (comparison->evidence == MLV_EVIDENCE_SUMMARY && comparison->folds == MLV_FOLDS_OTHER)
		return "summary, not by folds: they are others";
	return mlv_evidence_name(comparison->evidence);
}

const char *mlv_verdict_name(enum mlv_verdict verdict)
{
	static const char *const names[] = { "worse", "better", "changed", "no clear change",
					     "same", "not judged", "unknown" };

	return names[verdict];
}

double mlv_change_gain(const struct mlv_change *change)
{
	if (!change->sides[0].defined || !change->sides[1].defined)
		return 0;
	return change->change * (change->direction < 0 ? -1 : 1);
}

void mlv_comparison_release(struct mlv_comparison *comparison)
{
	free(comparison->changes);
	free(comparison->moved);
	mlv_strs_release(&comparison->vanished);
	mlv_strs_release(&comparison->appeared);
	mlv_strs_release(&comparison->redefined);
	*comparison = (struct mlv_comparison){ 0 };
}

struct comparing {
	const struct mlv_record *old, *new_record;
	const struct mlv_pairs *pairs;
	bool no_folds;
	struct mlv_comparison *to;
};

/* From the records alone: by folds where they are the same, else by what they say of all rows. */
static mlv_err by_records(const struct comparing *comparing, const struct mlv_record_slice *old,
			  const struct mlv_record_slice *new_slice, const size_t metrics[2],
			  struct mlv_change *change)
{
	double level = comparing->new_record->level;
	bool done = false;
	mlv_err err;

	if (comparing->to->folds == MLV_FOLDS_SAME && !comparing->no_folds &&
	    (err = mlv_change_by_folds(old, new_slice, metrics, comparing->new_record->cv.ratio, level,
				       change, &done)))
		return err;
	if (!done)
		mlv_change_by_summary(&old->entries[metrics[0]], &new_slice->entries[metrics[1]], level,
				      change);
	return NULL;
}

static mlv_err add_change(struct comparing *comparing, const struct mlv_record_slice *old,
			  const struct mlv_record_slice *new_slice, size_t m,
			  const struct paired_slice *paired)
{
	const struct mlv_record_metric *metric = &comparing->new_record->metrics[m];
	size_t old_m = mlv_record_find_metric(comparing->old, metric->name);
	struct mlv_comparison *to = comparing->to;
	struct mlv_change change = {
		.slice = new_slice->name, .dim = new_slice->dim, .metric = metric->name,
		.direction = metric->direction, .critical = new_slice->critical,
		.rows = new_slice->n,
	};
	mlv_err err;

	if (old_m == comparing->old->metric_count) {
		change.sides[1].defined = new_slice->entries[m].defined;
		change.sides[1].value = new_slice->entries[m].value;
		change.evidence = MLV_EVIDENCE_POINTS;
	} else if (paired) {
		if ((err = mlv_change_by_rows(paired, &change)))
			return err;
	} else if ((err = by_records(comparing, old, new_slice, (size_t[]){ old_m, m }, &change))) {
		return err;
	}
	change.verdict = old->small || new_slice->small ? MLV_VERDICT_SMALL : MLV_VERDICT_UNKNOWN;
	to->evidence = change.evidence < to->evidence ? change.evidence : to->evidence;
	if ((err = mlv_array_grow(&to->changes, &to->cap, to->count + 1, sizeof(*to->changes))))
		return err;
	to->changes[to->count++] = change;
	return NULL;
}

static mlv_err compare_slice(struct comparing *comparing, const struct mlv_record_slice *old,
			     const struct mlv_record_slice *new_slice)
{
	MLV_SCOPED(mlv_paired_slice_release) struct paired_slice paired = { 0 };
	mlv_err err = NULL;

	if (comparing->pairs &&
	    (err = mlv_paired_slice_make(comparing->pairs, new_slice->dim, new_slice->name,
					 comparing->new_record->level, &paired)))
		return err;
	for (size_t m = 0; m < comparing->new_record->metric_count && !err; m++)
		err = add_change(comparing, old, new_slice, m, comparing->pairs ? &paired : NULL);
	return err;
}

/* Whether both records divide the rows alike; overall is always the same. */
static bool same_dim(const struct comparing *comparing, const char *name)
{
	const struct mlv_record_dim *old = mlv_record_find_dim(comparing->old, name);
	const struct mlv_record_dim *new_dim = mlv_record_find_dim(comparing->new_record, name);

	return !name || (old && new_dim && strcmp(old->def, new_dim->def) == 0);
}

/* Rows of a dimension that changed their slices: by pairs, or by digests of the same ids. */
static mlv_err note_moved(struct comparing *comparing, const struct mlv_record_dim *dim)
{
	const struct mlv_record *old = comparing->old, *new_record = comparing->new_record;
	const struct mlv_record_dim *was = mlv_record_find_dim(old, dim->name);
	struct mlv_moved moved = { .dim = dim->name, .counted = comparing->pairs != NULL };
	mlv_err err;

	if (moved.counted &&
	    (err = mlv_pairs_moved(comparing->pairs, dim->name, &moved.rows)))
		return err;
	if (moved.counted ? !moved.rows
			  : !old->ids || !new_record->ids || strcmp(old->ids, new_record->ids) != 0 ||
				    !was->rows || !dim->rows || strcmp(was->rows, dim->rows) == 0)
		return NULL;
	comparing->to->moved[comparing->to->moved_count++] = moved;
	return NULL;
}

static mlv_err note_slices(struct comparing *comparing)
{
	const struct mlv_record *old = comparing->old, *new_record = comparing->new_record;
	mlv_err err = NULL;

	comparing->to->moved = mlv_sys_alloc_array(new_record->dim_count + 1,
						   sizeof(*comparing->to->moved));
	if (!comparing->to->moved)
		return mlv_error_nomem("slices");
	for (size_t d = 0; d < new_record->dim_count && !err; d++) {
		const struct mlv_record_dim *dim = &new_record->dims[d];

		if (mlv_record_find_dim(old, dim->name))
			err = same_dim(comparing, dim->name)
				      ? note_moved(comparing, dim)
				      : mlv_strs_add(&comparing->to->redefined, dim->name);
	}
	for (size_t s = 0; s < old->slice_count && !err; s++)
		if (!mlv_record_find(new_record, old->slices[s].name) &&
		    !(old->slices[s].dim && mlv_strs_has(&comparing->to->redefined, old->slices[s].dim)))
			err = mlv_strs_add(&comparing->to->vanished, old->slices[s].name);
	return err;
}

static mlv_err compare_slices(struct comparing *comparing)
{
	const struct mlv_record *new_record = comparing->new_record;
	mlv_err err = NULL;

	for (size_t s = 0; s < new_record->slice_count && !err; s++) {
		const struct mlv_record_slice *slice = &new_record->slices[s];
		const struct mlv_record_slice *old = mlv_record_find(comparing->old, slice->name);

		if (slice->dim && mlv_strs_has(&comparing->to->redefined, slice->dim))
			continue;
		if (!old)
			err = mlv_strs_add(&comparing->to->appeared, slice->name);
		else
			err = compare_slice(comparing, old, slice);
	}
	return err;
}

/* The p-values of slices are adjusted together, those that are judged. */
static mlv_err adjust_all(struct mlv_comparison *comparison, enum mlv_adjust adjust)
{
	MLV_SCOPED(mlv_mem_free) double *p =
		mlv_sys_alloc_array(comparison->count + 1, sizeof(*p));
	size_t count = 0;
	mlv_err err;

	if (!p)
		return mlv_error_nomem("p-values");
	for (size_t c = 0; c < comparison->count; c++) {
		struct mlv_change *change = &comparison->changes[c];

		change->adjusted = change->p;
		if (change->dim && change->has_p && change->verdict != MLV_VERDICT_SMALL)
			p[count++] = change->p;
	}
	if ((err = mlv_adjust(adjust, p, count)))
		return err;
	count = 0;
	for (size_t c = 0; c < comparison->count; c++) {
		struct mlv_change *change = &comparison->changes[c];

		if (change->dim && change->has_p && change->verdict != MLV_VERDICT_SMALL)
			change->adjusted = p[count++];
	}
	return NULL;
}

static void judge(struct mlv_change *change, double alpha)
{
	bool both = change->sides[0].defined && change->sides[1].defined;
	bool moves = change->change < 0 || change->change > 0;

	if (change->verdict == MLV_VERDICT_SMALL || !both)
		return;
	if (!moves)
		change->verdict = MLV_VERDICT_SAME;
	else if (!change->has_p)
		change->verdict = MLV_VERDICT_UNKNOWN;
	else if (change->adjusted >= alpha)
		change->verdict = MLV_VERDICT_UNCLEAR;
	else if (!change->direction)
		change->verdict = MLV_VERDICT_CHANGED;
	else
		change->verdict = mlv_change_gain(change) > 0 ? MLV_VERDICT_BETTER
							      : MLV_VERDICT_WORSE;
}

mlv_err mlv_eval_compare(const struct mlv_record *old, const struct mlv_record *new_record,
			 const struct mlv_pairs *pairs, bool no_folds, enum mlv_adjust adjust,
			 struct mlv_comparison *comparison)
{
	MLV_SCOPED(mlv_comparison_release) struct mlv_comparison made = {
		.evidence = MLV_EVIDENCE_POINTS, .folds = mlv_folds_kinship(old, new_record),
	};
	struct comparing comparing = { old, new_record, pairs, no_folds, &made };
	mlv_err err;

	if (old->task != new_record->task)
		return mlv_error(MLV_E_SPEC, "%s: the task was %s and is %s", new_record->name,
				 mlv_task_name(old->task), mlv_task_name(new_record->task));
	if ((err = note_slices(&comparing)) || (err = compare_slices(&comparing)) ||
	    (err = adjust_all(&made, adjust)))
		return err;
	if (pairs)
		mlv_pairs_churn(pairs, &made.churn);
	for (size_t c = 0; c < made.count; c++)
		judge(&made.changes[c], 1 - new_record->level);
	*comparison = made;
	made = (struct mlv_comparison){ 0 };
	return NULL;
}
