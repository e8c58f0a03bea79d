#include "cmd/card.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/card_limits.h"
#include "core/base/sys.h"
#include "core/eval/compare.h"
#include "core/eval/metric.h"

void mlv_card_release(struct mlv_card *card)
{
	for (size_t r = 0; card->records && r < card->evals.count; r++)
		mlv_record_release(&card->records[r]);
	for (size_t r = 0; card->origins && r < card->evals.count; r++)
		mlv_strs_release(&card->origins[r]);
	free(card->records);
	free(card->origins);
	mlv_strs_release(&card->source.limits);
	mlv_strs_release(&card->evals);
	mlv_buf_release(&card->path);
	mlv_buf_release(&card->text);
	mlv_buf_release(&card->title);
	mlv_metrics_place_close(&card->place);
}

mlv_err mlv_card_open(struct mlv_card *card, struct mlv_ctx *ctx, const char *file)
{
	mlv_err err = mlv_metrics_place_open(&card->place, ctx, ctx->cwd);

	if (err)
		return err;
	return file ? mlv_metrics_place_name(&card->place, file, &card->path)
		    : mlv_buf_add_str(&card->path, MLV_CARD_FILE);
}

/* The heading of the card; of a new one the name of the repository's directory. */
static mlv_err find_title(struct mlv_card *card)
{
	const char *slash = strrchr(card->place.root, '/');
	mlv_err err = mlv_card_title(card->text.ptr, &card->title);

	if (!err && !card->title.len)
		err = mlv_buf_add_str(&card->title, slash && slash[1] ? slash + 1 : "Model");
	for (size_t i = 0; i < card->title.len; i++) /* a line */
		if ((unsigned char)card->title.ptr[i] < 0x20)
			card->title.ptr[i] = ' ';
	card->source.title = card->title.ptr;
	return err;
}

mlv_err mlv_card_load(struct mlv_card *card, const struct mlv_metrics_side *side, bool whole)
{
	size_t count = 0;
	mlv_err err;

	if ((err = mlv_eval_names(&card->place, side, &card->evals)) ||
	    (err = mlv_metrics_version(&card->place, side, card->path.ptr, &card->text, &card->found)) ||
	    (err = find_title(card)))
		return err;
	if (memchr(card->text.ptr, '\0', card->text.len))
		return mlv_error(MLV_E_SPEC, "%s: holds a NUL", card->path.ptr);
	card->records = mlv_sys_alloc_array(card->evals.count + 1, sizeof(*card->records));
	card->origins = mlv_sys_alloc_array(card->evals.count + 1, sizeof(*card->origins));
	if (!card->records || !card->origins)
		return mlv_error_nomem("a card");
	for (size_t e = 0; e < card->evals.count; e++) {
		bool found = false;

		if ((err = mlv_eval_record(&card->place, side, card->evals.at[e], &card->records[count],
					   &found)))
			return err;
		if (!found && whole)
			return mlv_error_hint(mlv_error(MLV_E_MISSING, "evals/%s.json: there is no record",
							card->evals.at[e]),
					      "mlv eval %s", card->evals.at[e]);
		if (found && ((err = mlv_card_add_unfair(&card->place, side, &card->records[count],
							 &card->source.limits)) ||
			      (err = mlv_card_add_origins(&card->place, side, &card->records[count],
							  &card->origins[count]))))
			return err;
		count += found;
	}
	card->source.records = card->records;
	card->source.origins = card->origins;
	card->source.count = count;
	return mlv_card_add_drift(&card->place, side, &card->source.limits);
}

mlv_err mlv_card_fill(const struct mlv_card *card, struct mlv_buf *to)
{
	MLV_SCOPED(mlv_card_blocks_release) struct mlv_card_blocks blocks = { 0 };
	size_t at = 0;
	mlv_err err = mlv_card_blocks_find(card->path.ptr, card->text.ptr, &blocks);

	for (size_t b = 0; b < blocks.count && !err; b++) {
		const struct mlv_card_block *block = &blocks.at[b];
		bool known;

		if ((err = mlv_buf_add(to, card->text.ptr + at, block->begin - at)) ||
		    (err = mlv_card_block_add(&card->source, block->name, to, &known)))
			return err;
		if (!known)
			err = mlv_error_hint(mlv_error(MLV_E_SPEC,
						       "%s:%u: there is nothing for the block '%s'",
						       card->path.ptr, block->line, block->name),
					     "remove it, or name an evaluation of mlv.yaml");
		at = block->end;
	}
	return err ? err : mlv_buf_add(to, card->text.ptr + at, card->text.len - at);
}

/* ---- what is wrong */

static mlv_err add_line(struct mlv_strs *list, const char *fmt, ...) MLV_PRINTF(2, 3) MLV_CHECK;
static mlv_err add_line(struct mlv_strs *list, const char *fmt, ...)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	mlv_err err;
	va_list ap;

	va_start(ap, fmt);
	err = mlv_buf_vprintf(&line, fmt, ap);
	va_end(ap);
	return err ? err : mlv_strs_add(list, line.ptr);
}

/* The first line of a block, counted in the card, that is not as it should be. */
static unsigned first_wrong(const struct mlv_card_block *block, const char *is, size_t len,
			    const struct mlv_buf *want)
{
	unsigned line = block->line + 1;

	for (size_t i = 0; i < len && i < want->len && is[i] == want->ptr[i]; i++)
		line += is[i] == '\n';
	return line;
}

static mlv_err check_block(const struct mlv_card *card, const struct mlv_card_block *block,
			   struct mlv_strs *wrong)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf want = MLV_BUF_INIT;
	const char *is = card->text.ptr + block->begin;
	size_t len = block->end - block->begin;
	bool known;
	mlv_err err = mlv_card_block_add(&card->source, block->name, &want, &known);

	if (err)
		return err;
	if (!known)
		return add_line(wrong, "%s:%u: there is nothing for the block '%s'", card->path.ptr,
				block->line, block->name);
	if (len == want.len && memcmp(is, want.ptr, len) == 0)
		return NULL;
	return add_line(wrong, "%s:%u: the block '%s' is not what the records say", card->path.ptr,
			first_wrong(block, is, len, &want), block->name);
}

static bool has_block(const struct mlv_card_blocks *blocks, const char *eval)
{
	for (size_t b = 0; b < blocks->count; b++)
		if (strncmp(blocks->at[b].name, "results ", 8) == 0 &&
		    strcmp(blocks->at[b].name + 8, eval) == 0)
			return true;
	return false;
}

static mlv_err check_sections(const struct mlv_card *card, struct mlv_strs *wrong)
{
	mlv_err err = NULL;

	for (size_t n = 0; mlv_card_needed[n] && !err; n++) {
		struct mlv_card_section section;
		size_t at = 0, len = strlen(mlv_card_needed[n]);
		bool found = false, said = false;
		unsigned line = 0;

		while (mlv_card_next_section(card->text.ptr, &at, &section))
			if (section.name_len == len &&
			    memcmp(section.name, mlv_card_needed[n], len) == 0) {
				found = true;
				said = said || section.said;
				line = section.line;
			}
		if (!found)
			err = add_line(wrong, "%s: there is no section '%s'", card->path.ptr,
				       mlv_card_needed[n]);
		else if (!said)
			err = add_line(wrong, "%s:%u: nobody wrote the section '%s'",
				       card->path.ptr, line, mlv_card_needed[n]);
	}
	return err;
}

mlv_err mlv_card_wrong(const struct mlv_card *card, struct mlv_strs *wrong)
{
	MLV_SCOPED(mlv_card_blocks_release) struct mlv_card_blocks blocks = { 0 };
	mlv_err err = mlv_card_blocks_find(card->path.ptr, card->text.ptr, &blocks);

	for (size_t b = 0; b < blocks.count && !err; b++)
		err = check_block(card, &blocks.at[b], wrong);
	for (size_t e = 0; e < card->evals.count && !err; e++)
		if (!has_block(&blocks, card->evals.at[e]))
			err = add_line(wrong,
				       "%s: there is no block 'results %s': write '<!-- mlv:begin results "
				       "%s -->' and '<!-- mlv:end -->', each on a line, where it belongs",
				       card->path.ptr, card->evals.at[e], card->evals.at[e]);
	return err ? err : check_sections(card, wrong);
}

/* ---- what changed */

static bool find_section(const char *text, const struct mlv_card_section *like,
			 struct mlv_card_section *section)
{
	size_t at = 0;

	while (mlv_card_next_section(text, &at, section))
		if (section->name_len == like->name_len &&
		    memcmp(section->name, like->name, like->name_len) == 0)
			return true;
	return false;
}

static mlv_err compare_own(const struct mlv_card_section *section, const struct mlv_card_section *theirs,
			   struct mlv_strs *changes)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf own = MLV_BUF_INIT, other = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_card_section_own(section, &own)) || (err = mlv_card_section_own(theirs, &other)))
		return err;
	if (own.len == other.len && memcmp(own.ptr, other.ptr, own.len) == 0)
		return NULL;
	return add_line(changes, "the section '%.*s' says something else", (int)section->name_len,
			section->name);
}

/* Sections of one version that the other has not; with own, also those that say something else. */
static mlv_err compare_sections(const struct mlv_card *card, const struct mlv_card *other,
				const char *missing, bool own, struct mlv_strs *changes)
{
	struct mlv_card_section section, theirs;
	size_t at = 0;
	mlv_err err = NULL;

	while (!err && mlv_card_next_section(card->text.ptr, &at, &section)) {
		if (!find_section(other->text.ptr, &section, &theirs))
			err = add_line(changes, "the section '%.*s' %s", (int)section.name_len, section.name,
				       missing);
		else if (own)
			err = compare_own(&section, &theirs, changes);
	}
	return err;
}

static mlv_err add_change(const char *eval, const struct mlv_change *change, struct mlv_strs *changes)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf line = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_buf_printf(&line, "%s: %s of %s went from ", eval, change->metric, change->slice)) ||
	    (err = mlv_metric_format_number(&line, change->sides[0].value, 4)) ||
	    (err = mlv_buf_add_str(&line, " to ")) ||
	    (err = mlv_metric_format_number(&line, change->sides[1].value, 4)) ||
	    (err = mlv_buf_printf(&line, ": %s", mlv_verdict_name(change->verdict))))
		return err;
	return mlv_strs_add(changes, line.ptr);
}

/* All rows as they are; slices where it is sure that they changed. */
static mlv_err compare_records(const struct mlv_record *old, const struct mlv_record *new_record,
			       struct mlv_strs *changes)
{
	MLV_SCOPED(mlv_comparison_release) struct mlv_comparison comparison = { 0 };
	mlv_err err = mlv_eval_compare(old, new_record, NULL, false, MLV_ADJUST_BH, &comparison);

	for (size_t c = 0; c < comparison.count && !err; c++) {
		const struct mlv_change *change = &comparison.changes[c];
		bool sure = change->verdict == MLV_VERDICT_WORSE || change->verdict == MLV_VERDICT_BETTER ||
			    change->verdict == MLV_VERDICT_CHANGED;

		if (change->sides[0].defined && change->sides[1].defined &&
		    change->verdict != MLV_VERDICT_SAME && (sure || !change->dim))
			err = add_change(new_record->name, change, changes);
	}
	for (size_t i = 0; i < comparison.vanished.count && !err; i++)
		err = add_line(changes, "%s: the slice %s is gone", new_record->name,
			       comparison.vanished.at[i]);
	for (size_t i = 0; i < comparison.appeared.count && !err; i++)
		err = add_line(changes, "%s: the slice %s is new", new_record->name,
			       comparison.appeared.at[i]);
	for (size_t i = 0; i < comparison.redefined.count && !err; i++)
		err = add_line(changes, "%s: the slices of %s are others", new_record->name,
			       comparison.redefined.at[i]);
	return err;
}

static const struct mlv_record *find_record(const struct mlv_card *card, const char *name)
{
	for (size_t r = 0; r < card->source.count; r++)
		if (strcmp(card->source.records[r].name, name) == 0)
			return &card->source.records[r];
	return NULL;
}

mlv_err mlv_card_changes(const struct mlv_card *old, const struct mlv_card *new_card,
			 struct mlv_strs *changes)
{
	mlv_err err;

	if ((err = compare_sections(old, new_card, "is gone", false, changes)) ||
	    (err = compare_sections(new_card, old, "is new", true, changes)))
		return err;
	for (size_t r = 0; r < old->source.count && !err; r++)
		if (!find_record(new_card, old->source.records[r].name))
			err = add_line(changes, "the evaluation %s is gone", old->source.records[r].name);
	for (size_t r = 0; r < new_card->source.count && !err; r++) {
		const struct mlv_record *record = &new_card->source.records[r];
		const struct mlv_record *before = find_record(old, record->name);

		err = before ? compare_records(before, record, changes)
			     : add_line(changes, "the evaluation %s is new", record->name);
	}
	return err;
}
