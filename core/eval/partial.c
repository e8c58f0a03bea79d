#include "core/eval/partial.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/eval/spec.h"

void mlv_partial_release(struct mlv_partial *partial)
{
	free(partial->eval);
	free(partial->spec);
	free(partial->predictions.path);
	free(partial->predictions.id);
	free(partial->features.path);
	free(partial->features.id);
	*partial = (struct mlv_partial){ 0 };
}

/* ---- writing */

static mlv_err add_text(struct mlv_buf *to, const char *before, const char *text)
{
	mlv_err err = mlv_buf_add_str(to, before);

	return err ? err : mlv_json_add_string(to, text, strlen(text));
}

mlv_err mlv_partial_add_head(const struct mlv_partial *partial, struct mlv_buf *to)
{
	mlv_err err;

	if ((err = add_text(to, "{\"eval\":", partial->eval)) ||
	    (partial->features.path &&
	     ((err = add_text(to, ",\"features\":{\"id\":", partial->features.id)) ||
	      (err = add_text(to, ",\"path\":", partial->features.path)) ||
	      (err = mlv_buf_add_char(to, '}')))) ||
	    (err = add_text(to, ",\"predictions\":{\"id\":", partial->predictions.id)) ||
	    (err = add_text(to, ",\"path\":", partial->predictions.path)) ||
	    (err = mlv_buf_printf(to, "},\"rows\":%llu", (unsigned long long)partial->rows)) ||
	    (partial->shards &&
	     (err = mlv_buf_printf(to, ",\"shard\":[%u,%u]", partial->shard, partial->shards))) ||
	    (err = add_text(to, ",\"spec\":", partial->spec)))
		return err;
	return mlv_buf_add_str(to, "}\n");
}

/* ---- reading */

static mlv_err damaged(const char *name, const char *what)
{
	return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "%s: a damaged partial: %s", name, what),
			      "make it again where its shard lies: mlv eval --partial");
}

static mlv_err take_text(const char *name, const struct mlv_value *map, const char *key, char **out)
{
	const char *text = mlv_value_text(mlv_value_get(map, key));

	if (!text || !*text)
		return damaged(name, "its second line");
	*out = mlv_sys_strdup(text);
	return *out ? NULL : mlv_error_nomem("a partial");
}

static bool take_count(const struct mlv_value *value, uint64_t most, uint64_t *out)
{
	if (!value || value->type != MLV_VALUE_INT || value->integer < 0 ||
	    (uint64_t)value->integer > most)
		return false;
	*out = (uint64_t)value->integer;
	return true;
}

static bool take_shard(const struct mlv_value *value, struct mlv_partial *partial)
{
	uint64_t shard, shards;

	if (!value)
		return true;
	if (value->type != MLV_VALUE_LIST || value->count != 2 ||
	    !take_count(value->items[0], MLV_PARTIAL_SHARDS, &shard) ||
	    !take_count(value->items[1], MLV_PARTIAL_SHARDS, &shards) || !shard || shard > shards)
		return false;
	partial->shard = (unsigned)shard;
	partial->shards = (unsigned)shards;
	return true;
}

static mlv_err take_head(const char *name, const struct mlv_value *root, struct mlv_partial *partial)
{
	const struct mlv_value *predictions = mlv_value_get(root, "predictions");
	const struct mlv_value *features = mlv_value_get(root, "features");
	mlv_err err;

	if ((err = take_text(name, root, "eval", &partial->eval)) ||
	    (err = take_text(name, root, "spec", &partial->spec)) ||
	    (err = take_text(name, predictions, "id", &partial->predictions.id)) ||
	    (err = take_text(name, predictions, "path", &partial->predictions.path)) ||
	    (features && ((err = take_text(name, features, "id", &partial->features.id)) ||
			  (err = take_text(name, features, "path", &partial->features.path)))))
		return err;
	if (!mlv_eval_name_ok(partial->eval) ||
	    !take_count(mlv_value_get(root, "rows"), INT32_MAX, &partial->rows) ||
	    !take_shard(mlv_value_get(root, "shard"), partial))
		return damaged(name, "its second line");
	return NULL;
}

/* One way to write it, so that what this reader does not know is not passed over. */
static mlv_err check_form(const char *name, const struct mlv_partial *partial, const char *line,
			  size_t len)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf again = MLV_BUF_INIT;
	mlv_err err = mlv_partial_add_head(partial, &again);

	if (err)
		return err;
	return again.len == len && memcmp(again.ptr, line, len) == 0 ? NULL
								     : damaged(name, "its second line");
}

mlv_err mlv_partial_read_head(const char *name, const char *bytes, size_t len,
			      struct mlv_partial *partial, size_t *begin)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	MLV_SCOPED(mlv_partial_release) struct mlv_partial made = { 0 };
	const char *magic = MLV_PARTIAL_MAGIC, *line = bytes + MLV_PARTIAL_MARK, *end;
	size_t version = strlen(magic) - strlen("1 ");
	mlv_err err;

	if (len < strlen(magic) || memcmp(bytes, magic, version) != 0)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: not a partial", name),
				      "mlv eval --partial writes one");
	if (memcmp(bytes, magic, strlen(magic)) != 0)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: a partial of a version that is not known",
						name),
				      "a newer mlv may have written it");
	if (len < MLV_PARTIAL_MARK || line[-1] != '\n' ||
	    !(end = memchr(line, '\n', len - MLV_PARTIAL_MARK)))
		return damaged(name, "it ends early");
	if ((err = mlv_json_parse(name, line, (size_t)(end - line), &root)))
		return err->code == MLV_E_SPEC ? damaged(name, "its second line") : err;
	if ((err = take_head(name, root, &made)) ||
	    (err = check_form(name, &made, line, (size_t)(end + 1 - line))))
		return err;
	*begin = (size_t)(end + 1 - bytes);
	*partial = made;
	made = (struct mlv_partial){ 0 };
	return NULL;
}
