#include "remote/sigv4.h"

#include "core/base/fs.h"
#include "core/store/sha256.h"
#include "remote/hmac.h"
#include "tests/unit/check.h"

#define KEY "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define HOST "Host: examplebucket.s3.amazonaws.com"
#define EMPTY MLV_SIGV4_EMPTY_HASH
#define DATE "x-amz-date: 20130524T000000Z"
#define WHEN ((time_t)1369353600) /* 2013-05-24 00:00:00 UTC */

static void add_all(struct mlv_strs *list, const char *const *lines)
{
	for (; *lines; lines++)
		check_ok(mlv_strs_add(list, *lines));
}

static void signs(const struct mlv_sigv4_request *request, const char *const *headers,
		  const char *signature)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs list = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf value = MLV_BUF_INIT;
	struct mlv_sigv4_keys keys = { KEY, SECRET, "us-east-1", "s3" };
	struct mlv_sigv4_request full = *request;

	add_all(&list, headers);
	full.headers = &list;
	full.when = WHEN;
	check_ok(mlv_sigv4_sign(&keys, &full, &value));
	cr_assert(value.len > 64);
	cr_assert_str_eq(value.ptr + value.len - 64, signature);
}

/*
 * The four examples of "Examples: Signature Calculations", Amazon S3 API Reference:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
mlv_test(sigv4, documented_get_of_an_object)
{
	static const char *const headers[] = { HOST, "Range: bytes=0-9",
					       "x-amz-content-sha256: " EMPTY, DATE, NULL };

	signs(&(struct mlv_sigv4_request){ .method = "GET", .path = "/test.txt", .payload_hash = EMPTY },
	      headers, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

mlv_test(sigv4, documented_put_of_an_object)
{
#define WELCOME "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
	static const char *const headers[] = {
		"x-amz-storage-class: REDUCED_REDUNDANCY", HOST, "Date: Fri, 24 May 2013 00:00:00 GMT",
		"x-amz-content-sha256: " WELCOME, DATE, NULL
	};

	signs(&(struct mlv_sigv4_request){ .method = "PUT", .path = "/test%24file.text",
					   .payload_hash = WELCOME },
	      headers, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

mlv_test(sigv4, documented_query_without_a_value)
{
	static const char *const headers[] = { HOST, "x-amz-content-sha256: " EMPTY, DATE, NULL };

	signs(&(struct mlv_sigv4_request){ .method = "GET", .path = "/", .query = "lifecycle",
					   .payload_hash = EMPTY },
	      headers, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

mlv_test(sigv4, documented_query_is_sorted)
{
	static const char *const headers[] = { HOST, "x-amz-content-sha256: " EMPTY, DATE, NULL };

	signs(&(struct mlv_sigv4_request){ .method = "GET", .path = "/", .query = "prefix=J&max-keys=2",
					   .payload_hash = EMPTY },
	      headers, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

/*
 * "Authenticating Requests: Using Query Parameters", the example at its end:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
mlv_test(sigv4, documented_presigned_url)
{
	static const char *const headers[] = { HOST, NULL };
	static const char query[] = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" KEY
				    "%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
				    "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host";

	signs(&(struct mlv_sigv4_request){ .method = "GET", .path = "/test.txt", .query = query,
					   .payload_hash = "UNSIGNED-PAYLOAD" },
	      headers, "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

/*
 * "Signature Calculations for the Authorization Header: Transferring Payload in
 * Multiple Chunks", the seed and the three chunks of its example:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
#define SEED "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
mlv_test(sigv4, documented_seed_of_chunks)
{
	static const char *const headers[] = {
		"Host: s3.amazonaws.com", DATE, "x-amz-storage-class: REDUCED_REDUNDANCY",
		"x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "Content-Encoding: aws-chunked",
		"x-amz-decoded-content-length: 66560", "Content-Length: 66824", NULL
	};

	signs(&(struct mlv_sigv4_request){ .method = "PUT", .path = "/examplebucket/chunkObject.txt",
					   .payload_hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" },
	      headers, SEED);
}

mlv_test(sigv4, documented_chunks)
{
	static const struct {
		size_t size; /* so many times the letter a */
		const char *signature;
	} chunks[] = {
		{ 65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648" },
		{ 1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497" },
		{ 0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9" },
	};
	static const char *const steps[] = { "20130524", "us-east-1", "s3", "aws4_request" };
	static char letters[65536];
	char before[MLV_OID_HEX + 1] = SEED, hex[MLV_OID_HEX + 1], text[512];
	struct mlv_oid key, data, signature;

	memset(letters, 'a', sizeof(letters));
	check_ok(mlv_hmac_sha256("AWS4" SECRET, strlen("AWS4" SECRET), steps[0], strlen(steps[0]),
				 key.bytes));
	for (size_t i = 1; i < MLV_COUNT(steps); i++)
		check_ok(mlv_hmac_sha256(key.bytes, MLV_HMAC_SIZE, steps[i], strlen(steps[i]), key.bytes));
	for (size_t i = 0; i < MLV_COUNT(chunks); i++) {
		check_ok(mlv_sha256_of(letters, chunks[i].size, &data));
		snprintf(text, sizeof(text), "AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\n20130524/us-east-1/"
			 "s3/aws4_request\n%s\n" EMPTY "\n%s", before, mlv_oid_format(&data, hex));
		check_ok(mlv_hmac_sha256(key.bytes, MLV_HMAC_SIZE, text, strlen(text), signature.bytes));
		cr_assert_str_eq(mlv_oid_format(&signature, before), chunks[i].signature);
	}
}

mlv_test(sigv4, canonical_form_folds_and_sorts)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs list = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf names = MLV_BUF_INIT;
	static const char *const headers[] = { "X-B:   two   words  ", "x-a:1", "X-B: again", "x-a-c;",
					       NULL };
	struct mlv_sigv4_request request = { .method = "GET", .path = "//a/../b",
					     .query = "a=2&a-b=1&a=1&&c", .headers = &list,
					     .payload_hash = "H" };

	add_all(&list, headers);
	check_ok(mlv_sigv4_canonical(&request, &text, &names));
	cr_assert_str_eq(text.ptr, "GET\n//a/../b\na=1&a=2&a-b=1&c=\nx-a:1\nx-a-c:\nx-b:two words,again\n"
				   "\nx-a;x-a-c;x-b\nH");
	cr_assert_str_eq(names.ptr, "x-a;x-a-c;x-b");
}

/* RFC 4231, sections 4.3 and 4.7. */
mlv_test(sigv4, hmac_gives_the_known_answers)
{
	static const unsigned char first[] = {
		0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24,
		0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27,
		0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43,
	};
	static const unsigned char long_key[] = {
		0x60, 0xe4, 0x31, 0x59, 0x1e, 0xe0, 0xb6, 0x7f, 0x0d, 0x8a, 0x26,
		0xaa, 0xcb, 0xf5, 0xb7, 0x7f, 0x8e, 0x0b, 0xc6, 0x21, 0x37, 0x28,
		0xc5, 0x14, 0x05, 0x46, 0x04, 0x0f, 0x0e, 0xe3, 0x7f, 0x54,
	};
	static const char message[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	unsigned char key[131], out[MLV_HMAC_SIZE];

	check_ok(mlv_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out));
	cr_assert(memcmp(out, first, sizeof(out)) == 0);
	memset(key, 0xaa, sizeof(key));
	check_ok(mlv_hmac_sha256(key, sizeof(key), message, strlen(message), out));
	cr_assert(memcmp(out, long_key, sizeof(out)) == 0);
}

/* ---- against tests/remote/sigv4_reference.py, whose output MLV_TEST_SIGV4 names ---- */

enum field { ACCESS, SECRET_KEY, REGION, SERVICE, METHOD, PATH, QUERY, HASH, TIME, EXPECTED, FIELDS };

/* One line: fields in hex, divided by a space; what follows them are headers. */
static void check_line(char *line)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs headers = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf value = MLV_BUF_INIT;
	char *fields[FIELDS], *rest = NULL;
	size_t count = 0;

	for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		/* An empty field is a dash. */
		size_t len = word[0] == '-' ? 0 : strlen(word) / 2;

		for (size_t i = 0; i < len; i++) {
			char digits[3] = { word[2 * i], word[2 * i + 1], '\0' };

			word[i] = (char)strtoul(digits, NULL, 16);
		}
		word[len] = '\0';
		if (count < FIELDS)
			fields[count] = word;
		else
			check_ok(mlv_strs_add(&headers, word));
		count++;
	}
	cr_assert(count > FIELDS);
	struct mlv_sigv4_keys keys = { fields[ACCESS], fields[SECRET_KEY], fields[REGION],
				       fields[SERVICE] };
	struct mlv_sigv4_request request = { fields[METHOD], fields[PATH], fields[QUERY], &headers,
					     fields[HASH], (time_t)strtoll(fields[TIME], NULL, 10) };

	check_ok(mlv_sigv4_sign(&keys, &request, &value));
	cr_assert_str_eq(value.ptr, fields[EXPECTED]);
}

Test(sigv4, equals_an_independent_signer)
{
	const char *path = getenv("MLV_TEST_SIGV4");
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char *rest = NULL;
	size_t lines = 0;

	if (!path)
		cr_skip_test("no cases");
	check_ok(mlv_fs_read(AT_FDCWD, path, &text));
	for (char *line = strtok_r(text.ptr, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		check_line(line);
		lines++;
	}
	cr_assert(lines >= 2000, "%zu cases", lines);
}
