/*
 * vega.h - the library that draws charts, put into a page.
 *
 * Debian's libjs-vega has Vega in pieces, d3 within them, each a module for
 * any kind of loader; a loader of a few lines joins those that are needed.
 * Expressions are interpreted (vega-interpreter), never compiled, so that a
 * page can forbid all other scripts and every connection.
 */
#ifndef MLV_CMD_REPORT_VEGA_H
#define MLV_CMD_REPORT_VEGA_H

#include "core/base/buf.h"

#define MLV_VEGA_DIR "/usr/share/javascript/vega" /* where libjs-vega puts it */

/*
 * Append the script elements: the library as it lies in the directory, and
 * what draws the charts of a page. MLV_E_MISSING when a piece is not there.
 */
mlv_err mlv_vega_embed(const char *directory, struct mlv_buf *to) MLV_CHECK;

#endif
