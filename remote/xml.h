/* xml.h - XML that is written; what reads it is the table of net/module.h. */
#ifndef MLV_REMOTE_XML_H
#define MLV_REMOTE_XML_H

#include "core/base/buf.h"

/* Append text with & < > " ' as entities. */
mlv_err mlv_xml_escape(struct mlv_buf *to, const char *text) MLV_CHECK;

#endif
