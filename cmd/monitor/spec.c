/* The map `monitor:` of mlv.yaml. */
#include <stdlib.h>
#include <string.h>

#include "cmd/monitor.h"
#include "core/base/duration.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/eval/spec/parts.h"

#define HOUR 3600 /* seconds */

static const char *const keys[] = { "reference", "features", "psi",   "psi_zero", "ks_alpha",
				    "gate",	 "input",    "stats", "window",	  NULL };

/* In the order of the bits of enum mlv_monitor_stat. */
static const char *const stats[] = { "psi",  "ks",   "js",	  "hellinger", "wasserstein",
				     "linf", "chi2", "cramers_v", "evidently" };

bool mlv_monitor_psi_zero(const char *name, enum mlv_psi_zero *zero)
{
	static const char *const names[] = { "smooth", "evidently", "deepchecks" };
	static const enum mlv_psi_zero ways[] = { MLV_PSI_SMOOTH, MLV_PSI_EVIDENTLY, MLV_PSI_DEEPCHECKS };
	size_t i = 0;

	while (name && i < MLV_COUNT(names) && strcmp(names[i], name) != 0)
		i++;
	if (i < MLV_COUNT(names))
		*zero = ways[i];
	return i < MLV_COUNT(names);
}

void mlv_monitor_release(struct mlv_monitor *monitor)
{
	free(monitor->name);
	free(monitor->eval);
	free(monitor->gate);
	free(monitor->input);
	mlv_strs_release(&monitor->features);
	*monitor = (struct mlv_monitor){ 0 };
}

static mlv_err read_features(const struct mlv_value *features, struct mlv_strs *to)
{
	mlv_err err = NULL;

	if (features && features->type != MLV_VALUE_LIST)
		return mlv_spec_wrong("mlv.yaml", features, "'features' must be a list of columns");
	for (size_t i = 0; features && i < features->count && !err; i++) {
		const char *name = mlv_value_text(features->items[i]);

		if (!name)
			return mlv_spec_wrong("mlv.yaml", features->items[i], "a feature must be a text");
		if (strcmp(name, "label") == 0)
			return mlv_spec_wrong("mlv.yaml", features->items[i],
					      "'label' is no feature: shares of labels are those of a "
					      "slice, {by: label}");
		if (!mlv_strs_has(to, name))
			err = mlv_strs_add(to, name);
	}
	return err;
}

static mlv_err read_stats(const struct mlv_value *list, struct mlv_monitor *monitor)
{
	mlv_err err = NULL;

	monitor->stats = MLV_STAT_PSI | MLV_STAT_KS | MLV_STAT_JS;
	if (!list)
		return NULL;
	if (list->type != MLV_VALUE_LIST || !list->count)
		return mlv_spec_wrong("mlv.yaml", list, "'stats' must be a list, such as [psi, ks, js]");
	monitor->stats = MLV_STAT_PSI; /* which decides */
	for (size_t i = 0; i < list->count && !err; i++) {
		const char *name = mlv_value_text(list->items[i]);
		size_t s = 0;

		while (s < MLV_COUNT(stats) && !(name && strcmp(stats[s], name) == 0))
			s++;
		monitor->stats |= 1U << s;
		if (s == MLV_COUNT(stats))
			err = mlv_spec_wrong("mlv.yaml", list->items[i],
					     "'stats' are of psi, ks, js, hellinger, wasserstein, linf, "
					     "chi2, cramers_v and evidently, not '%s'",
					     name ? name : "");
	}
	return err;
}

static mlv_err read_zero(const struct mlv_value *map, struct mlv_monitor *monitor)
{
	MLV_SCOPED(mlv_mem_free) char *zero = NULL;
	mlv_err err = mlv_spec_text("mlv.yaml", map, "psi_zero", &zero);

	if (err || mlv_monitor_psi_zero(zero, &monitor->limits.zero))
		return err;
	return mlv_spec_wrong("mlv.yaml", mlv_value_get(map, "psi_zero"),
			      "'psi_zero' must be smooth, evidently or deepchecks");
}

static mlv_err read_input(const struct mlv_value *map, struct mlv_monitor *monitor)
{
	MLV_SCOPED(mlv_mem_free) char *window = NULL;
	const char *why;
	mlv_err err;

	if ((err = mlv_spec_text("mlv.yaml", map, "input", &monitor->input)) ||
	    (err = mlv_spec_text("mlv.yaml", map, "window", &window)))
		return err;
	if (monitor->input && (why = mlv_path_check(monitor->input, strlen(monitor->input))))
		return mlv_spec_wrong("mlv.yaml", mlv_value_get(map, "input"),
				      "'input' must be a path or a pattern below the repository: %s", why);
	if (!window)
		return NULL;
	if (!mlv_duration_parse(window, &monitor->window) || !monitor->window || monitor->window % HOUR)
		return mlv_spec_wrong("mlv.yaml", mlv_value_get(map, "window"),
				      "'window' must be whole hours, days or weeks, such as 12h, 1d or 2w");
	return monitor->input ? NULL
			      : mlv_spec_wrong("mlv.yaml", mlv_value_get(map, "window"),
					       "'window' needs 'input', whose files it puts together");
}

static mlv_err read_monitor(const struct mlv_value *map, struct mlv_monitor *monitor)
{
	mlv_err err;

	monitor->limits.psi = 0.2;
	monitor->limits.alpha = 0.01;
	if ((err = mlv_spec_check_keys("mlv.yaml", map, "a monitor", keys)) ||
	    (err = mlv_spec_text("mlv.yaml", map, "reference", &monitor->eval)) ||
	    (err = mlv_spec_text("mlv.yaml", map, "gate", &monitor->gate)) ||
	    (err = mlv_spec_number("mlv.yaml", map, "psi", 0, 100, &monitor->limits.psi)) ||
	    (err = mlv_spec_number("mlv.yaml", map, "ks_alpha", 0, 1, &monitor->limits.alpha)) ||
	    (err = read_zero(map, monitor)) || (err = read_stats(mlv_value_get(map, "stats"), monitor)))
		return err;
	if (!monitor->eval)
		return mlv_spec_wrong("mlv.yaml", map,
				      "a monitor needs 'reference', an evaluation");
	if (mlv_value_get(map, "features"))
		monitor->line = mlv_value_get(map, "features")->line;
	if ((err = read_features(mlv_value_get(map, "features"), &monitor->features)))
		return err;
	return read_input(map, monitor);
}

mlv_err mlv_monitor_read(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *name, struct mlv_monitor *monitor)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	const struct mlv_value *monitors;
	mlv_err err = mlv_eval_yaml(place, side, &root);

	if (err)
		return err;
	monitors = mlv_value_get(root, "monitor");
	if (!monitors || monitors->type != MLV_VALUE_MAP || !monitors->count)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "mlv.yaml has no monitors"),
				      "describe them under 'monitor', see mlv-monitor(1)");
	if (!name && monitors->count > 1)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "mlv.yaml has several monitors"),
				      "name one: mlv monitor check %s", monitors->keys[0]);
	name = name ? name : monitors->keys[0];
	if (!mlv_value_get(monitors, name))
		return mlv_spec_unknown("mlv.yaml", "monitor", name, monitors->keys, monitors->count);
	if (!mlv_eval_name_ok(name))
		return mlv_spec_wrong("mlv.yaml", monitors, "'%s' cannot be the name of a monitor", name);
	if (!(monitor->name = mlv_sys_strdup(name)))
		return mlv_error_nomem("a monitor");
	return read_monitor(mlv_value_get(monitors, name), monitor);
}
