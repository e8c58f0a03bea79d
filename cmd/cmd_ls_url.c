/* cmd_ls_url.c - mlv ls-url: what lies at a URL. */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/remote_open.h"
#include "cmd/ui/out.h"
#include "cmd/url/place.h"
#include "core/base/path.h"

struct ls_url_args {
	bool recursive, size;
};

static const struct mlv_opt ls_url_opts[] = {
	{ MLV_OPT_FLAG, 'R', "recursive", offsetof(struct ls_url_args, recursive), NULL,
	  MLV_HINT_NONE, "also what lies in directories" },
	{ MLV_OPT_FLAG, 0, "size", offsetof(struct ls_url_args, size), NULL, MLV_HINT_NONE,
	  "print sizes, in bytes" },
	{ 0 },
};

static void print(struct mlv_out *out, const struct ls_url_args *args, const char *path,
		  size_t len, uint64_t size, bool dir)
{
	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "path", path, len);
	mlv_out_bool(out, "isdir", dir);
	if (size != UINT64_MAX)
		mlv_out_number(out, "size", size);
	mlv_out_object_end(out);
	if (out->json || out->quiet)
		return;
	if (args->size && size != UINT64_MAX)
		fprintf(out->to, "%12llu  ", (unsigned long long)size);
	else if (args->size)
		fprintf(out->to, "%12s  ", "-");
	mlv_out_path(out, path, len);
	mlv_out_raw(out, dir ? "/\n" : "\n");
}

/* Files are sorted: those of one directory stand together, but for what sorts between. */
static void list(struct mlv_out *out, const struct ls_url_args *args,
		 const struct mlv_url_place *place)
{
	const char *last = NULL;
	size_t last_len = 0;

	for (size_t i = 0; i < place->count; i++) {
		const char *key = place->files[i].key, *name = strrchr(place->base, '/');
		size_t len = strcspn(key, "/");

		if (!*key)
			key = name ? name + 1 : place->base;
		if (args->recursive || !place->dir || !key[len]) {
			print(out, args, key, strlen(key), place->files[i].size, false);
			continue;
		}
		if (!last || last_len != len || strncmp(last, key, len) != 0)
			print(out, args, key, len, UINT64_MAX, true);
		last = key;
		last_len = len;
	}
}

static mlv_err ls_url_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	const struct ls_url_args *args = opaque;
	MLV_SCOPED(mlv_url_place_release) struct mlv_url_place place = { .shallow = !args->recursive };
	mlv_err err;

	if ((err = mlv_cmd_find_repo(run, &repo)) ||
	    (err = mlv_url_place_open(&place, run, repo, operands[0], true)))
		return err;
	mlv_out_array_begin(run->out, NULL);
	list(run->out, args, &place);
	mlv_out_array_end(run->out);
	return NULL;
}

const struct mlv_cmd mlv_cmd_ls_url = {
	.name = "ls-url",
	.summary = "list what lies at a URL",
	.operands = "<url>",
	.min_operands = 1,
	.max_operands = 1,
	.opts = ls_url_opts,
	.args_size = sizeof(struct ls_url_args),
	.run = ls_url_run,
};
