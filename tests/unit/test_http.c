/* The http transport against nginx: MLV_TEST_HTTP holds what tests/servers/nginx.sh wrote to urls. */
#include "core/base/sys.h"
#include "remote/retry.h"
#include "tests/unit/check.h"
#include "tests/unit/remote_check.h"

static struct mlv_ctx ctx;

/* Not mlv_test(): libcurl and OpenSSL keep some descriptors and memory of their own. */
#define server_test(name)                                                       \
	static void name(const char *server);                                  \
	Test(http, name, .timeout = CHECK_SECONDS)                              \
	{                                                                       \
		MLV_SCOPED(mlv_mem_free) char *server = remote_server("MLV_TEST_HTTP", 0); \
		if (!server)                                                    \
			cr_skip_test("no server");                              \
		name(server);                                                   \
	}                                                                       \
	static void name(const char *server)

static void keeps_contract(const char *server, const char *path, struct remote_config config)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, path);
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;

	config.url = url;
	check_ok(remote_open(&t, &ctx, &config));
	remote_contract(t);
	remote_round_trip(t, "large/x", (uint64_t)5 * 1024 * 1024 + 3);
	check_fails(mlv_transport_list(t, "", NULL, NULL), MLV_E_REFUSED);
}

server_test(webdav_keeps_the_contract)
{
	keeps_contract(server, "/dav/r", (struct remote_config){ 0 });
}

server_test(webdav_without_parents_keeps_the_contract)
{
	keeps_contract(server, "/flat/a/b/", (struct remote_config){ 0 });
}

server_test(put_without_webdav_keeps_the_contract)
{
	keeps_contract(server, "/plain", (struct remote_config){ 0 });
}

server_test(what_somebody_put_meanwhile_stays_if_it_is_the_same)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/dav/fresh");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	struct mlv_version first, second, third;

	check_ok(remote_open(&t, &ctx, &(struct remote_config){ .url = url }));
	check_ok(mlv_transport_put_bytes(t, "k", "hello", 5));
	check_ok(mlv_transport_version(t, "k", &first));
	check_ok(mlv_transport_put_fresh(t, "k", "hello", 5));
	check_ok(mlv_transport_version(t, "k", &second));
	check_ok(mlv_transport_put_fresh(t, "k", "hello, world", 12));
	check_ok(mlv_transport_version(t, "k", &third));
	check_ok(mlv_transport_get_all(t, "k", &got));
	cr_assert_str_eq(got.ptr, "hello, world");
	cr_assert_str_eq(first.text, second.text);
	cr_assert(strcmp(second.text, third.text) != 0);
}

server_test(basic_authentication_keeps_the_contract)
{
	keeps_contract(server, "/auth/r", (struct remote_config){
						  .options = { "user=mlv", "password=secret" } });
}

server_test(a_token_keeps_the_contract)
{
	keeps_contract(server, "/bearer", (struct remote_config){ .options = { "token=tok123" } });
}

server_test(a_server_without_ranges_is_skipped_through)
{
	keeps_contract(server, "/norange/r", (struct remote_config){ 0 });
}

/* The failure of getting key from path, which must name the URL. */
static mlv_err getting(const char *server, const char *path, const char *key,
		       struct remote_config config)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, path);
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	mlv_err err;

	config.url = url;
	check_ok(remote_open(&t, &ctx, &config));
	err = mlv_transport_get_all(t, key, &got);
	cr_assert(err != NULL, "there was no failure, but: %s", got.ptr);
	cr_assert(strstr(err->msg, "http") != NULL, "%s", err->msg);
	cr_assert(strstr(err->msg, "secret") == NULL && strstr(err->msg, "wrong") == NULL, "%s",
		  err->msg);
	cr_assert(got.len == 0);
	return err;
}

server_test(a_wrong_password_is_told_and_not_shown)
{
	mlv_err err = getting(server, "/auth", "k", (struct remote_config){
						.options = { "user=mlv", "password=wrong" } });

	cr_assert(err->code == MLV_E_REMOTE && strstr(err->msg, "401") != NULL, "%s", err->msg);
	err = getting(server, "/auth", "k", (struct remote_config){ 0 });
	cr_assert(strstr(err->msg, "hint: ") != NULL, "%s", err->msg);
}

server_test(a_read_only_server_refuses_to_be_written)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/ro");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;

	check_ok(remote_open(&t, &ctx, &(struct remote_config){ .url = url }));
	check_fails(mlv_transport_put_bytes(t, "k", "x", 1), MLV_E_REMOTE);
}

server_test(a_page_is_no_data)
{
	mlv_err err = getting(server, "/page", "k", (struct remote_config){ 0 });
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/page");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	bool there = false;
	uint64_t size;

	cr_assert(strstr(err->msg, "HTML page") != NULL, "%s", err->msg);
	check_ok(remote_open(&t, &ctx, &(struct remote_config){ .url = url }));
	check_fails(mlv_transport_head(t, "k", &there, &size), MLV_E_REMOTE);
	cr_assert(there == false);
}

server_test(redirects_are_followed_within_bounds)
{
	MLV_SCOPED(mlv_mem_free) char *dav = remote_url(server, "/dav");
	MLV_SCOPED(mlv_mem_free) char *back = remote_url(server, "/back");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *to = NULL;
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	mlv_err err;

	check_ok(remote_open(&to, &ctx, &(struct remote_config){ .url = dav }));
	check_ok(mlv_transport_put_bytes(to, "redirected", "there", 5));
	check_ok(remote_open(&t, &ctx, &(struct remote_config){ .url = back }));
	check_ok(mlv_transport_get_all(t, "redirected", &got));
	cr_assert_str_eq(got.ptr, "there");
	err = getting(server, "/loop", "k", (struct remote_config){ 0 });
	cr_assert(strstr(err->msg, "redirects") != NULL, "%s", err->msg);
	err = getting(server, "/evil", "k", (struct remote_config){ 0 });
	cr_assert(strstr(err->msg, "file:") != NULL, "%s", err->msg);
}

server_test(another_origin_sees_no_credentials)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/jump");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	struct remote_config config = { .url = url, .options = { "user=mlv", "password=secret" } };

	check_ok(remote_open(&t, &ctx, &config));
	check_ok(mlv_transport_get_all(t, "k", &got));
	cr_assert_str_eq(got.ptr, "auth=");
}

server_test(a_server_that_stays_busy_ends_the_request)
{
	mlv_err err;

	mlv_retry_reset();
	err = getting(server, "/busy", "k", (struct remote_config){ .virtual_clock = "virtual" });
	cr_assert(err->code == MLV_E_REMOTE && strstr(err->msg, "503") != NULL, "%s", err->msg);
	cr_assert(mlv_retry_virtual_ms() >= 9000 && mlv_retry_virtual_ms() < 200000, "%d ms",
		  (int)mlv_retry_virtual_ms());
}

server_test(nobody_listening_ends_soon)
{
	struct remote_config config = { .url = "http://127.0.0.1:1/x" };
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	uint64_t size;
	bool there;

	(void)server;
	check_ok(remote_open(&t, &ctx, &config));
	check_fails(mlv_transport_head(t, "k", &there, &size), MLV_E_REMOTE);
	check_fails(mlv_transport_put_bytes(t, "k", "x", 1), MLV_E_REMOTE);
}

server_test(tls_is_verified)
{
	MLV_SCOPED(mlv_mem_free) char *https = remote_server("MLV_TEST_HTTP", 2);
	MLV_SCOPED(mlv_mem_free) char *ca = remote_server("MLV_TEST_HTTP", 3);
	MLV_SCOPED(mlv_mem_free) char *option = remote_url("ca_file=", ca);
	mlv_err err = getting(https, "/dav", "k", (struct remote_config){ 0 });

	(void)server;
	cr_assert(err->code == MLV_E_REMOTE && strstr(err->msg, "certificate") != NULL, "%s", err->msg);
	cr_assert(strstr(err->msg, "hint: ") != NULL, "%s", err->msg);
	keeps_contract(https, "/auth/tls", (struct remote_config){
				.options = { "user=mlv", "password=secret", option } });
	err = getting(https, "/jump", "down", (struct remote_config){ .options = { option } });
	cr_assert(strstr(err->msg, "https to http") != NULL, "%s", err->msg);
}

/* Getting from a server whose certificate is bad, with the authority of the good one. */
server_test(a_bad_certificate_is_refused_and_told)
{
	MLV_SCOPED(mlv_mem_free) char *ca = remote_server("MLV_TEST_HTTP", 3);
	MLV_SCOPED(mlv_mem_free) char *option = remote_url("ca_file=", ca);
	static const char *const told[] = { "is for another name", "has expired", "signed by itself" };

	(void)server;
	for (unsigned i = 0; i < MLV_COUNT(told); i++) {
		MLV_SCOPED(mlv_mem_free) char *https = remote_server("MLV_TEST_HTTP", 4 + i);
		mlv_err err = getting(https, "/dav", "k", (struct remote_config){ .options = { option } });

		cr_assert(err->code == MLV_E_REMOTE && strstr(err->msg, told[i]) != NULL, "%s", err->msg);
		cr_assert(strstr(err->msg, "hint: ") != NULL, "%s", err->msg);
	}
}

/* What the server of words 7 to 9 answers for key. */
static void got_from(const char *key, struct remote_config config, const char *expected)
{
	MLV_SCOPED(mlv_mem_free) char *https = remote_server("MLV_TEST_HTTP", 7);
	MLV_SCOPED(mlv_mem_free) char *cert = remote_server("MLV_TEST_HTTP", 8);
	MLV_SCOPED(mlv_mem_free) char *key_file = remote_server("MLV_TEST_HTTP", 9);
	MLV_SCOPED(mlv_mem_free) char *ca = remote_server("MLV_TEST_HTTP", 3);
	MLV_SCOPED(mlv_mem_free) char *ca_option = remote_url("ca_file=", ca);
	MLV_SCOPED(mlv_mem_free) char *cert_option = remote_url("cert_path=", cert);
	MLV_SCOPED(mlv_mem_free) char *key_option = remote_url("key_path=", key_file);
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;

	config.url = https;
	config.options[0] = ca_option;
	config.options[1] = cert_option;
	config.options[2] = key_option;
	check_ok(remote_open(&t, &ctx, &config));
	check_ok(mlv_transport_get_all(t, key, &got));
	cr_assert_str_eq(got.ptr, expected);
}

server_test(a_client_certificate_is_shown_to_its_server_alone)
{
	(void)server;
	got_from("who", (struct remote_config){ 0 }, "client=CN=client");
	got_from("jump", (struct remote_config){ 0 }, "client=");
}

server_test(a_key_that_does_not_fit_is_told)
{
	MLV_SCOPED(mlv_mem_free) char *https = remote_server("MLV_TEST_HTTP", 7);
	MLV_SCOPED(mlv_mem_free) char *cert = remote_server("MLV_TEST_HTTP", 8);
	MLV_SCOPED(mlv_mem_free) char *option = remote_url("cert_path=", cert);
	mlv_err err = getting(https, "", "who", (struct remote_config){ .options = { option } });

	(void)server;
	cr_assert(err->code == MLV_E_REMOTE && strstr(err->msg, "key_path") != NULL, "%s", err->msg);
}

static mlv_err opening(struct remote_config config)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	mlv_err err = remote_open(&t, &ctx, &config);

	cr_assert(err != NULL, "%s was opened", config.url);
	cr_assert(strstr(err->msg, "geheim") == NULL, "%s", err->msg);
	return err;
}

Test(http, credentials_stay_at_home)
{
	mlv_err err = opening((struct remote_config){
		.url = "https://example.org/x", .options = { "user=u", "password=geheim" },
		.untrusted = true });

	cr_assert(err->code == MLV_E_REFUSED && strstr(err->msg, "mlv remote trust origin") != NULL,
		  "%s", err->msg);
	err = opening((struct remote_config){ .url = "http://example.org/x",
					      .options = { "token=geheim" } });
	cr_assert(err->code == MLV_E_REFUSED && strstr(err->msg, "clear") != NULL, "%s", err->msg);
	err = opening((struct remote_config){ .url = "https://example.org/x",
					      .options = { "!password=geheim", "user=u" } });
	cr_assert(err->code == MLV_E_REFUSED && strstr(err->msg, "--local") != NULL, "%s", err->msg);
	err = opening((struct remote_config){ .url = "https://u:geheim@example.org/x",
					      .options = { "!url=https://u:geheim@example.org/x" } });
	cr_assert(err->code == MLV_E_REFUSED, "%s", err->msg);
}
