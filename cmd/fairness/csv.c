/* Groups under the names that Aequitas gives its columns. */
#include <math.h>
#include <string.h>

#include "cmd/fairness/report.h"
#include "core/base/csv.h"
#include "core/base/real.h"

#define CAP 10.0 /* what Aequitas writes for a rate by 0 */

/* In Aequitas's order. */
static const enum mlv_rate crosstab[] = { MLV_RATE_TPR, MLV_RATE_TNR, MLV_RATE_FOR, MLV_RATE_FDR,
					  MLV_RATE_FPR, MLV_RATE_FNR, MLV_RATE_NPV, MLV_RATE_PRECISION };
static const enum mlv_rate biases[] = { MLV_RATE_PPR, MLV_RATE_PPREV, MLV_RATE_PRECISION, MLV_RATE_FDR,
					MLV_RATE_FOR, MLV_RATE_FPR,   MLV_RATE_FNR,       MLV_RATE_TPR,
					MLV_RATE_TNR, MLV_RATE_NPV };

/* The shortest form that reads back the same, after a comma; nothing when it is not defined. */
static mlv_err add_number(struct mlv_buf *to, bool defined, double number)
{
	char text[MLV_REAL_TEXT] = "";

	if (defined && number >= 1e-4 && number < 1e15 && floor(number) >= number)
		return mlv_buf_printf(to, ",%.1f", number); /* not "1e+01" */
	if (defined)
		mlv_real_write(number, 1, text);
	return mlv_buf_printf(to, ",%s%s", text, defined && !strpbrk(text, ".e") ? ".0" : "");
}

static mlv_err add_heading(struct mlv_buf *to)
{
	mlv_err err = mlv_buf_add_str(to, "model_id,score_threshold,k,attribute_name,attribute_value");

	for (size_t i = 0; i < MLV_COUNT(crosstab) && !err; i++)
		err = mlv_buf_printf(to, ",%s", mlv_rate_name(crosstab[i]));
	if (!err)
		err = mlv_buf_add_str(to, ",pp,pn,ppr,pprev,fp,fn,tn,tp,group_label_pos,"
					  "group_label_neg,group_size,total_entities,prev");
	for (size_t i = 0; i < MLV_COUNT(biases) && !err; i++)
		err = mlv_buf_printf(to, ",%s_disparity", mlv_rate_name(biases[i]));
	for (size_t i = 0; i < MLV_COUNT(biases) && !err; i++)
		err = mlv_buf_printf(to, ",%s_ref_group_value", mlv_rate_name(biases[i]));
	for (size_t p = 0; p < MLV_PARITIES && !err; p++)
		err = mlv_buf_printf(to, ",%s", mlv_parity_name((enum mlv_parity)p));
	return err ? err : mlv_buf_add_char(to, '\n');
}

static mlv_err add_crosstab(const struct mlv_fair_audit *audit, const struct mlv_fair_group *group,
			    struct mlv_buf *to)
{
	const struct mlv_rate_value *rates = group->rates;
	mlv_err err = NULL;

	for (size_t i = 0; i < MLV_COUNT(crosstab) && !err; i++)
		err = add_number(to, rates[crosstab[i]].defined, rates[crosstab[i]].value);
	if (err ||
	    (err = mlv_buf_printf(to, ",%llu,%llu", (unsigned long long)(group->tp + group->fp),
				  (unsigned long long)(group->tn + group->fn))) ||
	    (err = add_number(to, rates[MLV_RATE_PPR].defined, rates[MLV_RATE_PPR].value)) ||
	    (err = add_number(to, rates[MLV_RATE_PPREV].defined, rates[MLV_RATE_PPREV].value)) ||
	    (err = mlv_buf_printf(to, ",%llu,%llu,%llu,%llu,%llu,%llu,%llu,%llu",
				  (unsigned long long)group->fp, (unsigned long long)group->fn,
				  (unsigned long long)group->tn, (unsigned long long)group->tp,
				  (unsigned long long)(group->tp + group->fn),
				  (unsigned long long)(group->tn + group->fp),
				  (unsigned long long)group->n, (unsigned long long)audit->n)))
		return err;
	return add_number(to, rates[MLV_RATE_PREV].defined, rates[MLV_RATE_PREV].value);
}

static mlv_err add_biases(const struct mlv_fair_audit *audit, const struct mlv_fair_group *group,
			  struct mlv_buf *to)
{
	static const char *const words[] = { "", "False", "True" };
	mlv_err err = NULL;

	for (size_t i = 0; i < MLV_COUNT(biases) && !err; i++) {
		const struct mlv_disparity *of = &group->disparities[biases[i]];

		err = add_number(to, of->defined, isinf(of->ratio) ? CAP : of->ratio);
	}
	for (size_t i = 0; i < MLV_COUNT(biases) && !err; i++) {
		size_t against = audit->against[biases[i]];

		if (!(err = mlv_buf_add_char(to, ',')) && against != SIZE_MAX)
			err = mlv_csv_add_field(to, audit->groups[against].name);
	}
	for (size_t p = 0; p < MLV_PARITIES && !err; p++)
		err = mlv_buf_printf(to, ",%s", words[group->parities[p]]);
	return err ? err : mlv_buf_add_char(to, '\n');
}

mlv_err mlv_fairness_csv(const struct mlv_fairness_heading *heading, const struct mlv_fairness *fairness,
			 bool with_heading, struct mlv_buf *to)
{
	mlv_err err = with_heading ? add_heading(to) : NULL;

	for (size_t a = 0; a < fairness->count; a++) {
		const struct mlv_fair_audit *audit = &fairness->audits[a];
		MLV_SCOPED(mlv_buf_release) struct mlv_buf title = MLV_BUF_INIT;

		if (err || (err = mlv_fair_audit_title(audit, &title)))
			return err;
		for (size_t g = 0; g < audit->count; g++) {
			if (err || (err = mlv_csv_add_field(to, heading->model ? heading->model : "0")) ||
			    (err = mlv_buf_printf(to, ",%s,%llu,", heading->threshold,
						  (unsigned long long)audit->rates[MLV_RATE_PPR].of)) ||
			    (err = mlv_csv_add_field(to, title.ptr)) || (err = mlv_buf_add_char(to, ',')) ||
			    (err = mlv_csv_add_field(to, audit->groups[g].name)) ||
			    (err = add_crosstab(audit, &audit->groups[g], to)) ||
			    (err = add_biases(audit, &audit->groups[g], to)))
				return err;
		}
	}
	return err;
}
