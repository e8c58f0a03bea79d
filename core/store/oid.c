#include "core/store/oid.h"

#include <stdio.h>
#include <string.h>

static const char *const kind_names[] = {
	[MLV_KIND_OBJECT] = "object",
	[MLV_KIND_LARGE] = "large",
	[MLV_KIND_LEAVES] = "leaves",
	[MLV_KIND_NODE] = "node",
};

char *mlv_oid_format(const struct mlv_oid *oid, char hex[static MLV_OID_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < MLV_OID_RAW; i++) {
		hex[2 * i] = digits[oid->bytes[i] >> 4];
		hex[2 * i + 1] = digits[oid->bytes[i] & 15];
	}
	hex[MLV_OID_HEX] = '\0';
	return hex;
}

/* The value of a lower-case hex digit, or -1. */
static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool mlv_oid_parse(const char *hex, size_t len, struct mlv_oid *oid)
{
	struct mlv_oid parsed;

	if (len != MLV_OID_HEX)
		return false;
	for (size_t i = 0; i < MLV_OID_RAW; i++) {
		int high = digit_value(hex[2 * i]), low = digit_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		parsed.bytes[i] = (unsigned char)(high << 4 | low);
	}
	*oid = parsed;
	return true;
}

int mlv_oid_compare(const struct mlv_oid *a, const struct mlv_oid *b)
{
	return memcmp(a->bytes, b->bytes, MLV_OID_RAW);
}

bool mlv_oid_equal(const struct mlv_oid *a, const struct mlv_oid *b)
{
	return mlv_oid_compare(a, b) == 0;
}

int mlv_key_compare(const struct mlv_key *a, const struct mlv_key *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return mlv_oid_compare(&a->oid, &b->oid);
}

const char *mlv_kind_name(enum mlv_kind kind)
{
	return kind_names[kind];
}

enum mlv_kind mlv_kind_of_size(uint64_t size)
{
	return size <= MLV_SMALL_MAX ? MLV_KIND_OBJECT : MLV_KIND_LARGE;
}

static const char *const dirs[] = {
	[MLV_KIND_OBJECT] = "objects",
	[MLV_KIND_LARGE] = "large",
	[MLV_KIND_LEAVES] = "large",
	[MLV_KIND_NODE] = "nodes",
};
static const char leaves_suffix[] = ".leaves";

char *mlv_key_path(const struct mlv_key *key, char path[static MLV_KEY_PATH])
{
	char hex[MLV_OID_HEX + 1];

	mlv_oid_format(&key->oid, hex);
	snprintf(path, MLV_KEY_PATH, "%s/%.2s/%s%s", dirs[key->kind], hex, hex + 2,
		 key->kind == MLV_KIND_LEAVES ? leaves_suffix : "");
	return path;
}

/* "/ab/cd..." and the suffix, as an id. */
static bool parse_rest(const char *rest, const char *suffix, struct mlv_oid *oid)
{
	const size_t len = strlen(rest), digits = MLV_OID_HEX - 2;
	char hex[MLV_OID_HEX];

	if (len != 4 + digits + strlen(suffix) || rest[0] != '/' || rest[3] != '/' ||
	    strcmp(rest + 4 + digits, suffix) != 0)
		return false;
	memcpy(hex, rest + 1, 2);
	memcpy(hex + 2, rest + 4, digits);
	return mlv_oid_parse(hex, sizeof(hex), oid);
}

bool mlv_key_parse_path(const char *path, struct mlv_key *key)
{
	for (unsigned kind = 0; kind < sizeof(dirs) / sizeof(*dirs); kind++) {
		const size_t len = strlen(dirs[kind]);

		if (strncmp(path, dirs[kind], len) == 0 &&
		    parse_rest(path + len, kind == MLV_KIND_LEAVES ? leaves_suffix : "",
			       &key->oid)) {
			key->kind = (enum mlv_kind)kind;
			return true;
		}
	}
	return false;
}
