#include "core/repo/needed.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"

/* A set of ids: open addressing, at most half full. */
struct oid_set {
	struct mlv_oid *slots;
	bool *used;
	size_t count, cap; /* cap is a power of two, or 0 */
};

static void oid_set_release(struct oid_set *set)
{
	free(set->slots);
	free(set->used);
}

static size_t slot_of(const struct oid_set *set, const struct mlv_oid *oid)
{
	size_t at;

	memcpy(&at, oid->bytes, sizeof(at));
	while (set->used[at & (set->cap - 1)] &&
	       !mlv_oid_equal(&set->slots[at & (set->cap - 1)], oid))
		at++;
	return at & (set->cap - 1);
}

static bool oid_set_has(const struct oid_set *set, const struct mlv_oid *oid)
{
	return set->cap && set->used[slot_of(set, oid)];
}

static void place(struct oid_set *set, const struct mlv_oid *oid)
{
	size_t slot = slot_of(set, oid);

	set->count += !set->used[slot];
	set->slots[slot] = *oid;
	set->used[slot] = true;
}

static mlv_err oid_set_add(struct oid_set *set, const struct mlv_oid *oid)
{
	MLV_SCOPED(oid_set_release) struct oid_set larger = { .cap = set->cap ? set->cap * 2 : 64 };
	struct oid_set old = *set;

	if (set->count * 2 >= set->cap) {
		larger.slots = mlv_sys_alloc_array(larger.cap, sizeof(*larger.slots));
		larger.used = mlv_sys_alloc_array(larger.cap, sizeof(*larger.used));
		if (!larger.slots || !larger.used)
			return mlv_error_nomem("a list of nodes");
		for (size_t i = 0; i < set->cap; i++)
			if (set->used[i])
				place(&larger, &set->slots[i]);
		*set = larger;
		larger = old;
	}
	place(set, oid);
	return NULL;
}

struct finding {
	struct mlv_ctx *ctx;
	struct mlv_node_source source;
	const struct mlv_key *keys;
	size_t count;
	mlv_needed_fn fn;
	void *arg;
	const struct mlv_need *need;
	struct oid_set clean; /* nodes below which nothing is asked for */
	struct mlv_buf path;
};

static void release_finding(struct finding *finding)
{
	oid_set_release(&finding->clean);
	mlv_buf_release(&finding->path);
}

/* Tell of key if it is asked for. */
static mlv_err meet(struct finding *finding, struct mlv_key key, const char *below, size_t len,
		    bool *found)
{
	size_t low = 0, high = finding->count;
	mlv_err err;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mlv_key_compare(&finding->keys[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == finding->count || mlv_key_compare(&finding->keys[low], &key) != 0)
		return NULL;
	*found = true;
	mlv_buf_clear(&finding->path);
	if ((err = mlv_buf_add_str(&finding->path, finding->need->output.path)) ||
	    (below && ((err = mlv_buf_add_char(&finding->path, '/')) ||
		       (err = mlv_buf_add(&finding->path, below, len)))))
		return err;
	return finding->fn(finding->arg, low, finding->need, finding->path.ptr);
}

/* A large file needs its leaf list too. */
static mlv_err meet_file(struct finding *finding, struct mlv_key key, const char *below,
			 size_t len, bool *found)
{
	mlv_err err = meet(finding, key, below, len, found);

	if (err || key.kind != MLV_KIND_LARGE)
		return err;
	key.kind = MLV_KIND_LEAVES;
	return meet(finding, key, below, len, found);
}

static mlv_err visit(struct finding *finding, const struct mlv_oid *oid, uint64_t size,
		     unsigned depth, bool *found);

static mlv_err visit_entries(struct finding *finding, const struct mlv_node *node, unsigned depth,
			     bool *found)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < node->count; i++) {
		const struct mlv_entry *entry = &node->list[i];

		if (entry->kind == 'n')
			err = visit(finding, &entry->oid, entry->size, depth + 1, found);
		else if (entry->kind != 'd')
			err = meet_file(finding, mlv_entry_key(entry), entry->path,
					entry->path_len, found);
	}
	return err;
}

/* *found: the node, or something below it, is asked for. */
static mlv_err visit(struct finding *finding, const struct mlv_oid *oid, uint64_t size,
		     unsigned depth, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
	MLV_SCOPED(mlv_node_release) struct mlv_node node = { 0 };
	struct mlv_key key = { .kind = MLV_KIND_NODE, .oid = *oid };
	bool below = false;
	mlv_err err;

	if (depth >= MLV_TREE_LEVELS || oid_set_has(&finding->clean, oid))
		return NULL;
	if ((err = mlv_ctx_check_stop(finding->ctx)) ||
	    (err = meet(finding, key, "", 0, &below)))
		return err;
	err = finding->source.read(finding->source.arg, oid, size, &raw);
	if (!err && !(err = mlv_node_parse(raw.ptr, raw.len, &node)))
		err = visit_entries(finding, &node, depth, &below);
	if (err && (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT))
		err = NULL;
	*found = *found || below;
	return err || below ? err : oid_set_add(&finding->clean, oid);
}

mlv_err mlv_needed(struct mlv_ctx *ctx, struct mlv_node_source source,
		   const struct mlv_needs *needs, const struct mlv_key *keys, size_t count,
		   mlv_needed_fn fn, void *arg)
{
	MLV_SCOPED(release_finding) struct finding finding = {
		.ctx = ctx, .source = source, .keys = keys, .count = count,
		.fn = fn, .arg = arg, .path = MLV_BUF_INIT,
	};
	mlv_err err = NULL;

	for (size_t i = 0; !err && count > 0 && i < needs->count; i++) {
		struct mlv_key key = mlv_output_key(&needs->at[i].output);
		bool found = false;

		finding.need = &needs->at[i];
		if (key.kind == MLV_KIND_NODE)
			err = visit(&finding, &key.oid, UINT64_MAX, 0, &found);
		else
			err = meet_file(&finding, key, NULL, 0, &found);
	}
	return err;
}
