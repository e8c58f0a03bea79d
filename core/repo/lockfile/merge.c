/* Two sides of a mlv.lock, stage by stage. */
#include <string.h>

#include "core/repo/lockfile/impl.h"

static bool same(const struct mlv_lockfile_entry *a, const struct mlv_lockfile_entry *b)
{
	if (!a || !b)
		return a == b;
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static mlv_err merge_one(const struct mlv_lockfile_entry *was, const struct mlv_lockfile_entry *our,
			 const struct mlv_lockfile_entry *their, struct mlv_lockfile *merged,
			 struct mlv_strs *conflicts)
{
	const struct mlv_lockfile_entry *taken = same(was, our) ? their : our;
	mlv_err err;

	if (!same(our, their) && !same(was, our) && !same(was, their)) {
		taken = our ? our : their;
		if ((err = mlv_strs_add(conflicts, taken->name)))
			return err;
	}
	return taken ? mlv_lockfile_set(merged, taken->name, taken->text, taken->len) : NULL;
}

mlv_err mlv_lockfile_merge(const struct mlv_lockfile *base, const struct mlv_lockfile *ours,
			   const struct mlv_lockfile *theirs, struct mlv_lockfile *merged,
			   struct mlv_strs *conflicts)
{
	size_t our = 0, their = 0;
	mlv_err err = mlv_lockfile_parse(merged, ours->path, "", 0);

	while (!err && (our < ours->count || their < theirs->count)) {
		const int order = our == ours->count       ? 1
				  : their == theirs->count ? -1
							   : strcmp(ours->at[our].name,
								    theirs->at[their].name);
		const char *name = order <= 0 ? ours->at[our].name : theirs->at[their].name;
		const struct mlv_lockfile_entry *left = order <= 0 ? &ours->at[our++] : NULL;
		const struct mlv_lockfile_entry *right = order >= 0 ? &theirs->at[their++] : NULL;

		err = merge_one(mlv_lockfile_find(base, name), left, right, merged, conflicts);
	}
	return err;
}
