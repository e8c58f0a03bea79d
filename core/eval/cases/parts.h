/* parts.h - what the files behind cases.h share. */
#ifndef MLV_EVAL_CASES_PARTS_H
#define MLV_EVAL_CASES_PARTS_H

#include "core/eval/record.h"

/* Turn labels, and predictions unless NULL, into classes. file, and frame for its lines, are for messages. */
mlv_err mlv_cases_classify(struct mlv_cases *cases, const char *file, const struct mlv_frame *frame,
			   const struct mlv_column *label, const struct mlv_column *pred) MLV_CHECK;
/*
 * A dimension by the values, the bins or the quantiles of a column; with place
 * NULL its codes are taken. frozen NULL: nothing is known of an earlier one.
 */
mlv_err mlv_dim_by_text(struct mlv_dim *dim, struct mlv_column *column,
			const uint32_t *place, size_t rows,
			const struct mlv_frozen *frozen) MLV_CHECK;
mlv_err mlv_dim_by_number(struct mlv_dim *dim, const double *number, const uint32_t *place,
			  size_t rows, const struct mlv_frozen *frozen) MLV_CHECK;
/* A column, and which row of it belongs to each row; place NULL: the same. */
struct mlv_dim_input {
	struct mlv_column *column;
	const uint32_t *place;
};
/* The values of an expression, as if a column with them had been read. */
mlv_err mlv_dim_derive(const struct mlv_slice_def *def, const struct mlv_dim_input *inputs,
		       size_t rows, const struct mlv_expr_files *files,
		       struct mlv_column *made) MLV_CHECK;
/* The slice of a rule, by what its expression gave; takes the column's codes. */
mlv_err mlv_dim_by_rule(struct mlv_dim *dim, struct mlv_column *made, size_t rows) MLV_CHECK;
/* A dimension by the classes of the labels. */
mlv_err mlv_dim_by_class(struct mlv_dim *dim, const struct mlv_cases *cases,
			 const struct mlv_frozen *frozen) MLV_CHECK;
/* A dimension by several others. */
mlv_err mlv_dim_by_cross(struct mlv_dim *dim, const struct mlv_dim *const *others, size_t count,
			 size_t rows, const struct mlv_frozen *frozen) MLV_CHECK;
/* Give a dimension one more slice, of this name as names are shown. */
mlv_err mlv_dim_add_name(struct mlv_dim *dim, const char *name) MLV_CHECK;
void mlv_dim_release(struct mlv_dim *dim);
/* Make the order of all rows. */
mlv_err mlv_cases_sort(struct mlv_ctx *ctx, struct mlv_cases *cases) MLV_CHECK;

/* Lines and values on their way to a sink, many at once. */
#define MLV_GIVE_BATCH ((size_t)1 << 16) /* bytes that a sink is given at once */
struct mlv_giving {
	mlv_record_sink sink;
	void *arg;
	struct mlv_buf batch;
};
mlv_err mlv_give(struct mlv_giving *giving) MLV_CHECK;
mlv_err mlv_give_text(struct mlv_giving *giving, const char *text, char end) MLV_CHECK;
/* The bytes that a code takes, of so many. */
static inline size_t mlv_give_width(size_t codes)
{
	return codes <= 256 ? 1 : codes <= 65536 ? 2 : 4;
}
/* An integer, its low byte first. */
static inline void mlv_give_low(char *to, uint64_t value, size_t bytes)
{
	for (size_t b = 0; b < bytes; b++)
		to[b] = (char)(unsigned char)(value >> 8 * b);
}
static inline void mlv_give_codes(char *to, const uint32_t *codes, size_t count, size_t bytes)
{
	for (size_t i = 0; bytes == 1 && i < count; i++)
		to[i] = (char)(unsigned char)codes[i];
	for (size_t i = 0; bytes > 1 && i < count; i++)
		mlv_give_low(to + i * bytes, codes[i], bytes);
}

#define NONE SIZE_MAX /* no column */

/* What is read of the tables: the roles, and behind them what each entry of slices needs. */
struct tables {
	const struct mlv_eval_spec *spec;
	const struct mlv_frame_source *predictions, *features; /* features NULL: there are none */
	bool extracted;          /* the predictions are an extract: each entry has one column there */
	const struct mlv_cases_part *parts; /* of an extract; 0: it has none */
	size_t part_count;
	struct mlv_want *wants;  /* of the predictions */
	struct mlv_strs names;   /* of wants of an extract */
	size_t count;
	size_t roles;            /* so many of them are of roles */
	size_t of_role[MLV_ROLES]; /* which want; NONE */
	size_t *of_slice;        /* the first want of each entry of slices, and of the next */
	struct source_of {
		size_t column;
		bool joined;     /* of the features, not the predictions */
	} *source;               /* where each want stands */
	struct mlv_frame frame, joined;
	uint32_t *place;         /* the row of features of each row; NULL without a join */
};
void mlv_tables_release(struct tables *tables);
/* Set what is wanted. */
mlv_err mlv_tables_want(struct tables *tables) MLV_CHECK;
/* The same, and read it; ids are checked, and features joined. */
mlv_err mlv_tables_read(struct mlv_ctx *ctx, struct tables *tables) MLV_CHECK;
mlv_err mlv_tables_check_ids(struct tables *tables) MLV_CHECK;
/* The column of a role; NULL when there is none. */
struct mlv_column *mlv_tables_role(struct tables *tables, enum mlv_role role);
/* The column of a want of an entry, and the row of it that belongs to each row. */
mlv_err mlv_tables_column(const struct tables *tables, const struct mlv_slice_def *def, size_t want,
			  struct mlv_dim_input *input) MLV_CHECK;
/* Those of all wants of entry s, to be given back with free(). */
mlv_err mlv_tables_inputs(const struct tables *tables, size_t s,
			  struct mlv_dim_input **inputs) MLV_CHECK;
/* Give back what was read for entry s, which no other entry looks at. */
void mlv_tables_forget(struct tables *tables, size_t s);
/* Whether an entry of slices is asked for, itself or by a cross. */
bool mlv_slice_is_needed(const struct mlv_eval_spec *spec, const struct mlv_slice_def *def);

#endif
