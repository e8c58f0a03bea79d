#include "cmd/added.h"
#include "core/base/amount.h"

static void begin(struct mlv_added_out *added)
{
	if (added->begun)
		return;
	added->begun = true;
	mlv_out_object_begin(added->run->out, NULL);
	mlv_out_array_begin(added->run->out, "targets");
}

static void tell_json(struct mlv_out *out, const char *path, const struct mlv_added *added)
{
	static const char *const ids[] = { "sha256", "leaves", "tree" };
	const struct mlv_output *output = added->output;
	char hex[MLV_OID_HEX + 1];

	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "path", path, strlen(path));
	mlv_out_json_path(out, "pointer", output->pointer, strlen(output->pointer));
	mlv_out_bool(out, "changed", added->changed);
	if (added->gone)
		mlv_out_bool(out, "deleted", true);
	mlv_out_number(out, "size", added->size);
	mlv_out_number(out, "nfiles", added->nfiles);
	mlv_out_text(out, ids[output->type], mlv_oid_format(&output->oid, hex));
	mlv_out_object_end(out);
}

static void tell_line(const struct mlv_added_out *to, const char *path,
		      const struct mlv_added *added)
{
	struct mlv_out *out = to->run->out;
	char size[32];

	mlv_amount_format(added->size, size, sizeof(size));
	mlv_out_raw(out, added->changed ? to->verb : "unchanged");
	mlv_out_raw(out, " ");
	mlv_out_path(out, path, strlen(path));
	if (!added->changed)
		mlv_out_line(out, "%s", "");
	else if (added->gone)
		mlv_out_line(out, " (deleted)");
	else if (added->output->type == MLV_ID_TREE)
		mlv_out_line(out, " (%llu file%s, %s)", (unsigned long long)added->nfiles,
			     added->nfiles == 1 ? "" : "s", size);
	else
		mlv_out_line(out, " (%s)", size);
}

void mlv_added_tell(void *arg, const struct mlv_added *added)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	struct mlv_added_out *to = arg;
	const char *path = added->output->path;

	if (*added->part &&
	    !mlv_buf_printf(&whole, "%s/%s", added->output->path, added->part))
		path = whole.ptr;
	if (added->followed)
		mlv_tell_warning(to->run->ctx, "%s: was a link, tracked as the file it points to",
				 path);
	begin(to);
	if (to->run->json)
		tell_json(to->run->out, path, added);
	else
		tell_line(to, path, added);
}

void mlv_added_tell_stage(struct mlv_added_out *added, const char *stage, bool changed)
{
	struct mlv_out *out = added->run->out;

	begin(added);
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "stage", stage);
	mlv_out_bool(out, "changed", changed);
	mlv_out_object_end(out);
	mlv_out_line(out, "%s stage '%s'", changed ? added->verb : "unchanged", stage);
}

void mlv_added_end(struct mlv_added_out *added)
{
	begin(added);
	mlv_out_array_end(added->run->out);
	mlv_out_object_end(added->run->out);
}
