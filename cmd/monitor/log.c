/* monitor/NAME.jsonl: lines are appended, and read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/monitor.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/sys.h"

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
