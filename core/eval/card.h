/*
 * card.h - model cards: Markdown that people write, and in it blocks that come from records.
 *
 * A block stands between two lines of its own,
 *
 *   <!-- mlv:begin results test -->      # mlv:begin index
 *   <!-- mlv:end -->                     # mlv:end
 *
 * the second form in the front matter, which is YAML. All between is written
 * anew from the records, and all else is never touched. The blocks are:
 *
 *   index        model-index, as the hubs that read such cards have it
 *   results E    the metrics of the evaluation E, by slice, with intervals
 *   limitations  slices that are surely worse than all rows, slices too small to tell, and what
 *                else is said to be
 *   provenance   the ids of what was read
 *
 * Text of records is escaped, so that it is nothing but text in Markdown, in
 * the HTML that is made of it and in YAML. The same records give the same bytes.
 *
 * Threads   functions without shared state.
 */
#ifndef MLV_EVAL_CARD_H
#define MLV_EVAL_CARD_H

#include "core/eval/record.h"

struct mlv_card_block {
	char *name;        /* "results test" */
	size_t begin, end; /* where its content lies in the text */
	unsigned line;     /* of its first line, from 1 */
};
struct mlv_card_blocks {
	struct mlv_card_block *at;
	size_t count, cap;
};
/* Find the blocks of a card. MLV_E_SPEC, with the line, where one does not end or begins within
 * another. */
mlv_err mlv_card_blocks_find(const char *file, const char *text, struct mlv_card_blocks *blocks)
	MLV_CHECK;
void mlv_card_blocks_release(struct mlv_card_blocks *blocks);

/* What cards are made of. */
struct mlv_card_source {
	const struct mlv_record *records;
	size_t count;
	const char *title; /* of the model */
	const struct mlv_strs *origins; /* for each record lines of provenance, "model: ..."; NULL: none */
	struct mlv_strs limits; /* further sentences, of which limitations are made */
};
/* Append the content of a block; *known is false when there is none of this name. */
mlv_err mlv_card_block_add(const struct mlv_card_source *source, const char *name,
			   struct mlv_buf *to, bool *known) MLV_CHECK;
/* Append a new card: sections for people to fill, each with what belongs there, and all blocks,
 * empty. */
mlv_err mlv_card_template(const struct mlv_card_source *source, struct mlv_buf *to) MLV_CHECK;
/* Append the text of the first heading of level 1, "" when there is none. */
mlv_err mlv_card_title(const char *text, struct mlv_buf *to) MLV_CHECK;

/*
 * The next section: a heading of level 2 and all up to the next. Begin with
 * *at = 0; false at the end. said is whether people wrote anything there,
 * beside comments and blocks.
 */
struct mlv_card_section {
	const char *name;
	size_t name_len;
	const char *body;
	size_t body_len;
	unsigned line;
	bool said;
};
bool mlv_card_next_section(const char *text, size_t *at, struct mlv_card_section *section);
/* Append what people wrote in a section: all lines outside of blocks. */
mlv_err mlv_card_section_own(const struct mlv_card_section *section, struct mlv_buf *to) MLV_CHECK;
/* The sections that a card needs; ends with NULL. */
extern const char *const mlv_card_needed[];

/* Append the records as a model card of Model Card Toolkit, JSON, schema 0.0.2. */
mlv_err mlv_card_toolkit(const struct mlv_card_source *source, struct mlv_buf *to) MLV_CHECK;
/* Whether a metric of a slice is surely worse than that of all rows: its interval says so. */
bool mlv_card_is_worse(const struct mlv_record *record, const struct mlv_record_slice *slice,
		       size_t metric);

#endif
