#include "core/eval/fairness_plan.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"

void mlv_fair_plan_release(struct mlv_fair_plan *plan)
{
	for (size_t i = 0; i < plan->kept_count; i++)
		free(plan->kept[i]);
	free(plan->kept);
	free(plan->attributes);
	free(plan->entries);
	*plan = (struct mlv_fair_plan){ 0 };
}

/* An array that the plan keeps; zeros. */
static mlv_err keep(struct mlv_fair_plan *plan, size_t count, size_t size, void **array)
{
	mlv_err err = mlv_array_grow(&plan->kept, &plan->kept_cap, plan->kept_count + 1,
				     sizeof(*plan->kept));

	if (err)
		return err;
	if (!(*array = mlv_sys_alloc_array(count + 1, size)))
		return mlv_error_nomem("groups");
	plan->kept[plan->kept_count++] = *array;
	return NULL;
}

/* What one entry divides: its groups, the levels of its control, and the cells of each group in each. */
struct division {
	const char **groups, **levels;
	size_t group_count, level_count; /* without a control: one level, of no name */
	struct mlv_fair_cells *cells;
	bool clustered;
	struct mlv_fair_rows rows;
};

static mlv_err keep_division(struct mlv_fair_plan *plan, size_t groups, size_t levels,
			     struct division *division)
{
	void *names, *level_names, *cells;
	mlv_err err;

	if ((err = keep(plan, groups, sizeof(*division->groups), &names)) ||
	    (err = keep(plan, levels, sizeof(*division->levels), &level_names)) ||
	    (err = keep(plan, groups * levels, sizeof(*division->cells), &cells)))
		return err;
	*division = (struct division){ .groups = names, .levels = level_names, .group_count = groups,
				       .level_count = levels, .cells = cells };
	return NULL;
}

/* An attribute for each level. */
static mlv_err add_division(struct mlv_fair_plan *plan, const struct mlv_fair_entry *entry,
			    const struct division *division)
{
	size_t count = plan->count + division->level_count;
	mlv_err err;

	if ((err = mlv_array_grow(&plan->attributes, &plan->cap, count, sizeof(*plan->attributes))) ||
	    (err = mlv_array_grow(&plan->entries, &plan->entry_cap, count, sizeof(*plan->entries))))
		return err;
	for (size_t l = 0; l < division->level_count; l++) {
		plan->attributes[plan->count] = (struct mlv_fair_attribute){
			.name = entry->by, .within = division->levels[l], .values = division->groups,
			.cells = division->cells + l * division->group_count,
			.count = division->group_count, .against = entry->against, .tau = entry->tau,
			.clustered = division->clustered, .rows = division->rows, .level = (uint32_t)l,
		};
		plan->entries[plan->count++] = entry;
	}
	return NULL;
}

static bool is_of(const struct mlv_fair_entry *entry, const char *eval)
{
	return !entry->eval || strcmp(entry->eval, eval) == 0;
}

static mlv_err no_entry(const char *file, const struct mlv_fair_entry *entry, const char *name)
{
	return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s:%u: '%s' is no entry of 'slices'", file,
					entry->line, name),
			      "add '- by: %s' there", name);
}

/* ---- of rows */

static const struct mlv_dim *find_dim(const struct mlv_cases *cases, const char *name)
{
	for (size_t d = 0; d < cases->dim_count; d++)
		if (strcmp(cases->dims[d].def->name, name) == 0 && !cases->dims[d].def->hidden)
			return &cases->dims[d];
	return NULL;
}

static void name_groups(const struct mlv_dim *dim, bool bare, const char **names)
{
	size_t skip = bare && !dim->def->cross.count ? strlen(dim->def->name) + 1 : 0;

	for (size_t v = 0; v < dim->values.count; v++)
		names[v] = dim->values.at[v] + skip;
}

static mlv_err add_of_cases(const char *file, const struct mlv_cases *cases,
			    const struct mlv_fair_entry *entry, struct mlv_fair_plan *plan)
{
	const struct mlv_dim *by = find_dim(cases, entry->by);
	const struct mlv_dim *control = entry->control ? find_dim(cases, entry->control) : NULL;
	struct division division;
	mlv_err err;

	if (!by || (entry->control && !control))
		return no_entry(file, entry, by ? entry->control : entry->by);
	if (by->def->rule || (control && control->def->rule))
		return mlv_error(MLV_E_SPEC, "%s:%u: '%s' is a rule, and divides nothing", file, entry->line,
				 by->def->rule ? entry->by : entry->control);
	if ((err = keep_division(plan, by->values.count, control ? control->values.count : 1, &division)))
		return err;
	name_groups(by, true, division.groups);
	if (control)
		name_groups(control, false, division.levels);
	mlv_fair_count(cases->truth, cases->guess, cases->rows.count, by->code,
		       control ? control->code : NULL, division.group_count, division.cells);
	if (cases->group)
		division.rows = (struct mlv_fair_rows){
			cases->truth, cases->guess, by->code, control ? control->code : NULL,
			cases->group, cases->rows.count, cases->groups,
		};
	division.clustered = cases->group != NULL;
	return add_division(plan, entry, &division);
}

mlv_err mlv_fair_plan_of_cases(const char *file, const struct mlv_cases *cases,
			       const struct mlv_fair_entries *entries, struct mlv_fair_plan *plan)
{
	MLV_SCOPED(mlv_fair_plan_release) struct mlv_fair_plan made = { 0 };
	mlv_err err = NULL;

	mlv_fair_count(cases->truth, cases->guess, cases->rows.count, NULL, NULL, 1, &made.all);
	for (size_t e = 0; e < entries->count && !err; e++)
		if (is_of(&entries->at[e], cases->spec->name))
			err = add_of_cases(file, cases, &entries->at[e], &made);
	if (err)
		return err;
	*plan = made;
	made = (struct mlv_fair_plan){ 0 };
	return NULL;
}

/* ---- of a record */

mlv_err mlv_fair_find_slice(const struct mlv_record *record, const char *group, const char *within,
			    const struct mlv_record_slice **slice)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err = within ? mlv_buf_printf(&name, "%s & %s", group, within)
			     : mlv_buf_add_str(&name, group);

	if (err)
		return err;
	*slice = mlv_record_find(record, name.ptr);
	if (*slice || !within)
		return NULL;
	mlv_buf_clear(&name);
	if ((err = mlv_buf_printf(&name, "%s & %s", within, group)))
		return err;
	*slice = mlv_record_find(record, name.ptr);
	return NULL;
}

static bool is_in(const struct mlv_record_slice *slice, const char *dim)
{
	return slice->dim && strcmp(slice->dim, dim) == 0;
}

static size_t count_slices(const struct mlv_record *record, const char *dim)
{
	size_t count = 0;

	for (size_t s = 0; s < record->slice_count; s++)
		count += is_in(&record->slices[s], dim);
	return count;
}

static void name_slices(const struct mlv_record *record, const char *dim, const char **names)
{
	for (size_t s = 0; s < record->slice_count; s++)
		if (is_in(&record->slices[s], dim))
			*names++ = record->slices[s].name;
}

/* The cells of each group in one level, which must be all of the level's rows. */
static mlv_err take_level(const char *file, const struct mlv_record *record,
			  const struct mlv_fair_entry *entry, const struct division *division, size_t l)
{
	const struct mlv_record_slice *level =
		division->levels[l] ? mlv_record_find(record, division->levels[l]) : &record->slices[0];
	uint64_t rows = 0;

	for (size_t g = 0; g < division->group_count; g++) {
		const struct mlv_record_slice *slice;
		mlv_err err = mlv_fair_find_slice(record, division->groups[g], division->levels[l], &slice);

		if (err)
			return err;
		if (!slice)
			continue;
		division->cells[l * division->group_count + g] = slice->cells;
		rows += slice->n;
	}
	if (rows == level->n)
		return NULL;
	if (!entry->control)
		return mlv_error(
			MLV_E_SPEC,
			"%s:%u: the slices of '%s' are not all rows, and cannot be compared", file,
			entry->line, entry->by);
	return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s:%u: the record does not have all of '%s' within '%s'",
					file, entry->line, entry->by, entry->control),
			      "add '- cross: [%s, %s]' to 'slices', with a large enough 'top', and evaluate",
			      entry->by, entry->control);
}

/* Whether its rows come in groups, as the intervals of its metrics say. */
static bool has_clusters(const struct mlv_record *record)
{
	for (size_t m = 0; m < record->metric_count; m++)
		if (record->slices[0].entries[m].by &&
		    strcmp(record->slices[0].entries[m].by, "cluster") == 0)
			return true;
	return false;
}

static mlv_err add_of_record(const char *file, const struct mlv_record *record,
			     const struct mlv_fair_entry *entry, struct mlv_fair_plan *plan)
{
	size_t groups = count_slices(record, entry->by);
	size_t levels = entry->control ? count_slices(record, entry->control) : 1;
	struct division division;
	mlv_err err;

	if (!groups || !levels)
		return no_entry(file, entry, groups ? entry->control : entry->by);
	if ((err = keep_division(plan, groups, levels, &division)))
		return err;
	name_slices(record, entry->by, division.groups);
	if (entry->control)
		name_slices(record, entry->control, division.levels);
	for (size_t l = 0; l < levels; l++)
		if ((err = take_level(file, record, entry, &division, l)))
			return err;
	division.clustered = has_clusters(record);
	return add_division(plan, entry, &division);
}

mlv_err mlv_fair_plan_of_record(const char *file, const struct mlv_record *record,
				const struct mlv_fair_entries *entries, struct mlv_fair_plan *plan)
{
	MLV_SCOPED(mlv_fair_plan_release) struct mlv_fair_plan made = { 0 };
	mlv_err err = NULL;

	if (record->task != MLV_TASK_BINARY)
		return mlv_error(MLV_E_SPEC, "%s: fairness is of binary tasks, '%s' is %s", file,
				 record->name, mlv_task_name(record->task));
	for (size_t s = 0; s < record->slice_count; s++)
		if (!record->slices[s].has_cells)
			return mlv_error(
				MLV_E_SPEC,
				"%s: fairness is of counts, and the record of '%s' has none", file,
				record->name);
	made.all = record->slices[0].cells;
	for (size_t e = 0; e < entries->count && !err; e++)
		if (is_of(&entries->at[e], record->name))
			err = add_of_record(file, record, &entries->at[e], &made);
	if (err)
		return err;
	*plan = made;
	made = (struct mlv_fair_plan){ 0 };
	return NULL;
}

/* ---- what groups are held against */

mlv_err mlv_fair_refer(const char *group, struct mlv_fair_attribute *attribute)
{
	size_t len = strlen(attribute->name);
	mlv_err err;

	attribute->against = MLV_FAIR_NAMED;
	for (attribute->named = 0; attribute->named < attribute->count; attribute->named++) {
		const char *name = attribute->values[attribute->named];

		if (strcmp(name, group) == 0 ||
		    (strncmp(name, attribute->name, len) == 0 && name[len] == '=' &&
		     strcmp(name + len + 1, group) == 0))
			return NULL;
	}
	err = mlv_error(MLV_E_SPEC, "'%s' has no group '%s' to hold others against", attribute->name,
			group);
	return attribute->count ? mlv_error_hint(err, "a group is such as '%s'", attribute->values[0])
				: err;
}

mlv_err mlv_fair_plan_refer(struct mlv_fair_plan *plan)
{
	mlv_err err = NULL;

	for (size_t a = 0; a < plan->count && !err; a++)
		if (plan->attributes[a].against == MLV_FAIR_NAMED)
			err = mlv_fair_refer(plan->entries[a]->value, &plan->attributes[a]);
	return err;
}

void mlv_fair_audited_release(struct mlv_fair_audited *audited)
{
	mlv_fairness_release(&audited->fairness);
	mlv_fair_plan_release(&audited->plan);
}

/* ---- the rows of a record */

/* Of each row which of these names its slice has; count where it is none of them. */
static mlv_err code_rows(struct mlv_fair_plan *plan, const struct mlv_dim *dim, size_t rows,
			 const char *const *names, size_t count, uint32_t **codes)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *of = mlv_sys_alloc_array(mlv_dim_codes(dim) + 1, sizeof(*of));
	void *array;
	mlv_err err = keep(plan, rows, sizeof(**codes), &array);

	if (err || !of)
		return err ? err : mlv_error_nomem("groups");
	for (size_t v = 0; v < mlv_dim_codes(dim); v++)
		for (of[v] = 0; of[v] < count; of[v]++)
			if (v < dim->values.count && strcmp(names[of[v]], dim->values.at[v]) == 0)
				break;
	*codes = array;
	for (size_t r = 0; r < rows; r++)
		(*codes)[r] = of[dim->code[r]];
	return NULL;
}

/* Let an attribute of a record know the rows that it is of; without a dimension it stays untested. */
static mlv_err take_rows(struct mlv_fair_plan *plan, size_t a, const struct mlv_cases *cases)
{
	struct mlv_fair_attribute *to = &plan->attributes[a];
	const struct mlv_dim *by = find_dim(cases, plan->entries[a]->by);
	const struct mlv_dim *control = to->within ? find_dim(cases, plan->entries[a]->control) : NULL;
	size_t rows = cases->rows.count;
	uint32_t *code, *within = NULL;
	mlv_err err;

	if (!by || (to->within && !control))
		return NULL;
	if ((err = code_rows(plan, by, rows, to->values, to->count, &code)) ||
	    (control && (err = code_rows(plan, control, rows, &to->within, 1, &within))))
		return err;
	to->rows = (struct mlv_fair_rows){ cases->truth, cases->guess, code, within, cases->group, rows,
						 cases->groups };
	to->level = 0;
	return NULL;
}

mlv_err mlv_fair_audit_record(const char *file, const struct mlv_record *record,
			      const struct mlv_cases *cases, const struct mlv_fair_entries *entries,
			      struct mlv_fair_audited *audited)
{
	MLV_SCOPED(mlv_fair_audited_release) struct mlv_fair_audited made = { 0 };
	mlv_err err = mlv_fair_plan_of_record(file, record, entries, &made.plan);

	for (size_t a = 0; a < made.plan.count && cases && cases->group && !err; a++)
		err = take_rows(&made.plan, a, cases);
	if (err || (err = mlv_fair_plan_refer(&made.plan)) ||
	    (err = mlv_fairness_audit(&made.plan.all, made.plan.attributes, made.plan.count, record->level,
				      &made.fairness)))
		return err;
	*audited = made;
	made = (struct mlv_fair_audited){ 0 };
	return NULL;
}
