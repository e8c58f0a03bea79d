/*
 * repro/strays.h - what stages write beside their outputs.
 *
 * A file below the root that was changed since a stage began (by its ctime), and that
 * is no output of any stage, no tracked data, and nothing that git ignores, is
 * told in a warning: another clone does not get it, and a run that is restored
 * does not make it. Who wrote it is not known: what the user saves in an editor
 * meanwhile is told, too.
 *
 * The work tree is walked once a round of stages that have ended, as long as that
 * takes no more than a second and a twentieth of the time of the run; the last round is
 * always looked at. core.strays = false switches it off.
 *
 * Limits    a work tree of more than MLV_STRAYS_ENTRIES entries (outputs, tracked
 *           data and ignored directories do not count) is not looked at.
 * Threads   one.
 */
#ifndef MLV_REPO_REPRO_STRAYS_H
#define MLV_REPO_REPRO_STRAYS_H

#include "core/repo/pipeline.h"

#define MLV_STRAYS_ENTRIES ((size_t)200000)

struct mlv_strays;

/* repo and pipeline outlive it; *out is NULL when nothing is to be looked for. */
mlv_err mlv_strays_new(struct mlv_strays **out, struct mlv_repo *repo,
		       const struct mlv_pipeline *pipeline) MLV_CHECK;
void mlv_strays_freep(struct mlv_strays **strays);
/* A file that mlv's own output goes to is none; NULL is left alone, here and below. */
void mlv_strays_except(struct mlv_strays *strays, const struct stat *st);
/* The stage is about to run. */
mlv_err mlv_strays_begin(struct mlv_strays *strays, const struct mlv_stage *stage) MLV_CHECK;
/* It has ended. */
void mlv_strays_end(struct mlv_strays *strays, const struct mlv_stage *stage);
/* Look, if it is time to, or for the last time; and tell. */
mlv_err mlv_strays_look(struct mlv_strays *strays, bool last) MLV_CHECK;

#endif
