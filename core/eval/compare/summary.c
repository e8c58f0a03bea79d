/* Tests on what two records say: as if their rows were independent. */
#include <math.h>
#include <string.h>

#include "core/eval/compare/parts.h"
#include "core/eval/special.h"

static uint64_t hits_of(const struct mlv_entry *entry, double share)
{
	return (uint64_t)llround(share * (double)entry->of);
}

/* The share that F1 is a function of, see measure.h; others are shares themselves. */
static double share_of(const struct mlv_entry *entry, bool f1)
{
	return f1 ? entry->value / (2 - entry->value) : entry->value;
}

static void by_shares(const struct mlv_entry *old, const struct mlv_entry *new_entry, double level,
		      struct mlv_change *change)
{
	bool f1 = strcmp(change->metric, "f1") == 0;
	uint64_t old_hits = hits_of(old, share_of(old, f1));
	uint64_t new_hits = hits_of(new_entry, share_of(new_entry, f1));

	if (!old->of || !new_entry->of || old_hits > old->of || new_hits > new_entry->of)
		return;
	change->has_p = true;
	change->p = mlv_test_shares(new_hits, new_entry->of, old_hits, old->of);
	if (!f1) {
		struct mlv_interval in = mlv_interval_newcombe((double)new_hits,
							       (double)new_entry->of,
							       (double)old_hits, (double)old->of,
							       level);

		change->has_interval = true;
		change->low = in.low;
		change->high = in.high;
	}
}

/* The standard error that an entry has, or that its interval comes from. */
static double error_of(const struct mlv_entry *entry, double level)
{
	if (entry->error > 0)
		return entry->error;
	return (entry->high - entry->low) / (2 * mlv_normal_quantile((1 + level) / 2));
}

void mlv_change_by_summary(const struct mlv_entry *old, const struct mlv_entry *new_entry,
			   double level, struct mlv_change *change)
{
	double error;

	change->sides[0].defined = old->defined;
	change->sides[0].value = old->value;
	change->sides[1].defined = new_entry->defined;
	change->sides[1].value = new_entry->value;
	change->change = new_entry->value - old->value;
	change->evidence = MLV_EVIDENCE_POINTS;
	if (!old->defined || !new_entry->defined || !old->has_interval || !new_entry->has_interval)
		return;
	change->evidence = MLV_EVIDENCE_SUMMARY;
	if (old->by && new_entry->by && strcmp(old->by, "wilson") == 0 &&
	    strcmp(new_entry->by, "wilson") == 0) {
		by_shares(old, new_entry, level, change);
		return;
	}
	error = hypot(error_of(old, level), error_of(new_entry, level));
	change->has_p = change->has_interval = true;
	change->p = mlv_test_z(change->change, error);
	change->low = change->change - mlv_normal_quantile((1 + level) / 2) * error;
	change->high = change->change + mlv_normal_quantile((1 + level) / 2) * error;
}
