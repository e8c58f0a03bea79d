/* Profiles, as they are written. */
#include "core/eval/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/eval/profile/parts.h"

/* ---- writing */

void mlv_profile_release(struct mlv_profile *profile)
{
	mlv_profile_slices_release(profile);
	mlv_strs_release(&profile->classes);
	free(profile->predicted);
	for (size_t i = 0; profile->samples && i < profile->features.count; i++)
		mlv_sample_release(&profile->samples[i]);
	free(profile->samples);
	free(profile->eval);
	free(profile->rows);
	mlv_strs_release(&profile->features);
	*profile = (struct mlv_profile){ 0 };
}

static mlv_err add_text(struct mlv_buf *to, const char *text)
{
	return mlv_json_add_string(to, text, strlen(text));
}

/* Up to as many of sorted values, at even distances. */
static mlv_err add_values(struct mlv_buf *to, const char *key, const struct mlv_sample *sample, size_t most)
{
	size_t points = sample->count < most ? sample->count : most;
	mlv_err err = mlv_buf_printf(to, "\"%s\":[", key);

	for (size_t i = 0; i < points && !err; i++) {
		double value = sample->values[points < 2 ? 0 : i * (sample->count - 1) / (points - 1)];

		if (i && (err = mlv_buf_add_char(to, ',')))
			return err;
		err = isinf(value) ? add_text(to, value < 0 ? "-inf" : "inf")
				   : mlv_json_add_real(to, value);
	}
	return err ? err : mlv_buf_add_char(to, ']');
}

static mlv_err add_numbers(struct mlv_buf *to, const uint64_t *numbers, size_t count)
{
	mlv_err err = mlv_buf_add_char(to, '[');

	for (size_t i = 0; i < count && !err; i++)
		err = mlv_buf_printf(to, "%s%llu", i ? "," : "", (unsigned long long)numbers[i]);
	return err ? err : mlv_buf_add_char(to, ']');
}

static mlv_err add_points(struct mlv_buf *to, const struct mlv_sample *sample)
{
	mlv_err err = mlv_buf_printf(to, "{\"missing\":%llu,",
				     (unsigned long long)(sample->missing + sample->odd));

	return err ? err : add_values(to, "points", sample, MLV_PROFILE_POINTS);
}

static mlv_err add_bins(struct mlv_buf *to, const struct mlv_sample *sample)
{
	mlv_err err;

	if ((err = mlv_buf_add_str(to, "{\"counts\":")) ||
	    (err = add_numbers(to, sample->counts, sample->count + 1)) ||
	    (err = mlv_buf_add_char(to, ',')) || (err = add_values(to, "edges", sample, BINS)))
		return err;
	return mlv_buf_printf(to, ",\"missing\":%llu", (unsigned long long)(sample->missing + sample->odd));
}

static mlv_err add_counts(struct mlv_buf *to, const struct mlv_sample *sample)
{
	size_t names = sample->names.count < MLV_PROFILE_NAMES ? sample->names.count
							       : MLV_PROFILE_NAMES;
	mlv_err err = mlv_buf_add_str(to, "{\"counts\":{");

	for (uint32_t i = 0; i < names && !err; i++)
		if (!(err = mlv_buf_add_str(to, i ? "," : "")) &&
		    !(err = add_text(to, mlv_words_at(&sample->names, i))))
			err = mlv_buf_printf(to, ":%llu", (unsigned long long)sample->counts[i]);
	return err ? err : mlv_buf_add_char(to, '}');
}

/* The features, each behind what divides it from the one before. */
static mlv_err add_samples(struct mlv_buf *to, const struct mlv_profile *profile,
			   const struct mlv_sample *samples, const char *first, const char *next)
{
	for (size_t i = 0; i < profile->features.count; i++) {
		const struct mlv_sample *sample = &samples[i];
		mlv_err err;

		if ((err = mlv_buf_add_str(to, i ? next : first)) ||
		    (err = add_text(to, profile->features.at[i])) || (err = mlv_buf_add_char(to, ':')) ||
		    (err = sample->binned    ? add_bins(to, sample)
			   : sample->numeric ? add_points(to, sample)
					     : add_counts(to, sample)) ||
		    (err = mlv_buf_printf(to, ",\"rows\":%llu}", (unsigned long long)sample->rows)))
			return err;
	}
	return NULL;
}

static mlv_err add_predictions(struct mlv_buf *to, const struct mlv_profile *profile)
{
	mlv_err err = mlv_buf_add_str(to, "\"predictions\":{\"classes\":[");

	for (size_t k = 0; k < profile->classes.count && !err; k++)
		if (!(err = mlv_buf_add_str(to, k ? "," : "")))
			err = add_text(to, profile->classes.at[k]);
	if (err || (err = mlv_buf_add_str(to, "],\"counts\":")) ||
	    (err = add_numbers(to, profile->predicted, profile->classes.count)))
		return err;
	return mlv_buf_add_str(to, "},\n");
}

static mlv_err add_slices(struct mlv_buf *to, const struct mlv_profile *profile)
{
	mlv_err err = mlv_buf_add_str(to, ",\n\"slices\":{");

	for (size_t s = 0; s < profile->slice_count && !err; s++) {
		const struct mlv_profile_slice *slice = &profile->slices[s];

		if ((err = mlv_buf_add_str(to, s ? "\n," : "\n")) || (err = add_text(to, slice->name)) ||
		    (err = mlv_buf_add_str(to, ":{\"features\":{")) ||
		    (err = add_samples(to, profile, slice->samples, "", ",")) ||
		    (err = mlv_buf_add_str(to, "},\"predicted\":")) ||
		    (err = add_numbers(to, slice->predicted, profile->classes.count)))
			return err;
		err = mlv_buf_printf(to, ",\"rows\":%llu}", (unsigned long long)slice->rows);
	}
	return err ? err : mlv_buf_add_str(to, "\n}");
}

mlv_err mlv_profile_write(const struct mlv_profile *profile, struct mlv_buf *to)
{
	const size_t begin = to->len;
	mlv_err err;

	if ((err = mlv_buf_add_str(to, "{\"eval\":")) || (err = add_text(to, profile->eval)) ||
	    (err = mlv_buf_add_str(to, ",\"features\":{")) ||
	    (err = add_samples(to, profile, profile->samples, "\n", "\n,")) ||
	    (err = mlv_buf_add_str(to, "\n},\n")) ||
	    (profile->classes.count && (err = add_predictions(to, profile))) ||
	    (err = mlv_buf_add_str(to, "\"rows\":")) || (err = add_text(to, profile->rows)) ||
	    (err = mlv_buf_add_str(to, ",\"schema\":\"" MLV_PROFILE_SCHEMA "\"")) ||
	    (profile->sliced && (err = add_slices(to, profile))) || (err = mlv_buf_add_str(to, "}\n")))
		return err;
	if (to->len - begin <= MLV_PROFILE_MAX)
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_SPEC, "a profile of more than %zu MiB",
					MLV_PROFILE_MAX >> 20),
			      "leave features with long texts out, or raise min_n: slices are fewer then");
}
