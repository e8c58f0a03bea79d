/* What checks found: a line of JSON each, in monitor/NAME.jsonl. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/monitor.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/sys.h"

/* ---- a line */

static mlv_err add_key(struct mlv_buf *to, const char *before, const char *text)
{
	mlv_err err = mlv_buf_add_str(to, before);

	return err ? err : mlv_json_add_string(to, text, strlen(text));
}

static mlv_err add_real(struct mlv_buf *to, const char *before, double number)
{
	char digits[40];

	snprintf(digits, sizeof(digits), "%.6g", number);
	return mlv_buf_printf(to, "%s%s", before, digits);
}

static mlv_err add_drift(struct mlv_buf *to, const char *name, const struct mlv_drift *row)
{
	mlv_err err;

	if ((err = add_key(to, "{\"name\":", name)) ||
	    (err = add_real(to, ",\"psi\":", row->psi)) ||
	    (err = add_real(to, ",\"noise\":", row->noise)) ||
	    (err = add_real(to, ",\"js\":", row->js)) ||
	    (row->has_ks && ((err = add_real(to, ",\"ks\":", row->ks)) ||
			     (err = add_real(to, ",\"ks_p\":", row->p)))))
		return err;
	return mlv_buf_printf(to, ",\"drifted\":%s}", row->drifted ? "true" : "false");
}

static mlv_err add_changes(struct mlv_buf *to, const struct mlv_monitor_found *found)
{
	bool first = true;
	mlv_err err = mlv_buf_add_str(to, "],\"metrics\":[");

	for (size_t c = 0; c < found->comparison.count && !err; c++) {
		const struct mlv_change *change = &found->comparison.changes[c];

		if (!change->sides[0].defined || !change->sides[1].defined)
			continue;
		if ((err = add_key(to, first ? "{\"slice\":" : ",{\"slice\":", change->slice)) ||
		    (err = add_key(to, ",\"metric\":", change->metric)) ||
		    (err = add_real(to, ",\"before\":", change->sides[0].value)) ||
		    (err = add_real(to, ",\"now\":", change->sides[1].value)) ||
		    (err = add_key(to, ",\"verdict\":", mlv_verdict_name(change->verdict))))
			return err;
		err = mlv_buf_add_char(to, '}');
		first = false;
	}
	return err;
}

/* What of a gate was not met, or could not be told. */
static mlv_err add_gate(struct mlv_buf *to, const struct mlv_monitor_gated *gated)
{
	const struct mlv_gate_report *report = &gated->report;
	bool first = true;
	mlv_err err;

	if (!gated->judged)
		return NULL;
	if ((err = add_key(to, ",\"gate\":{\"name\":", gated->gate.name)) ||
	    (err = add_key(to, ",\"outcome\":", mlv_gate_outcome_name(report->outcome))) ||
	    (err = mlv_buf_add_str(to, ",\"findings\":[")))
		return err;
	for (size_t i = 0; i < report->count; i++) {
		const struct mlv_gate_finding *finding = &report->at[i];

		if (finding->outcome == MLV_GATE_PASS)
			continue;
		if ((err = add_key(to, first ? "{\"rule\":" : ",{\"rule\":", finding->rule->text)) ||
		    (err = add_key(to, ",\"slice\":", finding->slice)) ||
		    (err = add_key(to, ",\"outcome\":", mlv_gate_outcome_name(finding->outcome))) ||
		    (finding->has_value && (err = add_real(to, ",\"value\":", finding->value))) ||
		    (err = add_key(to, ",\"why\":", finding->why)) || (err = mlv_buf_add_char(to, '}')))
			return err;
		first = false;
	}
	return mlv_buf_add_str(to, "]}");
}

/* The files of `input`, by which a later check knows what was checked. */
static mlv_err add_files(struct mlv_buf *to, const struct mlv_monitor_input *input)
{
	mlv_err err = NULL;

	if (input->typed)
		return NULL;
	for (size_t i = 0; i < input->files.count && !err; i++)
		err = add_key(to, i ? "," : ",\"files\":[", input->files.at[i]);
	return err ? err : mlv_buf_printf(to, "],\"bytes\":%llu", (unsigned long long)input->bytes);
}

mlv_err mlv_monitor_line(const struct mlv_monitor_input *input, const struct mlv_monitor_found *found,
			 const struct mlv_monitor_gated *gated, struct mlv_buf *to)
{
	mlv_err err = add_key(to, "{\"window\":", input->name);

	if (err || (err = add_files(to, input)) ||
	    (err = mlv_buf_printf(
			    to, ",\"rows\":%llu,\"labelled\":%s,\"drifted\":%s,\"drift\":[",
			    (unsigned long long)found->slices[0].now,
			    found->labelled ? "true" : "false", found->drifted ? "true" : "false")))
		return err;
	for (size_t i = 0; i < found->row_count && !err; i++)
		if (!(err = mlv_buf_add_str(to, i ? "," : "")))
			err = add_drift(to, found->rows[i].name, &found->rows[i].drift);
	if (!err)
		err = mlv_buf_add_str(to, "],\"slices\":[");
	for (size_t i = 0; i < found->slice_count && !err; i++)
		if (!(err = add_key(to, i ? ",{\"slice\":" : "{\"slice\":", found->slices[i].name)))
			err = mlv_buf_printf(to, ",\"before\":%llu,\"now\":%llu}",
					     (unsigned long long)found->slices[i].before,
					     (unsigned long long)found->slices[i].now);
	if (err || (err = add_changes(to, found)) || (err = mlv_buf_add_str(to, "],\"new\":[")))
		return err;
	for (size_t i = 0; i < found->fresh.count && !err; i++)
		err = add_key(to, i ? "," : "", found->fresh.at[i]);
	if (err || (err = mlv_buf_add_char(to, ']')) || (err = add_gate(to, gated)))
		return err;
	return mlv_buf_add_str(to, "}\n");
}

/* ---- the files below monitor/ */

mlv_err mlv_monitor_log_append(struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
			       const struct mlv_buf *line)
{
	MLV_SCOPED(mlv_buf_release)
	struct mlv_buf path = MLV_BUF_INIT, text = MLV_BUF_LIMIT(MLV_MONITOR_LOG_MAX);
	const struct mlv_metrics_side here = { 0 };
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	MLV_SCOPED(mlv_lock_freep) struct mlv_lock *lock = NULL;
	bool found;
	mlv_err err;

	if ((err = mlv_buf_printf(&path, "monitor/%s.jsonl", monitor->name)) ||
	    (err = mlv_fs_parent_beneath(place->root_fd, path.ptr, 0777, &dir)) ||
	    (err = mlv_metrics_place_lock(place, dir, path.ptr, "monitor check", &lock)) ||
	    (err = mlv_metrics_version(place, &here, path.ptr, &text, &found)) ||
	    (text.len && text.ptr[text.len - 1] != '\n' && (err = mlv_buf_add_char(&text, '\n'))) ||
	    (err = mlv_buf_add(&text, line->ptr, line->len)))
		return err;
	return mlv_metrics_place_write(place, dir, strrchr(path.ptr, '/') + 1, &text);
}

/* ---- reading */

void mlv_monitor_log_release(struct mlv_monitor_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		mlv_value_freep(&log->lines[i]);
	free(log->lines);
	mlv_buf_release(&log->text);
	*log = (struct mlv_monitor_log){ 0 };
}

mlv_err mlv_monitor_log_read(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			     const char *name, struct mlv_monitor_log *log)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	size_t line = 1;
	bool found;
	mlv_err err;

	log->text = (struct mlv_buf)MLV_BUF_LIMIT(MLV_MONITOR_LOG_MAX);
	if ((err = mlv_buf_printf(&file, "monitor/%s.jsonl", name)) ||
	    (err = mlv_metrics_version(place, side, file.ptr, &log->text, &found)))
		return err;
	for (const char *at = log->text.ptr; *at && !err; line++) {
		size_t len = strcspn(at, "\n");

		if (len && !(err = mlv_array_grow(&log->lines, &log->cap, log->count + 1,
						  sizeof(*log->lines))) &&
		    !(err = mlv_json_parse_line(file.ptr, line, at, len, &log->lines[log->count])))
			log->count++;
		at += len + (at[len] == '\n');
	}
	return err;
}

static bool is_of(const struct mlv_value *line, const struct mlv_monitor_input *input)
{
	const struct mlv_value *files = mlv_value_get(line, "files"), *bytes = mlv_value_get(line, "bytes");
	bool same = files && files->type == MLV_VALUE_LIST && files->count == input->files.count &&
		    bytes && bytes->type == MLV_VALUE_INT && (uint64_t)bytes->integer == input->bytes;

	for (size_t i = 0; same && i < files->count; i++) {
		const char *path = mlv_value_text(files->items[i]);

		same = path && strcmp(path, input->files.at[i]) == 0;
	}
	return same;
}

bool mlv_monitor_log_has(const struct mlv_monitor_log *log, const struct mlv_monitor_input *input)
{
	bool has = false;

	for (size_t i = log->count; i > 0 && !has; i--)
		has = is_of(log->lines[i - 1], input);
	return has;
}
