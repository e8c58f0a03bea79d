#include "cmd/card_limits.h"

#include <string.h>

#include "cmd/monitor.h"
#include "core/base/sys.h"
#include "core/eval/fairness_plan.h"

/* What a version says of the fairness of a record. */
struct asked {
	struct mlv_fair_entries entries;
	struct mlv_fair_audited audited;
};

static void asked_release(struct asked *asked)
{
	mlv_fair_audited_release(&asked->audited);
	mlv_fair_entries_release(&asked->entries);
}

static mlv_err add_rate(const struct mlv_record *record, const struct mlv_fair_audit *audit, size_t rate,
			const struct mlv_fair_group *group, struct mlv_strs *limits)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	size_t against = audit->against[rate];
	mlv_err err;

	if (against == SIZE_MAX || group->disparities[rate].fair != MLV_FAIR_NO)
		return NULL;
	if ((err = mlv_buf_printf(&text, "%s: %s of %s is %.4g times that of %s", record->name,
				  mlv_rate_name((enum mlv_rate)rate), group->name,
				  group->disparities[rate].ratio, audit->groups[against].name)) ||
	    (audit->within && (err = mlv_buf_printf(&text, " within %s", audit->within))) ||
	    (err = mlv_buf_printf(&text, ", outside of %.4g to %.4g", audit->tau, 1 / audit->tau)))
		return err;
	return mlv_strs_add(limits, text.ptr);
}

mlv_err mlv_card_add_unfair(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			    const struct mlv_record *record, struct mlv_strs *limits)
{
	MLV_SCOPED(asked_release) struct asked asked = { 0 };
	const struct mlv_fairness *found = &asked.audited.fairness;
	mlv_err err = mlv_eval_fairness(place, side, record, &asked.entries, &asked.audited);

	if (err && err->code == MLV_E_SPEC) {
		mlv_tell_detail(place->ctx, "%s: without its fairness: %s", record->name, err->msg);
		return NULL;
	}
	for (size_t a = 0; a < found->count && !err; a++)
		for (size_t r = 0; r < MLV_RATES; r++)
			for (size_t g = 0; asked.audited.plan.entries[a]->rates[r] &&
					   g < found->audits[a].count && !err; g++)
				err = add_rate(record, &found->audits[a], r, &found->audits[a].groups[g],
					       limits);
	return err;
}

static mlv_err add_tracked(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			   const char *what, const char *path, struct mlv_strs *origins)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	size_t len;
	mlv_err err;

	if (!path)
		return NULL;
	if ((err = mlv_buf_printf(&line, "%s %s: ", what, path)))
		return err;
	len = line.len;
	if ((err = mlv_metrics_id(place, side, path, &line)) ||
	    (line.len == len && (err = mlv_buf_add_str(&line, "not tracked by mlv"))))
		return err;
	return mlv_strs_add(origins, line.ptr);
}

mlv_err mlv_card_add_origins(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			     const struct mlv_record *record, struct mlv_strs *origins)
{
	MLV_SCOPED(mlv_eval_spec_release) struct mlv_eval_spec spec = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	char id[MLV_EVAL_ID];
	mlv_err err;

	if ((err = mlv_eval_spec_of(place, side, record->name, &spec)) ||
	    (err = add_tracked(place, side, "predictions", spec.predictions, origins)) ||
	    (err = add_tracked(place, side, "features", spec.join, origins)) ||
	    (err = add_tracked(place, side, "model", spec.model, origins)) ||
	    (err = mlv_eval_spec_id(&spec, id)) ||
	    (err = mlv_buf_printf(&line, "digest of the spec: %s", id)))
		return err;
	return mlv_strs_add(origins, line.ptr);
}

/* What had drifted in the last window of a log. */
static mlv_err add_last(const char *monitor, const struct mlv_value *window, struct mlv_strs *limits)
{
	const struct mlv_value *drift = mlv_value_get(window, "drift");
	mlv_err err = NULL;

	for (size_t i = 0; drift && drift->type == MLV_VALUE_LIST && i < drift->count && !err; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
		const struct mlv_value *drifted = mlv_value_get(drift->items[i], "drifted");
		const char *name = mlv_value_text(mlv_value_get(drift->items[i], "name"));

		if (!name || !drifted || drifted->type != MLV_VALUE_BOOL || !drifted->boolean)
			continue;
		err = mlv_buf_printf(&text, "%s: %s had drifted when it was last checked", monitor, name);
		if (!err)
			err = mlv_strs_add(limits, text.ptr);
	}
	return err;
}

mlv_err mlv_card_add_drift(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			   struct mlv_strs *limits)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	const struct mlv_value *map;
	mlv_err err = mlv_eval_yaml(place, side, &root);

	map = mlv_value_get(root, "monitor");
	for (size_t i = 0; map && map->type == MLV_VALUE_MAP && i < map->count && !err; i++) {
		MLV_SCOPED(mlv_monitor_log_release) struct mlv_monitor_log log = { 0 };

		if (mlv_eval_name_ok(map->keys[i]) &&
		    !(err = mlv_monitor_log_read(place, side, map->keys[i], &log)) && log.count)
			err = add_last(map->keys[i], log.lines[log.count - 1], limits);
	}
	return err;
}
