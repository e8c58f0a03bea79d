/* What features are like in slices: counts, of the rows of each. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/eval/profile/parts.h"
#include "core/eval/radix.h"

/* A feature, by the words of its column. */
struct feature {
	const struct mlv_column *column;
	struct mlv_sample *all; /* of all rows: whose names places are of */
	double *numbers;
	bool *odd;
	uint32_t *places;
};

/* What a thread counts in. */
struct scratch {
	uint64_t *counts; /* of as many names as a feature has; 0 but while it counts */
	double *values;
	uint64_t *keys, *words; /* the same, to be sorted; words are not looked at */
	size_t values_cap, keys_cap, words_cap;
	struct mlv_radix_scratch radix;
};

/* A slice, and where it is: the rows of this code of this dimension. */
struct place {
	const char *name;
	size_t dim, like; /* like: which slice of the other profile */
	uint32_t code;
	uint64_t rows;
};

struct slicing {
	const struct mlv_profile_rows *rows;
	const struct mlv_profile *like; /* NULL: bins and names are those of the rows themselves */
	struct mlv_profile *profile;
	struct feature *features;
	struct scratch *scratches; /* of each thread */
	unsigned jobs;
	struct place *places;
	size_t count, cap;
	uint32_t *order; /* the rows of the dimension at hand, by code */
	size_t *begin;   /* of each code, and behind the last */
	size_t *chosen;  /* the slices of this dimension */
};

static void slicing_release(struct slicing *slicing)
{
	for (size_t f = 0; slicing->features && f < slicing->profile->features.count; f++) {
		free(slicing->features[f].numbers);
		free(slicing->features[f].odd);
		free(slicing->features[f].places);
	}
	free(slicing->features);
	for (unsigned j = 0; slicing->scratches && j < slicing->jobs; j++) {
		free(slicing->scratches[j].counts);
		free(slicing->scratches[j].values);
		free(slicing->scratches[j].keys);
		free(slicing->scratches[j].words);
		mlv_radix_scratch_release(&slicing->scratches[j].radix);
	}
	free(slicing->scratches);
	free(slicing->places);
	free(slicing->order);
	free(slicing->begin);
	free(slicing->chosen);
}

bool mlv_profile_slice_init(const struct mlv_profile *profile, const char *name,
			    struct mlv_profile_slice *slice)
{
	slice->name = mlv_sys_strdup(name);
	slice->samples = mlv_sys_alloc_array(profile->features.count + 1, sizeof(*slice->samples));
	slice->predicted = mlv_sys_alloc_array(profile->classes.count + 1, sizeof(*slice->predicted));
	if (!slice->name || !slice->samples || !slice->predicted)
		return false;
	for (size_t f = 0; f < profile->features.count; f++)
		slice->samples[f] = (struct mlv_sample)MLV_SAMPLE_INIT;
	return true;
}

void mlv_profile_slices_release(struct mlv_profile *profile)
{
	for (size_t s = 0; s < profile->slice_count; s++) {
		struct mlv_profile_slice *slice = &profile->slices[s];

		for (size_t f = 0; slice->samples && f < profile->features.count; f++)
			mlv_sample_release(&slice->samples[f]);
		free(slice->samples);
		free(slice->predicted);
		free(slice->name);
	}
	free(profile->slices);
	profile->slices = NULL;
	profile->slice_count = 0;
}

const struct mlv_profile_slice *mlv_profile_find(const struct mlv_profile *profile, const char *name)
{
	for (size_t s = 0; s < profile->slice_count; s++)
		if (strcmp(profile->slices[s].name, name) == 0)
			return &profile->slices[s];
	return NULL;
}

/* ---- which slices */

static mlv_err add_place(struct slicing *slicing, struct place place)
{
	mlv_err err = mlv_array_grow(&slicing->places, &slicing->cap, slicing->count + 1,
				     sizeof(*slicing->places));

	if (!err)
		slicing->places[slicing->count++] = place;
	return err;
}

static mlv_err find_in_dim(struct slicing *slicing, size_t d, uint64_t min_n)
{
	const struct mlv_cases *cases = slicing->rows->cases;
	const struct mlv_dim *dim = &cases->dims[d];
	MLV_SCOPED(mlv_mem_free) uint64_t *rows = mlv_sys_alloc_array(mlv_dim_codes(dim) + 1, sizeof(*rows));
	mlv_err err = rows ? NULL : mlv_error_nomem("slices");

	for (size_t r = 0; !err && r < cases->rows.count; r++)
		rows[dim->code[r]]++;
	for (uint32_t v = 0; v < dim->values.count && !err; v++) {
		struct place place = { dim->values.at[v], d, 0, v, rows[v] };
		const struct mlv_profile_slice *like =
			slicing->like ? mlv_profile_find(slicing->like, place.name) : NULL;

		if (like)
			place.like = (size_t)(like - slicing->like->slices);
		if (slicing->like ? like != NULL : rows[v] >= min_n)
			err = add_place(slicing, place);
	}
	return err;
}

static int by_rows(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	if (left->rows != right->rows)
		return left->rows > right->rows ? -1 : 1;
	return strcmp(left->name, right->name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->name, ((const struct place *)b)->name);
}

/* The slices that are looked at, by name. */
static mlv_err find_slices(struct slicing *slicing, uint64_t min_n)
{
	const struct mlv_cases *cases = slicing->rows->cases;
	const size_t features = slicing->profile->features.count;
	size_t most = MLV_PROFILE_SLICES;
	mlv_err err = NULL;

	if (features * most > MLV_PROFILE_CELLS)
		most = MLV_PROFILE_CELLS / features;
	for (size_t d = 0; d < cases->dim_count && !err; d++)
		if (cases->dims[d].code && !cases->dims[d].def->hidden)
			err = find_in_dim(slicing, d, min_n);
	if (err || !slicing->count)
		return err;
	qsort(slicing->places, slicing->count, sizeof(*slicing->places), by_rows);
	if (slicing->count > most && !slicing->like)
		slicing->count = most;
	qsort(slicing->places, slicing->count, sizeof(*slicing->places), by_name);
	return NULL;
}

static mlv_err make_slices(struct slicing *slicing)
{
	struct mlv_profile *profile = slicing->profile;

	profile->sliced = true;
	profile->slices = mlv_sys_alloc_array(slicing->count + 1, sizeof(*profile->slices));
	if (!profile->slices)
		return mlv_error_nomem("slices");
	for (size_t s = 0; s < slicing->count; s++) {
		struct mlv_profile_slice *slice = &profile->slices[profile->slice_count++];

		slice->rows = slicing->places[s].rows;
		if (!mlv_profile_slice_init(profile, slicing->places[s].name, slice))
			return mlv_error_nomem("slices");
	}
	return NULL;
}

/* ---- numbers */

static mlv_err make_room_for(size_t count, struct scratch *scratch)
{
	mlv_err err;

	if ((err = mlv_array_grow(&scratch->values, &scratch->values_cap, count, sizeof(*scratch->values))) ||
	    (err = mlv_array_grow(&scratch->keys, &scratch->keys_cap, count, sizeof(*scratch->keys))))
		return err;
	return mlv_array_grow(&scratch->words, &scratch->words_cap, count, sizeof(*scratch->words));
}

/* The deciles of some rows. */
static mlv_err cut(const struct feature *feature, const uint32_t *rows, size_t count,
		   struct scratch *scratch, struct mlv_sample *to)
{
	size_t found = 0;
	mlv_err err = make_room_for(count + 1, scratch);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		double number = feature->numbers[feature->column->code[rows[i]]];

		if (isnan(number))
			continue;
		scratch->words[found] = 0;
		scratch->keys[found++] = mlv_sorted_key(number);
	}
	if ((err = mlv_radix_sort(&scratch->radix, scratch->keys, scratch->words, found)))
		return err;
	for (size_t i = 0; i < found; i++)
		scratch->values[i] = mlv_sorted_number(scratch->keys[i]);
	to->count = mlv_sample_deciles(scratch->values, found, to->values);
	return NULL;
}

static mlv_err count_numbers(const struct feature *feature, const uint32_t *rows, size_t count,
			     const struct mlv_sample *like, struct scratch *scratch, struct mlv_sample *to)
{
	mlv_err err;

	to->numeric = to->binned = true;
	if ((err = mlv_array_grow(&to->values, &to->cap, BINS, sizeof(*to->values))) ||
	    (err = mlv_array_grow(&to->counts, &to->counts_cap, BINS, sizeof(*to->counts))))
		return err;
	memset(to->counts, 0, BINS * sizeof(*to->counts));
	if (!like && (err = cut(feature, rows, count, scratch, to)))
		return err;
	if (like) {
		memcpy(to->values, like->values, like->count * sizeof(*to->values));
		to->count = like->count;
	}
	for (size_t i = 0; i < count; i++) {
		uint32_t word = feature->column->code[rows[i]];
		double number = feature->numbers[word];
		size_t bin = 0;

		if (isnan(number)) {
			to->odd += feature->odd[word];
			to->missing += !feature->odd[word];
			continue;
		}
		while (bin < to->count && to->values[bin] <= number)
			bin++;
		to->counts[bin]++;
		to->rows++;
	}
	return NULL;
}

/* ---- texts */

struct name {
	const char *text;
	uint64_t rows;
};

static int most_first(const void *a, const void *b)
{
	const struct name *left = a, *right = b;

	if (left->rows != right->rows)
		return left->rows > right->rows ? -1 : 1;
	return strcmp(left->text, right->text);
}

static mlv_err add_name(struct mlv_sample *to, const char *text, uint64_t rows)
{
	uint32_t code;
	mlv_err err = mlv_words_add(&to->names, text, strlen(text), &code);

	if (err || (err = mlv_array_grow(&to->counts, &to->counts_cap, to->names.count, sizeof(*to->counts))))
		return err;
	to->counts[code] = rows;
	return NULL;
}

/* Take the names of most rows from what was counted of these, which becomes 0 again. */
static mlv_err take_most(const struct feature *feature, const uint32_t *rows, size_t count,
			 uint64_t *counts, struct mlv_sample *to)
{
	MLV_SCOPED(mlv_mem_free) struct name *names = NULL;
	size_t found = 0, cap = 0;
	mlv_err err = NULL;

	for (size_t i = 0; i < count && !err; i++) {
		uint32_t at = feature->places[feature->column->code[rows[i]]];

		if (!counts[at] || (err = mlv_array_grow(&names, &cap, found + 1, sizeof(*names))))
			continue;
		names[found++] = (struct name){ mlv_words_at(&feature->all->names, at), counts[at] };
		counts[at] = 0;
	}
	if (found)
		qsort(names, found, sizeof(*names), most_first);
	for (size_t i = 0; i < found && i < MLV_PROFILE_SLICE_NAMES && !err; i++)
		err = add_name(to, names[i].text, names[i].rows);
	return err;
}

static mlv_err count_names(const struct feature *feature, const uint32_t *rows, size_t count,
			   const struct mlv_sample *like, uint64_t *counts, struct mlv_sample *to)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < count; i++)
		counts[feature->places[feature->column->code[rows[i]]]]++;
	to->rows = count;
	if (!like)
		return take_most(feature, rows, count, counts, to);
	for (uint32_t n = 0; n < like->names.count && !err; n++) {
		const char *text = mlv_words_at(&like->names, n);
		uint32_t at;

		if (mlv_words_find(&feature->all->names, text, &at))
			err = add_name(to, text, counts[at]);
	}
	for (size_t i = 0; i < count; i++)
		counts[feature->places[feature->column->code[rows[i]]]] = 0;
	return err;
}

/* ---- all of a slice */

static mlv_err count_slice(void *arg, size_t index, unsigned worker)
{
	const struct slicing *slicing = arg;
	size_t s = slicing->chosen[index], classes = slicing->profile->classes.count;
	const struct place *place = &slicing->places[s];
	struct mlv_profile_slice *slice = &slicing->profile->slices[s];
	const uint32_t *rows = slicing->order + slicing->begin[place->code];
	size_t count = slicing->begin[place->code + 1] - slicing->begin[place->code];
	const uint32_t *predicted = slicing->rows->predicted;
	mlv_err err = NULL;

	for (size_t f = 0; f < slicing->profile->features.count && !err; f++) {
		const struct feature *feature = &slicing->features[f];
		const struct mlv_sample *like =
			slicing->like ? &slicing->like->slices[place->like].samples[f] : NULL;

		err = feature->numbers ? count_numbers(feature, rows, count, like,
						       &slicing->scratches[worker], &slice->samples[f])
				       : count_names(feature, rows, count, like,
						     slicing->scratches[worker].counts, &slice->samples[f]);
	}
	for (size_t i = 0; predicted && i < count; i++)
		if (predicted[rows[i]] < classes)
			slice->predicted[predicted[rows[i]]]++;
	return err;
}

/* Put the rows of a dimension together by their codes. */
static mlv_err group(struct slicing *slicing, const struct mlv_dim *dim)
{
	size_t codes = mlv_dim_codes(dim), rows = slicing->rows->cases->rows.count;

	free(slicing->begin);
	if (!(slicing->begin = mlv_sys_alloc_array(codes + 2, sizeof(*slicing->begin))))
		return mlv_error_nomem("slices");
	/* Where a code begins stands one place behind until its rows are placed. */
	for (size_t r = 0; r < rows; r++)
		slicing->begin[dim->code[r] + 2]++;
	for (size_t c = 2; c < codes + 2; c++)
		slicing->begin[c] += slicing->begin[c - 1];
	for (uint32_t r = 0; r < rows; r++)
		slicing->order[slicing->begin[dim->code[r] + 1]++] = r;
	return NULL;
}

static mlv_err count_dim(struct mlv_ctx *ctx, struct slicing *slicing, size_t d)
{
	size_t count = 0;
	mlv_err err;

	for (size_t s = 0; s < slicing->count; s++)
		if (slicing->places[s].dim == d)
			slicing->chosen[count++] = s;
	if (!count)
		return NULL;
	if ((err = group(slicing, &slicing->rows->cases->dims[d])))
		return err;
	return mlv_pool_run(ctx, slicing->jobs, count, count_slice, slicing);
}

/* ---- what is read of all rows */

static mlv_err read_features(struct slicing *slicing, size_t *names)
{
	struct mlv_profile *profile = slicing->profile;
	mlv_err err = NULL;

	slicing->features = mlv_sys_alloc_array(profile->features.count + 1, sizeof(*slicing->features));
	if (!slicing->features)
		return mlv_error_nomem("features");
	for (size_t f = 0; f < profile->features.count && !err; f++) {
		struct feature *feature = &slicing->features[f];

		feature->column = &slicing->rows->columns[f];
		feature->all = &profile->samples[f];
		if (feature->all->numeric) {
			err = mlv_sample_numbers(feature->column, &feature->numbers, &feature->odd);
			continue;
		}
		err = mlv_sample_codes(feature->column, &feature->all->names, &feature->places);
		*names = feature->all->names.count > *names ? feature->all->names.count : *names;
	}
	return err;
}

static mlv_err make_room(struct slicing *slicing, size_t names)
{
	slicing->order = mlv_sys_alloc_array(slicing->rows->cases->rows.count + 1, sizeof(*slicing->order));
	slicing->chosen = mlv_sys_alloc_array(slicing->count + 1, sizeof(*slicing->chosen));
	slicing->scratches = mlv_sys_alloc_array(slicing->jobs, sizeof(*slicing->scratches));
	if (!slicing->order || !slicing->chosen || !slicing->scratches)
		return mlv_error_nomem("slices");
	for (unsigned j = 0; j < slicing->jobs; j++)
		if (!(slicing->scratches[j].counts =
			      mlv_sys_alloc_array(names + 1, sizeof(*slicing->scratches[j].counts))))
			return mlv_error_nomem("slices");
	return NULL;
}

static mlv_err count_predicted(const struct mlv_profile_rows *rows, struct mlv_profile *profile)
{
	profile->predicted = mlv_sys_alloc_array(profile->classes.count + 1, sizeof(*profile->predicted));
	if (!profile->predicted)
		return mlv_error_nomem("predictions");
	for (size_t r = 0; rows->predicted && r < rows->cases->rows.count; r++)
		if (rows->predicted[r] < profile->classes.count)
			profile->predicted[rows->predicted[r]]++;
	return NULL;
}

mlv_err mlv_profile_slice(struct mlv_ctx *ctx, const struct mlv_profile_rows *rows, uint64_t min_n,
			  const struct mlv_profile *like, struct mlv_profile *profile)
{
	MLV_SCOPED(slicing_release) struct slicing slicing = {
		.rows = rows, .like = like, .profile = profile, .jobs = ctx->jobs ? ctx->jobs : 1,
	};
	size_t names = 0;
	mlv_err err;

	if ((err = count_predicted(rows, profile)) || (err = find_slices(&slicing, min_n)) ||
	    (err = make_slices(&slicing)) || (err = read_features(&slicing, &names)) ||
	    (err = make_room(&slicing, names)))
		return err;
	for (size_t d = 0; d < rows->cases->dim_count && !err; d++)
		err = count_dim(ctx, &slicing, d);
	return err;
}
