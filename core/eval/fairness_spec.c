#include "core/eval/fairness_spec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/spec/parts.h"

static const char *const entry_keys[] = { "by", "control", "eval", "reference", "tau", "metrics", NULL };
static const char *const reference_keys[] = { "value", NULL };

void mlv_fair_entries_release(struct mlv_fair_entries *entries)
{
	for (size_t e = 0; e < entries->count; e++) {
		free(entries->at[e].by);
		free(entries->at[e].control);
		free(entries->at[e].eval);
		free(entries->at[e].value);
	}
	free(entries->at);
	*entries = (struct mlv_fair_entries){ 0 };
}

static mlv_err read_reference(const char *file, const struct mlv_value *map, struct mlv_fair_entry *entry)
{
	const struct mlv_value *reference = mlv_value_get(map, "reference");
	const char *text = mlv_value_text(reference);
	mlv_err err;

	if (!reference || (text && strcmp(text, "majority") == 0))
		return NULL;
	if (text && strcmp(text, "min") == 0) {
		entry->against = MLV_FAIR_SMALLEST;
		return NULL;
	}
	if (reference->type != MLV_VALUE_MAP)
		return mlv_spec_wrong(file, reference, "'reference' must be majority, min or {value: X}");
	if ((err = mlv_spec_check_keys(file, reference, "'reference'", reference_keys)) ||
	    (err = mlv_spec_text(file, reference, "value", &entry->value)))
		return err;
	entry->against = MLV_FAIR_NAMED;
	return entry->value ? NULL : mlv_spec_wrong(file, reference, "'reference' needs a 'value'");
}

static mlv_err read_rates(const char *file, const struct mlv_value *list, struct mlv_fair_entry *entry)
{
	static const enum mlv_rate usual[] = { MLV_RATE_PPREV, MLV_RATE_FPR, MLV_RATE_FNR, MLV_RATE_FDR,
					       MLV_RATE_FOR };

	for (size_t i = 0; !list && i < MLV_COUNT(usual); i++)
		entry->rates[usual[i]] = true;
	if (list && (list->type != MLV_VALUE_LIST || !list->count))
		return mlv_spec_wrong(file, list, "'metrics' must be a list of names");
	for (size_t i = 0; list && i < list->count; i++) {
		const char *name = mlv_value_text(list->items[i]);
		enum mlv_rate rate = name ? mlv_rate_find(name) : MLV_RATES;

		if (rate == MLV_RATES)
			return mlv_spec_wrong(file, list->items[i], "there is no rate '%s'",
					      name ? name : "");
		entry->rates[rate] = true;
	}
	return NULL;
}

static mlv_err read_entry(const char *file, const struct mlv_value *map, struct mlv_fair_entry *entry)
{
	mlv_err err;

	entry->tau = MLV_FAIR_TAU;
	entry->line = map->line;
	if ((err = mlv_spec_check_keys(file, map, "an entry of 'fairness'", entry_keys)) ||
	    (err = mlv_spec_text(file, map, "by", &entry->by)) ||
	    (err = mlv_spec_text(file, map, "control", &entry->control)) ||
	    (err = mlv_spec_text(file, map, "eval", &entry->eval)) ||
	    (err = mlv_spec_number(file, map, "tau", 0.01, 1, &entry->tau)) ||
	    (err = read_reference(file, map, entry)))
		return err;
	if (!entry->by)
		return mlv_spec_wrong(file, map, "an entry of 'fairness' needs 'by', an entry of 'slices'");
	if (entry->control && strcmp(entry->control, entry->by) == 0)
		return mlv_spec_wrong(file, map, "'control' must be another entry of 'slices' than 'by'");
	return read_rates(file, mlv_value_get(map, "metrics"), entry);
}

mlv_err mlv_fair_entries_read(const char *file, const struct mlv_value *root,
			      struct mlv_fair_entries *entries)
{
	MLV_SCOPED(mlv_fair_entries_release) struct mlv_fair_entries made = { 0 };
	const struct mlv_value *list = mlv_value_get(root, "fairness");
	mlv_err err = NULL;

	if (!list)
		return NULL;
	if (list->type != MLV_VALUE_LIST)
		return mlv_spec_wrong(file, list, "'fairness' must be a list");
	if (!(made.at = mlv_sys_alloc_array(list->count + 1, sizeof(*made.at))))
		return mlv_error_nomem("fairness");
	for (size_t i = 0; i < list->count && !err; i++)
		err = read_entry(file, list->items[i], &made.at[made.count++]);
	if (err)
		return err;
	*entries = made;
	made = (struct mlv_fair_entries){ 0 };
	return NULL;
}

/* ---- Aequitas */

void mlv_aequitas_config_release(struct mlv_aequitas_config *config)
{
	mlv_strs_release(&config->attributes);
	mlv_strs_release(&config->named);
	mlv_strs_release(&config->named_values);
	free(config->thresholds);
	*config = (struct mlv_aequitas_config){ 0 };
}

/* What it knows; what is of its web page, its plots and its database means nothing here. */
static const char *const config_keys[] = {
	"ref_groups_method", "ref_groups", "fairness_threshold", "fairness_measures", "score_thresholds",
	"attr_cols", "report", "project_description", "db", "plot_bias_metrics",
	"plot_bias_disparities", "check_significance", "selected_significance", "mask_significance",
	"alpha", NULL,
};

static mlv_err read_method(const char *file, const struct mlv_value *root,
			   struct mlv_aequitas_config *config)
{
	const struct mlv_value *method = mlv_value_get(root, "ref_groups_method");
	const struct mlv_value *groups = mlv_value_get(root, "ref_groups");
	const char *text = mlv_value_text(method);
	mlv_err err = NULL;

	if (text && strcmp(text, "min_metric") == 0)
		config->against = MLV_FAIR_SMALLEST;
	else if (text && strcmp(text, "predefined") == 0)
		config->against = MLV_FAIR_NAMED;
	else if (method && method->type != MLV_VALUE_NULL && (!text || strcmp(text, "majority") != 0))
		return mlv_spec_wrong(file, method,
				      "'ref_groups_method' must be majority, min_metric or predefined");
	if (config->against != MLV_FAIR_NAMED)
		return NULL;
	if (!groups || groups->type != MLV_VALUE_MAP)
		return mlv_spec_wrong(file, groups ? groups : root,
				      "'predefined' needs 'ref_groups', a map of attributes");
	for (size_t i = 0; i < groups->count && !err; i++) {
		const struct mlv_value *value = groups->items[i];

		if (value->type == MLV_VALUE_LIST || value->type == MLV_VALUE_MAP || !value->text)
			return mlv_spec_wrong(file, value, "a reference group must be a text");
		if (!(err = mlv_strs_add(&config->named, groups->keys[i])))
			err = mlv_strs_add(&config->named_values, value->text);
	}
	return err;
}

static mlv_err add_threshold(const char *file, const struct mlv_value *value, enum mlv_fair_cut cut,
			     struct mlv_aequitas_config *config)
{
	mlv_err err;

	if ((value->type != MLV_VALUE_INT && value->type != MLV_VALUE_REAL) || !isfinite(value->real))
		return mlv_spec_wrong(file, value, "a threshold must be a number");
	if (cut != MLV_FAIR_CUT_SCORE && value->real < 0)
		return mlv_spec_wrong(file, value, "a rank must not be below 0");
	if (cut == MLV_FAIR_CUT_SHARE && value->real > 1)
		return mlv_error_hint(
			mlv_spec_wrong(file, value, "'rank_pct' is a share of the rows, at most 1"),
			"10 percent is 0.1");
	if ((err = mlv_array_grow(&config->thresholds, &config->threshold_cap, config->threshold_count + 1,
				  sizeof(*config->thresholds))))
		return err;
	config->thresholds[config->threshold_count++] = (struct mlv_fair_threshold){ cut, value->real };
	return NULL;
}

static mlv_err read_thresholds(const char *file, const struct mlv_value *map,
			       struct mlv_aequitas_config *config)
{
	static const char *const cuts[] = { "score_val", "rank_abs", "rank_pct", NULL };
	mlv_err err;

	if (!map || map->type == MLV_VALUE_NULL)
		return NULL;
	if ((err = mlv_spec_check_keys(file, map, "'score_thresholds'", cuts)))
		return err;
	for (size_t k = 0; k < map->count; k++) {
		const struct mlv_value *list = map->items[k];
		size_t cut = 0;

		while (strcmp(cuts[cut], map->keys[k]) != 0)
			cut++;
		if (list->type != MLV_VALUE_LIST)
			return mlv_spec_wrong(file, list, "'%s' must be a list of numbers", map->keys[k]);
		for (size_t i = 0; i < list->count; i++)
			if ((err = add_threshold(file, list->items[i], (enum mlv_fair_cut)cut, config)))
				return err;
	}
	return NULL;
}

/* Names of measures are checked; all are computed. */
static mlv_err check_measures(const char *file, const struct mlv_value *list)
{
	for (size_t i = 0; list && list->type == MLV_VALUE_LIST && i < list->count; i++) {
		const char *name = mlv_value_text(list->items[i]);
		size_t p = 0;

		while (name && p < MLV_PARITIES && strcmp(mlv_parity_name((enum mlv_parity)p), name) != 0)
			p++;
		if (!name || p == MLV_PARITIES)
			return mlv_spec_wrong(file, list->items[i], "there is no measure '%s'",
					      name ? name : "");
	}
	return NULL;
}

static mlv_err read_config(const char *file, const struct mlv_value *root,
			   struct mlv_aequitas_config *config)
{
	const struct mlv_value *columns = mlv_value_get(root, "attr_cols");
	mlv_err err;

	if ((err = mlv_spec_check_keys(file, root, "a configuration of Aequitas", config_keys)) ||
	    (err = mlv_spec_number(file, root, "fairness_threshold", 0.01, 1, &config->tau)) ||
	    (err = read_method(file, root, config)) ||
	    (err = read_thresholds(file, mlv_value_get(root, "score_thresholds"), config)) ||
	    (err = check_measures(file, mlv_value_get(root, "fairness_measures"))))
		return err;
	if (columns && columns->type != MLV_VALUE_LIST && columns->type != MLV_VALUE_NULL)
		return mlv_spec_wrong(file, columns, "'attr_cols' must be a list of columns");
	for (size_t i = 0; columns && i < columns->count && !err; i++)
		err = mlv_value_text(columns->items[i])
			      ? mlv_strs_add(&config->attributes, mlv_value_text(columns->items[i]))
			      : mlv_spec_wrong(file, columns->items[i],
					       "'attr_cols' must be a list of columns");
	return err;
}

mlv_err mlv_aequitas_config_read(const char *file, const struct mlv_value *root,
				 struct mlv_aequitas_config *config)
{
	MLV_SCOPED(mlv_aequitas_config_release) struct mlv_aequitas_config made = { .tau = MLV_FAIR_TAU };
	mlv_err err = root ? read_config(file, root, &made) : NULL;

	if (err)
		return err;
	*config = made;
	made = (struct mlv_aequitas_config){ 0 };
	return NULL;
}
