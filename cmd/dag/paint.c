/* Where wires begin and end, and the drawing as lines of text. */
#include <stdlib.h>
#include <string.h>

#include "cmd/dag/impl.h"
#include "core/base/buf.h"
#include "core/base/sys.h"

/* ---- columns of wires: no two of one space that are not one share a column */

/* Whether below the level a wire of another box than from begins less than apart columns from it. */
static bool is_taken(const struct mlv_boxes *boxes, size_t level, size_t from, long column, long apart)
{
	for (size_t i = boxes->first[level]; i < boxes->first[level + 1]; i++)
		if (boxes->order[i] != from &&
		    labs(boxes->at[boxes->order[i]].port - column) < apart)
			return true;
	return false;
}

/* Give the wires that end in a box columns from start on, one apart; false: they do not fit. */
static bool spread(const struct mlv_boxes *boxes, const struct mlv_box *box,
		   struct mlv_wire *const *wires, long start, long apart)
{
	long end = box->name == MLV_BOX_NONE ? box->x + box->width : box->x + box->width - 1;

	for (size_t i = 0; i < box->inputs; i++, start += 2) {
		while (start < end &&
		       is_taken(boxes, box->level - 1, wires[i]->from, start, apart))
			start++;
		if (start >= end)
			return false;
		wires[i]->port = start;
	}
	return true;
}

/* The wires of a box end around its middle, a single one where it comes down if that is near. */
static bool end_wires(struct mlv_boxes *boxes, struct mlv_box *box, struct mlv_wire *const *wires)
{
	long middle = box->x + box->width / 2, above;
	long least = box->name == MLV_BOX_NONE ? box->x : box->x + 1;
	long start = middle - (long)box->inputs + 1;
	bool fits = false;

	if (box->inputs == 1) {
		above = boxes->at[wires[0]->from].port;
		start = labs(above - middle) <= 1 ? above : middle;
	}
	for (long apart = 2; apart > 0 && !fits; apart--)
		for (long at = start; at >= least && !fits; at--)
			fits = spread(boxes, box, wires, at, apart);
	if (box->name == MLV_BOX_NONE && fits)
		box->port = wires[0]->port;
	return fits;
}

/* The wires that end in a box, from left to right. */
static size_t wires_of(const struct mlv_boxes *boxes, size_t at, struct mlv_wire **to)
{
	size_t above = boxes->at[at].level - 1, count = 0;

	for (size_t i = boxes->wire_at[above]; i < boxes->wire_at[above + 1]; i++) {
		struct mlv_wire *wire = &boxes->wires[i];
		size_t k = count;

		if (wire->to != at)
			continue;
		for (; k > 0 && boxes->at[to[k - 1]->from].at > boxes->at[wire->from].at; k--)
			to[k] = to[k - 1];
		to[k] = wire;
		count++;
	}
	return count;
}

mlv_err mlv_boxes_connect(struct mlv_boxes *boxes, bool *fits)
{
	MLV_SCOPED(mlv_mem_free) struct mlv_wire **wires =
		mlv_sys_alloc_array(boxes->wire_count + 1, sizeof(*wires));

	if (!wires)
		return mlv_error_nomem("a drawing");
	*fits = true;
	for (size_t i = 0; i < boxes->count; i++)
		boxes->at[i].port = boxes->at[i].x + boxes->at[i].width / 2;
	for (size_t i = 0; i < boxes->count && *fits; i++) {
		size_t at = boxes->order[i];

		if (boxes->at[at].inputs && wires_of(boxes, at, wires))
			*fits = end_wires(boxes, &boxes->at[at], wires);
	}
	return NULL;
}

/* ---- lines */

static mlv_err pad(struct mlv_buf *line, size_t *column, long to, char with)
{
	mlv_err err = NULL;

	for (; *column < (size_t)to && !err; ++*column)
		err = mlv_buf_add_char(line, with);
	return err;
}

/* One of the three lines of a box, or of a wire that passes. */
static mlv_err add_part(const struct mlv_boxes *boxes, const struct mlv_box *box, int row,
			struct mlv_buf *line, size_t *column)
{
	const char *label = box->name == MLV_BOX_NONE ? "" : boxes->labels.at[box->name];
	long inside = box->width - 2, length = mlv_box_label_width(label);
	mlv_err err;

	if (box->name == MLV_BOX_NONE) {
		if ((err = pad(line, column, box->port, ' ')))
			return err;
		return pad(line, column, box->port + 1, '|');
	}
	if ((err = pad(line, column, box->x, ' ')) ||
	    (err = pad(line, column, box->x + 1, row == 1 ? '|' : '+')))
		return err;
	if (row == 1) {
		if ((err = pad(line, column, box->x + 1 + (inside - length) / 2, ' ')) ||
		    (err = mlv_buf_add_str(line, label)))
			return err;
		*column += (size_t)length;
	}
	if ((err = pad(line, column, box->x + box->width - 1, row == 1 ? ' ' : '-')))
		return err;
	return pad(line, column, box->x + box->width, row == 1 ? '|' : '+');
}

static mlv_err paint_level(const struct mlv_boxes *boxes, size_t level, struct mlv_out *out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	mlv_err err = NULL;

	for (int row = 0; row < 3 && !err; row++) {
		size_t column = 0;

		mlv_buf_clear(&line);
		for (size_t i = boxes->first[level]; i < boxes->first[level + 1] && !err; i++)
			err = add_part(boxes, &boxes->at[boxes->order[i]], row, &line, &column);
		if (!err)
			mlv_out_line(out, "%s", line.ptr);
	}
	return err;
}

/* ---- the space between two levels */

/* All wires of one box: down from its port, along a row of their own, down to where they end. */
struct net {
	size_t from, wire, end; /* the wires up to end */
	long left, right;
	long turn;  /* the column that it comes from, minus that if it goes to the right */
	size_t row; /* 0: straight down */
};

struct space {
	const struct mlv_boxes *boxes;
	size_t level;
	struct net *nets;
	size_t count, rows; /* rows for nets; there is one more above, and one below */
	char *cells;
};

static void space_release(struct space *space)
{
	free(space->nets);
	free(space->cells);
}

static void find_nets(struct space *space)
{
	const struct mlv_boxes *boxes = space->boxes;
	struct net *net = NULL;

	/* The wires of a box were added one after the other. */
	for (size_t i = boxes->wire_at[space->level]; i < boxes->wire_at[space->level + 1]; i++) {
		const struct mlv_wire *wire = &boxes->wires[i];
		long port = boxes->at[wire->from].port;

		if (!net || net->from != wire->from) {
			net = &space->nets[space->count++];
			*net = (struct net){ wire->from, i, i, port, port, 0, 0 };
		}
		net->end = i + 1;
		net->left = wire->port < net->left ? wire->port : net->left;
		net->right = wire->port > net->right ? wire->port : net->right;
	}
}

/* What goes to the right from the right, what goes to the left from the left: so they nest. */
static int by_turn(const void *a, const void *b)
{
	const struct net *x = a, *y = b;

	return (x->turn > y->turn) - (x->turn < y->turn);
}

/* Each net below those before it that it would meet. */
static void choose_rows(struct space *space)
{
	for (size_t i = 0; i < space->count; i++) {
		struct net *net = &space->nets[i];
		long port = space->boxes->at[net->from].port;

		net->turn = net->left + net->right > 2 * port ? -port : port;
	}
	if (space->count)
		qsort(space->nets, space->count, sizeof(*space->nets), by_turn);
	for (size_t i = 0; i < space->count; i++) {
		struct net *net = &space->nets[i];

		if (net->left == net->right)
			continue;
		net->row = 1;
		for (size_t k = 0; k < i; k++)
			if (space->nets[k].row >= net->row &&
			    space->nets[k].left <= net->right + 1 &&
			    net->left <= space->nets[k].right + 1)
				net->row = space->nets[k].row + 1;
		space->rows = net->row > space->rows ? net->row : space->rows;
	}
}

static char *cell(const struct space *space, size_t row, long column)
{
	return &space->cells[row * (size_t)space->boxes->width + (size_t)column];
}

/* Down a column from row to row; where nets cross, this is what is seen. */
static void draw_down(const struct space *space, long column, size_t row, size_t to)
{
	for (; row <= to; row++)
		*cell(space, row, column) = '|';
}

static void draw_net(const struct space *space, const struct net *net)
{
	const struct mlv_boxes *boxes = space->boxes;
	size_t last = space->rows + 1;

	draw_down(space, boxes->at[net->from].port, 0, net->row);
	for (size_t i = net->wire; i < net->end; i++) {
		const struct mlv_wire *wire = &boxes->wires[i];

		draw_down(space, wire->port, net->row, last);
		if (boxes->at[wire->to].name != MLV_BOX_NONE)
			*cell(space, last, wire->port) = 'v';
		if (net->row)
			*cell(space, net->row, wire->port) = '+';
	}
	if (net->row)
		*cell(space, net->row, boxes->at[net->from].port) = '+';
}

static void print_cells(const struct space *space, struct mlv_out *out)
{
	for (size_t row = 0; row < space->rows + 2; row++) {
		int len = (int)space->boxes->width;

		while (len > 0 && *cell(space, row, len - 1) == ' ')
			len--;
		mlv_out_line(out, "%.*s", len, cell(space, row, 0));
	}
}

static mlv_err paint_space(const struct mlv_boxes *boxes, size_t level, struct mlv_out *out)
{
	size_t wires = boxes->wire_at[level + 1] - boxes->wire_at[level], size;
	MLV_SCOPED(space_release) struct space space = { .boxes = boxes, .level = level };

	space.nets = mlv_sys_alloc_array(wires + 1, sizeof(*space.nets));
	if (!space.nets)
		return mlv_error_nomem("a drawing");
	find_nets(&space);
	choose_rows(&space);
	size = (space.rows + 2) * (size_t)boxes->width;
	if (!(space.cells = mlv_sys_alloc(size)))
		return mlv_error_nomem("a drawing");
	memset(space.cells, ' ', size);
	for (size_t i = 0; i < space.count; i++)
		if (space.nets[i].row)
			memset(cell(&space, space.nets[i].row, space.nets[i].left), '-',
			       (size_t)(space.nets[i].right - space.nets[i].left));
	for (size_t i = 0; i < space.count; i++)
		draw_net(&space, &space.nets[i]);
	print_cells(&space, out);
	return NULL;
}

mlv_err mlv_boxes_paint(const struct mlv_boxes *boxes, struct mlv_out *out)
{
	mlv_err err = NULL;

	for (size_t level = 0; level < boxes->levels && !err; level++) {
		bool wired = boxes->wire_at[level + 1] > boxes->wire_at[level];

		if (!(err = paint_level(boxes, level, out)) && wired)
			err = paint_space(boxes, level, out);
		else if (!err && level + 1 < boxes->levels)
			mlv_out_line(out, "%s", ""); /* another graph */
	}
	return err;
}
