#include "core/store/sha256.h"

#include <stdlib.h>

/*
 * The low-level calls are deprecated in favour of EVP, which needs an
 * allocation for each message and a millisecond of start-up for the same
 * assembly.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md5.h>
#include <openssl/sha.h>

#include "core/base/sys.h"
#include "core/store/md5.h"
#include "core/store/sha256/lanes.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

struct mlv_sha256 {
	SHA256_CTX state;
};

/* OpenSSL's calls return 0 only when an engine fails; the built-in code never does. */
static mlv_err refused(void)
{
	return mlv_error(MLV_E_SYSTEM, "SHA-256 is not available from OpenSSL");
}

mlv_err mlv_sha256_new(struct mlv_sha256 **out)
{
	struct mlv_sha256 *hasher = mlv_sys_alloc(sizeof(*hasher));

	if (!hasher)
		return mlv_error_nomem("a SHA-256 state");
	if (!SHA256_Init(&hasher->state)) {
		free(hasher);
		return refused();
	}
	*out = hasher;
	return NULL;
}

void mlv_sha256_freep(struct mlv_sha256 **hasher)
{
	free(MLV_TAKE(*hasher));
}

mlv_err mlv_sha256_update(struct mlv_sha256 *hasher, const void *bytes, size_t len)
{
	return SHA256_Update(&hasher->state, bytes, len) ? NULL : refused();
}

mlv_err mlv_sha256_sink(void *arg, const void *bytes, size_t len)
{
	return mlv_sha256_update(arg, bytes, len);
}

mlv_err mlv_sha256_final(struct mlv_sha256 *hasher, struct mlv_oid *oid)
{
	if (!SHA256_Final(oid->bytes, &hasher->state) || !SHA256_Init(&hasher->state))
		return refused();
	return NULL;
}

mlv_err mlv_sha256_of(const void *bytes, size_t len, struct mlv_oid *oid)
{
	SHA256_CTX state;

	if (!SHA256_Init(&state) || !SHA256_Update(&state, bytes, len) ||
	    !SHA256_Final(oid->bytes, &state))
		return refused();
	return NULL;
}

static mlv_err many_by_openssl(const struct mlv_message *messages, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		mlv_err err = mlv_sha256_of(messages[i].bytes, messages[i].len, messages[i].oid);

		if (err)
			return err;
	}
	return NULL;
}

bool mlv_sha256_way_runs(enum mlv_sha256_way way)
{
	switch (way) {
	case MLV_SHA256_AVX2:
		return mlv_sha256_avx2_runs();
	case MLV_SHA256_AVX512:
		return mlv_sha256_avx512_runs();
	default:
		return true;
	}
}

bool mlv_sha256_instructions(void)
{
#if defined(__x86_64__) || defined(__i386__)
	unsigned a, b, c, d;

	/* CPUID leaf 7: bit 29 of EBX is SHA. */
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
#elif defined(__aarch64__)
	return true; /* all but the oldest have them */
#else
	return false;
#endif
}

enum mlv_sha256_way mlv_sha256_fastest(void)
{
	if (mlv_sha256_avx512_runs())
		return MLV_SHA256_AVX512;
	/* One stream with SHA instructions beats 8 lanes. */
	if (mlv_sha256_avx2_runs() && !mlv_sha256_instructions())
		return MLV_SHA256_AVX2;
	return MLV_SHA256_OPENSSL;
}

static unsigned lanes_of(enum mlv_sha256_way way)
{
	return way == MLV_SHA256_AVX512 ? 16 : way == MLV_SHA256_AVX2 ? 8 : 1;
}

unsigned mlv_sha256_together(void)
{
	return lanes_of(mlv_sha256_fastest());
}

/*
 * What AUTO stands for when these are to be hashed. Lanes take the time of
 * the longest message in each of them. A full set of lanes is about 1.8 times
 * as fast as one stream with SHA instructions, and 6 or 3 times (16 or 8
 * lanes) as fast as one without.
 */
static enum mlv_sha256_way fastest_for(const struct mlv_message *messages, size_t count)
{
	enum mlv_sha256_way way = mlv_sha256_fastest();
	const double lanes = lanes_of(way);
	const double gain = mlv_sha256_instructions() ? 1.8 : lanes * 0.375;
	double total = 0, longest = 0, in_lanes;

	if (way == MLV_SHA256_OPENSSL)
		return way;
	for (size_t i = 0; i < count; i++) {
		double cost = (double)messages[i].len + 64;

		total += cost;
		longest = cost > longest ? cost : longest;
	}
	in_lanes = longest * lanes > total ? longest * lanes : total;
	return in_lanes < total * gain ? way : MLV_SHA256_OPENSSL;
}

const char *mlv_sha256_way_name(enum mlv_sha256_way way)
{
	switch (way == MLV_SHA256_AUTO ? mlv_sha256_fastest() : way) {
	case MLV_SHA256_AVX2:
		return "avx2";
	case MLV_SHA256_AVX512:
		return "avx512";
	default:
		return "openssl";
	}
}

mlv_err mlv_sha256_many_by(enum mlv_sha256_way way, const struct mlv_message *messages,
			   size_t count)
{
	if (way == MLV_SHA256_AUTO)
		way = fastest_for(messages, count);
	if (!mlv_sha256_way_runs(way))
		return mlv_error(MLV_E_REFUSED, "SHA-256 by %s does not run on this processor",
				 mlv_sha256_way_name(way));
	switch (way) {
	case MLV_SHA256_AVX2:
		mlv_sha256_avx2_many(messages, count);
		return NULL;
	case MLV_SHA256_AVX512:
		mlv_sha256_avx512_many(messages, count);
		return NULL;
	default:
		return many_by_openssl(messages, count);
	}
}

mlv_err mlv_sha256_many(const struct mlv_message *messages, size_t count)
{
	return mlv_sha256_many_by(MLV_SHA256_AUTO, messages, count);
}

/* ---- MD5 ---- */

struct mlv_md5 {
	MD5_CTX state;
};

static mlv_err md5_refused(void)
{
	return mlv_error(MLV_E_SYSTEM, "MD5 is not available from OpenSSL");
}

mlv_err mlv_md5_new(struct mlv_md5 **out)
{
	struct mlv_md5 *hasher = mlv_sys_alloc(sizeof(*hasher));

	if (!hasher)
		return mlv_error_nomem("an MD5 state");
	if (!MD5_Init(&hasher->state)) {
		free(hasher);
		return md5_refused();
	}
	*out = hasher;
	return NULL;
}

void mlv_md5_freep(struct mlv_md5 **hasher)
{
	free(MLV_TAKE(*hasher));
}

mlv_err mlv_md5_update(struct mlv_md5 *hasher, const void *bytes, size_t len)
{
	return MD5_Update(&hasher->state, bytes, len) ? NULL : md5_refused();
}

mlv_err mlv_md5_final(struct mlv_md5 *hasher, struct mlv_md5_name *name)
{
	if (!MD5_Final(name->bytes, &hasher->state) || !MD5_Init(&hasher->state))
		return md5_refused();
	return NULL;
}

char *mlv_md5_format(const struct mlv_md5_name *name, char hex[static MLV_MD5_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < MLV_MD5_RAW; i++) {
		hex[2 * i] = digits[name->bytes[i] >> 4];
		hex[2 * i + 1] = digits[name->bytes[i] & 15];
	}
	hex[MLV_MD5_HEX] = '\0';
	return hex;
}

bool mlv_md5_parse(const char *hex, size_t len, struct mlv_md5_name *name)
{
	struct mlv_md5_name made = { { 0 } };

	if (len != MLV_MD5_HEX)
		return false;
	for (size_t i = 0; i < len; i++) {
		const char c = hex[i];
		const bool digit = c >= '0' && c <= '9';

		if (!digit && !(c >= 'a' && c <= 'f'))
			return false;
		made.bytes[i / 2] = (unsigned char)(made.bytes[i / 2] << 4 |
						    (digit ? c - '0' : c - 'a' + 10));
	}
	*name = made;
	return true;
}
