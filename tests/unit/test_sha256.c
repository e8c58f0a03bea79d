#include "tests/unit/check.h"

#include "core/base/sys.h"
#include "core/store/sha256.h"

/* Messages and digests of FIPS 180-4's examples (NIST, "SHA256.pdf") and of the empty message. */
static const struct {
	const char *text, *digest;
} vectors[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
	  "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
};
/* A million times "a", of the same source. */
#define MILLION_A "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static const enum mlv_sha256_way ways[] = { MLV_SHA256_AUTO, MLV_SHA256_OPENSSL, MLV_SHA256_AVX2,
					    MLV_SHA256_AVX512 };

mlv_test(sha256, nist_vectors_by_every_way)
{
	MLV_SCOPED(mlv_mem_free) char *a = malloc(1000000);
	struct mlv_message messages[MLV_COUNT(vectors) + 1];
	struct mlv_oid got[MLV_COUNT(messages)];
	char hex[MLV_OID_HEX + 1];

	memset(a, 'a', 1000000);
	for (size_t i = 0; i < MLV_COUNT(vectors); i++)
		messages[i] = (struct mlv_message){ vectors[i].text, strlen(vectors[i].text),
						    &got[i] };
	messages[MLV_COUNT(vectors)] =
		(struct mlv_message){ a, 1000000, &got[MLV_COUNT(vectors)] };
	for (size_t w = 0; w < MLV_COUNT(ways); w++) {
		if (!mlv_sha256_way_runs(ways[w]))
			continue;
		memset(got, 0, sizeof(got));
		check_ok(mlv_sha256_many_by(ways[w], messages, MLV_COUNT(messages)));
		for (size_t i = 0; i < MLV_COUNT(vectors); i++)
			cr_assert(eq(str, mlv_oid_format(&got[i], hex), vectors[i].digest), "%s",
				  mlv_sha256_way_name(ways[w]));
		cr_assert(eq(str, mlv_oid_format(&got[MLV_COUNT(vectors)], hex), MILLION_A));
	}
}

mlv_test(sha256, a_stream_in_pieces_is_the_message)
{
	MLV_SCOPED(mlv_sha256_freep) struct mlv_sha256 *hasher = NULL;
	const char *text = vectors[3].text;
	char hex[MLV_OID_HEX + 1];
	struct mlv_oid oid;

	check_ok(mlv_sha256_new(&hasher));
	for (int round = 0; round < 2; round++) { /* final begins anew */
		check_ok(mlv_sha256_update(hasher, text, 1));
		check_ok(mlv_sha256_update(hasher, text + 1, 64));
		check_ok(mlv_sha256_update(hasher, text + 65, strlen(text) - 65));
		check_ok(mlv_sha256_final(hasher, &oid));
		cr_assert(eq(str, mlv_oid_format(&oid, hex), vectors[3].digest));
	}
}

static void fill(unsigned char *bytes, size_t len)
{
	uint32_t x = 2463534242U; /* Marsaglia's xorshift32 */

	for (size_t i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		bytes[i] = (unsigned char)(x >> 24);
	}
}

/* Every way gives what OpenSSL gives of these messages. */
static void compare_ways(const struct mlv_message *given, size_t count)
{
	struct mlv_oid *want = calloc(count, sizeof(*want)), *got = calloc(count, sizeof(*got));
	struct mlv_message *messages = calloc(count, sizeof(*messages));

	for (size_t i = 0; i < count; i++)
		check_ok(mlv_sha256_of(given[i].bytes, given[i].len, &want[i]));
	for (size_t w = 0; w < MLV_COUNT(ways); w++) {
		if (!mlv_sha256_way_runs(ways[w]))
			continue;
		for (size_t i = 0; i < count; i++)
			messages[i] = (struct mlv_message){ given[i].bytes, given[i].len, &got[i] };
		memset(got, 0xaa, count * sizeof(*got));
		check_ok(mlv_sha256_many_by(ways[w], messages, count));
		for (size_t i = 0; i < count; i++)
			cr_assert(mlv_oid_equal(&want[i], &got[i]), "%s: message %zu of %zu, %zu bytes",
				  mlv_sha256_way_name(ways[w]), i, count, given[i].len);
	}
	free(want);
	free(got);
	free(messages);
}

mlv_test(sha256, every_length_around_a_block)
{
	unsigned char bytes[300];
	struct mlv_message messages[300];

	fill(bytes, sizeof(bytes));
	for (size_t i = 0; i < MLV_COUNT(messages); i++)
		messages[i] = (struct mlv_message){ bytes, i, NULL };
	compare_ways(messages, MLV_COUNT(messages));
}

/* From no message to more than two rounds of lanes. */
mlv_test(sha256, every_count_around_the_lanes)
{
	unsigned char bytes[1000];
	struct mlv_message messages[40];

	fill(bytes, sizeof(bytes));
	for (size_t i = 0; i < MLV_COUNT(messages); i++)
		messages[i] = (struct mlv_message){ bytes + i, (i * 389) % 900, NULL };
	for (size_t count = 0; count <= MLV_COUNT(messages); count++)
		compare_ways(messages, count);
}

mlv_test(sha256, lengths_far_apart)
{
	static const size_t lens[] = { 1 << 20, 0,    55,	 56,	63,  64,  65,  119, 120,
				       127,	128,  (1 << 20) - 1, 4096, 129, 1,   (1 << 20) + 1,
				       65536,	1000, 77777,	 333333, 2,   64,  64,  64,  9 };
	MLV_SCOPED(mlv_mem_free) unsigned char *bytes = malloc(2 << 20);
	struct mlv_message messages[MLV_COUNT(lens)];

	fill(bytes, 2 << 20);
	for (size_t i = 0; i < MLV_COUNT(lens); i++)
		messages[i] = (struct mlv_message){ bytes + 3 * i, lens[i], NULL };
	compare_ways(messages, MLV_COUNT(messages));
}

mlv_test(sha256, auto_names_a_way_that_runs)
{
	const char *name = mlv_sha256_way_name(MLV_SHA256_AUTO);
	bool found = false;

	for (size_t w = 1; w < MLV_COUNT(ways); w++)
		found |= mlv_sha256_way_runs(ways[w]) &&
			 strcmp(name, mlv_sha256_way_name(ways[w])) == 0;
	cr_assert(found, "%s", name);
}

mlv_test(sha256, streams_side_by_side_by_every_way)
{
	const size_t stride = 4096 + 64;
	MLV_SCOPED(mlv_mem_free) unsigned char *bytes = malloc(MLV_SHA256_SIDE * stride);
	struct mlv_oid want, got[MLV_SHA256_SIDE];

	fill(bytes, MLV_SHA256_SIDE * stride);
	for (size_t w = 0; w < MLV_COUNT(ways); w++) {
		MLV_SCOPED(mlv_sha256_side_freep) struct mlv_sha256_side *side = NULL;

		if (!mlv_sha256_way_runs(ways[w]))
			continue;
		check_ok(mlv_sha256_side_new_by(ways[w], &side));
		for (int round = 0; round < 2; round++) { /* final begins anew */
			check_ok(mlv_sha256_side_update(side, bytes, stride, 64));
			check_ok(mlv_sha256_side_update(side, bytes + 64, stride, 4032));
			check_ok(mlv_sha256_side_final(side, got));
			for (unsigned j = 0; j < MLV_SHA256_SIDE; j++) {
				check_ok(mlv_sha256_of(bytes + j * stride, 4096, &want));
				cr_assert(mlv_oid_equal(&want, &got[j]), "%s: stream %u",
					  mlv_sha256_way_name(ways[w]), j);
			}
		}
	}
}
