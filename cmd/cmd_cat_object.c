/* cmd_cat_object.c - mlv cat-object: the bytes that an id is of. */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/base/suggest.h"
#include "core/repo/repo.h"
#include "remote/reader.h"

static mlv_err parse_key(char **operands, struct mlv_key *key)
{
	static const enum mlv_kind kinds[] = { MLV_KIND_OBJECT, MLV_KIND_LARGE, MLV_KIND_LEAVES,
					       MLV_KIND_NODE };
	const char *names[MLV_COUNT(kinds)], *near;
	size_t i = 0;
	mlv_err err;

	while (i < MLV_COUNT(kinds) && strcmp(operands[0], mlv_kind_name(kinds[i])) != 0) {
		names[i] = mlv_kind_name(kinds[i]);
		i++;
	}
	if (i == MLV_COUNT(kinds)) {
		err = mlv_error(MLV_E_USAGE, "no kind of object is called '%s'", operands[0]);
		near = mlv_suggest_of(operands[0], names, MLV_COUNT(names));
		return near ? mlv_error_hint(err, "did you mean %s?", near) :
			      mlv_error_hint(err, "kinds are object, large, leaves and node");
	}
	key->kind = kinds[i];
	if (!mlv_oid_parse(operands[1], strlen(operands[1]), &key->oid))
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "'%s' is not an id", operands[1]),
				      "an id has 64 digits, 0 to 9 and a to f");
	return NULL;
}

/* What is missing may lie at a remote. */
static mlv_err hinted(mlv_err err)
{
	return err && err->code == MLV_E_MISSING ?
		       mlv_error_hint(err, "mlv fetch brings what a remote has") :
		       err;
}

static mlv_err cat_object_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	struct mlv_reader reader = { .ctx = run->ctx };
	struct mlv_key key;
	mlv_err err;

	(void)args;
	if ((err = parse_key(operands, &key)) ||
	    (err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_repo_cache(repo, &reader.cache)))
		return err;
	return hinted(mlv_reader_stream(&reader, &key, UINT64_MAX, MLV_SPAN_ALL, mlv_out_bytes,
					run->out));
}

const struct mlv_cmd mlv_cmd_cat_object = {
	.name = "cat-object",
	.summary = "print the bytes that an id is the SHA-256 of",
	.operands = "object|large|leaves|node <id>",
	.min_operands = 2,
	.max_operands = 2,
	.run = cat_object_run,
};
