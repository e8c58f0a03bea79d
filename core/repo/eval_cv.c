#include "core/repo/eval_cv.h"

#include <string.h>

void mlv_eval_cv_release(struct mlv_eval_cv *cv)
{
	mlv_cv_release(&cv->cv);
	*cv = (struct mlv_eval_cv){ 0 };
}

/* The cross-validation of an evaluation: NULL when there is none. */
static mlv_err find(const struct mlv_value *root, const char *eval, const char **name)
{
	const struct mlv_value *all = mlv_value_get(root, "cv");

	*name = NULL;
	for (size_t i = 0; all && all->type == MLV_VALUE_MAP && i < all->count; i++) {
		const char *of = mlv_value_text(mlv_value_get(all->items[i], "eval"));

		if (strcmp(of ? of : all->keys[i], eval) != 0)
			continue;
		if (*name)
			return mlv_error_hint(mlv_error(MLV_E_SPEC,
							"mlv.yaml:%u: '%s' and '%s' are both of the "
							"evaluation '%s'", all->items[i]->line, *name,
							all->keys[i], eval),
					      "give each an evaluation of its own: 'eval: NAME'");
		*name = all->keys[i];
	}
	return NULL;
}

static void tell(struct mlv_ctx *ctx, const char *eval, const struct mlv_eval_cv *cv)
{
	const struct mlv_cv_match *match = &cv->match;
	const char *name = cv->cv.spec.name;

	if (match->other || match->missing)
		mlv_tell_warning(ctx,
				 "%s: its folds are not the splits of '%s': rows in a fold that does not "
				 "test them: %llu; rows of %s without a prediction: %llu; its record "
				 "does not tell of '%s' (mlv cv run %s predicts anew)",
				 eval, name, (unsigned long long)match->other, cv->cv.spec.data,
				 (unsigned long long)match->missing, name, name);
}

mlv_err mlv_eval_cv_load(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const struct mlv_cases *cases, struct mlv_eval_cv *cv)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	MLV_SCOPED(mlv_eval_cv_release) struct mlv_eval_cv made = { .is = true };
	const char *name = NULL, *eval = cases->spec->name;
	mlv_err err;

	if (!cases->fold)
		return NULL;
	if ((err = mlv_eval_yaml(place, side, &root)) || (err = find(root, eval, &name)) || !name)
		return err;
	if ((err = mlv_cv_load_folds(place, side, name, &made.cv)) ||
	    (err = mlv_cv_folds_name(&made.cv, made.folds)) ||
	    (err = mlv_cv_match(&made.cv, cases, &made.match)))
		return mlv_error_hint(mlv_error_wrap(err, "%s is of the cross-validation '%s'", eval, name),
				      "its record names the folds, and these depend on that table");
	tell(place->ctx, eval, &made);
	*cv = made;
	made = (struct mlv_eval_cv){ 0 };
	return NULL;
}
