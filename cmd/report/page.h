/* page.h - the frame of a page: what it looks like, dark and light, wide and narrow. */
#ifndef MLV_CMD_REPORT_PAGE_H
#define MLV_CMD_REPORT_PAGE_H

#include "cmd/report/figure.h"

/* Append the head, up to the title within the page. The title is plain text. */
mlv_err mlv_page_begin(struct mlv_page *page, const char *title) MLV_CHECK;
/* Append the scripts from the directory of Vega, if the page has charts, and the end. */
mlv_err mlv_page_end(struct mlv_page *page, const char *vega) MLV_CHECK;

#endif
