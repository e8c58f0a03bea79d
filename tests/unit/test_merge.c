/* test_merge.c - trees put together path by path, against a merge of plain lists. */
#include "core/repo/merge.h"

#include "core/store/sha256.h"
#include "tests/unit/check.h"

static struct mlv_ctx ctx;
static struct mlv_store *store;
static struct mlv_batch *batch;

static void begin(void)
{
	mlv_ctx_init_quiet(&ctx);
	check_ok(mlv_store_open_memory(&store, &ctx));
	check_ok(mlv_batch_begin(&batch, store));
}

static void end(void)
{
	mlv_batch_freep(&batch);
	mlv_store_freep(&store);
}

/* A tree of "path=content" words, in order; "path/" is an empty directory. */
static struct mlv_oid tree_of(const char *words)
{
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	struct mlv_tree tree;

	check_ok(mlv_tree_builder_new(&builder, batch));
	while (*words) {
		size_t len = strcspn(words, " "), name = strcspn(words, "= ");
		bool dir = name == len;
		struct mlv_entry entry = { .kind = dir ? 'd' : 'f', .path = words,
					   .path_len = dir ? name - 1 : name };

		if (!dir) {
			entry.size = len - name;
			check_ok(mlv_sha256_of(words + name, len - name, &entry.oid));
		}
		check_ok(mlv_tree_builder_add(builder, &entry));
		words += len;
		words += *words == ' ';
	}
	check_ok(mlv_tree_builder_finish(builder, &tree));
	check_ok(mlv_batch_commit(batch));
	return tree.oid;
}

/* expected: the merged tree in words, or "!path path" for conflicts. */
static void check_merge(const char *base, const char *ours, const char *theirs,
			const char *expected)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs conflicts = { 0 };
	struct mlv_oid o = tree_of(base ? base : ""), a = tree_of(ours), b = tree_of(theirs);
	struct mlv_tree merged = { 0 };
	char found[256] = "!";

	check_ok(mlv_merge_trees(mlv_node_source_store(store), base ? &o : NULL, &a, &b, batch,
				 &merged, &conflicts));
	for (size_t i = 0; i < conflicts.count; i++)
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s",
			 i ? " " : "", conflicts.at[i]);
	if (expected[0] == '!') {
		cr_assert_str_eq(found, expected);
		return;
	}
	cr_assert_eq(conflicts.count, 0);
	o = tree_of(expected);
	cr_assert(mlv_oid_equal(&merged.oid, &o));
}

mlv_test(merge, takes_what_one_side_changed)
{
	begin();
	check_merge("a=1 b=1 c=1", "a=2 b=1 c=1", "a=1 b=1 c=2 d=1", "a=2 b=1 c=2 d=1");
	check_merge("a=1 b=1 c=1", "b=1 c=1", "a=1 b=1", "b=1");
	check_merge("a=1", "a=1", "", "");
	check_merge("a=1", "", "a=1 b=1", "b=1");
	check_merge("", "x/a=1", "x-b=1", "x-b=1 x/a=1");
	check_merge(NULL, "a=1", "b=1", "a=1 b=1");
	check_merge(NULL, "a=1", "a=1", "a=1");
	check_merge("a=1", "a=2", "a=2", "a=2");
	end();
}

mlv_test(merge, tells_conflicts_path_by_path)
{
	begin();
	check_merge("a=1 b=1 c=1", "a=2 b=2 c=1", "a=3 b=3 c=3", "!a b");
	check_merge("a=1 b=1", "a=2 b=1", "b=1", "!a");
	check_merge(NULL, "a=1 x=1", "a=2", "!a");
	check_merge("", "x=1", "x/a=1", "!x");
	check_merge("", "x/a/b=1", "x=1", "!x");
	end();
}

mlv_test(merge, empty_directories_give_way)
{
	begin();
	check_merge("x/", "x/a=1", "x/b=1", "x/a=1 x/b=1");
	check_merge("x/a=1", "x/", "x/a=1 x/b=1", "x/b=1");
	check_merge("x/a=1", "x/a=1 x/b=1", "x/", "x/b=1");
	check_merge("", "x/", "x-1=1 x/y/b=1", "x-1=1 x/y/b=1");
	check_merge("", "x-1=1 x/y/b=1", "x/", "x-1=1 x/y/b=1");
	check_merge("x/", "", "x/", "");
	end();
}

/* Random sides of 3,000 paths: as a plain three-way merge of lists has it. */
mlv_test(merge, is_what_a_plain_merge_of_lists_is)
{
	static char words[4][3000 * 12];
	unsigned seed = 5;

	begin();
	for (int round = 0; round < 5; round++) {
		size_t len[4] = { 0 };

		for (unsigned i = 0; i < 3000; i++) {
			unsigned was = (seed = seed * 1103515245U + 12345U) >> 16 & 3;
			unsigned what = (seed = seed * 1103515245U + 12345U) >> 16 & 63;
			unsigned is[4] = { was, what == 1 ? 3 - was : was, what == 2 ? 3 - was : was, 0 };

			is[3] = is[1] != was ? is[1] : is[2];
			for (int side = 0; side < 4; side++)
				if (is[side])
					len[side] += (size_t)snprintf(words[side] + len[side], 13,
								      "%s%02u/%03u=%u",
								      len[side] ? " " : "", i / 100,
								      i % 100, is[side]);
		}
		check_merge(words[0], words[1], words[2], words[3]);
	}
	end();
}
