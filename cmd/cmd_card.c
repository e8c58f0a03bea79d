/* cmd_card.c - mlv card: a model card whose numbers are those of the records. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/card.h"
#include "cmd/cmd.h"
#include "cmd/ui/out.h"

struct card_args {
	const char *file;
};

static const struct mlv_opt card_opts[] = {
	{ MLV_OPT_TEXT, 0, "file", offsetof(struct card_args, file), "<path>", MLV_HINT_FILE,
	  "the card (default: MODEL_CARD.md)" },
	{ 0 },
};

/* The card of the work tree, with the records of all evaluations. */
static mlv_err open_card(struct mlv_card *card, struct mlv_ctx *ctx, const char *file)
{
	const struct mlv_metrics_side work_tree = { 0 };
	mlv_err err = mlv_card_open(card, ctx, file);

	return err ? err : mlv_card_load(card, &work_tree, true);
}

/* Lines as a list of JSON, or one a line after mark. */
static void print_lines(struct mlv_out *out, const char *name, const struct mlv_strs *lines,
			const char *mark)
{
	mlv_out_object_begin(out, NULL);
	mlv_out_array_begin(out, name);
	for (size_t i = 0; i < lines->count; i++) {
		mlv_out_text(out, NULL, lines->at[i]);
		mlv_out_line(out, "%s%s", mark, lines->at[i]);
	}
	mlv_out_array_end(out);
	mlv_out_object_end(out);
}

/* ---- build */

static mlv_err build_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_card_release) struct mlv_card card = MLV_CARD_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_CARD_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf new_card = MLV_BUF_INIT;
	const struct card_args *args = opaque;
	mlv_err err;

	(void)operands;
	if ((err = open_card(&card, run->ctx, args->file)))
		return err;
	if (!card.found) {
		if ((err = mlv_card_template(&card.source, &new_card)) ||
		    (err = mlv_buf_add(&card.text, new_card.ptr, new_card.len)))
			return err;
	}
	if ((err = mlv_card_fill(&card, &text)))
		return err;
	if (!card.found || text.len != card.text.len || memcmp(text.ptr, card.text.ptr, text.len) != 0)
		err = mlv_metrics_place_write(&card.place, card.place.root_fd, card.path.ptr, &text);
	if (err)
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_text(run->out, "card", card.path.ptr);
	mlv_out_bool(run->out, "new", !card.found);
	mlv_out_object_end(run->out);
	mlv_out_line(run->out, "%s: %s", card.path.ptr,
		     card.found ? "its numbers are those of the records"
				: "a new card; what is missing is said in its comments");
	return NULL;
}

/* ---- check */

static mlv_err check_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_card_release) struct mlv_card card = MLV_CARD_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs wrong = { 0 };
	const struct card_args *args = opaque;
	mlv_err err;

	(void)operands;
	if ((err = open_card(&card, run->ctx, args->file)))
		return err;
	if (!card.found)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: there is no card", card.path.ptr),
				      "mlv card build");
	if ((err = mlv_card_wrong(&card, &wrong)))
		return err;
	print_lines(run->out, "wrong", &wrong, "");
	if (wrong.count)
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "%s: not what the records say, or not whole",
						card.path.ptr),
				      "mlv card build writes the numbers anew; the text is yours");
	mlv_out_line(run->out, "%s: says what the records say", card.path.ptr);
	return NULL;
}

/* ---- diff */

static mlv_err diff_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_card_release) struct mlv_card old = MLV_CARD_INIT, new_card = MLV_CARD_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs changes = { 0 };
	const struct card_args *args = opaque;
	struct mlv_metrics_side sides[2];
	mlv_err err;

	if ((err = mlv_card_open(&old, run->ctx, args->file)) ||
	    (err = mlv_card_open(&new_card, run->ctx, args->file)) ||
	    (err = mlv_metrics_side_init(&old.place, operands[0] ? operands[0] : "HEAD", &sides[0])) ||
	    (err = mlv_metrics_side_init(&new_card.place, operands[0] ? operands[1] : NULL, &sides[1])) ||
	    (err = mlv_card_load(&old, &sides[0], false)) ||
	    (err = mlv_card_load(&new_card, &sides[1], false)) ||
	    (err = mlv_card_changes(&old, &new_card, &changes)))
		return err;
	print_lines(run->out, "changes", &changes, "- ");
	return NULL;
}

/* ---- export */

struct export_args {
	const char *file, *output;
	bool hub, toolkit;
};

static const struct mlv_opt export_opts[] = {
	{ MLV_OPT_TEXT, 0, "file", offsetof(struct export_args, file), "<path>", MLV_HINT_FILE,
	  "the card (default: MODEL_CARD.md)" },
	{ MLV_OPT_FLAG, 0, "hf", offsetof(struct export_args, hub), NULL, MLV_HINT_NONE,
	  "write the index of results, YAML, as Hugging Face has it" },
	{ MLV_OPT_FLAG, 0, "mct", offsetof(struct export_args, toolkit), NULL, MLV_HINT_NONE,
	  "write JSON, as Model Card Toolkit has it" },
	{ MLV_OPT_TEXT, 'o', "output", offsetof(struct export_args, output), "<file>", MLV_HINT_FILE,
	  "write into this file instead of to standard output" },
	{ 0 },
};

static mlv_err export_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_card_release) struct mlv_card card = MLV_CARD_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_CARD_MAX);
	const struct export_args *args = opaque;
	bool known;
	mlv_err err;

	(void)operands;
	if (args->hub == args->toolkit)
		return mlv_error(MLV_E_USAGE, "mlv card export needs --hf or --mct");
	if ((err = open_card(&card, run->ctx, args->file)) ||
	    (err = args->hub ? mlv_card_block_add(&card.source, "index", &text, &known)
			     : mlv_card_toolkit(&card.source, &text)))
		return err;
	if (!args->output)
		return mlv_out_bytes(run->out, text.ptr, text.len);
	return mlv_metrics_place_write(&card.place, AT_FDCWD, args->output, &text);
}

static const struct mlv_cmd card_build = {
	.name = "build",
	.summary = "write a card, or the numbers of one, from the records",
	.operands = "",
	.opts = card_opts,
	.args_size = sizeof(struct card_args),
	.run = build_run,
};
static const struct mlv_cmd card_check = {
	.name = "check",
	.summary = "see that a card says what the records say",
	.operands = "",
	.opts = card_opts,
	.args_size = sizeof(struct card_args),
	.run = check_run,
};
static const struct mlv_cmd card_diff = {
	.name = "diff",
	.summary = "list what changed between two versions of a card",
	.operands = "[<rev> [<rev>]]",
	.max_operands = 2,
	.hint = MLV_HINT_REV,
	.opts = card_opts,
	.args_size = sizeof(struct card_args),
	.run = diff_run,
};
static const struct mlv_cmd card_export = {
	.name = "export",
	.summary = "write what a card has of numbers for other tools",
	.operands = "",
	.opts = export_opts,
	.args_size = sizeof(struct export_args),
	.run = export_run,
};

static const struct mlv_cmd *const card_subs[] = { &card_build, &card_check, &card_diff, &card_export, NULL };

const struct mlv_cmd mlv_cmd_card = {
	.name = "card",
	.summary = "keep a model card whose numbers cannot go stale",
	.operands = "[<operand>...]",
	.subs = card_subs,
};
