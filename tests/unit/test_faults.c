/* Transports against a server that goes wrong: MLV_TEST_FAULTY is what tests/servers/faulty.py prints. */
#include <time.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "remote/retry.h"
#include "remote/s3.h"
#include "tests/unit/check.h"
#include "tests/unit/remote_check.h"

#define SIZE ((uint64_t)3 << 20)

static struct mlv_ctx ctx;

/* Not mlv_test(): libcurl keeps some descriptors and memory of its own. */
#define server_test(name)                                                       \
	static void name(const char *server);                                  \
	Test(faults, name, .timeout = CHECK_SECONDS)                            \
	{                                                                       \
		MLV_SCOPED(mlv_mem_free) char *server = remote_server("MLV_TEST_FAULTY", 0); \
		if (!server)                                                    \
			cr_skip_test("no server");                              \
		mlv_retry_reset();                                              \
		name(server);                                                   \
	}                                                                       \
	static void name(const char *server)

struct taking {
	uint64_t at;
	unsigned resumed;
};

static mlv_err take(void *arg, const void *bytes, size_t len)
{
	const unsigned char *in = bytes;
	struct taking *taking = arg;

	for (size_t i = 0; i < len; i++, taking->at++)
		if (in[i] != (unsigned char)(taking->at * 7 + (taking->at >> 13) + (taking->at >> 21)))
			return mlv_error(MLV_E_CORRUPT, "byte %llu", (unsigned long long)taking->at);
	return NULL;
}

/* Go on at the last megabyte that is whole, as who checks leaves does. */
static mlv_err resume(void *arg, uint64_t *offset)
{
	struct taking *taking = arg;

	taking->at = taking->at >> 19 << 19;
	taking->resumed++;
	*offset = taking->at;
	return NULL;
}

static mlv_err getting(const char *server, const char *path, struct taking *taking, bool resumes)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, path);
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	struct remote_config config = { .url = url, .options = { "read_timeout=1" },
					.virtual_clock = "virtual" };
	struct mlv_sink sink = { .write = take, .resume = resumes ? resume : NULL, .arg = taking };

	check_ok(remote_open(&t, &ctx, &config));
	return mlv_transport_get(t, "value", 0, UINT64_MAX, &sink);
}

server_test(a_broken_transfer_goes_on_where_it_broke)
{
	struct taking taking = { 0 };

	check_ok(getting(server, "/break", &taking, true));
	cr_assert(taking.at == SIZE && taking.resumed >= 4, "%u", taking.resumed);
}

/* As what git-lfs #6056 tells of: a part that is kept must not make a download fail for ever. */
server_test(where_ranges_are_refused_all_is_asked_for_again)
{
	struct taking taking = { 0 };

	check_ok(getting(server, "/refused", &taking, true));
	cr_assert(taking.at == SIZE && taking.resumed == 1, "%u", taking.resumed);
}

/* Two versions are never mixed: the value is that of one. */
server_test(what_changes_while_it_comes_is_fetched_anew)
{
	static const char *const ways[] = { "/changed", "/weak" };

	for (size_t i = 0; i < MLV_COUNT(ways); i++) {
		MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, ways[i]);
		MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
		MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
		struct remote_config config = { .url = url, .virtual_clock = "virtual" };
		struct taking taking = { 0 };

		check_ok(remote_open(&t, &ctx, &config));
		check_ok(mlv_transport_get_all(t, "value", &got));
		cr_assert(got.len == SIZE, "%d", (int)got.len);
		check_ok(take(&taking, got.ptr, got.len));
	}
}

server_test(a_sink_that_cannot_go_on_gets_an_error)
{
	struct taking taking = { 0 };

	check_fails(getting(server, "/break", &taking, false), MLV_E_REMOTE);
}

server_test(a_server_that_ignores_ranges_is_skipped_through)
{
	struct taking taking = { 0 };

	check_ok(getting(server, "/whole", &taking, true));
	cr_assert(taking.at == SIZE && taking.resumed == 1);
}

server_test(another_range_is_not_taken)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/other");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	struct taking taking = { .at = 50 };
	struct mlv_sink sink = { .write = take, .arg = &taking };

	check_ok(remote_open(&t, &ctx, &(struct remote_config){ .url = url }));
	check_fails(mlv_transport_get(t, "value", 50, 100, &sink), MLV_E_REMOTE);
	cr_assert(taking.at == 50);
}

server_test(connections_that_are_closed_are_tried_again)
{
	struct taking taking = { 0 };

	check_ok(getting(server, "/reset", &taking, false));
	cr_assert(taking.at == SIZE);
}

server_test(a_busy_server_is_waited_for)
{
	struct taking taking = { 0 };

	check_ok(getting(server, "/busy", &taking, false));
	cr_assert(taking.at == SIZE);
	cr_assert(mlv_retry_virtual_ms() >= 3000);
}

static mlv_err get_one(void *arg, size_t index, unsigned worker)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	char key[24];

	(void)worker;
	snprintf(key, sizeof(key), "key%zu", index);
	return mlv_transport_get_all(arg, key, &got);
}

static int most_at_once(struct mlv_transport *t)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;

	check_ok(mlv_transport_get_all(t, "most", &got));
	return atoi(got.ptr);
}

/* After three failures half as many requests are under way, and all of them again when it goes well. */
server_test(a_busy_server_is_asked_by_fewer_at_a_time)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/crowd");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	struct remote_config config = { .url = url, .options = { "jobs=8" },
					.virtual_clock = "virtual" };
	int most;

	check_ok(remote_open(&t, &ctx, &config));
	check_ok(mlv_transport_get_all(t, "busy", &got));
	check_ok(mlv_pool_run(&ctx, 8, 8, get_one, t));
	most = most_at_once(t);
	cr_assert(most >= 3 && most <= 5, "%d", most);
	check_ok(mlv_pool_run(&ctx, 8, 64, get_one, t));
	most = most_at_once(t);
	cr_assert(most == 8, "%d", most);
}

server_test(headers_without_end_are_refused)
{
	struct taking taking = { 0 };
	mlv_err err = getting(server, "/flood", &taking, false);

	cr_assert(err != NULL && err->code == MLV_E_REMOTE && strstr(err->msg, "64 KiB") != NULL);
}

server_test(a_server_that_stalls_is_left)
{
	struct taking taking = { 0 };
	time_t start = time(NULL);

	check_ok(getting(server, "/stall", &taking, false));
	cr_assert(taking.at == SIZE);
	cr_assert(time(NULL) - start < 20);
}

server_test(an_object_that_is_too_short_is_told)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/fewer");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	struct taking taking = { 0 };
	struct mlv_sink sink = { .write = take, .arg = &taking };

	check_ok(remote_open(&t, &ctx, &(struct remote_config){ .url = url }));
	check_fails(mlv_transport_get(t, "value", 0, SIZE, &sink), MLV_E_CORRUPT);
	check_fails(mlv_transport_get(t, "value", SIZE - 50, 10, &sink), MLV_E_CORRUPT);
}

server_test(an_upload_that_was_cut_is_sent_again)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, "/cut");
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	struct remote_config config = { .url = url, .virtual_clock = "virtual" };

	check_ok(remote_open(&t, &ctx, &config));
	remote_round_trip(t, "value", (uint64_t)4 << 20);
}

static struct mlv_transport *open_store(const char *server, const char *path)
{
	MLV_SCOPED(mlv_mem_free) char *url = remote_url(server, path);
	MLV_SCOPED(mlv_mem_free) char *endpoint = remote_url("endpointurl=", url);
	struct remote_config config = { .url = "s3://bucket", .virtual_clock = "virtual",
					.options = { endpoint, "access_key_id=a",
						     "secret_access_key=b" } };
	struct mlv_transport *t = NULL;

	check_ok(remote_open(&t, &ctx, &config));
	return t;
}

static mlv_err read_zeros(void *arg, void *to, size_t len, uint64_t offset)
{
	(void)arg;
	(void)offset;
	memset(to, 0, len);
	return NULL;
}

server_test(an_upload_whose_last_answer_was_lost_is_found_complete)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_store(server, "/s3");
	struct mlv_source source = { .read = read_zeros, .size = 250000 };

	check_ok(mlv_s3_put_parts(mlv_s3_of(t), "k", &source, 100000));
}

server_test(an_upload_that_is_gone_is_no_success)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_store(server, "/lost");
	struct mlv_source source = { .read = read_zeros, .size = 250000 };

	cr_assert(mlv_s3_put_parts(mlv_s3_of(t), "k", &source, 100000) != NULL);
}

server_test(a_list_goes_over_pages)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_store(server, "/s3");

	remote_lists(t, "", "a=0 b+c=1 c=0 d%e=1 e=0 ");
}

/* No name has so long a part, so that none of these is asked for anywhere. */
#define NOBODY "nobody-nobody-nobody-nobody-nobody-nobody-nobody-nobody-nobody-nobody.test"

/* The resolver asks several times itself: one repetition is enough. */
server_test(a_host_without_address_is_asked_for_twice)
{
	static const char *const urls[] = { "http://" NOBODY "/x", "sftp://ada@" NOBODY "/x" };

	(void)server;
	for (size_t i = 0; i < MLV_COUNT(urls); i++) {
		MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
		struct remote_config config = { .url = urls[i], .virtual_clock = "virtual" };
		bool there = false;
		uint64_t size = 0;

		mlv_retry_reset();
		check_ok(remote_open(&t, &ctx, &config));
		check_fails(mlv_transport_head(t, "k", &there, &size), MLV_E_REMOTE);
		cr_assert(mlv_retry_budget() == MLV_RETRY_BUDGET - 5, "%d is left", mlv_retry_budget());
	}
}
