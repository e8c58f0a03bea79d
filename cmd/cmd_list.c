/* cmd_list.c - mlv list: what a repository holds, without downloading it. */
#include <inttypes.h>
#include <string.h>

#include "cmd/list_source.h"
#include "cmd/ui/out.h"

struct list_args {
	bool recursive, tree, only_tracked, size, hash;
	const char *rev;
	uint64_t level; /* 0: any */
};

static const struct mlv_opt list_opts[] = {
	{ MLV_OPT_COUNT, 'L', "level", offsetof(struct list_args, level), "<depth>", MLV_HINT_NONE,
	  "with --tree: so many levels of it" },
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
	{ MLV_OPT_FLAG, 'T', "tree", offsetof(struct list_args, tree), NULL, MLV_HINT_NONE,
	  "all that lies below, drawn as a tree" },
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

/* The columns before a path; item NULL: of a directory that is on the way. */
static void print_columns(struct mlv_out *out, const struct mlv_listing_item *item,
			  const struct list_args *args)
{
	char hex[MLV_OID_HEX + 1] = "-", text[MLV_OID_HEX + 32];

	if (args->hash) {
		if (item && item->named)
			mlv_oid_format(&item->oid, hex);
		snprintf(text, sizeof(text), "%-*s  ", MLV_OID_HEX, hex);
		mlv_out_raw(out, text);
	}
	if (args->size && item) {
		snprintf(text, sizeof(text), "%12" PRIu64 "  ", item->size);
		mlv_out_raw(out, text);
	} else if (args->size) {
		mlv_out_raw(out, "           -  ");
	}
}

static void print_name(struct mlv_out *out, const char *name, size_t len, bool tracked, bool dir)
{
	mlv_out_raw(out, tracked ? mlv_out_color(out, MLV_COLOR_BOLD) : "");
	mlv_out_path(out, name, len);
	mlv_out_raw(out, tracked ? mlv_out_color(out, MLV_COLOR_OFF) : "");
	mlv_out_raw(out, dir ? "/\n" : "\n");
}

static void print_line(struct mlv_out *out, const struct mlv_listing_item *item,
		       const struct list_args *args)
{
	print_columns(out, item, args);
	print_name(out, item->path, strlen(item->path), item->tracked, item->dir);
}

/* ---- a tree */

struct drawing {
	struct mlv_out *out;
	const struct list_args *args;
	const struct mlv_listing *listing;
	struct mlv_buf lead; /* what stands before the names of a level */
};

/* Where what lies at the same name as item i, from byte skip on, ends. */
static size_t end_of_name(const struct mlv_listing *listing, size_t i, size_t end, size_t skip, size_t len)
{
	const char *path = listing->items[i].path;

	if (path[skip + len] == '/')
		while (i + 1 < end && strncmp(listing->items[i + 1].path + skip, path + skip, len + 1) == 0)
			i++;
	return i + 1;
}

/* Items [at, end) are the same up to byte skip. They are sorted: what is in a directory is together. */
static mlv_err draw(struct drawing *drawing, size_t at, size_t end, size_t skip, uint64_t level)
{
	size_t outer = drawing->lead.len, next;
	mlv_err err = NULL;

	for (; at < end && !err; at = next) {
		const struct mlv_listing_item *item = &drawing->listing->items[at];
		const char *name = item->path + skip;
		size_t len = strcspn(name, "/");
		bool below = name[len] == '/';

		next = end_of_name(drawing->listing, at, end, skip, len);
		print_columns(drawing->out, below ? NULL : item, drawing->args);
		mlv_out_raw(drawing->out, drawing->lead.ptr);
		mlv_out_raw(drawing->out, next == end ? "└── " : "├── ");
		print_name(drawing->out, name, len, item->tracked && !below, below || item->dir);
		if (!below || level == drawing->args->level)
			continue;
		if (!(err = mlv_buf_add_str(&drawing->lead, next == end ? "    " : "│   ")))
			err = draw(drawing, at, next, skip + len + 1, level + 1);
		mlv_buf_truncate(&drawing->lead, outer);
	}
	return err;
}

static mlv_err draw_tree(struct mlv_run *run, const struct list_args *args,
			 const struct mlv_listing *listing)
{
	struct drawing drawing = { run->out, args, listing, MLV_BUF_INIT };
	mlv_err err = draw(&drawing, 0, listing->count, 0, 1);

	mlv_buf_release(&drawing.lead);
	return err;
}

static mlv_err list_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_list_close) struct mlv_list_source source = { 0 };
	MLV_SCOPED(mlv_listing_release) struct mlv_listing listing = { 0 };
	const struct list_args *args = opaque;
	mlv_err err;

	if (args->level && !args->tree)
		return mlv_error(MLV_E_USAGE, "--level is of --tree");
	if ((err = mlv_list_open(&source, run, operands, args->rev, args->only_tracked)) ||
	    (err = mlv_listing_make(&listing, &source.listing, source.path.ptr,
				     args->recursive || args->tree)))
		return err;
	if (args->tree && !run->json)
		return draw_tree(run, args, &listing);
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
