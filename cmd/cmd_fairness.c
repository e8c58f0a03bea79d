/* cmd_fairness.c - mlv fairness: how the rates of a classifier differ between groups. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/fairness/report.h"
#include "cmd/ui/value.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/eval/fairness_plan.h"
#include "core/repo/eval.h"

struct fairness_args {
	const char *rev, *reference, *tau, *aequitas, *config, *format;
	bool exit_code;
};

static const struct mlv_opt fairness_opts[] = {
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct fairness_args, rev), "<rev>", MLV_HINT_REV,
	  "of this revision instead of the work tree" },
	{ MLV_OPT_TEXT, 0, "ref", offsetof(struct fairness_args, reference), "<group>", MLV_HINT_NONE,
	  "hold against majority, min, or the group of this name" },
	{ MLV_OPT_TEXT, 0, "tau", offsetof(struct fairness_args, tau), "<ratio>", MLV_HINT_NONE,
	  "the smallest ratio that is fair (default: 0.8)" },
	{ MLV_OPT_TEXT, 0, "aequitas", offsetof(struct fairness_args, aequitas), "<file>", MLV_HINT_FILE,
	  "read this table of Aequitas instead of an evaluation" },
	{ MLV_OPT_TEXT, 0, "config", offsetof(struct fairness_args, config), "<file>", MLV_HINT_FILE,
	  "read this configuration of Aequitas" },
	{ MLV_OPT_TEXT, 0, "format", offsetof(struct fairness_args, format), "<how>", MLV_HINT_NONE,
	  "table (default), md, or aequitas-csv" },
	{ MLV_OPT_FLAG, 0, "exit-code", offsetof(struct fairness_args, exit_code), NULL, MLV_HINT_NONE,
	  "exit 1 when an attribute is not fair" },
	{ 0 },
};

struct auditing {
	struct mlv_run *run;
	const struct fairness_args *args;
	double tau; /* 0: that of each entry */
	bool csv, markdown;
	struct mlv_buf text; /* CSV so far */
	bool unfair;
};

static mlv_err parse_args(struct auditing *auditing)
{
	static const char *const formats[] = { "table", "md", "aequitas-csv" };
	size_t format = 0;
	mlv_err err;

	if ((err = mlv_option_choice("--format", auditing->args->format, formats, MLV_COUNT(formats),
				     &format)) ||
	    (err = mlv_option_real("--tau", auditing->args->tau, 0.01, 1, &auditing->tau)))
		return err;
	auditing->markdown = format == 1;
	auditing->csv = format == 2;
	if (auditing->args->config && !auditing->args->aequitas)
		return mlv_error(MLV_E_USAGE, "--config is of --aequitas");
	if (auditing->args->rev && auditing->args->aequitas)
		return mlv_error(MLV_E_USAGE, "--rev is not of --aequitas");
	return NULL;
}

/* What --ref says; value is the group that a specification names, if it does. */
static mlv_err find_reference(const struct auditing *auditing, const char *value,
			      struct mlv_fair_attribute *attribute)
{
	const char *typed = auditing->args->reference;

	if (auditing->tau > 0)
		attribute->tau = auditing->tau;
	if (typed && (strcmp(typed, "majority") == 0 || strcmp(typed, "min") == 0)) {
		attribute->against = typed[1] == 'a' ? MLV_FAIR_MAJORITY : MLV_FAIR_SMALLEST;
		return NULL;
	}
	if (!typed && attribute->against != MLV_FAIR_NAMED)
		return NULL;
	return mlv_fair_refer(typed ? typed : value, attribute);
}

static mlv_err tell(struct auditing *auditing, struct mlv_fairness_heading *heading,
		    const struct mlv_fairness *fairness)
{
	auditing->unfair |= fairness->overall == MLV_FAIR_NO;
	heading->markdown = auditing->markdown;
	if (auditing->csv)
		return mlv_fairness_csv(heading, fairness, !auditing->text.len, &auditing->text);
	return mlv_fairness_print(auditing->run, heading, fairness);
}

/* ---- an evaluation */

static mlv_err audit_cases(struct auditing *auditing, const struct mlv_cases *cases,
			   const struct mlv_fair_entries *entries)
{
	MLV_SCOPED(mlv_fair_plan_release) struct mlv_fair_plan plan = { 0 };
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness fairness = { 0 };
	MLV_SCOPED(mlv_mem_free) bool *rates = NULL;
	const struct mlv_eval_spec *spec = cases->spec;
	char threshold[48] = "binary 0/1", cut[64];
	struct mlv_fairness_heading heading = { .name = spec->name, .threshold = threshold };
	mlv_err err;

	if (!spec->column[MLV_ROLE_PRED]) {
		snprintf(threshold, sizeof(threshold), "%.10g_val", spec->threshold);
		snprintf(cut, sizeof(cut), "positive from a score of %.10g on", spec->threshold);
		heading.cut = cut;
	}
	if ((err = mlv_fair_plan_of_cases("mlv.yaml", cases, entries, &plan)))
		return err;
	if (!plan.count)
		return mlv_error_hint(
			mlv_error(MLV_E_MISSING, "mlv.yaml has no 'fairness' of '%s'", spec->name),
			"say which slices are groups, see mlv-fairness(1)");
	if (!(rates = mlv_sys_alloc_array(plan.count, MLV_RATES)))
		return mlv_error_nomem("groups");
	for (size_t a = 0; a < plan.count; a++) {
		memcpy(rates + a * MLV_RATES, plan.entries[a]->rates, MLV_RATES * sizeof(*rates));
		if ((err = find_reference(auditing, plan.entries[a]->value, &plan.attributes[a])))
			return err;
	}
	heading.rates = rates;
	if ((err = mlv_fairness_audit(&plan.all, plan.attributes, plan.count, spec->level, &fairness)))
		return err;
	return tell(auditing, &heading, &fairness);
}

static mlv_err audit_eval(struct auditing *auditing, struct mlv_metrics_place *place,
			  const struct mlv_metrics_side *side, const char *name)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	MLV_SCOPED(mlv_fair_entries_release) struct mlv_fair_entries entries = { 0 };
	MLV_SCOPED(mlv_eval_spec_release) struct mlv_eval_spec spec = { 0 };
	MLV_SCOPED(mlv_record_release) struct mlv_record before = { 0 };
	MLV_SCOPED(mlv_cases_release) struct mlv_cases cases = { 0 };
	struct mlv_eval_ids ids;
	bool found = false;
	mlv_err err;

	if ((err = mlv_eval_yaml(place, side, &root)) ||
	    (err = mlv_eval_spec_read("mlv.yaml", root, name, &spec)) ||
	    (err = mlv_fair_entries_read("mlv.yaml", root, &entries)))
		return err;
	if (spec.task != MLV_TASK_BINARY)
		return mlv_error(MLV_E_SPEC, "mlv.yaml: fairness is of binary tasks, '%s' is %s", name,
				 mlv_task_name(spec.task));
	if (spec.column[MLV_ROLE_WEIGHT])
		return mlv_error(MLV_E_SPEC, "mlv.yaml: fairness is of counts, '%s' has weights", name);
	if ((err = mlv_eval_record(place, side, name, &before, &found)) ||
	    (err = mlv_eval_cases(place, side, &spec, found ? &before : NULL, &cases, &ids)))
		return err;
	return audit_cases(auditing, &cases, &entries);
}

static mlv_err audit_evals(struct auditing *auditing, const char *typed)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	struct mlv_ctx *ctx = auditing->run->ctx;
	struct mlv_metrics_side side = { 0 };
	mlv_err err;

	if ((err = mlv_metrics_place_open(&place, ctx, ctx->cwd)) ||
	    (err = mlv_metrics_side_init(&place, auditing->args->rev, &side)) ||
	    (err = mlv_eval_choose(&place, &side, typed, &names)))
		return err;
	return audit_eval(auditing, &place, &side, names.at[0]);
}

/* ---- Aequitas's table */

static mlv_err read_config(struct mlv_ctx *ctx, const char *path, struct mlv_aequitas_config *config)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	mlv_err err = path ? mlv_option_yaml(ctx, path, &root) : NULL;

	return err ? err : mlv_aequitas_config_read(path ? path : "", root, config);
}

static mlv_err read_table(struct mlv_ctx *ctx, const char *path, const struct mlv_aequitas_config *config,
			  struct mlv_aequitas *table)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf absolute = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct mlv_frame_source source = { .name = path };
	struct stat st;
	mlv_err err;

	if ((err = mlv_path_absolute(&absolute, ctx->cwd, path)))
		return err;
	fd = mlv_sys_openat(AT_FDCWD, absolute.ptr, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0 && errno == ENOENT)
		return mlv_error(MLV_E_MISSING, "%s: there is no such file", path);
	if (fd < 0 || mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s", path);
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: not a regular file", path);
	source.fd = fd;
	if ((err = mlv_frame_names(ctx, &source, &names)))
		return err;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return mlv_error_sys("%s", path);
	return mlv_aequitas_read(ctx, &source, &names, config, table);
}

static mlv_err take_attributes(const struct auditing *auditing, const struct mlv_aequitas *table,
			       const struct mlv_aequitas_config *config,
			       struct mlv_fair_attribute *attributes)
{
	mlv_err err = NULL;

	for (size_t a = 0; a < table->count && !err; a++) {
		const struct mlv_aequitas_attribute *of = &table->attributes[a];
		const char *value = NULL;

		for (size_t i = 0; i < config->named.count; i++)
			if (strcmp(config->named.at[i], of->name) == 0)
				value = config->named_values.at[i];
		if (config->against == MLV_FAIR_NAMED && !value && !auditing->args->reference)
			return mlv_error(MLV_E_SPEC, "'ref_groups' names no group of '%s'", of->name);
		attributes[a] = (struct mlv_fair_attribute){
			.name = of->name,
			.values = (const char *const *)of->values.at, .count = of->values.count,
			.against = config->against, .tau = config->tau,
		};
		err = find_reference(auditing, value, &attributes[a]);
	}
	return err;
}

/* The cells of all attributes, one behind the other. */
static mlv_err count_attributes(const struct mlv_aequitas *table, const uint32_t *guess,
				struct mlv_fair_attribute *attributes, struct mlv_fair_cells **cells)
{
	size_t groups = 0;

	for (size_t a = 0; a < table->count; a++)
		groups += attributes[a].count;
	if (!(*cells = mlv_sys_alloc_array(groups + 1, sizeof(**cells))))
		return mlv_error_nomem("groups");
	groups = 0;
	for (size_t a = 0; a < table->count; a++) {
		mlv_fair_count(table->truth, guess, table->rows, table->attributes[a].code, NULL,
			       attributes[a].count, *cells + groups);
		attributes[a].cells = *cells + groups;
		groups += attributes[a].count;
	}
	return NULL;
}

static mlv_err audit_threshold(struct auditing *auditing, const struct mlv_aequitas *table,
			       const struct mlv_fair_threshold *threshold,
			       struct mlv_fair_attribute *attributes, const bool *rates)
{
	static const char *const cuts[] = { "val", "abs", "pct" };
	MLV_SCOPED(mlv_mem_free) uint32_t *guess = mlv_sys_alloc_array(table->rows + 1, sizeof(*guess));
	MLV_SCOPED(mlv_mem_free) struct mlv_fair_cells *cells = NULL;
	MLV_SCOPED(mlv_fairness_release) struct mlv_fairness fairness = { 0 };
	struct mlv_fair_cells all = { 0 };
	const char *path = auditing->args->aequitas;
	char name[48] = "binary 0/1";
	struct mlv_fairness_heading heading = { .name = path, .threshold = name, .model = table->model,
						.rates = rates };
	mlv_err err;

	if (!guess)
		return mlv_error_nomem("predictions");
	if (threshold)
		snprintf(name, sizeof(name), "%.10g_%s", threshold->value, cuts[threshold->cut]);
	if ((err = mlv_aequitas_predict(table, path, threshold, guess)) ||
	    (err = count_attributes(table, guess, attributes, &cells)))
		return err;
	mlv_fair_count(table->truth, guess, table->rows, NULL, NULL, 1, &all);
	if ((err = mlv_fairness_audit(&all, attributes, table->count, 0.95, &fairness)))
		return err;
	return tell(auditing, &heading, &fairness);
}

static mlv_err audit_table(struct auditing *auditing)
{
	MLV_SCOPED(mlv_aequitas_config_release) struct mlv_aequitas_config config = { 0 };
	MLV_SCOPED(mlv_aequitas_release) struct mlv_aequitas table = { 0 };
	MLV_SCOPED(mlv_mem_free) struct mlv_fair_attribute *attributes = NULL;
	MLV_SCOPED(mlv_mem_free) bool *rates = NULL;
	struct mlv_ctx *ctx = auditing->run->ctx;
	mlv_err err;

	if ((err = read_config(ctx, auditing->args->config, &config)) ||
	    (err = read_table(ctx, auditing->args->aequitas, &config, &table)))
		return err;
	attributes = mlv_sys_alloc_array(table.count + 1, sizeof(*attributes));
	rates = mlv_sys_alloc_array(table.count + 1, MLV_RATES);
	if (!attributes || !rates)
		return mlv_error_nomem("groups");
	/* Those that Aequitas's parities are of. */
	for (size_t i = 0; i < table.count * MLV_RATES; i++)
		rates[i] = i % MLV_RATES < MLV_RATE_PREV;
	if ((err = take_attributes(auditing, &table, &config, attributes)))
		return err;
	if (!config.threshold_count)
		return audit_threshold(auditing, &table, NULL, attributes, rates);
	for (size_t t = 0; t < config.threshold_count && !err; t++)
		err = audit_threshold(auditing, &table, &config.thresholds[t], attributes, rates);
	return err;
}

static mlv_err fairness_run(struct mlv_run *run, const void *args, char **names)
{
	struct auditing auditing = { .run = run, .args = args, .text = MLV_BUF_INIT };
	mlv_err err = parse_args(&auditing);

	if (!err && names[0] && auditing.args->aequitas)
		err = mlv_error(MLV_E_USAGE, "either an evaluation or --aequitas");
	if (!err) {
		if (!auditing.csv)
			mlv_out_array_begin(run->out, NULL);
		err = auditing.args->aequitas ? audit_table(&auditing) : audit_evals(&auditing, names[0]);
	}
	if (!err && !auditing.csv)
		mlv_out_array_end(run->out);
	if (!err && auditing.csv)
		err = mlv_out_bytes(run->out, auditing.text.ptr, auditing.text.len);
	mlv_buf_release(&auditing.text);
	if (err)
		return err;
	return auditing.unfair && auditing.args->exit_code ? mlv_error(MLV_E_NO, "%s", "") : NULL;
}

const struct mlv_cmd mlv_cmd_fairness = {
	.name = "fairness",
	.summary = "compare the rates of a classifier between groups",
	.operands = "[<name>]",
	.max_operands = 1,
	.opts = fairness_opts,
	.args_size = sizeof(struct fairness_args),
	.run = fairness_run,
};
