/*
 * net/module_xml.h - the XML that object stores answer with, as paths and texts.
 *
 * Limits   no document type and no entities beyond the five of XML; at most 16
 *          elements within each other, 64 KiB of text in one, 512 bytes of path.
 */
#ifndef MLV_REMOTE_NET_MODULE_XML_H
#define MLV_REMOTE_NET_MODULE_XML_H

#include "remote/net/module.h"

/* MLV_E_REMOTE when it is not well-formed or too large; what fn returned. */
mlv_err mlv_net_xml_parse(const char *bytes, size_t len, mlv_xml_fn fn, void *arg) MLV_CHECK;

#endif
