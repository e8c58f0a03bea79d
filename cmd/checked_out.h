/*
 * checked_out.h - what a checkout did, for mlv checkout and mlv pull.
 */
#ifndef MLV_CMD_CHECKED_OUT_H
#define MLV_CMD_CHECKED_OUT_H

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/repo/checkout.h"

/* "A\tpath" and so on, a directory with a slash at its end. */
void mlv_checked_out_lines(struct mlv_out *out, const struct mlv_checkout_result *result);
/* "1 file modified, 3 files added and 1 file deleted"; nothing when to has no room. */
const char *mlv_checked_out_summary(const struct mlv_checkout_result *result, char *to, size_t size);
/* "added", "modified", "deleted", "missing" and "files" into the JSON object that is open. */
void mlv_checked_out_json(struct mlv_out *out, const struct mlv_checkout_result *result);

#endif
