/*
 * xml.h - the XML that object stores answer with, as paths and texts.
 *
 * Limits   no document type and no entities beyond the five of XML; at most 16
 *          elements within each other, 64 KiB of text in one, 512 bytes of path.
 */
#ifndef MLV_REMOTE_XML_H
#define MLV_REMOTE_XML_H

#include "core/base/buf.h"

/*
 * Called at the end of each element: path are the names from the root, without
 * name spaces ("ListBucketResult/Contents/Key"), text what stood in it, not in
 * its children.
 */
typedef mlv_err (*mlv_xml_fn)(void *arg, const char *path, const char *text);

/* MLV_E_REMOTE when it is not well-formed or too large; what fn returned. */
mlv_err mlv_xml_parse(const char *bytes, size_t len, mlv_xml_fn fn, void *arg) MLV_CHECK;
/* Append text with & < > " ' as entities. */
mlv_err mlv_xml_escape(struct mlv_buf *to, const char *text) MLV_CHECK;

#endif
