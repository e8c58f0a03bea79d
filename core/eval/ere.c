#include "core/eval/ere.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/ere/parts.h"

void mlv_ere_freep(struct mlv_ere **ere)
{
	if (!*ere)
		return;
	free((*ere)->states);
	free((*ere)->sets);
	free((*ere)->lists[0]);
	free((*ere)->lists[1]);
	free((*ere)->stack);
	free((*ere)->seen);
	free(*ere);
	*ere = NULL;
}

static mlv_err make_room(struct mlv_ere *ere)
{
	for (int i = 0; i < 2; i++)
		if (!(ere->lists[i] = mlv_sys_alloc_array(ere->count, sizeof(*ere->lists[i]))))
			return mlv_error_nomem("a pattern");
	ere->stack = mlv_sys_alloc_array(2 * ere->count + 1, sizeof(*ere->stack));
	ere->seen = mlv_sys_alloc_array(ere->count, sizeof(*ere->seen));
	return ere->stack && ere->seen ? NULL : mlv_error_nomem("a pattern");
}

mlv_err mlv_ere_new(struct mlv_ere **out, const char *pattern, size_t len, size_t *at)
{
	MLV_SCOPED(mlv_ere_freep) struct mlv_ere *ere = mlv_sys_alloc(sizeof(*ere));
	mlv_err err;

	*at = 0;
	if (!ere)
		return mlv_error_nomem("a pattern");
	if ((err = mlv_ere_read(ere, pattern, len, at)) || (err = make_room(ere)))
		return err;
	*out = MLV_TAKE(ere);
	return NULL;
}

/* ---- running */

/* Where the text is being read: what ^ and $ ask for. */
struct place {
	bool begin, end;
};

/* Add a state, and those that it leads to without a character; true when one of them is the match. */
static bool reach(struct mlv_ere *ere, uint32_t from, const struct place *place, uint32_t *list,
		  size_t *count)
{
	size_t depth = 0;

	ere->stack[depth++] = from;
	while (depth) {
		uint32_t at = ere->stack[--depth];
		const struct ere_state *state = &ere->states[at];

		if (ere->seen[at] == ere->step)
			continue;
		ere->seen[at] = ere->step;
		if (state->kind == ERE_MATCH)
			return true;
		if (state->kind == ERE_SPLIT) {
			ere->stack[depth++] = state->next;
			ere->stack[depth++] = state->other;
		} else if (state->kind == ERE_BEGIN || state->kind == ERE_END) {
			if (state->kind == ERE_BEGIN ? place->begin : place->end)
				ere->stack[depth++] = state->next;
		} else {
			list[(*count)++] = at;
		}
	}
	return false;
}

static bool in_set(const struct ere_set *set, uint32_t c)
{
	bool in = false;

	for (size_t r = 0; r < set->count && !in; r++)
		in = c >= set->ranges[r].low && c <= set->ranges[r].high;
	return in != set->negated;
}

static bool accepts(const struct mlv_ere *ere, const struct ere_state *state, uint32_t c)
{
	if (state->kind == ERE_SET)
		return in_set(&ere->sets[state->what], c);
	return state->kind == ERE_ANY || state->what == c;
}

bool mlv_ere_matches(struct mlv_ere *ere, const char *text, size_t len)
{
	uint32_t *now = ere->lists[0], *next = ere->lists[1];
	size_t count = 0, at = 0;

	memset(ere->seen, 0, ere->count * sizeof(*ere->seen));
	ere->step = 1;
	if (reach(ere, ere->start, &(struct place){ true, len == 0 }, now, &count))
		return true;
	while (at < len) {
		size_t step, reached = 0;
		uint32_t c = mlv_ere_char(text + at, len - at, &step), *swap = now;
		const struct place place = { false, at + step == len };

		at += step;
		ere->step++;
		for (size_t i = 0; i < count; i++)
			if (accepts(ere, &ere->states[now[i]], c) &&
			    reach(ere, ere->states[now[i]].next, &place, next, &reached))
				return true;
		if (reach(ere, ere->start, &place, next, &reached))
			return true;
		now = next;
		next = swap;
		count = reached;
	}
	return false;
}
