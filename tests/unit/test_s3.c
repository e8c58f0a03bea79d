/* The s3 transport against Swift: MLV_TEST_S3 is the URL that tests/servers/swift.py prints. */
#include <time.h>

#include "core/base/sys.h"
#include "remote/http/exchange.h"
#include "remote/net/module_xml.h"
#include "remote/retry.h"
#include "remote/s3.h"
#include "tests/unit/check.h"
#include "tests/unit/remote_check.h"

static struct mlv_ctx ctx;

#define BUCKET "mlv-test"
#define OPTIONS(server) { server, "access_key_id=test:tester", "secret_access_key=testing" }

/* Not mlv_test(): libcurl and OpenSSL keep some descriptors and memory of their own. */
#define server_test(name)                                                       \
	static void name(const char *endpoint);                                \
	Test(s3, name, .timeout = CHECK_SECONDS)                                \
	{                                                                       \
		MLV_SCOPED(mlv_mem_free) char *url = remote_server("MLV_TEST_S3", 0); \
		MLV_SCOPED(mlv_mem_free) char *endpoint = NULL;                 \
		if (!url)                                                       \
			cr_skip_test("no server");                              \
		endpoint = remote_url("endpointurl=", url);                     \
		make_bucket(endpoint);                                          \
		name(endpoint);                                                 \
	}                                                                       \
	static void name(const char *endpoint)

static struct mlv_transport *open_one(const char *url, struct remote_config config)
{
	struct mlv_transport *t = NULL;

	config.url = url;
	check_ok(remote_open(&t, &ctx, &config));
	return t;
}

static void make_bucket(const char *endpoint)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t =
		open_one("s3://" BUCKET, (struct remote_config){ .options = OPTIONS(endpoint) });
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	struct mlv_s3_request request = { .method = "PUT" };

	check_ok(mlv_s3_do(mlv_s3_of(t), &request, &reply));
	cr_assert(reply.status == 200 || reply.status == 409, "%d: %s", reply.status, reply.error.ptr);
}

server_test(keeps_the_contract)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(
		"s3://" BUCKET "/contract", (struct remote_config){ .options = OPTIONS(endpoint) });

	remote_contract(t);
	remote_round_trip(t, "five", (uint64_t)5 * 1024 * 1024 + 3);
}

server_test(seventy_mebibytes_go_in_parts)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(
		"s3://" BUCKET "/large", (struct remote_config){ .options = OPTIONS(endpoint) });

	remote_round_trip(t, "seventy", (uint64_t)70 * 1024 * 1024 + 1);
}

server_test(lists_go_over_pages)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(
		"s3://" BUCKET "/list/", (struct remote_config){ .options = OPTIONS(endpoint) });

	remote_lists(t, "nothing/", "");
	check_ok(mlv_transport_put_bytes(t, "a/1", "x", 1));
	check_ok(mlv_transport_put_bytes(t, "a/2+&%41<", "xx", 2));
	check_ok(mlv_transport_put_bytes(t, "b/1", "", 0));
	remote_lists(t, "", "a/1=1 a/2+&%41<=2 b/1=0 ");
	remote_lists(t, "a/", "a/1=1 a/2+&%41<=2 ");
	remote_lists(t, "a/2", "a/2+&%41<=2 ");
}

/* The failure of putting and getting with other options, in which no secret may stand. */
static mlv_err trying(const char *url, struct remote_config config, bool put)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(url, config);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	mlv_err err = put ? mlv_transport_put_bytes(t, "k", "x", 1)
			  : mlv_transport_get_all(t, "k", &got);

	cr_assert(err != NULL, "there was no failure");
	cr_assert(strstr(err->msg, "geheim") == NULL && strstr(err->msg, "Signature=") == NULL, "%s",
		  err->msg);
	cr_assert(strstr(err->msg, "://") != NULL, "%s", err->msg);
	return err;
}

server_test(a_wrong_secret_is_told_and_not_shown)
{
	struct remote_config config = {
		.options = { endpoint, "access_key_id=test:tester", "secret_access_key=geheim" }
	};
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	uint64_t size;
	bool there;
	mlv_err err = trying("s3://" BUCKET, config, true);

	cr_assert(err->code == MLV_E_REMOTE && strstr(err->msg, "secret key") != NULL, "%s", err->msg);
	err = trying("s3://" BUCKET, config, false);
	cr_assert(err->code == MLV_E_REMOTE && strstr(err->msg, "hint: ") != NULL, "%s", err->msg);
	t = open_one("s3://" BUCKET, config);
	check_fails(mlv_transport_head(t, "k", &there, &size), MLV_E_REMOTE);
}

server_test(a_missing_right_is_named)
{
	struct remote_config config = {
		.options = { endpoint, "access_key_id=test:reader", "secret_access_key=readonly" }
	};
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one("s3://" BUCKET, config);
	mlv_err err = trying("s3://" BUCKET, config, true);

	cr_assert(strstr(err->msg, "s3:PutObject") != NULL, "%s", err->msg);
	check_fails(mlv_transport_list(t, "", NULL, NULL), MLV_E_REFUSED);
}

server_test(a_missing_bucket_is_told)
{
	mlv_err err = trying("s3://no-such-bucket/p",
			     (struct remote_config){ .options = OPTIONS(endpoint) }, true);

	cr_assert(err->code == MLV_E_REMOTE && strstr(err->msg, "no such bucket") != NULL, "%s", err->msg);
	err = trying("s3://no-such-bucket/p", (struct remote_config){ .options = OPTIONS(endpoint) },
		     false);
	cr_assert(err->code == MLV_E_REMOTE && strstr(err->msg, "no such bucket") != NULL, "%s", err->msg);
}

server_test(a_wrong_region_and_a_wrong_clock_are_learned)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(
		"s3://" BUCKET "/learn",
		(struct remote_config){ .options = { endpoint, "access_key_id=test:tester",
						     "secret_access_key=testing", "region=eu-west-9" } });

	check_ok(mlv_transport_put_bytes(t, "k", "x", 1));
	cr_assert_str_eq(mlv_s3_of(t)->region, "us-east-1");
	mlv_s3_of(t)->skew = 7 * 3600;
	check_ok(mlv_transport_put_bytes(t, "k", "x", 1));
	cr_assert(labs(mlv_s3_of(t)->skew) < 60, "%ld", mlv_s3_of(t)->skew);
}

static mlv_err read_zeros(void *arg, void *to, size_t len, uint64_t offset)
{
	(void)arg;
	(void)offset;
	memset(to, 0, len);
	return NULL;
}

server_test(what_does_not_hash_to_its_name_is_refused_by_the_server)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(
		"s3://" BUCKET "/hash", (struct remote_config){ .options = OPTIONS(endpoint),
								.virtual_clock = "virtual" });
	struct mlv_oid wrong = { { 1 } };
	struct mlv_source source = { .read = read_zeros, .size = 100, .sha256 = &wrong };
	uint64_t size;
	bool there = true;

	check_fails(mlv_transport_put(t, "k", &source), MLV_E_REMOTE);
	check_ok(mlv_transport_head(t, "k", &there, &size));
	cr_assert(there == false);
}

static mlv_err read_or_fail(void *arg, void *to, size_t len, uint64_t offset)
{
	(void)arg;
	memset(to, 7, len);
	return offset + len > ((uint64_t)6 << 20) ? mlv_error(MLV_E_CORRUPT, "the source changed") : NULL;
}

server_test(an_upload_that_fails_is_taken_back)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(
		"s3://" BUCKET "/abort", (struct remote_config){ .options = OPTIONS(endpoint) });
	MLV_SCOPED(mlv_net_reply_release) struct mlv_net_reply reply = MLV_NET_REPLY_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf uploads = MLV_BUF_INIT;
	struct mlv_source source = { .read = read_or_fail, .size = (uint64_t)15 << 20 };
	struct mlv_s3_request request = { .method = "GET", .query = "prefix=abort&uploads=",
					  .body = &uploads };

	check_fails(mlv_s3_put_parts(mlv_s3_of(t), "k", &source, (uint64_t)5 << 20), MLV_E_CORRUPT);
	check_ok(mlv_s3_must(mlv_s3_of(t), &request, &reply));
	cr_assert(strstr(uploads.ptr, "<UploadId>") == NULL, "%s", uploads.ptr);
	remote_lists(t, "", "");
}

Test(s3, nobody_listening_ends_soon, .timeout = CHECK_SECONDS)
{
	struct remote_config config = { .options = OPTIONS("endpointurl=http://127.0.0.1:1") };
	mlv_err err = trying("s3://" BUCKET, config, true);

	cr_assert(err->code == MLV_E_REMOTE, "%s", err->msg);
}

static mlv_err opening(const char *url, struct remote_config config)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	mlv_err err;

	config.url = url;
	err = remote_open(&t, &ctx, &config);
	cr_assert(err != NULL, "%s was opened", url);
	cr_assert(strstr(err->msg, "geheim") == NULL, "%s", err->msg);
	return err;
}

Test(s3, credentials_stay_at_home)
{
	mlv_err err = opening("s3://bucket", (struct remote_config){
			.options = { "!endpointurl=https://evil.org", "access_key_id=a",
				     "secret_access_key=geheim" }, .untrusted = true });

	cr_assert(err->code == MLV_E_REFUSED && strstr(err->msg, "mlv remote trust") != NULL, "%s",
		  err->msg);
	err = opening("s3://bucket", (struct remote_config){
			.options = { "!access_key_id=a", "!secret_access_key=geheim" } });
	cr_assert(err->code == MLV_E_REFUSED && strstr(err->msg, "--local") != NULL, "%s", err->msg);
	err = opening("s3://bucket", (struct remote_config){
			.options = { "endpointurl=http://example.org", "access_key_id=a",
				     "secret_access_key=geheim", "session_token=geheim" } });
	cr_assert(err->code == MLV_E_REFUSED && strstr(err->msg, "clear") != NULL, "%s", err->msg);
}

Test(s3, names_that_cannot_be_are_refused)
{
	static const char *const urls[] = { "s3://", "s3://ab", "s3://a/b", "s3://-abc", "s3://a@b.org/x",
					    "s3://bucket?x", "s3://bucket/a b", "s3://bucket/#" };

	for (size_t i = 0; i < MLV_COUNT(urls); i++)
		cr_assert(opening(urls[i], (struct remote_config){ 0 })->code == MLV_E_USAGE, "%s",
			  urls[i]);
	cr_assert(opening("s3://bucket", (struct remote_config){
					.options = { "region=evil.org/" } })->code == MLV_E_USAGE);
}

/* Amazon's own S3 is sent both of all of an object; others what they are said to take. */
Test(s3, checksums_are_sent_where_they_are_offered)
{
	static const struct {
		const char *options[2];
		enum mlv_s3_sum whole, parts;
	} cases[] = {
		{ { NULL }, MLV_S3_SUM_SHA256, MLV_S3_SUM_CRC64 },
		{ { "checksum=auto" }, MLV_S3_SUM_SHA256, MLV_S3_SUM_CRC64 },
		{ { "checksum=none" }, MLV_S3_SUM_NONE, MLV_S3_SUM_NONE },
		{ { "endpointurl=https://example.org" }, MLV_S3_SUM_NONE, MLV_S3_SUM_NONE },
		{ { "endpointurl=https://example.org", "checksum=sha256" }, MLV_S3_SUM_SHA256,
		  MLV_S3_SUM_SHA256 },
		{ { "endpointurl=https://example.org", "checksum=crc64nvme" }, MLV_S3_SUM_CRC64,
		  MLV_S3_SUM_CRC64 },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
		struct remote_config config = { .url = "s3://bucket",
						.options = { "access_key_id=a", "secret_access_key=b",
							     cases[i].options[0],
							     cases[i].options[1] } };

		check_ok(remote_open(&t, &ctx, &config));
		cr_assert(mlv_s3_of(t)->whole_sum == cases[i].whole, "case %zu", i);
		cr_assert(mlv_s3_of(t)->parts_sum == cases[i].parts, "case %zu", i);
	}
}

Test(s3, parts_are_few_and_large)
{
	static const struct {
		uint64_t size, part;
	} cases[] = {
		{ (uint64_t)70 << 20, (uint64_t)16 << 20 },
		{ (uint64_t)9000 << 24, (uint64_t)17 << 20 },
		{ (uint64_t)5 << 40, (uint64_t)583 << 20 },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		cr_assert(mlv_s3_part_size(cases[i].size) == cases[i].part, "%llu",
			  (unsigned long long)mlv_s3_part_size(cases[i].size));
		cr_assert(cases[i].size / cases[i].part < 10000);
	}
}

Test(s3, an_error_is_known_by_its_code)
{
	static const struct mlv_net_ops ops = { .parse_xml = mlv_net_xml_parse };
	const struct mlv_s3 s3 = { .http = { .ops = &ops } };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf body = MLV_BUF_INIT;
	char code[MLV_S3_CODE];
	bool slower = false;

	check_ok(mlv_buf_add_str(&body, "\n  <?xml version=\"1.0\"?><Error><Code>SlowDown</Code>"
					"<Message>later</Message></Error>"));
	mlv_s3_code(&s3, &body, code);
	cr_assert_str_eq(code, "SlowDown");
	cr_assert(mlv_s3_code_passes(code, &slower) && slower);
	slower = false;
	cr_assert(mlv_s3_code_passes("InternalError", &slower) && slower == false);
	cr_assert(mlv_s3_code_passes("AccessDenied", &slower) == false);
	mlv_buf_clear(&body);
	check_ok(mlv_buf_add_str(&body, "<html><Code>SlowDown"));
	mlv_s3_code(&s3, &body, code);
	cr_assert_str_eq(code, "");
}
