#include "remote/net/module_xml.h"
#include "remote/xml.h"

#include "tests/unit/check.h"

static mlv_err note(void *arg, const char *path, const char *text)
{
	return mlv_buf_printf(arg, "%s=%s;", path, text);
}

static void reads(const char *xml, const char *expected)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf seen = MLV_BUF_INIT;

	check_ok(mlv_net_xml_parse(xml, strlen(xml), note, &seen));
	cr_assert_str_eq(seen.ptr, expected);
}

mlv_test(xml, elements_come_with_path_and_text)
{
	reads("<a><b>x</b> <b>y &amp; &#x7a;</b><c/></a>", "a/b=x;a/b=y & z;a/c=;a=;");
	reads("<?xml version='1.0'?><n:a xmlns:n='http://s3.amazonaws.com/doc/2006-03-01/'>"
	      "<b xmlns='u'>x</b></n:a>", "a/b=x;a=;");
	reads("<a><![CDATA[<&>]]></a>", "a=<&>;");
}

static void refuses(const char *xml)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf seen = MLV_BUF_INIT;

	check_fails(mlv_net_xml_parse(xml, strlen(xml), note, &seen), MLV_E_REMOTE);
}

mlv_test(xml, what_could_harm_is_refused)
{
	refuses("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>");
	refuses("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>");
	refuses("<!DOCTYPE a><a/>");
	refuses("<a>&x;</a>");
	refuses("");
	refuses("<a>");
	refuses("<a></a><b></b>");
	refuses("not xml");
}

static void repeat(struct mlv_buf *to, const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_ok(mlv_buf_add_str(to, text));
}

mlv_test(xml, depth_and_size_are_bounded)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf deep = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf large = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf wide = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf seen = MLV_BUF_INIT;

	repeat(&deep, "<a>", 17);
	repeat(&deep, "</a>", 17);
	refuses(deep.ptr);
	repeat(&large, "<a>", 1);
	repeat(&large, "0123456789abcdef", 4097);
	repeat(&large, "</a>", 1);
	refuses(large.ptr);
	/* Much white space between many elements is no large text. */
	repeat(&wide, "<a>", 1);
	repeat(&wide, "<b>x</b>                                                ", 2000);
	repeat(&wide, "</a>", 1);
	check_ok(mlv_net_xml_parse(wide.ptr, wide.len, note, &seen));
}

static mlv_err stop(void *arg, const char *path, const char *text)
{
	(void)path;
	(void)text;
	++*(int *)arg;
	return mlv_error(MLV_E_CORRUPT, "enough");
}

mlv_test(xml, a_failure_of_the_caller_ends_it)
{
	static const char xml[] = "<a><b/><b/></a>";
	int calls = 0;

	check_fails(mlv_net_xml_parse(xml, strlen(xml), stop, &calls), MLV_E_CORRUPT);
	cr_assert(calls == 1);
}

mlv_test(xml, what_is_escaped_is_read_as_it_was)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf xml = MLV_BUF_INIT;

	check_ok(mlv_buf_add_str(&xml, "<a>"));
	check_ok(mlv_xml_escape(&xml, "\"x\" & <y> 'z'"));
	check_ok(mlv_buf_add_str(&xml, "</a>"));
	reads(xml.ptr, "a=\"x\" & <y> 'z';");
}
