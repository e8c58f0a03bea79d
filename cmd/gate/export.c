#include "cmd/gate/export.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/path.h"
#include "core/eval/metric.h"
#include "core/store/sha256.h"

#define RESULTS_MAX 5000            /* that GitHub takes of a SARIF file */
#define SUMMARY_MAX ((off_t)1 << 20) /* bytes of a step's summary */
#define SUMMARY_SHARE ((off_t)950000) /* that a gate takes of it, so that there is room for others */

static mlv_err write_file(struct mlv_ctx *ctx, const char *path, const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	mlv_err err = mlv_path_absolute(&file, ctx->cwd, path);

	return err ? err : mlv_fs_replace(AT_FDCWD, file.ptr, text->ptr, text->len, 0666);
}

/* ---- SARIF */

static mlv_err add_member(struct mlv_buf *to, const char *begin, const char *text)
{
	mlv_err err = mlv_buf_add_str(to, begin);

	return err ? err : mlv_json_add_string(to, text, strlen(text));
}

/* Append the first 16 digits of the SHA-256 of two texts: a name that stays. */
static mlv_err add_digest(struct mlv_buf *to, const char *rule, const char *slice)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf both = MLV_BUF_INIT;
	char hex[MLV_OID_HEX + 1];
	struct mlv_oid oid;
	mlv_err err;

	if ((err = mlv_buf_printf(&both, "%s\n%s", rule, slice)) ||
	    (err = mlv_sha256_of(both.ptr, both.len, &oid)))
		return err;
	return mlv_buf_printf(to, "\"%.16s\"", mlv_oid_format(&oid, hex));
}

static mlv_err add_rules(struct mlv_buf *to, const struct mlv_gate_report *report)
{
	const struct mlv_gate_rule *last = NULL;
	mlv_err err = NULL;

	for (size_t i = 0; i < report->count && !err; i++) {
		const struct mlv_gate_rule *rule = report->at[i].rule;

		if (rule == last)
			continue;
		if ((err = mlv_buf_add_str(to, last ? ",\n{\"id\":" : "\n{\"id\":")) ||
		    (err = add_digest(to, rule->text, "")) ||
		    (err = add_member(to, ",\"shortDescription\":{\"text\":", rule->text)))
			return err;
		err = mlv_buf_add_str(to, "}}");
		last = rule;
	}
	return err;
}

/* "SLICE has VALUE, WHY" */
static mlv_err finding_text(struct mlv_buf *to, const struct mlv_gate_finding *finding)
{
	mlv_err err;

	if ((err = mlv_buf_printf(to, "%s: %s", finding->rule->text, finding->slice)) ||
	    (finding->has_value && ((err = mlv_buf_add_str(to, " has ")) ||
				    (err = mlv_metric_format_number(to, finding->value, 4)))))
		return err;
	return finding->why[0] ? mlv_buf_printf(to, ", %s", finding->why) : NULL;
}

static mlv_err add_result(struct mlv_buf *to, const struct mlv_gate_heading *heading,
			  const struct mlv_gate_finding *finding)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const struct mlv_gate_rule *rule = finding->rule;
	mlv_err err;

	if ((err = finding_text(&text, finding)) || (err = mlv_buf_add_str(to, "{\"ruleId\":")) ||
	    (err = add_digest(to, rule->text, "")) ||
	    (err = mlv_buf_printf(to, ",\"level\":\"%s\"",
				  finding->outcome == MLV_GATE_FAIL ? "error" : "warning")) ||
	    (err = add_member(to, ",\"message\":{\"text\":", text.ptr)) ||
	    (err = add_member(to, "},\"locations\":[{\"physicalLocation\":{"
				  "\"artifactLocation\":{\"uri\":", heading->file)) ||
	    (err = mlv_buf_printf(to, "},\"region\":{\"startLine\":%u}}}]", rule->line ? rule->line : 1)) ||
	    (err = mlv_buf_add_str(to, ",\"partialFingerprints\":{\"mlvRuleAndSlice/v1\":")) ||
	    (err = add_digest(to, rule->text, finding->slice)))
		return err;
	return mlv_buf_add_str(to, "}}");
}

/* What failed before what is inconclusive, so that what is left out is the least. */
static mlv_err add_results(struct mlv_buf *to, const struct mlv_gate_heading *heading,
			   const struct mlv_gate_report *report)
{
	size_t told = 0;
	mlv_err err = NULL;

	for (int outcome = MLV_GATE_FAIL; outcome > MLV_GATE_PASS; outcome--)
		for (size_t i = 0; i < report->count && told < RESULTS_MAX && !err; i++) {
			if (report->at[i].outcome != (enum mlv_gate_outcome)outcome)
				continue;
			if (!(err = mlv_buf_add_str(to, told ? ",\n" : "\n")))
				err = add_result(to, heading, &report->at[i]);
			told++;
		}
	return err;
}

static const char sarif_head[] = "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
				 "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{"
				 "\"name\":\"mlv gate\",\"version\":\"" MLV_VERSION "\",\"rules\":[";

mlv_err mlv_gate_write_sarif(struct mlv_ctx *ctx, const char *path,
			     const struct mlv_gate_heading *heading,
			     const struct mlv_gate_report *report)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_buf_add_str(&text, sarif_head)) ||
	    (err = add_rules(&text, report)) || (err = mlv_buf_add_str(&text, "]}},\"results\":[")) ||
	    (err = add_results(&text, heading, report)) || (err = mlv_buf_add_str(&text, "]}]}\n")))
		return err;
	return write_file(ctx, path, &text);
}

/* ---- OpenMetrics */

/* The value of a label: its backslashes, quotes and ends of lines escaped. */
static mlv_err add_label(struct mlv_buf *to, const char *name, const char *value)
{
	mlv_err err = mlv_buf_printf(to, "%s=\"", name);

	for (; *value && !err; value++) {
		if (*value == '\n')
			err = mlv_buf_add_str(to, "\\n");
		else if (!strchr("\\\"", *value) || !(err = mlv_buf_add_char(to, '\\')))
			err = mlv_buf_add_char(to, *value);
	}
	return err ? err : mlv_buf_add_char(to, '"');
}

/* A sample but for its value. */
static mlv_err add_sample(struct mlv_buf *to, const struct mlv_record *record, const char *metric,
			  const struct mlv_record_slice *slice)
{
	mlv_err err;

	if ((err = mlv_buf_printf(to, "mlv_%s{", metric)) ||
	    (err = add_label(to, "eval", record->name)) || (err = mlv_buf_add_char(to, ',')) ||
	    (err = add_label(to, "slice", slice->name)))
		return err;
	return mlv_buf_add_str(to, "} ");
}

/* A metric's name as OpenMetrics allows it: "f0.5" is "f0_5". */
static mlv_err family(struct mlv_buf *to, const char *metric)
{
	mlv_err err = NULL;

	for (; *metric && !err; metric++)
		err = mlv_buf_add_char(to, *metric == '.' || *metric == '-' ? '_' : *metric);
	return err;
}

static mlv_err add_metric(struct mlv_buf *to, const struct mlv_record *record, size_t metric)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err;

	if ((err = family(&name, record->metrics[metric].name)) ||
	    (err = mlv_buf_printf(to, "# TYPE mlv_%s gauge\n", name.ptr)))
		return err;
	for (size_t s = 0; s < record->slice_count && !err; s++) {
		const struct mlv_record_slice *slice = &record->slices[s];

		if (slice->entries[metric].defined &&
		    !(err = add_sample(to, record, name.ptr, slice)) &&
		    !(err = mlv_json_add_real(to, slice->entries[metric].value)))
			err = mlv_buf_add_char(to, '\n');
	}
	return err;
}

static mlv_err add_rows(struct mlv_buf *to, const struct mlv_record *record)
{
	mlv_err err = mlv_buf_add_str(to, "# TYPE mlv_rows gauge\n");

	for (size_t s = 0; s < record->slice_count && !err; s++)
		if (!(err = add_sample(to, record, "rows", &record->slices[s])))
			err = mlv_buf_printf(to, "%llu\n", (unsigned long long)record->slices[s].n);
	return err;
}

static mlv_err add_outcomes(struct mlv_buf *to, const struct mlv_gate_heading *heading,
			    const struct mlv_gate_report *report)
{
	mlv_err err = mlv_buf_add_str(to, "# TYPE mlv_gate_findings gauge\n");

	for (int outcome = MLV_GATE_PASS; outcome <= MLV_GATE_FAIL && !err; outcome++) {
		size_t count = 0;

		for (size_t i = 0; i < report->count; i++)
			count += report->at[i].outcome == (enum mlv_gate_outcome)outcome;
		if ((err = mlv_buf_add_str(to, "mlv_gate_findings{")) ||
		    (err = add_label(to, "gate", heading->gate)))
			return err;
		err = mlv_buf_printf(to, ",outcome=\"%s\"} %zu\n",
				     mlv_gate_outcome_name((enum mlv_gate_outcome)outcome), count);
	}
	return err;
}

mlv_err mlv_gate_write_openmetrics(struct mlv_ctx *ctx, const char *path,
				   const struct mlv_gate_heading *heading,
				   const struct mlv_record *record,
				   const struct mlv_gate_report *report)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = add_outcomes(&text, heading, report);

	for (size_t m = 0; m < record->metric_count && !err; m++)
		err = add_metric(&text, record, m);
	if (err || (err = add_rows(&text, record)) || (err = mlv_buf_add_str(&text, "# EOF\n")))
		return err;
	return write_file(ctx, path, &text);
}

/* ---- the summary of a step */

/* How many bytes may be added; 0: none. */
static size_t room(off_t size)
{
	off_t left = SUMMARY_MAX - size;

	return left < 0 ? 0 : left < SUMMARY_SHARE ? (size_t)left : (size_t)SUMMARY_SHARE;
}

mlv_err mlv_gate_write_summary(struct mlv_ctx *ctx, const struct mlv_gate_heading *heading,
			       const struct mlv_gate_report *report)
{
	const char *path = ctx->env(ctx, "GITHUB_STEP_SUMMARY");
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	MLV_SCOPED(mlv_mem_free) char *text = NULL;
	struct stat stat;
	size_t len = 0;
	mlv_err err;

	if (!path || !*path)
		return NULL;
	fd = mlv_sys_openat(AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT, 0666);
	if (fd < 0 || mlv_sys_fstat(fd, &stat) < 0)
		return mlv_error_sys("%s", path);
	err = mlv_gate_markdown(heading, report, room(stat.st_size), &text, &len);
	if (err && err->code == MLV_E_USAGE) {
		mlv_tell_warning(ctx, "%s: the gate's table is left out, GitHub takes a MiB at most", path);
		return NULL;
	}
	return err ? err : mlv_fs_write_full(fd, path, text, len);
}
