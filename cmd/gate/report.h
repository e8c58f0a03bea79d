/* gate/report.h - what a gate found: as a table, JSON, annotations and JUnit. */
#ifndef MLV_CMD_GATE_REPORT_H
#define MLV_CMD_GATE_REPORT_H

#include "cmd/cmd.h"
#include "core/eval/gate.h"

struct mlv_gate_heading {
	const char *gate, *eval;
	const char *base, *evidence; /* NULL: nothing was compared */
	const char *file; /* mlv.yaml, from the root of the git work tree */
};

/*
 * What failed or is inconclusive a row each, and of each rule how much passed; all in JSON. With most, so
 * many bytes of Markdown at most, behind the marker of the gate, "gate.NAME".
 */
mlv_err mlv_gate_print(struct mlv_run *run, const struct mlv_gate_heading *heading,
		       const struct mlv_gate_report *report, size_t most) MLV_CHECK;
/* The same Markdown as a text, to be given back with free(). */
mlv_err mlv_gate_markdown(const struct mlv_gate_heading *heading, const struct mlv_gate_report *report,
			  size_t most, char **text, size_t *len) MLV_CHECK;
/*
 * Lines that GitHub shows at the rules in mlv.yaml: ten at most, as many as it
 * takes of one step; the last one says how many are left out.
 */
mlv_err mlv_gate_annotate(struct mlv_run *run, const struct mlv_gate_heading *heading,
			  const struct mlv_gate_report *report) MLV_CHECK;
/* A test case for each rule and slice, into the file at path (as the user typed it). */
mlv_err mlv_gate_write_junit(struct mlv_ctx *ctx, const char *path,
			     const struct mlv_gate_heading *heading,
			     const struct mlv_gate_report *report) MLV_CHECK;
/*
 * What a command comes to: MLV_E_NO, without a message, when the gate of that name failed;
 * MLV_E_MISSING when it is unsure.
 */
mlv_err mlv_gate_verdict(const char *gate, enum mlv_gate_outcome outcome) MLV_CHECK;

#endif
