/* The tables of new rows that mlv.yaml names, and the windows of time that they make. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cmd/monitor.h"
#include "core/base/duration.h"
#include "core/base/sys.h"
#include "core/repo/glob_files.h"

#define HOUR   ((int64_t)3600)
#define DAY    (24 * HOUR)
#define MONDAY (4 * DAY) /* 1970-01-05, where windows begin: those of a week on Mondays */

void mlv_monitor_inputs_release(struct mlv_monitor_inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++) {
		free(inputs->at[i].name);
		mlv_strs_release(&inputs->at[i].files);
	}
	free(inputs->at);
	*inputs = (struct mlv_monitor_inputs){ 0 };
}

static mlv_err new_input(const char *name, struct mlv_monitor_inputs *inputs,
			 struct mlv_monitor_input **input)
{
	mlv_err err = mlv_array_grow(&inputs->at, &inputs->cap, inputs->count + 1, sizeof(*inputs->at));

	if (err)
		return err;
	*input = &inputs->at[inputs->count];
	**input = (struct mlv_monitor_input){ .name = mlv_sys_strdup(name) };
	if (!(*input)->name)
		return mlv_error_nomem("a window");
	inputs->count++;
	return NULL;
}

mlv_err mlv_monitor_inputs_typed(const char *path, const char *name, struct mlv_monitor_inputs *inputs)
{
	struct mlv_monitor_input *input;
	mlv_err err = new_input(name ? name : path, inputs, &input);

	if (err)
		return err;
	input->typed = true;
	return mlv_strs_add(&input->files, path);
}

/* ---- times in names */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits(const char *text)
{
	size_t count = 0;

	while (is_digit(text[count]))
		count++;
	return count;
}

/* "2026-01-31", also with "_", "." or "/" between, or nothing; *rest is what follows. */
static bool day_at(const char *text, int64_t *seconds, const char **rest)
{
	char day[] = "0000-00-00";
	size_t first = digits(text);
	const char *month = text + 4, *at;
	char separator = text[first];

	if (first == 4 && separator && strchr("-_./", separator)) {
		month++;
		if (digits(month) != 2 || month[2] != separator || digits(month + 3) != 2)
			return false;
		at = month + 3;
	} else if (first == 8 || first == 10 || first == 12 || first == 14) {
		at = month + 2;
	} else {
		return false;
	}
	memcpy(day, text, 4);
	memcpy(day + 5, month, 2);
	memcpy(day + 8, at, 2);
	*rest = at + 2;
	return mlv_day_parse(day, seconds);
}

/* The hour behind a day: "T06", "-0630", "/hour=06". */
static bool hour_at(const char *text, int64_t *seconds)
{
	static const char *const before[] = { "/hour=", "/h=", "T", "t", "_", "-", "/", " ", "" };
	int64_t hour;

	for (size_t i = 0; i < MLV_COUNT(before); i++) {
		size_t len = strlen(before[i]), count;

		if (strncmp(text, before[i], len) != 0)
			continue;
		count = digits(text + len);
		if (count != 2 && count != 4 && count != 6)
			return false;
		hour = (text[len] - '0') * 10 + (text[len + 1] - '0');
		*seconds = hour * HOUR;
		return hour < 24;
	}
	return false;
}

/* The last time that a path has, to the hour if *has_hour; false: none. */
static bool time_of(const char *path, int64_t *seconds, bool *has_hour)
{
	bool found = false;

	for (const char *at = path; *at; at++) {
		const char *rest;
		int64_t day, hour = 0;

		if (!is_digit(*at) || (at > path && is_digit(at[-1])) || !day_at(at, &day, &rest))
			continue;
		*has_hour = hour_at(rest, &hour);
		*seconds = day + (*has_hour ? hour : 0);
		found = true;
	}
	return found;
}

/* ---- windows */

struct timed {
	const char *path;
	int64_t begin; /* of its window */
};

static int by_time(const void *a, const void *b)
{
	const struct timed *left = a, *right = b;

	return left->begin < right->begin   ? -1
	       : left->begin > right->begin ? 1
					    : strcmp(left->path, right->path);
}

static mlv_err time_file(const struct mlv_monitor *monitor, const char *path, struct timed *timed)
{
	int64_t seconds, past;
	bool has_hour = false, needs_hour = monitor->window % DAY != 0;

	if (!time_of(path, &seconds, &has_hour) || (needs_hour && !has_hour))
		return mlv_error_hint(
			mlv_error(MLV_E_SPEC,
				  "%s: its name has no %s, which 'window' of the monitor '%s' goes by",
				  path, needs_hour ? "day and hour" : "day", monitor->name),
			needs_hour ? "such as logs/2026-01-31T06.csv" : "such as logs/2026-01-31.csv");
	past = (seconds - MONDAY) % monitor->window;
	if (past < 0)
		past += monitor->window;
	*timed = (struct timed){ path, seconds - past };
	return NULL;
}

/* What a window is called: when it begins. */
static mlv_err begin_window(const struct mlv_monitor *monitor, int64_t begin,
			    struct mlv_monitor_inputs *inputs, struct mlv_monitor_input **input)
{
	char name[40];
	time_t at = (time_t)begin;
	struct tm tm;

	if (!gmtime_r(&at, &tm) ||
	    !strftime(name, sizeof(name), monitor->window % DAY ? "%Y-%m-%dT%H" : "%Y-%m-%d", &tm))
		return mlv_error(MLV_E_SPEC, "a window of the monitor '%s' has no date", monitor->name);
	return new_input(name, inputs, input);
}

static mlv_err add_file(const struct mlv_metrics_place *place, const char *path,
			struct mlv_monitor_input *input)
{
	struct stat st;

	if (mlv_sys_fstatat(place->root_fd, path, &st, 0) < 0)
		return mlv_error_sys("%s", path);
	input->bytes += (uint64_t)st.st_size;
	return mlv_strs_add(&input->files, path);
}

static mlv_err make_windows(const struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
			    const struct mlv_strs *files, struct mlv_monitor_inputs *inputs)
{
	MLV_SCOPED(mlv_mem_free) struct timed *timed = mlv_sys_alloc_array(files->count + 1, sizeof(*timed));
	struct mlv_monitor_input *input = NULL;
	mlv_err err = timed ? NULL : mlv_error_nomem("windows");

	for (size_t i = 0; i < files->count && !err; i++)
		err = time_file(monitor, files->at[i], &timed[i]);
	if (err)
		return err;
	qsort(timed, files->count, sizeof(*timed), by_time);
	for (size_t i = 0; i < files->count && !err; i++) {
		if (!i || timed[i].begin != timed[i - 1].begin)
			err = begin_window(monitor, timed[i].begin, inputs, &input);
		if (!err)
			err = add_file(place, timed[i].path, input);
	}
	return err;
}

/* What the pattern stands for, sorted, without directories. */
static mlv_err find_files(const struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
			  struct mlv_strs *files)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs found = { 0 };
	struct stat st;
	mlv_err err = mlv_glob_files(place->root_fd, monitor->input, &found);

	for (size_t i = 0; i < found.count && !err; i++)
		if (mlv_sys_fstatat(place->root_fd, found.at[i], &st, 0) < 0 || !S_ISDIR(st.st_mode))
			err = mlv_strs_add(files, found.at[i]);
	mlv_strs_sort_unique(files);
	return err;
}

mlv_err mlv_monitor_inputs_list(const struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
				struct mlv_monitor_inputs *inputs)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs files = { 0 };
	struct mlv_monitor_input *input;
	mlv_err err = find_files(place, monitor, &files);

	if (err)
		return err;
	if (!files.count)
		return mlv_error(MLV_E_MISSING,
				 "%s: no file is called so, and it is the input of the monitor '%s'",
				 monitor->input, monitor->name);
	if (monitor->window)
		return make_windows(place, monitor, &files, inputs);
	for (size_t i = 0; i < files.count && !err; i++)
		if (!(err = new_input(files.at[i], inputs, &input)))
			err = add_file(place, files.at[i], input);
	return err;
}
