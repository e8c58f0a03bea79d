/*
 * repro/show.h - what mlv repro shows: the stages, why they run, what they write.
 *
 * What a stage writes goes where it would without mlv: its standard output to
 * ours (to standard error with --json), the rest to standard error. When
 * several stages may run at a time, each line begins with the stage's name; a
 * line that grows past a limit is given out in pieces.
 *
 * Threads   one.
 */
#ifndef MLV_CMD_REPRO_SHOW_H
#define MLV_CMD_REPRO_SHOW_H

#include "cmd/cmd.h"
#include "core/repo/repro.h"

#define MLV_REPRO_LINE ((size_t)8192) /* bytes of a line that are held back until its end comes */

struct mlv_repro_line {
	struct mlv_buf text;
	bool begun; /* a piece of it was given out */
};

struct mlv_repro_show {
	struct mlv_run *run;
	struct mlv_repo *repo;
	const struct mlv_pipeline *pipeline;
	struct mlv_repro_line *lines; /* of stage i and stream s at [i * MLV_PROCESS_STREAMS + s] */
	bool prefix; /* several may run at a time */
	bool dry;
	size_t failures;
};

mlv_err mlv_repro_show_begin(struct mlv_repro_show *show, struct mlv_run *run,
			     const struct mlv_pipeline *pipeline, bool prefix, bool dry) MLV_CHECK;
void mlv_repro_show_release(struct mlv_repro_show *show);
/* arg is a struct mlv_repro_show. */
void mlv_repro_show_event(void *arg, const struct mlv_repro_event *event);
void mlv_repro_show_output(void *arg, size_t id, enum mlv_process_stream stream, const char *bytes,
			   size_t len);

/* "  changed deps:\n    modified: data.csv\n ...", as status shows a stage; details: values, too. */
void mlv_reasons_print(struct mlv_out *out, const struct mlv_stage_state *state, bool details);
/* The same in an array "reasons" of the JSON object that is open. */
void mlv_reasons_json(struct mlv_out *out, const struct mlv_stage_state *state);

#endif
