#include "remote/xml.h"

mlv_err mlv_xml_escape(struct mlv_buf *to, const char *text)
{
	mlv_err err = NULL;

	for (; *text && !err; text++) {
		switch (*text) {
		case '&':
			err = mlv_buf_add_str(to, "&amp;");
			break;
		case '<':
			err = mlv_buf_add_str(to, "&lt;");
			break;
		case '>':
			err = mlv_buf_add_str(to, "&gt;");
			break;
		case '"':
			err = mlv_buf_add_str(to, "&quot;");
			break;
		case '\'':
			err = mlv_buf_add_str(to, "&apos;");
			break;
		default:
			err = mlv_buf_add_char(to, *text);
		}
	}
	return err;
}
