/* ui/bar.h - numbers as bars of block characters. */
#ifndef MLV_CMD_UI_BAR_H
#define MLV_CMD_UI_BAR_H

#include "core/base/buf.h"

/* Append a bar that lies, so many characters wide where share is 1; it is within 0 and 1. */
mlv_err mlv_bar_add(struct mlv_buf *to, double share, unsigned width) MLV_CHECK;
/* Append one that stands, a character high at most. */
mlv_err mlv_bar_add_standing(struct mlv_buf *to, double share) MLV_CHECK;

#endif
