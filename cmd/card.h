/*
 * card.h - a version of a model card, with the records that it is of.
 *
 * Ownership   mlv_card_release().
 */
#ifndef MLV_CMD_CARD_H
#define MLV_CMD_CARD_H

#include "core/eval/card.h"
#include "core/repo/eval.h"

#define MLV_CARD_MAX  ((size_t)64 << 20) /* bytes of a card */
#define MLV_CARD_FILE "MODEL_CARD.md"

struct mlv_card {
	struct mlv_metrics_place place;
	struct mlv_buf path; /* from the root */
	struct mlv_buf text, title;
	bool found;
	struct mlv_strs evals;
	struct mlv_record *records; /* one for each of evals */
	struct mlv_strs *origins;   /* the same */
	struct mlv_card_source source;
};
#define MLV_CARD_INIT                                                                   \
	{ .place = { .root_fd = -1 }, .path = MLV_BUF_INIT, .text = MLV_BUF_LIMIT(MLV_CARD_MAX), \
	  .title = MLV_BUF_INIT }

/* Open the repository; file is the card's path as the user typed it, NULL: MODEL_CARD.md at the root. */
mlv_err mlv_card_open(struct mlv_card *card, struct mlv_ctx *ctx, const char *file) MLV_CHECK;
void mlv_card_release(struct mlv_card *card);
/*
 * Load a version of the card, if there is one, and the records of all
 * evaluations. MLV_E_MISSING when an evaluation has no record; with whole
 * false it is left out.
 */
mlv_err mlv_card_load(struct mlv_card *card, const struct mlv_metrics_side *side, bool whole) MLV_CHECK;
/* Append the card with its blocks as the records are. MLV_E_SPEC for a block that nothing is known of. */
mlv_err mlv_card_fill(const struct mlv_card *card, struct mlv_buf *to) MLV_CHECK;
/* Add what is wrong with the card, one line each: "MODEL_CARD.md:12: ...". */
mlv_err mlv_card_wrong(const struct mlv_card *card, struct mlv_strs *wrong) MLV_CHECK;
/* Add what changed from one version to another, a sentence each. */
mlv_err mlv_card_changes(const struct mlv_card *old, const struct mlv_card *new_card,
			 struct mlv_strs *changes) MLV_CHECK;

#endif
