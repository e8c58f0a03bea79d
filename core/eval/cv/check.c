/*
 * What is wrong with folds. Rows are compared by codes: each has one for what
 * it is, equal for equal rows, and a split leaks where a code trains and tests.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/cases.h"
#include "core/eval/cv.h"

static const struct problem {
	const char *name;
	bool leaks;
} problems[MLV_CV_PROBLEMS] = {
	[MLV_CV_SAME_ID] = { "same-id", true },       [MLV_CV_SAME_ROW] = { "same-row", true },
	[MLV_CV_NEAR_ROW] = { "near-row", true },     [MLV_CV_OTHER_LABEL] = { "other-label", true },
	[MLV_CV_SAME_GROUP] = { "same-group", true }, [MLV_CV_LATER] = { "later", true },
	[MLV_CV_EMPTY] = { "empty", false },          [MLV_CV_NO_CLASS] = { "no-class", false },
	[MLV_CV_NO_SLICE] = { "no-slice", false },
};

const char *mlv_cv_problem_name(enum mlv_cv_problem problem)
{
	return problems[problem].name;
}

bool mlv_cv_problem_leaks(enum mlv_cv_problem problem)
{
	return problems[problem].leaks;
}

void mlv_cv_findings_release(struct mlv_cv_findings *findings)
{
	for (size_t i = 0; i < MLV_CV_PROBLEMS; i++)
		free(findings->at[i].value);
	*findings = (struct mlv_cv_findings){ 0 };
}

/* ---- codes */

/* A code for each row; several kinds, the later ones looked at only where the earlier find nothing. */
#define KINDS 3
struct checking {
	struct mlv_ctx *ctx;
	const struct mlv_cv *cv;
	const struct mlv_cases *sliced;
	struct mlv_cv_findings *findings;
	uint32_t *plain[KINDS]; /* of each row: as it is, as it means, without its label */
	size_t plain_count[KINDS];
	uint32_t *rank[MLV_CV_ROLES]; /* of each row; NULL: no such column */
	size_t rank_count[MLV_CV_ROLES];
	uint32_t *seen; /* of each code the row that trains, from 1 */
};

static void checking_release(struct checking *checking)
{
	for (size_t k = 0; k < KINDS; k++)
		free(checking->plain[k]);
	for (size_t r = 0; r < MLV_CV_ROLES; r++)
		free(checking->rank[r]);
	free(checking->seen);
}

/* What a field means: numbers as they are written shortest, text without case and with single spaces. */
static mlv_err fold_text(const char *text, struct mlv_buf *to)
{
	double number = 0;
	bool space = false;
	mlv_err err = NULL;

	if (mlv_number_parse(text, strlen(text), &number))
		return isnan(number) ? NULL : mlv_number_add(to, number);
	for (; *text && !err; text++) {
		bool is_space = strchr(" \t\r\n\v\f", *text) != NULL;

		if (!is_space && space && to->len && (err = mlv_buf_add_char(to, ' ')))
			break;
		space = is_space;
		if (!is_space)
			err = mlv_buf_add_char(to, *text >= 'A' && *text <= 'Z' ? (char)(*text + 32) : *text);
	}
	return err;
}

/* The code of what each distinct text of a column means. */
static mlv_err fold_words(const struct mlv_words *words, uint32_t *meaning)
{
	MLV_SCOPED(mlv_words_release) struct mlv_words folded = { .bytes = MLV_BUF_INIT };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = NULL;

	for (uint32_t c = 0; c < words->count && !err; c++) {
		mlv_buf_clear(&text);
		if (!(err = fold_text(mlv_words_at(words, c), &text)))
			err = mlv_words_add(&folded, text.ptr, text.len, &meaning[c]);
	}
	return err;
}

static bool is_role(const struct mlv_cv *cv, size_t column, enum mlv_cv_role role)
{
	return cv->column[role] == column;
}

/* Join the codes of one more column to those of the rows: equal where both are. */
static mlv_err join_column(const uint32_t *column, const uint32_t *meaning, size_t rows,
			   uint32_t *codes, size_t *count)
{
	MLV_SCOPED(mlv_words_release) struct mlv_words pairs = { .bytes = MLV_BUF_INIT };
	mlv_err err = NULL;

	for (size_t r = 0; r < rows && !err; r++) {
		uint32_t pair[2] = { codes[r], meaning ? meaning[column[r]] : column[r] };

		err = mlv_words_add(&pairs, (const char *)pair, sizeof(pair), &codes[r]);
	}
	*count = pairs.count;
	return err;
}

static mlv_err code_rows(struct checking *checking, size_t kind)
{
	const struct mlv_cv *cv = checking->cv;
	mlv_err err = NULL;

	checking->plain[kind] = mlv_sys_alloc_array(cv->frame.rows + 1, sizeof(uint32_t));
	if (!checking->plain[kind])
		return mlv_error_nomem("rows");
	checking->plain_count[kind] = 1;
	for (size_t c = 0; c < cv->names.count && !err; c++) {
		const struct mlv_column *column = &cv->frame.columns[c];
		MLV_SCOPED(mlv_mem_free) uint32_t *meaning = NULL;

		if (is_role(cv, c, MLV_CV_ID) || is_role(cv, c, MLV_CV_FOLD) ||
		    (kind == 2 && is_role(cv, c, MLV_CV_LABEL)))
			continue;
		if (kind) {
			meaning = mlv_sys_alloc_array(column->words.count + 1, sizeof(*meaning));
			if (!meaning)
				return mlv_error_nomem("rows");
			if ((err = fold_words(&column->words, meaning)))
				return err;
		}
		err = join_column(column->code, meaning, cv->frame.rows, checking->plain[kind],
				  &checking->plain_count[kind]);
	}
	return err;
}

static mlv_err rank_roles(struct checking *checking)
{
	const struct mlv_cv *cv = checking->cv;
	mlv_err err = NULL;

	for (size_t role = 0; role < MLV_CV_FOLD && !err; role++) {
		const struct mlv_column *column;
		MLV_SCOPED(mlv_mem_free) uint32_t *rank = NULL;

		if (cv->column[role] == MLV_CV_NONE)
			continue;
		column = &cv->frame.columns[cv->column[role]];
		rank = mlv_sys_alloc_array(column->words.count + 1, sizeof(*rank));
		checking->rank[role] = mlv_sys_alloc_array(cv->frame.rows + 1, sizeof(*rank));
		if (!rank || !checking->rank[role])
			return mlv_error_nomem("rows");
		err = mlv_cv_rank(&column->words, rank, &checking->rank_count[role]);
		for (size_t r = 0; r < cv->frame.rows && !err; r++)
			checking->rank[role][r] = rank[column->code[r]];
	}
	return err;
}

/* ---- findings */

/* Count it; the first of a problem is its example. rows are numbered from 1, 0: none. */
static mlv_err find(struct checking *checking, enum mlv_cv_problem problem, size_t split, uint64_t rows,
		    size_t test, size_t train, const char *value)
{
	struct mlv_cv_finding *finding = &checking->findings->at[problem];
	const struct mlv_frame *frame = &checking->cv->frame;

	finding->rows += rows;
	finding->splits++;
	if (finding->splits > 1)
		return NULL;
	finding->problem = problem;
	finding->first_split = split;
	finding->test_line = test ? mlv_frame_line(frame, test - 1) : 0;
	finding->train_line = train ? mlv_frame_line(frame, train - 1) : 0;
	finding->value = value ? mlv_sys_strdup(value) : NULL;
	return value && !finding->value ? mlv_error_nomem("rows") : NULL;
}

static const char *value_of(const struct checking *checking, enum mlv_cv_role role, size_t row)
{
	const struct mlv_column *column = &checking->cv->frame.columns[checking->cv->column[role]];

	return mlv_words_at(&column->words, column->code[row]);
}

/* Which codes train: seen[code] is a row. */
static void mark(struct checking *checking, size_t split, const uint32_t *code, size_t codes)
{
	const struct mlv_folds *folds = &checking->cv->folds;

	memset(checking->seen, 0, codes * sizeof(*checking->seen));
	for (size_t r = folds->rows; r-- > 0;)
		if (mlv_folds_set(folds, split, r) == MLV_FOLD_TRAIN)
			checking->seen[code[r]] = (uint32_t)r + 1;
}

/* The rows that test and whose code trains; but for those of another code, which was told of. */
static mlv_err find_shared(struct checking *checking, enum mlv_cv_problem problem, size_t split,
			   const uint32_t *code, size_t codes, bool *told, enum mlv_cv_role role)
{
	const struct mlv_folds *folds = &checking->cv->folds;
	size_t first = 0;
	uint64_t rows = 0;

	mark(checking, split, code, codes);
	for (size_t r = 0; r < folds->rows; r++) {
		if (!checking->seen[code[r]] || (told && told[r]) ||
		    mlv_folds_set(folds, split, r) != MLV_FOLD_TEST)
			continue;
		if (told)
			told[r] = true;
		first = rows++ ? first : r + 1;
	}
	if (!rows)
		return NULL;
	return find(checking, problem, split, rows, first, checking->seen[code[first - 1]],
		    role < MLV_CV_ROLES ? value_of(checking, role, first - 1) : NULL);
}

static mlv_err find_rows(struct checking *checking, size_t split, bool *told)
{
	mlv_err err = NULL;

	memset(told, 0, checking->cv->frame.rows * sizeof(*told));
	for (size_t k = 0; k < KINDS && !err; k++)
		if (checking->plain[k])
			err = find_shared(checking, (enum mlv_cv_problem)(MLV_CV_SAME_ROW + k), split,
					  checking->plain[k], checking->plain_count[k], told, MLV_CV_ROLES);
	return err;
}

static mlv_err find_later(struct checking *checking, size_t split)
{
	const struct mlv_folds *folds = &checking->cv->folds;
	const uint32_t *time = checking->rank[MLV_CV_TIME];
	size_t last = 0, first = 0;
	uint64_t rows = 0;

	if (!time)
		return NULL;
	for (size_t r = 0; r < folds->rows; r++)
		if (mlv_folds_set(folds, split, r) == MLV_FOLD_TRAIN && (!last || time[r] > time[last - 1]))
			last = r + 1;
	for (size_t r = 0; last && r < folds->rows; r++)
		if (mlv_folds_set(folds, split, r) == MLV_FOLD_TEST && time[r] < time[last - 1])
			first = rows++ ? first : r + 1;
	return rows ? find(checking, MLV_CV_LATER, split, rows, first, last, NULL) : NULL;
}

#define BOTH (1U << MLV_FOLD_TRAIN | 1U << MLV_FOLD_TEST)

/* Classes that do not train, or do not test; a set that is empty lacks all, and is told of alone. */
static mlv_err find_absent(struct checking *checking, size_t split)
{
	const struct mlv_folds *folds = &checking->cv->folds;
	const uint32_t *label = checking->rank[MLV_CV_LABEL];
	size_t classes = checking->rank_count[MLV_CV_LABEL], first = 0;
	uint64_t absent = 0;

	for (int set = MLV_FOLD_TRAIN; set <= MLV_FOLD_TEST; set++)
		if (!mlv_folds_count(folds, split, (enum mlv_fold_set)set))
			return find(checking, MLV_CV_EMPTY, split, 1, 0, 0,
				    set == MLV_FOLD_TRAIN ? "train" : "test");
	if (!label)
		return NULL;
	memset(checking->seen, 0, classes * sizeof(*checking->seen));
	for (size_t r = 0; r < folds->rows; r++)
		checking->seen[label[r]] |= 1U << mlv_folds_set(folds, split, r);
	for (size_t r = 0; r < folds->rows; r++) {
		uint32_t in = checking->seen[label[r]];

		if ((in & BOTH) == BOTH)
			continue;
		checking->seen[label[r]] = ~0U;
		first = absent++ ? first : r;
	}
	return absent ? find(checking, MLV_CV_NO_CLASS, split, absent, 0, 0,
			     value_of(checking, MLV_CV_LABEL, first))
		      : NULL;
}

/* Slices that do not train, or do not test; in no row of a set that is empty. */
static mlv_err find_absent_slices(struct checking *checking, size_t split)
{
	const struct mlv_folds *folds = &checking->cv->folds;
	const struct mlv_cases *sliced = checking->sliced;
	const char *first = NULL;
	uint64_t absent = 0;

	if (!mlv_folds_count(folds, split, MLV_FOLD_TRAIN) || !mlv_folds_count(folds, split, MLV_FOLD_TEST))
		return NULL;
	for (size_t d = 0; d < sliced->dim_count; d++) {
		const struct mlv_dim *dim = &sliced->dims[d];

		if (dim->def->hidden)
			continue;
		memset(checking->seen, 0, mlv_dim_codes(dim) * sizeof(*checking->seen));
		for (size_t r = 0; r < folds->rows; r++)
			checking->seen[dim->code[r]] |= 1U << mlv_folds_set(folds, split, r);
		for (size_t v = 0; v < dim->values.count; v++)
			if ((checking->seen[v] & BOTH) != BOTH)
				first = absent++ ? first : dim->values.at[v];
	}
	return absent ? find(checking, MLV_CV_NO_SLICE, split, absent, 0, 0, first) : NULL;
}

static mlv_err check_split(struct checking *checking, size_t split, bool *told)
{
	static const struct {
		enum mlv_cv_role role;
		enum mlv_cv_problem problem;
	} of[] = { { MLV_CV_ID, MLV_CV_SAME_ID }, { MLV_CV_GROUP, MLV_CV_SAME_GROUP } };
	mlv_err err = mlv_ctx_check_stop(checking->ctx);

	for (size_t i = 0; i < MLV_COUNT(of) && !err; i++)
		if (checking->rank[of[i].role])
			err = find_shared(checking, of[i].problem, split, checking->rank[of[i].role],
					  checking->rank_count[of[i].role], NULL, of[i].role);
	if (err || (err = find_rows(checking, split, told)) || (err = find_later(checking, split)))
		return err;
	if ((err = find_absent(checking, split)))
		return err;
	return find_absent_slices(checking, split);
}

mlv_err mlv_cv_check(struct mlv_ctx *ctx, const struct mlv_cv *cv, const struct mlv_cases *sliced,
		     struct mlv_cv_findings *findings)
{
	MLV_SCOPED(mlv_cv_findings_release) struct mlv_cv_findings made = { 0 };
	MLV_SCOPED(checking_release) struct checking checking = { .ctx = ctx, .cv = cv, .sliced = sliced,
								 .findings = &made };
	MLV_SCOPED(mlv_mem_free) bool *told = mlv_sys_alloc_array(cv->frame.rows + 1, sizeof(*told));
	size_t kinds = cv->column[MLV_CV_LABEL] == MLV_CV_NONE ? KINDS - 1 : KINDS;
	mlv_err err = NULL;

	/* Ranks and codes are fewer than rows, but for the rank that nothing has. */
	checking.seen = mlv_sys_alloc_array(cv->frame.rows + 2, sizeof(*checking.seen));
	if (!told || !checking.seen)
		return mlv_error_nomem("rows");
	for (size_t k = 0; k < kinds && !err; k++)
		err = code_rows(&checking, k);
	if (err || (err = rank_roles(&checking)))
		return err;
	for (size_t s = 0; s < cv->folds.splits && !err; s++)
		err = check_split(&checking, s, told);
	for (size_t p = 0; p < MLV_CV_PROBLEMS; p++)
		made.count += made.at[p].splits > 0;
	if (err)
		return err;
	*findings = made;
	made = (struct mlv_cv_findings){ 0 };
	return NULL;
}
