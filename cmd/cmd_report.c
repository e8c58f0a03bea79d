/* cmd_report.c - mlv report: an evaluation as one page. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/record/diff.h"
#include "cmd/report/charts.h"
#include "cmd/report/drift.h"
#include "cmd/report/page.h"
#include "cmd/report/vega.h"
#include "cmd/ui/out.h"
#include "core/base/fs.h"
#include "core/base/path.h"

#define HISTORY_MAX  100  /* versions of a record that a chart shows */
#define COMMITS_MAX  5000 /* that are looked at for them */
#define HISTORY_USUAL 20

struct report_args {
	const char *html, *base, *vega;
	uint64_t history;
};

static const struct mlv_opt report_opts[] = {
	{ MLV_OPT_TEXT, 'o', "html", offsetof(struct report_args, html), "<file>", MLV_HINT_FILE,
	  "the file to write" },
	{ MLV_OPT_TEXT, 0, "base", offsetof(struct report_args, base), "<rev>", MLV_HINT_REV,
	  "compare with this revision (default: HEAD, if it differs)" },
	{ MLV_OPT_COUNT, 0, "history", offsetof(struct report_args, history), "<n>", MLV_HINT_NONE,
	  "versions of the record to show (default: 20)" },
	{ MLV_OPT_TEXT, 0, "vega", offsetof(struct report_args, vega), "<dir>", MLV_HINT_DIR,
	  "where libjs-vega is installed; 'none': no charts" },
	{ 0 },
};

struct reporting {
	struct mlv_run *run;
	const struct report_args *args;
	struct mlv_metrics_place place;
	struct mlv_strs evals;
	const char *name;
	struct mlv_metrics_side sides[2]; /* the base, the work tree */
	struct mlv_record_diff diff;      /* without a base only its new side */
	bool has_base;
	struct mlv_report_version *versions;
	size_t version_count;
	struct mlv_buf last; /* text of the oldest version so far */
	struct mlv_fair_entries entries;
	struct mlv_fair_audited audited;
	struct mlv_buf unaudited; /* why groups are not compared; empty: they are, or none are named */
	struct mlv_report_monitors monitors;
};

static void reporting_release(struct reporting *reporting)
{
	for (size_t v = 0; v < reporting->version_count; v++)
		mlv_record_release(&reporting->versions[v].record);
	free(reporting->versions);
	mlv_buf_release(&reporting->last);
	mlv_fair_audited_release(&reporting->audited);
	mlv_fair_entries_release(&reporting->entries);
	mlv_buf_release(&reporting->unaudited);
	mlv_report_monitors_release(&reporting->monitors);
	mlv_record_diff_release(&reporting->diff);
	mlv_strs_release(&reporting->evals);
	mlv_metrics_place_close(&reporting->place);
}

/* ---- what is compared */

static mlv_err find_eval(struct reporting *reporting, const char *name)
{
	mlv_err err = mlv_eval_choose(&reporting->place, &reporting->sides[1], name, &reporting->evals);

	if (!err)
		reporting->name = reporting->evals.at[0];
	return err;
}

static mlv_err record_text(struct reporting *reporting, const struct mlv_metrics_side *side,
			   struct mlv_buf *text, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_eval_path(reporting->name, &path);

	return err ? err : mlv_metrics_version(&reporting->place, side, path.ptr, text, found);
}

/* Without --base: HEAD, if there is one and it has another record. */
static mlv_err find_base(struct reporting *reporting)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf old = MLV_BUF_LIMIT(MLV_RECORD_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf now = MLV_BUF_LIMIT(MLV_RECORD_MAX);
	struct mlv_metrics_side *side = &reporting->sides[0];
	bool found = false;
	mlv_err err;

	if (reporting->args->base) {
		reporting->has_base = true;
		return mlv_metrics_side_init(&reporting->place, reporting->args->base, side);
	}
	if (!reporting->place.git)
		return NULL;
	if ((err = mlv_metrics_side_init(&reporting->place, "HEAD", side)))
		return err->code == MLV_E_REMOTE ? NULL : err; /* there is no commit yet */
	if ((err = record_text(reporting, side, &old, &found)) || !found ||
	    (err = record_text(reporting, &reporting->sides[1], &now, &found)))
		return err;
	reporting->has_base = old.len != now.len || memcmp(old.ptr, now.ptr, now.len) != 0;
	return NULL;
}

static mlv_err load(struct reporting *reporting)
{
	const struct mlv_record_diff_how how = { .adjust = MLV_ADJUST_BH, .margin = MLV_RECORD_MARGIN };
	struct mlv_eval_side *sides = reporting->diff.sides;
	mlv_err err = reporting->has_base
			      ? mlv_record_diff_make(&reporting->place, reporting->sides, reporting->name,
						     &how, &reporting->diff)
			      : mlv_eval_side_load(&reporting->place, &reporting->sides[1],
						   reporting->name, true, &sides[1]);

	if (err)
		return err;
	if (!sides[1].found)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "evals/%s.json: there is no record",
						reporting->name),
				      "mlv eval %s", reporting->name);
	if (reporting->has_base && !sides[0].found)
		return mlv_error(MLV_E_REMOTE, "evals/%s.json: not in %s", reporting->name,
				 mlv_metrics_side_name(&reporting->sides[0]));
	return NULL;
}

/* ---- history */

/* Put a version before those that there are, if its record is another. */
static mlv_err add_version(struct reporting *reporting, const char *name, const char *text, size_t len)
{
	struct mlv_report_version made = { .name = "" };
	mlv_err err;

	if (reporting->version_count && len == reporting->last.len &&
	    memcmp(text, reporting->last.ptr, len) == 0) {
		/* The same for longer: it came with the older commit. */
		memcpy(reporting->versions[reporting->version_count - 1].name, name, sizeof(made.name));
		return NULL;
	}
	if ((err = mlv_record_read(name, text, len, &made.record)))
		return err;
	memcpy(made.name, name, sizeof(made.name));
	reporting->versions[reporting->version_count++] = made;
	mlv_buf_clear(&reporting->last);
	return mlv_buf_add(&reporting->last, text, len);
}

/* The record along first parents, back from HEAD. */
static mlv_err walk(struct reporting *reporting, size_t most)
{
	char rev[MLV_GIT_HEX + 2] = "HEAD", name[16] = "";

	for (size_t c = 0; c < COMMITS_MAX && reporting->version_count < most; c++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_RECORD_MAX);
		struct mlv_metrics_side side;
		bool found = false;
		mlv_err err = mlv_metrics_side_init(&reporting->place, rev, &side);

		if (err) /* the first commit has no parent */
			return err->code == MLV_E_REMOTE ? NULL : err;
		memcpy(name, side.commit.hex, 10);
		if ((err = record_text(reporting, &side, &text, &found)) || !found ||
		    (err = add_version(reporting, name, text.ptr, text.len)))
			return err;
		memcpy(rev, side.commit.hex, MLV_GIT_HEX);
		memcpy(rev + MLV_GIT_HEX, "^", 2);
	}
	return NULL;
}

static mlv_err load_history(struct reporting *reporting)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_RECORD_MAX);
	size_t most = reporting->args->history ? reporting->args->history : HISTORY_USUAL;
	char name[16] = "workspace";
	bool found = false;
	mlv_err err;

	if (most > HISTORY_MAX)
		most = HISTORY_MAX;
	if (!(reporting->versions = mlv_sys_alloc_array(most + 1, sizeof(*reporting->versions))))
		return mlv_error_nomem("a report");
	if ((err = record_text(reporting, &reporting->sides[1], &text, &found)) ||
	    (found && (err = add_version(reporting, name, text.ptr, text.len))) ||
	    (reporting->place.git && (err = walk(reporting, most))))
		return err;
	for (size_t a = 0, b = reporting->version_count; a + 1 < b; a++, b--) {
		struct mlv_report_version swap = reporting->versions[a];

		reporting->versions[a] = reporting->versions[b - 1];
		reporting->versions[b - 1] = swap;
	}
	return NULL;
}

/* ---- beside the record */

/* That groups cannot be compared is said on the page, and stops nothing. */
static mlv_err load_beside(struct reporting *reporting)
{
	const struct mlv_eval_side *now = &reporting->diff.sides[1];
	const struct mlv_record *record = &now->record;
	mlv_err err = NULL;

	if (record->task == MLV_TASK_BINARY)
		err = mlv_eval_fairness_of_rows(&reporting->place, &reporting->sides[1], record,
						now->has_cases ? &now->cases : NULL,
						&reporting->entries, &reporting->audited);
	if (err && err->code == MLV_E_SPEC) {
		mlv_tell_warning(reporting->run->ctx, "groups are left out: %s", err->msg);
		err = mlv_buf_add(&reporting->unaudited, err->msg, strcspn(err->msg, "\n"));
	}
	return err ? err : mlv_report_monitors_load(&reporting->place, reporting->name, &reporting->monitors);
}

/* ---- the page */

static mlv_err add_term(struct mlv_buf *to, const char *term, const char *text)
{
	mlv_err err;

	if (!text || !*text)
		return NULL;
	if ((err = mlv_html_raw(to, "<dt>", term, "</dt><dd>", NULL)) || (err = mlv_html_text(to, text)))
		return err;
	return mlv_buf_add_str(to, "</dd>\n");
}

/* Where the numbers come from. */
static mlv_err add_origin(struct reporting *reporting, struct mlv_buf *to)
{
	const struct mlv_record *record = &reporting->diff.sides[1].record;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf base = MLV_BUF_INIT;
	mlv_err err;

	if (reporting->has_base &&
	    (err = mlv_buf_printf(&base, "%s (%.10s), evidence: %s",
				  mlv_metrics_side_name(&reporting->sides[0]),
				  reporting->sides[0].commit.hex,
				  mlv_comparison_evidence(&reporting->diff.comparison))))
		return err;
	if ((err = mlv_buf_add_str(to, "<dl>\n")) ||
	    (err = add_term(to, "Task", mlv_task_name(record->task))) ||
	    (err = add_term(to, "Predictions", record->predictions)) ||
	    (err = add_term(to, "Digest of the rows", record->rows)) ||
	    (err = add_term(to, "Before", base.ptr)) ||
	    (!reporting->diff.sides[1].has_cases &&
	     (err = add_term(to, "Left out",
			     "curves and confusion: the predictions are not there"))))
		return err;
	return mlv_buf_add_str(to, "</dl>\n");
}

static mlv_err add_links(const struct reporting *reporting, const struct mlv_report_input *input,
			 struct mlv_buf *to)
{
	const struct {
		bool there;
		const char *id, *text;
	} links[] = {
		{ true, "overall", "All rows" },
		{ true, "forest", "Beside each other" },
		{ input->record->slice_count > 1, "slices", "All slices" },
		{ input->record->slices[0].fold_count > 0, "folds", "Folds" },
		{ mlv_report_has_groups(input), "groups", "Groups" },
		{ input->cases && input->cases->score, "curves", "Scores" },
		{ input->cases && input->record->task != MLV_TASK_REGRESSION, "confusion", "Confusion" },
		{ reporting->version_count > 1, "history", "Along commits" },
		{ mlv_report_has_drift(&reporting->monitors), "drift", "New rows" },
	};
	mlv_err err = mlv_buf_add_str(to, "<nav aria-label=\"Parts\">\n");

	for (size_t i = 0; i < MLV_COUNT(links) && !err; i++)
		if (links[i].there)
			err = mlv_html_raw(to, "<a href=\"#", links[i].id, "\">", links[i].text,
					   "</a>\n", NULL);
	return err ? err : mlv_buf_add_str(to, "</nav>\n");
}

static mlv_err add_page(struct reporting *reporting, struct mlv_page *page, const char *vega)
{
	const struct mlv_eval_side *sides = reporting->diff.sides;
	const struct mlv_report_input input = {
		.record = &sides[1].record,
		.old = reporting->has_base ? &sides[0].record : NULL,
		.comparison = reporting->has_base ? &reporting->diff.comparison : NULL,
		.cases = sides[1].has_cases ? &sides[1].cases : NULL,
		.old_cases = reporting->has_base && sides[0].has_cases ? &sides[0].cases : NULL,
		.audited = &reporting->audited,
		.unaudited = reporting->unaudited.len ? reporting->unaudited.ptr : NULL,
	};
	MLV_SCOPED(mlv_buf_release) struct mlv_buf title = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_buf_printf(&title, "Evaluation %s", reporting->name)) ||
	    (err = mlv_page_begin(page, title.ptr)) || (err = add_origin(reporting, page->html)) ||
	    (err = add_links(reporting, &input, page->html)) ||
	    (err = mlv_report_overall(page, &input)) || (err = mlv_report_forest(page, &input)) ||
	    (err = mlv_report_slices(page, &input)) || (err = mlv_report_folds(page, &input)) ||
	    (err = mlv_report_groups(page, &input)) || (err = mlv_report_curves(page, &input)) ||
	    (err = mlv_report_confusion(page, &input)) ||
	    (err = mlv_report_history(page, reporting->versions, reporting->version_count)) ||
	    (err = mlv_report_drift(page, &reporting->monitors)))
		return err;
	return mlv_page_end(page, vega);
}

/* Whether the library is there; it is said when it is not. */
static bool has_vega(struct reporting *reporting, const char *vega)
{
	if (strcmp(vega, "none") == 0)
		return false;
	if (access(vega, R_OK | X_OK) == 0)
		return true;
	mlv_tell_warning(reporting->run->ctx,
			 "%s: there is no Vega, the page gets tables only; apt-get install libjs-vega",
			 vega);
	return false;
}

static mlv_err report_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(reporting_release) struct reporting reporting = {
		.run = run, .args = opaque, .place = { .root_fd = -1 },
		.last = MLV_BUF_LIMIT(MLV_RECORD_MAX), .unaudited = MLV_BUF_INIT,
	};
	MLV_SCOPED(mlv_buf_release) struct mlv_buf html = MLV_BUF_INIT;
	const char *vega = reporting.args->vega ? reporting.args->vega : MLV_VEGA_DIR;
	struct mlv_page page = { .html = &html, .charts = has_vega(&reporting, vega) };
	mlv_err err;

	if (!reporting.args->html)
		return mlv_error(MLV_E_USAGE, "mlv report needs --html FILE");
	if ((err = mlv_metrics_place_open(&reporting.place, run->ctx, run->ctx->cwd)) ||
	    (err = find_eval(&reporting, operands[0])) || (err = find_base(&reporting)) ||
	    (err = load(&reporting)) || (err = load_history(&reporting)) ||
	    (err = load_beside(&reporting)) ||
	    (err = add_page(&reporting, &page, vega)) ||
	    (err = mlv_metrics_place_write(&reporting.place, AT_FDCWD, reporting.args->html, &html)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_text(run->out, "html", reporting.args->html);
	mlv_out_number(run->out, "charts", page.figures);
	mlv_out_object_end(run->out);
	mlv_out_line(run->out, "%s: %u charts", reporting.args->html, page.figures);
	return NULL;
}

const struct mlv_cmd mlv_cmd_report = {
	.name = "report",
	.summary = "write an evaluation as one page with charts",
	.operands = "[<name>]",
	.max_operands = 1,
	.opts = report_opts,
	.args_size = sizeof(struct report_args),
	.run = report_run,
};
