/* csv.h - writing fields of CSV (RFC 4180). */
#ifndef MLV_BASE_CSV_H
#define MLV_BASE_CSV_H

#include "core/base/buf.h"

/* Append a field, in quotes where it needs them. */
mlv_err mlv_csv_add_field(struct mlv_buf *to, const char *text) MLV_CHECK;

#endif
