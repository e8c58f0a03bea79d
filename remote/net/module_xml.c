/* net/module_xml.c - libexpat, wrapped; a part of mlv-net.so, as only what comes over the net is XML. */
#include "remote/net/module_xml.h"

#include <expat.h>
#include <limits.h>
#include <stdbool.h>

#include "core/base/sys.h"

#define MAX_DEPTH 16
#define MAX_PATH  512
#define MAX_TEXT  ((size_t)64 * 1024)

struct parse {
	XML_Parser parser;
	mlv_xml_fn fn;
	void *arg;
	unsigned depth;
	size_t starts[MAX_DEPTH]; /* where in path each name begins */
	size_t texts[MAX_DEPTH];  /* where in text that of each element begins */
	char path[MAX_PATH];
	size_t path_len;
	struct mlv_buf text;
	struct mlv_error failure;
	bool failed;
};

static void fail(struct parse *p, mlv_err err)
{
	if (err && !p->failed) {
		p->failed = true;
		p->failure = *err;
		XML_StopParser(p->parser, XML_FALSE);
	}
}

/* The name without its name space, which precedes it and a space. */
static const char *local_name(const char *name)
{
	const char *space = strrchr(name, ' ');

	return space ? space + 1 : name;
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct parse *p = arg;
	const char *local = local_name(name);
	size_t len = strlen(local);

	(void)attributes;
	if (p->failed)
		return;
	if (p->depth >= MAX_DEPTH || p->path_len + len + 2 > MAX_PATH) {
		fail(p, mlv_error(MLV_E_REMOTE, "XML with too many elements within each other"));
		return;
	}
	/* What stands between the children of an element is of no use. */
	if (p->depth > 0)
		mlv_buf_truncate(&p->text, p->texts[p->depth - 1]);
	p->starts[p->depth] = p->path_len;
	p->texts[p->depth++] = p->text.len;
	if (p->path_len > 0)
		p->path[p->path_len++] = '/';
	memcpy(p->path + p->path_len, local, len + 1);
	p->path_len += len;
}

static void on_end(void *arg, const XML_Char *name)
{
	struct parse *p = arg;

	(void)name;
	if (p->failed || p->depth == 0)
		return;
	p->depth--;
	fail(p, p->fn(p->arg, p->path, p->text.ptr + p->texts[p->depth]));
	mlv_buf_truncate(&p->text, p->texts[p->depth]);
	p->path_len = p->starts[p->depth];
	p->path[p->path_len] = '\0';
}

static void on_text(void *arg, const XML_Char *text, int len)
{
	struct parse *p = arg;

	if (p->failed)
		return;
	if (p->text.len + (size_t)len > MAX_TEXT)
		fail(p, mlv_error(MLV_E_REMOTE, "XML with an element of more than 64 KiB"));
	else
		fail(p, mlv_buf_add(&p->text, text, (size_t)len));
}

static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
		       const XML_Char *public, int has_internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)has_internal;
	fail(arg, mlv_error(MLV_E_REMOTE, "XML with a document type, which is not read"));
}

static void parser_free(XML_Parser *parser)
{
	if (*parser)
		XML_ParserFree(*parser);
}

static void parse_release(struct parse *p)
{
	mlv_buf_release(&p->text);
}

static void *resize(void *old, size_t size)
{
	return mlv_sys_realloc(old, size);
}

static void *get(size_t size)
{
	return mlv_sys_alloc(size);
}

static void give_back(void *ptr)
{
	mlv_mem_free(&ptr);
}

mlv_err mlv_net_xml_parse(const char *bytes, size_t len, mlv_xml_fn fn, void *arg)
{
	static const XML_Memory_Handling_Suite memory = { get, resize, give_back };
	MLV_SCOPED(parser_free) XML_Parser parser = XML_ParserCreate_MM(NULL, &memory, " ");
	MLV_SCOPED(parse_release) struct parse p = { .parser = parser, .fn = fn, .arg = arg,
						     .text = MLV_BUF_INIT };

	if (!parser)
		return mlv_error_nomem("XML");
	if (len > INT_MAX)
		return mlv_error(MLV_E_REMOTE, "XML of more than 2 GiB");
	XML_SetUserData(parser, &p);
	XML_SetElementHandler(parser, on_start, on_end);
	XML_SetCharacterDataHandler(parser, on_text);
	XML_SetStartDoctypeDeclHandler(parser, on_doctype);
	if (XML_Parse(parser, bytes, (int)len, 1) == XML_STATUS_OK && !p.failed)
		return NULL;
	if (p.failed)
		return mlv_error_copy(&p.failure);
	if (XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY)
		return mlv_error_nomem("XML");
	return mlv_error(MLV_E_REMOTE, "XML that is not well-formed: %s",
			 XML_ErrorString(XML_GetErrorCode(parser)));
}
