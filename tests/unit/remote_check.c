#include "tests/unit/remote_check.h"

#include <libgen.h>
#include <limits.h>

#include "core/base/strs.h"
#include "tests/unit/check.h"

static const char *virtual_clock; /* of the context made last */

static const char *from_environment(struct mlv_ctx *ctx, const char *name)
{
	(void)ctx;
	if (strcmp(name, "MLV_TEST_CLOCK") == 0)
		return virtual_clock;
	return getenv(name);
}

void remote_context(struct mlv_ctx *ctx, const struct remote_config *config)
{
	static char dir[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", dir, sizeof(dir) - 1);

	cr_assert(len > 0);
	dir[len] = '\0';
	virtual_clock = config->virtual_clock;
	mlv_ctx_init_quiet(ctx);
	ctx->env = from_environment;
	ctx->module_dirs[0] = dirname(dir);
	ctx->jobs = 2;
}

static const char *setting(void *arg, const char *option, bool *from_repo)
{
	const struct remote_config *config = arg;
	size_t len = strlen(option);

	for (size_t i = 0; i < REMOTE_OPTIONS && config->options[i]; i++) {
		const char *text = config->options[i];
		bool repo = *text == '!';

		text += repo;
		if (strncmp(text, option, len) == 0 && text[len] == '=') {
			*from_repo = repo;
			return text + len + 1;
		}
	}
	return NULL;
}

mlv_err remote_open(struct mlv_transport **t, struct mlv_ctx *ctx,
		    const struct remote_config *config)
{
	struct remote_config *same = NULL;
	struct mlv_remote_settings settings = {
		.name = "origin", .url = config->url, .setting = setting,
		.trusted = !config->untrusted,
	};

	memcpy(&same, &config, sizeof(same));
	settings.arg = same;
	remote_context(ctx, config);
	return mlv_transport_open(t, ctx, &settings);
}

char *remote_server(const char *variable, unsigned nth)
{
	const char *text = getenv(variable);

	if (!text)
		return NULL;
	for (; nth > 0; nth--) {
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	return *text ? strndup(text, strcspn(text, " \n")) : NULL;
}

char *remote_url(const char *server, const char *path)
{
	char *url = malloc(strlen(server) + strlen(path) + 1);

	strcpy(url, server);
	strcat(url, path);
	return url;
}

/* ---- the contract ---- */

static void holds(struct mlv_transport *t, const char *key, const char *value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	uint64_t size = 0;
	bool there = false;

	check_ok(mlv_transport_get_all(t, key, &got));
	cr_assert_str_eq(got.ptr, value);
	check_ok(mlv_transport_head(t, key, &there, &size));
	cr_assert(there && size == strlen(value), "%s: %d, %d bytes", key, there, (int)size);
}

static mlv_err add_bytes(void *arg, const void *bytes, size_t len)
{
	return mlv_buf_add(arg, bytes, len);
}

static void has_exact_ranges(struct mlv_transport *t)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	struct mlv_sink sink = { .write = add_bytes, .arg = &got };

	check_ok(mlv_transport_put_bytes(t, "ranges/k", "0123456789", 10));
	check_ok(mlv_transport_get(t, "ranges/k", 3, 4, &sink));
	cr_assert_str_eq(got.ptr, "3456");
	check_ok(mlv_transport_get(t, "ranges/k", 8, UINT64_MAX, &sink));
	cr_assert_str_eq(got.ptr, "345689");
	check_ok(mlv_transport_get(t, "ranges/k", 10, UINT64_MAX, &sink));
	check_fails(mlv_transport_get(t, "ranges/k", 8, 3, &sink), MLV_E_CORRUPT);
	check_fails(mlv_transport_get(t, "ranges/k", 11, UINT64_MAX, &sink), MLV_E_CORRUPT);
}

void remote_contract(struct mlv_transport *t)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	/* Every byte that a key may hold. */
	static const char odd[] = "odd/!\"$&'()*+,;<=>@[]^`{|}~:%41#?x";
	uint64_t size = 7;
	bool there = true;

	check_ok(mlv_transport_head(t, "a/b", &there, &size));
	cr_assert(there == false && size == 7);
	check_fails(mlv_transport_get_all(t, "a/b", &got), MLV_E_MISSING);
	check_ok(mlv_transport_put_bytes(t, "objects/ab/cd", "hello", 5));
	check_ok(mlv_transport_put_bytes(t, "empty", "", 0));
	check_ok(mlv_transport_put_bytes(t, "one", "x", 1));
	holds(t, "objects/ab/cd", "hello");
	holds(t, "empty", "");
	holds(t, "one", "x");
	check_ok(mlv_transport_put_bytes(t, "one", "yy", 2));
	holds(t, "one", "yy");
	check_ok(mlv_transport_put_bytes(t, odd, "odd", 3));
	holds(t, odd, "odd");
	has_exact_ranges(t);
	check_ok(mlv_transport_remove(t, "one"));
	check_ok(mlv_transport_remove(t, "one"));
	check_fails(mlv_transport_get_all(t, "one", &got), MLV_E_MISSING);
}

/* ---- large values: byte i is a function of i ---- */

static unsigned char byte_at(uint64_t i)
{
	return (unsigned char)(i * 7 + (i >> 13) + (i >> 21));
}

static mlv_err read_value(void *arg, void *to, size_t len, uint64_t offset)
{
	unsigned char *out = to;

	(void)arg;
	for (size_t i = 0; i < len; i++)
		out[i] = byte_at(offset + i);
	return NULL;
}

static mlv_err check_value(void *arg, const void *bytes, size_t len)
{
	const unsigned char *in = bytes;
	uint64_t *at = arg;

	for (size_t i = 0; i < len; i++)
		if (in[i] != byte_at(*at + i))
			return mlv_error(MLV_E_CORRUPT, "byte %llu", (unsigned long long)(*at + i));
	*at += len;
	return NULL;
}

void remote_round_trip(struct mlv_transport *t, const char *key, uint64_t size)
{
	struct mlv_source source = { .read = read_value, .size = size };
	uint64_t at = 0, middle = size / 2 + 3;
	struct mlv_sink sink = { .write = check_value, .arg = &at };

	check_ok(mlv_transport_put(t, key, &source));
	check_ok(mlv_transport_get(t, key, 0, UINT64_MAX, &sink));
	cr_assert(at == size);
	at = middle;
	check_ok(mlv_transport_get(t, key, middle, 100000, &sink));
	cr_assert(at == middle + 100000);
}

static mlv_err collect(void *arg, const char *key, uint64_t size)
{
	char line[1024];

	snprintf(line, sizeof(line), "%s=%u", key, (unsigned)size);
	return mlv_strs_add(arg, line);
}

void remote_lists(struct mlv_transport *t, const char *prefix, const char *expected)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs found = { 0 };
	char joined[8192] = "";

	check_ok(mlv_transport_list(t, prefix, collect, &found));
	mlv_strs_sort_unique(&found);
	for (size_t i = 0; i < found.count && strlen(joined) < 7000; i++) {
		strcat(joined, found.at[i]);
		strcat(joined, " ");
	}
	cr_assert_str_eq(joined, expected);
}
