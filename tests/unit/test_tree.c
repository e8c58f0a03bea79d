/*
 * Trees against the recursive reference of test_tree.h: 3,000 random
 * directories, and walks, finds and comparisons of larger ones.
 */
#include "tests/unit/test_tree.h"

#include "core/base/path.h"

static uint64_t state = 20260101;

/* xorshift64*: the tests are the same each time. */
static uint64_t rnd(uint64_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * UINT64_C(2685821657736338717) >> 11) % below;
}

struct set {
	struct item *items;
	size_t count, cap;
};

static void set_release(struct set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free((char *)(uintptr_t)set->items[i].entry.path);
	free(set->items);
	*set = (struct set){ 0 };
}

static void fill(struct mlv_entry *entry, char kind)
{
	*entry = (struct mlv_entry){ .kind = kind, .path = entry->path, .path_len = entry->path_len };
	if (kind == 'd')
		return;
	for (size_t i = 0; i < MLV_OID_RAW; i++)
		entry->oid.bytes[i] = (unsigned char)rnd(256);
	entry->size = kind == 'l' ? 1 + rnd(80) : rnd(MLV_SMALL_MAX + 1);
	if (kind == 'F' || kind == 'X')
		entry->size += MLV_SMALL_MAX + 1;
}

/* Whether a path can join: not there, below none, above none. */
static bool fits(const struct set *set, const char *path, size_t len)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct mlv_entry *e = &set->items[i].entry;
		size_t least = e->path_len < len ? e->path_len : len;

		if (memcmp(e->path, path, least) != 0)
			continue;
		if (e->path_len == len || (e->path_len < len && path[e->path_len] == '/') ||
		    (e->path_len > len && e->path[len] == '/'))
			return false;
	}
	return true;
}

static void put(struct set *set, const char *path, size_t len, char kind)
{
	struct item item = { .entry = { .path_len = len } };
	char *copy = malloc(len + 1);

	memcpy(copy, path, len);
	item.entry.path = copy;
	fill(&item.entry, kind);
	if (set->count == set->cap) {
		set->cap = 2 * set->cap + 16;
		set->items = realloc(set->items, set->cap * sizeof(item));
	}
	set->items[set->count++] = item;
}

/* A path of any bytes, often of few letters, so that beginnings meet. */
static size_t random_path(char *path)
{
	size_t len = 0, depth = 1 + rnd(5);

	for (size_t d = 0; d < depth; d++) {
		size_t name = 1 + rnd(rnd(8) ? 3 : 30);

		if (d)
			path[len++] = '/';
		for (size_t i = 0; i < name; i++) {
			char c = rnd(3) ? "ab-. !"[rnd(6)] : (char)(1 + rnd(255));

			path[len++] = c == '/' ? '0' : c;
		}
	}
	return len;
}

static void random_set(struct set *set, size_t count)
{
	char path[256];

	for (size_t i = 0; i < count; i++) {
		size_t len = random_path(path);

		if (!mlv_path_check(path, len) && fits(set, path, len))
			put(set, path, len, "ffffxFXld"[rnd(9)]);
	}
}

static void numbered_set(struct set *set, size_t count)
{
	char path[64];

	for (size_t i = 0; i < count; i++) {
		int len = snprintf(path, sizeof(path), "d%02zu/part-%05zu.csv", i % 20, i);

		put(set, path, (size_t)len, "ffxl"[i % 4]);
	}
}

static void build(const struct set *set, struct mlv_tree *tree)
{
	struct mlv_tree_builder *builder = NULL;

	check_ok(mlv_tree_builder_new(&builder, NULL));
	for (size_t i = 0; i < set->count; i++)
		check_ok(mlv_tree_builder_add(builder, &set->items[i].entry));
	check_ok(mlv_tree_builder_finish(builder, tree));
	mlv_tree_builder_freep(&builder);
}

/* What a walk has to give, and how far it is. */
struct expected {
	const struct set *set;
	const char *prefix;
	size_t next, seen;
};

static const struct mlv_entry *expect_next(struct expected *x)
{
	while (x->next < x->set->count) {
		const struct mlv_entry *e = &x->set->items[x->next++].entry;

		if (below_prefix(e, x->prefix))
			return e;
	}
	return NULL;
}

static mlv_err expect(void *arg, const struct mlv_entry *entry)
{
	struct expected *x = arg;
	const struct mlv_entry *want = expect_next(x);

	x->seen++;
	return want && same_entry(want, entry) ? NULL : mlv_error(MLV_E_NO, "another entry");
}

static void check_walk(struct nodes *nodes, const struct set *set, const struct mlv_oid *root,
		       const char *prefix)
{
	struct expected x = { set, prefix, 0, 0 };
	struct expected y = { set, prefix, 0, 0 };
	struct mlv_tree_iter *iter = NULL;
	const struct mlv_entry *entry, *want;

	check_ok(mlv_tree_walk(nodes_source(nodes), root, prefix, expect, &x));
	cr_assert(expect_next(&x) == NULL, "the walk ended early");
	check_ok(mlv_tree_iter_new(&iter, nodes_source(nodes), root, prefix));
	do {
		check_ok(mlv_tree_iter_next(iter, &entry));
		want = expect_next(&y);
		cr_assert(eq(int, entry == NULL, want == NULL));
		cr_assert(entry == NULL || same_entry(entry, want));
	} while (entry);
	mlv_tree_iter_freep(&iter);
}

static void check_against_reference(struct set *set)
{
	struct nodes nodes = { 0 };
	struct mlv_tree built, opened;
	unsigned level;
	struct mlv_oid root = reference_tree(&nodes, set->items, set->count, &level);

	build(set, &built);
	cr_assert(mlv_oid_equal(&built.oid, &root), "the ids differ");
	check_ok(mlv_tree_open(nodes_source(&nodes), &root, &opened));
	cr_assert(eq(u64, opened.entries, set->count));
	cr_assert(eq(u64, opened.entries, built.entries));
	cr_assert(eq(u64, opened.bytes, built.bytes));
	cr_assert(eq(u64, opened.root_size, built.root_size));
	cr_assert(eq(int, (int)opened.level, (int)level));
	cr_assert(eq(int, (int)built.level, (int)level));
	check_walk(&nodes, set, &root, "");
	nodes_release(&nodes);
}

mlv_test(tree, random_directories_are_named_as_the_reference_names_them)
{
	for (int round = 0; round < 3000; round++) {
		struct set set = { 0 };

		random_set(&set, round % 50 ? rnd(60) : rnd(1500));
		check_against_reference(&set);
		set_release(&set);
	}
}

mlv_test(tree, a_first_path_that_is_cut_makes_two_levels)
{
	struct set set = { 0 };
	struct mlv_tree tree;

	put(&set, "a3.csv", 6, 'f');
	put(&set, "b.csv", 5, 'f');
	check_against_reference(&set);
	build(&set, &tree);
	cr_assert(eq(int, (int)tree.level, 1));
	set_release(&set);
	put(&set, "a3.csv", 6, 'f');
	check_against_reference(&set);
	build(&set, &tree);
	cr_assert(eq(int, (int)tree.level, 0));
	set_release(&set);
}

mlv_test(tree, an_empty_directory_is_a_node_without_entries)
{
	struct set set = { 0 };
	struct mlv_tree tree;
	struct mlv_oid want;

	check_ok(mlv_sha256_of("mlv tree 1 0 0 0\n", 17, &want));
	build(&set, &tree);
	cr_assert(mlv_oid_equal(&tree.oid, &want));
	check_against_reference(&set);
}

mlv_test(tree, counts_and_deep_levels)
{
	struct set set = { 0 };
	struct mlv_tree tree;

	numbered_set(&set, 70000);
	check_against_reference(&set);
	build(&set, &tree);
	cr_assert(eq(u64, tree.files, 70000));
	cr_assert(ge(int, (int)tree.level, 1));
	set_release(&set);
}

mlv_test(tree, a_prefix_walk_reads_only_nodes_in_range)
{
	struct set set = { 0 };
	struct nodes nodes = { 0 };
	unsigned level;
	struct mlv_oid root;
	size_t all;

	numbered_set(&set, 20000);
	root = reference_tree(&nodes, set.items, set.count, &level);
	all = nodes.count;
	check_walk(&nodes, &set, &root, "d07");
	check_walk(&nodes, &set, &root, "d07/part-00007.csv");
	check_walk(&nodes, &set, &root, "d0");
	check_walk(&nodes, &set, &root, "zzz");
	check_walk(&nodes, &set, &root, "");
	nodes.reads = 0;
	check_walk(&nodes, &set, &root, "d07"); /* reads twice: walk and iterator */
	cr_assert(le(sz, nodes.reads / 2, all / 20 + level + 3));
	nodes.reads = 0;
	check_walk(&nodes, &set, &root, "zzz");
	cr_assert(le(sz, nodes.reads / 2, 1 + level));
	set_release(&set);
	nodes_release(&nodes);
}

mlv_test(tree, random_prefixes)
{
	for (int round = 0; round < 300; round++) {
		struct set set = { 0 };
		struct nodes nodes = { 0 };
		unsigned level;
		struct mlv_oid root;
		char prefix[256];

		random_set(&set, rnd(600));
		root = reference_tree(&nodes, set.items, set.count, &level);
		for (int i = 0; i < 8; i++) {
			prefix[random_path(prefix)] = '\0';
			if (strchr(prefix, '/') && rnd(2))
				*strchr(prefix, '/') = '\0';
			check_walk(&nodes, &set, &root, prefix);
		}
		set_release(&set);
		nodes_release(&nodes);
	}
}

mlv_test(tree, find_gives_what_is_there)
{
	struct set set = { 0 };
	struct nodes nodes = { 0 };
	unsigned level;
	struct mlv_oid root;
	struct mlv_entry entry;
	bool found;

	numbered_set(&set, 5000);
	root = reference_tree(&nodes, set.items, set.count, &level);
	for (size_t i = 0; i < set.count; i += 7) {
		const struct mlv_entry *e = &set.items[i].entry;

		nodes.reads = 0;
		check_ok(mlv_tree_find(nodes_source(&nodes), &root, e->path, e->path_len, &entry,
				       &found));
		cr_assert(found && entry.size == e->size && mlv_oid_equal(&entry.oid, &e->oid));
		cr_assert(le(sz, nodes.reads, level + 1));
		check_ok(mlv_tree_find(nodes_source(&nodes), &root, e->path, e->path_len - 1,
				       &entry, &found));
		cr_assert(found == false);
	}
	set_release(&set);
	nodes_release(&nodes);
}

struct node_list {
	size_t count;
	struct mlv_entry last;
};

static mlv_err count_node(void *arg, const struct mlv_entry *entry)
{
	struct node_list *list = arg;

	list->count++;
	list->last = *entry;
	return entry->kind == 'n' ? NULL : mlv_error(MLV_E_NO, "not a node");
}

mlv_test(tree, walking_nodes_gives_each_once_and_the_root_last)
{
	struct set set = { 0 };
	struct nodes nodes = { 0 };
	struct node_list list = { 0 };
	unsigned level;
	struct mlv_oid root;

	numbered_set(&set, 20000);
	root = reference_tree(&nodes, set.items, set.count, &level);
	check_ok(mlv_tree_walk_nodes(nodes_source(&nodes), &root, "", count_node, &list));
	cr_assert(eq(sz, list.count, nodes.count));
	cr_assert(mlv_oid_equal(&list.last.oid, &root));
	cr_assert(eq(sz, list.last.path_len, 0));
	cr_assert(eq(u64, list.last.size, nodes.at[nodes.count - 1].len));
	set_release(&set);
	nodes_release(&nodes);
}

/* A naive comparison of two sorted sets, as far as the tree's has come. */
struct compared {
	const struct set *a, *b;
	size_t i, j, seen;
};

static bool naive_next(struct compared *c, const struct mlv_entry **a, const struct mlv_entry **b)
{
	while (c->i < c->a->count || c->j < c->b->count) {
		const struct item *x = c->i < c->a->count ? &c->a->items[c->i] : NULL;
		const struct item *y = c->j < c->b->count ? &c->b->items[c->j] : NULL;
		int by = !x ? 1 : !y ? -1 : by_path(x, y);

		*a = by <= 0 ? &x->entry : NULL;
		*b = by >= 0 ? &y->entry : NULL;
		c->i += by <= 0;
		c->j += by >= 0;
		if (by || same_entry(*a, *b) == false)
			return true;
	}
	return false;
}

static mlv_err compare_change(void *arg, const struct mlv_entry *a, const struct mlv_entry *b)
{
	const struct mlv_entry *x, *y;
	struct compared *c = arg;

	c->seen++;
	if (!naive_next(c, &x, &y) || (a == NULL) != (x == NULL) || (b == NULL) != (y == NULL) ||
	    (a && same_entry(a, x) == false) || (b && same_entry(b, y) == false))
		return mlv_error(MLV_E_NO, "another change");
	return NULL;
}

static size_t check_diff(struct nodes *nodes, struct set *a, struct set *b)
{
	struct compared c = { a, b, 0, 0, 0 };
	const struct mlv_entry *x, *y;
	unsigned level;
	struct mlv_oid old = reference_tree(nodes, a->items, a->count, &level);
	struct mlv_oid new_root = reference_tree(nodes, b->items, b->count, &level);

	nodes->reads = 0;
	check_ok(mlv_tree_diff(nodes_source(nodes), &old, &new_root, compare_change, &c));
	cr_assert(naive_next(&c, &x, &y) == false, "a change was not told");
	return c.seen;
}

/* A copy with about one entry in rarity changed, removed, or with one put after it. */
static void mutate(const struct set *from, struct set *to, uint64_t rarity)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct mlv_entry *e = &from->items[i].entry;
		uint64_t what = rnd(rarity) ? 9 : rnd(3);
		char path[300];

		if (what == 1)
			continue;
		put(to, e->path, e->path_len, e->kind);
		if (what != 0) {
			struct mlv_entry *copy = &to->items[to->count - 1].entry;

			copy->oid = e->oid;
			copy->size = e->size;
		}
		if (what != 2 || e->path_len > 250)
			continue;
		memcpy(path, e->path, e->path_len);
		memcpy(path + e->path_len, "_new", 4);
		if (fits(to, path, e->path_len + 4) && fits(from, path, e->path_len + 4))
			put(to, path, e->path_len + 4, 'f');
	}
}

mlv_test(tree, diff_tells_what_a_naive_comparison_tells)
{
	for (int round = 0; round < 400; round++) {
		struct set a = { 0 }, b = { 0 };
		struct nodes nodes = { 0 };

		random_set(&a, rnd(round % 10 ? 100 : 1500));
		if (round % 3)
			mutate(&a, &b, 1 + rnd(40));
		else
			random_set(&b, rnd(100));
		check_diff(&nodes, &a, &b);
		check_diff(&nodes, &b, &a);
		set_release(&a);
		set_release(&b);
		nodes_release(&nodes);
	}
}

mlv_test(tree, diff_reads_only_nodes_that_differ)
{
	struct set a = { 0 }, b = { 0 };
	struct nodes nodes = { 0 };
	struct item *changed;

	numbered_set(&a, 20000);
	mutate(&a, &b, UINT64_C(1) << 40);
	changed = &b.items[b.count / 2];
	fill(&changed->entry, 'x');
	cr_assert(eq(sz, check_diff(&nodes, &a, &b), 1));
	cr_assert(le(sz, nodes.reads, 6));
	cr_assert(eq(sz, check_diff(&nodes, &a, &a), 0));
	cr_assert(eq(sz, nodes.reads, 0));
	set_release(&a);
	set_release(&b);
	nodes_release(&nodes);
}

mlv_test(tree, diff_with_nothing_is_everything)
{
	struct set a = { 0 }, none = { 0 };
	struct nodes nodes = { 0 };
	struct compared added = { &none, &a, 0, 0, 0 }, removed = { &a, &none, 0, 0, 0 };
	unsigned level;
	struct mlv_oid root;

	numbered_set(&a, 3000);
	root = reference_tree(&nodes, a.items, a.count, &level);
	check_ok(mlv_tree_diff(nodes_source(&nodes), NULL, &root, compare_change, &added));
	check_ok(mlv_tree_diff(nodes_source(&nodes), &root, NULL, compare_change, &removed));
	cr_assert(eq(sz, added.seen, 3000));
	cr_assert(eq(sz, removed.seen, 3000));
	set_release(&a);
	nodes_release(&nodes);
}
