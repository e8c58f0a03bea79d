/*
 * eval_partial.h - partial files: evaluations of shards, made where these lie and put together here.
 *
 * A partial is the extract of a shard (core/eval/cases.h) with a head that says
 * what it is of (core/eval/partial.h). Put together, in any order, partials give
 * the cases that their rows in one table would.
 *
 * Threads   one thread at a time; tables are parsed on ctx->jobs threads.
 */
#ifndef MLV_REPO_EVAL_PARTIAL_H
#define MLV_REPO_EVAL_PARTIAL_H

#include "core/eval/partial.h"
#include "core/repo/eval.h"

#define MLV_PARTIAL_MAX ((size_t)64 << 30) /* bytes of a partial */

/* Which shard: tables as the user typed them; NULL: those of the spec. */
struct mlv_shard {
	const char *predictions, *features;
	unsigned number, count; /* 0: not said */
};
/* Append the partial of a shard; *rows is how many rows it has. */
mlv_err mlv_eval_partial_make(struct mlv_metrics_place *place, const struct mlv_eval_spec *spec,
			      const struct mlv_shard *shard, struct mlv_buf *to,
			      uint64_t *rows) MLV_CHECK;

/* Partials that are open: each was whole when it was opened. */
struct mlv_partials {
	struct mlv_partial_file {
		const char *path; /* as typed */
		int fd;
		size_t begin;     /* of its rows */
		struct stat before;
		struct mlv_partial head;
	} *at;
	size_t count;
};
/*
 * Open them; paths ends with NULL and outlives them. MLV_E_SPEC when they are of
 * different evaluations, one shard is there twice, or one of those that were
 * numbered is not there; MLV_E_CORRUPT when one is damaged.
 */
mlv_err mlv_eval_partials_open(struct mlv_ctx *ctx, char **paths, struct mlv_partials *partials) MLV_CHECK;
void mlv_eval_partials_release(struct mlv_partials *partials);
/* The cases of all their rows. MLV_E_SPEC when they are not of this spec, or have an id in common. */
mlv_err mlv_eval_partials_cases(struct mlv_ctx *ctx, const struct mlv_partials *partials,
				const struct mlv_eval_spec *spec, const struct mlv_record *frozen,
				struct mlv_cases *cases, struct mlv_eval_ids *ids) MLV_CHECK;

#endif
