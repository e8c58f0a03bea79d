#include "core/repo/eval_partial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/gzip.h"
#include "core/base/path.h"
#include "core/store/hashing.h"
#include "core/store/sha256.h"

#define STEP ((size_t)256 << 10)

/* ---- making */

mlv_err mlv_eval_spec_id(const struct mlv_eval_spec *spec, char id[MLV_EVAL_ID])
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_oid oid;
	mlv_err err;

	if ((err = mlv_eval_spec_text(spec, &text)) ||
	    (err = mlv_sha256_of(text.ptr, text.len, &oid)))
		return err;
	mlv_eval_write_id(MLV_KIND_OBJECT, &oid, id);
	return NULL;
}

/* A regular file by the path that the user typed. */
static mlv_err open_typed(struct mlv_ctx *ctx, const char *path, int *fd, struct stat *st)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf absolute = MLV_BUF_INIT;
	mlv_err err = mlv_path_absolute(&absolute, ctx->cwd, path);

	if (err)
		return err;
	*fd = mlv_sys_openat(AT_FDCWD, absolute.ptr, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (*fd < 0 && errno == ENOENT)
		return mlv_error(MLV_E_MISSING, "%s: there is no such file", path);
	if (*fd < 0 || mlv_sys_fstat(*fd, st) < 0)
		return mlv_error_sys("%s", path);
	return S_ISREG(st->st_mode) ? NULL
				    : mlv_error(MLV_E_REFUSED, "%s: not a regular file", path);
}

/* A shard's table, and the id of its bytes. */
static mlv_err open_table(struct mlv_metrics_place *place, const char *typed, const char *path,
			  struct mlv_eval_table *table, char id[MLV_EVAL_ID])
{
	const struct mlv_metrics_side side = { 0 };
	MLV_SCOPED(mlv_named_release) struct mlv_named named = { .kind = MLV_KIND_OBJECT };
	mlv_err err;

	if (!typed)
		return mlv_eval_table_open(place, &side, path, table, id);
	table->source.name = typed;
	if ((err = open_typed(place->ctx, typed, &table->fd, &table->before)) ||
	    (err = mlv_hash_file(place->ctx, table->fd, typed, &named)))
		return err;
	if (lseek(table->fd, 0, SEEK_SET) < 0)
		return mlv_error_sys("%s", typed);
	mlv_eval_write_id(named.kind, &named.oid, id);
	table->source.fd = table->fd;
	return NULL;
}

/* Append the first line, then what it is the digest of. */
static mlv_err add_marked(const struct mlv_buf *rest, struct mlv_buf *to)
{
	struct mlv_oid oid;
	char hex[MLV_OID_HEX + 1];
	mlv_err err = mlv_sha256_of(rest->ptr, rest->len, &oid);

	if (err || (err = mlv_buf_printf(to, MLV_PARTIAL_MAGIC "%s\n", mlv_oid_format(&oid, hex))))
		return err;
	return mlv_buf_add(to, rest->ptr, rest->len);
}

static mlv_err add_shard(const struct mlv_eval_spec *spec, const struct mlv_extract *extract,
			 const struct mlv_partial *head, struct mlv_buf *to)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf rows = MLV_BUF_LIMIT(MLV_PARTIAL_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf rest = MLV_BUF_LIMIT(MLV_PARTIAL_MAX);
	mlv_err err;

	if ((err = mlv_extract_write(spec, extract, &rows)) ||
	    (err = mlv_partial_add_head(head, &rest)) ||
	    (err = mlv_gzip(rows.ptr, rows.len, &rest)))
		return err;
	return add_marked(&rest, to);
}

mlv_err mlv_eval_partial_make(struct mlv_metrics_place *place, const struct mlv_eval_spec *spec,
			      const struct mlv_shard *shard, struct mlv_buf *to, uint64_t *rows)
{
	MLV_SCOPED(mlv_eval_table_release) struct mlv_eval_table predictions = MLV_EVAL_TABLE_INIT;
	MLV_SCOPED(mlv_eval_table_release) struct mlv_eval_table features = MLV_EVAL_TABLE_INIT;
	MLV_SCOPED(mlv_extract_release) struct mlv_extract extract = { 0 };
	char ids[3][MLV_EVAL_ID] = { "", "", "" };
	const struct mlv_metrics_side side = { 0 };
	struct mlv_eval_files named = { place, &side };
	const struct mlv_expr_files files = { mlv_eval_read_named, &named };
	struct mlv_partial head = {
		.eval = spec->name, .spec = ids[2], .shard = shard->number, .shards = shard->count,
	};
	mlv_err err;

	if (!spec->join && shard->features)
		return mlv_error(MLV_E_USAGE, "'%s' has no 'join': there are no features", spec->name);
	if ((err = open_table(place, shard->predictions, spec->predictions, &predictions, ids[0])) ||
	    (spec->join && (err = open_table(place, shard->features, spec->join, &features, ids[1]))) ||
	    (err = mlv_extract_read(place->ctx, spec, &predictions.source,
				    spec->join ? &features.source : NULL, &files, &extract)) ||
	    (err = mlv_eval_table_check(&predictions)) || (err = mlv_eval_table_check(&features)) ||
	    (err = mlv_eval_spec_id(spec, ids[2])))
		return err;
	head.predictions.id = ids[0];
	head.features.id = ids[1];
	head.rows = *rows = extract.frame.rows;
	if (!(head.predictions.path = mlv_sys_strdup(predictions.source.name)) ||
	    (spec->join && !(head.features.path = mlv_sys_strdup(features.source.name))))
		err = mlv_error_nomem("a partial");
	if (!err)
		err = add_shard(spec, &extract, &head, to);
	free(head.predictions.path);
	free(head.features.path);
	return err;
}

/* ---- opening */

void mlv_eval_partials_release(struct mlv_partials *partials)
{
	for (size_t p = 0; p < partials->count; p++) {
		mlv_fd_close(&partials->at[p].fd);
		mlv_partial_release(&partials->at[p].head);
	}
	free(partials->at);
	*partials = (struct mlv_partials){ 0 };
}

static mlv_err damaged(const struct mlv_partial_file *file)
{
	return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "%s: a damaged partial: its bytes are not those "
						       "that its first line names", file->path),
			      "copy it again, or make it again where its shard lies");
}

/* Whether what follows the first line is what it says. */
static mlv_err check_bytes(const struct mlv_partial_file *file, const char *mark)
{
	MLV_SCOPED(mlv_sha256_freep) struct mlv_sha256 *hasher = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf piece = MLV_BUF_INIT;
	uint64_t at = MLV_PARTIAL_MARK, size = (uint64_t)file->before.st_size;
	char hex[MLV_OID_HEX + 1];
	struct mlv_oid oid;
	mlv_err err;

	if ((err = mlv_sha256_new(&hasher)) || (err = mlv_buf_reserve(&piece, STEP)))
		return err;
	while (at < size) {
		size_t len = size - at < STEP ? (size_t)(size - at) : STEP;

		if ((err = mlv_fs_pread_full(file->fd, file->path, piece.ptr, len, at)) ||
		    (err = mlv_sha256_update(hasher, piece.ptr, len)))
			return err;
		at += len;
	}
	if ((err = mlv_sha256_final(hasher, &oid)))
		return err;
	mlv_oid_format(&oid, hex);
	return memcmp(mark + strlen(MLV_PARTIAL_MAGIC), hex, MLV_OID_HEX) == 0 ? NULL : damaged(file);
}

static mlv_err open_partial(struct mlv_ctx *ctx, struct mlv_partial_file *file)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf first = MLV_BUF_INIT;
	size_t most = MLV_PARTIAL_MARK + MLV_PARTIAL_HEAD_MAX;
	mlv_err err;

	if ((err = open_typed(ctx, file->path, &file->fd, &file->before)))
		return err;
	if ((uint64_t)file->before.st_size < most)
		most = (size_t)file->before.st_size;
	if ((err = mlv_buf_reserve(&first, most + 1)) ||
	    (err = mlv_fs_pread_full(file->fd, file->path, first.ptr, most, 0)))
		return err;
	mlv_buf_advance(&first, most);
	if (most >= MLV_PARTIAL_MARK &&
	    memcmp(first.ptr, MLV_PARTIAL_MAGIC, strlen(MLV_PARTIAL_MAGIC)) == 0 &&
	    (err = check_bytes(file, first.ptr)))
		return err;
	return mlv_partial_read_head(file->path, first.ptr, most, &file->head, &file->begin);
}

/* ---- whether they belong together */

static mlv_err check_pair(const struct mlv_partial_file *a, const struct mlv_partial_file *b)
{
	bool numbered = a->head.shards && b->head.shards;

	if (strcmp(a->head.eval, b->head.eval) != 0)
		return mlv_error(MLV_E_SPEC, "%s is of the evaluation '%s', %s of '%s'", b->path,
				 b->head.eval, a->path, a->head.eval);
	if (strcmp(a->head.spec, b->head.spec) != 0)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s and %s are of different specifications of "
							    "'%s'", a->path, b->path, a->head.eval),
				      "make them with the same mlv.yaml");
	if (!a->head.shards != !b->head.shards)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s does not say which shard it is, %s does",
						a->head.shards ? b->path : a->path,
						a->head.shards ? a->path : b->path),
				      "number all with --shard, or none");
	if (a->head.shards != b->head.shards)
		return mlv_error(MLV_E_SPEC, "%s is one of %u shards, %s one of %u", a->path,
				 a->head.shards, b->path, b->head.shards);
	if (numbered && a->head.shard == b->head.shard)
		return mlv_error(MLV_E_SPEC, "%s and %s are both shard %u of %u", a->path, b->path,
				 a->head.shard, a->head.shards);
	if (!numbered && a->head.rows && b->head.rows &&
	    strcmp(a->head.predictions.id, b->head.predictions.id) == 0)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s and %s are of the same file", a->path,
						b->path),
				      "if two shards do have the same bytes, number them with --shard");
	return NULL;
}

/* Those that were numbered are all there: each number differs, so that as many are all. */
static mlv_err check_all(const struct mlv_partials *partials)
{
	unsigned shards = partials->at[0].head.shards, missing = 1;

	if (!shards || partials->count == shards)
		return NULL;
	for (bool found = true; found; missing += found) {
		found = false;
		for (size_t p = 0; p < partials->count && !found; p++)
			found = partials->at[p].head.shard == missing;
	}
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "shard %u of %u is not there", missing, shards),
			      "give all partials of '%s'", partials->at[0].head.eval);
}

static int by_shard(const void *a, const void *b)
{
	const struct mlv_partial_file *left = a, *right = b;

	if (left->head.shard != right->head.shard)
		return left->head.shard < right->head.shard ? -1 : 1;
	return strcmp(left->head.predictions.id, right->head.predictions.id);
}

mlv_err mlv_eval_partials_open(struct mlv_ctx *ctx, char **paths, struct mlv_partials *partials)
{
	MLV_SCOPED(mlv_eval_partials_release) struct mlv_partials made = { 0 };
	size_t count = 0;
	mlv_err err = NULL;

	while (paths[count])
		count++;
	if (!(made.at = mlv_sys_alloc_array(count + 1, sizeof(*made.at))))
		return mlv_error_nomem("partials");
	for (size_t p = 0; p < count && !err; p++) {
		made.at[made.count] = (struct mlv_partial_file){ .path = paths[p], .fd = -1 };
		err = open_partial(ctx, &made.at[made.count++]);
		if (!err && p) /* one spec and number of shards for all; neighbours tell the rest */
			err = check_pair(&made.at[0], &made.at[p]);
	}
	if (err)
		return err;
	qsort(made.at, made.count, sizeof(*made.at), by_shard);
	for (size_t p = 1; p < count && !err; p++)
		err = check_pair(&made.at[p - 1], &made.at[p]);
	if (err || (err = check_all(&made)))
		return err;
	*partials = made;
	made = (struct mlv_partials){ 0 };
	return NULL;
}

/* ---- rows */

static mlv_err append(struct mlv_ctx *ctx, const struct mlv_eval_spec *spec,
		      const struct mlv_partial_file *file, struct mlv_extract *extract)
{
	const struct mlv_frame_source source = { .name = file->path, .fd = file->fd };
	struct mlv_eval_table table = { .source = source, .fd = file->fd, .before = file->before };
	uint64_t before = extract->frame.rows;
	mlv_err err;

	if (lseek(file->fd, (off_t)file->begin, SEEK_SET) < 0)
		return mlv_error_sys("%s", file->path);
	if ((err = mlv_extract_append(ctx, spec, &source, extract)) ||
	    (err = mlv_eval_table_check(&table)))
		return err;
	if (extract->frame.rows - before == file->head.rows)
		return NULL;
	return mlv_error(MLV_E_CORRUPT, "%s: a damaged partial: it has not as many rows as it says",
			 file->path);
}

mlv_err mlv_eval_partials_cases(struct mlv_ctx *ctx, const struct mlv_partials *partials,
				const struct mlv_eval_spec *spec, const struct mlv_record *frozen,
				struct mlv_cases *cases, struct mlv_eval_ids *ids)
{
	MLV_SCOPED(mlv_extract_release) struct mlv_extract extract = { 0 };
	MLV_SCOPED(mlv_mem_free) struct mlv_frozen *edges =
		mlv_sys_alloc_array(spec->slice_count + 1, sizeof(*edges));
	MLV_SCOPED(mlv_cases_release) struct mlv_cases made = { 0 };
	char id[MLV_EVAL_ID];
	mlv_err err = edges ? mlv_eval_spec_id(spec, id) : mlv_error_nomem("bins");

	if (err)
		return err;
	if (strcmp(partials->at[0].head.spec, id) != 0)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: not of '%s' as mlv.yaml has it here",
						partials->at[0].path, spec->name),
				      "merge with the mlv.yaml that the partials were made with");
	for (size_t p = 0; p < partials->count && !err; p++)
		err = append(ctx, spec, &partials->at[p], &extract);
	if (err ||
	    (err = mlv_cases_of_extract(ctx, spec, &extract, edges,
					mlv_eval_frozen(spec, frozen, false, edges), &made)) ||
	    (err = mlv_eval_digests(ctx, &made, ids)))
		return err;
	*cases = made;
	made = (struct mlv_cases){ 0 };
	return NULL;
}
