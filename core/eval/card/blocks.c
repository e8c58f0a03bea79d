/* What records say, as the blocks of a card. */
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/eval/card.h"
#include "core/eval/metric.h"

#define DIGITS 4 /* after the point */

/* Text that is nothing but text in Markdown, and in the HTML that is made of it. */
static mlv_err add_text(struct mlv_buf *to, const char *text)
{
	mlv_err err = NULL;

	for (; *text && !err; text++) {
		if (*text == '<')
			err = mlv_buf_add_str(to, "&lt;");
		else if (*text == '&')
			err = mlv_buf_add_str(to, "&amp;");
		else if ((unsigned char)*text < 0x20)
			err = mlv_buf_add_char(to, ' ');
		else if (!strchr("\\`*_{}[]>#|!~", *text) || !(err = mlv_buf_add_char(to, '\\')))
			err = mlv_buf_add_char(to, *text);
	}
	return err;
}

static mlv_err add_number(struct mlv_buf *to, double number)
{
	return mlv_metric_format_number(to, number, DIGITS);
}

bool mlv_card_is_worse(const struct mlv_record *record, const struct mlv_record_slice *slice,
		       size_t metric)
{
	const struct mlv_entry *all = &record->slices[0].entries[metric],
			       *its = &slice->entries[metric];

	if (!slice->dim || slice->small || !all->defined || !its->defined || !its->has_interval)
		return false;
	return record->metrics[metric].direction > 0   ? its->high < all->value
	       : record->metrics[metric].direction < 0 ? its->low > all->value
						       : false;
}

/* ---- results */

static mlv_err add_entry(struct mlv_buf *to, const struct mlv_entry *entry)
{
	mlv_err err;

	if (!entry->defined)
		return mlv_buf_add_str(to, " none |");
	if ((err = mlv_buf_add_char(to, ' ')) || (err = add_number(to, entry->value)))
		return err;
	if (entry->has_interval &&
	    ((err = mlv_buf_add_str(to, " (")) || (err = add_number(to, entry->low)) ||
	     (err = mlv_buf_add_str(to, " to ")) || (err = add_number(to, entry->high)) ||
	     (err = mlv_buf_add_char(to, ')'))))
		return err;
	return mlv_buf_add_str(to, " |");
}

static mlv_err add_results(struct mlv_buf *to, const struct mlv_record *record)
{
	mlv_err err = mlv_buf_add_str(to, "| Slice | Rows |");

	for (size_t m = 0; m < record->metric_count && !err; m++)
		if (!(err = mlv_buf_add_char(to, ' ')) &&
		    !(err = add_text(to, record->metrics[m].name)))
			err = mlv_buf_add_str(to, " |");
	if (!err)
		err = mlv_buf_add_str(to, "\n|---|--:|");
	for (size_t m = 0; m < record->metric_count && !err; m++)
		err = mlv_buf_add_str(to, "---|");
	for (size_t s = 0; s < record->slice_count && !err; s++) {
		const struct mlv_record_slice *slice = &record->slices[s];

		if (!(err = mlv_buf_add_str(to, "\n| ")) && !(err = add_text(to, slice->name)))
			err = mlv_buf_printf(to, " | %llu%s |", (unsigned long long)slice->n,
					     slice->small ? ", few" : "");
		for (size_t m = 0; m < record->metric_count && !err; m++)
			err = add_entry(to, &slice->entries[m]);
	}
	if (err)
		return err;
	return mlv_buf_printf(to, "\n\nIntervals of %.4g%%.\n", record->level * 100);
}

/* ---- limitations */

static mlv_err add_worse(struct mlv_buf *to, const struct mlv_record *record,
			 const struct mlv_record_slice *slice, size_t metric)
{
	mlv_err err;

	if ((err = mlv_buf_add_str(to, "- ")) || (err = add_text(to, record->name)) ||
	    (err = mlv_buf_add_str(to, ": ")) || (err = add_text(to, slice->name)) ||
	    (err = mlv_buf_add_str(to, " is worse than all rows: ")) ||
	    (err = add_text(to, record->metrics[metric].name)) ||
	    (err = mlv_buf_add_char(to, ' ')) ||
	    (err = add_number(to, slice->entries[metric].value)) ||
	    (err = mlv_buf_add_str(to, " against ")) ||
	    (err = add_number(to, record->slices[0].entries[metric].value)))
		return err;
	return mlv_buf_add_char(to, '\n');
}

static mlv_err add_small(struct mlv_buf *to, const struct mlv_record *record,
			 const struct mlv_record_slice *slice)
{
	mlv_err err;

	if ((err = mlv_buf_add_str(to, "- ")) || (err = add_text(to, record->name)) ||
	    (err = mlv_buf_add_str(to, ": ")) || (err = add_text(to, slice->name)))
		return err;
	return mlv_buf_printf(to, " has %llu rows, too few to judge\n",
			      (unsigned long long)slice->n);
}

static mlv_err add_limitations(struct mlv_buf *to, const struct mlv_card_source *source)
{
	size_t before = to->len;
	mlv_err err = NULL;

	for (size_t r = 0; r < source->count; r++)
		for (size_t s = 1; s < source->records[r].slice_count; s++) {
			const struct mlv_record *record = &source->records[r];
			const struct mlv_record_slice *slice = &record->slices[s];

			for (size_t m = 0; m < record->metric_count && !err; m++)
				if (mlv_card_is_worse(record, slice, m))
					err = add_worse(to, record, slice, m);
			if (!err && slice->small)
				err = add_small(to, record, slice);
		}
	for (size_t i = 0; i < source->limits.count && !err; i++)
		if (!(err = mlv_buf_add_str(to, "- ")) &&
		    !(err = add_text(to, source->limits.at[i])))
			err = mlv_buf_add_char(to, '\n');
	if (err || to->len > before)
		return err;
	return mlv_buf_add_str(
		to, "- No slice is surely worse than all rows, and none is too small to judge.\n");
}

/* ---- provenance */

static mlv_err add_origin(struct mlv_buf *to, const char *what, const char *text)
{
	mlv_err err;

	if (!text)
		return NULL;
	if ((err = mlv_buf_printf(to, "  - %s: ", what)) || (err = add_text(to, text)))
		return err;
	return mlv_buf_add_char(to, '\n');
}

static mlv_err add_provenance(struct mlv_buf *to, const struct mlv_card_source *source)
{
	mlv_err err = NULL;

	for (size_t r = 0; r < source->count && !err; r++) {
		const struct mlv_record *record = &source->records[r];

		if ((err = mlv_buf_add_str(to, "- ")) || (err = add_text(to, record->name)) ||
		    (err = mlv_buf_printf(to, ", %s, %llu rows\n", mlv_task_name(record->task),
					  (unsigned long long)record->slices[0].n)) ||
		    (err = add_origin(to, "digest of the rows", record->rows)) ||
		    (err = add_origin(to, "digest of the ids", record->ids)))
			return err;
		if ((err = add_origin(to, "digest of the labels", record->labels)) ||
		    (err = add_origin(to, "digest of the folds", record->cv.folds)))
			return err;
		for (size_t i = 0; source->origins && i < source->origins[r].count && !err; i++)
			if (!(err = mlv_buf_add_str(to, "  - ")) &&
			    !(err = add_text(to, source->origins[r].at[i])))
				err = mlv_buf_add_char(to, '\n');
	}
	return err;
}

/* ---- the index, YAML whose texts are written as JSON has them */

static mlv_err add_quoted(struct mlv_buf *to, const char *before, const char *text,
			  const char *after)
{
	mlv_err err;

	if ((err = mlv_buf_add_str(to, before)) ||
	    (err = mlv_json_add_string(to, text, strlen(text))))
		return err;
	return mlv_buf_add_str(to, after);
}

static mlv_err add_indexed(struct mlv_buf *to, const struct mlv_record *record,
			   const struct mlv_record_slice *slice)
{
	const char *from = record->predictions ? record->predictions : record->name;
	mlv_err err;

	if ((err = mlv_buf_printf(
		     to, "  - task:\n      type: %s-%s\n    dataset:\n",
		     record->task == MLV_TASK_REGRESSION ? "tabular" : mlv_task_name(record->task),
		     record->task == MLV_TASK_REGRESSION ? "regression" : "classification")) ||
	    (err = add_quoted(to, "      type: ", record->name, "\n")) ||
	    (err = add_quoted(to, "      name: ", from, "\n")) ||
	    (slice->dim &&
	     (err = add_quoted(to, "      args:\n        slice: ", slice->name, "\n"))) ||
	    (err = mlv_buf_add_str(to, "    metrics:\n")))
		return err;
	for (size_t m = 0; m < record->metric_count && !err; m++) {
		if (!slice->entries[m].defined)
			continue;
		if (!(err = add_quoted(to, "    - type: ", record->metrics[m].name,
				       "\n      value: ")) &&
		    !(err = add_number(to, slice->entries[m].value)))
			err = mlv_buf_add_char(to, '\n');
	}
	return err;
}

static bool has_any(const struct mlv_record *record, const struct mlv_record_slice *slice)
{
	for (size_t m = 0; m < record->metric_count; m++)
		if (slice->entries[m].defined)
			return true;
	return false;
}

static mlv_err add_index(struct mlv_buf *to, const struct mlv_card_source *source)
{
	mlv_err err = add_quoted(to, "model-index:\n- name: ", source->title, "\n  results:\n");

	for (size_t r = 0; r < source->count; r++)
		for (size_t s = 0; s < source->records[r].slice_count && !err; s++)
			if (has_any(&source->records[r], &source->records[r].slices[s]))
				err = add_indexed(to, &source->records[r],
						  &source->records[r].slices[s]);
	return err;
}

mlv_err mlv_card_block_add(const struct mlv_card_source *source, const char *name,
			   struct mlv_buf *to, bool *known)
{
	*known = true;
	if (strcmp(name, "index") == 0)
		return add_index(to, source);
	if (strcmp(name, "limitations") == 0)
		return add_limitations(to, source);
	if (strcmp(name, "provenance") == 0)
		return add_provenance(to, source);
	for (size_t r = 0; r < source->count; r++)
		if (strncmp(name, "results ", 8) == 0 &&
		    strcmp(name + 8, source->records[r].name) == 0)
			return add_results(to, &source->records[r]);
	*known = false;
	return NULL;
}

mlv_err mlv_card_template(const struct mlv_card_source *source, struct mlv_buf *to)
{
	mlv_err err;

	if ((err = mlv_buf_printf(
		     to,
		     "---\n# mlv:begin index\n# mlv:end\n---\n\n# %s\n\n## Model Details\n\n"
		     "<!-- Who made the model, what it is, under which licence, where to ask. -->\n\n"
		     "## Uses\n\n<!-- What it is meant for, and what it is not. -->\n\n"
		     "## Bias, Risks, and Limitations\n\n"
		     "<!-- What users must know; what was measured stands in the list. -->\n\n"
		     "<!-- mlv:begin limitations -->\n<!-- mlv:end -->\n\n"
		     "## Training Details\n\n<!-- Which data, how prepared, how trained. -->\n\n"
		     "## Evaluation\n",
		     source->title)))
		return err;
	for (size_t r = 0; r < source->count && !err; r++)
		err = mlv_buf_printf(
			to, "\n### %s\n\n<!-- mlv:begin results %s -->\n<!-- mlv:end -->\n",
			source->records[r].name, source->records[r].name);
	return err ? err
		   : mlv_buf_add_str(
			     to,
			     "\n## Provenance\n\n<!-- mlv:begin provenance -->\n<!-- mlv:end -->\n");
}
