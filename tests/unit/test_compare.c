/* test_compare.c - how cache and remote stand to each other, and roots as text. */
#include "tests/unit/transfer_fixture.h"

TestSuite(compare, .init = check_dir_make, .fini = check_dir_remove);

static void check_differences(struct world *w, struct mlv_store *cache, const char *expected)
{
	MLV_SCOPED(mlv_differences_release) struct mlv_differences differences = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	check_ok(mlv_compare(cache, &w->remote.base, &w->want, 1, false, NULL, &differences));
	for (size_t i = 0; i < differences.count; i++)
		check_ok(mlv_buf_printf(&text, "%s %s\n",
					mlv_standing_name(differences.at[i].standing),
					differences.at[i].path));
	cr_assert_str_eq(text.ptr, expected);
}

mlv_test(compare, new_deleted_missing_and_in_sync)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;
	struct world w;

	world_init(&w);
	world_fill(&w, w.cache, 2, false);
	check_differences(&w, w.cache,
			  "new data/\nnew data/d000/f00000\nnew data/d000/f00001\n");
	check_differences(&w, w.other, "missing data/\n");
	run_push(&w, &pushed);
	check_differences(&w, w.cache, "");
	check_differences(&w, w.other,
			  "deleted data/\ndeleted data/d000/f00000\ndeleted data/d000/f00001\n");
	world_release(&w);
}

/* All is there, but nobody said so. */
mlv_test(compare, tree_without_root_is_new)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;
	char path[MLV_ROOT_PATH];
	struct world w;

	world_init(&w);
	world_fill(&w, w.cache, 2, false);
	run_push(&w, &pushed);
	check_ok(mlv_transport_remove(w.memory, mlv_root_path(&w.want.key.oid, path)));
	check_differences(&w, w.cache, "new data/\n");
	world_release(&w);
}

mlv_test(compare, root_is_one_text)
{
	MLV_SCOPED(mlv_root_release) struct mlv_root root = { 0 };
	MLV_SCOPED(mlv_root_release) struct mlv_root read = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_item object = { .key = { .kind = MLV_KIND_OBJECT }, .size = 12 };
	struct mlv_item node = { .key = { .kind = MLV_KIND_NODE }, .size = 345 };
	struct mlv_oid tree = { { 0xab } };

	check_ok(mlv_items_add(&root.items, &node));
	check_ok(mlv_items_add(&root.items, &object));
	mlv_items_sort(&root.items);
	check_ok(mlv_root_write(&tree, &root, &text));
#define ZEROES "0000000000000000000000000000000000000000000000000000000000000000"
	cr_assert_str_eq(text.ptr, "mlv root 1 ab"
			 "00000000000000000000000000000000000000000000000000000000000000 2\n"
			 "node " ZEROES " 345\nobject " ZEROES " 12\n");
	check_ok(mlv_root_parse(&tree, text.ptr, text.len, &read));
	cr_assert(read.items.count == 2 && read.items.at[0].size == 12 &&
		  read.items.at[1].size == 345 && read.pack_count == 0);
}

mlv_test(compare, root_with_packs_is_one_text)
{
	static const char expected[] =
		"mlv root 2 " ZEROES " 4\ndpack " ZEROES " 70\nlarge " ZEROES " 12\n"
		"npack " ZEROES " 80\nobject " ZEROES " 0\n";
	MLV_SCOPED(mlv_root_release) struct mlv_root root = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_oid zeroes = { { 0 } };

	check_ok(mlv_root_parse(&zeroes, expected, strlen(expected), &root));
	cr_assert(root.pack_count == 2 && root.items.count == 2);
	cr_assert(root.packs[0].id.class == MLV_PACK_DATA && root.packs[0].size == 70);
	cr_assert(root.packs[1].id.class == MLV_PACK_NODES && root.packs[1].size == 80);
	/* The same pack, met twice, has one line. */
	check_ok(mlv_root_add_pack(&root, &root.packs[0]));
	mlv_root_sort_packs(&root);
	check_ok(mlv_root_write(&zeroes, &root, &text));
	cr_assert_str_eq(text.ptr, expected);
}

mlv_test(compare, root_that_is_not_canonical_is_damage)
{
#define HEAD "mlv root 1 " ZEROES " "
#define LINE "node " ZEROES " 345\n"
	static const char *const wrong[] = {
		"",
		"\n",
		HEAD "1\n",
		HEAD "2\n" LINE,
		HEAD "01\n" LINE,
		HEAD "1\n" LINE "\n",
		HEAD "2\n" LINE LINE,
		HEAD "1\nnode " ZEROES " 0345\n",
		HEAD "1\nnode " ZEROES " \n",
		HEAD "1\nnode " ZEROES " 345",
		HEAD "1\nblob " ZEROES " 345\n",
		HEAD "1\nnode  345\n",
		HEAD "1\nnode " ZEROES " 99999999999999999999\n",
		HEAD "2\nobject " ZEROES " 1\nnode " ZEROES " 345\n",
		"mlv root 2 " ZEROES " 1\n" LINE,
		"mlv root 3 " ZEROES " 1\n" LINE,
		HEAD "1\ndpack " ZEROES " 345\n",
		"mlv root 2 " ZEROES " 1\ndpack " ZEROES " 999999999\n",
		"mlv root 2 " ZEROES " 2\nnpack " ZEROES " 345\ndpack " ZEROES " 345\n",
	};
	struct mlv_oid tree = { { 0 } };
	struct mlv_root root = { 0 };

	for (size_t i = 0; i < MLV_COUNT(wrong); i++)
		check_fails(mlv_root_parse(&tree, wrong[i], strlen(wrong[i]), &root),
			    MLV_E_CORRUPT);
	check_ok(mlv_root_parse(&tree, HEAD "1\n" LINE, strlen(HEAD "1\n" LINE), &root));
	mlv_root_release(&root);
}
