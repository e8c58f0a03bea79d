/*
 * The contract of transports against any remote: MLV_TEST_ENDPOINT is its URL,
 * the last component of which begins with "mlv-test-"; MLV_TEST_OPTIONS
 * "option=value" with spaces between. See tests/remote/run --help.
 */
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "tests/unit/check.h"
#include "tests/unit/remote_check.h"

#define MIB ((uint64_t)1 << 20)

static struct mlv_ctx ctx;

/* NULL: no remote is given. */
static struct mlv_transport *open_endpoint(void)
{
	static char options[4096];
	const char *url = getenv("MLV_TEST_ENDPOINT"), *given = getenv("MLV_TEST_OPTIONS");
	struct remote_config config = { .url = url };
	struct mlv_transport *t = NULL;
	const char *last = url ? strrchr(url, '/') : NULL;
	size_t count = 0;

	if (!url)
		return NULL;
	cr_assert(last && strncmp(last, "/mlv-test-", 10) == 0, "%s: not .../mlv-test-...", url);
	snprintf(options, sizeof(options), "%s", given ? given : "");
	for (char *at = options; *at && count < REMOTE_OPTIONS; at += strspn(at, " ")) {
		config.options[count++] = at;
		at += strcspn(at, " ");
		if (*at)
			*at++ = '\0';
	}
	check_ok(remote_open(&t, &ctx, &config));
	return t;
}

static mlv_err note(void *arg, const char *key, uint64_t size)
{
	(void)size;
	return mlv_strs_add(arg, key);
}

Test(endpoint, keeps_the_contract, .timeout = 600)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_endpoint();

	if (!t)
		cr_skip_test("no endpoint");
	remote_contract(t);
	remote_round_trip(t, "five", 5 * MIB + 3);
	remote_round_trip(t, "seventy", 70 * MIB + 1);
}

/* All that is listed there is removed. */
Test(endpoint, is_emptied, .timeout = 600)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_endpoint();
	MLV_SCOPED(mlv_strs_release) struct mlv_strs keys = { 0 };
	mlv_err err;

	if (!t)
		cr_skip_test("no endpoint");
	err = mlv_transport_list(t, "", note, &keys);
	if (err && err->code == MLV_E_REFUSED)
		cr_skip_test("it cannot list");
	check_ok(err);
	for (size_t i = 0; i < keys.count; i++)
		check_ok(mlv_transport_remove(t, keys.at[i]));
}
