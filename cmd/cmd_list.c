/* cmd_list.c - mlv list: what a repository holds, without downloading it. */
#include <inttypes.h>
#include <string.h>

#include "cmd/list_source.h"
#include "cmd/ui/out.h"

struct list_args {
	bool recursive, only_tracked, size, hash;
	const char *rev;
};

static const struct mlv_opt list_opts[] = {
	{ MLV_OPT_FLAG, 0, "mlv-only", offsetof(struct list_args, only_tracked), NULL,
	  MLV_HINT_NONE, "leave out what only git has" },
	{ MLV_OPT_FLAG, 'R', "recursive", offsetof(struct list_args, recursive), NULL,
	  MLV_HINT_NONE, "all that lies below, also in tracked directories" },
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct list_args, rev), "<rev>", MLV_HINT_REV,
	  "as it is there (default: the work tree; of others HEAD)" },
	{ MLV_OPT_FLAG, 0, "show-hash", offsetof(struct list_args, hash), NULL, MLV_HINT_NONE,
	  "print ids of what is tracked before paths" },
	{ MLV_OPT_FLAG, 0, "size", offsetof(struct list_args, size), NULL, MLV_HINT_NONE,
	  "print sizes in bytes before paths" },
	{ 0 },
};

static const char *const id_names[] = {
	[MLV_ID_SHA256] = "sha256",
	[MLV_ID_LEAVES] = "leaves",
	[MLV_ID_TREE] = "tree",
};

static void print_json(struct mlv_out *out, const struct mlv_listing_item *item)
{
	char hex[MLV_OID_HEX + 1];

	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "path", item->path, strlen(item->path));
	mlv_out_bool(out, "isout", item->tracked);
	mlv_out_bool(out, "isdir", item->dir);
	mlv_out_bool(out, "isexec", item->exec);
	mlv_out_number(out, "size", item->size);
	if (item->named)
		mlv_out_text(out, id_names[item->type], mlv_oid_format(&item->oid, hex));
	mlv_out_object_end(out);
}

static void print_line(struct mlv_out *out, const struct mlv_listing_item *item,
		       const struct list_args *args)
{
	char hex[MLV_OID_HEX + 1] = "-", text[MLV_OID_HEX + 32];

	if (args->hash) {
		if (item->named)
			mlv_oid_format(&item->oid, hex);
		snprintf(text, sizeof(text), "%-*s  ", MLV_OID_HEX, hex);
		mlv_out_raw(out, text);
	}
	if (args->size) {
		snprintf(text, sizeof(text), "%12" PRIu64 "  ", item->size);
		mlv_out_raw(out, text);
	}
	mlv_out_raw(out, item->tracked ? mlv_out_color(out, MLV_COLOR_BOLD) : "");
	mlv_out_path(out, item->path, strlen(item->path));
	mlv_out_raw(out, item->tracked ? mlv_out_color(out, MLV_COLOR_OFF) : "");
	mlv_out_raw(out, item->dir ? "/\n" : "\n");
}

static mlv_err list_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_list_close) struct mlv_list_source source = { 0 };
	MLV_SCOPED(mlv_listing_release) struct mlv_listing listing = { 0 };
	const struct list_args *args = opaque;
	mlv_err err;

	if ((err = mlv_list_open(&source, run, operands, args->rev, args->only_tracked)) ||
	    (err = mlv_listing_make(&listing, &source.listing, source.path.ptr, args->recursive)))
		return err;
	mlv_out_array_begin(run->out, NULL);
	for (size_t i = 0; i < listing.count; i++) {
		if (run->json)
			print_json(run->out, &listing.items[i]);
		else
			print_line(run->out, &listing.items[i], args);
	}
	mlv_out_array_end(run->out);
	return NULL;
}

const struct mlv_cmd mlv_cmd_list = {
	.name = "list",
	.alias = "ls",
	.summary = "list what a repository holds, without downloading it",
	.operands = "[<url> [<path>]]",
	.max_operands = 2,
	.hint = MLV_HINT_DIR,
	.opts = list_opts,
	.args_size = sizeof(struct list_args),
	.run = list_run,
};
