/* upkeep_check.c - hashing many objects of a store. */
#include <stdlib.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/backend.h"
#include "core/store/sha256.h"
#include "core/store/tree.h"
#include "core/store/upkeep.h"

#define GROUP_KEYS  64                    /* that are hashed together, */
#define GROUP_BYTES ((uint64_t)16 << 20)  /* of about so many bytes; a single one may add as much */

void mlv_checks_release(struct mlv_checks *checks)
{
	free(checks->at);
	*checks = (struct mlv_checks){ 0 };
}

mlv_err mlv_checks_add(struct mlv_checks *checks, const struct mlv_key *key, uint64_t size,
		       uint64_t about)
{
	mlv_err err = mlv_array_grow(&checks->at, &checks->cap, checks->count + 1,
				     sizeof(*checks->at));

	if (!err)
		checks->at[checks->count++] =
			(struct mlv_check){ .key = *key, .size = size, .about = about };
	return err;
}

/* The checks of one round: [first, end), none of them of a LARGE. */
struct group {
	size_t first, end;
};

struct checking {
	struct mlv_store *store;
	struct mlv_checks *checks;
	struct group *groups;
	size_t count, cap;
	size_t larges;
	uint64_t bytes;
	struct mlv_buf *scratch; /* ctx->jobs of them */
};

static void release_checking(struct checking *checking)
{
	for (unsigned i = 0; checking->scratch && i < checking->store->ctx->jobs; i++)
		mlv_buf_release(&checking->scratch[i]);
	free(checking->scratch);
	free(checking->groups);
}

static mlv_err make_scratch(struct checking *checking)
{
	unsigned jobs = checking->store->ctx->jobs;

	checking->scratch = mlv_sys_alloc_array(jobs, sizeof(*checking->scratch));
	if (!checking->scratch)
		return mlv_error_nomem("threads");
	for (unsigned i = 0; i < jobs; i++)
		checking->scratch[i] = (struct mlv_buf)MLV_BUF_INIT;
	return NULL;
}

/* Cut the list into groups. */
static mlv_err cut(struct checking *checking)
{
	const struct mlv_check *at = checking->checks->at;
	size_t count = checking->checks->count;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count;) {
		struct group group = { i, i };
		uint64_t bytes = 0;

		for (; group.end < count && group.end - i < GROUP_KEYS && bytes < GROUP_BYTES &&
		       at[group.end].key.kind != MLV_KIND_LARGE; group.end++)
			bytes += at[group.end].about;
		checking->bytes += bytes;
		if (group.end == i) {
			checking->larges++;
			checking->bytes += at[i].about;
			i++;
			continue;
		}
		i = group.end;
		err = mlv_array_grow(&checking->groups, &checking->cap, checking->count + 1,
				     sizeof(*checking->groups));
		if (!err)
			checking->groups[checking->count++] = group;
	}
	return err;
}

/* A failure that is of the object, not of the machine. */
static bool is_of_object(mlv_err err)
{
	return err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT;
}

/* Whether raw bytes whose hash is right are of the form that their kind has. */
static bool has_form(enum mlv_kind kind, const char *raw, size_t len)
{
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };
	MLV_SCOPED(mlv_node_release) struct mlv_node node = { 0 };

	if (kind == MLV_KIND_LEAVES)
		return !mlv_leaves_parse(raw, len, &leaves);
	if (kind == MLV_KIND_NODE)
		return !mlv_node_parse(raw, len, &node);
	return true;
}

/*
 * Read checks from the group's first on into bytes, as many as fit; ends[k] is
 * where the kth ends. One that cannot be read is bad.
 */
static mlv_err load_some(struct checking *checking, const struct group *group,
			 struct mlv_buf *bytes, size_t *ends, size_t *count)
{
	for (size_t i = group->first; i < group->end && bytes->len < GROUP_BYTES; i++) {
		struct mlv_check *check = &checking->checks->at[i];
		size_t begin = bytes->len;
		mlv_err err = mlv_store_load(checking->store, &check->key, check->size, bytes);

		if (err && !is_of_object(err))
			return err;
		if (err || (check->size != UINT64_MAX && bytes->len - begin != check->size)) {
			check->bad = true;
			mlv_buf_truncate(bytes, begin);
		}
		ends[(*count)++] = bytes->len;
		mlv_tell_advance(checking->store->ctx, 1, check->about);
	}
	return NULL;
}

static mlv_err hash_some(struct mlv_check *checks, size_t count, const struct mlv_buf *bytes,
			 const size_t *ends)
{
	struct mlv_message messages[GROUP_KEYS];
	struct mlv_oid found[GROUP_KEYS];
	mlv_err err;

	for (size_t k = 0; k < count; k++) {
		size_t begin = k ? ends[k - 1] : 0;

		messages[k] = (struct mlv_message){ bytes->ptr + begin, ends[k] - begin, &found[k] };
	}
	if ((err = mlv_sha256_many(messages, count)))
		return err;
	for (size_t k = 0; k < count; k++)
		checks[k].bad = checks[k].bad || !mlv_oid_equal(&found[k], &checks[k].key.oid) ||
				!has_form(checks[k].key.kind, messages[k].bytes, messages[k].len);
	return NULL;
}

static mlv_err check_round(void *arg, size_t index, unsigned worker)
{
	struct checking *checking = arg;
	struct group rest = checking->groups[index];
	struct mlv_buf *bytes = &checking->scratch[worker];
	size_t ends[GROUP_KEYS];
	mlv_err err = NULL;

	while (!err && rest.first < rest.end) {
		size_t count = 0;

		mlv_buf_clear(bytes);
		err = load_some(checking, &rest, bytes, ends, &count);
		if (!err)
			err = hash_some(&checking->checks->at[rest.first], count, bytes, ends);
		rest.first += count;
	}
	return err;
}

/* One after the other, each on all threads. */
static mlv_err check_larges(struct checking *checking)
{
	for (size_t i = 0; checking->larges > 0 && i < checking->checks->count; i++) {
		struct mlv_check *check = &checking->checks->at[i];
		mlv_err err;

		if (check->key.kind != MLV_KIND_LARGE)
			continue;
		err = mlv_store_verify(checking->store, &check->key, check->size);
		if (err && !is_of_object(err))
			return err;
		check->bad = err != NULL;
		mlv_tell_advance(checking->store->ctx, 1, 0);
	}
	return NULL;
}

mlv_err mlv_store_check(struct mlv_store *store, struct mlv_checks *checks)
{
	MLV_SCOPED(release_checking) struct checking checking = { .store = store, .checks = checks };
	mlv_err err;

	if (store->backend->check_packs && (err = store->backend->check_packs(store->self)))
		return err;
	if ((err = cut(&checking)) || (err = make_scratch(&checking)))
		return err;
	mlv_tell_begin(store->ctx, "checking", checks->count, checking.bytes);
	err = mlv_pool_run(store->ctx, store->ctx->jobs, checking.count, check_round, &checking);
	if (!err)
		err = check_larges(&checking);
	mlv_tell_end(store->ctx);
	return err;
}
