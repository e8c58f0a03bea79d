/* The order of boxes in their levels, and their columns. */
#include <math.h>
#include <stdlib.h>

#include "cmd/dag/impl.h"
#include "core/base/sys.h"

#define SWEEPS 8

/* Sort what has a level by it: at[i] is put to its place, first[] gets where each level begins. */
static mlv_err index_all(struct mlv_boxes *boxes)
{
	size_t *at, levels = boxes->levels;
	MLV_SCOPED(mlv_mem_free) struct mlv_wire *sorted =
		mlv_sys_alloc_array(boxes->wire_count + 1, sizeof(*sorted));

	boxes->order = mlv_sys_alloc_array(boxes->count + 1, sizeof(size_t));
	boxes->first = mlv_sys_alloc_array(levels + 2, sizeof(size_t));
	boxes->wire_at = mlv_sys_alloc_array(levels + 2, sizeof(size_t));
	if (!sorted || !boxes->order || !boxes->first || !boxes->wire_at)
		return mlv_error_nomem("a drawing");
	at = boxes->first;
	for (size_t i = 0; i < boxes->count; i++)
		at[boxes->at[i].level + 2]++;
	for (size_t i = 1; i <= levels; i++)
		at[i + 1] += at[i];
	for (size_t i = 0; i < boxes->count; i++)
		boxes->order[at[boxes->at[i].level + 1]++] = i;
	at = boxes->wire_at;
	for (size_t i = 0; i < boxes->wire_count; i++)
		at[boxes->at[boxes->wires[i].from].level + 2]++;
	for (size_t i = 1; i <= levels; i++)
		at[i + 1] += at[i];
	for (size_t i = 0; i < boxes->wire_count; i++)
		sorted[at[boxes->at[boxes->wires[i].from].level + 1]++] = boxes->wires[i];
	free(boxes->wires);
	boxes->wires = MLV_TAKE(sorted);
	return NULL;
}

/* Draw the boxes of a level to the middle of what is wired to them above, or below. */
static void draw_to(struct mlv_boxes *boxes, size_t level, bool down, bool columns)
{
	size_t wires = down ? level - 1 : level;

	for (size_t i = boxes->first[level]; i < boxes->first[level + 1]; i++) {
		struct mlv_box *box = &boxes->at[boxes->order[i]];

		box->key = 0;
		box->port = 0; /* wires that count */
	}
	for (size_t i = boxes->wire_at[wires]; i < boxes->wire_at[wires + 1]; i++) {
		const struct mlv_wire *wire = &boxes->wires[i];
		struct mlv_box *box = &boxes->at[down ? wire->to : wire->from];
		const struct mlv_box *other = &boxes->at[down ? wire->from : wire->to];

		box->key += columns ? (double)(other->x + other->width / 2) : (double)other->at;
		box->port++;
	}
	for (size_t i = boxes->first[level]; i < boxes->first[level + 1]; i++) {
		struct mlv_box *box = &boxes->at[boxes->order[i]];

		if (box->port)
			box->key = box->key / (double)box->port -
				   (columns ? (double)(box->width / 2) : 0);
		else
			box->key = columns ? (double)box->x : (double)box->at;
	}
}

/* In order of the key; there are few in a level, and equals stay in order. */
static void sort_level(struct mlv_boxes *boxes, size_t level)
{
	size_t *order = boxes->order + boxes->first[level];
	size_t count = boxes->first[level + 1] - boxes->first[level];

	for (size_t i = 1; i < count; i++) {
		size_t box = order[i], to = i;

		for (; to > 0 && boxes->at[order[to - 1]].key > boxes->at[box].key; to--)
			order[to] = order[to - 1];
		order[to] = box;
	}
	for (size_t i = 0; i < count; i++)
		boxes->at[order[i]].at = i;
}

/* Boxes that stand against each other, moved as one. */
struct block {
	double sum;
	size_t count;
};

/*
 * The columns of a level: each as near to its key as the others leave it (least squares; what
 * overlaps is pooled), within the width. Once the widths before it are taken off, they only ascend.
 */
static void set_columns(struct mlv_boxes *boxes, size_t level, struct block *blocks)
{
	size_t first = boxes->first[level], last = boxes->first[level + 1], made = 0, at = first;
	long before = 0;

	for (size_t i = first; i < last; i++) {
		struct mlv_box *box = &boxes->at[boxes->order[i]];
		struct block block = { box->key - (double)before, 1 };

		while (made && blocks[made - 1].sum / (double)blocks[made - 1].count >=
				       block.sum / (double)block.count) {
			block.sum += blocks[--made].sum;
			block.count += blocks[made].count;
		}
		blocks[made++] = block;
		before += box->width + MLV_BOX_GAP;
	}
	before -= MLV_BOX_GAP; /* all of them, side by side */
	for (size_t b = 0; b < made; b++) {
		long x = lround(blocks[b].sum / (double)blocks[b].count);

		x = x > boxes->width - before ? boxes->width - before : x;
		for (size_t i = 0; i < blocks[b].count; i++, at++)
			boxes->at[boxes->order[at]].x = x < 0 ? 0 : x;
	}
	before = 0;
	for (size_t i = first; i < last; i++) {
		boxes->at[boxes->order[i]].x += before;
		before += boxes->at[boxes->order[i]].width + MLV_BOX_GAP;
	}
}

static void sweep(struct mlv_boxes *boxes, bool down, struct block *blocks)
{
	for (size_t i = 1; i < boxes->levels; i++) {
		size_t level = down ? i : boxes->levels - 1 - i;

		draw_to(boxes, level, down, blocks != NULL);
		if (blocks)
			set_columns(boxes, level, blocks);
		else
			sort_level(boxes, level);
	}
}

mlv_err mlv_boxes_place(struct mlv_boxes *boxes)
{
	MLV_SCOPED(mlv_mem_free) struct block *blocks =
		mlv_sys_alloc_array(boxes->count + 1, sizeof(*blocks));
	mlv_err err = blocks ? index_all(boxes) : mlv_error_nomem("a drawing");

	if (err)
		return err;
	for (size_t level = 0; level < boxes->levels; level++)
		sort_level(boxes, level);
	for (int i = 0; i < SWEEPS; i++)
		sweep(boxes, i % 2 == 0, NULL);
	for (size_t level = 0; level < boxes->levels; level++)
		set_columns(boxes, level, blocks);
	for (int i = 0; i < SWEEPS; i++)
		sweep(boxes, i % 2 == 0, blocks);
	return NULL;
}
