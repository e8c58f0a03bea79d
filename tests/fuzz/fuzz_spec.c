/*
 * Any bytes are an mlv.yaml, whose evaluations, groups, folds and gates come out whole, or an error;
 * and so is a configuration of Aequitas.
 */
#include <stdlib.h>

#include "core/base/yaml.h"
#include "core/eval/cv.h"
#include "core/eval/fairness_spec.h"
#include "core/eval/gate.h"
#include "core/eval/spec.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void read_evals(const struct mlv_value *root)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };

	if (mlv_eval_spec_names("y", root, &names))
		return;
	for (size_t i = 0; i < names.count; i++) {
		MLV_SCOPED(mlv_eval_spec_release) struct mlv_eval_spec spec = { 0 };

		if (!mlv_eval_spec_read("y", root, names.at[i], &spec) &&
		    (!spec.predictions || !spec.metric_count || !(spec.level > 0 && spec.level < 1)))
			abort();
	}
}

static void read_folds(const struct mlv_value *root)
{
	const struct mlv_value *map = mlv_value_get(root, "cv");

	for (size_t i = 0; map && map->type == MLV_VALUE_MAP && i < map->count; i++) {
		MLV_SCOPED(mlv_cv_spec_release) struct mlv_cv_spec spec = { 0 };

		if (!mlv_cv_spec_read("y", root, map->keys[i], &spec) && (!spec.name || !spec.data))
			abort();
	}
}

static void read_groups(const struct mlv_value *root)
{
	MLV_SCOPED(mlv_fair_entries_release) struct mlv_fair_entries entries = { 0 };
	MLV_SCOPED(mlv_aequitas_config_release) struct mlv_aequitas_config config = { 0 };

	if (!mlv_fair_entries_read("y", root, &entries))
		for (size_t e = 0; e < entries.count; e++)
			if (!entries.at[e].by || !(entries.at[e].tau > 0 && entries.at[e].tau <= 1) ||
			    (entries.at[e].against == MLV_FAIR_NAMED) != (entries.at[e].value != NULL))
				abort();
	if (!mlv_aequitas_config_read("y", root, &config) &&
	    (config.named.count != config.named_values.count || !(config.tau > 0 && config.tau <= 1)))
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	MLV_SCOPED(mlv_gate_release) struct mlv_gate gate = { 0 };

	if (mlv_yaml_parse_anchored("y", (const char *)data, size, &root) || !root)
		return 0;
	read_evals(root);
	read_folds(root);
	read_groups(root);
	if (!mlv_gate_read("y", root, NULL, &gate) && !gate.rule_count)
		abort();
	return 0;
}
