/* Uploads in parts, against tests/servers/multipart.py; CRC-64. MLV_TEST_FAULTY is what faulty.py prints. */
#include "core/base/sys.h"
#include "remote/crc64.h"
#include "remote/retry.h"
#include "remote/s3.h"
#include "tests/unit/check.h"
#include "tests/unit/remote_check.h"

#define SIZE 250000
#define PART 100000
#define KEY "large/ab/cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

static struct mlv_ctx ctx;

/* Not mlv_test(): libcurl keeps some descriptors and memory of its own. */
#define server_test(name)                                                       \
	static void name(const char *server);                                  \
	Test(uploads, name, .timeout = CHECK_SECONDS)                           \
	{                                                                       \
		MLV_SCOPED(mlv_mem_free) char *server = remote_server("MLV_TEST_FAULTY", 0); \
		if (!server)                                                    \
			cr_skip_test("no server");                              \
		mlv_retry_reset();                                              \
		name(server);                                                   \
	}                                                                       \
	static void name(const char *server)

static struct mlv_transport *open_bucket(const char *server, const char *bucket, const char *checksum)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/multi");
	MLV_SCOPED(mlv_mem_free) char *endpoint = remote_url("endpointurl=", url);
	MLV_SCOPED(mlv_mem_free) char *place = remote_url("s3://", bucket);
	MLV_SCOPED(mlv_mem_free) char *sum = remote_url("checksum=", checksum);
	struct remote_config config = { .url = place, .virtual_clock = "virtual",
					.options = { endpoint, sum, "jobs=1", "access_key_id=a",
						     "secret_access_key=b" } };
	struct mlv_transport *t = NULL;

	check_ok(remote_open(&t, &ctx, &config));
	return t;
}

/* Zeros, until the byte that cannot be read. */
static mlv_err read_until(void *arg, void *to, size_t len, uint64_t offset)
{
	const uint64_t *bad = arg;

	memset(to, 0, len);
	return offset + len > *bad ? mlv_error(MLV_E_INTERRUPTED, "interrupted") : NULL;
}

static mlv_err put_until(const char *server, const char *bucket, const char *checksum, uint64_t bad)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_bucket(server, bucket, checksum);
	struct mlv_source source = { .read = read_until, .arg = &bad, .size = SIZE };

	return mlv_s3_put_parts(mlv_s3_of(t), KEY, &source, PART);
}

static void put(const char *server, const char *bucket, const char *checksum)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_bucket(server, bucket, checksum);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;

	check_ok(put_until(server, bucket, checksum, SIZE));
	check_ok(mlv_transport_get_all(t, KEY, &got));
	cr_assert(got.len == SIZE);
	for (size_t i = 0; i < got.len; i++)
		cr_assert(got.ptr[i] == 0);
}

/* What the store counted. */
static void did(const char *server, const char *bucket, const char *expected)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_bucket(server, bucket, "none");
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;

	check_ok(mlv_transport_get_all(t, "stats", &got));
	cr_assert_str_eq(got.ptr, expected);
}

/* Interrupted before its last part, then gone on with. */
static void interrupted(const char *server, const char *bucket, const char *checksum)
{
	check_fails(put_until(server, bucket, checksum, SIZE - 1), MLV_E_INTERRUPTED);
	put(server, bucket, checksum);
}

server_test(what_was_sent_is_not_sent_again)
{
	interrupted(server, "plain-go-on", "none");
	did(server, "plain-go-on", "begin=1 complete=1 part=3");
}

server_test(what_was_sent_is_known_by_its_sha256)
{
	interrupted(server, "random-sha256", "sha256");
	did(server, "random-sha256", "begin=1 complete=1 part=3");
}

server_test(what_was_sent_is_known_by_its_crc)
{
	interrupted(server, "random-crc", "crc64nvme");
	did(server, "random-crc", "begin=1 complete=1 part=3");
}

server_test(parts_that_are_not_known_are_sent_again)
{
	interrupted(server, "random-etags", "none");
	did(server, "random-etags", "begin=1 complete=1 part=5");
}

server_test(an_upload_with_other_sums_is_left_alone)
{
	check_fails(put_until(server, "plain-other-sums", "sha256", SIZE - 1), MLV_E_INTERRUPTED);
	put(server, "plain-other-sums", "crc64nvme");
	did(server, "plain-other-sums", "begin=2 complete=1 part=5");
}

server_test(a_part_with_other_bytes_is_sent_again)
{
	put(server, "wrong-part", "none");
	did(server, "wrong-part", "complete=1 part=3");
}

server_test(an_old_upload_is_dropped)
{
	put(server, "old-upload", "none");
	did(server, "old-upload", "abort=1 begin=1 complete=1 part=3");
}

server_test(an_upload_that_the_store_forgot_begins_anew)
{
	put(server, "gone-once", "none");
	did(server, "gone-once", "abort=1 begin=2 complete=1 part=5");
}

server_test(an_old_object_of_the_same_size_is_not_taken_for_the_new_one)
{
	put(server, "stale-object", "none");
	did(server, "stale-object", "abort=1 begin=2 complete=1 part=6");
}

server_test(a_store_without_checksums_gets_none)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t =
		open_bucket(server, "nosums-whole", "sha256");

	check_ok(mlv_transport_put_bytes(t, "k", "hello", 5));
	put(server, "nosums-parts", "crc64nvme");
	did(server, "nosums-parts", "begin=1 complete=1 part=3");
}

server_test(sums_of_whole_objects_are_right)
{
	static const char *const sums[] = { "sha256", "crc64nvme" };

	for (size_t i = 0; i < MLV_COUNT(sums); i++) {
		MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t =
			open_bucket(server, "plain-whole", sums[i]);

		check_ok(mlv_transport_put_bytes(t, "k", "hello", 5));
	}
}

/* ---- what must not be there yet ---- */

static void put_text(const char *server, const char *bucket, const char *text, bool fresh)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_bucket(server, bucket, "none");
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;

	check_ok(fresh ? mlv_transport_put_fresh(t, "k", text, strlen(text))
		       : mlv_transport_put_bytes(t, "k", text, strlen(text)));
	check_ok(mlv_transport_get_all(t, "k", &got));
	cr_assert_str_eq(got.ptr, text);
}

server_test(what_somebody_stored_meanwhile_stays_if_it_is_the_same)
{
	put_text(server, "plain-fresh", "hello", false);
	put_text(server, "plain-fresh", "hello", true);
	did(server, "plain-fresh", "met=1 put=1");
}

server_test(what_somebody_stored_meanwhile_is_replaced_if_it_is_another)
{
	put_text(server, "plain-other", "hallo", false);
	put_text(server, "plain-other", "hello", true);
	put_text(server, "plain-other", "hello, world", true);
	did(server, "plain-other", "met=2 put=3");
}

server_test(a_store_that_takes_no_condition_gets_none_any_more)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t =
		open_bucket(server, "nofresh-whole", "none");

	check_ok(mlv_transport_put_fresh(t, "k", "hello", 5));
	check_ok(mlv_transport_put_fresh(t, "l", "hello", 5));
	did(server, "nofresh-whole", "put=2 refused=1");
}

server_test(a_store_that_says_of_nothing_that_it_is_there_is_not_believed)
{
	put_text(server, "says412-whole", "hello", true);
	did(server, "says412-whole", "met=1 put=1");
}

/* Zeros in parts, of a key that was not there. */
static void put_fresh_parts(const char *server, const char *bucket)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_bucket(server, bucket, "none");
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	uint64_t bad = SIZE;
	struct mlv_source source = { .read = read_until, .arg = &bad, .size = SIZE, .fresh = true };

	check_ok(mlv_s3_put_parts(mlv_s3_of(t), KEY, &source, PART));
	check_ok(mlv_transport_get_all(t, KEY, &got));
	cr_assert(got.len == SIZE);
	for (size_t i = 0; i < got.len; i++)
		cr_assert(got.ptr[i] == 0);
}

server_test(an_upload_whose_object_is_there_by_now_is_dropped)
{
	put(server, "plain-met", "none");
	put_fresh_parts(server, "plain-met");
	did(server, "plain-met", "abort=1 begin=2 complete=1 met=1 part=6");
}

server_test(an_upload_in_whose_place_another_object_is_replaces_it)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t =
		open_bucket(server, "plain-beside", "none");

	check_ok(mlv_transport_put_bytes(t, KEY, "other", 5));
	put_fresh_parts(server, "plain-beside");
	did(server, "plain-beside", "abort=1 begin=2 complete=1 met=1 part=6 put=1");
}

server_test(an_upload_to_a_store_that_takes_no_condition_ends_without)
{
	put_fresh_parts(server, "nofresh-parts");
	did(server, "nofresh-parts", "begin=1 complete=1 part=3 refused=1");
}

server_test(an_upload_that_ran_into_another_begins_anew)
{
	put_fresh_parts(server, "conflict-parts");
	did(server, "conflict-parts", "abort=1 begin=2 complete=1 part=6");
}

/* A web server without MOVE, that heeds the condition or does not take it. */
server_test(a_web_server_is_asked_not_to_replace)
{
	static const struct {
		const char *path, *counted;
	} cases[] = { { "/fresh", "2" }, { "/stale", "1" } };

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, cases[i].path);
		MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
		MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT, stats = MLV_BUF_INIT;
		struct remote_config config = { .url = url };

		check_ok(remote_open(&t, &ctx, &config));
		check_ok(mlv_transport_put_fresh(t, "k", "hello", 5));
		check_ok(mlv_transport_put_fresh(t, "k", "hello", 5));
		check_ok(mlv_transport_put_fresh(t, "k", "hallo", 5));
		check_ok(mlv_transport_get_all(t, "k", &got));
		cr_assert_str_eq(got.ptr, "hallo");
		check_ok(mlv_transport_get_all(t, "stats", &stats));
		cr_assert_str_eq(stats.ptr, cases[i].counted);
	}
}

server_test(a_completion_that_fails_with_200_is_repeated_after_a_wait)
{
	put(server, "slow-end", "none");
	did(server, "slow-end", "begin=1 complete=1 part=3");
	cr_assert(mlv_retry_budget() < MLV_RETRY_BUDGET);
}

Test(uploads, a_checksum_that_is_not_known_is_refused)
{
	struct remote_config config = { .url = "s3://bucket", .options = { "checksum=md4" } };
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;

	check_fails(remote_open(&t, &ctx, &config), MLV_E_USAGE);
}

/* The check value of CRC-64/NVME: NVM Express, NVM Command Set Specification, 5.2.1.3.4. */
mlv_test(crc64, of_parts_is_that_of_the_whole)
{
	static const char digits[] = "123456789";
	char zeros[1000] = { 0 };

	cr_assert(mlv_crc64(0, digits, 9) == 0xae8b14860a799888u);
	for (size_t at = 0; at <= 9; at++)
		cr_assert(mlv_crc64_join(mlv_crc64(0, digits, at), mlv_crc64(0, digits + at, 9 - at),
					 9 - at) == 0xae8b14860a799888u);
	cr_assert(mlv_crc64_join(mlv_crc64(0, zeros, 1000), mlv_crc64(0, zeros, 999), 999) ==
		  mlv_crc64(mlv_crc64(0, zeros, 1000), zeros, 999));
}
