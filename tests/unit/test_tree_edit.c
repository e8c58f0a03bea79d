#include "tests/unit/test_tree.h"

#include <stdio.h>

/* A tree as a plain list, in which a random one of the paths is there or not. */
struct list {
	struct item *at;
	size_t count, cap;
};

static unsigned long state = 1;

static unsigned roll(unsigned below)
{
	state = state * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned)(state >> 33) % below;
}

static struct item make_item(unsigned number, unsigned version)
{
	struct item item = { .entry = { .kind = version % 9 ? 'f' : 'l', .size = version % 9 + 1 } };
	char path[64];

	snprintf(path, sizeof(path), "%s%u/%u-%x", number % 3 ? "d" : "dir-", number / 400, number,
		 number * 2654435761u);
	item.entry.path = strdup(path);
	item.entry.path_len = strlen(path);
	memset(item.entry.oid.bytes, (int)version, MLV_OID_RAW);
	return item;
}

static void list_release(struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free((char *)(uintptr_t)list->at[i].entry.path);
	free(list->at);
	*list = (struct list){ 0 };
}

/* The changes of an edit, and what comes of them. */
struct script {
	struct item *at; /* sorted; kind 0: to drop; paths belong to others */
	size_t count, next;
};

static mlv_err next_change(void *arg, const struct mlv_entry **change)
{
	struct script *script = arg;

	*change = script->next < script->count ? &script->at[script->next].entry : NULL;
	script->next++;
	return NULL;
}

/* Edit with nodes of the old tree only: what is new cannot be asked for. */
static struct mlv_tree edit(struct nodes *nodes, const struct mlv_oid *root, struct script *script,
			    int64_t *files)
{
	struct mlv_tree tree;

	check_ok(mlv_tree_edit(NULL, nodes_source(nodes), root, next_change, script, &tree, files));
	return tree;
}

static void append(struct list *list, struct item item)
{
	check_ok(mlv_array_grow(&list->at, &list->cap, list->count + 1, sizeof(item)));
	list->at[list->count++] = item;
}

/* One random tree of some of the numbers, one random edit of it, against the reference. */
static void check_random(unsigned numbers, unsigned dense, unsigned changes)
{
	struct list before = { 0 }, after = { 0 }, script = { 0 };
	struct nodes old = { 0 }, expected = { 0 };
	struct mlv_oid root, wanted;
	struct mlv_tree tree;
	int64_t files;
	unsigned level;

	for (unsigned i = 0; i < numbers; i++) {
		bool was = roll(100) < dense, changed = roll(numbers) < changes;
		bool is = changed ? roll(3) > 0 : was;

		if (was)
			append(&before, make_item(i, 1));
		if (is)
			append(&after, make_item(i, changed ? 2 : 1));
		if (changed)
			append(&script, make_item(i, 2));
		if (changed && !is)
			script.at[script.count - 1].entry.kind = 0;
	}
	root = reference_tree(&old, before.at, before.count, &level);
	wanted = reference_tree(&expected, after.at, after.count, &level);
	if (script.count)
		qsort(script.at, script.count, sizeof(*script.at), by_path);
	tree = edit(&old, &root, &(struct script){ script.at, script.count, 0 }, &files);
	cr_assert(mlv_oid_equal(&tree.oid, &wanted), "%u of %u numbers, %u changes, state %lx",
		  dense, numbers, changes, state);
	cr_assert_eq(tree.level, level);
	cr_assert_eq(tree.entries, after.count);
	cr_assert_eq(files, (int64_t)after.count - (int64_t)before.count);
	list_release(&before);
	list_release(&after);
	list_release(&script);
	nodes_release(&old);
	nodes_release(&expected);
}

mlv_test(tree_edit, makes_what_the_reference_makes_of_all_entries)
{
	for (unsigned i = 0; i < 40; i++) {
		check_random(3, 50, 2);
		check_random(40, 50, 5);
		check_random(2000, 50, 3);
		check_random(2000, 90, 200);
		check_random(2000, 30, 1900);
	}
	for (unsigned i = 0; i < 4; i++) {
		check_random(60000, 95, 2);
		check_random(60000, 50, 3000);
	}
}

mlv_test(tree_edit, of_everything_leaves_the_empty_tree)
{
	for (unsigned i = 1; i < 1200; i += 399) {
		struct list all = { 0 };
		struct nodes old = { 0 }, none = { 0 };
		struct mlv_oid root, empty;
		struct mlv_tree tree;
		int64_t files;
		unsigned level;

		for (unsigned k = 0; k < i; k++)
			append(&all, make_item(k, 1));
		root = reference_tree(&old, all.at, all.count, &level);
		empty = reference_tree(&none, NULL, 0, &level);
		for (unsigned k = 0; k < i; k++)
			all.at[k].entry.kind = 0;
		tree = edit(&old, &root, &(struct script){ all.at, all.count, 0 }, &files);
		cr_assert(mlv_oid_equal(&tree.oid, &empty));
		cr_assert_eq(files, -(int64_t)i);
		list_release(&all);
		nodes_release(&old);
		nodes_release(&none);
	}
}

mlv_test(tree_edit, of_one_path_reads_only_the_nodes_on_its_way)
{
	struct list all = { 0 };
	struct nodes old = { 0 };
	struct mlv_oid root;
	unsigned level;

	for (unsigned i = 0; i < 100000; i++)
		append(&all, make_item(i, 1));
	root = reference_tree(&old, all.at, all.count, &level);
	for (unsigned i = 0; i < 20; i++) {
		struct item one = all.at[roll(100000)];
		struct mlv_tree tree;
		int64_t files;

		one.entry.size++;
		old.reads = 0;
		tree = edit(&old, &root, &(struct script){ &one, 1, 0 }, &files);
		cr_assert_eq(old.reads, level + 1, "read %zu nodes of %u levels", old.reads, level + 1);
		cr_assert_eq(tree.entries, 100000);
		cr_assert_eq(files, 0);
	}
	list_release(&all);
	nodes_release(&old);
}
