#include "remote/url.h"

#include "tests/unit/check.h"

static void shows(const char *text, const char *expected)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;

	check_ok(mlv_url_parse(&url, text));
	check_ok(mlv_url_show(&shown, &url));
	cr_assert_str_eq(shown.ptr, expected);
}

mlv_test(url, takes_a_url_apart)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };

	check_ok(mlv_url_parse(&url, "HTTPS://us%20er:p%40ss:w@Example.org:8443/a%2Fb//../c?x=1&y"));
	cr_assert_str_eq(url.scheme, "https");
	cr_assert_str_eq(url.user, "us er");
	cr_assert_str_eq(url.password, "p@ss:w");
	cr_assert_str_eq(url.host, "example.org");
	cr_assert(url.port == 8443);
	cr_assert_str_eq(url.path, "/a%2Fb//../c");
	cr_assert_str_eq(url.query, "x=1&y");
}

mlv_test(url, the_last_at_sign_divides_user_and_host)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };

	check_ok(mlv_url_parse(&url, "http://good.org@evil.org/"));
	cr_assert_str_eq(url.host, "evil.org");
	cr_assert_str_eq(url.user, "good.org");
}

mlv_test(url, shows_neither_user_nor_query)
{
	shows("https://me:secret@example.org/data?X-Amz-Signature=secret", "https://example.org/data");
	shows("https://example.org:443/", "https://example.org/");
	shows("http://[::1]:8080/x", "http://[::1]:8080/x");
}

mlv_test(url, refuses_what_is_none)
{
	static const char *const wrong[] = {
		"example.org/data", "http://", "http:///path", "http://-oProxyCommand=x/", "http://a b/",
		"http://a/\n", "http://a/\\b", "http://a:0/", "http://a:65536/", "http://a:8x/",
		"http://a#b", "http://u%00@a/", "http://u%0ax@a/", "http://u%2@a/", "http://[::1/",
		"http://a]/", "://a/", "1http://a/", "http://a:123456/",
	};

	for (size_t i = 0; i < MLV_COUNT(wrong); i++) {
		struct mlv_url url = { 0 };

		check_fails(mlv_url_parse(&url, wrong[i]), MLV_E_USAGE);
		cr_assert(url.host == NULL, "%s", wrong[i]);
	}
}

static void leads(const char *reference, const char *expected)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url base = { 0 };
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;

	check_ok(mlv_url_parse(&base, "https://u:p@h.org:8443/a/b?q"));
	check_ok(mlv_url_resolve(&url, &base, reference));
	check_ok(mlv_url_show(&shown, &url));
	cr_assert_str_eq(shown.ptr, expected);
	cr_assert(url.user == NULL && url.password == NULL, "a user name went along");
}

mlv_test(url, a_redirect_is_resolved_without_user_and_password)
{
	leads("http://x.org/y", "http://x.org/y");
	leads("//x.org/y", "https://x.org/y");
	leads("/y", "https://h.org:8443/y");
	leads("y", "https://h.org:8443/a/y");
	leads("?z", "https://h.org:8443/a/b");
	leads("y#fragment", "https://h.org:8443/a/y");
}

mlv_test(url, origins_are_scheme_host_and_port)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "http://h/x", "http://h:80/y", true },    { "https://h/x", "https://H:443/", true },
		{ "http://h/", "https://h/", false },       { "http://h/", "http://h:81/", false },
		{ "http://h.org/", "http://h.orga/", false },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		MLV_SCOPED(mlv_url_release) struct mlv_url a = { 0 };
		MLV_SCOPED(mlv_url_release) struct mlv_url b = { 0 };

		check_ok(mlv_url_parse(&a, cases[i].a));
		check_ok(mlv_url_parse(&b, cases[i].b));
		cr_assert(mlv_url_same_origin(&a, &b) == cases[i].same, "%s", cases[i].b);
	}
}

mlv_test(url, loopback_is_this_machine_only)
{
	static const struct {
		const char *url;
		bool loopback;
	} cases[] = {
		{ "http://localhost/", true },       { "http://b.s3.localhost:1/", true },
		{ "http://127.0.0.1/", true },       { "http://127.255.1.2/", true },
		{ "http://[::1]/", true },           { "http://127.0.0.1.evil.org/", false },
		{ "http://localhost.org/", false },  { "http://127.1/", false },
		{ "http://128.0.0.1/", false },      { "http://127.0.0.256/", false },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 };

		check_ok(mlv_url_parse(&url, cases[i].url));
		cr_assert(mlv_url_is_loopback(&url) == cases[i].loopback, "%s", cases[i].url);
	}
}

mlv_test(url, encoding_and_decoding_are_inverse)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf encoded = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf decoded = MLV_BUF_INIT;
	char bytes[255];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i + 1);
	check_ok(mlv_url_encode(&encoded, bytes, sizeof(bytes), "/"));
	check_ok(mlv_url_decode(&decoded, encoded.ptr, encoded.len));
	cr_assert(decoded.len == sizeof(bytes));
	cr_assert(memcmp(decoded.ptr, bytes, sizeof(bytes)) == 0);
	check_fails(mlv_url_decode(&decoded, "%4", 2), MLV_E_USAGE);
	check_fails(mlv_url_decode(&decoded, "%00", 3), MLV_E_USAGE);
}
