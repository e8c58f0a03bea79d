/* The map `monitor:` of mlv.yaml. */
#include <stdlib.h>

#include "cmd/monitor.h"
#include "core/base/sys.h"
#include "core/base/yaml.h"
#include "core/eval/spec/parts.h"

static const char *const keys[] = { "reference", "features", "psi", "ks_alpha", "gate", NULL };

void mlv_monitor_release(struct mlv_monitor *monitor)
{
	free(monitor->name);
	free(monitor->eval);
	free(monitor->gate);
	mlv_strs_release(&monitor->features);
	*monitor = (struct mlv_monitor){ 0 };
}

static mlv_err read_monitor(const struct mlv_value *map, struct mlv_monitor *monitor)
{
	const struct mlv_value *features = mlv_value_get(map, "features");
	mlv_err err;

	monitor->limits.psi = 0.2;
	monitor->limits.alpha = 0.01;
	if ((err = mlv_spec_check_keys("mlv.yaml", map, "a monitor", keys)) ||
	    (err = mlv_spec_text("mlv.yaml", map, "reference", &monitor->eval)) ||
	    (err = mlv_spec_text("mlv.yaml", map, "gate", &monitor->gate)) ||
	    (err = mlv_spec_number("mlv.yaml", map, "psi", 0, 100, &monitor->limits.psi)) ||
	    (err = mlv_spec_number("mlv.yaml", map, "ks_alpha", 0, 1, &monitor->limits.alpha)))
		return err;
	if (!monitor->eval)
		return mlv_spec_wrong("mlv.yaml", map,
				      "a monitor needs 'reference', an evaluation");
	if (features && features->type != MLV_VALUE_LIST)
		return mlv_spec_wrong("mlv.yaml", features, "'features' must be a list of columns");
	for (size_t i = 0; features && i < features->count && !err; i++)
		err = mlv_value_text(features->items[i])
			      ? mlv_strs_add(&monitor->features, mlv_value_text(features->items[i]))
			      : mlv_spec_wrong("mlv.yaml", features->items[i],
					       "a feature must be a text");
	return err;
}

mlv_err mlv_monitor_read(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *name, struct mlv_monitor *monitor)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_METRICS_MAX);
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	const struct mlv_value *monitors;
	bool found = false;
	mlv_err err;

	if ((err = mlv_metrics_version(place, side, "mlv.yaml", &text, &found)) ||
	    (found && (err = mlv_yaml_parse("mlv.yaml", text.ptr, text.len, &root))))
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
