/* cmd_du.c - mlv du: how much data a repository tracks, without downloading it. */
#include <string.h>

#include "cmd/list_source.h"
#include "cmd/ui/out.h"
#include "core/base/amount.h"

struct du_args {
	bool summarize, bytes;
	const char *rev;
};

static const struct mlv_opt du_opts[] = {
	{ MLV_OPT_FLAG, 'b', "bytes", offsetof(struct du_args, bytes), NULL, MLV_HINT_NONE,
	  "print exact numbers of bytes" },
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct du_args, rev), "<rev>", MLV_HINT_REV,
	  "as it is there (default: the work tree; of others HEAD)" },
	{ MLV_OPT_FLAG, 's', "summarize", offsetof(struct du_args, summarize), NULL, MLV_HINT_NONE,
	  "print the total alone" },
	{ 0 },
};

static void print(struct mlv_run *run, const struct du_args *args,
		  const struct mlv_listing_item *item)
{
	struct mlv_out *out = run->out;
	char size[32];

	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "path", item->path, strlen(item->path));
	mlv_out_number(out, "size", item->size);
	mlv_out_number(out, "nfiles", item->nfiles);
	mlv_out_object_end(out);
	if (args->bytes)
		snprintf(size, sizeof(size), "%llu", (unsigned long long)item->size);
	else
		mlv_amount_format(item->size, size, sizeof(size));
	mlv_out_raw(out, size);
	mlv_out_raw(out, "\t");
	mlv_out_path(out, item->path, strlen(item->path));
	mlv_out_raw(out, item->dir ? "/\n" : "\n");
}

static mlv_err du_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_list_close) struct mlv_list_source source = { 0 };
	MLV_SCOPED(mlv_listing_release) struct mlv_listing listing = { 0 };
	char all[] = "total";
	struct mlv_listing_item total = { .path = all };
	const struct du_args *args = opaque;
	mlv_err err;

	if ((err = mlv_list_open(&source, run, operands, args->rev, true)) ||
	    (err = mlv_listing_make(&listing, &source.listing, source.path.ptr, false)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_array_begin(run->out, "paths");
	for (size_t i = 0; i < listing.count; i++) {
		total.size += listing.items[i].size;
		total.nfiles += listing.items[i].nfiles;
		if (!args->summarize)
			print(run, args, &listing.items[i]);
	}
	mlv_out_array_end(run->out);
	mlv_out_number(run->out, "size", total.size);
	mlv_out_number(run->out, "nfiles", total.nfiles);
	mlv_out_object_end(run->out);
	if (!run->json)
		print(run, args, &total);
	return NULL;
}

const struct mlv_cmd mlv_cmd_du = {
	.name = "du",
	.summary = "tell how much data a repository tracks",
	.operands = "[<url> [<path>]]",
	.max_operands = 2,
	.hint = MLV_HINT_DIR,
	.opts = du_opts,
	.args_size = sizeof(struct du_args),
	.run = du_run,
};
