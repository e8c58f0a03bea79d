/* An entry of mlv.lock in its canonical form, line by line. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/base/yaml_edit.h"
#include "core/repo/lockfile/impl.h"

/* A line that was taken apart: "<indent>[- ]key: value", either may be missing. */
struct line {
	size_t indent;
	bool item; /* a dash stands before it; indent is the dash's */
	struct mlv_buf key, value; /* unquoted */
	bool has_key, has_value;
	const char *raw; /* the value as it stands */
	size_t raw_len;
};

struct reader {
	const char *at;  /* the next line */
	const char *dir;
	struct mlv_recorded *recorded;
	struct line line;
	bool raw;     /* values are taken as they stand */
	bool end;     /* there was no more line */
	bool strange; /* not the form that is written */
};

/* Whether text stands for itself in YAML, as one that was written here does. */
static mlv_err check_plain(struct reader *reader, const char *text, size_t len)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf written = MLV_BUF_INIT;
	size_t letters = 0;
	mlv_err err;

	while (letters < len && isalnum((unsigned char)text[letters]))
		letters++;
	if (letters == len && !(len == 4 && strncasecmp(text, "null", 4) == 0))
		return NULL;
	if (!(err = mlv_yaml_add_string(&written, text, len)) &&
	    (written.len != len || memcmp(written.ptr, text, len) != 0))
		reader->strange = true;
	return err;
}

/* One scalar at text, up to end; *used: how long it is. */
static mlv_err take_scalar(struct reader *reader, const char *text, const char *end,
			   struct mlv_buf *to, size_t *used)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	const char *at = text;
	mlv_err err;

	mlv_buf_clear(to);
	if (text == end || *text != '"') {
		while (at < end && *at != ':')
			at++;
		*used = (size_t)(at - text);
		if ((err = check_plain(reader, text, *used)))
			return err;
		return mlv_buf_add(to, text, *used);
	}
	for (at++; at < end && *at != '"'; at++)
		at += *at == '\\' && at + 1 < end;
	if (at == end || (err = mlv_json_parse("mlv.lock", text, (size_t)(at + 1 - text), &value)) ||
	    strlen(value->text) != value->text_len) {
		reader->strange = true;
		return NULL;
	}
	*used = (size_t)(at + 1 - text);
	return mlv_buf_add(to, value->text, value->text_len);
}

/* A value, to the end of the line. That of a parameter or variable is taken raw. */
static mlv_err take_value(struct reader *reader, const char *text, const char *end)
{
	struct line *line = &reader->line;
	size_t used;
	mlv_err err;

	line->has_value = true;
	line->raw = text;
	line->raw_len = (size_t)(end - text);
	if (reader->raw)
		return NULL;
	err = take_scalar(reader, text, end, &line->value, &used);
	if (!err && !reader->strange && text + used != end)
		reader->strange = true;
	return err;
}

/* Take the next line apart. A plain scalar that is written holds no colon. */
static mlv_err next(struct reader *reader)
{
	struct line *line = &reader->line;
	const char *text = reader->at, *end = strchr(text, '\n'), *start;
	size_t used = 0;
	mlv_err err;

	line->has_key = line->has_value = false;
	mlv_buf_clear(&line->value);
	if ((reader->end = *text == '\0'))
		return NULL;
	end = end ? end : text + strlen(text);
	reader->at = *end ? end + 1 : end;
	for (line->indent = 0; text[line->indent] == ' ';)
		line->indent++;
	start = text + line->indent;
	line->item = strncmp(start, "- ", 2) == 0;
	start += line->item ? 2 : 0;
	if ((err = take_scalar(reader, start, end, &line->key, &used)) || reader->strange)
		return err;
	start += used;
	if (start == end || *start != ':') { /* an item that is a scalar alone */
		if (!line->item)
			reader->strange = true;
		return take_value(reader, start - used, end);
	}
	line->has_key = true;
	if (start + 1 == end)
		return NULL;
	if (start[1] == ' ')
		return take_value(reader, start + 2, end);
	reader->strange = true;
	return NULL;
}

static bool at_key(const struct reader *reader, size_t indent, const char *key)
{
	const struct line *line = &reader->line;

	return !reader->end && !line->item && line->has_key && line->indent == indent &&
	       (!key || strcmp(line->key.ptr, key) == 0);
}

static mlv_err read_cmds(struct reader *reader)
{
	struct mlv_recorded *to = reader->recorded;
	mlv_err err;

	if (reader->line.has_value) {
		if ((err = mlv_strs_add(&to->cmds, reader->line.value.ptr)))
			return err;
		return next(reader);
	}
	if ((err = next(reader)))
		return err;
	while (!reader->strange && !reader->end && reader->line.item && reader->line.indent == 4) {
		reader->strange |= reader->line.has_key || !reader->line.has_value;
		if ((err = mlv_strs_add(&to->cmds, reader->line.value.ptr)) || (err = next(reader)))
			return err;
	}
	return NULL;
}

static mlv_err read_wdir(struct reader *reader)
{
	mlv_err err = mlv_lockfile_wdir(reader->dir, reader->line.value.ptr,
					&reader->recorded->wdir);

	if (err && err->code == MLV_E_SPEC) {
		reader->strange = true; /* the other reader says why */
		return NULL;
	}
	return err ? err : next(reader);
}

/* "- path: x" and the keys below it. */
static mlv_err read_path(struct reader *reader, struct mlv_recorded_path *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf place = MLV_BUF_INIT;
	mlv_err err;

	if (strcmp(reader->line.key.ptr, "path") != 0 || !reader->line.has_value ||
	    mlv_lockfile_to_root(reader->dir, reader->line.value.ptr, &place)) {
		reader->strange = true; /* the other reader says why */
		return NULL;
	}
	path->at.cache = path->at.push = true;
	if (!(path->at.path = mlv_sys_strdup(place.ptr)))
		return mlv_error_nomem("a path");
	if ((err = next(reader)))
		return err;
	while (!reader->strange && at_key(reader, 6, NULL)) {
		if (!reader->line.has_value ||
		    mlv_lockfile_set_key(path, reader->line.key.ptr, reader->line.value.ptr))
			reader->strange = true;
		if ((err = next(reader)))
			return err;
	}
	if (!reader->strange && mlv_lockfile_check_path(path))
		reader->strange = true;
	return NULL;
}

static mlv_err read_paths(struct reader *reader, bool outs)
{
	struct mlv_recorded *to = reader->recorded;
	mlv_err err = reader->line.has_value ? NULL : next(reader);

	while (!err && !reader->strange && !reader->end && reader->line.item &&
	       reader->line.indent == 4) {
		MLV_SCOPED(mlv_recorded_path_release) struct mlv_recorded_path path = { 0 };

		if ((err = read_path(reader, &path)) || reader->strange)
			return err;
		err = outs ? mlv_recorded_add_out(to, &path) : mlv_recorded_add_dep(to, &path);
	}
	return err;
}

static mlv_err raw_value(struct reader *reader, char **value)
{
	if (!reader->line.has_value)
		reader->strange = true;
	*value = reader->line.has_value
			 ? mlv_sys_strndup(reader->line.raw, reader->line.raw_len)
			 : mlv_sys_strdup("");
	return *value ? NULL : mlv_error_nomem("a value");
}

static mlv_err read_params(struct reader *reader)
{
	mlv_err err;

	reader->raw = true;
	err = next(reader);
	while (!err && !reader->strange && at_key(reader, 6, NULL)) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;

		if (reader->line.has_value ||
		    mlv_lockfile_to_root(reader->dir, reader->line.key.ptr, &file)) {
			reader->strange = true;
			return NULL;
		}
		err = next(reader);
		while (!err && !reader->strange && at_key(reader, 8, NULL)) {
			MLV_SCOPED(mlv_mem_free) char *value = NULL;

			if (!(err = raw_value(reader, &value)) && !reader->strange &&
			    !(err = mlv_recorded_add_param(reader->recorded, file.ptr,
							   reader->line.key.ptr, value)))
				err = next(reader);
		}
	}
	reader->raw = false;
	return err;
}

static mlv_err read_env(struct reader *reader)
{
	mlv_err err;

	reader->raw = true;
	err = next(reader);
	while (!err && !reader->strange && at_key(reader, 6, NULL)) {
		MLV_SCOPED(mlv_mem_free) char *value = NULL;

		if (!(err = raw_value(reader, &value)) && !reader->strange &&
		    !(err = mlv_recorded_add_env(reader->recorded, reader->line.key.ptr, value)))
			err = next(reader);
	}
	reader->raw = false;
	return err;
}

/* The parts come in this order, each at most once. */
static mlv_err read_parts(struct reader *reader)
{
	mlv_err err = NULL;

	if (at_key(reader, 4, "cmd"))
		err = read_cmds(reader);
	if (!err && !reader->strange && at_key(reader, 4, "wdir"))
		err = read_wdir(reader);
	if (!err && !reader->strange && at_key(reader, 4, "deps"))
		err = read_paths(reader, false);
	if (!err && !reader->strange && at_key(reader, 4, "params"))
		err = read_params(reader);
	if (!err && !reader->strange && at_key(reader, 4, "env"))
		err = read_env(reader);
	if (!err && !reader->strange && at_key(reader, 4, "outs"))
		err = read_paths(reader, true);
	if (!reader->end)
		reader->strange = true;
	return err;
}

mlv_err mlv_lockfile_read(const char *dir, const char *text, struct mlv_recorded *recorded,
			  bool *strange)
{
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded made = { 0 };
	struct reader reader = { .at = text, .dir = dir, .recorded = &made,
				 .line = { .key = MLV_BUF_INIT, .value = MLV_BUF_INIT } };
	mlv_err err = next(&reader);

	if (!err && !reader.strange && !at_key(&reader, 2, NULL))
		reader.strange = true;
	if (!err && !reader.strange && !(made.name = mlv_sys_strdup(reader.line.key.ptr)))
		err = mlv_error_nomem("a stage");
	if (!err && !reader.strange && !(err = next(&reader)) && !reader.strange)
		err = read_parts(&reader);
	mlv_buf_release(&reader.line.key);
	mlv_buf_release(&reader.line.value);
	*strange = reader.strange;
	if (err || reader.strange)
		return err;
	*recorded = made;
	made = (struct mlv_recorded){ 0 };
	return NULL;
}
