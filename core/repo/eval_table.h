/*
 * eval_table.h - the file of a table, in a work tree or a revision, and the id of what was read.
 *
 * Ownership   mlv_eval_table_release().
 */
#ifndef MLV_REPO_EVAL_TABLE_H
#define MLV_REPO_EVAL_TABLE_H

#include <sys/stat.h>

#include "core/eval/frame.h"
#include "core/repo/metrics.h"

#define MLV_EVAL_ID        80               /* bytes of "leaves:<64 digits>", NUL included */
#define MLV_EVAL_TABLE_MAX ((size_t)64 << 30) /* bytes of a table that git or the cache has */

/* A table's bytes; the path that it was opened by must outlive it. */
struct mlv_eval_table {
	struct mlv_frame_source source;
	int fd;
	struct mlv_buf bytes;
	struct stat before;
};
#define MLV_EVAL_TABLE_INIT { { .fd = -1 }, -1, MLV_BUF_LIMIT(MLV_EVAL_TABLE_MAX), { 0 } }

/*
 * Open the table at path, and name its bytes in id, of MLV_EVAL_ID bytes (NULL:
 * not). MLV_E_MISSING when it is not there.
 */
mlv_err mlv_eval_table_open(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			    const char *path, struct mlv_eval_table *table, char *id) MLV_CHECK;
/* What was named is what was read: MLV_E_REFUSED when the file changed since it was opened. */
mlv_err mlv_eval_table_check(const struct mlv_eval_table *table) MLV_CHECK;
void mlv_eval_table_release(struct mlv_eval_table *table);
/* An id as records have it. */
void mlv_eval_write_id(enum mlv_kind kind, const struct mlv_oid *oid, char id[MLV_EVAL_ID]);

#endif
