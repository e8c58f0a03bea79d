#include "core/store/node.h"

/* One of the two trees that are compared. */
struct side {
	struct mlv_cursor *cursor; /* NULL: an empty tree */
	const struct mlv_entry *at; /* NULL: at its end */
};

struct diff {
	struct side old, new_side;
	mlv_change_fn fn;
	void *arg;
};

static mlv_err peek(struct side *side)
{
	side->at = NULL;
	return side->cursor ? mlv_cursor_peek(side->cursor, &side->at) : NULL;
}

static bool same(const struct mlv_entry *a, const struct mlv_entry *b)
{
	return a->kind == b->kind && a->size == b->size && mlv_oid_equal(&a->oid, &b->oid);
}

/* The end of a tree sorts after every path. */
static int compare(const struct side *a, const struct side *b)
{
	if (!a->at || !b->at)
		return !a->at - !b->at;
	return mlv_path_compare(a->at->path, a->at->path_len, b->at->path, b->at->path_len);
}

/* The height of what a side stands on: 0 for an entry, level + 1 for a node. */
static unsigned height(const struct side *side)
{
	return mlv_cursor_level(side->cursor);
}

/*
 * Both stand on the same path. Nodes that differ are gone into, the higher
 * first, until both stand on the same level.
 */
static mlv_err step_same_path(struct diff *d)
{
	bool old_node = d->old.at->kind == 'n', new_node = d->new_side.at->kind == 'n';
	unsigned old_height = height(&d->old), new_height = height(&d->new_side);
	mlv_err err = NULL;

	if (old_node && new_node && same(d->old.at, d->new_side.at)) {
		mlv_cursor_skip(d->old.cursor);
		mlv_cursor_skip(d->new_side.cursor);
		return NULL;
	}
	if (!old_node && !new_node) {
		if ((err = mlv_cursor_take(d->old.cursor)) ||
		    (err = mlv_cursor_take(d->new_side.cursor)))
			return err;
		return same(d->old.at, d->new_side.at) ? NULL :
		       d->fn(d->arg, d->old.at, d->new_side.at);
	}
	if (old_node && old_height >= new_height)
		err = mlv_cursor_descend(d->old.cursor);
	if (!err && new_node && new_height >= old_height)
		err = mlv_cursor_descend(d->new_side.cursor);
	return err;
}

/* The path of one side comes before all that is left of the other. */
static mlv_err step_one(struct diff *d, struct side *side)
{
	mlv_err err;

	if (side->at->kind == 'n')
		return mlv_cursor_descend(side->cursor);
	if ((err = mlv_cursor_take(side->cursor)))
		return err;
	return side == &d->old ? d->fn(d->arg, side->at, NULL) : d->fn(d->arg, NULL, side->at);
}

static mlv_err run(struct diff *d)
{
	mlv_err err;

	while (!(err = peek(&d->old)) && !(err = peek(&d->new_side)) &&
	       (d->old.at || d->new_side.at)) {
		int by = compare(&d->old, &d->new_side);

		if (by == 0)
			err = step_same_path(d);
		else
			err = step_one(d, by < 0 ? &d->old : &d->new_side);
		if (err)
			break;
	}
	return err;
}

mlv_err mlv_tree_diff(struct mlv_node_source source, const struct mlv_oid *a,
		      const struct mlv_oid *b, mlv_change_fn fn, void *arg)
{
	MLV_SCOPED(mlv_cursor_freep) struct mlv_cursor *old = NULL;
	MLV_SCOPED(mlv_cursor_freep) struct mlv_cursor *new_cursor = NULL;
	struct diff d = { .fn = fn, .arg = arg };
	mlv_err err;

	if (a && b && mlv_oid_equal(a, b))
		return NULL;
	if ((a && (err = mlv_cursor_open(&old, source, a))) ||
	    (b && (err = mlv_cursor_open(&new_cursor, source, b))))
		return err;
	d.old.cursor = old;
	d.new_side.cursor = new_cursor;
	return run(&d);
}
