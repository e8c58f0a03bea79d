/* edit.h - the text of an mlv.yaml with a stage more: inside of pipeline.h. */
#ifndef MLV_REPO_PIPELINE_EDIT_H
#define MLV_REPO_PIPELINE_EDIT_H

#include "core/repo/pipeline/parts.h"

/*
 * Put the lines ("name:\n  cmd: ...\n") into the text, at the end of its stages; with
 * force in the place of a stage of that name, whose meta is kept. MLV_E_REFUSED when
 * there is one.
 */
mlv_err mlv_pipeline_put_stage(const char *path, struct mlv_buf *text, const char *name,
			       const char *lines, bool force) MLV_CHECK;

#endif
