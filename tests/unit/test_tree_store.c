/* Trees in a store: what a builder puts is what the readers find. */
#include "core/base/context.h"
#include "core/store/sha256.h"
#include "core/store/tree.h"
#include "tests/unit/check.h"

#define FILES 3000

static void add_files(struct mlv_tree_builder *builder, int without)
{
	char path[32];

	for (int i = 0; i < FILES; i++) {
		struct mlv_entry entry = { .kind = 'f', .size = 7, .path = path };

		entry.path_len = (size_t)snprintf(path, sizeof(path), "d/%06d", i);
		check_ok(mlv_sha256_of(path, entry.path_len, &entry.oid));
		if (i != without)
			check_ok(mlv_tree_builder_add(builder, &entry));
	}
}

static void store_tree(struct mlv_store *store, int without, struct mlv_tree *tree)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;

	check_ok(mlv_batch_begin(&batch, store));
	check_ok(mlv_tree_builder_new(&builder, batch));
	add_files(builder, without);
	check_ok(mlv_tree_builder_finish(builder, tree));
	check_ok(mlv_batch_commit(batch));
}

static mlv_err count_entry(void *arg, const struct mlv_entry *entry)
{
	*(uint64_t *)arg += entry->size;
	return NULL;
}

static mlv_err count_change(void *arg, const struct mlv_entry *old, const struct mlv_entry *now)
{
	++*(int *)arg;
	return old && !now ? NULL : mlv_error(MLV_E_NO, "not a removal");
}

mlv_test(tree_store, what_is_built_is_found)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = NULL;
	struct mlv_node_source source;
	struct mlv_tree tree, without;
	struct mlv_entry entry;
	struct mlv_ctx ctx;
	uint64_t bytes = 0;
	int changes = 0;
	bool found;

	mlv_ctx_init_quiet(&ctx);
	check_ok(mlv_store_open_memory(&store, &ctx));
	source = mlv_node_source_store(store);
	store_tree(store, -1, &tree);
	store_tree(store, 1234, &without);
	check_ok(mlv_tree_walk(source, &tree.oid, "", count_entry, &bytes));
	cr_assert(eq(u64, bytes, 7 * FILES));
	check_ok(mlv_tree_find(source, &without.oid, "d/001234", 8, &entry, &found));
	cr_assert(found == false);
	check_ok(mlv_tree_diff(source, &tree.oid, &without.oid, count_change, &changes));
	cr_assert(eq(int, changes, 1));
}

#ifdef MLV_FAULTS
#include "core/base/sys.h"

/* Memory that is out, at each call in turn: an error, and nothing is left behind. */
mlv_test(tree_store, every_call_may_fail)
{
	for (long nth = 1, failed = 1; failed; nth++) {
		MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
		struct mlv_entry entry = { .kind = 'f', .size = 7, .path = "a", .path_len = 1 };
		struct mlv_tree tree = { .entries = 99 };
		mlv_err err;

		mlv_fault_arm(nth);
		err = mlv_tree_builder_new(&builder, NULL);
		for (int i = 0; !err && i < 400; i++) {
			char path[8];

			entry.path = path;
			entry.path_len = (size_t)snprintf(path, sizeof(path), "%05d", i);
			err = mlv_tree_builder_add(builder, &entry);
		}
		if (!err)
			err = mlv_tree_builder_finish(builder, &tree);
		failed = err != NULL;
		mlv_fault_arm(0);
		cr_assert(eq(u64, tree.entries, failed ? 99 : 400));
	}
}
#endif
