/*
 * partial.h - what a partial file says of itself: the shard of an evaluation that it holds.
 *
 *   mlv partial 1 <SHA-256 of all that follows>
 *   {"eval":"test","predictions":{"id":"sha256:...","path":"a.csv"},"rows":5,"spec":"sha256:..."}
 *   <the rows, as mlv_extract_write() has them, gzipped>
 *
 * The second line is JSON in one canonical form, its keys sorted; "shard":[i,n]
 * is there when the shard is known to be the i-th of n, "features" when there
 * is a join. A partial is what another machine wrote: each part of it is
 * checked while it is read.
 *
 * Ownership   mlv_partial_release().
 */
#ifndef MLV_EVAL_PARTIAL_H
#define MLV_EVAL_PARTIAL_H

#include "core/base/buf.h"

#define MLV_PARTIAL_MAGIC    "mlv partial 1 "
#define MLV_PARTIAL_MARK     79 /* bytes of the first line */
#define MLV_PARTIAL_HEAD_MAX ((size_t)64 << 10) /* bytes of the second */
#define MLV_PARTIAL_SHARDS   100000

struct mlv_partial {
	char *eval; /* its name in mlv.yaml */
	char *spec; /* "sha256:...", of mlv_eval_spec_text() */
	struct {
		char *path, *id; /* as it was given; of its bytes */
	} predictions, features; /* features.path NULL: there is no join */
	uint64_t rows;
	unsigned shard, shards;  /* the i-th, from 1, of n; 0: not said */
};
void mlv_partial_release(struct mlv_partial *partial);

/* Append the second line. */
mlv_err mlv_partial_add_head(const struct mlv_partial *partial, struct mlv_buf *to) MLV_CHECK;
/*
 * Read it from the first bytes of a file, the first line included: *begin is
 * where the rows begin. name is for messages. MLV_E_SPEC when it is no partial,
 * or of another version; MLV_E_CORRUPT when it is not of the form.
 */
mlv_err mlv_partial_read_head(const char *name, const char *bytes, size_t len,
			      struct mlv_partial *partial, size_t *begin) MLV_CHECK;

#endif
