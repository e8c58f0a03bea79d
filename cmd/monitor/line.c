/* What a check found, as a line of JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/monitor/stats.h"
#include "core/base/json.h"

static mlv_err add_key(struct mlv_buf *to, const char *before, const char *text)
{
	mlv_err err = mlv_buf_add_str(to, before);

	return err ? err : mlv_json_add_string(to, text, strlen(text));
}

static mlv_err add_real(struct mlv_buf *to, const char *before, double number)
{
	char digits[40];

	snprintf(digits, sizeof(digits), "%.6g", number);
	return mlv_buf_printf(to, "%s%s", before, isfinite(number) ? digits : "null");
}

static mlv_err add_range(struct mlv_buf *to, const char *before, double low, double high)
{
	mlv_err err;

	if ((err = add_real(to, before, low)) || (err = add_real(to, ",", high)))
		return err;
	return mlv_buf_add_char(to, ']');
}

static mlv_err add_choice(struct mlv_buf *to, const struct mlv_drift_choice *choice)
{
	mlv_err err;

	if (!choice->measure)
		return NULL;
	if ((err = add_key(to, ",\"evidently\":{\"measure\":", choice->measure)) ||
	    (err = add_real(to, ",\"value\":", choice->value)))
		return err;
	return mlv_buf_printf(to, ",\"drifted\":%s}", choice->drifted ? "true" : "false");
}

static mlv_err add_drift(struct mlv_buf *to, unsigned stats, const struct mlv_drift_row *row, bool slice)
{
	const struct mlv_drift *drift = &row->drift;
	mlv_err err = add_key(to, "{\"name\":", row->name);

	for (size_t i = 0; i < MLV_STAT_NUMBERS && !err; i++) {
		const struct mlv_stat_number *number = &mlv_stat_numbers[i];
		double value;

		if ((stats & number->of) && mlv_stat_value(number, drift, &value) &&
		    !(err = mlv_buf_printf(to, ",\"%s\"", number->key)))
			err = add_real(to, ":", value);
	}
	if (err || (slice && (err = add_real(to, ",\"psi_p_adjusted\":", row->adjusted))) ||
	    ((stats & MLV_STAT_EVIDENTLY) && (err = add_choice(to, &drift->evidently))))
		return err;
	return mlv_buf_printf(to, ",\"drifted\":%s}", drift->drifted ? "true" : "false");
}

static mlv_err add_drifts(struct mlv_buf *to, unsigned stats, const struct mlv_drift_rows *rows, bool slice)
{
	mlv_err err = mlv_buf_add_str(to, ",\"drift\":[");

	for (size_t i = 0; i < rows->count && !err; i++)
		if (!(err = mlv_buf_add_str(to, i ? "," : "")))
			err = add_drift(to, stats, &rows->at[i], slice);
	return err ? err : mlv_buf_add_char(to, ']');
}

/* How many rows each class was predicted for: [before, now]. */
static mlv_err add_predicted(struct mlv_buf *to, const struct mlv_monitor_found *found,
			     const struct mlv_drift_slice *slice)
{
	const struct mlv_strs *classes = &found->profile->classes;
	mlv_err err = NULL;

	if (!slice->predicted_before || !slice->predicted_now)
		return NULL;
	for (size_t k = 0; k < classes->count && !err; k++)
		if (!(err = add_key(to, k ? "," : ",\"predicted\":{", classes->at[k])))
			err = mlv_buf_printf(to, ":[%llu,%llu]",
					     (unsigned long long)slice->predicted_before[k],
					     (unsigned long long)slice->predicted_now[k]);
	return err ? err : mlv_buf_add_char(to, '}');
}

static mlv_err add_slices(struct mlv_buf *to, unsigned stats, const struct mlv_monitor_found *found)
{
	mlv_err err = mlv_buf_add_str(to, ",\"slices\":[");

	for (size_t s = 0; s < found->slice_count && !err; s++) {
		const struct mlv_drift_slice *slice = &found->slices[s];

		if ((err = add_key(to, s ? ",{\"slice\":" : "{\"slice\":", slice->name)) ||
		    (err = mlv_buf_printf(to, ",\"before\":%llu,\"now\":%llu",
					  (unsigned long long)slice->before,
					  (unsigned long long)slice->now)) ||
		    (err = add_predicted(to, found, slice)) ||
		    (slice->rows.count && (err = add_drifts(to, stats, &slice->rows, true))))
			return err;
		err = mlv_buf_add_char(to, '}');
	}
	return err ? err : mlv_buf_add_char(to, ']');
}

/* The value of a side, and its interval where the record has one. */
static mlv_err add_side(struct mlv_buf *to, const struct mlv_record *record, const struct mlv_change *change,
			size_t side, const char *key)
{
	const struct mlv_record_slice *slice = mlv_record_find(record, change->slice);
	size_t metric = mlv_record_find_metric(record, change->metric);
	const struct mlv_entry *entry =
		slice && metric < record->metric_count ? &slice->entries[metric] : NULL;
	mlv_err err = mlv_buf_printf(to, ",\"%s\"", key);

	if (err || (err = add_real(to, ":", change->sides[side].value)) || !entry || !entry->has_interval ||
	    (err = mlv_buf_printf(to, ",\"%s_ci\"", key)))
		return err;
	return add_range(to, ":[", entry->low, entry->high);
}

static mlv_err add_change(struct mlv_buf *to, const struct mlv_monitor_found *found,
			  const struct mlv_change *change)
{
	mlv_err err;

	if ((err = add_key(to, "{\"slice\":", change->slice)) ||
	    (err = add_key(to, ",\"metric\":", change->metric)) ||
	    (err = add_side(to, found->reference, change, 0, "before")) ||
	    (err = add_side(to, &found->current, change, 1, "now")) ||
	    (err = add_real(to, ",\"change\":", change->change)) ||
	    (change->has_interval && (err = add_range(to, ",\"ci\":[", change->low, change->high))) ||
	    (change->has_p && ((err = add_real(to, ",\"p\":", change->p)) ||
			       (err = add_real(to, ",\"p_adjusted\":", change->adjusted)))) ||
	    (err = add_key(to, ",\"verdict\":", mlv_verdict_name(change->verdict))))
		return err;
	return mlv_buf_add_char(to, '}');
}

static mlv_err add_changes(struct mlv_buf *to, const struct mlv_monitor_found *found)
{
	bool first = true;
	mlv_err err = mlv_buf_add_str(to, ",\"metrics\":[");

	for (size_t c = 0; c < found->comparison.count && !err; c++) {
		const struct mlv_change *change = &found->comparison.changes[c];

		if (!change->sides[0].defined || !change->sides[1].defined)
			continue;
		if (!(err = mlv_buf_add_str(to, first ? "" : ",")))
			err = add_change(to, found, change);
		first = false;
	}
	return err ? err : mlv_buf_add_char(to, ']');
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

mlv_err mlv_monitor_line(const struct mlv_monitor *monitor, const struct mlv_monitor_input *input,
			 const struct mlv_monitor_found *found, const struct mlv_monitor_gated *gated,
			 struct mlv_buf *to)
{
	mlv_err err = add_key(to, "{\"window\":", input->name);

	if (err || (err = add_files(to, input)) ||
	    (err = mlv_buf_printf(to, ",\"rows\":%llu,\"labelled\":%s,\"drifted\":%s",
				  (unsigned long long)found->slices[0].now,
				  found->labelled ? "true" : "false", found->drifted ? "true" : "false")) ||
	    (err = add_drifts(to, monitor->stats, &found->rows, false)) ||
	    (err = add_slices(to, monitor->stats, found)) || (err = add_changes(to, found)) ||
	    (err = mlv_buf_add_str(to, ",\"new\":[")))
		return err;
	for (size_t i = 0; i < found->fresh.count && !err; i++)
		err = add_key(to, i ? "," : "", found->fresh.at[i]);
	if (err || (err = mlv_buf_add_char(to, ']')) || (err = add_gate(to, gated)))
		return err;
	return mlv_buf_add_str(to, "}\n");
}
