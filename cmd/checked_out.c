#include "cmd/checked_out.h"

#include <inttypes.h>
#include <string.h>

void mlv_checked_out_lines(struct mlv_out *out, const struct mlv_checkout_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		const struct mlv_checkout_line *line = &result->lines[i];
		char what[3] = { line->what, '\t', '\0' };

		mlv_out_raw(out, what);
		mlv_out_path(out, line->path, strlen(line->path));
		mlv_out_line(out, "%s", line->dir ? "/" : "");
	}
}

const char *mlv_checked_out_summary(const struct mlv_checkout_result *result, char *to, size_t size)
{
	const struct {
		uint64_t count;
		const char *what;
	} parts[] = {
		{ result->modified, "modified" },
		{ result->added, "added" },
		{ result->deleted, "deleted" },
	};
	size_t left = 0, used = 0;

	for (size_t i = 0; i < MLV_COUNT(parts); i++)
		left += parts[i].count > 0;
	if (!left)
		return "No changes.";
	for (size_t i = 0; i < MLV_COUNT(parts) && used < size; i++) {
		int wrote;

		if (!parts[i].count)
			continue;
		left--;
		wrote = snprintf(to + used, size - used, "%" PRIu64 " file%s %s%s", parts[i].count,
				 parts[i].count == 1 ? "" : "s", parts[i].what,
				 left > 1 ? ", " : left == 1 ? " and " : "");
		used += wrote > 0 ? (size_t)wrote : 0;
	}
	return to;
}

static void paths_of(struct mlv_out *out, const struct mlv_checkout_result *result,
		     const char *name, char what)
{
	mlv_out_array_begin(out, name);
	for (size_t i = 0; i < result->count; i++) {
		const struct mlv_checkout_line *line = &result->lines[i];

		if (line->what != what)
			continue;
		mlv_out_object_begin(out, NULL);
		mlv_out_json_path(out, "path", line->path, strlen(line->path));
		mlv_out_bool(out, "dir", line->dir);
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
}

static void strings_of(struct mlv_out *out, const struct mlv_strs *list, const char *name)
{
	mlv_out_array_begin(out, name);
	for (size_t i = 0; i < list->count; i++) {
		mlv_out_object_begin(out, NULL);
		mlv_out_json_path(out, "path", list->at[i], strlen(list->at[i]));
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
}

void mlv_checked_out_json(struct mlv_out *out, const struct mlv_checkout_result *result)
{
	paths_of(out, result, "added", 'A');
	paths_of(out, result, "modified", 'M');
	paths_of(out, result, "deleted", 'D');
	strings_of(out, &result->missing, "missing");
	strings_of(out, &result->damaged, "damaged");
	mlv_out_object_begin(out, "files");
	mlv_out_number(out, "added", result->added);
	mlv_out_number(out, "modified", result->modified);
	mlv_out_number(out, "deleted", result->deleted);
	mlv_out_object_end(out);
}
