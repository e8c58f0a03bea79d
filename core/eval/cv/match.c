/* Whether the folds of an evaluation are the splits of a cross-validation. */
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/cv.h"

#define NOWHERE UINT32_MAX

struct matching {
	const struct mlv_cv *cv;
	const struct mlv_cases *cases;
	const struct mlv_column *id; /* of the table; NULL: by number alone */
	uint32_t *split_of;          /* of each fold; NOWHERE: it is no split */
	uint32_t *code_of;           /* of each id of the evaluation that in the table, or NOWHERE */
	uint32_t *waits;             /* of each id of the table: rows that a split tests, not seen yet */
	struct mlv_cv_match *to;
};

static void matching_release(struct matching *matching)
{
	mlv_mem_free(&matching->split_of);
	mlv_mem_free(&matching->code_of);
	mlv_mem_free(&matching->waits);
}

static mlv_err name_splits(struct matching *matching)
{
	const struct mlv_words *folds = &matching->cases->folds;
	mlv_err err = NULL;

	matching->split_of = mlv_sys_alloc_array(folds->count + 1, sizeof(*matching->split_of));
	if (!matching->split_of)
		return mlv_error_nomem("folds");
	for (uint32_t f = 0; f < folds->count; f++)
		matching->split_of[f] = NOWHERE;
	for (size_t s = 0; s < matching->cv->folds.splits && !err; s++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
		uint32_t fold;

		if (!(err = mlv_cv_split_name(&matching->cv->folds, s, &name)) &&
		    mlv_words_find(folds, name.ptr, &fold))
			matching->split_of[fold] = (uint32_t)s;
	}
	return err;
}

static mlv_err find_ids(struct matching *matching)
{
	const struct mlv_cases *cases = matching->cases;

	if (!matching->id)
		return NULL;
	matching->code_of = mlv_sys_alloc_array(cases->ids.count + 1, sizeof(*matching->code_of));
	matching->waits = mlv_sys_alloc_array(matching->id->words.count + 1, sizeof(*matching->waits));
	if (!matching->code_of || !matching->waits)
		return mlv_error_nomem("ids");
	for (uint32_t c = 0; c < cases->ids.count; c++)
		if (!mlv_words_find(&matching->id->words, mlv_words_at(&cases->ids, c),
				    &matching->code_of[c]))
			matching->code_of[c] = NOWHERE;
	return NULL;
}

/* A row of the evaluation: the one of the table that it is of no longer waits. */
static bool take(struct matching *matching, size_t row)
{
	uint32_t code = matching->code_of[matching->cases->id[row]];

	if (code == NOWHERE || !matching->waits[code])
		return false;
	matching->waits[code]--;
	return true;
}

static void match_ids(struct matching *matching, size_t split)
{
	const struct mlv_folds *folds = &matching->cv->folds;
	const struct mlv_cases *cases = matching->cases;
	uint64_t waiting = 0;

	memset(matching->waits, 0, matching->id->words.count * sizeof(*matching->waits));
	for (size_t r = 0; r < folds->rows; r++)
		if (mlv_folds_set(folds, split, r) == MLV_FOLD_TEST) {
			matching->waits[matching->id->code[r]]++;
			waiting++;
		}
	for (size_t r = 0; r < cases->rows.count; r++) {
		if (matching->split_of[cases->fold[r]] != split)
			continue;
		if (take(matching, r))
			waiting--;
		else
			matching->to->other++;
	}
	matching->to->missing += waiting;
}

static void match_numbers(struct matching *matching, size_t split)
{
	const struct mlv_cases *cases = matching->cases;
	uint64_t want = mlv_folds_count(&matching->cv->folds, split, MLV_FOLD_TEST), have = 0;

	for (size_t r = 0; r < cases->rows.count; r++)
		have += matching->split_of[cases->fold[r]] == split;
	matching->to->other += have > want ? have - want : 0;
	matching->to->missing += want > have ? want - have : 0;
}

mlv_err mlv_cv_match(const struct mlv_cv *cv, const struct mlv_cases *cases, struct mlv_cv_match *match)
{
	bool ids = cases->id && cv->column[MLV_CV_ID] != MLV_CV_NONE;
	MLV_SCOPED(matching_release) struct matching matching = {
		.cv = cv, .cases = cases, .to = match,
		.id = ids ? &cv->frame.columns[cv->column[MLV_CV_ID]] : NULL,
	};
	mlv_err err;

	*match = (struct mlv_cv_match){ 0 };
	if ((err = name_splits(&matching)) || (err = find_ids(&matching)))
		return err;
	for (size_t r = 0; r < cases->rows.count; r++)
		match->other += matching.split_of[cases->fold[r]] == NOWHERE;
	for (size_t s = 0; s < cv->folds.splits; s++) {
		if (matching.id)
			match_ids(&matching, s);
		else
			match_numbers(&matching, s);
	}
	return NULL;
}
