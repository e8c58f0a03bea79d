/*
 * slices_edit.h - rules put into `slices:` of an mlv.yaml, all else left to the byte.
 *
 * A list on lines of its own gets lines, one in brackets grows within them;
 * where there is none, it is added at the end.
 */
#ifndef MLV_REPO_SLICES_EDIT_H
#define MLV_REPO_SLICES_EDIT_H

#include "core/base/buf.h"
#include "core/base/strs.h"

/*
 * Add a rule for each name, with the expression at the same place of wheres.
 * MLV_E_SPEC, and text as before, where the list is written in a way that
 * cannot be added to.
 */
mlv_err mlv_slices_put(const char *path, struct mlv_buf *text, const struct mlv_strs *names,
		       const struct mlv_strs *wheres) MLV_CHECK;

#endif
