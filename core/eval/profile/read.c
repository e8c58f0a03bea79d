/* Profiles, read: they come with the repository, so nothing is granted. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/eval/profile/parts.h"

static mlv_err no_profile(const char *file, const char *feature)
{
	return mlv_error_hint(feature ? mlv_error(MLV_E_SPEC, "%s: what it has of '%s' cannot be", file,
						  feature)
				      : mlv_error(MLV_E_SPEC, "%s: not a profile", file),
			      "mlv monitor profile");
}

/* A number of rows; false when it is none. */
static bool read_rows(const struct mlv_value *value, uint64_t *rows)
{
	if (!value || value->type != MLV_VALUE_INT || value->integer < 0 ||
	    (uint64_t)value->integer > MLV_FRAME_ROWS)
		return false;
	*rows = (uint64_t)value->integer;
	return true;
}

static bool read_point(const struct mlv_value *item, double *point)
{
	const char *text = mlv_value_text(item);

	if (text && (strcmp(text, "inf") == 0 || strcmp(text, "-inf") == 0)) {
		*point = *text == '-' ? -(double)INFINITY : (double)INFINITY;
		return true;
	}
	*point = item->real;
	return (item->type == MLV_VALUE_INT || item->type == MLV_VALUE_REAL) && isfinite(item->real);
}

/*
 * Sorted values, and how many miss; *fits becomes false when they cannot be.
 * Profiles of before have no count of what is missing.
 */
static mlv_err read_values(const struct mlv_value *map, const struct mlv_value *points,
			   struct mlv_sample *sample, bool *fits)
{
	const struct mlv_value *missing = mlv_value_get(map, "missing");
	mlv_err err = mlv_array_grow(&sample->values, &sample->cap, points->count + 1,
				     sizeof(*sample->values));

	*fits = !missing || read_rows(missing, &sample->missing);
	for (size_t i = 0; i < points->count && *fits && !err; i++)
		*fits = read_point(points->items[i], &sample->values[i]) &&
			(!i || sample->values[i] >= sample->values[i - 1]);
	sample->count = points->count;
	*fits = *fits && sample->rows + sample->missing <= MLV_FRAME_ROWS;
	return err;
}

static mlv_err read_points(const struct mlv_value *map, const struct mlv_value *points,
			   struct mlv_sample *sample, bool *fits)
{
	mlv_err err = read_values(map, points, sample, fits);

	*fits = *fits && sample->count <= sample->rows && (sample->count || !sample->rows);
	return err;
}

/* Counts that make up so many rows, or with at_most no more; false when they do not. */
static bool read_numbers(const struct mlv_value *list, size_t count, uint64_t rows, bool at_most,
			 uint64_t *numbers)
{
	uint64_t counted = 0;

	if (!list || list->type != MLV_VALUE_LIST || list->count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!read_rows(list->items[i], &numbers[i]))
			return false;
		counted += numbers[i];
	}
	return at_most ? counted <= rows : counted == rows;
}

static mlv_err read_bins(const struct mlv_value *map, const struct mlv_value *edges,
			 struct mlv_sample *sample, bool *fits)
{
	mlv_err err;

	sample->binned = true;
	if (edges->count >= BINS) {
		*fits = false;
		return NULL;
	}
	if ((err = read_values(map, edges, sample, fits)) ||
	    (err = mlv_array_grow(&sample->counts, &sample->counts_cap, edges->count + 1,
				  sizeof(*sample->counts))))
		return err;
	*fits = *fits && read_numbers(mlv_value_get(map, "counts"), edges->count + 1, sample->rows, false,
				      sample->counts);
	return NULL;
}

static mlv_err read_counts(const struct mlv_value *counts, struct mlv_sample *sample, bool *fits)
{
	uint64_t counted = 0;
	uint32_t code = 0;
	mlv_err err = mlv_array_grow(&sample->counts, &sample->counts_cap, counts->count + 1,
				     sizeof(*sample->counts));

	for (size_t i = 0; i < counts->count && *fits && !err; i++) {
		err = mlv_sample_name(&sample->names, counts->keys[i], &code);
		*fits = code == i && read_rows(counts->items[i], &sample->counts[i]);
		counted += *fits ? sample->counts[i] : 0;
		*fits = *fits && counted <= sample->rows;
	}
	*fits = *fits && counts->count && sample->rows;
	return err;
}

static mlv_err read_sample(const char *file, const char *feature, const struct mlv_value *map, bool in_slice,
			   struct mlv_sample *sample)
{
	const struct mlv_value *numbers = mlv_value_get(map, in_slice ? "edges" : "points");
	const struct mlv_value *counts = mlv_value_get(map, "counts");
	size_t most = in_slice ? MLV_PROFILE_SLICE_NAMES : MLV_PROFILE_NAMES;
	bool fits = read_rows(mlv_value_get(map, "rows"), &sample->rows);
	mlv_err err = NULL;

	sample->numeric = numbers != NULL;
	fits = fits && (numbers ? numbers->type == MLV_VALUE_LIST && (in_slice || !counts)
				: counts && counts->type == MLV_VALUE_MAP && counts->count <= most);
	if (fits)
		err = !numbers	 ? read_counts(counts, sample, &fits)
		      : in_slice ? read_bins(map, numbers, sample, &fits)
				 : read_points(map, numbers, sample, &fits);
	return err || fits ? err : no_profile(file, feature);
}

static mlv_err take_text(const struct mlv_value *map, const char *key, char **to)
{
	const char *text = mlv_value_text(mlv_value_get(map, key));

	*to = mlv_sys_strdup(text ? text : "");
	return *to ? NULL : mlv_error_nomem("a profile");
}

/* Classes that are told for many rows must not be more than an evaluation may have. */
static mlv_err read_predictions(const char *file, const struct mlv_value *map, struct mlv_profile *profile)
{
	const struct mlv_value *classes = mlv_value_get(map, "classes");
	size_t count = classes && classes->type == MLV_VALUE_LIST ? classes->count : 0;
	mlv_err err = NULL;

	if (!(profile->predicted = mlv_sys_alloc_array(count + 1, sizeof(*profile->predicted))))
		return mlv_error_nomem("a profile");
	if (!map)
		return NULL;
	if (!count || count > MLV_CLASSES_MAX)
		return no_profile(file, "predictions");
	for (size_t k = 0; k < count && !err; k++) {
		const char *text = mlv_value_text(classes->items[k]);

		err = text && !mlv_strs_has(&profile->classes, text)
			      ? mlv_strs_add(&profile->classes, text)
			      : no_profile(file, "predictions");
	}
	if (err)
		return err;
	return read_numbers(mlv_value_get(map, "counts"), count, MLV_FRAME_ROWS, true, profile->predicted)
		       ? NULL
		       : no_profile(file, "predictions");
}

static mlv_err read_slice(const char *file, const char *name, const struct mlv_value *map,
			  struct mlv_profile *profile, struct mlv_profile_slice *slice)
{
	const struct mlv_value *features = mlv_value_get(map, "features");
	mlv_err err = NULL;

	if (!mlv_profile_slice_init(profile, name, slice))
		return mlv_error_nomem("a profile");
	if (!read_rows(mlv_value_get(map, "rows"), &slice->rows) ||
	    !read_numbers(mlv_value_get(map, "predicted"), profile->classes.count, slice->rows, true,
			  slice->predicted))
		return no_profile(file, name);
	for (size_t f = 0; f < profile->features.count && !err; f++) {
		const struct mlv_value *sample = mlv_value_get(features, profile->features.at[f]);

		err = sample ? read_sample(file, name, sample, true, &slice->samples[f]) : NULL;
		if (!err && (!sample || slice->samples[f].numeric != profile->samples[f].numeric))
			err = no_profile(file, name);
	}
	return err;
}

static mlv_err read_slices(const char *file, const struct mlv_value *map, struct mlv_profile *profile)
{
	mlv_err err = NULL;

	if (!map)
		return NULL;
	if (map->type != MLV_VALUE_MAP || map->count > MLV_PROFILE_SLICES)
		return no_profile(file, "slices");
	profile->sliced = true;
	if (!(profile->slices = mlv_sys_alloc_array(map->count + 1, sizeof(*profile->slices))))
		return mlv_error_nomem("a profile");
	for (size_t s = 0; s < map->count && !err; s++)
		err = read_slice(file, map->keys[s], map->items[s], profile,
				 &profile->slices[profile->slice_count++]);
	return err;
}

mlv_err mlv_profile_read(const char *file, const char *text, size_t len, struct mlv_profile *profile)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	MLV_SCOPED(mlv_profile_release) struct mlv_profile made = { 0 };
	const struct mlv_value *features;
	const char *schema;
	mlv_err err = mlv_json_parse(file, text, len, &root);

	if (err)
		return err;
	schema = mlv_value_text(mlv_value_get(root, "schema"));
	features = mlv_value_get(root, "features");
	if (!schema || strcmp(schema, MLV_PROFILE_SCHEMA) != 0)
		return mlv_error(MLV_E_SPEC, "%s: not a profile of a schema that is known", file);
	if (!features || features->type != MLV_VALUE_MAP)
		return no_profile(file, NULL);
	made.samples = mlv_sys_alloc_array(features->count + 1, sizeof(*made.samples));
	if (!made.samples)
		return mlv_error_nomem("a profile");
	if ((err = take_text(root, "eval", &made.eval)) || (err = take_text(root, "rows", &made.rows)))
		return err;
	for (size_t i = 0; i < features->count && !err; i++) {
		made.samples[i] = (struct mlv_sample)MLV_SAMPLE_INIT;
		if (!(err = mlv_strs_add(&made.features, features->keys[i])))
			err = read_sample(file, features->keys[i], features->items[i], false,
					  &made.samples[i]);
	}
	if (err || (err = read_predictions(file, mlv_value_get(root, "predictions"), &made)) ||
	    (err = read_slices(file, mlv_value_get(root, "slices"), &made)))
		return err;
	*profile = made;
	made = (struct mlv_profile){ 0 };
	return NULL;
}
