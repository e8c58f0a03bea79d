#include "cmd/dag.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/sys.h"

void mlv_dag_release(struct mlv_dag *dag)
{
	for (size_t i = 0; i < dag->count; i++) {
		free(dag->edges[i].from);
		free(dag->edges[i].to);
	}
	free(dag->edges);
	mlv_strs_release(&dag->names);
}

mlv_err mlv_dag_node(struct mlv_dag *dag, const char *name)
{
	return mlv_strs_add(&dag->names, name);
}

mlv_err mlv_dag_edge(struct mlv_dag *dag, const char *from, const char *to)
{
	struct mlv_dag_edge *edge;
	mlv_err err = mlv_array_grow(&dag->edges, &dag->cap, dag->count + 1, sizeof(*edge));

	if (err || (err = mlv_dag_node(dag, from)) || (err = mlv_dag_node(dag, to)))
		return err;
	edge = &dag->edges[dag->count++];
	*edge = (struct mlv_dag_edge){ .from = mlv_sys_strdup(from), .to = mlv_sys_strdup(to) };
	return edge->from && edge->to ? NULL : mlv_error_nomem("an arrow");
}

static int by_text(const void *key, const void *item)
{
	return strcmp(key, *(char *const *)item);
}

static size_t place_of(const struct mlv_dag *dag, const char *name)
{
	char **found = bsearch(name, dag->names.at, dag->names.count, sizeof(*dag->names.at),
			       by_text);

	return (size_t)(found - dag->names.at);
}

static int by_places(const void *a, const void *b)
{
	const struct mlv_dag_edge *x = a, *y = b;

	if (x->from_at != y->from_at)
		return x->from_at < y->from_at ? -1 : 1;
	return (x->to_at > y->to_at) - (x->to_at < y->to_at);
}

mlv_err mlv_dag_settle(struct mlv_dag *dag)
{
	size_t kept = 0;

	mlv_strs_sort_unique(&dag->names);
	for (size_t i = 0; i < dag->count; i++) {
		dag->edges[i].from_at = place_of(dag, dag->edges[i].from);
		dag->edges[i].to_at = place_of(dag, dag->edges[i].to);
	}
	if (dag->count)
		qsort(dag->edges, dag->count, sizeof(*dag->edges), by_places);
	for (size_t i = 0; i < dag->count; i++) {
		if (kept && by_places(&dag->edges[kept - 1], &dag->edges[i]) == 0) {
			free(dag->edges[i].from);
			free(dag->edges[i].to);
		} else {
			dag->edges[kept++] = dag->edges[i];
		}
	}
	dag->count = kept;
	return NULL;
}

/* ---- a tree */

struct drawing {
	const struct mlv_dag *dag;
	size_t *first; /* of each node: its first arrow; one more at the end */
	bool *inner;   /* something leads to it */
	bool *drawn;
	struct level {
		size_t node, next; /* the arrow that comes next */
	} *stack;
	size_t depth;
	struct mlv_buf line;
};

static void drawing_release(struct drawing *drawing)
{
	free(drawing->first);
	free(drawing->inner);
	free(drawing->drawn);
	free(drawing->stack);
	mlv_buf_release(&drawing->line);
}

static mlv_err prepare(struct drawing *drawing)
{
	const struct mlv_dag *dag = drawing->dag;
	size_t nodes = dag->names.count;

	drawing->first = mlv_sys_alloc_array(nodes + 1, sizeof(*drawing->first));
	drawing->inner = mlv_sys_alloc(nodes + 1);
	drawing->drawn = mlv_sys_alloc(nodes + 1);
	drawing->stack = mlv_sys_alloc_array(nodes + 1, sizeof(*drawing->stack));
	if (!drawing->first || !drawing->inner || !drawing->drawn || !drawing->stack)
		return mlv_error_nomem("a drawing");
	for (size_t i = 0; i < dag->count; i++) {
		drawing->first[dag->edges[i].from_at + 1]++;
		drawing->inner[dag->edges[i].to_at] = true;
	}
	for (size_t i = 0; i < nodes; i++)
		drawing->first[i + 1] += drawing->first[i];
	return NULL;
}

/* A node's line: the bars of those above, its own arm, its name. */
static mlv_err draw_line(struct drawing *drawing, size_t node, bool again, struct mlv_out *out)
{
	mlv_err err = NULL;

	mlv_buf_clear(&drawing->line);
	for (size_t i = 0; i < drawing->depth && !err; i++) {
		const struct level *level = &drawing->stack[i];
		bool more = level->next < drawing->first[level->node + 1];
		bool last = i + 1 == drawing->depth;

		err = mlv_buf_add_str(&drawing->line, last ? more ? "|-- " : "`-- "
						      : more ? "|   "
							     : "    ");
	}
	if (!err)
		mlv_out_line(out, "%s%s%s", drawing->line.ptr, drawing->dag->names.at[node],
			     again ? " *" : "");
	return err;
}

static mlv_err draw_node(struct drawing *drawing, size_t node, struct mlv_out *out)
{
	bool leads = drawing->first[node] < drawing->first[node + 1];
	bool again = drawing->drawn[node] && leads;
	mlv_err err = draw_line(drawing, node, again, out);

	drawing->drawn[node] = true;
	if (leads && !again)
		drawing->stack[drawing->depth++] =
			(struct level){ node, drawing->first[node] };
	return err;
}

static mlv_err draw_from(struct drawing *drawing, size_t node, struct mlv_out *out)
{
	mlv_err err = draw_node(drawing, node, out);

	while (drawing->depth && !err) {
		struct level *top = &drawing->stack[drawing->depth - 1];

		if (top->next == drawing->first[top->node + 1])
			drawing->depth--;
		else
			err = draw_node(drawing, drawing->dag->edges[top->next++].to_at, out);
	}
	return err;
}

mlv_err mlv_dag_tree(const struct mlv_dag *dag, struct mlv_out *out)
{
	MLV_SCOPED(drawing_release) struct drawing drawing = { .dag = dag, .line = MLV_BUF_INIT };
	mlv_err err = prepare(&drawing);

	for (size_t i = 0; i < dag->names.count && !err; i++)
		if (!drawing.inner[i])
			err = draw_from(&drawing, i, out);
	/* Nodes that are one for several stages may lead to each other. */
	for (size_t i = 0; i < dag->names.count && !err; i++)
		if (!drawing.drawn[i])
			err = draw_from(&drawing, i, out);
	return err;
}

/* ---- other forms */

static void add_quoted(struct mlv_out *out, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf quoted = MLV_BUF_INIT;

	if (!mlv_json_add_string(&quoted, name, strlen(name)))
		mlv_out_raw(out, quoted.ptr);
}

void mlv_dag_dot(const struct mlv_dag *dag, struct mlv_out *out)
{
	mlv_out_line(out, "strict digraph {");
	for (size_t i = 0; i < dag->names.count; i++) {
		add_quoted(out, dag->names.at[i]);
		mlv_out_raw(out, ";\n");
	}
	for (size_t i = 0; i < dag->count; i++) {
		add_quoted(out, dag->edges[i].from);
		mlv_out_raw(out, " -> ");
		add_quoted(out, dag->edges[i].to);
		mlv_out_raw(out, ";\n");
	}
	mlv_out_line(out, "}");
}

/* A label of Mermaid, where a quote is an entity. */
static void add_label(struct mlv_out *out, const char *name)
{
	for (const char *c = name; *c; c++) {
		char one[2] = { *c, '\0' };

		mlv_out_raw(out, *c == '"' ? "#quot;" : *c == '#' ? "#35;" : one);
	}
}

void mlv_dag_mermaid(const struct mlv_dag *dag, bool markdown, struct mlv_out *out)
{
	if (markdown)
		mlv_out_line(out, "```mermaid");
	mlv_out_line(out, "flowchart TD");
	for (size_t i = 0; i < dag->names.count; i++) {
		char begin[40];

		snprintf(begin, sizeof(begin), "\tnode%zu[\"", i + 1);
		mlv_out_raw(out, begin);
		add_label(out, dag->names.at[i]);
		mlv_out_raw(out, "\"]\n");
	}
	for (size_t i = 0; i < dag->count; i++)
		mlv_out_line(out, "\tnode%zu-->node%zu", dag->edges[i].from_at + 1,
			     dag->edges[i].to_at + 1);
	if (markdown)
		mlv_out_line(out, "```");
}

void mlv_dag_json(const struct mlv_dag *dag, struct mlv_out *out)
{
	mlv_out_object_begin(out, NULL);
	mlv_out_array_begin(out, "nodes");
	for (size_t i = 0; i < dag->names.count; i++)
		mlv_out_text(out, NULL, dag->names.at[i]);
	mlv_out_array_end(out);
	mlv_out_array_begin(out, "edges");
	for (size_t i = 0; i < dag->count; i++) {
		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "from", dag->edges[i].from);
		mlv_out_text(out, "to", dag->edges[i].to);
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
	mlv_out_object_end(out);
}
