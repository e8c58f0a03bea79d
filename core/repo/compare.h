/*
 * compare.h - a tracked output, or a part of one, beside what lies in the work tree.
 *
 * The work tree is scanned (add/scan.h: a file whose stat the index knows is
 * not read), the manifest is read along, and each path is given once, in
 * manifest order. What is given of a file is its content, however it lies
 * there: a link into the cache counts as the file it stands for.
 *
 * Ownership   release with mlv_compare_release().
 */
#ifndef MLV_REPO_COMPARE_H
#define MLV_REPO_COMPARE_H

#include "core/repo/add/scan.h"
#include "core/repo/pointer.h"

struct mlv_compare {
	struct mlv_repo *repo;
	char *path;          /* of the output */
	char *part;          /* what of it; "": all */
	bool present;        /* anything lies there */
	bool fresh;          /* a file had to be read: the index can be made better */
	bool allow_untracked; /* set by the caller: an untracked part is no failure, but given */
	bool untracked;      /* nothing is tracked at part */
	struct mlv_scan scan; /* only when present */
};

/*
 * Scan what lies at part of the output at path; nothing there is no failure.
 * options: as for mlv_scan_list(), NULL for none; with a tree, paths that agree
 * with it may be passed over, by the scan and by mlv_compare_run().
 */
mlv_err mlv_compare_scan(struct mlv_compare *compare, struct mlv_repo *repo, const char *path,
			 const char *part, const struct mlv_scan_options *options) MLV_CHECK;
void mlv_compare_release(struct mlv_compare *compare);

/*
 * One path: as it is tracked (NULL: it is not) and the number of the scan's
 * item (MLV_NO_ITEM: nothing is there). The path is relative to the output.
 */
typedef mlv_err (*mlv_compare_fn)(void *arg, const struct mlv_entry *tracked, size_t item);
/*
 * Go through all paths of both. MLV_E_MISSING when a node of the manifest is not
 * in the cache, or when nothing is tracked at part (untracked is set then).
 */
mlv_err mlv_compare_run(struct mlv_compare *compare, const struct mlv_output *output,
			mlv_compare_fn fn, void *arg) MLV_CHECK;

/*
 * After a run: keep in the index what was read, and, when nothing differs, that
 * the index is the output's tree. Something is there (present).
 */
mlv_err mlv_compare_save(struct mlv_compare *compare, const struct mlv_output *output,
			 bool clean) MLV_CHECK;

/* Whether both have the same bytes; kinds that differ in the executable bit only are the same. */
bool mlv_compare_same_bytes(const struct mlv_entry *a, const struct mlv_entry *b);
/* An output that is a file, as an entry with the path "". */
struct mlv_entry mlv_output_entry(const struct mlv_output *output);
/* As manifests are sorted. */
int mlv_entry_compare_path(const struct mlv_entry *a, const struct mlv_entry *b);
/* The tree that an output is, for scan options; NULL when it is a file. */
const struct mlv_oid *mlv_output_tree(const struct mlv_output *output);

#endif
