/* Nodes that are not canonical, each refused; by themselves, and in a tree. */
#include "tests/unit/test_tree.h"

#define ID "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

/* A node as text in which '|' stands for NUL and '@' for an id. */
static void spell(struct mlv_buf *raw, const char *text)
{
	mlv_buf_clear(raw);
	for (; *text; text++) {
		if (*text == '@')
			check_ok(mlv_buf_add_str(raw, ID));
		else
			check_ok(mlv_buf_add_char(raw, (char)(*text == '|' ? '\0' : *text)));
	}
}

static mlv_err parse(const char *text)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
	MLV_SCOPED(mlv_node_release) struct mlv_node node = { 0 };

	spell(&raw, text);
	return mlv_node_parse(raw.ptr, raw.len, &node);
}

/* Refused, for this reason and no other. */
static void refused(const char *text, const char *why)
{
	mlv_err err = parse(text);

	cr_assert(err != NULL, "not refused: %s", text);
	cr_assert(eq(int, (int)err->code, (int)MLV_E_CORRUPT));
	cr_assert(strstr(err->msg, why) != NULL, "%s: %s", text, err->msg);
}

mlv_test(node, what_is_canonical_is_read)
{
	check_ok(parse("mlv tree 1 0 0 0\n"));
	check_ok(parse("mlv tree 1 0 1 0\nf @ 0 a|"));
	check_ok(parse("mlv tree 1 0 1 16777216\nx @ 16777216 a|"));
	check_ok(parse("mlv tree 1 0 1 16777217\nF @ 16777217 a|"));
	check_ok(parse("mlv tree 1 0 3 16777217\nX @ 16777217 a|d - 0 b|l @ 4 c/d|"));
	check_ok(parse("mlv tree 1 0 2 2\nf @ 1 a-b|f @ 1 a/b|"));
	check_ok(parse("mlv tree 1 0 3 3\nf @ 1 a|f @ 1 a-b|f @ 1 b/a|"));
	check_ok(parse("mlv tree 1 7 2 0\nn @ 9 a3.csv|n @ 16777216 b|"));
	check_ok(parse("mlv tree 1 0 1 1\nf @ 1 \xff\n\"\t |"));
}

mlv_test(node, headers)
{
	refused("", "does not begin");
	refused("mlv tree 2 0 0 0\n", "does not begin");
	refused("mlv tree 1 8 1 0\nn @ 9 a|", "level");
	refused("mlv tree 1 00 0 0\n", "level");
	refused("mlv tree 1 -1 0 0\n", "level");
	refused("mlv tree 1 0 0 0", "counts");
	refused("mlv tree 1 0 0 0 \n", "counts");
	refused("mlv tree 1 0  0 0\n", "counts");
	refused("mlv tree 1 0 0 00\n", "counts");
	refused("mlv tree 1 0 0 +0\n", "counts");
	refused("mlv tree 1 0 99999999999999999999 0\n", "counts");
	refused("mlv tree 1 0 0 0\r\n", "counts");
}

mlv_test(node, counts)
{
	refused("mlv tree 1 0 1 0\n", "lists 0 of 0");
	refused("mlv tree 1 0 2 1\nf @ 1 a|", "lists 1 of 1");
	refused("mlv tree 1 0 1 2\nf @ 1 a|", "lists 1 of 1");
	refused("mlv tree 1 0 1 4\nl @ 4 a|", "lists 1 of 0");
	refused("mlv tree 1 1 1 4\nn @ 40 a|n @ 40 b|", "lists 2 nodes");
	refused("mlv tree 1 1 0 0\n", "lists 0 nodes");
	refused("mlv tree 1 0 2 1\nF @ 9223372036854775807 a|F @ 16777217 b|", "beyond");
}

mlv_test(node, kinds)
{
	refused("mlv tree 1 0 1 1\ng @ 1 a|", "kind is not known");
	refused("mlv tree 1 0 1 1\nf@ 1 a|", "kind is not known");
	refused("mlv tree 1 0 1 1\n|", "kind is not known");
	refused("mlv tree 1 0 1 1\n| @ 1 a|", "kind is not known");
	refused("mlv tree 1 0 1 1\nn @ 40 a|", "lists no nodes");
	refused("mlv tree 1 1 1 1\nf @ 1 a|", "lists only nodes");
	refused("mlv tree 1 1 1 0\nd - 0 a|", "lists only nodes");
}

mlv_test(node, ids)
{
	refused("mlv tree 1 0 1 0\nd @ 0 a|", "id");
	refused("mlv tree 1 0 1 1\nf - 1 a|", "id");
	refused("mlv tree 1 0 1 1\nf @0 1 a|", "id");
	refused("mlv tree 1 0 1 1\nf 9f86 1 a|", "id");
	refused("mlv tree 1 0 1 1\nf "
		"9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08 1 a|", "id");
}

mlv_test(node, sizes)
{
	refused("mlv tree 1 0 1 1\nf @ 01 a|", "size");
	refused("mlv tree 1 0 1 0\nf @ 00 a|", "size");
	refused("mlv tree 1 0 1 0\nf @  a|", "size");
	refused("mlv tree 1 0 1 1\nf @ -1 a|", "size");
	refused("mlv tree 1 0 1 1\nf @ 1x a|", "size");
	refused("mlv tree 1 0 1 0\nf @ 9223372036854775808 a|", "size");
	refused("mlv tree 1 0 1 16777217\nf @ 16777217 a|", "named by leaves");
	refused("mlv tree 1 0 1 16777217\nx @ 16777217 a|", "named by leaves");
	refused("mlv tree 1 0 1 16777216\nF @ 16777216 a|", "has no leaves");
	refused("mlv tree 1 0 1 1\nX @ 1 a|", "has no leaves");
	refused("mlv tree 1 0 1 0\nd - 1 a|", "neither id nor size");
	refused("mlv tree 1 0 1 0\nl @ 0 a|", "target");
	refused("mlv tree 1 0 1 0\nl @ 4096 a|", "target");
	refused("mlv tree 1 1 2 0\nn @ 0 a|n @ 9 b|", "no node has");
	refused("mlv tree 1 1 2 0\nn @ 16777217 a|n @ 9 b|", "no node has");
}

mlv_test(node, order_of_paths)
{
	refused("mlv tree 1 0 2 2\nf @ 1 b|f @ 1 a|", "not sorted");
	refused("mlv tree 1 0 2 2\nf @ 1 ab|f @ 1 a|", "not sorted");
	refused("mlv tree 1 0 2 2\nf @ 1 \xff|f @ 1 a|", "not sorted");
	refused("mlv tree 1 0 2 2\nf @ 1 a|f @ 1 a|", "twice");
	refused("mlv tree 1 1 2 2\nn @ 40 a|n @ 40 a|", "twice");
	refused("mlv tree 1 0 1 1\nf @ 1 a", "end with a NUL");
}

mlv_test(node, unsafe_paths)
{
	refused("mlv tree 1 0 1 1\nf @ 1 |", "empty");
	refused("mlv tree 1 0 1 1\nf @ 1 /a|", "empty");
	refused("mlv tree 1 0 1 1\nf @ 1 a/|", "empty");
	refused("mlv tree 1 0 1 1\nf @ 1 a//b|", "empty");
	refused("mlv tree 1 0 1 1\nf @ 1 .|", "'.'");
	refused("mlv tree 1 0 1 1\nf @ 1 ..|", "'..'");
	refused("mlv tree 1 0 1 1\nf @ 1 a/../b|", "'..'");
	refused("mlv tree 1 0 1 1\nf @ 1 .git|", "'.git'");
	refused("mlv tree 1 0 1 1\nf @ 1 a/.GIT/config|", "'.git'");
	refused("mlv tree 1 0 1 1\nf @ 1 GIT~1/config|", "'.git'");
	refused("mlv tree 1 0 1 1\nf @ 1 .mlv/config|", "'.git'");
	refused("mlv tree 1 1 2 1\nn @ 40 ../x|n @ 40 a|", "'..'");
}

mlv_test(node, a_path_below_what_is_no_directory)
{
	refused("mlv tree 1 0 2 2\nf @ 1 a|f @ 1 a/b|", "not a directory");
	refused("mlv tree 1 0 3 3\nf @ 1 a|f @ 1 a-b|f @ 1 a/b|", "not a directory");
	refused("mlv tree 1 0 4 4\nf @ 1 a|f @ 1 a-b|f @ 1 a-b-c|f @ 1 a/b|", "not a directory");
	refused("mlv tree 1 0 4 4\nf @ 1 a|f @ 1 a-b|f @ 1 a-b-c|f @ 1 a-b/c|", "not a directory");
	refused("mlv tree 1 0 2 1\nd - 0 a|f @ 1 a/b|", "not a directory");
	refused("mlv tree 1 0 2 1\nl @ 3 a|f @ 1 a/b|", "not a directory");
	refused("mlv tree 1 0 3 1\nd - 0 a|l @ 1 a-|f @ 1 a/b/c|", "not a directory");
	refused("mlv tree 1 1 2 2\nn @ 40 a|n @ 40 a/b|", "not a directory");
}

mlv_test(node, a_node_that_does_not_end_where_it_has_to)
{
	refused("mlv tree 1 0 2 2\nf @ 1 a3.csv|f @ 1 b.csv|", "has to end");
}

/* Trees whose nodes are fine, each by itself. */

struct forged {
	struct nodes nodes;
	struct mlv_entry list[8]; /* of the root */
	size_t count;
	uint64_t entries, bytes;
};

/* A node of level 0 of files of one byte with these names (space between), into the root's list. */
static void forge_leaf(struct forged *f, const char *names)
{
	struct mlv_entry list[8] = { 0 }, *to = &f->list[f->count++];
	struct mlv_buf text = MLV_BUF_INIT;
	size_t count = 0;

	for (const char *at = names; *at; count++) {
		size_t len = strcspn(at, " ");

		list[count] = (struct mlv_entry){ .kind = 'f', .size = 1, .path = at, .path_len = len };
		at += len + (at[len] == ' ');
	}
	node_text(&text, 0, count, count, list, count);
	*to = (struct mlv_entry){ 'n', nodes_keep(&f->nodes, text.ptr, text.len), text.len,
				  list[0].path, list[0].path_len };
	f->entries += count;
	f->bytes += count;
	mlv_buf_release(&text);
}

static mlv_err nothing(void *arg, const struct mlv_entry *entry)
{
	(void)arg;
	(void)entry;
	return NULL;
}

/* Put the root above and walk. */
static mlv_err walk_forged(struct forged *f, unsigned level)
{
	struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_oid root;

	node_text(&text, level, f->entries, f->bytes, f->list, f->count);
	root = nodes_keep(&f->nodes, text.ptr, text.len);
	mlv_buf_release(&text);
	return mlv_tree_walk(nodes_source(&f->nodes), &root, "", nothing, NULL);
}

static void forged_refused(struct forged *f, unsigned level, const char *why)
{
	mlv_err err = walk_forged(f, level);

	cr_assert(err != NULL, "not refused: %s", why);
	cr_assert(eq(int, (int)err->code, (int)MLV_E_CORRUPT));
	cr_assert(strstr(err->msg, why) != NULL, "%s", err->msg);
	cr_assert(strncmp(err->msg, "node ", 5) == 0, "%s", err->msg);
	nodes_release(&f->nodes);
}

/* a3.csv ends a node of level 0, b.csv does not. */
static void forge_good(struct forged *f)
{
	*f = (struct forged){ 0 };
	forge_leaf(f, "a3.csv");
	forge_leaf(f, "b.csv c.csv");
}

mlv_test(node, trees_forged_right_are_walked)
{
	struct forged f;

	forge_good(&f);
	check_ok(walk_forged(&f, 1));
	nodes_release(&f.nodes);
}

mlv_test(node, trees_of_another_shape)
{
	struct forged f = { 0 };

	forge_leaf(&f, "b.csv");
	forged_refused(&f, 1, "a root above level 0 lists one node");
	f = (struct forged){ 0 };
	forge_leaf(&f, "a.csv");
	forge_leaf(&f, "b.csv");
	forged_refused(&f, 1, "ends where it has to go on");
	forge_good(&f);
	forged_refused(&f, 2, "level");
	forge_good(&f);
	f.list[0].path = "a2.csv";
	forged_refused(&f, 1, "first path");
	forge_good(&f);
	f.list[0].size++;
	forged_refused(&f, 1, "length");
	f = (struct forged){ 0 };
	forge_leaf(&f, "a3.csv");
	forge_leaf(&f, "");
	f.list[1].path = "b";
	f.list[1].path_len = 1;
	f.entries = 2;
	forged_refused(&f, 1, "has no entries");
}

mlv_test(node, trees_of_other_counts)
{
	struct forged f;

	forge_good(&f);
	f.entries++;
	forged_refused(&f, 1, "less below it");
	forge_good(&f);
	f.bytes++;
	forged_refused(&f, 1, "less below it");
	forge_good(&f);
	f.entries--;
	forged_refused(&f, 1, "more below it");
	forge_good(&f);
	f.bytes--;
	forged_refused(&f, 1, "more below it");
}

mlv_test(node, trees_whose_nodes_overlap)
{
	struct forged f = { 0 };

	forge_leaf(&f, "a3.csv");
	forge_leaf(&f, "b.csv");
	f.list[1].path = "a3.csv.csv";
	f.list[1].path_len = 10;
	forged_refused(&f, 1, "first path");
	f = (struct forged){ 0 };
	forge_leaf(&f, "a c3.csv");
	forge_leaf(&f, "b.csv");
	forged_refused(&f, 1, "reach into the next node");
}

/* "a", which ends no node; then a path that does, between "a" and "a/b"; then "a/b". */
mlv_test(node, a_path_below_a_file_of_an_earlier_node)
{
	struct forged f = { 0 };
	char names[64] = "", last[32] = "";
	struct mlv_oid digest = { { 1 } };

	for (int i = 0; digest.bytes[0]; i++) {
		snprintf(last, sizeof(last), "a-%d", i);
		check_ok(mlv_sha256_of(last, strlen(last), &digest));
	}
	snprintf(names, sizeof(names), "a %s", last);
	forge_leaf(&f, names);
	forge_leaf(&f, "a/b");
	forged_refused(&f, 1, "not a directory");
}

mlv_test(node, a_node_that_is_missing)
{
	struct forged f;

	forge_good(&f);
	f.list[1].oid.bytes[0] ^= 1;
	check_fails(walk_forged(&f, 1), MLV_E_MISSING);
	nodes_release(&f.nodes);
}

/* What a builder refuses. */
static mlv_err add_two(const struct mlv_entry *a, const struct mlv_entry *b)
{
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	mlv_err err = mlv_tree_builder_new(&builder, NULL);

	if (!err)
		err = mlv_tree_builder_add(builder, a);
	return err || !b ? err : mlv_tree_builder_add(builder, b);
}

#define FILE_AT(name) { .kind = 'f', .path = (name), .path_len = strlen(name) }

mlv_test(node, a_builder_refuses_what_a_reader_would)
{
	struct mlv_entry a = FILE_AT("a"), below = FILE_AT("a/b"), b = FILE_AT("b");
	struct mlv_entry up = FILE_AT("../a"), node = { .kind = 'n', .size = 9, .path = "a", .path_len = 1 };
	struct mlv_entry big = { .kind = 'f', .size = MLV_SMALL_MAX + 1, .path = "a", .path_len = 1 };

	check_ok(add_two(&a, &b));
	check_fails(add_two(&b, &a), MLV_E_REFUSED);
	check_fails(add_two(&a, &a), MLV_E_REFUSED);
	check_fails(add_two(&a, &below), MLV_E_REFUSED);
	check_fails(add_two(&up, NULL), MLV_E_REFUSED);
	check_fails(add_two(&node, NULL), MLV_E_REFUSED);
	check_fails(add_two(&big, NULL), MLV_E_REFUSED);
}

/* Any single byte changed is refused, or gives a node that is written in just that way. */
mlv_test(node, one_byte_changed)
{
	struct mlv_buf raw = MLV_BUF_INIT, again = MLV_BUF_INIT;

	spell(&raw, "mlv tree 1 0 3 8\nf @ 1 a|x @ 7 b/c|l @ 3 d|");
	for (size_t i = 0; i < raw.len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			MLV_SCOPED(mlv_node_release) struct mlv_node node = { 0 };

			raw.ptr[i] = (char)(raw.ptr[i] ^ (1 << bit));
			if (!mlv_node_parse(raw.ptr, raw.len, &node)) {
				mlv_buf_clear(&again);
				node_text(&again, node.level, node.entries, node.bytes, node.list,
					  node.count);
				cr_assert(eq(sz, again.len, raw.len));
				cr_assert(memcmp(again.ptr, raw.ptr, raw.len) == 0);
			}
			raw.ptr[i] = (char)(raw.ptr[i] ^ (1 << bit));
		}
	}
	mlv_buf_release(&raw);
	mlv_buf_release(&again);
}
