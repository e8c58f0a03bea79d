/* Which level each node is in, and the wires between levels. */
#include <stdlib.h>
#include <string.h>

#include "cmd/dag/impl.h"
#include "core/base/sys.h"

/* What is found out of each node. */
struct graph {
	const struct mlv_dag *dag;
	size_t *first;  /* its first arrow; one more at the end */
	size_t *inputs; /* arrows to it; while levels are found, those not yet gone */
	size_t *level;
	size_t *root;   /* a node of the same graph: in the end its first */
	size_t *queue;  /* later: the levels that the graph of a root takes */
};

static void graph_release(struct graph *graph)
{
	free(graph->first);
	free(graph->inputs);
	free(graph->level);
	free(graph->root);
	free(graph->queue);
}

static size_t root_of(struct graph *graph, size_t node)
{
	while (graph->root[node] != node)
		node = graph->root[node] = graph->root[graph->root[node]];
	return node;
}

static mlv_err prepare(struct graph *graph)
{
	const struct mlv_dag *dag = graph->dag;
	size_t nodes = dag->names.count;

	graph->first = mlv_sys_alloc_array(nodes + 1, sizeof(size_t));
	graph->inputs = mlv_sys_alloc_array(nodes + 1, sizeof(size_t));
	graph->level = mlv_sys_alloc_array(nodes + 1, sizeof(size_t));
	graph->root = mlv_sys_alloc_array(nodes + 1, sizeof(size_t));
	graph->queue = mlv_sys_alloc_array(nodes + 1, sizeof(size_t));
	if (!graph->first || !graph->inputs || !graph->level || !graph->root || !graph->queue)
		return mlv_error_nomem("a drawing");
	for (size_t i = 0; i < nodes; i++)
		graph->root[i] = i;
	for (size_t i = 0; i < dag->count; i++) {
		size_t a = root_of(graph, dag->edges[i].from_at);
		size_t b = root_of(graph, dag->edges[i].to_at);

		graph->first[dag->edges[i].from_at + 1]++;
		graph->inputs[dag->edges[i].to_at]++;
		graph->root[a > b ? a : b] = a < b ? a : b;
	}
	for (size_t i = 0; i < nodes; i++)
		graph->first[i + 1] += graph->first[i];
	return NULL;
}

/* Each one level below the lowest that leads to it; false: there is a cycle. */
static bool find_levels(struct graph *graph)
{
	size_t nodes = graph->dag->names.count, head = 0, tail = 0;

	for (size_t i = 0; i < nodes; i++)
		if (!graph->inputs[i])
			graph->queue[tail++] = i;
	while (head < tail) {
		size_t node = graph->queue[head++];

		for (size_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
			size_t to = graph->dag->edges[e].to_at;

			if (graph->level[to] <= graph->level[node])
				graph->level[to] = graph->level[node] + 1;
			if (!--graph->inputs[to])
				graph->queue[tail++] = to;
		}
	}
	return tail == nodes;
}

/* What nothing leads to stands right above the first that needs it. */
static void lower_sources(struct graph *graph)
{
	for (size_t i = 0; i < graph->dag->names.count; i++) {
		size_t least = MLV_BOX_NONE;

		for (size_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
			size_t level = graph->level[graph->dag->edges[e].to_at];

			least = level < least ? level : least;
		}
		if (graph->level[i] == 0 && least != MLV_BOX_NONE)
			graph->level[i] = least - 1;
	}
}

/* One graph after the other; returns how many levels there are. */
static size_t stack(struct graph *graph)
{
	size_t nodes = graph->dag->names.count, levels = 0;

	memset(graph->queue, 0, (nodes + 1) * sizeof(size_t));
	for (size_t i = 0; i < nodes; i++) {
		size_t root = root_of(graph, i);

		if (graph->level[i] >= graph->queue[root])
			graph->queue[root] = graph->level[i] + 1;
	}
	for (size_t i = 0; i < nodes; i++) {
		size_t height = graph->queue[i];

		graph->queue[i] = levels;
		levels += height;
	}
	for (size_t i = 0; i < nodes; i++)
		graph->level[i] += graph->queue[root_of(graph, i)];
	return levels;
}

static mlv_err add_box(struct mlv_boxes *boxes, size_t name, size_t level, long width)
{
	mlv_err err = mlv_array_grow(&boxes->at, &boxes->cap, boxes->count + 1, sizeof(*boxes->at));

	if (!err)
		boxes->at[boxes->count++] =
			(struct mlv_box){ .name = name, .level = level, .width = width };
	return err;
}

static mlv_err add_wire(struct mlv_boxes *boxes, size_t from, size_t to)
{
	mlv_err err = mlv_array_grow(&boxes->wires, &boxes->wire_cap, boxes->wire_count + 1,
				     sizeof(*boxes->wires));

	if (err)
		return err;
	boxes->wires[boxes->wire_count++] = (struct mlv_wire){ .from = from, .to = to };
	boxes->at[to].inputs++;
	return NULL;
}

/* The wires of a node: level by level to the lowest that it leads to. room: columns left. */
static mlv_err add_wires(struct mlv_boxes *boxes, const struct graph *graph, size_t node, long *room,
			 bool *fits)
{
	size_t from = node, lowest = graph->level[node];
	mlv_err err = NULL;

	for (size_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
		size_t level = graph->level[graph->dag->edges[e].to_at];

		lowest = level > lowest ? level : lowest;
	}
	for (size_t level = graph->level[node] + 1; level <= lowest && !err; level++) {
		for (size_t e = graph->first[node]; e < graph->first[node + 1] && !err; e++)
			if (graph->level[graph->dag->edges[e].to_at] == level)
				err = add_wire(boxes, from, graph->dag->edges[e].to_at);
		if (err || level == lowest)
			return err;
		room[level] -= MLV_BOX_LINE + MLV_BOX_GAP;
		if (!(*fits = room[level] >= 0))
			return NULL;
		if (!(err = add_box(boxes, MLV_BOX_NONE, level, MLV_BOX_LINE)) &&
		    !(err = add_wire(boxes, from, boxes->count - 1)))
			from = boxes->count - 1;
	}
	return err;
}

/* A box has room for its label, and for the wires that end in it. */
static void widen(struct mlv_boxes *boxes, long *room, bool *fits)
{
	for (size_t i = 0; i < boxes->dag->names.count; i++) {
		struct mlv_box *box = &boxes->at[i];
		long least = (long)box->inputs * 3 + 4;

		box->width = mlv_box_label_width(boxes->labels.at[i]) + 4;
		if (box->inputs > 1 && box->width < least)
			box->width = least;
		room[box->level] -= box->width + MLV_BOX_GAP;
		*fits = *fits && room[box->level] >= 0;
	}
}

static mlv_err fill(struct mlv_boxes *boxes, const struct graph *graph, bool *fits)
{
	size_t nodes = boxes->dag->names.count;
	MLV_SCOPED(mlv_mem_free) long *room = mlv_sys_alloc_array(boxes->levels + 1, sizeof(*room));
	mlv_err err = room ? NULL : mlv_error_nomem("a drawing");

	for (size_t i = 0; i < boxes->levels && !err; i++)
		room[i] = boxes->width + MLV_BOX_GAP;
	for (size_t i = 0; i < nodes && !err; i++)
		err = add_box(boxes, i, graph->level[i], 0);
	*fits = true;
	for (size_t i = 0; i < nodes && !err && *fits; i++)
		err = add_wires(boxes, graph, i, room, fits);
	if (!err && *fits)
		widen(boxes, room, fits);
	return err;
}

mlv_err mlv_boxes_level(struct mlv_boxes *boxes, bool *fits)
{
	MLV_SCOPED(graph_release) struct graph graph = { .dag = boxes->dag };
	mlv_err err = prepare(&graph);

	if (err)
		return err;
	if (!(*fits = find_levels(&graph)))
		return NULL;
	lower_sources(&graph);
	boxes->levels = stack(&graph);
	return fill(boxes, &graph, fits);
}
