/* remote/problems.c - what could not be moved, and which paths need it. */
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "remote/remote.h"

void mlv_problem_release(struct mlv_problem *problem)
{
	free(problem->path);
	free(problem->message);
}

void mlv_problems_release(struct mlv_problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		mlv_problem_release(&problems->at[i]);
	free(problems->at);
	problems->at = NULL;
	problems->count = problems->cap = 0;
}

void mlv_transfer_release(struct mlv_transfer *transfer)
{
	mlv_problems_release(&transfer->problems);
	mlv_problems_release(&transfer->mended);
	mlv_items_release(&transfer->large);
	mlv_items_release(&transfer->planned);
}

static mlv_err add_locked(struct mlv_problems *problems, struct mlv_problem *problem)
{
	mlv_err err;

	pthread_mutex_lock(&problems->lock);
	err = mlv_array_grow(&problems->at, &problems->cap, problems->count + 1,
			     sizeof(*problems->at));
	if (!err)
		problems->at[problems->count++] = *problem;
	pthread_mutex_unlock(&problems->lock);
	return err;
}

mlv_err mlv_problems_add(struct mlv_problems *problems, const struct mlv_item *item, mlv_err why)
{
	struct mlv_problem problem = { .key = item->key, .size = item->size, .code = why->code,
				       .there = problems->there };
	mlv_err err;

	/* What to do is told once, for all of them. */
	if (why->code != MLV_E_MISSING &&
	    !(problem.message = mlv_sys_strndup(why->msg, mlv_error_len_without_hint(why))))
		return mlv_error_nomem("a list of problems");
	if ((err = add_locked(problems, &problem)))
		mlv_problem_release(&problem);
	return err;
}

static int compare_keys(const void *a, const void *b)
{
	const struct mlv_problem *x = a, *y = b;

	return mlv_key_compare(&x->key, &y->key);
}

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

static int compare_paths(const void *a, const void *b)
{
	const struct mlv_problem *x = a, *y = b;
	int order = strcmp(text_or_empty(x->path), text_or_empty(y->path));

	if (order == 0)
		order = (x->code > y->code) - (x->code < y->code);
	return order ? order : compare_keys(a, b);
}

/* A large file and its leaf list are one thing to who reads the list. */
static void drop_repeated(struct mlv_problems *problems)
{
	size_t kept = 0;

	for (size_t i = 1; i < problems->count; i++) {
		struct mlv_problem *last = &problems->at[kept], *this = &problems->at[i];

		if (last->code == this->code && last->path && this->path &&
		    strcmp(last->path, this->path) == 0)
			mlv_problem_release(this);
		else
			problems->at[++kept] = *this;
	}
	problems->count = problems->count ? kept + 1 : 0;
}

static mlv_err name_one(void *arg, const struct mlv_key *key, const char *path)
{
	struct mlv_problems *problems = arg;
	struct mlv_problem asked = { .key = *key };
	struct mlv_problem *found;

	if (problems->count == 0)
		return NULL;
	found = bsearch(&asked, problems->at, problems->count, sizeof(asked), compare_keys);
	if (!found || found->path)
		return NULL;
	found->path = mlv_sys_strdup(path);
	return found->path ? NULL : mlv_error_nomem("a list of problems");
}

mlv_err mlv_problems_name(struct mlv_problems *problems, struct mlv_ctx *ctx,
			  struct mlv_node_source source, const struct mlv_want *wants, size_t count)
{
	mlv_err err;

	if (problems->count == 0)
		return NULL;
	qsort(problems->at, problems->count, sizeof(*problems->at), compare_keys);
	if ((err = mlv_closure_paths(ctx, ctx->jobs, source, wants, count, name_one, problems)))
		return err;
	qsort(problems->at, problems->count, sizeof(*problems->at), compare_paths);
	drop_repeated(problems);
	return NULL;
}
