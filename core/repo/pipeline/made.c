/* What the stages make, by path: which outputs a path meets, and which stage makes it. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/pipeline/parts.h"

/* The directories before the first component with a wildcard. */
static size_t plain_len(const char *path, bool glob)
{
	size_t len = strlen(path);

	if (!glob)
		return len;
	len = strcspn(path, "*?[\\");
	while (len > 0 && path[len] != '/')
		len--;
	return len;
}

/* By bytes, where a slash sorts before all others. */
static int compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t len = a_len < b_len ? a_len : b_len;

	for (size_t i = 0; i < len; i++) {
		int x = a[i] == '/' ? 0 : (unsigned char)a[i];
		int y = b[i] == '/' ? 0 : (unsigned char)b[i];

		if (x != y)
			return x - y;
	}
	return (a_len > b_len) - (a_len < b_len);
}

static int by_place(const void *a, const void *b)
{
	const struct mlv_made *x = a, *y = b;
	int order = compare(x->path, x->len, y->path, y->len);

	if (order)
		return order;
	if (x->stage != y->stage)
		return x->stage < y->stage ? -1 : 1;
	return (x->out > y->out) - (x->out < y->out);
}

mlv_err mlv_made_index(struct mlv_pipeline *pipeline)
{
	size_t total = 0;

	for (size_t s = 0; s < pipeline->count; s++)
		total += pipeline->stages[s].out_count;
	if (!total)
		return NULL;
	if (!(pipeline->made = mlv_sys_alloc_array(total, sizeof(*pipeline->made))))
		return mlv_error_nomem("an index of outputs");
	for (size_t s = 0; s < pipeline->count; s++) {
		const struct mlv_stage *stage = &pipeline->stages[s];

		for (size_t o = 0; o < stage->out_count; o++) {
			const struct mlv_stage_out *out = &stage->outs[o];

			pipeline->made[pipeline->made_count++] = (struct mlv_made){
				out->path, plain_len(out->path, out->glob), s, o };
		}
	}
	qsort(pipeline->made, total, sizeof(*pipeline->made), by_place);
	return NULL;
}

/* The first place that is not before the key. */
static size_t lower_bound(const struct mlv_pipeline *pipeline, const char *path, size_t len)
{
	size_t low = 0, high = pipeline->made_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(pipeline->made[mid].path, pipeline->made[mid].len, path, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool is_below(const struct mlv_made *place, const char *path, size_t len)
{
	return place->len >= len && memcmp(place->path, path, len) == 0 &&
	       (len == 0 || place->len == len || place->path[len] == '/');
}

static mlv_err meet_from(const struct mlv_pipeline *pipeline, size_t first, size_t len,
			 bool exact, const char *path, bool glob, mlv_made_fn fn, void *arg)
{
	mlv_err err = NULL;

	for (size_t i = first; i < pipeline->made_count && !err; i++) {
		const struct mlv_made *place = &pipeline->made[i];
		const struct mlv_stage_out *out =
			&pipeline->stages[place->stage].outs[place->out];

		if (!is_below(place, path, len) || (exact && place->len != len))
			break;
		if ((glob || out->glob) &&
		    !mlv_pattern_overlap(path, glob, out->path, out->glob))
			continue;
		err = fn(arg, place);
	}
	return err;
}

mlv_err mlv_made_meet(const struct mlv_pipeline *pipeline, const char *path, bool glob,
		      mlv_made_fn fn, void *arg)
{
	size_t len = plain_len(path, glob);
	mlv_err err = NULL;

	for (size_t above = 0; above < len && !err; above++)
		if (above == 0 || path[above] == '/')
			err = meet_from(pipeline, lower_bound(pipeline, path, above), above, true,
					path, glob, fn, arg);
	return err ? err : meet_from(pipeline, lower_bound(pipeline, path, len), len, false, path,
				     glob, fn, arg);
}

/* The search for what makes a path. */
struct search {
	size_t len; /* of the path */
	const struct mlv_made *found;
};

/* What lies below the path is none that it is or lies in; a pattern was matched already. */
static mlv_err look_at(void *arg, const struct mlv_made *place)
{
	struct search *search = arg;

	if (!place->path[place->len] && place->len > search->len)
		return NULL;
	if (!search->found || place->stage < search->found->stage)
		search->found = place;
	return NULL;
}

const struct mlv_stage *mlv_pipeline_producer(const struct mlv_pipeline *pipeline,
					      const char *path, const struct mlv_stage_out **found)
{
	struct search search = { .len = strlen(path) };
	const struct mlv_stage *stage;

	if (mlv_made_meet(pipeline, path, false, look_at, &search) || !search.found)
		return NULL;
	stage = &pipeline->stages[search.found->stage];
	if (found)
		*found = &stage->outs[search.found->out];
	return stage;
}
