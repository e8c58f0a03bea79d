#include "core/base/csv.h"

#include <string.h>

mlv_err mlv_csv_add_field(struct mlv_buf *to, const char *text)
{
	mlv_err err;

	if (!strpbrk(text, ",\"\r\n"))
		return mlv_buf_add_str(to, text);
	if ((err = mlv_buf_add_char(to, '"')))
		return err;
	for (; *text && !err; text++)
		if (*text != '"' || !(err = mlv_buf_add_char(to, '"')))
			err = mlv_buf_add_char(to, *text);
	return err ? err : mlv_buf_add_char(to, '"');
}
