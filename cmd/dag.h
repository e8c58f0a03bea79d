/*
 * dag.h - nodes and arrows of mlv dag, and the forms they are written in.
 *
 * Ownership   mlv_dag_release() frees.
 */
#ifndef MLV_CMD_DAG_H
#define MLV_CMD_DAG_H

#include "cmd/ui/out.h"
#include "core/base/strs.h"

struct mlv_dag {
	struct mlv_strs names; /* of nodes; once settled sorted, each once */
	struct mlv_dag_edge {
		char *from, *to;        /* names */
		size_t from_at, to_at; /* once settled: places in names */
	} *edges; /* once settled sorted by from, then to, each once */
	size_t count, cap;
};
void mlv_dag_release(struct mlv_dag *dag);
mlv_err mlv_dag_node(struct mlv_dag *dag, const char *name) MLV_CHECK;
/* An arrow, from what to depends on; both become nodes. */
mlv_err mlv_dag_edge(struct mlv_dag *dag, const char *from, const char *to) MLV_CHECK;
/* After the last of them, before one of the next. */
mlv_err mlv_dag_settle(struct mlv_dag *dag) MLV_CHECK;

/* As boxes with arrows down to what depends on them; what is wider than the terminal as a tree. */
mlv_err mlv_dag_draw(const struct mlv_dag *dag, unsigned width, struct mlv_out *out) MLV_CHECK;
/* As a tree: below each node what depends on it, in full the first time. */
mlv_err mlv_dag_tree(const struct mlv_dag *dag, struct mlv_out *out) MLV_CHECK;
void mlv_dag_dot(const struct mlv_dag *dag, struct mlv_out *out);
void mlv_dag_mermaid(const struct mlv_dag *dag, bool markdown, struct mlv_out *out);
void mlv_dag_json(const struct mlv_dag *dag, struct mlv_out *out);

#endif
