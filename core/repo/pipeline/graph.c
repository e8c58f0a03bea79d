/* The stages as a graph: outputs do not overlap, what depends on what, and an order. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/pipeline/parts.h"

/* The file that a stage stands in, for messages. */
static struct mlv_source source_of(const struct mlv_pipeline *pipeline,
				   const struct mlv_stage *stage)
{
	for (size_t i = 0; i < pipeline->file_count; i++)
		if (strcmp(pipeline->files[i].path, stage->file) == 0)
			return (struct mlv_source){ stage->file, pipeline->files[i].text,
						    pipeline->files[i].len };
	return (struct mlv_source){ stage->file, "", 0 };
}

/* ---- outputs that overlap */

struct claim {
	const struct mlv_pipeline *pipeline;
	size_t stage, out;
};

static mlv_err shown_stage(const struct mlv_stage *stage, struct mlv_buf *to)
{
	mlv_err err = mlv_buf_add_char(to, '\'');

	return err || (err = mlv_stage_address(stage, to)) ? err : mlv_buf_add_char(to, '\'');
}

static mlv_err overlap(void *arg, const struct mlv_made *place)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf who = MLV_BUF_INIT;
	const struct claim *claim = arg;
	const struct mlv_stage *mine = &claim->pipeline->stages[claim->stage];
	const struct mlv_stage *other = &claim->pipeline->stages[place->stage];
	const char *path = mine->outs[claim->out].path;
	const char *theirs = other->outs[place->out].path;
	const struct mlv_source source = source_of(claim->pipeline, mine);
	bool same = strcmp(path, theirs) == 0;
	mlv_err err;

	if (place->stage == claim->stage && place->out == claim->out)
		return NULL;
	if ((err = shown_stage(mine, &who)))
		return err;
	if (mine == other && same)
		return mlv_source_error(&source, mine->line, mine->column,
					"the output '%s' is there twice in stage %s", path,
					who.ptr);
	if (mine == other)
		return mlv_source_error(&source, mine->line, mine->column,
					"the outputs '%s' and '%s' of stage %s overlap", path,
					theirs, who.ptr);
	if ((err = mlv_buf_add_str(&who, " and ")) || (err = shown_stage(other, &who)))
		return err;
	if (same)
		return mlv_source_error(&source, mine->line, mine->column,
					"the output '%s' is made by two stages: %s", path, who.ptr);
	return mlv_source_error(&source, mine->line, mine->column,
				"the outputs '%s' and '%s' of the stages %s overlap", path, theirs,
				who.ptr);
}

static mlv_err check_outputs(const struct mlv_pipeline *pipeline)
{
	mlv_err err = NULL;

	for (size_t s = 0; s < pipeline->count; s++) {
		const struct mlv_stage *stage = &pipeline->stages[s];

		for (size_t o = 0; o < stage->out_count && !err; o++) {
			struct claim claim = { pipeline, s, o };

			err = mlv_made_meet(pipeline, stage->outs[o].path,
					   stage->outs[o].glob, overlap, &claim);
		}
		if (err)
			return err;
	}
	return NULL;
}

struct tracked {
	const struct mlv_pipeline *pipeline;
	const char *path;
};

static mlv_err is_tracked(void *arg, const struct mlv_made *place)
{
	const struct tracked *tracked = arg;
	const struct mlv_stage *stage = &tracked->pipeline->stages[place->stage];
	const struct mlv_source source = source_of(tracked->pipeline, stage);
	mlv_err err = mlv_source_error(&source, stage->line, stage->column,
				       "the output '%s' of stage '%s' is tracked by %s.mlv, too",
				       stage->outs[place->out].path, stage->name, tracked->path);

	return mlv_error_hint(err, "mlv remove %s.mlv leaves it to the stage", tracked->path);
}

/* A stage moves its outputs out of the way: what the user tracks is not its own to make. */
static mlv_err check_tracked(const struct mlv_pipeline *pipeline)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < pipeline->tracked.count && !err; i++) {
		struct tracked tracked = { pipeline, pipeline->tracked.at[i] };

		err = mlv_made_meet(pipeline, tracked.path, false, is_tracked, &tracked);
	}
	return err;
}

/* ---- edges */

struct edges {
	struct mlv_pipeline *pipeline;
	size_t stage; /* whose dependencies are looked at */
	const char *dep;
	size_t count, cap;
	size_t *seen; /* the stage + 1 that last had an edge to this one */
};

static mlv_err add_edge(void *arg, const struct mlv_made *place)
{
	struct edges *edges = arg;
	const struct mlv_stage *stage = &edges->pipeline->stages[edges->stage];
	const struct mlv_source source = source_of(edges->pipeline, stage);
	mlv_err err;

	if (place->stage == edges->stage)
		return mlv_source_error(&source, stage->line, stage->column,
					"'%s' is a dependency of stage '%s', and its output '%s'",
					edges->dep, stage->name, stage->outs[place->out].path);
	if (edges->seen[place->stage] == edges->stage + 1)
		return NULL;
	edges->seen[place->stage] = edges->stage + 1;
	if ((err = mlv_array_grow(&edges->pipeline->edges, &edges->cap, edges->count + 1,
				  sizeof(*edges->pipeline->edges))))
		return err;
	edges->pipeline->edges[edges->count++] = place->stage;
	return NULL;
}

static int by_number(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

static mlv_err edges_of(struct edges *edges)
{
	const struct mlv_stage *stage = &edges->pipeline->stages[edges->stage];
	size_t first = edges->count;
	mlv_err err = NULL;

	for (size_t d = 0; d < stage->dep_count && !err; d++) {
		edges->dep = stage->deps[d].path;
		if (!stage->deps[d].url)
			err = mlv_made_meet(edges->pipeline, edges->dep, stage->deps[d].glob,
					   add_edge, edges);
	}
	for (size_t p = 0; p < stage->param_count && !err; p++) {
		edges->dep = stage->params[p].file;
		err = mlv_made_meet(edges->pipeline, edges->dep, false, add_edge, edges);
	}
	if (edges->count > first)
		qsort(edges->pipeline->edges + first, edges->count - first, sizeof(size_t),
		      by_number);
	return err;
}

static mlv_err make_edges(struct mlv_pipeline *pipeline)
{
	MLV_SCOPED(mlv_mem_free) size_t *seen = mlv_sys_alloc_array(pipeline->count + 1, sizeof(*seen));
	struct edges edges = { .pipeline = pipeline, .seen = seen };
	mlv_err err = NULL;

	pipeline->edge_at = mlv_sys_alloc_array(pipeline->count + 1, sizeof(size_t));
	if (!seen || !pipeline->edge_at)
		return mlv_error_nomem("a graph");
	for (size_t s = 0; s < pipeline->count && !err; s++) {
		edges.stage = s;
		err = edges_of(&edges);
		pipeline->edge_at[s + 1] = edges.count;
	}
	return err;
}

/* ---- order */

enum { NEW, OPEN, DONE };

struct visit {
	struct mlv_pipeline *pipeline;
	unsigned char *state;
	struct frame {
		size_t stage, edge;
	} *stack;
	size_t depth, ordered;
};

static void visit_release(struct visit *visit)
{
	free(visit->state);
	free(visit->stack);
}

/* "a -> b -> a", each depending on the next. */
static mlv_err cycle(const struct visit *visit, size_t again)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf names = MLV_BUF_INIT;
	const struct mlv_stage *stages = visit->pipeline->stages;
	const struct mlv_source source = source_of(visit->pipeline, &stages[again]);
	size_t at = visit->depth, shown = 0;
	mlv_err err;

	while (visit->stack[at - 1].stage != again)
		at--;
	for (size_t i = at; i <= visit->depth; i++) {
		const struct mlv_stage *stage = &stages[visit->stack[i - 1].stage];

		if (shown++ == 10 && (err = mlv_buf_add_str(&names, "... -> ")))
			return err;
		if (shown > 10)
			continue;
		if ((err = mlv_stage_address(stage, &names)) ||
		    (err = mlv_buf_add_str(&names, " -> ")))
			return err;
	}
	if ((err = mlv_stage_address(&stages[again], &names)))
		return err;
	return mlv_error_hint(mlv_source_error(&source, stages[again].line, stages[again].column,
					       "stages depend on each other: %s", names.ptr),
			      "each needs an output of the next; take one of the dependencies out");
}

static void enter(struct visit *visit, size_t stage)
{
	visit->state[stage] = OPEN;
	visit->stack[visit->depth++] = (struct frame){ stage, visit->pipeline->edge_at[stage] };
}

static mlv_err visit_all(struct visit *visit)
{
	struct mlv_pipeline *pipeline = visit->pipeline;

	while (visit->depth) {
		struct frame *top = &visit->stack[visit->depth - 1];
		size_t next;

		if (top->edge == pipeline->edge_at[top->stage + 1]) {
			visit->state[top->stage] = DONE;
			pipeline->order[visit->ordered++] = top->stage;
			visit->depth--;
			continue;
		}
		next = pipeline->edges[top->edge++];
		if (visit->state[next] == OPEN)
			return cycle(visit, next);
		if (visit->state[next] == NEW)
			enter(visit, next);
	}
	return NULL;
}

static mlv_err make_order(struct mlv_pipeline *pipeline)
{
	MLV_SCOPED(visit_release) struct visit visit = { .pipeline = pipeline };
	mlv_err err = NULL;

	visit.state = mlv_sys_alloc(pipeline->count + 1);
	visit.stack = mlv_sys_alloc_array(pipeline->count + 1, sizeof(*visit.stack));
	pipeline->order = mlv_sys_alloc_array(pipeline->count + 1, sizeof(size_t));
	if (!visit.state || !visit.stack || !pipeline->order)
		return mlv_error_nomem("an order of stages");
	for (size_t s = 0; s < pipeline->count && !err; s++) {
		if (visit.state[s] != NEW)
			continue;
		enter(&visit, s);
		err = visit_all(&visit);
	}
	return err;
}

static int by_file_and_name(const void *a, const void *b)
{
	const struct mlv_stage *x = a, *y = b;
	int order = strcmp(x->file, y->file);

	return order ? order : strcmp(x->name, y->name);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct mlv_pipeline_file *)a)->path,
		      ((const struct mlv_pipeline_file *)b)->path);
}

/* A list that foreach goes through may have a value twice: it is one stage. */
static void drop_repeated(struct mlv_pipeline *pipeline)
{
	size_t kept = 0;

	for (size_t s = 0; s < pipeline->count; s++) {
		struct mlv_stage *stage = &pipeline->stages[s];
		const struct mlv_stage *last = kept ? &pipeline->stages[kept - 1] : NULL;

		if (last && stage->group && last->group && by_file_and_name(last, stage) == 0 &&
		    strcmp(last->group, stage->group) == 0)
			mlv_stage_release(stage);
		else
			pipeline->stages[kept++] = *stage;
	}
	pipeline->count = kept;
}

static mlv_err two_stages(const struct mlv_pipeline *pipeline, const struct mlv_stage *stage)
{
	const struct mlv_source source = source_of(pipeline, stage);

	return mlv_source_error(&source, stage->line, stage->column, "there are two stages '%s'",
				stage->name);
}

mlv_err mlv_pipeline_sort(struct mlv_pipeline *pipeline)
{
	if (pipeline->count)
		qsort(pipeline->stages, pipeline->count, sizeof(*pipeline->stages),
		      by_file_and_name);
	if (pipeline->file_count)
		qsort(pipeline->files, pipeline->file_count, sizeof(*pipeline->files), by_path);
	drop_repeated(pipeline);
	for (size_t s = 1; s < pipeline->count; s++)
		if (by_file_and_name(&pipeline->stages[s - 1], &pipeline->stages[s]) == 0)
			return two_stages(pipeline, &pipeline->stages[s]);
	return mlv_made_index(pipeline);
}

mlv_err mlv_pipeline_link(struct mlv_pipeline *pipeline)
{
	mlv_err err;

	if ((err = check_outputs(pipeline)) || (err = check_tracked(pipeline)) ||
	    (err = make_edges(pipeline)))
		return err;
	return make_order(pipeline);
}
