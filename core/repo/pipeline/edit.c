/*
 * A stage put into the text of an mlv.yaml. Maps in block style are found by
 * their indentation, which the parser has checked before; all other bytes of the
 * file stay.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/base/yaml.h"
#include "core/base/yaml_block.h"
#include "core/repo/pipeline/edit.h"

struct edit {
	const char *path;
	struct mlv_buf *text;
	const struct mlv_value *stages;
	const struct mlv_value *old; /* the stage that is replaced, or NULL */
	size_t indent;               /* of names of stages */
};

/* The lines of a stage, each indented as others are. */
static mlv_err indented(const char *lines, size_t indent, struct mlv_buf *to)
{
	mlv_err err = NULL;

	for (const char *at = lines; *at && !err;) {
		size_t len = strcspn(at, "\n") + 1;

		if (*at != '\n')
			err = mlv_buf_printf(to, "%*s", (int)indent, "");
		if (!err)
			err = mlv_buf_add(to, at, len);
		at += len;
	}
	return err;
}

/* The lines of a key below the old stage, to be kept as they are. */
static mlv_err keep_key(const struct edit *edit, const char *key, struct mlv_buf *to)
{
	const struct mlv_value *value = mlv_value_get(edit->old, key);
	size_t start, end;

	if (!value || value->key_line <= edit->old->key_line)
		return NULL;
	start = mlv_yaml_line_start(edit->text, value->key_line);
	end = mlv_yaml_block_end(edit->text, start, value->key_column - 1);
	return mlv_buf_add(to, edit->text->ptr + start, end - start);
}

static mlv_err replace(const struct edit *edit, const char *lines)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf block = MLV_BUF_INIT;
	size_t start = mlv_yaml_line_start(edit->text, edit->old->key_line);
	mlv_err err = indented(lines, edit->indent, &block);

	if (!err)
		err = keep_key(edit, "meta", &block);
	return err ? err
		   : mlv_yaml_splice(edit->text, start,
				     mlv_yaml_block_end(edit->text, start, edit->indent), &block);
}

static mlv_err append(const struct edit *edit, const char *lines)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf block = MLV_BUF_INIT;
	const struct mlv_value *last = NULL;
	size_t at = edit->text->len;
	mlv_err err = NULL;

	for (size_t i = 0; edit->stages && i < edit->stages->count; i++)
		if (!last || edit->stages->items[i]->key_line > last->key_line)
			last = edit->stages->items[i];
	if (last)
		at = mlv_yaml_block_end(edit->text, mlv_yaml_line_start(edit->text, last->key_line),
					edit->indent);
	else if (edit->stages)
		at = mlv_yaml_next_line(edit->text, mlv_yaml_line_start(edit->text, edit->stages->key_line));
	else
		err = mlv_buf_add_str(&block, "stages:\n");
	if (err || (err = indented(lines, edit->indent, &block)))
		return err;
	return mlv_yaml_splice(edit->text, at, at, &block);
}

/* Whether each stage begins a line of its own, all at one column. */
static bool in_blocks(struct edit *edit, const struct mlv_value *root)
{
	const struct mlv_value *stages = edit->stages;

	edit->indent = 2;
	if (root->type == MLV_VALUE_MAP && root->count &&
	    (root->items[0]->key_column != 1 || edit->text->ptr[0] == '{'))
		return false;
	for (size_t i = 0; stages && i < stages->count; i++) {
		const struct mlv_value *stage = stages->items[i];
		size_t start = mlv_yaml_line_start(edit->text, stage->key_line);

		edit->indent = stages->items[0]->key_column - 1;
		if (stage->key_column - 1 != edit->indent || stage->key_line <= stages->key_line ||
		    strspn(edit->text->ptr + start, " ") < edit->indent)
			return false;
	}
	return !stages || stages->count || stages->type == MLV_VALUE_NULL;
}

mlv_err mlv_pipeline_put_stage(const char *path, struct mlv_buf *text, const char *name,
			       const char *lines, bool force)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	struct edit edit = { .path = path, .text = text };
	mlv_err err = mlv_yaml_parse_anchored(path, text->ptr, text->len, &root);

	if (err)
		return err;
	edit.stages = mlv_value_get(root, "stages");
	edit.old = mlv_value_get(edit.stages, name);
	if (edit.old && !force)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: stage '%s' is there already",
						path, name),
				      "--force replaces it");
	if (edit.stages && edit.stages->type != MLV_VALUE_MAP &&
	    edit.stages->type != MLV_VALUE_NULL)
		return mlv_error(MLV_E_SPEC, "%s:%u:%u: 'stages' must be a map of names to stages",
				 path, edit.stages->line, edit.stages->column);
	if (!in_blocks(&edit, root))
		return mlv_error_hint(
			mlv_error(MLV_E_SPEC, "%s: cannot be added to: stages stand in braces, "
				  "or are indented", path),
			"write each stage on lines of its own, and 'stages:' at the beginning of one");
	return edit.old ? replace(&edit, lines) : append(&edit, lines);
}
