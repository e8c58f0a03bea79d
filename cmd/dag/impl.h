/*
 * impl.h - a drawing of boxes: the nodes in levels, each below all that it depends
 * on, and wires from level to level. A wire that passes a level has a place in it as
 * a box has; all wires from one box that pass a level share that place. Graphs that
 * nothing connects have levels of their own, one graph after the other.
 */
#ifndef MLV_CMD_DAG_IMPL_H
#define MLV_CMD_DAG_IMPL_H

#include "cmd/dag.h"

#define MLV_BOX_GAP 2  /* columns between two boxes */
#define MLV_BOX_LINE 3 /* columns that a wire takes that passes a level */
#define MLV_BOX_NONE ((size_t)-1)

struct mlv_box {
	size_t name;   /* place among the names; MLV_BOX_NONE: a wire that passes */
	size_t level;
	size_t inputs; /* wires that end in it */
	long x, width; /* columns */
	long port;     /* the column in which its wires begin */
	double key;    /* where it is drawn to */
	size_t at;     /* its place in the level */
};

struct mlv_wire {
	size_t from, to; /* boxes, that of to one level lower */
	long port;       /* the column in which it ends */
};

struct mlv_boxes {
	const struct mlv_dag *dag;
	long width; /* of the terminal */
	struct mlv_strs labels; /* of the names, as they are shown */
	struct mlv_box *at;
	size_t count, cap;
	struct mlv_wire *wires; /* sorted by the level that they begin in */
	size_t wire_count, wire_cap;
	size_t levels;
	size_t *order;   /* boxes, by level and place in it */
	size_t *first;   /* of each level: its first in order; one more at the end */
	size_t *wire_at; /* of each level: its first wire; one more at the end */
};

/* Columns that a label takes. */
long mlv_box_label_width(const char *label);
/* Put the nodes into levels, and make the wires. *fits false: too wide, or a cycle. */
mlv_err mlv_boxes_level(struct mlv_boxes *boxes, bool *fits) MLV_CHECK;
/* Choose the order in each level, so that few wires cross, and the columns. */
mlv_err mlv_boxes_place(struct mlv_boxes *boxes) MLV_CHECK;
/* Choose where wires begin and end. *fits false: there is no room for them. */
mlv_err mlv_boxes_connect(struct mlv_boxes *boxes, bool *fits) MLV_CHECK;
mlv_err mlv_boxes_paint(const struct mlv_boxes *boxes, struct mlv_out *out) MLV_CHECK;

#endif
