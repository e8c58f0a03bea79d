/* closure_parts.c - whether what is wanted of a tree is in it. */
#include <string.h>

#include "core/base/buf.h"
#include "core/base/path.h"
#include "remote/closure.h"

static mlv_err note_found(void *arg, const struct mlv_entry *entry)
{
	(void)entry;
	*(bool *)arg = true;
	return NULL;
}

static mlv_err note_lost(void *arg, const struct mlv_item *node, mlv_err why)
{
	(void)node;
	(void)why;
	*(bool *)arg = true;
	return NULL;
}

static bool same_part(const struct mlv_want *a, const struct mlv_want *b)
{
	return strcmp(a->part, b->part) == 0 && strcmp(a->label, b->label) == 0;
}

/* Whether wants[at] is the first of its part: one message for all revisions. */
static bool is_first(const struct mlv_want *wants, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (wants[i].part && same_part(&wants[i], &wants[at]))
			return false;
	return true;
}

static mlv_err not_there(const struct mlv_want *want)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	char shown[512];
	mlv_err err = mlv_buf_printf(&path, "%s/%s", want->label, want->part);

	if (err)
		return err;
	err = mlv_error(MLV_E_MISSING, "%s: not in the tracked directory",
			mlv_path_shown(path.ptr, path.len, shown, sizeof(shown)));
	return mlv_error_hint(err, "mlv ls-tree %s lists what is",
			      mlv_path_shown(want->label, strlen(want->label), shown,
					     sizeof(shown)));
}

mlv_err mlv_closure_check_parts(struct mlv_ctx *ctx, struct mlv_node_source source,
				const struct mlv_want *wants, size_t count)
{
	bool found = false;
	struct mlv_closure_walk walk = {
		.ctx = ctx,
		.jobs = 1,
		.source = source,
		.entry = note_found,
		.lost = note_lost,
		.arg = &found,
	};
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count; i++) {
		if (wants[i].key.kind != MLV_KIND_NODE || !wants[i].part || !wants[i].part[0] ||
		    wants[i].optional || !is_first(wants, i))
			continue;
		found = false;
		for (size_t j = i; !err && !found && j < count; j++)
			if (wants[j].part && same_part(&wants[i], &wants[j]))
				err = mlv_closure_walk(&walk, &wants[j], 1);
		if (!err && !found)
			err = not_there(&wants[i]);
	}
	return err;
}
