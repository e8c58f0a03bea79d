/* The map `gates:` of mlv.yaml. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/gate.h"
#include "core/eval/spec/parts.h"

static const char *const keys[] = { "eval", "base", "rules", "multiplicity", "on_missing_slice",
				    "on_small_slice", NULL };

void mlv_gate_release(struct mlv_gate *gate)
{
	free(gate->name);
	free(gate->eval);
	free(gate->base);
	for (size_t r = 0; gate->rules && r < gate->rule_count; r++)
		mlv_gate_rule_release(&gate->rules[r]);
	free(gate->rules);
	*gate = (struct mlv_gate){ 0 };
}

/* One of some words; *place stays when the key is not there. */
static mlv_err read_word(const char *file, const struct mlv_value *map, const char *key,
			 const char *const *words, size_t count, size_t *place)
{
	const struct mlv_value *value = mlv_value_get(map, key);
	const char *text = mlv_value_text(value);

	for (size_t i = 0; text && i < count; i++)
		if (strcmp(words[i], text) == 0) {
			*place = i;
			return NULL;
		}
	return value ? mlv_spec_wrong(file, value, "'%s' cannot be '%s'", key, text ? text : "")
		     : NULL;
}

static mlv_err read_words(const char *file, const struct mlv_value *map, struct mlv_gate *gate)
{
	static const char *const ways[] = { "none", "holm", "bh", "by" };
	static const char *const outcomes[] = { "ignore", "inconclusive", "fail" };
	size_t way = MLV_ADJUST_HOLM, missing = MLV_GATE_FAIL, small = MLV_GATE_UNSURE;
	mlv_err err;

	if ((err = read_word(file, map, "multiplicity", ways, 4, &way)) ||
	    (err = read_word(file, map, "on_missing_slice", outcomes, 3, &missing)) ||
	    (err = read_word(file, map, "on_small_slice", outcomes, 3, &small)))
		return err;
	gate->adjust = (enum mlv_adjust)way;
	gate->on_missing = (enum mlv_gate_outcome)missing;
	gate->on_small = (enum mlv_gate_outcome)small;
	return NULL;
}

static mlv_err read_rules(const char *file, const struct mlv_value *map, struct mlv_gate *gate)
{
	const struct mlv_value *list = mlv_value_get(map, "rules");

	if (!list || list->type != MLV_VALUE_LIST || !list->count)
		return mlv_spec_wrong(file, list ? list : map, "a gate needs a list of 'rules'");
	if (!(gate->rules = mlv_sys_alloc_array(list->count, sizeof(*gate->rules))))
		return mlv_error_nomem("rules");
	for (; gate->rule_count < list->count; gate->rule_count++) {
		const struct mlv_value *item = list->items[gate->rule_count];
		const char *text = mlv_value_text(item);
		mlv_err err;

		if (!text)
			return mlv_error_hint(mlv_spec_wrong(file, item, "a rule must be a text"),
					      "for example: overall.auc >= 0.8");
		if ((err = mlv_gate_rule_parse(text, &gate->rules[gate->rule_count])))
			return mlv_error_wrap(err, "%s:%u", file, item->line);
		gate->rules[gate->rule_count].line = item->line;
	}
	return NULL;
}

static mlv_err find_gate(const char *file, const struct mlv_value *root, const char *name,
			 struct mlv_gate *gate, const struct mlv_value **map)
{
	const struct mlv_value *gates = mlv_value_get(root, "gates");

	if (!gates || gates->type != MLV_VALUE_MAP || !gates->count)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s has no gates", file),
				      "describe them under 'gates', see mlv-gate(1)");
	if (!name && gates->count > 1)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "%s has several gates", file),
				      "name one: mlv gate %s", gates->keys[0]);
	if (!name)
		name = gates->keys[0];
	if (!(*map = mlv_value_get(gates, name)))
		return mlv_spec_unknown(file, "gate", name, gates->keys, gates->count);
	gate->name = mlv_sys_strdup(name);
	return gate->name ? NULL : mlv_error_nomem("a gate");
}

mlv_err mlv_gate_read(const char *file, const struct mlv_value *root, const char *name,
		      struct mlv_gate *gate)
{
	MLV_SCOPED(mlv_gate_release) struct mlv_gate made = { 0 };
	const struct mlv_value *map = NULL;
	mlv_err err;

	if ((err = find_gate(file, root, name, &made, &map)) ||
	    (err = mlv_spec_check_keys(file, map, "a gate", keys)) ||
	    (err = mlv_spec_text(file, map, "eval", &made.eval)) ||
	    (err = mlv_spec_text(file, map, "base", &made.base)) ||
	    (err = read_words(file, map, &made)) || (err = read_rules(file, map, &made)))
		return err;
	*gate = made;
	made = (struct mlv_gate){ 0 };
	return NULL;
}
